//! Carries out a plan, one Maildir or mbox at a time, each step through the journal. Whatever is in doubt
//! stays where it is and is listed.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::journal::{Journal, Kind, Known, Move, Record, Spot, State};
use super::lock::RunLock;
use super::maildir::{self, Maildir, Seen};
use super::plan::{self, Plan, Site, Step, Target};
use super::{Error, Report, Surroundings, mbox, recovery, shown, target};

/// Messages of one Maildir that share one wait for the disk.
const BATCH: usize = 256;

/// One run while it is going on.
pub(super) struct Job<'a> {
    pub(super) state: &'a State,
    pub(super) around: &'a Surroundings<'a>,
    pub(super) journal: Journal,
    pub(super) report: Report,
    pub(super) kind: Kind,
    /// Mbox files that this run made.
    pub(super) created: Vec<PathBuf>,
}

impl Job<'_> {
    pub(super) fn stopped(&mut self) -> bool {
        self.report.interrupted |= (self.around.stop)();
        self.report.interrupted
    }
}

/// The mailboxes of a run in which the system refused something: the others are done all the same, and the next run
/// completes these.
#[derive(Default)]
pub(super) struct Failures {
    places: BTreeSet<PathBuf>,
    first: Option<Error>,
}

impl Failures {
    /// Takes what came of one mailbox; `None` where it failed. An error of the journal is one of the run.
    pub(super) fn take<T>(
        &mut self,
        job: &mut Job<'_>,
        places: &[&Path],
        result: Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        let error = match result {
            Ok(done) => return Ok(Some(done)),
            Err(error @ Error::System { .. }) if !job.journal.failed() => error,
            Err(error) => return Err(error),
        };
        let first = places.first().map(|place| shown(place)).unwrap_or_default();
        job.report.skip(first, error.to_string());
        self.places.extend(places.iter().map(|place| place.to_path_buf()));
        self.first.get_or_insert(error);
        Ok(None)
    }

    /// Whether a mailbox failed in this run, and may be half written; the report says that it waits.
    pub(super) fn block(&self, job: &mut Job<'_>, places: &[&Path]) -> bool {
        let failed = places.iter().find(|place| self.places.contains(**place));
        if let (Some(failed), Some(first)) = (failed, places.first()) {
            let why = format!("something failed in {}; the next run goes on there", shown(failed));
            job.report.skip(shown(first), why);
        }
        failed.is_some()
    }

    /// Ends the run, unless the next one has to complete it.
    pub(super) fn end(self, mut job: Job<'_>) -> Result<Report, Error> {
        for path in std::mem::take(&mut job.created) {
            // What is announced for a file has to find it.
            if !self.places.contains(&path) {
                recovery::empty_target(&mut job, &path)?;
            }
        }
        if self.first.is_none() {
            job.journal.push(&Record::End);
        }
        job.journal.sync()?;
        match self.first {
            Some(error) if job.report.moved() == 0 => Err(error),
            _ => Ok(job.report),
        }
    }
}

/// The right to change mail: the run lock, taken after what earlier runs left was healed. Taken before a
/// scan, so that of two sweeps at once one works and the other is told so.
pub struct Session {
    state: State,
    _lock: RunLock,
    healed: recovery::Healed,
}

impl Session {
    /// Takes the run lock and heals every run that was broken off.
    pub fn begin(around: &Surroundings<'_>) -> Result<Session, Error> {
        let state = State::open(around.state)?;
        let lock = RunLock::take(&state)?;
        let healed = recovery::all(&state, around)?;
        Ok(Session { state, _lock: lock, healed })
    }

    /// What was healed.
    pub fn healed(&self) -> &recovery::Healed {
        &self.healed
    }

    /// What earlier runs teach a plan.
    pub fn known(&self) -> Result<Known, Error> {
        self.state.known()
    }
}

