//! How a message leaves a Maildir folder and comes back: descriptors of directories that no link can lead
//! astray, a second look at inode, size, time and hash, and a rename that never replaces.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{AtFlags, FileType, Mode, OFlags, RenameFlags, ResolveFlags, Stat, Timespec};
use rustix::io::Errno;

use super::journal::{Move, Spot};
use super::{PIECE, fingerprint, lock, path_of, profile};
use crate::store::Fingerprint;

pub(super) const DIRECTORY: OFlags =
    OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// What tells one file from another and one state of it from the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) dev: u64,
    pub(super) ino: u64,
    pub(super) size: u64,
    pub(super) mtime: (i64, u32),
    pub(super) links: u64,
}

impl Seen {
    fn of(stat: &Stat) -> Option<Seen> {
        (FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile).then(|| Seen {
            dev: stat.st_dev,
            ino: stat.st_ino,
            size: u64::try_from(stat.st_size).unwrap_or(0),
            mtime: (stat.st_mtime, u32::try_from(stat.st_mtime_nsec).unwrap_or(0)),
            links: u64::from(stat.st_nlink as u32),
        })
    }
}

/// A Maildir with its folders, reached by descriptors from its top only.
pub(super) struct Maildir {
    pub(super) top: OwnedFd,
    /// The top as it was named.
    pub(super) path: PathBuf,
    dirs: BTreeMap<PathBuf, Rc<OwnedFd>>,
    /// Unique parts of the names in a folder.
    taken: BTreeMap<PathBuf, BTreeSet<Vec<u8>>>,
    /// Folders whose names were looked through, so that a thousand messages that a mail program
    /// renamed at once are not looked for by reading it a thousand times.
    listed: BTreeMap<PathBuf, Listed>,
}

/// The names of a folder by their stem, and when it was last changed before they were read.
struct Listed {
    changed: (i64, u32),
    first: Instant,
    /// Read so long after the last change that another one would have another time.
    settled: bool,
    names: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// Longer than a step of the clock that file systems stamp changes with.
const TICK: Duration = Duration::from_millis(50);

impl Maildir {
    pub(super) fn open(top: &Path) -> io::Result<Maildir> {
        let path = top.to_owned();
        let top = rustix::fs::open(top, DIRECTORY, Mode::empty())?;
        let (dirs, taken, listed) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Ok(Maildir { top, path, dirs, taken, listed })
    }

    /// Locks it for this run. Tells who has it where that cannot be.
    pub(super) fn hold(&self) -> Result<(), &'static str> {
        if profile::in_use(&self.path) {
            return Err(profile::RUNNING);
        }
        if !lock::folder(&self.top) {
            return Err("another sweep or undo is working on it");
        }
        Ok(())
    }

    /// A directory below the top. No component may be a link or lead out.
    pub(super) fn dir(&mut self, below: &Path) -> io::Result<Rc<OwnedFd>> {
        if let Some(fd) = self.dirs.get(below) {
            return Ok(Rc::clone(fd));
        }
        let fd = Rc::new(beneath(&self.top, below)?);
        if self.dirs.len() > 64 {
            self.dirs.clear();
        }
        self.dirs.insert(below.to_owned(), Rc::clone(&fd));
        Ok(fd)
    }

    pub(super) fn sub(&mut self, spot: &Spot) -> io::Result<Rc<OwnedFd>> {
        self.dir(&spot.below.join(spot.sub()))
    }

    pub(super) fn device(&mut self, below: &Path) -> io::Result<u64> {
        Ok(rustix::fs::fstat(self.dir(below)?.as_fd())?.st_dev)
    }

