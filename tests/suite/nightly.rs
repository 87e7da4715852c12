//! What cron and a journal get to read of a nightly sweep: nothing on most days, else a digest.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

use crate::support::{copy, corpus};

fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(crate::faults::program());
    command.env_clear().env("HOME", home).current_dir(home).args(arguments).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

const SWEEP: [&str; 8] =
    ["sweep", "Maildir", "--to", "Backscatter", "--max-share", "1", "--apply", "--quiet"];

/// Delivers a bounce of that moment.
fn deliver(home: &Path, number: usize, when: i64) {
    let date = jiff::Timestamp::from_second(when).unwrap();
    let date = date.strftime("%a, %d %b %Y %H:%M:%S +0000");
    let bounce = format!(
        "Return-Path: <>\nReceived: from mx.example.net (mx.example.net [192.0.2.1]) by mail.example.org\n\
         \twith ESMTP id {number}; {date}\nFrom: MAILER-DAEMON@mx.example.net\nTo: owner@example.org\n\
         Subject: Undelivered Mail Returned to Sender\nMessage-ID: <{number}@mx.example.net>\nDate: {date}\n\
         MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
         --b\n\nThis is the mail system at host mx.example.net.\n\n--b\n\
         Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n\
         Final-Recipient: rfc822; nobody{number}@example.net\nAction: failed\nStatus: 5.1.1\n\n--b--\n"
    );
    fs::write(home.join(format!("Maildir/new/{when}.{number}.example")), bounce).unwrap();
}

#[test]
fn the_digest_says_what_moved_from_where_to_where_and_how_to_undo() {
    let home = tempfile::tempdir().unwrap();
    copy(&corpus().join("stores/joe-job"), &home.path().join("Maildir"));
    let output = run(home.path(), &SWEEP);
    let text = out(&output).replace(home.path().to_str().unwrap(), "~");
    insta::assert_snapshot!("digest", text);
    assert_eq!(err(&output), "");
}

#[test]
fn the_second_digest_tells_only_what_failed_since_the_first() {
    let home = tempfile::tempdir().unwrap();
    copy(&corpus().join("stores/joe-job"), &home.path().join("Maildir"));
    let first = [&SWEEP[..], &["--until", "2025-11-20"]].concat();
    assert!(out(&run(home.path(), &first)).contains("Your own mail that failed ("));
    let second = out(&run(home.path(), &SWEEP));
    assert!(
        second.contains("Moved ") && second.contains("None of your own mail failed since 2"),
        "{second}"
    );
}

#[test]
fn a_flood_is_told_though_nothing_moves() {
    let home = tempfile::tempdir().unwrap();
    for below in ["cur", "new", "tmp"] {
        fs::create_dir_all(home.path().join("Maildir").join(below)).unwrap();
    }
    let now = jiff::Timestamp::now().as_second();
    for number in 0..49 {
        deliver(home.path(), number, now - 3_600);
    }
    let output = run(home.path(), &SWEEP);
    assert_eq!((out(&output).as_str(), err(&output).as_str()), ("", ""));
    deliver(home.path(), 49, now - 60);
    let output = run(home.path(), &SWEEP);
    assert_eq!(output.status.code(), Some(0));
    let text = out(&output);
    assert!(text.contains("Flood: 50 automatic answers") && text.contains("it was 0"), "{text}");
    assert!(!text.contains("undo"), "{text}");
}

#[test]
fn a_journal_gets_one_object_a_line() {
    let home = tempfile::tempdir().unwrap();
    copy(&corpus().join("stores/joe-job"), &home.path().join("Maildir"));
    fs::create_dir(home.path().join("Maildir/cur/no file")).unwrap();
    let output = run(home.path(), &[&SWEEP[..], &["--log", "json", "-v"]].concat());
    let text = err(&output);
    let events: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |message: &str| {
        let event = events.iter().find(|e| e["message"].as_str().unwrap().starts_with(message));
        event.unwrap_or_else(|| panic!("{message}: {text}"))
    };
    assert_eq!(of("skipped ")["level"], "WARN");
    let moved = of("moved");
    assert_eq!((&moved["level"], &moved["run"]), (&"INFO".into(), &1.into()));
    assert!(
        moved["count"].as_u64().unwrap() > 0
            && moved["to"].as_str().unwrap().ends_with("Backscatter")
    );
    assert!(of("read")["messages"].as_u64().unwrap() > 200);
    // On a night without work, and without -v, a journal stays empty but for what is skipped again.
    let text = err(&run(home.path(), &[&SWEEP[..], &["--log", "json"]].concat()));
    assert!(text.lines().all(|line| line.contains("skipped ")), "{text}");
}

#[test]
fn giving_way_changes_no_result() {
    let home = tempfile::tempdir().unwrap();
    copy(&corpus().join("stores/joe-job"), &home.path().join("Maildir"));
    let plain = out(&run(home.path(), &["scan", "Maildir", "-q", "-o", "-"]));
    assert_eq!(
        out(&run(home.path(), &["scan", "Maildir", "-q", "-o", "-", "--nice", "19"])),
        plain
    );
    assert_eq!(run(home.path(), &["scan", "Maildir", "--nice", "20"]).status.code(), Some(2));
}

#[test]
fn papers_are_made_from_the_declarations() {
    let home = tempfile::tempdir().unwrap();
    assert_eq!(run(home.path(), &["manual", "papers"]).status.code(), Some(0));
    let papers = home.path().join("papers");
    let page = fs::read_to_string(papers.join("man/man1/unscatter-sweep.1")).unwrap();
    assert!(page.contains("max\\-share") && !page.contains("\\-\\-slow"), "{page}");
    for below in [
        "man/man1/unscatter.1",
        "bash-completion/completions/unscatter",
        "zsh/vendor-completions/_unscatter",
        "fish/vendor_completions.d/unscatter.fish",
    ] {
        assert!(fs::metadata(papers.join(below)).unwrap().len() > 500, "{below}");
    }
    let version = out(&run(home.path(), &["--version"]));
    assert!(version.contains("\nfeatures: cli"), "{version}");
}
