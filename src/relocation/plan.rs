//! What would go where: findings become steps. Reads the shape of the stores at most; the plan *is* the
//! dry run, and applying it does nothing that is not in it.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::journal::{Known, Spot};
use super::target::Targets;
use super::{Error, maildir, messages, shown, unescaped};
use crate::scan::{Finding, FolderRead};
use crate::signals::Kind;
use crate::store::{Compression, Fingerprint, Folder, Layout, Role, Skipped, Store};
use crate::verdict::Origin;

/// What the user wants moved, and where.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// For a Maildir a folder name with `/` as hierarchy, for an mbox a file.
    pub to: OsString,
    /// Only these classes; empty is all.
    pub classes: Vec<String>,
    /// Only these origins; empty is forged, or what a class of `classes` says itself.
    pub origins: Vec<Origin>,
    /// Least `p_forged` of what is forged.
    pub min_score: f32,
    /// Appends `.CLASS` to the target.
    pub by_class: bool,
    /// Takes flagged mail too.
    pub include_flagged: bool,
    /// Junk and Trash folders, by the names that reports show, that are swept too.
    pub include_folders: Vec<String>,
    /// Takes also what an undo put back.
    pub again: bool,
    /// Copies instead of moving.
    pub copy: bool,
}

impl Wishes {
    /// The defaults: forged, `p_forged` of 0.99 or more, moved to `to`.
    pub fn to(to: impl Into<OsString>) -> Self {
        Wishes {
            to: to.into(),
            classes: Vec::new(),
            origins: Vec::new(),
            min_score: 0.99,
            by_class: false,
            include_flagged: false,
            include_folders: Vec::new(),
            again: false,
            copy: false,
        }
    }

    fn wants(&self, finding: &Finding) -> bool {
        let verdict = &finding.verdict;
        let Some(origin) = verdict.origin().filter(|_| verdict.kind() != Kind::Ordinary) else {
            return false;
        };
        let class = verdict.class();
        let named = self.classes.iter().any(|c| c == class);
        if !self.classes.is_empty() && !named {
            return false;
        }
        // A class of bounces says its origin itself.
        let implied = named && verdict.kind() == Kind::Bounce;
        let wanted = match self.origins.as_slice() {
            [] => implied || origin == Origin::Forged,
            origins => origins.contains(&origin),
        };
        let sure =
            origin != Origin::Forged || verdict.p_forged().is_some_and(|p| p >= self.min_score);
        wanted && sure
    }
}

/// Where a message lies, in its real place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// A file of a Maildir.
    File {
        /// Top of the Maildir.
        top: PathBuf,
        /// The file below it.
        below: PathBuf,
    },
    /// Octets of an mbox.
    Span {
        /// The file.
        path: PathBuf,
        /// First octet of the message, behind its From_ line.
        offset: u64,
        /// Octets.
        length: u64,
    },
}

impl Site {
    /// What tells one message from another, however its store was named: file, and octet in an mbox.
    pub(super) fn place(&self) -> (PathBuf, u64) {
        match self {
            Site::File { top, below } => (top.join(below), 0),
            Site::Span { path, offset, .. } => (path.clone(), *offset),
        }
    }

    /// Folder or file, escaped for display.
    pub fn folder(&self) -> String {
        match self {
            Site::File { top, below } => shown(&super::below(
                top,
                below.parent().and_then(Path::parent).unwrap_or(Path::new("")),
            )),
            Site::Span { path, .. } => shown(path),
        }
    }
}

/// Where messages go, in its real place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A folder of the same Maildir, below its top.
    Folder(PathBuf),
    /// An mbox.
    Mbox(PathBuf),
}

/// One message that is to go.
#[derive(Debug, Clone)]
pub struct Step {
    /// The store as the user named it, escaped for display.
    pub store: String,
    /// The folder as reports show it, escaped for display.
    pub folder: String,
    /// As reports write it.
    pub locator: String,
    /// The class that reports show.
    pub class: String,
    /// Length and hash of the octets that were judged.
    pub fingerprint: Fingerprint,
    /// Where it lies.
    pub from: Site,
    /// Where it goes.
    pub to: Target,
}

impl Step {
    /// The place it goes to, escaped for display.
    pub fn target(&self) -> String {
        match (&self.to, &self.from) {
            (Target::Folder(below), Site::File { top, .. }) => shown(&super::below(top, below)),
            (Target::Folder(path), _) | (Target::Mbox(path), _) => shown(path),
        }
    }
}

/// How much of a folder would go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Store and folder, escaped for display.
    pub folder: (String, String),
    /// Messages that would go.
    pub going: u64,
    /// Messages in it.
    pub of: u64,
}

impl Share {
    /// Between 0 and 1.
    pub fn value(&self) -> f64 {
        if self.of == 0 { 1.0 } else { self.going as f64 / self.of as f64 }
    }
}

