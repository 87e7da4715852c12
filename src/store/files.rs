//! Tells what the entries of one folder are (mbox, message file, no mail) by their first octets, and
//! lists folders of single message files. Names alone decide only that something is no mail.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::{Chunk, Compression, Folder, Skipped};
use super::{from_line, maildir, mbox, open, roles};

/// Octets that show what a file is.
const START: usize = crate::limits::FILE_START;

/// The names of what relocation has not finished begin so.
pub(crate) const UNFINISHED: &str = ".unscatter-";

/// Whether a file is a journal of relocation, by its name and its first line (a length and a checksum). What lies
/// beside one are copies of messages that were moved, which are no mail of their own. The name alone tells nothing: a
/// mail folder of that name may be made from outside.
pub(crate) fn is_journal(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let number = name.and_then(|n| n.strip_prefix("run-")?.strip_suffix(".journal"));
    if !number.is_some_and(|n| n.len() >= 6 && n.bytes().all(|b| b.is_ascii_digit())) {
        return false;
    }
    let Ok((file, _)) = super::open::regular(path) else { return false };
    let mut start = [0; 40];
    let Ok(read) = super::read_full_at(&file, &mut start, 0) else { return false };
    let mut words = start[..read].split(|b| *b == b' ');
    words.next().is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit))
        && words.next().is_some_and(|n| n.len() == 16 && n.iter().all(u8::is_ascii_hexdigit))
        && words.next().is_some()
}

/// What one file is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Class {
    Mbox(Compression),
    /// A message file by its ending.
    Message,
    /// A message file by its looks only.
    MessageLike,
    /// No octet in it.
    Empty,
    /// Mail that cannot be read, and why.
    Refused(String),
    /// No mail.
    Nothing,
}

/// What lies in one folder. All lists are sorted by the names' octets.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) folders: Vec<OsString>,
    pub(super) mboxes: Vec<(OsString, Compression)>,
    pub(super) messages: Vec<OsString>,
    pub(super) skipped: Vec<Skipped>,
    /// Whether `cur` is there (or `new` and `tmp`).
    pub(super) maildir: bool,
    /// Whether journals lie here: the folder is this program's own.
    pub(super) journals: bool,
}

pub(super) fn chunks(folder: &Folder, octets: u64) -> (Vec<Chunk>, Vec<Skipped>) {
    if folder.path.is_file() {
        let name = folder.path.file_name().map(OsStr::to_owned).into_iter().collect();
        let parent = folder.path.parent().unwrap_or(Path::new("."));
        return (maildir::cut(parent, Path::new(""), name, octets), Vec::new());
    }
    match survey(&folder.path) {
        // What was met beside the messages was listed when the store was discovered.
        Ok(found) => {
            (maildir::cut(&folder.path, Path::new(""), found.messages, octets), Vec::new())
        }
        Err(e) => (Vec::new(), vec![Skipped::new(&folder.path, e.to_string())]),
    }
}

pub(super) fn survey(path: &Path) -> io::Result<Survey> {
    let mut found = Survey::default();
    let (mut files, mut like, mut empty) = (Vec::new(), Vec::new(), Vec::new());
    let mut linked = Vec::new();
    for entry in std::fs::read_dir(path)? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                found.skipped.push(Skipped::new(path, e.to_string()));
                break;
            }
        };
        let name = entry.file_name();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => found.folders.push(name),
            Ok(kind) if kind.is_file() => files.push(name),
            Ok(kind) if no_mail(&name) || name.as_bytes().starts_with(b".") => {
                if kind.is_symlink() && entry.path().is_dir() {
                    linked.push(Skipped::new(&entry.path(), maildir::why_not(kind)));
                }
            }
            Ok(kind) => {
                found.skipped.push(Skipped::new(&entry.path(), maildir::why_not(kind)));
            }
            Err(e) => found.skipped.push(Skipped::new(&entry.path(), e.to_string())),
        }
    }
    if files.iter().any(|name| is_journal(&path.join(name))) {
        return Ok(Survey { journals: true, ..Survey::default() });
    }
    found.folders.sort_unstable();
    files.sort_unstable();
    let has = |name: &str| found.folders.iter().any(|f| f == name);
    found.maildir = has("cur") || has("new") && has("tmp");
    // Elsewhere a hidden link is nobody's mail; in a Maildir++ it would be a folder.
    if found.maildir {
        found.skipped.append(&mut linked);
    }
    for name in &files {
        if name.as_bytes().starts_with(b".") || no_mail(name) {
            continue;
        }
        match classify(&path.join(name), false) {
            Class::Mbox(compression) => found.mboxes.push((name.clone(), compression)),
            Class::Message => found.messages.push(name.clone()),
            Class::MessageLike => like.push(name.clone()),
            Class::Empty => empty.push(name.clone()),
            Class::Refused(why) => found.skipped.push(Skipped::new(&path.join(name), why)),
            Class::Nothing => {}
        }
    }
    // Beside mboxes or in a Maildir, what merely looks like a message is some program's own file.
    if !found.maildir && found.mboxes.is_empty() {
        found.messages.extend(like);
        found.messages.sort_unstable();
    }
    let beside = |name: &OsStr| {
        let with = |ending: &str| {
            let mut other = name.to_owned();
            other.push(ending);
            other
        };
        let (index, children) = (with(".msf"), with(".sbd"));
        files.contains(&index) || found.folders.contains(&children)
    };
    let any_mbox = !found.mboxes.is_empty();
    for name in empty {
        let named = matches!(ending(&name).as_deref(), Some("mbox" | "mbx"));
        if named || beside(&name) || any_mbox && ending(&name).is_none() {
            found.mboxes.push((name, Compression::None));
        }
    }
    found.mboxes.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    found.skipped.sort_unstable();
    Ok(found)
}

