//! Checks a bundle against its list of hashes, like `sha256sum -c` and beyond: what is missing, changed, not
//! listed, or no regular file. Changes nothing and follows no link.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::path::Path;

use rustix::fd::OwnedFd;
use rustix::fs::{FileType, Mode};
use sha2::{Digest, Sha256};

use super::folder::{MANIFEST, directory, open};
use super::hex;
use crate::store::Skipped;

/// What the check of a bundle found.
#[derive(Debug, Clone, Default)]
pub struct Verified {
    /// Files that are as listed.
    pub good: u64,
    /// What is not as it was written, and why.
    pub wrong: Vec<Skipped>,
    /// SHA-256 of the list itself, hexadecimal: who has this number from another source knows that the list
    /// was not replaced together with the files.
    pub manifest: String,
}

/// Octets of a list of hashes that are read; enough for some million files.
const LONGEST: u64 = 256 << 20;

/// Checks every file of the bundle at `path`. An error where there is no list to check against.
pub fn verify(path: &Path) -> io::Result<Verified> {
    let top = rustix::fs::open(path, directory(), Mode::empty())?;
    let list = open(&top, MANIFEST).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::other(format!(
            "no {MANIFEST} in it: no bundle, or one that was not finished"
        )),
        _ => error,
    })?;
    let mut text = Vec::new();
    list.take(LONGEST).read_to_end(&mut text)?;
    let mut verified =
        Verified { manifest: hex(&Sha256::digest(&text).into()), ..Verified::default() };
    let mut listed = BTreeSet::from([MANIFEST.to_owned()]);
    for (line, row) in (1..).zip(String::from_utf8_lossy(&text).lines()) {
        let mut wrong = |what: &str, why: String| {
            verified.wrong.push(Skipped { what: crate::store::escaped(what.as_bytes()), why });
        };
        let Some((wanted, name)) = row.split_once("  ").filter(|(h, _)| h.len() == 64) else {
            wrong(MANIFEST, format!("line {line} is none of a list of hashes"));
            continue;
        };
        if !listed.insert(name.to_owned()) {
            wrong(name, "listed twice".into());
            continue;
        }
        match open(&top, name).and_then(hash) {
            Ok(found) if found.eq_ignore_ascii_case(wanted) => verified.good += 1,
            Ok(_) => wrong(name, "changed: its SHA-256 is another".into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                wrong(name, "missing".into());
            }
            Err(error) => wrong(name, error.to_string()),
        }
    }
    strangers(&top, "", &listed, &mut verified.wrong)?;
    Ok(verified)
}

fn hash(mut file: std::fs::File) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut piece = vec![0; 64 << 10];
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(n) => hash.update(&piece[..n]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(hex(&hash.finalize().into()))
}

/// Files and folders that nobody listed. A bundle is two levels deep.
fn strangers(
    folder: &OwnedFd,
    above: &str,
    listed: &BTreeSet<String>,
    wrong: &mut Vec<Skipped>,
) -> io::Result<()> {
    let mut entries = Vec::new();
    for entry in rustix::fs::Dir::read_from(folder)? {
        let entry = entry?;
        entries.push((entry.file_name().to_owned(), entry.file_type()));
    }
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    for (name, kind) in entries {
        let octets = name.to_bytes();
        if matches!(octets, b"." | b"..") {
            continue;
        }
        let shown = format!("{above}{}", crate::store::escaped(octets));
        let text = std::str::from_utf8(octets).ok().map(|name| format!("{above}{name}"));
        let below = text.as_ref().map(|text| format!("{text}/"));
        let known = below.as_ref().is_some_and(|b| listed.iter().any(|l| l.starts_with(b)));
        if kind == FileType::Directory && known && above.is_empty() {
            let inner = rustix::fs::openat(folder, &*name, directory(), Mode::empty())?;
            strangers(&inner, &below.unwrap_or_default(), listed, wrong)?;
        } else if !text.is_some_and(|text| listed.contains(&text)) {
            wrong.push(Skipped { what: shown, why: "not in the list of hashes".into() });
        }
    }
    Ok(())
}
