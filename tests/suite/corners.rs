//! Moves in the corners: copies, flags that were set meanwhile, stores that are named twice or lie in each other,
//! names with fields and letters, both layouts, folders that cannot be written, devices with new numbers.

mod places;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::faults::{look, maildir, mbox, program as built, traceable};
use crate::relocation::{ANY, folder, program, store};

const SWEEP: [&str; 6] = ["sweep", "store", "--to", "Backscatter", "--max-share", "1"];

fn sweep<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&SWEEP[..], &ANY, more].concat()
}

/// Names of the messages in a folder of the store, sorted.
fn names(folder: &Path, below: &str) -> Vec<String> {
    let mut all = Vec::new();
    for sub in ["cur", "new"] {
        for entry in fs::read_dir(folder.join("store").join(below).join(sub)).into_iter().flatten()
        {
            all.push(format!("{sub}/{}", entry.unwrap().file_name().to_str().unwrap()));
        }
    }
    all.sort();
    all
}

/// Every message of the store, by its octets: how often it is there.
fn multiset(folder: &Path) -> BTreeMap<Vec<u8>, usize> {
    fn walk(dir: &Path, out: &mut BTreeMap<Vec<u8>, usize>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, out);
            } else if path.file_name().unwrap() != "maildirfolder" {
                *out.entry(fs::read(path).unwrap()).or_default() += 1;
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(&folder.join("store"), &mut out);
    out
}

