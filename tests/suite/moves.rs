//! Moves in company: mail programs that hold a lock or keep their own messages, mail that arrives or goes in
//! between, signals, limits, and files that somebody else changed while a run was broken off.

use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rustix::fs::FlockOperation;
use tempfile::TempDir;
use unscatter::store::Fingerprint;

use crate::faults::{Case, Files, look, println, program};
use crate::relocation::folder;

/// An mbox of these messages, and a plan that takes some of them.
struct Inbox {
    folder: TempDir,
}

impl Inbox {
    fn of(messages: &[&str], going: &[usize]) -> Inbox {
        let folder = folder();
        let mail = folder.path().join("mail");
        fs::create_dir_all(&mail).unwrap();
        let target = fs::canonicalize(&mail).unwrap().join("swept");
        let mut octets = String::new();
        let mut plan = "store,locator,class,sha256,size,move_to\n".to_owned();
        for (i, text) in messages.iter().enumerate() {
            octets.push_str("From a@example.org Mon Nov 23 19:15:20 2026\n");
            if going.contains(&i) {
                let print = Fingerprint::of(text.as_bytes());
                plan.push_str(&format!(
                    "mail/inbox,inbox#{}+{},backscatter,{},{},{}\n",
                    octets.len(),
                    text.len(),
                    print.hex(),
                    print.len,
                    target.display()
                ));
            }
            octets.push_str(text);
            octets.push('\n');
        }
        fs::write(mail.join("inbox"), octets).unwrap();
        fs::write(folder.path().join("plan.csv"), plan).unwrap();
        Inbox { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("mail").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    fn run(&self, arguments: &[&str]) -> (i32, String) {
        told(command(self.folder.path()).args(arguments).output().unwrap())
    }

    fn sweep(&self) -> (i32, String) {
        self.run(&["sweep", "--plan", "plan.csv", "--apply"])
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(program());
    command.current_dir(folder).env("XDG_STATE_HOME", folder.join("state"));
    command
}

fn told(output: Output) -> (i32, String) {
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}

const PLAIN: [&str; 4] = [
    "Subject: one\n\nfirst\n",
    "Subject: two\n\nsecond\n",
    "Subject: three\n\nthird\n",
    "Subject: four\n\nfourth\n",
];

#[test]
fn the_message_that_holds_the_uids_of_a_folder_stays() {
    let first = "Subject: one\nX-IMAPbase: 1796000000 4\nX-UID: 1\n\nfirst\n";
    let inbox = Inbox::of(&[first, PLAIN[1], PLAIN[2]], &[0, 1]);
    let (code, out) = inbox.sweep();
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("holds the UIDs of the folder"), "{out}");
    assert!(inbox.read("inbox").contains("first") && inbox.read("swept").contains("second"));
    assert!(!inbox.read("inbox").contains("second") && !inbox.read("swept").contains("first"));
}

#[test]
fn the_message_that_keeps_the_state_of_a_folder_stays() {
    let pseudo = "From: Mail System Internal Data <MAILER-DAEMON@example.org>\n\
                  Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1796000000 2\n\
                  Status: RO\n\nThis text is part of the internal format of your mail folder.\n";
    let inbox = Inbox::of(&[pseudo, PLAIN[1]], &[0, 1]);
    let (code, out) = inbox.sweep();
    assert_eq!(code, 1, "{out}");
    assert!(inbox.read("inbox").contains("FOLDER INTERNAL DATA"), "{out}");
    assert!(!inbox.read("swept").contains("FOLDER INTERNAL DATA"));
}

#[test]
fn a_message_whose_bounds_are_in_doubt_stays_whole() {
    let inner = "Subject: two\n\ntext\nFrom b@example.net Tue Nov 24 10:00:00 2026\nmore text\n";
    let inbox = Inbox::of(&[PLAIN[0], inner, PLAIN[2]], &[1, 2]);
    let before = inbox.read("inbox");
    let (code, out) = inbox.sweep();
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("in doubt") || out.contains("changed"), "{out}");
    assert!(inbox.read("inbox").contains(inner), "{out}");
    let (code, out) = inbox.run(&["undo"]);
    assert_eq!((code, inbox.read("inbox")), (0, before), "{out}");
}

#[test]
fn mail_delivered_between_sweep_and_undo_stays() {
    let inbox = Inbox::of(&PLAIN, &[0, 2]);
    let before = inbox.read("inbox");
    assert_eq!(inbox.sweep().0, 0);
    let new = "From c@example.com Tue Nov 24 11:00:00 2026\nSubject: new\n\narrived since\n\n";
    for name in ["inbox", "swept"] {
        let mut file = fs::File::options().append(true).open(inbox.path(name)).unwrap();
        file.write_all(new.as_bytes()).unwrap();
    }
    let (code, out) = inbox.run(&["undo"]);
    assert_eq!(code, 0, "{out}");
    assert_eq!(inbox.read("inbox"), before + new);
    assert_eq!(inbox.read("swept"), new);
}

#[test]
fn a_message_is_taken_back_by_its_digest_and_the_others_stay() {
    let inbox = Inbox::of(&PLAIN, &[0, 2]);
    let before = inbox.read("inbox");
    assert_eq!(inbox.sweep().0, 0);
    let digest = Fingerprint::of(PLAIN[2].as_bytes()).hex();
    let (code, out) = inbox.run(&["undo", "--message", &digest[..8]]);
    assert_eq!(code, 0, "{out}");
    assert!(inbox.read("inbox").contains("third") && !inbox.read("inbox").contains("first"));
    assert!(inbox.read("swept").contains("first") && !inbox.read("swept").contains("third"));
    let (code, out) = inbox.run(&["undo", "--class", "auto-reply"]);
    assert_eq!(code, 0, "{out}");
    assert!(inbox.read("swept").contains("first"), "{out}");
    let (code, out) = inbox.run(&["undo", "--class", "backscatter"]);
    assert_eq!((code, inbox.read("inbox")), (0, before), "{out}");
    // It stays, because a deliverer may wait at it.
    assert!(inbox.read("swept").is_empty() && out.contains("is empty now"), "{out}");
}

#[test]
fn an_mbox_that_changed_or_went_since_the_plan_is_told() {
    let inbox = Inbox::of(&PLAIN, &[0, 2]);
    let changed = inbox.read("inbox").replace("first", "FIRST");
    fs::write(inbox.path("inbox"), &changed).unwrap();
    let (code, out) = inbox.sweep();
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("have changed since it was scanned"), "{out}");
    assert!(inbox.read("inbox").contains("FIRST") && inbox.read("swept").contains("third"));
    fs::remove_file(inbox.path("inbox")).unwrap();
    let (code, out) = inbox.sweep();
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("inbox"), "{out}");
}