    /// Looks at a file without reading it. `None` where there is none, or no regular file.
    pub(super) fn look(&mut self, spot: &Spot) -> io::Result<Option<Seen>> {
        let dir = match self.sub(spot) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        match rustix::fs::statat(&*dir, &*spot.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Seen::of(&stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(e) => Err(e.into()),
        }
    }

    /// Reads a file whole and tells its hash, and what it was while it was read.
    pub(super) fn read(&mut self, spot: &Spot) -> io::Result<(Seen, Fingerprint)> {
        let file = self.file(spot)?;
        let seen = Seen::of(&rustix::fs::fstat(&file)?)
            .ok_or_else(|| io::Error::other("no regular file"))?;
        let print = fingerprint(&file, 0, u64::MAX)?;
        Ok((seen, print))
    }

    fn file(&mut self, spot: &Spot) -> io::Result<File> {
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let dir = self.sub(spot)?;
        Ok(File::from(rustix::fs::openat(&*dir, &*spot.name, flags, Mode::empty())?))
    }

    /// Looks once in `cur` and `new` for the file with the same stem: its flags may have changed, and
    /// mbsync adds `,U=n` to names that it has seen.
    pub(super) fn renamed(&mut self, spot: &Spot) -> io::Result<Option<Spot>> {
        for cur in [true, false] {
            let found = Spot { cur, name: Vec::new(), ..spot.clone() };
            if let Some(name) = self.listed(&found, stem(&spot.name))? {
                return Ok(Some(Spot { name, ..found }));
            }
        }
        Ok(None)
    }

    /// The name in a folder that has this stem. Reads the folder, unless nobody changed it since.
    fn listed(&mut self, spot: &Spot, wanted: &[u8]) -> io::Result<Option<Vec<u8>>> {
        let folder = folder_of(spot);
        let dir = match self.sub(spot) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                self.listed.remove(&folder);
                return Ok(None);
            }
            other => other?,
        };
        let stat = rustix::fs::fstat(&*dir)?;
        let changed = (stat.st_mtime, u32::try_from(stat.st_mtime_nsec).unwrap_or(0));
        let mut first = Instant::now();
        let mut settled = false;
        if let Some(known) = self.listed.get(&folder).filter(|l| l.changed == changed) {
            let found = known.names.get(wanted).cloned();
            if known.settled || (found.is_some() && known.first.elapsed() < TICK) {
                return Ok(found);
            }
            (first, settled) = (known.first, known.first.elapsed() >= TICK);
        }
        let names: BTreeMap<_, _> =
            self.names(spot)?.into_iter().map(|name| (stem(&name).to_owned(), name)).collect();
        let found = names.get(wanted).cloned();
        if self.listed.len() > 7 {
            self.listed.clear();
        }
        self.listed.insert(folder, Listed { changed, first, settled, names });
        Ok(found)
    }

    fn names(&mut self, spot: &Spot) -> io::Result<Vec<Vec<u8>>> {
        let dir = match self.sub(spot) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            other => other?,
        };
        let mut names = Vec::new();
        for entry in rustix::fs::Dir::read_from(&*dir)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if !name.starts_with(b".") {
                names.push(name.to_vec());
            }
        }
        Ok(names)
    }

    /// A name that no message of the folder has, whatever its flags.
    pub(super) fn free(&mut self, below: &Path, name: Vec<u8>) -> io::Result<Vec<u8>> {
        if !self.taken.contains_key(below) {
            let mut all = BTreeSet::new();
            for cur in [true, false] {
                let spot = Spot { below: below.to_owned(), cur, name: Vec::new() };
                all.extend(self.names(&spot)?.iter().map(|n| unique(n).to_vec()));
            }
            self.taken.insert(below.to_owned(), all);
        }
        let Some(taken) = self.taken.get_mut(below) else { return Ok(name) };
        let mut candidate = name.clone();
        let mut count = 0u32;
        while !taken.insert(unique(&candidate).to_vec()) {
            count += 1;
            candidate = suffixed(&name, count);
        }
        Ok(candidate)
    }

    /// The rename itself: fails where something has the new name.
    pub(super) fn rename(&mut self, from: &Spot, to: &Spot) -> io::Result<()> {
        let (source, target) = (self.sub(from)?, self.sub(to)?);
        match rustix::fs::renameat_with(
            &*source,
            &*from.name,
            &*target,
            &*to.name,
            if super::broken("no-noreplace") {
                RenameFlags::empty()
            } else {
                RenameFlags::NOREPLACE
            },
        ) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                by_link(&source, &from.name, &target, &to.name)
            }
            other => Ok(other?),
        }
    }

    /// Removes a name whose file has another one, or a copy that this program made.
    pub(super) fn remove(&mut self, spot: &Spot) -> io::Result<()> {
        let dir = self.sub(spot)?;
        Ok(rustix::fs::unlinkat(&*dir, &*spot.name, AtFlags::empty())?)
    }

    pub(super) fn sync(&mut self, below: &Path) -> io::Result<()> {
        let dir = self.dir(below)?;
        super::durable(&*dir)
    }

    pub(super) fn set_time(&mut self, spot: &Spot, mtime: (i64, u32)) -> io::Result<()> {
        set_time(&self.file(spot)?, mtime)
    }

    /// Copies a message by way of `tmp`, durable and read back before it gets its name.
    pub(super) fn copy(&mut self, m: &Move) -> io::Result<()> {
        let source = self.file(&m.from)?;
        let tmp = self.dir(&m.to.below.join("tmp"))?;
        let flags =
            OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let stat = rustix::fs::fstat(&source)?;
        let mode = Mode::from_raw_mode(stat.st_mode & 0o777);
        let mut copy = File::from(rustix::fs::openat(&*tmp, &*m.to.name, flags, mode)?);
        let result = self.fill(&source, &mut copy, m, &stat);
        if result.is_err() {
            // Nothing of ours stays; should this fail too, the first error says more.
            let _ = rustix::fs::unlinkat(&*tmp, &*m.to.name, AtFlags::empty());
        }
        result
    }

    fn fill(&mut self, source: &File, copy: &mut File, m: &Move, stat: &Stat) -> io::Result<()> {
        let mut buffer = vec![0u8; PIECE];
        let mut at = 0;
        loop {
            let n = super::read_at(source, &mut buffer, at)?;
            if n == 0 {
                break;
            }
            copy.write_all(&buffer[..n])?;
            at += n as u64;
        }
        own(copy.as_fd(), stat)?;
        set_time(copy, m.mtime)?;
        super::durable(&*copy)?;
        if fingerprint(copy, 0, u64::MAX)? != m.fingerprint {
            return Err(io::Error::other("the copy reads back different"));
        }
        let (tmp, target) = (self.dir(&m.to.below.join("tmp"))?, self.sub(&m.to)?);
        let flags = RenameFlags::NOREPLACE;
        match rustix::fs::renameat_with(&*tmp, &*m.to.name, &*target, &*m.to.name, flags) {
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {
                by_link(&tmp, &m.to.name, &target, &m.to.name)
            }
            other => Ok(other?),
        }
    }

    /// Removes what an interrupted copy left in `tmp`.
    pub(super) fn clear_tmp(&mut self, to: &Spot) -> io::Result<()> {
        let dir = match self.dir(&to.below.join("tmp")) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => other?,
        };
        match rustix::fs::unlinkat(&*dir, &*to.name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(e) => Err(e.into()),
        }
    }
}

