//! Puts back what a run moved: a sweep the other way round, through the same journal. Flags that changed
//! meanwhile are kept, octets that changed are refused, and what cannot go back to its place says so.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use super::apply::{Failures, Job, carry_out};
use super::journal::{self, Carried, Journal, Kind, Move, Record, Run, Spot, State};
use super::lock::RunLock;
use super::maildir::{self, Maildir};
use super::mbox_return::{Way, mbox_back};
use super::recovery::{self, Open};
use super::{Error, Report, Surroundings, shown};
use crate::store::Fingerprint;

/// What of a run is put back; empty is all of it.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    /// Only these classes.
    pub classes: Vec<String>,
    /// Only messages whose digest begins so.
    pub digests: Vec<String>,
}

impl Choice {
    fn all(&self) -> bool {
        self.classes.is_empty() && self.digests.is_empty()
    }

    fn takes(&self, class: &str, fingerprint: &Fingerprint) -> bool {
        let digest = fingerprint.hex();
        (self.classes.is_empty() || self.classes.iter().any(|c| c == class))
            && (self.digests.is_empty()
                || self.digests.iter().any(|d| digest.starts_with(&d.to_lowercase())))
    }
}

/// What undo runs have put back already.
#[derive(Default)]
struct Returned {
    moves: BTreeSet<(u64, u64)>,
    carried: BTreeSet<(u64, u64, u64)>,
    /// Runs of which an undo brought back all that could be brought back.
    whole: BTreeSet<u64>,
}

impl Returned {
    fn of(runs: &[Run]) -> Self {
        let mut returned = Returned::default();
        for run in runs {
            let Some((Kind::Undo(of), _)) = run.begin() else { continue };
            returned.moves.extend(run.moves(true).iter().filter_map(|m| Some((of, m.of?))));
            let carried = run.carried();
            returned
                .carried
                .extend(carried.iter().filter_map(|(c, _)| c.of.map(|(t, o)| (of, t, o))));
            if run.ended() && run.forgotten() {
                returned.whole.insert(of);
            }
        }
        returned
    }

    /// How many messages of a run are back.
    fn count(&self, run: &Run) -> u64 {
        let moves = run.moves(true);
        let moves = moves.iter().filter(|m| self.moves.contains(&(run.number, m.id)));
        let carried = run.carried();
        let carried =
            carried.iter().filter(|(c, ..)| self.carried.contains(&(run.number, c.txn, c.order)));
        (moves.count() + carried.count()) as u64
    }

    /// Whether an undo of it has nothing left to do.
    fn is_undone(&self, run: &Run) -> bool {
        self.whole.contains(&run.number) || self.count(run) == run.counts().values().sum::<u64>()
    }
}

/// A sweep, and what became of it.
#[derive(Debug)]
pub struct Swept {
    /// The run.
    pub run: Run,
    /// Of its messages, those that an undo put back.
    pub back: u64,
    /// An undo has nothing left to do: what is not back was gone.
    pub undone: bool,
    /// Octets of its redo files.
    pub octets: u64,
}

impl State {
    /// Sweeps with what became of them, newest last.
    pub fn sweeps(&self) -> Result<Vec<Swept>, Error> {
        let runs = self.runs()?;
        let returned = Returned::of(&runs);
        let mut sweeps = Vec::new();
        for run in runs {
            if matches!(run.begin(), Some((Kind::Sweep | Kind::Copy, _))) {
                let (back, undone) = (returned.count(&run), returned.is_undone(&run));
                let octets = self.octets(run.number)?;
                sweeps.push(Swept { run, back, undone, octets });
            }
        }
        Ok(sweeps)
    }

    fn octets(&self, run: u64) -> Result<u64, Error> {
        let prefix = format!("run-{run:06}-");
        let names = self.names()?;
        let sizes = names
            .iter()
            .filter(|n| n.starts_with(&prefix))
            .filter_map(|n| std::fs::symlink_metadata(self.path(n)).ok().map(|m| m.len()));
        Ok(sizes.sum())
    }
}

