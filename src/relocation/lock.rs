//! Locks: one run for a state folder, one for a Maildir, and those that deliverers and mail programs heed
//! on an mbox: fcntl on a descriptor that is opened once, then a dotlock. Never waits long, never breaks
//! a lock that is not its own.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fd::AsFd;
use rustix::fs::{FlockOperation, Mode, OFlags};
use rustix::io::Errno;

use super::journal::{Journal, Record, State};
use super::{Error, shown};

/// Held by one `sweep --apply` or `undo` at a time; the system releases it with the process.
pub(super) struct RunLock {
    _file: File,
}

impl RunLock {
    pub(super) fn take(state: &State) -> Result<RunLock, Error> {
        let file = state.file("lock", OFlags::RDWR | OFlags::CREATE)?;
        match flock(&file) {
            Ok(()) => Ok(RunLock { _file: file }),
            Err(Errno::WOULDBLOCK) => Err(Error::Busy(format!(
                "another sweep or undo is running (it holds {}); try again when it is done",
                shown(&state.path("lock"))
            ))),
            Err(e) => Err(Error::system(&state.path("lock"), e)),
        }
    }
}

/// Locks the top of a Maildir against other runs, whatever their state folder; false where one has it.
/// Lasts as long as the descriptor.
pub(super) fn folder(fd: impl AsFd) -> bool {
    // A file system without such locks leaves the run lock of the state folder.
    !matches!(flock(fd), Err(Errno::WOULDBLOCK))
}

/// Tries for a moment: a process that was just forked has the lock of its parent until it executes.
fn flock(fd: impl AsFd) -> Result<(), Errno> {
    for _ in 0..5 {
        match rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive) {
            Err(Errno::WOULDBLOCK) => std::thread::sleep(Duration::from_millis(20)),
            other => return other,
        }
    }
    Err(Errno::WOULDBLOCK)
}

/// Why an mbox was not locked.
pub(super) enum Refused {
    /// Another program has it; trying again may help.
    Busy(String),
    /// Trying again does not help.
    Never(String),
}

/// An mbox that is open for reading and writing, once, and locked. Closing any other descriptor of the
/// same file would drop the lock, so nothing else may open it meanwhile.
pub(super) struct Held {
    pub(super) file: File,
    pub(super) path: PathBuf,
    pub(super) dev: u64,
    pub(super) ino: u64,
    /// Its dotlock, and what stands in it.
    dotlock: Option<(PathBuf, Vec<u8>)>,
}

impl Held {
    fn open(path: &Path) -> Result<Held, Refused> {
        let never = |what: String| Refused::Never(what);
        let flags =
            OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let file = rustix::fs::open(path, flags, Mode::empty())
            .map(File::from)
            .map_err(|e| never(format!("cannot be opened for writing: {e}")))?;
        let metadata = file.metadata().map_err(|e| never(e.to_string()))?;
        if !metadata.is_file() {
            return Err(never("no regular file".into()));
        }
        if metadata.nlink() != 1 {
            return Err(never("has several names (hard links); left alone".into()));
        }
        let (dev, ino) = (metadata.dev(), metadata.ino());
        Ok(Held { file, path: path.to_owned(), dev, ino, dotlock: None })
    }

    fn lock(&mut self, journal: &mut Journal, host: &str) -> Result<(), Refused> {
        if super::broken("no-lock") {
            return Ok(());
        }
        match rustix::fs::fcntl_lock(&self.file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(Errno::AGAIN | Errno::ACCESS) => {
                return Err(Refused::Busy("another program holds the lock".into()));
            }
            Err(e) => return Err(Refused::Never(format!("cannot be locked: {e}"))),
        }
        self.dotlock(journal, host)?;
        // The file that was opened may have been replaced while we waited for nobody.
        let same = std::fs::symlink_metadata(&self.path)
            .is_ok_and(|m| m.dev() == self.dev && m.ino() == self.ino && m.nlink() == 1);
        if same { Ok(()) } else { Err(Refused::Busy("was replaced meanwhile".into())) }
    }

    fn dotlock(&mut self, journal: &mut Journal, host: &str) -> Result<(), Refused> {
        let lock = beside(&self.path, ".lock");
        if std::fs::symlink_metadata(&lock).is_ok() {
            return Err(Refused::Busy(format!("locked: {} is there", shown(&lock))));
        }
        let content = content(host);
        let temporary = temporary(&self.path, &content);
        journal.push(&Record::Dotlock(self.path.clone(), content.clone()));
        journal.sync().map_err(|e| Refused::Never(e.to_string()))?;
        let made = make(&temporary, &content).and_then(|()| {
            std::fs::hard_link(&temporary, &lock)?;
            self.dotlock = Some((lock.clone(), content.clone()));
            Ok(())
        });
        // Should this fail, the next run clears it.
        let _ = remove(&temporary).or_else(|_| remove(&temporary));
        match made {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                Err(Refused::Busy(format!("locked: {} is there", shown(&lock))))
            }
            Err(e) => Err(Refused::Never(format!("no lock file can be made beside it: {e}"))),
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Some((lock, content)) = self.dotlock.take() else { return };
        // Somebody may have taken ours for left over, and made one of his own.
        // Where nobody can tell, it is ours: it was made by this process a moment ago.
        if holds(&lock, &content).unwrap_or(true) {
            // Should it fail, the lock names a process that is gone, and the next run removes it.
            let _ = remove(&lock).or_else(|_| remove(&lock));
        }
    }
}

fn content(host: &str) -> Vec<u8> {
    // The form that Dovecot understands: it overrides the lock of a process that is gone.
    format!("{}:{host}\n", std::process::id()).into_bytes()
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(ending);
    path.with_file_name(name)
}

