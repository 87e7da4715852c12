//! A configuration of any octets is read, or refused with faults that name lines of it.
#![no_main]
#![allow(dead_code, reason = "the command line as a whole is built, one room of it is used")]

#[path = "../../src/cli/mod.rs"]
mod cli;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|octets: &[u8]| {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let lines = 1 + text.bytes().filter(|b| *b == b'\n').count();
    match cli::configuration(text) {
        Ok(mailboxes) => assert!(mailboxes <= lines),
        Err(faults) => {
            assert!(!faults.is_empty());
            for (line, what) in faults {
                assert!((1..=lines).contains(&line), "line {line} of {lines}: {what}");
                assert!(!what.is_empty() && !what.contains('\n'), "{what:?}");
            }
        }
    }
});
