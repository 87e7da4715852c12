//! What happens to mail when a run is killed, or the system refuses, at any system call. Needs strace;
//! says so aloud where it is missing. `UNSCATTER_FAULTS=all` takes every call instead of a sample.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use unscatter::store::Fingerprint;

/// Calls that change something, or on whose success a change is built.
const CALLS: &[&str] = &[
    "renameat2",
    "fsync",
    "fdatasync",
    "pwrite64",
    "ftruncate",
    "linkat",
    "link",
    "unlink",
    "unlinkat",
    "mkdirat",
    "mkdir",
    "fchmod",
    "utimensat",
    "flock",
    "fcntl",
    "fallocate",
    "openat2",
    "write",
    "statx",
    "newfstatat",
    "openat",
    "pread64",
    "fstatfs",
    "getdents64",
];

/// Calls that happen often and change nothing by themselves: a sample will do.
const OFTEN: &[&str] = &["statx", "newfstatat", "openat", "pread64", "write", "getdents64"];

fn traceable() -> bool {
    let traced = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    let works = traced.is_ok_and(|o| o.status.success());
    if !works {
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            b"SKIPPED: strace is missing or may not trace; no faults were injected\n",
        );
    }
    works
}

fn everything() -> bool {
    std::env::var_os("UNSCATTER_FAULTS").is_some_and(|v| v == "all")
}

/// A store, a plan of what goes, and how both look before and after.
struct Case {
    folder: TempDir,
    before: BTreeMap<PathBuf, Vec<u8>>,
    after: BTreeMap<PathBuf, Vec<u8>>,
}

