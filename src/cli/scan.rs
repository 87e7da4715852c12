//! `scan`: reads stores, prints the summary, writes the reports that were named.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{anyhow, bail};
use clap::{Args, ValueEnum};
use unscatter::report::text::{Setting, Summary, shell_word};
use unscatter::report::{Form, Format, Html, HtmlSetting, Output, Places, Provenance, escape};
use unscatter::scan::{Finding, Options, Outcome, scan};

use super::Typed;
use super::config::Chosen;
use super::exit::Exit;
use super::judging::{Judging, at_least_one};
use super::progress::Bar;
use super::sandbox::Sandbox;
use super::surroundings::{World, now};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Maildir, mbox file (also .gz, .zst), folder of message files, or a folder that holds several
    /// [default: the mailboxes of the configuration]
    #[arg(value_name = "STORE")]
    stores: Vec<PathBuf>,

    #[command(flatten)]
    judging: Judging,

    #[command(flatten)]
    chosen: Chosen,

    /// Write a report; its ending tells the format: .csv, .jsonl, .html (a page to look at), .sqlite,
    /// .parquet (where built in: unscatter --version). `-` is standard output, and the summary then goes to
    /// standard error (repeatable)
    #[arg(short, long, value_name = "FILE", help_heading = "Reports")]
    output: Vec<PathBuf>,

    /// Format for `-o -` and for files with another ending [default for `-`: csv]
    #[arg(long, value_name = "FORMAT", requires = "output", help_heading = "Reports")]
    format: Option<Named>,

    /// Database in MaxMind's format (.mmdb) that tells country or operator of source networks on the
    /// HTML page (repeatable); none comes with unscatter
    #[arg(long, value_name = "FILE", requires = "output", help_heading = "Reports")]
    geoip: Vec<PathBuf>,

    /// List every message in reports, not the automatic answers alone
    #[arg(long, help_heading = "Reports")]
    all: bool,

    /// Threads that judge [default: one per processor]; results never depend on it
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Speed")]
    threads: Option<usize>,

    /// Threads that read Maildirs [default: four per processor, at least 16]; results never depend on it
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
    Sqlite,
    Parquet,
    Html,
}

impl From<Named> for Form {
    fn from(named: Named) -> Form {
        match named {
            Named::Csv => Form::Csv,
            Named::Jsonl => Form::Jsonl,
            Named::Sqlite => Form::Sqlite,
            Named::Parquet => Form::Parquet,
            Named::Html => Form::Html,
        }
    }
}

impl Arguments {
    pub(super) fn run(self, typed: &Typed) -> anyhow::Result<Exit> {
        self.chosen.ask_for(!self.stores.is_empty())?;
        self.judging.give_way()?;
        let on_stdout = self.output.iter().any(|path| is_stdout(path));
        let mut reports = Reports { open: self.open(&typed.words)?, failed: None };
        let mut summary = (!self.quiet).then(|| self.summary(typed, on_stdout)).transpose()?;
        // A bar between the lines of a report on the same screen helps nobody.
        let mixed = on_stdout && io::stdout().is_terminal();
        let bar = Bar::new(!self.quiet && !self.no_progress && !mixed);

        let mut options = Options { mended: World::look_for_unfinished(), ..self.options() };
        let state = World::state_folder();
        let sandbox = Sandbox::reading(self.stores.iter().chain(&self.judging.sent).chain(&state));
        let sandbox = sandbox.and_writing(self.output.iter().chain(&self.judging.state));
        if typed.mailbox.is_some() {
            // What is given up now could not be had again for the next mailbox.
            options.thread_start = self.judging.shut_in_readers(sandbox, self.quiet);
        } else {
            self.judging.shut_in(&sandbox, self.quiet);
        }
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
        super::log::read(&outcome, started.elapsed());
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
            threads: self.threads,
            readers: self.readers,
            all: self.all,
            ..self.judging.options()
        }
    }

    fn summary(&self, typed: &Typed, to_stderr: bool) -> io::Result<Summary<Box<dyn Write>>> {
        let mut out: Box<dyn Write> =
            if to_stderr { Box::new(io::stderr()) } else { Box::new(io::stdout().lock()) };
        let shown = |path: &PathBuf| match is_stdout(path) {
            true => "standard output".to_owned(),
            false => escape::octets(path.as_os_str().as_bytes()),
        };
        let setting = Setting {
            command: typed.words.clone(),
            store: self.stores.first().map(shown).map(|path| shell_word(&path)).unwrap_or_default(),
            reports: self.output.iter().map(shown).collect(),
            styled: super::styled(to_stderr),
        };
        typed.heading(&mut out)?;
        Ok(Summary::new(out, setting))
    }

    /// Opens every report before the scan, so that a wrong name is told at once and not an hour later.
    fn open(&self, typed: &str) -> anyhow::Result<Vec<Output>> {
        let made = Provenance { command: typed.to_owned(), clock: now };
        let mut reports = Vec::new();
        let mut places = Places::default();
        for file in &self.geoip {
            places.open(file)?;
        }
        let setting =
            HtmlSetting { command: typed.to_owned(), made: Some(now()), places: Arc::new(places) };
        for (at, path) in self.output.iter().enumerate() {
            let shown = escape::octets(path.as_os_str().as_bytes());
            if self.judging.state.as_ref() == Some(path) {
                bail!("-o {shown} is the file of --state, too; name another file");
            }
            if self.output[..at].contains(path) {
                bail!("-o {shown} is given twice; give each report a name of its own");
            }
            let form = self.form(path, &shown)?;
            let page = |to: Box<dyn Write + Send>| -> Box<dyn Format> {
                Box::new(Html::new(to, setting.clone()))
            };
            let stdout = || Box::new(io::stdout());
            reports.push(match (is_stdout(path), form) {
                (true, Form::Html) => Output::to_with("standard output", stdout(), &page)?,
                (true, form) => Output::to("standard output", form, stdout())?,
                (false, form) => {
                    self.refuse_store(path, &shown)?;
                    let output = match form {
                        Form::Html => Output::create_with(path, &page),
                        form => Output::create(path, form, &made),
                    };
                    output.map_err(|error| {
                        anyhow!("{error}; name another file with -o, or `-` for standard output")
                    })?
                }
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
                let known = Form::ALL.into_iter().filter(|form| form.is_built_in());
                let known: Vec<_> = known.map(|form| format!(".{}", form.name())).collect();
                let known = known.join(", ");
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
        let mut stores = self.stores.iter().chain(&self.judging.sent);
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

/// What was skipped, and what is to be said of the state.
pub(super) fn list_skipped(outcome: &Outcome) {
    for note in &outcome.notes {
        super::complain(note);
    }
    for skipped in &outcome.skipped {
        super::complain(&format!("skipped {}: {}", skipped.what, skipped.why));
    }
}

pub(super) fn is_stdout(path: &Path) -> bool {
    path.as_os_str() == "-"
}
