//! Where mail lies: Maildir trees, mbox files and folders of message files. Reads only; the one room
//! that changes mail is `relocation`.

mod discover;
mod maildir;
mod mbox;
mod roles;

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use mbox::Bounds;

use crate::Error;

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
    /// Name to show: `INBOX` for the top, else the decoded hierarchy with `/`; escaped.
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
    /// The top of the Maildir this folder belongs to; the folder that holds an mbox or files.
    pub mailbox: PathBuf,
    /// Messages carry marks of their own role: `X-Mozilla-Status`, `X-Gmail-Labels`.
    marked: bool,
    /// Files of a [`Layout::Files`] folder.
    files: Vec<OsString>,
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

impl Fingerprint {
    /// Hashes octets that are in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Fingerprint { len: bytes.len() as u64, sha256: Sha256::digest(bytes).into() }
    }

    /// Hashes a part of a file, in bounded memory.
    fn of_part(file: &File, offset: u64, length: u64) -> io::Result<Self> {
        let mut hasher = Sha256::default();
        let mut buffer = vec![0u8; (256 << 10).min(length as usize)];
        let mut at = 0;
        while at < length {
            let want = buffer.len().min((length - at) as usize);
            match file.read_at(&mut buffer[..want], offset + at) {
                Ok(0) => break,
                Ok(n) => {
                    hasher.update(&buffer[..n]);
                    at += n as u64;
                }
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => return Err(e),
            }
        }
        Ok(Fingerprint { len: at, sha256: hasher.finalize().into() })
    }

    /// Lower-case hexadecimal digest.
    pub fn hex(&self) -> String {
        self.sha256.iter().map(|b| format!("{b:02x}")).collect()
    }
}

/// A piece of a folder that can be read on its own, in parallel with others.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Octets, as a measure for progress.
    pub octets: u64,
    piece: Piece,
}

#[derive(Debug, Clone)]
enum Piece {
    /// Files of one directory: `cur`, `new`, or that of message files.
    Files { dir: PathBuf, below: PathBuf, names: Vec<OsString> },
    /// Part of a plain mbox: messages whose From_ line starts in `[start, end)`.
    Part { start: u64, end: u64, lengths: bool },
    /// A compressed mbox, read as one stream.
    Stream,
}

/// Octets of one message, wherever they are.
enum Data<'a> {
    /// All of them in memory.
    Memory(&'a [u8]),
    /// The first ones in memory, all of them in a file.
    File { file: &'a File, offset: u64, length: u64, head: Cow<'a, [u8]> },
    /// The first ones in memory; the rest went by and was hashed.
    Passed { head: Cow<'a, [u8]>, fingerprint: Fingerprint },
}

/// One stored message while it is being visited.
pub struct Stored<'a> {
    /// Where it lies.
    pub place: Place,
    /// Octets of the whole message.
    pub size: u64,
    /// What this one message is for (Takeout labels, `X-Mozilla-Status`, else the folder's role).
    pub role: Role,
    /// Received date as the store keeps it: file time, or that of the From_ line. Unix seconds.
    pub received: Option<i64>,
    /// Where its From_ line and the next one stand, in an mbox.
    pub bounds: Option<Bounds>,
    data: Data<'a>,
    quoted: bool,
}

