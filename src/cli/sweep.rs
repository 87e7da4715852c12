//! `sweep`: shows what would go where, writes the plan, and with --apply carries it out.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use unscatter::relocation::{self, Known, Plan, Report, Session, State, Step, Wishes};
use unscatter::report::text::grouped;
use unscatter::report::{COLUMNS, Format, Output, escape, rfc3339};
use unscatter::scan::{Finding, Outcome, scan};
use unscatter::store::Store;
use unscatter::verdict::Origin;

use super::exit::Exit;
use super::judging::{Judging, at_least_one};
use super::progress::Bar;
use super::sandbox::Sandbox;
use super::scan::{is_stdout, list_skipped};
use super::surroundings::{World, refuse_root};

/// Examples of each class in a plan.
const EXAMPLES: usize = 3;

/// Genuine failures listed after a sweep.
const FAILURES: usize = 10;

const CLASSES: [&str; 8] = [
    "backscatter",
    "genuine-bounce",
    "undecided-bounce",
    "delivery-notice",
    "auto-reply",
    "challenge-response",
    "receipt",
    "feedback-report",
];

#[derive(Args)]
pub(crate) struct Arguments {
    /// Maildir, mbox file, or a folder that holds several
    #[arg(required_unless_present = "plan", value_name = "STORE")]
    stores: Vec<PathBuf>,

    /// Where matches go: for a Maildir the name of a folder in it, `/` as hierarchy; for an mbox a file
    #[arg(long, value_name = "NAME", required_unless_present = "plan", help_heading = "Moving")]
    to: Option<OsString>,

    /// Carry the plan out; without it nothing is changed
    #[arg(long, help_heading = "Moving")]
    apply: bool,

    /// Carry out a plan that was saved with -o plan.csv, and from which a person may have deleted lines
    #[arg(long, value_name = "FILE", conflicts_with_all = ["to", "class", "origin", "by_class", "output"], help_heading = "Moving")]
    plan: Option<PathBuf>,

    /// Copy instead of moving
    #[arg(long, help_heading = "Moving")]
    copy: bool,

    /// Append .CLASS to the target
    #[arg(long, help_heading = "Moving")]
    by_class: bool,

    /// Only this class (repeatable) [default: all]
    #[arg(long, value_name = "CLASS", value_parser = clap::builder::PossibleValuesParser::new(CLASSES), help_heading = "What is moved")]
    class: Vec<String>,

    /// Only this origin: forged, unknown, genuine (repeatable) [default: forged]
    #[arg(long, value_name = "ORIGIN", value_parser = origin, help_heading = "What is moved")]
    origin: Vec<Origin>,

    /// Least p_forged of what is forged
    #[arg(long, value_name = "P", default_value_t = 0.99, value_parser = probability, help_heading = "What is moved")]
    min_score: f64,

    /// Flagged mail too
    #[arg(long, help_heading = "What is moved")]
    include_flagged: bool,

    /// A folder of junk or trash that is swept too, by the name that reports show (repeatable)
    #[arg(long, value_name = "FOLDER", help_heading = "What is moved")]
    include_folder: Vec<String>,

    /// Also what an undo put back
    #[arg(long, help_heading = "What is moved")]
    again: bool,

    /// Most of a folder that may go without being asked, above 0 up to 1
    #[arg(long, value_name = "X", default_value_t = 0.5, value_parser = share, help_heading = "What is moved")]
    max_share: f64,

    #[command(flatten)]
    judging: Judging,

    /// Write the plan as CSV, the columns of a scan and move_from, move_to; `-` is standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Reports")]
    output: Vec<PathBuf>,

    /// Threads that judge [default: one per processor]; results never depend on it
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Speed")]
    threads: Option<usize>,

    /// Threads that read [default: as many as --threads]; results never depend on it
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Speed")]
    readers: Option<usize>,

