//! Puts back what a run moved: a sweep the other way round, through the same journal. Flags that changed
//! meanwhile are kept, octets that changed are refused, and what cannot go back to its place says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::path::Path;

use super::apply::{Job, carry_out};
use super::journal::{self, Carried, Journal, Kind, Move, Record, Run, Spot, State};
use super::lock::{self, RunLock};
use super::maildir::{self, Maildir};
use super::mbox;
use super::messages::{self, Found};
use super::recovery;
use super::redo::{Change, Piece, Writer};
use super::{Error, Report, Surroundings, hex, shown};
use crate::store::{Bounds, Fingerprint};

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

    fn is_undone(&self, run: &Run) -> bool {
        self.whole.contains(&run.number)
            || (run.moves(true).iter().all(|m| self.moves.contains(&(run.number, m.id)))
                && run
                    .carried()
                    .iter()
                    .all(|(c, ..)| self.carried.contains(&(run.number, c.txn, c.order))))
    }
}

impl State {
    /// Sweeps with what became of them, newest last: the run, whether it is undone, octets of redo files.
    pub fn sweeps(&self) -> Result<Vec<(Run, bool, u64)>, Error> {
        let runs = self.runs()?;
        let returned = Returned::of(&runs);
        let mut sweeps = Vec::new();
        for run in runs {
            if matches!(run.begin(), Some((Kind::Sweep | Kind::Copy, _))) {
                let undone = returned.is_undone(&run);
                let octets = self.octets(run.number)?;
                sweeps.push((run, undone, octets));
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
    let mut report = Report { recovered: healed.recovered, ..Report::default() };
    report.notes.extend(healed.notes);
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
    let Some(run) = run else { return Ok(report) };
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
        return Ok(report);
    }
    let journal = Journal::begin(&state, Kind::Undo(run.number), around.now)?;
    report.run = Some(run.number);
    let mut job = Job {
        state: &state,
        around,
        journal,
        report,
        kind: Kind::Undo(run.number),
        created: Vec::new(),
    };
    let mut tops: BTreeMap<&Path, Vec<&Move>> = BTreeMap::new();
    for m in moves {
        tops.entry(&m.top).or_default().push(m);
    }
    for (top, moves) in tops {
        if job.stopped() {
            break;
        }
        maildir_back(&mut job, top, &moves, copied)?;
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
        let now = mbox_back(&mut job, &way, back, copied)?;
        returned.extend(now.into_iter().map(|order| (run.number, *txn, order)));
    }
    if choice.all() && !job.report.interrupted && job.report.skipped.len() == job.report.gone {
        // What is not back by now is not there any more: the next undo goes on to the run before.
        job.journal.push(&Record::Forgotten);
    }
    job.journal.push(&Record::End);
    job.journal.sync()?;
    Ok(job.report)
}

/// Ends the possibility to undo a run, and frees the space of its redo files.
pub fn forget(run: u64, around: &Surroundings<'_>) -> Result<(), Error> {
    let none = || Error::Refused(format!("there is no run {run}; undo --list shows them"));
    let state = State::existing(around.state)?.ok_or_else(none)?;
    let _lock = RunLock::take(&state)?;
    recovery::all(&state, around)?;
    if !state.numbers()?.contains(&run) {
        return Err(none());
    }
    let (mut journal, _) = Journal::reopen(&state, run)?;
    journal.push(&Record::Forgotten);
    journal.sync()?;
    recovery::drop_redo(&state, run)
}

const GONE: &str = "not there any more; somebody moved or deleted it";

fn maildir_back(job: &mut Job<'_>, top: &Path, moves: &[&Move], copied: bool) -> Result<(), Error> {
    let mut maildir = match Maildir::open(top) {
        Ok(maildir) => maildir,
        Err(e) => {
            job.report.skip(shown(top), e.to_string());
            return Ok(());
        }
    };
    if !lock::folder(&maildir.top) {
        job.report.busy += 1;
        job.report.skip(shown(top), "another sweep or undo is working on it");
        return Ok(());
    }
    for batch in moves.chunks(256) {
        if job.stopped() {
            break;
        }
        let mut ready = Vec::new();
        let mut times = Vec::new();
        for m in batch {
            match back(job, &mut maildir, m, copied) {
                Ok(b) => {
                    if b.mtime != m.mtime && !copied {
                        times.push((b.to.clone(), m.mtime));
                    }
                    ready.push(b);
                }
                Err(why) => {
                    job.report.gone += usize::from(why == GONE);
                    job.report.skip(shown(&top.join(m.to.path())), why);
                }
            }
        }
        carry_out(job, &mut maildir, ready)?;
        for (spot, mtime) in times {
            // The received date; the message is back whether or not it can be set.
            let _ = maildir.set_time(&spot, mtime);
        }
    }
    Ok(())
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

/// The files of one transaction that is taken back.
struct Way<'a> {
    home: &'a Path,
    away: &'a Path,
    /// The run made the file where the messages are.
    made: bool,
    /// Octets that set its messages apart, where all of them go back.
    lead: u64,
    /// All messages of the transaction.
    all: &'a [&'a Carried],
    /// Those that are back already.
    before: &'a BTreeSet<u64>,
}

/// A message that goes back: where it is now, and where it goes.
struct Return<'a> {
    what: &'a Carried,
    now: Bounds,
    print: Found,
    /// Octet of the home mbox before which it goes.
    place: u64,
    at_end: bool,
}