/// Puts back what the newest run that is not yet undone moved, or the run of that number. Heals what an
/// earlier run left first. Where there is nothing to undo, nothing is done.
pub fn undo(
    wanted: Option<u64>,
    choice: &Choice,
    around: &Surroundings<'_>,
) -> Result<Report, Error> {
    let Some(state) = State::existing(around.state)? else {
        return match wanted {
            Some(n) => Err(Error::Refused(format!("there is no run {n}"))),
            None => Ok(Report::default()),
        };
    };
    let _lock = RunLock::take(&state)?;
    let healed = recovery::all(&state, around)?;
    let mut report = healed.report();
    report.notes.extend(healed.notes.iter().cloned());
    let runs = state.runs()?;
    let returned = Returned::of(&runs);
    let is_sweep = |r: &&Run| matches!(r.begin(), Some((Kind::Sweep | Kind::Copy, _)));
    let run = match wanted {
        Some(n) => Some(runs.iter().filter(is_sweep).find(|r| r.number == n).ok_or_else(|| {
            Error::Refused(format!("there is no run {n} that moved mail; undo --list shows them"))
        })?),
        None => runs
            .iter()
            .filter(is_sweep)
            .rfind(|r| !r.forgotten() && !r.counts().is_empty() && !returned.is_undone(r)),
    };
    // What nothing is known to have moved may be what such a run was to put back, or has yet to tell.
    let is_meant = |open: &&Open| wanted.is_none_or(|n| open.run == n);
    let Some(run) = run else {
        healed.open.iter().for_each(|open| report.waits_for(open));
        return Ok(report);
    };
    // The newest run may be one that is not complete yet: an older one is not what was meant.
    let later = |open: &&Open| {
        open.run > run.number && runs.iter().any(|r| r.number == open.run && is_sweep(&r))
    };
    if wanted.is_none()
        && let Some(open) = healed.open.iter().find(later)
    {
        report.waits_for(open);
        return Ok(report);
    }
    if run.forgotten() {
        return Err(Error::Refused(format!(
            "run {} was forgotten; it cannot be undone",
            run.number
        )));
    }
    let copied = matches!(run.begin(), Some((Kind::Copy, _)));
    let moves: Vec<&Move> = run
        .moves(true)
        .into_iter()
        .filter(|m| !returned.moves.contains(&(run.number, m.id)))
        .filter(|m| choice.takes(&m.class, &m.fingerprint))
        .collect();
    let carried: Vec<_> = run
        .carried()
        .into_iter()
        .filter(|(c, ..)| !returned.carried.contains(&(run.number, c.txn, c.order)))
        .filter(|(c, ..)| choice.takes(&c.class, &c.fingerprint))
        .collect();
    if moves.is_empty() && carried.is_empty() {
        healed.open.iter().filter(is_meant).for_each(|open| report.waits_for(open));
        return Ok(report);
    }
    let journal = Journal::begin(&state, Kind::Undo(run.number), around.now)?;
    report.run = Some(run.number);
    report.removed = copied;
    let mut job = Job {
        state: &state,
        around,
        journal,
        report,
        kind: Kind::Undo(run.number),
        created: Vec::new(),
    };
    let mut failures = Failures::default();
    let mut tops: BTreeMap<&Path, Vec<&Move>> = BTreeMap::new();
    for m in moves {
        tops.entry(&m.top).or_default().push(m);
    }
    for (top, moves) in tops {
        if job.stopped() {
            break;
        }
        if let Some(open) = healed.blocks(top) {
            job.report.waits(top, open);
            continue;
        }
        let result = maildir_back(&mut job, top, &moves, copied);
        failures.take(&mut job, &[top], result)?;
    }
    let mut groups: BTreeMap<(u64, u64), (journal::Way<'_>, Vec<&Carried>)> = BTreeMap::new();
    for (c, way) in &carried {
        groups.entry((c.txn, c.slot)).or_insert_with(|| (*way, Vec::new())).1.push(c);
    }
    let every = run.carried();
    let made: BTreeSet<&Path> =
        every.iter().filter(|(_, w)| w.created).map(|(_, w)| w.to).collect();
    let mut returned = returned.carried;
    // The last one first, so that each finds the shape that it left.
    for ((txn, slot), (files, back)) in groups.iter().rev() {
        if job.stopped() {
            break;
        }
        let all: Vec<&Carried> = every.iter().map(|(c, _)| *c).filter(|c| c.txn == *txn).collect();
        let is_back = |c: &Carried| returned.contains(&(run.number, *txn, c.order));
        let before: BTreeSet<u64> = all.iter().filter(|c| is_back(c)).map(|c| c.order).collect();
        let here = all.iter().filter(|c| c.slot == *slot && !is_back(c)).count();
        let way = Way {
            home: files.from,
            away: files.to,
            made: made.contains(files.to),
            lead: if here == back.len() { files.lead } else { 0 },
            all: &all,
            before: &before,
        };
        if let Some(open) = healed.blocks(way.away).or_else(|| healed.blocks(way.home)) {
            job.report.waits(way.away, open);
            continue;
        }
        let places = [way.away, way.home];
        if failures.block(&mut job, &places) {
            continue;
        }
        let result = mbox_back(&mut job, &way, back, copied);
        let now = failures.take(&mut job, &places, result)?.unwrap_or_default();
        returned.extend(now.into_iter().map(|order| (run.number, *txn, order)));
    }
    if choice.all() && !job.report.interrupted && job.report.skipped.len() == job.report.gone {
        // What is not back by now is not there any more: the next undo goes on to the run before.
        job.journal.push(&Record::Forgotten);
    }
    failures.end(job)
}

/// Ends the possibility to undo a run, and frees the space of its redo files. One that was broken off and cannot
/// be completed is given up: what only its redo files have is kept, and the report names it. Where it waits for a
/// lock alone, nothing is given up.
pub fn forget(run: u64, around: &Surroundings<'_>) -> Result<Report, Error> {
    let none = || Error::Refused(format!("there is no run {run}; undo --list shows them"));
    let state = State::existing(around.state)?.ok_or_else(none)?;
    let _lock = RunLock::take(&state)?;
    let healed = recovery::all(&state, around)?;
    if !state.numbers()?.contains(&run) {
        return Err(none());
    }
    let open = healed.open.iter().find(|open| open.run == run);
    if let Some(open) = open.filter(|open| open.busy) {
        let why = &open.why;
        return Err(Error::Busy(format!("run {run} is not given up: it has only to wait; {why}")));
    }
    let report = Report {
        run: Some(run),
        recovered: healed.recovered.clone(),
        doubled: healed.doubled,
        notes: healed.notes.clone(),
        ..Report::default()
    };
    let (journal, of) = Journal::reopen(&state, run)?;
    let kind = of.begin().map_or(Kind::Sweep, |(kind, _)| kind);
    let mut job = Job { state: &state, around, journal, report, kind, created: Vec::new() };
    if open.is_some() {
        job.report.kept = recovery::give_up(&mut job, &of)?;
    }
    // An undo that is given up has not brought back all that it could: the sweep can be taken back again.
    if !matches!(kind, Kind::Undo(_)) {
        job.journal.push(&Record::Forgotten);
    }
    if open.is_some() {
        job.journal.push(&Record::End);
    }
    job.journal.sync()?;
    recovery::drop_redo(&state, run)?;
    Ok(job.report)
}

pub(super) const GONE: &str = "not there any more; somebody moved or deleted it";

/// Why nothing comes back from, or to, what is not there as a whole.
pub(super) fn missing(job: &Job<'_>, what: &str) -> String {
    let hint = match job.kind {
        Kind::Undo(run) => {
            format!("; where it is gone for good, unscatter undo --forget {run} gives the run up")
        }
        _ => String::new(),
    };
    format!("there is no such {what} now: is its disk mounted? Undo the run again when it is{hint}")
}

/// A copy is taken away only while what it was made of is there.
pub(super) const LAST: &str = "its original is not there any more; the copy stays";

fn maildir_back(job: &mut Job<'_>, top: &Path, moves: &[&Move], copied: bool) -> Result<(), Error> {
    let mut maildir = match Maildir::open(top) {
        Ok(maildir) => maildir,
        Err(e) => {
            let gone = e.kind() == io::ErrorKind::NotFound;
            let why = if gone { missing(job, "Maildir") } else { e.to_string() };
            job.report.skip(shown(top), why);
            return Ok(());
        }
    };
    if let Err(why) = maildir.hold() {
        job.report.busy += 1;
        job.report.skip(shown(top), why);
        return Ok(());
    }
    let moves = there(job, &mut maildir, top, moves, copied);
    for batch in moves.chunks(256) {
        if job.stopped() {
            break;
        }
        let mut ready = Vec::new();
        for m in batch {
            match back(job, &mut maildir, m, copied) {
                Ok(b) => ready.push(b),
                Err(why) => {
                    job.report.gone += usize::from(why == GONE || why == LAST);
                    job.report.skip(shown(&top.join(m.to.path())), why);
                }
            }
        }
        let times: BTreeMap<u64, (i64, u32)> = batch.iter().map(|m| (m.id, m.mtime)).collect();
        for made in carry_out(job, &mut maildir, ready)? {
            let was = made.of.and_then(|id| times.get(&id));
            if let Some(mtime) = was.filter(|was| **was != made.mtime && !copied) {
                // The received date; the message is back whether or not it can be set.
                let _ = maildir.set_time(&made.to, *mtime);
            }
        }
    }
    Ok(())
}

/// The moves whose folders are there; each that is not is told once. What lies under a mount point is
/// often an empty folder: what is missing with its whole folder is not gone.
fn there<'m>(
    job: &mut Job<'_>,
    maildir: &mut Maildir,
    top: &Path,
    moves: &[&'m Move],
    copied: bool,
) -> Vec<&'m Move> {
    let mut known: BTreeMap<&Path, bool> = BTreeMap::new();
    let mut left = Vec::new();
    for m in moves {
        let mut is_there = |below: &'m Path| {
            *known.entry(below).or_insert_with(|| {
                let looked = ["cur", "new"].map(|sub| maildir.device(&below.join(sub)));
                let none = |r: &io::Result<u64>| {
                    r.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::NotFound)
                };
                let absent = looked.iter().all(none);
                if absent {
                    let why = missing(job, "folder of messages");
                    job.report.skip(shown(&super::below(top, below)), why);
                }
                !absent
            })
        };
        if is_there(&m.to.below) && (!copied || is_there(&m.from.below)) {
            left.push(*m);
        }
    }
    left
}

