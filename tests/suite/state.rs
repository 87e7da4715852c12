//! What is remembered between scans changes no result: random histories of mailboxes, damaged and foreign
//! files, other options, a week of nights.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use unscatter::scan::{Options, Remember, scan};

const OWNER: &str = "nadia@example.org";

fn seconds() -> i64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(now.as_secs()).unwrap()
}

/// Everything that a scan tells, and what it says of its state.
fn told(stores: &[PathBuf], options: &Options) -> (Vec<String>, Vec<String>) {
    let mut lines = Vec::new();
    let outcome = scan(stores, options, &|_| (), &mut |f| lines.push(format!("{f:?}"))).unwrap();
    lines.push(format!("{:?}", (outcome.seen, &outcome.counts, outcome.unread, outcome.octets)));
    lines.push(format!("{:?}", (&outcome.skipped, &outcome.folders)));
    lines.push(format!(
        "{:?}",
        (&outcome.identities, outcome.sent, &outcome.campaigns, &outcome.abuse)
    ));
    (lines, outcome.notes)
}

fn with(state: &Path, ahead: i64) -> Options {
    let state = Remember { path: state.to_owned(), now: seconds() + ahead, program: "test".into() };
    Options { state: Some(state), threads: Some(2), readers: Some(2), ..Options::default() }
}

/// Shows the first line only that differs.
fn same(one: &[String], other: &[String]) {
    let differs = one.iter().zip(other).find(|(a, b)| a != b);
    assert!(differs.is_none() && one.len() == other.len(), "{differs:?}");
}

/// Scans with and without the state, and holds that they tell the same.
fn compare(stores: &[PathBuf], options: &Options) -> Vec<String> {
    let (incremental, notes) = told(stores, options);
    let (full, _) = told(stores, &Options { state: None, ..options.clone() });
    same(&incremental, &full);
    notes
}

/// What the owner writes.
const WORDS: &str = "The garden needs water today.\nPlease bring the large can with you!\nThe roses stand behind the shed. They are thirsty.";

/// Mail of one owner: number `n` of a kind, the same octets for the same number.
fn mail(kind: u8, n: u32) -> String {
    // What is sent is answered more than once.
    let k = n % 20;
    let own = format!("m{k}@laptop.example.org");
    let date = format!("{} Nov 2026 {k:02}:30:00 +0000", k + 1);
    let received = format!(
        "Received: from mx.example.net (mx.example.net [192.0.2.7]) by mail.example.org (Postfix) with ESMTP id {n}; {date}\n"
    );
    match kind % 7 {
        // Sent.
        0 => format!(
            "From: Nadia <{OWNER}>\nTo: friend{k}@example.net\nSubject: plan {k} for the garden\nDate: {date}\nMessage-ID: <{own}>\nUser-Agent: Mutt/2.2\n\n{WORDS}\n"
        ),
        // A reply to it.
        1 => format!(
            "{received}From: Friend <friend{k}@example.net>\nTo: {OWNER}\nSubject: Re: plan {k} for the garden\nDate: {date}\nMessage-ID: <r{n}@example.net>\nIn-Reply-To: <{own}>\n\nyes, gladly\n"
        ),
        2 => format!(
            "{received}From: Shop <shop@example.com>\nTo: {OWNER}\nSubject: news {n}\nDate: {date}\nMessage-ID: <n{n}@example.com>\n\nFrom time to time we write.\n"
        ),
        3 => bounce(
            n,
            &date,
            &received,
            &own,
            &format!("friend{k}@example.net"),
            &format!("plan {k} for the garden"),
            "mail.example.org (mail.example.org [203.0.113.10])",
        ),
        4 => bounce(
            n,
            &date,
            &received,
            &format!("x{n}@shop.example"),
            &format!("victim{n}@example.com"),
            &format!("Cheap watches {n}"),
            &format!("pc{n} (dsl{n}.example [198.51.100.{}])", n % 200 + 1),
        ),
        // Only its subject and its text tell that it answers mail in Sent.
        5 => format!(
            "Return-Path: <>\n{received}From: MAILER-DAEMON@mx.example.net\nTo: {OWNER}\nSubject: failure notice\nDate: {date}\nMessage-ID: <w{n}@mx.example.net>\n\nHi. This is the qmail-send program at mx.example.net.\nI'm afraid I wasn't able to deliver your message to the following addresses.\n\n<friend{k}@example.net>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <{OWNER}>\nReceived: (qmail {n} invoked from network); {date}\nFrom: Nadia <{OWNER}>\nTo: friend{k}@example.net\nSubject: plan {k} for the garden\n\n{WORDS}\n"
        ),
        _ => format!(
            "Return-Path: <>\n{received}From: Holger <holger{n}@example.com>\nTo: {OWNER}\nSubject: Automatic reply: Cheap pills {n}\nDate: {date}\nMessage-ID: <a{n}@example.com>\nIn-Reply-To: <p{n}@pills.example>\nAuto-Submitted: auto-replied\n\nI am out of office.\n"
        ),
    }
}