impl Stored<'_> {
    /// The first octets: the whole message, or at least its first 16 KiB.
    pub fn head(&self) -> &[u8] {
        match &self.data {
            Data::Memory(octets) => octets,
            Data::File { head, .. } | Data::Passed { head, .. } => head,
        }
    }

    /// The message, at most its first `limit` octets, mboxo/mboxrd quoting of `From ` undone.
    pub fn whole(&self, limit: usize) -> io::Result<Cow<'_, [u8]>> {
        let octets = match &self.data {
            Data::Memory(octets) => Cow::Borrowed(&octets[..octets.len().min(limit)]),
            Data::Passed { head, .. } => Cow::Borrowed(&head[..head.len().min(limit)]),
            Data::File { file, offset, length, .. } => {
                let mut octets = vec![0u8; (*length as usize).min(limit)];
                let mut n = 0;
                while n < octets.len() {
                    match file.read_at(&mut octets[n..], offset + n as u64) {
                        Ok(0) => break,
                        Ok(k) => n += k,
                        Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                        Err(e) => return Err(e),
                    }
                }
                octets.truncate(n);
                Cow::Owned(octets)
            }
        };
        if !self.quoted {
            return Ok(octets);
        }
        Ok(match octets {
            Cow::Borrowed(o) => mbox::unquoted(o),
            Cow::Owned(o) => Cow::Owned(mbox::unquoted(&o).into_owned()),
        })
    }

    /// Hashes the stored octets, however many there are, in bounded memory.
    pub fn fingerprint(&self) -> io::Result<Fingerprint> {
        match &self.data {
            Data::Memory(octets) => Ok(Fingerprint::of(octets)),
            Data::File { file, offset, length, .. } => Fingerprint::of_part(file, *offset, *length),
            Data::Passed { fingerprint, .. } => Ok(*fingerprint),
        }
    }

    /// Whether the user flagged it: `F` in a Maildir name, `X-Status: F`, Mozilla's bit 0x4.
    pub fn flagged(&self) -> bool {
        match &self.place {
            Place::File(path) => {
                let name = path.file_name().unwrap_or_default().as_bytes();
                maildir::flags(name).contains(&b'F')
            }
            Place::Span { .. } => {
                let field = |name| header_value(self.head(), name);
                field(b"x-status").is_some_and(|v| v.contains(&b'F'))
                    || mozilla_bits(self.head()).is_some_and(|bits| bits & 0x4 != 0)
            }
        }
    }
}

/// The raw value of the first field of that lower-case name in the header block, without its folding.
fn header_value<'a>(head: &'a [u8], name: &[u8]) -> Option<Vec<u8>> {
    let mut lines = head.split(|b| *b == b'\n').peekable();
    let wanted = |l: &'a [u8]| {
        (l.len() > name.len()
            && l[..name.len()].eq_ignore_ascii_case(name)
            && l[name.len()] == b':')
            .then(|| l[name.len() + 1..].trim_ascii().to_vec())
    };
    while let Some(l) = lines.next() {
        if l.is_empty() || l == b"\r" {
            return None;
        }
        if let Some(mut value) = wanted(l) {
            while let Some(more) = lines.next_if(|l| l.starts_with(b" ") || l.starts_with(b"\t")) {
                value.push(b' ');
                value.extend_from_slice(more.trim_ascii());
            }
            return Some(value);
        }
    }
    None
}

/// Mozilla's status bits: 0x8 is deleted but still in the file, 0x4 flagged.
fn mozilla_bits(head: &[u8]) -> Option<u32> {
    let value = header_value(head, b"x-mozilla-status")?;
    u32::from_str_radix(std::str::from_utf8(&value).ok()?, 16).ok()
}

/// The role that a message's own marks tell.
fn own_role(head: &[u8], folder: Role) -> Role {
    if mozilla_bits(head).is_some_and(|bits| bits & 0x8 != 0) {
        return Role::Trash;
    }
    if let Some(labels) = header_value(head, b"x-gmail-labels") {
        let labels = crate::message::decode_header(&labels);
        return roles::of_labels(&labels).unwrap_or(folder);
    }
    folder
}

/// Bytes outside printable UTF-8, and the backslash, as `\xHH`; everything else as it is.
pub fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let hidden = c.is_control()
                || c == '\\'
                || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{2028}' | '\u{2029}' | '\u{061c}');
            if hidden {
                let mut buffer = [0u8; 4];
                for b in c.encode_utf8(&mut buffer).bytes() {
                    out.push_str(&format!("\\x{b:02X}"));
                }
            } else {
                out.push(c);
            }
        }
        for b in chunk.invalid() {
            out.push_str(&format!("\\x{b:02X}"));
        }
    }
    out
}

fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_bytes())
}

fn read_error(path: &Path, source: io::Error) -> Error {
    Error::Read { path: shown(path), source }
}

impl Store {
    /// Finds what lies at `path`: a Maildir with its folders, an mbox, message files, or a folder that
    /// holds several of these. Fails where nothing there is mail or the path cannot be read.
    pub fn discover(path: &Path) -> Result<Store, Error> {
        discover::store(path)
    }

    /// Files beside a single mbox that are named as folders of sent mail are.
    pub fn siblings_sent(path: &Path) -> Vec<PathBuf> {
        discover::siblings_sent(path)
    }

