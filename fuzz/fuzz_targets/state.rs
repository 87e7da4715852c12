//! What earlier runs remember, whatever the file holds: read or refused, and a scan with it finds what a scan without
//! it finds.
#![no_main]

#[path = "../checks/state.rs"]
mod state;

libfuzzer_sys::fuzz_target!(init: state::begin(), |octets: &[u8]| state::holds(octets));
