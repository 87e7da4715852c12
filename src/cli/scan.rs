//! `scan`: reads stores, prints the summary, writes the reports that were named.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{anyhow, bail};
use clap::{Args, ValueEnum};
use unscatter::report::text::{Setting, Summary, shell_word};
use unscatter::report::{Form, Format, Output, escape};
use unscatter::scan::{Finding, Options, Outcome, scan};

use super::exit::Exit;
use super::progress::Bar;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Maildir, mbox file (also .gz, .zst), folder of message files, or a folder that holds several
    #[arg(required = true, value_name = "STORE")]
    stores: Vec<PathBuf>,

    /// Further mail that you sent (repeatable); adds to the Sent folders that are found
    #[arg(long, value_name = "STORE", help_heading = "What is yours")]
    sent: Vec<PathBuf>,

    /// Further address of yours, or all of a domain (repeatable); adds to what Sent tells
    #[arg(long, value_name = "ADDRESS|@DOMAIN", value_parser = identity, help_heading = "What is yours")]
    identity: Vec<String>,

    /// Host, address or network that sends your mail out (repeatable)
    #[arg(long, value_name = "HOST|CIDR", value_parser = relay, help_heading = "What is yours")]
    relay: Vec<String>,

    /// This one was mine: a recipient, or the id of a mail (repeatable)
    #[arg(long, value_name = "ADDRESS|MESSAGE-ID", value_parser = keep, help_heading = "What is yours")]
    keep: Vec<String>,

    /// Days in which an answer is expected [default: 7; 14 where the reporter is unknown]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650), help_heading = "What is judged")]
    window: Option<u32>,

    /// Report only what was received on or after this day (UTC), as 2026-08-14 or
    /// 2026-08-14T09:30:00Z; Sent is read whole
    #[arg(long, value_name = "DATE", value_parser = since, help_heading = "What is judged")]
    since: Option<i64>,

    /// Report only what was received up to the end of this day (UTC), or before this moment
    #[arg(long, value_name = "DATE", value_parser = until, help_heading = "What is judged")]
    until: Option<i64>,

    /// Do without the tables of single mail programs
    #[arg(long, help_heading = "What is judged")]
    general_only: bool,

    /// Write a report; its ending tells the format: .csv, .jsonl. `-` is standard output, and the
    /// summary then goes to standard error (repeatable)
    #[arg(short, long, value_name = "FILE", help_heading = "Reports")]
    output: Vec<PathBuf>,

    /// Format for `-o -` and for files with another ending [default for `-`: csv]
    #[arg(long, value_name = "FORMAT", requires = "output", help_heading = "Reports")]
    format: Option<Named>,

    /// List every message in reports, not the automatic answers alone
    #[arg(long, help_heading = "Reports")]
    all: bool,

    /// Threads that judge [default: one per processor]; results never depend on it
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Speed")]
    threads: Option<usize>,

    /// Threads that read [default: as many as --threads]; results never depend on it
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Speed")]
    readers: Option<usize>,

    /// Print no summary and no progress; what is skipped is still listed
    #[arg(short, long, help_heading = "Display")]
    quiet: bool,

    /// Show no progress bar
    #[arg(long, help_heading = "Display")]
    no_progress: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Named {
    Csv,
    Jsonl,
}

impl From<Named> for Form {
    fn from(named: Named) -> Form {
        match named {
            Named::Csv => Form::Csv,
            Named::Jsonl => Form::Jsonl,
        }
    }
}

