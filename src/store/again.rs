//! Reads single messages again where findings say they lie: their stored octets, nothing undone. Below the
//! store it follows no link and opens only regular files.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Mode, OFlags};

use super::maildir::{lead, unique_part};
use super::open::{regular, regular_at, split_span};
use super::{Compression, escaped, mbox};
use crate::Error;

/// Reads one message after the other. Messages of a compressed mbox cost one pass where they are asked for
/// in the order of the file.
#[derive(Default)]
pub struct Again {
    stream: Option<Stream>,
    /// Of the Maildir in which a message was last looked for by its unique part.
    listing: Option<Listing>,
}

/// A compressed mbox that is being read.
struct Stream {
    path: PathBuf,
    at: u64,
    octets: Box<dyn Read>,
}

impl Again {
    /// The stored octets of the message at `locator` in `store`, both as they are, not escaped. More than
    /// `most` octets are an error, and so is whatever is no regular file. A Maildir message is found by the
    /// unique part of its name where its flags have changed. Whether it is the same message, its hash tells.
    pub fn read(&mut self, store: &Path, locator: &OsStr, most: u64) -> Result<Vec<u8>, Error> {
        let failed = |why: io::Error| {
            let whole = store.join(locator);
            Error::Read { path: escaped(whole.as_os_str().as_bytes()), source: why }
        };
        self.octets(store, locator, most).map_err(failed)
    }

    fn octets(&mut self, store: &Path, locator: &OsStr, most: u64) -> io::Result<Vec<u8>> {
        // The store itself is what the user named: links on the way to it are theirs.
        let store = store.canonicalize()?;
        if store.is_file() {
            let span = split_span(locator).map(|(_, offset, length)| (offset, length));
            let (file, _) = regular(&store).map_err(io::Error::other)?;
            return self.span(&store, file, span, most);
        }
        let top = rustix::fs::open(&store, directory(), Mode::empty())?;
        match below(&top, Path::new(locator)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
            Ok(file) => return self.span(&store.join(locator), file, None, most),
        }
        if let Some((path, offset, length)) = split_span(locator) {
            let file = below(&top, &path)?;
            return self.span(&store.join(path), file, Some((offset, length)), most);
        }
        let path = self.renamed(&store, Path::new(locator)).ok_or(io::ErrorKind::NotFound)?;
        let file = below(&top, &path)?;
        self.span(&store.join(path), file, None, most)
    }

    /// The mbox in which a message lies, with its path below the store (nothing where the store is that file).
    pub fn mbox(store: &Path, locator: &OsStr) -> io::Result<Option<(PathBuf, File)>> {
        let store = store.canonicalize()?;
        if store.is_file() {
            return Ok(Some((PathBuf::new(), regular(&store).map_err(io::Error::other)?.0)));
        }
        let top = rustix::fs::open(&store, directory(), Mode::empty())?;
        match (below(&top, Path::new(locator)), split_span(locator)) {
            (Err(error), Some((path, ..))) if error.kind() == io::ErrorKind::NotFound => {
                let file = below(&top, &path)?;
                Ok(Some((path, file)))
            }
            _ => Ok(None),
        }
    }

    /// Where the message lies below the store since its flags changed.
    fn renamed(&mut self, store: &Path, locator: &Path) -> Option<PathBuf> {
        let (maildir, unique) = in_maildir(locator)?;
        let whole = store.join(maildir);
        let listing = match self.listing.take().filter(|l| l.maildir == whole) {
            Some(listing) => listing,
            None => Listing::of(&whole),
        };
        self.listing.insert(listing).names.get(unique).map(|below| maildir.join(below))
    }

