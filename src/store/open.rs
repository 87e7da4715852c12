//! Opens what a name leads to, and only regular files: never follows a link, never waits for a FIFO,
//! never wakes a device. Finds one message again by its locator.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};

use super::{Key, Layout, Listed, Place, Stamp, Store, escaped, unescaped};
use crate::Error;

/// Octets of one message that [`open_message`] gives.
const LIMIT: u64 = crate::limits::EXPLAINED;

pub(super) fn flags() -> OFlags {
    // O_NONBLOCK: opening a FIFO that nobody writes to would wait for ever.
    OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC
}

/// Opens a regular file, or says in words why not.
pub(super) fn regular(path: &Path) -> Result<(File, Stat), String> {
    regular_at(CWD, path.as_os_str()).map_err(|e| e.1)
}

/// [`regular`] below an open folder; with the system's error number.
pub(super) fn regular_at(
    folder: impl rustix::fd::AsFd,
    name: &OsStr,
) -> Result<(File, Stat), (rustix::io::Errno, String)> {
    let fd = match rustix::fs::openat(&folder, name, flags(), Mode::empty()) {
        Ok(fd) => fd,
        Err(e) => {
            let kind = rustix::fs::statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW)
                .map(|s| FileType::from_raw_mode(s.st_mode));
            let why = match kind {
                Ok(kind) if kind != FileType::RegularFile => not_regular(kind).to_owned(),
                _ => io::Error::from(e).to_string(),
            };
            return Err((e, why));
        }
    };
    let stat = rustix::fs::fstat(&fd).map_err(|e| (e, io::Error::from(e).to_string()))?;
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Ok((File::from(fd), stat)),
        kind => Err((rustix::io::Errno::INVAL, not_regular(kind).to_owned())),
    }
}

/// Why something that is no regular file is left out.
pub(super) fn not_regular(kind: FileType) -> &'static str {
    match kind {
        FileType::Symlink => "symbolic link, not followed",
        FileType::Directory => "a folder, not a message",
        FileType::Fifo => "FIFO, not a regular file",
        FileType::Socket => "socket, not a regular file",
        FileType::BlockDevice | FileType::CharacterDevice => "device, not a regular file",
        _ => "not a regular file",
    }
}

/// The octets of one message, mbox quoting undone, at most 64 MiB of them. `spec` is a message file,
/// an mbox with one message, `MBOX#offset+length`, or `STORE/locator` as reports write it, escaped or
/// not.
pub fn open_message(spec: &OsStr) -> Result<Vec<u8>, Error> {
    let plain = OsString::from_vec(unescaped(spec.as_bytes()));
    let mut candidates = vec![spec.to_owned()];
    if plain != spec {
        candidates.push(plain);
    }
    for candidate in &candidates {
        if let Some(path) = existing(Path::new(candidate)) {
            return only_message(&path);
        }
        if let Some((path, offset, length)) = split_span(candidate)
            && let Some(path) = existing(&path)
        {
            return span(&path, offset, length);
        }
    }
    Err(Error::Read {
        path: escaped(spec.as_bytes()),
        source: io::Error::from(io::ErrorKind::NotFound),
    })
}

/// The file that is meant: also where a mail program changed its flags since; a store that is one file has its own name as locator, so that
/// `STORE/locator` names it twice.
fn existing(path: &Path) -> Option<PathBuf> {
    if std::fs::metadata(path).is_ok_and(|m| m.is_file()) {
        return Some(path.to_owned());
    }
    let renamed = super::again::renamed(path).filter(|_| std::fs::symlink_metadata(path).is_err());
    if renamed.is_some() {
        return renamed;
    }
    let store = path.parent()?;
    (store.file_name() == path.file_name() && std::fs::metadata(store).is_ok_and(|m| m.is_file()))
        .then(|| store.to_owned())
}

pub(super) fn split_span(spec: &OsStr) -> Option<(PathBuf, u64, u64)> {
    let bytes = spec.as_bytes();
    let hash = memchr::memrchr(b'#', bytes)?;
    let (offset, length) = std::str::from_utf8(&bytes[hash + 1..]).ok()?.split_once('+')?;
    Some((
        PathBuf::from(OsStr::from_bytes(&bytes[..hash])),
        offset.parse().ok()?,
        length.parse().ok()?,
    ))
}

