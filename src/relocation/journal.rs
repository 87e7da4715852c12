//! The journal of each run, and the folder they lie in. Append-only, a record a line with its length and
//! checksum; a torn tail is cut when the journal is opened for writing, damage before it is refused.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags};
use sha2::{Digest, Sha256};

use super::redo::{Change, Piece, Redo};
use super::{Error, hex, path_of, shown, unescaped, unhex};
use crate::store::{Fingerprint, escaped};

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Moves messages.
    Sweep,
    /// Copies messages.
    Copy,
    /// Puts back what the run of that number moved.
    Undo(u64),
}

/// One side of a move: a message file of a Maildir.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spot {
    /// Folder below the top of the Maildir.
    pub(super) below: PathBuf,
    /// In `cur`, else in `new`.
    pub(super) cur: bool,
    pub(super) name: Vec<u8>,
}

impl Spot {
    pub(super) fn sub(&self) -> &'static str {
        if self.cur { "cur" } else { "new" }
    }

    /// The file below the top.
    pub(super) fn path(&self) -> PathBuf {
        self.below.join(self.sub()).join(path_of(self.name.clone()))
    }
}

/// A message file that is to change its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Move {
    pub(super) id: u64,
    pub(super) class: String,
    pub(super) fingerprint: Fingerprint,
    pub(super) top: PathBuf,
    pub(super) from: Spot,
    pub(super) to: Spot,
    pub(super) dev: u64,
    pub(super) ino: u64,
    pub(super) mtime: (i64, u32),
    /// The move that this one takes back.
    pub(super) of: Option<u64>,
}

/// A message that one transaction takes out of an mbox and puts into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) txn: u64,
    /// Which of the transaction's targets.
    pub(super) slot: u64,
    /// Position among all messages of the mbox it came from, at that time.
    pub(super) order: u64,
    pub(super) class: String,
    pub(super) fingerprint: Fingerprint,
    /// Hash without the header fields that mail programs rewrite.
    pub(super) bare: [u8; 32],
    /// Octets between the message and the next From_ line.
    pub(super) frame: u64,
    /// `bare` of the message before it that stayed; none at the start of the file.
    pub(super) after: Option<[u8; 32]>,
    /// The carried message that this one takes back: transaction and order.
    pub(super) of: Option<(u64, u64)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    Begin {
        kind: Kind,
        time: i64,
    },
    Move(Move),
    /// An mbox that is about to be created.
    Create(PathBuf),
    /// A dotlock that is about to be taken, and what stands in it.
    Dotlock(PathBuf, Vec<u8>),
    /// From one mbox to another; octets put before the messages to set them apart.
    Carry {
        txn: u64,
        slot: u64,
        from: PathBuf,
        to: PathBuf,
        created: bool,
        lead: u64,
    },
    Carried(Carried),
    /// Number of the file within its transaction.
    Change(u64, u64, Change),
    /// All of a transaction has been said; from here on files change.
    Intent(u64),
    /// A file of a transaction has its new content.
    Applied(u64, u64),
    Done(u64),
    Void(u64, String),
    End,
    /// The undone run's messages are back, or gone for good.
    Forgotten,
}

fn number(n: impl ToString) -> Vec<u8> {
    n.to_string().into_bytes()
}

fn pieces(all: &[Piece]) -> Vec<u8> {
    let one = |p: &Piece| format!("{}:{}:{}", p.redo, p.offset, p.length);
    all.iter().map(one).collect::<Vec<_>>().join(";").into_bytes()
}

