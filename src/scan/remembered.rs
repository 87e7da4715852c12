//! What a scan remembers of messages, so that the next one need not read them: of a message file under its
//! stamp, of an mbox in parts, each with a sum of its octets. Verdicts are not remembered.

use std::cell::RefCell;
use std::hash::Hasher;
use std::ops::Range;
use std::os::unix::ffi::OsStrExt;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::Options;
use super::reading::{Read, Reader, Seen};
use crate::codec::{self, Broken, Coded, coded};
use crate::signals;
use crate::state::State;
use crate::store::{
    Bounds, Chunk, Compression, Folder, Key, Place, Role, Skipped, Stamp, Store, Stored,
};
use crate::verdict::weight;

/// What may change what is read from one message, as octets: the program, its tables and bounds, and the
/// options that reading depends on.
pub(super) fn print(options: &Options, program: &str) -> Vec<u8> {
    let mut hasher = Sha256::new();
    let mut add = |text: &str| {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    };
    add(env!("CARGO_PKG_VERSION"));
    add(program);
    add(&signals::readme());
    add(&signals::recognition());
    add(&crate::limits::readme());
    for signal in signals::list() {
        add(&format!("{:?}", weight(signal)));
    }
    add(&format!("{:?}", (options.general_only, options.slow)));
    // The hashes in what is remembered are those of a library, which may change them.
    let mut probe = codec::sum();
    probe.write(
        b"From nadia@example.org Fri Jul  8 12:08:34 2011\nSubject: a probe of many octets\n",
    );
    add(&format!("{:x}", probe.finish()));
    let id = crate::message::MessageId::new("<probe@example.org>");
    add(&format!("{:x}", crate::sent::id_key(&id)));
    add(&format!("{:?}", crate::correlation::of_subject("a probe of subjects")));
    hasher.finalize().to_vec()
}

impl Coded for Seen {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Seen::Draft => out.push(0),
            Seen::Sent(sent) => {
                out.push(1);
                sent.write(out);
            }
            Seen::Answer(record) => {
                out.push(2);
                record.write(out);
            }
            Seen::Ordinary { date, reply, row } => {
                out.push(3);
                date.write(out);
                reply.write(out);
                row.write(out);
            }
        }
    }

    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        Ok(match u8::read(from)? {
            0 => Seen::Draft,
            1 => Seen::Sent(Coded::read(from)?),
            2 => Seen::Answer(Coded::read(from)?),
            3 => Seen::Ordinary {
                date: Coded::read(from)?,
                reply: Coded::read(from)?,
                row: Coded::read(from)?,
            },
            _ => return Err(Broken),
        })
    }
}

/// For fuzzing: reads octets as everything that is remembered. What can be read is written and read again to the
/// same octets.
#[cfg(fuzzing)]
pub fn read_any(octets: &[u8]) {
    fn read<T: Coded>(octets: &[u8]) {
        if let Ok(value) = codec::decoded::<T>(octets) {
            let written = codec::encoded(&value);
            let again = codec::decoded::<T>(&written).map(|value| codec::encoded(&value));
            assert_eq!(again, Ok(written));
        }
    }
    read::<(Option<Role>, Seen)>(octets);
    read::<Seen>(octets);
    read::<Part>(octets);
    read::<Mbox>(octets);
}

/// Reads a chunk of message files, but those that are remembered.
pub(super) fn read_files(
    reader: &Reader<'_>,
    state: &State,
    folder: &Folder,
    number: (u16, u16),
    chunk: &Chunk,
    read: &mut Read,
) -> Vec<Skipped> {
    let purpose = if reader.as_sent { "sent" } else { "message" };
    let read = RefCell::new(read);
    let mut recaller = state.recaller();
    let mut learned: Vec<(Key, Vec<u8>)> = Vec::new();
    let mut known = |listed: &crate::store::Listed<'_>| {
        let Some(value) = recaller.recall(&listed.key(purpose)) else { return false };
        let Ok((mark, seen)) = codec::decoded::<(Option<Role>, Seen)>(&value) else {
            state.doubt();
            return false;
        };
        let role = reader.role(listed.role(mark));
        if !reader.suffices(&seen, role) {
            return false;
        }
        let place = Place::File(listed.place.clone());
        reader.keep(number, place, listed.stamp.size, role, seen, &mut read.borrow_mut());
        true
    };
    let mut visit = |stored: &Stored<'_>| {
        reader.read(number, stored, &mut read.borrow_mut(), |seen| {
            if let Some(listed) = stored.listed.as_ref().filter(|l| !l.stamp.is_racy(state.now())) {
                let mut value = codec::encoded(&stored.mark);
                seen.write(&mut value);
                learned.push((listed.key(purpose), value));
            }
        });
    };
    let skipped = folder.read_unknown(chunk, &mut known, &mut visit);
    state.learn_all(learned);
    skipped
}

