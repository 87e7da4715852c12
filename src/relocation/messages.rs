//! The messages of an mbox as relocation sees them: exact bounds that add up to the file, hashes, marks, and
//! whether bounds are in doubt. Only ever reads.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{PIECE, fingerprint, read_at};
use crate::store::{Bounds, Compression, Fingerprint, Layout, Mended, Store, flagged_by};

/// Octets of a header block that are looked at.
const HEAD: usize = crate::limits::MOVED_HEADERS;

/// The messages of an mbox, and the state of the file they were found in.
pub(super) struct Shape {
    pub(super) bounds: Vec<Bounds>,
    pub(super) stamp: Stamp,
}

#[derive(PartialEq, Eq, Clone, Copy)]
pub(super) struct Stamp {
    dev: u64,
    ino: u64,
    pub(super) size: u64,
    mtime: (i64, i64),
    ctime: (i64, i64),
}

pub(super) fn stamp(m: &std::fs::Metadata) -> Stamp {
    Stamp {
        dev: m.dev(),
        ino: m.ino(),
        size: m.len(),
        mtime: (m.mtime(), m.mtime_nsec()),
        ctime: (m.ctime(), m.ctime_nsec()),
    }
}

/// Whether a file has the form of an mbox.
pub(super) fn is_mbox(path: &Path) -> bool {
    Store::discover(path).is_ok_and(|s| s.folders.iter().any(|f| f.layout == Layout::Mbox))
}

/// Finds the messages of an mbox. Opens and closes the file, so it must not be locked yet. The spans have
/// to add up to the file.
pub(super) fn shape(path: &Path) -> Result<Shape, String> {
    let metadata = std::fs::symlink_metadata(path).map_err(|e| e.to_string())?;
    let stamp = stamp(&metadata);
    if metadata.len() == 0 {
        return Ok(Shape { bounds: Vec::new(), stamp });
    }
    let store = Store::discover(path).map_err(|e| e.to_string())?;
    let folder = store.folders.first().ok_or("no mbox")?;
    if folder.layout != Layout::Mbox || folder.compression != Compression::None {
        return Err("no plain mbox; read only".into());
    }
    let (chunks, _) = folder.chunks(64 << 20).map_err(|e| e.to_string())?;
    let mut bounds = Vec::new();
    for chunk in &chunks {
        let skipped = folder.read(&store, chunk, &mut |stored| bounds.extend(stored.bounds));
        if let Some(skipped) = skipped.first() {
            return Err(skipped.why.clone());
        }
    }
    let mut at = 0;
    for b in &bounds {
        let frame = b.next.saturating_sub(b.end);
        if b.from_line != at || b.start <= at || b.end < b.start || b.next < b.end || frame > 2 {
            return Err("its messages do not add up to the file; read only".into());
        }
        at = b.next;
    }
    if at != metadata.len() {
        return Err("its messages do not add up to the file; read only".into());
    }
    Ok(Shape { bounds, stamp })
}

/// The header block of a message, up to a limit.
pub(super) fn head(file: &File, start: u64, end: u64) -> io::Result<Vec<u8>> {
    let mut octets = Vec::new();
    let most = usize::try_from(end - start).unwrap_or(HEAD).min(HEAD);
    let mut size = most.min(16 << 10);
    loop {
        octets.resize(size, 0);
        let n = read_at(file, &mut octets, start)?;
        octets.truncate(n);
        if let Some(blank) = blank(&octets) {
            octets.truncate(blank);
            return Ok(octets);
        }
        if n < size || size == most {
            return Ok(octets);
        }
        size = (size * 8).min(most);
    }
}