#[test]
fn the_folders_of_a_running_thunderbird_are_read_only() {
    let inbox = Inbox::of(&PLAIN, &[0, 2]);
    let before = inbox.read("inbox");
    let profile = inbox.folder.path();
    fs::write(profile.join("prefs.js"), "").unwrap();
    let lock = fs::File::create(profile.join(".parentlock")).unwrap();
    // The file alone says nothing: it stays when Thunderbird ends.
    assert_eq!(inbox.sweep().0, 0);
    rustix::fs::fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
    let swept = inbox.read("inbox");
    let (code, out) = inbox.run(&["undo"]);
    assert_eq!((code, inbox.read("inbox")), (75, swept), "{out}");
    assert!(out.contains("Thunderbird is running"), "{out}");
    rustix::fs::fcntl_lock(&lock, FlockOperation::Unlock).unwrap();
    assert_eq!(inbox.run(&["undo"]).0, 0);
    assert_eq!(inbox.read("inbox"), before);
    // Where file locks do not work, a link names host and process.
    let link = profile.join("lock");
    std::os::unix::fs::symlink(format!("127.0.1.1:+{}", std::process::id()), &link).unwrap();
    let (code, out) = inbox.sweep();
    assert_eq!((code, inbox.read("inbox")), (75, before), "{out}");
    fs::remove_file(&link).unwrap();
    std::os::unix::fs::symlink("127.0.1.1:+999999999", &link).unwrap();
    assert_eq!(inbox.sweep().0, 0);
}

