//! How a folder of a Maildir comes to be: complete with owner and mode of the one above it, and on the disk,
//! in a place where no mail program looks for folders; then it gets its name. Whoever sees it sees it whole.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags, Stat};
use rustix::io::Errno;

use super::journal::{Journal, Record};
use super::lock;
use super::maildir::{DIRECTORY, Maildir, by_link, own};
use crate::store::UNFINISHED;

/// What marks a folder of Maildir++.
const MARK: &[u8] = b"maildirfolder";

/// `cur` comes last, because it is what makes a folder a Maildir.
const SUBS: [&[u8]; 3] = [b"tmp", b"new", b"cur"];

/// What is made in one piece.
#[derive(Clone)]
enum Thing {
    Folder(Vec<(Vec<u8>, Thing)>),
    Mark,
}

impl Thing {
    /// A folder for messages.
    fn whole(flat: bool) -> Thing {
        let mark = flat.then(|| (MARK.to_vec(), Thing::Mark));
        let subs = SUBS.iter().map(|sub| (sub.to_vec(), Thing::Folder(Vec::new())));
        Thing::Folder(mark.into_iter().chain(subs).collect())
    }
}

impl Maildir {
    /// Creates a folder with owner and mode of the one above it, or what of it is missing.
    pub(super) fn create(&mut self, journal: &mut Journal, below: &Path) -> io::Result<()> {
        let flat = below.as_os_str().as_bytes().starts_with(b".");
        let mut above = PathBuf::new();
        let mut parts = below.iter();
        while let Some(part) = parts.next() {
            let here = above.join(part);
            match self.dir(&here) {
                Ok(_) => {}
                Err(e) if e.kind() == io::ErrorKind::NotFound => {
                    // With all that belongs into it, so that no folder above it is there alone.
                    let thing = parts.clone().rev().fold(Thing::whole(flat), |inside, name| {
                        Thing::Folder(vec![(name.as_bytes().to_vec(), inside)])
                    });
                    if self.place(journal, &above, part, &thing)? {
                        return Ok(());
                    }
                }
                Err(e) => return Err(e),
            }
            above = here;
        }
        let folder = self.dir(below)?;
        let is_there =
            |name: &[u8]| match rustix::fs::statat(&*folder, name, AtFlags::SYMLINK_NOFOLLOW) {
                Ok(_) => Ok(true),
                Err(Errno::NOENT) => Ok(false),
                Err(e) => Err(io::Error::from(e)),
            };
        let Thing::Folder(things) = Thing::whole(flat) else { return Ok(()) };
        for (name, thing) in things {
            if !is_there(&name)? {
                self.place(journal, below, OsStr::from_bytes(&name), &thing)?;
            }
        }
        Ok(())
    }

    /// Makes something and gives it its name; false where somebody else has that meanwhile.
    fn place(
        &mut self,
        journal: &mut Journal,
        parent: &Path,
        name: &OsStr,
        thing: &Thing,
    ) -> io::Result<bool> {
        let home = self.dir(parent)?;
        let like = rustix::fs::fstat(&*home)?;
        // Folders are looked for beside the others, and never in `tmp`. Few Maildirs have none.
        let tmp = PathBuf::from("tmp");
        let yard = match self.device(&tmp) {
            Ok(device) if device == like.st_dev => tmp,
            _ => parent.to_owned(),
        };
        let at = self.dir(&yard)?;
        let unfinished = format!("{UNFINISHED}{}-{}", std::process::id(), journal.run);
        journal.push(&Record::Folder(self.path.clone(), yard.join(&unfinished)));
        journal.sync().map_err(|e| io::Error::other(e.to_string()))?;
        let unfinished = unfinished.as_bytes();
        let made = build(&at, unfinished, thing, &like)
            .and_then(|()| settle(&at, unfinished, &home, name.as_bytes(), thing));
        if !matches!(made, Ok(true)) {
            // Should this fail, the next run clears it.
            let _ = remove(&at, unfinished, DEEPEST).or_else(|_| remove(&at, unfinished, DEEPEST));
        }
        made
    }
}

