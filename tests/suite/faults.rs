//! What happens to mail when a sweep, an undo or a recovery is killed, or the system refuses, at any system
//! call. Needs strace; says so aloud where it is missing. `UNSCATTER_FAULTS=all` takes 200 messages and a kill at
//! every call that changes something, and more than 10,000 errors, instead of a sample.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use unscatter::store::Fingerprint;

/// Calls that change something, or on whose success a change is built.
const CALLS: &str = "renameat2,?renameat,fsync,fdatasync,pwrite64,ftruncate,linkat,link,unlink,unlinkat,mkdirat,mkdir,\
                     fchmod,utimensat,flock,fcntl,fallocate,openat2,write,statx,newfstatat,fstat,openat,pread64,\
                     read,fstatfs,statfs,getdents64,readlink";

const SWEEP: &[&str] = &["sweep", "--plan", "plan.csv", "--apply"];
const UNDO: &[&str] = &["undo"];

pub(crate) fn traceable() -> bool {
    let traced = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).output();
    let works = traced.is_ok_and(|o| o.status.success());
    if !works {
        println("SKIPPED: strace is missing or may not trace; no faults were injected");
    }
    works
}

pub(crate) fn everything() -> bool {
    std::env::var_os("UNSCATTER_FAULTS").is_some_and(|v| v == "all")
}

/// What is tested: the program that was built with the tests, or another one (a broken variant of it).
pub(crate) fn program() -> String {
    let other = std::env::var("UNSCATTER_PROGRAM");
    other.unwrap_or_else(|_| env!("CARGO_BIN_EXE_unscatter").to_owned())
}

pub(crate) fn println(what: &str) {
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{what}\n").as_bytes());
}

pub(crate) type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A store, a plan of what goes, and how both look before and after.
pub(crate) struct Case {
    name: &'static str,
    folder: TempDir,
    texts: Vec<Vec<u8>>,
    pub(crate) before: Files,
    pub(crate) after: Files,
    /// A second fault for every traced run: the file system cannot rename without replacing.
    by_link: bool,
}

/// Every file of the store that holds something; the state folder and the plan are not mail. A target that is
/// empty again stays, because a deliverer may wait at it.
pub(crate) fn look(root: &Path) -> Files {
    fn walk(dir: &Path, root: &Path, out: &mut Files) {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, out);
            } else if path.file_name().unwrap() != "maildirfolder" {
                let octets = fs::read(&path).unwrap();
                if !octets.is_empty() {
                    out.insert(path.strip_prefix(root).unwrap().to_owned(), octets);
                }
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
    let filling = "x".repeat(300 * (i % 7));
    format!("Subject: number {i}\nX: {filling}\n\nbody {i} ends\n").into_bytes()
}

pub(crate) fn maildir(folder: TempDir, count: usize) -> Case {
    let top = folder.path().join("mail/Maildir");
    for sub in ["cur", "new", "tmp"] {
        fs::create_dir_all(top.join(sub)).unwrap();
    }
    let real = fs::canonicalize(&top).unwrap();
    let mut plan = HEADER.to_owned();
    for i in 0..count {
        let name = if i % 2 == 0 { format!("cur/1.{i}:2,S") } else { format!("new/1.{i}") };
        fs::write(top.join(&name), text(i)).unwrap();
        if i % 3 != 2 {
            let name = format!("\"{name}\"");
            plan.push_str(&row("mail/Maildir", &name, &text(i), &real.join(".Backscatter")));
        }
    }
    finish("Maildir", folder, &plan, count)
}

pub(crate) fn mbox(folder: TempDir, count: usize, target: bool) -> Case {
    let mail = folder.path().join("mail");
    fs::create_dir_all(&mail).unwrap();
    let real = fs::canonicalize(&mail).unwrap();
    let mut octets = Vec::new();
    let mut plan = HEADER.to_owned();
    for i in 0..count {
        octets.extend(format!("From a@example.org Mon Nov 23 19:15:{:02} 2026\n", i % 60).bytes());
        if i % 3 != 0 {
            let locator = format!("inbox#{}+{}", octets.len(), text(i).len());
            plan.push_str(&row("mail/inbox", &locator, &text(i), &real.join("swept")));
        }
        octets.extend(text(i));
        octets.push(b'\n');
    }
    fs::write(mail.join("inbox"), octets).unwrap();
    if target {
        // Its last message has no line end: what comes goes before it.
        let there = "From b@example.org Mon Nov 23 19:15:20 2026\nSubject: there\n\nthere";
        fs::write(mail.join("swept"), there).unwrap();
    }
    finish(if target { "mbox with target" } else { "mbox" }, folder, &plan, count)
}

