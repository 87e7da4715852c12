//! Finishes what a run left that was broken off. Idempotent: it may itself be killed at any point, and the
//! next one goes on. What it cannot explain it does not write to; octets at risk go to a file of their own.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::apply::Job;
use super::journal::{Journal, Kind, Move, Record, Run, State};
use super::lock::{self, Held, Refused};
use super::maildir::{self, Maildir};
use super::redo::{Change, Piece, Standing, Writer, length};
use super::{Error, Report, Surroundings, absent, mbox, messages, read_at, shown};
use crate::store::Mended;

/// Days that the octets of moved messages stay in the state folder.
const DAYS: i64 = 30;

/// What was healed.
#[derive(Debug, Default)]
pub struct Healed {
    /// Runs that had been broken off and are complete now.
    pub runs: Vec<u64>,
    /// What a person may want to know.
    pub notes: Vec<String>,
    /// Files with octets that could not be put where they belong; a person has to look.
    pub recovered: Vec<PathBuf>,
}

/// Heals every run that was broken off. The run lock is held.
pub(super) fn all(state: &State, around: &Surroundings<'_>) -> Result<Healed, Error> {
    let mut healed = Healed::default();
    for number in state.numbers()? {
        // A journal without its first record is that of a run that had not begun to change anything.
        let (journal, run) = Journal::reopen(state, number)?;
        let Some((kind, time)) = run.begin() else {
            if run.records.is_empty() {
                state.remove(&format!("run-{number:06}.journal"))?;
            }
            continue;
        };
        for record in &run.records {
            if let Record::Dotlock(path, content) = record {
                lock::clear(path, content);
            }
        }
        if run.ended() {
            // A run that could not remove what it no longer needed is not broken off because of it.
            tidy(state, &run)?;
            let old = around.now.saturating_sub(time) > DAYS * 86_400;
            if old || run.forgotten() {
                drop_redo(state, number)?;
            }
            continue;
        }
        let report = Report { run: Some(number), ..Report::default() };
        let mut job = Job { state, around, journal, report, kind, created: Vec::new() };
        one(&mut job, &run)?;
        job.journal.push(&Record::End);
        job.journal.sync()?;
        tidy(state, &state.run(number)?)?;
        healed.runs.push(number);
        healed.notes.push(format!("run {number} had been broken off; it is complete now"));
        healed.notes.extend(job.report.notes);
        healed.recovered.extend(job.report.recovered);
    }
    Ok(healed)
}

/// Removes the redo files of a run.
pub(super) fn drop_redo(state: &State, run: u64) -> Result<(), Error> {
    let prefix = format!("run-{run:06}-");
    for name in state.names()?.iter().filter(|n| n.starts_with(&prefix)) {
        state.remove(name)?;
    }
    Ok(())
}

/// Removes the redo files that nobody needs: those of transactions that never came to their intent, and of
/// those that are done all but what was moved. Where octets were at risk, everything stays.
fn tidy(state: &State, run: &Run) -> Result<(), Error> {
    let intents: BTreeSet<u64> = run
        .records
        .iter()
        .filter_map(|r| if let Record::Intent(txn) = r { Some(*txn) } else { None })
        .collect();
    let closed = run.closed();
    let prefix = format!("run-{:06}-", run.number);
    for name in state.names()? {
        let Some(rest) = name.strip_prefix(&prefix) else { continue };
        let Some(txn) = rest.split('-').next().and_then(|n| n.parse().ok()) else { continue };
        let needed = match (intents.contains(&txn), closed.get(&txn)) {
            (false, _) => false,
            (true, Some(true)) => name.ends_with("-moved"),
            (true, _) => true,
        };
        if !needed {
            state.remove(&name)?;
        }
    }
    Ok(())
}

fn one(job: &mut Job<'_>, run: &Run) -> Result<(), Error> {
    let mut tops: BTreeMap<&Path, Vec<&Move>> = BTreeMap::new();
    for m in run.moves(false) {
        tops.entry(&m.top).or_default().push(m);
    }
    for (top, moves) in tops {
        maildir(job, top, &moves)?;
    }
    for txn in open_transactions(run) {
        transaction(job, run, txn)?;
    }
    // What a run made is removed once it is empty, also by the undo that emptied it.
    let undone = match job.kind {
        Kind::Undo(of) => job.state.runs()?.into_iter().find(|r| r.number == of),
        Kind::Sweep | Kind::Copy => None,
    };
    let made = |r: &Run| -> Vec<PathBuf> {
        let path = |r: &Record| match r {
            Record::Create(path) => Some(path.clone()),
            _ => None,
        };
        r.records.iter().filter_map(path).collect()
    };
    for path in undone.iter().chain([run]).flat_map(made) {
        empty_target(job, &path)?;
    }
    Ok(())
}

