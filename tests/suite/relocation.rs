//! Moving mail and taking it back, on stores made at random and by hand: nothing lost, nothing doubled,
//! every octet, name, flag and time as it was.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use tempfile::TempDir;
use unscatter::relocation::{
    Choice, Plan, Report, Session, Site, Step, Surroundings, Target, apply, undo,
};
use unscatter::store::{Fingerprint, Store};

/// A folder in memory, where there is one: a thousand cases wait for many disks.
pub(crate) fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
    }
}

fn surroundings<'a>(state: &'a Path, stop: &'a dyn Fn() -> bool) -> Surroundings<'a> {
    Surroundings { state, now: 1_796_000_000, host: "test.example", stop }
}

fn run(folder: &Path, plan: &Plan) -> Report {
    let state = folder.join("state");
    let around = surroundings(&state, &|| false);
    let session = Session::begin(&around).unwrap();
    apply(plan, &session, &around).unwrap()
}

fn back(folder: &Path, choice: &Choice) -> Report {
    undo(None, choice, &surroundings(&folder.join("state"), &|| false)).unwrap()
}

fn step(class: &str, octets: &[u8], from: Site, to: Target) -> Step {
    Step {
        store: "store".into(),
        folder: "INBOX".into(),
        locator: "x".into(),
        class: class.into(),
        fingerprint: Fingerprint::of(octets),
        from,
        to,
    }
}

/// Every message file below a Maildir: name without `,U=n`, octets, mode, mtime.
type Files = BTreeMap<PathBuf, (Vec<u8>, u32, i64, i64)>;

