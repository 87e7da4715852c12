//! Signals of MIME structure and machine-readable parts.
