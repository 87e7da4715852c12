//! Spans of an mbox and what lies between them concatenate to the file, whatever the file is and however it is
//! cut into chunks.

use unscatter::store::{Bounds, Store};

fn bounds(store: &Store, octets: u64) -> Vec<Bounds> {
    let mut all = Vec::new();
    for folder in &store.folders {
        let Ok((chunks, _)) = folder.chunks(octets) else { continue };
        for chunk in &chunks {
            folder.read(store, chunk, &mut |stored| all.extend(stored.bounds));
        }
    }
    all
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let folder = tempfile::tempdir_in("/dev/shm").expect("a folder");
    let path = folder.path().join("in.mbox");
    std::fs::write(&path, octets).expect("a file");
    let Ok(store) = Store::discover(&path) else { return };
    let whole = bounds(&store, u64::MAX);
    // A mark of UTF-8 and blank lines before the first From_ line belong to no message.
    let mut at = whole.first().map_or(0, |b| b.from_line);
    let before = &octets[..at as usize];
    let before = before.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(before);
    assert!(before.iter().all(u8::is_ascii_whitespace), "the start is left out");
    for b in &whole {
        assert_eq!(b.from_line, at, "a gap or an overlap");
        assert!(b.from_line < b.start && b.start <= b.end && b.end <= b.next);
        let between = &octets[b.end as usize..b.next as usize];
        assert!(matches!(between, b"" | b"\n" | b"\r\n"), "more than a blank line is left out");
        at = b.next;
    }
    if !whole.is_empty() {
        assert_eq!(at, octets.len() as u64, "the end is left out");
    }
    for size in [64, 1000] {
        assert_eq!(bounds(&store, size), whole, "chunks of {size} octets");
    }
}
