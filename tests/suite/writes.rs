//! What may be written: scans, plans and everything that only tells write nothing but the outputs that were
//! named. Every system call of every command is looked at; needs strace, and says so aloud where it is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use crate::faults::{program, traceable};
use crate::relocation::{ANY, folder, store};

/// Calls that change a file or a folder, whatever they are opened for.
const CHANGES: &str = "creat,rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,\
                       symlinkat,truncate,ftruncate,fallocate,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,\
                       utimensat,utime,utimes,futimesat,mknod,mknodat,setxattr,fsetxattr,lsetxattr,removexattr,flock";
const OPENS: &str = "open,openat,openat2";

/// The calls of a trace, each with its result: where another thread came between, a call stands in two lines.
fn calls(trace: &str) -> Vec<String> {
    let mut begun: BTreeMap<&str, &str> = BTreeMap::new();
    let mut whole = Vec::new();
    for line in trace.lines() {
        let (thread, said) = line.split_once(' ').unwrap_or_default();
        if let Some(first) = line.strip_suffix(" <unfinished ...>") {
            begun.insert(thread, first);
        } else if let Some((_, rest)) = said.split_once(" resumed>") {
            let first = begun.remove(thread).unwrap_or("resumed(");
            whole.push(format!("{first}{rest}"));
        } else {
            whole.push(line.to_owned());
        }
    }
    // A call that never came to its end may have changed something.
    whole.extend(begun.into_values().map(str::to_owned));
    whole
}

/// The calls of a trace that changed something outside of `out/`. A thread that is killed as the program ends, at the
/// door of any call, leaves a line with its name, or with question marks for it, and without arguments: nothing was
/// done then.
fn wrote(trace: &str) -> Vec<String> {
    let is_read = |line: &str| {
        let opened = OPENS.split(',').any(|c| line.contains(&format!(" {c}(")));
        let writing = ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC", "O_TMPFILE"];
        opened && !writing.iter().any(|w| line.contains(w))
    };
    let asked = |line: &str| {
        let (name, arguments) =
            line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').split_once('(')?;
        let known = CHANGES.split(',').chain(OPENS.split(',')).any(|call| call == name)
            || name == "resumed";
        Some(known && !arguments.trim_start().starts_with("<unavailable>"))
    };
    calls(trace)
        .into_iter()
        .filter(|l| asked(l) == Some(true) && !l.contains(" = -1 "))
        .filter(|l| !is_read(l))
        .filter(|l| !l.contains("out/") && !l.contains("/dev/null") && !l.contains("/dev/tty"))
        .collect()
}

#[test]
fn a_call_that_failed_changed_nothing_however_its_trace_is_cut() {
    let cut = "7 mkdir(\"state\", 0700 <unfinished ...>\n\
               8 openat(AT_FDCWD, \"a\", O_RDONLY|O_CLOEXEC <unfinished ...>\n\
               7 <... mkdir resumed>) = -1 EEXIST (File exists)\n\
               8 <... openat resumed>) = 3\n\
               7 mkdir(\"other\", 0700 <unfinished ...>\n\
               8 unlink(\"b\" <unfinished ...>\n\
               9 futex( <unavailable>) = ?\n\
               9 ????( <unavailable>) = ?\n\
               9 mkdir( <unavailable>) = ?\n\
               7 <... mkdir resumed>) = 0\n";
    let wrong = wrote(cut);
    assert_eq!(wrong, ["7 mkdir(\"other\", 0700) = 0", "8 unlink(\"b\""]);
}

/// The subcommands that help tells, and the one that it hides.
fn subcommands() -> BTreeSet<String> {
    let output = Command::new(program()).arg("--help").output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let listed = help.lines().skip_while(|l| *l != "Commands:").skip(1);
    let listed = listed.take_while(|l| !l.is_empty()).filter(|l| !l.starts_with("   "));
    let mut names: BTreeSet<String> =
        listed.filter_map(|l| l.split_whitespace().next()).map(str::to_owned).collect();
    assert!(names.len() > 7, "{help}");
    names.insert("manual".to_owned());
    names
}

/// Demands of everything below a folder that only its owner can read it; tells how many files there are.
fn private(folder: &Path) -> usize {
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // Not written by the program, and papers that are for everybody.
        if ["truth.csv", "papers"].iter().any(|n| path.ends_with(n)) {
            continue;
        }
        let mode = fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        let wanted = if path.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, wanted, "{} has mode {mode:o}", path.display());
        files += if path.is_dir() { private(&path) } else { 1 };
    }
    files
}

