//! No entry of a Maildir is lost for its name: each regular file is a message.
#![no_main]

#[path = "../checks/maildir.rs"]
mod maildir;

libfuzzer_sys::fuzz_target!(|octets: &[u8]| maildir::holds(octets));