fn temporary(path: &Path, content: &[u8]) -> PathBuf {
    let pid = content.split(|b| *b == b':').next().unwrap_or_default();
    beside(path, &format!(".lock.unscatter-{}", String::from_utf8_lossy(pid)))
}

fn make(path: &Path, content: &[u8]) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = rustix::fs::open(path, flags, Mode::from_raw_mode(0o644))?;
    let mut file = File::from(fd);
    file.write_all(content)?;
    // A power cut may keep the name and lose the octets; then nobody would know whose lock it was.
    super::durable(&file)
}

#[expect(clippy::disallowed_methods, reason = "lock files that this program made itself")]
fn remove(path: &Path) -> io::Result<()> {
    std::fs::remove_file(path)
}

/// Whether this is the lock with that content.
fn holds(lock: &Path, content: &[u8]) -> io::Result<bool> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(lock, flags, Mode::empty()) {
        // A link is none that this program made.
        Err(Errno::LOOP) => return Ok(false),
        other => File::from(other?),
    };
    let mut found = Vec::new();
    file.take(512).read_to_end(&mut found)?;
    Ok(found == content)
}

/// Removes the dotlock that a killed run left, if it is still that one and the process is gone. A process
/// that began after the lock was made is not the one that made it: numbers are given again.
pub(super) fn clear(path: &Path, content: &[u8]) {
    let lock = beside(path, ".lock");
    let temporary = temporary(path, content);
    let made = [&lock, &temporary]
        .iter()
        .filter_map(|p| std::fs::symlink_metadata(p).ok())
        .map(|m| m.mtime())
        .max();
    let Some(made) = made else { return };
    let pid = content.split(|b| *b == b':').next().and_then(|p| std::str::from_utf8(p).ok());
    let pid = pid.and_then(|p| p.parse::<i32>().ok());
    let alive = pid
        .and_then(rustix::process::Pid::from_raw)
        .is_some_and(|p| rustix::process::test_kill_process(p) != Err(Errno::SRCH));
    let own = pid.is_some_and(|p| u32::try_from(p) == Ok(std::process::id()));
    if alive && !own && pid.and_then(began).is_none_or(|at| at <= made + 1) {
        return;
    }
    // Gone already is what is wanted; what cannot be removed shows as busy later.
    let _ = remove(&temporary);
    if holds(&lock, content).unwrap_or(false) {
        let _ = remove(&lock);
    }
}

/// When a process began, Unix seconds, as `/proc` tells it; none where that cannot be read.
fn began(pid: i32) -> Option<i64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything; the 20th field behind it is the time since the boot.
    let ticks: u64 = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()?;
    let all = std::fs::read_to_string("/proc/stat").ok()?;
    let boot: i64 = all.lines().find_map(|l| l.strip_prefix("btime "))?.trim().parse().ok()?;
    let per_second = rustix::param::clock_ticks_per_second();
    Some(boot + i64::try_from(ticks / per_second.max(1)).ok()?)
}

const TRIES: u64 = 3;

/// Opens and locks files in the order of device and inode, so that two runs never wait for each other.
/// Gives them back in the order of `paths`.
pub(super) fn mboxes(
    paths: &[&Path],
    journal: &mut Journal,
    host: &str,
) -> Result<Vec<Held>, (PathBuf, Refused)> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        match once(paths, journal, host) {
            Err((_, Refused::Busy(_))) if attempt < TRIES => {
                let jitter = (u64::from(std::process::id()) * 7919 * attempt) % 150;
                std::thread::sleep(Duration::from_millis(100 * attempt + jitter));
            }
            result => return result,
        }
    }
}

fn once(
    paths: &[&Path],
    journal: &mut Journal,
    host: &str,
) -> Result<Vec<Held>, (PathBuf, Refused)> {
    let mut held = Vec::new();
    for path in paths {
        held.push(Held::open(path).map_err(|e| (path.to_path_buf(), e))?);
    }
    let mut order: Vec<usize> = (0..held.len()).collect();
    order.sort_by_key(|i| (held[*i].dev, held[*i].ino));
    for pair in order.windows(2) {
        if (held[pair[0]].dev, held[pair[0]].ino) == (held[pair[1]].dev, held[pair[1]].ino) {
            return Err((
                paths[pair[0]].to_path_buf(),
                Refused::Never("source and target are one file".into()),
            ));
        }
    }
    for i in order {
        let result = held[i].lock(journal, host);
        result.map_err(|e| (held[i].path.clone(), e))?;
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A process that lives for a moment.
    fn sleeper() -> std::process::Child {
        std::process::Command::new("sleep").arg("60").spawn().unwrap()
    }

    #[test]
    fn a_dotlock_older_than_the_process_of_its_number_is_cleared() {
        let folder = tempfile::tempdir().unwrap();
        let (mbox, lock) = (folder.path().join("inbox"), folder.path().join("inbox.lock"));
        let mut other = sleeper();
        let content = format!("{}:host\n", other.id()).into_bytes();
        std::fs::write(&lock, &content).unwrap();
        clear(&mbox, &content);
        assert!(lock.exists(), "it may be that process that made it");
        let before = std::time::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        File::options().write(true).open(&lock).unwrap().set_modified(before).unwrap();
        clear(&mbox, b"1:host\n");
        assert!(lock.exists(), "it is another one");
        clear(&mbox, &content);
        assert!(!lock.exists(), "its maker is gone, and its number was given again");
        other.kill().unwrap();
        other.wait().unwrap();
    }
}
