//! No entry of a Maildir is lost for its name: each regular file is a message.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use unscatter::store::{Place, Store};

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let folder = tempfile::tempdir_in("/dev/shm").expect("a folder");
    let root = folder.path().join("Maildir");
    for below in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(root.join(below)).expect("a folder");
    }
    let mut made = BTreeSet::new();
    for (number, name) in octets.split(|o| matches!(o, 0 | b'/')).take(20).enumerate() {
        let below = if number % 3 == 0 { "new" } else { "cur" };
        let path = std::path::Path::new(below).join(OsStr::from_bytes(name));
        if matches!(name, b"" | b"." | b"..")
            || std::fs::write(root.join(&path), "a: b\n\n").is_err()
        {
            continue;
        }
        // A name that starts with a dot is no message (Maildir specification).
        if !name.starts_with(b".") {
            made.insert(path);
        }
    }
    let Ok(store) = Store::discover(&root) else { return };
    let mut met = BTreeSet::new();
    for folder in &store.folders {
        let (chunks, skipped) = folder.chunks(1000).expect("it can be listed");
        assert!(skipped.is_empty(), "{skipped:?}");
        for chunk in &chunks {
            let skipped = folder.read(&store, chunk, &mut |stored| {
                if let Place::File(path) = &stored.place {
                    assert!(met.insert(path.clone()), "twice: {path:?}");
                }
            });
            assert!(skipped.is_empty(), "{skipped:?}");
        }
    }
    assert_eq!(met, made);
}
