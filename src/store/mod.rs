//! Where mail lies: Maildir trees, mbox files and folders of message files. Reads only; the one room
//! that changes mail is `relocation`.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

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
    /// The top of the Maildir this folder belongs to; the folder that holds an mbox or files.
    pub mailbox: PathBuf,
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
        let _ = bytes;
        Fingerprint { len: 0, sha256: [0; 32] }
    }

    /// Lower-case hexadecimal digest.
    pub fn hex(&self) -> String {
        String::new()
    }
}

/// A piece of a folder that can be read on its own, in parallel with others.
#[derive(Debug, Clone)]
pub struct Chunk {
    /// Octets, as a measure for progress.
    pub octets: u64,
    pub(crate) piece: Piece,
}

#[derive(Debug, Clone)]
pub(crate) enum Piece {
    /// Files of a Maildir or a folder of message files, paths below the store's root.
    Files(Vec<PathBuf>),
    /// Part of a plain mbox: messages whose From_ line starts in `[start, end)`.
    Part { start: u64, end: u64 },
    /// A compressed mbox, read as one stream.
    Stream,
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
    /// Whether the user flagged it (`F`, `X-Status: F`, Mozilla bit 0x4).
    pub flagged: bool,
    head: &'a [u8],
}

impl<'a> Stored<'a> {
    /// The first octets: the whole header block and 4 KiB of the body, or the whole message, at least
    /// the first 16 KiB where there are that many.
    pub fn head(&self) -> &'a [u8] {
        self.head
    }

    /// The message, at most its first `limit` octets, mboxo/mboxrd quoting of `From ` undone.
    pub fn whole(&self, limit: usize) -> io::Result<Cow<'a, [u8]>> {
        let _ = limit;
        Ok(Cow::Borrowed(self.head))
    }

    /// Hashes the stored octets, however many there are, in bounded memory.
    pub fn fingerprint(&self) -> io::Result<Fingerprint> {
        Ok(Fingerprint::of(self.head))
    }
}

impl Store {
    /// Finds what lies at `path`: a Maildir with its folders, an mbox, message files, or a folder that
    /// holds several of these. Fails where nothing there is mail or the path cannot be read.
    pub fn discover(path: &Path) -> Result<Store, crate::Error> {
        let _ = path;
        Err(crate::Error::NoMail(String::new()))
    }

    /// Files beside a single mbox that are named as folders of sent mail are.
    pub fn siblings_sent(path: &Path) -> Vec<PathBuf> {
        let _ = path;
        Vec::new()
    }

    /// The locator of a message as reports write it: path below the store, for an mbox
    /// `path#offset+length`.
    pub fn locator(&self, folder: usize, place: &Place) -> String {
        let _ = (folder, place);
        String::new()
    }
}

impl Folder {
    /// Lists the folder and cuts it into chunks of about `octets` each, in the order of its messages.
    pub fn chunks(&self, octets: u64) -> Result<(Vec<Chunk>, Vec<Skipped>), crate::Error> {
        let _ = octets;
        Ok((Vec::new(), Vec::new()))
    }

    /// Visits every message of a chunk in order. What cannot be read is returned, never dropped.
    pub fn read(
        &self,
        store: &Store,
        chunk: &Chunk,
        visit: &mut dyn FnMut(&Stored<'_>),
    ) -> Vec<Skipped> {
        let _ = (store, chunk, visit);
        Vec::new()
    }
}