    /// Print nothing but what is skipped
    #[arg(short, long, help_heading = "Display")]
    quiet: bool,

    /// Show no progress bar
    #[arg(long, help_heading = "Display")]
    no_progress: bool,
}

/// What a plan is made of.
struct Made {
    plan: Plan,
    findings: Vec<Finding>,
    outcome: Outcome,
}

impl Arguments {
    pub(crate) fn run(self, typed: &str) -> anyhow::Result<Exit> {
        self.check()?;
        let world = World::look(self.apply)?;
        let session = if self.apply {
            refuse_root(&self.stores)?;
            let session = world.with(Session::begin)?;
            for note in &session.healed().notes {
                super::complain(note);
            }
            Some(session)
        } else {
            None
        };
        let known = match &session {
            Some(session) => session.known()?,
            None => match State::existing(world.state())? {
                Some(state) => state.known()?,
                None => Known::default(),
            },
        };
        if session.is_none() {
            World::tell_unfinished(&known);
        }
        let made = match &self.plan {
            Some(path) => self.saved(path)?,
            None => world.idly(|| self.planned(&known))?,
        };
        list_skipped(&made.outcome);
        for output in &self.output {
            write_plan(output, &made)?;
        }
        let to_stderr = self.output.iter().any(|path| is_stdout(path));
        let mut out: Box<dyn Write> =
            if to_stderr { Box::new(io::stderr()) } else { Box::new(io::stdout().lock()) };
        match session {
            None => {
                for skipped in &made.plan.skipped {
                    super::complain(&format!("skipped {}: {}", skipped.what, skipped.why));
                }
                if !self.quiet {
                    self.show(&mut out, &made, typed)?;
                }
                let whole = made.outcome.skipped.is_empty() && made.plan.skipped.is_empty();
                Ok(if whole { Exit::Done } else { Exit::Incomplete })
            }
            Some(session) => {
                if !self.may_go_on(&made.plan, typed)? {
                    return Ok(Exit::Failed);
                }
                let report =
                    world.with(|around| relocation::apply(&made.plan, &session, around))?;
                tell(&report);
                if !self.quiet || report.moved() > 0 {
                    self.digest(&mut out, &made, &report)?;
                }
                Ok(world.exit(&report, !made.outcome.skipped.is_empty()))
            }
        }
    }

