//! Where mail lies: Maildir trees, mbox files and folders of message files. Reads only; the one room
//! that changes mail is `relocation`.

mod again;
mod discover;
mod files;
mod from_line;
mod maildir;
mod mbox;
mod mended;
mod names;
mod open;
mod roles;
mod spans;
mod stamp;

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

pub use again::Again;
pub(crate) use files::{UNFINISHED, is_journal};
pub use mended::{Extent, Mended};
pub use open::open_message;
pub(crate) use roles::{by_name, from_utf7};
pub use stamp::{Key, Listed, Memory, Stamp};

use crate::codec::{Broken, Coded, coded};

/// How a folder keeps its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// A folder with `cur` (and `new`, `tmp`).
    Maildir,
    /// One file with From_ lines.
    Mbox,
    /// A folder of single message files.
    Files,
}

impl Layout {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Layout::Maildir => "maildir",
            Layout::Mbox => "mbox",
            Layout::Files => "files",
        }
    }
}

/// What a folder, or one message of it, is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Mail that came in; everything that has no other role.
    Received,
    /// Mail that the owner sent.
    Sent,
    /// Drafts; never touched.
    Draft,
    /// Junk.
    Junk,
    /// Trash, and what Thunderbird marked as deleted.
    Trash,
    /// A folder that a sweep filled.
    Swept,
}

impl Role {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Role::Received => "received",
            Role::Sent => "sent",
            Role::Draft => "draft",
            Role::Junk => "junk",
            Role::Trash => "trash",
            Role::Swept => "swept",
        }
    }
}

/// Compression of an mbox file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Plain octets.
    None,
    /// gzip, possibly several members.
    Gzip,
    /// Zstandard.
    Zstd,
}

/// One folder of mail inside a store.
#[derive(Debug, Clone)]
pub struct Folder {
    /// Name to show: `INBOX` for the top, else the decoded hierarchy with `/`.
    pub name: String,
    /// Folder or file on disk.
    pub path: PathBuf,
    /// The same below [`Store::root`]; empty for a Maildir that is the store itself.
    pub below: PathBuf,
    /// How its messages are kept.
    pub layout: Layout,
    /// Compression, mbox only.
    pub compression: Compression,
    /// What it is for; single messages may differ (see [`Stored::role`]).
    pub role: Role,
    /// Why that role, in words.
    pub why: String,
    /// What belongs to one owner: the top of the Maildir, or the folder that holds an mbox, files, or
    /// Maildirs side by side of which one has a special name.
    pub mailbox: PathBuf,
    /// For an mbox that a broken-off move left half written: what is read instead.
    pub(crate) mended: Option<Arc<Mended>>,
}

/// A store as the user named it.
#[derive(Debug, Clone)]
pub struct Store {
    /// As named, escaped for display.
    pub name: String,
    /// The path as named. Where the store is one file, that file.
    pub root: PathBuf,
    /// Its folders in a fixed order.
    pub folders: Vec<Folder>,
    /// What was met and could not be taken for mail or not be read.
    pub skipped: Vec<Skipped>,
}

/// Something that had to be left out, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skipped {
    /// Path, or path and span, escaped for display.
    pub what: String,
    /// Why, in words.
    pub why: String,
}

/// Where one message lies inside a folder.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    /// Path below [`Store::root`], any octets.
    File(PathBuf),
    /// Octets of an mbox file (in its decompressed stream): without the From_ line and without the
    /// one blank line before the next one.
    Span {
        /// First octet.
        offset: u64,
        /// Octets.
        length: u64,
    },
}

/// Length and SHA-256 of a message's stored octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint {
    /// Octets.
    pub len: u64,
    /// SHA-256.
    pub sha256: [u8; 32],
}

/// Whether a mail program says in the header block of a message of an mbox that it is flagged.
pub(crate) fn flagged_by(head: &[u8]) -> bool {
    roles::marks(head, true).flagged
}

impl Chunk {
    /// Whether it begins where its mbox begins.
    pub(crate) fn is_first(&self) -> bool {
        matches!(self.piece, Piece::Part { start: 0, .. } | Piece::Stream)
    }

    /// Whether it can be read on its own whatever stands in other parts of its file.
    pub(crate) fn stands_alone(&self) -> bool {
        matches!(self.piece, Piece::Part { lengths: spans::Lengths::No, .. })
    }
}