/// For file systems that cannot rename without replacing: the link fails where something has the name.
/// Where the second half fails, the first one is taken back, so that no message has two names.
pub(super) fn by_link(
    source: &OwnedFd,
    from: &[u8],
    target: &OwnedFd,
    to: &[u8],
) -> io::Result<()> {
    match rustix::fs::linkat(source, from, target, to, AtFlags::empty()) {
        // Over a network the answer may be lost, and the call made once more: then it is there already.
        Err(Errno::EXIST) if is_one(source, from, target, to) => {}
        other => other?,
    }
    let rest = super::durable(target)
        .and_then(|()| Ok(rustix::fs::unlinkat(source, from, AtFlags::empty())?));
    if rest.is_err() {
        // Should this fail too, whoever called finds both names and leaves them to recovery.
        let _ = rustix::fs::unlinkat(target, to, AtFlags::empty());
    }
    rest
}

/// Whether two names are those of one file.
fn is_one(source: &OwnedFd, from: &[u8], target: &OwnedFd, to: &[u8]) -> bool {
    let stat = |dir: &OwnedFd, name: &[u8]| {
        rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW).map(|s| (s.st_dev, s.st_ino)).ok()
    };
    let from = stat(source, from);
    from.is_some() && from == stat(target, to)
}

/// Gives a file the owner of another. Only root can; for anybody else it is theirs already, or the
/// mail program would not see what we make.
pub(super) fn own(fd: rustix::fd::BorrowedFd<'_>, like: &Stat) -> io::Result<()> {
    let now = rustix::fs::fstat(fd)?;
    if (now.st_uid, now.st_gid) == (like.st_uid, like.st_gid) {
        return Ok(());
    }
    let uid = rustix::fs::Uid::from_raw(like.st_uid);
    let gid = rustix::fs::Gid::from_raw(like.st_gid);
    match rustix::fs::fchown(fd, Some(uid), Some(gid)) {
        // A group that we are not in: our own serves us as well.
        Err(Errno::PERM) if now.st_uid == like.st_uid => Ok(()),
        other => Ok(other?),
    }
}

fn set_time(file: &File, mtime: (i64, u32)) -> io::Result<()> {
    let omit = Timespec { tv_sec: 0, tv_nsec: rustix::fs::UTIME_OMIT as _ };
    let times = rustix::fs::Timestamps {
        last_access: omit,
        last_modification: Timespec { tv_sec: mtime.0, tv_nsec: mtime.1.into() },
    };
    Ok(rustix::fs::futimens(file, &times)?)
}