    fn check(&self) -> anyhow::Result<()> {
        for (at, path) in self.output.iter().enumerate() {
            let shown = super::shown(path);
            let csv = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("csv"));
            if !csv && !is_stdout(path) {
                bail!("-o {shown}: a plan is written as .csv; name it so");
            }
            if self.output[..at].contains(path) {
                bail!("-o {shown} is given twice; give each file a name of its own");
            }
            if self.stores.iter().any(|s| {
                std::fs::canonicalize(s)
                    .is_ok_and(|s| std::fs::canonicalize(path).is_ok_and(|p| p == s))
            }) {
                bail!("-o {shown} would replace a store; name another file");
            }
        }
        Ok(())
    }

    fn planned(&self, known: &Known) -> anyhow::Result<Made> {
        let options = unscatter::scan::Options {
            threads: self.threads,
            readers: self.readers,
            thread_start: self.judging.shut_in_readers(
                Sandbox::reading(self.stores.iter().chain(&self.judging.sent)),
                self.quiet,
            ),
            ..self.judging.options()
        };
        let mut stores = Vec::new();
        for path in &self.stores {
            stores.push(Store::discover(path)?);
        }
        let bar = Bar::new(!self.quiet && !self.no_progress);
        let mut findings = Vec::new();
        let result = scan(&self.stores, &options, &|progress| bar.show(progress), &mut |finding| {
            findings.push(finding.clone());
        });
        bar.clear();
        let outcome = result?;
        let wishes = Wishes {
            classes: self.class.clone(),
            origins: self.origin.clone(),
            min_score: self.min_score as f32,
            by_class: self.by_class,
            include_flagged: self.include_flagged,
            include_folders: self.include_folder.clone(),
            again: self.again,
            copy: self.copy,
            ..Wishes::to(self.to.clone().unwrap_or_default())
        };
        relocation::check_target(&stores, &wishes)?;
        let plan = relocation::plan(&stores, &findings, &outcome.folders, &wishes, known)?;
        Ok(Made { plan, findings, outcome })
    }

    fn saved(&self, path: &Path) -> anyhow::Result<Made> {
        let shown = super::shown(path);
        let file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
        let rows = relocation::read_rows(io::BufReader::new(file), &shown, &escape::undo_cell)?;
        let mut paths = self.stores.clone();
        if paths.is_empty() {
            let named: BTreeSet<&Vec<u8>> = rows.iter().map(|r| &r.store).collect();
            paths =
                named.into_iter().map(|n| PathBuf::from(OsString::from_vec(n.clone()))).collect();
        }
        if self.apply {
            refuse_root(&paths)?;
        }
        let mut stores = Vec::new();
        for path in &paths {
            stores.push(Store::discover(path)?);
        }
        let plan = relocation::plan_rows(&stores, &rows, self.copy)?;
        Ok(Made { plan, findings: Vec::new(), outcome: Outcome::default() })
    }

    /// Whether so much of a folder may go. A plan that a person has looked through is not asked about.
    fn may_go_on(&self, plan: &Plan, typed: &str) -> anyhow::Result<bool> {
        let beyond = plan.beyond(self.max_share);
        if beyond.is_empty() || self.plan.is_some() {
            return Ok(true);
        }
        let mut most = 0f64;
        for share in beyond {
            most = most.max(share.value());
            super::complain(&format!(
                "{} of {} messages of {} in {} would go ({:.0} %), more than --max-share {}",
                grouped(share.going),
                grouped(share.of),
                share.folder.1,
                share.folder.0,
                share.value() * 100.0,
                self.max_share
            ));
        }
        if io::stdin().is_terminal() && io::stderr().is_terminal() {
            let _ = write!(io::stderr(), "Go on? [y/N] ");
            let mut answer = String::new();
            io::stdin().read_line(&mut answer)?;
            return Ok(matches!(answer.trim(), "y" | "Y" | "yes"));
        }
        super::complain(&format!("nothing was moved; to go on: {}", onward(typed, Some(most))));
        Ok(false)
    }

    fn show(&self, out: &mut dyn Write, made: &Made, typed: &str) -> io::Result<()> {
        let plan = &made.plan;
        let verb = if plan.copy { "be copied" } else { "move" };
        if plan.steps.is_empty() {
            writeln!(out, "Nothing would {verb}.")?;
        } else {
            let count = plan.steps.len() as u64;
            let s = if count == 1 { "message" } else { "messages" };
            writeln!(
                out,
                "Plan: {} {s} would {verb}. Nothing has been changed.\n",
                grouped(count)
            )?;
            let index: BTreeMap<(&str, &str), &Finding> =
                made.findings.iter().map(|f| ((f.store.as_str(), f.locator.as_str()), f)).collect();
            let mut ways: BTreeMap<(&str, String, String), Vec<&Step>> = BTreeMap::new();
            for step in &plan.steps {
                ways.entry((&step.class, step.from.folder(), step.target()))
                    .or_default()
                    .push(step);
            }
            for ((class, from, to), steps) in ways {
                writeln!(out, "{:>7}  {class}", grouped(steps.len() as u64))?;
                writeln!(out, "         from {}", escape::escaped_before(&from))?;
                writeln!(out, "         to   {}", escape::escaped_before(&to))?;
                for step in steps.iter().take(EXAMPLES) {
                    match index.get(&(step.store.as_str(), step.locator.as_str())) {
                        Some(f) => {
                            let date = f.date.map(rfc3339).unwrap_or_default();
                            let date = date.get(..10).unwrap_or("          ");
                            let subject = escape::text(&f.subject);
                            let subject = escape::fit(&subject, 40);
                            let who = f.recipients.join(" ");
                            let who = escape::text(&who);
                            writeln!(
                                out,
                                "           {date}  {subject}  {}",
                                escape::fit(&who, 30)
                            )?;
                        }
                        None => {
                            writeln!(out, "           {}", escape::escaped_before(&step.locator))?;
                        }
                    }
                }
            }
            writeln!(out)?;
            for share in &plan.shares {
                if share.of == 0 {
                    continue;
                }
                let beyond =
                    if share.value() > self.max_share { "  more than --max-share" } else { "" };
                writeln!(
                    out,
                    "  {:>4.0} %  {} of {} in {} {}{beyond}",
                    share.value() * 100.0,
                    grouped(share.going),
                    grouped(share.of),
                    escape::escaped_before(&share.folder.0),
                    escape::escaped_before(&share.folder.1)
                )?;
            }
        }
        for (why, count) in &plan.left {
            writeln!(out, "Left where it is: {} ({why})", grouped(*count))?;
        }
        if !plan.steps.is_empty() {
            let most = plan
                .beyond(self.max_share)
                .iter()
                .map(|s| s.value())
                .fold(None, |m, v| Some(m.map_or(v, |m: f64| m.max(v))));
            let most = if self.plan.is_some() { None } else { most };
            writeln!(out, "\nNext:\n  {}", escape::escaped_before(&onward(typed, most)))?;
        }
        out.flush()
    }

    fn digest(&self, out: &mut dyn Write, made: &Made, report: &Report) -> io::Result<()> {
        let verb = if made.plan.copy { "Copied" } else { "Moved" };
        if report.moved() == 0 {
            writeln!(out, "Nothing was {}.", verb.to_lowercase())?;
        }
        for ((class, to), count) in &report.done {
            let count = grouped(*count);
            writeln!(out, "{verb} {count} {class} to {}", escape::escaped_before(to))?;
        }
        if let Some(run) = report.run.filter(|_| report.moved() > 0) {
            writeln!(out, "\nTo take it back:\n  unscatter undo {run}")?;
            if made.plan.steps.iter().any(|s| matches!(s.to, relocation::Target::Folder(_))) {
                writeln!(
                    out,
                    "Where the folder does not show in your mail program, subscribe to it."
                )?;
            }
        }
        if report.moved() > 0 {
            failures(out, &made.findings)?;
        }
        out.flush()
    }
}