/// A target that was made and never got a message is removed, unless somebody else has it now.
pub(super) fn empty_target(job: &mut Job<'_>, path: &Path) -> Result<(), Error> {
    let failed = |e| Error::system(path, e);
    match std::fs::symlink_metadata(path) {
        Ok(m) if m.is_file() && m.len() == 0 => {}
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
        _ => return Ok(()),
    }
    match lock::mboxes(&[path], &mut job.journal, job.around.host) {
        Ok(held) => mbox::discard(&held[0], true).map_err(failed),
        Err((_, Refused::Busy(_))) => Ok(()),
        Err((_, Refused::Never(why))) => Err(failed(io::Error::other(why))),
    }
}

fn maildir(job: &mut Job<'_>, top: &Path, moves: &[&Move]) -> Result<(), Error> {
    let failed = |e: io::Error| Error::system(top, e);
    let mut maildir = match Maildir::open(top) {
        Ok(maildir) => maildir,
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            for m in moves {
                job.journal.push(&Record::Void(m.id, "its Maildir is gone".into()));
            }
            job.report.notes.push(format!("{}: the Maildir is gone", shown(top)));
            return job.journal.sync();
        }
        Err(e) => return Err(failed(e)),
    };
    if !lock::folder(&maildir.top) {
        return Err(Error::Busy(format!(
            "{}: an earlier run has to be completed, and another one is working there",
            shown(top)
        )));
    }
    let mut folders = BTreeSet::new();
    let mut words = Vec::new();
    for m in moves {
        let result = settle(&mut maildir, job.kind, m).map_err(failed)?;
        folders.insert(maildir::folder_of(&m.from));
        folders.insert(maildir::folder_of(&m.to));
        match result {
            Settled::Done => words.push(Record::Done(m.id)),
            Settled::Aborted => words.push(Record::Void(m.id, "had not begun".into())),
            Settled::Gone => {
                let place = shown(&top.join(m.from.path()));
                job.report.notes.push(format!("{place}: somebody else moved it meanwhile"));
                words.push(Record::Void(m.id, "moved by somebody else".into()));
            }
        }
    }
    for folder in folders {
        match maildir.sync(&folder) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
    }
    for word in &words {
        job.journal.push(word);
    }
    job.journal.sync()
}

enum Settled {
    Done,
    Aborted,
    Gone,
}

fn settle(maildir: &mut Maildir, kind: Kind, m: &Move) -> io::Result<Settled> {
    // The number of a device may be another one after a restart.
    let is_it = |seen: Option<maildir::Seen>| {
        seen.is_some_and(|s| {
            s.ino == m.ino && (s.dev == m.dev || (s.size, s.mtime) == (m.fingerprint.len, m.mtime))
        })
    };
    let at_source = is_it(maildir.look(&m.from)?);
    if m.to.name.is_empty() {
        return Ok(if at_source { Settled::Aborted } else { Settled::Done });
    }
    if kind == Kind::Copy {
        maildir.clear_tmp(&m.to)?;
        // A mail program may have renamed the copy already.
        let found = match maildir.look(&m.to)? {
            Some(_) => Some(m.to.clone()),
            None => maildir.renamed(&m.to)?,
        };
        let there = match found {
            Some(spot) => maildir.read(&spot)?.1 == m.fingerprint,
            None => false,
        };
        return Ok(if there { Settled::Done } else { Settled::Aborted });
    }
    if is_it(maildir.look(&m.to)?) {
        if at_source {
            // Link and unlink, interrupted between the two.
            maildir.sync(&maildir::folder_of(&m.to))?;
            maildir.remove(&m.from)?;
        }
        return Ok(Settled::Done);
    }
    if at_source {
        return Ok(Settled::Aborted);
    }
    for (spot, found) in [(&m.to, Settled::Done), (&m.from, Settled::Aborted)] {
        if let Some(now) = maildir.renamed(spot)?
            && is_it(maildir.look(&now)?)
        {
            return Ok(found);
        }
    }
    Ok(Settled::Gone)
}

