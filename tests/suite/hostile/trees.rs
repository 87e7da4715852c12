//! Mailboxes as an attacker would leave them, through every command: nothing hangs, nothing that is not an
//! answer moves, nothing that reaches a terminal or a spreadsheet acts, and an undo puts every octet back.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

use super::broken;
use crate::support::corpus;

/// A hang is a failure like another; nothing here takes a fraction of this.
const HANG: Duration = Duration::from_secs(300);

fn unscatter(folder: &Path, arguments: &[&str]) -> Output {
    let output = assert_cmd::Command::new(crate::faults::program())
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .args(arguments)
        .timeout(HANG)
        .output()
        .unwrap();
    assert!(output.status.code().is_some(), "{arguments:?} was ended: {output:?}");
    for stream in [&output.stdout, &output.stderr] {
        let text = std::str::from_utf8(stream).unwrap();
        let bad = text.chars().find(|c| acts(*c) && *c != '\n');
        assert!(bad.is_none(), "{arguments:?} printed {bad:?}");
    }
    output
}

/// Controls, and characters that turn or hide what stands around them.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[track_caller]
fn exits(output: &Output, allowed: &[i32]) {
    let code = output.status.code().unwrap();
    assert!(allowed.contains(&code), "{code}: {}", String::from_utf8_lossy(&output.stderr));
}

/// All that lies below a folder, but the journal and the marks of folders: files with their octets, links with
/// their targets, others by their kind.
fn contents(top: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, top: &Path, out: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let kind = path.symlink_metadata().unwrap().file_type();
            if path == top.join("state") || path.ends_with("maildirfolder") {
                continue;
            }
            let what = if kind.is_dir() {
                walk(&path, top, out);
                continue;
            } else if kind.is_symlink() {
                fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes()
            } else if kind.is_fifo() || kind.is_socket() {
                b"special".to_vec()
            } else {
                fs::read(&path).unwrap()
            };
            out.insert(path.strip_prefix(top).unwrap().to_owned(), what);
        }
    }
    let mut out = BTreeMap::new();
    walk(top, top, &mut out);
    out
}

