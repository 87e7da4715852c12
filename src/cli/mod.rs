//! Arguments and dispatch. What a command does stands in its own file; what mail means, in the library.

mod bundle;
mod evaluate;
mod exit;
mod explain;
mod judging;
mod mailboxes;
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
use clap::{Parser, Subcommand, ValueEnum};
use unscatter::report::{escape, text};

use exit::Exit;

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
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

/// Runs one command line, the program's name first. Messages go to standard error.
pub(crate) fn run(typed: Vec<OsString>) -> Exit {
    let arguments = match Arguments::try_parse_from(&typed) {
        Ok(arguments) => arguments,
        Err(error) => {
            // A closed pipe is no error, and there is nowhere else to say that printing failed.
            let _ = error.print();
            return match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Exit::Done,
                _ => Exit::Failed,
            };
        }
    };
    match arguments.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let result = match arguments.command {
        Command::Scan(scan) => scan.run(&typed_again(&typed)),
        Command::Sweep(sweep) => sweep.run(&typed_again(&typed), &typed),
        Command::Undo(undo) => undo.run(),
        Command::Stores(stores) => stores.run(),
        Command::Explain(explain) => explain.run(),
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Bundle(bundle) => bundle.run(&typed_again(&typed)),
        Command::Suggest(suggest) => suggest.run(),
    };
    match result {
        Ok(exit) => exit,
        Err(error) if is_closed_pipe(&error) => Exit::Done,
        Err(error) => {
            complain(&told(&error));
            match error.downcast_ref() {
                Some(unscatter::relocation::Error::Busy(_)) => Exit::Busy,
                _ => Exit::Failed,
            }
        }
    }
}

/// Says something on standard error, after the program's name.
fn complain(what: &str) {
    // With standard error closed there is nobody left to tell.
    let _ = writeln!(io::stderr(), "unscatter: {}", escape::escaped_before(what));
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
    let words = owners::without(typed, &["--owned-by"]);
    words
        .iter()
        .filter(|word| *word != "--tally")
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
