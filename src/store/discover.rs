//! Finds stores below a path and tells the role of each folder, and why. What is no mail is passed
//! over; what should be mail and cannot be read is listed.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::{
    Compression, Folder, Layout, Role, Skipped, Store, maildir, mbox, read_error, roles, shown,
};
use crate::Error;

/// Octets by which a file is told.
const SNIFF: usize = 16 << 10;

/// Nesting of folders that is followed.
const DEPTH: usize = 32;

/// A decompressed stream may be this many times as long as its file; mail is never packed more densely.
const RATIO: u64 = 250;

/// Decompressed octets that are always allowed.
const ALWAYS: u64 = 256 << 20;

/// Messages by which a folder is told by its content.
const ENOUGH: usize = 20;

/// Messages looked at for that.
const SAMPLE: usize = 200;

pub(super) fn open(path: &Path) -> Result<File, Error> {
    File::open(path).map_err(|e| read_error(path, e))
}

/// Fails once a stream is longer than mail can be packed.
struct Capped<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Capped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return Err(io::Error::other(format!(
                "decompresses to more than {RATIO} times its size; the rest is not read"
            )));
        }
        let most = buffer.len().min(self.left as usize);
        let n = self.inner.read(&mut buffer[..most])?;
        self.left -= n as u64;
        Ok(n)
    }
}

pub(super) fn decompressed(
    file: File,
    size: u64,
    compression: Compression,
) -> io::Result<Box<dyn Read>> {
    let left = ALWAYS.max(size.saturating_mul(RATIO));
    Ok(match compression {
        Compression::None => Box::new(file),
        Compression::Gzip => Box::new(Capped {
            inner: flate2::read::MultiGzDecoder::new(io::BufReader::new(file)),
            left,
        }),
        Compression::Zstd => {
            Box::new(Capped { inner: zstd::stream::read::Decoder::new(file)?, left })
        }
    })
}

/// Reads a file, decompressed if it is compressed.
pub(super) fn reader(path: &Path) -> Result<Box<dyn Read>, Error> {
    let (_, compression) = head(path).map_err(|e| read_error(path, e))?;
    let file = open(path)?;
    let size = file.metadata().map_err(|e| read_error(path, e))?.len();
    decompressed(file, size, compression).map_err(|e| read_error(path, e))
}

