//! Writes findings: one file per format.
