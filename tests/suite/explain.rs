//! `explain`: a message from a file, a span of an mbox or standard input, and the words for each signal.

use std::fs;

use assert_cmd::Command;
use unscatter::signals;

use crate::support::corpus;

fn explain(arguments: &[&str], input: &[u8]) -> (Option<i32>, String) {
    let mut command = Command::new(crate::faults::program());
    let output = command.arg("explain").args(arguments).write_stdin(input).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_same_is_told_of_a_file_a_span_and_standard_input() {
    let path = corpus().join("bounce/postfix-bounce.eml");
    let bytes = fs::read(&path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mbox = folder.path().join("in.mbox");
    let mut stored = b"From x Mon Jun  4 10:00:00 2018\n".to_vec();
    let offset = stored.len();
    stored.extend_from_slice(&bytes);
    fs::write(&mbox, stored).unwrap();

    let (status, told) = explain(&[path.to_str().unwrap()], b"");
    assert_eq!(status, Some(0));
    let span = format!("{}#{offset}+{}", mbox.display(), bytes.len());
    assert_eq!(explain(&[&span], b"").1, told);
    assert_eq!(explain(&["-"], &bytes).1, told);

    assert!(told.starts_with("class     undecided-bounce\norigin    unknown\n"), "{told}");
    assert!(told.contains("What it is: a bounce: delivery failed."), "{told}");
    assert!(
        told.contains("dsn-failed: a delivery report says that delivery to a recipient failed")
    );
    assert!(told.contains("\u{201c}failed "), "{told}");
    assert!(told.contains("Whose mail it answers: that cannot be told."), "{told}");
}

#[test]
fn the_running_odds_add_up_to_the_verdict() {
    for sample in ["auto-reply/vacation1.eml", "ordinary/trap-reply-thunderbird.eml"] {
        let (_, told) = explain(&[corpus().join(sample).to_str().unwrap()], b"");
        let mut sum = 0.0;
        let mut last = None;
        let mut rows = 0;
        for line in told.lines().skip_while(|l| !l.starts_with("What it is")) {
            if line.starts_with("Whose mail") {
                break;
            }
            let mut words = line.split_whitespace();
            let (Some(adds), Some(running)) = (words.next(), words.next()) else { continue };
            let (Ok(adds), Ok(running)) = (adds.parse::<f32>(), running.parse::<f32>()) else {
                continue;
            };
            sum += adds;
            assert!((sum - running).abs() < 0.05, "{sample}: {line}");
            last = Some(running);
            rows += 1;
        }
        let p: f32 =
            told.split("=  p ").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
        let decided = (p / (1.0 - p)).ln();
        assert!(rows >= 3, "{told}");
        assert!(p >= 0.9999 || (last.unwrap() - decided).abs() < 0.05, "{told}");
    }
}

#[test]
fn a_code_is_explained_with_what_it_adds_and_its_beginning_lists_codes() {
    let (status, told) = explain(&["dsn-failed"], b"");
    assert_eq!(status, Some(0));
    let about = signals::explain("dsn-failed").unwrap();
    assert!(told.starts_with(about.trim_end()), "{told}");
    assert!(told.contains("Adds to the log-odds: 8.00"), "{told}");
    let (status, told) = explain(&["postfix-"], b"");
    assert_eq!(status, Some(0));
    assert!(told.lines().count() >= 4 && told.lines().all(|l| l.starts_with("postfix-")), "{told}");
}

#[test]
fn words_of_the_mail_reach_the_terminal_escaped() {
    let mail = b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.org\nTo: anna.berg@example.org\n\
        Subject: Undelivered Mail \x1b[31mReturned\xe2\x80\xae to Sender\n\n550 5.1.1 \x07 unknown\n";
    let (status, told) = explain(&["-"], mail);
    assert_eq!(status, Some(0));
    assert!(!told.contains('\u{1b}') && !told.contains('\u{202e}') && !told.contains('\u{7}'));
}

#[test]
fn an_empty_input_is_ordinary_mail_and_no_panic() {
    let (status, told) = explain(&["-"], b"");
    assert_eq!(status, Some(0));
    assert!(told.contains("Nothing speaks for an automatic answer."), "{told}");
}

#[test]
fn a_reason_is_explained_by_its_meaning_codes_and_words() {
    let (status, told) = explain(&["mailbox-full"], b"");
    assert_eq!(status, Some(0));
    for part in ["no room left", "X.2.2", "\"quota\""] {
        assert!(told.contains(part), "{told}");
    }
    // A word that is a signal too.
    let (_, told) = explain(&["authentication-failed"], b"");
    assert!(told.contains("Speaks for: forged") && told.contains("(a reason)"), "{told}");
}
