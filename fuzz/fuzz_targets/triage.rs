//! The first look at a message never says no where the whole look finds an automatic answer.
#![no_main]

#[path = "../checks/triage.rs"]
mod triage;

libfuzzer_sys::fuzz_target!(init: triage::begin(), |octets: &[u8]| triage::holds(octets));