impl Record {
    fn fields(&self) -> Vec<Vec<u8>> {
        let path = |p: &Path| p.as_os_str().as_bytes().to_vec();
        let flag = |b: bool| number(u8::from(b));
        match self {
            Record::Begin { kind, time } => {
                let (word, of) = match kind {
                    Kind::Sweep => ("sweep", 0),
                    Kind::Copy => ("copy", 0),
                    Kind::Undo(n) => ("undo", *n),
                };
                vec![b"begin".to_vec(), b"1".to_vec(), word.into(), number(of), number(time)]
            }
            Record::Move(m) => vec![
                b"move".to_vec(),
                number(m.id),
                m.class.clone().into(),
                hex(&m.fingerprint.sha256).into(),
                number(m.fingerprint.len),
                path(&m.top),
                path(&m.from.below),
                flag(m.from.cur),
                m.from.name.clone(),
                path(&m.to.below),
                flag(m.to.cur),
                m.to.name.clone(),
                number(m.dev),
                number(m.ino),
                number(m.mtime.0),
                number(m.mtime.1),
                m.of.map(number).unwrap_or_default(),
            ],
            Record::Create(p) => vec![b"create".to_vec(), path(p)],
            Record::Dotlock(p, content) => vec![b"dotlock".to_vec(), path(p), content.clone()],
            Record::Carry { txn, slot, from, to, created, lead } => vec![
                b"carry".to_vec(),
                number(txn),
                number(slot),
                path(from),
                path(to),
                flag(*created),
                number(lead),
            ],
            Record::Carried(c) => vec![
                b"message".to_vec(),
                number(c.txn),
                number(c.slot),
                number(c.order),
                c.class.clone().into(),
                hex(&c.fingerprint.sha256).into(),
                number(c.fingerprint.len),
                hex(&c.bare).into(),
                number(c.frame),
                c.after.map(|h| hex(&h).into_bytes()).unwrap_or_default(),
                c.of.map(|(t, o)| format!("{t}:{o}").into_bytes()).unwrap_or_default(),
            ],
            Record::Change(txn, n, c) => {
                let redo = |r: &Redo| {
                    format!("{}:{}:{}", r.name, hex(&r.fingerprint.sha256), r.fingerprint.len)
                };
                let redos = c.redos.iter().map(redo).collect::<Vec<_>>().join(";");
                vec![
                    b"change".to_vec(),
                    number(txn),
                    number(n),
                    path(&c.path),
                    number(c.dev),
                    number(c.ino),
                    number(c.start),
                    redos.into(),
                    pieces(&c.old),
                    pieces(&c.new),
                    c.times
                        .map(|((a, an), (m, mn))| format!("{a}:{an}:{m}:{mn}").into_bytes())
                        .unwrap_or_default(),
                ]
            }
            Record::Intent(txn) => vec![b"intent".to_vec(), number(txn)],
            Record::Applied(txn, n) => vec![b"applied".to_vec(), number(txn), number(n)],
            Record::Done(id) => vec![b"done".to_vec(), number(id)],
            Record::Void(id, why) => vec![b"void".to_vec(), number(id), why.clone().into()],
            Record::End => vec![b"end".to_vec()],
            Record::Forgotten => vec![b"forgotten".to_vec()],
        }
    }