#[test]
fn a_maildir_of_a_running_thunderbird_is_busy_for_sweeps_undos_and_what_was_broken_off() {
    let case = crate::faults::maildir(folder(), 7);
    let profile = case.path();
    fs::write(profile.join("prefs.js"), "").unwrap();
    let lock = fs::File::create(profile.join(".parentlock")).unwrap();
    let starts =
        || rustix::fs::fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
    let ends = || rustix::fs::fcntl_lock(&lock, FlockOperation::Unlock).unwrap();
    let sweep = ["sweep", "--plan", "plan.csv", "--apply"];
    let busy = |arguments: &[&str], as_now: &Files| {
        let (code, out) = told(case.run(arguments));
        assert_eq!(code, 75, "{arguments:?}: {out}");
        assert!(out.contains("Thunderbird is running"), "{arguments:?}: {out}");
        assert_eq!(look(case.path()), *as_now, "{arguments:?}");
    };
    starts();
    busy(&sweep, &case.before);
    ends();
    assert_eq!(told(case.run(&sweep)).0, 0);
    starts();
    busy(&["undo"], &case.after);
    ends();
    assert_eq!(told(case.run(&["undo"])).0, 0);
    assert_eq!(look(case.path()), case.before);
    if !crate::faults::traceable() {
        return;
    }
    // In the middle of a sweep, and of an mbox.
    assert!(case.killed(&[&sweep[..], &["--again"]].concat(), "renameat2:signal=SIGKILL:when=4"));
    let now = look(case.path());
    starts();
    busy(&["undo"], &now);
    ends();
    assert_eq!(told(case.run(&["undo"])).0, 0);
    assert_eq!(look(case.path()), case.before);
    let case = crate::faults::mbox(folder(), 7, true);
    assert!(case.killed(&sweep, "ftruncate:signal=SIGKILL:when=1"));
    let octets = || ["inbox", "swept"].map(|n| fs::read(case.path().join("mail").join(n)).unwrap());
    let now = octets();
    let profile = case.path();
    fs::write(profile.join("prefs.js"), "").unwrap();
    let lock = fs::File::create(profile.join(".parentlock")).unwrap();
    rustix::fs::fcntl_lock(&lock, FlockOperation::NonBlockingLockExclusive).unwrap();
    let (code, out) = told(case.run(&["undo"]));
    assert!(code == 75 && octets() == now, "{code}: {out}");
    drop(lock);
    case.take_back("after Thunderbird");
}

#[test]
fn a_limit_on_file_sizes_is_an_error_and_loses_nothing() {
    let case = crate::faults::mbox(folder(), 12, true);
    let mut refused = 0;
    for kilobytes in 0..14 {
        case.reset();
        let limit =
            format!("ulimit -f {kilobytes}; exec {} sweep --plan plan.csv --apply", program());
        let output = Command::new("bash")
            .args(["-c", &limit])
            .current_dir(case.path())
            .env("XDG_STATE_HOME", case.path().join("state"))
            .output()
            .unwrap();
        let (code, out) = told(output);
        assert!(matches!(code, 0..=2), "{kilobytes} kB: {code} {out}");
        case.nothing_is_lost(&format!("limit of {kilobytes} kB"));
        if code == 0 {
            assert_eq!(look(case.path()), case.after, "{kilobytes} kB");
        } else {
            refused += 1;
            assert!(out.contains("too large"), "{kilobytes} kB: {out}");
        }
        case.take_back(&format!("limit of {kilobytes} kB"));
    }
    assert!((5..14).contains(&refused), "{refused} of 14 were refused");
}

