//! What a bundle is made of: the rows that are selected, the stores that they name, and the hashes of every file that
//! was read whole.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Columns, Selection, hex, shown};
use crate::Error;
use crate::report::{escape, table};
use crate::store::Again;

/// What a selection takes of some findings.
#[derive(Debug, Clone, Default)]
pub struct Selected {
    /// Rows.
    pub rows: u64,
    /// Stores that they name.
    pub stores: BTreeSet<PathBuf>,
}

/// Looks through files of findings (CSV or JSON lines; a report as HTML is passed over) for what a selection takes.
/// Opens no store.
pub fn select(findings: &[PathBuf], selection: &Selection) -> Result<Selected, Error> {
    let mut selected = Selected::default();
    for path in findings.iter().filter(|path| !super::is_page(path)) {
        let file = File::open(path).map_err(|source| Error::Read { path: shown(path), source })?;
        table::read(
            &shown(path),
            table::is_jsonl(path),
            file,
            Columns::find,
            &mut |_, at, _, cells| {
                if selection.takes(&at.facts(&cells)) {
                    selected.rows += 1;
                    let store = escape::undo_cell(at.get(&cells, "store"));
                    selected.stores.insert(OsString::from_vec(store).into());
                }
                Ok(())
            },
        )?;
    }
    Ok(selected)
}

/// Whether a folder that may not be there yet lies in one of these stores.
pub(super) fn lies_in<'s>(to: &Path, stores: &'s BTreeSet<PathBuf>) -> Option<&'s PathBuf> {
    let to = std::path::absolute(to).ok()?;
    // What is not there yet lies where the nearest folder above it lies.
    let real = to.ancestors().find_map(|above| {
        let rest = to.strip_prefix(above).ok()?;
        Some(above.canonicalize().ok()?.join(rest))
    })?;
    stores.iter().find(|store| store.canonicalize().is_ok_and(|store| real.starts_with(store)))
}

/// What was read of the stores.
#[derive(Default)]
pub(super) struct Stores {
    /// By store, as the cells of the findings name it.
    read: BTreeMap<String, OfStore>,
    /// A message of each mbox, by store and path.
    mboxes: BTreeMap<(Vec<u8>, Vec<u8>), Vec<u8>>,
}

#[derive(Default)]
struct OfStore {
    rows: u64,
    messages: u64,
    octets: u64,
    digests: Sha256,
}

impl Stores {
    /// Counts a row.
    pub(super) fn row(&mut self, store: &str) {
        match self.read.get_mut(store) {
            Some(of) => of.rows += 1,
            None => {
                self.read.insert(store.to_owned(), OfStore { rows: 1, ..OfStore::default() });
            }
        }
    }

    /// Counts a message that was read and is what the findings say.
    pub(super) fn message(&mut self, store: &str, locator: &[u8], sha256: &str, octets: usize) {
        let of = self.read.entry(store.to_owned()).or_default();
        of.messages += 1;
        of.octets += octets as u64;
        of.digests.update(sha256.as_bytes());
        of.digests.update(b"\n");
        if let Some(at) = locator.iter().rposition(|o| *o == b'#') {
            let mbox = (escape::undo_cell(store), locator[..at].to_vec());
            self.mboxes.entry(mbox).or_insert_with(|| locator.to_vec());
        }
    }

    /// The mboxes that messages were taken from, read whole and hashed.
    pub(super) fn mboxes(&self, place: &dyn Fn(&str) -> String) -> Vec<serde_json::Value> {
        let told = |((store, _), locator): (&(Vec<u8>, Vec<u8>), &Vec<u8>)| {
            let store = Path::new(OsStr::from_bytes(store));
            let (below, file) = Again::mbox(store, OsStr::from_bytes(locator)).ok()??;
            let path =
                if below.as_os_str().is_empty() { store.to_owned() } else { store.join(below) };
            let mut source = Hashed { file, hash: Sha256::new(), octets: 0 };
            io::copy(&mut source, &mut io::sink()).ok()?;
            Some(source.told(&place(&shown(&path))))
        };
        self.mboxes.iter().filter_map(told).collect()
    }

    /// What run.json says of each store.
    pub(super) fn told(&self, place: &dyn Fn(&str) -> String) -> Vec<serde_json::Value> {
        let told = |(store, of): (&String, &OfStore)| {
            json!({
                "store": place(escape::defused(store)),
                "rows": of.rows,
                "messages": of.messages,
                "octets": of.octets,
                "sha256_of_digests": hex(&of.digests.clone().finalize().into()),
            })
        };
        self.read.iter().map(told).collect()
    }
}

/// A file that is hashed while it is read.
pub(super) struct Hashed {
    file: File,
    hash: Sha256,
    octets: u64,
}

impl Hashed {
    pub(super) fn open(path: &Path) -> Result<Hashed, Error> {
        let file = File::open(path).map_err(|source| Error::Read { path: shown(path), source })?;
        Ok(Hashed { file, hash: Sha256::new(), octets: 0 })
    }

    /// What run.json says of it.
    pub(super) fn told(self, name: &str) -> serde_json::Value {
        let sha256 = hex(&self.hash.finalize().into());
        json!({ "path": name, "size": self.octets, "sha256": sha256 })
    }
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(buffer)?;
        self.hash.update(&buffer[..n]);
        self.octets += n as u64;
        Ok(n)
    }
}
