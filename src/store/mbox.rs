//! Exact octet spans of the messages of an mbox, found in parallel pieces; no file is ever mapped.
//!
//! A separator is a From_ line (RFC 4155) that is plausible: it ends with a date. It stands at the
//! start of the file or behind a blank line; without the blank line it also has to name a sender and be
//! followed by a header field. Every octet belongs to a From_ line, a message, or the one blank line
//! before the next From_ line. Content-Length (mboxcl, mboxcl2) is believed in files whose first message
//! carries one that leads exactly to a separator or the end; such files are read in one piece, because
//! only what stands before can tell whether a From_ line is part of a body.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;

use memchr::memmem::Finder;
use sha2::{Digest, Sha256};

use super::{Data, Fingerprint};

/// Octets that are read at once.
const BUFFER: usize = 256 << 10;

/// A message that is longer is not held whole; its head is kept and the rest passed over.
const HELD: usize = 1 << 20;

/// Octets kept of the head of a longer message.
const HEAD: usize = 64 << 10;

/// Octets behind a candidate that must be there to judge it.
const AHEAD: usize = 1_024;

/// Where one message stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// First octet of its From_ line.
    pub from_line: u64,
    /// First octet behind the From_ line.
    pub start: u64,
    /// Behind its last octet.
    pub end: u64,
    /// First octet of the next From_ line, or the end of the file.
    pub next: u64,
}

/// Reads a file from a position on, without moving anybody's offset.
pub(super) struct Range<'a> {
    pub(super) file: &'a File,
    pub(super) at: u64,
}

impl Read for Range<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read_at(buffer, self.at)?;
        self.at += n as u64;
        Ok(n)
    }
}

fn word_is_month(word: &[u8]) -> bool {
    const MONTHS: &[&[u8]] = &[
        b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov",
        b"Dec",
    ];
    MONTHS.contains(&word)
}

fn word_is_time(word: &[u8]) -> bool {
    let mut parts = word.split(|b| *b == b':');
    let digits = |p: Option<&[u8]>| {
        p.is_some_and(|p| (1..=2).contains(&p.len()) && p.iter().all(u8::is_ascii_digit))
    };
    digits(parts.next())
        && digits(parts.next())
        && parts.next().is_none_or(|s| s.len() == 2 && s.iter().all(u8::is_ascii_digit))
        && parts.next().is_none()
}

fn word_is_year(word: &[u8]) -> bool {
    word.len() == 4
        && (word.starts_with(b"19") || word.starts_with(b"20"))
        && word.iter().all(u8::is_ascii_digit)
}

/// Whether a line that begins with `From ` ends with the date of a From_ line: month, day, time, year in
/// this order, a zone before or behind the year. `strict` wants a sender and a weekday before it.
fn is_from_line(line: &[u8], strict: bool) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let words: Vec<&[u8]> = rest[..rest.len().min(400)]
        .split(|b| b.is_ascii_whitespace())
        .filter(|w| !w.is_empty())
        .collect();
    let Some(time) = words.iter().position(|w| word_is_time(w)) else { return false };
    if time < 2 {
        return false;
    }
    let year = words[time + 1..].iter().take(3).any(|w| word_is_year(w));
    let day = |w: &[u8]| (1..=2).contains(&w.len()) && w.iter().all(u8::is_ascii_digit);
    // asctime has "Nov 23 19:15:27 2026"; some write "23 Nov 2026 19:15:27".
    let asctime = word_is_month(words[time - 2]) && day(words[time - 1]) && year;
    let dated = time >= 3
        && word_is_year(words[time - 1])
        && word_is_month(words[time - 2])
        && day(words[time - 3]);
    if !(asctime || dated) {
        return false;
    }
    if !strict {
        return true;
    }
    const DAYS: &[&[u8]] = &[b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"];
    let sender = words[0];
    time >= 4
        && DAYS.contains(&words[time - 3])
        && (sender.contains(&b'@')
            || sender == b"-"
            || sender.eq_ignore_ascii_case(b"MAILER-DAEMON"))
}

/// Whether a line looks like a header field.
pub(super) fn is_field(line: &[u8]) -> bool {
    match memchr::memchr(b':', &line[..line.len().min(80)]) {
        Some(colon) => {
            colon > 0
                && line[..colon]
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_')
        }
        None => false,
    }
}