fn bounce(
    n: u32,
    date: &str,
    received: &str,
    id: &str,
    to: &str,
    subject: &str,
    from: &str,
) -> String {
    format!(
        "Return-Path: <>\n{received}From: MAILER-DAEMON@mx.example.net (Mail Delivery System)\nTo: {OWNER}\nSubject: Undelivered Mail Returned to Sender\nDate: {date}\nMessage-ID: <b{n}@mx.example.net>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"b{n}\"\n\n--b{n}\nContent-Type: text/plain\n\nThis is the mail system at host mx.example.net.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<{to}>: host mx said: 550 5.1.1 User unknown\n\n--b{n}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\nArrival-Date: {date}\n\nFinal-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--b{n}\nContent-Type: text/rfc822-headers\n\nReceived: from {from} by mx.example.net (Postfix) with ESMTP id q{n}; {date}\nFrom: <{OWNER}>\nTo: {to}\nSubject: {subject}\nDate: {date}\nMessage-ID: <{id}>\n\n--b{n}--\n"
    )
}

/// What happens to a mailbox.
#[derive(Debug, Clone)]
enum Event {
    Deliver(u8),
    Flag(usize, u8),
    Move(usize, u8),
    Expunge(usize),
    Edit(usize),
    Append(u8),
    Status(usize),
    Cut(usize),
    Replace,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        5 => any::<u8>().prop_map(Event::Deliver),
        2 => any::<(usize, u8)>().prop_map(|(at, flag)| Event::Flag(at, flag)),
        2 => any::<(usize, u8)>().prop_map(|(at, to)| Event::Move(at, to)),
        1 => any::<usize>().prop_map(Event::Expunge),
        1 => any::<usize>().prop_map(Event::Edit),
        4 => any::<u8>().prop_map(Event::Append),
        2 => any::<usize>().prop_map(Event::Status),
        1 => any::<usize>().prop_map(Event::Cut),
        1 => Just(Event::Replace),
    ];
    prop::collection::vec(event, 1..12)
}

const FOLDERS: [&str; 5] = ["", ".Sent", ".Junk", ".Trash", ".Old things"];

struct Mailbox {
    dir: tempfile::TempDir,
    count: u32,
}

impl Mailbox {
    fn new() -> Self {
        let mailbox = Mailbox { dir: tempfile::tempdir().unwrap(), count: 0 };
        for folder in FOLDERS {
            for place in ["cur", "new", "tmp"] {
                fs::create_dir_all(mailbox.maildir().join(folder).join(place)).unwrap();
            }
        }
        fs::write(mailbox.mbox(), "").unwrap();
        mailbox
    }

    fn maildir(&self) -> PathBuf {
        self.dir.path().join("Maildir")
    }

    fn mbox(&self) -> PathBuf {
        self.dir.path().join("archive.mbox")
    }

    fn state(&self) -> PathBuf {
        self.dir.path().join("state")
    }

