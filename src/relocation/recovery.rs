//! Finishes what a run left that was broken off. Idempotent: it may itself be killed at any point, and the
//! next one goes on. What it cannot explain it does not write to; octets at risk go to a file of their own.

mod doubtful;
mod given_up;
mod transaction;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::apply::Job;
use super::journal::{Journal, Kind, Move, Record, Run, Spot, State};
use super::lock::{self, Refused};
use super::maildir::{self, Maildir};
use super::redo::Change;
use super::{Error, Report, Surroundings, folders, mbox, shown};
use crate::store::Mended;
pub(super) use given_up::give_up;
use transaction::transaction;

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
    /// Messages that stand in two places and should not; a person has to look.
    pub doubled: u64,
    /// Runs that could not be completed now.
    pub open: Vec<Open>,
}

/// A run that was broken off and could not be completed.
#[derive(Debug, Clone)]
pub struct Open {
    /// Its number.
    pub run: u64,
    /// Why.
    pub why: String,
    /// Whether trying again later may help: another program holds something.
    pub busy: bool,
    /// Maildirs and mboxes that it had begun to change: nothing may be moved there before it is complete.
    pub places: BTreeSet<PathBuf>,
}

impl Healed {
    /// Why nothing may be moved to or from this Maildir or mbox.
    pub(super) fn blocks(&self, place: &Path) -> Option<&Open> {
        self.open.iter().find(|open| open.places.contains(place))
    }

    /// What a run that follows has to tell of it.
    pub(super) fn report(&self) -> Report {
        let mut report = Report {
            recovered: self.recovered.clone(),
            doubled: self.doubled,
            ..Report::default()
        };
        for open in &self.open {
            // Whether what was asked for has to wait for it is told by [`Report::waits`].
            let what = format!("run {}", open.run);
            report.skip(what, format!("was broken off, and cannot be completed now: {}", open.why));
        }
        report
    }
}

impl Open {
    /// Why something else has to wait.
    pub(super) fn first(&self) -> String {
        format!("run {}, which was broken off, has to be completed there first", self.run)
    }
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
            match record {
                Record::Dotlock(path, content) => lock::clear(path, content),
                Record::Folder(top, below) => folders::clear(top, below),
                _ => {}
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
        if let Err(e) = one(&mut job, &run) {
            // Other stores are none of its business.
            healed.notes.extend(job.report.notes);
            healed.recovered.extend(job.report.recovered);
            healed.doubled += job.report.doubled;
            let (busy, places) = (matches!(e, Error::Busy(_)), places(&state.run(number)?));
            let open = Open { run: number, why: e.to_string(), busy, places };
            healed.open.push(open);
            continue;
        }
        job.journal.push(&Record::End);
        job.journal.sync()?;
        let run = state.run(number)?;
        tidy(state, &run)?;
        healed.runs.push(number);
        let given_up = run.closed().values().any(|done| !done) && !job.report.notes.is_empty();
        healed.notes.push(match given_up {
            true => format!("run {number} had been broken off; not all of it could be completed"),
            false => format!("run {number} had been broken off; it is complete now"),
        });
        healed.notes.extend(job.report.notes);
        healed.recovered.extend(job.report.recovered);
        healed.doubled += job.report.doubled;
    }
    Ok(healed)
}

