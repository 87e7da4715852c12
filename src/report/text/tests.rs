//! The summary as people see it, word for word.

use super::*;
use crate::report::samples;
use crate::scan::{Identity, SentFound};
use crate::store::{Fingerprint, Layout, Skipped};

const DAY: i64 = 86_400;
const AUGUST_14: i64 = 1_786_665_600;

fn setting() -> Setting {
    Setting {
        command: "scan '/home/owner/my mail'".into(),
        store: "'/home/owner/my mail'".into(),
        reports: Vec::new(),
        styled: false,
    }
}

fn written(findings: &[Finding], outcome: &Outcome, setting: Setting) -> String {
    let mut out = Vec::new();
    let mut summary = Summary::new(&mut out, setting);
    summary.elapsed = Some(Duration::from_secs(201));
    summary.begin().unwrap();
    for finding in findings {
        summary.finding(finding).unwrap();
    }
    summary.end(outcome).unwrap();
    drop(summary);
    String::from_utf8(out).unwrap()
}

/// A finding that differs from all others by its hash.
fn finding(kind: Kind, origin: Option<Origin>, number: u8, date: i64) -> Finding {
    Finding {
        fingerprint: Fingerprint { len: 1, sha256: [number; 32] },
        date: Some(date),
        store: "/home/owner/my mail".into(),
        locator: format!("cur/{number}:2,"),
        ..samples::finding(kind, origin)
    }
}

fn campaign() -> Vec<Finding> {
    let mut all = Vec::new();
    for number in 0..200 {
        let date = AUGUST_14 + i64::from(number % 4) * DAY;
        all.push(finding(Kind::Bounce, Some(Origin::Forged), number, date));
        if number % 2 == 0 {
            all.push(finding(Kind::AutoReply, Some(Origin::Forged), number, date + 60));
        }
    }
    all.push(finding(Kind::AutoReply, Some(Origin::Genuine), 201, AUGUST_14));
    for number in 0..11 {
        let mut own = finding(
            Kind::Bounce,
            Some(Origin::Genuine),
            210 + number,
            AUGUST_14 + i64::from(number) * DAY,
        );
        own.original_message_id = format!("<{}@example.org>", number / 2);
        own.original_subject = format!("Offer no. {number} for the new roof");
        own.recipients = vec![format!("customer{number}@example.com")];
        all.push(own.clone());
        if number == 3 {
            // The same bounce again in another folder.
            own.folder = "Trash".into();
            own.role = Role::Trash;
            all.push(own);
        }
    }
    let mut bare = finding(Kind::Bounce, Some(Origin::Unknown), 230, AUGUST_14);
    bare.original_message_id.clear();
    bare.original_subject.clear();
    bare.original_date = None;
    bare.doubt = Some(Doubt::NothingReturned);
    all.push(bare);
    let mut old = finding(Kind::Bounce, Some(Origin::Unknown), 231, AUGUST_14);
    old.original_date = Some(AUGUST_14 - 4000 * DAY);
    old.doubt = Some(Doubt::NotCovered);
    all.push(old);
    let mut mixed = finding(Kind::Receipt, Some(Origin::Unknown), 232, AUGUST_14);
    mixed.doubt = Some(Doubt::Mixed);
    all.push(mixed);
    let mut swept = finding(Kind::Bounce, Some(Origin::Forged), 233, AUGUST_14);
    swept.role = Role::Swept;
    all.push(swept);
    all
}

fn outcome() -> Outcome {
    let folder = |name: &str, role, why: &str, messages| FolderRead {
        store: "/home/owner/my mail".into(),
        folder: name.into(),
        layout: Layout::Maildir,
        role,
        why: why.into(),
        messages,
        sent: 0,
        octets: messages * 3000,
    };
    Outcome {
        seen: 1_234_567,
        counts: [("ordinary", 1_234_250)].into(),
        octets: 3_712_000_000,
        folders: vec![
            folder("INBOX", Role::Received, "everything else", 1_234_567),
            folder("Sent", Role::Sent, "the name \"Sent\"", 2_114),
        ],
        identities: vec![
            Identity { address: "owner@example.org".into(), given: false, messages: 2_000 },
            Identity { address: "info@example.org".into(), given: true, messages: 0 },
        ],
        sent: SentFound {
            messages: 2_114,
            first: Some(AUGUST_14 - 1000 * DAY),
            last: Some(AUGUST_14 + 30 * DAY),
        },
        ..Outcome::default()
    }
}

