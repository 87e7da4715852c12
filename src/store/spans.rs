//! Finds the exact spans of messages in an mbox through a window that moves over it in bounded memory.
//! What separates two messages is decided by the octets around the place alone, or by a
//! Content-Length that leads there exactly.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read};
use std::ops::{ControlFlow, Range};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use memchr::memmem;
use sha2::{Digest, Sha256};

use super::from_line::{self, BEFORE, FromLine, WINDOW};
use super::{Bounds, Folder, Skipped, roles};
use crate::limits;

/// Octets of a fresh buffer.
const BUFFER: usize = 256 << 10;
/// The buffer grows to this for a large message; behind it a plain file is only skimmed.
const PLAIN_CAP: usize = limits::MBOX_BUFFER;
/// What is kept of a message in a compressed file, which cannot be read again cheaply.
const STREAM_CAP: usize = limits::STREAM_BUFFER;
/// Header block and message up to which a Content-Length is looked at.
const LENGTH_HEADERS: usize = limits::LENGTH_HEADERS;
const LENGTH_MAX: u64 = limits::LENGTH_MESSAGE;
/// Messages at the start of a file that show whether it carries true Content-Lengths.
pub(super) const LENGTH_SAMPLE: u64 = 16;
/// Whether Content-Length fields (mboxcl, mboxcl2) bound messages. A file has true ones if one of its
/// first [`LENGTH_SAMPLE`] messages has: then each is believed where a From_ line or the end follows
/// exactly, and `From ` lines inside are text. Where one message ends then depends on the one before,
/// so such a file is skimmed once and cut at real bounds; any other is cut anywhere, because what
/// separates depends only on the octets around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lengths {
    /// Find out; the chunk starts at the first octet.
    Auto,
    /// Look at them; the chunk starts at a real separator.
    Yes,
    /// Plain separators only.
    No,
}

/// One message as it was found.
pub(super) struct Raw<'b> {
    pub(super) bounds: Bounds,
    pub(super) date: Option<i64>,
    /// The message, or what is kept of it.
    pub(super) head: &'b [u8],
    /// Of a message of a stream of which not all is kept.
    pub(super) sha256: Option<[u8; 32]>,
}

enum Input<'f> {
    Plain { file: &'f File, limit: u64 },
    Stream(Box<dyn Read>),
}

/// A window on the file that moves forward with carry-over. All positions are offsets in the
/// (decompressed) file.
pub(super) struct Reader<'f> {
    input: Input<'f>,
    buffer: Vec<u8>,
    /// Offset of the first octet in the buffer, and octets in it.
    base: u64,
    filled: usize,
    cap: usize,
    ended: bool,
    failed: Option<String>,
    /// Where the present message starts: what must stay in the buffer.
    message: Option<u64>,
    long: Option<Long>,
    finder: memmem::Finder<'static>,
    /// Held from the first message of a stream that needs a large buffer: there is one such buffer,
    /// however many threads read.
    lent: Option<MutexGuard<'static, ()>>,
    /// Whether a Content-Length was believed.
    pub(super) believed: bool,
    headless: bool,
}

/// A message that is larger than the buffer: its beginning, and of a stream the hash so far.
struct Long {
    prefix: Vec<u8>,
    base: u64,
    hash: Option<(Sha256, u64)>,
}

static LARGE: Mutex<()> = Mutex::new(());

