//! Lists the files of a Maildir and reads message files, one open and one read each. No entry is lost
//! for its name; `tmp` is never looked at, links are never followed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat};

use super::{Backing, Chunk, Folder, Known, Layout, Listed, Piece, Place, Skipped, Stored, Visit};
use super::{from_line, open, roles};

/// Octets of the first read.
const HEAD: usize = crate::limits::FILE_HEAD;
/// Octets of the body that the head holds at least.
const BODY: usize = 4 << 10;
/// A header block is cut here.
const HEADERS: usize = crate::limits::FILE_HEADERS;
/// Files of one chunk at most: reading them waits for the disk, so many readers share the work.
const FILES: usize = 1024;
/// Octets of a message where nothing could be measured.
const USUAL: u64 = 8 << 10;

/// The two folders that hold messages. `new` is listed first: a message that moves to `cur` meanwhile
/// is then met twice, not missed.
const PLACES: [&str; 2] = ["new", "cur"];

pub(super) fn chunks(folder: &Folder, octets: u64) -> (Vec<Chunk>, Vec<Skipped>) {
    let mut skipped = Vec::new();
    let [mut new, cur] = PLACES.map(|place| list(&folder.path.join(place), &mut skipped));
    // Gone from `new` and found in `cur`: the same message.
    let unique: HashSet<&[u8]> = if new.is_empty() {
        HashSet::new()
    } else {
        cur.iter().map(|name| unique_part(name.as_bytes())).collect()
    };
    new.retain(|name| {
        !unique.contains(unique_part(name.as_bytes()))
            || std::fs::symlink_metadata(folder.path.join("new").join(name)).is_ok()
    });
    let mut chunks = cut(&folder.path, Path::new("cur"), cur, octets);
    chunks.extend(cut(&folder.path, Path::new("new"), new, octets));
    (chunks, skipped)
}

/// Some files as the system gives them, for a first impression.
pub(super) fn some(folder: &Folder, wanted: usize) -> Vec<Chunk> {
    let names = |place: &str| -> Vec<OsString> {
        let Ok(entries) = std::fs::read_dir(folder.path.join(place)) else { return Vec::new() };
        entries
            .filter_map(Result::ok)
            .filter(|e| e.file_type().is_ok_and(|t| t.is_file()))
            .map(|e| e.file_name())
            .take(wanted)
            .collect()
    };
    PLACES
        .map(|place| Chunk {
            octets: 0,
            piece: Piece::Files { below: PathBuf::from(place), names: names(place) },
        })
        .into()
}

/// Cuts sorted names into chunks of about `octets`, by the size of a few of them.
pub(super) fn cut(path: &Path, below: &Path, names: Vec<OsString>, octets: u64) -> Vec<Chunk> {
    if names.is_empty() {
        return Vec::new();
    }
    let step = names.len().div_ceil(16);
    let sizes: Vec<u64> = names
        .iter()
        .step_by(step)
        .filter_map(|name| std::fs::symlink_metadata(path.join(below).join(name)).ok())
        .map(|meta| meta.len())
        .collect();
    let usual =
        if sizes.is_empty() { USUAL } else { sizes.iter().sum::<u64>() / sizes.len() as u64 };
    let usual = usual.max(1);
    let count = usize::try_from(octets / usual).unwrap_or(FILES).clamp(1, FILES);
    names
        .chunks(count)
        .map(|names| Chunk {
            octets: usual * names.len() as u64,
            piece: Piece::Files { below: below.to_owned(), names: names.to_vec() },
        })
        .collect()
}

/// The regular files of `cur` or `new`, sorted by their octets. A missing folder is empty.
fn list(path: &Path, skipped: &mut Vec<Skipped>) -> Vec<OsString> {
    let entries = match std::fs::read_dir(path) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(e) => {
            skipped.push(Skipped::new(path, e.to_string()));
            return Vec::new();
        }
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                skipped.push(Skipped::new(path, e.to_string()));
                break;
            }
        };
        let name = entry.file_name();
        // Names with a leading dot are no messages (maildir(5) of qmail): .nfs…, .gitkeep, .DS_Store.
        if name.as_bytes().starts_with(b".") {
            continue;
        }
        match entry.file_type() {
            Ok(kind) if kind.is_file() => names.push(name),
            Ok(kind) => skipped.push(Skipped::new(&entry.path(), why_not(kind))),
            // Gone already, or unreadable: found out when it is opened.
            Err(_) => names.push(name),
        }
    }
    names.sort_unstable();
    skipped.sort_unstable();
    names
}

