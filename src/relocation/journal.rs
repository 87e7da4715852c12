//! The journal of each run, and the folder they lie in. Append-only, a record a line with its length and
//! checksum; a torn tail is cut when the journal is opened for writing, damage before it is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags};

pub use super::record::Kind;
use super::record::parse;
pub(super) use super::record::{Carried, Move, Record, Spot};
use super::{Error, shown};

/// The folder with journals, redo files and the run lock.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    pub(super) dir: rustix::fd::OwnedFd,
}

const PRIVATE: Mode = Mode::from_raw_mode(0o600);

impl State {
    /// Opens the folder, creating it with mode 0700. One that others may read is closed to them: there
    /// is mail in it.
    pub fn open(path: &Path) -> Result<State, Error> {
        make_folder(path)?;
        let state = Self::existing(path)?;
        let state = state.ok_or_else(|| Error::system(path, io::ErrorKind::NotFound))?;
        let failed = |e| Error::system(path, e);
        let mode = rustix::fs::fstat(&state.dir).map_err(failed)?.st_mode;
        if mode & 0o077 != 0 {
            rustix::fs::fchmod(&state.dir, Mode::from_raw_mode(0o700)).map_err(failed)?;
        }
        Ok(state)
    }

    /// Opens the folder where there is one; writes nothing.
    pub fn existing(path: &Path) -> Result<Option<State>, Error> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir = match rustix::fs::open(path, flags, Mode::empty()) {
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            other => other.map_err(|e| Error::system(path, e))?,
        };
        Ok(Some(State { path: path.to_owned(), dir }))
    }

    pub(super) fn file(&self, name: &str, flags: OFlags) -> Result<File, Error> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::openat(&self.dir, name, flags, PRIVATE)
            .map(File::from)
            .map_err(|e| Error::system(&self.path.join(name), e))
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub(super) fn sync(&self) -> Result<(), Error> {
        super::durable(&self.dir).map_err(|e| Error::system(&self.path, e))
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), Error> {
        match rustix::fs::unlinkat(&self.dir, name, AtFlags::empty()) {
            Ok(()) | Err(rustix::io::Errno::NOENT) => Ok(()),
            Err(e) => Err(Error::system(&self.path.join(name), e)),
        }
    }

    pub(super) fn names(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        let entries = std::fs::read_dir(&self.path).map_err(|e| Error::system(&self.path, e))?;
        for entry in entries {
            let entry = entry.map_err(|e| Error::system(&self.path, e))?;
            names.extend(entry.file_name().into_string());
        }
        names.sort();
        Ok(names)
    }

    pub(super) fn numbers(&self) -> Result<Vec<u64>, Error> {
        let number = |n: &String| n.strip_prefix("run-")?.strip_suffix(".journal")?.parse().ok();
        let mut numbers: Vec<u64> = self.names()?.iter().filter_map(number).collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// All runs, oldest first; reads only.
    pub fn runs(&self) -> Result<Vec<Run>, Error> {
        self.numbers()?.into_iter().map(|n| self.run(n)).collect()
    }

    /// One run as its journal tells it now.
    pub(super) fn run(&self, number: u64) -> Result<Run, Error> {
        Ok(Run { number, records: self.records(number)? })
    }

    fn records(&self, run: u64) -> Result<Vec<Record>, Error> {
        let name = name(run);
        let file = self.file(&name, OFlags::RDONLY)?;
        let damaged =
            |what: &str| Error::Damaged { path: shown(&self.path(&name)), what: what.into() };
        let octets = whole(&file).map_err(|e| Error::system(&self.path(&name), e))?;
        let records = parse(&octets).map_err(damaged)?.0;
        Ok(records)
    }

    /// What earlier runs teach a plan; reads only.
    pub fn known(&self) -> Result<Known, Error> {
        let mut known = Known::default();
        let runs = self.runs()?;
        let is_copy = |r: &&Run| matches!(r.begin(), Some((Kind::Copy, _)));
        let copies_of = runs.iter().filter(is_copy).map(|r| r.number).collect();
        for run in &runs {
            run.teach(&mut known, &copies_of);
        }
        known.copied = copies(&runs);
        Ok(known)
    }
}