thread_local! {
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

impl<'f> Reader<'f> {
    pub(super) fn plain(file: &'f File, from: u64, limit: u64) -> Self {
        Reader::new(Input::Plain { file, limit }, from, PLAIN_CAP)
    }

    pub(super) fn stream(stream: Box<dyn Read>) -> Self {
        Reader::new(Input::Stream(stream), 0, STREAM_CAP)
    }

    fn new(input: Input<'f>, base: u64, cap: usize) -> Self {
        let mut buffer = SPARE.take();
        if buffer.is_empty() {
            buffer = vec![0; BUFFER];
        }
        Reader {
            input,
            buffer,
            base,
            filled: 0,
            cap,
            ended: false,
            failed: None,
            message: None,
            long: None,
            finder: memmem::Finder::new(b"\nFrom "),
            lent: None,
            believed: false,
            headless: false,
        }
    }

    /// Lends the buffer to the next reader of this thread.
    pub(super) fn done(mut self) {
        let buffer = std::mem::take(&mut self.buffer);
        if buffer.len() <= PLAIN_CAP {
            SPARE.set(buffer);
        }
    }

    pub(super) fn finish(mut self, folder: &Folder, skipped: &mut Vec<Skipped>) {
        if let Some(why) = self.failed.take() {
            skipped.push(Skipped::new(&folder.path, format!("read in part only: {why}")));
        }
        if self.headless {
            skipped.push(Skipped::new(
                &folder.path,
                "the octets before its first From_ line belong to no message",
            ));
        }
        self.done();
    }

    fn end(&self) -> u64 {
        self.base + self.filled as u64
    }

    fn index(&self, at: u64) -> usize {
        (at.saturating_sub(self.base) as usize).min(self.filled)
    }

    /// The octets from `from` up to `to`, as far as they are in the buffer.
    fn slice(&self, from: u64, to: u64) -> &[u8] {
        let from = self.index(from);
        &self.buffer[from..self.index(to).max(from)]
    }

    /// Reads on. What stands before `scan` may be dropped, but not the present message and the
    /// [`BEFORE`] octets that tell whether a blank line stands before a candidate.
    fn fill(&mut self, scan: u64) -> bool {
        if self.ended {
            return false;
        }
        if self.filled == self.buffer.len() {
            let wanted = match (self.message, &self.long) {
                (Some(message), None) => message.min(scan),
                _ => scan,
            };
            let keep = wanted.saturating_sub(BEFORE as u64).max(self.base);
            let dropped = self.index(keep);
            if dropped >= self.buffer.len() / 2 || (dropped > 0 && self.buffer.len() >= self.cap) {
                self.hash_up_to(keep);
                self.buffer.copy_within(dropped..self.filled, 0);
                self.filled -= dropped;
                self.base = keep;
            } else if self.buffer.len() < self.cap {
                if self.buffer.len() >= PLAIN_CAP && self.lent.is_none() {
                    self.lent = Some(LARGE.lock().unwrap_or_else(PoisonError::into_inner));
                }
                self.buffer.resize((self.buffer.len() * 2).min(self.cap), 0);
            } else {
                self.grow_long(scan);
            }
        }
        let room = &mut self.buffer[self.filled..];
        let got = loop {
            let got = match &mut self.input {
                Input::Plain { file, limit } => {
                    let at = self.base + self.filled as u64;
                    let left = usize::try_from(limit.saturating_sub(at)).unwrap_or(usize::MAX);
                    let room_len = room.len().min(left);
                    file.read_at(&mut room[..room_len], at)
                }
                Input::Stream(stream) => stream.read(room),
            };
            match got {
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                got => break got,
            }
        };
        match got {
            Ok(0) => self.ended = true,
            Ok(got) => self.filled += got,
            Err(e) => {
                self.failed = Some(e.to_string());
                self.ended = true;
            }
        }
        !self.ended
    }

    /// Fills until the octet before `upto` is there, or the file ends.
    fn ensure(&mut self, upto: u64, scan: u64) {
        while self.end() < upto && self.fill(scan) {}
    }

    /// The message fills the buffer: put its beginning aside and go on with a small window.
    fn grow_long(&mut self, scan: u64) {
        let keep = scan.saturating_sub(BEFORE as u64).max(self.base);
        let at = self.index(keep);
        let mut fresh = vec![0; BUFFER.max(2 * (self.filled - at))];
        fresh[..self.filled - at].copy_from_slice(&self.buffer[at..self.filled]);
        let message = self.message.map_or(0, |m| self.index(m));
        let hash = match self.input {
            Input::Plain { .. } => None,
            Input::Stream(_) => {
                Some((Sha256::new_with_prefix(&self.buffer[message..at.max(message)]), keep))
            }
        };
        let left = self.filled - at;
        let prefix = std::mem::replace(&mut self.buffer, fresh);
        self.long = Some(Long { prefix, base: self.base, hash });
        self.base = keep;
        self.filled = left;
    }

    fn hash_up_to(&mut self, keep: u64) {
        let Some(Long { hash: Some((hasher, done)), .. }) = &mut self.long else { return };
        if keep > *done {
            let from = (*done - self.base) as usize;
            let to = (keep - self.base) as usize;
            hasher.update(&self.buffer[from..to]);
            *done = keep;
        }
    }

    /// Finds the messages whose From_ lines start in `range` and gives them in order.
    pub(super) fn messages(
        &mut self,
        range: Range<u64>,
        lengths: Lengths,
        give: &mut dyn FnMut(Raw<'_>) -> ControlFlow<()>,
    ) {
        let mut next = self.first(range.start, lengths);
        let mut count = 0;
        while let Some((from_line, line)) = next {
            if from_line >= range.end {
                return;
            }
            let start = from_line + line.len as u64;
            self.message = Some(start);
            let look = match lengths {
                Lengths::Auto => count < LENGTH_SAMPLE || self.believed,
                Lengths::Yes => true,
                Lengths::No => false,
            };
            let bound = if look { self.content_length(start) } else { None };
            next = match bound {
                Some(at) => {
                    self.believed = true;
                    self.separator_at(at)
                }
                None => self.separator_from(start.saturating_sub(1)),
            };
            let end = next.map_or(self.end(), |(at, _)| at);
            count += 1;
            if self.give(from_line, start, end, line.date, give).is_break() {
                return;
            }
            self.message = None;
            self.long = None;
        }
    }

    fn give(
        &mut self,
        from_line: u64,
        start: u64,
        next: u64,
        date: Option<i64>,
        give: &mut dyn FnMut(Raw<'_>) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let end = next - self.blank_before(start, next);
        let bounds = Bounds { from_line, start, end, next };
        let size = usize::try_from(end - start).unwrap_or(usize::MAX);
        if self.long.is_none() {
            return give(Raw { bounds, date, head: self.slice(start, end), sha256: None });
        }
        self.hash_up_to(end);
        let Some(Long { prefix, base, hash }) = self.long.take() else {
            return ControlFlow::Continue(());
        };
        let kept = &prefix[((start - base) as usize).min(prefix.len())..];
        let head = &kept[..kept.len().min(size)];
        let sha256 = hash.map(|(hasher, _)| hasher.finalize().into());
        give(Raw { bounds, date, head, sha256 })
    }

    /// Octets of the one blank line that ends at `next`, none where there is no such line.
    fn blank_before(&self, start: u64, next: u64) -> u64 {
        let tail = self.slice(start.saturating_sub(1).max(next.saturating_sub(3)), next);
        let whole = next - start;
        if whole >= 2 && tail.ends_with(b"\n\r\n") {
            2
        } else if whole >= 1 && (tail.ends_with(b"\n\n")) {
            1
        } else {
            0
        }
    }

    fn first(&mut self, start: u64, lengths: Lengths) -> Option<(u64, FromLine)> {
        if start == 0 {
            self.ensure(WINDOW as u64, 0);
            let lead = from_line::leading(self.slice(0, WINDOW as u64)) as u64;
            self.ensure(lead + WINDOW as u64, 0);
            if let Some(line) = from_line::opening(self.slice(lead, lead + WINDOW as u64)) {
                return Some((lead, line));
            }
            self.headless = !self.slice(0, WINDOW as u64).trim_ascii().is_empty();
        } else if lengths == Lengths::Yes {
            return self.separator_at(start);
        }
        self.separator_from(start.saturating_sub(1))
    }

    /// The separator that starts at `at`; nothing where the file ends there.
    fn separator_at(&mut self, at: u64) -> Option<(u64, FromLine)> {
        while self.end() < at + WINDOW as u64 {
            let scan = at.min(self.end()).saturating_sub(BEFORE as u64);
            if !self.fill(scan) {
                break;
            }
        }
        from_line::separator(b"\n\n", self.slice(at, at + WINDOW as u64)).map(|line| (at, line))
    }

    /// The first separator behind a line end at or after `scan`.
    fn separator_from(&mut self, mut scan: u64) -> Option<(u64, FromLine)> {
        loop {
            let from = self.index(scan);
            match self.finder.find(&self.buffer[from..self.filled]) {
                Some(found) => {
                    let newline = self.base + (from + found) as u64;
                    let at = newline + 1;
                    self.ensure(at + WINDOW as u64, newline);
                    let before = self.slice(at.saturating_sub(BEFORE as u64), at);
                    let window = self.slice(at, at + WINDOW as u64);
                    if let Some(line) = from_line::separator(before, window) {
                        return Some((at, line));
                    }
                    scan = at;
                }
                None => {
                    scan = scan.max(self.end().saturating_sub(5));
                    if !self.fill(scan) {
                        return None;
                    }
                }
            }
        }
    }

    /// Where the From_ line (or the end of the file) stands that the Content-Length of the message at
    /// `start` leads to; nothing where there is no such field or it does not lead there exactly.
    fn content_length(&mut self, start: u64) -> Option<u64> {
        let headers = start + LENGTH_HEADERS as u64;
        let body = loop {
            let head = self.slice(start, headers);
            match roles::body_start(head) {
                Some(len) => break start + len as u64,
                None if self.end() >= headers || !self.fill(start) => return None,
                None => {}
            }
        };
        let length = roles::content_length(self.slice(start, body))?;
        let at = body.checked_add(length)?;
        if at - start > LENGTH_MAX {
            return None;
        }
        let upto = at + 4 + WINDOW as u64;
        let owned;
        let around = match &self.input {
            Input::Plain { file, limit } if self.end() < upto => {
                let len = upto.min(*limit).checked_sub(at - 1)?;
                let mut bytes = vec![0; usize::try_from(len).ok()?];
                let got = super::read_full_at(file, &mut bytes, at - 1).ok()?;
                bytes.truncate(got);
                owned = bytes;
                &owned[..]
            }
            _ => {
                self.ensure(upto, start);
                self.slice(at - 1, upto)
            }
        };
        let (&before, mut rest) = around.split_first()?;
        let mut lines = 0;
        let mut skipped = 0;
        while lines < 2 && before != 0 {
            let blank = match rest {
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                _ => break,
            };
            rest = &rest[blank..];
            skipped += blank as u64;
            lines += 1;
        }
        let on_line = before == b'\n' || lines > 0;
        let window = &rest[..rest.len().min(WINDOW)];
        let follows =
            rest.is_empty() || (on_line && from_line::separator(b"\n\n", window).is_some());
        follows.then_some(at + skipped)
    }
}