/// Moves (or copies) what the plan says. Whatever cannot be moved stays and is listed.
pub fn apply(plan: &Plan, session: &Session, around: &Surroundings<'_>) -> Result<Report, Error> {
    let state = &session.state;
    let mut report = session.healed.report();
    report.skipped.extend(plan.skipped.iter().cloned());
    if plan.steps.is_empty() {
        return Ok(report);
    }
    target::keep_out(plan, around.state)?;
    let kind = if plan.copy { Kind::Copy } else { Kind::Sweep };
    let journal = Journal::begin(state, kind, around.now)?;
    report.run = Some(journal.run);
    let mut job = Job { state, around, journal, report, kind, created: Vec::new() };
    let mut failures = Failures::default();
    for (top, steps) in maildirs(plan) {
        if job.stopped() {
            break;
        }
        if let Some(open) = session.healed.blocks(top) {
            job.report.waits(top, open);
            continue;
        }
        let result = sweep_maildir(&mut job, top, &steps, plan.include_flagged);
        failures.take(&mut job, &[top], result)?;
    }
    let mut by_source: BTreeMap<&Path, Vec<&Step>> = BTreeMap::new();
    for step in &plan.steps {
        if let Site::Span { path, .. } = &step.from {
            by_source.entry(path).or_default().push(step);
        }
    }
    for (path, steps) in by_source {
        if job.stopped() {
            break;
        }
        let targets = steps.iter().filter_map(|s| match &s.to {
            Target::Mbox(to) => Some(to.as_path()),
            _ => None,
        });
        let places: Vec<&Path> = [path].into_iter().chain(targets).collect();
        if let Some(open) = places.iter().find_map(|p| session.healed.blocks(p)) {
            job.report.waits(path, open);
            continue;
        }
        if failures.block(&mut job, &places) {
            continue;
        }
        let result = mbox::sweep(&mut job, path, &steps);
        failures.take(&mut job, &places, result)?;
    }
    failures.end(job)
}

fn maildirs(plan: &Plan) -> BTreeMap<&Path, Vec<(&Step, Spot)>> {
    let mut all: BTreeMap<&Path, Vec<(&Step, Spot)>> = BTreeMap::new();
    for step in &plan.steps {
        if let Some((top, spot)) = plan::spot(&step.from) {
            all.entry(top).or_default().push((step, spot));
        }
    }
    all
}

fn sweep_maildir(
    job: &mut Job<'_>,
    top: &Path,
    steps: &[(&Step, Spot)],
    include_flagged: bool,
) -> Result<(), Error> {
    let mut maildir = match Maildir::open(top) {
        Ok(maildir) => maildir,
        Err(e) => {
            job.report.skip(shown(top), e.to_string());
            return Ok(());
        }
    };
    if let Err(why) = maildir.hold() {
        job.report.busy += 1;
        job.report.skip(shown(top), why);
        return Ok(());
    }
    if let Err(e) = prepare(&mut job.journal, &mut maildir, steps) {
        job.report.skip(shown(top), e.to_string());
        return Ok(());
    }
    // A message whose name changed while it was listed may have been met under both.
    let mut met = BTreeSet::new();
    for batch in steps.chunks(BATCH) {
        if job.stopped() {
            break;
        }
        let mut moves = Vec::new();
        for (step, spot) in batch {
            match examine(&mut maildir, step, spot, include_flagged) {
                Ok((_, seen)) if seen.links == 1 && !met.insert((seen.dev, seen.ino)) => {}
                Ok((from, seen)) => {
                    if seen.links > 1 {
                        job.report.notes.push(format!(
                            "{}: has {} names (hard links); only this one moves",
                            shown(&top.join(from.path())),
                            seen.links
                        ));
                    }
                    let Target::Folder(below) = &step.to else { continue };
                    let name = maildir::name_elsewhere(&from.name);
                    match maildir.free(below, name) {
                        Ok(name) => moves.push(Move {
                            id: job.journal.id(),
                            class: step.class.clone(),
                            fingerprint: step.fingerprint,
                            top: top.to_owned(),
                            to: Spot { below: below.clone(), cur: from.cur, name },
                            from,
                            dev: seen.dev,
                            ino: seen.ino,
                            mtime: seen.mtime,
                            of: None,
                        }),
                        Err(e) => job.report.skip(shown(&top.join(spot.path())), e.to_string()),
                    }
                }
                Err(why) => job.report.skip(shown(&top.join(spot.path())), why),
            }
        }
        carry_out(job, &mut maildir, moves)?;
    }
    Ok(())
}

