//! The command line as scripts and people meet it: what goes where, and the exit status.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(crate::faults::program());
    command.current_dir(folder).args(arguments);
    command.env_remove("COLUMNS").env("XDG_CONFIG_HOME", "/nowhere").output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[track_caller]
fn exits(output: &Output, status: i32) {
    assert_eq!(output.status.code(), Some(status), "{}{}", out(output), err(output));
}

/// A folder with a Maildir of one ordinary message.
fn maildir() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for below in ["cur", "new", "tmp"] {
        fs::create_dir_all(folder.path().join("Maildir").join(below)).unwrap();
    }
    let message = "From: friend@example.com\nTo: owner@example.org\nSubject: lunch\n\
                   Message-ID: <1@example.com>\nDate: Fri, 14 Aug 2026 12:00:00 +0000\n\nAt noon?\n";
    fs::write(folder.path().join("Maildir/cur/1.a:2,S"), message).unwrap();
    folder
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn help_is_as_agreed() {
    let folder = tempfile::tempdir().unwrap();
    for command in [
        "", "scan", "sweep", "undo", "stores", "explain", "evaluate", "bundle", "suggest", "config",
    ] {
        let arguments: &[&str] =
            if command.is_empty() { &["--help"] } else { &[command, "--help"] };
        let output = run(folder.path(), arguments);
        exits(&output, 0);
        let name = if command.is_empty() { "help" } else { command };
        insta::assert_snapshot!(format!("help-{name}"), out(&output));
    }
}

#[test]
fn no_line_of_help_is_longer_than_a_terminal() {
    let folder = tempfile::tempdir().unwrap();
    for command in
        ["scan", "sweep", "undo", "stores", "explain", "evaluate", "bundle", "suggest", "config"]
    {
        for line in out(&run(folder.path(), &[command, "--help"])).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn without_arguments_help_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &[]);
    exits(&output, 2);
    assert!(err(&output).contains("unscatter scan ~/Maildir"));
}

#[test]
fn usage_errors_exit_2_and_write_nothing() {
    let folder = maildir();
    for arguments in [
        &["scan"][..],
        &["scan", "Maildir", "-o", "a.csv", "--state", "a.csv"],
        &["scan", "Maildir", "--window", "0"],
        &["scan", "Maildir", "--threads", "0"],
        &["scan", "Maildir", "--identity", "owner"],
        &["scan", "Maildir", "--since", "yesterday"],
        &["scan", "Maildir", "--format", "csv"],
        &["scan", "Maildir", "-o", "findings.txt"],
        &["scan", "Maildir", "-o", "findings"],
        &["scan", "Maildir", "-o", "findings.csv", "--format", "jsonl"],
        &["scan", "Maildir", "-o", "a.csv", "-o", "a.csv"],
        &["scan", "Maildir", "-o", "no-such-folder/a.csv"],
        &["sweep", "Maildir"],
        &["evaluate", "truth.csv", "findings.csv", "--require", "kind.bonuce.recall>=1"],
    ] {
        let output = run(folder.path(), arguments);
        exits(&output, 2);
        assert!(out(&output).is_empty() && !err(&output).is_empty(), "{arguments:?}");
    }
    assert_eq!(names(folder.path()), ["Maildir"]);
}

#[test]
fn an_unknown_ending_is_told_with_the_known_ones() {
    let folder = maildir();
    let output = run(folder.path(), &["scan", "Maildir", "-o", "findings.txt"]);
    assert!(err(&output).contains(".csv, .jsonl"), "{}", err(&output));
    let output =
        run(folder.path(), &["scan", "Maildir", "-q", "-o", "findings.txt", "--format", "csv"]);
    exits(&output, 0);
    assert_eq!(names(folder.path()), ["Maildir", "findings.txt"]);
}

#[test]
fn a_report_never_replaces_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let mail = "From a@example.com Fri Aug 14 12:00:00 2026\nSubject: x\n\nx\n";
    fs::write(folder.path().join("mail.csv"), mail).unwrap();
    let output = run(folder.path(), &["scan", "mail.csv", "-o", "./mail.csv"]);
    exits(&output, 2);
    assert_eq!(fs::read_to_string(folder.path().join("mail.csv")).unwrap(), mail);
}