fn octets(contents: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<&Vec<u8>> {
    let mut all: Vec<_> = contents.values().collect();
    all.sort();
    all
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// The first message of the joe-job whose truth is that, as its octets.
fn one_of_the_joe_job(kind: &str, origin: &str) -> Vec<u8> {
    let store = corpus().join("stores/joe-job");
    let mut rows = csv::Reader::from_path(store.join("truth.csv")).unwrap();
    let headers = rows.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let row = rows
        .records()
        .map(Result::unwrap)
        .find(|r| &r[at("kind")] == kind && &r[at("origin")] == origin)
        .unwrap();
    fs::read(store.join(&row[at("path")])).unwrap()
}

/// Names that a Maildir may hold, and that nobody expects.
fn names() -> Vec<Vec<u8>> {
    let mut names: Vec<Vec<u8>> = [
        &b"with\nnewline:2,S"[..],
        b"with\ttab:2,S",
        b"with\x1b[2Jescape:2,S",
        b"with\x7fdelete:2,S",
        b"with\xff\xfe octets:2,S",
        b"with \xe2\x80\xaebidi:2,S",
        b"with blank:2,S",
        b"=cmd|calc!A1:2,S",
        b"-o:2,S",
        b"--apply:2,S",
        b"@SUM(1):2,S",
        b"\"quoted\",comma:2,S",
        b"'; DROP TABLE finding; --:2,S",
        b"<script>alert(1)<script>:2,S",
        b"no-info-part",
        b"semicolon;2,S",
        b"twice:2,S:2,F",
        b"unknown-flags:2,SXYZ",
        b"keywords:2,Sabc",
        b"uid,U=77:2,S",
        b"back\\slash:2,S",
        b"#5+9:2,S",
        b"%s%n:2,S",
        b"$(reboot):2,S",
        b"`reboot`:2,S",
        b"*:2,S",
        b"~:2,S",
    ]
    .map(<[u8]>::to_vec)
    .into();
    let mut longest = vec![b'x'; 255 - 4];
    longest.extend_from_slice(b":2,S");
    names.push(longest);
    names
}

/// A Maildir of a joe-job with everything in it that an attacker may leave there.
fn maildir(top: &Path) -> usize {
    let store = top.join("Maildir");
    copy(&corpus().join("stores/joe-job"), &store);
    fs::create_dir_all(store.join("tmp")).unwrap();
    let cur = store.join("cur");
    let forged = one_of_the_joe_job("bounce", "forged");
    for name in names() {
        fs::write(cur.join(OsStr::from_bytes(&name)), &forged).unwrap();
    }
    let outside = top.join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret.eml"), &forged).unwrap();
    symlink(outside.join("secret.eml"), cur.join("link:2,S")).unwrap();
    symlink("/dev/zero", cur.join("link-to-a-device:2,S")).unwrap();
    symlink("loop:2,S", cur.join("loop:2,S")).unwrap();
    symlink(&outside, store.join(".Linked")).unwrap();
    symlink(&store, store.join(".Circle")).unwrap();
    fs::create_dir(cur.join("a-folder:2,S")).unwrap();
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let fifo = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, cur.join("fifo:2,S"), fifo, mode, 0).unwrap();
    drop(std::os::unix::net::UnixListener::bind(cur.join("socket:2,S")).unwrap());
    for folder in [
        &b".esc\x1b[2J"[..],
        b".new\nline",
        b".bi\xe2\x80\xaedi",
        b".by\xff\xfe",
        b".=cmd",
        b"..",
        b".&-.",
    ] {
        if folder == b".." {
            continue;
        }
        let below = store.join(OsStr::from_bytes(folder)).join("cur");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("1:2,S"), &forged).unwrap();
    }
    let mut count = 0;
    for (number, (name, _, _, octets)) in broken().into_iter().enumerate() {
        // The large ones, and every third of the others: all of them are judged elsewhere.
        if octets.len() < 40_000 && number % 3 > 0 {
            continue;
        }
        count += 1;
        let name = name.replace(['/', ' ', ':'], "_");
        fs::write(cur.join(format!("{count:04}-{name}:2,S")), octets).unwrap();
    }
    count
}

struct Row {
    locator: String,
    class: String,
    defects: String,
    cells: Vec<String>,
}

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            Row {
                locator: record[at("locator")].to_owned(),
                class: record[at("class")].to_owned(),
                defects: record[at("defects")].to_owned(),
                cells: record.iter().map(str::to_owned).collect(),
            }
        })
        .collect()
}

const REFUSED: [&str; 6] = [
    "headers-too-long",
    "too-many-fields",
    "message-too-long",
    "nested-too-deep",
    "too-many-parts",
    "parser-panic",
];

