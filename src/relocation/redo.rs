//! Changing a file in place so that it can be finished after any interruption: old and new content of its
//! tail are described by pieces of redo files that are durable before the first octet changes.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;

use rustix::fs::{FallocateFlags, OFlags, Timespec, Timestamps};
use sha2::{Digest, Sha256};

use super::journal::State;
use super::{Error, PIECE, fingerprint, read_at};
use crate::store::{Extent, Fingerprint, Mended};

/// A file in the state folder with octets that a transaction needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Redo {
    pub(super) name: String,
    pub(super) fingerprint: Fingerprint,
}

/// Some octets of one of the redo files of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// Which of [`Change::redos`].
    pub(super) redo: usize,
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// Seconds and nanoseconds.
pub(super) type Moment = (i64, u32);

/// One file whose tail is to be exchanged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) path: PathBuf,
    pub(super) dev: u64,
    pub(super) ino: u64,
    /// Octets before this position stay.
    pub(super) start: u64,
    pub(super) redos: Vec<Redo>,
    pub(super) old: Vec<Piece>,
    pub(super) new: Vec<Piece>,
    /// Access and modification time to restore.
    pub(super) times: Option<(Moment, Moment)>,
}

pub(super) fn length(pieces: &[Piece]) -> u64 {
    pieces.iter().map(|p| p.length).sum()
}

/// The octets that pieces stand for.
pub(super) struct Tail<'a> {
    files: &'a [File],
    /// Where each piece begins in the tail.
    pieces: Vec<(u64, Piece)>,
    pub(super) length: u64,
}

impl<'a> Tail<'a> {
    pub(super) fn new(files: &'a [File], pieces: &[Piece]) -> Self {
        let mut at = 0;
        let pieces = pieces
            .iter()
            .filter(|p| p.length > 0)
            .map(|p| {
                at += p.length;
                (at - p.length, *p)
            })
            .collect();
        Tail { files, pieces, length: at }
    }

    /// Fills the buffer from a position of the tail on, or as far as it goes.
    pub(super) fn read(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let mut done = 0;
        let mut i = self.pieces.partition_point(|(begin, p)| begin + p.length <= at);
        while done < buffer.len() {
            let Some((begin, piece)) = self.pieces.get(i) else { break };
            let inside = at + done as u64 - begin;
            let left = usize::try_from(piece.length - inside).unwrap_or(usize::MAX);
            let want = left.min(buffer.len() - done);
            let file = self.files.get(piece.redo).ok_or(io::ErrorKind::InvalidData)?;
            let n = read_at(file, &mut buffer[done..done + want], piece.offset + inside)?;
            if n < want {
                return Err(io::Error::other("a redo file is too short"));
            }
            done += n;
            i += 1;
        }
        Ok(done)
    }
}

/// How a file stands to a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// The new content is there; what follows a longer one was added since.
    Done,
    /// The new content is there, which is shorter than the old one, and behind it stands what is not just the
    /// rest of the old one: mail that was delivered since, or that rest with something changed in it. Only
    /// its messages tell.
    Longer,
    /// Old content, or a mixture that the change itself left: writing completes it.
    Open,
    /// The same, and octets from this position of the file on were added since by somebody else.
    Added(u64),
    /// Anything else. Nothing may be written.
    Doubt,
}

const SECTOR: u64 = 512;

impl Change {
    pub(super) fn open(&self, state: &State) -> Result<Vec<File>, Error> {
        let mut files = Vec::new();
        for redo in &self.redos {
            let file = state.file(&redo.name, OFlags::RDONLY)?;
            let path = state.path(&redo.name);
            let found = fingerprint(&file, 0, u64::MAX).map_err(|e| Error::system(&path, e))?;
            if found != redo.fingerprint {
                return Err(Error::Damaged {
                    path: super::shown(&path),
                    what: "is not what the journal says; nothing is done until a person has looked"
                        .into(),
                });
            }
            files.push(file);
        }
        Ok(files)
    }

    /// Where the file ends before the change.
    pub(super) fn end(&self) -> u64 {
        self.start + length(&self.old)
    }

