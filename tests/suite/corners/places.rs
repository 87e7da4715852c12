//! Where mail may go and come from: folders that are made whole or not at all, copies of this program that are no
//! mail, places that no mail program shows, and mail of several owners.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{multiset, names, sweep};
use crate::faults::{println, program as built, traceable};
use crate::relocation::{ANY, folder, program, store};
use crate::undos::{FROM, as_mbox};

/// All folders below a Maildir, and the files that mark one, with the mode of each.
fn folders(top: &Path) -> BTreeMap<PathBuf, u32> {
    fn walk(dir: &Path, top: &Path, out: &mut BTreeMap<PathBuf, u32>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            if metadata.is_dir() {
                walk(&path, top, out);
            }
            if metadata.is_dir() || path.file_name().unwrap() == "maildirfolder" {
                out.insert(path.strip_prefix(top).unwrap().to_owned(), metadata.mode() & 0o7777);
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(top, top, &mut out);
    out
}

/// A Maildir that a group shares, with a folder of one layout or the other.
fn shared(folder: &Path, has: &str) -> PathBuf {
    let top = store(folder);
    for sub in ["cur", "new", "tmp"] {
        fs::create_dir_all(top.join(has).join(sub)).unwrap();
    }
    let all: Vec<PathBuf> = folders(&top).into_keys().map(|below| top.join(below)).collect();
    for path in all.iter().chain([&top]) {
        fs::set_permissions(path, fs::Permissions::from_mode(0o2770)).unwrap();
    }
    top
}

/// Runs the program with faults.
fn faulty(folder: &Path, arguments: &[&str], faults: &[String]) -> Option<i32> {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null"]);
    for fault in faults {
        strace.arg("-e").arg(format!("inject={fault}"));
    }
    strace.arg(built()).args(arguments).current_dir(folder);
    let output = strace.env("XDG_STATE_HOME", folder.join("state")).output().unwrap();
    output.status.code()
}

fn unfinished(all: &BTreeMap<PathBuf, u32>) -> usize {
    all.keys().filter(|path| path.to_str().unwrap().contains(".unscatter-")).count()
}

#[test]
fn a_folder_that_is_made_is_whole_whenever_it_can_be_seen_and_a_kill_leaves_nothing_after_the_next_run()
 {
    if !traceable() {
        return;
    }
    for (has, to, made, tmp) in [
        (".Lists", "Backscatter", ".Backscatter", true),
        ("Lists", "Junk/Backscatter", "Junk", true),
        (".Lists", "Backscatter", ".Backscatter", false),
    ] {
        let folder = folder();
        let folder = folder.path();
        let top = shared(folder, has);
        if !tmp {
            fs::remove_dir(top.join("tmp")).unwrap();
        }
        let arguments = [&["sweep", "store", "--to", to, "--max-share", "1", "--apply"][..], &ANY];
        let arguments = arguments.concat();
        let before = folders(&top);
        let whole = {
            assert_eq!(program(folder, &arguments).0, 0);
            assert_eq!(program(folder, &["undo"]).0, 0);
            let whole = folders(&top);
            let new = whole.iter().filter(|(path, _)| !before.contains_key(*path));
            assert_eq!(new.clone().count(), 5, "{whole:?}");
            assert!(new.clone().all(|(path, mode)| match path.ends_with("maildirfolder") {
                true => *mode == 0o660,
                false => *mode == 0o2770,
            }));
            whole
        };
        let mut points: Vec<(String, Vec<String>)> = Vec::new();
        for (call, times) in [
            ("mkdirat", &[1, 3, 4][..]),
            ("fchmod", &[1, 3, 5]),
            ("fsync", &[3, 5, 7, 8]),
            ("renameat2", &[1]),
        ] {
            for when in times {
                let fault = format!("{call}:signal=SIGKILL:when={when}");
                points.push((fault.clone(), vec![fault]));
            }
        }
        let none = "renameat2:error=EINVAL".to_owned();
        for call in ["renameat", "mkdirat"] {
            let fault = format!("{call}:signal=SIGKILL:when=1");
            points.push((format!("{fault} without renameat2"), vec![none.clone(), fault]));
        }
        let (mut killed, mut left) = (0, 0);
        for (point, faults) in points {
            fs::remove_dir_all(top.join(made)).unwrap();
            fs::remove_dir_all(folder.join("state")).unwrap();
            killed += usize::from(faulty(folder, &arguments, &faults).is_none());
            let mut now = folders(&top);
            left += unfinished(&now);
            now.retain(|path, _| !path.to_str().unwrap().contains(".unscatter-"));
            assert!(now == before || now == whole, "{to}: {point}: {now:?}");
            // Nobody takes what is not finished for a folder.
            let (_, out, _) = program(folder, &["stores", "store"]);
            assert!(!out.contains("unscatter"), "{to}: {point}: {out}");
            assert_eq!(program(folder, &["undo"]).0, 0, "{to}: {point}");
            assert_eq!(unfinished(&folders(&top)), 0, "{to}: {point}");
            let (code, out, err) = program(folder, &[&arguments[..], &["--again"]].concat());
            assert_eq!(code, 0, "{to}: {point}: {out}{err}");
            assert_eq!(folders(&top), whole, "{to}: {point}");
            assert_eq!(program(folder, &["undo"]).0, 0, "{to}: {point}");
        }
        assert!(killed >= 10 && left >= 6, "{to}: {killed} {left}");
    }
}

#[test]
fn where_a_folder_cannot_be_finished_nothing_of_it_stays_and_the_next_run_says_so_too() {
    if !traceable() {
        return;
    }
    let folder = folder();
    let folder = folder.path();
    let top = shared(folder, ".Lists");
    let (before, mail) = (folders(&top), multiset(folder));
    let arguments = sweep(&["--apply"]);
    for fault in
        ["fchmod:error=EPERM:when=1+", "fchmod:error=EIO:when=3", "mkdirat:error=ENOSPC:when=3"]
    {
        for round in 0..2 {
            let code = faulty(folder, &arguments, &[fault.to_owned()]);
            assert_eq!(code, Some(1), "{fault}, {round}");
            assert_eq!(folders(&top), before, "{fault}, {round}");
            assert_eq!(multiset(folder), mail, "{fault}, {round}");
        }
    }
    // What could not be removed either is removed by the next run.
    let faults = ["fchmod:error=EPERM:when=1+", "unlinkat:error=EIO:when=1+"].map(str::to_owned);
    assert_eq!(faulty(folder, &arguments, &faults), Some(1));
    assert!(unfinished(&folders(&top)) > 0);
    assert_eq!(program(folder, &["undo"]).0, 0);
    assert_eq!(folders(&top), before);
    assert_eq!(program(folder, &arguments).0, 0);
    assert_eq!(names(folder, ".Backscatter").len(), 5);
}

/// Runs the program as another user, who is in a group.
fn as_user(folder: &Path, user: u32, group: u32, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::new("setpriv");
    command.args([
        format!("--reuid={user}"),
        format!("--regid={user}"),
        format!("--groups={group}"),
    ]);
    command.arg(built()).args(arguments).current_dir(folder);
    let output = command.env("XDG_STATE_HOME", folder.join("state")).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}

/// Gives a folder and all below it to a user.
fn give(path: &Path, user: u32, group: u32) {
    chown(path, Some(user), Some(group)).unwrap();
    if path.is_dir() {
        // The mode survives for folders only where root gives them away.
        for entry in fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user, group);
        }
    }
}