#[test]
fn a_signal_ends_a_sweep_after_the_current_step() {
    let case = crate::faults::maildir(folder(), 300);
    for (signal, number) in [("TERM", 15), ("INT", 2), ("HUP", 1)] {
        case.reset();
        let fault = format!("renameat2:signal=SIG{signal}:when=5");
        if !crate::faults::traceable() {
            return;
        }
        let output = case.faulty(&["sweep", "--plan", "plan.csv", "--apply"], &fault);
        let (code, out) = told(output);
        assert_eq!(code, 128 + number, "{out}");
        let now = look(case.path());
        assert!(now != case.after && now != case.before, "SIG{signal} came too late");
        // Nothing is left to heal, and what has moved can be taken back.
        let (code, out) = told(case.run(&["undo", "--list"]));
        assert!(code == 0 && !out.contains("broken off"), "{out}");
        case.take_back(signal);
    }
}

/// Kills a sweep when the messages are in the target and the source is not yet cut.
fn broken_off(case: &Case) -> bool {
    if !crate::faults::traceable() {
        return false;
    }
    case.reset();
    assert!(
        case.killed(&["sweep", "--plan", "plan.csv", "--apply"], "ftruncate:signal=SIGKILL:when=1")
    );
    true
}

#[test]
fn a_scan_and_a_plan_tell_of_a_run_that_was_broken_off_and_change_nothing() {
    let case = crate::faults::mbox(folder(), 9, false);
    if !broken_off(&case) {
        return;
    }
    let before = (look(case.path()), state(&case));
    for arguments in
        [&["scan", "mail/inbox"][..], &["suggest", "mail/inbox"], &["sweep", "--plan", "plan.csv"]]
    {
        let (_, out) = told(case.run(arguments));
        assert!(out.contains("broken off"), "{arguments:?}: {out}");
    }
    assert!((look(case.path()), state(&case)) == before);
    case.take_back("told");
}

/// How often each message stands in the mboxes of a case, whatever mail programs wrote into it.
fn times(case: &Case, count: usize) -> Vec<usize> {
    let all: Vec<u8> = look(case.path()).into_values().flatten().collect();
    let subject = |i| format!("Subject: number {i}\n");
    (0..count).map(|i| memchr::memmem::find_iter(&all, subject(i).as_bytes()).count()).collect()
}

#[test]
fn what_a_mail_program_marks_after_a_kill_leaves_every_message_once() {
    if !crate::faults::traceable() {
        return;
    }
    let kills = ["fallocate:signal=SIGKILL:when=1", "ftruncate:signal=SIGKILL:when=1"];
    let (mut tried, mut in_doubt) = (0, 0);
    // All go; the last one goes; the last one stays.
    for (count, target) in [(2, false), (8, true), (9, false), (9, true)] {
        let case = crate::faults::mbox(folder(), count, target);
        for kill in kills {
            for (marked, renamed) in [(0, false), (count - 1, false), (0, true), (count / 2, false)]
            {
                case.reset();
                if !case.killed(&["sweep", "--plan", "plan.csv", "--apply"], kill) {
                    continue;
                }
                let inbox = case.path().join("mail/inbox");
                let subject = format!("Subject: number {marked}\n");
                let text = String::from_utf8(fs::read(&inbox).unwrap()).unwrap();
                let Some(at) = text.rfind(&subject) else { continue };
                let text = format!("{}Status: RO\n{}", &text[..at], &text[at..]);
                if renamed {
                    fs::write(inbox.with_extension("new"), text).unwrap();
                    fs::rename(inbox.with_extension("new"), &inbox).unwrap();
                } else {
                    fs::write(&inbox, text).unwrap();
                }
                let what = format!("{kill}, {count} messages, {marked} marked, renamed: {renamed}");
                let (code, out) = told(case.run(&["undo", "--list"]));
                assert_eq!(code, 0, "{what}: {out}");
                // Healing alone, then the sweep again: the plan's octets are as they were, but for one.
                let (code, out) = told(case.run(&["sweep", "--plan", "plan.csv", "--apply"]));
                case.nothing_is_lost(&what);
                let times = times(&case, count);
                if code == 2 {
                    assert!(out.contains("stand in more than one"), "{what}: {out}");
                    in_doubt += 1;
                } else {
                    assert_eq!(times, vec![1; count], "{what}: {code} {out}");
                }
                tried += 1;
            }
        }
    }
    println(&format!("{tried} mboxes marked after a kill, {in_doubt} in doubt"));
    assert!(tried > 16 && in_doubt * 4 < tried, "{in_doubt} of {tried}");
}

