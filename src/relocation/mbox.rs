//! How messages leave an mbox: under fcntl lock and dotlock, appended to the target and read back first,
//! then the source is rewritten in place, never replaced. Bounds that are in doubt stay as they are.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::apply::Job;
use super::journal::{Carried, Kind, Record};
use super::lock::{self, Held, Refused};
use super::messages::{Shape, bare, doubt, head, is_pseudo, is_whole, kin, shape, stamp, value};
use super::plan::{Site, Step, Target};
use super::redo::{Change, Moment, Piece, Redo, Writer};
use super::{Error, fingerprint, profile, read_at, shown};
use crate::store::Bounds;

/// One message that is wanted, by where it was when it was judged.
struct Wanted<'a> {
    step: &'a Step,
    offset: u64,
    length: u64,
}

/// Moves messages of one mbox, target by target.
pub(super) fn sweep(job: &mut Job<'_>, path: &Path, steps: &[&Step]) -> Result<(), Error> {
    let mut targets: BTreeMap<&Path, Vec<Wanted<'_>>> = BTreeMap::new();
    for step in steps {
        if let (Site::Span { offset, length, .. }, Target::Mbox(to)) = (&step.from, &step.to) {
            let wanted = Wanted { step, offset: *offset, length: *length };
            targets.entry(to).or_default().push(wanted);
        }
    }
    let targets: Vec<(&Path, Vec<Wanted<'_>>)> = targets.into_iter().collect();
    transfer(job, path, &targets)
}

impl Wanted<'_> {
    fn shown(&self) -> String {
        format!("{}/{}", self.step.store, self.step.locator)
    }
}

/// Opens and locks files as they were when their messages were found. `None` where that is not
/// possible now; the report says why.
pub(super) fn hold(job: &mut Job<'_>, paths: &[&Path]) -> Option<(Vec<Shape>, Vec<Held>)> {
    for path in paths {
        if profile::in_use(path) {
            job.report.busy += 1;
            job.report.skip(shown(path), profile::RUNNING);
            return None;
        }
    }
    for _ in 0..3 {
        let mut shapes = Vec::new();
        for path in paths {
            match shape(path) {
                Ok(shape) => shapes.push(shape),
                Err(why) => {
                    job.report.skip(shown(path), why);
                    return None;
                }
            }
        }
        match lock::mboxes(paths, &mut job.journal, job.around.host) {
            Ok(held) => {
                let same = held
                    .iter()
                    .zip(&shapes)
                    .all(|(h, s)| h.file.metadata().is_ok_and(|m| stamp(&m) == s.stamp));
                if same {
                    return Some((shapes, held));
                }
            }
            Err((path, Refused::Busy(why))) => {
                job.report.busy += 1;
                job.report.skip(shown(&path), why);
                return None;
            }
            Err((path, Refused::Never(why))) => {
                job.report.skip(shown(&path), why);
                return None;
            }
        }
    }
    job.report.busy += 1;
    job.report.skip(shown(paths[0]), "changes all the time; left alone");
    None
}

/// One target while a transaction is being prepared.
struct Arrival {
    created: bool,
    end: Ending,
    /// Messages that go there, by their number in the source.
    set: BTreeSet<usize>,
}

/// What stays before the messages that are moved.
#[derive(Clone, Copy)]
enum After {
    Nothing,
    Unread(usize),
    Known([u8; 32]),
}