/// The first octets of a file, decompressed.
fn head(path: &Path) -> io::Result<(Vec<u8>, Compression)> {
    let mut octets = Vec::new();
    File::open(path)?.take(SNIFF as u64).read_to_end(&mut octets)?;
    let compression = match octets.as_slice() {
        [0x1f, 0x8b, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Compression::Zstd,
        _ => return Ok((octets, Compression::None)),
    };
    let mut inner = Vec::new();
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    // What is cut is still told by its beginning.
    let mut source = decompressed(file, size, compression)?.take(SNIFF as u64);
    let mut buffer = [0u8; 4096];
    while let Ok(n @ 1..) = source.read(&mut buffer) {
        inner.extend_from_slice(&buffer[..n]);
    }
    Ok((inner, compression))
}

/// What a file is.
enum Told {
    Mbox(Compression),
    Message,
    /// An old Outlook message file, which is no RFC 5322 text.
    Compound,
    NoMail,
}

/// Endings of message files.
fn has_mail_ending(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    matches!(ending.as_deref(), Some("eml" | "msg" | "mail" | "email" | "emlx" | "rfc822"))
}

fn has_mbox_ending(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    matches!(ending.as_deref(), Some("mbox" | "mbx"))
}

/// Whether octets begin with the header block of a message: three fields and one that only mail has.
fn is_message(octets: &[u8]) -> bool {
    let mut fields = 0;
    let mut telling = false;
    for l in octets.split(|b| *b == b'\n').take(60) {
        if l.is_empty() || l == b"\r" {
            break;
        }
        if l.starts_with(b" ") || l.starts_with(b"\t") {
            continue;
        }
        if !mbox::is_field(l) {
            return false;
        }
        fields += 1;
        let lower = l[..l.len().min(20)].to_ascii_lowercase();
        telling |= [
            &b"received:"[..],
            b"return-path:",
            b"message-id:",
            b"from:",
            b"delivered-to:",
            b"mime-version:",
        ]
        .iter()
        .any(|n| lower.starts_with(n));
    }
    fields >= 3 && telling
}

fn tell(path: &Path) -> io::Result<Told> {
    let (octets, compression) = head(path)?;
    if mbox::is_mbox(&octets) {
        return Ok(Told::Mbox(compression));
    }
    if octets.is_empty() && compression == Compression::None {
        return Ok(if has_mail_ending(path) {
            Told::Message
        } else if has_mbox_ending(path) || path.with_extension("msf").is_file() {
            Told::Mbox(compression)
        } else {
            Told::NoMail
        });
    }
    if octets.starts_with(b"\xd0\xcf\x11\xe0") {
        return Ok(Told::Compound);
    }
    if compression != Compression::None {
        return Ok(Told::NoMail);
    }
    Ok(if has_mail_ending(path) || is_message(&octets) { Told::Message } else { Told::NoMail })
}

/// What is collected on the walk below one path.
struct Walk {
    root: PathBuf,
    folders: Vec<Folder>,
    skipped: Vec<Skipped>,
}

pub(super) fn store(path: &Path) -> Result<Store, Error> {
    let metadata = std::fs::metadata(path).map_err(|e| read_error(path, e))?;
    let mut walk = Walk { root: path.to_owned(), folders: Vec::new(), skipped: Vec::new() };
    if metadata.is_file() {
        walk.file(path)?;
    } else if metadata.is_dir() {
        if std::fs::read_dir(path).is_err() {
            std::fs::read_dir(path).map_err(|e| read_error(path, e))?;
        }
        walk.folder(path, &[], 0);
        walk.told_by_content();
    } else {
        return Err(Error::NoMail(shown(path)));
    }
    if walk.folders.is_empty() {
        return Err(Error::NoMail(shown(path)));
    }
    Ok(Store {
        name: shown(path),
        root: path.to_owned(),
        folders: walk.folders,
        skipped: walk.skipped,
    })
}

pub(super) fn siblings_sent(path: &Path) -> Vec<PathBuf> {
    let Some(parent) = path.parent() else { return Vec::new() };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let Ok((names, _)) = maildir::names(parent) else { return Vec::new() };
    names
        .iter()
        .map(|n| parent.join(n))
        .filter(|p| Some(p.as_path()) != Some(path) && p.file_name() != path.file_name())
        .filter(|p| role_of(&hierarchy_of(p)).is_some_and(|(role, _)| role == Role::Sent))
        .filter(|p| matches!(tell(p), Ok(Told::Mbox(_))))
        .collect()
}

fn hierarchy_of(path: &Path) -> Vec<String> {
    vec![path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()]
}

fn role_of(names: &[String]) -> Option<(Role, String)> {
    roles::of_hierarchy(names)
}

/// Role and reason by names alone.
fn named(names: &[String]) -> (Role, String) {
    match role_of(names) {
        Some((role, name)) => (role, format!("the name \"{}\"", super::escaped(name.as_bytes()))),
        None => (Role::Received, "no name of another use".to_owned()),
    }
}

/// A folder name without the endings of programs, to show.
fn plain(name: &str) -> String {
    name.strip_suffix(".sbd").unwrap_or(name).to_owned()
}

fn join(names: &[String]) -> String {
    if names.is_empty() { "INBOX".to_owned() } else { super::escaped(names.join("/").as_bytes()) }
}

fn is_maildir(dir: &Path) -> bool {
    dir.join("cur").is_dir()
}

impl Walk {
    fn skip(&mut self, path: &Path, why: impl ToString) {
        self.skipped.push(Skipped { what: shown(path), why: why.to_string() });
    }

    fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).map(Path::to_owned).unwrap_or_default()
    }

    /// A store that is one file.
    fn file(&mut self, path: &Path) -> Result<(), Error> {
        let name = path.file_name().map(OsString::from).unwrap_or_default();
        let mailbox = path.parent().map(Path::to_owned).unwrap_or_default();
        let (role, why) = named(&hierarchy_of(path));
        let base = Folder {
            name: "INBOX".to_owned(),
            path: path.to_owned(),
            below: PathBuf::from(&name),
            layout: Layout::Mbox,
            compression: Compression::None,
            role,
            why,
            mailbox: mailbox.clone(),
            marked: false,
            files: Vec::new(),
        };
        match tell(path).map_err(|e| read_error(path, e))? {
            Told::Mbox(compression) => {
                let marked = is_marked(path);
                self.folders.push(Folder { compression, marked, ..base });
            }
            Told::Message => self.folders.push(Folder {
                path: mailbox,
                below: PathBuf::new(),
                layout: Layout::Files,
                role: Role::Received,
                why: "a single message".to_owned(),
                files: vec![name],
                ..base
            }),
            // An empty file that is named on purpose is an empty mbox.
            Told::NoMail if path.metadata().is_ok_and(|m| m.len() == 0) => self.folders.push(base),
            Told::Compound | Told::NoMail => return Err(Error::NoMail(shown(path))),
        }
        Ok(())
    }

    /// A folder: a Maildir with its own folders, or one that is walked.
    fn folder(&mut self, dir: &Path, names: &[String], depth: usize) {
        if depth > DEPTH {
            return self.skip(dir, "nested too deep; not looked into");
        }
        if is_maildir(dir) {
            return self.maildir(dir, dir, names, depth);
        }
        let entries = match sorted(dir) {
            Ok(entries) => entries,
            Err(e) => return self.skip(dir, e),
        };
        let mut messages = Vec::new();
        for (name, kind) in entries {
            let path = dir.join(&name);
            let text = roles::utf7(&name.to_string_lossy());
            let mut below = names.to_vec();
            below.push(plain(&text));
            if kind.is_dir() {
                // Apple Mail keeps `Name.mbox/mbox`.
                self.folder(&path, &below, depth + 1);
            } else if kind.is_file() {
                match tell(&path) {
                    Ok(Told::Mbox(compression)) => {
                        let inner =
                            text == "mbox" && names.last().is_some_and(|n| n.ends_with(".mbox"));
                        let shown_names = if inner { names.to_vec() } else { below };
                        let (role, why) = named(&shown_names);
                        let marked = is_marked(&path);
                        self.folders.push(Folder {
                            name: join(&shown_names),
                            below: self.below(&path),
                            path,
                            layout: Layout::Mbox,
                            compression,
                            role,
                            why,
                            mailbox: dir.to_owned(),
                            marked,
                            files: Vec::new(),
                        });
                    }
                    Ok(Told::Message) => messages.push(name),
                    Ok(Told::Compound) => {
                        self.skip(&path, "an Outlook message file, not RFC 5322 text")
                    }
                    Ok(Told::NoMail) => {}
                    Err(e) => self.skip(&path, e),
                }
            }
        }
        if !messages.is_empty() {
            let (role, why) = named(names);
            self.folders.push(Folder {
                name: join(names),
                path: dir.to_owned(),
                below: self.below(dir),
                layout: Layout::Files,
                compression: Compression::None,
                role,
                why,
                mailbox: dir.to_owned(),
                marked: false,
                files: messages,
            });
        }
    }

    /// A Maildir, its Maildir++ folders (`.A.B`) and those of `LAYOUT=fs` (`A/B`).
    fn maildir(&mut self, dir: &Path, top: &Path, names: &[String], depth: usize) {
        let (role, why) = named(names);
        self.folders.push(Folder {
            name: join(names),
            path: dir.to_owned(),
            below: self.below(dir),
            layout: Layout::Maildir,
            compression: Compression::None,
            role,
            why,
            mailbox: top.to_owned(),
            marked: false,
            files: Vec::new(),
        });
        if depth > DEPTH {
            return;
        }
        let entries = match sorted(dir) {
            Ok(entries) => entries,
            Err(e) => return self.skip(dir, e),
        };
        for (name, kind) in entries {
            let path = dir.join(&name);
            let bytes = name.as_bytes();
            if !kind.is_dir() || matches!(bytes, b"cur" | b"new" | b"tmp") {
                continue;
            }
            let text = name.to_string_lossy();
            let mut below = names.to_vec();
            match text.strip_prefix('.') {
                // Maildir++ lies flat below the top.
                Some(flat) if dir == top => below.extend(flat.split('.').map(roles::utf7)),
                _ => below.push(roles::utf7(&text)),
            }
            if is_maildir(&path) {
                self.maildir(&path, top, &below, depth + 1);
            } else if !bytes.starts_with(b".") && holds_maildirs(&path, 3) {
                self.nested(&path, top, &below, depth + 1);
            }
        }
    }

    /// A folder of `LAYOUT=fs` that holds folders and no messages.
    fn nested(&mut self, dir: &Path, top: &Path, names: &[String], depth: usize) {
        let Ok(entries) = sorted(dir) else { return };
        for (name, kind) in entries {
            let path = dir.join(&name);
            if !kind.is_dir() || depth > DEPTH {
                continue;
            }
            let mut below = names.to_vec();
            below.push(roles::utf7(&name.to_string_lossy()));
            if is_maildir(&path) {
                self.maildir(&path, top, &below, depth + 1);
            } else {
                self.nested(&path, top, &below, depth + 1);
            }
        }
    }

    /// Folders without a telling name that hold sent mail by their content; only where there are
    /// several to choose from, and never the one that mail is delivered to.
    fn told_by_content(&mut self) {
        if self.folders.iter().any(|f| f.role == Role::Sent) || self.folders.len() < 2 {
            return;
        }
        let store = Store {
            name: String::new(),
            root: self.root.clone(),
            folders: Vec::new(),
            skipped: Vec::new(),
        };
        for folder in &mut self.folders {
            if folder.role != Role::Received
                || folder.layout == Layout::Files
                || folder.name == "INBOX"
            {
                continue;
            }
            if let Some(why) = sent_by_content(&store, folder) {
                folder.role = Role::Sent;
                folder.why = why;
            }
        }
    }
}

