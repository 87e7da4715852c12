//! Lists and opens the messages of Maildir folders and of folders of message files. No directory entry
//! is lost for its name; what is no regular file is listed and never opened for reading.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};

use super::{Role, Skipped, escaped};

/// Octets of a file that are read at first; most answers need no more.
const FIRST: usize = 16 << 10;

/// Names of the regular files of a directory, sorted by octets, and what else lies there. Hidden files
/// are no messages (maildir(5)).
pub(super) fn names(dir: &Path) -> io::Result<(Vec<OsString>, Vec<Skipped>)> {
    let mut names = Vec::new();
    let mut skipped = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if name.as_bytes().starts_with(b".") {
            continue;
        }
        let kind = entry.file_type()?;
        if kind.is_file() {
            names.push(name);
        } else {
            let what = if kind.is_symlink() {
                "a symbolic link"
            } else if kind.is_dir() {
                "a directory"
            } else {
                "no regular file"
            };
            skipped.push(Skipped {
                what: escaped(dir.join(&name).as_os_str().as_bytes()),
                why: format!("{what} where messages lie; not read"),
            });
        }
    }
    names.sort_unstable();
    skipped.sort();
    Ok((names, skipped))
}

/// The part of a name before its flags: up to the colon, or the separators of systems that cannot write
/// one. It stays when flags change.
pub(super) fn unique(name: &[u8]) -> &[u8] {
    for mark in [&b":2,"[..], b";2,", b"!2,"] {
        if let Some(at) = memchr::memmem::rfind(name, mark) {
            return &name[..at];
        }
    }
    name
}

/// The flags of a name.
pub(super) fn flags(name: &[u8]) -> &[u8] {
    let at = unique(name).len();
    name.get(at + 3..).unwrap_or(&[])
}

/// The role that the flags of a name tell: T is trash, D a draft.
pub(super) fn role(name: &[u8], folder: Role) -> Role {
    let flags = flags(name);
    if folder == Role::Received && flags.contains(&b'T') {
        Role::Trash
    } else if flags.contains(&b'D') {
        Role::Draft
    } else {
        folder
    }
}

/// A message file that is open, with the octets read so far.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) name: OsString,
    pub(super) size: u64,
    pub(super) modified: i64,
    pub(super) head: Vec<u8>,
}

/// A directory whose files are opened by name.
pub(super) struct Directory {
    fd: rustix::fd::OwnedFd,
    path: PathBuf,
}

impl Directory {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Directory { fd: rustix::fs::open(path, flags, Mode::empty())?, path: path.to_owned() })
    }

    /// Opens a message. Never waits on a FIFO or device and follows no link; a file that was renamed
    /// by a change of flags is found again by its unique part.
    pub(super) fn message(&self, name: &OsStr, maildir: bool) -> io::Result<Opened> {
        match self.try_open(name) {
            Err(e) if maildir && e.kind() == io::ErrorKind::NotFound => self.renamed(name),
            result => result,
        }
    }

    fn try_open(&self, name: &OsStr) -> io::Result<Opened> {
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let fd = rustix::fs::openat(&self.fd, name, flags, Mode::empty())?;
        let stat = rustix::fs::fstat(&fd)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(io::Error::other("no regular file"));
        }
        let mut file = File::from(fd);
        let size = stat.st_size.max(0) as u64;
        let mut head = vec![0u8; (size as usize).min(FIRST)];
        let mut n = 0;
        while n < head.len() {
            match file.read(&mut head[n..]) {
                Ok(0) => break,
                Ok(k) => n += k,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        // A file that shrank meanwhile is what it is now.
        let size = if n < head.len() { n as u64 } else { size };
        head.truncate(n);
        Ok(Opened { file, name: name.to_owned(), size, modified: stat.st_mtime, head })
    }

    fn renamed(&self, name: &OsStr) -> io::Result<Opened> {
        let wanted = unique(name.as_bytes()).to_owned();
        let sibling = |dir: &str| self.path.parent().map(|p| p.join(dir));
        for dir in [Some(self.path.clone()), sibling("cur"), sibling("new")].into_iter().flatten() {
            let Ok((names, _)) = names(&dir) else { continue };
            if let Some(found) = names.iter().find(|n| unique(n.as_bytes()) == wanted) {
                return Directory::open(&dir)?.try_open(found);
            }
        }
        Err(io::Error::new(io::ErrorKind::NotFound, "gone since the folder was listed"))
    }

    /// Octets of a file, as a measure for progress; 0 where it cannot be told.
    pub(super) fn size(&self, name: &OsStr) -> u64 {
        rustix::fs::statat(&self.fd, name, AtFlags::SYMLINK_NOFOLLOW)
            .map_or(0, |s| s.st_size.max(0) as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_unique_part_ends_at_the_flags_of_any_system() {
        for name in ["1.a.host:2,FS", "1.a.host;2,FS", "1.a.host!2,FS", "1.a.host"] {
            assert_eq!(unique(name.as_bytes()), b"1.a.host", "{name}");
        }
        assert_eq!(flags(b"1.a,S=12:2,Sab"), b"Sab");
        assert_eq!(flags(b"1.a"), b"");
    }

    #[test]
    fn drafts_and_trashed_messages_are_told_by_their_flags() {
        assert_eq!(role(b"1.a:2,ST", Role::Received), Role::Trash);
        assert_eq!(role(b"1.a:2,D", Role::Received), Role::Draft);
        assert_eq!(role(b"1.a:2,S", Role::Sent), Role::Sent);
    }
}