#[test]
fn a_second_copy_copies_nothing_and_an_undo_never_takes_the_last_one() {
    let folder = folder();
    let folder = folder.path();
    store(folder);
    for round in 0..2 {
        let (code, out, err) = program(folder, &sweep(&["--copy", "--apply"]));
        assert_eq!(code, 0, "{round}: {out}{err}");
        assert_eq!(names(folder, ".Backscatter").len(), 5, "{round}: {out}");
    }
    fs::remove_file(folder.join("store/cur/1.b2:2,S")).unwrap();
    let (code, out, err) = program(folder, &["undo"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("its original is not there any more"), "{err}");
    assert_eq!(names(folder, ".Backscatter"), ["cur/1.b2:2,S"]);
    let (code, out, _) = program(folder, &["undo"]);
    assert_eq!((code, out.trim()), (0, "Nothing was put back."));
    // Copied once more only when it is asked for.
    let (_, out, _) = program(folder, &sweep(&["--copy", "--apply", "--again"]));
    assert!(out.contains("Copied 4 "), "{out}");
}

#[test]
fn a_flag_that_was_set_since_the_plan_keeps_a_message_and_one_that_was_planned_does_not() {
    let folder = folder();
    let folder = folder.path();
    let cur = store(folder).join("cur");
    let rename = |a: &str, b: &str| fs::rename(cur.join(a), cur.join(b)).unwrap();
    rename("1.b0:2,S", "1.b0:2,FS");
    let (code, out, err) = program(folder, &sweep(&["--include-flagged", "-o", "plan.csv"]));
    assert_eq!(code, 0, "{out}{err}");
    rename("1.b1:2,S", "1.b1:2,FS");
    rename("1.b2:2,S", "1.b2:2,RS");
    let (code, _, err) = program(folder, &["sweep", "--plan", "plan.csv", "--apply"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("flagged since it was scanned"), "{err}");
    let moved = names(folder, ".Backscatter");
    assert_eq!(moved, ["cur/1.b0:2,FS", "cur/1.b2:2,RS", "cur/1.b3:2,S", "cur/1.b4:2,S"]);
    let (_, out, _) = program(folder, &sweep(&[]));
    assert!(out.contains("Nothing would move") && out.contains("(flagged)"), "{out}");
}

#[test]
fn stores_named_twice_or_lying_in_each_other_are_swept_once() {
    for stores in [
        &["store", "store/"][..],
        &["store", "./store", "link"],
        &["store", "store/.Lists"],
        &["link"],
    ] {
        let folder = folder();
        let folder = folder.path();
        let top = store(folder);
        for sub in ["cur", "new", "tmp"] {
            fs::create_dir_all(top.join(".Lists").join(sub)).unwrap();
        }
        fs::rename(top.join("cur/1.b4:2,S"), top.join(".Lists/cur/1.b4:2,S")).unwrap();
        std::os::unix::fs::symlink("store", folder.join("link")).unwrap();
        let before = multiset(folder);
        let arguments =
            [&["sweep", "--to", "Backscatter", "--max-share", "1", "--apply"][..], &ANY, stores]
                .concat();
        let (code, out, err) = program(folder, &arguments);
        assert_eq!(code, 0, "{stores:?}: {out}{err}");
        assert!(out.contains("Moved"), "{stores:?}: {out}{err}");
        assert_eq!(names(folder, ""), (0..5).map(|i| format!("new/1.o{i}")).collect::<Vec<_>>());
        assert_eq!(multiset(folder), before);
        assert_eq!(program(folder, &["undo"]).0, 0);
        assert_eq!(multiset(folder), before);
    }
}

#[test]
fn folders_are_made_in_the_layout_and_the_letters_that_the_maildir_has() {
    for (has, to, made) in [
        (".Lists", "Junk/Backscatter", ".Junk.Backscatter"),
        (".Lists", "Rückläufer", ".R&APw-ckl&AOQ-ufer"),
        ("Lists", "Junk/Backscatter", "Junk/Backscatter"),
        ("Lists", "Rückläufer/Alt", "R&APw-ckl&AOQ-ufer/Alt"),
    ] {
        let folder = folder();
        let folder = folder.path();
        let top = store(folder);
        for sub in ["cur", "new", "tmp"] {
            fs::create_dir_all(top.join(has).join(sub)).unwrap();
        }
        fs::set_permissions(&top, fs::Permissions::from_mode(0o750)).unwrap();
        let arguments =
            [&["sweep", "store", "--to", to, "--max-share", "1", "--apply"][..], &ANY].concat();
        let (code, out, err) = program(folder, &arguments);
        assert_eq!(code, 0, "{to}: {out}{err}");
        assert_eq!(names(folder, made).len(), 5, "{to}: {out}{err}");
        let mode = fs::metadata(top.join(made).join("cur")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o750, "{to}");
        assert_eq!(top.join(made).join("maildirfolder").exists(), has.starts_with('.'));
        // The same name finds the same folder again.
        let (code, out, err) = program(folder, &arguments);
        assert_eq!((code, names(folder, made).len()), (0, 5), "{to}: {out}{err}");
    }
}

#[test]
fn fields_and_letters_of_a_name_stay_with_the_folder_and_new_mail_stays_new() {
    let folder = folder();
    let folder = folder.path();
    let top = store(folder);
    let rename = |a: &str, b: &str| fs::rename(top.join(a), top.join(b)).unwrap();
    rename("cur/1.b0:2,S", "cur/1.b0,S=9,U=44:2,RSab");
    rename("cur/1.b1:2,S", "new/1.b1,U=7");
    rename("cur/1.b2:2,S", "cur/1.b2");
    // The same octets twice, under a name that the target has already.
    fs::copy(top.join("cur/1.b3:2,S"), top.join("cur/1.b3x:2,")).unwrap();
    for sub in ["cur", "new", "tmp"] {
        fs::create_dir_all(top.join(".Backscatter").join(sub)).unwrap();
    }
    fs::write(top.join(".Backscatter/cur/1.b4:2,T"), "From: a@example.org\n\nhis\n").unwrap();
    let before = multiset(folder);
    let (code, out, err) = program(folder, &sweep(&["--apply"]));
    assert_eq!(code, 0, "{out}{err}");
    let moved = names(folder, ".Backscatter");
    let wanted = [
        "cur/1.b0,S=9:2,RS",
        "cur/1.b2",
        "cur/1.b3:2,S",
        "cur/1.b3x:2,",
        "cur/1.b4:2,T",
        "cur/1.b4_1:2,S",
        "new/1.b1",
    ];
    assert_eq!(moved, wanted);
    assert_eq!(multiset(folder), before);
    assert_eq!(program(folder, &["undo"]).0, 0);
    let back = names(folder, "");
    for name in [
        "cur/1.b0,S=9:2,RSab",
        "new/1.b1",
        "cur/1.b2",
        "cur/1.b3:2,S",
        "cur/1.b3x:2,",
        "cur/1.b4:2,S",
    ] {
        assert!(back.iter().any(|n| n == name), "{name}: {back:?}");
    }
    assert_eq!(multiset(folder), before);
}

#[test]
fn an_undo_after_reading_deleting_and_delivery_puts_back_what_is_there() {
    let folder = folder();
    let folder = folder.path();
    let top = store(folder);
    assert_eq!(program(folder, &sweep(&["--apply"])).0, 0);
    let target = top.join(".Backscatter");
    let rename = |a: &str, b: &str| fs::rename(target.join(a), target.join(b)).unwrap();
    rename("cur/1.b0:2,S", "cur/1.b0:2,FRS");
    rename("cur/1.b1:2,S", "new/1.b1");
    fs::remove_file(target.join("cur/1.b2:2,S")).unwrap();
    fs::write(target.join("cur/1.b3:2,S"), "From: x@example.org\n\nedited\n").unwrap();
    fs::write(target.join("new/2.new"), "From: x@example.org\n\ndelivered\n").unwrap();
    fs::write(top.join("new/2.new"), "From: x@example.org\n\ndelivered too\n").unwrap();
    let before = multiset(folder);
    let (code, _, err) = program(folder, &["undo"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("1.b2") && err.contains("1.b3") && err.contains("have changed"), "{err}");
    assert_eq!(names(folder, ".Backscatter"), ["cur/1.b3:2,S", "new/2.new"]);
    let back = names(folder, "");
    for name in ["cur/1.b0:2,FRS", "new/1.b1", "cur/1.b4:2,S", "new/2.new"] {
        assert!(back.iter().any(|n| n == name), "{name}: {back:?}");
    }
    assert_eq!(multiset(folder), before);
}

fn bare(folder: &Path, arguments: &[&str], state: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(built());
    command.args(arguments).current_dir(folder).env_remove("XDG_STATE_HOME").env_remove("HOME");
    let output = command.envs(state.iter().copied()).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}

#[test]
fn without_a_place_for_the_journal_nothing_moves() {
    let folder = folder();
    let folder = folder.path();
    store(folder);
    fs::write(folder.join("file"), "").unwrap();
    let file = folder.join("file");
    let (file, home) = (file.to_str().unwrap(), folder.join("home"));
    fs::create_dir(&home).unwrap();
    let before = multiset(folder);
    let apply = sweep(&["--apply"]);
    for state in [
        &[][..],
        &[("XDG_STATE_HOME", "relative")],
        &[("XDG_STATE_HOME", file)],
        &[("XDG_STATE_HOME", "/proc/self")],
        &[("HOME", "/proc/self")],
    ] {
        let (code, out) = bare(folder, &apply, state);
        assert_eq!(code, 2, "{state:?}: {out}");
        assert_eq!((multiset(folder), names(folder, ".Backscatter").len()), (before.clone(), 0));
    }
    let (code, out) = bare(folder, &apply, &[("HOME", home.to_str().unwrap())]);
    assert_eq!(code, 0, "{out}");
    let state = home.join(".local/state/unscatter");
    let mode = |p: &Path| fs::metadata(p).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&state), 0o700);
    for entry in fs::read_dir(&state).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

/// Gives every device in the journals of a case another number, as a restart may.
fn renumber(folder: &Path) {
    for entry in fs::read_dir(folder.join("state/unscatter")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|e| e != "journal") {
            continue;
        }
        let mut out = String::new();
        let mut changed = 0;
        for line in fs::read_to_string(&path).unwrap().lines() {
            let payload = line.splitn(3, ' ').nth(2).unwrap();
            let mut fields: Vec<String> = payload.split('\t').map(str::to_owned).collect();
            let at = match fields[0].as_str() {
                "move" => Some(12),
                "change" => Some(4),
                _ => None,
            };
            if let Some(at) = at {
                fields[at] = "987654".to_owned();
                changed += 1;
            }
            let payload = fields.join("\t");
            let sum = Sha256::digest(payload.as_bytes());
            let sum: String = sum[..8].iter().map(|b| format!("{b:02x}")).collect();
            out.push_str(&format!("{} {sum} {payload}\n", payload.len()));
        }
        assert!(changed > 0);
        fs::write(&path, out).unwrap();
    }
}

#[test]
fn a_run_is_healed_although_its_device_has_another_number_now() {
    if !traceable() {
        return;
    }
    let kills = ["renameat2:signal=SIGKILL:when=3", "ftruncate:signal=SIGKILL:when=1"];
    for (case, kill) in [maildir(folder(), 12), mbox(folder(), 12, true)].into_iter().zip(kills) {
        case.reset();
        assert!(case.killed(&["sweep", "--plan", "plan.csv", "--apply"], kill));
        renumber(case.path());
        case.nothing_is_lost(kill);
        case.take_back(kill);
    }
}

#[test]
fn mail_that_is_appended_without_a_lock_while_an_mbox_is_rewritten_stays() {
    if !traceable() {
        return;
    }
    let case = mbox(folder(), 12, false);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:delay_enter=400000"]);
    strace.arg(built()).args(["sweep", "--plan", "plan.csv", "--apply"]);
    strace.current_dir(case.path()).env("XDG_STATE_HOME", case.path().join("state"));
    let mut running = strace
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    // The target has its messages: the source is rewritten next.
    let (inbox, target) = (case.path().join("mail/inbox"), case.path().join("mail/swept"));
    let whole = case.after[Path::new("mail/swept")].len() as u64;
    let there = |_: &u32| fs::metadata(&target).is_ok_and(|m| m.len() == whole);
    let wait = |_: &u32| std::thread::sleep(std::time::Duration::from_millis(5));
    assert!((0..4000).inspect(wait).any(|n| there(&n)), "the target never had its messages");
    let new =
        b"From c@example.com Tue Nov 24 11:00:00 2026\nSubject: new\n\narrived without a lock\n\n";
    let mut file = fs::File::options().append(true).open(&inbox).unwrap();
    std::io::Write::write_all(&mut file, new).unwrap();
    running.wait().unwrap();
    case.nothing_is_lost("appended without a lock");
    let has = |path: &PathBuf| memchr::memmem::find(&fs::read(path).unwrap(), new).is_some();
    assert!(has(&inbox), "what was delivered is gone");
    let output = case.run(&["undo"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let wanted = [&case.before[Path::new("mail/inbox")][..], new].concat();
    assert_eq!(
        String::from_utf8_lossy(&fs::read(&inbox).unwrap()),
        String::from_utf8_lossy(&wanted)
    );
}

#[test]
fn a_copy_that_was_read_before_a_killed_run_was_healed_is_known() {
    if !traceable() {
        return;
    }
    let case = maildir(folder(), 12);
    let copy = ["sweep", "--plan", "plan.csv", "--copy", "--apply"];
    assert!(case.killed(&copy, "renameat2:signal=SIGKILL:when=3"));
    let cur = case.path().join("mail/Maildir/.Backscatter/cur");
    for entry in fs::read_dir(&cur).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let base = name.split(":2,").next().unwrap();
        fs::rename(cur.join(&name), cur.join(format!("{base}:2,RS"))).unwrap();
    }
    case.nothing_is_lost("a copy that was read");
    case.take_back("a copy that was read");
    assert!(look(case.path()) == case.before);
}

#[test]
fn a_message_whose_length_is_given_stays_whole() {
    let folder = folder();
    let folder = folder.path();
    let body = "one\n\nFrom a@example.org Mon Nov 23 19:15:21 2026\nnot a header\n";
    let text = format!("Subject: x\nContent-Length: {}\n\n{body}", body.len());
    let plain = "Subject: y\nContent-Length: 5\n\nbody\n";
    let line = "From a@example.org Mon Nov 23 19:15:20 2026\n";
    let before = format!("{line}{text}\n{line}{plain}\n");
    fs::create_dir(folder.join("mail")).unwrap();
    fs::write(folder.join("mail/inbox"), &before).unwrap();
    let target = fs::canonicalize(folder.join("mail")).unwrap().join("swept");
    let mut plan = "store,locator,class,sha256,size,move_to\n".to_owned();
    let mut at = 0;
    for message in [text.as_str(), plain] {
        let print = unscatter::store::Fingerprint::of(message.as_bytes());
        at += line.len();
        let row = format!("inbox#{at}+{},backscatter,{},{}", message.len(), print.hex(), print.len);
        plan.push_str(&format!("mail/inbox,{row},{}\n", target.display()));
        at += message.len() + 1;
    }
    fs::write(folder.join("plan.csv"), plan).unwrap();
    let (code, _, err) = program(folder, &["sweep", "--plan", "plan.csv", "--apply"]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("in doubt"), "{err}");
    assert_eq!(fs::read_to_string(folder.join("mail/inbox")).unwrap(), format!("{line}{text}\n"));
    assert_eq!(fs::read_to_string(&target).unwrap(), format!("{line}{plain}\n"));
    assert_eq!(program(folder, &["undo"]).0, 0);
    assert_eq!(fs::read_to_string(folder.join("mail/inbox")).unwrap(), before);
}

/// Three mailboxes of this user, and one that is none.
fn host() -> tempfile::TempDir {
    let place = folder();
    for user in ["anna", "eva", "otto"] {
        let home = place.path().join("vmail/example.org").join(user);
        fs::create_dir_all(&home).unwrap();
        fs::rename(store(place.path()), home.join("Maildir")).unwrap();
    }
    fs::create_dir_all(place.path().join("vmail/example.com/empty/Maildir")).unwrap();
    place
}

#[test]
fn all_mailboxes_of_a_host_are_swept_and_one_that_fails_stops_no_other() {
    let place = host();
    let place = place.path();
    let template = format!("{}/vmail/%d/%n/Maildir", fs::canonicalize(place).unwrap().display());
    let arguments = [
        &[
            "sweep",
            "--all-users",
            &template,
            "--to",
            "Backscatter",
            "--max-share",
            "1",
            "--jobs",
            "2",
            "--no-progress",
        ][..],
        &ANY,
    ]
    .concat();
    let moved = |user: &str| {
        let cur = place.join("vmail/example.org").join(user).join("Maildir/.Backscatter/cur");
        fs::read_dir(cur).map_or(0, Iterator::count)
    };
    let (code, out, err) = program(place, &arguments);
    assert_eq!((code, moved("anna")), (1, 0), "{out}{err}");
    assert!(out.contains("would move"), "{out}{err}");
    let apply = [&arguments[..], &["--apply"]].concat();
    let (code, out, err) = program(place, &apply);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("empty@example.com"), "{err}");
    for user in ["anna", "eva", "otto"] {
        assert_eq!(moved(user), 5, "{user}: {out}{err}");
        assert!(out.contains(&format!("{user}@example.org")), "{out}");
    }
    assert!(out.contains("could not be done"), "{out}");
    // Each has a state of its own, and the table says how to take its run back.
    let own = place.join("state/unscatter/mailboxes/eva@example.org");
    assert!(out.contains(own.to_str().unwrap()), "{out}");
    let (code, out) = bare(place, &["undo"], &[("XDG_STATE_HOME", own.to_str().unwrap())]);
    assert_eq!((code, moved("eva"), moved("otto")), (0, 0, 5), "{out}");
    fs::remove_dir_all(place.join("vmail/example.com")).unwrap();
    let (code, out, err) = program(place, &[&apply[..], &["--quiet"]].concat());
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    let (code, _, err) = program(place, &["sweep", "--all-users", "/nowhere/%u", "--to", "B"]);
    assert_eq!(code, 2, "{err}");
}

#[test]
fn mailboxes_that_another_sweep_holds_are_busy_and_told() {
    let place = host();
    let place = place.path();
    fs::remove_dir_all(place.join("vmail/example.com")).unwrap();
    let template = format!("{}/vmail/%d/%n/Maildir", place.display());
    let arguments = [
        &["sweep", "--all-users", &template, "--to", "Backscatter", "--max-share", "1", "--apply"]
            [..],
        &ANY,
    ]
    .concat();
    let mut held = Vec::new();
    for (user, wanted) in [("anna", 1), ("eva", 1), ("otto", 75)] {
        let top =
            fs::File::open(place.join("vmail/example.org").join(user).join("Maildir")).unwrap();
        rustix::fs::flock(&top, rustix::fs::FlockOperation::NonBlockingLockExclusive).unwrap();
        held.push(top);
        let (code, out, err) = program(place, &[&arguments[..], &["--again"]].concat());
        let busy = out.matches("busy").count();
        assert_eq!((code, busy), (wanted, held.len()), "{user}: {out}{err}");
        for other in ["anna", "eva", "otto"] {
            let state = place.join(format!("state/unscatter/mailboxes/{other}@example.org"));
            if held.len() < 3 && state.exists() {
                bare(place, &["undo"], &[("XDG_STATE_HOME", state.to_str().unwrap())]);
            }
        }
    }
}

/// Locator and digest of every message of both mboxes, as a scan tells them.
fn seen(case: &crate::faults::Case) -> Vec<(String, String)> {
    let stores: Vec<&str> = ["mail/inbox", "mail/swept"]
        .into_iter()
        .filter(|s| {
            fs::metadata(case.path().join(s)).is_ok_and(|m| m.len() > 0 || *s == "mail/swept")
        })
        .collect();
    let output = case.run(&[&["scan", "--all", "--quiet", "-o", "-"][..], &stores].concat());
    assert!(matches!(output.status.code(), Some(0 | 1)), "{output:?}");
    let mut reader = csv::Reader::from_reader(&output.stdout[..]);
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let (locator, digest) = (at("locator"), at("sha256"));
    let rows = reader.records().map(Result::unwrap);
    let mut all: Vec<_> = rows.map(|r| (r[locator].to_owned(), r[digest].to_owned())).collect();
    all.sort();
    all
}

#[test]
fn a_scan_during_an_unfinished_run_sees_each_message_once_where_it_will_be() {
    if !traceable() {
        return;
    }
    let mut half = 0;
    for target in [false, true] {
        let case = mbox(folder(), 12, target);
        let digests = |all: &[(String, String)]| {
            let mut all: Vec<_> = all.iter().map(|(_, d)| d.clone()).collect();
            all.sort();
            all
        };
        let before = digests(&seen(&case));
        assert_eq!(before.len(), 12 + usize::from(target));
        let kills = [("fsync", 6), ("fsync", 8), ("fsync", 9), ("ftruncate", 1), ("fdatasync", 7)];
        for (call, k) in kills {
            let kill = format!("{call}:signal=SIGKILL:when={k}");
            case.reset();
            assert!(case.killed(&["sweep", "--plan", "plan.csv", "--apply"], &kill), "{kill}");
            let now = seen(&case);
            half +=
                usize::from(look(case.path()) != case.before && look(case.path()) != case.after);
            // There is no such run, but what was broken off is healed first.
            assert_eq!(case.run(&["undo", "99"]).status.code(), Some(2));
            assert_eq!(now, seen(&case), "{kill}");
            assert_eq!(digests(&now), before, "{kill}");
        }
    }
    assert!(half > 3, "only {half} kills left something half done");
}

#[test]
fn a_message_that_a_kill_left_with_two_names_stands_once_whatever_was_flagged_meanwhile() {
    if !traceable() {
        return;
    }
    let case = maildir(folder(), 6).by_link();
    let top = case.path().join("mail/Maildir");
    let names = |below: &str| -> Vec<String> {
        let entries = fs::read_dir(top.join(below).join("cur")).into_iter().flatten();
        let mut all: Vec<_> =
            entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        all.sort();
        all
    };
    let sweep = ["sweep", "--plan", "plan.csv", "--apply"];
    // The sweep takes 1.0 and 1.4 of `cur`, and its undo brings them back.
    for (taken_back, source, target) in [(false, "", ".Backscatter"), (true, ".Backscatter", "")] {
        for flagged in [&[][..], &[source], &[target], &[source, target]] {
            case.reset();
            if taken_back {
                assert_eq!(case.run(&sweep).status.code(), Some(0));
            }
            let command = if taken_back { &["undo"][..] } else { &sweep };
            let both = || names(source).iter().any(|n| names(target).contains(n));
            let kill = |k: &u32| {
                case.killed(command, &format!("unlinkat:signal=SIGKILL:when={k}")) && both()
            };
            let what = format!("undo: {taken_back}, flagged in {flagged:?}");
            assert!((1..9).any(|k| kill(&k)), "{what}: no message had two names");
            let twice = names(source).into_iter().find(|n| names(target).contains(n)).unwrap();
            for below in flagged {
                let cur = top.join(below).join("cur");
                fs::rename(cur.join(&twice), cur.join(twice.replace(":2,S", ":2,FS"))).unwrap();
            }
            // There is no such run, but what was broken off is healed first.
            let output = case.run(&["undo", "99"]);
            assert_eq!(output.status.code(), Some(2), "{what}: {output:?}");
            let base = twice.split(':').next().unwrap();
            let now: Vec<_> = [source, target]
                .map(|below| names(below).into_iter().filter(|n| n.starts_with(base)).collect())
                .into_iter()
                .map(|found: Vec<String>| found.join(" "))
                .collect();
            let wanted = match flagged {
                [] => [String::new(), twice.clone()],
                [below] if *below == source => [twice.replace(":2,S", ":2,FS"), String::new()],
                _ => [String::new(), twice.replace(":2,S", ":2,FS")],
            };
            assert_eq!(now, wanted, "{what}");
            // The journal counts it where it is: what is away comes back, and nothing else is told.
            let output = case.run(&["undo"]);
            assert_eq!(output.status.code(), Some(0), "{what}: {output:?}");
            let mut all = names("");
            all.retain(|n| n.starts_with(base));
            assert_eq!((all.len(), names(".Backscatter").len()), (1, 0), "{what}: {output:?}");
            assert_eq!(look(case.path()).len(), 6, "{what}");
        }
    }
}

#[test]
fn a_lock_that_somebody_else_made_in_place_of_ours_stays() {
    if !traceable() {
        return;
    }
    let case = mbox(folder(), 6, false);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:delay_enter=300000"]);
    strace.arg(built()).args(["sweep", "--plan", "plan.csv", "--apply"]);
    strace.current_dir(case.path()).env("XDG_STATE_HOME", case.path().join("state"));
    strace.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    let mut running = strace.spawn().unwrap();
    let lock = case.path().join("mail/inbox.lock");
    let wait = |_: &u32| std::thread::sleep(std::time::Duration::from_millis(5));
    assert!((0..4000).inspect(wait).any(|_| lock.exists()), "no lock was seen");
    fs::remove_file(&lock).unwrap();
    fs::write(&lock, "1:elsewhere\n").unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_to_string(&lock).unwrap(), "1:elsewhere\n");
    assert!(!case.path().join("mail/swept.lock").exists());
}