/// Removes what a run that was killed had not finished. What another run makes there stays: that one holds
/// the lock of the Maildir.
pub(super) fn clear(top: &Path, below: &Path) {
    let (Some(yard), Some(name)) = (below.parent(), below.file_name()) else { return };
    // Whatever a journal says: nothing else is ever removed.
    if !name.as_bytes().starts_with(UNFINISHED.as_bytes()) {
        return;
    }
    let Ok(mut maildir) = Maildir::open(top) else { return };
    let Ok(yard) = maildir.dir(yard) else { return };
    let is_there = rustix::fs::statat(&*yard, name, AtFlags::SYMLINK_NOFOLLOW).is_ok();
    if is_there && lock::folder(&maildir.top) {
        // What cannot be removed now waits for another run.
        let _ = remove(&yard, name.as_bytes(), DEEPEST).and_then(|()| super::durable(&*yard));
    }
}

fn build(at: &OwnedFd, name: &[u8], thing: &Thing, like: &Stat) -> io::Result<()> {
    let (fd, mode) = match thing {
        Thing::Mark => {
            let flags =
                OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            (rustix::fs::openat(at, name, flags, Mode::from_raw_mode(0o600))?, 0o666)
        }
        Thing::Folder(inside) => {
            rustix::fs::mkdirat(at, name, Mode::from_raw_mode(0o700))?;
            let fd = rustix::fs::openat(at, name, DIRECTORY, Mode::empty())?;
            for (name, thing) in inside {
                build(&fd, name, thing, like)?;
            }
            (fd, 0o7777)
        }
    };
    own(fd.as_fd(), like)?;
    rustix::fs::fchmod(&fd, Mode::from_raw_mode(like.st_mode & mode))?;
    super::durable(&fd)
}

/// Gives what is finished its name; false where somebody else has that meanwhile.
fn settle(
    at: &OwnedFd,
    unfinished: &[u8],
    home: &OwnedFd,
    name: &[u8],
    thing: &Thing,
) -> io::Result<bool> {
    let renamed =
        match rustix::fs::renameat_with(at, unfinished, home, name, RenameFlags::NOREPLACE) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => match thing {
                Thing::Mark => by_link(at, unfinished, home, name),
                // There is no link to a folder; what a rename can replace with one is an empty folder.
                Thing::Folder(_) => {
                    match rustix::fs::statat(home, name, AtFlags::SYMLINK_NOFOLLOW) {
                        Ok(_) => Err(Errno::EXIST.into()),
                        Err(Errno::NOENT) => Ok(rustix::fs::renameat(at, unfinished, home, name)?),
                        Err(e) => Err(e.into()),
                    }
                }
            },
            other => Ok(other?),
        };
    match renamed {
        Ok(()) => {}
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Ok(false),
        Err(e) => return Err(e),
    }
    super::durable(home)?;
    super::durable(at)?;
    Ok(true)
}

/// Folders in each other that are removed at most: a name on disk has no more components.
const DEEPEST: usize = 128;

/// Removes what [`build`] made, and nothing else: a folder with anything else in it stays.
fn remove(at: &OwnedFd, name: &[u8], deepest: usize) -> io::Result<()> {
    let gone = |result| match result {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(e) => Err(io::Error::from(e)),
    };
    match rustix::fs::unlinkat(at, name, AtFlags::REMOVEDIR) {
        Err(Errno::NOTDIR) if name == MARK || name.starts_with(UNFINISHED.as_bytes()) => {
            return gone(rustix::fs::unlinkat(at, name, AtFlags::empty()));
        }
        Err(Errno::NOTEMPTY | Errno::EXIST) if deepest > 0 => {}
        other => return gone(other),
    }
    let inside = rustix::fs::openat(at, name, DIRECTORY, Mode::empty())?;
    let mut names = Vec::new();
    for entry in rustix::fs::Dir::read_from(&inside)? {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(name);
        }
    }
    for name in &names {
        remove(&inside, name, deepest - 1)?;
    }
    gone(rustix::fs::unlinkat(at, name, AtFlags::REMOVEDIR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_being_made_is_cleared_whatever_a_journal_says() {
        let dir = tempfile::tempdir().unwrap();
        let unfinished = format!("tmp/{UNFINISHED}1-1");
        for name in ["new", "cur", "tmp", "cur/empty", &unfinished] {
            std::fs::create_dir(dir.path().join(name)).unwrap();
        }
        clear(dir.path(), Path::new("cur/empty"));
        clear(dir.path(), Path::new("new"));
        clear(dir.path(), Path::new(&unfinished));
        assert!(dir.path().join("cur/empty").exists() && dir.path().join("new").exists());
        assert!(!dir.path().join(unfinished).exists());
    }
}