/// Whether files can be given to others, and the program be run as another user.
fn rooted() -> bool {
    let folder = folder();
    let root = rustix::process::geteuid().is_root();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let tried = || {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=41002", "--regid=41002", "--clear-groups"]).arg(built());
        command.arg("--version").output().is_ok_and(|output| output.status.success())
    };
    let works = root && tried();
    if !works {
        println("SKIPPED: needs root and setpriv; nothing was done with the rights of others");
    }
    works
}

#[test]
fn who_cannot_give_a_folder_to_the_owner_of_the_maildir_moves_nothing_on_any_run() {
    if !rooted() {
        return;
    }
    let folder = folder();
    let folder = folder.path();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    let top = shared(folder, ".Lists");
    fs::create_dir(folder.join("state")).unwrap();
    give(&folder.join("state"), 41002, 41002);
    give(&top, 41001, 42000);
    let before = folders(&top);
    assert!(before.values().all(|mode| *mode == 0o2770), "{before:?}");
    for entry in ["cur", "new"].iter().flat_map(|sub| fs::read_dir(top.join(sub)).unwrap()) {
        fs::set_permissions(entry.unwrap().path(), fs::Permissions::from_mode(0o660)).unwrap();
    }
    for round in 0..3 {
        let (code, out) = as_user(folder, 41002, 42000, &sweep(&["--apply"]));
        assert_eq!(code, 1, "{round}: {out}");
        assert!(out.contains("cannot be made"), "{round}: {out}");
        assert_eq!(folders(&top), before, "{round}: {out}");
        assert_eq!(names(folder, "").len(), 10);
    }
}