/// Creates what is missing of a path. Each name is durable before anything relies on it: a journal in a
/// folder that a power cut takes away would heal nothing.
fn make_folder(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt;
    if path.is_dir() {
        return Ok(());
    }
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    if let Some(parent) = parent {
        make_folder(parent)?;
    }
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        other => other.map_err(|e| Error::system(path, e))?,
    }
    let parent = parent.unwrap_or(Path::new("."));
    File::open(parent).and_then(|f| super::durable(&f)).map_err(|e| Error::system(parent, e))
}

fn whole(file: &File) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    let length = file.metadata()?.len();
    octets.resize(usize::try_from(length).map_err(io::Error::other)?, 0);
    let n = super::read_at(file, &mut octets, 0)?;
    octets.truncate(n);
    Ok(octets)
}

fn name(run: u64) -> String {
    format!("run-{run:06}.journal")
}

/// The copies that are still where a run put them: by place, what each is known by.
fn copies(runs: &[Run]) -> BTreeMap<PathBuf, BTreeSet<[u8; 32]>> {
    let mut copied: BTreeMap<PathBuf, BTreeSet<[u8; 32]>> = BTreeMap::new();
    for run in runs {
        let Some((kind, _)) = run.begin() else { continue };
        let moves = run.moves(true).into_iter().map(|m| {
            let ways = (super::below(&m.top, &m.from.below), super::below(&m.top, &m.to.below));
            (ways, m.fingerprint.sha256)
        });
        let carried = run.carried().into_iter();
        let carried = carried.map(|(c, way)| ((way.from.to_owned(), way.to.to_owned()), c.bare));
        for ((from, to), digest) in moves.chain(carried) {
            match kind {
                Kind::Copy => {
                    copied.entry(to).or_default().insert(digest);
                }
                // Where an undo took a message from, there is no copy of it any more.
                Kind::Undo(_) => {
                    if let Some(of) = copied.get_mut(&from) {
                        of.remove(&digest);
                    }
                }
                Kind::Sweep => {}
            }
        }
    }
    copied
}

/// What earlier runs teach a plan.
#[derive(Debug, Default)]
pub struct Known {
    /// What an undo put back, by its digest; in an mbox by that without the fields that mail programs
    /// rewrite there.
    pub returned: BTreeSet<[u8; 32]>,
    /// Folders and files that a sweep filled, in their real place.
    pub swept: BTreeSet<PathBuf>,
    /// What a copy put where, and no undo has removed: by the place in its real form, digests as in
    /// `returned`.
    pub copied: BTreeMap<PathBuf, BTreeSet<[u8; 32]>>,
    /// Runs that were broken off.
    pub unfinished: Vec<u64>,
    /// When the newest sweep that took something from there began, Unix seconds; by the real place, the
    /// top of a Maildir or an mbox.
    pub last: BTreeMap<PathBuf, i64>,
}

/// The two files of some carried messages.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way<'a> {
    pub(super) from: &'a Path,
    pub(super) to: &'a Path,
    /// The run made `to`.
    pub(super) created: bool,
    /// Octets that were put before the messages to set them apart.
    pub(super) lead: u64,
}

/// A run as its journal tells it.
#[derive(Debug)]
pub struct Run {
    /// Its number.
    pub number: u64,
    pub(super) records: Vec<Record>,
}

impl Run {
    /// What it does, and when it began in Unix seconds.
    pub fn begin(&self) -> Option<(Kind, i64)> {
        self.records.iter().find_map(|r| match r {
            Record::Begin { kind, time } => Some((*kind, *time)),
            _ => None,
        })
    }

    /// Whether it came to its end.
    pub fn ended(&self) -> bool {
        self.records.iter().any(|r| matches!(r, Record::End))
    }

    /// Whether its messages are no longer to be put back.
    pub fn forgotten(&self) -> bool {
        self.records.iter().any(|r| matches!(r, Record::Forgotten))
    }

    pub(super) fn closed(&self) -> BTreeMap<u64, bool> {
        self.records
            .iter()
            .filter_map(|r| match r {
                Record::Done(id) => Some((*id, true)),
                Record::Void(id, _) => Some((*id, false)),
                _ => None,
            })
            .collect()
    }

