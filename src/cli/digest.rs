//! What a sweep tells when it is done: what went from where to where, how to take it back, which mail of the
//! owner's own failed since the last one, and whether more came than usual. Moves nothing itself.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;

use unscatter::relocation::{Known, Plan, Report, Target};
use unscatter::report::flood::{Arrivals, DAYS, Flood};
use unscatter::report::text::grouped;
use unscatter::report::{escape, rfc3339};
use unscatter::scan::Finding;

use super::owners::{self, Owner};
use super::{Typed, log};

/// Genuine failures that are listed.
const FAILURES: usize = 10;

/// Everything that there is to tell of one run.
pub(super) struct Digest<'a> {
    pub(super) plan: &'a Plan,
    pub(super) findings: &'a [Finding],
    pub(super) report: &'a Report,
    /// Whose rights this process has, where it was started for somebody else's mail.
    pub(super) owner: Option<Owner>,
    /// When the last sweep of these stores began, Unix seconds.
    pub(super) since: Option<i64>,
    pub(super) flood: Option<Flood>,
}

/// When the last sweep that took something from these stores began.
pub(super) fn last_sweep(stores: &[PathBuf], known: &Known) -> Option<i64> {
    let real: Vec<_> =
        stores.iter().filter_map(|store| std::fs::canonicalize(store).ok()).collect();
    let of = |place: &PathBuf| real.iter().any(|store| place.starts_with(store));
    known.last.iter().filter(|(place, _)| of(place)).map(|(_, time)| *time).max()
}

/// Whether more came in the last day than the mailbox is used to.
pub(super) fn flood(findings: &[Finding], now: i64) -> Option<Flood> {
    let mut arrivals = Arrivals::until(now);
    for finding in findings {
        arrivals.add(finding);
    }
    arrivals.flood()
}

impl Digest<'_> {
    /// Whether there is anything that somebody who wants to hear only of that should hear of.
    pub(super) fn matters(&self) -> bool {
        self.report.moved() > 0 || self.flood.is_some()
    }

    /// The same for a journal.
    pub(super) fn log(&self) {
        for ((class, to), (from, count)) in self.ways() {
            let from: Vec<_> = from.into_iter().collect();
            log::moved(class, &from.join(", "), to, count, self.report.run);
        }
        if let Some(flood) = self.flood {
            log::flood(flood.today, flood.usual);
        }
    }

    pub(super) fn write(&self, out: &mut dyn Write, typed: &Typed) -> io::Result<()> {
        typed.heading(out)?;
        let verb = if self.plan.copy { "Copied" } else { "Moved" };
        if self.report.moved() == 0 {
            writeln!(out, "Nothing was {}.", verb.to_lowercase())?;
        }
        for ((class, to), (from, count)) in self.ways() {
            writeln!(out, "{verb} {} {class} to {}", grouped(count), escape::escaped_before(to))?;
            for from in from {
                writeln!(out, "  from {}", escape::escaped_before(&from))?;
            }
        }
        if let Some(flood) = self.flood {
            writeln!(
                out,
                "\nFlood: {} automatic answers came in the last 24 hours that answer no mail known to \
                 be yours;\non a usual day of the {DAYS} before it was {}.",
                grouped(flood.today),
                grouped(flood.usual)
            )?;
        }
        if let Some(run) = self.report.run.filter(|_| self.report.moved() > 0) {
            let back = owners::undo_command(self.owner, None, run);
            writeln!(out, "\nTo take it back:\n  {back}")?;
            if self.plan.steps.iter().any(|s| matches!(s.to, Target::Folder(_))) {
                writeln!(
                    out,
                    "Where the folder does not show in your mail program, subscribe to it."
                )?;
            }
        }
        if self.matters() {
            self.failures(out)?;
        }
        out.flush()
    }

    /// What went, by class and target: from which folders, and how many.
    fn ways(&self) -> BTreeMap<(&str, &str), (BTreeSet<String>, u64)> {
        let mut from: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for step in &self.plan.steps {
            from.entry((step.class.clone(), step.target())).or_default().insert(step.from.folder());
        }
        let done = self.report.done.iter();
        done.map(|((class, to), count)| {
            let from = from.get(&(class.clone(), to.clone())).cloned().unwrap_or_default();
            ((class.as_str(), to.as_str()), (from, *count))
        })
        .collect()
    }

    /// Failures of the owner's own mail, newest first: the reason not to throw bounces away.
    fn failures(&self, out: &mut dyn Write) -> io::Result<()> {
        let of_own = |f: &&Finding| f.verdict.class() == "genuine-bounce";
        let new = |f: &&Finding| self.since.is_none_or(|since| f.date.is_none_or(|d| d >= since));
        let mut genuine: Vec<&Finding> = self.findings.iter().filter(of_own).filter(new).collect();
        let since = self.since.map(|at| format!(" since {}", rfc3339(at).replace('T', " ")));
        let since = since.unwrap_or_default();
        if genuine.is_empty() {
            if !since.is_empty() && !self.findings.is_empty() {
                writeln!(out, "\nNone of your own mail failed{since}.")?;
            }
            return Ok(());
        }
        genuine.sort_by_key(|f| std::cmp::Reverse(f.date));
        let count = grouped(genuine.len() as u64);
        writeln!(out, "\nYour own mail that failed{since} ({count}), worth a look:")?;
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
        if genuine.len() > FAILURES {
            writeln!(out, "  and {} more", grouped((genuine.len() - FAILURES) as u64))?;
        }
        Ok(())
    }
}

/// Says what was skipped and what is worth knowing.
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