/// Why something that is no regular file is left out.
pub(super) fn why_not(kind: std::fs::FileType) -> &'static str {
    use std::os::unix::fs::FileTypeExt;
    open::not_regular(if kind.is_symlink() {
        rustix::fs::FileType::Symlink
    } else if kind.is_dir() {
        rustix::fs::FileType::Directory
    } else if kind.is_fifo() {
        rustix::fs::FileType::Fifo
    } else if kind.is_socket() {
        rustix::fs::FileType::Socket
    } else if kind.is_block_device() || kind.is_char_device() {
        rustix::fs::FileType::CharacterDevice
    } else {
        rustix::fs::FileType::Unknown
    })
}

/// Where the info part starts: `:2,` or, from systems that forbid the colon, `;2,` and `!2,`.
fn info(name: &[u8]) -> Option<usize> {
    (0..name.len().saturating_sub(2))
        .rev()
        .find(|&at| matches!(name[at], b':' | b';' | b'!') && &name[at + 1..at + 3] == b"2,")
}

/// The part of a name that a flag change leaves alone.
pub(super) fn unique_part(name: &[u8]) -> &[u8] {
    &name[..info(name).unwrap_or(name.len())]
}

/// The part of a name that a move to another folder leaves alone too: `,U=` is Dovecot's number in one folder.
pub(super) fn steady_part(name: &[u8]) -> &[u8] {
    let unique = unique_part(name);
    &unique[..memchr::memmem::find(unique, b",U=").unwrap_or(unique.len())]
}

/// The flags of a name; empty where there is no info part.
pub(super) fn flags(name: &[u8]) -> &[u8] {
    info(name).map_or(&[], |at| &name[at + 3..])
}

/// Octets of a From_ line that some deliverer left at the top of a message file.
pub(super) fn lead(start: &[u8]) -> usize {
    from_line::opening(&start[..start.len().min(from_line::WINDOW)])
        .filter(|line| line.date.is_some())
        .map_or(0, |line| line.len)
}

thread_local! {
    static SPARE: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Visits message files of a Maildir or of a folder of message files.
pub(super) fn read(
    folder: &Folder,
    below: &Path,
    names: &[OsString],
    skipped: &mut Vec<Skipped>,
    known: &mut Known<'_>,
    visit: &mut Visit<'_>,
) {
    let single = folder.layout == Layout::Files && folder.path.is_file();
    let path = match folder.path.parent() {
        Some(parent) if single && parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) if single => parent.to_owned(),
        _ => folder.path.join(below),
    };
    let open_dir = |path: &Path| {
        rustix::fs::openat(CWD, path, open::flags() | OFlags::DIRECTORY, Mode::empty())
    };
    let dir = match open_dir(&path) {
        Ok(dir) => dir,
        Err(e) => {
            let why = io::Error::from(e).to_string();
            return skipped.extend(names.iter().map(|n| Skipped::new(&path.join(n), &*why)));
        }
    };
    let mut buffer = SPARE.take();
    let mut renamed = Renamed { tries: 8, names: HashMap::new() };
    for name in names {
        if let Some(known) = known
            && let Ok(stat) = rustix::fs::statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW)
            && FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
        {
            let place =
                if single { folder.below.clone() } else { folder.below.join(below).join(name) };
            if known(&Listed::new(folder, place, name.as_bytes(), &stat)) {
                continue;
            }
        }
        let mut at = (below.to_owned(), name.clone());
        let mut opened = open::regular_at(&dir, name);
        if matches!(opened, Err((rustix::io::Errno::NOENT, _)))
            && folder.layout == Layout::Maildir
            && let Some(now) = renamed.find(folder, name)
        {
            opened = open::regular(&folder.path.join(&now.0).join(&now.1))
                .map_err(|why| (rustix::io::Errno::NOENT, why));
            at = now;
        }
        let (file, stat) = match opened {
            Ok(opened) => opened,
            Err((_, why)) => {
                skipped.push(Skipped::new(&path.join(name), why));
                continue;
            }
        };
        let place =
            if single { folder.below.clone() } else { folder.below.join(&at.0).join(&at.1) };
        match message(folder, &file, &stat, place, &at.1, &mut buffer, visit) {
            Ok(ControlFlow::Continue(())) => {}
            Ok(ControlFlow::Break(())) => break,
            Err(why) => skipped.push(Skipped::new(&path.join(name), why)),
        }
    }
    SPARE.set(if buffer.len() > HEAD { Vec::new() } else { buffer });
}