/// Part of an mbox: octets from one From_ line (or the start of the file) up to another (or its end).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    start: u64,
    end: u64,
    sum: u64,
}

coded!(Part { start, end, sum });

impl Part {
    pub(super) fn octets(&self) -> u64 {
        self.end - self.start
    }

    fn key(&self, name: &[u8]) -> Key {
        let Part { start, end, sum } = self;
        key(&[b"part", name, &start.to_le_bytes(), &end.to_le_bytes(), &sum.to_le_bytes()])
    }
}

/// What is remembered of an mbox beside its messages.
struct Mbox {
    /// What it was when it was read; nothing where it was just being changed.
    stamp: Option<Stamp>,
    /// Whether any part of it can be read on its own.
    open: bool,
    parts: Vec<Part>,
}

coded!(Mbox { stamp, open, parts });

fn key(parts: &[&[u8]]) -> Key {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut key = Key::default();
    key.copy_from_slice(&digest[..16]);
    key
}

/// What is remembered of one mbox, and what of it is still so.
pub(super) struct Planned {
    name: Vec<u8>,
    before: Option<Stamp>,
    /// Parts that need not be read.
    pub(super) parts: Vec<Part>,
    /// Whether these are the whole file.
    pub(super) whole: bool,
    /// Whether its stamp is that of the last time, so that there is nothing new to remember.
    same: bool,
    /// Whether any part of it can be read on its own.
    pub(super) open: bool,
}

/// Octets from the start of a From_ line that decide whether it is one, and some more.
const DECIDES: u64 = 4 << 10;

/// Finds out what need not be read of an mbox: all of it where its stamp is the same, else what has the same
/// sum from the start on. A mail program that rewrites flags in the middle is found out so.
pub(super) fn plan(
    folder: &Folder,
    as_sent: bool,
    all: bool,
    piece: u64,
    state: &State,
) -> (Planned, Vec<Chunk>, Vec<Skipped>) {
    let mut planned = known_parts(folder, as_sent, all, state);
    if planned.whole {
        return (planned, Vec::new(), Vec::new());
    }
    let from = planned.parts.last().map_or(0, |p| p.end);
    let (chunks, skipped, resumed) = folder.chunks_from(piece, from);
    if !resumed {
        planned.parts.clear();
    }
    planned.open = chunks.iter().all(Chunk::stands_alone);
    (planned, chunks, skipped)
}

fn known_parts(folder: &Folder, as_sent: bool, all: bool, state: &State) -> Planned {
    let path = std::fs::canonicalize(&folder.path).unwrap_or_else(|_| folder.path.clone());
    // Roles of messages depend on that of their folder, and rows are kept only where they are wanted.
    let reading = [u8::from(as_sent), folder.role as u8, u8::from(all)];
    let name = [&reading[..], path.as_os_str().as_bytes()].concat();
    let before = Stamp::at(&folder.path);
    let mut planned =
        Planned { name, before, parts: Vec::new(), whole: false, same: false, open: false };
    let known = state.recaller().recall(&key(&[b"mbox", &planned.name]));
    let Some(mbox) = known.and_then(|v| codec::decoded::<Mbox>(&v).ok()) else { return planned };
    if mbox.stamp.is_some() && mbox.stamp == before {
        return Planned { parts: mbox.parts, whole: true, same: true, open: mbox.open, ..planned };
    }
    let Some(now) = before.filter(|_| folder.compression == Compression::None) else {
        return planned;
    };
    let same =
        |part: &Part| part.end <= now.size && folder.sum(part.start..part.end) == Some(part.sum);
    let changed = mbox.parts.par_iter().position_first(|p| !same(p));
    let good = changed.unwrap_or(mbox.parts.len());
    let all_good = changed.is_none();
    (planned.parts, planned.open) = (mbox.parts, mbox.open);
    planned.parts.truncate(good);
    let end = planned.parts.last().map_or(0, |p| p.end);
    if all_good && end == now.size {
        planned.whole = true;
    } else if mbox.open {
        // Whether a message ends where the last part does was decided by what stood behind it.
        while planned.parts.pop().is_some_and(|p| end - p.start < DECIDES) {}
    } else {
        planned.parts.clear();
    }
    planned
}