#[test]
fn a_hostile_maildir_goes_through_every_command_and_comes_back() {
    let top = tempfile::tempdir().unwrap();
    let top = top.path();
    let broken = maildir(top);
    let before = contents(top);

    exits(&unscatter(top, &["stores", "Maildir"]), &[0, 1]);
    let outputs = ["all.csv", "all.jsonl", "all.sqlite", "all.html"];
    let named = outputs.iter().flat_map(|name| ["-o", name]);
    let output =
        unscatter(top, &["scan", "Maildir", "--all"].into_iter().chain(named).collect::<Vec<_>>());
    exits(&output, &[1]);
    let told = String::from_utf8(output.stderr).unwrap();
    for skipped in ["link:2,S", "loop:2,S", "a-folder:2,S", "fifo:2,S", "socket:2,S", ".Linked"] {
        assert!(told.contains(skipped), "{skipped} is not listed:\n{told}");
    }
    let findings = rows(&top.join("all.csv"));
    assert!(findings.len() > broken + 300, "{} rows", findings.len());
    for row in &findings {
        for cell in &row.cells {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "a formula: {cell}");
            assert!(!cell.chars().any(acts), "{cell:?}");
        }
        if REFUSED.iter().any(|d| row.defects.contains(d)) {
            assert_eq!(row.class, "ordinary", "{}", row.locator);
        }
    }
    let refused = findings.iter().filter(|r| REFUSED.iter().any(|d| r.defects.contains(d))).count();
    assert!(refused >= 30, "only {refused} were refused");
    for line in fs::read_to_string(top.join("all.jsonl")).unwrap().lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(value["locator"].is_string());
    }
    let db = rusqlite::Connection::open(top.join("all.sqlite")).unwrap();
    let told = |sql: &str| db.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(told("PRAGMA integrity_check"), "ok");
    let mut texts =
        db.prepare("SELECT locator, subject, diagnostic FROM findings ORDER BY finding").unwrap();
    let mut texts = texts.query([]).unwrap();
    for row in &findings {
        let stored = texts.next().unwrap().unwrap();
        assert_eq!(
            stored.get::<_, String>(0).unwrap(),
            unscatter::report::escape::defused(&row.locator)
        );
        for at in 0..3 {
            let text: Option<String> = stored.get(at).unwrap();
            assert!(!text.is_some_and(|text| text.chars().any(acts)), "{}", row.locator);
        }
    }
    assert!(texts.next().unwrap().is_none());
    drop(texts);
    let page = fs::read_to_string(top.join("all.html")).unwrap();
    assert!(!page.chars().any(|c| acts(c) && c != '\n'));
    for name in outputs {
        fs::remove_file(top.join(name)).unwrap();
    }

    for row in findings.iter().filter(|r| !r.class.is_empty()).step_by(findings.len() / 12) {
        let named = format!("Maildir/{}", row.locator);
        exits(&unscatter(top, &["explain", &named]), &[0]);
    }
    for row in findings.iter().filter(|r| r.locator.contains("with")) {
        exits(&unscatter(top, &["explain", &format!("Maildir/{}", row.locator)]), &[0]);
    }
    assert_eq!(contents(top), before, "reading changed something");

    let sweep = ["sweep", "Maildir", "--to", "Swept/Hostile", "--max-share", "1", "--quiet"];
    exits(&unscatter(top, &[&sweep[..], &["-o", "plan.csv"]].concat()), &[0, 1]);
    let plan = rows(&top.join("plan.csv"));
    fs::remove_file(top.join("plan.csv")).unwrap();
    assert_eq!(contents(top), before, "planning changed something");
    assert!(plan.len() >= names().len(), "only {} would move", plan.len());
    for row in &plan {
        assert_ne!(row.class, "ordinary", "{}", row.locator);
        assert!(!REFUSED.iter().any(|d| row.defects.contains(d)), "{}", row.locator);
    }

    exits(&unscatter(top, &[&sweep[..], &["--apply"]].concat()), &[0, 1]);
    let after = contents(top);
    assert_eq!(octets(&after), octets(&before), "something was lost, doubled or changed");
    let moved = after.keys().filter(|p| p.starts_with("Maildir/.Swept.Hostile")).count();
    assert_eq!(moved, plan.len());
    let forged = one_of_the_joe_job("bounce", "forged");
    assert_eq!(fs::read(top.join("outside/secret.eml")).unwrap(), forged);

    exits(&unscatter(top, &["undo"]), &[0, 1]);
    let back = contents(top);
    // Neither Dovecot nor mbsync expects its number on a message that was away.
    let plain = |all: &BTreeMap<PathBuf, Vec<u8>>| -> BTreeMap<Vec<u8>, Vec<u8>> {
        let name = |p: &PathBuf| {
            String::from_utf8_lossy(p.as_os_str().as_bytes()).replace(",U=77", "").into_bytes()
        };
        all.iter().map(|(p, o)| (name(p), o.clone())).collect()
    };
    let (back, before) = (plain(&back), plain(&before));
    let lost: Vec<_> = before
        .keys()
        .filter(|k| !back.contains_key(*k))
        .map(|k| String::from_utf8_lossy(k))
        .collect();
    assert!(lost.is_empty(), "not where they were: {lost:?}");
    assert_eq!(back, before);
}