fn finish(name: &'static str, folder: TempDir, plan: &str, count: usize) -> Case {
    fs::write(folder.path().join("plan.csv"), plan).unwrap();
    let before = look(folder.path());
    let texts = (0..count).map(text).collect();
    let mut case = Case { name, folder, texts, before, after: BTreeMap::new(), by_link: false };
    let output = case.run(SWEEP);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    case.after = look(case.path());
    assert_ne!(case.after, case.before);
    case.reset();
    case
}

impl Case {
    /// The same on a file system where link and unlink stand in for a rename.
    pub(crate) fn by_link(self) -> Case {
        Case { by_link: true, ..self }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(self.path())
            .env("XDG_STATE_HOME", self.path().join("state"))
            .stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(&program()).args(arguments).output().unwrap()
    }

    /// Runs the program under strace with a fault.
    pub(crate) fn faulty(&self, arguments: &[&str], fault: &str) -> Output {
        let mut strace = self.command("strace");
        let call = fault.split(':').next().unwrap_or_default();
        strace.args(["-f", "-qq", "-o", "/dev/null", "-e"]);
        strace.arg(format!("trace={call},renameat2")).arg("-e").arg(format!("inject={fault}"));
        if self.by_link {
            strace.args(["-e", "inject=renameat2:error=EINVAL"]);
        }
        strace.arg(program()).args(arguments).output().unwrap()
    }

    /// Runs the program and kills it; false where it had come to its end before.
    pub(crate) fn killed(&self, arguments: &[&str], fault: &str) -> bool {
        use std::os::unix::process::ExitStatusExt;
        self.faulty(arguments, fault).status.signal() == Some(9)
    }

    /// How often each call is made.
    fn calls(&self, arguments: &[&str]) -> Vec<(String, usize)> {
        let trace = self.path().join("trace");
        let mut strace = self.command("strace");
        strace.args(["-f", "-qq", "-o"]).arg(&trace).args(["-e", &format!("trace={CALLS}")]);
        if self.by_link {
            strace.args(["-e", "inject=renameat2:error=EINVAL"]);
        }
        strace.arg(program()).args(arguments).output().unwrap();
        let mut counts = BTreeMap::new();
        for line in String::from_utf8_lossy(&fs::read(&trace).unwrap()).lines() {
            let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            if let Some((name, _)) = call.split_once('(').filter(|(n, _)| !n.starts_with('<')) {
                *counts.entry(name.to_owned()).or_insert(0) += 1;
            }
        }
        fs::remove_file(trace).unwrap();
        if self.by_link {
            counts.remove("renameat2");
        }
        assert!(counts.len() > 8, "{counts:?}");
        counts.into_iter().collect()
    }

    /// Everything as it was in the beginning.
    pub(crate) fn reset(&self) {
        fs::remove_dir_all(self.path().join("mail")).unwrap();
        let _ = fs::remove_dir_all(self.path().join("state"));
        if self.name == "Maildir" {
            for sub in ["cur", "new", "tmp"] {
                fs::create_dir_all(self.path().join("mail/Maildir").join(sub)).unwrap();
            }
        }
        fs::create_dir_all(self.path().join("mail")).unwrap();
        for (path, octets) in &self.before {
            fs::write(self.path().join(path), octets).unwrap();
        }
    }

    /// Each message is somewhere, whole, at this very moment: in the store or in a redo file.
    #[track_caller]
    pub(crate) fn nothing_is_lost(&self, what: &str) {
        let mut all: Vec<Vec<u8>> = look(self.path()).into_values().collect();
        if let Ok(state) = fs::read_dir(self.path().join("state/unscatter")) {
            all.extend(state.map(|e| fs::read(e.unwrap().path()).unwrap_or_default()));
        }
        // One pass over everything: each message tells its number where it begins.
        let mut there = vec![false; self.texts.len()];
        for octets in &all {
            let content = String::from_utf8_lossy(octets);
            for (at, mark) in content.match_indices("Subject: number ") {
                let rest = &content[at + mark.len()..];
                let number = rest.split('\n').next().and_then(|n| n.parse::<usize>().ok());
                let Some(n) = number.filter(|n| *n < there.len()) else { continue };
                there[n] |= content.as_bytes()[at..].starts_with(&self.texts[n]);
            }
        }
        if let Some(n) = there.iter().position(|t| !t) {
            panic!("{}: {what}: lost {:?}", self.name, String::from_utf8_lossy(&self.texts[n]));
        }
    }

