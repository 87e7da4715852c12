//! The page, read by the parser of a browser: words from mail are text and nothing else, and stand there as they were
//! written.
#![no_main]

#[path = "../checks/findings.rs"]
mod findings;
#[path = "../checks/page.rs"]
mod page;

libfuzzer_sys::fuzz_target!(init: page::begin(), |octets: &[u8]| page::holds(octets));
