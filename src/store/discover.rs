//! Finds the mail below a path, names its folders and tells the role of each and why. Follows no link
//! but the path that was named.

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::files::{self, Class};
use super::{
    Chunk, Compression, Folder, Layout, Listed, Memory, Piece, Role, Skipped, Store, escaped,
    maildir, mbox, roles,
};
use crate::Error;
use crate::codec::{self, coded};

/// Folders nested deeper are left out.
const DEPTH: usize = crate::limits::FOLDERS;

pub(super) fn discover(path: &Path, memory: Option<&dyn Memory>) -> Result<Store, Error> {
    let name = escaped(path.as_os_str().as_bytes());
    let read = |source: io::Error| Error::Read { path: name.clone(), source };
    let meta = std::fs::metadata(path).map_err(read)?;
    // A link is followed where the user named it, and nowhere else.
    let real = if std::fs::symlink_metadata(path).is_ok_and(|m| m.is_symlink()) {
        path.canonicalize().map_err(read)?
    } else {
        path.to_owned()
    };
    let mut finder = Finder { folders: Vec::new(), skipped: Vec::new(), depth: 0 };
    if meta.is_file() {
        finder.file(path, real)?;
    } else if meta.is_dir() {
        let own = real.canonicalize().ok().and_then(|p| Some(own_name(p.file_name()?)));
        let found = files::survey(&real).map_err(read)?;
        if found.journals {
            let what =
                "is a state folder of unscatter: what lies in it are copies, no mail of its own";
            return Err(Error::Malformed { path: name, what: what.into() });
        }
        let here = Here { path: real, below: PathBuf::new(), shown: Vec::new(), top: None };
        finder.folder(here, found, own.as_deref().unwrap_or_default());
        gather(&mut finder.folders, path);
        for folder in &mut finder.folders {
            sent_by_content(folder, memory);
        }
    }
    if finder.folders.is_empty() && finder.skipped.is_empty() {
        return Err(Error::NoMail(name));
    }
    Ok(Store { name, root: path.to_owned(), folders: finder.folders, skipped: finder.skipped })
}

pub(super) fn siblings_sent(path: &Path) -> Vec<PathBuf> {
    let parent = match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => return Vec::new(),
    };
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let mut found: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|e| Some(e.file_name().as_os_str()) != path.file_name())
        .filter(|e| e.file_type().is_ok_and(|t| t.is_file()))
        .filter(|e| roles::by_name(&shown(&e.file_name())) == Some(Role::Sent))
        .map(|e| match path.parent() {
            Some(parent) => parent.join(e.file_name()),
            None => e.path(),
        })
        .filter(|p| matches!(files::classify(p, false), Class::Mbox(_)))
        .collect();
    found.sort_unstable();
    found
}

/// The compression of a file by its first octets.
pub(super) fn compression(path: &Path) -> Compression {
    let mut start = [0; 4];
    let got = File::open(path).and_then(|mut f| f.read(&mut start)).unwrap_or(0);
    // One octet more is asked of gzip (the method) than a torn file may have: then it is plain.
    files::compression(&start[..got])
}

fn shown(name: &OsStr) -> String {
    roles::from_utf7(&escaped(name.as_bytes()))
}

/// The hierarchy in the name of a folder that was named itself: `.INBOX.Sent`.
fn own_name(name: &OsStr) -> Vec<String> {
    let name = shown(name);
    match name.strip_prefix('.') {
        Some(rest) => rest.split('.').map(str::to_owned).collect(),
        None => vec![name],
    }
}

struct Finder {
    folders: Vec<Folder>,
    skipped: Vec<Skipped>,
    depth: usize,
}

/// A folder on disk while it is walked.
#[derive(Clone)]
struct Here {
    path: PathBuf,
    below: PathBuf,
    /// The hierarchy as shown.
    shown: Vec<String>,
    /// The Maildir that it belongs to.
    top: Option<PathBuf>,
}

impl Finder {
    /// One file that the user named.
    fn file(&mut self, named: &Path, path: PathBuf) -> Result<(), Error> {
        let shown_path = || escaped(named.as_os_str().as_bytes());
        let (layout, compression) = match files::classify(&path, true) {
            Class::Mbox(compression) => (Layout::Mbox, compression),
            Class::Empty => (Layout::Mbox, Compression::None),
            Class::Message | Class::MessageLike => (Layout::Files, Compression::None),
            Class::Refused(what) => return Err(Error::Malformed { path: shown_path(), what }),
            Class::Nothing => return Err(Error::NoMail(shown_path())),
        };
        let name = named.file_name().or(path.file_name()).unwrap_or_default();
        let (role, why) = role_of(&[shown(name)], false);
        let mailbox = path.parent().unwrap_or(Path::new(".")).to_owned();
        let below = PathBuf::from(name);
        let name = "INBOX".to_owned();
        let mut folder =
            Folder { name, path, below, layout, compression, role, why, mailbox, mended: None };
        sent_by_content(&mut folder, None);
        self.folders.push(folder);
        Ok(())
    }

