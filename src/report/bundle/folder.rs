//! The folder of a bundle: new or empty, readable by its owner alone, every file in it written once and
//! hashed on the way. Follows no symbolic link.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use rustix::fd::OwnedFd;
use rustix::fs::{Mode, OFlags};
use sha2::{Digest, Sha256};

use super::hex;

/// The name of the list of hashes.
pub(super) const MANIFEST: &str = "MANIFEST.sha256";

/// An open folder and what was written into it.
pub(super) struct Folder {
    top: OwnedFd,
    /// Names below the top with `/`, in the order of writing, and their SHA-256.
    written: Vec<(String, [u8; 32])>,
}

impl Folder {
    /// Makes the folder, or takes an empty one.
    pub(super) fn create(path: &Path) -> io::Result<Folder> {
        match rustix::fs::mkdir(path, Mode::RWXU) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(error.into()),
        }
        let top = rustix::fs::open(path, directory(), Mode::empty()).map_err(|error| {
            if matches!(error, rustix::io::Errno::NOTDIR | rustix::io::Errno::LOOP) {
                io::Error::other("it is no folder, or a symbolic link, which is not followed")
            } else {
                error.into()
            }
        })?;
        let mut entries = rustix::fs::Dir::read_from(&top)?;
        let own = |name: &[u8]| matches!(name, b"." | b"..");
        if entries.any(|e| !e.is_ok_and(|e| own(e.file_name().to_bytes()))) {
            return Err(io::Error::other("it is not empty; name a new folder"));
        }
        rustix::fs::fchmod(&top, Mode::RWXU)?;
        Ok(Folder { top, written: Vec::new() })
    }

    /// Opens a new file, in the top or in a folder of it, which is made with its first file: an empty one would be
    /// what no list of hashes can speak for.
    pub(super) fn file(&self, name: &str) -> io::Result<Entry> {
        let flags = OFlags::WRONLY
            | OFlags::CREATE
            | OFlags::EXCL
            | OFlags::NOFOLLOW
            | OFlags::NOCTTY
            | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = match name.split_once('/') {
            Some((folder, below)) => {
                match rustix::fs::mkdirat(&self.top, folder, Mode::RWXU) {
                    Ok(()) | Err(rustix::io::Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
                let flags_of = directory();
                let folder = rustix::fs::openat(&self.top, folder, flags_of, Mode::empty())?;
                rustix::fs::openat(&folder, below, flags, mode)?
            }
            None => rustix::fs::openat(&self.top, name, flags, mode)?,
        };
        Ok(Entry {
            name: name.to_owned(),
            file: BufWriter::new(File::from(file)),
            hash: Sha256::new(),
            octets: 0,
        })
    }

    /// Takes a file that is complete into the list.
    pub(super) fn add(&mut self, mut entry: Entry) -> io::Result<[u8; 32]> {
        entry.file.flush()?;
        let hash = entry.hash.finalize().into();
        self.written.push((entry.name, hash));
        Ok(hash)
    }

    /// A whole file at once.
    pub(super) fn write(&mut self, name: &str, octets: &[u8]) -> io::Result<()> {
        let mut entry = self.file(name)?;
        entry.write_all(octets)?;
        self.add(entry).map(|_| ())
    }

    /// Writes the list of hashes and brings everything to the disk. Gives the hash of the list.
    pub(super) fn seal(mut self) -> io::Result<String> {
        let mut list = String::new();
        self.written.sort();
        for (name, hash) in &self.written {
            // Two blanks and no star: `sha256sum -c` reads it, on any system.
            list.push_str(&format!("{}  {name}\n", hex(hash)));
        }
        // What is listed is on the disk before the list is.
        rustix::fs::syncfs(&self.top)?;
        let mut entry = self.file(MANIFEST)?;
        entry.write_all(list.as_bytes())?;
        entry.file.flush()?;
        entry.file.get_ref().sync_all()?;
        rustix::fs::fsync(&self.top)?;
        Ok(hex(&entry.hash.finalize().into()))
    }
}

/// A file while it is being written.
pub(super) struct Entry {
    name: String,
    file: BufWriter<File>,
    hash: Sha256,
    /// Octets so far.
    pub(super) octets: u64,
}

impl Write for Entry {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        let n = self.file.write(octets)?;
        self.hash.update(&octets[..n]);
        self.octets += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// How folders of a bundle are opened.
pub(super) fn directory() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC
}

/// Opens a regular file of a bundle for reading.
pub(super) fn open(top: &OwnedFd, name: &str) -> io::Result<File> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut folder = top.try_clone()?;
    let mut names: Vec<&str> = name.split('/').collect();
    let last = names.pop().unwrap_or_default();
    for name in names {
        if matches!(name, "" | "." | "..") {
            return Err(io::Error::other("the name leads out of the bundle"));
        }
        folder = rustix::fs::openat(&folder, name, directory(), Mode::empty())?;
    }
    if matches!(last, "" | "." | "..") {
        return Err(io::Error::other("the name leads out of the bundle"));
    }
    let file = File::from(rustix::fs::openat(&folder, OsStr::new(last), flags, Mode::empty())?);
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    Ok(file)
}