#[test]
fn what_is_marked_in_the_target_after_a_kill_does_not_come_twice() {
    let case = crate::faults::mbox(folder(), 9, true);
    if !broken_off(&case) {
        return;
    }
    let swept = case.path().join("mail/swept");
    let text = fs::read_to_string(&swept).unwrap();
    fs::write(&swept, text.replace("Subject: number 3\n", "Status: RO\nSubject: number 3\n"))
        .unwrap();
    let (code, out) = told(case.run(&["sweep", "--plan", "plan.csv", "--apply"]));
    assert_eq!(times(&case, 9), [1; 9], "{code} {out}");
    case.nothing_is_lost("marked in the target");
}

#[test]
fn what_is_deleted_in_the_target_after_a_kill_is_rescued_and_the_source_completed() {
    let case = crate::faults::mbox(folder(), 9, true);
    if !broken_off(&case) {
        return;
    }
    let swept = case.path().join("mail/swept");
    let text = fs::read_to_string(&swept).unwrap();
    let message = |n: usize| text.find(&format!("Subject: number {n}\n")).unwrap();
    let from = |at: usize| text[..at].rfind("From a@").unwrap();
    // The first of them is deleted.
    fs::write(&swept, format!("{}{}", &text[..from(message(1))], &text[from(message(2))..]))
        .unwrap();
    let (code, out) = told(case.run(&["sweep", "--plan", "plan.csv", "--apply"]));
    assert_eq!(code, 2, "{out}");
    let mut wanted = [1; 9];
    wanted[1] = 0;
    assert_eq!(times(&case, 9), wanted, "{out}");
    let rescued = fs::read_dir(case.path().join("state/unscatter")).unwrap();
    let rescued =
        rescued.map(|e| e.unwrap().path()).find(|p| p.extension().is_some_and(|e| e == "mbox"));
    assert!(fs::read_to_string(rescued.unwrap()).unwrap().contains("Subject: number 1\n"), "{out}");
    case.nothing_is_lost("deleted in the target");
}

#[test]
fn a_run_that_cannot_be_completed_stops_no_other_mbox_and_can_be_forgotten() {
    let case = crate::faults::mbox(folder(), 9, true);
    if !broken_off(&case) {
        return;
    }
    let mail = fs::canonicalize(case.path().join("mail")).unwrap();
    fs::write(mail.join("inbox.lock"), "1:elsewhere\n").unwrap();
    let text = "Subject: other\n\nother\n";
    let from_line = "From a@example.org Mon Nov 23 19:15:20 2026\n";
    fs::write(mail.join("other"), format!("{from_line}{text}\n")).unwrap();
    let print = Fingerprint::of(text.as_bytes());
    let row = |to: &str| {
        let (start, len) = (from_line.len(), print.len);
        let to = mail.join(to);
        format!(
            "store,locator,class,sha256,size,move_to\nmail/other,other#{start}+{len},backscatter,{},{len},{}\n",
            print.hex(),
            to.display()
        )
    };
    // The mbox that the open run still has to write to is left alone.
    fs::write(case.path().join("other.csv"), row("swept")).unwrap();
    let (code, out) = told(case.run(&["sweep", "--plan", "other.csv", "--apply"]));
    assert_eq!(code, 75, "{out}");
    assert!(out.contains("run 1, which was broken off, has to be completed there first"), "{out}");
    assert!(fs::read_to_string(mail.join("other")).unwrap().contains(text));
    fs::write(case.path().join("other.csv"), row("elsewhere")).unwrap();
    let (code, out) = told(case.run(&["sweep", "--plan", "other.csv", "--apply"]));
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("run 1: was broken off, and cannot be completed now"), "{out}");
    assert!(fs::read_to_string(mail.join("elsewhere")).unwrap().contains(text));
    case.nothing_is_lost("another mbox was swept");
    // Whoever has it will be done some day; a second name of the file stays.
    fs::remove_file(mail.join("inbox.lock")).unwrap();
    fs::hard_link(mail.join("inbox"), case.path().join("second name")).unwrap();
    let (code, out) = told(case.run(&["undo", "--forget", "1"]));
    assert_eq!(code, 2, "{out}");
    case.nothing_is_lost("the run was forgotten");
    let (code, out) = told(case.run(&["undo"]));
    assert_eq!(code, 0, "{out}");
    assert_eq!(fs::read_to_string(mail.join("other")).unwrap(), format!("{from_line}{text}\n"));
}