    fn stores(&self) -> Vec<PathBuf> {
        vec![self.maildir(), self.mbox()]
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in FOLDERS {
            for place in ["cur", "new"] {
                let dir = self.maildir().join(folder).join(place);
                files.extend(fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()));
            }
        }
        files.sort();
        files
    }

    fn deliver(&mut self, kind: u8) {
        self.count += 1;
        let folder = if kind.is_multiple_of(7) { ".Sent/cur" } else { "new" };
        let name = format!("{}.M{}.host,U={}", 1_790_000_000 + self.count, self.count, self.count);
        fs::write(self.maildir().join(folder).join(name), mail(kind, self.count)).unwrap();
    }

    fn append(&mut self, kind: u8) {
        self.count += 1;
        let kind = if kind.is_multiple_of(7) { 4 } else { kind };
        let mut text = fs::read_to_string(self.mbox()).unwrap();
        text.push_str("From MAILER-DAEMON Fri Nov 27 12:00:00 2026\nStatus: O \n");
        text.push_str(&mail(kind, self.count));
        text.push('\n');
        fs::write(self.mbox(), text).unwrap();
    }

    fn happen(&mut self, event: &Event) {
        let files = self.files();
        let pick = |at: usize| files.get(at % files.len().max(1)).cloned();
        match event {
            Event::Deliver(kind) => self.deliver(*kind),
            Event::Append(kind) => self.append(*kind),
            Event::Flag(at, flag) => {
                let Some(path) = pick(*at) else { return };
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                let unique = name.split(":2,").next().unwrap().to_owned();
                let flags = ["", "S", "FS", "T", "D", "RS"][usize::from(*flag) % 6];
                let cur = path.parent().unwrap().parent().unwrap().join("cur");
                fs::rename(&path, cur.join(format!("{unique}:2,{flags}"))).unwrap();
            }
            Event::Move(at, to) => {
                let Some(path) = pick(*at) else { return };
                let name = path.file_name().unwrap().to_str().unwrap();
                let name = if *to > 128 { name.replace(",U=", ",V=") } else { name.to_owned() };
                let folder = FOLDERS[usize::from(*to) % FOLDERS.len()];
                fs::rename(&path, self.maildir().join(folder).join("cur").join(name)).unwrap();
            }
            Event::Expunge(at) => {
                if let Some(path) = pick(*at) {
                    fs::remove_file(path).unwrap();
                }
            }
            Event::Edit(at) => {
                let Some(path) = pick(*at) else { return };
                self.count += 1;
                fs::write(path, mail(4, self.count)).unwrap();
            }
            Event::Status(at) => {
                let mut text = fs::read_to_string(self.mbox()).unwrap();
                let places: Vec<usize> = text.match_indices("Status: O ").map(|m| m.0).collect();
                if let Some(place) = places.get(at % places.len().max(1)) {
                    text.replace_range(*place..place + 10, "Status: RO");
                    fs::write(self.mbox(), text).unwrap();
                }
            }
            Event::Cut(at) => {
                let text = fs::read_to_string(self.mbox()).unwrap();
                let starts: Vec<usize> = text.match_indices("From MAILER").map(|m| m.0).collect();
                if let Some(i) = starts.len().checked_sub(1).map(|most| at % (most + 1)) {
                    let end = starts.get(i + 1).copied().unwrap_or(text.len());
                    fs::write(self.mbox(), format!("{}{}", &text[..starts[i]], &text[end..]))
                        .unwrap();
                }
            }
            Event::Replace => {
                let other = self.dir.path().join("copy");
                fs::copy(self.mbox(), &other).unwrap();
                fs::rename(other, self.mbox()).unwrap();
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 40, ..ProptestConfig::default() })]

    /// Steps of a history, each scanned: `ahead` tells whether files count as old enough to be remembered.
    #[test]
    fn a_scan_with_a_state_tells_what_a_full_scan_tells(
        history in prop::collection::vec((events(), any::<bool>(), 0u8..8), 4..9),
    ) {
        let mut mailbox = Mailbox::new();
        for kind in 0..21 {
            mailbox.deliver(kind);
            mailbox.append(kind);
        }
        for (events, ahead, rare) in history {
            for event in &events {
                mailbox.happen(event);
            }
            let mut options = with(&mailbox.state(), if ahead { 60 } else { 0 });
            options.piece = Some(if rare == 0 { 1 << 20 } else { 3_000 });
            options.all = rare == 1;
            let notes = compare(&mailbox.stores(), &options);
            prop_assert!(notes.is_empty(), "{:?}", notes);
        }
    }
}

/// A mailbox with some of everything.
fn lived_in() -> Mailbox {
    let mut mailbox = Mailbox::new();
    for kind in 0..70 {
        mailbox.deliver(kind);
        mailbox.append(kind);
    }
    mailbox
}

fn keys(state: &Path) -> i64 {
    let db = rusqlite::Connection::open(state).unwrap();
    db.query_row("SELECT count(*) FROM key JOIN value USING (number)", [], |row| row.get(0))
        .unwrap()
}

#[test]
fn what_is_remembered_is_not_read_again() {
    let mailbox = lived_in();
    let stores = [mailbox.maildir()];
    let options = with(&mailbox.state(), 60);
    let (before, _) = told(&stores, &options);
    // Of a message in Sent its body too, where that was compared with what came back.
    assert!(before.iter().any(|finding| finding.contains("body-in-sent")));
    // Nobody may do this to a message; here it shows that its octets are not looked at.
    for path in mailbox.files() {
        let meta = fs::metadata(&path).unwrap();
        fs::write(&path, vec![b'x'; usize::try_from(meta.len()).unwrap()]).unwrap();
        let file = fs::File::options().write(true).open(&path).unwrap();
        file.set_modified(meta.modified().unwrap()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().ino(), meta.ino());
        let name = path.file_name().unwrap().to_str().unwrap();
        let cur = path.parent().unwrap().parent().unwrap().join("cur");
        fs::rename(&path, cur.join(format!("{name}:2,S"))).unwrap();
    }
    let (after, notes) = told(&stores, &options);
    let without_names = |lines: &[String]| -> Vec<String> {
        let mut lines: Vec<String> =
            lines.iter().map(|l| l.replace("\"new/", "\"cur/").replace(":2,S\"", "\"")).collect();
        lines.sort();
        lines
    };
    same(&without_names(&after), &without_names(&before));
    assert!(notes.is_empty(), "{notes:?}");
    let (full, _) = told(&stores, &Options { state: None, ..options });
    assert!(full != after);
}

