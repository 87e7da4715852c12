//! A journal of any octets is read or refused; what is read from a prefix of it is a prefix of what is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unscatter::relocation::{Known, State};

fn known(octets: &[u8]) -> Option<Known> {
    let folder = tempfile::tempdir_in("/dev/shm").expect("a folder");
    let path = folder.path().join("unscatter");
    std::fs::create_dir(&path).expect("a folder");
    std::fs::write(path.join("run-000001.journal"), octets).expect("a file");
    let state = State::existing(&path).expect("it is a folder").expect("it is there");
    for run in state.runs().ok()? {
        run.begin();
        run.ended();
        run.counts();
        run.listed();
    }
    state.known().ok()
}

fuzz_target!(|octets: &[u8]| {
    let whole = known(octets).is_some();
    // A torn tail is what a power cut leaves: it never makes a good journal a bad one.
    if whole && !octets.is_empty() {
        assert!(known(&octets[..octets.len() - 1]).is_some());
    }
});