/// Moves messages of one mbox to others, in one transaction: their order stays known.
fn transfer(
    job: &mut Job<'_>,
    from: &Path,
    targets: &[(&Path, Vec<Wanted<'_>>)],
) -> Result<(), Error> {
    let failed = |e: io::Error| Error::system(from, e);
    let mut created = Vec::new();
    for (to, _) in targets {
        match create(job, from, to) {
            Ok(made) => created.push(made),
            Err(e) => {
                job.report.skip(shown(to), format!("cannot be made: {e}"));
                return Ok(());
            }
        }
    }
    let mut paths = vec![from];
    paths.extend(targets.iter().map(|(to, _)| *to));
    let Some((shapes, held)) = hold(job, &paths) else { return Ok(()) };
    let (source, all) = (&held[0].file, &shapes[0].bounds);
    let mut picked: BTreeMap<usize, (usize, &Wanted<'_>)> = BTreeMap::new();
    for (slot, (_, wanted)) in targets.iter().enumerate() {
        for w in wanted {
            // Nothing is changed yet, and others wait for the lock.
            if job.stopped() {
                return Ok(());
            }
            // A flag stands in its octets: one that was set since the plan shows as a change.
            match pick(source, all, w) {
                Ok(Ok(i)) => {
                    picked.insert(i, (slot, w));
                }
                Ok(Err(why)) => job.report.skip(w.shown(), why),
                Err(e) => job.report.skip(w.shown(), e.to_string()),
            }
        }
    }
    keep_base(source, all, &mut picked, job).map_err(failed)?;
    let mut arrivals = Vec::new();
    for (slot, made) in created.iter().enumerate() {
        let (file, bounds) = (&held[slot + 1].file, &shapes[slot + 1].bounds);
        let end = ending(file, bounds).map_err(|e| Error::system(targets[slot].0, e))?;
        // Two messages without a line end have no room in one file.
        if let Some(i) = all.len().checked_sub(1)
            && end.before_last.is_some()
            && picked.get(&i).is_some_and(|(s, _)| *s == slot)
            && !is_whole(source, &all[i])
            && let Some((_, w)) = picked.remove(&i)
        {
            job.report.skip(
                w.shown(),
                "it and the last message of the target both end without a line end",
            );
        }
        let set = picked.iter().filter(|(_, (s, _))| *s == slot).map(|(i, _)| *i).collect();
        arrivals.push(Arrival { created: *made, end, set });
    }
    let Some((&first, _)) = picked.first_key_value() else {
        return Ok(());
    };
    let moved: u64 = picked.keys().map(|i| all[*i].next - all[*i].from_line).sum();
    let tail = shapes[0].stamp.size - all[first].from_line;
    for h in &held[1..] {
        if let Err(why) = room(job, &h.file, tail + moved, moved) {
            job.report.skip(shown(from), why);
            return Ok(());
        }
    }
    let txn = job.journal.id();
    let changes = prepare(job, txn, &held, &shapes, &arrivals, first)?;
    for (slot, (to, _)) in targets.iter().enumerate() {
        job.journal.push(&Record::Carry {
            txn,
            slot: slot as u64,
            from: from.to_owned(),
            to: (*to).to_owned(),
            created: arrivals[slot].created,
            lead: arrivals[slot].end.lead.1,
        });
    }
    // One message that stays may be the predecessor of thousands; it is read once, where it is one at all.
    let mut after = After::Nothing;
    for (i, b) in all.iter().enumerate() {
        let Some((slot, w)) = picked.get(&i) else {
            after = After::Unread(i);
            continue;
        };
        if let After::Unread(k) = after {
            after = After::Known(bare(source, all[k].start, all[k].end).map_err(failed)?);
        }
        let after = match after {
            After::Known(bare) => Some(bare),
            After::Nothing | After::Unread(_) => None,
        };
        job.journal.push(&Record::Carried(Carried {
            txn,
            slot: *slot as u64,
            order: i as u64,
            class: w.step.class.clone(),
            fingerprint: w.step.fingerprint,
            bare: bare(source, b.start, b.end).map_err(failed)?,
            frame: b.next - b.end,
            after,
            of: None,
            kin: kin(&head(source, b.start, b.end).map_err(failed)?),
        }));
    }
    if commit(job, txn, &held, &changes)? {
        for (slot, w) in picked.values() {
            job.report.count(&w.step.class, targets[*slot].0);
        }
    }
    Ok(())
}

/// Writes the redo files, what goes and the new tail of the source, and describes the change of each file
/// by its number among those held: first what adds, then what takes away.
fn prepare(
    job: &Job<'_>,
    txn: u64,
    held: &[Held],
    shapes: &[Shape],
    arrivals: &[Arrival],
    first: usize,
) -> Result<Vec<(usize, Change)>, Error> {
    let (source, all) = (&held[0].file, &shapes[0].bounds);
    let mut kept = Writer::new(job.state, job.journal.redo_name(txn, "kept"))?;
    let mut moved = Vec::new();
    for slot in 0..arrivals.len() {
        let name = job.journal.redo_name(txn, &format!("{slot}-moved"));
        moved.push(Writer::new(job.state, name)?);
    }
    let mut old = Vec::new();
    let mut new = Vec::new();
    for (i, b) in all.iter().enumerate().skip(first) {
        let length = b.next - b.from_line;
        let slot = arrivals.iter().position(|a| a.set.contains(&i));
        let writer = match slot {
            Some(slot) => &mut moved[slot],
            None => &mut kept,
        };
        let piece = Piece { redo: slot.map_or(0, |s| s + 1), offset: writer.at, length };
        writer.copy(source, b.from_line, length)?;
        push(&mut old, piece);
        if slot.is_none() {
            push(&mut new, piece);
        }
    }
    let mut redos = vec![kept.finish()?];
    let mut changes = Vec::new();
    for (slot, (mut writer, arrival)) in moved.into_iter().zip(arrivals).enumerate() {
        let body = writer.at;
        writer.put(SEPARATORS)?;
        if let Some(last) = arrival.end.before_last {
            writer.copy(&held[slot + 1].file, last, arrival.end.size - last)?;
        }
        let redo = writer.finish()?;
        let unframed = arrival.set.last().is_some_and(|i| all[*i].next == all[*i].end);
        if !arrival.set.is_empty() {
            changes
                .push((slot + 1, addition(&held[slot + 1], &arrival.end, &redo, body, unframed)));
        }
        redos.push(redo);
    }
    job.state.sync()?;
    if job.kind != Kind::Copy {
        let metadata = source.metadata().map_err(|e| Error::system(&held[0].path, e))?;
        changes.push((
            0,
            Change {
                path: held[0].path.clone(),
                dev: held[0].dev,
                ino: held[0].ino,
                start: all[first].from_line,
                redos,
                old,
                new,
                times: Some(times(&metadata)),
            },
        ));
    }
    Ok(changes)
}

/// Stand behind the messages of a redo file, to be put between messages where they are needed.
const SEPARATORS: &[u8; 4] = b"\n\n\r\n";

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    if let Some(last) = pieces.last_mut()
        && last.redo == piece.redo
        && last.offset + last.length == piece.offset
    {
        last.length += piece.length;
        return;
    }
    pieces.push(piece);
}

pub(super) fn times(m: &std::fs::Metadata) -> (Moment, Moment) {
    let nanos = |n: i64| u32::try_from(n).unwrap_or(0);
    ((m.atime(), nanos(m.atime_nsec())), (m.mtime(), nanos(m.mtime_nsec())))
}

/// Finds a wanted message under the lock and compares it with what was judged.
fn pick(file: &File, all: &[Bounds], w: &Wanted<'_>) -> io::Result<Result<usize, String>> {
    let Ok(i) = all.binary_search_by_key(&w.offset, |b| b.start) else {
        return Ok(Err("no message begins there any more; scan again".into()));
    };
    let b = all[i];
    if b.end - b.start != w.length || fingerprint(file, b.start, w.length)? != w.step.fingerprint {
        return Ok(Err("its octets have changed since it was scanned; left alone".into()));
    }
    let mut line = [0u8; 5];
    read_at(file, &mut line, b.from_line)?;
    if &line != b"From " {
        return Ok(Err("no From_ line stands before it".into()));
    }
    if let Some(why) = doubt(file, all, i)? {
        return Ok(Err(format!("its bounds are in doubt: {why}")));
    }
    let head = head(file, b.start, b.end)?;
    if is_pseudo(&head) {
        return Ok(Err("it keeps the state of the folder".into()));
    }
    Ok(Ok(i))
}

/// A first message that holds the folder's UIDs stays, unless all go.
fn keep_base(
    file: &File,
    all: &[Bounds],
    picked: &mut BTreeMap<usize, (usize, &Wanted<'_>)>,
    job: &mut Job<'_>,
) -> io::Result<()> {
    let Some((_, w)) = picked.get(&0) else { return Ok(()) };
    let holds = value(&head(file, all[0].start, all[0].end)?, b"x-imapbase:").is_some();
    if holds && picked.len() < all.len() {
        job.report.skip(w.shown(), "the first message holds the UIDs of the folder; left alone");
        picked.remove(&0);
    }
    Ok(())
}

/// How something is put at the end of an mbox.
pub(super) struct Ending {
    size: u64,
    /// Separates what is there from what comes: where in [`SEPARATORS`], and how many octets.
    pub(super) lead: (u64, u64),
    /// The last message has no line end: what comes is put before it, so that no octet of it changes.
    pub(super) before_last: Option<u64>,
}

pub(super) fn ending(file: &File, all: &[Bounds]) -> io::Result<Ending> {
    let size = file.metadata()?.len();
    let mut last = [0u8; 4];
    let n = usize::try_from(size.min(4)).unwrap_or(4);
    read_at(file, &mut last[..n], size - n as u64)?;
    let last = &last[..n];
    let mut ending = Ending { size, lead: (0, 0), before_last: None };
    if n == 0 || last.ends_with(b"\n\n") || last.ends_with(b"\r\n\r\n") {
    } else if last.ends_with(b"\r\n") {
        ending.lead = (2, 2);
    } else if last.ends_with(b"\n") {
        ending.lead = (0, 1);
    } else {
        ending.before_last = all.last().map(|b| b.from_line);
    }
    Ok(ending)
}

/// Puts the first `body` octets of a redo file at the end of the target. Behind them stand
/// [`SEPARATORS`], and the target's last message where it has to move on.
fn addition(held: &Held, end: &Ending, redo: &Redo, body: u64, unframed: bool) -> Change {
    let behind = body + SEPARATORS.len() as u64;
    let piece = |offset, length| Piece { redo: 0, offset, length };
    let mut new = Vec::new();
    let mut old = Vec::new();
    let start = end.before_last.unwrap_or(end.size);
    new.push(piece(body + end.lead.0, end.lead.1));
    new.push(piece(0, body));
    if let Some(last) = end.before_last {
        if unframed {
            new.push(piece(body, 1));
        }
        old.push(piece(behind, end.size - last));
        new.push(piece(behind, end.size - last));
    }
    new.retain(|p| p.length > 0);
    Change {
        path: held.path.clone(),
        dev: held.dev,
        ino: held.ino,
        start,
        redos: vec![redo.clone()],
        old,
        new,
        times: None,
    }
}

/// Says what will happen, makes it durable, and carries it out: first what adds, then what takes away.
/// False where nothing was changed after all.
pub(super) fn commit(
    job: &mut Job<'_>,
    txn: u64,
    held: &[Held],
    changes: &[(usize, Change)],
) -> Result<bool, Error> {
    for (n, (_, change)) in changes.iter().enumerate() {
        job.journal.push(&Record::Change(txn, n as u64, change.clone()));
    }
    job.journal.push(&Record::Intent(txn));
    if !super::broken("wrong-order") {
        job.journal.sync()?;
    }
    for (n, (which, change)) in changes.iter().enumerate() {
        let file = &held[*which].file;
        let files = change.open(job.state)?;
        let untouched = change.untouched(file);
        let begun = untouched.is_ok();
        let written = untouched.and_then(|()| change.write(file, &files, change.end()));
        let written = written.and_then(|()| {
            if change.reads_back(file, &files)? {
                Ok(())
            } else {
                Err(io::Error::other("reads back different from what was written"))
            }
        });
        if let Err(e) = written {
            // What was there before is put back, last one first.
            for (which, change) in changes[..n + usize::from(begun)].iter().rev() {
                let files = change.open(job.state)?;
                let reverted = change.revert(&held[*which].file, &files);
                reverted.map_err(|e| Error::system(&change.path, e))?;
            }
            job.journal.push(&Record::Void(txn, e.to_string()));
            job.journal.sync()?;
            for (_, change) in changes {
                forget(job, change, true)?;
            }
            job.report.skip(shown(&change.path), format!("{e}; nothing was moved"));
            return Ok(false);
        }
        job.journal.push(&Record::Applied(txn, n as u64));
        job.journal.sync()?;
    }
    job.journal.push(&Record::Done(txn));
    job.journal.sync()?;
    for (_, change) in changes {
        forget(job, change, false)?;
    }
    Ok(true)
}

/// Removes the redo files that nobody needs any more; what was moved stays for a while.
fn forget(job: &Job<'_>, change: &Change, all: bool) -> Result<(), Error> {
    for redo in &change.redos {
        if all || !redo.name.ends_with("-moved") {
            job.state.remove(&redo.name)?;
        }
    }
    Ok(())
}

/// Whether there is room for the redo files and for what is added.
pub(super) fn room(job: &Job<'_>, target: &File, redo: u64, added: u64) -> Result<(), String> {
    let free = |s: rustix::fs::StatVfs| s.f_bavail.saturating_mul(s.f_frsize);
    let state = rustix::fs::fstatvfs(&job.state.dir).map(free).unwrap_or(u64::MAX);
    let there = rustix::fs::fstatvfs(target).map(free).unwrap_or(u64::MAX);
    if state < redo.saturating_add(1 << 16) {
        return Err(format!("the state folder has no room for {redo} octets of redo files"));
    }
    if there < added.saturating_add(1 << 12) {
        return Err(format!("there is no room for {added} octets where the messages go"));
    }
    Ok(())
}

/// Creates the target with owner and mode of the source, if it is not there.
fn create(job: &mut Job<'_>, from: &Path, to: &Path) -> io::Result<bool> {
    if std::fs::symlink_metadata(to).is_ok() {
        return Ok(false);
    }
    let source = rustix::fs::lstat(from)?;
    job.created.push(to.to_owned());
    job.journal.push(&Record::Create(to.to_owned()));
    job.journal.sync().map_err(io::Error::other)?;
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let fd = rustix::fs::open(to, flags, Mode::from_raw_mode(0o600))?;
    super::maildir::own(std::os::fd::AsFd::as_fd(&fd), &source)?;
    rustix::fs::fchmod(&fd, Mode::from_raw_mode(source.st_mode & 0o666))?;
    super::durable(&fd)?;
    sync_parent(to)?;
    Ok(true)
}

pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    let parent = path.parent().map_or_else(|| PathBuf::from("."), Path::to_owned);
    super::durable(&File::open(parent)?)
}

/// Removes a target that this run made and that stayed empty.
#[expect(
    clippy::disallowed_methods,
    reason = "an empty file that this run made itself, under its lock"
)]
pub(super) fn discard(held: &Held) -> io::Result<()> {
    if held.file.metadata()?.len() == 0 {
        std::fs::remove_file(&held.path)?;
        sync_parent(&held.path)?;
    }
    Ok(())
}
