//! Where messages may go: how the name that the user gave is written on disk, and what is refused. Reads the
//! shape of the stores at most.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::plan::{Plan, Site, Step, Target, Wishes};
use super::{Error, messages, shown};
use crate::store::{Folder, Layout, Role, Store, by_name, escaped, from_utf7, is_journal};

/// Where each class of each Maildir goes; found out once.
pub(super) struct Targets<'a> {
    wishes: &'a Wishes,
    known: BTreeMap<(PathBuf, String), Target>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(wishes: &'a Wishes) -> Self {
        Targets { wishes, known: BTreeMap::new() }
    }

    pub(super) fn of(
        &mut self,
        store: &Store,
        folder: &Folder,
        class: &str,
    ) -> Result<Target, Error> {
        let class = if self.wishes.by_class { class } else { "" };
        let mailbox = match folder.layout {
            Layout::Maildir => folder.mailbox.clone(),
            _ => store.root.clone(),
        };
        let key = (mailbox, class.to_owned());
        if let Some(target) = self.known.get(&key) {
            return Ok(target.clone());
        }
        let target = match folder.layout {
            Layout::Maildir => {
                let name = folder_name(&self.wishes.to)?;
                let named = PathBuf::from(utf7(&name));
                fits(store, folder, &Target::Folder(named), &self.wishes.to)?;
                Target::Folder(written(&name, class, store, &folder.mailbox)?)
            }
            _ => {
                fits(store, folder, &Target::Mbox(file(&self.wishes.to, "")?), &self.wishes.to)?;
                Target::Mbox(file(&self.wishes.to, class)?)
            }
        };
        fits(store, folder, &target, &self.wishes.to)?;
        self.known.insert(key, target.clone());
        Ok(target)
    }

    /// Whether a message lies where this sweep puts messages, of whatever class.
    pub(super) fn fills(&self, from: &Site, here: &Path, to: &Target) -> bool {
        let place = |t: &Target| match (t, from) {
            (Target::Folder(below), Site::File { top, .. }) => super::below(top, below),
            (Target::Folder(path), _) | (Target::Mbox(path), _) => path.clone(),
        };
        place(to) == here || self.known.values().any(|t| place(t) == here)
    }
}

/// Fails where an mbox lies beside journals: it is a copy of what was moved, and would be moved once more.
pub(super) fn no_copies(stores: &[Store]) -> Result<(), Error> {
    let mboxes = stores.iter().flat_map(|s| &s.folders).filter(|f| f.layout == Layout::Mbox);
    let ours: BTreeSet<&Path> = mboxes.filter_map(|f| f.path.parent()).collect();
    match ours.into_iter().find(|folder| holds_journals(folder)) {
        Some(folder) => Err(Error::Refused(format!("{}: {OURS}", shown(folder)))),
        None => Ok(()),
    }
}

const OURS: &str = "is a state folder of unscatter, for journals and copies of what was moved; nothing is moved from or to there";

fn holds_journals(folder: &Path) -> bool {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let names = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    names.map(|entry| entry.path()).any(|path| is_journal(&path))
}

/// Fails where a plan would take something from the state folder or put something there, whatever lies in it yet.
pub(super) fn keep_out(plan: &Plan, state: &Path) -> Result<(), Error> {
    let state = std::fs::canonicalize(state).unwrap_or_else(|_| state.to_owned());
    let inside = |step: &Step| {
        let from = step.from.place().0;
        let to = match (&step.to, &step.from) {
            (Target::Folder(below), Site::File { top, .. }) => super::below(top, below),
            (Target::Folder(path), _) | (Target::Mbox(path), _) => path.clone(),
        };
        from.starts_with(&state) || to.starts_with(&state)
    };
    if plan.steps.iter().any(inside) {
        return Err(Error::Refused(format!("{}: {OURS}", shown(&state))));
    }
    Ok(())
}

/// Fails where the target has the wrong form for one of the stores, whether or not anything would go.
pub fn check_target(stores: &[Store], wishes: &Wishes) -> Result<(), Error> {
    no_copies(stores)?;
    let mut targets = Targets::new(wishes);
    let all = || stores.iter().flat_map(|s| &s.folders);
    if all().any(|f| f.layout == Layout::Maildir) && all().any(|f| f.layout == Layout::Mbox) {
        return Err(Error::Refused(
            "there are Maildir folders and mbox files among these; sweep them one after the other, \
             because --to names a folder for the one and a file for the other"
                .into(),
        ));
    }
    for store in stores {
        let is_for = |f: &&Folder| matches!(f.layout, Layout::Maildir | Layout::Mbox);
        for folder in store.folders.iter().filter(is_for).filter(|f| f.role == Role::Received) {
            targets.of(store, folder, "backscatter")?;
        }
    }
    Ok(())
}