#[test]
fn the_summary_leaves_standard_output_to_a_report() {
    let folder = maildir();
    let output = run(folder.path(), &["scan", "Maildir"]);
    exits(&output, 0);
    assert!(out(&output).contains("What was found") && err(&output).is_empty());
    let output = run(folder.path(), &["scan", "Maildir", "-o", "-"]);
    exits(&output, 0);
    assert!(out(&output).starts_with("store,folder,locator,sha256,size,date,from,to,subject,"));
    assert!(!out(&output).contains("What was found") && err(&output).contains("What was found"));
    let output = run(folder.path(), &["scan", "Maildir", "-o", "-", "--format", "jsonl"]);
    exits(&output, 0);
    assert!(!out(&output).starts_with("store,"));
}

#[test]
fn colour_is_for_terminals_or_where_asked_for() {
    let folder = maildir();
    assert!(!out(&run(folder.path(), &["scan", "Maildir"])).contains('\u{1b}'));
    assert!(
        out(&run(folder.path(), &["scan", "Maildir", "--color", "always"])).contains("\u{1b}[1m")
    );
}

#[test]
fn quiet_is_silent_and_still_writes_its_reports() {
    let folder = maildir();
    let output =
        run(folder.path(), &["scan", "Maildir", "--quiet", "-o", "a.csv", "-o", "b.jsonl"]);
    exits(&output, 0);
    assert!(out(&output).is_empty() && err(&output).is_empty());
    assert_eq!(names(folder.path()), ["Maildir", "a.csv", "b.jsonl"]);
    for name in ["a.csv", "b.jsonl"] {
        let mode = fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_full_disk_is_told() {
    let folder = maildir();
    let output =
        run(folder.path(), &["scan", "Maildir", "-q", "--format", "csv", "-o", "/dev/full"]);
    exits(&output, 2);
    assert!(err(&output).contains("/dev/full"), "{}", err(&output));
}

const TRUTH: &str = "sha256,kind,origin\naa,bounce,forged\nbb,spam,n/a\n";
const FINDINGS: &str = "store,locator,sha256,class,origin,p_forged\n\
                        m,a,aa,backscatter,forged,0.9950\nm,b,bb,ordinary,none,\n";

#[test]
fn evaluate_holds_findings_to_what_is_required() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("truth.csv"), TRUTH).unwrap();
    fs::write(folder.path().join("findings.csv"), FINDINGS).unwrap();
    let evaluate = |more: &[&str]| {
        run(folder.path(), &[&["evaluate", "truth.csv", "findings.csv"], more].concat())
    };
    let output =
        evaluate(&["--require", "accuracy.kind>=1", "--require", "origin.forged.swept>=1"]);
    exits(&output, 0);
    assert!(out(&output).contains("  met    accuracy.kind >= 1: it is 1\n"), "{}", out(&output));
    let output = evaluate(&["--quiet", "--require", "origin.forged.swept<=0"]);
    exits(&output, 1);
    assert_eq!(out(&output), "  UNMET  origin.forged.swept <= 0: it is 1\n");
    exits(&evaluate(&["--require", "kind.receipt.recall>=0"]), 1);
    exits(&evaluate(&["--by", "colour"]), 2);
    exits(&evaluate(&["--where", "colour=red"]), 2);
    exits(&run(folder.path(), &["evaluate", "truth.csv", "missing.csv"]), 2);
}

#[test]
fn errors_name_the_file_once_and_never_raw() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["evaluate", "truth.csv", "mis\u{1b}sing.csv"]);
    exits(&output, 2);
    assert_eq!(
        err(&output),
        "unscatter: mis\\x1bsing.csv: No such file or directory (os error 2)\n"
    );
    let output = run(folder.path(), &["explain", "no-such-thing\u{202e}"]);
    exits(&output, 2);
    assert!(err(&output).contains("no-such-thing\\xe2\\x80\\xae is neither"), "{}", err(&output));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    use std::process::{Command, Stdio};
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("truth.csv"), TRUTH).unwrap();
    fs::write(folder.path().join("findings.csv"), FINDINGS).unwrap();
    let mut child = Command::new(crate::faults::program())
        .current_dir(folder.path())
        .args(["evaluate", "truth.csv", "findings.csv"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Closed before anything is read.
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