    /// Fails where the file is not exactly as long as it was when the change was prepared: under the lock,
    /// only somebody who heeds none can have made it so, and his mail would be written over.
    pub(super) fn untouched(&self, file: &File) -> io::Result<()> {
        if file.metadata()?.len() == self.end() { Ok(()) } else { Err(unheeded()) }
    }

    /// Writes the new tail in place, left to right, and waits for the disk. Fails where the file is longer
    /// than `most` or than the change can have made it: that would be mail of somebody who heeds no lock.
    pub(super) fn write(&self, file: &File, files: &[File], most: u64) -> io::Result<()> {
        let tail = Tail::new(files, &self.new);
        #[cfg(mutant = "chosen")]
        if self.start > 0 && super::broken("replace-by-rename") {
            return self.replace(file, &tail);
        }
        let old = length(&self.old);
        grown(file, most)?;
        if tail.length > old {
            // Space is reserved before the first octet changes. File systems that cannot do it get
            // what they have; the change can be finished later all the same.
            use rustix::io::Errno;
            let (at, more) = (self.start + old, tail.length - old);
            let reserved = rustix::fs::fallocate(file, FallocateFlags::KEEP_SIZE, at, more);
            if let Err(e @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) = reserved {
                return Err(e.into());
            }
        }
        let mut buffer = vec![0u8; PIECE];
        let mut at = 0;
        loop {
            let n = tail.read(&mut buffer, at)?;
            if n == 0 {
                break;
            }
            file.write_all_at(&buffer[..n], self.start + at)?;
            at += n as u64;
        }
        super::durable(file)?;
        let end = self.start + tail.length;
        if file.metadata()?.len() > end {
            grown(file, most.max(end))?;
            file.set_len(end)?;
            super::durable(file)?;
        }
        self.restore_times(file);
        Ok(())
    }

    /// What must not be done, kept to prove that the tests see it.
    #[cfg(mutant = "chosen")]
    #[expect(clippy::disallowed_methods, reason = "a broken variant")]
    fn replace(&self, file: &File, tail: &Tail<'_>) -> io::Result<()> {
        let mut octets = vec![0; usize::try_from(self.start + tail.length).unwrap_or(0)];
        let start = usize::try_from(self.start).unwrap_or(0);
        read_at(file, &mut octets[..start], 0)?;
        tail.read(&mut octets[start..], 0)?;
        let beside = self.path.with_extension("new");
        std::fs::write(&beside, octets)?;
        std::fs::rename(beside, &self.path)
    }

    /// Puts back what was there before; for a change that failed and is not to be tried again.
    pub(super) fn revert(&self, file: &File, files: &[File]) -> io::Result<()> {
        let tail = Tail::new(files, &self.old);
        let now = file.metadata()?.len().saturating_sub(self.start);
        if now > tail.length {
            // Behind what was there before, only octets of this change may be cut off.
            let ours = self.common(file, &Tail::new(files, &self.new), tail.length, now)?;
            if tail.length + ours < now {
                return Err(unheeded());
            }
        }
        let mut buffer = vec![0u8; PIECE];
        let mut at = 0;
        loop {
            let n = tail.read(&mut buffer, at)?;
            if n == 0 {
                break;
            }
            file.write_all_at(&buffer[..n], self.start + at)?;
            at += n as u64;
        }
        file.set_len(self.start + tail.length)?;
        super::durable(file)?;
        self.restore_times(file);
        Ok(())
    }

    fn restore_times(&self, file: &File) {
        if let Some((accessed, modified)) = self.times {
            let spec = |m: Moment| Timespec { tv_sec: m.0, tv_nsec: m.1.into() };
            let times =
                Timestamps { last_access: spec(accessed), last_modification: spec(modified) };
            // Times are a courtesy; the mail is in its place whether or not they can be set.
            let _ = rustix::fs::futimens(file, &times);
        }
    }

