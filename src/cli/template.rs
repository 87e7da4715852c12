//! Templates of mailboxes: `/var/vmail/%d/%n/Maildir`, `~%u/Maildir`. Finds what is there by listing folders;
//! a link can give nobody more rights than its maker has.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use unscatter::store::Skipped;

use super::owners::{Owner, User};

/// What the placeholders of one mailbox stand for.
pub(super) type Values = BTreeMap<u8, Vec<u8>>;

/// A mailbox that a template leads to.
#[derive(Debug)]
pub(super) struct Mailbox {
    pub(super) path: PathBuf,
    pub(super) owner: Owner,
    pub(super) values: Values,
    /// It lies in the home of the user whose name it bears, whose own state folder serves it.
    pub(super) at_home: bool,
}

impl Mailbox {
    /// A name for tables and state folders: `user@domain`, the user, else the path.
    pub(super) fn label(&self) -> String {
        let text = |k: u8| self.values.get(&k).map(|v| String::from_utf8_lossy(v).into_owned());
        match (text(b'u'), text(b'n'), text(b'd')) {
            (Some(user), None, None) => user,
            (None, Some(name), Some(domain)) => format!("{name}@{domain}"),
            _ => super::shown(&self.path),
        }
    }
}

/// One piece of a path component.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Vec<u8>),
    Any(u8),
}

/// A component, or any text with placeholders, cut into pieces.
fn pieces(text: &[u8]) -> anyhow::Result<Vec<Piece>> {
    let mut out = Vec::new();
    let mut plain = Vec::new();
    let mut octets = text.iter();
    while let Some(&octet) = octets.next() {
        if octet != b'%' {
            plain.push(octet);
            continue;
        }
        match octets.next() {
            Some(b'%') => plain.push(b'%'),
            Some(&name @ (b'u' | b'n' | b'd')) => {
                if !plain.is_empty() {
                    out.push(Piece::Text(std::mem::take(&mut plain)));
                }
                out.push(Piece::Any(name));
            }
            _ => bail!("known are %u (user), %n (name), %d (domain) and %% (a percent sign)"),
        }
    }
    if !plain.is_empty() {
        out.push(Piece::Text(plain));
    }
    Ok(out)
}

/// Whether a name has the form of a component; what its placeholders stand for.
fn fits(name: &[u8], pieces: &[Piece], values: &Values) -> Option<Values> {
    let Some((first, rest)) = pieces.split_first() else {
        return name.is_empty().then(|| values.clone());
    };
    match first {
        Piece::Text(text) => fits(name.strip_prefix(text.as_slice())?, rest, values),
        Piece::Any(key) => match values.get(key) {
            Some(known) => fits(name.strip_prefix(known.as_slice())?, rest, values),
            None => (1..=name.len()).rev().find_map(|n| {
                let mut more = values.clone();
                more.insert(*key, name[..n].to_vec());
                fits(&name[n..], rest, &more)
            }),
        },
    }
}

/// A text with its placeholders filled in; `~` at the start is the home of the user of that name.
pub(super) fn filled(text: &OsStr, values: &Values) -> anyhow::Result<OsString> {
    let mut out = Vec::new();
    for piece in pieces(text.as_bytes())? {
        match piece {
            Piece::Text(text) => out.extend(text),
            Piece::Any(key) => {
                let name = char::from(key);
                out.extend(
                    values.get(&key).with_context(|| format!("the template has no %{name}"))?,
                );
            }
        }
    }
    if let Some(rest) = out.strip_prefix(b"~") {
        let name = rest.split(|b| *b == b'/').next().unwrap_or_default().to_vec();
        let home = User::all().into_iter().find(|u| u.name.as_bytes() == name);
        let home =
            home.with_context(|| format!("there is no user {}", super::escape::octets(&name)))?;
        out = [home.home.as_os_str().as_bytes(), &rest[name.len()..]].concat();
    }
    Ok(OsString::from_vec(out))
}

/// All mailboxes that a template leads to, by path, and what was met that is nobody's mailbox.
pub(super) fn mailboxes(template: &OsStr) -> anyhow::Result<(Vec<Mailbox>, Vec<Skipped>)> {
    let shown = super::escape::octets(template.as_bytes());
    let wrong = |why: &str| anyhow::anyhow!("--all-users {shown}: {why}");
    let mut found = Found::default();
    if let Some(rest) = template.as_bytes().strip_prefix(b"~") {
        let below = rest
            .strip_prefix(b"%u/")
            .ok_or_else(|| wrong("behind `~` write %u and a folder, for example ~%u/Maildir"))?;
        let rest = parse(Path::new(OsStr::from_bytes(below))).map_err(|e| wrong(&e.to_string()))?;
        for user in User::all() {
            if user.home.as_os_str().len() > 1 && user.home.is_absolute() {
                let values = Values::from([(b'u', user.name.clone().into_bytes())]);
                found.walk(&user.home, &rest, values, Some(&user), &mut Vec::new());
            }
        }
    } else {
        let path = Path::new(template);
        if !path.is_absolute() {
            return Err(wrong("write a path from the root, for example /var/vmail/%d/%n/Maildir"));
        }
        let parts = parse(path).map_err(|e| wrong(&e.to_string()))?;
        if !parts.iter().flatten().any(|p| matches!(p, Piece::Any(_))) {
            return Err(wrong("it has none of %u, %n and %d; name a single mailbox as STORE"));
        }
        found.walk(Path::new("/"), &parts, Values::new(), None, &mut Vec::new());
    }
    found.mailboxes.sort_by(|a, b| a.path.cmp(&b.path));
    found.mailboxes.dedup_by(|a, b| a.path == b.path);
    if found.mailboxes.is_empty() && found.skipped.is_empty() {
        return Err(wrong("nothing is there"));
    }
    Ok((found.mailboxes, found.skipped))
}

