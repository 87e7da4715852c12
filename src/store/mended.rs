//! An mbox that a broken-off move left half written, read as it will be once that move is complete: parts of
//! the file and of other files, one behind the other. Reads only.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use super::{Compression, Folder, Layout, Store, open};

/// Some octets of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extent {
    /// The file, by its real path.
    pub path: PathBuf,
    /// First octet.
    pub offset: u64,
    /// Octets.
    pub length: u64,
}

/// What an mbox will hold when a move that was broken off is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The mbox, by its real path.
    pub path: PathBuf,
    /// Its content, in order.
    pub extents: Vec<Extent>,
}

impl Mended {
    pub(super) fn octets(&self) -> u64 {
        self.extents.iter().map(|e| e.length).sum()
    }

    /// The content from its start; ends with an error where a part of it is missing.
    pub(crate) fn read(&self) -> Result<Box<dyn Read>, String> {
        let mut parts: Vec<(File, u64)> = Vec::new();
        for extent in &self.extents {
            let (mut file, _) = open::regular(&extent.path)?;
            file.seek(SeekFrom::Start(extent.offset)).map_err(|e| e.to_string())?;
            parts.push((file, extent.length));
        }
        parts.reverse();
        Ok(Box::new(Parts { parts }))
    }
}

/// Parts of files that are read one after the other, the last one first.
struct Parts {
    parts: Vec<(File, u64)>,
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some((file, left)) = self.parts.last_mut() {
            if *left == 0 {
                self.parts.pop();
                continue;
            }
            if buffer.is_empty() {
                return Ok(0);
            }
            let most = usize::try_from(*left).unwrap_or(usize::MAX).min(buffer.len());
            let got = file.read(&mut buffer[..most])?;
            if got == 0 {
                return Err(io::Error::other("changed while it was read"));
            }
            *left -= got as u64;
            return Ok(got);
        }
        Ok(0)
    }
}

impl Store {
    /// From now on reads mboxes of these paths as they will be.
    pub fn mend(&mut self, all: &[Mended]) {
        if all.is_empty() {
            return;
        }
        let plain =
            |f: &&mut Folder| f.layout == Layout::Mbox && f.compression == Compression::None;
        for folder in self.folders.iter_mut().filter(plain) {
            let Ok(real) = folder.path.canonicalize() else { continue };
            folder.mended = all.iter().find(|m| m.path == real).cloned().map(Arc::new);
        }
    }
}