#[test]
fn nothing_but_apply_and_undo_writes_more_than_its_outputs() {
    if !traceable() {
        return;
    }
    let folder = folder();
    let folder = folder.path();
    let top = store(folder);
    fs::create_dir(folder.join("out")).unwrap();
    fs::copy(top.join("cur/1.b0:2,S"), folder.join("bounce.eml")).unwrap();
    let mbox: Vec<u8> = (0..3)
        .flat_map(|i| {
            let text = fs::read(top.join(format!("cur/1.b{i}:2,S"))).unwrap();
            [b"From a@example.org Mon Nov 23 19:15:20 2026\n".as_slice(), &text, b"\n"].concat()
        })
        .collect();
    fs::write(folder.join("inbox"), mbox).unwrap();
    let configuration = format!(
        "to = \"Backscatter\"\norigin = [\"forged\", \"unknown\"]\n[mailbox.home]\nstore = \"{}\"\n",
        top.display()
    );
    fs::write(folder.join("config.toml"), configuration).unwrap();
    let run = |arguments: &[&str], state: &str| {
        let trace = folder.join("trace");
        let output = Command::new("strace")
            .args(["-f", "-qq", "-y", "-o"])
            .arg(&trace)
            .args(["-e", &format!("trace={CHANGES},{OPENS}")])
            .arg(program())
            .args(arguments)
            .current_dir(folder)
            .env("XDG_STATE_HOME", folder.join(state))
            .output()
            .unwrap();
        assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {output:?}");
        let text = fs::read_to_string(&trace).unwrap();
        assert!(text.lines().count() > 3, "{arguments:?}: nothing was traced");
        wrote(&text)
    };
    let plan =
        [&["sweep", "store", "--to", "Backscatter", "-o", "out/plan.csv"][..], &ANY].concat();
    let boxes = [&["sweep", "inbox", "--to", "swept", "-o", "out/boxes.csv"][..], &ANY].concat();
    let silent: &[&[&str]] = &[
        &["scan", "store", "inbox", "-o", "out/scan.csv", "-o", "out/scan.jsonl"],
        &["scan", "store", "inbox", "-o", "out/scan.html", "-o", "out/scan.sqlite", "--all"],
        &["scan", "store", "--state", "out/known.sqlite", "--log", "json", "-v"],
        &["scan", "store", "--state", "out/known.sqlite", "-q"],
        &["scan", "store", "--all", "-o", "-"],
        &["scan", "--config", "config.toml"],
        &plan,
        &boxes,
        &["sweep", "--plan", "out/plan.csv"],
        &["sweep", "--config", "config.toml"],
        &["stores", "."],
        &["explain", "bounce.eml"],
        &["explain", "store/cur/1.b0:2,S"],
        &["explain", "null-sender"],
        &["evaluate", "out/truth.csv", "out/scan.csv"],
        &["evaluate", "out/truth.csv", "out/scan.jsonl", "-q"],
        &["bundle", "out/scan.csv", "out/scan.html", "-o", "out/bundle"],
        &["bundle", "out/scan.jsonl", "--mbox", "-o", "out/boxed"],
        &["bundle", "out/scan.csv", "--redact", "--redact-key", "out/key", "-o", "out/redacted"],
        &["bundle", "--verify", "out/bundle"],
        &["suggest", "store"],
        &["suggest", "store", "--only", "sieve", "--state", "out/known.sqlite"],
        &["config", "--check", "--config", "config.toml"],
        &["config", "--print", "--config", "config.toml"],
        &["manual", "out/papers"],
        &["undo", "--list"],
        &["--help"],
        &["--version"],
    ];
    let told: BTreeSet<String> = silent.iter().map(|a| a[0].to_owned()).collect();
    let missing: Vec<_> = subcommands().into_iter().filter(|name| !told.contains(name)).collect();
    assert!(missing.is_empty(), "nothing is known of {missing:?}");
    let truth = |scan: &str| {
        let rows: Vec<String> = scan
            .lines()
            .filter_map(|l| l.split(',').find(|c| c.len() == 64))
            .map(|digest| format!("{digest},bounce"))
            .collect();
        format!("sha256,kind\n{}\n", rows.join("\n"))
    };
    for state in ["state", "moved"] {
        for made in ["bundle", "boxed", "redacted"] {
            let _ = fs::remove_dir_all(folder.join("out").join(made));
        }
        for arguments in silent {
            if arguments[0] == "evaluate" {
                let scan = fs::read_to_string(folder.join("out/scan.csv")).unwrap();
                fs::write(folder.join("out/truth.csv"), truth(&scan)).unwrap();
            }
            if arguments[0] == "explain"
                && arguments[1] == "null-sender"
                && !known(folder, arguments)
            {
                continue;
            }
            let found = run(arguments, state);
            assert!(found.is_empty(), "{arguments:?} wrote: {found:#?}");
        }
        assert!(!folder.join("state").exists(), "a command that only tells made a state folder");
        assert!(private(&folder.join("out")) > 15);
        if state == "moved" {
            let shown = run(&["undo", "--show", "1"], state);
            assert!(shown.is_empty(), "a run that is shown wrote: {shown:#?}");
            private(&folder.join(state));
        }
        // The trace does see what is written, and the second round has a state to read.
        if state == "state" {
            let apply = [
                &["sweep", "store", "--to", "Backscatter", "--max-share", "1", "--apply"][..],
                &ANY,
            ];
            assert!(!run(&apply.concat(), "moved").is_empty(), "the trace sees nothing");
            assert!(!run(&["undo"], "moved").is_empty());
        }
    }
}