    fn folder(&mut self, here: Here, found: files::Survey, own: &[String]) {
        self.skipped.extend(found.skipped);
        let top = match &here.top {
            Some(top) => Some(top.clone()),
            None => found.maildir.then(|| here.path.clone()),
        };
        if found.maildir {
            let mailbox = top.clone().unwrap_or_default();
            self.push(&here, Layout::Maildir, here.shown.clone(), mailbox, own);
        }
        if !found.messages.is_empty() {
            self.push(&here, Layout::Files, here.shown.clone(), here.path.clone(), own);
        }
        for (name, compression) in &found.mboxes {
            let mut shown_name = here.shown.clone();
            // Apple Mail's "Sent Messages.mbox/mbox", readpst's "Sent Items/mbox".
            let packaged = name == "mbox" && !shown_name.is_empty();
            if !packaged {
                shown_name.push(shown(name));
            }
            let mut mailbox = here.path.as_path();
            let mut inside = here.shown.len();
            if packaged {
                (mailbox, inside) = (mailbox.parent().unwrap_or(mailbox), inside - 1);
            }
            while inside > 0 && mailbox.extension().is_some_and(|e| e == "sbd" || e == "mbox") {
                (mailbox, inside) = (mailbox.parent().unwrap_or(mailbox), inside - 1);
            }
            let file =
                Here { path: here.path.join(name), below: here.below.join(name), ..here.clone() };
            self.push(&file, Layout::Mbox, shown_name, mailbox.to_owned(), &[]);
            if let Some(folder) = self.folders.last_mut() {
                folder.compression = *compression;
            }
        }
        for name in found.folders {
            let inside = here.top.is_some() || found.maildir;
            if found.maildir && matches!(name.as_bytes(), b"cur" | b"new" | b"tmp") {
                continue;
            }
            self.child(&here, &name, inside.then_some(top.as_deref()).flatten());
        }
    }

    fn child(&mut self, here: &Here, name: &OsStr, top: Option<&Path>) {
        let path = here.path.join(name);
        let hidden = name.as_bytes().starts_with(b".");
        let holds_mail =
            |path: &Path| std::fs::symlink_metadata(path.join("cur")).is_ok_and(|m| m.is_dir());
        const HIDDEN: [&str; 6] =
            [".thunderbird", ".icedove", ".mail", ".Mail", ".maildir", ".Maildir"];
        if hidden && !holds_mail(&path) && !HIDDEN.iter().any(|h| *h == name) && top.is_none() {
            return;
        }
        let unfinished = name.as_bytes().starts_with(files::UNFINISHED.as_bytes());
        if unfinished || matches!(name.as_bytes(), b".git" | b".svn" | b".hg") {
            return;
        }
        if self.depth >= DEPTH {
            self.skipped.push(Skipped::new(&path, format!("nested deeper than {DEPTH} folders")));
            return;
        }
        let mut shown_name = here.shown.clone();
        match name.as_bytes().strip_prefix(b".") {
            Some(rest) if top.is_some() => {
                let parts = rest.split(|b| *b == b'.').map(|p| shown(OsStr::from_bytes(p)));
                shown_name.extend(parts);
            }
            _ => {
                let name = shown(name);
                let plain = [".sbd", ".mbox"].iter().find_map(|e| name.strip_suffix(e));
                shown_name.push(plain.unwrap_or(&name).to_owned());
            }
        }
        let below = here.below.join(name);
        match files::survey(&path) {
            Ok(found) => {
                self.depth += 1;
                let top = top.map(Path::to_owned);
                self.folder(Here { path, below, shown: shown_name, top }, found, &[]);
                self.depth -= 1;
            }
            Err(e) => self.skipped.push(Skipped::new(&path, e.to_string())),
        }
    }

    fn push(
        &mut self,
        here: &Here,
        layout: Layout,
        shown_name: Vec<String>,
        mailbox: PathBuf,
        own: &[String],
    ) {
        let is_top = here.path == mailbox && layout == Layout::Maildir;
        let (role, why) =
            if shown_name.is_empty() { role_of(own, is_top) } else { role_of(&shown_name, is_top) };
        let name = if shown_name.is_empty() { "INBOX".into() } else { shown_name.join("/") };
        self.folders.push(Folder {
            name,
            path: here.path.clone(),
            below: here.below.clone(),
            layout,
            compression: Compression::None,
            role,
            why,
            mailbox,
            mended: None,
        });
    }
}