/// Behind the header block.
fn blank(octets: &[u8]) -> Option<usize> {
    let mut at = 0;
    for line in octets.split_inclusive(|b| *b == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// Fields that mail programs write or rewrite in place: mutt, Dovecot, UW and Pine, then Thunderbird. The
/// lengths are written by mutt and Dovecot together with the others.
const OWN: &[&[u8]] = &[
    b"status:",
    b"x-status:",
    b"x-uid:",
    b"x-imapbase:",
    b"x-keywords:",
    b"content-length:",
    b"lines:",
    b"x-mozilla-status:",
    b"x-mozilla-status2:",
    b"x-mozilla-keys:",
];

fn begins(line: &[u8], field: &[u8]) -> bool {
    line.len() >= field.len() && line[..field.len()].eq_ignore_ascii_case(field)
}

/// The value of the first field of that name; folding is not undone.
pub(super) fn value<'a>(head: &'a [u8], field: &[u8]) -> Option<&'a [u8]> {
    let line = head.split(|b| *b == b'\n').find(|l| begins(l, field))?;
    Some(line[field.len()..].trim_ascii())
}

/// What a message can be known by although its octets have changed: its Message-ID, where it has none its
/// date, addresses and subject.
pub(super) fn kin(head: &[u8]) -> Option<[u8; 32]> {
    let of = |names: &[&[u8]]| {
        let mut hasher = Sha256::new();
        let values = names.iter().filter_map(|n| value(head, n)).filter(|v| !v.is_empty());
        let found = values.inspect(|v| hasher.update([v, &b"\n"[..]].concat())).count();
        (found > 0).then(|| hasher.finalize().into())
    };
    of(&[b"message-id:"]).or_else(|| of(&[b"date:", b"from:", b"to:", b"subject:"]))
}

/// Takes the header block of a message without the fields that mail programs rewrite.
fn begin_bare(head: &[u8]) -> Sha256 {
    let mut hasher = Sha256::new();
    let mut left_out = false;
    for line in head.split_inclusive(|b| *b == b'\n') {
        if !matches!(line.first(), Some(b' ' | b'\t')) {
            left_out = OWN.iter().any(|f| begins(line, f));
        }
        if !left_out {
            hasher.update(line);
        }
    }
    hasher
}

/// Hash of a message without the fields that mail programs rewrite.
pub(super) fn bare(file: &File, start: u64, end: u64) -> io::Result<[u8; 32]> {
    let head = head(file, start, end)?;
    let mut hasher = begin_bare(&head);
    let mut at = start + head.len() as u64;
    let mut buffer = vec![0u8; PIECE.min(usize::try_from(end - at).unwrap_or(PIECE))];
    while at < end {
        let want = buffer.len().min(usize::try_from(end - at).unwrap_or(PIECE));
        let n = read_at(file, &mut buffer[..want], at)?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
        at += n as u64;
    }
    Ok(hasher.finalize().into())
}