/// Creates the target folders and makes sure that every rename stays on one device, before the first.
fn prepare(
    journal: &mut Journal,
    maildir: &mut Maildir,
    steps: &[(&Step, Spot)],
) -> io::Result<()> {
    let mut sources = BTreeSet::new();
    let mut targets = BTreeSet::new();
    for (step, spot) in steps {
        sources.insert(spot.below.join(spot.sub()));
        if let Target::Folder(below) = &step.to {
            targets.insert((below, spot.sub()));
        }
    }
    let mut device = None;
    let mut same = |found: u64| {
        if *device.get_or_insert(found) == found {
            return Ok(());
        }
        Err(io::Error::other("source and target lie on different devices; nothing was moved"))
    };
    for source in sources {
        // What is gone meanwhile is told message by message.
        if let Ok(found) = maildir.device(&source) {
            same(found)?;
        }
    }
    let folders: BTreeSet<&PathBuf> = targets.iter().map(|(below, _)| *below).collect();
    for below in folders {
        maildir.create(journal, below).map_err(|e| {
            io::Error::other(format!("the folder {} cannot be made: {e}", shown(below)))
        })?;
    }
    for (below, sub) in targets {
        same(maildir.device(&below.join(sub))?)?;
    }
    Ok(())
}

/// Finds the file again and compares it with what was judged.
fn examine(
    maildir: &mut Maildir,
    step: &Step,
    asked: &Spot,
    include_flagged: bool,
) -> Result<(Spot, Seen), String> {
    let mut spot = asked.clone();
    let read = match maildir.read(&spot) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => {
            let found = maildir.renamed(&spot).map_err(|e| e.to_string())?;
            spot = found.ok_or("gone since it was scanned")?;
            maildir.read(&spot)
        }
        other => other,
    };
    let (seen, print) = read.map_err(|e| e.to_string())?;
    if print != step.fingerprint {
        return Err("its octets have changed since it was scanned; left alone".into());
    }
    let flags = maildir::flags(&spot.name);
    // A plan that takes flagged mail names it with its flag.
    let planned = maildir::flags(&asked.name).contains(&b'F');
    if flags.contains(&b'F') && !planned && !include_flagged {
        return Err("flagged since it was scanned; left alone".into());
    }
    if flags.contains(&b'D') {
        return Err("marked as a draft since it was scanned; left alone".into());
    }
    Ok((spot, seen))
}

/// Intent, renames, sync, done: for one batch. Gives back the moves as they were carried out.
pub(super) fn carry_out(
    job: &mut Job<'_>,
    maildir: &mut Maildir,
    moves: Vec<Move>,
) -> Result<Vec<Move>, Error> {
    for m in &moves {
        job.journal.push(&Record::Move(m.clone()));
    }
    if !super::broken("wrong-order") {
        job.journal.sync()?;
    }
    let mut done = Vec::new();
    let mut touched = (BTreeSet::new(), BTreeSet::new());
    for m in moves {
        if job.stopped() {
            job.journal.push(&Record::Void(m.id, "stopped before it".into()));
            continue;
        }
        match one(job, maildir, m) {
            Ok(m) => {
                touched.0.insert(maildir::folder_of(&m.to));
                touched.1.insert(maildir::folder_of(&m.from));
                done.push(m);
            }
            Err(refusal) => {
                let (m, why) = *refusal;
                match half(job.kind, maildir, &m) {
                    Half::None => {}
                    Half::Whole => {
                        touched.0.insert(maildir::folder_of(&m.to));
                        touched.1.insert(maildir::folder_of(&m.from));
                        done.push(m);
                        continue;
                    }
                    // The journal keeps it open, and recovery ends it.
                    Half::Open => {
                        return Err(Error::system(
                            &m.top.join(m.from.path()),
                            io::Error::other(format!("{why}; the next run completes this one")),
                        ));
                    }
                }
                job.journal.push(&Record::Void(m.id, why.clone()));
                job.report.skip(shown(&m.top.join(m.from.path())), why);
            }
        }
    }
    for folder in touched.0.iter().chain(&touched.1) {
        maildir.sync(folder).map_err(|e| Error::system(folder, e))?;
    }
    for m in &done {
        // Somebody may have renamed it again in the target already; then it is there by its unique part.
        // A copy that was removed has no target.
        let there = m.to.name.is_empty()
            || match maildir.look(&m.to) {
                Ok(Some(seen)) => job.kind == Kind::Copy || seen.ino == m.ino,
                _ => maildir.renamed(&m.to).is_ok_and(|found| found.is_some()),
            };
        if !there {
            let place = shown(&m.top.join(m.to.path()));
            job.report.notes.push(format!("{place}: was moved on by somebody else at once"));
        }
        job.journal.push(&Record::Done(m.id));
        job.report.count(&m.class, &super::below(&m.top, &m.to.below));
    }
    job.journal.sync()?;
    Ok(done)
}