    /// The last word on each move that was carried out, or on each that is open.
    pub(super) fn moves(&self, done: bool) -> Vec<&Move> {
        let closed = self.closed();
        let mut last: BTreeMap<u64, &Move> = BTreeMap::new();
        for record in &self.records {
            if let Record::Move(m) = record {
                last.insert(m.id, m);
            }
        }
        let wanted = if done { Some(&true) } else { None };
        last.into_values().filter(|m| closed.get(&m.id) == wanted).collect()
    }

    /// Messages of transactions that were carried out, with the files they went between.
    pub(super) fn carried(&self) -> Vec<(&Carried, Way<'_>)> {
        let closed = self.closed();
        let mut ways = BTreeMap::new();
        let mut out = Vec::new();
        for record in &self.records {
            match record {
                Record::Carry { txn, slot, from, to, created, lead } => {
                    let way = Way { from, to, created: *created, lead: *lead };
                    ways.insert((*txn, *slot), way);
                }
                Record::Carried(c) if closed.get(&c.txn) == Some(&true) => {
                    out.extend(ways.get(&(c.txn, c.slot)).map(|way| (c, *way)));
                }
                _ => {}
            }
        }
        out
    }

    /// Messages by class and by where they went, escaped for display.
    pub fn counts(&self) -> BTreeMap<(String, String), u64> {
        let mut counts = BTreeMap::new();
        for m in self.moves(true) {
            *counts
                .entry((m.class.clone(), shown(&super::below(&m.top, &m.to.below))))
                .or_default() += 1;
        }
        for (c, way) in self.carried() {
            *counts.entry((c.class.clone(), shown(way.to))).or_default() += 1;
        }
        counts
    }

    /// Every message it moved: class, digest, from where, to where; escaped for display.
    pub fn listed(&self) -> Vec<(String, String, String, String)> {
        let mut all = Vec::new();
        for m in self.moves(true) {
            all.push((
                m.class.clone(),
                m.fingerprint.hex(),
                shown(&m.top.join(m.from.path())),
                shown(&m.top.join(m.to.path())),
            ));
        }
        for (c, way) in self.carried() {
            all.push((c.class.clone(), c.fingerprint.hex(), shown(way.from), shown(way.to)));
        }
        all
    }

    /// `copies_of`: the runs that copied.
    fn teach(&self, known: &mut Known, copies_of: &BTreeSet<u64>) {
        let Some((kind, time)) = self.begin() else { return };
        if kind == Kind::Sweep {
            let tops = self.moves(true).into_iter().map(|m| m.top.clone());
            let files = self.carried().into_iter().map(|(_, way)| way.from.to_owned());
            known.last.extend(tops.chain(files).map(|place| (place, time)));
        }
        if !self.ended() {
            known.unfinished.push(self.number);
        }
        for m in self.moves(true) {
            match kind {
                // The undo of a copy put nothing back: it took the copy away.
                Kind::Undo(of) if copies_of.contains(&of) => {}
                Kind::Undo(_) => {
                    known.returned.insert(m.fingerprint.sha256);
                }
                Kind::Sweep | Kind::Copy => {
                    known.swept.insert(super::below(&m.top, &m.to.below));
                }
            }
        }
        for (c, way) in self.carried() {
            match kind {
                Kind::Undo(of) if copies_of.contains(&of) => {}
                Kind::Undo(_) => {
                    known.returned.insert(c.bare);
                }
                Kind::Sweep | Kind::Copy => {
                    known.swept.insert(way.to.to_owned());
                }
            }
        }
        if kind == Kind::Sweep {
            // A message that was swept again, with --again, is no longer one that an undo put back.
            for m in self.moves(true) {
                known.returned.remove(&m.fingerprint.sha256);
            }
            for (c, ..) in self.carried() {
                known.returned.remove(&c.bare);
            }
        }
    }
}

/// A journal that is being written.
pub(super) struct Journal {
    pub(super) run: u64,
    file: File,
    path: PathBuf,
    at: u64,
    next: u64,
    pending: Vec<u8>,
    /// Number of the batch that is pending.
    batch: u64,
    /// Something could not be written.
    failed: bool,
}