fn files(top: &Path) -> Files {
    fn walk(dir: &Path, top: &Path, out: &mut Files) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let metadata = path.symlink_metadata().unwrap();
            if metadata.is_dir() {
                walk(&path, top, out);
            } else if path.file_name().unwrap() != "maildirfolder" {
                let name = path.strip_prefix(top).unwrap().to_owned();
                let octets = fs::read(&path).unwrap();
                let facts = (octets, metadata.mode(), metadata.mtime(), metadata.mtime_nsec());
                out.insert(name, facts);
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(top, top, &mut out);
    out
}

fn without_uids(files: &Files) -> Files {
    let plain = |p: &PathBuf| {
        let text = p.to_str().unwrap();
        let at = text.find(",U=");
        PathBuf::from(match at {
            Some(at) => {
                let digits = text[at + 3..]
                    .find(|c: char| !c.is_ascii_digit())
                    .unwrap_or(text.len() - at - 3);
                format!("{}{}", &text[..at], &text[at + 3 + digits..])
            }
            None => text.to_owned(),
        })
    };
    files.iter().map(|(p, f)| (plain(p), f.clone())).collect()
}

fn octets(files: &Files) -> Vec<Vec<u8>> {
    let mut all: Vec<_> = files.values().map(|f| f.0.clone()).collect();
    all.sort();
    all
}

#[derive(Debug, Clone)]
struct Mail {
    below: usize,
    cur: bool,
    flags: String,
    fields: String,
    octets: Vec<u8>,
    mtime: i64,
    goes: bool,
    class: usize,
}

const FOLDERS: [&str; 3] = ["", ".Lists", ".Lists.Old"];
const CLASSES: [&str; 2] = ["backscatter", "auto-reply"];

fn mail() -> impl Strategy<Value = Mail> {
    (
        0..3usize,
        any::<bool>(),
        "F?R?S?[a-c]{0,2}",
        prop_oneof![
            Just(String::new()),
            Just(",S=12".into()),
            Just(",S=3,U=77".into()),
            Just(",U=5".into())
        ],
        prop_oneof![any::<Vec<u8>>(), Just(b"Subject: same\n\n".to_vec())],
        1_000_000_000..1_800_000_000i64,
        any::<bool>(),
        0..2usize,
    )
        .prop_map(|(below, cur, flags, fields, octets, mtime, goes, class)| Mail {
            below,
            cur,
            flags,
            fields,
            octets,
            mtime,
            goes,
            class,
        })
}

fn build(top: &Path, mails: &[Mail]) -> Vec<Step> {
    let mut steps = Vec::new();
    for folder in FOLDERS {
        for sub in ["cur", "new", "tmp"] {
            fs::create_dir_all(top.join(folder).join(sub)).unwrap();
        }
    }
    let top = fs::canonicalize(top).unwrap();
    for (i, m) in mails.iter().enumerate() {
        // Messages of different folders share their unique part.
        let unique = mails[..i].iter().filter(|o| o.below == m.below).count();
        let name = match m.cur {
            true => format!("17{unique}.M{unique}.host{}:2,{}", m.fields, m.flags),
            false => format!("17{unique}.M{unique}.host{}", m.fields),
        };
        let below = Path::new(FOLDERS[m.below]).join(if m.cur { "cur" } else { "new" }).join(name);
        let path = top.join(&below);
        fs::write(&path, &m.octets).unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(m.mtime as u64);
        fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
        if m.goes {
            let class = CLASSES[m.class];
            let from = Site::File { top: top.clone(), below };
            let to = Target::Folder(format!(".Backscatter.{class}").into());
            steps.push(step(class, &m.octets, from, to));
        }
    }
    steps
}

fn plan(steps: Vec<Step>) -> Plan {
    Plan { steps, include_flagged: true, ..Plan::default() }
}

/// One message of an mbox with its From_ line and the blank line behind it.
#[derive(Debug, Clone)]
struct Entry {
    body: Vec<String>,
    status: bool,
    goes: bool,
    class: usize,
}

fn entry() -> impl Strategy<Value = Entry> {
    let line = prop_oneof![
        "[a-zA-Z0-9 ]{0,30}",
        Just(String::new()),
        Just(">From here it is quoted".to_owned()),
        Just("From here on it rains".to_owned()),
        Just("same".to_owned()),
    ];
    (proptest::collection::vec(line, 0..5), any::<bool>(), any::<bool>(), 0..2usize)
        .prop_map(|(body, status, goes, class)| Entry { body, status, goes, class })
}

fn mbox(entries: &[Entry], crlf: bool, ending: u8) -> Vec<(Vec<u8>, Vec<u8>, Vec<u8>)> {
    let nl = if crlf { "\r\n" } else { "\n" };
    let last = entries.len().wrapping_sub(1);
    entries
        .iter()
        .enumerate()
        .map(|(i, e)| {
            let from = format!("From a{}@example.org Mon Nov 23 19:15:2{} 2026{nl}", i % 3, i % 10);
            let mut text = format!("Subject: {}{nl}", e.body.len());
            if e.status {
                text.push_str(&format!("Status: RO{nl}"));
            }
            text.push_str(nl);
            for line in &e.body {
                text.push_str(&format!("{line}{nl}"));
            }
            text.push_str(&format!("end{nl}"));
            let mut frame = nl.to_owned();
            if i == last && ending > 0 {
                frame.clear();
            }
            if i == last && ending > 1 {
                text.truncate(text.len() - nl.len());
            }
            (from.into_bytes(), text.into_bytes(), frame.into_bytes())
        })
        .collect()
}

fn joined<'a>(parts: impl IntoIterator<Item = &'a (Vec<u8>, Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    parts.into_iter().flat_map(|(a, b, c)| [a.as_slice(), b, c].concat()).collect()
}

fn messages(path: &Path) -> Vec<Fingerprint> {
    if fs::metadata(path).map_or(0, |m| m.len()) == 0 {
        return Vec::new();
    }
    let store = Store::discover(path).unwrap();
    let folder = &store.folders[0];
    let mut all = Vec::new();
    for chunk in folder.chunks(1 << 20).unwrap().0 {
        folder.read(&store, &chunk, &mut |stored| all.push(stored.fingerprint().unwrap()));
    }
    all
}

/// Random stores of each kind.
fn rounds() -> u32 {
    if crate::faults::everything() { 10_000 } else { 1_000 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: rounds(), ..ProptestConfig::default() })]

    #[test]
    fn a_maildir_is_as_it_was_after_sweep_and_undo(
        mails in proptest::collection::vec(mail(), 0..14), by_class in any::<bool>(),
    ) {
        let folder = folder();
        let top = folder.path().join("Maildir");
        let steps = build(&top, &mails);
        let before = files(&top);
        let count = steps.len() as u64;
        let plan = plan(steps);
        let report = run(folder.path(), &plan);
        prop_assert_eq!(report.moved(), count, "{:?}", report.skipped);
        let swept = files(&top);
        prop_assert_eq!(octets(&swept), octets(&before));
        for path in swept.keys().filter(|p| p.starts_with(".Backscatter")) {
            let name = path.to_str().unwrap();
            prop_assert!(!name.contains(",U="));
            prop_assert!(!name.rsplit(":2,").next().unwrap().bytes().any(|b| b.is_ascii_lowercase()) || !name.contains(":2,"));
        }
        let again = run(folder.path(), &plan);
        prop_assert_eq!(again.moved(), 0);
        prop_assert_eq!(&files(&top), &swept);
        if by_class {
            back(folder.path(), &Choice { classes: vec!["auto-reply".into()], ..Choice::default() });
            prop_assert_eq!(octets(&files(&top)), octets(&before));
        }
        let report = back(folder.path(), &Choice::default());
        prop_assert!(report.skipped.is_empty(), "{:?}", report.skipped);
        let after = files(&top);
        prop_assert_eq!(octets(&after), octets(&before));
        let goes = |p: &PathBuf| !before.contains_key(p);
        prop_assert_eq!(without_uids(&after), without_uids(&before));
        prop_assert!(after.keys().filter(|p| goes(p)).all(|p| !p.to_str().unwrap().contains(",U=")));
    }

    #[test]
    fn an_mbox_is_as_it_was_after_sweep_and_undo(
        entries in proptest::collection::vec(entry(), 1..12),
        there in proptest::collection::vec(entry(), 0..3),
        crlf in any::<bool>(), ending in 0..3u8, there_ending in 0..3u8, two in any::<bool>(),
        partly in any::<bool>(),
    ) {
        let folder = folder();
        let root = fs::canonicalize(folder.path()).unwrap();
        let parts = mbox(&entries, crlf, ending);
        let whole = joined(&parts);
        let source = root.join("inbox");
        fs::write(&source, &whole).unwrap();
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_234_567_890);
        fs::File::options().write(true).open(&source).unwrap().set_modified(time).unwrap();
        let others = mbox(&there, false, there_ending);
        let target = root.join("swept-backscatter");
        if !there.is_empty() {
            fs::write(&target, joined(&others)).unwrap();
        }
        let mut at = 0;
        let mut steps = Vec::new();
        for (e, (from, text, frame)) in entries.iter().zip(&parts) {
            let class = if two { CLASSES[e.class] } else { CLASSES[0] };
            if e.goes {
                let offset = at + from.len() as u64;
                let site = Site::Span { path: source.clone(), offset, length: text.len() as u64 };
                let to = Target::Mbox(root.join(format!("swept-{class}")));
                steps.push(step(class, text, site, to));
            }
            at += (from.len() + text.len() + frame.len()) as u64;
        }
        let targets = [target.clone(), root.join("swept-auto-reply")];
        let mut all = messages(&source);
        all.extend(messages(&target));
        all.sort();
        let multiset = || {
            let mut now = messages(&source);
            targets.iter().for_each(|t| now.extend(messages(t)));
            now.sort();
            now
        };
        let plan = plan(steps);
        let report = run(&root, &plan);
        // The one case that is refused: both files end without a line end.
        let refused = !report.skipped.is_empty();
        if refused {
            prop_assert!(ending == 2 && there_ending == 2 && !there.is_empty(), "{:?}", report.skipped);
        } else {
            let kept: Vec<_> = entries.iter().zip(&parts).filter(|(e, _)| !e.goes).map(|(_, p)| p).collect();
            prop_assert_eq!(fs::read(&source).unwrap(), joined(kept));
            prop_assert_eq!(report.moved(), plan.steps.len() as u64);
        }
        prop_assert_eq!(multiset(), all.clone());
        prop_assert_eq!(fs::metadata(&source).unwrap().mtime(), 1_234_567_890);
        let swept: Vec<_> = targets.iter().map(|t| fs::read(t).ok()).collect();
        let mut shifted = run(&root, &Plan { steps: Vec::new(), ..Plan::default() });
        prop_assert_eq!(shifted.moved(), 0);
        shifted.skipped.clear();
        prop_assert_eq!(&targets.iter().map(|t| fs::read(t).ok()).collect::<Vec<_>>(), &swept);
        if partly {
            back(&root, &Choice { classes: vec!["auto-reply".into()], ..Choice::default() });
            prop_assert_eq!(multiset(), all.clone());
            let digests = plan.steps.iter().step_by(2).map(|s| s.fingerprint.hex()).collect();
            back(&root, &Choice { digests, ..Choice::default() });
            prop_assert_eq!(multiset(), all.clone());
        }
        let report = back(&root, &Choice::default());
        prop_assert!(report.skipped.is_empty(), "{:?}", report.skipped);
        prop_assert_eq!(multiset(), all);
        let now = fs::read(&source).unwrap();
        prop_assert_eq!(String::from_utf8_lossy(&now), String::from_utf8_lossy(&whole));
        prop_assert_eq!(fs::metadata(&source).unwrap().mtime(), 1_234_567_890);
        // A target that is empty again stays.
        prop_assert_eq!(fs::read(&target).unwrap_or_default(), if there.is_empty() { Vec::new() } else { joined(&others) });
        prop_assert!(fs::read(&targets[1]).unwrap_or_default().is_empty());
        let left: Vec<_> = fs::read_dir(&root).unwrap().map(|e| e.unwrap().file_name()).filter(|n| n.to_str().unwrap().contains(".lock")).collect();
        prop_assert!(left.is_empty(), "{:?}", left);
    }
}

