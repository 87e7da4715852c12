//! The records of a journal, and how one is written as a line with its length and checksum. Names are
//! escaped octets, so that nothing a mail program calls its files can break a line.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::redo::{Change, Piece, Redo};
use super::{hex, path_of, unescaped, unhex};
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
    /// Hash of what it is known by although its octets change; earlier versions did not write it.
    pub(super) kin: Option<[u8; 32]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Record {
    /// What follows was written at once, after everything before it had reached the disk.
    Batch(u64),
    Begin {
        kind: Kind,
        time: i64,
    },
    Move(Move),
    /// An mbox that is about to be created.
    Create(PathBuf),
    /// Something of a Maildir that is about to be made: the top, and below it where it lies until it is whole.
    Folder(PathBuf, PathBuf),
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
            Record::Batch(n) => vec![b"batch".to_vec(), number(n)],
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
            Record::Folder(top, p) => vec![b"folder".to_vec(), path(top), path(p)],
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
                c.kin.map(|h| hex(&h).into_bytes()).unwrap_or_default(),
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
            "batch" => Record::Batch(num(1)?),
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
            "folder" => Record::Folder(path(1)?, path(2)?),
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
                kin: match text(11) {
                    None | Some("") => None,
                    Some(hash) => Some(unhex(hash)?),
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

    pub(super) fn line(&self) -> Vec<u8> {
        let fields = self.fields();
        let payload = fields.iter().map(|f| escaped(f)).collect::<Vec<_>>().join("\t");
        format!("{} {} {payload}\n", payload.len(), checksum(payload.as_bytes())).into_bytes()
    }

    fn parse(line: &[u8]) -> Result<Record, No> {
        let payload = payload(line).ok_or(No::Whole)?;
        let fields: Vec<Vec<u8>> = payload.split('\t').map(unescaped).collect();
        Record::of(&fields).ok_or(No::Known)
    }
}

/// Why a line of a journal is no record.
enum No {
    /// It is torn, or damaged.
    Whole,
    /// It is whole, so it was not torn, and of no form that this version writes.
    Known,
}

/// What stands behind the length and the checksum, where both are right.
fn payload(line: &[u8]) -> Option<&str> {
    let line = std::str::from_utf8(line.strip_suffix(b"\n")?).ok()?;
    let (length, rest) = line.split_once(' ')?;
    let (sum, payload) = rest.split_once(' ')?;
    (length.parse() == Ok(payload.len()) && sum == checksum(payload.as_bytes())).then_some(payload)
}

fn checksum(octets: &[u8]) -> String {
    hex(&Sha256::digest(octets)[..8])
}

/// Reads all records, and how many octets of the file they take. The last batch may be torn, at its end
/// or where a page of it never reached the disk and reads as zeros: what stands in it from there on was
/// never relied upon. Anything else that is no record, with a record behind it, is damage. A whole record
/// that this version does not know was written by a later one, which relied upon it.
pub(super) fn parse(octets: &[u8]) -> Result<(Vec<Record>, u64), &'static str> {
    let mut records = Vec::new();
    let mut sound = 0;
    let mut at = 0;
    let mut torn = false;
    // Journals of earlier versions do not tell their batches: there no hole is believed.
    let mut hole = true;
    let mut told = false;
    for line in octets.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        match Record::parse(line) {
            Err(No::Known) => {
                return Err(
                    "holds records of a later version of unscatter, which has to complete \
                            or undo it; nothing is done until then",
                );
            }
            Ok(record) if torn => {
                if !told || !hole || matches!(record, Record::Batch(_)) {
                    return Err(
                        "damaged before its end; nothing is done until a person has looked at it",
                    );
                }
            }
            Ok(record) => {
                told |= matches!(record, Record::Batch(_));
                records.push(record);
                sound = at as u64;
            }
            Err(No::Whole) => {
                torn = true;
                hole &= line.contains(&0);
            }
        }
    }
    Ok((records, sound))
}
