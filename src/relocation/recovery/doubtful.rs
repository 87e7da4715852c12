//! What becomes of a transaction whose files were changed by somebody else before it was complete: their
//! octets no longer tell how far it came, so their messages have to. Each may stand in one place only.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use rustix::fs::OFlags;

use super::super::apply::Job;
use super::super::journal::{Kind, Record, Run};
use super::super::redo::{Change, Standing, Writer, length};
use super::super::{Error, messages, shown};
use super::transaction::{Found, clear, complete, reworded, written};

/// How often each message stands somewhere, by its hash without the fields that mail programs rewrite.
pub(super) type Count = BTreeMap<[u8; 32], u64>;

/// Ends a transaction of which at least one file is in doubt: completes it where everything has arrived, takes
/// it back where nothing has left, and else puts what is missing into a file of its own.
pub(super) fn settle(
    job: &mut Job<'_>,
    run: &Run,
    txn: u64,
    changes: &BTreeMap<u64, Change>,
    found: Vec<Found>,
) -> Result<(), Error> {
    let taking = match job.kind {
        Kind::Copy => None,
        Kind::Sweep | Kind::Undo(_) => changes.keys().next_back().copied(),
    };
    let (source, targets): (Vec<&Found>, Vec<&Found>) =
        found.iter().partition(|f| Some(f.n) == taking);
    let wanted = |to: Option<&Path>| -> Count {
        let mut ways = BTreeMap::new();
        let mut count = Count::new();
        for record in &run.records {
            match record {
                Record::Carry { txn: t, slot, to, .. } if *t == txn => {
                    ways.insert(*slot, to.as_path());
                }
                Record::Carried(c)
                    if c.txn == txn && to.is_none_or(|to| ways.get(&c.slot) == Some(&to)) =>
                {
                    *count.entry(c.bare).or_default() += 1;
                }
                _ => {}
            }
        }
        count
    };
    // What stays in the source may be like what goes.
    let mut before = wanted(None);
    if let Some(f) = source.first() {
        let files = f.change.open(job.state)?;
        match self::before(job, txn, f.n, &f.change, &files)? {
            Some(old) => {
                before =
                    before.into_keys().map(|h| (h, old.get(&h).copied().unwrap_or(1))).collect()
            }
            None => before.clear(),
        }
    }
    let in_source = match source.first() {
        Some(f) => count(f)?,
        None => None,
    };
    let nothing_left =
        !before.is_empty() && in_source.as_ref().is_some_and(|here| covers(here, &before));
    let mut arrived = BTreeMap::new();
    for f in &targets {
        arrived.insert(f.n, count(f)?);
    }
    let all_there = |f: &&Found| {
        f.standing != Standing::Doubt
            || arrived[&f.n]
                .as_ref()
                .is_some_and(|there| covers(there, &wanted(Some(&f.change.path))))
    };
    let names: Vec<String> = changes.values().map(|c| shown(&c.path)).collect();
    if source.iter().all(|f| f.standing != Standing::Doubt) && targets.iter().all(all_there) {
        for f in found.iter().filter(|f| f.standing != Standing::Doubt) {
            complete(job, txn, f)?;
            job.journal.push(&Record::Applied(txn, f.n));
            job.journal.sync()?;
        }
        job.journal.push(&Record::Done(txn));
        job.journal.sync()?;
        return clear(job, txn);
    }
    // What stands both where it was and where it was to go.
    let both = |f: &Found| -> u64 {
        let (Some(here), Some(there)) = (&in_source, &arrived[&f.n]) else { return 0 };
        let in_both = |(h, n): (&[u8; 32], &u64)| {
            (*n).min(here.get(h).copied().unwrap_or(0)).min(there.get(h).copied().unwrap_or(0))
        };
        wanted(Some(&f.change.path)).iter().map(in_both).sum()
    };
    if nothing_left {
        for f in &targets {
            match f.standing {
                Standing::Doubt | Standing::Longer => doubled(job, both(f), &names.join(", ")),
                _ => take_back(job, txn, f)?,
            }
        }
        job.report.notes.push(format!(
            "{}: changed by somebody else while a run was broken off; nothing was moved",
            names.join(", ")
        ));
        job.journal.push(&Record::Void(txn, "the source is not as it left it".into()));
        return job.journal.sync();
    }
    let twice = match source.iter().any(|f| f.standing == Standing::Doubt) {
        true => targets.iter().map(|f| both(f)).sum(),
        false => {
            // Something is missing where it was to go. What can be told is completed; the rest is rescued.
            for f in found.iter().filter(|f| f.standing != Standing::Doubt) {
                complete(job, txn, f)?;
            }
            0
        }
    };
    // The locks are given up: to list a file it has to be opened, and closing it would drop them anyway.
    drop(found);
    let names = names.join(", ");
    doubled(job, twice, &names);
    let note = format!(
        "{names}: changed by somebody else while a run was broken off; nothing was written to them"
    );
    rescue(job, txn, changes, note)
}

