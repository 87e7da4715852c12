//! What is said on standard error: plain lines for people, or events for a journal (`--log`, `-v`). Decides
//! how something is told, never what.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use clap::{Args, ValueEnum};
use tracing::level_filters::LevelFilter;
use unscatter::report::escape;

/// How a run tells what it does.
#[derive(Args)]
pub(super) struct Telling {
    /// Write what was moved, skipped or failed as events: lines of text, or of JSON
    #[arg(long, global = true, value_name = "FORMAT", help_heading = "Display")]
    log: Option<Form>,

    /// Tell also what was read and how long it took
    #[arg(short, long, global = true, help_heading = "Display")]
    verbose: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
}

impl Telling {
    /// Begins to tell in the way that was asked for. Only the first call in a process counts.
    pub(super) fn begin(&self) {
        if self.log.is_none() && !self.verbose {
            return;
        }
        let level = if self.verbose { LevelFilter::DEBUG } else { LevelFilter::INFO };
        let events = tracing_subscriber::fmt()
            .with_writer(io::stderr)
            .with_max_level(level)
            .with_target(false)
            .with_ansi(super::styled(true));
        let begun = match self.log {
            Some(Form::Json) => {
                let events = events.json().flatten_event(true).with_current_span(false);
                tracing::subscriber::set_global_default(events.finish())
            }
            _ => tracing::subscriber::set_global_default(events.finish()),
        };
        // The second mailbox of a run finds it begun.
        let _ = begun;
    }
}

/// Whether messages go out as events.
fn as_events() -> bool {
    tracing::level_filters::STATIC_MAX_LEVEL >= LevelFilter::INFO
        && LevelFilter::current() >= LevelFilter::INFO
}

/// The mailbox that is being run, where there are several: messages name it.
static MAILBOX: Mutex<Option<String>> = Mutex::new(None);

fn lock() -> MutexGuard<'static, Option<String>> {
    MAILBOX.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From here on everything is about this mailbox.
pub(super) fn about(mailbox: &str) {
    *lock() = Some(mailbox.to_owned());
}

fn mailbox() -> String {
    lock().clone().unwrap_or_default()
}

/// Says that something was skipped or is in doubt.
pub(super) fn complain(what: &str) {
    say(what, |mailbox, what| match mailbox {
        "" => tracing::warn!("{what}"),
        _ => tracing::warn!(mailbox, "{what}"),
    });
}

/// Says why a command or a mailbox could not be run.
pub(super) fn fail(what: &str) {
    say(what, |mailbox, what| match mailbox {
        "" => tracing::error!("{what}"),
        _ => tracing::error!(mailbox, "{what}"),
    });
}

fn say(what: &str, event: impl Fn(&str, &str)) {
    let mailbox = mailbox();
    for line in what.lines() {
        let line = escape::escaped_before(line);
        if as_events() {
            event(&mailbox, &line);
        } else {
            let about = if mailbox.is_empty() { String::new() } else { format!("{mailbox}: ") };
            // With standard error closed there is nobody left to tell.
            let _ = writeln!(io::stderr(), "unscatter: {about}{line}");
        }
    }
}

/// Messages that went somewhere.
pub(super) fn moved(class: &str, from: &str, to: &str, count: u64, run: Option<u64>) {
    let mailbox = mailbox();
    tracing::info!(mailbox, class, from, to, count, run, "moved");
}

/// More answers in a day than a mailbox is used to.
pub(super) fn flood(today: u64, usual: u64) {
    let mailbox = mailbox();
    tracing::warn!(mailbox, today, usual, "flood");
}

/// What was read, and how long it took.
pub(super) fn read(outcome: &unscatter::scan::Outcome, elapsed: std::time::Duration) {
    let mailbox = mailbox();
    let milliseconds = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    let skipped = outcome.skipped.len();
    tracing::debug!(
        mailbox,
        messages = outcome.seen,
        sent = outcome.sent.messages,
        octets = outcome.octets,
        skipped,
        milliseconds,
        "read"
    );
}

/// How a command ended.
pub(super) fn ended(exit: super::Exit) {
    let mailbox = mailbox();
    tracing::debug!(mailbox, ?exit, "ended");
}