const LINE: &str = "From someone@example.com Fri Aug 14 12:00:00 2026\n";

/// Mbox files of every odd shape: name, octets, messages in it.
fn mboxes() -> Vec<(&'static str, Vec<u8>, usize)> {
    let mail = |n: usize| {
        format!(
            "From: p{n}@example.com\nTo: owner@example.org\nSubject: s{n}\nMessage-ID: <{n}@example.com>\n\nbody {n}\n"
        )
    };
    let one = |n| format!("{LINE}{}", mail(n));
    let gz = |octets: &[u8]| {
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gz.write_all(octets).unwrap();
        gz.finish().unwrap()
    };
    let bomb = [one(1).into_bytes(), vec![b' '; 80 << 20]].concat();
    let forged = String::from_utf8_lossy(&one_of_the_joe_job("bounce", "forged")).into_owned();
    vec![
        ("empty.mbox", Vec::new(), 0),
        ("from-alone.mbox", b"From ".to_vec(), 1),
        ("from-line-alone.mbox", LINE.into(), 1),
        ("no-final-newline.mbox", format!("{}\n{}", one(1), one(2).trim_end()).into(), 2),
        ("nul.mbox", format!("{}\0\0\n\n{}", one(1), one(2)).into(), 2),
        (
            "bare-cr.mbox",
            format!("{}a\rb\rFrom c@d.example Fri Aug 14 12:00:00 2026\r\n\n{}", one(1), one(2))
                .into(),
            2,
        ),
        ("crlf.mbox", format!("{}\n{}", one(1), one(2)).replace('\n', "\r\n").into(), 2),
        (
            "invalid-utf-8.mbox",
            [one(1).as_bytes(), b"\xff\xfe\xc3\n\n", one(2).as_bytes()].concat(),
            2,
        ),
        (
            "from-in-a-body.mbox",
            format!("{}\nFrom here on it is text.\n\n{}", one(1), one(2)).into(),
            2,
        ),
        (
            "from-line-in-a-body.mbox",
            format!("{}{LINE}no blank line before\n\n{}", one(1), one(2)).into(),
            2,
        ),
        ("quoted.mbox", format!("{}\n>From x\n>>From y\n\n{}", one(1), one(2)).into(), 2),
        (
            "content-length-too-long.mbox",
            format!("{LINE}Content-Length: 999999999999\n{}\n{}", mail(1), one(2)).into(),
            2,
        ),
        (
            "content-length-negative.mbox",
            format!("{LINE}Content-Length: -5\n{}\n{}", mail(1), one(2)).into(),
            2,
        ),
        (
            "content-length-huge.mbox",
            format!("{LINE}Content-Length: 18446744073709551616\n{}\n{}", mail(1), one(2)).into(),
            2,
        ),
        ("only-from-lines.mbox", LINE.repeat(50).into(), 1),
        ("only-from-lines-apart.mbox", format!("{LINE}\n").repeat(50).into(), 50),
        ("blank-lines-first.mbox", format!("\n\n\n{}", one(1)).into(), 1),
        ("bomb.mbox.gz", gz(&bomb), 1),
        ("bomb.mbox.zst", zstd::encode_all(&bomb[..], 19).unwrap(), 1),
        (
            "cut.mbox.gz",
            {
                let all = gz(one(1).repeat(500).as_bytes());
                all[..all.len() / 2].to_vec()
            },
            usize::MAX,
        ),
        (
            "long-line.mbox",
            [one(1).into_bytes(), vec![b'x'; 3 << 20], b"\n\n".to_vec(), one(2).into_bytes()]
                .concat(),
            2,
        ),
        ("with-an-answer.mbox", format!("{}\n{LINE}{forged}\n{}", one(1), one(2)).into(), 3),
    ]
}