#[test]
fn a_target_beside_which_no_lock_can_be_made_stops_nothing() {
    let case = crate::faults::mbox(folder(), 6, false);
    let name = "x".repeat(250);
    let plan = fs::read_to_string(case.path().join("plan.csv")).unwrap();
    fs::write(case.path().join("long.csv"), plan.replace("mail/swept", &format!("mail/{name}")))
        .unwrap();
    let (code, out) = told(case.run(&["sweep", "--plan", "long.csv", "--apply"]));
    assert_eq!(code, 1, "{out}");
    assert!(look(case.path()) == case.before, "{out}");
    let (code, out) = told(case.run(&["sweep", "--plan", "plan.csv", "--apply"]));
    assert_eq!(code, 0, "{out}");
    assert!(look(case.path()) == case.after, "{out}");
}

fn state(case: &Case) -> Files {
    let names = fs::read_dir(case.path().join("state/unscatter")).unwrap();
    names.map(|e| e.unwrap().path()).map(|p| (p.clone(), fs::read(p).unwrap())).collect()
}

#[test]
fn what_somebody_else_destroyed_meanwhile_is_put_into_a_file_of_its_own() {
    let case = crate::faults::mbox(folder(), 9, true);
    // What stood before the first message that goes is not the run's business, and stays.
    let first = case.before[Path::new("mail/inbox")].clone();
    let end = memchr::memmem::find(&first, b"ends\n\n").unwrap() + 6;
    let first = std::str::from_utf8(&first[..end]).unwrap();
    let other = "From a@example.org Mon Nov 23 19:15:20 2026\nSubject: other\n\nother\n\n";
    let garbage = [
        ("inbox", first.to_owned()),
        ("inbox", format!("{first}no mail at all")),
        ("inbox", format!("{first}{other}")),
        ("swept", String::new()),
        ("swept", "no mail at all".to_owned()),
    ];
    for (name, octets) in &garbage {
        if !broken_off(&case) {
            return;
        }
        let path = case.path().join("mail").join(name);
        fs::write(&path, octets).unwrap();
        let (code, out) = told(case.run(&["undo"]));
        assert_eq!(code, 2, "{name} {octets:?}: {out}");
        assert!(out.contains("recovered-000001"), "{out}");
        case.nothing_is_lost(&format!("{name} {octets:?}"));
        assert_eq!(fs::read_to_string(&path).unwrap(), *octets, "{out}");
        // Without the redo files of the run, too: they are removed some day.
        for entry in fs::read_dir(case.path().join("state/unscatter")).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap().to_str().unwrap().starts_with("run-000001-") {
                fs::remove_file(path).unwrap();
            }
        }
        case.nothing_is_lost(&format!("{name} {octets:?}, without redo files"));
        let (code, out) = told(case.run(&["undo"]));
        assert_eq!(code, 0, "healed once is healed: {out}");
    }
}