    fn of(fields: &[Vec<u8>]) -> Option<Record> {
        let text = |i: usize| std::str::from_utf8(fields.get(i)?).ok();
        let num = |i: usize| text(i)?.parse::<u64>().ok();
        let path = |i: usize| Some(path_of(fields.get(i)?.clone()));
        let flag = |i: usize| Some(num(i)? != 0);
        let print = |i: usize| Some(Fingerprint { sha256: unhex(text(i)?)?, len: num(i + 1)? });
        Some(match text(0)? {
            "begin" => {
                if text(1)? != "1" {
                    return None;
                }
                let kind = match text(2)? {
                    "sweep" => Kind::Sweep,
                    "copy" => Kind::Copy,
                    "undo" => Kind::Undo(num(3)?),
                    _ => return None,
                };
                Record::Begin { kind, time: text(4)?.parse().ok()? }
            }
            "move" => Record::Move(Move {
                id: num(1)?,
                class: text(2)?.to_owned(),
                fingerprint: print(3)?,
                top: path(5)?,
                from: Spot { below: path(6)?, cur: flag(7)?, name: fields.get(8)?.clone() },
                to: Spot { below: path(9)?, cur: flag(10)?, name: fields.get(11)?.clone() },
                dev: num(12)?,
                ino: num(13)?,
                mtime: (text(14)?.parse().ok()?, text(15)?.parse().ok()?),
                of: if text(16)?.is_empty() { None } else { Some(num(16)?) },
            }),
            "create" => Record::Create(path(1)?),
            "dotlock" => Record::Dotlock(path(1)?, fields.get(2)?.clone()),
            "carry" => Record::Carry {
                txn: num(1)?,
                slot: num(2)?,
                from: path(3)?,
                to: path(4)?,
                created: flag(5)?,
                lead: num(6)?,
            },
            "message" => Record::Carried(Carried {
                txn: num(1)?,
                slot: num(2)?,
                order: num(3)?,
                class: text(4)?.to_owned(),
                fingerprint: print(5)?,
                bare: unhex(text(7)?)?,
                frame: num(8)?,
                after: if text(9)?.is_empty() { None } else { Some(unhex(text(9)?)?) },
                of: match text(10)?.split_once(':') {
                    Some((t, o)) => Some((t.parse().ok()?, o.parse().ok()?)),
                    None => None,
                },
            }),
            "change" => Record::Change(num(1)?, num(2)?, {
                let redo = |s: &str| {
                    let mut parts = s.split(':');
                    let name = parts.next()?.to_owned();
                    let sha256 = unhex(parts.next()?)?;
                    let len = parts.next()?.parse().ok()?;
                    Some(Redo { name, fingerprint: Fingerprint { sha256, len } })
                };
                let piece = |s: &str| {
                    let mut parts = s.split(':');
                    Some(Piece {
                        redo: parts.next()?.parse().ok()?,
                        offset: parts.next()?.parse().ok()?,
                        length: parts.next()?.parse().ok()?,
                    })
                };
                let list = |i: usize| text(i).map(|t| t.split(';').filter(|s| !s.is_empty()));
                Change {
                    path: path(3)?,
                    dev: num(4)?,
                    ino: num(5)?,
                    start: num(6)?,
                    redos: list(7)?.map(redo).collect::<Option<_>>()?,
                    old: list(8)?.map(piece).collect::<Option<_>>()?,
                    new: list(9)?.map(piece).collect::<Option<_>>()?,
                    times: match text(10)?.split(':').collect::<Vec<_>>()[..] {
                        [a, an, m, mn] => Some((
                            (a.parse().ok()?, an.parse().ok()?),
                            (m.parse().ok()?, mn.parse().ok()?),
                        )),
                        _ => None,
                    },
                }
            }),
            "intent" => Record::Intent(num(1)?),
            "applied" => Record::Applied(num(1)?, num(2)?),
            "done" => Record::Done(num(1)?),
            "void" => Record::Void(num(1)?, text(2)?.to_owned()),
            "end" => Record::End,
            "forgotten" => Record::Forgotten,
            _ => return None,
        })
    }

    fn line(&self) -> Vec<u8> {
        let fields = self.fields();
        let payload = fields.iter().map(|f| escaped(f)).collect::<Vec<_>>().join("\t");
        format!("{} {} {payload}\n", payload.len(), checksum(payload.as_bytes())).into_bytes()
    }

    fn parse(line: &[u8]) -> Option<Record> {
        let line = std::str::from_utf8(line).ok()?;
        let (length, rest) = line.split_once(' ')?;
        let (sum, payload) = rest.split_once(' ')?;
        if length.parse() != Ok(payload.len()) || sum != checksum(payload.as_bytes()) {
            return None;
        }
        let fields: Vec<Vec<u8>> = payload.split('\t').map(unescaped).collect();
        Record::of(&fields)
    }
}

fn checksum(octets: &[u8]) -> String {
    hex(&Sha256::digest(octets)[..8])
}

/// Reads all records, and how many octets of the file they take. What follows the last one may be torn;
/// a record behind something that is none means damage.
fn parse(octets: &[u8]) -> Result<(Vec<Record>, u64), &'static str> {
    let mut records = Vec::new();
    let mut sound = 0;
    let mut at = 0;
    let mut torn = false;
    for line in octets.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        match line.strip_suffix(b"\n").and_then(Record::parse) {
            Some(_) if torn => {
                return Err(
                    "damaged before its end; nothing is done until a person has looked at it",
                );
            }
            Some(record) => {
                records.push(record);
                sound = at as u64;
            }
            None => torn = true,
        }
    }
    Ok((records, sound))
}

/// The folder with journals, redo files and the run lock.
#[derive(Debug)]
pub struct State {
    path: PathBuf,
    pub(super) dir: rustix::fd::OwnedFd,
}

const PRIVATE: Mode = Mode::from_raw_mode(0o600);

