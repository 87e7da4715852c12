//! A run that is given up before it could be completed: tells how it left the mail, writes nothing to it, and
//! keeps what only its redo files have.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::PathBuf;

use super::super::apply::Job;
use super::super::journal::{Kind, Move, Record, Run};
use super::super::maildir::Maildir;
use super::super::redo::{Change, Standing, length};
use super::super::{Error, shown};
use super::doubtful::{self, Count};
use super::{changes, open_transactions, present};

/// Looks at everything that the run left open. Gives the redo files that have to stay.
pub(in super::super) fn give_up(job: &mut Job<'_>, run: &Run) -> Result<Vec<PathBuf>, Error> {
    for m in run.moves(false) {
        // A Maildir that is not there, or cannot be read, may hold it once or twice; nobody can tell.
        if let Ok(true) = has_two_names(m) {
            job.report.doubled += 1;
            let place = shown(&m.top.join(m.from.path()));
            let other = shown(&m.top.join(m.to.path()));
            job.report.notes.push(format!("{place}: is one message with {other}; remove one"));
        }
    }
    let mut kept = Vec::new();
    for txn in open_transactions(run) {
        let changes = changes(run, txn);
        // Where nobody can look, nobody can tell that all is well.
        if whole(job, &changes).unwrap_or(false) {
            continue;
        }
        half_written(job, run, txn, &changes)?;
        kept.extend(keep_redo(job, txn)?);
    }
    Ok(kept)
}

fn has_two_names(m: &Move) -> io::Result<bool> {
    let mut maildir = Maildir::open(&m.top)?;
    if m.to.name.is_empty() {
        return Ok(false);
    }
    let (source, target) = (present(&mut maildir, &m.from, m)?, present(&mut maildir, &m.to, m)?);
    Ok(source.is_some() && target.is_some() && source != target)
}

/// Whether every file is as before the transaction, or every one as after it.
fn whole(job: &Job<'_>, changes: &BTreeMap<u64, Change>) -> Result<bool, Error> {
    let (mut before, mut after) = (true, true);
    for change in changes.values() {
        let failed = |e: io::Error| Error::system(&change.path, e);
        let files = change.open(job.state)?;
        let file = File::open(&change.path).map_err(failed)?;
        let old = change.start + length(&change.old);
        let end = match change.standing(&file, &files).map_err(failed)? {
            Standing::Open => Some(file.metadata().map_err(failed)?.len()),
            Standing::Added(at) => Some(at),
            Standing::Done => None,
            Standing::Longer | Standing::Doubt => return Ok(false),
        };
        after &= end.is_none();
        before &=
            end == Some(old) && change.is_old(&file, &files, change.start, old).map_err(failed)?;
    }
    Ok(before || after)
}

/// Tells what stands twice, and writes every message that stands nowhere to a file of its own.
fn half_written(
    job: &mut Job<'_>,
    run: &Run,
    txn: u64,
    changes: &BTreeMap<u64, Change>,
) -> Result<(), Error> {
    let names: Vec<String> = changes.values().map(|c| shown(&c.path)).collect();
    let names = names.join(", ");
    let source = match job.kind {
        Kind::Copy => None,
        Kind::Sweep | Kind::Undo(_) => changes.last_key_value().map(|(_, c)| c),
    };
    let mut wanted = Count::new();
    for record in &run.records {
        if let Record::Carried(c) = record
            && c.txn == txn
        {
            *wanted.entry(c.bare).or_default() += 1;
        }
    }
    let mut there = Count::new();
    let targets = changes.values().filter(|c| source.is_none_or(|s| s.path != c.path));
    for (hash, n) in targets.flat_map(|c| doubtful::since(&c.path, c.start)) {
        *there.entry(hash).or_default() += n;
    }
    let here = source.map(|c| doubtful::since(&c.path, c.start)).unwrap_or_default();
    let of = |count: &Count, hash: &[u8; 32]| count.get(hash).copied().unwrap_or(0);
    let twice = |(hash, n): (&[u8; 32], &u64)| (*n).min(of(&here, hash)).min(of(&there, hash));
    doubtful::doubled(job, wanted.iter().map(twice).sum(), &names);
    let note = format!(
        "{names}: half written by run {}, which was given up; nothing was written to them",
        job.journal.run
    );
    if let Err(e) = doubtful::rescue(job, txn, changes, note) {
        // The redo files stay in any case.
        job.report.notes.push(format!("{names}: what is missing cannot be told: {e}"));
    }
    Ok(())
}

/// Gives the redo files of a transaction names under which they stay.
#[expect(clippy::disallowed_methods, reason = "files of the state folder, under names nobody has")]
fn keep_redo(job: &Job<'_>, txn: u64) -> Result<Vec<PathBuf>, Error> {
    let prefix = job.journal.redo_name(txn, "");
    let mut kept = Vec::new();
    for name in job.state.names()?.iter().filter(|n| n.starts_with(&prefix)) {
        let (from, to) = (job.state.path(name), job.state.path(&format!("recovered-{name}")));
        std::fs::rename(&from, &to).map_err(|e| Error::system(&from, e))?;
        kept.push(to);
    }
    job.state.sync()?;
    Ok(kept)
}
