//! The only room that changes mail: a plan says what would go where, apply carries it out one step at a
//! time through a journal, undo is the same the other way round, and recovery finishes what was broken off.
//! It never deletes a message, never overwrites one, and refuses octets that are not those that were judged.

mod apply;
mod folders;
mod journal;
mod lock;
mod maildir;
mod mbox;
mod mbox_return;
mod messages;
mod plan;
mod profile;
mod record;
mod recovery;
mod redo;
mod rows;
mod target;
mod undo;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use apply::{Session, apply};
pub use journal::{Kind, Known, Run, State};
pub use plan::{Plan, Share, Site, Step, Target, Wishes, plan};
pub use recovery::{Healed, Open};
pub use rows::{Row, plan_rows, read_rows};
pub use target::check_target;
pub use undo::{Choice, Swept, forget, undo};

use crate::store::{Fingerprint, Skipped, escaped};

/// Why nothing could be done, or why it had to end.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another run or program holds the lock.
    #[error("{0}")]
    Busy(String),
    /// What was asked for cannot be done as it was asked for.
    #[error("{0}")]
    Refused(String),
    /// The journal is damaged before its end; a person has to look.
    #[error("{path}: {what}")]
    Damaged {
        /// Escaped for display.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// The system refused.
    #[error("{path}: {source}")]
    System {
        /// Escaped for display.
        path: String,
        /// What it said.
        source: io::Error,
    },
}

impl Error {
    fn system(path: &Path, source: impl Into<io::Error>) -> Self {
        Error::System { path: shown(path), source: source.into() }
    }
}

/// What a run needs to know of the world outside; the library asks for none of it by itself.
pub struct Surroundings<'a> {
    /// Folder for journals, redo files and the run lock.
    pub state: &'a Path,
    /// Now, Unix seconds.
    pub now: i64,
    /// Name of this host, for dotlocks.
    pub host: &'a str,
    /// Whether to end after the current step.
    pub stop: &'a dyn Fn() -> bool,
}

/// What a run did.
#[derive(Debug, Default)]
pub struct Report {
    /// Number of the run, none where nothing was begun.
    pub run: Option<u64>,
    /// Messages moved (copied, put back), by class and by where they went; of copies that an undo removed
    /// by where they were.
    pub done: BTreeMap<(String, String), u64>,
    /// What was done is the removal of copies.
    pub removed: bool,
    /// What was left where it is, and why.
    pub skipped: Vec<Skipped>,
    /// What a person may want to know; nothing was left out because of it.
    pub notes: Vec<String>,
    /// Mailboxes that another program held.
    pub busy: u64,
    /// Octets in doubt were written to these files; a person has to look.
    pub recovered: Vec<PathBuf>,
    /// Redo files of a run that was given up half done; a person has to look.
    pub kept: Vec<PathBuf>,
    /// Messages that stand in two places, because a broken-off run could neither be completed nor taken back;
    /// a person has to look.
    pub doubled: u64,
    /// Ended early because it was asked to.
    pub interrupted: bool,
    /// Of the skipped, those that are not there any more: trying again brings nothing.
    gone: usize,
    /// Runs that were broken off, wait for a lock, and are in the way of what was asked for.
    waits: BTreeSet<u64>,
}

impl Report {
    /// Messages that went somewhere.
    pub fn moved(&self) -> u64 {
        self.done.values().sum()
    }

    fn count(&mut self, class: &str, to: &Path) {
        *self.done.entry((class.to_owned(), shown(to))).or_default() += 1;
    }

    /// A place where nothing may be done before a run that was broken off is complete.
    fn waits(&mut self, place: &Path, open: &Open) {
        self.busy += u64::from(open.busy);
        self.waits_for(open);
        self.skip(shown(place), open.first());
    }

    /// What was asked for is that of a run that was broken off: its own line counts as busy too, once.
    fn waits_for(&mut self, open: &Open) {
        self.busy += u64::from(open.busy && self.waits.insert(open.run));
    }

    fn skip(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.skipped.push(Skipped { what: what.into(), why: why.into() });
    }
}

fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_bytes())
}

/// Undoes [`escaped`]: the octets of a name that was written for display.
fn unescaped(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = bytes[at..]
            .strip_prefix(b"\\x")
            .and_then(|h| std::str::from_utf8(h.get(..2)?).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match code {
            Some(octet) => {
                out.push(octet);
                at += 4;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

/// A path below another; the other itself where it is empty.
fn below(top: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { top.to_owned() } else { top.join(path) }
}

/// Whether there is nothing of that name. That nobody can look is an error, not an absence.
fn absent(path: &Path) -> Result<bool, Error> {
    match std::fs::symlink_metadata(path) {
        Ok(_) => Ok(false),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(e) => Err(Error::system(path, e)),
    }
}

fn path_of(octets: Vec<u8>) -> PathBuf {
    PathBuf::from(std::ffi::OsString::from_vec(octets))
}

/// Octets that are read or written at a time.
const PIECE: usize = 256 << 10;

/// Fills the buffer from a position on, or as far as the file goes.
fn read_at(file: &File, buffer: &mut [u8], at: u64) -> io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match file.read_at(&mut buffer[n..], at + n as u64) {
            Ok(0) => break,
            Ok(k) => n += k,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

/// Whether this is a program that is broken on purpose, in this way: `scripts/check-mutants` builds one in which
/// the environment chooses. In any other program this is never so, and nothing is asked.
#[expect(clippy::disallowed_methods, reason = "only in a program that is broken on purpose")]
fn broken(way: &str) -> bool {
    cfg!(mutant = "chosen") && std::env::var("UNSCATTER_MUTANT").is_ok_and(|chosen| chosen == way)
}

/// Waits until a file or folder is on the disk as it is now.
fn durable(what: impl rustix::fd::AsFd) -> io::Result<()> {
    if broken("no-fsync") {
        return Ok(());
    }
    Ok(rustix::fs::fsync(what)?)
}

/// [`durable`] for octets alone: for files that are only ever written to.
fn durable_data(what: impl rustix::fd::AsFd) -> io::Result<()> {
    if broken("no-fsync") {
        return Ok(());
    }
    Ok(rustix::fs::fdatasync(what)?)
}

/// Hashes a part of a file in bounded memory. A file that ends early gives a shorter length.
fn fingerprint(file: &File, at: u64, length: u64) -> io::Result<Fingerprint> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; PIECE.min(usize::try_from(length).unwrap_or(PIECE))];
    let mut done = 0;
    while done < length {
        let want = buffer.len().min(usize::try_from(length - done).unwrap_or(PIECE));
        let n = read_at(file, &mut buffer[..want], at + done)?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
        done += n as u64;
    }
    Ok(Fingerprint { len: done, sha256: hasher.finalize().into() })
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut out = [0; 32];
    if text.len() != 64 {
        return None;
    }
    for (i, octet) in out.iter_mut().enumerate() {
        *octet = u8::from_str_radix(text.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_octets_come_back_from_their_escaped_form(name: Vec<u8>) {
            proptest::prop_assert_eq!(unescaped(&escaped(&name)), name);
        }
    }

    #[test]
    fn digests_come_back_from_hexadecimal() {
        let print = Fingerprint::of(b"x");
        assert_eq!(unhex(&print.hex()), Some(print.sha256));
        assert_eq!(unhex("zz"), None);
    }
}
