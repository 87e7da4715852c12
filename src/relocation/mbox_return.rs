//! How messages return to an mbox: to their old places where the file still has that shape, else to its
//! end. One transaction through the journal, like the way out.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::path::Path;

use super::apply::Job;
use super::journal::{Carried, Record};
use super::lock::{self};
use super::mbox;
use super::messages::{self, Found};
use super::redo::{Change, Piece, Writer};
use super::undo::{GONE, LAST, missing};
use super::{Error, absent, hex, shown};
use crate::store::Bounds;

/// The files of one transaction that is taken back.
pub(super) struct Way<'a> {
    /// Where they were.
    pub(super) home: &'a Path,
    /// Where they are.
    pub(super) away: &'a Path,
    /// The run made the file where the messages are.
    pub(super) made: bool,
    /// Octets that set its messages apart, where all of them go back.
    pub(super) lead: u64,
    /// All messages of the transaction.
    pub(super) all: &'a [&'a Carried],
    /// Those that are back already.
    pub(super) before: &'a BTreeSet<u64>,
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

pub(super) fn mbox_back(
    job: &mut Job<'_>,
    way: &Way<'_>,
    back: &[&Carried],
    copied: bool,
) -> Result<Vec<u64>, Error> {
    // A file that is not there may be on a disk that is not mounted: nothing is given up for it.
    for path in [way.away, way.home] {
        if absent(path)? {
            let why = missing(job, "file");
            job.report.skip(shown(path), why);
            return Ok(Vec::new());
        }
    }
    let Some((shapes, held)) = mbox::hold(job, &[way.home, way.away]) else {
        return Ok(Vec::new());
    };
    let failed = |e: io::Error| Error::system(way.away, e);
    let (home, away) = (&shapes[0].bounds, &shapes[1].bounds);
    let there = messages::hashes(&held[1].file, away).map_err(failed)?;
    let here = messages::hashes(&held[0].file, home).map_err(failed)?;
    let mut used = BTreeSet::new();
    let mut returns = Vec::new();
    let mut unseen = Vec::new();
    // From the end: what the sweep appended stands behind the like of it that was there before.
    for c in back.iter().rev() {
        let exact = |i: &usize| there[*i].fingerprint == c.fingerprint && !used.contains(i);
        let alike = |i: &usize| there[*i].bare == c.bare && !used.contains(i);
        let found = (0..away.len()).rev().find(exact).or_else(|| (0..away.len()).rev().find(alike));
        let Some(i) = found else {
            unseen.push(c);
            continue;
        };
        if copied && !here.iter().any(|h| h.bare == c.bare) {
            job.report.gone += 1;
            let what = format!("{} sha256 {}", shown(way.away), &hex(&c.fingerprint.sha256)[..16]);
            job.report.skip(what, LAST);
            continue;
        }
        used.insert(i);
        let print = there[i];
        returns.push((i, Return { what: c, now: away[i], print, place: 0, at_end: false }));
    }
    for c in unseen {
        let what = format!("{} sha256 {}", shown(way.away), &hex(&c.fingerprint.sha256)[..16]);
        // Gone is only what nothing in the file can be; what cannot be told is not gone.
        let is_kin = |kin| (0..there.len()).any(|i| there[i].kin == kin && !used.contains(&i));
        let why = match c.kin {
            None => "not there any more, or its octets have changed",
            kin if is_kin(kin) => "its octets have changed since it was moved; left alone",
            _ => {
                job.report.gone += 1;
                GONE
            }
        };
        job.report.skip(what, why);
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
            kin: r.print.kin,
        }));
    }
    let ended = returns.iter().filter(|(_, r)| r.at_end).count();
    if !mbox::commit(job, txn, &held, &changes)? {
        return Ok(Vec::new());
    }
    {
        for (_, r) in &returns {
            job.report.count(&r.what.class, if copied { way.away } else { way.home });
        }
        if ended > 0 {
            job.report.notes.push(format!(
                "{}: {ended} messages were put at the end, because the file has another shape now",
                shown(way.home)
            ));
        }
        if way.made && held[1].file.metadata().is_ok_and(|m| m.len() == 0) {
            // A deliverer may have it open and wait for the lock.
            job.report.notes.push(format!("{}: is empty now, and stays", shown(way.away)));
        }
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