#[test]
fn hostile_mboxes_are_counted_whole_and_stay_as_they_are() {
    let top = tempfile::tempdir().unwrap();
    let top = top.path();
    fs::create_dir(top.join("mail")).unwrap();
    for (name, octets, _) in mboxes() {
        fs::write(top.join("mail").join(name), octets).unwrap();
    }
    let before = contents(top);
    for (name, octets, messages) in mboxes() {
        let path = format!("mail/{name}");
        let output = unscatter(top, &["scan", &path, "--all", "-q", "-o", "all.csv"]);
        if octets.starts_with(b"From ") || octets.is_empty() || name.contains('.') {
            exits(&output, &[0, 1, 2]);
        }
        if output.status.code() == Some(2) {
            assert!(messages == 0, "{name}: {}", String::from_utf8_lossy(&output.stderr));
            continue;
        }
        let found = rows(&top.join("all.csv"));
        fs::remove_file(top.join("all.csv")).unwrap();
        if messages != usize::MAX {
            assert_eq!(found.len(), messages, "{name}");
        } else {
            exits(&output, &[1]);
        }
        for row in found.iter().take(3) {
            exits(&unscatter(top, &["explain", &format!("{path}/{}", row.locator)]), &[0, 2]);
        }
    }
    let bomb = unscatter(top, &["scan", "mail/bomb.mbox.gz", "-q"]);
    exits(&bomb, &[0, 1]);
    exits(&unscatter(top, &["stores", "mail"]), &[0, 1]);
    let sweep = ["sweep", "mail", "--to", "swept.mbox", "--max-share", "1", "-q", "--apply"];
    exits(&unscatter(top, &sweep), &[0, 1, 2]);
    exits(&unscatter(top, &["undo"]), &[0, 1]);
    let mut after = contents(top);
    after.retain(|path, _| path.starts_with("mail"));
    assert_eq!(after, before);
}

#[test]
fn targets_that_lead_elsewhere_are_refused() {
    let top = tempfile::tempdir().unwrap();
    let top = top.path();
    copy(&corpus().join("stores/joe-job"), &top.join("Maildir"));
    let before = contents(top);
    for target in [
        "..",
        "../outside",
        "a/../../b",
        "/tmp",
        "a//b",
        "",
        ".",
        "a/./b",
        "tmp",
        "cur",
        "x\ny",
        "x\u{1b}[2J",
    ] {
        let output = unscatter(
            top,
            &["sweep", "Maildir", "--to", target, "--apply", "--max-share", "1", "-q"],
        );
        let after = contents(top);
        if output.status.code() == Some(2) {
            assert_eq!(after, before, "{target:?} moved something");
        } else {
            // A name that is odd but leads nowhere else.
            assert!(after.keys().all(|p| p.starts_with("Maildir")), "{target:?}");
            exits(&unscatter(top, &["undo"]), &[0]);
        }
    }
}

#[test]
fn an_attackers_link_in_the_place_of_a_target_is_not_followed() {
    let top = tempfile::tempdir().unwrap();
    let top = top.path();
    copy(&corpus().join("stores/joe-job"), &top.join("Maildir"));
    for below in ["cur", "new", "tmp"] {
        fs::create_dir_all(top.join("elsewhere").join(below)).unwrap();
    }
    symlink(top.join("elsewhere"), top.join("Maildir/.Swept")).unwrap();
    let before = contents(top);
    let sweep = ["sweep", "Maildir", "--to", "Swept", "--max-share", "1", "-q", "--apply"];
    let output = unscatter(top, &sweep);
    exits(&output, &[1, 2]);
    let after = contents(top);
    assert_eq!(after, before);
}