const UNNAMED: &str = "no special name";

fn role_of(hierarchy: &[String], top: bool) -> (Role, String) {
    match roles::by_hierarchy(hierarchy.iter().map(String::as_str)) {
        Some((role, name)) => (role, format!("named {name}")),
        None if top => (Role::Received, "top of the Maildir".into()),
        None => (Role::Received, UNNAMED.into()),
    }
}

/// Whether a folder is called Sent by its name below the top of its Maildir: what lies in a Maildir that is itself
/// called so is a part of that.
fn is_sent_below_top(folder: &Folder) -> bool {
    let Ok(below) = folder.path.strip_prefix(&folder.mailbox) else { return false };
    let parts = below.components().map(|part| shown(part.as_os_str())).collect::<Vec<_>>();
    let names = parts.iter().flat_map(|part| part.split('.'));
    roles::by_hierarchy(names).is_some_and(|(role, _)| role == Role::Sent)
}

/// Folders that lie side by side and of which one has a special name are one mailbox: `Mail/INBOX`
/// and `Mail/Sent` of mbsync, an export with a folder of message files each.
fn gather(folders: &mut [Folder], root: &Path) {
    let own_sent: Vec<PathBuf> = folders
        .iter()
        .filter(|f| f.role == Role::Sent && f.layout == Layout::Maildir && is_sent_below_top(f))
        .map(|f| f.mailbox.clone())
        .collect();
    // What was named may be called as a special folder is; a Maildir that has a Sent of its own is a mailbox.
    for top in folders.iter_mut().filter(|f| f.layout == Layout::Maildir && f.path == f.mailbox) {
        let named = top.below.as_os_str().is_empty() && top.role != Role::Received;
        if named && own_sent.contains(&top.mailbox) {
            top.role = Role::Received;
            top.why = "top of the Maildir, which has its own Sent".into();
        }
    }
    let mut anchors = Vec::new();
    for folder in folders.iter() {
        let inside_maildir = folder.layout == Layout::Maildir && folder.path != folder.mailbox;
        if inside_maildir {
            continue;
        }
        let special = |name: &OsStr| roles::by_name(&shown(name)).is_some();
        let mut at = PathBuf::new();
        for part in &folder.below {
            if special(part) {
                anchors.push(if at.as_os_str().is_empty() { root.into() } else { root.join(&at) });
                break;
            }
            at.push(part);
        }
    }
    anchors.sort_unstable_by_key(|a| a.as_os_str().len());
    for folder in folders {
        let standing_alone =
            folder.layout != Layout::Maildir || !own_sent.contains(&folder.mailbox);
        if standing_alone
            && let Some(anchor) = anchors.iter().find(|a| folder.mailbox.starts_with(a))
        {
            folder.mailbox = anchor.clone();
        }
    }
}

/// Messages of a folder that are looked at, and how many there must be.
const SAMPLE: usize = 200;
const ENOUGH: usize = 20;

/// What a sample of a folder's header blocks shows.
#[derive(Default)]
struct Sample {
    seen: usize,
    /// With a trace of delivery.
    delivered: usize,
    automatic: usize,
    /// By From address: messages without a trace of delivery, and how many of them go elsewhere.
    senders: HashMap<String, (usize, usize)>,
}

/// Takes a folder without a special name for Sent where its content leaves no doubt: at least 20
/// messages, almost all From one address to others, without Received, and no automatic answer.
fn sent_by_content(folder: &mut Folder, memory: Option<&dyn Memory>) {
    let inbox = folder.name.rsplit('/').next().and_then(roles::by_name) == Some(Role::Received)
        && folder.why.starts_with("named");
    if folder.role != Role::Received || inbox || folder.layout == Layout::Files {
        return;
    }
    let Some(sample) = sample(folder, memory) else { return };
    let mut senders: Vec<_> = sample.senders.into_iter().collect();
    senders.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let Some((address, (count, elsewhere))) = senders.into_iter().next() else { return };
    if sample.seen >= ENOUGH
        && sample.automatic == 0
        && sample.delivered * 20 <= sample.seen
        && count * 5 >= sample.seen * 4
        && elsewhere * 2 >= count
    {
        let share = count * 100 / sample.seen;
        folder.role = Role::Sent;
        folder.why = format!(
            "by content: {share}% of {} messages are From {} and have no Received",
            sample.seen,
            escaped(address.as_bytes())
        );
    }
}