#[test]
fn what_was_changed_a_moment_ago_is_read_again() {
    let mailbox = lived_in();
    let options = with(&mailbox.state(), 0);
    assert!(compare(&mailbox.stores(), &options).is_empty());
    let path = mailbox.files().pop().unwrap();
    let meta = fs::metadata(&path).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("Subject: ", "Subject; ", 1)).unwrap();
    fs::File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_modified(meta.modified().unwrap())
        .unwrap();
    compare(&mailbox.stores(), &options);
}

#[test]
fn vanished_messages_leave_the_state_and_moved_ones_stay() {
    let mut mailbox = lived_in();
    let options = with(&mailbox.state(), 60);
    compare(&mailbox.stores(), &options);
    let all = keys(&mailbox.state());
    compare(&mailbox.stores(), &options);
    assert_eq!(keys(&mailbox.state()), all, "an unchanged mailbox changes nothing");
    mailbox.happen(&Event::Move(20, 4));
    compare(&mailbox.stores(), &options);
    assert_eq!(keys(&mailbox.state()), all, "a move is no new message");
    for path in mailbox.files() {
        fs::remove_file(path).unwrap();
    }
    compare(&mailbox.stores(), &options);
    assert!(keys(&mailbox.state()) < 30, "{}", keys(&mailbox.state()));
}

#[test]
fn messages_of_later_nights_join_the_campaigns_of_the_first() {
    let mut mailbox = Mailbox::new();
    for night in 1..=7u32 {
        for _ in 0..3 {
            mailbox.deliver(4);
            mailbox.deliver(5);
            mailbox.deliver(2);
        }
        let mut campaigns = Vec::new();
        let options = with(&mailbox.state(), 60);
        let outcome = scan(&[mailbox.maildir()], &options, &|_| (), &mut |f| {
            campaigns.extend(f.campaign);
        });
        let members: Vec<u32> = outcome.unwrap().campaigns.iter().map(|c| c.members).collect();
        // A campaign has five members and more.
        let expected = if night == 1 { vec![] } else { vec![night * 3; 2] };
        assert_eq!(members, expected, "night {night}");
        assert_eq!(
            campaigns.len() as u32,
            expected.iter().sum::<u32>(),
            "earlier ones are judged again"
        );
    }
}

#[test]
fn a_damaged_state_costs_time_and_no_result() {
    let mailbox = lived_in();
    let options = with(&mailbox.state(), 60);
    compare(&mailbox.stores(), &options);
    let good = fs::read(mailbox.state()).unwrap();
    let (full, _) = told(&mailbox.stores(), &Options { state: None, ..options.clone() });
    let mut noted = 0;
    let step = good.len() / 16;
    for at in (0..good.len()).step_by(step) {
        let mut bad = good.clone();
        for byte in &mut bad[at..(at + 40).min(good.len())] {
            *byte ^= 0x55;
        }
        fs::write(mailbox.state(), &bad).unwrap();
        let (now, notes) = told(&mailbox.stores(), &options);
        assert!(now == full, "damaged at {at}");
        noted += usize::from(!notes.is_empty());
    }
    assert!(noted >= 4, "{noted} of 16 damages were seen");
    for length in [1, 100, 5_000, good.len() / 2, good.len() - 1] {
        fs::write(mailbox.state(), &good[..length]).unwrap();
        let (now, notes) = told(&mailbox.stores(), &options);
        assert!(now == full, "cut at {length}");
        assert!(!notes.is_empty(), "cut at {length}");
    }
}

