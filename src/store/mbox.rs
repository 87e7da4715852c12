//! Cuts an mbox into chunks and gives its messages, plain or compressed. Which octets are a message
//! never depends on the chunks. Never maps a file, never writes.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

use memchr::memmem;

use super::from_line::BEFORE;
use super::spans::{LENGTH_SAMPLE, Lengths, Raw, Reader};
use super::{
    Backing, Bounds, Chunk, Compression, Folder, Piece, Place, Skipped, Stored, Visit, open, roles,
};

/// A compressed file may grow to this many times its size (or [`GROWTH_FREE`]) before it is given up:
/// real mail stays below 50, gzip's limit is 1,032.
const GROWTH: u64 = 200;
const GROWTH_FREE: u64 = 64 << 20;

pub(super) fn chunks(folder: &Folder, octets: u64) -> (Vec<Chunk>, Vec<Skipped>) {
    let file = match open::regular(&folder.path) {
        Ok((file, _)) => file,
        Err(why) => return (Vec::new(), vec![Skipped::new(&folder.path, why)]),
    };
    let limit = match file.metadata() {
        Ok(meta) => meta.len(),
        Err(e) => return (Vec::new(), vec![Skipped::new(&folder.path, e.to_string())]),
    };
    if folder.compression != Compression::None {
        return (vec![Chunk { octets: limit, piece: Piece::Stream }], Vec::new());
    }
    let part = |start, end, lengths| Chunk {
        octets: end - start,
        piece: Piece::Part { start, end, limit, lengths },
    };
    let octets = octets.max(1);
    if limit == 0 {
        return (Vec::new(), Vec::new());
    }
    if limit <= octets {
        return (vec![part(0, limit, Lengths::Auto)], Vec::new());
    }
    let mut seen = 0;
    let mut reader = Reader::plain(&file, 0, limit);
    reader.messages(0..limit, Lengths::Auto, &mut |_| {
        seen += 1;
        if seen < LENGTH_SAMPLE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let believed = reader.believed;
    reader.done();
    let mut cuts = vec![0];
    if believed {
        let mut reader = Reader::plain(&file, 0, limit);
        let mut last = 0;
        reader.messages(0..limit, Lengths::Yes, &mut |message| {
            if message.bounds.from_line - last >= octets {
                last = message.bounds.from_line;
                cuts.push(last);
            }
            ControlFlow::Continue(())
        });
        reader.done();
    } else {
        let step = usize::try_from(octets).unwrap_or(usize::MAX);
        cuts.extend((0..limit).step_by(step).skip(1));
    }
    cuts.push(limit);
    let lengths = if believed { Lengths::Yes } else { Lengths::No };
    (cuts.windows(2).map(|w| part(w[0], w[1], lengths)).collect(), Vec::new())
}

/// The whole file as one chunk, to be read from its start.
pub(super) fn whole(folder: &Folder) -> Option<Vec<Chunk>> {
    let limit = std::fs::symlink_metadata(&folder.path).ok()?.len();
    let piece = match folder.compression {
        Compression::None => Piece::Part { start: 0, end: limit, limit, lengths: Lengths::Auto },
        Compression::Gzip | Compression::Zstd => Piece::Stream,
    };
    Some(vec![Chunk { octets: limit, piece }])
}

pub(super) fn read_part(
    folder: &Folder,
    range: Range<u64>,
    limit: u64,
    lengths: Lengths,
    skipped: &mut Vec<Skipped>,
    visit: &mut Visit<'_>,
) {
    let file = match open::regular(&folder.path) {
        Ok((file, _)) => file,
        Err(why) => return skipped.push(Skipped::new(&folder.path, why)),
    };
    // A chunk that starts inside the file needs what stands before its first line.
    let from = match lengths {
        Lengths::No => range.start.saturating_sub(2 * BEFORE as u64),
        Lengths::Auto | Lengths::Yes => range.start,
    };
    let mut reader = Reader::plain(&file, from, limit);
    reader.messages(range, lengths, &mut |m| {
        visit(&stored(folder, m, |start| Backing::Part { file: &file, offset: start }))
    });
    reader.finish(folder, skipped);
}

pub(super) fn read_stream(folder: &Folder, skipped: &mut Vec<Skipped>, visit: &mut Visit<'_>) {
    let opened = open::regular(&folder.path)
        .and_then(|(file, _)| decompressed(file, folder.compression).map_err(|e| e.to_string()));
    let stream = match opened {
        Ok(stream) => stream,
        Err(why) => return skipped.push(Skipped::new(&folder.path, why)),
    };
    let mut reader = Reader::stream(stream);
    reader.messages(0..u64::MAX, Lengths::Auto, &mut |m| {
        let sha256 = m.sha256;
        visit(&stored(folder, m, |_| Backing::Stream { sha256 }))
    });
    reader.finish(folder, skipped);
}

fn stored<'a>(
    folder: &Folder,
    message: Raw<'a>,
    backing: impl FnOnce(u64) -> Backing<'a>,
) -> Stored<'a> {
    let Bounds { start, end, .. } = message.bounds;
    let marks = roles::marks(message.head, true);
    Stored {
        place: Place::Span { offset: start, length: end - start },
        size: end - start,
        role: roles::of_message(folder.role, marks.role),
        received: message.date,
        flagged: marks.flagged,
        bounds: Some(message.bounds),
        head: message.head,
        backing: backing(start),
    }
}

/// The decompressed octets of a file, which fail where they grow beyond all reason.
pub(super) fn decompressed(file: File, how: Compression) -> io::Result<Box<dyn Read>> {
    let taken = Rc::new(Cell::new(0));
    let counted = Counted { file, taken: Rc::clone(&taken) };
    let inner: Box<dyn Read> = match how {
        Compression::None => Box::new(counted),
        Compression::Gzip => {
            Box::new(flate2::bufread::MultiGzDecoder::new(io::BufReader::new(counted)))
        }
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(counted)?),
    };
    Ok(Box::new(Capped { inner, taken, given: 0 }))
}

struct Counted {
    file: File,
    taken: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.file.read(buffer)?;
        self.taken.set(self.taken.get() + got as u64);
        Ok(got)
    }
}

struct Capped {
    inner: Box<dyn Read>,
    taken: Rc<Cell<u64>>,
    given: u64,
}

impl Read for Capped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given > GROWTH_FREE && self.given > self.taken.get().saturating_mul(GROWTH) {
            return Err(io::Error::other(format!(
                "decompresses to more than {GROWTH} times its size; not read further"
            )));
        }
        let got = self.inner.read(buffer)?;
        self.given += got as u64;
        Ok(got)
    }
}

/// One level of mboxrd quoting (which is the level of mboxo) taken off the body: `^>+From `. Header
/// lines stay: `>From ` there is UUCP's trace.
pub(super) fn unquoted(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(body) = roles::body_start(raw) else { return Cow::Borrowed(raw) };
    let mut out = Vec::new();
    let mut kept = 0;
    for found in memmem::find_iter(&raw[body..], b">From ") {
        let at = body + found;
        let marks = raw[body..at].iter().rev().take_while(|b| **b == b'>').count();
        let line = at - marks;
        if line == body || raw[line - 1] == b'\n' {
            out.extend_from_slice(&raw[kept..line]);
            kept = line + 1;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(raw);
    }
    out.extend_from_slice(&raw[kept..]);
    Cow::Owned(out)
}