/// [`bare`] of a message of an mbox that is opened for it, or read as it will be.
pub(super) fn bare_of(
    path: &Path,
    mended: Option<&Mended>,
    offset: u64,
    length: u64,
) -> io::Result<[u8; 32]> {
    let Some(mended) = mended else {
        return bare(&File::open(path)?, offset, offset.saturating_add(length));
    };
    let mut content = mended.read().map_err(io::Error::other)?;
    io::copy(&mut content.by_ref().take(offset), &mut io::sink())?;
    let mut message = content.take(length);
    let mut front = Vec::new();
    message.by_ref().take(HEAD as u64).read_to_end(&mut front)?;
    let head = blank(&front).unwrap_or(front.len());
    let mut hasher = begin_bare(&front[..head]);
    hasher.update(&front[head..]);
    let mut buffer = vec![0u8; PIECE];
    loop {
        match message.read(&mut buffer) {
            Ok(0) => return Ok(hasher.finalize().into()),
            Ok(n) => hasher.update(&buffer[..n]),
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
}

/// Whether a message of an mbox is flagged by its own header fields.
pub(super) fn flagged(path: &Path, offset: u64, length: u64) -> bool {
    let Ok(file) = File::open(path) else { return false };
    head(&file, offset, offset.saturating_add(length)).is_ok_and(|head| flagged_by(&head))
}

/// [`flagged`] in an mbox that is read as it will be.
pub(super) fn flagged_in(mended: &Mended, offset: u64, length: u64) -> bool {
    let Ok(mut content) = mended.read() else { return false };
    let most = length.min(HEAD as u64);
    let mut octets = Vec::new();
    let read = io::copy(&mut content.by_ref().take(offset), &mut io::sink())
        .and_then(|_| content.take(most).read_to_end(&mut octets));
    octets.truncate(blank(&octets).unwrap_or(octets.len()));
    read.is_ok() && flagged_by(&octets)
}

/// Dovecot's and UW's pseudo message, which keeps the folder's state.
pub(super) fn is_pseudo(head: &[u8]) -> bool {
    value(head, b"x-imap:").is_some()
        || value(head, b"subject:")
            .is_some_and(|s| memchr::memmem::find(s, b"FOLDER INTERNAL DATA").is_some())
}

/// Why the bounds of a message are in doubt, if they are.
pub(super) fn doubt(file: &File, all: &[Bounds], i: usize) -> io::Result<Option<&'static str>> {
    let b = all[i];
    let opened = |b: &Bounds| -> io::Result<bool> {
        let mut line = [0u8; 80];
        let n = read_at(file, &mut line, b.start)?;
        let line = &line[..n.min(usize::try_from(b.end - b.start).unwrap_or(n))];
        let name = line.iter().position(|c| *c == b':').unwrap_or(0);
        let field = name > 0 && line[..name].iter().all(|c| c.is_ascii_graphic());
        Ok(field || line.is_empty() || line.starts_with(b">From "))
    };
    if !opened(&b)? {
        return Ok(Some("what follows its From_ line is no header"));
    }
    if let Some(next) = all.get(i + 1) {
        if b.next == b.end {
            return Ok(Some("no blank line stands before the next From_ line"));
        }
        if !opened(next)? {
            return Ok(Some("the next From_ line may be part of its text"));
        }
    }
    if i > 0 && all[i - 1].next == all[i - 1].end {
        return Ok(Some("no blank line stands before its From_ line"));
    }
    if inner_from(file, b.start, b.end)? {
        return Ok(Some("a line in it looks like a From_ line"));
    }
    Ok(None)
}

/// Whether a line of the message looks like a From_ line: `From `, a time, and a year.
fn inner_from(file: &File, start: u64, end: u64) -> io::Result<bool> {
    let mut buffer = vec![0u8; PIECE.min(usize::try_from(end - start).unwrap_or(PIECE))];
    let mut at = start;
    while at < end {
        let want = buffer.len().min(usize::try_from(end - at).unwrap_or(PIECE));
        let n = read_at(file, &mut buffer[..want], at)?;
        for found in memchr::memmem::find_iter(&buffer[..n], b"\nFrom ") {
            let mut line = [0u8; 200];
            let m = read_at(file, &mut line, at + found as u64 + 1)?;
            let line = line[..m].split(|b| *b == b'\n').next().unwrap_or_default();
            let words = || line.split(u8::is_ascii_whitespace);
            let time = words().any(|w| w.len() >= 4 && w.contains(&b':') && w[0].is_ascii_digit());
            let year = words().any(|w| w.len() == 4 && w.iter().all(u8::is_ascii_digit));
            if time && year {
                return Ok(true);
            }
        }
        if n < want || at + n as u64 >= end {
            break;
        }
        at += n as u64 - 6;
    }
    Ok(false)
}

/// Whether the last line of a message has its end.
pub(super) fn is_whole(file: &File, b: &Bounds) -> bool {
    let mut last = [0u8; 1];
    b.end == b.start
        || read_at(file, &mut last, b.end - 1).is_ok_and(|n| n == 1 && last[0] == b'\n')
}

/// A message as it is found now.
#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) fingerprint: Fingerprint,
    pub(super) bare: [u8; 32],
    pub(super) kin: Option<[u8; 32]>,
}

/// Hashes all messages of an mbox.
pub(super) fn hashes(file: &File, all: &[Bounds]) -> io::Result<Vec<Found>> {
    all.iter()
        .map(|b| {
            Ok(Found {
                fingerprint: fingerprint(file, b.start, b.end - b.start)?,
                bare: bare(file, b.start, b.end)?,
                kin: kin(&head(file, b.start, b.end)?),
            })
        })
        .collect()
}

pub(super) fn is_pseudo_at(file: &File, b: &Bounds) -> io::Result<bool> {
    Ok(is_pseudo(&head(file, b.start, b.end)?))
}