impl Fingerprint {
    /// Hashes octets that are in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Fingerprint { len: bytes.len() as u64, sha256: Sha256::digest(bytes).into() }
    }

    /// Lower-case hexadecimal digest.
    pub fn hex(&self) -> String {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut out = String::with_capacity(64);
        for byte in self.sha256 {
            out.push(DIGITS[usize::from(byte >> 4)] as char);
            out.push(DIGITS[usize::from(byte & 15)] as char);
        }
        out
    }
}

/// The exact bounds of one message in an mbox. Over a whole file `from_line` of a message is `next` of
/// the one before, so that From_ lines, spans and blank lines add up to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// First octet of the From_ line.
    pub from_line: u64,
    /// First octet of the message.
    pub start: u64,
    /// Octet behind the message; up to `next` there is the one blank line, or nothing.
    pub end: u64,
    /// Start of the next From_ line, or end of the file.
    pub next: u64,
}

/// A piece of a folder that can be read on its own, in parallel with others.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Octets, as a measure for progress; for Maildir and message files an estimate.
    pub octets: u64,
    pub(crate) piece: Piece,
}

#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// Files of one folder on disk; `below` is that folder's path below [`Folder::path`].
    Files { below: PathBuf, names: Vec<std::ffi::OsString> },
    /// Part of a plain mbox that was `limit` octets long when it was listed: messages whose From_
    /// line starts in `[start, end)`.
    Part { start: u64, end: u64, limit: u64, lengths: spans::Lengths },
    /// A compressed mbox, read as one stream.
    Stream,
}

/// One stored message while it is being visited.
pub struct Stored<'a> {
    /// Where it lies.
    pub place: Place,
    /// Octets of the whole message.
    pub size: u64,
    /// What this one message is for (Takeout labels, `X-Mozilla-Status`, Maildir flags, else the
    /// folder's role).
    pub role: Role,
    /// What its octets alone say that it is for.
    pub mark: Option<Role>,
    /// The file that it is; nothing in an mbox.
    pub listed: Option<Listed<'a>>,
    /// Received date as the store keeps it: file time in a Maildir, else the
    /// date of the From_ line. Unix seconds.
    pub received: Option<i64>,
    /// Whether the user flagged it (`F`, `X-Status: F`, Mozilla bit 0x4).
    pub flagged: bool,
    /// Exact bounds, mbox only.
    pub bounds: Option<Bounds>,
    head: &'a [u8],
    backing: Backing<'a>,
}

/// From where the octets behind the head are read.
enum Backing<'a> {
    /// A message file; its head starts behind `lead` octets (a stray From_ line).
    File { file: &'a File, lead: u64 },
    /// Part of a plain mbox.
    Part { file: &'a File, offset: u64 },
    /// A decompressed stream, which is gone: the head is all there is, and the hash was taken on the
    /// way where the message is longer.
    Stream { sha256: Option<[u8; 32]> },
}

/// Octets read at a time when a large message is read again.
const PIECE: usize = 256 << 10;

impl<'a> Stored<'a> {
    /// The first octets: the whole header block and 4 KiB of the body, or the whole message, at least
    /// the first 16 KiB where there are that many. A header block is cut at 1 MiB. A From_ line that
    /// some deliverers leave at the top of a message file is not part of it.
    pub fn head(&self) -> &'a [u8] {
        self.head
    }

    /// The message, at most its first `limit` octets, mboxo/mboxrd quoting of `From ` undone. In a
    /// compressed mbox at most its first 16 MiB.
    pub fn whole(&self, limit: usize) -> io::Result<Cow<'a, [u8]>> {
        let (file, offset, length) = match &self.backing {
            Backing::File { file, lead } => (*file, *lead, self.size.saturating_sub(*lead)),
            Backing::Part { file, offset } => (*file, *offset, self.size),
            Backing::Stream { .. } => {
                return Ok(mbox::unquoted(&self.head[..self.head.len().min(limit)]));
            }
        };
        let wanted = usize::try_from(length).unwrap_or(usize::MAX).min(limit);
        let raw = if wanted <= self.head.len() {
            Cow::Borrowed(&self.head[..wanted])
        } else {
            let mut bytes = vec![0; wanted];
            let got = read_full_at(file, &mut bytes, offset)?;
            bytes.truncate(got);
            Cow::Owned(bytes)
        };
        Ok(match (&self.backing, raw) {
            (Backing::File { .. }, raw) => raw,
            (_, Cow::Borrowed(raw)) => mbox::unquoted(raw),
            (_, Cow::Owned(raw)) => Cow::Owned(mbox::unquoted(&raw).into_owned()),
        })
    }

    /// Hashes the stored octets, however many there are, in bounded memory.
    pub fn fingerprint(&self) -> io::Result<Fingerprint> {
        let (file, offset) = match &self.backing {
            Backing::Stream { sha256: Some(sha256) } => {
                return Ok(Fingerprint { len: self.size, sha256: *sha256 });
            }
            Backing::File { file, lead: 0 } if self.head.len() as u64 != self.size => (*file, 0),
            Backing::File { file, lead: 1.. } => (*file, 0),
            Backing::Part { file, offset } if self.head.len() as u64 != self.size => {
                (*file, *offset)
            }
            _ => return Ok(Fingerprint::of(self.head)),
        };
        let mut hasher = Sha256::new();
        let mut piece = vec![0; PIECE];
        let mut done = 0;
        while done < self.size {
            let wanted = PIECE.min(usize::try_from(self.size - done).unwrap_or(PIECE));
            let got = read_full_at(file, &mut piece[..wanted], offset + done)?;
            if got == 0 {
                break;
            }
            hasher.update(&piece[..got]);
            done += got as u64;
        }
        Ok(Fingerprint { len: done, sha256: hasher.finalize().into() })
    }
}