/// Failures of the owner's own mail, newest first: the reason not to throw bounces away.
fn failures(out: &mut dyn Write, findings: &[Finding]) -> io::Result<()> {
    let mut genuine: Vec<&Finding> =
        findings.iter().filter(|f| f.verdict.class() == "genuine-bounce").collect();
    if genuine.is_empty() {
        return Ok(());
    }
    genuine.sort_by_key(|f| std::cmp::Reverse(f.date));
    writeln!(
        out,
        "\nYour own mail that failed ({}), worth a look:",
        grouped(genuine.len() as u64)
    )?;
    for f in genuine.iter().take(FAILURES) {
        let date = f.date.map(rfc3339).unwrap_or_default();
        let who = f.recipients.join(" ");
        let (who, subject) = (escape::text(&who), escape::text(&f.original_subject));
        let reason = if f.reason.is_empty() { "-" } else { &f.reason };
        writeln!(
            out,
            "  {}  {}  {reason}  {}",
            date.get(..10).unwrap_or("          "),
            escape::fit(&who, 40),
            escape::fit(&subject, 40)
        )?;
    }
    Ok(())
}

/// Says what was skipped and what is worth knowing, on standard error.
pub(super) fn tell(report: &Report) {
    for skipped in &report.skipped {
        super::complain(&format!("skipped {}: {}", skipped.what, skipped.why));
    }
    for note in &report.notes {
        super::complain(note);
    }
    for path in &report.recovered {
        super::complain(&format!(
            "messages that could not be put where they belong are in {}; look at them",
            super::shown(path)
        ));
    }
}

