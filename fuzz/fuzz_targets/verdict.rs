//! Any octets get a verdict; the quick way and the slow way give the same; what was refused is ordinary.
#![no_main]

#[path = "../checks/verdict.rs"]
mod verdict;

libfuzzer_sys::fuzz_target!(init: verdict::begin(), |octets: &[u8]| verdict::holds(octets));
