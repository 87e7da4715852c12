//! `suggest`: what it prints over a whole mailbox. Whether the programs take it, `scripts/check-suggest` tells.

use std::path::Path;
use std::process::Output;

use assert_cmd::Command;

use crate::support::corpus;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(crate::faults::program());
    command.current_dir(folder).args(arguments).output().unwrap()
}

fn suggested(only: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let store = corpus().join("stores/joe-job");
    let output = run(folder.path(), &["suggest", store.to_str().unwrap(), "--only", only]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_hosts_that_send_the_owners_mail_are_found() {
    let text = suggested("spamassassin");
    assert!(text.contains("welcomelist_bounce_relays "), "{text}");
    for line in
        text.lines().filter(|l| l.contains("welcomelist_bounce_relays ") && !l.starts_with('#'))
    {
        assert!(line.contains("hollin.example"), "{line}");
    }
}

#[test]
fn no_rule_names_an_address_that_sends() {
    for only in ["sieve", "procmail", "postfix", "exim"] {
        let text = suggested(only);
        for line in text.lines().filter(|l| !l.starts_with('#')) {
            for own in
                ["ines@hollin.example", "studio@hollin.example", "ines@friends-of-hollin.example"]
            {
                assert!(!line.contains(own), "{line}");
                assert!(!line.contains(&own.replace('.', "\\.")), "{line}");
            }
            assert!(!line.contains("discard"), "{line}");
        }
    }
}

#[test]
fn a_folder_that_needs_quoting_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for wrong in ["a\"b", "", "a b", "-x", "/x", "a;b", "ä"] {
        let name = format!("--folder={wrong}");
        assert_eq!(run(folder.path(), &["suggest", ".", &name]).status.code(), Some(2), "{wrong}");
    }
}