/// The ending of a name, in lower case.
fn ending(name: &OsStr) -> Option<String> {
    Path::new(name).extension().map(|e| e.to_string_lossy().to_lowercase())
}

/// Whether a name says that a file is no mail: endings of other things, and what IMAP servers and
/// mail programs keep beside their mail.
fn no_mail(name: &OsStr) -> bool {
    const ENDINGS: &[&str] = &[
        "cfg", "conf", "cpp", "css", "csv", "db", "doc", "docx", "exe", "gif", "htm", "html",
        "ico", "ics", "ini", "ipynb", "jpeg", "jpg", "js", "json", "jsonl", "lua", "mab",
        "markdown", "md", "msf", "odt", "ost", "pdf", "php", "plist", "png", "ps1", "pst", "py",
        "rb", "rs", "rst", "rtf", "sh", "sieve", "snap", "sqlite", "sqlite3", "svbin", "svg",
        "tar", "tgz", "toml", "tsv", "ttf", "vcf", "webp", "woff", "woff2", "xls", "xlsx", "xml",
        "xz", "yaml", "yml", "zip",
    ];
    const STARTS: &[&str] = &[
        "dovecot.",
        "dovecot-acl",
        "dovecot-keywords",
        "dovecot-uid",
        "courierimap",
        "courierpop3",
        "cyrus.",
        "maildirfolder",
        "maildirsize",
        "subscriptions",
    ];
    let shown = name.to_string_lossy();
    STARTS.iter().any(|start| shown.starts_with(start))
        || ending(name).is_some_and(|e| ENDINGS.contains(&e.as_str()))
}

fn message_ending(name: &OsStr) -> bool {
    matches!(ending(name).as_deref(), Some("eml" | "msg" | "mail" | "email"))
}

/// The compression that a file's first octets show.
pub(super) fn compression(start: &[u8]) -> Compression {
    match start {
        [0x1f, 0x8b, 8, ..] => Compression::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Compression::Zstd,
        _ => Compression::None,
    }
}

/// Tells what a file is. `named`: the user named it, so that no guess is made from its ending alone.
pub(super) fn classify(path: &Path, named: bool) -> Class {
    let name = path.file_name().unwrap_or_default();
    let is_message = message_ending(name);
    if is_message && !named {
        return Class::Message;
    }
    let start = match open::regular(path).and_then(|(file, _)| first(file)) {
        Ok(start) => start,
        Err(why) => return Class::Refused(why),
    };
    if is_message {
        return match maildir::foreign(&start) {
            Some(why) => Class::Refused(why.into()),
            None => Class::Message,
        };
    }
    if start.is_empty() {
        return Class::Empty;
    }
    let how = compression(&start);
    let shown = name.to_string_lossy().to_lowercase();
    let like_mbox = shown.contains(".mbox") || shown.ends_with(".mbx");
    if how != Compression::None {
        return packed(path, how, like_mbox || named);
    }
    if opens_mbox(&start) {
        return Class::Mbox(Compression::None);
    }
    if start.starts_with(b"*mbx*\r\n") {
        return Class::Refused("mbx file of UW-IMAP, not read: convert it to mbox".into());
    }
    if shown.ends_with(".emlx") {
        return Class::Refused("Apple Mail .emlx, not read: export the mailbox as mbox".into());
    }
    if roles::looks_like_message(&start) {
        return Class::MessageLike;
    }
    if like_mbox && !named {
        return Class::Refused("named like an mbox, but does not begin with a From_ line".into());
    }
    Class::Nothing
}

fn opens_mbox(start: &[u8]) -> bool {
    let lead = from_line::leading(start);
    let window = &start[lead..start.len().min(lead + from_line::WINDOW)];
    from_line::opening(window).is_some()
}

fn first(file: File) -> Result<Vec<u8>, String> {
    let mut start = Vec::with_capacity(START);
    file.take(START as u64).read_to_end(&mut start).map_err(|e| e.to_string())?;
    Ok(start)
}

fn packed(path: &Path, how: Compression, expected: bool) -> Class {
    let mut start = Vec::new();
    let opened = open::regular(path).and_then(|(file, _)| {
        let stream = mbox::decompressed(file, how).map_err(|e| e.to_string())?;
        stream.take(START as u64).read_to_end(&mut start).map_err(|e| e.to_string())
    });
    if opens_mbox(&start) {
        return Class::Mbox(how);
    }
    match opened {
        Ok(0) if expected => Class::Mbox(how),
        Ok(_) if roles::looks_like_message(&start) => {
            Class::Refused("compressed message file, not read: decompress it first".into())
        }
        Ok(_) if expected => Class::Refused("compressed, but no mbox inside".into()),
        Err(why) if expected => Class::Refused(why),
        _ => Class::Nothing,
    }
}
