//! What earlier runs remember, whatever the file holds: read or refused, and a scan with it finds what a scan without
//! it finds.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use unscatter::scan::{Options, read_any, scan};
use unscatter::state::Remember;

struct Made {
    folder: tempfile::TempDir,
    store: PathBuf,
    state: Vec<u8>,
    findings: String,
}

/// A scan of a small mailbox with a state; its findings as text.
fn findings(store: &Path, state: &Path) -> String {
    let now = 4_000_000_000;
    let remember = Remember { path: state.to_owned(), now, program: "fuzz".to_owned() };
    let options = Options { state: Some(remember), threads: Some(1), readers: Some(1), ..Options::default() };
    let mut all = String::new();
    let outcome = scan(&[store.to_owned()], &options, &|_| {}, &mut |finding| all += &format!("{finding:?}\n"))
        .expect("the mailbox is there");
    all + &format!("{:?}", outcome.counts)
}

static MADE: LazyLock<Made> = LazyLock::new(|| {
    let folder = tempfile::tempdir_in("/dev/shm").expect("a folder");
    let store = folder.path().join("Maildir");
    for below in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(store.join(below)).expect("a folder");
    }
    let bounce = "From: MAILER-DAEMON@example.net\nTo: ann@example.org\nSubject: failure notice\n\
        Date: Fri, 8 Jul 2011 12:08:34 +0000\n\nHi. This is the qmail-send program at example.net.\n\n\
        <x@example.com>:\nno such user\n\n--- Below this line is a copy of the message.\n\n\
        From: ann@example.org\nTo: x@example.com\nSubject: hello\nMessage-ID: <1@example.org>\n\nhello\n";
    let plain = "From: ben@example.net\nTo: ann@example.org\nSubject: hello\n\nhello\n";
    for number in 0..3 {
        std::fs::write(store.join(format!("cur/{number}.bounce:2,S")), bounce).expect("a file");
        std::fs::write(store.join(format!("cur/{number}.plain:2,S")), plain).expect("a file");
    }
    let path = folder.path().join("made.sqlite");
    let first = findings(&store, &path);
    assert_eq!(findings(&store, &path), first);
    let state = std::fs::read(&path).expect("it was written");
    Made { folder, store, state, findings: first }
});

/// Makes what is made once.
pub(crate) fn begin() {
    LazyLock::force(&MADE);
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let Some((first, rest)) = octets.split_first() else { return };
    // Mostly values as they lie under a key, behind their checksum; whole files cost a thousand times as much.
    if first % 64 != 0 {
        read_any(rest);
        return;
    }
    let mut state = MADE.state.clone();
    for change in rest.chunks_exact(3).take(100) {
        // Changes lie close together: pages of SQLite begin with what tells most.
        let at = usize::from(change[0]) << 8 | usize::from(change[1]);
        let length = state.len();
        state[at % length] ^= change[2];
    }
    if rest.len() % 3 == 1 {
        let length = state.len() * usize::from(rest[rest.len() - 1]) / 256;
        state.truncate(length);
    }
    let path = MADE.folder.path().join("tried.sqlite");
    std::fs::write(&path, &state).expect("a file");
    let found = findings(&MADE.store, &path);
    std::fs::remove_file(&path).expect("it is there");
    assert_eq!(found, MADE.findings);
}
