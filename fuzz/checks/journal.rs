//! A journal of any octets is read or refused, the same where its records have the right lengths and checksums; a torn
//! tail never makes a good journal a bad one.

use sha2::{Digest, Sha256};
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

/// Each line with its length and checksum before it, without which nothing in it is looked at.
fn framed(lines: &[u8]) -> Vec<u8> {
    let mut journal = Vec::new();
    for line in lines.split(|o| *o == b'\n') {
        let sum: String = Sha256::digest(line)[..8].iter().map(|o| format!("{o:02x}")).collect();
        journal.extend_from_slice(format!("{} {sum} ", line.len()).as_bytes());
        journal.extend_from_slice(line);
        journal.push(b'\n');
    }
    journal
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let framed = octets.strip_prefix(b"+").map(framed);
    let octets = framed.as_deref().unwrap_or(octets);
    let whole = known(octets).is_some();
    // A torn tail is what a power cut leaves: it never makes a good journal a bad one.
    if whole && !octets.is_empty() {
        assert!(known(&octets[..octets.len() - 1]).is_some());
    }
}