fn mbox_back(
    job: &mut Job<'_>,
    way: &Way<'_>,
    back: &[&Carried],
    copied: bool,
) -> Result<Vec<u64>, Error> {
    if std::fs::symlink_metadata(way.away).is_err() {
        job.report.gone += 1;
        job.report.skip(shown(way.away), "not there any more; nothing can be put back from it");
        return Ok(Vec::new());
    }
    if std::fs::symlink_metadata(way.home).is_err() {
        job.report.skip(shown(way.home), "not there any more; its messages stay where they are");
        return Ok(Vec::new());
    }
    let Some((shapes, held)) = mbox::hold(job, &[way.home, way.away]) else {
        return Ok(Vec::new());
    };
    let failed = |e: io::Error| Error::system(way.away, e);
    let (home, away) = (&shapes[0].bounds, &shapes[1].bounds);
    let there = messages::hashes(&held[1].file, away).map_err(failed)?;
    let mut used = BTreeSet::new();
    let mut returns = Vec::new();
    // From the end: what the sweep appended stands behind the like of it that was there before.
    for c in back.iter().rev() {
        let exact = |i: &usize| there[*i].fingerprint == c.fingerprint && !used.contains(i);
        let alike = |i: &usize| there[*i].bare == c.bare && !used.contains(i);
        let found = (0..away.len()).rev().find(exact).or_else(|| (0..away.len()).rev().find(alike));
        let Some(i) = found else {
            let what = format!("{} sha256 {}", shown(way.away), &hex(&c.fingerprint.sha256)[..16]);
            job.report.gone += 1;
            job.report.skip(what, "not there any more, or its octets have changed");
            continue;
        };
        used.insert(i);
        let print = Found { fingerprint: there[i].fingerprint, bare: there[i].bare };
        returns.push((i, Return { what: c, now: away[i], print, place: 0, at_end: false }));
    }
    if returns.is_empty() {
        return Ok(Vec::new());
    }
    returns.sort_by_key(|(_, r)| r.what.order);
    let txn = job.journal.id();
    let octets: u64 = away.iter().map(|b| b.next - b.from_line).sum();
    let home_size = held[0].file.metadata().map_err(failed)?.len();
    if let Err(why) = mbox::room(job, &held[0].file, octets + home_size, octets) {
        job.report.skip(shown(way.home), why);
        return Ok(Vec::new());
    }
    let mut cut = removal(job, txn, way, &held[1], away, &used)?;
    let mut changes = Vec::new();
    if !copied {
        let here = messages::hashes(&held[0].file, home).map_err(failed)?;
        places(way, &held[0].file, home, &here, &mut returns).map_err(failed)?;
        let add = insertion(job, txn, way, &held, home, home_size, &mut returns)?;
        // What could not be placed stays in the other file as well.
        let placed: BTreeSet<usize> = returns.iter().map(|(i, _)| *i).collect();
        if placed.len() < used.len() {
            cut = removal(job, txn, way, &held[1], away, &placed)?;
        }
        if returns.is_empty() {
            return Ok(Vec::new());
        }
        changes.push((0, add));
    }
    changes.push((1, cut));
    job.state.sync()?;
    job.journal.push(&Record::Carry {
        txn,
        slot: 0,
        from: way.away.to_owned(),
        to: way.home.to_owned(),
        created: false,
        lead: 0,
    });
    for (_, r) in &returns {
        job.journal.push(&Record::Carried(Carried {
            txn,
            slot: 0,
            order: r.what.order,
            class: r.what.class.clone(),
            fingerprint: r.print.fingerprint,
            bare: r.print.bare,
            frame: r.now.next - r.now.end,
            after: None,
            of: Some((r.what.txn, r.what.order)),
        }));
    }
    let ended = returns.iter().filter(|(_, r)| r.at_end).count();
    if !mbox::commit(job, txn, &held, &changes)? {
        return Ok(Vec::new());
    }
    {
        for (_, r) in &returns {
            job.report.count(&r.what.class, way.home);
        }
        if ended > 0 {
            job.report.notes.push(format!(
                "{}: {ended} messages were put at the end, because the file has another shape now",
                shown(way.home)
            ));
        }
        mbox::discard(&held[1], way.made);
    }
    Ok(returns.iter().map(|(_, r)| r.what.order).collect())
}