#[test]
fn a_message_that_is_met_under_two_names_is_moved_and_copied_once() {
    for copy in [true, false] {
        let folder = folder();
        let folder = folder.path();
        store(folder);
        assert_eq!(program(folder, &sweep(&["-o", "plan.csv"])).0, 0);
        // As if it had been seen in `new`, and once more in `cur`.
        let plan = fs::read_to_string(folder.join("plan.csv")).unwrap();
        let row = plan.lines().find(|l| l.contains("cur/1.b0:2,S")).unwrap();
        let twice = format!("{plan}{}\n", row.replace("cur/1.b0:2,S", "new/1.b0"));
        assert_ne!(twice.matches("1.b0").count(), plan.matches("1.b0").count());
        fs::write(folder.join("plan.csv"), twice).unwrap();
        let mut arguments = vec!["sweep", "--plan", "plan.csv", "--apply"];
        arguments.extend(copy.then_some("--copy"));
        let (code, out, err) = program(folder, &arguments);
        assert_eq!(code, 0, "{copy}: {out}{err}");
        assert_eq!(names(folder, ".Backscatter").len(), 5, "{copy}: {out}{err}");
        assert_eq!(program(folder, &["undo"]).0, 0);
        assert_eq!(names(folder, ".Backscatter").len(), 0, "{copy}");
    }
}