/// Transactions that were announced and neither completed nor given up.
fn open_transactions(run: &Run) -> Vec<u64> {
    let closed = run.closed();
    let mut open: Vec<u64> = run
        .records
        .iter()
        .filter_map(|r| match r {
            Record::Intent(txn) if !closed.contains_key(txn) => Some(*txn),
            _ => None,
        })
        .collect();
    open.sort_unstable();
    open.dedup();
    open
}

impl State {
    /// The mboxes that broken-off runs left half written, as they will be when these are complete. What
    /// cannot be told is left out, and is read as it lies there. Reads only.
    pub fn mended(&self) -> Result<Vec<Mended>, Error> {
        let mut all = Vec::new();
        for run in self.runs()?.iter().filter(|r| !r.ended()) {
            for txn in open_transactions(run) {
                for change in changes(run, txn).values() {
                    // A file that is gone, or a redo file: the next run has to see to it.
                    all.extend(change.mended(self).ok().flatten());
                }
            }
        }
        Ok(all)
    }
}

/// The last word on each file of a transaction.
fn changes(run: &Run, wanted: u64) -> BTreeMap<u64, Change> {
    let mut all = BTreeMap::new();
    for record in &run.records {
        if let Record::Change(txn, n, change) = record
            && *txn == wanted
        {
            all.insert(*n, change.clone());
        }
    }
    all
}

fn transaction(job: &mut Job<'_>, run: &Run, txn: u64) -> Result<(), Error> {
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
    let held = match lock::mboxes(&paths, &mut job.journal, job.around.host) {
        Ok(held) => held,
        Err((path, Refused::Busy(why))) => {
            return Err(Error::Busy(format!(
                "{}: an earlier run has to be completed there first, but {why}",
                shown(&path)
            )));
        }
        Err((path, Refused::Never(why))) => {
            if !absent(&path)? {
                return Err(Error::Refused(format!(
                    "{}: an earlier run has to be completed there first, but it {why}",
                    shown(&path)
                )));
            }
            return rescue(job, txn, &changes, &[]);
        }
    };
    for (h, c) in held.iter().zip(left.values()) {
        // The number of the device may be another one after a restart; the octets are compared anyway.
        if h.ino != c.ino {
            return rescue(job, txn, &changes, &held);
        }
    }
    for (h, (n, change)) in held.iter().zip(&left) {
        if !complete(job, txn, *n, h, change)? {
            return rescue(job, txn, &changes, &held);
        }
        job.journal.push(&Record::Applied(txn, *n));
        job.journal.sync()?;
    }
    job.journal.push(&Record::Done(txn));
    job.journal.sync()?;
    clear(job, txn)
}

/// Removes the redo files of a transaction, but what was moved.
fn clear(job: &Job<'_>, txn: u64) -> Result<(), Error> {
    let prefix = job.journal.redo_name(txn, "");
    let wanted = |n: &&String| n.starts_with(&prefix) && !n.ends_with("-moved");
    for name in job.state.names()?.iter().filter(wanted) {
        job.state.remove(name)?;
    }
    Ok(())
}

/// Gives one file its new content. False where it is in a state that nobody can explain.
fn complete(
    job: &mut Job<'_>,
    txn: u64,
    n: u64,
    held: &Held,
    change: &Change,
) -> Result<bool, Error> {
    let failed = |e: io::Error| Error::system(&change.path, e);
    let mut change = change.clone();
    let mut files = change.open(job.state)?;
    match change.standing(&held.file, &files).map_err(failed)? {
        Standing::Done => {
            // It may be there without having reached the disk.
            super::durable(&held.file).map_err(failed)?;
            return Ok(true);
        }
        Standing::Doubt => return Ok(false),
        Standing::Open => {}
        Standing::Added(at) => {
            change = with_added(job, txn, n, held, &change, &files, at)?;
            files = change.open(job.state)?;
        }
    }
    change.write(&held.file, &files).map_err(failed)?;
    if change.reads_back(&held.file, &files).map_err(failed)? {
        Ok(true)
    } else {
        Err(failed(io::Error::other("reads back different from what was written")))
    }
}