/// One message of a part.
struct Spanned {
    offset: u64,
    length: u64,
    role: Role,
    seen: Seen,
}

coded!(Spanned { offset, length, role, seen });

/// Gives the messages of a part that is remembered. Fails where the state is damaged.
pub(super) fn recall_part(
    reader: &Reader<'_>,
    state: &State,
    number: (u16, u16),
    planned: &Planned,
    part: &Part,
    read: &mut Read,
) -> Result<(), Broken> {
    let value = state.recaller().recall(&part.key(&planned.name)).ok_or(Broken)?;
    for message in codec::decoded::<Vec<Spanned>>(&value)? {
        let Spanned { offset, length, role, seen } = message;
        let role = reader.role(role);
        if !reader.suffices(&seen, role) {
            return Err(Broken);
        }
        let place = Place::Span { offset, length };
        reader.keep(number, place, length, role, seen, read);
    }
    Ok(())
}

/// Reads a chunk of an mbox, and remembers it as a part where all of it could be read.
pub(super) fn read_part(
    reader: &Reader<'_>,
    state: &State,
    store: (&Store, &Folder),
    number: (u16, u16),
    planned: &Planned,
    chunk: &Chunk,
    read: &mut Read,
) -> (Vec<Skipped>, Option<Part>) {
    let mut range: Option<Range<u64>> = None;
    let mut messages = 0usize;
    let mut octets = Vec::new();
    let skipped = store.1.read(store.0, chunk, &mut |stored| {
        if let Some(Bounds { from_line, next, .. }) = stored.bounds {
            range = Some(range.as_ref().map_or(from_line, |r| r.start)..next);
        }
        reader.read(number, stored, read, |seen| {
            messages += 1;
            if let Place::Span { offset, length } = stored.place {
                (offset, length).write(&mut octets);
                stored.role.write(&mut octets);
                seen.write(&mut octets);
            }
        });
    });
    let Some(mut range) = range.filter(|_| skipped.is_empty() && read.unread.is_empty()) else {
        return (skipped, None);
    };
    if chunk.is_first() {
        range.start = 0;
    }
    let sum = match store.1.compression {
        Compression::None => store.1.sum(range.clone()),
        // Read as a stream; it is the same where its stamp is.
        Compression::Gzip | Compression::Zstd => Some(0),
    };
    let part = sum.map(|sum| Part { start: range.start, end: range.end, sum });
    if let Some(part) = part {
        let mut value = codec::encoded(&messages);
        value.append(&mut octets);
        state.learn_all(vec![(part.key(&planned.name), value)]);
    }
    (skipped, part)
}

/// Remembers an mbox of which `parts` were recalled or read, in order. Parts behind a gap are not kept. Where none
/// is, that is remembered: what was known before names parts that leave the state with this run.
pub(super) fn learn_mbox(
    folder: &Folder,
    planned: &Planned,
    parts: &[Option<Part>],
    state: &State,
) {
    if planned.same {
        return;
    }
    // Chunks inside one large message hold no message, and what they hold belongs to the part before.
    let mut kept: Vec<Part> = Vec::new();
    let mut whole = true;
    for part in parts.iter().flatten() {
        if part.start != kept.last().map_or(0, |p| p.end) {
            whole = false;
            break;
        }
        kept.push(*part);
    }
    let end = kept.last().map_or(0, |p| p.end);
    let after = Stamp::at(&folder.path);
    let quiet = after == planned.before && after.is_some_and(|s| !s.is_racy(state.now()));
    let size = after.map_or(0, |s| s.size);
    whole &= quiet && !kept.is_empty() && (folder.compression != Compression::None || end == size);
    if !quiet {
        // It may have changed between reading and summing; what was verified before holds.
        kept.truncate(planned.parts.len());
    }
    let mbox = Mbox { stamp: after.filter(|_| whole), open: planned.open, parts: kept };
    state.learn_all(vec![(key(&[b"mbox", &planned.name]), codec::encoded(&mbox))]);
}