fn line(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr(b'\n', bytes).map_or(bytes.len(), |e| e + 1)]
}

/// Whether the octets at `at`, which begin a line with `From `, separate two messages. `before` are the
/// octets before, empty at the start of the file.
fn separates(before: &[u8], from: &[u8]) -> bool {
    let from_line = line(from);
    let next = line(&from[from_line.len()..]);
    let blank = before.is_empty()
        || before.ends_with(b"\n\n")
        || before.ends_with(b"\r\n\r\n")
        || before == b"\n"
        || before == b"\r\n";
    if before.is_empty() {
        return is_from_line(from_line, false) || is_field(next) || next.starts_with(b">From ");
    }
    if blank {
        return is_from_line(from_line, false);
    }
    is_from_line(from_line, true) && is_field(next)
}

/// Whether the octets at the start of a file are those of an mbox.
pub(super) fn is_mbox(head: &[u8]) -> bool {
    head.starts_with(b"From ") && separates(b"", head)
}

/// The Content-Length of a header block, if it has one.
fn content_length(head: &[u8]) -> Option<u64> {
    let mut at = 0;
    loop {
        let l = line(&head[at..]);
        if l.is_empty() || l == b"\n" || l == b"\r\n" {
            return None;
        }
        if l.len() > 15 && l[..15].eq_ignore_ascii_case(b"content-length:") {
            return std::str::from_utf8(l[15..].trim_ascii()).ok()?.parse().ok();
        }
        at += l.len();
    }
}

/// Where the body of a message begins that starts at the beginning of `octets`.
fn body_start(octets: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let l = line(&octets[at..]);
        if l.is_empty() {
            return None;
        }
        at += l.len();
        if l == b"\n" || l == b"\r\n" {
            return Some(at);
        }
    }
}

