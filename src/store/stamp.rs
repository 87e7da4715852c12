//! What tells without opening it whether a file is the one that was read before: its name, inode, size and
//! times. Reads no mail.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::Stat;
use sha2::{Digest, Sha256};

use super::{Folder, Layout, Role, roles};
use crate::codec::coded;

/// Inode, size and times of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Number of the file.
    pub inode: u64,
    /// Octets.
    pub size: u64,
    /// Last change of its octets: Unix seconds, and nanoseconds.
    pub mtime: (i64, u32),
    /// Last change of anything, a rename included, likewise.
    pub ctime: (i64, u32),
}

coded!(Stamp { inode, size, mtime, ctime });

impl Stamp {
    pub(super) fn of(stat: &Stat) -> Self {
        let nanoseconds = |n: u64| u32::try_from(n).unwrap_or(0);
        Stamp {
            inode: stat.st_ino,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            mtime: (stat.st_mtime, nanoseconds(stat.st_mtime_nsec)),
            ctime: (stat.st_ctime, nanoseconds(stat.st_ctime_nsec)),
        }
    }

    /// Of what lies at a path, links not followed.
    pub fn at(path: &Path) -> Option<Self> {
        let stat = rustix::fs::lstat(path).ok()?;
        Some(Stamp::of(&stat))
    }

    /// Whether it was changed so shortly before `now` (Unix seconds) that a change after that might not show
    /// in its times: those of some file systems count in steps of two seconds.
    pub fn is_racy(&self, now: i64) -> bool {
        self.mtime.0 >= now.saturating_sub(2)
    }
}

/// By what a message that was read before is found again.
pub type Key = [u8; 16];

/// A message file before it is opened.
#[derive(Debug)]
pub struct Listed<'a> {
    folder: &'a Folder,
    /// Its path below the store.
    pub place: PathBuf,
    /// Inode, size and times.
    pub stamp: Stamp,
    /// The name as it is now.
    name: &'a [u8],
}

impl<'a> Listed<'a> {
    pub(super) fn new(folder: &'a Folder, place: PathBuf, name: &'a [u8], stat: &Stat) -> Self {
        Listed { folder, place, stamp: Stamp::of(stat), name }
    }

    /// The same as long as its octets are. In a Maildir a flag, a move from `new` to `cur` and one to another
    /// folder change nothing of it: the part of the name before the flags stays. `purpose` keeps apart
    /// what is remembered for different uses.
    pub fn key(&self, purpose: &str) -> Key {
        let Stamp { inode, size, mtime, ctime } = self.stamp;
        let mut hasher = Sha256::new();
        let mut add = |octets: &[u8]| {
            hasher.update((octets.len() as u64).to_le_bytes());
            hasher.update(octets);
        };
        add(purpose.as_bytes());
        match self.folder.layout {
            Layout::Maildir => add(super::maildir::steady_part(self.name)),
            Layout::Mbox | Layout::Files => {
                add(self.place.as_os_str().as_bytes());
                add(&ctime.0.to_le_bytes());
                add(&ctime.1.to_le_bytes());
            }
        }
        add(&inode.to_le_bytes());
        add(&size.to_le_bytes());
        add(&mtime.0.to_le_bytes());
        add(&mtime.1.to_le_bytes());
        let digest: [u8; 32] = hasher.finalize().into();
        let mut key = Key::default();
        key.copy_from_slice(&digest[..16]);
        key
    }

    /// What this message is for, where its octets say `mark`.
    pub fn role(&self, mark: Option<Role>) -> Role {
        role(self.folder, self.name, mark)
    }
}

/// What a message file is for: its flags, then what its octets say, then its folder decide.
pub(super) fn role(folder: &Folder, name: &[u8], mark: Option<Role>) -> Role {
    let flags = if folder.layout == Layout::Maildir { super::maildir::flags(name) } else { &[] };
    let mark = if flags.contains(&b'T') {
        Some(Role::Trash)
    } else if flags.contains(&b'D') {
        Some(Role::Draft)
    } else {
        mark
    };
    roles::of_message(folder.role, mark)
}

/// Remembers what was read of message files, so that they need not be opened again.
pub trait Memory: Sync {
    /// What was learned under that key.
    fn recall(&self, key: &Key) -> Option<Vec<u8>>;
    /// Keeps it for the next time.
    fn learn(&self, key: Key, stamp: &Stamp, value: Vec<u8>);
}