impl State {
    /// Opens the folder, creating it with mode 0700.
    pub fn open(path: &Path) -> Result<State, Error> {
        use std::os::unix::fs::DirBuilderExt;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(|e| Error::system(path, e))?;
        Self::existing(path)?.ok_or_else(|| Error::system(path, io::ErrorKind::NotFound))
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
        rustix::fs::fsync(&self.dir).map_err(|e| Error::system(&self.path, e))
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
        self.numbers()?
            .into_iter()
            .map(|n| Ok(Run { number: n, records: self.records(n)? }))
            .collect()
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
        for run in &runs {
            run.teach(&mut known);
        }
        Ok(known)
    }
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

/// What earlier runs teach a plan.
#[derive(Debug, Default)]
pub struct Known {
    /// What an undo put back.
    pub returned: BTreeSet<[u8; 32]>,
    /// Folders and files that a sweep filled, in their real place.
    pub swept: BTreeSet<PathBuf>,
    /// Runs that were broken off.
    pub unfinished: Vec<u64>,
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
            *counts.entry((m.class.clone(), shown(&m.top.join(&m.to.below)))).or_default() += 1;
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

    fn teach(&self, known: &mut Known) {
        let Some((kind, _)) = self.begin() else { return };
        if !self.ended() {
            known.unfinished.push(self.number);
        }
        for m in self.moves(true) {
            match kind {
                Kind::Undo(_) => {
                    known.returned.insert(m.fingerprint.sha256);
                }
                Kind::Sweep | Kind::Copy => {
                    known.swept.insert(m.top.join(&m.to.below));
                }
            }
        }
        for (c, way) in self.carried() {
            match kind {
                Kind::Undo(_) => {
                    known.returned.insert(c.fingerprint.sha256);
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
                known.returned.remove(&c.fingerprint.sha256);
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
}

impl Journal {
    /// Begins a new run.
    pub(super) fn begin(state: &State, kind: Kind, time: i64) -> Result<Journal, Error> {
        let run = state.numbers()?.last().copied().unwrap_or(0) + 1;
        let name = name(run);
        let file = state.file(&name, OFlags::RDWR | OFlags::CREATE | OFlags::EXCL)?;
        let mut journal =
            Journal { run, file, path: state.path(&name), at: 0, next: 1, pending: Vec::new() };
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
            file.sync_all().map_err(failed)?;
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
        let journal = Journal { run, file, path, at: sound, next, pending: Vec::new() };
        Ok((journal, Run { number: run, records }))
    }

    pub(super) fn id(&mut self) -> u64 {
        self.next += 1;
        self.next - 1
    }

    /// Adds a record; it is durable after the next [`Journal::sync`].
    pub(super) fn push(&mut self, record: &Record) {
        self.pending.extend(record.line());
    }

    /// Writes what was pushed and waits until it is on the disk. A half-written tail of a failed
    /// attempt is written over by the next one.
    pub(super) fn sync(&mut self) -> Result<(), Error> {
        if self.pending.is_empty() {
            return Ok(());
        }
        let written = self.file.write_all_at(&self.pending, self.at);
        written.and_then(|()| self.file.sync_data()).map_err(|e| Error::system(&self.path, e))?;
        self.at += self.pending.len() as u64;
        self.pending.clear();
        Ok(())
    }

    pub(super) fn redo_name(&self, txn: u64, what: &str) -> String {
        format!("run-{:06}-{txn}-{what}", self.run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(runs[0].records[0], Record::Begin { kind: Kind::Undo(7), time: 5 });
        assert_eq!(runs[0].records[1], a_move());
        assert_eq!(runs[0].records[2], Record::Void(9, "why\nnot".into()));
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
    fn damage_before_the_end_is_refused() {
        let (_folder, state) = state();
        let journal = written(&state);
        let mut octets = std::fs::read(&journal.path).unwrap();
        octets[20] ^= 1;
        std::fs::write(&journal.path, &octets).unwrap();
        assert!(matches!(Journal::reopen(&state, 1), Err(Error::Damaged { .. })));
        assert!(matches!(state.runs(), Err(Error::Damaged { .. })));
        assert_eq!(std::fs::read(&journal.path).unwrap(), octets);
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
