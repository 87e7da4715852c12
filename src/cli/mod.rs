//! Arguments and dispatch. What a command does stands in its own file; what mail means, in the library.

mod bundle;
mod config;
mod digest;
mod evaluate;
mod exit;
mod explain;
mod judging;
mod log;
mod mailboxes;
mod manual;
mod owners;
mod plan_file;
mod progress;
mod sandbox;
mod scan;
mod stores;
mod suggest;
mod surroundings;
mod sweep;
mod template;
mod undo;

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;

use clap::error::ErrorKind;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use unscatter::report::{escape, text};

use config::Line;
use exit::Exit;
use log::{complain, fail};

/// Finds the bounces and other automatic answers in stored mail, and tells by comparing them with your
/// Sent folder which of them answer mail that you never sent.
///
/// Works offline, on Maildir folders, mbox files and folders of message files. Changes no mail but with
/// `sweep --apply` and `undo`.
#[derive(Parser)]
#[command(
    name = "unscatter",
    version,
    arg_required_else_help = true,
    subcommand_required = true,
    disable_help_subcommand = true,
    max_term_width = 80,
    after_help = "Exit status: 0 done; 1 done, but something was skipped or a requirement is unmet; 2 could not run, or would not; 75 another program has the mail, try later; 128+n ended by signal n.\n\nStart with:  unscatter scan ~/Maildir"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,

    /// When to use bold type.
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Display"
    )]
    color: Color,

    #[command(flatten)]
    telling: log::Telling,
}

#[derive(Subcommand)]
enum Command {
    /// Classify mail, print a summary, write reports; changes nothing
    Scan(scan::Arguments),
    /// Plan the moves and show them; --apply carries them out
    Sweep(sweep::Arguments),
    /// Put back what the newest run moved, byte for byte
    Undo(undo::Arguments),
    /// Show what was found there: layout, role, counts, Sent coverage
    Stores(stores::Arguments),
    /// Show the evidence on one message, or what a signal means
    Explain(explain::Arguments),
    /// Compare findings with the truth: confusion, precision and recall, calibration
    Evaluate(evaluate::Arguments),
    /// Collect evidence for hand-over in a folder, or check one
    Bundle(bundle::Arguments),
    /// Print rules that keep the next flood out, made of what was learned
    Suggest(suggest::Arguments),
    /// Check the configuration, and show what holds for each mailbox
    Config(config::Arguments),
    /// Write man pages and completions below a data folder
    #[command(hide = true)]
    Manual(manual::Arguments),
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// The command line as it is declared.
fn command() -> clap::Command {
    config::with_opposites(Arguments::command()).long_version(version())
}

/// The version, what it was built with, and for what.
fn version() -> String {
    format!(
        "{}\nfeatures: {}\nbuilt for: {}-{}{}",
        env!("CARGO_PKG_VERSION"),
        FEATURES.iter().filter(|(_, on)| *on).map(|(name, _)| *name).collect::<Vec<_>>().join(" "),
        std::env::consts::ARCH,
        std::env::consts::OS,
        if cfg!(target_env = "musl") { ", static" } else { "" },
    )
}

macro_rules! features {
    ($($name:literal),*) => { &[$(($name, cfg!(feature = $name))),*] };
}

/// Cargo features, all of them, and whether they are built in.
const FEATURES: &[(&str, bool)] = features!["cli", "parquet"];

/// For fuzzing: reads a configuration, without the files that it names.
#[cfg(fuzzing)]
pub(crate) fn configuration(text: &str) -> Result<usize, Vec<config::Fault>> {
    config::mailboxes(text)
}

/// Runs what was typed, the program's name first. Messages go to standard error.
pub(crate) fn run(typed: Vec<OsString>) -> Exit {
    let said = match command().try_get_matches_from(&typed) {
        Ok(said) => said,
        Err(error) => return usage(&error),
    };
    let lines = match said.subcommand() {
        Some((name @ ("scan" | "sweep"), said)) => match config::lines(&typed, name, said) {
            Ok(lines) => lines,
            Err(error) => {
                fail(&told(&error));
                return Exit::Failed;
            }
        },
        _ => vec![Line { mailbox: None, words: typed.clone(), fault: None }],
    };
    let typed = typed_again(&typed);
    if let [line] = lines.as_slice() {
        return one(line, &Typed::of(line, typed, None));
    }
    let mut exits = Vec::new();
    for line in &lines {
        let name = line.mailbox.clone().unwrap_or_default();
        log::about(&name);
        let words = format!("{typed} --mailbox={name}");
        let typed = Typed::of(line, words, Some(name));
        exits.push(one(line, &typed));
        let stop = surroundings::World::noted_signal().map(Exit::Signal);
        if let Some(exit @ Exit::Signal(_)) = stop.or(exits.last().copied()) {
            return exit;
        }
    }
    Exit::together(&exits)
}

/// What was typed, for messages that say what to type next.
struct Typed {
    /// The words behind the program's name, quoted for a shell, for this mailbox alone.
    words: String,
    /// The mailbox, where it is one of several.
    mailbox: Option<String>,
    /// It stands for a mailbox of the configuration, be it the only one.
    configured: bool,
    /// With all that the configuration adds, the program's name first.
    line: Vec<OsString>,
}

impl Typed {
    fn of(line: &Line, words: String, mailbox: Option<String>) -> Typed {
        let configured = line.mailbox.is_some();
        Typed { words, mailbox, configured, line: line.words.clone() }
    }