    /// Whether the file has the new tail, octet for octet, read back by hash.
    pub(super) fn reads_back(&self, file: &File, files: &[File]) -> io::Result<bool> {
        if super::broken("no-read-back") {
            return Ok(true);
        }
        let tail = Tail::new(files, &self.new);
        let mut hasher = Sha256::new();
        let mut buffer = vec![0u8; PIECE];
        let mut at = 0;
        loop {
            let n = tail.read(&mut buffer, at)?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
            at += n as u64;
        }
        let found = fingerprint(file, self.start, tail.length)?;
        Ok(found.len == tail.length && found.sha256 == <[u8; 32]>::from(hasher.finalize()))
    }

    /// Whether the file has its old content between two places of it.
    pub(super) fn is_old(
        &self,
        file: &File,
        files: &[File],
        from: u64,
        to: u64,
    ) -> io::Result<bool> {
        let old = Tail::new(files, &self.old);
        let now = to.saturating_sub(self.start);
        Ok(self.common(file, &old, from - self.start, now)? == to.saturating_sub(from))
    }

    /// How the file stands now. Only ever reads.
    pub(super) fn standing(&self, file: &File, files: &[File]) -> io::Result<Standing> {
        let end = file.metadata()?.len();
        let (old, new) = (Tail::new(files, &self.old), Tail::new(files, &self.new));
        let Some(now) = end.checked_sub(self.start) else { return Ok(Standing::Doubt) };
        let added = |at: u64| match now.cmp(&at) {
            std::cmp::Ordering::Greater => Standing::Added(self.start + at),
            _ => Standing::Open,
        };
        if self.common(file, &new, 0, now)? == new.length {
            let rest = old.length.saturating_sub(new.length);
            if rest == 0 || now == new.length {
                return Ok(Standing::Done);
            }
            let is_rest = now >= old.length && self.common(file, &old, new.length, now)? == rest;
            return Ok(if is_rest { added(old.length) } else { Standing::Longer });
        }
        if now < old.length || !self.is_mixture(file, &old, &new)? {
            return Ok(Standing::Doubt);
        }
        if new.length <= old.length {
            return Ok(added(old.length));
        }
        let ours = self.common(file, &new, old.length, now)?;
        let behind = old.length + ours;
        if behind == now {
            return Ok(Standing::Open);
        }
        if behind == new.length {
            return Ok(added(behind));
        }
        let ours = now.min(new.length);
        if self.is_sparse(file, &new, behind, ours)? {
            // The length reached the disk before the octets did, or one page before another.
            return Ok(if now > new.length { added(new.length) } else { Standing::Open });
        }
        Ok(match self.delivery(file, old.length, behind, now)? {
            Some(at) => added(at),
            None => Standing::Doubt,
        })
    }

    /// The file as it will be when this change is complete; none where it is so already, or where nobody
    /// can tell.
    pub(super) fn mended(&self, state: &State) -> Result<Option<Mended>, Error> {
        let failed = |e: io::Error| Error::system(&self.path, e);
        let file = File::open(&self.path).map_err(failed)?;
        let end = file.metadata().map_err(failed)?.len();
        let added = match self.standing(&file, &self.open(state)?).map_err(failed)? {
            Standing::Done | Standing::Longer | Standing::Doubt => return Ok(None),
            Standing::Open => end,
            Standing::Added(at) => at,
        };
        let part = |path: PathBuf, offset, length| Extent { path, offset, length };
        let mut extents = vec![part(self.path.clone(), 0, self.start)];
        for p in &self.new {
            let Some(redo) = self.redos.get(p.redo) else { return Ok(None) };
            extents.push(part(state.path(&redo.name), p.offset, p.length));
        }
        extents.push(part(self.path.clone(), added, end - added));
        Ok(Some(Mended { path: self.path.clone(), extents }))
    }

    /// Octets from `at` on that file and tail have in common.
    fn common(&self, file: &File, tail: &Tail<'_>, at: u64, now: u64) -> io::Result<u64> {
        let (mut a, mut b) = (vec![0u8; 64 << 10], vec![0u8; 64 << 10]);
        let mut done = 0;
        loop {
            let n = tail.read(&mut a, at + done)?;
            let left = usize::try_from(now.saturating_sub(at + done)).unwrap_or(usize::MAX);
            let m = n.min(left);
            let m = read_at(file, &mut b[..m], self.start + at + done)?;
            let same = a[..m].iter().zip(&b[..m]).take_while(|(x, y)| x == y).count();
            done += same as u64;
            if same < n || n == 0 {
                return Ok(done);
            }
        }
    }