impl Arguments {
    pub(crate) fn run(self, typed: &str) -> anyhow::Result<Exit> {
        let on_stdout = self.output.iter().any(|path| is_stdout(path));
        let mut reports = Reports { open: self.open()?, failed: None };
        let mut summary = (!self.quiet).then(|| self.summary(typed, on_stdout));
        // A bar between the lines of a report on the same screen helps nobody.
        let mixed = on_stdout && io::stdout().is_terminal();
        let bar = Bar::new(!self.quiet && !self.no_progress && !mixed);

        let options = self.options();
        let started = Instant::now();
        let result = scan(&self.stores, &options, &|progress| bar.show(progress), &mut |finding| {
            reports.finding(finding);
            if let Some(summary) = &mut summary {
                // It only counts here; writing comes at the end.
                let _ = summary.finding(finding);
            }
        });
        bar.clear();
        let outcome = result?;
        list_skipped(&outcome);
        reports.finish(&outcome)?;
        if let Some(mut summary) = summary {
            summary.elapsed = Some(started.elapsed());
            match summary.end(&outcome) {
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
                _ => {}
            }
        }
        Ok(if outcome.skipped.is_empty() { Exit::Done } else { Exit::Incomplete })
    }

    fn options(&self) -> Options {
        Options {
            sent: self.sent.clone(),
            identities: self.identity.clone(),
            relays: self.relay.clone(),
            keep: self.keep.clone(),
            window_days: self.window,
            since: self.since,
            until: self.until,
            threads: self.threads,
            readers: self.readers,
            all: self.all,
            general_only: self.general_only,
        }
    }

    fn summary(&self, typed: &str, to_stderr: bool) -> Summary<Box<dyn Write>> {
        let out: Box<dyn Write> =
            if to_stderr { Box::new(io::stderr()) } else { Box::new(io::stdout().lock()) };
        let shown = |path: &PathBuf| match is_stdout(path) {
            true => "standard output".to_owned(),
            false => escape::octets(path.as_os_str().as_bytes()),
        };
        let setting = Setting {
            command: typed.to_owned(),
            store: self.stores.first().map(shown).map(|path| shell_word(&path)).unwrap_or_default(),
            reports: self.output.iter().map(shown).collect(),
            styled: super::styled(to_stderr),
        };
        Summary::new(out, setting)
    }

    /// Opens every report before the scan, so that a wrong name is told at once and not an hour later.
    fn open(&self) -> anyhow::Result<Vec<Output>> {
        let mut reports = Vec::new();
        for (at, path) in self.output.iter().enumerate() {
            let shown = escape::octets(path.as_os_str().as_bytes());
            if self.output[..at].contains(path) {
                bail!("-o {shown} is given twice; give each report a name of its own");
            }
            let form = self.form(path, &shown)?;
            reports.push(if is_stdout(path) {
                Output::to("standard output", form, Box::new(io::stdout()))?
            } else {
                self.refuse_store(path, &shown)?;
                Output::create(path, form).map_err(|error| {
                    anyhow!("{error}; name another file with -o, or `-` for standard output")
                })?
            });
        }
        Ok(reports)
    }

    fn form(&self, path: &Path, shown: &str) -> anyhow::Result<Form> {
        let named = self.format.map(Form::from);
        match (is_stdout(path), Form::of(path), named) {
            (true, _, named) => Ok(named.unwrap_or(Form::Csv)),
            (false, Some(told), Some(named)) if told != named => bail!(
                "-o {shown} and --format {} contradict each other; leave --format out",
                named.name()
            ),
            (false, Some(form), _) | (false, None, Some(form)) => Ok(form),
            (false, None, None) => {
                let known = Form::ALL.map(|form| format!(".{}", form.name())).join(", ");
                bail!(
                    "-o {shown}: the ending tells no format (known: {known}); give it one of these, \
                     or name the format with --format"
                )
            }
        }
    }

    /// A report must never replace mail.
    fn refuse_store(&self, path: &Path, shown: &str) -> anyhow::Result<()> {
        let Ok(there) = fs::canonicalize(path) else { return Ok(()) };
        let mut stores = self.stores.iter().chain(&self.sent);
        if stores.any(|store| fs::canonicalize(store).is_ok_and(|store| store == there)) {
            bail!("-o {shown} would replace a store that is to be read; name another file");
        }
        Ok(())
    }
}

/// The reports of one scan. A report that cannot be written ends alone; the scan goes on for the others.
struct Reports {
    open: Vec<Output>,
    failed: Option<unscatter::Error>,
}