fn message(
    folder: &Folder,
    file: &File,
    stat: &Stat,
    place: PathBuf,
    name: &OsStr,
    buffer: &mut Vec<u8>,
    visit: &mut Visit<'_>,
) -> Result<ControlFlow<()>, String> {
    let size = u64::try_from(stat.st_size).unwrap_or(0);
    let start = read_head(file, size, buffer).map_err(|e| e.to_string())?;
    if let Some(why) = foreign(start) {
        return Err(why.into());
    }
    let lead = lead(start);
    let head = &start[lead..];
    let marks = roles::marks(head, false);
    let flags = if folder.layout == Layout::Maildir { flags(name.as_bytes()) } else { &[] };
    // The time of a Maildir file is when it was delivered; that of an exported file says nothing.
    let received = match folder.layout {
        Layout::Maildir => Some(stat.st_mtime),
        _ => from_line::opening(&start[..lead]).and_then(|line| line.date),
    };
    let listed = Listed::new(folder, place.clone(), name.as_bytes(), stat);
    Ok(visit(&Stored {
        place: Place::File(place),
        size,
        role: listed.role(marks.role),
        mark: marks.role,
        listed: Some(listed),
        received,
        flagged: flags.contains(&b'F'),
        bounds: None,
        head,
        backing: Backing::File { file, lead: lead as u64 },
    }))
}

/// What a message file is instead, where its first octets are no text of a message.
pub(super) fn foreign(start: &[u8]) -> Option<&'static str> {
    match start {
        [0xd0, 0xcf, 0x11, 0xe0, ..] => {
            Some("Outlook .msg (OLE compound file), not read: save it as .eml")
        }
        [0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Some("compressed message file (Dovecot's zlib plugin writes such), not read")
        }
        _ => None,
    }
}

/// The header block and some of the body; one read for most messages.
fn read_head<'b>(file: &File, size: u64, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    let mut wanted = HEAD.min(size);
    let mut got = 0;
    loop {
        if buffer.len() < wanted {
            buffer.resize(wanted.max(HEAD), 0);
        }
        let more = super::read_full_at(file, &mut buffer[got..wanted], got as u64)?;
        got += more;
        if got < wanted || got == size {
            break;
        }
        match roles::body_start(&buffer[..got]) {
            Some(body) if body + BODY <= got => break,
            Some(body) => wanted = (body + BODY).min(size),
            None if got >= HEADERS => break,
            None => wanted = (got * 2).min(size).min(HEADERS),
        }
    }
    Ok(&buffer[..got])
}

/// Finds files again that were renamed by a flag change since they were listed.
struct Renamed {
    /// How often the folder may still be listed: somebody may mark everything as read meanwhile.
    tries: u32,
    names: HashMap<Vec<u8>, (PathBuf, OsString)>,
}

impl Renamed {
    fn find(&mut self, folder: &Folder, name: &OsStr) -> Option<(PathBuf, OsString)> {
        let unique = unique_part(name.as_bytes());
        let is_there = |now: &(PathBuf, OsString)| {
            std::fs::symlink_metadata(folder.path.join(&now.0).join(&now.1)).is_ok()
        };
        if let Some(now) = self.names.get(unique).filter(|now| is_there(now)) {
            return Some(now.clone());
        }
        if self.tries == 0 {
            return None;
        }
        self.tries -= 1;
        self.names.clear();
        for place in PLACES {
            for name in list(&folder.path.join(place), &mut Vec::new()) {
                let unique = unique_part(name.as_bytes()).to_vec();
                self.names.insert(unique, (PathBuf::from(place), name));
            }
        }
        self.names.get(unique).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn info_part_is_found_in_all_its_forms() {
        assert_eq!(flags(b"1.2.host:2,FS"), b"FS");
        assert_eq!(flags(b"1.2.host;2,S"), b"S");
        assert_eq!(flags(b"1.2.host!2,T"), b"T");
        assert_eq!(flags(b"1.2.host"), b"");
        assert_eq!(flags(b"2,F"), b"");
        assert_eq!(unique_part(b"1.2.host,S=5:2,FS"), b"1.2.host,S=5");
        assert_eq!(unique_part(b""), b"");
        assert_eq!(unique_part(b"\xff\n:2,"), b"\xff\n");
    }

    #[test]
    fn only_a_real_from_line_leads() {
        assert_eq!(lead(b"From a@example.org Fri Jul  8 12:08:34 2011\nA: b\n"), 44);
        assert_eq!(lead(b"From : a@example.org\nSubject: b\n"), 0);
        assert_eq!(lead(b"Subject: b\n"), 0);
    }
}