    /// Goes on, and everything is as after a run without a fault.
    #[track_caller]
    pub(crate) fn go_on(&self, what: &str) {
        let output = self.run(SWEEP);
        assert!(matches!(output.status.code(), Some(0 | 1)), "{what}: {output:?}");
        self.same(&self.after, what);
    }

    /// Takes every run back; then all is as it was, and nothing of ours is left over.
    #[track_caller]
    pub(crate) fn take_back(&self, what: &str) {
        for _ in 0..6 {
            let output = self.run(UNDO);
            assert_eq!(output.status.code(), Some(0), "{}: {what}: {output:?}", self.name);
            if output.stdout.starts_with(b"Nothing") {
                break;
            }
        }
        self.same(&self.before, what);
        let left = unfinished(&self.path().join("mail"));
        assert!(left.is_empty(), "{}: {what}: {left:?} is left over", self.name);
        if let Ok(state) = fs::read_dir(self.path().join("state/unscatter")) {
            for entry in state {
                let name = entry.unwrap().file_name().into_string().unwrap();
                let ours = name == "lock" || name.ends_with(".journal") || name.ends_with("-moved");
                assert!(ours, "{}: {what}: {name} is left over", self.name);
            }
        }
    }

    #[track_caller]
    fn same(&self, wanted: &Files, what: &str) {
        let names = |m: &Files| -> Vec<(PathBuf, usize)> {
            m.iter().map(|(p, o)| (p.clone(), o.len())).collect()
        };
        let found = look(self.path());
        let (now, then) = (names(&found), names(wanted));
        assert!(found == *wanted, "{}: {what}: {now:?} is not {then:?}", self.name);
    }
}

/// What was begun below a folder and not finished.
fn unfinished(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
    let of = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        if name.starts_with(".unscatter-") {
            vec![path]
        } else if path.is_dir() {
            unfinished(&path)
        } else {
            Vec::new()
        }
    };
    entries.flat_map(of).collect()
}

/// What is interrupted, and what went before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Sweep,
    Undo,
    /// An undo that first has to heal a sweep that was killed in its middle.
    Recovery,
}

const PHASES: [Phase; 3] = [Phase::Sweep, Phase::Undo, Phase::Recovery];

impl Phase {
    fn arguments(self) -> &'static [&'static str] {
        if self == Phase::Sweep { SWEEP } else { UNDO }
    }

    fn prepare(self, case: &Case) {
        case.reset();
        match self {
            Phase::Sweep => {}
            Phase::Undo => {
                assert_eq!(case.run(SWEEP).status.code(), Some(0));
            }
            Phase::Recovery => {
                let middle = match (case.name, case.by_link) {
                    ("Maildir", false) => "renameat2:signal=SIGKILL:when=4",
                    ("Maildir", true) => "unlinkat:signal=SIGKILL:when=3",
                    _ => "ftruncate:signal=SIGKILL:when=1",
                };
                case.faulty(SWEEP, middle);
            }
        }
    }
}

fn cases(whole: usize) -> Vec<Case> {
    let folder = crate::relocation::folder;
    let count = if everything() { whole } else { 7 };
    let by_link = maildir(folder(), count).by_link();
    vec![
        maildir(folder(), count),
        by_link,
        mbox(folder(), count, false),
        mbox(folder(), count, true),
    ]
}

/// Every call of a phase that changes something, and of those that only read every tenth: a kill at such a
/// one leaves what a kill at the next change leaves.
fn every(case: &Case, phase: Phase) -> Vec<(String, usize)> {
    phase.prepare(case);
    let calls = case.calls(phase.arguments());
    let all = calls.into_iter().flat_map(|(name, n)| (1..=n).map(move |k| (name.clone(), k)));
    all.enumerate().filter(|(i, (call, _))| changes(call) || i % 10 == 0).map(|(_, p)| p).collect()
}

/// So many calls of a phase, spread over all.
fn points(case: &Case, phase: Phase, sample: usize, turn: usize) -> Vec<(String, usize)> {
    phase.prepare(case);
    let calls = case.calls(phase.arguments());
    let all = calls.into_iter().flat_map(|(name, n)| (1..=n).map(move |k| (name.clone(), k)));
    let all: Vec<_> = all.collect();
    let sample = sample.min(all.len());
    let step = all.len() / sample;
    all.into_iter().skip(turn % step).step_by(step).take(sample).collect()
}

