//! What all records together teach. Pure.