fn span(path: &Path, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
    let read = |source| Error::Read { path: escaped(path.as_os_str().as_bytes()), source };
    let path = &path.canonicalize().map_err(read)?;
    let (file, _) = regular(path).map_err(|why| read(io::Error::other(why)))?;
    let compression = super::discover::compression(path);
    let mut bytes = vec![0; usize::try_from(length.min(LIMIT)).unwrap_or(0)];
    let got = if compression == super::Compression::None {
        super::read_full_at(&file, &mut bytes, offset).map_err(read)?
    } else {
        use io::Read;
        let mut stream = super::mbox::decompressed(file, compression).map_err(read)?;
        io::copy(&mut stream.by_ref().take(offset), &mut io::sink()).map_err(read)?;
        let mut out = Vec::new();
        stream.take(bytes.len() as u64).read_to_end(&mut out).map_err(read)?;
        bytes[..out.len()].copy_from_slice(&out);
        out.len()
    };
    if got < bytes.len() {
        return Err(Error::Malformed {
            path: escaped(path.as_os_str().as_bytes()),
            what: format!("ends before octet {}", offset.saturating_add(length)),
        });
    }
    Ok(super::mbox::unquoted(&bytes).into_owned())
}

impl Store {
    /// The octets of one message of a folder that was read before. `None` where it is not there any more,
    /// or lies in a compressed mbox, which would have to be read from its start.
    pub(crate) fn message(&self, folder: usize, place: &Place) -> Option<Vec<u8>> {
        let folder = self.folders.get(folder)?;
        match place {
            Place::File(below) => file(&self.root.join(below)).ok(),
            Place::Span { offset, length } => (folder.compression == super::Compression::None)
                .then(|| span(&folder.path, *offset, *length).ok())
                .flatten(),
        }
    }
}

impl Store {
    /// Under what a message of a folder that was read before is remembered for this use, and the marks of its
    /// file: the same as long as its octets are. Opens nothing.
    pub(crate) fn stamp(
        &self,
        folder: usize,
        place: &Place,
        purpose: &str,
    ) -> Option<(Key, Stamp)> {
        let folder = self.folders.get(folder)?;
        let path = match place {
            Place::File(below) => self.root.join(below),
            Place::Span { .. } => folder.path.clone(),
        };
        // As it is opened: what was named may be a link.
        let path = path.canonicalize().ok()?;
        let stat = rustix::fs::lstat(&path).ok()?;
        let name = path.file_name()?;
        let place = match place {
            Place::File(below) => below.clone(),
            Place::Span { offset, length } => {
                let mut spanned = path.clone().into_os_string();
                spanned.push(format!("#{offset}+{length}"));
                spanned.into()
            }
        };
        let listed = Listed::new(folder, place, name.as_bytes(), &stat);
        Some((listed.key(purpose), listed.stamp))
    }
}

fn only_message(path: &Path) -> Result<Vec<u8>, Error> {
    // Any file is looked at when it is named: a message may lack everything that shows it is one.
    let store = match Store::discover(path) {
        Ok(store) if store.folders.iter().any(|f| f.layout == Layout::Mbox) => store,
        _ => return file(path),
    };
    let mut found = None;
    let mut count = 0u32;
    for folder in &store.folders {
        for chunk in folder.chunks(u64::MAX)?.0 {
            folder.read_until(&chunk, &mut |stored| {
                count += 1;
                if count == 1 {
                    let limit = usize::try_from(LIMIT).unwrap_or(usize::MAX);
                    found = Some(stored.whole(limit).map(std::borrow::Cow::into_owned));
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            });
        }
    }
    let shown = escaped(path.as_os_str().as_bytes());
    match (found, count) {
        (Some(bytes), 1) => bytes.map_err(|source| Error::Read { path: shown, source }),
        (None, _) => Err(Error::NoMail(shown)),
        _ => Err(Error::Malformed {
            path: shown,
            what: "holds several messages: name one as FILE#offset+length (column locator)".into(),
        }),
    }
}

fn file(path: &Path) -> Result<Vec<u8>, Error> {
    let read = |source| Error::Read { path: escaped(path.as_os_str().as_bytes()), source };
    let target = path.canonicalize().map_err(read)?;
    let (file, stat) = regular(&target).map_err(|why| read(io::Error::other(why)))?;
    let size = u64::try_from(stat.st_size).unwrap_or(0).min(LIMIT);
    let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
    let got = super::read_full_at(&file, &mut bytes, 0).map_err(read)?;
    bytes.truncate(got);
    let lead = super::maildir::lead(&bytes);
    bytes.drain(..lead);
    Ok(bytes)
}