fn sample(folder: &Folder, memory: Option<&dyn Memory>) -> Option<Sample> {
    let mut sample = Sample::default();
    let chunks = match folder.layout {
        Layout::Mbox => mbox::whole(folder)?,
        _ => {
            // A glance at some files as they come spares the listing of a large inbox.
            let few = spread(maildir::some(folder, 2 * ENOUGH), ENOUGH);
            if few.iter().map(count).sum::<usize>() < ENOUGH {
                return None;
            }
            look(folder, &few, memory, &mut sample);
            if sample.delivered * 4 > sample.seen || sample.automatic > 1 {
                return None;
            }
            sample = Sample::default();
            spread(folder.chunks(u64::MAX).ok()?.0, SAMPLE)
        }
    };
    look(folder, &chunks, memory, &mut sample);
    Some(sample)
}

fn count(chunk: &Chunk) -> usize {
    match &chunk.piece {
        Piece::Files { names, .. } => names.len(),
        _ => 0,
    }
}

/// Leaves about `wanted` files, evenly spread.
fn spread(mut chunks: Vec<Chunk>, wanted: usize) -> Vec<Chunk> {
    let all: usize = chunks.iter().map(count).sum();
    let step = (all / wanted).max(1);
    let mut at = 0usize;
    for chunk in &mut chunks {
        if let Piece::Files { names, .. } = &mut chunk.piece {
            names.retain(|_| {
                at += 1;
                (at - 1).is_multiple_of(step)
            });
        }
    }
    chunks
}

/// What the header block of one message shows of who sent it.
#[derive(Clone)]
struct Looks {
    /// A trace of delivery.
    delivered: bool,
    automatic: bool,
    /// The address in From, in lower case.
    from: String,
    /// Whether To names that address too.
    to_self: bool,
}

coded!(Looks { delivered, automatic, from, to_self });

/// Looks into messages until they tell enough. Those whose looks are remembered are not opened.
fn look(folder: &Folder, chunks: &[Chunk], memory: Option<&dyn Memory>, sample: &mut Sample) {
    for chunk in chunks {
        let sample = RefCell::new(&mut *sample);
        let mut ended = false;
        let enough = |sample: &Sample| {
            let hopeless = sample.seen >= ENOUGH && sample.delivered * 4 > sample.seen;
            sample.seen >= SAMPLE || hopeless
        };
        let mut known = |listed: &Listed<'_>| {
            if ended {
                return true;
            }
            let looks = memory
                .and_then(|m| m.recall(&listed.key(LOOKS)))
                .and_then(|octets| codec::decoded::<Looks>(&octets).ok());
            let Some(looks) = looks else { return false };
            let sample = &mut *sample.borrow_mut();
            sample.add(looks);
            // As the visit below ends there.
            ended = enough(sample);
            true
        };
        let known: Option<&mut dyn FnMut(&Listed<'_>) -> bool> =
            if memory.is_some() { Some(&mut known) } else { None };
        folder.read_where(chunk, &mut { known }, &mut |stored| {
            let looks = Looks::of(stored.head());
            if let (Some(memory), Some(listed)) = (memory, &stored.listed) {
                memory.learn(listed.key(LOOKS), &listed.stamp, codec::encoded(&looks));
            }
            let sample = &mut *sample.borrow_mut();
            sample.add(looks);
            if enough(sample) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        if sample.borrow().seen >= SAMPLE {
            break;
        }
    }
}

/// For what looks are remembered.
const LOOKS: &str = "looks";

impl Looks {
    fn of(head: &[u8]) -> Self {
        let has = |name: &[u8]| roles::field(head, name).is_some();
        let text = |name: &[u8]| {
            roles::field(head, name)
                .map(|v| String::from_utf8_lossy(&v).to_lowercase())
                .unwrap_or_default()
        };
        let from = text(b"From:");
        let automatic = text(b"Auto-Submitted:").contains("auto-")
            || text(b"Content-Type:").contains("multipart/report")
            || text(b"Return-Path:").trim() == "<>"
            || has(b"X-Failed-Recipients:")
            || from.contains("mailer-daemon");
        let delivered = has(b"Received:") || has(b"Return-Path:") || has(b"Delivered-To:");
        let address = match (from.rfind('<'), from.rfind('>')) {
            (Some(open), Some(close)) if open < close => &from[open + 1..close],
            _ => from.split_whitespace().find(|w| w.contains('@')).unwrap_or_default(),
        };
        let to_self = !delivered && address.contains('@') && text(b"To:").contains(address);
        Looks { delivered, automatic, to_self, from: address.to_owned() }
    }
}

impl Sample {
    fn add(&mut self, looks: Looks) {
        self.seen += 1;
        self.automatic += usize::from(looks.automatic);
        if looks.delivered {
            self.delivered += 1;
        } else if looks.from.contains('@') {
            let entry = self.senders.entry(looks.from).or_default();
            entry.0 += 1;
            entry.1 += usize::from(!looks.to_self);
        }
    }
}
