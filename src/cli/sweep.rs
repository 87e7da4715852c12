//! `sweep`: shows what would go where, writes the plan, and with --apply carries it out.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::bail;
use clap::Args;
use unscatter::relocation::{self, Known, Plan, Row, Session, State, Step, Wishes};
use unscatter::report::text::grouped;
use unscatter::report::{escape, rfc3339};
use unscatter::scan::{Finding, Outcome, Remember, scan};
use unscatter::store::{Mended, Store};
use unscatter::verdict::Origin;

use super::Typed;
use super::config::Chosen;
use super::digest::{self, Digest};
use super::exit::Exit;
use super::judging::{Judging, at_least_one};
use super::mailboxes::{self, Errand};
use super::owners::{self, Owner};
use super::plan_file::{self, rows_of, stores_of};
use super::progress::Bar;
use super::sandbox::Sandbox;
use super::scan::{is_stdout, list_skipped};
use super::surroundings::{World, now};

/// Examples of each class in a plan.
const EXAMPLES: usize = 3;

pub(super) const CLASSES: [&str; 8] = [
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
    /// Maildir, mbox file, or a folder that holds several [default: the mailboxes of the configuration]
    #[arg(value_name = "STORE")]
    stores: Vec<PathBuf>,

    /// Where matches go: for a Maildir the name of a folder in it, `/` as hierarchy; for an mbox a file
    #[arg(long, value_name = "NAME", help_heading = "Moving")]
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

    /// Sweep all mailboxes of a host, each with the rights of its owner: /var/vmail/%d/%n/Maildir,
    /// ~%u/Maildir; placeholders in --to are filled in as well
    #[arg(long, value_name = "TEMPLATE", conflicts_with_all = ["stores", "plan", "output"], help_heading = "Moving")]
    all_users: Option<OsString>,

    /// Mailboxes of --all-users at a time [default: one per processor, at least 2]
    #[arg(long, value_name = "N", value_parser = at_least_one, requires = "all_users", help_heading = "Moving")]
    jobs: Option<usize>,

    /// Only stores of this user and group; this program says so to itself
    #[arg(long, value_name = "UID:GID", value_parser = owners::owner, hide = true)]
    owned_by: Option<Owner>,

    /// One of these (repeatable); this program says so to itself
    #[arg(long, value_name = "STORE", requires = "owned_by", hide = true)]
    owned_store: Vec<PathBuf>,

    /// End with a line for the process that started this one
    #[arg(long, hide = true)]
    tally: bool,

    /// Remember below the state folder what was read, as for a configured mailbox
    #[arg(long, hide = true)]
    remember: bool,

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

    #[command(flatten)]
    chosen: Chosen,

    /// Write the plan as CSV, the columns of a scan and move_from, move_to; `-` is standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Reports")]
    output: Vec<PathBuf>,

    /// Threads that judge [default: one per processor]; results never depend on it
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Speed")]
    threads: Option<usize>,

    /// Threads that read [default: as many as --threads]; results never depend on it
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Speed")]
    readers: Option<usize>,

    /// Print nothing unless something was moved or skipped, or a flood came
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
    pub(super) fn run(mut self, typed: &Typed) -> anyhow::Result<Exit> {
        self.check()?;
        self.judging.give_way()?;
        if let (Some(template), Some(to)) = (&self.all_users, &self.to) {
            let jobs = self.jobs.unwrap_or_else(mailboxes::at_once);
            let (apply, quiet) = (self.apply, self.quiet);
            return mailboxes::sweep(
                &Errand { template, to, jobs, apply, quiet },
                &typed.whole(&["--log"]),
            );
        }
        if self.owned_by.is_some() {
            self.stores.retain(|store| self.owned_store.contains(store));
        } else if self.apply
            && let Some(exit) = owners::hand_over(&self.named()?, &typed.whole(&[]))?
        {
            return Ok(exit);
        }
        let world = World::look(self.apply)?;
        let session = if self.apply {
            let session = world.with(Session::begin)?;
            for note in &session.healed().notes {
                super::complain(note);
            }
            Some(session)
        } else {
            None
        };
        let (known, mended) = match &session {
            Some(session) => (session.known()?, Vec::new()),
            None => match State::existing(world.state())? {
                Some(state) => (state.known()?, state.mended()?),
                None => Default::default(),
            },
        };
        if session.is_none() {
            World::tell_unfinished(&known);
        }
        // Nights over a configured mailbox, or over those of a host, read what is new, without being told where to
        // remember the rest.
        if self.apply && self.plan.is_none() && (typed.configured || self.remember) {
            let path = || Remember::path_for(world.state(), &self.stores);
            self.judging.state = Some(self.judging.state.take().unwrap_or_else(path));
        }
        let made = match &self.plan {
            Some(path) => self.saved(path, &known)?,
            None => world.idly(|| self.planned(&known, mended))?,
        };
        list_skipped(&made.outcome);
        for output in &self.output {
            plan_file::write(output, &made.plan, &made.findings, &made.outcome)?;
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
                    typed.heading(&mut out)?;
                    self.show(&mut out, &made, typed)?;
                }
                if self.tally {
                    writeln!(out, "{}", mailboxes::tally(made.plan.steps.len() as u64, None))?;
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
                digest::tell(&report);
                let digest = Digest {
                    plan: &made.plan,
                    findings: &made.findings,
                    report: &report,
                    owner: self.owned_by,
                    since: digest::last_sweep(&self.stores, &known),
                    flood: digest::flood(&made.findings, now()),
                };
                digest.log();
                if !self.quiet || digest.matters() {
                    digest.write(&mut out, typed)?;
                }
                if self.tally {
                    writeln!(out, "{}", mailboxes::tally(report.moved(), report.run))?;
                }
                Ok(world.exit(&report, !made.outcome.skipped.is_empty()))
            }
        }
    }

    fn check(&self) -> anyhow::Result<()> {
        self.chosen
            .ask_for(!self.stores.is_empty() || self.plan.is_some() || self.all_users.is_some())?;
        if self.to.is_none() && self.plan.is_none() {
            bail!(
                "where are the matches to go? Name a folder with --to, or set `to` in the configuration"
            );
        }
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

    fn planned(&self, known: &Known, mended: Vec<Mended>) -> anyhow::Result<Made> {
        // What a broken-off run left half written is read with the help of its redo files.
        let redo = (!mended.is_empty()).then(World::state_folder).flatten();
        let options = unscatter::scan::Options {
            threads: self.threads,
            readers: self.readers,
            thread_start: self.judging.shut_in_readers(
                Sandbox::reading(self.stores.iter().chain(&self.judging.sent).chain(&redo))
                    .and_writing(&self.judging.state),
                self.quiet,
            ),
            mended,
            ..self.judging.options()
        };
        let mut stores = Vec::new();
        for path in &self.stores {
            let mut store = Store::discover(path)?;
            store.mend(&options.mended);
            stores.push(store);
        }
        let bar = Bar::new(!self.quiet && !self.no_progress);
        let mut findings = Vec::new();
        let started = Instant::now();
        let result = scan(&self.stores, &options, &|progress| bar.show(progress), &mut |finding| {
            findings.push(finding.clone());
        });
        bar.clear();
        let outcome = result?;
        super::log::read(&outcome, started.elapsed());
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

    fn saved(&self, path: &Path, known: &Known) -> anyhow::Result<Made> {
        let mut rows = rows_of(path)?;
        let mut paths = self.stores.clone();
        if paths.is_empty() {
            paths = stores_of(&rows);
        }
        if self.owned_by.is_some() {
            paths.retain(|store| self.owned_store.contains(store));
        }
        let mut stores = Vec::new();
        for path in &paths {
            stores.push(Store::discover(path)?);
        }
        if self.owned_by.is_some() {
            // The rows of others are for the process of their owner.
            let ours = |r: &Row| paths.iter().any(|p| p.as_os_str().as_bytes() == r.store);
            rows.retain(ours);
        }
        let nothing = Known::default();
        let known = if self.again { &nothing } else { known };
        let plan = relocation::plan_rows(&stores, &rows, self.copy, known)?;
        Ok(Made { plan, findings: Vec::new(), outcome: Outcome::default() })
    }

    /// The stores that are meant: those of the command line, else those of the saved plan.
    fn named(&self) -> anyhow::Result<Vec<PathBuf>> {
        match &self.plan {
            Some(path) if self.stores.is_empty() => Ok(stores_of(&rows_of(path)?)),
            _ => Ok(self.stores.clone()),
        }
    }

    /// Whether so much of a folder may go. A plan that a person has looked through is not asked about.
    fn may_go_on(&self, plan: &Plan, typed: &Typed) -> anyhow::Result<bool> {
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
        super::complain(&format!(
            "nothing was moved; to go on: {}",
            onward(&typed.words, Some(most))
        ));
        Ok(false)
    }

    fn show(&self, out: &mut dyn Write, made: &Made, typed: &Typed) -> io::Result<()> {
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
            writeln!(out, "\nNext:\n  {}", escape::escaped_before(&onward(&typed.words, most)))?;
        }
        out.flush()
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

fn origin(written: &str) -> Result<Origin, String> {
    match written {
        "forged" => Ok(Origin::Forged),
        "unknown" => Ok(Origin::Unknown),
        "genuine" => Ok(Origin::Genuine),
        _ => Err("write forged, unknown or genuine".into()),
    }
}

pub(super) fn probability(written: &str) -> Result<f64, String> {
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