/// Every file of the store; the state folder and the plan are not mail.
fn look(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(dir: &Path, root: &Path, out: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, out);
            } else if path.file_name().unwrap() != "maildirfolder" {
                out.insert(path.strip_prefix(root).unwrap().to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    let mut out = BTreeMap::new();
    walk(&root.join("mail"), root, &mut out);
    out
}

fn row(store: &str, locator: &str, octets: &[u8], to: &Path) -> String {
    let print = Fingerprint::of(octets);
    format!("{store},{locator},backscatter,{},{},{}\n", print.hex(), print.len, to.display())
}

const HEADER: &str = "store,locator,class,sha256,size,move_to\n";

fn text(i: usize) -> Vec<u8> {
    format!("Subject: number {i}\nX: {}\n\nbody {i}\n", "x".repeat(300 * i)).into_bytes()
}

fn maildir() -> Case {
    let folder = crate::relocation::folder();
    let top = folder.path().join("mail/Maildir");
    for sub in ["cur", "new", "tmp"] {
        fs::create_dir_all(top.join(sub)).unwrap();
    }
    let real = fs::canonicalize(&top).unwrap();
    let mut plan = HEADER.to_owned();
    for i in 0..6 {
        let name = if i % 2 == 0 { format!("cur/1.{i}:2,S") } else { format!("new/1.{i}") };
        fs::write(top.join(&name), text(i)).unwrap();
        if i % 3 != 2 {
            let name = format!("\"{name}\"");
            plan.push_str(&row("mail/Maildir", &name, &text(i), &real.join(".Backscatter")));
        }
    }
    finish(folder, &plan)
}

fn mbox(target: bool) -> Case {
    let folder = crate::relocation::folder();
    let mail = folder.path().join("mail");
    fs::create_dir_all(&mail).unwrap();
    let real = fs::canonicalize(&mail).unwrap();
    let mut octets = Vec::new();
    let mut plan = HEADER.to_owned();
    for i in 0..7 {
        octets.extend(format!("From a@example.org Mon Nov 23 19:15:2{i} 2026\n").into_bytes());
        if i % 3 != 0 {
            let locator = format!("inbox#{}+{}", octets.len(), text(i).len());
            plan.push_str(&row("mail/inbox", &locator, &text(i), &real.join("swept")));
        }
        octets.extend(text(i));
        octets.push(b'\n');
    }
    fs::write(mail.join("inbox"), octets).unwrap();
    if target {
        fs::write(
            mail.join("swept"),
            "From b@example.org Mon Nov 23 19:15:20 2026\nSubject: there\n\nthere\n",
        )
        .unwrap();
    }
    finish(folder, &plan)
}

fn finish(folder: TempDir, plan: &str) -> Case {
    fs::write(folder.path().join("plan.csv"), plan).unwrap();
    let before = look(folder.path());
    let mut case = Case { folder, before, after: BTreeMap::new() };
    let output = case.run(&["sweep", "--plan", "plan.csv", "--apply"], None);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    case.after = look(case.folder.path());
    assert_ne!(case.after, case.before);
    case.reset();
    case
}

impl Case {
    /// Runs the program, with a fault or without.
    fn run(&self, arguments: &[&str], fault: Option<&str>) -> Output {
        let program = env!("CARGO_BIN_EXE_unscatter");
        let mut command = match fault {
            Some(fault) => {
                let mut strace = Command::new("strace");
                strace.args(["-f", "-qq", "-o", "/dev/null", "-e"]).arg(format!("inject={fault}"));
                strace.arg(program);
                strace
            }
            None => Command::new(program),
        };
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("XDG_STATE_HOME", self.folder.path().join("state"))
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Everything as it was in the beginning.
    fn reset(&mut self) {
        fs::remove_dir_all(self.folder.path().join("mail")).unwrap();
        let _ = fs::remove_dir_all(self.folder.path().join("state"));
        for (path, octets) in &self.before {
            let path = self.folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, octets).unwrap();
        }
        for sub in ["cur", "new", "tmp"] {
            if self.folder.path().join("mail/Maildir").is_dir() {
                fs::create_dir_all(self.folder.path().join("mail/Maildir").join(sub)).unwrap();
            }
        }
    }

    /// Takes every run back; then all is as it was.
    #[track_caller]
    fn take_back(&self, what: &str) {
        for _ in 0..4 {
            let output = self.run(&["undo"], None);
            assert_eq!(output.status.code(), Some(0), "{what}: {output:?}");
            if output.stdout.starts_with(b"Nothing") {
                break;
            }
        }
        same(&look(self.folder.path()), &self.before, what);
    }

    /// Until the fault no longer happens: each call, then the way on or the way back.
    fn each(&mut self, fault: &str, check: &mut dyn FnMut(&Case, &Output, &str, usize)) -> usize {
        let mut points = 0;
        for call in CALLS {
            let mut k = 1;
            let mut step = 1;
            loop {
                let what = format!("{call}:{fault}:when={k}");
                let output = self.run(&["sweep", "--plan", "plan.csv", "--apply"], Some(&what));
                check(self, &output, &what, points);
                points += 1;
                self.reset();
                // The fault came too late to matter: the run went through.
                if output.status.code() == Some(0) {
                    break;
                }
                if !everything() && OFTEN.contains(call) {
                    step += 2;
                }
                k += step;
            }
        }
        points
    }
}

#[track_caller]
fn same(found: &BTreeMap<PathBuf, Vec<u8>>, wanted: &BTreeMap<PathBuf, Vec<u8>>, what: &str) {
    let names = |m: &BTreeMap<PathBuf, Vec<u8>>| -> Vec<(PathBuf, usize)> {
        m.iter().map(|(p, o)| (p.clone(), o.len())).collect()
    };
    assert!(found == wanted, "{what}: {:?} is not {:?}", names(found), names(wanted));
}

fn cases() -> Vec<Case> {
    vec![maildir(), mbox(false), mbox(true)]
}

#[test]
fn a_kill_at_any_system_call_is_healed() {
    if !traceable() {
        return;
    }
    let mut points = 0;
    for mut case in cases() {
        points += case.each("signal=SIGKILL", &mut |case, _, what, n| {
            if n % 2 == 0 {
                // The way on.
                let output = case.run(&["sweep", "--plan", "plan.csv", "--apply"], None);
                assert!(matches!(output.status.code(), Some(0 | 1)), "{what}: {output:?}");
                same(&look(case.folder.path()), &case.after, what);
            } else if n % 4 == 1 {
                // Killed once more, while it heals or takes back.
                let second = ["pwrite64", "fdatasync", "fsync", "unlinkat", "renameat2"][n / 4 % 5];
                let fault = format!("{second}:signal=SIGKILL:when={}", 1 + n / 20 % 12);
                case.run(&["undo"], Some(&fault));
            }
            case.take_back(what);
        });
    }
    println(&format!("killed at {points} points"));
    assert!(points > 100, "only {points} points");
}

#[test]
fn an_error_at_any_system_call_loses_nothing() {
    if !traceable() {
        return;
    }
    let mut points = 0;
    for mut case in cases() {
        for error in ["ENOSPC", "EIO"] {
            points += case.each(&format!("error={error}"), &mut |case, output, what, _| {
                if output.status.code() == Some(0) {
                    same(&look(case.folder.path()), &case.after, what);
                }
                case.take_back(what);
            });
            if !everything() {
                break;
            }
        }
    }
    println(&format!("refused at {points} points"));
    assert!(points > 100, "only {points} points");
}

fn println(what: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{what}\n").as_bytes());
}