fn beneath(top: &OwnedFd, below: &Path) -> io::Result<OwnedFd> {
    let path = if below.as_os_str().is_empty() { Path::new(".") } else { below };
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    match rustix::fs::openat2(top, path, DIRECTORY, Mode::empty(), resolve) {
        Err(Errno::NOSYS | Errno::PERM) => {}
        other => return Ok(other?),
    }
    // Old kernels and some sandboxes: one component at a time, none of them a link.
    let mut fd = rustix::fs::openat(top, ".", DIRECTORY, Mode::empty())?;
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) => {
                fd = rustix::fs::openat(&fd, name, DIRECTORY, Mode::empty())?;
            }
            _ => return Err(io::Error::other("leads out of the Maildir")),
        }
    }
    Ok(fd)
}

/// The part of a name before its flags.
pub(super) fn unique(name: &[u8]) -> &[u8] {
    for mark in [&b":2,"[..], b";2,", b"!2,"] {
        if let Some(at) = memchr::memmem::rfind(name, mark) {
            return &name[..at];
        }
    }
    name
}

/// The unique part without the fields behind it (`,S=`, `,W=`, `,U=`), which other programs add later.
fn stem(name: &[u8]) -> &[u8] {
    let unique = unique(name);
    match memchr::memchr(b',', unique) {
        Some(at) if at > 0 => &unique[..at],
        _ => unique,
    }
}

/// The flags of a name.
pub(super) fn flags(name: &[u8]) -> &[u8] {
    name.get(unique(name).len() + 3..).unwrap_or(&[])
}

/// What stands between the unique part of a name and its flags.
fn mark(name: &[u8]) -> Option<&[u8]> {
    let at = unique(name).len();
    name.get(at..at + 3)
}

/// The name without `,U=n`, which mbsync keeps per folder and which makes it fail for ever in another.
pub(super) fn without_uid(name: &[u8]) -> Vec<u8> {
    let (base, rest) = name.split_at(unique(name).len());
    let mut out = Vec::with_capacity(name.len());
    for (i, field) in base.split(|b| *b == b',').enumerate() {
        let uid = field.strip_prefix(b"U=").is_some_and(|n| n.iter().all(u8::is_ascii_digit));
        if i > 0 && uid {
            continue;
        }
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(field);
    }
    out.extend_from_slice(rest);
    out
}

/// The name for another folder: without `,U=n` and without keyword letters, which mean something else
/// in each folder.
pub(super) fn name_elsewhere(name: &[u8]) -> Vec<u8> {
    let name = without_uid(name);
    let base = unique(&name).len();
    if base == name.len() {
        return name;
    }
    let head = base + 3;
    let mut out = name[..head].to_vec();
    out.extend(name[head..].iter().filter(|b| !b.is_ascii_lowercase()));
    out
}

/// The name with a number in its unique part, before the fields that Dovecot keeps there.
fn suffixed(name: &[u8], count: u32) -> Vec<u8> {
    let base = unique(name);
    let at = memchr::memchr(b',', base).unwrap_or(base.len());
    let mut out = name[..at].to_vec();
    out.extend_from_slice(format!("_{count}").as_bytes());
    out.extend_from_slice(&name[at..]);
    out
}

/// The name to come back with: the old one, with the flags that the message has now if they changed
/// meanwhile, and the keyword letters it had. Letters that it got meanwhile mean other keywords at home.
pub(super) fn name_back(original: &Spot, given: &Spot, now: &Spot) -> (bool, Vec<u8>) {
    let (old, fresh) = (without_uid(&original.name), name_elsewhere(&now.name));
    if now.cur == given.cur && flags(&fresh) == flags(&name_elsewhere(&given.name)) {
        return (original.cur, old);
    }
    let mut all: Vec<u8> = flags(&fresh).to_vec();
    all.extend(flags(&old).iter().filter(|b| b.is_ascii_lowercase()));
    all.sort_unstable();
    all.dedup();
    let mut name = unique(&old).to_vec();
    if now.cur {
        // Where no colon can stand in a name, another mark does.
        name.extend_from_slice(mark(&fresh).or(mark(&old)).unwrap_or(b":2,"));
        name.extend(all);
    }
    (now.cur, name)
}

/// A spot from the path of a file below the top of its Maildir.
pub(super) fn spot(path: &Path) -> Option<Spot> {
    let name = path.file_name()?.as_bytes().to_vec();
    let folder = path.parent()?;
    let cur = match folder.file_name()?.as_bytes() {
        b"cur" => true,
        b"new" => false,
        _ => return None,
    };
    Some(Spot { below: folder.parent().map(Path::to_owned).unwrap_or_default(), cur, name })
}