/// Fails where the target is for something else, by its name or as the scan found it: a sweep into Sent would
/// make evidence of backscatter, and Trash is emptied by whoever owns it. `named` is what the user wrote.
pub(super) fn fits(
    store: &Store,
    folder: &Folder,
    to: &Target,
    named: &OsStr,
) -> Result<(), Error> {
    let (path, names) = match to {
        Target::Folder(below) => (super::below(&folder.mailbox, below), below.clone()),
        Target::Mbox(path) => {
            let root = std::fs::canonicalize(&store.root).unwrap_or_default();
            let base = if root.is_dir() { Some(root.as_path()) } else { root.parent() };
            // What lies above the store says nothing of what it is for.
            let inside = base.and_then(|base| path.strip_prefix(base).ok());
            let name = || Path::new(path.file_name().unwrap_or_default());
            (path.clone(), inside.unwrap_or_else(name).to_owned())
        }
    };
    let is_it = |f: &&Folder| {
        f.path == path || std::fs::canonicalize(&f.path).is_ok_and(|real| real == path)
    };
    let found = store.folders.iter().filter(|f| f.layout == folder.layout).find(is_it);
    let of_names = names.iter().flat_map(|part| {
        let part = escaped(part.as_bytes());
        let parts = part.split('.').filter(|_| part.starts_with('.'));
        let parts: Vec<_> = parts.chain([part.as_str()]).map(from_utf7).collect();
        parts.into_iter().filter_map(|part| by_name(&part))
    });
    let why = found.map(|f| f.role).into_iter().chain(of_names).find_map(|role| match role {
        Role::Sent => Some("is for mail that you sent: answers in it would be taken for yours"),
        Role::Draft => Some("is for drafts, which are never looked at"),
        Role::Trash => Some(
            "is for what may be deleted: servers and mail programs empty such folders by themselves, and \
             an undo would find nothing",
        ),
        _ => None,
    });
    let Some(why) = why else { return Ok(()) };
    Err(Error::Refused(format!(
        "the target {} {why}; choose another name, for example Backscatter",
        escaped(named.as_bytes())
    )))
}

/// The folder that a saved plan names, below the top of its Maildir: one that `--to` may name too. What goes to
/// another place no mail program shows.
pub(super) fn of_plan(below: &Path, store: &Store, folder: &Folder) -> Result<PathBuf, Error> {
    let shown = escaped(below.as_os_str().as_bytes());
    let text = below.to_str().unwrap_or(&shown);
    let parts = match text.strip_prefix('.') {
        Some(flat) if !flat.contains('/') => flat.split('.'),
        _ => text.split('/'),
    };
    let name = parts.map(from_utf7).collect::<Vec<_>>().join("/");
    let is_it = |f: &&Folder| {
        f.layout == Layout::Maildir
            && f.mailbox == folder.mailbox
            && f.path.strip_prefix(&f.mailbox).is_ok_and(|path| path == below)
    };
    // One that is there is shown, however it is written.
    if store.folders.iter().any(|f| is_it(&f)) && !name.eq_ignore_ascii_case("inbox") {
        return Ok(below.to_owned());
    }
    let name = checked(OsStr::new(&name), &format!("move_to {shown}"))?;
    match written(&name, "", store, &folder.mailbox) {
        Ok(path) if path == below => Ok(path),
        _ => Err(Error::Refused(format!(
            "move_to {shown}: not as this Maildir writes its folders; sweep -o plan.csv writes it right"
        ))),
    }
}

/// Checks a folder name of the command line.
fn folder_name(to: &OsStr) -> Result<String, Error> {
    checked(to, &format!("--to {}", escaped(to.as_bytes())))
}

/// Checks a folder name: `/` is hierarchy, nothing leads out, nothing hides. `said`: where it stands, and how.
fn checked(to: &OsStr, said: &str) -> Result<String, Error> {
    let refused = |why: &str| Err(Error::Refused(format!("{said}: {why}")));
    let Some(name) = to.to_str() else { return refused("a folder name must be UTF-8") };
    if name.starts_with('/')
        || name.starts_with("./")
        || name.starts_with('~')
        || name.ends_with(".mbox")
    {
        return refused(
            "for a Maildir write the name of a folder in it, for example Backscatter or Junk/Backscatter; \
             a file is for an mbox",
        );
    }
    for part in name.split('/') {
        if part.is_empty() {
            return refused("an empty folder name");
        }
        if part == ".." || part == "." || part.starts_with('.') {
            return refused("no part of a folder name may begin with a dot; `/` makes hierarchy");
        }
        if part.chars().any(char::is_control) {
            return refused("a folder name may have no control characters");
        }
        if matches!(part, "cur" | "new" | "tmp") {
            return refused("cur, new and tmp are no folder names in a Maildir");
        }
    }
    if name.eq_ignore_ascii_case("inbox") {
        return refused("that is the folder mail is delivered to");
    }
    Ok(name.to_owned())
}