fn back(job: &mut Job<'_>, maildir: &mut Maildir, m: &Move, copied: bool) -> Result<Move, String> {
    let mut now = m.to.clone();
    let read = match maildir.read(&now) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let found = maildir.renamed(&now).map_err(|e| e.to_string())?;
            now = found.ok_or(GONE)?;
            maildir.read(&now)
        }
        other => other,
    };
    let (seen, print) = read.map_err(|e| e.to_string())?;
    if print != m.fingerprint {
        return Err("its octets have changed since it was moved; left alone".into());
    }
    let to = if copied {
        let original = match maildir.read(&m.from) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let found = maildir.renamed(&m.from).map_err(|e| e.to_string())?;
                maildir.read(&found.ok_or(LAST)?)
            }
            other => other,
        };
        if original.map_err(|e| e.to_string())?.1 != m.fingerprint {
            return Err(LAST.into());
        }
        // A copy is not put back but removed; the empty name says so.
        Spot { name: Vec::new(), ..now.clone() }
    } else {
        let (cur, name) = maildir::name_back(&m.from, &m.to, &now);
        let below = &m.from.below;
        maildir
            .device(&below.join(if cur { "cur" } else { "new" }))
            .map_err(|e| format!("its old folder cannot be used: {e}"))?;
        let name = maildir.free(below, name).map_err(|e| e.to_string())?;
        Spot { below: below.clone(), cur, name }
    };
    Ok(Move {
        id: job.journal.id(),
        class: m.class.clone(),
        fingerprint: m.fingerprint,
        top: m.top.clone(),
        from: now,
        to,
        dev: seen.dev,
        ino: seen.ino,
        mtime: seen.mtime,
        of: Some(m.id),
    })
}
