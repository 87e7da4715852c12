//! Spans of an mbox and what lies between them concatenate to the file, whatever the file is and however it is
//! cut into chunks.
#![no_main]

#[path = "../checks/splitter.rs"]
mod splitter;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| splitter::holds(octets));
