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