/// The folder of a spot's file, to be synced.
pub(super) fn folder_of(spot: &Spot) -> PathBuf {
    spot.below.join(path_of(spot.sub().as_bytes().to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_to_which_mbsync_added_its_number_has_the_same_stem() {
        assert_eq!(stem(b"1.a.host,U=44:2,S"), stem(b"1.a.host:2,"));
        assert_eq!(stem(b"1.a.host,S=9,W=10,U=4"), stem(b"1.a.host,S=9:2,FS"));
        assert_ne!(stem(b"1.a.host:2,S"), stem(b"1.b.host:2,S"));
    }

    #[test]
    fn uid_and_keywords_are_dropped_and_flags_kept() {
        let name = |n: &str| String::from_utf8(name_elsewhere(n.as_bytes())).unwrap();
        assert_eq!(name("1.a.host,S=9,U=44:2,FSab"), "1.a.host,S=9:2,FS");
        assert_eq!(name("1.a.host,U=44"), "1.a.host");
        assert_eq!(name("1.a.host,U=x:2,"), "1.a.host,U=x:2,");
        assert_eq!(name("U=1,W=2:2,T"), "U=1,W=2:2,T");
    }

    #[test]
    fn a_link_whose_answer_was_lost_is_completed_and_a_taken_name_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let dir = rustix::fs::open(folder.path(), DIRECTORY, Mode::empty()).unwrap();
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("a"), "mine").unwrap();
        std::fs::hard_link(at("a"), at("b")).unwrap();
        by_link(&dir, b"a", &dir, b"b").unwrap();
        assert!(!at("a").exists());
        std::fs::write(at("c"), "another").unwrap();
        let taken = by_link(&dir, b"b", &dir, b"c").unwrap_err();
        assert_eq!(taken.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(at("b")).unwrap(), b"mine");
        assert_eq!(std::fs::read(at("c")).unwrap(), b"another");
    }

    #[test]
    fn a_suffix_stands_before_the_fields() {
        assert_eq!(suffixed(b"1.a,S=9:2,S", 2), b"1.a_2,S=9:2,S");
        assert_eq!(suffixed(b"1.a", 1), b"1.a_1");
    }

    #[test]
    fn a_message_comes_back_with_its_name_unless_flags_changed() {
        let s = |cur, n: &str| Spot { below: "".into(), cur, name: n.into() };
        let back = |o: &Spot, g: &Spot, n: &Spot| {
            let (cur, name) = name_back(o, g, n);
            (cur, String::from_utf8(name).unwrap())
        };
        let (original, given) = (s(true, "1.a,U=4:2,Sab"), s(true, "1.a_1:2,S"));
        assert_eq!(back(&original, &given, &given), (true, "1.a:2,Sab".into()));
        assert_eq!(back(&original, &given, &s(true, "1.a_1:2,FS")), (true, "1.a:2,FSab".into()));
        let (original, given) = (s(false, "1.a"), s(false, "1.a"));
        assert_eq!(back(&original, &given, &given), (false, "1.a".into()));
        assert_eq!(back(&original, &given, &s(true, "1.a:2,S")), (true, "1.a:2,S".into()));
        let (original, given) = (s(true, "1.a:2,Sb"), s(true, "1.a:2,S"));
        assert_eq!(back(&original, &given, &s(true, "1.a:2,Sa")), (true, "1.a:2,Sb".into()));
        assert_eq!(back(&original, &given, &s(true, "1.a:2,Tac")), (true, "1.a:2,Tb".into()));
        let (original, given) = (s(true, "1.a;2,S"), s(true, "1.a;2,S"));
        assert_eq!(back(&original, &given, &s(true, "1.a;2,FS")), (true, "1.a;2,FS".into()));
        let (original, given) = (s(false, "1.a"), s(false, "1.a"));
        assert_eq!(back(&original, &given, &s(true, "1.a!2,S")), (true, "1.a!2,S".into()));
    }

    #[test]
    fn no_link_leads_out_of_a_maildir() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("a/cur")).unwrap();
        std::os::unix::fs::symlink(folder.path().join("a"), folder.path().join("link")).unwrap();
        let mut maildir = Maildir::open(folder.path()).unwrap();
        assert!(maildir.dir(Path::new("a/cur")).is_ok());
        assert!(maildir.dir(Path::new("link/cur")).is_err());
        assert!(maildir.dir(Path::new("../x")).is_err());
    }
}