/// Reads until the buffer is full or the file ends.
fn read_full_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match file.read_at(&mut buffer[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(n) => got += n,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(got)
}

impl Store {
    /// Finds what lies at `path`: a Maildir with its folders, an mbox, message files, or a folder that
    /// holds several of these. Fails where nothing there is mail or the path cannot be read.
    pub fn discover(path: &Path) -> Result<Store, crate::Error> {
        discover::discover(path, None)
    }

    /// [`Store::discover`] that looks into no message file of which it remembers the looks.
    pub fn discover_with(path: &Path, memory: &dyn Memory) -> Result<Store, crate::Error> {
        discover::discover(path, Some(memory))
    }

    /// The mbox files beside `path` whose names say Sent: all that is looked at besides an mbox that
    /// is named alone.
    pub fn siblings_sent(path: &Path) -> Vec<PathBuf> {
        discover::siblings_sent(path)
    }

    /// The locator of a message as reports write it: path below the store, for an mbox
    /// `path#offset+length`. `STORE/locator` is what [`open_message`] takes.
    pub fn locator(&self, folder: usize, place: &Place) -> String {
        match place {
            Place::File(path) => escaped(path.as_os_str().as_bytes()),
            Place::Span { offset, length } => {
                let below = self.folders.get(folder).map_or(Path::new(""), |f| &f.below);
                format!("{}#{offset}+{length}", escaped(below.as_os_str().as_bytes()))
            }
        }
    }
}

impl Folder {
    /// Lists the folder and cuts it into chunks of about `octets` each, in the order of its messages.
    /// Which messages are found does not depend on `octets`.
    pub fn chunks(&self, octets: u64) -> Result<(Vec<Chunk>, Vec<Skipped>), crate::Error> {
        Ok(match self.layout {
            Layout::Maildir => maildir::chunks(self, octets),
            Layout::Mbox => mbox::chunks(self, octets),
            Layout::Files => files::chunks(self, octets),
        })
    }

    /// [`Folder::chunks`] of an mbox from a From_ line on, where any part of it can be read on its own; else
    /// all of them. Tells which.
    pub fn chunks_from(&self, octets: u64, from: u64) -> (Vec<Chunk>, Vec<Skipped>, bool) {
        mbox::chunks_from(self, octets, from)
    }

    /// A sum over octets of an mbox file, to tell whether they are those of an earlier run.
    pub fn sum(&self, range: std::ops::Range<u64>) -> Option<u64> {
        mbox::sum(self, range)
    }

    /// Visits every message of a chunk in order. What cannot be read is returned, never dropped.
    pub fn read(
        &self,
        store: &Store,
        chunk: &Chunk,
        visit: &mut dyn FnMut(&Stored<'_>),
    ) -> Vec<Skipped> {
        let _ = store;
        self.read_until(chunk, &mut |stored| {
            visit(stored);
            ControlFlow::Continue(())
        })
    }

    /// [`Folder::read`] that opens no message file of which `known` says that it need not be opened.
    pub fn read_unknown(
        &self,
        chunk: &Chunk,
        known: &mut dyn FnMut(&Listed<'_>) -> bool,
        visit: &mut dyn FnMut(&Stored<'_>),
    ) -> Vec<Skipped> {
        self.read_where(chunk, &mut Some(known), &mut |stored| {
            visit(stored);
            ControlFlow::Continue(())
        })
    }

    /// [`Folder::read`] that may stop early.
    fn read_until(&self, chunk: &Chunk, visit: &mut Visit<'_>) -> Vec<Skipped> {
        self.read_where(chunk, &mut None, visit)
    }

    fn read_where(
        &self,
        chunk: &Chunk,
        known: &mut Known<'_>,
        visit: &mut Visit<'_>,
    ) -> Vec<Skipped> {
        let mut skipped = Vec::new();
        match &chunk.piece {
            Piece::Files { below, names } => {
                maildir::read(self, below, names, &mut skipped, known, visit);
            }
            Piece::Part { start, end, limit, lengths } => {
                mbox::read_part(self, *start..*end, *limit, *lengths, &mut skipped, visit);
            }
            Piece::Stream => mbox::read_stream(self, &mut skipped, visit),
        }
        skipped
    }
}

type Visit<'v> = dyn FnMut(&Stored<'_>) -> ControlFlow<()> + 'v;
/// Tells which message files need not be opened.
type Known<'k> = Option<&'k mut dyn FnMut(&Listed<'_>) -> bool>;

impl Skipped {
    fn new(path: &Path, why: impl Into<String>) -> Self {
        Skipped { what: escaped(path.as_os_str().as_bytes()), why: why.into() }
    }
}

/// Octets for display: those outside printable UTF-8 (controls and bidirectional marks count as
/// unprintable) and the backslash as `\xHH`. [`open_message`] understands the result.
pub fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for piece in bytes.utf8_chunks() {
        for c in piece.valid().chars() {
            if c == '\\' || unprintable(c) {
                for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                    push_hex(&mut out, byte);
                }
            } else {
                out.push(c);
            }
        }
        for byte in piece.invalid() {
            push_hex(&mut out, *byte);
        }
    }
    out
}

fn push_hex(out: &mut String, byte: u8) {
    use std::fmt::Write;
    let _ = write!(out, "\\x{byte:02X}");
}

/// Controls, and the format characters that hide or reorder what stands around them.
fn unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Undoes [`escaped`].
fn unescaped(shown: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(shown.len());
    let mut rest = shown;
    while let Some((&first, tail)) = rest.split_first() {
        let code = rest
            .strip_prefix(b"\\x")
            .and_then(|h| h.get(..2))
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match code {
            Some(byte) => {
                out.push(byte);
                rest = &rest[4..];
            }
            None => {
                out.push(first);
                rest = tail;
            }
        }
    }
    out
}

coded!(Fingerprint { len, sha256 });
coded!(Role: Received | Sent | Draft | Junk | Trash | Swept);

impl Coded for Place {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Place::File(path) => {
                out.push(0);
                path.write(out);
            }
            Place::Span { offset, length } => {
                out.push(1);
                (*offset, *length).write(out);
            }
        }
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        match u8::read(from)? {
            0 => Ok(Place::File(Coded::read(from)?)),
            1 => Coded::read(from).map(|(offset, length)| Place::Span { offset, length }),
            _ => Err(Broken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unprintable_octets_and_backslash_are_escaped_and_come_back() {
        let name = b"a\\b\n\xff\xc3\xa9\x1b \xe2\x80\xae.eml";
        let shown = escaped(name);
        assert_eq!(shown, "a\\x5Cb\\x0A\\xFF\u{e9}\\x1B \\xE2\\x80\\xAE.eml");
        assert_eq!(unescaped(shown.as_bytes()), name);
    }

    #[test]
    fn fingerprint_is_sha256() {
        let print = Fingerprint::of(b"abc");
        assert_eq!(print.len, 3);
        assert_eq!(print.hex(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    proptest::proptest! {
        #[test]
        fn any_name_comes_back_from_its_escaped_form(name: Vec<u8>) {
            proptest::prop_assert_eq!(unescaped(escaped(&name).as_bytes()), name);
        }
    }
}