/// Maildirs and mboxes in which a run left something open.
fn places(run: &Run) -> BTreeSet<PathBuf> {
    let closed = run.closed();
    let place = |r: &Record| match r {
        Record::Move(m) if !closed.contains_key(&m.id) => Some(m.top.clone()),
        Record::Change(txn, _, change) if !closed.contains_key(txn) => Some(change.path.clone()),
        Record::Create(path) => Some(path.clone()),
        _ => None,
    };
    run.records.iter().filter_map(place).collect()
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

/// The first failure; but one that goes by waiting comes before those that stay, so that nothing is given up for them.
fn with(first: Result<(), Error>, next: Result<(), Error>) -> Result<(), Error> {
    match (first, next) {
        (Err(Error::Busy(why)), _) | (Err(_), Err(Error::Busy(why))) => Err(Error::Busy(why)),
        (first, next) => first.and(next),
    }
}

fn one(job: &mut Job<'_>, run: &Run) -> Result<(), Error> {
    let mut tops: BTreeMap<&Path, Vec<&Move>> = BTreeMap::new();
    for m in run.moves(false) {
        tops.entry(&m.top).or_default().push(m);
    }
    // What cannot be completed in one place is no reason to leave another half done.
    let mut first = Ok(());
    for (top, moves) in tops {
        first = with(first, maildir(job, top, &moves));
    }
    for txn in open_transactions(run) {
        if job.journal.failed() {
            break;
        }
        first = with(first, transaction(job, run, txn));
    }
    first?;
    // What a run made and never wrote to is removed.
    let written: BTreeSet<&Path> = run
        .records
        .iter()
        .filter_map(|r| if let Record::Change(_, _, c) = r { Some(c.path.as_path()) } else { None })
        .collect();
    let made = |r: &Run| -> Vec<PathBuf> {
        let path = |r: &Record| match r {
            Record::Create(path) if !written.contains(path.as_path()) => Some(path.clone()),
            _ => None,
        };
        r.records.iter().filter_map(path).collect()
    };
    for path in made(run) {
        empty_target(job, &path)?;
    }
    Ok(())
}

/// A target that was made and never got a message is removed, unless somebody else has it now. One that had
/// messages once stays, empty: a deliverer may have it open and wait for the lock, and would write to a file
/// that has no name any more.
pub(super) fn empty_target(job: &mut Job<'_>, path: &Path) -> Result<(), Error> {
    let failed = |e| Error::system(path, e);
    match std::fs::symlink_metadata(path) {
        Ok(m) if m.is_file() && m.len() == 0 => {}
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(failed(e)),
        _ => return Ok(()),
    }
    match lock::mboxes(&[path], &mut job.journal, job.around.host) {
        Ok(held) => mbox::discard(&held[0]).map_err(failed),
        Err((_, Refused::Busy(_))) => Ok(()),
        Err((_, Refused::Never(why))) => {
            let note = format!("{}: made for nothing, and left there: it {why}", shown(path));
            job.report.notes.push(note);
            Ok(())
        }
    }
}

fn maildir(job: &mut Job<'_>, top: &Path, moves: &[&Move]) -> Result<(), Error> {
    let failed = |e: io::Error| Error::system(top, e);
    let mut maildir = match Maildir::open(top) {
        Ok(maildir) => maildir,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Err(away(job, top)),
        Err(e) => return Err(failed(e)),
    };
    if let Err(why) = maildir.hold() {
        return Err(Error::Busy(format!(
            "{}: an earlier run has to be completed there first, but {why}",
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

/// What is not there may be on a disk that is not mounted: its run waits.
fn away(job: &Job<'_>, place: &Path) -> Error {
    Error::Refused(format!(
        "{}: not there; if it is on a disk that is not mounted, mount it; if it is gone for good, \
         `unscatter undo --forget {}` gives the run up",
        shown(place),
        job.journal.run
    ))
}

enum Settled {
    Done,
    Aborted,
    Gone,
}

fn settle(maildir: &mut Maildir, kind: Kind, m: &Move) -> io::Result<Settled> {
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
    // Both places are looked at before anything is decided: a mail program that sets a flag changes either name.
    let source = present(maildir, &m.from, m)?;
    if m.to.name.is_empty() {
        return Ok(if source.is_some() { Settled::Aborted } else { Settled::Done });
    }
    let target = present(maildir, &m.to, m)?;
    let (source, target) = match (source, target) {
        (None, None) => return Ok(Settled::Gone),
        (Some(_), None) => return Ok(Settled::Aborted),
        (None, Some(_)) => return Ok(Settled::Done),
        (Some(source), Some(target)) => (source, target),
    };
    if source == target {
        return Ok(Settled::Done);
    }
    // Link and unlink, interrupted between the two: one file with two names. One that a mail program gave it
    // meanwhile holds what its user did, so of two it is the other that goes.
    let marked = source != m.from && target == m.to;
    let (kept, other) = if marked { (source, target) } else { (target, source) };
    maildir.sync(&maildir::folder_of(&kept))?;
    maildir.remove(&other)?;
    // It may stand where neither name of the move is: what was new was opened meanwhile.
    maildir.sync(&maildir::folder_of(&other))?;
    Ok(if marked { Settled::Aborted } else { Settled::Done })
}

/// Where the file of a move is, if it is at this place: under its name, or under one with other flags.
fn present(maildir: &mut Maildir, spot: &Spot, m: &Move) -> io::Result<Option<Spot>> {
    // The number of a device may be another one after a restart.
    let is_it = |seen: Option<maildir::Seen>| {
        seen.is_some_and(|s| {
            s.ino == m.ino && (s.dev == m.dev || (s.size, s.mtime) == (m.fingerprint.len, m.mtime))
        })
    };
    if is_it(maildir.look(spot)?) {
        return Ok(Some(spot.clone()));
    }
    let Some(now) = maildir.renamed(spot)? else { return Ok(None) };
    Ok(is_it(maildir.look(&now)?).then_some(now))
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