/// A new word on the change that includes what was delivered since: the file as it is now becomes the old
/// content, and the new one ends with the delivered octets.
fn with_added(
    job: &mut Job<'_>,
    txn: u64,
    n: u64,
    held: &Held,
    change: &Change,
    files: &[File],
    at: u64,
) -> Result<Change, Error> {
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
    let mut new = change.new.clone();
    new.extend(separator(change, files, held, at).map_err(failed)?.map(|n| piece(now, n)));
    new.push(piece(at - change.start, end - at));
    let fresh = Change { redos, old: vec![piece(0, now)], new, ..change.clone() };
    job.journal.push(&Record::Change(txn, n, fresh.clone()));
    job.journal.sync()?;
    Ok(fresh)
}

/// Line ends that are missing between the new tail and what was delivered behind it.
fn separator(change: &Change, files: &[File], held: &Held, at: u64) -> io::Result<Option<u64>> {
    let tail = super::redo::Tail::new(files, &change.new);
    let mut last = [0u8; 4];
    let from = tail.length.saturating_sub(4);
    let n = tail.read(&mut last, from)?;
    let mut first = [0u8; 5];
    let m = read_at(&held.file, &mut first, at)?;
    let last = &last[..n];
    if last.is_empty()
        || &first[..m] != b"From "
        || last.ends_with(b"\n\n")
        || last.ends_with(b"\r\n\r\n")
    {
        return Ok(None);
    }
    Ok(Some(if last.ends_with(b"\n") { 1 } else { 2 }))
}

/// The files are in a state that nobody can explain: nothing is written to them, and every message of the
/// transaction that neither of them has goes to a file of its own.
fn rescue(
    job: &mut Job<'_>,
    txn: u64,
    changes: &BTreeMap<u64, Change>,
    held: &[Held],
) -> Result<(), Error> {
    // The locks are given up: to list a file it has to be opened, and closing it would drop them anyway.
    let _ = held;
    let mut there: BTreeMap<[u8; 32], u64> = BTreeMap::new();
    for change in changes.values() {
        if let Ok(found) = listed(&change.path) {
            for (hash, _) in found {
                *there.entry(hash).or_default() += 1;
            }
        }
    }
    let name = format!("recovered-{:06}-{txn}.mbox", job.journal.run);
    let mut writer = Writer::new(job.state, name.clone())?;
    for (n, change) in changes {
        // What stood there before, whole: the redo files alone may end in the middle of something.
        let tail_name = format!("recovered-{:06}-{txn}-{n}.octets", job.journal.run);
        let mut tail = Writer::new(job.state, tail_name.clone())?;
        let files = change.open(job.state)?;
        for piece in &change.old {
            let Some(file) = files.get(piece.redo) else { continue };
            tail.copy(file, piece.offset, piece.length)?;
        }
        tail.finish()?;
        let path = job.state.path(&tail_name);
        let Ok(found) = listed(&path) else {
            // No messages can be told apart in it: all of it is kept for a person to look at.
            job.report.recovered.push(path);
            continue;
        };
        let file = job.state.file(&tail_name, OFlags::RDONLY)?;
        for (hash, bounds) in found {
            if let Some(left) = there.get_mut(&hash).filter(|left| **left > 0) {
                *left -= 1;
                continue;
            }
            writer.copy(&file, bounds.0, bounds.1 - bounds.0)?;
            writer.put(b"\n\n")?;
        }
        job.state.remove(&tail_name)?;
    }
    let empty = writer.at == 0;
    writer.finish()?;
    if empty {
        job.state.remove(&name)?;
    } else {
        job.report.recovered.push(job.state.path(&name));
    }
    job.state.sync()?;
    let paths: Vec<String> = changes.values().map(|c| shown(&c.path)).collect();
    job.report.notes.push(format!(
        "{}: changed by somebody else while a run was broken off; nothing was written to them",
        paths.join(", ")
    ));
    job.journal.push(&Record::Void(txn, "the files are not as it left them".into()));
    job.journal.sync()
}

type Listed = Vec<([u8; 32], (u64, u64))>;

/// Every message of an mbox: its bare hash, and where it stands with its From_ line.
fn listed(path: &Path) -> Result<Listed, String> {
    let shape = messages::shape(path)?.bounds;
    let file = File::open(path).map_err(|e| e.to_string())?;
    let mut all = Vec::new();
    for b in shape {
        let hash = messages::bare(&file, b.start, b.end).map_err(|e| e.to_string())?;
        all.push((hash, (b.from_line, b.end)));
    }
    Ok(all)
}