pub(crate) fn program(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let output = std::process::Command::new(crate::faults::program())
        .args(arguments)
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = |b: Vec<u8>| String::from_utf8(b).unwrap();
    (output.status.code().unwrap_or(-1), text(output.stdout), text(output.stderr))
}

/// A Maildir with bounces of mail that nobody knows, and ordinary mail.
pub(crate) fn store(folder: &Path) -> PathBuf {
    let store = folder.join("store");
    for sub in ["cur", "new", "tmp"] {
        fs::create_dir_all(store.join(sub)).unwrap();
    }
    for i in 0..5 {
        let bounce = format!(
            "Return-Path: <>\nFrom: Mail Delivery System <mailer-daemon@mx{i}.example.net>\n\
             To: owner@example.org\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n\
             Auto-Submitted: auto-replied\nMessage-ID: <b{i}@mx{i}.example.net>\n\
             Date: Fri, 14 Aug 2026 12:0{i}:00 +0000\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\n\nThis is the mail system. Your message could not be delivered.\n\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx{i}.example.net\n\n\
             Final-Recipient: rfc822; nobody{i}@example.net\nAction: failed\nStatus: 5.1.1\n\n\
             --b\nContent-Type: message/rfc822\n\nReceived: from bot ([192.0.2.{i}]) by mx\n\
             From: owner@example.org\nTo: nobody{i}@example.net\nSubject: pills\n\
             Message-ID: <spam{i}@bot.example>\n\nBuy.\n\n--b--\n"
        );
        fs::write(store.join(format!("cur/1.b{i}:2,S")), bounce).unwrap();
        let ordinary = format!(
            "From: friend@example.com\nTo: owner@example.org\nSubject: lunch {i}\n\
             Message-ID: <{i}@example.com>\nDate: Fri, 14 Aug 2026 12:00:00 +0000\n\nAt noon?\n"
        );
        fs::write(store.join(format!("new/1.o{i}")), ordinary).unwrap();
    }
    store
}