impl Journal {
    /// Begins a new run.
    pub(super) fn begin(state: &State, kind: Kind, time: i64) -> Result<Journal, Error> {
        let run = state.numbers()?.last().copied().unwrap_or(0) + 1;
        let name = name(run);
        let file = state.file(&name, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)?;
        let mut journal = Journal {
            run,
            file,
            path: state.path(&name),
            at: 0,
            next: 1,
            pending: Vec::new(),
            batch: 1,
            failed: false,
        };
        journal.push(&Record::Begin { kind, time });
        journal.sync()?;
        state.sync()?;
        Ok(journal)
    }

    /// Opens the journal of a run that was broken off, and cuts its torn tail.
    pub(super) fn reopen(state: &State, run: u64) -> Result<(Journal, Run), Error> {
        let name = name(run);
        let path = state.path(&name);
        let file = state.file(&name, OFlags::RDWR)?;
        let failed = |e: io::Error| Error::system(&path, e);
        let octets = whole(&file).map_err(failed)?;
        let (records, sound) = parse(&octets)
            .map_err(|what| Error::Damaged { path: shown(&path), what: what.to_owned() })?;
        if sound < octets.len() as u64 {
            file.set_len(sound).map_err(failed)?;
            super::durable(&file).map_err(failed)?;
        }
        let next = records
            .iter()
            .map(|r| match r {
                Record::Move(m) => m.id,
                Record::Carry { txn, .. } => *txn,
                _ => 0,
            })
            .max()
            .unwrap_or(0)
            + 1;
        let batch = records.iter().filter(|r| matches!(r, Record::Batch(_))).count() as u64 + 1;
        let pending = Vec::new();
        let journal = Journal { run, file, path, at: sound, next, pending, batch, failed: false };
        Ok((journal, Run { number: run, records }))
    }

    pub(super) fn id(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// Adds a record; it is durable after the next [`Journal::sync`].
    pub(super) fn push(&mut self, record: &Record) {
        if self.pending.is_empty() {
            self.pending.extend(Record::Batch(self.batch).line());
        }
        self.pending.extend(record.line());
    }

    /// Writes what was pushed and waits until it is on the disk. A half-written tail of a failed
    /// attempt is written over by the next one.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = self.file.write_all_at(&self.pending, self.at);
        let durable = written.and_then(|()| super::durable_data(&self.file));
        self.failed |= durable.is_err();
        durable.map_err(|e| Error::system(&self.path, e))?;
        self.at += self.pending.len() as u64;
        self.pending.clear();
        self.batch += 1;
        Ok(())
    }

