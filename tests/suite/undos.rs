//! Taking back in company: mail programs that rewrite their fields in the target, stores that are not there, copies,
//! and what a run still has to put back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use crate::relocation::{ANY, folder, program, store};

pub(crate) const FROM: &str = "From MAILER-DAEMON Fri Aug 14 12:00:00 2026\n";

/// The messages of [`store`] as an mbox, with fields that a mail program keeps on top.
fn mbox(folder: &Path, top: &str) -> PathBuf {
    as_mbox(folder, "inbox", top)
}

/// The messages of [`store`] as an mbox of that name, with these fields on top of each.
pub(crate) fn as_mbox(folder: &Path, name: &str, top: &str) -> PathBuf {
    let maildir = store(folder);
    let mut files: Vec<PathBuf> = ["cur", "new"]
        .iter()
        .flat_map(|sub| fs::read_dir(maildir.join(sub)).unwrap())
        .map(|e| e.unwrap().path())
        .collect();
    files.sort();
    let message = |f: &PathBuf| format!("{FROM}{top}{}\n", fs::read_to_string(f).unwrap());
    let text: String = files.iter().map(message).collect();
    fs::remove_dir_all(&maildir).unwrap();
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path
}

fn sweep<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["sweep", "inbox", "--to", "swept", "--max-share", "1"][..], &ANY, more].concat()
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn count(path: &Path) -> usize {
    text(path).matches(FROM).count()
}