#[test]
fn mail_of_several_owners_in_a_folder_of_roots_is_refused_and_that_of_one_is_handed_over() {
    if !rooted() {
        return;
    }
    let (first, second) = (41001, 41002);
    for (users, said) in [
        (&[first, second][..], "--all-users"),
        (&[first, 0], "--all-users"),
        // Nobody knows that user, so that there is no home for the journal; root's own is none for it.
        (&[first, first], "has no home folder of its own"),
    ] {
        let folder = folder();
        let folder = folder.path();
        for (i, user) in users.iter().enumerate() {
            fs::create_dir_all(folder.join("v")).unwrap();
            let to = folder.join(format!("v/u{i}"));
            fs::rename(store(folder), &to).unwrap();
            give(&to, *user, *user);
        }
        let arguments =
            [&["sweep", "v", "--to", "Backscatter", "--max-share", "1", "--apply"][..], &ANY]
                .concat();
        let before = folders(&folder.join("v"));
        let (code, out, err) = program(folder, &arguments);
        assert_eq!(code, 2, "{users:?}: {out}{err}");
        assert!(err.contains(said), "{users:?}: {err}");
        assert_eq!(folders(&folder.join("v")), before, "{users:?}");
        assert!(!folder.join("state").exists(), "{users:?}");
    }
    // Mbox files in a folder of root's, as in /var/mail.
    let folder = folder();
    let folder = folder.path();
    fs::create_dir(folder.join("spool")).unwrap();
    as_mbox(folder, "spool/anna", "");
    as_mbox(folder, "spool/eva", "");
    give(&folder.join("spool/anna"), first, first);
    give(&folder.join("spool/eva"), second, second);
    let arguments = [&["sweep", "spool", "--to", "swept", "--max-share", "1", "--apply"][..], &ANY];
    let (code, out, err) = program(folder, &arguments.concat());
    assert_eq!(code, 2, "{out}{err}");
    assert!(err.contains("several owners") && !folder.join("swept").exists(), "{err}");
}