/// Tells of messages that stand twice, if there are any.
pub(super) fn doubled(job: &mut Job<'_>, messages: u64, names: &str) {
    if messages > 0 {
        job.report.doubled += messages;
        job.report
            .notes
            .push(format!("{names}: {messages} messages stand in more than one of them"));
    }
}

/// Takes what was added out of a target again.
fn take_back(job: &mut Job<'_>, txn: u64, f: &Found) -> Result<(), Error> {
    let change = &f.change;
    if length(&change.new) <= length(&change.old) {
        // An earlier attempt to take it back was broken off.
        return complete(job, txn, f);
    }
    let end = f.held.file.metadata().map_err(|e| Error::system(&change.path, e))?.len();
    let behind = match f.standing {
        Standing::Added(at) => at,
        Standing::Done => change.start + length(&change.new),
        Standing::Open | Standing::Longer | Standing::Doubt => end,
    };
    if behind == change.end() {
        // Nothing had arrived.
        return Ok(());
    }
    let files = change.open(job.state)?;
    let fresh = reworded(job, txn, f, &files, behind, &change.old)?;
    written(job, &f.held, &fresh)
}

/// The messages of a file that a change can have put there or taken away; none where they cannot be told.
fn count(f: &Found) -> Result<Option<Count>, Error> {
    let Some(seen) = &f.seen else { return Ok(None) };
    let mut count = Count::new();
    for b in seen {
        // Another file under the same name has no such place.
        if f.held.ino == f.change.ino && b.from_line < f.change.start {
            continue;
        }
        let hash = messages::bare(&f.held.file, b.start, b.end);
        *count.entry(hash.map_err(|e| Error::system(&f.change.path, e))?).or_default() += 1;
    }
    Ok(Some(count))
}

/// Whether all of these are there, each as often.
fn covers(there: &Count, all: &Count) -> bool {
    all.iter().all(|(hash, n)| there.get(hash).is_some_and(|m| m >= n))
}

/// The messages of the old content of a change; none where they cannot be told apart.
pub(super) fn before(
    job: &Job<'_>,
    txn: u64,
    n: u64,
    change: &Change,
    files: &[File],
) -> Result<Option<Count>, Error> {
    let name = old_content(job, txn, n, change, files)?;
    let mut count = Count::new();
    let found = listed(&job.state.path(&name));
    job.state.remove(&name)?;
    let Ok(found) = found else { return Ok(None) };
    for (hash, _) in found {
        *count.entry(hash).or_default() += 1;
    }
    Ok(Some(count))
}

/// Writes the old content of a change, whole, to a file: the redo files alone may end in the middle of
/// something. Gives its name.
fn old_content(
    job: &Job<'_>,
    txn: u64,
    n: u64,
    change: &Change,
    files: &[File],
) -> Result<String, Error> {
    let name = format!("recovered-{:06}-{txn}-{n}.octets", job.journal.run);
    let mut writer = Writer::new(job.state, name.clone())?;
    for piece in &change.old {
        let Some(file) = files.get(piece.redo) else { continue };
        writer.copy(file, piece.offset, piece.length)?;
    }
    writer.finish()?;
    Ok(name)
}

/// The files are in a state that nobody can explain: nothing is written to them, and every message of the
/// transaction that neither of them has goes to a file of its own.
pub(super) fn rescue(
    job: &mut Job<'_>,
    txn: u64,
    changes: &BTreeMap<u64, Change>,
    note: String,
) -> Result<(), Error> {
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
        let files = change.open(job.state)?;
        let kept = old_content(job, txn, *n, change, &files)?;
        let path = job.state.path(&kept);
        let Ok(found) = listed(&path) else {
            // No messages can be told apart in it: all of it is kept for a person to look at.
            job.report.recovered.push(path);
            continue;
        };
        let file = job.state.file(&kept, OFlags::RDONLY)?;
        for (hash, bounds) in found {
            if let Some(left) = there.get_mut(&hash).filter(|left| **left > 0) {
                *left -= 1;
                continue;
            }
            writer.copy(&file, bounds.0, bounds.1 - bounds.0)?;
            writer.put(b"\n\n")?;
        }
        job.state.remove(&kept)?;
    }
    let empty = writer.at == 0;
    writer.finish()?;
    if empty {
        job.state.remove(&name)?;
    } else {
        job.report.recovered.push(job.state.path(&name));
    }
    job.state.sync()?;
    job.report.notes.push(note);
    job.journal.push(&Record::Void(txn, "the files are not as it left them".into()));
    job.journal.sync()
}

/// The messages of an mbox from a place on; none where they cannot be told apart.
pub(super) fn since(path: &Path, start: u64) -> Count {
    let mut count = Count::new();
    for (hash, _) in listed(path).unwrap_or_default().into_iter().filter(|(_, b)| b.0 >= start) {
        *count.entry(hash).or_default() += 1;
    }
    count
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