/// Names in a folder, sorted.
fn names_of(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut all: Vec<_> = entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

/// What mutt does with an mbox that was looked at: fields at the end of each header block.
fn looked_at(path: &Path) {
    let written = |message: &str| {
        let Some((head, body)) = message.split_once("\n\n") else { return message.to_owned() };
        let length = body.strip_suffix(FROM).unwrap_or(body).len() - 1;
        let lines = body.matches('\n').count();
        format!("{head}\nStatus: RO\nContent-Length: {length}\nLines: {lines}\n\n{body}")
    };
    let messages: String = text(path).split_inclusive(FROM).map(written).collect();
    fs::write(path, messages).unwrap();
}

#[test]
fn what_an_undo_put_back_into_an_mbox_stays_after_a_mail_program_wrote_its_fields() {
    let folder = folder();
    let folder = folder.path();
    let inbox = mbox(folder, "");
    assert_eq!(program(folder, &sweep(&["--apply"])).0, 0);
    assert_eq!(count(&folder.join("swept")), 5);
    assert_eq!(program(folder, &["undo"]).0, 0);
    looked_at(&inbox);
    let before = text(&inbox);
    assert!(before.contains("Status: RO"));
    let (code, out, err) = program(folder, &sweep(&["--apply"]));
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(text(&inbox), before, "{out}{err}");
    let (_, out, err) = program(folder, &sweep(&["--apply", "--again"]));
    assert!(out.contains("Moved"), "{out}{err}");
    assert_eq!(count(&folder.join("swept")), 5);
    // What went once more is no longer what an undo put back.
    let again = text(&folder.join("swept"));
    fs::write(&inbox, [text(&inbox), again].concat()).unwrap();
    fs::write(folder.join("swept"), "").unwrap();
    let (_, out, err) = program(folder, &sweep(&["--apply"]));
    assert_eq!(count(&folder.join("swept")), 5, "{out}{err}");
}

#[test]
fn a_copy_from_an_mbox_is_known_after_a_mail_program_wrote_its_fields() {
    let folder = folder();
    let folder = folder.path();
    let inbox = mbox(folder, "");
    assert_eq!(program(folder, &sweep(&["--apply", "--copy"])).0, 0);
    let copies = text(&folder.join("swept"));
    looked_at(&inbox);
    let (code, out, err) = program(folder, &sweep(&["--apply", "--copy"]));
    assert_eq!(code, 0, "{out}{err}");
    assert_eq!(text(&folder.join("swept")), copies, "{out}{err}");
    assert_eq!(program(folder, &sweep(&["--copy", "-o", "plan.csv"])).0, 0);
    assert_eq!(text(&folder.join("plan.csv")).lines().count(), 1);
}

#[test]
fn messages_come_back_to_their_places_after_thunderbird_marked_them_as_read() {
    let folder = folder();
    let folder = folder.path();
    let inbox =
        mbox(folder, "X-Mozilla-Status: 0000\nX-Mozilla-Status2: 00000000\nX-Mozilla-Keys:     \n");
    let before = text(&inbox);
    assert_eq!(program(folder, &sweep(&["--apply"])).0, 0);
    let swept = folder.join("swept");
    assert_eq!(count(&swept), 5);
    let read = |text: &str| {
        text.replace("X-Mozilla-Status: 0000", "X-Mozilla-Status: 0001")
            .replace("X-Mozilla-Status2: 00000000", "X-Mozilla-Status2: 00000800")
            .replace("X-Mozilla-Keys:     ", "X-Mozilla-Keys: $lb1")
    };
    for path in [&inbox, &swept] {
        fs::write(path, read(&text(path))).unwrap();
    }
    let (code, out, err) = program(folder, &["undo"]);
    assert_eq!(code, 0, "{out}{err}");
    // What the user did in the target is kept, as in a Maildir.
    assert_eq!(text(&inbox), read(&before), "{err}");
    assert!(fs::read(&swept).unwrap().is_empty());
}

#[test]
fn a_message_whose_text_has_changed_in_an_mbox_is_not_gone() {
    let folder = folder();
    let folder = folder.path();
    let inbox = mbox(folder, "");
    let before = text(&inbox);
    assert_eq!(program(folder, &sweep(&["--apply"])).0, 0);
    let swept = folder.join("swept");
    let whole = text(&swept);
    let marked = |text: &str| text.replace("\n\n--b\n", "\nX-Colour: red\n\n--b\n");
    fs::write(&swept, marked(&whole)).unwrap();
    let (code, out, err) = program(folder, &["undo"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("have changed since it was moved"), "{err}");
    let (_, out, _) = program(folder, &["undo", "--list"]);
    assert!(!out.contains("undone"), "{out}");
    // Nothing is given up: as they were, they come back.
    fs::write(&swept, whole).unwrap();
    let (code, out, err) = program(folder, &["undo"]);
    assert_eq!((code, text(&inbox)), (0, before), "{out}{err}");
}

#[test]
fn a_message_that_was_deleted_in_the_target_is_gone_and_the_next_undo_goes_on() {
    let folder = folder();
    let folder = folder.path();
    let inbox = mbox(folder, "");
    assert_eq!(program(folder, &sweep(&["--apply"])).0, 0);
    let swept = folder.join("swept");
    let kept: String = text(&swept).split_inclusive(FROM).take(4).collect();
    fs::write(&swept, kept.strip_suffix(FROM).unwrap()).unwrap();
    let (code, out, err) = program(folder, &["undo"]);
    assert_eq!(code, 1, "{out}{err}");
    assert!(err.contains("somebody moved or deleted it"), "{err}");
    assert_eq!(count(&inbox), 8);
    let (_, out, _) = program(folder, &["undo", "--list"]);
    assert!(out.contains("3 of 5 put back") && !out.contains("undone"), "{out}");
    let (code, out, _) = program(folder, &["undo"]);
    assert_eq!((code, out.trim()), (0, "Nothing was put back."));
}

#[test]
fn a_target_that_is_not_mounted_keeps_its_run_open_and_no_older_run_is_taken_back() {
    for layout in ["mbox", "maildir", "mount point", "folder"] {
        let folder = folder();
        let folder = folder.path();
        let maildir = layout != "mbox";
        // An older run took one message.
        let inbox = if maildir { store(folder) } else { mbox(folder, "") };
        let (name, to) = if maildir { ("store", "Backscatter") } else { ("inbox", "swept") };
        let plan = [&["sweep", name, "--to", to, "-o", "plan.csv"][..], &ANY].concat();
        assert_eq!(program(folder, &plan).0, 0);
        let saved = text(&folder.join("plan.csv"));
        for rows in [1..2, 2..6] {
            let all: Vec<&str> = saved.lines().collect();
            let mut part = vec![all[0]];
            // From the end, so that the places of the others stay as they were planned.
            part.extend(all.iter().rev().take(rows.end - 1).skip(rows.start - 1));
            fs::write(folder.join("plan.csv"), part.join("\n")).unwrap();
            let (code, out, err) = program(folder, &["sweep", "--plan", "plan.csv", "--apply"]);
            assert_eq!(code, 0, "{layout}: {out}{err}");
        }
        let target = match layout {
            "mbox" => folder.join("swept"),
            "maildir" | "mount point" => inbox.clone(),
            _ => inbox.join(".Backscatter"),
        };
        let aside = folder.join("unmounted");
        fs::rename(&target, &aside).unwrap();
        if layout == "mount point" {
            fs::create_dir(&target).unwrap();
        }
        for _ in 0..2 {
            let (code, out, err) = program(folder, &["undo"]);
            assert_eq!((code, out.trim()), (1, "Nothing was put back."), "{layout}: {err}");
            let named = fs::canonicalize(folder).unwrap().join(target.file_name().unwrap());
            assert!(err.contains(named.to_str().unwrap()) || layout == "folder", "{err}");
            assert!(err.contains("mounted") && err.contains("--forget 2"), "{layout}: {err}");
        }
        let (_, out, _) = program(folder, &["undo", "--list"]);
        assert!(!out.contains("undone") && !out.contains(" of "), "{layout}: {out}");
        if layout == "mount point" {
            fs::remove_dir(&target).unwrap();
        }
        fs::rename(&aside, &target).unwrap();
        let (code, out, err) = program(folder, &["undo"]);
        assert_eq!(code, 0, "{layout}: {out}{err}");
        assert!(out.contains("Put back 4 "), "{layout}: {out}");
        let (_, out, _) = program(folder, &["undo", "--list"]);
        assert_eq!(out.matches("undone").count(), 1, "{layout}: {out}");
    }
}

#[test]
fn the_undo_of_a_copy_says_what_it_removed_and_a_sweep_moves_the_originals_afterwards() {
    for maildir in [true, false] {
        let folder = folder();
        let folder = folder.path();
        let source = if maildir { store(folder) } else { mbox(folder, "") };
        let (name, to) = if maildir { ("store", "Backscatter") } else { ("inbox", "swept") };
        let base = [&["sweep", name, "--to", to, "--max-share", "1", "--apply"][..], &ANY].concat();
        let copy = [&base[..], &["--copy"]].concat();
        assert_eq!(program(folder, &copy).0, 0);
        let (code, out, err) = program(folder, &["undo"]);
        assert_eq!(code, 0, "{out}{err}");
        let from = if maildir { source.join(".Backscatter") } else { folder.join("swept") };
        let from = format!("from {}; the originals stay", from.display());
        assert!(out.contains("Removed 5 ") && out.contains(&from), "{out}");
        assert!(!out.contains("Put back") && !out.contains("--again"), "{out}");
        // A copy that was taken away is none that was made before.
        let (_, out, err) = program(folder, &copy);
        assert!(out.contains("Copied 5 "), "{out}{err}");
        assert_eq!(program(folder, &["undo"]).0, 0);
        let (code, out, err) = program(folder, &base);
        assert_eq!(code, 0, "{out}{err}");
        assert!(out.contains("Moved 5 "), "{maildir}: {out}{err}");
    }
}

#[test]
fn an_undo_sets_the_time_of_the_message_that_it_put_back_and_of_no_other() {
    if !crate::faults::traceable() {
        return;
    }
    let folder = folder();
    let folder = folder.path();
    let top = store(folder);
    let set = |path: &Path, seconds: u64| {
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
        fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
    };
    let names: Vec<String> = (0..5).map(|i| format!("1.b{i}:2,S")).collect();
    names.iter().for_each(|n| set(&top.join("cur").join(n), 1_700_000_000));
    let sweep = ["sweep", "store", "--to", "Backscatter", "--max-share", "1", "--apply"];
    assert_eq!(program(folder, &[&sweep[..], &ANY].concat()).0, 0);
    names.iter().for_each(|n| set(&top.join(".Backscatter/cur").join(n), 1_750_000_000));
    let mut undo = std::process::Command::new("strace");
    let delay = "inject=renameat2:delay_enter=1500ms:when=1";
    undo.args(["-f", "-qq", "-o", "/dev/null", "-e", delay]);
    undo.arg(crate::faults::program()).arg("undo");
    undo.current_dir(folder).env("XDG_STATE_HOME", folder.join("state"));
    let mut running = undo.stdout(std::process::Stdio::null()).spawn().unwrap();
    // The intent names where they go: from then on the names have been chosen.
    let journal = folder.join("state/unscatter/run-000002.journal");
    let wait = |_: &u32| std::thread::sleep(std::time::Duration::from_millis(5));
    assert!((0..4000).inspect(wait).any(|_| text(&journal).contains("1.b4")), "no intent was seen");
    for path in names.iter().map(|n| top.join("cur").join(n)).filter(|p| !p.exists()) {
        fs::write(&path, "somebody else's").unwrap();
        set(&path, 1_790_000_000);
    }
    assert_eq!(running.wait().unwrap().code(), Some(0));
    let mut times = BTreeMap::new();
    for entry in fs::read_dir(top.join("cur")).unwrap() {
        let path = entry.unwrap().path();
        let other = text(&path) == "somebody else's";
        *times.entry((other, path.metadata().unwrap().mtime())).or_insert(0) += 1;
    }
    let other = times.remove(&(true, 1_790_000_000)).unwrap_or(0);
    assert!(other > 0, "no name was taken in time");
    assert_eq!(times, BTreeMap::from([((false, 1_700_000_000), 5)]));
}

#[test]
fn sent_drafts_and_trash_are_no_targets_in_any_language_or_layout() {
    let folder = folder();
    let folder = folder.path();
    let top = store(folder);
    fs::rename(&top, folder.join("aside")).unwrap();
    let inbox = mbox(folder, "");
    fs::rename(folder.join("aside"), &top).unwrap();
    for sub in ["cur", "new", "tmp"] {
        fs::create_dir_all(top.join(".Sent").join(sub)).unwrap();
    }
    fs::create_dir_all(folder.join("Papierkorb")).unwrap();
    let listed = |folder: &Path| {
        let names = fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name());
        names.filter(|n| n != "state").collect::<BTreeSet<_>>()
    };
    let before = (text(&inbox), listed(folder), listed(&top));
    let refused = |store: &str, to: &str, more: &[&str]| {
        let sweep = [&["sweep", store, "--to", to, "--apply"][..], &ANY, more].concat();
        let (code, out, err) = program(folder, &sweep);
        assert_eq!(code, 2, "{store} {to}: {out}{err}");
        assert!(err.contains("choose another name"), "{store} {to}: {err}");
    };
    for to in
        ["Sent", "sent-mail", "Gesendet", "Entwürfe", "Sent/Bounces", "Corbeille", "Trash/2026"]
    {
        refused("store", to, &[]);
        refused("store", to, &["--by-class"]);
    }
    for to in ["Sent", "sent.mbox", "Gesendet", "Drafts", "Trash", "Papierkorb/bounces"] {
        refused("inbox", to, &[]);
        refused("inbox", to, &["--by-class"]);
    }
    // A plan that somebody edited goes there as little.
    let plan = [&["sweep", "store", "--to", "Backscatter", "-o", "plan.csv"][..], &ANY].concat();
    assert_eq!(program(folder, &plan).0, 0);
    let saved = text(&folder.join("plan.csv"));
    for name in [".Sent", ".Entw&APw-rfe", ".INBOX.Trash"] {
        fs::write(folder.join("edited.csv"), saved.replace(".Backscatter", name)).unwrap();
        let (code, out, err) = program(folder, &["sweep", "--plan", "edited.csv", "--apply"]);
        assert_eq!(code, 2, "{name}: {out}{err}");
        assert!(err.contains("choose another name"), "{name}: {err}");
    }
    for name in ["plan.csv", "edited.csv"] {
        fs::remove_file(folder.join(name)).unwrap();
    }
    assert_eq!((text(&inbox), listed(folder), listed(&top)), before);
    for to in ["Backscatter", "Junk/Backscatter", "Bounces of Sent mail"] {
        let (code, out, err) = program(folder, &["sweep", "store", "--to", to]);
        assert_eq!(code, 0, "{to}: {out}{err}");
    }
}

#[test]
fn keyword_letters_of_the_target_stay_there_and_the_old_ones_come_back() {
    let folder = folder();
    let folder = folder.path();
    let top = store(folder);
    let rename = |a: &str, b: &str| fs::rename(top.join(a), top.join(b)).unwrap();
    rename("cur/1.b1:2,S", "cur/1.b1:2,Sbc");
    let sweep = ["sweep", "store", "--to", "Backscatter", "--max-share", "1", "--apply"];
    assert_eq!(program(folder, &[&sweep[..], &ANY].concat()).0, 0);
    // A letter alone, a letter where there were others, and a letter beside a flag.
    for (name, marked) in
        [("1.b0:2,S", "1.b0:2,Sa"), ("1.b1:2,S", "1.b1:2,Sa"), ("1.b2:2,S", "1.b2:2,FSab")]
    {
        rename(&format!(".Backscatter/cur/{name}"), &format!(".Backscatter/cur/{marked}"));
    }
    let (code, out, err) = program(folder, &["undo"]);
    assert_eq!(code, 0, "{out}{err}");
    let names = ["1.b0:2,S", "1.b1:2,Sbc", "1.b2:2,FS", "1.b3:2,S", "1.b4:2,S"];
    assert_eq!(names_of(&top.join("cur")), names);
}

#[test]
fn a_name_comes_back_with_the_mark_that_stands_before_its_flags() {
    for mark in [":2,", ";2,", "!2,"] {
        let folder = folder();
        let folder = folder.path();
        let cur = store(folder).join("cur");
        for name in names_of(&cur) {
            fs::rename(cur.join(&name), cur.join(name.replace(":2,", mark))).unwrap();
        }
        let sweep = ["sweep", "store", "--to", "Backscatter", "--max-share", "1", "--apply"];
        assert_eq!(program(folder, &[&sweep[..], &ANY].concat()).0, 0);
        let away = folder.join("store/.Backscatter/cur");
        let flagged = |name: &str| name.replace(&format!("{mark}S"), &format!("{mark}FS"));
        let mut wanted = Vec::new();
        for name in names_of(&away) {
            fs::rename(away.join(&name), away.join(flagged(&name))).unwrap();
            wanted.push(flagged(&name));
        }
        assert_eq!(wanted.len(), 5, "{mark}");
        let (code, out, err) = program(folder, &["undo"]);
        assert_eq!((code, names_of(&cur)), (0, wanted), "{mark}: {out}{err}");
    }
}

/// The mboxes of a case, without what locks them.
fn mboxes(case: &crate::faults::Case) -> crate::faults::Files {
    let mut all = crate::faults::look(case.path());
    all.retain(|path, _| path.extension().is_none());
    all
}

/// Kills a sweep when the messages are in the target and the source is not yet cut.
fn half_written(case: &crate::faults::Case) {
    case.reset();
    let kill = "ftruncate:signal=SIGKILL:when=1";
    assert!(case.killed(&["sweep", "--plan", "plan.csv", "--apply"], kill));
}

#[test]
fn a_run_that_waits_for_a_lock_is_not_forgotten_and_the_lock_is_named() {
    if !crate::faults::traceable() {
        return;
    }
    let case = crate::faults::mbox(folder(), 9, true);
    half_written(&case);
    let before = mboxes(&case);
    let lock = case.path().join("mail/inbox.lock");
    fs::write(&lock, "1:elsewhere\n").unwrap();
    let (code, out, err) = program(case.path(), &["undo", "--forget", "1"]);
    assert_eq!((code, out.as_str()), (75, ""), "{err}");
    assert!(err.contains("mail/inbox.lock is there"), "{err}");
    fs::remove_file(&lock).unwrap();
    assert!(mboxes(&case) == before);
    // Nothing was given up: free again, it is completed, and then forgotten.
    let (code, out, err) = program(case.path(), &["undo", "--forget", "1"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(mboxes(&case) == case.after, "{out}{err}");
    assert!(!out.contains("Kept"), "{out}");
}

#[test]
fn an_undo_goes_on_to_no_older_run_while_the_newest_waits_for_a_lock() {
    if !crate::faults::traceable() {
        return;
    }
    let case = crate::faults::mbox(folder(), 9, true);
    case.reset();
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/stores/mbox");
    fs::create_dir(case.path().join("other")).unwrap();
    for name in ["inbox.mbox", "sent.mbox"] {
        fs::copy(corpus.join(name), case.path().join("other").join(name)).unwrap();
    }
    let sweep = ["sweep", "other/inbox.mbox", "--to", "other/back", "--apply", "--max-share", "1"];
    let (code, out, err) = program(case.path(), &sweep);
    assert_eq!(code, 0, "{out}{err}");
    let moved = fs::read(case.path().join("other/back")).unwrap();
    let kill = "ftruncate:signal=SIGKILL:when=1";
    assert!(case.killed(&["sweep", "--plan", "plan.csv", "--apply"], kill));
    fs::write(case.path().join("mail/inbox.lock"), "1:elsewhere\n").unwrap();
    let (code, out, err) = program(case.path(), &["undo"]);
    assert_eq!(code, 75, "{out}{err}");
    assert!(fs::read(case.path().join("other/back")).unwrap() == moved, "{out}{err}");
    // The older one can be named.
    let (code, out, err) = program(case.path(), &["undo", "1"]);
    assert_eq!(fs::read(case.path().join("other/back")).unwrap(), b"", "{code} {out}{err}");
}

#[test]
fn an_undo_that_is_given_up_leaves_its_sweep_to_be_taken_back() {
    if !crate::faults::traceable() {
        return;
    }
    let case = crate::faults::maildir(folder(), 12);
    case.reset();
    let (code, out, err) = program(case.path(), &["sweep", "--plan", "plan.csv", "--apply"]);
    assert_eq!(code, 0, "{out}{err}");
    assert!(case.killed(&["undo"], "renameat2:signal=SIGKILL:when=3"));
    let (code, out, err) = program(case.path(), &["undo", "--forget", "2"]);
    assert_eq!(code, 0, "{out}{err}");
    let (code, out, err) = program(case.path(), &["undo"]);
    assert!(code == 0 && out.contains("Put back"), "{code} {out}{err}");
    let there = fs::read_dir(case.path().join("mail/Maildir/cur")).unwrap().count()
        + fs::read_dir(case.path().join("mail/Maildir/new")).unwrap().count();
    assert_eq!(there, case.before.len(), "{out}{err}");
}

#[test]
fn a_run_that_is_forgotten_half_done_names_what_is_kept_and_one_that_left_all_whole_keeps_nothing()
{
    if !crate::faults::traceable() {
        return;
    }
    let (mut whole, mut told) = (0, 0);
    for case in [crate::faults::mbox(folder(), 9, true), crate::faults::mbox(folder(), 12, false)] {
        let kills =
            [("fdatasync", 3..9), ("fsync", 6..12), ("ftruncate", 1..2), ("pwrite64", 20..28)];
        for (call, k) in kills.into_iter().flat_map(|(call, at)| at.map(move |k| (call, k))) {
            case.reset();
            let fault = format!("{call}:signal=SIGKILL:when={k}");
            if !case.killed(&["sweep", "--plan", "plan.csv", "--apply"], &fault) {
                continue;
            }
            let left = mboxes(&case);
            let second = case.path().join("second name");
            fs::hard_link(case.path().join("mail/inbox"), &second).unwrap();
            let (code, out, err) = program(case.path(), &["undo", "--forget", "1"]);
            fs::remove_file(second).unwrap();
            assert!(mboxes(&case) == left, "{fault}: {out}{err}");
            case.nothing_is_lost(&fault);
            let is_whole = left == case.before || left == case.after;
            let state = case.path().join("state/unscatter");
            let names = names_of(&state);
            let kept: Vec<_> = names.iter().filter(|n| n.starts_with("recovered-")).collect();
            if !is_whole {
                assert_eq!((code, kept.is_empty()), (2, false), "{fault}: {out}{err}");
                assert!(err.contains("half written by run 1"), "{fault}: {err}");
                told += 1;
            } else {
                assert_eq!((code, kept.is_empty()), (0, true), "{fault}: {out}{err}");
                whole += 1;
            }
            for name in &kept {
                let path = fs::canonicalize(&state).unwrap().join(name);
                assert!(out.contains(&format!("Kept: {}\n", path.display())), "{fault}: {out}");
            }
            assert_eq!(out.matches("Kept: ").count(), kept.len(), "{fault}: {out}{err}");
            let (code, _, err) = program(case.path(), &["undo", "1"]);
            assert!(code == 2 && err.contains("was forgotten"), "{fault}: {err}");
        }
    }
    assert!(whole > 9 && told > 5, "{whole} whole, {told} told");
}