#[test]
fn a_run_that_waits_elsewhere_is_skipped_and_what_was_asked_for_is_no_less_done() {
    if !traceable() {
        return;
    }
    let case = mbox(folder(), 9, false);
    assert!(
        case.killed(&["sweep", "--plan", "plan.csv", "--apply"], "ftruncate:signal=SIGKILL:when=1")
    );
    let lock = case.path().join("mail/inbox.lock");
    fs::write(&lock, "1:elsewhere\n").unwrap();
    let elsewhere = case.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let clean = "From a@example.org Mon Nov 23 19:15:20 2026\nSubject: lunch\n\nAt noon?\n\n";
    fs::write(elsewhere.join("clean"), clean).unwrap();
    let sweep = ["sweep", "elsewhere/clean", "--to", "elsewhere/swept", "--apply"];
    let (code, out, err) = program(case.path(), &sweep);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("run 1: was broken off, and cannot be completed now"), "{err}");
    // What has to wait for it has to be tried again.
    let waiting = [&["sweep", "--plan", "plan.csv", "--apply"][..], &["undo"], &["undo", "1"]];
    for arguments in waiting {
        let (code, out, err) = program(case.path(), arguments);
        assert_eq!(code, 75, "{arguments:?}: {out}{err}");
    }
    fs::remove_file(&lock).unwrap();
    assert_eq!(program(case.path(), &["undo"]).0, 0);
    assert!(look(case.path()) == case.before);
}