/// The command that goes on from a plan.
fn onward(typed: &str, most: Option<f64>) -> String {
    let apply = if typed.split(' ').any(|w| w == "--apply") { "" } else { " --apply" };
    let share =
        most.map_or(String::new(), |m| format!(" --max-share {}", (m * 100.0).ceil() / 100.0));
    format!("unscatter {}{share}{apply}", without_share(typed, most.is_some()))
}

/// The command line without a --max-share that is to be replaced.
fn without_share(typed: &str, remove: bool) -> String {
    if !remove {
        return typed.to_owned();
    }
    let mut words = Vec::new();
    let mut skip = false;
    for word in typed.split(' ') {
        if skip {
            skip = false;
        } else if word == "--max-share" {
            skip = true;
        } else if !word.starts_with("--max-share=") {
            words.push(word);
        }
    }
    words.join(" ")
}

/// The plan as CSV: the columns of a scan, and where each message goes.
struct Rows {
    writer: csv::Writer<Box<dyn Write>>,
    ways: BTreeMap<(String, String), (String, String)>,
}

impl Format for Rows {
    fn begin(&mut self) -> io::Result<()> {
        let names = COLUMNS.iter().map(|c| c.name).chain(["move_from", "move_to"]);
        self.writer.write_record(names).map_err(io::Error::other)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let key = (finding.store.clone(), finding.locator.clone());
        let Some((from, to)) = self.ways.get(&key) else { return Ok(()) };
        for column in COLUMNS {
            let cell = (column.cell)(finding);
            let cell = escape::defuse(cell.shown());
            self.writer.write_field(cell.as_bytes()).map_err(io::Error::other)?;
        }
        for place in [from, to] {
            let cell = escape::defuse(escape::escaped_before(place));
            self.writer.write_field(cell.as_bytes()).map_err(io::Error::other)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(io::Error::other)
    }

    fn end(&mut self, _: &Outcome) -> io::Result<()> {
        self.writer.flush()
    }
}

fn write_plan(path: &Path, made: &Made) -> anyhow::Result<()> {
    let way = |s: &Step| ((s.store.clone(), s.locator.clone()), (s.from.folder(), s.target()));
    let ways: BTreeMap<_, _> = made.plan.steps.iter().map(way).collect();
    let rows = |to: Box<dyn Write>| -> Box<dyn Format> {
        Box::new(Rows { writer: csv::Writer::from_writer(to), ways: ways.clone() })
    };
    if is_stdout(path) {
        let mut rows = rows(Box::new(io::stdout()));
        rows.begin()?;
        for finding in &made.findings {
            rows.finding(finding)?;
        }
        return Ok(rows.end(&made.outcome)?);
    }
    let mut output = Output::create_with(path, &rows)?;
    for finding in &made.findings {
        output.finding(finding)?;
    }
    Ok(output.finish(&made.outcome)?)
}

fn origin(written: &str) -> Result<Origin, String> {
    match written {
        "forged" => Ok(Origin::Forged),
        "unknown" => Ok(Origin::Unknown),
        "genuine" => Ok(Origin::Genuine),
        _ => Err("write forged, unknown or genuine".into()),
    }
}

fn probability(written: &str) -> Result<f64, String> {
    match written.parse::<f64>() {
        Ok(p) if (0.0..=1.0).contains(&p) => Ok(p),
        _ => Err("write a number from 0 to 1".into()),
    }
}

fn share(written: &str) -> Result<f64, String> {
    match written.parse::<f64>() {
        Ok(x) if x > 0.0 && x <= 1.0 => Ok(x),
        _ => Err("write a number above 0, up to 1".into()),
    }
}