/// What is moved does not depend on numbers that change with what is learned.
pub(crate) const ANY: [&str; 6] = ["--origin", "forged", "--origin", "unknown", "--min-score", "0"];

#[test]
fn a_plan_changes_nothing_and_what_it_saves_can_be_carried_out() {
    let folder = folder();
    let store = store(folder.path());
    let to = "Backscatter";
    let before = files(&store);
    let (code, out, err) = program(
        folder.path(),
        &[&["sweep", "store", "--to", to, "-o", "plan.csv"][..], &ANY].concat(),
    );
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(files(&store), before);
    assert!(!folder.path().join("state").exists());
    let mode = folder.path().join("plan.csv").metadata().unwrap().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let saved = fs::read_to_string(folder.path().join("plan.csv")).unwrap();
    let rows = saved.lines().count() - 1;
    assert!(rows > 1, "{out}");
    // A person deletes a line.
    let fewer: Vec<&str> =
        saved.lines().enumerate().filter(|(i, _)| *i != 1).map(|(_, l)| l).collect();
    fs::write(folder.path().join("plan.csv"), fewer.join("\n")).unwrap();
    let (code, out, err) = program(folder.path(), &["sweep", "--plan", "plan.csv", "--apply"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("unscatter undo 1"), "{out}");
    let (_, out, _) = program(folder.path(), &["undo", "--list"]);
    assert!(out.contains(&format!("moved {}", rows - 1)), "{out}");
    let (code, ..) = program(folder.path(), &["undo"]);
    assert_eq!(code, 0);
    assert_eq!(files(&store), before);
    // What an undo put back is left alone, unless it is asked for.
    let sweep = [&["sweep", "store", "--to", to, "--max-share", "1", "--apply"][..], &ANY].concat();
    let (_, out, _) = program(folder.path(), &sweep[..]);
    assert!(out.contains("Moved 1 "), "{out}");
    let (_, out, _) = program(folder.path(), &[&sweep[..], &["--again"]].concat());
    assert!(out.contains("Moved"), "{out}");
}

#[test]
fn a_changed_message_is_left_alone_and_told() {
    let folder = folder();
    let store = store(folder.path());
    let to = "Backscatter";
    program(folder.path(), &[&["sweep", "store", "--to", to, "-o", "plan.csv"][..], &ANY].concat());
    let saved = fs::read_to_string(folder.path().join("plan.csv")).unwrap();
    let digest =
        saved.lines().nth(1).unwrap().split(',').find(|c| c.len() == 64).unwrap().to_owned();
    let wrong = "0".repeat(64);
    fs::write(folder.path().join("plan.csv"), saved.replacen(&digest, &wrong, 1)).unwrap();
    let before = octets(&files(&store));
    let (code, _, err) = program(folder.path(), &["sweep", "--plan", "plan.csv", "--apply"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("changed since it was scanned"), "{err}");
    if to == "Backscatter" {
        assert_eq!(octets(&files(&store)), before);
    }
}

#[test]
fn a_target_of_the_wrong_form_is_refused() {
    let folder = folder();
    let store = store(folder.path());
    let before = files(&store);
    let wrong = ["/tmp/x", "a/../b", ".x", "swept.mbox", "", "a//b"];
    for to in wrong {
        let (code, _, err) = program(folder.path(), &["sweep", "store", "--to", to, "--apply"]);
        assert_eq!(code, 2, "{to}: {err}");
    }
    assert_eq!(files(&store), before);
}

#[test]
fn a_share_that_is_exceeded_moves_nothing_and_names_the_command() {
    let folder = folder();
    let store = store(folder.path());
    let before = files(&store);
    let sweep =
        [&["sweep", "store", "--to", "Backscatter", "--max-share", "0.01"][..], &ANY].concat();
    let (code, _, err) = program(folder.path(), &[&sweep[..], &["--apply"]].concat());
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("to go on: unscatter sweep") && err.contains("--max-share 0."), "{err}");
    assert_eq!(files(&store), before);
    let (code, out, _) = program(folder.path(), &sweep[..]);
    assert_eq!(code, 0);
    assert!(out.contains("more than --max-share"), "{out}");
}

#[test]
fn a_second_run_at_the_same_time_is_told_to_wait() {
    let folder = folder();
    let _store = store(folder.path());
    let state = folder.path().join("state/unscatter");
    let stop = || false;
    let around = surroundings(&state, &stop);
    let session = Session::begin(&around).unwrap();
    let (code, _, err) =
        program(folder.path(), &["sweep", "store", "--to", "Backscatter", "--apply"]);
    assert_eq!(code, 75, "{err}");
    let (code, ..) = program(folder.path(), &["undo"]);
    assert_eq!(code, 75);
    drop(session);
    let (code, ..) = program(folder.path(), &["undo"]);
    assert_eq!(code, 0);
}

#[test]
fn an_mbox_that_another_program_has_locked_is_left_alone() {
    let folder = folder();
    let root = fs::canonicalize(folder.path()).unwrap();
    let text = b"Subject: x\n\nbody\n";
    let octets = [&b"From a@example.org Mon Nov 23 19:15:20 2026\n"[..], text, b"\n"].concat();
    fs::write(root.join("inbox"), &octets).unwrap();
    fs::write(root.join("inbox.lock"), "1:elsewhere\n").unwrap();
    let site = Site::Span { path: root.join("inbox"), offset: 44, length: text.len() as u64 };
    let plan = plan(vec![step("backscatter", text, site, Target::Mbox(root.join("swept")))]);
    let report = run(&root, &plan);
    assert_eq!((report.moved(), report.busy), (0, 1));
    assert_eq!(fs::read(root.join("inbox")).unwrap(), octets);
    assert!(root.join("inbox.lock").exists() && !root.join("swept").exists());
}

#[test]
fn a_copy_is_removed_by_its_undo_and_nothing_else() {
    let folder = folder();
    let top = folder.path().join("Maildir");
    let mails: Vec<Mail> = (0..3)
        .map(|i| Mail {
            below: 0,
            cur: true,
            flags: "S".into(),
            fields: String::new(),
            octets: vec![i; 10],
            mtime: 1_700_000_000,
            goes: i > 0,
            class: 0,
        })
        .collect();
    let steps = build(&top, &mails);
    let before = files(&top);
    let report = run(folder.path(), &Plan { copy: true, ..plan(steps) });
    assert_eq!(report.moved(), 2);
    assert_eq!(files(&top).len(), 5);
    assert!(before.iter().all(|(p, f)| files(&top).get(p) == Some(f)));
    let report = back(folder.path(), &Choice::default());
    assert!(report.skipped.is_empty(), "{:?}", report.skipped);
    assert_eq!(files(&top), before);
}