#[test]
fn a_name_that_is_taken_when_it_comes_to_the_rename_is_not_replaced() {
    let case = crate::faults::maildir(folder(), 6);
    let target = case.path().join("mail/Maildir/.Backscatter/cur");
    fs::create_dir_all(&target).unwrap();
    fs::write(target.join("1.0:2,S"), "somebody else's").unwrap();
    let (code, out) = told(case.run(&["sweep", "--plan", "plan.csv", "--apply"]));
    assert_eq!(code, 0, "{out}");
    assert_eq!(fs::read_to_string(target.join("1.0:2,S")).unwrap(), "somebody else's");
    case.nothing_is_lost("a name that is taken");
}

#[test]
fn a_name_that_is_taken_in_the_last_moment_is_not_replaced() {
    if !crate::faults::traceable() {
        return;
    }
    let case = crate::faults::maildir(folder(), 6);
    let mut sweep = Command::new("strace");
    sweep.args([
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        // The first one gives the folder its name.
        "inject=renameat2:delay_enter=1500ms:when=2",
    ]);
    sweep.arg(program()).args(["sweep", "--plan", "plan.csv", "--apply"]);
    sweep.current_dir(case.path()).env("XDG_STATE_HOME", case.path().join("state"));
    let mut running = sweep.stdout(std::process::Stdio::null()).spawn().unwrap();
    // The intent names the target: from then on the name has been chosen.
    let journal = case.path().join("state/unscatter/run-000001.journal");
    let chosen = |_: &u32| fs::read_to_string(&journal).is_ok_and(|j| j.contains("Backscatter"));
    let wait = |_: &u32| std::thread::sleep(std::time::Duration::from_millis(5));
    assert!((0..4000).inspect(wait).any(|n| chosen(&n)), "no intent was seen");
    let taken = ["1.0:2,S", "1.3", "1.4:2,S"].map(|name| {
        let sub = if name.contains(':') { "cur" } else { "new" };
        case.path().join("mail/Maildir/.Backscatter").join(sub).join(name)
    });
    for path in &taken {
        if !path.exists() {
            fs::write(path, "somebody else's").unwrap();
        }
    }
    assert_eq!(running.wait().unwrap().code(), Some(0));
    assert_eq!(fs::read_to_string(&taken[2]).unwrap(), "somebody else's");
    case.nothing_is_lost("a name that is taken in the last moment");
}

#[test]
fn an_mbox_is_changed_in_place_so_that_who_waits_for_its_lock_sees_it() {
    let inbox = Inbox::of(&PLAIN, &[1, 2]);
    let mut waiting = fs::File::options().append(true).open(inbox.path("inbox")).unwrap();
    assert_eq!(inbox.sweep().0, 0);
    waiting
        .write_all(b"From c@example.com Tue Nov 24 11:00:00 2026\nSubject: new\n\nnew\n\n")
        .unwrap();
    assert!(inbox.read("inbox").ends_with("\nnew\n\n"), "what was delivered is gone");
    let names = fs::read_dir(inbox.folder.path().join("mail")).unwrap().count();
    assert_eq!(names, 2, "something is left beside the mboxes");
}

#[test]
fn an_mbox_that_is_locked_in_either_way_is_left_alone() {
    let inbox = Inbox::of(&PLAIN, &[1, 2]);
    let before = inbox.read("inbox");
    let file = fs::File::options().write(true).open(inbox.path("inbox")).unwrap();
    rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive).unwrap();
    let (code, out) = inbox.sweep();
    assert_eq!((code, inbox.read("inbox")), (75, before.clone()), "{out}");
    drop(file);
    fs::write(inbox.path("inbox.lock"), "1:elsewhere\n").unwrap();
    let (code, out) = inbox.sweep();
    assert_eq!((code, inbox.read("inbox")), (75, before), "{out}");
    assert!(out.contains("inbox.lock"), "{out}");
    fs::remove_file(inbox.path("inbox.lock")).unwrap();
    assert_eq!(inbox.sweep().0, 0);
}

