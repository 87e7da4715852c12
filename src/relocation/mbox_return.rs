//! How messages return to an mbox: to their old places where the file still has that shape, else to its
//! end. One transaction through the journal, like the way out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
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
    let at_home = Places::of(here.iter().map(|f| f.bare));
    let mut used = BTreeSet::new();
    let mut returns = Vec::new();
    let mut unseen = Vec::new();
    // From the end: what the sweep appended stands behind the like of it that was there before.
    let mut exact = Places::of(there.iter().map(|f| f.fingerprint.sha256));
    let mut alike = Places::of(there.iter().map(|f| f.bare));
    for c in back.iter().rev() {
        let found = exact
            .take_last(&c.fingerprint.sha256, &used)
            .or_else(|| alike.take_last(&c.bare, &used));
        let Some(i) = found else {
            unseen.push(c);
            continue;
        };
        if copied && !at_home.has(&c.bare) {
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
        places(way, &held[0].file, home, &here, &at_home, &mut returns).map_err(failed)?;
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

/// Where in an mbox messages with certain octets stand, ascending.
struct Places(HashMap<[u8; 32], Vec<usize>>);

impl Places {
    fn of(prints: impl Iterator<Item = [u8; 32]>) -> Self {
        let mut places: HashMap<[u8; 32], Vec<usize>> = HashMap::new();
        for (i, print) in prints.enumerate() {
            places.entry(print).or_default().push(i);
        }
        Places(places)
    }

    fn has(&self, print: &[u8; 32]) -> bool {
        self.0.contains_key(print)
    }

    /// The last one that is not used, which is then taken from the list.
    fn take_last(&mut self, print: &[u8; 32], used: &BTreeSet<usize>) -> Option<usize> {
        let places = self.0.get_mut(print)?;
        std::iter::from_fn(|| places.pop()).find(|i| !used.contains(i))
    }

    /// The one nearest to a place; of two as near the first.
    fn nearest(&self, print: &[u8; 32], expected: u64) -> Option<usize> {
        let places = self.0.get(print)?;
        let at = places.partition_point(|i| (*i as u64) < expected);
        let near = places[at.saturating_sub(1)..].iter().take(2).copied();
        near.min_by_key(|i| (*i as u64).abs_diff(expected))
    }
}

/// The messages of a transaction by the groups in which they stood: with no other between them.
struct Groups {
    /// Order of the first of each group, and how many messages before it are away still.
    firsts: BTreeMap<u64, u64>,
    /// Those that are back already, by order.
    back: BTreeMap<u64, [u8; 32]>,
}

struct Group {
    first: u64,
    away: u64,
}

impl Groups {
    fn of(way: &Way<'_>) -> Self {
        let moved: BTreeSet<u64> = way.all.iter().map(|c| c.order).collect();
        let (mut firsts, mut away, mut next) = (BTreeMap::new(), 0, None);
        for order in moved {
            if next != Some(order) {
                firsts.insert(order, away);
            }
            next = order.checked_add(1);
            away += u64::from(!way.before.contains(&order));
        }
        let back = way.all.iter().filter(|c| way.before.contains(&c.order));
        Groups { firsts, back: back.map(|c| (c.order, c.bare)).collect() }
    }

    /// The group of a message of the transaction.
    fn with(&self, order: u64) -> Group {
        let of = self.firsts.range(..=order).next_back();
        of.map_or(Group { first: order, away: 0 }, |(first, away)| Group {
            first: *first,
            away: *away,
        })
    }

    fn back_in(&self, from: u64, to: u64) -> impl Iterator<Item = [u8; 32]> + '_ {
        self.back.range(from..to).map(|(_, bare)| *bare)
    }
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
    at_home: &Places,
    returns: &mut [(usize, Return<'_>)],
) -> io::Result<()> {
    let size = file.metadata()?.len();
    let groups = Groups::of(way);
    for (_, r) in returns {
        let c = r.what;
        let group = groups.with(c.order);
        // The index that its predecessor had, and has now if nobody else changed the file.
        let index = match c.after {
            None => None,
            Some(bare) => {
                let Some(order) = group.first.checked_sub(1) else {
                    (r.place, r.at_end) = (size, true);
                    continue;
                };
                match at_home.nearest(&bare, order - group.away) {
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
        let mut earlier: Vec<[u8; 32]> = groups.back_in(group.first, c.order).collect();
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