/// The change that takes messages out of the mbox they were moved to.
fn removal(
    job: &Job<'_>,
    txn: u64,
    way: &Way<'_>,
    held: &lock::Held,
    away: &[Bounds],
    gone: &BTreeSet<usize>,
) -> Result<Change, Error> {
    let first = gone.first().copied().unwrap_or(0);
    let mut start = away.get(first).map_or(0, |b| b.from_line);
    // The line end that set the messages apart goes with them, where nothing else follows.
    let to_end = (first..away.len()).all(|i| gone.contains(&i));
    if to_end && first > 0 && way.lead > 0 {
        let last = away[first - 1];
        if last.next - last.end == way.lead {
            start = last.end;
        }
    }
    let mut old = Vec::new();
    let mut new = Vec::new();
    let mut taken = Writer::new(job.state, job.journal.redo_name(txn, "taken"))?;
    let mut kept = Writer::new(job.state, job.journal.redo_name(txn, "kept"))?;
    let mut at = start;
    for (i, b) in away.iter().enumerate().skip(first) {
        let goes = gone.contains(&i);
        let writer = if goes { &mut taken } else { &mut kept };
        let piece = Piece { redo: usize::from(!goes), offset: writer.at, length: b.next - at };
        writer.copy(&held.file, at, b.next - at)?;
        at = b.next;
        old.push(piece);
        if !goes {
            new.push(piece);
        }
    }
    Ok(Change {
        path: way.away.to_owned(),
        dev: held.dev,
        ino: held.ino,
        start,
        redos: vec![taken.finish()?, kept.finish()?],
        old,
        new,
        times: None,
    })
}

