//! Addresses, ids, dates and encoded words from any octets.
#![no_main]

#[path = "../checks/addresses.rs"]
mod addresses;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| addresses::holds(octets));
