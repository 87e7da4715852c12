//! Configuration as an administrator meets it: what is read, what wins, what a fault looks like, and what
//! becomes of several mailboxes of which one fails.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

use crate::support::{copy, corpus};

/// A home folder with mailboxes, and a configuration.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new(configuration: &str) -> Home {
        let home = Home { folder: tempfile::tempdir().unwrap() };
        home.configure(configuration);
        home
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn configure(&self, configuration: &str) {
        let folder = self.path().join(".config/unscatter");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("config.toml"), configuration).unwrap();
    }

    /// A copy of the sample Maildir.
    fn mailbox(&self, name: &str) -> PathBuf {
        let to = self.path().join(name);
        copy(&corpus().join("stores/joe-job"), &to);
        to
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, &[])
    }

    fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = Command::new(crate::faults::program());
        command.env_clear().env("HOME", self.path()).envs(variables.iter().copied());
        command.current_dir(self.path()).args(arguments).output().unwrap()
    }
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

fn swept(mailbox: &Path) -> usize {
    let cur = fs::read_dir(mailbox.join(".Backscatter/cur")).map_or(0, Iterator::count);
    cur + fs::read_dir(mailbox.join(".Backscatter/new")).map_or(0, Iterator::count)
}

const ONE: &str = "to = \"Backscatter\"\nmax-share = 1\n\n[mailbox.home]\nstore = \"~/Maildir\"\n";

const TWO: &str = "to = \"Backscatter\"\nmax-share = 1\n\n[mailbox.a]\nstore = \"~/a\"\n\n\
                   [mailbox.b]\nstore = \"~/b\"\n";

#[test]
fn a_configured_sweep_needs_no_store_and_says_how_to_undo() {
    let home = Home::new(ONE);
    let mailbox = home.mailbox("Maildir");
    let output = home.run(&["sweep", "--apply", "--quiet"]);
    exits(&output, 0);
    assert!(swept(&mailbox) > 100, "{}", out(&output));
    assert!(out(&output).contains("unscatter undo 1"), "{}", out(&output));
    // What was read is remembered, though nobody said where.
    let state = fs::read_dir(home.path().join(".local/state/unscatter")).unwrap();
    let names = state.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(names.filter(|name| name.ends_with(".sqlite")).count(), 1);
    let output = home.run(&["sweep", "--apply", "--quiet"]);
    exits(&output, 0);
    assert_eq!((out(&output).as_str(), err(&output).as_str()), ("", ""));
    exits(&home.run(&["undo"]), 0);
    assert_eq!(swept(&mailbox), 0);
}

#[test]
fn one_failing_mailbox_does_not_stop_the_others() {
    let home = Home::new(TWO);
    let b = home.mailbox("b");
    let output = home.run(&["sweep", "--apply", "--quiet"]);
    exits(&output, 1);
    assert!(err(&output).contains("unscatter: a: "), "{}", err(&output));
    assert!(out(&output).starts_with("== b\n"), "{}", out(&output));
    assert!(swept(&b) > 100);
    // Where none could be run, nothing was done.
    fs::remove_dir_all(&b).unwrap();
    exits(&home.run(&["sweep", "--apply", "--quiet"]), 2);
}

#[test]
fn mailboxes_are_chosen_by_name() {
    let home = Home::new(TWO);
    let (a, b) = (home.mailbox("a"), home.mailbox("b"));
    exits(&home.run(&["sweep", "--apply", "--quiet", "--mailbox", "b"]), 0);
    assert_eq!(swept(&a), 0);
    assert!(swept(&b) > 100);
    let output = home.run(&["sweep", "--mailbox", "bb"]);
    exits(&output, 2);
    assert!(err(&output).contains("did you mean b?"), "{}", err(&output));
}

#[test]
fn a_plan_for_one_of_several_mailboxes_goes_on_for_it_alone() {
    let home = Home::new(TWO);
    home.mailbox("a");
    home.mailbox("b");
    let output = home.run(&["sweep"]);
    exits(&output, 0);
    let text = out(&output);
    assert!(text.contains("unscatter sweep --mailbox=a --apply"), "{text}");
    assert!(text.contains("unscatter sweep --mailbox=b --apply"), "{text}");
}

#[test]
fn flag_wins_over_environment_over_file_over_default() {
    let home = Home::new(
        "min-score = 0.5\nkeep = [\"file@example.org\"]\n[mailbox.m]\nstore = \"~/m\"\nmin-score = 0.6\n",
    );
    home.mailbox("m");
    let print = |variables: &[(&str, &str)]| out(&home.run_with(&["config", "--print"], variables));
    let line = |text: &str, key: &str| {
        let begin = format!("{key} = ");
        text.lines().find(|line| line.starts_with(&begin)).unwrap_or_default().to_owned()
    };
    let plain = print(&[]);
    assert!(line(&plain, "min-score").contains("0.6 ") && plain.contains("# line 5"), "{plain}");
    assert!(line(&plain, "max-share").ends_with("# default"), "{plain}");
    let set = print(&[("UNSCATTER_MIN_SCORE", "0.7"), ("UNSCATTER_KEEP", "env@example.org")]);
    assert!(line(&set, "min-score").contains("0.7 "), "{set}");
    assert!(line(&set, "min-score").ends_with("# UNSCATTER_MIN_SCORE"), "{set}");
    // What is the owner's only ever adds up.
    assert!(line(&set, "keep").contains("[\"file@example.org\", \"env@example.org\"]"), "{set}");
    let output = home.run_with(&["config"], &[("UNSCATTER_MIN_SCORE", "7")]);
    exits(&output, 2);
    assert!(err(&output).contains("UNSCATTER_MIN_SCORE: write a number from 0 to 1"));

    // On the command line, seen by what is moved: nothing reaches a score of 1.
    let plan = |more: &[&str], variables: &[(&str, &str)]| {
        let arguments = [&["sweep", "--to", "B", "--max-share", "1"], more].concat();
        out(&home.run_with(&arguments, variables))
    };
    assert!(plan(&[], &[]).starts_with("Plan: "));
    assert!(plan(&[], &[("UNSCATTER_MIN_SCORE", "1")]).starts_with("Nothing would move"));
    let flag = plan(&["--min-score", "0.9"], &[("UNSCATTER_MIN_SCORE", "1")]);
    assert!(flag.starts_with("Plan: "), "{flag}");
}

