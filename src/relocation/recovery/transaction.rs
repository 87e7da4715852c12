//! Completes one transaction of mboxes that was broken off: all its files are looked at under their locks
//! before the first octet is written.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use super::super::apply::Job;
use super::super::journal::{Record, Run};
use super::super::lock::{self, Held, Refused};
use super::super::redo::{Change, Piece, Standing, Tail, Writer, length};
use super::super::{Error, absent, messages, profile, read_at, shown};
use super::{away, changes, doubtful};
use crate::store::Bounds;

pub(super) fn transaction(job: &mut Job<'_>, run: &Run, txn: u64) -> Result<(), Error> {
    let changes = changes(run, txn);
    // A file that an undo emptied and removed is done.
    let mut left = BTreeMap::new();
    for (n, c) in &changes {
        let empties = c.start == 0 && length(&c.new) == 0;
        if !(empties && absent(&c.path)?) {
            left.insert(*n, c.clone());
        }
    }
    let paths: Vec<&Path> = left.values().map(|c| c.path.as_path()).collect();
    let (seen, held) = match hold(job, &paths) {
        Ok(held) => held,
        Err((path, Refused::Busy(why))) => {
            return Err(Error::Busy(format!(
                "{}: an earlier run has to be completed there first, but {why}",
                shown(&path)
            )));
        }
        Err((path, Refused::Never(why))) => {
            if absent(&path)? {
                return Err(away(job, &path));
            }
            return Err(Error::Refused(format!(
                "{}: an earlier run has to be completed there first, but it {why}",
                shown(&path)
            )));
        }
    };
    // All files are looked at before the first one is written to: what cannot leave must not arrive.
    let mut found = Vec::new();
    for ((held, seen), (n, change)) in held.into_iter().zip(seen).zip(left) {
        let standing = standing(job, txn, n, &held, seen.as_deref(), &change)?;
        found.push(Found { n, change, held, seen, standing });
    }
    if found.iter().any(|f| f.standing == Standing::Doubt) {
        return doubtful::settle(job, run, txn, &changes, found);
    }
    for f in &found {
        complete(job, txn, f)?;
        job.journal.push(&Record::Applied(txn, f.n));
        job.journal.sync()?;
    }
    job.journal.push(&Record::Done(txn));
    job.journal.sync()?;
    clear(job, txn)
}

/// One file of a transaction under its lock.
pub(super) struct Found {
    pub(super) n: u64,
    pub(super) change: Change,
    pub(super) held: Held,
    /// Its messages, where it is an mbox.
    pub(super) seen: Option<Vec<Bounds>>,
    pub(super) standing: Standing,
}

type Looked = (Vec<Option<Vec<Bounds>>>, Vec<Held>);

/// Locks files, and finds the messages of each as it is under the lock.
fn hold(job: &mut Job<'_>, paths: &[&Path]) -> Result<Looked, (PathBuf, Refused)> {
    // What it is half way through waits: Thunderbird would take offsets of its own from the old content.
    if let Some(path) = paths.iter().find(|p| profile::in_use(p)) {
        return Err((path.to_path_buf(), Refused::Busy(profile::RUNNING.into())));
    }
    let mut attempt = 0;
    loop {
        attempt += 1;
        // To find messages a file is opened and closed, which would drop the locks.
        let shapes: Vec<_> = paths.iter().map(|p| messages::shape(p).ok()).collect();
        let held = lock::mboxes(paths, &mut job.journal, job.around.host)?;
        let same = |(h, s): (&Held, &Option<messages::Shape>)| {
            s.as_ref()
                .is_none_or(|s| h.file.metadata().is_ok_and(|m| messages::stamp(&m) == s.stamp))
        };
        if held.iter().zip(&shapes).all(same) {
            return Ok((shapes.into_iter().map(|s| s.map(|s| s.bounds)).collect(), held));
        }
        if attempt == 3 {
            let path = paths.first().map(|p| p.to_path_buf()).unwrap_or_default();
            return Err((path, Refused::Busy("it changes all the time".into())));
        }
    }
}

/// How one file stands to its change, by its octets and, where these do not tell, by its messages.
fn standing(
    job: &Job<'_>,
    txn: u64,
    n: u64,
    held: &Held,
    seen: Option<&[Bounds]>,
    change: &Change,
) -> Result<Standing, Error> {
    let failed = |e: io::Error| Error::system(&change.path, e);
    // The number of the device may be another one after a restart; the octets are compared anyway.
    if held.ino != change.ino {
        return Ok(Standing::Doubt);
    }
    let files = change.open(job.state)?;
    let standing = change.standing(&held.file, &files).map_err(failed)?;
    if standing != Standing::Longer {
        return Ok(standing);
    }
    // Behind the new content: either mail that was delivered since, or what is left of the old content, in
    // which a mail program changed something.
    let behind = change.start + length(&change.new);
    let (Some(seen), Some(old)) = (seen, doubtful::before(job, txn, n, change, &files)?) else {
        return Ok(Standing::Doubt);
    };
    let mut rest = seen.iter().skip_while(|b| b.from_line < behind).peekable();
    let first = rest.peek().map_or(held.file.metadata().map_err(failed)?.len(), |b| b.from_line);
    // The rest may begin in the middle of a message.
    let torn = first > behind;
    if torn && !change.is_old(&held.file, &files, behind, first).map_err(failed)? {
        return Ok(Standing::Doubt);
    }
    let (mut left, mut added) = (torn, None);
    for b in rest {
        let is_old = old.contains_key(&messages::bare(&held.file, b.start, b.end).map_err(failed)?);
        match (is_old, added) {
            (true, None) => left = true,
            (true, Some(_)) => return Ok(Standing::Doubt),
            (false, None) => added = Some(b.from_line),
            (false, Some(_)) => {}
        }
    }
    Ok(match (left, added) {
        (false, _) => Standing::Done,
        (true, None) => Standing::Open,
        (true, Some(at)) => Standing::Added(at),
    })
}