    /// The whole line for another process of this program, which is to ask no configuration again; without
    /// these options, and their values.
    fn whole(&self, without: &[&str]) -> Vec<OsString> {
        let left_out = [&["--config", "--mailbox", "--nice"], without].concat();
        let mut words = self.line.first().cloned().into_iter().collect::<Vec<_>>();
        for word in owners::without(&self.line, &left_out) {
            let is_command = word == "sweep" && !words.iter().any(|w| w == "--no-config");
            if word != "--no-config" {
                words.push(word);
            }
            if is_command {
                words.push("--no-config".into());
                if self.configured {
                    words.push("--remember".into());
                }
            }
        }
        words
    }

    /// Names the mailbox, where there are several.
    fn heading(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.mailbox {
            Some(mailbox) => writeln!(out, "== {mailbox}"),
            None => Ok(()),
        }
    }
}

/// Runs one command line.
fn one(line: &Line, typed: &Typed) -> Exit {
    if let Some(fault) = &line.fault {
        fail(fault);
        return Exit::Failed;
    }
    let said = command().try_get_matches_from(&line.words);
    let arguments = match said.and_then(|said| Arguments::from_arg_matches(&said)) {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    match arguments.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    arguments.telling.begin();
    let result = match arguments.command {
        Command::Scan(scan) => scan.run(typed),
        Command::Sweep(sweep) => sweep.run(typed),
        Command::Undo(undo) => undo.run(),
        Command::Stores(stores) => stores.run(),
        Command::Explain(explain) => explain.run(),
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Bundle(bundle) => bundle.run(&typed.words),
        Command::Suggest(suggest) => suggest.run(),
        Command::Config(config) => config.run(),
        Command::Manual(manual) => manual.run(),
    };
    let exit = match result {
        Ok(exit) => exit,
        Err(error) if is_closed_pipe(&error) => Exit::Done,
        Err(error) => {
            fail(&told(&error));
            match error.downcast_ref() {
                Some(unscatter::relocation::Error::Busy(_)) => Exit::Busy,
                _ => Exit::Failed,
            }
        }
    };
    log::ended(exit);
    exit
}

/// Help, or what is wrong with a command line.
fn usage(error: &clap::Error) -> Exit {
    // A closed pipe is no error, and there is nowhere else to say that printing failed.
    let _ = error.print();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
        _ => Exit::Failed,
    }
}

/// A path for messages.
fn shown(path: &std::path::Path) -> String {
    escape::octets(path.as_os_str().as_bytes())
}

/// An error and its causes on one line, none of them twice: errors of the library tell their cause
/// themselves.
fn told(error: &anyhow::Error) -> String {
    let mut out = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if out.is_empty() {
            out = cause;
        } else if !out.ends_with(&cause) {
            out = format!("{out}: {cause}");
        }
    }
    out
}

/// The arguments as they can be typed again, without the program's name.
fn typed_again(typed: &[OsString]) -> String {
    let words = owners::without(typed, &["--owned-by", "--owned-store"]);
    words
        .iter()
        .filter(|word| *word != "--tally" && *word != "--remember")
        .map(|word| text::shell_word(&String::from_utf8_lossy(word.as_bytes())))
        .collect::<Vec<_>>()
        .join(" ")
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Whether bold type may go to standard output, or to standard error.
fn styled(to_stderr: bool) -> bool {
    let choice = if to_stderr {
        anstream::AutoStream::choice(&io::stderr())
    } else {
        anstream::AutoStream::choice(&io::stdout())
    };
    choice != anstream::ColorChoice::Never
}

#[cfg(test)]
mod tests {
    use toml::de::{DeTable, DeValue};

    #[test]
    fn the_version_knows_every_feature_of_the_manifest() {
        let manifest = DeTable::parse(include_str!("../../Cargo.toml")).unwrap();
        let Some(DeValue::Table(features)) =
            manifest.get_ref().get("features").map(|v| v.get_ref())
        else {
            panic!("no features")
        };
        let names: Vec<&str> = features
            .keys()
            .map(|name| name.get_ref().as_ref())
            .filter(|n| *n != "default")
            .collect();
        let known: Vec<&str> = super::FEATURES.iter().map(|(name, _)| *name).collect();
        assert_eq!(known, names);
    }
}