    /// Whether every sector of the old extent holds old or new octets, or new ones up to some point and
    /// old ones behind: what a kill leaves (left to right) and what a power cut leaves (any order).
    fn is_mixture(&self, file: &File, old: &Tail<'_>, new: &Tail<'_>) -> io::Result<bool> {
        let mut at = 0;
        let (mut o, mut n, mut f) = ([0u8; 512], [0u8; 512], [0u8; 512]);
        while at < old.length {
            let room = SECTOR - (self.start + at) % SECTOR;
            let size = usize::try_from(room.min(old.length - at)).unwrap_or(512);
            old.read(&mut o[..size], at)?;
            n[..size].copy_from_slice(&o[..size]);
            new.read(&mut n[..size], at)?;
            if read_at(file, &mut f[..size], self.start + at)? < size {
                return Ok(false);
            }
            let front = (0..size).take_while(|i| f[*i] == n[*i]).count();
            if f[front..size] != o[front..size] {
                return Ok(false);
            }
            at += size as u64;
        }
        Ok(true)
    }

    /// Whether every sector holds new octets or zeros, or new ones up to some point and zeros behind.
    fn is_sparse(&self, file: &File, new: &Tail<'_>, from: u64, to: u64) -> io::Result<bool> {
        let (mut n, mut f) = ([0u8; 512], [0u8; 512]);
        let mut at = from;
        while at < to {
            let room = SECTOR - (self.start + at) % SECTOR;
            let size = usize::try_from(room.min(to - at)).unwrap_or(512);
            new.read(&mut n[..size], at)?;
            if read_at(file, &mut f[..size], self.start + at)? < size {
                return Ok(false);
            }
            let front = (0..size).take_while(|i| f[*i] == n[*i]).count();
            if f[front..size].iter().any(|b| *b != 0) {
                return Ok(false);
            }
            at += size as u64;
        }
        Ok(true)
    }

    /// Where a message begins that was delivered behind a half-written tail: the last place up to which
    /// everything is ours and a From_ line follows.
    fn delivery(&self, file: &File, from: u64, to: u64, now: u64) -> io::Result<Option<u64>> {
        let end = (to + 8).min(now);
        let mut octets = vec![0u8; usize::try_from(end - from).map_err(io::Error::other)?];
        let n = read_at(file, &mut octets, self.start + from)?;
        octets.truncate(n);
        let found = memchr::memmem::rfind_iter(&octets, b"From ").find(|at| {
            let at = *at;
            from + at as u64 <= to && (at == 0 || from + at as u64 == to || octets[at - 1] == b'\n')
        });
        if let Some(at) = found {
            return Ok(Some(from + at as u64));
        }
        let blank = octets.starts_with(b"\nFrom ") || octets.starts_with(b"\r\nFrom ");
        Ok(blank.then_some(from))
    }
}

/// Fails where a file is longer than it can be by what this run knows.
fn grown(file: &File, most: u64) -> io::Result<()> {
    if file.metadata()?.len() > most { Err(unheeded()) } else { Ok(()) }
}

fn unheeded() -> io::Error {
    io::Error::other("something was added without heeding the lock")
}