    /// Whether something could not be written: then no other step may follow.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    pub(super) fn redo_name(&self, txn: u64, what: &str) -> String {
        format!("run-{:06}-{txn}-{what}", self.run)
    }
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::store::Fingerprint;

    fn state() -> (tempfile::TempDir, State) {
        let folder = tempfile::tempdir().unwrap();
        let state = State::open(&folder.path().join("state")).unwrap();
        (folder, state)
    }

    fn a_move() -> Record {
        Record::Move(Move {
            id: 1,
            class: "backscatter".into(),
            fingerprint: Fingerprint::of(b"x"),
            top: "/mail/\u{1}tab\t".into(),
            from: Spot { below: "".into(), cur: true, name: b"1.\xff\n:2,S".to_vec() },
            to: Spot { below: ".Backscatter".into(), cur: true, name: b"1.\xff\n:2,S".to_vec() },
            dev: 1,
            ino: 2,
            mtime: (-3, 4),
            of: None,
        })
    }

    fn written(state: &State) -> Journal {
        let mut journal = Journal::begin(state, Kind::Undo(7), 5).unwrap();
        journal.push(&a_move());
        journal.push(&Record::Void(9, "why\nnot".into()));
        journal.sync().unwrap();
        journal
    }

    #[test]
    fn records_come_back_whatever_names_hold() {
        let (_folder, state) = state();
        written(&state);
        let runs = state.runs().unwrap();
        let records = [
            Record::Batch(1),
            Record::Begin { kind: Kind::Undo(7), time: 5 },
            Record::Batch(2),
            a_move(),
            Record::Void(9, "why\nnot".into()),
        ];
        assert_eq!(runs[0].records, records);
    }

    #[test]
    fn a_torn_tail_is_cut_at_every_length() {
        let (_folder, state) = state();
        let journal = written(&state);
        let octets = std::fs::read(&journal.path).unwrap();
        for length in 0..octets.len() {
            std::fs::write(&journal.path, &octets[..length]).unwrap();
            let (_, run) = Journal::reopen(&state, 1).unwrap();
            let left = std::fs::read(&journal.path).unwrap();
            assert!(octets.starts_with(&left) && (left.is_empty() || left.ends_with(b"\n")));
            assert_eq!(run.records.len(), left.iter().filter(|b| **b == b'\n').count());
        }
    }

    #[test]
    fn whole_records_of_a_later_version_are_refused_and_never_cut() {
        let (_folder, state) = state();
        let journal = written(&state);
        let known = std::fs::read(&journal.path).unwrap();
        let line = |payload: &str| {
            let sum = super::super::hex(&Sha256::digest(payload.as_bytes())[..8]);
            format!("{} {sum} {payload}\n", payload.len()).into_bytes()
        };
        for later in ["forwarded\t1", "end", "begin\t2\tsweep\t0\t5", "done\tfirst"] {
            let octets = [&known[..], &line(later)].concat();
            std::fs::write(&journal.path, &octets).unwrap();
            let reopened = Journal::reopen(&state, 1);
            assert_eq!(reopened.is_ok(), later == "end", "{later}");
            if let Err(error) = reopened {
                let error = error.to_string();
                assert!(error.contains("run-000001.journal"), "{error}");
                assert!(error.contains("a later version"), "{error}");
                assert!(state.runs().is_err());
            }
            assert_eq!(std::fs::read(&journal.path).unwrap(), octets, "{later}");
        }
        // Torn, it is a torn tail like another.
        let torn = line("forwarded\t1");
        std::fs::write(&journal.path, [&known[..], &torn[..torn.len() - 1]].concat()).unwrap();
        assert!(Journal::reopen(&state, 1).is_ok());
        assert_eq!(std::fs::read(&journal.path).unwrap(), known);
    }

    #[test]
    fn damage_before_the_end_is_refused() {
        let (_folder, state) = state();
        let journal = written(&state);
        let mut octets = std::fs::read(&journal.path).unwrap();
        octets[40] ^= 1;
        std::fs::write(&journal.path, &octets).unwrap();
        assert!(matches!(Journal::reopen(&state, 1), Err(Error::Damaged { .. })));
        assert!(matches!(state.runs(), Err(Error::Damaged { .. })));
        assert_eq!(std::fs::read(&journal.path).unwrap(), octets);
    }

    #[test]
    fn a_hole_in_the_last_batch_is_cut_and_one_before_it_is_damage() {
        let (_folder, state) = state();
        let mut journal = written(&state);
        let sound = std::fs::metadata(&journal.path).unwrap().len() as usize;
        (0..40).for_each(|_| journal.push(&a_move()));
        journal.sync().unwrap();
        // Of a batch that was being written when the power went, later pages may be there and earlier
        // ones not.
        let mut octets = std::fs::read(&journal.path).unwrap();
        octets[sound + 100..sound + 900].fill(0);
        std::fs::write(&journal.path, &octets).unwrap();
        assert_eq!(state.runs().unwrap()[0].records.len(), 6);
        let (mut again, run) = Journal::reopen(&state, 1).unwrap();
        assert_eq!(run.records.len(), 6, "the record of the batch itself is whole");
        again.push(&a_move());
        again.sync().unwrap();
        assert_eq!(state.runs().unwrap()[0].records.len(), 8);
        let mut octets = std::fs::read(&journal.path).unwrap();
        octets[60..80].fill(0);
        std::fs::write(&journal.path, &octets).unwrap();
        assert!(matches!(Journal::reopen(&state, 1), Err(Error::Damaged { .. })));
    }

    #[test]
    fn state_that_others_may_read_is_closed_to_them() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/b");
        std::fs::create_dir_all(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        State::open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn state_is_private() {
        use std::os::unix::fs::PermissionsExt;
        let (folder, state) = state();
        let journal = written(&state);
        let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&journal.path), 0o600);
        assert_eq!(mode(&folder.path().join("state")), 0o700);
    }
}