/// What a sweep would do.
#[derive(Debug, Default)]
pub struct Plan {
    /// In store order.
    pub steps: Vec<Step>,
    /// Of each folder that something would leave.
    pub shares: Vec<Share>,
    /// Matches that stay, by reason.
    pub left: BTreeMap<&'static str, u64>,
    /// Matches that cannot be moved, and why.
    pub skipped: Vec<Skipped>,
    /// Copies instead of moving.
    pub copy: bool,
    /// A flag that was set since the plan was made keeps no message; without it, it does.
    pub include_flagged: bool,
}

/// What became of one finding.
enum Choice {
    Go(Step),
    Stay(&'static str),
    Skip(String),
}

/// Makes a plan of findings. Fails where the target cannot be what was asked for.
pub fn plan(
    stores: &[Store],
    findings: &[Finding],
    folders: &[FolderRead],
    wishes: &Wishes,
    known: &Known,
) -> Result<Plan, Error> {
    let mut plan =
        Plan { copy: wishes.copy, include_flagged: wishes.include_flagged, ..Plan::default() };
    let mut seen = BTreeSet::new();
    let mut targets = Targets::new(wishes);
    let places = Places::of(stores);
    for finding in findings.iter().filter(|f| wishes.wants(f)) {
        match choose(&places, finding, wishes, known, &mut targets)? {
            // Stores that are given twice, or that lie in each other, name one message twice.
            Choice::Go(step) if seen.insert(step.from.place()) => plan.steps.push(step),
            Choice::Go(_) => {}
            Choice::Stay(why) => *plan.left.entry(why).or_default() += 1,
            Choice::Skip(why) => plan
                .skipped
                .push(Skipped { what: format!("{}/{}", finding.store, finding.locator), why }),
        }
    }
    plan.shares(folders);
    Ok(plan)
}

impl Plan {
    /// Computes the shares from the folders that a scan met.
    pub fn shares(&mut self, folders: &[FolderRead]) {
        let mut going: BTreeMap<(String, String), u64> = BTreeMap::new();
        for step in &self.steps {
            *going.entry((step.store.clone(), step.folder.clone())).or_default() += 1;
        }
        let of = |folder: &(String, String)| {
            let same = |f: &&FolderRead| f.store == folder.0 && f.folder == folder.1;
            folders.iter().find(same).map_or(0, |f| f.messages)
        };
        self.shares = going
            .into_iter()
            .map(|(folder, going)| Share { of: of(&folder), folder, going })
            .collect();
    }

    /// Folders of which more than `most` would go.
    pub fn beyond(&self, most: f64) -> Vec<&Share> {
        self.shares.iter().filter(|s| s.value() > most).collect()
    }
}

/// The folders of all stores, by the names that findings have for them.
pub(super) struct Places<'a> {
    stores: BTreeMap<&'a str, &'a Store>,
}

impl<'a> Places<'a> {
    pub(super) fn of(stores: &'a [Store]) -> Self {
        Places { stores: stores.iter().map(|s| (s.name.as_str(), s)).collect() }
    }

    pub(super) fn find(
        &self,
        store: &str,
        locator: &[u8],
    ) -> Option<(&'a Store, &'a Folder, Inside)> {
        let store = *self.stores.get(store)?;
        if let Some((path, offset, length)) = span(locator) {
            let path = Path::new(OsStr::from_bytes(path));
            let same = |f: &&Folder| f.layout == Layout::Mbox && f.below == path;
            if let Some(folder) = store.folders.iter().find(same) {
                return Some((store, folder, Inside::Span(offset, length)));
            }
        }
        let path = Path::new(OsStr::from_bytes(locator));
        let full = store.root.join(path);
        let dir = path.parent()?;
        // A store that was named by a link has its folders where the link leads: what is below it tells.
        let sub = dir.file_name().filter(|n| matches!(n.as_bytes(), b"cur" | b"new"));
        if let (Some(sub), Some(name)) = (sub, path.file_name()) {
            let above = dir.parent().unwrap_or(Path::new(""));
            let holds = |f: &&Folder| f.layout == Layout::Maildir && f.below == above;
            if let Some(folder) = store.folders.iter().find(holds) {
                return Some((store, folder, Inside::File(folder.path.join(sub).join(name))));
            }
        }
        let holds = |f: &&Folder| {
            f.layout == Layout::Files
                && (full.parent() == Some(&f.path) || store.root == f.path.join(path))
        };
        let folder = store.folders.iter().find(holds)?;
        Some((store, folder, Inside::File(full)))
    }
}

pub(super) enum Inside {
    File(PathBuf),
    Span(u64, u64),
}

fn span(locator: &[u8]) -> Option<(&[u8], u64, u64)> {
    let hash = memchr::memrchr(b'#', locator)?;
    let text = std::str::from_utf8(&locator[hash + 1..]).ok()?;
    let (offset, length) = text.split_once('+')?;
    Some((&locator[..hash], offset.parse().ok()?, length.parse().ok()?))
}