    /// The locator of a message as reports write it: path below the store, for an mbox
    /// `path#offset+length`.
    pub fn locator(&self, folder: usize, place: &Place) -> String {
        match place {
            Place::File(path) => shown(path),
            Place::Span { offset, length } => {
                let path = self.folders.get(folder).map(|f| shown(&f.below)).unwrap_or_default();
                format!("{path}#{offset}+{length}")
            }
        }
    }
}

/// Files of one task of a Maildir: enough to keep a reader busy, few enough to share out.
const FILES_PER_CHUNK: usize = 256;

impl Folder {
    /// Lists the folder and cuts it into chunks of about `octets` each, in the order of its messages.
    pub fn chunks(&self, octets: u64) -> Result<(Vec<Chunk>, Vec<Skipped>), Error> {
        let mut skipped = Vec::new();
        let chunks = match (self.layout, self.compression) {
            (Layout::Maildir, _) => {
                let mut chunks = Vec::new();
                for sub in ["cur", "new"] {
                    let dir = self.path.join(sub);
                    match maildir::names(&dir) {
                        Ok((names, left_out)) => {
                            skipped.extend(left_out);
                            chunks.extend(files(&dir, &self.below.join(sub), names));
                        }
                        // git drops empty folders, and so do some copies.
                        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                        Err(e) => return Err(read_error(&dir, e)),
                    }
                }
                chunks
            }
            (Layout::Files, _) => files(&self.path, &self.below, self.files.clone()),
            (Layout::Mbox, Compression::None) => {
                let file = discover::open(&self.path)?;
                let length = file.metadata().map_err(|e| read_error(&self.path, e))?.len();
                let lengths =
                    mbox::has_lengths(&file, length).map_err(|e| read_error(&self.path, e))?;
                let step = if lengths { length.max(1) } else { octets.max(1) };
                (0..length.div_ceil(step))
                    .map(|i| {
                        let (start, end) = (i * step, ((i + 1) * step).min(length));
                        Chunk { octets: end - start, piece: Piece::Part { start, end, lengths } }
                    })
                    .collect()
            }
            (Layout::Mbox, _) => {
                let size =
                    std::fs::metadata(&self.path).map_err(|e| read_error(&self.path, e))?.len();
                vec![Chunk { octets: size, piece: Piece::Stream }]
            }
        };
        Ok((chunks, skipped))
    }