impl Reports {
    fn finding(&mut self, finding: &Finding) {
        let failed = &mut self.failed;
        self.open.retain_mut(|report| match report.finding(finding) {
            Ok(()) => true,
            Err(error) => {
                failed.get_or_insert(error);
                false
            }
        });
    }

    fn finish(self, outcome: &Outcome) -> anyhow::Result<()> {
        let mut failed = self.failed;
        for report in self.open {
            if let Err(error) = report.finish(outcome) {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }
}

fn list_skipped(outcome: &Outcome) {
    for skipped in &outcome.skipped {
        super::complain(&format!("skipped {}: {}", skipped.what, skipped.why));
    }
}

fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn identity(written: &str) -> Result<String, String> {
    match written.split_once('@') {
        Some((_, domain)) if !domain.is_empty() && !domain.contains('@') => Ok(written.to_owned()),
        _ => Err("write an address, or @ and a domain: owner@example.org, @example.org".into()),
    }
}

fn relay(written: &str) -> Result<String, String> {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let known = match written.split_once('/') {
        Some(_) => written.parse::<ipnet::IpNet>().is_ok(),
        None => {
            written.parse::<IpAddr>().is_ok() || (!written.is_empty() && written.chars().all(name))
        }
    };
    if known {
        Ok(written.to_owned())
    } else {
        Err("write a host name, an address or a network: mx.example.org, 192.0.2.0/24".into())
    }
}

fn keep(written: &str) -> Result<String, String> {
    if written.contains('@') {
        Ok(written.to_owned())
    } else {
        Err("write an address or a message id; both have an @".into())
    }
}

fn at_least_one(written: &str) -> Result<usize, String> {
    match written.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("write a number, 1 or more".into()),
    }
}

fn since(written: &str) -> Result<i64, String> {
    moment(written, 0)
}

/// A day counts whole, so it ends where the next one begins.
fn until(written: &str) -> Result<i64, String> {
    moment(written, 1)
}

fn moment(written: &str, days_on: i64) -> Result<i64, String> {
    if let Ok(moment) = written.parse::<jiff::Timestamp>() {
        return Ok(moment.as_second());
    }
    // A date-time without a zone is read as a date too, and would lose its time.
    let day = if written.len() == 10 { written.parse::<jiff::civil::Date>().ok() } else { None };
    match day.map(|day| day.to_datetime(jiff::civil::Time::midnight())) {
        Some(midnight) => {
            let utc = jiff::tz::Offset::UTC.to_timestamp(midnight);
            utc.map(|at| at.as_second() + days_on * 86_400).map_err(|error| error.to_string())
        }
        None => Err("write a day as 2026-08-14, or a moment as 2026-08-14T09:30:00Z".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_until_counts_whole() {
        assert_eq!(since("2026-08-14"), Ok(1_786_665_600));
        assert_eq!(until("2026-08-14"), Ok(1_786_665_600 + 86_400));
        assert_eq!(until("2026-08-14T09:30:00Z"), Ok(1_786_665_600 + 34_200));
        assert_eq!(since("2026-08-14T09:30:00+02:00"), Ok(1_786_665_600 + 27_000));
        for wrong in ["yesterday", "14.08.2026", "2026-02-30", "2026-08-14T09:30:00", ""] {
            assert!(since(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn identities_relays_and_ids_are_checked_before_anything_is_read() {
        for right in ["owner@example.org", "@example.org"] {
            assert!(identity(right).is_ok(), "{right}");
        }
        for wrong in ["example.org", "owner@", "a@b@c", ""] {
            assert!(identity(wrong).is_err(), "{wrong}");
        }
        for right in ["mx.example.org", "192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "::1"] {
            assert!(relay(right).is_ok(), "{right}");
        }
        for wrong in ["", "192.0.2.0/33", "mx example", "x/24"] {
            assert!(relay(wrong).is_err(), "{wrong}");
        }
        assert!(keep("<1@example.org>").is_ok() && keep("example.org").is_err());
        assert!(at_least_one("0").is_err() && at_least_one("8").is_ok());
    }
}
