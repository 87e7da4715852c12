//! A journal of any octets is read or refused, the same where its records have the right lengths and checksums; a torn
//! tail never makes a good journal a bad one.
#![no_main]

#[path = "../checks/journal.rs"]
mod journal;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| journal::holds(octets));