    /// Visits every message of a chunk in order. What cannot be read is returned, never dropped.
    pub fn read(
        &self,
        store: &Store,
        chunk: &Chunk,
        visit: &mut dyn FnMut(&Stored<'_>),
    ) -> Vec<Skipped> {
        let result = match &chunk.piece {
            Piece::Files { dir, below, names } => {
                return self.read_files(store, dir, below, names, visit);
            }
            Piece::Part { start, end, lengths } => self.read_part(*start, *end, *lengths, visit),
            Piece::Stream => self.read_stream(visit),
        };
        match result {
            Ok(()) => Vec::new(),
            Err(e) => vec![Skipped { what: shown(&self.path), why: e.to_string() }],
        }
    }

    fn read_files(
        &self,
        store: &Store,
        dir: &Path,
        below: &Path,
        names: &[OsString],
        visit: &mut dyn FnMut(&Stored<'_>),
    ) -> Vec<Skipped> {
        let skip = |what: &Path, e: io::Error| Skipped { what: shown(what), why: e.to_string() };
        let opened = match maildir::Directory::open(dir) {
            Ok(d) => d,
            Err(e) => return vec![skip(dir, e)],
        };
        let mut skipped = Vec::new();
        let maildir = self.layout == Layout::Maildir;
        for name in names {
            match opened.message(name, maildir) {
                Ok(o) => {
                    // A store that is one message file is named by that file alone.
                    let path = if store.root == dir.join(name) && below.as_os_str().is_empty() {
                        PathBuf::from(name)
                    } else {
                        below.join(&o.name)
                    };
                    let role = if maildir {
                        maildir::role(o.name.as_bytes(), self.role)
                    } else {
                        self.role
                    };
                    let data = if o.size as usize <= o.head.len() {
                        Data::Memory(&o.head)
                    } else {
                        Data::File {
                            file: &o.file,
                            offset: 0,
                            length: o.size,
                            head: Cow::Borrowed(&o.head),
                        }
                    };
                    visit(&Stored {
                        place: Place::File(path),
                        size: o.size,
                        role,
                        received: Some(o.modified),
                        bounds: None,
                        data,
                        quoted: false,
                    });
                }
                Err(e) => skipped.push(skip(&dir.join(name), e)),
            }
        }
        skipped
    }

    fn visit_mbox(&self, found: mbox::Found<'_>, visit: &mut dyn FnMut(&Stored<'_>)) {
        let b = found.bounds;
        let mut stored = Stored {
            place: Place::Span { offset: b.start, length: b.end - b.start },
            size: b.end - b.start,
            role: self.role,
            received: None,
            bounds: Some(b),
            data: found.data,
            quoted: true,
        };
        if self.marked {
            stored.role = own_role(stored.head(), self.role);
        }
        visit(&stored);
    }

    fn read_part(
        &self,
        start: u64,
        end: u64,
        lengths: bool,
        visit: &mut dyn FnMut(&Stored<'_>),
    ) -> io::Result<()> {
        let file = File::open(&self.path)?;
        let length = file.metadata()?.len();
        // The blank line before a separator stands before the part.
        let base = start.saturating_sub(8);
        let job = mbox::Job { base, start, end, lengths, file: Some(&file), length };
        mbox::scan(mbox::Range { file: &file, at: base }, &job, &mut |f| self.visit_mbox(f, visit))
    }

    fn read_stream(&self, visit: &mut dyn FnMut(&Stored<'_>)) -> io::Result<()> {
        let file = File::open(&self.path)?;
        let size = file.metadata()?.len();
        let source = discover::decompressed(file, size, self.compression)?;
        let job = mbox::Job {
            base: 0,
            start: 0,
            end: u64::MAX,
            lengths: false,
            file: None,
            length: u64::MAX,
        };
        mbox::scan(source, &job, &mut |f| self.visit_mbox(f, visit))
    }
}

fn files(dir: &Path, below: &Path, names: Vec<OsString>) -> Vec<Chunk> {
    let sizes = maildir::Directory::open(dir).ok();
    names
        .chunks(FILES_PER_CHUNK)
        .map(|some| Chunk {
            // One size stands for its neighbours: a stat of each costs as much as half of the scan.
            octets: sizes.as_ref().map_or(0, |d| some.first().map_or(0, |n| d.size(n))).max(1)
                * some.len() as u64,
            piece: Piece::Files {
                dir: dir.to_owned(),
                below: below.to_owned(),
                names: some.to_vec(),
            },
        })
        .collect()
}

/// Opens one message by its path, or by `path#offset+length` in an mbox (plain or compressed), as
/// reports write it behind the store's name. Octets as stored.
pub fn open_message(spec: &OsStr) -> Result<Vec<u8>, Error> {
    let path = Path::new(spec);
    if path.is_file() {
        return std::fs::read(path).map_err(|e| read_error(path, e));
    }
    let bytes = spec.as_bytes();
    let malformed = |what: &str| Error::Malformed { path: escaped(bytes), what: what.to_owned() };
    let hash = memchr::memrchr(b'#', bytes);
    let (file, span) = match hash {
        Some(at) => (OsStr::from_bytes(&bytes[..at]), std::str::from_utf8(&bytes[at + 1..]).ok()),
        None => (spec, None),
    };
    let mut file = PathBuf::from(file);
    // A store that is one file has its name once more as the path of its messages.
    if !file.is_file()
        && let (Some(parent), Some(name)) = (file.parent(), file.file_name())
        && parent.file_name() == Some(name)
        && parent.is_file()
    {
        file = parent.to_owned();
    }
    let Some(span) = span else {
        return std::fs::read(&file).map_err(|e| read_error(&file, e));
    };
    let (offset, length) = span
        .split_once('+')
        .and_then(|(o, l)| Some((o.parse::<u64>().ok()?, l.parse::<u64>().ok()?)))
        .ok_or_else(|| malformed("no span; write path#offset+length"))?;
    let mut source = discover::reader(&file)?;
    io::copy(&mut (&mut source).take(offset), &mut io::sink()).map_err(|e| read_error(&file, e))?;
    let mut octets = Vec::new();
    source.take(length).read_to_end(&mut octets).map_err(|e| read_error(&file, e))?;
    if octets.len() as u64 != length {
        return Err(malformed("the file is shorter than that"));
    }
    Ok(octets)
}