#[test]
fn a_switch_is_taken_back_on_the_command_line() {
    let home = Home::new(&ONE.replace("max-share", "by-class = true\nmax-share"));
    home.mailbox("Maildir");
    assert!(out(&home.run(&["sweep"])).contains(".Backscatter.backscatter"));
    assert!(!out(&home.run(&["sweep", "--no-by-class"])).contains(".Backscatter.backscatter"));
}

#[test]
fn settings_of_a_mailbox_hold_for_its_store_when_it_is_named_by_hand() {
    let home = Home::new(&format!("{ONE}min-score = 1\n"));
    home.mailbox("Maildir");
    home.mailbox("other");
    let output = home.run(&["sweep", "Maildir/"]);
    exits(&output, 0);
    assert!(out(&output).starts_with("Nothing would move"), "{}", out(&output));
    assert!(out(&home.run(&["sweep", "other"])).starts_with("Plan: "));
    // Without the configuration there is no target.
    exits(&home.run(&["sweep", "other", "--no-config"]), 2);
}

#[test]
fn faults_name_file_line_and_the_nearest_key() {
    let home = Home::new("to = \"B\"\n\n[mailbox.home]\nstore = \"~/Maildir\"\nmin-scor = 1\n");
    home.mailbox("Maildir");
    for arguments in [&["config"][..], &["scan"], &["sweep", "--apply"], &["config", "--print"]] {
        let output = home.run(arguments);
        exits(&output, 2);
        assert!(
            err(&output)
                .ends_with("config.toml:5: unknown key `min-scor`; did you mean `min-score`?\n"),
            "{}",
            err(&output)
        );
        assert!(out(&output).is_empty());
    }
}

#[test]
fn check_looks_at_stores_and_targets() {
    let home = Home::new(TWO);
    home.mailbox("a");
    let output = home.run(&["config", "--check"]);
    exits(&output, 2);
    assert!(out(&output).contains("b: no mail found") || out(&output).contains("/b: "));
    home.mailbox("b");
    let output = home.run(&["config", "--check"]);
    exits(&output, 0);
    assert!(out(&output).ends_with("All is well.\n"), "{}", out(&output));
    home.configure("[mailbox.m]\nstore = \"~/inbox\"\nto = \"Backscatter\"\n");
    fs::copy(corpus().join("stores/mbox/inbox.mbox"), home.path().join("inbox")).unwrap();
    let output = home.run(&["config"]);
    exits(&output, 2);
    assert!(out(&output).contains("name the file by its whole path"), "{}", out(&output));
    // And nothing is written beside wherever the run started.
    exits(&home.run(&["sweep", "--apply"]), 2);
    assert!(!home.path().join("Backscatter").exists());
}

#[test]
fn what_print_prints_is_a_configuration_that_says_the_same() {
    let home = Home::new(
        "to = \"B \\\"x\\\"\"\nnice = 5\n[mailbox.a]\nstore = \"~/a\"\nby-class = true\n\
         [mailbox.'x.y@z']\nstore = [\"~/b\"]\norigin = [\"forged\", \"unknown\"]\n",
    );
    let print = out(&home.run(&["config", "--print"]));
    home.configure(&print);
    let again = out(&home.run(&["config", "--print"]));
    let values = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| line.split("  #").next().unwrap().trim().to_owned()).collect()
    };
    assert_eq!(values(&print), values(&again), "{print}");
    assert!(print.contains("nice = 5") && print.contains("[mailbox.\"x.y@z\"]"), "{print}");
}

#[test]
fn each_of_several_mailboxes_writes_a_report_of_its_own() {
    let home = Home::new(TWO);
    home.mailbox("a");
    home.mailbox("b");
    let output = home.run(&["scan", "--quiet", "-o", "f.csv"]);
    exits(&output, 2);
    assert!(err(&output).contains("{mailbox}"), "{}", err(&output));
    exits(&home.run(&["scan", "--quiet", "-o", "f-{mailbox}.csv"]), 0);
    for name in ["f-a.csv", "f-b.csv"] {
        let mode = fs::metadata(home.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn without_store_and_configuration_both_ways_are_told() {
    let home = Home::new("");
    fs::remove_file(home.path().join(".config/unscatter/config.toml")).unwrap();
    for command in ["scan", "sweep"] {
        let output = home.run(&[command]);
        exits(&output, 2);
        assert!(err(&output).contains("unscatter config --help"), "{}", err(&output));
    }
    let output = home.run(&["config"]);
    exits(&output, 2);
    assert!(err(&output).contains("/etc/unscatter/config.toml"), "{}", err(&output));
}

#[test]
fn a_saved_plan_is_carried_out_whatever_the_configuration_says() {
    let home = Home::new(ONE);
    let mailbox = home.mailbox("Maildir");
    exits(&home.run(&["sweep", "-o", "plan.csv", "--quiet"]), 0);
    home.configure(&format!("{ONE}class = \"receipt\"\n"));
    exits(&home.run(&["sweep", "--plan", "plan.csv", "--apply", "--quiet"]), 0);
    assert!(swept(&mailbox) > 100);
}