/// Writes a redo file, durable.
pub(super) struct Writer<'a> {
    state: &'a State,
    name: String,
    file: File,
    hasher: Sha256,
    pub(super) at: u64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(state: &'a State, name: String) -> Result<Self, Error> {
        // One of the same name is left from an attempt that never came to its intent.
        state.remove(&name)?;
        let file = state.file(&name, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)?;
        Ok(Writer { state, name, file, hasher: Sha256::new(), at: 0 })
    }

    pub(super) fn put(&mut self, octets: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all_at(octets, self.at);
        written.map_err(|e| Error::system(&self.state.path(&self.name), e))?;
        self.hasher.update(octets);
        self.at += octets.len() as u64;
        Ok(())
    }

    /// Copies a part of a file.
    pub(super) fn copy(&mut self, from: &File, at: u64, length: u64) -> Result<(), Error> {
        let mut buffer = vec![0u8; PIECE.min(usize::try_from(length).unwrap_or(PIECE))];
        let mut done = 0;
        while done < length {
            let want = buffer.len().min(usize::try_from(length - done).unwrap_or(PIECE));
            let n = read_at(from, &mut buffer[..want], at + done)
                .map_err(|e| Error::system(&self.state.path(&self.name), e))?;
            if n == 0 {
                let short = io::Error::other("the mbox became shorter while it was locked");
                return Err(Error::system(&self.state.path(&self.name), short));
            }
            self.put(&buffer[..n])?;
            done += n as u64;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Result<Redo, Error> {
        let path = self.state.path(&self.name);
        super::durable(&self.file).map_err(|e| Error::system(&path, e))?;
        let fingerprint = Fingerprint { len: self.at, sha256: self.hasher.finalize().into() };
        let found = super::fingerprint(&self.file, 0, u64::MAX);
        if found.map_err(|e| Error::system(&path, e))? != fingerprint {
            return Err(Error::system(&path, io::Error::other("reads back different")));
        }
        Ok(Redo { name: self.name, fingerprint })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state() -> (tempfile::TempDir, State) {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("state")).unwrap();
        (folder, state)
    }

    /// A change of `prefix + old` to `prefix + new` in a file that holds `now`.
    fn change(state: &State, prefix: &[u8], old: &[u8], new: &[u8]) -> Change {
        let redo = |name: &str, octets: &[u8]| {
            let mut writer = Writer::new(state, name.to_owned()).unwrap();
            writer.put(octets).unwrap();
            writer.finish().unwrap()
        };
        let redos = vec![redo("old", old), redo("new", new)];
        let all =
            |redo, octets: &[u8]| vec![Piece { redo, offset: 0, length: octets.len() as u64 }];
        Change {
            path: state.path("mbox"),
            dev: 0,
            ino: 0,
            start: prefix.len() as u64,
            redos,
            old: all(0, old),
            new: all(1, new),
            times: None,
        }
    }

    fn standing(state: &State, change: &Change, now: &[u8]) -> Standing {
        std::fs::write(&change.path, now).unwrap();
        let file = File::options().read(true).write(true).open(&change.path).unwrap();
        change.standing(&file, &change.open(state).unwrap()).unwrap()
    }

    #[test]
    fn every_state_that_a_kill_leaves_is_completed() {
        let (_folder, state) = state();
        let prefix = b"From a\n\nkept\n\n";
        for (old, new) in [
            (
                &b"From b\n\nmoved\n\nFrom c\n\nstays, and is longer than it was\n\n"[..],
                &b"From c\n\nstays, and is longer than it was\n\n"[..],
            ),
            (b"", b"From b\n\nmoved\n\n"),
            (b"From c\n\nstays\n\n", b"From b\n\ncomes back\n\nFrom c\n\nstays\n\n"),
            (b"From b\n\nall\n\n", b""),
        ] {
            let change = change(&state, prefix, old, new);
            let goal = [&prefix[..], new].concat();
            for written in 0..=new.len() {
                let mut now = [&prefix[..], &new[..written]].concat();
                now.extend(old.get(written..).unwrap_or_default());
                for delivered in [&b""[..], b"From d Mon Nov 23 19:15:27 2026\n\nnew\n\n"] {
                    let now = [&now[..], delivered].concat();
                    let found = standing(&state, &change, &now);
                    let file = File::options().read(true).write(true).open(&change.path).unwrap();
                    let files = change.open(&state).unwrap();
                    match found {
                        Standing::Open => {
                            assert!(delivered.is_empty() || now == goal, "{written}");
                            change.write(&file, &files, u64::MAX).unwrap();
                            assert_eq!(std::fs::read(&change.path).unwrap(), goal);
                        }
                        Standing::Done => assert!(now.starts_with(&goal)),
                        Standing::Added(at) => {
                            assert_eq!(&now[at as usize..], delivered, "{written}");
                        }
                        Standing::Longer | Standing::Doubt => {
                            panic!("doubt after {written} of {} octets", new.len())
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_somebody_else_wrote_is_doubt() {
        let (_folder, state) = state();
        let change =
            change(&state, b"", b"From b\n\nmoved\n\nFrom c\n\nkept\n\n", b"From c\n\nkept\n\n");
        assert_eq!(
            standing(&state, &change, b"From b\n\nmOved\n\nFrom c\n\nkept\n\n"),
            Standing::Doubt
        );
        assert_eq!(standing(&state, &change, b"From b\n"), Standing::Doubt);
        assert_eq!(standing(&state, &change, b""), Standing::Doubt);
    }

    #[test]
    fn a_length_that_came_before_the_octets_is_ours() {
        let (_folder, state) = state();
        let change = change(&state, b"x\n\n", b"", b"From b\n\nmoved\n\n");
        assert_eq!(standing(&state, &change, b"x\n\nFrom b\0\0\0"), Standing::Open);
        assert_eq!(standing(&state, &change, b"x\n\n\0\0\0\0"), Standing::Open);
    }

    #[test]
    fn pages_that_came_in_any_order_are_ours() {
        let (_folder, state) = state();
        let new = [b"From b\n\n".as_slice(), &[b'x'; 3000], b"\n\n"].concat();
        let change = change(&state, b"x\n\n", b"", &new);
        let goal = [b"x\n\n".as_slice(), &new].concat();
        let mut holed = goal.clone();
        holed[512..1024].fill(0);
        assert_eq!(standing(&state, &change, &holed), Standing::Open);
        let delivered = b"From d Mon Nov 23 19:15:27 2026\n\nnew\n\n";
        let with = [&holed[..], delivered].concat();
        assert_eq!(standing(&state, &change, &with), Standing::Added(goal.len() as u64));
        holed[600] = b'?';
        assert_ne!(standing(&state, &change, &holed), Standing::Open);
    }

    #[test]
    fn what_was_added_without_a_lock_is_not_cut_off() {
        let (_folder, state) = state();
        let change = change(&state, b"x\n\n", b"From b\n\nmoved\n\n", b"");
        let now = b"x\n\nFrom b\n\nmoved\n\nFrom c\n\nnew\n\n";
        std::fs::write(&change.path, now).unwrap();
        let file = File::options().read(true).write(true).open(&change.path).unwrap();
        let files = change.open(&state).unwrap();
        assert!(change.untouched(&file).is_err());
        assert!(change.write(&file, &files, change.end()).is_err());
        assert!(change.revert(&file, &files).is_err());
        assert_eq!(std::fs::read(&change.path).unwrap(), now);
    }

    #[test]
    fn what_was_appended_in_place_of_an_addition_is_neither_written_over_nor_cut_off() {
        let (_folder, state) = state();
        let change =
            change(&state, b"x\n\n", b"", b"From b\n\nmoved, and longer than what came\n\n");
        let now = b"x\n\nFrom c\n\nnew\n\n";
        std::fs::write(&change.path, now).unwrap();
        let file = File::options().read(true).write(true).open(&change.path).unwrap();
        let files = change.open(&state).unwrap();
        assert!(change.untouched(&file).is_err());
        assert!(change.revert(&file, &files).is_err());
        assert_eq!(std::fs::read(&change.path).unwrap(), now);
        // Its own octets it takes back.
        std::fs::write(&change.path, b"x\n\nFrom b\n\nmov").unwrap();
        let file = File::options().read(true).write(true).open(&change.path).unwrap();
        change.revert(&file, &files).unwrap();
        assert_eq!(std::fs::read(&change.path).unwrap(), b"x\n\n");
    }

    #[test]
    fn a_rest_in_which_something_was_changed_is_not_taken_for_mail_that_came_since() {
        let (_folder, state) = state();
        for new in [&b""[..], b"From c\n\nkept\n\n"] {
            let change = change(&state, b"x\n\n", b"From b\n\nmoved\n\nFrom c\n\nkept\n\n", new);
            let rest = b"From c\nStatus: RO\n\nkept\n\n";
            let now = [&b"x\n\n"[..], new, rest].concat();
            assert_eq!(standing(&state, &change, &now), Standing::Longer);
        }
    }
}