/// How much of a move happened although it was refused.
enum Half {
    None,
    /// All of it: some file systems say no to what they did, when their answer is lost on the way.
    Whole,
    /// The message has both names, or nobody can tell.
    Open,
}

fn half(kind: Kind, maildir: &mut Maildir, m: &Move) -> Half {
    if kind == Kind::Copy || m.to.name.is_empty() {
        return Half::None;
    }
    let mut is_there = |spot: &Spot| {
        maildir.look(spot).map(|seen| seen.is_some_and(|s| (s.dev, s.ino) == (m.dev, m.ino)))
    };
    match (is_there(&m.to), is_there(&m.from)) {
        (Ok(false), _) => Half::None,
        (Ok(true), Ok(false)) => Half::Whole,
        _ => Half::Open,
    }
}

/// A move that was not carried out, and why.
type Refusal = Box<(Move, String)>;

/// One message. Gives back the move as it was carried out: the names may have had to change.
fn one(job: &mut Job<'_>, maildir: &mut Maildir, m: Move) -> Result<Move, Refusal> {
    let fail = |m: &Move, e: io::Error| {
        let why = match e.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
            Some(rustix::io::Errno::XDEV) => {
                "source and target lie on different devices".to_owned()
            }
            _ => e.to_string(),
        };
        Box::new((m.clone(), why))
    };
    let mut m = m;
    for _ in 0..4 {
        let same = match maildir.look(&m.from) {
            Ok(Some(seen)) => {
                (seen.dev, seen.ino, seen.size, seen.mtime)
                    == (m.dev, m.ino, m.fingerprint.len, m.mtime)
            }
            Ok(None) => {
                // Its flags may have changed between the look and now: once by the unique part.
                let found = maildir.renamed(&m.from).map_err(|e| fail(&m, e))?;
                let Some(found) = found.filter(|f| f.cur || !m.from.cur) else {
                    return Err(Box::new((m, "gone since it was scanned".into())));
                };
                let moved_on = maildir.look(&found).map_err(|e| fail(&m, e))?;
                if moved_on.is_none_or(|s| s.ino != m.ino) || found == m.from {
                    return Err(Box::new((m, "gone since it was scanned".into())));
                }
                if matches!(job.kind, Kind::Sweep | Kind::Copy) {
                    let fresh = maildir::flags(&found.name);
                    if fresh.contains(&b'F') && !maildir::flags(&m.from.name).contains(&b'F') {
                        return Err(Box::new((
                            m,
                            "flagged since it was scanned; left alone".into(),
                        )));
                    }
                    let name = maildir::name_elsewhere(&found.name);
                    m.to.cur = found.cur;
                    m.to.name = maildir.free(&m.to.below, name).map_err(|e| fail(&m, e))?;
                }
                m.from = found;
                again(job, &m)?;
                continue;
            }
            Err(e) => return Err(fail(&m, e)),
        };
        if !same {
            return Err(Box::new((m, "has changed since it was scanned; left alone".into())));
        }
        let result = match job.kind {
            Kind::Copy => maildir.copy(&m),
            _ if m.to.name.is_empty() => maildir.remove(&m.from),
            _ => maildir.rename(&m.from, &m.to),
        };
        match result {
            Ok(()) => return Ok(m),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
                let name = m.to.name.clone();
                m.to.name = maildir.free(&m.to.below, name).map_err(|e| fail(&m, e))?;
                again(job, &m)?;
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            Err(e) => return Err(fail(&m, e)),
        }
    }
    Err(Box::new((m, "changes its name all the time; left alone".into())))
}

/// Says anew what is about to happen.
fn again(job: &mut Job<'_>, m: &Move) -> Result<(), Refusal> {
    job.journal.push(&Record::Move(m.clone()));
    job.journal.sync().map_err(|e| Box::new((m.clone(), e.to_string())))
}