#[test]
fn a_kill_at_any_system_call_is_healed() {
    if !traceable() {
        return;
    }
    let (mut count, mut killed) = (0, 0);
    for (turn, case) in cases(200).iter().enumerate() {
        for phase in PHASES {
            let all = if everything() { every(case, phase) } else { points(case, phase, 40, turn) };
            for (n, (call, k)) in all.into_iter().enumerate() {
                let what = format!("{phase:?} {call}:signal=SIGKILL:when={k}");
                phase.prepare(case);
                let fault = what.split_once(' ').unwrap().1;
                killed += usize::from(case.killed(phase.arguments(), fault));
                case.nothing_is_lost(&what);
                if n % 2 == 0 && phase == Phase::Sweep {
                    case.go_on(&what);
                }
                case.take_back(&what);
                count += 1;
            }
            println(&format!("killed at {count} system calls so far"));
        }
    }
    println(&format!("killed at {killed} of {count} system calls"));
    assert!(count > 300, "only {count} points");
    // The number of calls differs a little from run to run.
    assert!(killed * 20 > count * 19, "only {killed} of {count} were killed");
}

#[test]
fn a_second_kill_while_the_first_is_healed_is_healed() {
    if !traceable() {
        return;
    }
    let (mut count, mut killed) = (0, 0);
    for (turn, case) in cases(30).iter().enumerate() {
        let sample = if everything() { 500 } else { 15 };
        Phase::Sweep.prepare(case);
        let sweep: Vec<_> = case.calls(SWEEP).into_iter().filter(|(c, _)| changes(c)).collect();
        Phase::Recovery.prepare(case);
        let heal: Vec<_> = case.calls(UNDO).into_iter().filter(|(c, _)| changes(c)).collect();
        let mut dice = Dice(turn as u64 + 1);
        for _ in 0..sample {
            case.reset();
            let (first, second) = (dice.point(&sweep, usize::MAX), dice.point(&heal, 4));
            let what = format!("{first}, then {second}");
            let kills = [case.killed(SWEEP, &first), case.killed(UNDO, &second)];
            killed += usize::from(kills == [true; 2]);
            case.nothing_is_lost(&what);
            case.take_back(&what);
            count += 1;
        }
        println(&format!("killed twice at {count} pairs so far"));
    }
    println(&format!("killed twice at {killed} of {count} pairs of system calls"));
    assert!(count >= 60, "only {count} points");
    // Where the first kill came early there is less to heal, and the second may come too late.
    assert!(killed * 3 > count, "only {killed} of {count} were killed twice");
}

fn changes(call: &str) -> bool {
    !["statx", "newfstatat", "fstat", "openat", "pread64", "read", "readlink", "statfs"]
        .contains(&call)
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    /// One of the first so many calls of some name.
    fn point(&mut self, calls: &[(String, usize)], first: usize) -> String {
        let (call, n) = &calls[self.below(calls.len())];
        format!("{call}:signal=SIGKILL:when={}", 1 + self.below((*n).min(first)))
    }
}

#[test]
fn an_error_at_any_system_call_loses_nothing() {
    if !traceable() {
        return;
    }
    let mut count = 0;
    for (turn, case) in cases(30).iter().enumerate() {
        for phase in PHASES {
            let kinds = ["ENOSPC", "EIO", "EDQUOT", "EACCES", "EINTR"];
            // To be interrupted for ever is to wait for ever; everything else may also last.
            let kinds = kinds.into_iter().flat_map(|e| [(e, ""), (e, "+")]);
            let kinds = kinds.filter(|kind| *kind != ("EINTR", "+"));
            for (at, (error, lasting)) in kinds.enumerate() {
                let sample = if everything() { 115 } else { 6 };
                for (call, k) in points(case, phase, sample, turn * 5 + at * 3) {
                    let fault = format!("{call}:error={error}:when={k}{lasting}");
                    let what = format!("{phase:?} {fault}");
                    phase.prepare(case);
                    let output = case.faulty(phase.arguments(), &fault);
                    if output.status.code() == Some(0) {
                        match phase {
                            Phase::Sweep => case.same(&case.after, &what),
                            // Where nothing was left to heal or take back, that is well too.
                            _ => case.same(&case.before, &what),
                        }
                    }
                    case.nothing_is_lost(&what);
                    case.take_back(&what);
                    count += 1;
                }
            }
            println(&format!("refused at {count} points so far"));
        }
    }
    println(&format!("refused at {count} points"));
    assert!(count > 500, "only {count} points");
}