fn parse(path: &Path) -> anyhow::Result<Vec<Vec<Piece>>> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => parts.push(pieces(name.as_bytes())?),
            _ => bail!("`..` leads out"),
        }
    }
    Ok(parts)
}

#[derive(Default)]
struct Found {
    mailboxes: Vec<Mailbox>,
    skipped: Vec<Skipped>,
}

impl Found {
    fn skip(&mut self, path: &Path, why: String) {
        self.skipped.push(Skipped { what: super::shown(path), why });
    }

    /// `links` are the owners of the links that were followed since the first placeholder.
    fn walk(
        &mut self,
        at: &Path,
        rest: &[Vec<Piece>],
        values: Values,
        user: Option<&User>,
        links: &mut Vec<u32>,
    ) {
        let Some((part, rest)) = rest.split_first() else {
            return self.mailbox(at, values, user, links);
        };
        let mut names = Vec::new();
        if let [Piece::Text(name)] = part.as_slice() {
            names.push((name.clone(), values));
        } else {
            let entries = match std::fs::read_dir(at) {
                Ok(entries) => entries,
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => return,
                Err(e) => return self.skip(at, e.to_string()),
            };
            for entry in entries {
                match entry {
                    Ok(entry) => {
                        let name = entry.file_name().into_vec();
                        // What begins with a dot is the system's, not a user.
                        let hidden = name.starts_with(b".");
                        if let Some(more) = fits(&name, part, &values).filter(|_| !hidden) {
                            names.push((name, more));
                        }
                    }
                    Err(e) => self.skip(at, e.to_string()),
                }
            }
        }
        for (name, values) in names {
            let path = at.join(OsStr::from_bytes(&name));
            let Ok(metadata) = std::fs::symlink_metadata(&path) else { continue };
            let known = links.len();
            if metadata.is_symlink() && (user.is_some() || !values.is_empty()) {
                links.push(metadata.uid());
            }
            // Whether what is there can be entered shows one step further on.
            self.walk(&path, rest, values, user, links);
            links.truncate(known);
        }
    }

    fn mailbox(&mut self, path: &Path, values: Values, user: Option<&User>, links: &[u32]) {
        let metadata = match std::fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && links.is_empty() => return,
            Err(e) => return self.skip(path, e.to_string()),
        };
        // As root the mail in it tells, so that its owner's state is looked for where that run will keep it.
        let owner = match rustix::process::geteuid().is_root() {
            true => match super::owners::whose(path) {
                Ok(owner) => owner,
                Err(why) => return self.skip(path, why.to_string()),
            },
            false => Owner::of(&metadata),
        };
        if links.iter().any(|maker| *maker != owner.uid && *maker != 0) {
            return self.skip(path, "a link of one user leads to mail of another".into());
        }
        if user.is_some_and(|u| u.uid != owner.uid) {
            return self.skip(path, format!("belongs to {}; left alone", owner.shown()));
        }
        let named = values.get(&b'u').map(Vec::as_slice);
        let at_home = user.cloned().or_else(|| User::by_uid(owner.uid)).is_some_and(|u| {
            named == Some(u.name.as_bytes()) && path.starts_with(&u.home) && u.uid == owner.uid
        });
        self.mailboxes.push(Mailbox { path: path.to_owned(), owner, values, at_home });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, pattern: &str) -> Option<Vec<(char, String)>> {
        let values = fits(name.as_bytes(), &pieces(pattern.as_bytes()).unwrap(), &Values::new())?;
        let text = |v: Vec<u8>| String::from_utf8(v).unwrap();
        Some(values.into_iter().map(|(k, v)| (char::from(k), text(v))).collect())
    }

    #[test]
    fn a_name_fits_a_component_with_placeholders() {
        let d = |k, v: &str| (k, v.to_owned());
        assert_eq!(found("anna", "%u"), Some(vec![d('u', "anna")]));
        assert_eq!(found("a@b.example", "%n@%d"), Some(vec![d('d', "b.example"), d('n', "a")]));
        assert_eq!(found("anna.mbox", "%u.mbox"), Some(vec![d('u', "anna")]));
        assert_eq!(found("100%", "100%%"), Some(vec![]));
        assert_eq!(found("anna", "%u.mbox"), None);
        assert_eq!(found("", "%u"), None);
        assert!(pieces(b"%x").is_err() && pieces(b"%").is_err());
    }

    #[test]
    fn mailboxes_are_found_by_listing() {
        let folder = tempfile::tempdir().unwrap();
        let top = std::fs::canonicalize(folder.path()).unwrap();
        for path in [
            "b.example/eva/Maildir",
            "a.example/anna/Maildir",
            "a.example/none",
            ".hidden/x/Maildir",
        ] {
            std::fs::create_dir_all(top.join(path)).unwrap();
        }
        let (found, skipped) = mailboxes(top.join("%d/%n/Maildir").as_os_str()).unwrap();
        let labels: Vec<String> = found.iter().map(Mailbox::label).collect();
        assert_eq!(labels, ["anna@a.example", "eva@b.example"]);
        assert!(skipped.is_empty(), "{skipped:?}");
        let to = filled(OsStr::new("swept-%n"), &found[0].values).unwrap();
        assert_eq!(to, "swept-anna");
        for wrong in ["%u/x", "/a/b", "~x/y", "/a/%x", "/a/../%u", "/nowhere-at-all/%u"] {
            assert!(mailboxes(OsStr::new(wrong)).is_err(), "{wrong}");
        }
    }
}