#[test]
fn a_file_that_is_no_state_is_left_alone() {
    let mailbox = lived_in();
    let database = mailbox.dir.path().join("other.sqlite");
    rusqlite::Connection::open(&database).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    for file in [mailbox.mbox(), database] {
        let before = fs::read(&file).unwrap();
        let notes = compare(&[mailbox.maildir()], &with(&file, 60));
        assert!(notes[0].contains("is no state of unscatter"), "{notes:?}");
        assert_eq!(fs::read(&file).unwrap(), before);
    }
    let link = mailbox.dir.path().join("link");
    std::os::unix::fs::symlink(mailbox.mbox(), &link).unwrap();
    let notes = compare(&[mailbox.maildir()], &with(&link, 60));
    assert!(notes[0].contains("everything is read"), "{notes:?}");
}

#[test]
fn a_state_is_readable_by_its_owner_alone() {
    let mailbox = lived_in();
    compare(&mailbox.stores(), &with(&mailbox.state(), 60));
    assert_eq!(fs::metadata(mailbox.state()).unwrap().permissions().mode() & 0o777, 0o600);
    let journal = mailbox.dir.path().join("state-journal");
    assert!(!journal.exists());
}

#[test]
fn another_build_and_other_options_begin_anew() {
    let mailbox = lived_in();
    let options = with(&mailbox.state(), 60);
    compare(&mailbox.stores(), &options);
    let mut other = options.clone();
    other.state.as_mut().unwrap().program = "another".into();
    let general = Options { general_only: true, ..other.clone() };
    for changed in [&other, &general] {
        let notes = compare(&mailbox.stores(), changed);
        assert!(notes[0].contains("everything is read"), "{notes:?}");
        assert!(compare(&mailbox.stores(), changed).is_empty());
    }
}

#[test]
fn a_second_run_at_the_same_time_does_without() {
    let mailbox = lived_in();
    let options = with(&mailbox.state(), 60);
    compare(&mailbox.stores(), &options);
    let held = fs::File::open(mailbox.state()).unwrap();
    rustix::fs::flock(&held, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let notes = compare(&mailbox.stores(), &options);
    assert!(notes[0].contains("another run uses it"), "{notes:?}");
    drop(held);
    assert!(compare(&mailbox.stores(), &options).is_empty());
}

#[test]
fn an_interrupted_run_leaves_the_old_state() {
    let mut mailbox = lived_in();
    let options = with(&mailbox.state(), 60);
    compare(&mailbox.stores(), &options);
    let before = keys(&mailbox.state());
    mailbox.deliver(4);
    // The visitor comes after the state was written; reading may be broken off before.
    let stopped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let stop = |p: unscatter::scan::Progress| assert!(p.messages < 20, "stop");
        let _ = scan(&mailbox.stores(), &options, &stop, &mut |_| ());
    }));
    assert!(stopped.is_err());
    assert_eq!(keys(&mailbox.state()), before);
    assert!(compare(&mailbox.stores(), &options).is_empty());
}

fn unscatter(mailbox: &Mailbox, arguments: &[&str]) -> std::process::Output {
    Command::new(crate::faults::program())
        .args(arguments)
        .current_dir(mailbox.dir.path())
        .env("XDG_STATE_HOME", mailbox.dir.path().join("xdg"))
        .output()
        .unwrap()
}

#[test]
fn the_command_line_remembers_where_it_is_told_to_and_nowhere_else() {
    let mailbox = lived_in();
    let plain = unscatter(&mailbox, &["scan", "Maildir", "-o", "a.csv", "--quiet"]);
    assert!(plain.status.success(), "{plain:?}");
    assert!(!mailbox.dir.path().join("xdg").exists());
    for name in ["b.csv", "c.csv"] {
        let with =
            unscatter(&mailbox, &["scan", "Maildir", "-o", name, "--quiet", "--state", "state"]);
        assert!(with.status.success() && with.stderr.is_empty(), "{with:?}");
        let read = |name: &str| fs::read(mailbox.dir.path().join(name)).unwrap();
        assert_eq!(read(name), read("a.csv"));
    }
    let same = unscatter(&mailbox, &["scan", "Maildir", "-o", "x.csv", "--state", "x.csv"]);
    assert_eq!(same.status.code(), Some(2));
}

#[test]
fn an_mbox_that_is_again_what_it_was_two_runs_ago_is_read_and_nothing_is_damaged() {
    let mut mailbox = Mailbox::new();
    mailbox.append(4);
    let stores = [mailbox.mbox()];
    let before = fs::read(mailbox.mbox()).unwrap();
    assert!(compare(&stores, &with(&mailbox.state(), 60)).is_empty());
    // Read in the second in which it was changed, so that none of it is remembered.
    mailbox.append(5);
    assert!(compare(&stores, &with(&mailbox.state(), 0)).is_empty());
    fs::write(mailbox.mbox(), before).unwrap();
    assert_eq!(compare(&stores, &with(&mailbox.state(), 60)), [""; 0]);
}
