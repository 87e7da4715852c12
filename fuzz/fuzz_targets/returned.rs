//! A returned original, whole, as headers, or behind a break line, whatever it holds; and it never speaks for the
//! message that returns it.
#![no_main]

#[path = "../checks/returned.rs"]
mod returned;

libfuzzer_sys::fuzz_target!(init: returned::begin(), |octets: &[u8]| returned::holds(octets));