#[test]
fn a_joe_job_is_understood_at_once() {
    let shown = written(&campaign(), &outcome(), setting());
    assert_eq!(shown, include_str!("joe-job.txt"));
}

#[test]
fn no_line_is_longer_than_a_terminal() {
    for line in written(&campaign(), &outcome(), setting()).lines() {
        assert!(escape::width(line) <= WIDTH, "{line}");
    }
}

#[test]
fn without_sent_mail_it_says_so_before_anything_else() {
    let mut findings = [finding(Kind::Bounce, Some(Origin::Unknown), 1, AUGUST_14)];
    findings[0].doubt = Some(Doubt::NoSent);
    let outcome = Outcome {
        seen: 1,
        skipped: vec![Skipped { what: "x".into(), why: "y".into() }],
        ..Outcome::default()
    };
    let shown = written(&findings, &outcome, setting());
    assert_eq!(shown, include_str!("no-sent.txt"));
}

#[test]
fn an_empty_mailbox_has_nothing_to_explain() {
    let shown = written(&[], &Outcome::default(), setting());
    assert!(shown.contains("There is no automatic answer in this mail."));
    assert!(
        !shown.contains("explain")
            && !shown.contains("Your own mail that")
            && !shown.contains("Undecided")
    );
}

#[test]
fn reports_that_were_written_are_named_instead_of_suggested() {
    let setting = Setting { reports: vec!["findings.csv".into()], ..setting() };
    let shown = written(&campaign(), &outcome(), setting);
    assert!(shown.contains("Every answer with its evidence is in findings.csv\n"));
    assert!(!shown.contains("-o findings.csv"));
}

#[test]
fn hostile_mail_reaches_no_terminal() {
    let hostile = "\u{1b}]0;x\u{7}\r\n\u{202e}a\u{9b}";
    let mut own = finding(Kind::Bounce, Some(Origin::Genuine), 1, AUGUST_14);
    for field in [&mut own.original_subject, &mut own.reason, &mut own.store, &mut own.locator] {
        *field = hostile.into();
    }
    own.recipients = vec![hostile.into()];
    let mut outcome = outcome();
    outcome.identities[0].address = hostile.into();
    for folder in &mut outcome.folders {
        (folder.folder, folder.store, folder.why) =
            (hostile.into(), hostile.into(), hostile.into());
    }
    let shown = written(&[own], &outcome, setting());
    assert!(!shown.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{shown:?}");
}

#[test]
fn bold_type_is_used_only_where_asked_for() {
    let styled = Setting { styled: true, ..setting() };
    let shown = written(&campaign(), &outcome(), styled);
    assert!(shown.starts_with("\x1b[1mWhat was assumed\x1b[0m\n"));
    assert_eq!(
        shown.replace("\x1b[1m", "").replace("\x1b[0m", ""),
        written(&campaign(), &outcome(), setting())
    );
}

#[test]
fn numbers_are_written_as_people_say_them() {
    assert_eq!(grouped(0), "0");
    assert_eq!(grouped(999), "999");
    assert_eq!(grouped(1_000), "1,000");
    assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
    assert_eq!(octets(999), "999 octets");
    assert_eq!(octets(1_000), "1.0 kB");
    assert_eq!(octets(12_345_678), "12 MB");
    assert_eq!(duration(Duration::from_millis(2_340)), "2.3 s");
    assert_eq!(duration(Duration::from_secs(7_265)), "2 h 1 min");
    assert_eq!(shell_word("a b'c"), "'a b'\\''c'");
    assert_eq!(shell_word("/home/o/Maildir"), "/home/o/Maildir");
    assert_eq!(shell_word("~x"), "'~x'");
}