#[test]
fn copies_in_the_state_folder_are_no_mail_and_no_place_for_mail() {
    let folder = folder();
    let folder = folder.path();
    let inbox = as_mbox(folder, "inbox", "");
    let whole = fs::read(&inbox).unwrap();
    // Before the first run nothing tells the state folder but its name.
    fs::create_dir_all(folder.join("state/unscatter")).unwrap();
    let to = |store: &str, to: &str| -> Vec<String> {
        let words = [&["sweep", store, "--to", to, "--max-share", "1", "--apply"][..], &ANY];
        words.concat().into_iter().map(str::to_owned).collect()
    };
    let run = |arguments: Vec<String>| {
        program(folder, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let ours = "state/unscatter/swept";
    let (code, out, err) = run(to("inbox", ours));
    assert_eq!((code, fs::read(&inbox).unwrap() == whole), (2, true), "{out}{err}");
    assert!(err.contains("is a state folder of unscatter") && !folder.join(ours).exists(), "{err}");
    // Night after night, with the state folder inside of what is swept.
    for night in 0..3 {
        let (code, out, err) = run(to(".", "swept"));
        assert_eq!(code, 0, "{night}: {out}{err}");
        let swept = fs::read_to_string(folder.join("swept")).unwrap();
        assert_eq!(swept.matches(FROM).count(), 5, "{night}: {out}");
    }
    let names = fs::read_dir(folder.join("state/unscatter")).unwrap();
    let mut names = names.map(|e| e.unwrap().file_name().into_string().unwrap());
    let copy = &format!("state/unscatter/{}", names.find(|n| n.ends_with("-moved")).unwrap());
    let (_, out, _) = program(folder, &["stores", "."]);
    assert!(!out.contains("run-000001"), "{out}");
    let before = (fs::read(&inbox).unwrap(), fs::read(folder.join(copy)).unwrap());
    for (store, target) in
        [("inbox", ours), ("state/unscatter", "again"), (copy, "again"), ("inbox", copy)]
    {
        let (code, out, err) = run(to(store, target));
        assert_eq!(code, 2, "{store} {target}: {out}{err}");
        assert!(err.contains("state folder of unscatter"), "{store} {target}: {err}");
    }
    assert_eq!((fs::read(&inbox).unwrap(), fs::read(folder.join(copy)).unwrap()), before);
    assert_eq!(program(folder, &["undo"]).0, 0);
    assert_eq!(fs::read(&inbox).unwrap(), whole);
}

#[test]
fn a_state_folder_inside_of_a_maildir_is_no_folder_of_it() {
    let folder = folder();
    let folder = folder.path();
    let top = store(folder);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(built());
        command.args(arguments).current_dir(folder).env("XDG_STATE_HOME", &top);
        let output = command.output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let before = names(folder, "");
    let arguments =
        [&["sweep", "store", "--to", "unscatter", "--max-share", "1", "--apply"][..], &ANY]
            .concat();
    fs::create_dir_all(top.join("Lists/cur")).unwrap();
    let (code, out) = run(&arguments);
    assert_eq!((code, names(folder, "")), (Some(2), before), "{out}");
    assert!(!top.join("unscatter/cur").exists(), "{out}");
    for night in 0..2 {
        let (code, out) = run(&sweep(&["--apply"]));
        assert_eq!(code, Some(0), "{night}: {out}");
    }
    assert_eq!(names(folder, "Backscatter").len(), 5);
}

#[test]
fn a_saved_plan_goes_to_no_folder_that_cannot_be_named_either() {
    for (has, good, bad) in [
        (
            ".Lists",
            &[".Junk.Bounces", ".Lists", ".R&APw-ckl&AOQ-ufer"][..],
            &["Junk/Bounces", "Bounces"][..],
        ),
        ("Lists", &["Junk/Bounces", "Bounces.2026", "Lists"], &[".Bounces", ".Junk.Bounces"]),
    ] {
        let folder = folder();
        let folder = folder.path();
        let top = shared(folder, has);
        for more in [&[][..], &["--by-class"]] {
            let _ = fs::remove_file(folder.join("plan.csv"));
            let (code, out, err) = program(folder, &sweep(&[&["-o", "plan.csv"], more].concat()));
            assert_eq!(code, 0, "{out}{err}");
            // As it was written it is good.
            let (code, out, err) = program(folder, &["sweep", "--plan", "plan.csv"]);
            assert_eq!(code, 0, "{has} {more:?}: {out}{err}");
        }
        fs::remove_file(folder.join("plan.csv")).unwrap();
        assert_eq!(program(folder, &sweep(&["-o", "plan.csv"])).0, 0);
        let saved = fs::read_to_string(folder.join("plan.csv")).unwrap();
        let (mail, before) = (names(folder, ""), folders(&top));
        let edited = |name: &str| {
            let to = top.file_name().unwrap().to_str().unwrap();
            let place = if has.starts_with('.') { "/.Backscatter" } else { "/Backscatter" };
            let text = saved.replace(&format!("{to}{place}"), &format!("{to}/{name}"));
            assert_ne!(text, saved);
            fs::write(folder.join("edited.csv"), text).unwrap();
        };
        let both = [
            "tmp",
            "cur",
            "new",
            "cur/x",
            "tmp/.x",
            ".x/cur",
            ".x/y",
            ".cur",
            ".x.new",
            "a/tmp",
            "a/.b",
            ".a..b",
            ".",
            "INBOX",
            ".INBOX",
            ".Backscatter.",
            "maildirfolder/cur",
            "~x",
            "x.mbox",
        ];
        for name in both.iter().chain(bad) {
            edited(name);
            let (code, out, err) = program(folder, &["sweep", "--plan", "edited.csv", "--apply"]);
            assert_eq!(code, 2, "{has}: {name}: {out}{err}");
            assert!(err.contains("move_to"), "{has}: {name}: {err}");
            assert_eq!(
                (names(folder, ""), folders(&top)),
                (mail.clone(), before.clone()),
                "{name}"
            );
        }
        for name in good {
            edited(name);
            let (code, out, err) = program(folder, &["sweep", "--plan", "edited.csv", "--apply"]);
            assert_eq!((code, names(folder, name).len()), (0, 5), "{has}: {name}: {out}{err}");
            assert_eq!(program(folder, &["undo"]).0, 0, "{has}: {name}");
        }
    }
}