/// Whether a signal of that name is known; which there are is not this test's business.
fn known(folder: &Path, arguments: &[&str]) -> bool {
    let output = Command::new(program()).args(arguments).current_dir(folder).output().unwrap();
    output.status.success()
}

/// A mailbox of which a scan opens a message in Sent a second time: what came back has its id and its recipient, and
/// another date.
fn asked_again(top: &Path) {
    let text = "The boat is ready on Thursday.\nWe need six ropes and a new lamp.\nAnna brings the chart of the bay.\n\
                Bread and cheese are on board.\nThe harbour master wants the papers by noon.\n";
    let mail = |hour: &str| {
        format!(
            "From: ines@hollin.example\nTo: rosa@granite-bay.example\nSubject: The boat on Thursday\n\
             Date: Mon, 1 Dec 2025 {hour}:00:00 +0000\nMessage-ID: <boat@hollin.example>\n\n{text}"
        )
    };
    let bounce = format!(
        "Return-Path: <>\nFrom: MAILER-DAEMON@granite-bay.example\nTo: ines@hollin.example\n\
         Subject: Undelivered Mail Returned to Sender\nDate: Mon, 1 Dec 2025 10:00:09 +0000\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; granite-bay.example\n\n\
         Final-Recipient: rfc822; rosa@granite-bay.example\nAction: failed\nStatus: 5.1.1\n\n\
         --b\nContent-Type: message/rfc822\n\n{}\n--b--\n",
        mail("07")
    );
    for below in ["cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"] {
        fs::create_dir_all(top.join(below)).unwrap();
    }
    fs::write(top.join(".Sent/cur/1.boat:2,S"), mail("10")).unwrap();
    fs::write(top.join("cur/1.bounce:2,S"), bounce).unwrap();
}

#[test]
fn each_message_of_a_sweep_is_opened_by_a_thread_that_is_shut_in_even_a_second_time() {
    if !traceable() {
        return;
    }
    let folder = folder();
    let folder = folder.path();
    asked_again(&folder.join("store"));
    let trace = folder.join("trace");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .args(["-e", &format!("trace={OPENS},landlock_restrict_self,seccomp")])
        .arg(program())
        .args(["sweep", "store", "--to", "Backscatter", "--no-config"])
        .current_dir(folder)
        .env("XDG_STATE_HOME", folder.join("state"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let trace = fs::read_to_string(&trace).unwrap();
    let thread = |line: &str| line.split(' ').next().unwrap_or_default().to_owned();
    let mut shut_in = BTreeSet::new();
    let mut opened = 0;
    for line in trace.lines() {
        if line.contains("seccomp(") {
            shut_in.insert(thread(line));
        }
        if line.contains("1.boat") {
            assert!(shut_in.contains(&thread(line)), "opened by a thread with all rights: {line}");
            opened += 1;
        }
    }
    assert_eq!(opened, 2, "the message in Sent is read once by each pass: {trace}");
}