/// Whether a position is the end of the file, or that of a separator behind at most one blank line.
fn lands(file: &File, length: u64, at: u64) -> io::Result<bool> {
    if at >= length {
        return Ok(at == length);
    }
    let mut buffer = [0u8; AHEAD];
    let mut range = Range { file, at };
    let n = fill(&mut range, &mut buffer)?;
    let rest = &buffer[..n];
    for skip in [&b""[..], b"\n", b"\r\n"] {
        if let Some(r) = rest.strip_prefix(skip)
            && (r.is_empty() && at + n as u64 == length
                || r.starts_with(b"From ") && is_from_line(line(r), false))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

fn fill(source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < buffer.len() {
        match source.read(&mut buffer[n..]) {
            Ok(0) => break,
            Ok(k) => n += k,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

/// Whether Content-Length is believed in this file: the first message has one, and it leads exactly to a
/// separator or the end.
pub(super) fn has_lengths(file: &File, length: u64) -> io::Result<bool> {
    let mut head = vec![0u8; HEAD];
    let n = fill(&mut Range { file, at: 0 }, &mut head)?;
    head.truncate(n);
    let from = line(&head).len();
    let Some(octets) = content_length(&head[from..]) else { return Ok(false) };
    let Some(body) = body_start(&head[from..]) else { return Ok(false) };
    lands(file, length, (from + body) as u64 + octets)
}

/// A window over a source that is read once, forwards.
struct Window<R> {
    source: R,
    buffer: Vec<u8>,
    /// Position of the first octet of the buffer.
    base: u64,
    ended: bool,
}

impl<R: Read> Window<R> {
    fn more(&mut self) -> io::Result<()> {
        let old = self.buffer.len();
        self.buffer.resize(old + BUFFER, 0);
        let n = fill(&mut self.source, &mut self.buffer[old..]);
        self.buffer.truncate(old + *n.as_ref().unwrap_or(&0));
        self.ended |= n? < BUFFER;
        Ok(())
    }

    fn drop_before(&mut self, at: u64) {
        let n = (at - self.base) as usize;
        self.buffer.drain(..n);
        self.base = at;
    }

    fn slice(&self, from: u64, to: u64) -> &[u8] {
        &self.buffer[(from - self.base) as usize..(to - self.base) as usize]
    }

    fn end(&self) -> u64 {
        self.base + self.buffer.len() as u64
    }
}

/// What a visitor of messages gets: their bounds and octets.
pub(super) struct Found<'a> {
    pub(super) bounds: Bounds,
    pub(super) data: Data<'a>,
}

/// What the scan of a source is told.
pub(super) struct Job<'a> {
    /// Position of the first octet that the source gives.
    pub(super) base: u64,
    /// Messages whose From_ line starts in `[start, end)` are visited.
    pub(super) start: u64,
    /// See `start`.
    pub(super) end: u64,
    /// Content-Length is believed; `lands` needs the file.
    pub(super) lengths: bool,
    /// The file to read long messages from again; a stream is hashed as it passes.
    pub(super) file: Option<&'a File>,
    /// Octets of the file.
    pub(super) length: u64,
}

/// Visits the messages of a source in order.
pub(super) fn scan<R: Read>(
    source: R,
    job: &Job<'_>,
    visit: &mut dyn FnMut(Found<'_>),
) -> io::Result<()> {
    let finder = Finder::new(b"\nFrom ");
    let mut w =
        Window { source, buffer: Vec::with_capacity(2 * BUFFER), base: job.base, ended: false };
    w.more()?;
    let Some(mut from_line) = first(&mut w, job, &finder)? else { return Ok(()) };
    while from_line < job.end {
        w.drop_before(from_line);
        // The From_ line itself may end behind the buffer.
        while !w.ended && memchr::memchr(b'\n', &w.buffer).is_none() {
            w.more()?;
        }
        let start = from_line + line(&w.buffer).len() as u64;
        let mut rest = Rest {
            start: Some(start),
            stream: job.file.is_none(),
            head: None,
            hasher: None,
            hashed: start,
        };
        let next = behind(&mut w, start, job, &finder, &mut rest)?;
        let end = message_end(&w, start, next);
        let bounds = Bounds { from_line, start, end, next: next.unwrap_or(w.end()) };
        let data = match rest.head {
            None => Data::Memory(w.slice(start, end)),
            Some(ref head) => match job.file {
                Some(file) => Data::File {
                    file,
                    offset: start,
                    length: end - start,
                    head: Cow::Borrowed(head),
                },
                None => {
                    let mut hasher = rest.hasher.unwrap_or_default();
                    if end > rest.hashed {
                        hasher.update(w.slice(rest.hashed, end));
                    }
                    Data::Passed {
                        head: Cow::Borrowed(head),
                        fingerprint: Fingerprint {
                            len: end - start,
                            sha256: hasher.finalize().into(),
                        },
                    }
                }
            },
        };
        visit(Found { bounds, data });
        match next {
            Some(n) => from_line = n,
            None => break,
        }
    }
    Ok(())
}

/// The first separator at or behind the job's start.
fn first<R: Read>(
    w: &mut Window<R>,
    job: &Job<'_>,
    finder: &Finder<'_>,
) -> io::Result<Option<u64>> {
    if job.start == 0 {
        // What stands before the first From_ line of a file belongs to no message.
        if w.buffer.starts_with(b"From ") && separates(b"", &w.buffer) {
            return Ok(Some(0));
        }
    }
    let mut none = Rest { start: None, stream: false, head: None, hasher: None, hashed: 0 };
    let from = job.start.saturating_sub(1).max(job.base);
    search(w, from, finder, &mut none)
}

/// What is kept of a message that is longer than the window holds.
struct Rest {
    /// First octet of the message; `None` where no message is being read.
    start: Option<u64>,
    /// There is no file to read the message from again: it is hashed as it passes.
    stream: bool,
    head: Option<Vec<u8>>,
    hasher: Option<Sha256>,
    /// Octets before this position are in the hash.
    hashed: u64,
}

impl Rest {
    /// Lets go of what the window need not hold: a long message keeps its head.
    fn shed<R: Read>(&mut self, w: &mut Window<R>) {
        if w.buffer.len() < HELD {
            return;
        }
        // Enough stays for the end of the message and a candidate at the edge.
        let keep = w.end() - (AHEAD as u64 * 2);
        if let Some(start) = self.start {
            if self.head.is_none() {
                let octets = w.slice(start, w.end());
                self.head = Some(octets[..octets.len().min(HEAD)].to_vec());
                self.hasher = self.stream.then(Sha256::default);
                self.hashed = start;
            }
            if let Some(hasher) = &mut self.hasher
                && keep > self.hashed
            {
                hasher.update(w.slice(self.hashed, keep));
                self.hashed = keep;
            }
        }
        w.drop_before(keep);
    }
}

/// The separator behind the message that begins at `start`; `None` is the end of the file.
fn behind<R: Read>(
    w: &mut Window<R>,
    start: u64,
    job: &Job<'_>,
    finder: &Finder<'_>,
    rest: &mut Rest,
) -> io::Result<Option<u64>> {
    let mut from = start.saturating_sub(1);
    if job.lengths
        && let Some(file) = job.file
    {
        while !w.ended && body_start(w.slice(start, w.end())).is_none() && w.buffer.len() < HELD {
            w.more()?;
        }
        let octets = w.slice(start, w.end());
        if let (Some(length), Some(body)) = (content_length(octets), body_start(octets)) {
            let at = start + body as u64 + length;
            if lands(file, job.length, at)? {
                from = at.saturating_sub(1).max(from);
                if at >= job.length {
                    pass(w, at, rest)?;
                    return Ok(None);
                }
            }
        }
    }
    pass(w, from, rest)?;
    search(w, from, finder, rest)
}

/// Reads on until a position is in the window.
fn pass<R: Read>(w: &mut Window<R>, to: u64, rest: &mut Rest) -> io::Result<()> {
    while w.end() < to && !w.ended {
        w.more()?;
        rest.shed(w);
    }
    Ok(())
}

/// The first separator whose line break before `From ` stands at or behind `from`.
fn search<R: Read>(
    w: &mut Window<R>,
    from: u64,
    finder: &Finder<'_>,
    rest: &mut Rest,
) -> io::Result<Option<u64>> {
    let mut at = from.max(w.base);
    loop {
        let offset = (at.max(w.base) - w.base) as usize;
        match finder.find(w.buffer.get(offset..).unwrap_or(&[])) {
            Some(found) => {
                let newline = offset + found;
                let candidate = newline + 1;
                if w.buffer.len() < candidate + AHEAD && !w.ended {
                    w.more()?;
                    continue;
                }
                let before = &w.buffer[newline.saturating_sub(3)..=newline];
                if separates(before, &w.buffer[candidate..]) {
                    return Ok(Some(w.base + candidate as u64));
                }
                at = w.base + candidate as u64;
            }
            None if w.ended => return Ok(None),
            None => {
                // The next read may complete a candidate that is cut at the edge.
                at = at.max(w.end().saturating_sub(5));
                w.more()?;
                rest.shed(w);
            }
        }
    }
}

/// Behind the last octet of a message: before the one blank line that stands before the next From_ line,
/// or that the last message of a file is written with.
fn message_end<R: Read>(w: &Window<R>, start: u64, next: Option<u64>) -> u64 {
    let stop = next.unwrap_or(w.end());
    let floor = start.max(w.base);
    let tail = w.slice(floor.min(stop), stop);
    if tail.ends_with(b"\r\n\r\n") {
        stop - 2
    } else if tail.ends_with(b"\n\n") {
        stop - 1
    } else if stop == start + 1 && tail == b"\n" {
        start
    } else if stop == start + 2 && tail == b"\r\n" {
        start
    } else {
        stop
    }
}

/// Undoes one level of mboxo and mboxrd quoting: `>From ` at the start of a line of the body.
pub(super) fn unquoted(octets: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memmem::find(octets, b"\n>").is_none() {
        return Cow::Borrowed(octets);
    }
    let mut out = Vec::with_capacity(octets.len());
    let mut changed = false;
    for l in octets.split_inclusive(|b| *b == b'\n') {
        let marks = l.iter().take_while(|b| **b == b'>').count();
        if marks > 0 && l[marks..].starts_with(b"From ") {
            out.extend_from_slice(&l[1..]);
            changed = true;
        } else {
            out.extend_from_slice(l);
        }
    }
    if changed { Cow::Owned(out) } else { Cow::Borrowed(octets) }
}