/// The folder on disk, in the layout that the Maildir has: Maildir++ unless it has only folders of
/// `LAYOUT=fs`.
fn written(name: &str, class: &str, store: &Store, mailbox: &Path) -> Result<PathBuf, Error> {
    let mut flat = false;
    let mut nested = false;
    for folder in store.folders.iter().filter(|f| f.mailbox == mailbox) {
        let Ok(below) = folder.path.strip_prefix(mailbox) else { continue };
        match below.as_os_str().as_bytes().first() {
            None => {}
            Some(b'.') => flat = true,
            Some(_) => nested = true,
        }
        if class.is_empty() && !below.as_os_str().is_empty() && folder.name == name {
            return Ok(below.to_owned());
        }
    }
    let ending = if class.is_empty() { String::new() } else { format!(".{class}") };
    if nested && !flat {
        return Ok(PathBuf::from(format!("{}{ending}", utf7(name))));
    }
    if name.contains('.') {
        return Err(Error::Refused(format!(
            "--to {name}: in this Maildir a dot separates folders on disk; write `/` for hierarchy"
        )));
    }
    Ok(PathBuf::from(format!(".{}{ending}", utf7(name).replace('/', "."))))
}

/// The real place of an mbox that is named from the current folder.
pub(super) fn file(to: &OsStr, class: &str) -> Result<PathBuf, Error> {
    let given = Path::new(to);
    let refused = |why: String| Error::Refused(format!("--to {}: {why}", shown(given)));
    let bytes = to.as_bytes();
    let Some(name) = given.file_name().filter(|_| !bytes.ends_with(b"/") && !bytes.contains(&0))
    else {
        return Err(refused("for an mbox write a file, for example backscatter.mbox".into()));
    };
    let mut name = name.to_owned();
    if !class.is_empty() {
        name.push(".");
        name.push(class);
    }
    let parent = match given.parent() {
        Some(p) if !p.as_os_str().is_empty() => p,
        _ => Path::new("."),
    };
    let parent = std::fs::canonicalize(parent)
        .map_err(|e| refused(format!("the folder {} cannot be used: {e}", shown(parent))))?;
    if holds_journals(&parent) {
        return Err(refused(format!("{} {OURS}", shown(&parent))));
    }
    let path = parent.join(name);
    match std::fs::symlink_metadata(&path) {
        Ok(m) if m.is_dir() => Err(refused(
            "that is a folder; for an mbox write a file, for example backscatter.mbox".into(),
        )),
        Ok(m) if !m.is_file() => Err(refused("that is no regular file".into())),
        Ok(m) if m.len() > 0 && !messages::is_mbox(&path) => {
            Err(refused("that file is there and is no mbox".into()))
        }
        _ => Ok(path),
    }
}

/// A name in the modified UTF-7 that IMAP servers write on disk (RFC 3501 section 5.1.3).
fn utf7(name: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,";
    let mut out = String::new();
    let mut units: Vec<u16> = Vec::new();
    let flush = |units: &mut Vec<u16>, out: &mut String| {
        if units.is_empty() {
            return;
        }
        out.push('&');
        let (mut bits, mut count) = (0u32, 0);
        for unit in units.drain(..) {
            for octet in unit.to_be_bytes() {
                bits = (bits << 8) | u32::from(octet);
                count += 8;
                while count >= 6 {
                    count -= 6;
                    out.push(char::from(DIGITS[(bits >> count) as usize & 63]));
                }
                bits &= (1 << count) - 1;
            }
        }
        if count > 0 {
            out.push(char::from(DIGITS[(bits << (6 - count)) as usize & 63]));
        }
        out.push('-');
    };
    for c in name.chars() {
        if c.is_ascii() {
            flush(&mut units, &mut out);
            out.push(c);
            if c == '&' {
                out.push('-');
            }
        } else {
            units.extend(c.encode_utf16(&mut [0; 2]).iter());
        }
    }
    flush(&mut units, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_that_lead_out_or_hide_are_refused() {
        for name in ["Backscatter", "Junk/Backscatter", "Rückläufer"] {
            assert!(folder_name(OsStr::new(name)).is_ok(), "{name}");
        }
        for name in [
            "", "/", "/tmp/x", "..", "a/../b", "a//b", "a/", ".Hidden", "a\nb", "x.mbox", "./x",
            "a/cur", "INBOX", "~/x", "a\0b",
        ] {
            assert!(folder_name(OsStr::new(name)).is_err(), "{name:?}");
        }
        assert!(folder_name(OsStr::from_bytes(b"a\xff")).is_err());
    }

    #[test]
    fn names_are_written_in_modified_utf_7() {
        assert_eq!(utf7("Envoyés"), "Envoy&AOk-s");
        assert_eq!(utf7("送信済み"), "&kAFP4W4IMH8-");
        assert_eq!(utf7("A & B"), "A &- B");
    }
}