/// Removes the redo files of a transaction, but what was moved.
pub(super) fn clear(job: &Job<'_>, txn: u64) -> Result<(), Error> {
    let prefix = job.journal.redo_name(txn, "");
    let wanted = |n: &&String| n.starts_with(&prefix) && !n.ends_with("-moved");
    for name in job.state.names()?.iter().filter(wanted) {
        job.state.remove(name)?;
    }
    Ok(())
}

/// Gives one file its new content.
pub(super) fn complete(job: &mut Job<'_>, txn: u64, f: &Found) -> Result<(), Error> {
    let failed = |e: io::Error| Error::system(&f.change.path, e);
    match f.standing {
        // It may be there without having reached the disk.
        Standing::Done => super::super::durable(&f.held.file).map_err(failed),
        Standing::Open => written(job, &f.held, &f.change),
        Standing::Added(at) => {
            let files = f.change.open(job.state)?;
            let fresh = reworded(job, txn, f, &files, at, &f.change.new)?;
            written(job, &f.held, &fresh)
        }
        Standing::Longer | Standing::Doubt => {
            Err(failed(io::Error::other("is not as this run left it")))
        }
    }
}

/// Writes a change and reads it back.
pub(super) fn written(job: &Job<'_>, held: &Held, change: &Change) -> Result<(), Error> {
    let failed = |e: io::Error| Error::system(&change.path, e);
    let files = change.open(job.state)?;
    let now = held.file.metadata().map_err(failed)?.len();
    change.write(&held.file, &files, now).map_err(failed)?;
    if change.reads_back(&held.file, &files).map_err(failed)? {
        Ok(())
    } else {
        Err(failed(io::Error::other("reads back different from what was written")))
    }
}

/// A new word on a change: the file as it is now becomes the old content, and the new one is `goal`, in pieces
/// of the change, with what was delivered since behind it, which begins at `at`.
pub(super) fn reworded(
    job: &mut Job<'_>,
    txn: u64,
    f: &Found,
    files: &[File],
    at: u64,
    goal: &[Piece],
) -> Result<Change, Error> {
    let Found { n, change, held, .. } = f;
    let failed = |e: io::Error| Error::system(&change.path, e);
    let end = held.file.metadata().map_err(failed)?.len();
    let now = end - change.start;
    // A name that no earlier attempt has: its file may be what the last word stands on.
    let names = job.state.names()?;
    let name = (1..).map(|i| job.journal.redo_name(txn, &format!("found-{n}-{i}")));
    let Some(name) = name.into_iter().find(|name| !names.contains(name)) else {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    };
    let mut writer = Writer::new(job.state, name)?;
    writer.copy(&held.file, change.start, now)?;
    writer.put(b"\n\n")?;
    let redo = writer.finish()?;
    job.state.sync()?;
    let mut redos = change.redos.clone();
    let mine = redos.len();
    redos.push(redo);
    let piece = |offset, length| Piece { redo: mine, offset, length };
    let mut new = goal.to_vec();
    new.extend(
        separator(change.start, goal, files, held, at).map_err(failed)?.map(|n| piece(now, n)),
    );
    new.push(piece(at - change.start, end - at));
    let fresh = Change { redos, old: vec![piece(0, now)], new, ..change.clone() };
    job.journal.push(&Record::Change(txn, *n, fresh.clone()));
    job.journal.sync()?;
    Ok(fresh)
}

/// Line ends that are missing between the new tail and what was delivered behind it.
fn separator(
    start: u64,
    goal: &[Piece],
    files: &[File],
    held: &Held,
    at: u64,
) -> io::Result<Option<u64>> {
    let tail = Tail::new(files, goal);
    let mut last = Vec::new();
    let before = 4_u64.saturating_sub(tail.length).min(start);
    last.resize(usize::try_from(before).unwrap_or(0), 0);
    read_at(&held.file, &mut last, start - before)?;
    let mut end = [0u8; 4];
    let n = tail.read(&mut end, tail.length.saturating_sub(4))?;
    last.extend(&end[..n]);
    let mut first = [0u8; 5];
    let m = read_at(&held.file, &mut first, at)?;
    if last.is_empty()
        || &first[..m] != b"From "
        || last.ends_with(b"\n\n")
        || last.ends_with(b"\r\n\r\n")
    {
        return Ok(None);
    }
    Ok(Some(if last.ends_with(b"\n") { 1 } else { 2 }))
}