/// Finds for each message the place it came from.
fn places(
    way: &Way<'_>,
    file: &File,
    home: &[Bounds],
    here: &[Found],
    returns: &mut [(usize, Return<'_>)],
) -> io::Result<()> {
    let size = file.metadata()?.len();
    let moved: BTreeSet<u64> = way.all.iter().map(|c| c.order).collect();
    for (_, r) in returns {
        let c = r.what;
        // The index that its predecessor had, and has now if nobody else changed the file.
        let index = match c.after {
            None => None,
            Some(bare) => {
                let Some(order) = (0..c.order).rev().find(|o| !moved.contains(o)) else {
                    (r.place, r.at_end) = (size, true);
                    continue;
                };
                let away = moved.range(..order).filter(|o| !way.before.contains(o)).count() as u64;
                let expected = order - away;
                let nearest = (0..home.len())
                    .filter(|i| here[*i].bare == bare)
                    .min_by_key(|i| (*i as u64).abs_diff(expected));
                match nearest {
                    Some(i) => Some(i),
                    None => {
                        (r.place, r.at_end) = (size, true);
                        continue;
                    }
                }
            }
        };
        let mut next = match index {
            Some(i) => i + 1,
            // The pseudo message that Dovecot puts into an emptied mbox stays first.
            None => match home.first() {
                Some(b) if messages::is_pseudo_at(file, b)? => 1,
                _ => 0,
            },
        };
        // Those of the same group that are back already and come before it, each counted once.
        let mut earlier: Vec<[u8; 32]> = way
            .all
            .iter()
            .filter(|o| o.order < c.order && way.before.contains(&o.order))
            .filter(|o| (o.order..c.order).all(|between| moved.contains(&between)))
            .map(|o| o.bare)
            .collect();
        while let Some(at) = here.get(next).and_then(|f| earlier.iter().position(|b| *b == f.bare))
        {
            earlier.swap_remove(at);
            next += 1;
        }
        r.place = home.get(next).map_or(size, |b| b.from_line);
    }
    Ok(())
}

/// The change that puts messages back into the mbox they came from. Those that cannot be put there
/// without changing another message are taken from the list.
fn insertion<'a>(
    job: &mut Job<'_>,
    txn: u64,
    way: &Way<'_>,
    held: &[lock::Held],
    home: &[Bounds],
    size: u64,
    returns: &mut Vec<(usize, Return<'a>)>,
) -> Result<Change, Error> {
    let failed = |e: io::Error| Error::system(way.home, e);
    let (here, away) = (&held[0].file, &held[1].file);
    let ending = mbox::ending(here, home).map_err(failed)?;
    for (_, r) in returns.iter_mut() {
        if r.place == size
            && let Some(last) = ending.before_last
        {
            // No octet of a message without a line end may change: what comes back goes before it.
            r.place = last;
            r.at_end = true;
        }
    }
    returns.sort_by_key(|(_, r)| (r.place, r.what.order));
    let whole = |b: &Bounds| {
        let mut last = [0u8; 1];
        super::read_at(away, &mut last, b.end.saturating_sub(1)).is_ok_and(|_| last[0] == b'\n')
    };
    let last = returns.last().map(|(i, _)| *i);
    returns.retain(|(i, r)| {
        let fits = whole(&r.now) || (Some(*i) == last && r.place == size);
        if !fits {
            let what = format!("{} sha256 {}", shown(way.away), &r.print.fingerprint.hex()[..16]);
            job.report.skip(what, "ends without a line end and has lost its place at the end");
        }
        fits
    });
    let start = returns.first().map_or(size, |(_, r)| r.place);
    let mut back = Writer::new(job.state, job.journal.redo_name(txn, "moved"))?;
    let mut stays = Writer::new(job.state, job.journal.redo_name(txn, "stays"))?;
    stays.copy(here, start, size - start)?;
    let mut new: Vec<Piece> = Vec::new();
    let mut at = start;
    let last = returns.len().saturating_sub(1);
    for (n, (_, r)) in returns.iter().enumerate() {
        if r.place > at {
            new.push(Piece { redo: 1, offset: at - start, length: r.place - at });
            at = r.place;
        }
        let offset = back.at;
        if n == 0 || returns[n - 1].1.place < r.place {
            let lead = lead(here, r.place).map_err(failed)?;
            back.put(lead)?;
        }
        back.copy(away, r.now.from_line, r.now.end - r.now.from_line)?;
        let is_last = n == last && r.place == size;
        let frame: &[u8] = match (r.what.frame, is_last) {
            (0, true) => b"",
            (2, _) => b"\r\n",
            _ => b"\n",
        };
        back.put(frame)?;
        new.push(Piece { redo: 0, offset, length: back.at - offset });
    }
    if size > at {
        new.push(Piece { redo: 1, offset: at - start, length: size - at });
    }
    let metadata = here.metadata().map_err(failed)?;
    Ok(Change {
        path: way.home.to_owned(),
        dev: held[0].dev,
        ino: held[0].ino,
        start,
        redos: vec![back.finish()?, stays.finish()?],
        old: vec![Piece { redo: 1, offset: 0, length: size - start }],
        new,
        times: Some(mbox::times(&metadata)),
    })
}

/// What is missing between the octets before a place and a From_ line there.
fn lead(file: &File, place: u64) -> io::Result<&'static [u8]> {
    let n = place.min(4);
    let mut last = [0u8; 4];
    let read = super::read_at(file, &mut last[..usize::try_from(n).unwrap_or(4)], place - n)?;
    let last = &last[..read];
    Ok(if last.is_empty() || last.ends_with(b"\n\n") || last.ends_with(b"\r\n\r\n") {
        b""
    } else if last.ends_with(b"\r\n") {
        b"\r\n"
    } else {
        b"\n"
    })
}