    fn span(
        &mut self,
        path: &Path,
        file: File,
        span: Option<(u64, u64)>,
        most: u64,
    ) -> io::Result<Vec<u8>> {
        let length = match span {
            Some((_, length)) => length,
            None => file.metadata()?.len(),
        };
        if length > most {
            return Err(io::Error::other(format!("longer than {most} octets")));
        }
        let mut start = [0; 4];
        let got = super::read_full_at(&file, &mut start, 0)?;
        let how = super::files::compression(&start[..got]);
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        match (span, how) {
            (Some((offset, _)), Compression::None) => {
                if super::read_full_at(&file, &mut bytes, offset)? < bytes.len() {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            (Some((offset, _)), how) => {
                let stream = self.stream(path, file, how, offset)?;
                stream.octets.read_exact(&mut bytes)?;
                stream.at = offset + length;
            }
            (None, _) => {
                let got = super::read_full_at(&file, &mut bytes, 0)?;
                bytes.truncate(got);
                let lead = lead(&bytes);
                bytes.drain(..lead);
            }
        }
        Ok(bytes)
    }

    /// The decompressed stream of that file from `offset` on.
    fn stream(
        &mut self,
        path: &Path,
        file: File,
        how: Compression,
        offset: u64,
    ) -> io::Result<&mut Stream> {
        let mut stream = match self.stream.take() {
            Some(stream) if stream.path == path && stream.at <= offset => stream,
            _ => Stream { path: path.to_owned(), at: 0, octets: mbox::decompressed(file, how)? },
        };
        let skip = offset - stream.at;
        let skipped = io::copy(&mut stream.octets.by_ref().take(skip), &mut io::sink())?;
        if skipped < skip {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        stream.at = offset;
        Ok(self.stream.insert(stream))
    }
}

fn directory() -> OFlags {
    OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC
}

/// Opens the folder that holds `path`, step by step, and gives the last name.
fn walk(top: &OwnedFd, path: &Path) -> io::Result<(OwnedFd, OsString)> {
    let mut names = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(name) => names.push(name),
            _ => return Err(io::Error::other("the locator leads out of its store")),
        }
    }
    let Some(last) = names.pop() else {
        return Err(io::Error::other("the locator names no message"));
    };
    let mut folder = top.try_clone()?;
    for name in names {
        folder = rustix::fs::openat(&folder, name, directory() | OFlags::NOFOLLOW, Mode::empty())?;
    }
    Ok((folder, last.to_owned()))
}

fn below(top: &OwnedFd, path: &Path) -> io::Result<File> {
    let (folder, name) = walk(top, path)?;
    match regular_at(folder.as_fd(), &name) {
        Ok((file, _)) => Ok(file),
        Err((rustix::io::Errno::NOENT, _)) => Err(io::ErrorKind::NotFound.into()),
        Err((_, why)) => Err(io::Error::other(why)),
    }
}

/// Where the messages of one Maildir lie now, by the part of their names that a flag change leaves alone.
struct Listing {
    maildir: PathBuf,
    names: HashMap<Vec<u8>, PathBuf>,
}

impl Listing {
    fn of(maildir: &Path) -> Listing {
        let mut names = HashMap::new();
        for side in ["cur", "new"] {
            let Ok(entries) = std::fs::read_dir(maildir.join(side)) else { continue };
            for name in entries.flatten().map(|entry| entry.file_name()) {
                let unique = unique_part(name.as_bytes()).to_vec();
                names.entry(unique).or_insert_with(|| Path::new(side).join(&name));
            }
        }
        Listing { maildir: maildir.to_owned(), names }
    }
}

/// The Maildir of a message and the lasting part of its name; nothing for what lies elsewhere.
fn in_maildir(path: &Path) -> Option<(&Path, &[u8])> {
    let folder = path.parent()?;
    let side = folder.file_name()?.to_str()?;
    let unique = unique_part(path.file_name()?.as_bytes());
    matches!(side, "cur" | "new").then_some((folder.parent()?, unique))
}

/// The message of a Maildir whose flags changed, or which was seen and so went from `new` to `cur`.
pub(super) fn renamed(path: &Path) -> Option<PathBuf> {
    let (maildir, unique) = in_maildir(path)?;
    Listing::of(maildir).names.remove(unique).map(|below| maildir.join(below))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write;
    use std::os::unix::fs::symlink;

    fn read(again: &mut Again, store: &Path, locator: &str) -> Result<Vec<u8>, String> {
        again.read(store, OsStr::new(locator), 1 << 20).map_err(|e| e.to_string())
    }

    fn mbox() -> Vec<u8> {
        b"From x\nSubject: one\n\n>From here\n\nFrom y\nSubject: two\n\nbody\n".to_vec()
    }

    #[test]
    fn the_octets_of_an_mbox_come_as_they_are_stored() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in.mbox");
        fs::write(&path, mbox()).unwrap();
        let mut again = Again::default();
        let expected = Ok(b"Subject: one\n\n>From here\n".to_vec());
        assert_eq!(read(&mut again, folder.path(), "in.mbox#7+25"), expected);
        assert_eq!(read(&mut again, &path, "in.mbox#7+25"), expected);
        assert!(read(&mut again, &path, "in.mbox#7+250").is_err());
    }

    #[test]
    fn a_compressed_mbox_is_read_in_any_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("in.mbox.gz");
        let mut gz =
            flate2::write::GzEncoder::new(fs::File::create(&path).unwrap(), Default::default());
        gz.write_all(&mbox()).unwrap();
        gz.finish().unwrap();
        let mut again = Again::default();
        for (span, subject) in [("7+13", "one"), ("40+13", "two"), ("7+13", "one")] {
            let got = read(&mut again, folder.path(), &format!("in.mbox.gz#{span}")).unwrap();
            assert_eq!(String::from_utf8(got).unwrap(), format!("Subject: {subject}\n"));
        }
    }

    #[test]
    fn a_message_is_found_after_its_flags_changed() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(".Old/cur")).unwrap();
        fs::create_dir_all(folder.path().join(".Old/new")).unwrap();
        fs::write(folder.path().join(".Old/cur/1.a:2,RS"), "x").unwrap();
        let mut again = Again::default();
        for locator in [".Old/cur/1.a:2,RS", ".Old/cur/1.a:2,", ".Old/new/1.a"] {
            assert_eq!(read(&mut again, folder.path(), locator), Ok(b"x".to_vec()), "{locator}");
        }
        assert!(read(&mut again, folder.path(), ".Old/cur/1.b:2,").is_err());
    }

    #[test]
    fn no_locator_leads_out_of_its_store() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("store");
        fs::create_dir_all(store.join("cur")).unwrap();
        fs::write(folder.path().join("secret"), "x").unwrap();
        symlink(folder.path().join("secret"), store.join("cur/link")).unwrap();
        symlink(folder.path(), store.join("out")).unwrap();
        let mut again = Again::default();
        let absolute = folder.path().join("secret").display().to_string();
        for locator in ["../secret", "cur/../../secret", "cur/link", "out/secret", &absolute, ""] {
            assert!(read(&mut again, &store, locator).is_err(), "{locator}");
        }
    }

    #[test]
    fn what_is_too_long_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.eml"), vec![b'x'; 100]).unwrap();
        assert!(Again::default().read(folder.path(), OsStr::new("a.eml"), 99).is_err());
    }
}