#[test]
fn a_write_that_the_system_only_claims_to_have_done_is_noticed() {
    if !crate::faults::traceable() {
        return;
    }
    let case = crate::faults::mbox(folder(), 12, true);
    for (name, k) in [("swept", 1), ("inbox", 1)] {
        case.reset();
        // The first octets are claimed to be written and are not; the rest comes behind them.
        let mut sweep = Command::new("strace");
        sweep.args(["-f", "-qq", "-o", "/dev/null", "-P"]).arg(case.path().join("mail").join(name));
        sweep.arg("-e").arg(format!("inject=pwrite64:retval=64:when={k}"));
        sweep.arg(program()).args(["sweep", "--plan", "plan.csv", "--apply"]);
        sweep.current_dir(case.path()).env("XDG_STATE_HOME", case.path().join("state"));
        let (code, out) = told(sweep.output().unwrap());
        assert!(matches!(code, 1 | 2), "{name}: {code} {out}");
        assert!(out.contains("reads back different"), "{name}: {out}");
        case.nothing_is_lost(name);
    }
}

#[test]
fn no_store_of_the_corpus_changes_by_a_sweep_and_its_undo() {
    let mut moved = 0;
    for entry in fs::read_dir(crate::support::corpus().join("stores")).unwrap() {
        let source = entry.unwrap().path();
        let folder = folder();
        copy(&source, &folder.path().join("mail"));
        let before = look(folder.path());
        let run =
            |arguments: &[&str]| told(command(folder.path()).args(arguments).output().unwrap());
        let maildirs = find(&folder.path().join("mail"));
        for (store, to) in &maildirs {
            let any = ["--apply", "--max-share", "1", "--min-score", "0", "--no-progress"];
            let (code, out) = run(&[&["sweep", store, "--to", to][..], &any].concat());
            assert!(matches!(code, 0 | 1), "{store}: {out}");
        }
        let after = look(folder.path());
        let bodies = |files: &Files| {
            let mut all: Vec<_> = files.values().flat_map(|o| o.split(|b| *b == b'\n')).collect();
            all.retain(|line| !line.is_empty());
            all.sort();
            all.iter().map(|l| l.to_vec()).collect::<Vec<_>>()
        };
        assert!(bodies(&after) == bodies(&before), "{}", source.display());
        moved += usize::from(after != before);
        for _ in 0..maildirs.len() + 1 {
            assert_eq!(run(&["undo"]).0, 0, "{}", source.display());
        }
        assert!(look(folder.path()) == before, "{} is not as it was", source.display());
    }
    assert_eq!(moved, 2, "a store of the corpus had nothing to move");
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}

/// Maildirs and mboxes of a folder with the target that suits each.
fn find(top: &Path) -> Vec<(String, String)> {
    let name = |path: &Path| path.to_str().unwrap().to_owned();
    if top.join("cur").is_dir() {
        return vec![(name(top), "Backscatter".to_owned())];
    }
    let mboxes = crate::support::files(top, "mbox");
    mboxes.iter().map(|path| (name(path), name(path) + "-swept")).collect()
}

#[test]
fn eight_sweeps_at_once_do_the_work_of_one() {
    let case = crate::faults::maildir(folder(), 60);
    let rounds = if crate::faults::everything() { 200 } else { 6 };
    let mut waited = 0;
    for round in 0..rounds {
        case.reset();
        let mut all: Vec<_> = (0..8)
            .map(|_| {
                let mut command = command(case.path());
                command.args(["sweep", "--plan", "plan.csv", "--apply"]).process_group(0);
                command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
                command.spawn().unwrap()
            })
            .collect();
        let codes: Vec<i32> =
            all.iter_mut().map(|c| c.wait().unwrap().code().unwrap_or(-1)).collect();
        // Those that came later find nothing where the plan says: 1.
        assert_eq!(codes.iter().filter(|c| **c == 0).count(), 1, "{round}: {codes:?}");
        assert!(codes.iter().all(|c| matches!(c, 0 | 1 | 75)), "{round}: {codes:?}");
        waited += codes.iter().filter(|c| **c == 75).count();
        assert!(look(case.path()) == case.after, "round {round}");
    }
    println(&format!("{rounds} rounds of 8 sweeps, {waited} were told to wait"));
    assert!(waited > 0, "they never met");
}
