//! What is written for people can be read back exactly, and holds nothing that a terminal or spreadsheet runs.
#![no_main]

#[path = "../checks/escapes.rs"]
mod escapes;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| escapes::holds(octets));