/// The real place of a message, or why it cannot be moved.
pub(super) fn site(folder: &Folder, inside: &Inside) -> Result<Site, String> {
    let real = |p: &Path| {
        let p = if p.as_os_str().is_empty() { Path::new(".") } else { p };
        std::fs::canonicalize(p).map_err(|e| e.to_string())
    };
    match (folder.layout, folder.compression, inside) {
        (Layout::Maildir, _, Inside::File(path)) => Ok(Site::File {
            top: real(&folder.mailbox)?,
            below: path
                .strip_prefix(&folder.mailbox)
                .map_err(|_| "lies outside its Maildir".to_owned())?
                .to_owned(),
        }),
        (Layout::Mbox, Compression::None, Inside::Span(offset, length)) => {
            Ok(Site::Span { path: real(&folder.path)?, offset: *offset, length: *length })
        }
        (Layout::Mbox, ..) => Err("compressed mbox files are read only".into()),
        _ => Err("single message files are read only".into()),
    }
}

fn flagged(folder: &Folder, site: &Site) -> bool {
    match site {
        Site::Span { offset, length, .. } if let Some(mended) = &folder.mended => {
            messages::flagged_in(mended, *offset, *length)
        }
        Site::File { below, .. } => {
            let name = below.file_name().unwrap_or_default().as_bytes();
            maildir::flags(name).contains(&b'F')
        }
        Site::Span { path, offset, length } => messages::flagged(path, *offset, *length),
    }
}

/// What earlier runs may know a message by: its digest, and in an mbox that without the fields which mail
/// programs rewrite there.
pub(super) fn digests(folder: &Folder, site: &Site, print: &Fingerprint) -> Vec<[u8; 32]> {
    let mut all = vec![print.sha256];
    if let Site::Span { path, offset, length } = site {
        // One that cannot be read is not moved either.
        all.extend(messages::bare_of(path, folder.mended.as_deref(), *offset, *length));
    }
    all
}

fn choose(
    places: &Places<'_>,
    finding: &Finding,
    wishes: &Wishes,
    known: &Known,
    targets: &mut Targets<'_>,
) -> Result<Choice, Error> {
    let asked = wishes.include_folders.contains(&finding.folder);
    match finding.role {
        Role::Received => {}
        Role::Junk | Role::Trash if asked => {}
        Role::Junk => return Ok(Choice::Stay("in Junk")),
        Role::Trash => return Ok(Choice::Stay("in Trash")),
        Role::Sent => return Ok(Choice::Stay("in Sent")),
        Role::Draft => return Ok(Choice::Stay("in Drafts")),
        Role::Swept => return Ok(Choice::Stay("swept before")),
    }
    let locator = unescaped(&finding.locator);
    let Some((store, folder, inside)) = places.find(&finding.store, &locator) else {
        return Ok(Choice::Skip("its folder is not found any more".into()));
    };
    // What a folder is for counts too: nothing of Sent goes, whatever marks a message has.
    if matches!(folder.role, Role::Sent | Role::Draft | Role::Swept) {
        return Ok(Choice::Stay("in Sent, Drafts or a swept folder"));
    }
    let from = match site(folder, &inside) {
        Ok(site) => site,
        Err(why) => return Ok(Choice::Skip(why)),
    };
    if !wishes.include_flagged && flagged(folder, &from) {
        return Ok(Choice::Stay("flagged"));
    }
    let digests = LazyCell::new(|| digests(folder, &from, &finding.fingerprint));
    let is_one = |of: &BTreeSet<[u8; 32]>| !of.is_empty() && digests.iter().any(|d| of.contains(d));
    if !wishes.again && is_one(&known.returned) {
        return Ok(Choice::Stay("put back by an undo (--again takes it all the same)"));
    }
    let class = finding.verdict.class();
    let to = targets.of(store, folder, class)?;
    let here = match &from {
        Site::File { top, below } => {
            super::below(top, below.parent().and_then(Path::parent).unwrap_or(Path::new("")))
        }
        Site::Span { path, .. } => path.clone(),
    };
    if targets.fills(&from, &here, &to) || known.swept.contains(&here) {
        return Ok(Choice::Stay("swept before"));
    }
    let place = match (&from, &to) {
        (Site::File { top, .. }, Target::Folder(below)) => super::below(top, below),
        (_, Target::Folder(path) | Target::Mbox(path)) => path.clone(),
    };
    if wishes.copy && !wishes.again && known.copied.get(&place).is_some_and(is_one) {
        return Ok(Choice::Stay("copied before (--again copies it once more)"));
    }
    Ok(Choice::Go(Step {
        store: finding.store.clone(),
        folder: finding.folder.clone(),
        locator: finding.locator.clone(),
        class: class.to_owned(),
        fingerprint: finding.fingerprint,
        from,
        to,
    }))
}

/// The spot of a step of a Maildir.
pub(super) fn spot(site: &Site) -> Option<(&Path, Spot)> {
    match site {
        Site::File { top, below } => Some((top, maildir::spot(below)?)),
        Site::Span { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_read_from_the_end_of_a_locator() {
        assert_eq!(span(b"in#1.mbox#12+30"), Some((&b"in#1.mbox"[..], 12, 30)));
        assert_eq!(span(b"cur/1.a:2,S"), None);
    }
}