#[test]
fn a_mailbox_in_which_the_system_refuses_something_stops_no_other() {
    if !traceable() {
        return;
    }
    let folder = folder();
    let folder = folder.path();
    fs::rename(store(folder), folder.join("a")).unwrap();
    fs::rename(store(folder), folder.join("b")).unwrap();
    let in_folder = |user: &str, below: &str| {
        fs::read_dir(folder.join(user).join(below).join("cur")).map_or(0, Iterator::count)
    };
    let faulty = |arguments: &[&str], place: &str| {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "-P"]);
        strace.arg(fs::canonicalize(folder).unwrap().join(place));
        strace.arg(built()).args(arguments);
        let output = strace.current_dir(folder).env("XDG_STATE_HOME", folder.join("state"));
        let output = output.output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let to = ["--to", "Backscatter", "--max-share", "1", "--apply"];
    let sweep = |stores: &[&'static str]| [&["sweep"], stores, &to[..], &ANY].concat();
    // Made before, so that it is the moves themselves that fail.
    for user in ["a", "b"] {
        for sub in ["cur", "new", "tmp"] {
            fs::create_dir_all(folder.join(user).join(".Backscatter").join(sub)).unwrap();
        }
    }
    let (code, err) = faulty(&sweep(&["a", "b"]), "a/.Backscatter/cur");
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("skipped") && err.contains("/a: "), "{err}");
    assert_eq!(in_folder("b", ".Backscatter"), 5, "{err}");
    assert_eq!(in_folder("a", "") + in_folder("a", ".Backscatter"), 5, "{err}");
    // Nor does it while it lasts; then the next run completes what was left.
    let (code, err) = faulty(&["undo"], "a/.Backscatter/cur");
    assert_eq!(code, Some(1), "{err}");
    assert_eq!((in_folder("b", ""), in_folder("b", ".Backscatter")), (5, 0), "{err}");
    let (code, out, err) = program(folder, &[&sweep(&["a", "b"])[..], &["--again"]].concat());
    assert_eq!(code, 0, "{out}{err}");
    assert!(err.contains("run 1 had been broken off; it is complete now"), "{err}");
    assert_eq!((in_folder("a", ".Backscatter"), in_folder("b", ".Backscatter")), (5, 5), "{err}");
    for run in ["1", "3"] {
        let (code, err) = faulty(&["undo", run], "a/cur");
        assert!(code == Some(if run == "1" { 2 } else { 1 }), "{run}: {code:?} {err}");
    }
    assert_eq!((in_folder("b", ""), in_folder("b", ".Backscatter")), (5, 0), "{err}");
    let (code, out, err) = program(folder, &["undo"]);
    assert_eq!((code, in_folder("a", "")), (0, 5), "{out}{err}");
    // Where nothing was done besides, it is an error as before.
    let again = [&sweep(&["a"])[..], &["--again"]].concat();
    let (code, err) = faulty(&again, "a/.Backscatter/cur");
    assert_eq!(code, Some(2), "{err}");
    assert_eq!(program(folder, &["undo"]).0, 0);
    assert_eq!((in_folder("a", ""), in_folder("b", "")), (5, 5));
}