fn holds_maildirs(dir: &Path, depth: usize) -> bool {
    depth > 0
        && sorted(dir).is_ok_and(|entries| {
            entries.iter().any(|(name, kind)| {
                let path = dir.join(name);
                kind.is_dir() && (is_maildir(&path) || holds_maildirs(&path, depth - 1))
            })
        })
}

/// Entries of a folder, sorted by octets; links are not followed.
fn sorted(dir: &Path) -> io::Result<Vec<(OsString, std::fs::FileType)>> {
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        entries.push((entry.file_name(), entry.file_type()?));
    }
    entries.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(entries)
}

/// Whether messages of an mbox carry marks of their own role, told by its beginning.
fn is_marked(path: &Path) -> bool {
    head(path).is_ok_and(|(octets, _)| {
        let lower = octets.to_ascii_lowercase();
        [&b"\nx-mozilla-status:"[..], b"\nx-gmail-labels:"]
            .iter()
            .any(|mark| memchr::memmem::find(&lower, mark).is_some())
    })
}

/// Why a folder holds sent mail, told by its first messages: none was received over a host, none is an
/// automatic answer, and nearly all are From one address.
fn sent_by_content(store: &Store, folder: &Folder) -> Option<String> {
    let (chunks, _) = folder.chunks(1 << 20).ok()?;
    let mut seen = 0usize;
    let mut received = 0usize;
    let mut automatic = 0usize;
    let mut from: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    for chunk in chunks.iter().take(4) {
        if seen >= SAMPLE {
            break;
        }
        folder.read(store, chunk, &mut |stored| {
            if seen >= SAMPLE {
                return;
            }
            seen += 1;
            let head = stored.head();
            received += usize::from(super::header_value(head, b"received").is_some());
            let answer = [&b"auto-submitted"[..], b"x-failed-recipients"]
                .iter()
                .any(|n| super::header_value(head, n).is_some())
                || super::header_value(head, b"return-path").is_some_and(|v| v == b"<>");
            automatic += usize::from(answer);
            if let Some(value) = super::header_value(head, b"from") {
                let address = value.split(|b| b" <>\"".contains(b)).find(|w| w.contains(&b'@'));
                *from.entry(address.unwrap_or(b"").to_ascii_lowercase()).or_default() += 1;
            }
        });
    }
    let (address, most) = from.iter().max_by_key(|(_, n)| **n)?;
    (seen >= ENOUGH
        && received * 50 <= seen
        && automatic == 0
        && *most * 10 >= seen * 8
        && !address.is_empty())
    .then(|| {
        format!(
            "by content: {} % of {seen} messages are From {}, none came over a host",
            most * 100 / seen,
            super::escaped(address)
        )
    })
}
