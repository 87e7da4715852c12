//! Rows of CSV and JSON Lines give back, through readers that are not ours, exactly what mail said; no cell is a
//! formula and no line is broken.
#![no_main]

#[path = "../checks/findings.rs"]
mod findings;
#[path = "../checks/rows.rs"]
mod rows;

libfuzzer_sys::fuzz_target!(init: rows::begin(), |octets: &[u8]| rows::holds(octets));
