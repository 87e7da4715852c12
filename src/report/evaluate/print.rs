//! The tables of `evaluate`, as text of 80 columns.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::measure::{Side, values};
use super::{Case, Evaluation, ORIGINS, escape};
use crate::report::text::grouped;
use crate::signals::Kind;

/// Kinds at the head of a column.
const SHORT: [&str; 7] = ["bounce", "notice", "auto", "chall.", "receipt", "report", "ordin."];

impl Evaluation {
    /// Writes all tables: confusion, precision and recall, calibration, a breakdown for each column of
    /// `by`, and at most `misjudged` of the misjudged messages, the dangerous ones first. A column that
    /// the truth lacks is an error.
    pub fn write(&self, out: &mut dyn Write, by: &[String], misjudged: usize) -> io::Result<()> {
        self.rows(out)?;
        self.kinds(out)?;
        if self.cases.iter().any(|case| case.origin.is_some()) {
            self.origins(out)?;
            self.trust(out)?;
        }
        for column in by {
            self.breakdown(out, column)?;
        }
        self.misjudged(out, misjudged)
    }

    /// Whether the truth has this column.
    pub fn has_column(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column == name)
    }

    fn rows(&self, out: &mut dyn Write) -> io::Result<()> {
        let unlisted: Vec<_> = self.cases.iter().filter(|case| case.found.is_none()).collect();
        let answers = unlisted.iter().filter(|case| case.kind != "ordinary").count();
        let number = |n: usize| grouped(u64::try_from(n).unwrap_or(u64::MAX));
        writeln!(out, "Truth rows compared          {:>9}", number(self.cases.len()))?;
        if self.unsure > 0 {
            writeln!(out, "  left out, kind not sure    {:>9}", grouped(self.unsure))?;
        }
        if self.left_out > 0 {
            writeln!(out, "  left out by --where        {:>9}", grouped(self.left_out))?;
        }
        writeln!(out, "Findings                     {:>9}", grouped(self.findings))?;
        if self.without_truth > 0 {
            writeln!(out, "  without a truth row        {:>9}", grouped(self.without_truth))?;
        }
        if !unlisted.is_empty() {
            writeln!(out, "Not listed in the findings   {:>9}", number(unlisted.len()))?;
            writeln!(out, "  of these no ordinary mail  {:>9}", number(answers))?;
            writeln!(
                out,
                "  They count as ordinary. Scan with --all to have every message listed."
            )?;
        }
        Ok(())
    }

    fn cell(&self, side: Side, truth: &str, answer: &str) -> usize {
        let here = |case: &&Case| case.truth(side) == Some(truth) && case.answer(side) == answer;
        self.cases.iter().filter(here).count()
    }

    fn kinds(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\nKind: truth down, verdict across")?;
        write!(out, "{:20}", "")?;
        for name in SHORT {
            write!(out, "{name:>8}")?;
        }
        writeln!(out)?;
        let kinds = Kind::ALL.map(Kind::name);
        for truth in kinds {
            write!(out, "  {truth:<18}")?;
            for answer in kinds {
                write!(out, "{:>8}", dot(self.cell(Side::Kind, truth, answer)))?;
            }
            writeln!(out)?;
        }
        writeln!(out)?;
        self.ratios(out, "kind", &kinds)?;
        self.measured(out, "accuracy.kind")
    }

    fn origins(&self, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "\nOrigin: truth down, verdict across")?;
        write!(out, "{:20}", "")?;
        for name in ORIGINS {
            write!(out, "{name:>10}")?;
        }
        writeln!(out, "{:>12}", "p >= 0.99")?;
        for truth in ORIGINS {
            write!(out, "  {truth:<18}")?;
            for answer in ORIGINS {
                write!(out, "{:>10}", dot(self.cell(Side::Origin, truth, answer)))?;
            }
            let swept = |case: &&Case| case.origin == Some(truth) && case.swept();
            writeln!(out, "{:>12}", dot(self.cases.iter().filter(swept).count()))?;
        }
        writeln!(out)?;
        self.ratios(out, "origin", &ORIGINS[..3])?;
        self.ratios(out, "class", &["backscatter", "genuine-bounce", "undecided-bounce"])?;
        self.measured(out, "accuracy.origin")
    }

    fn ratios(&self, out: &mut dyn Write, side: &str, names: &[&str]) -> io::Result<()> {
        writeln!(
            out,
            "  {side:<18}{:>10}{:>10}{:>10}{:>11}",
            "truth", "hits", "recall", "precision"
        )?;
        for name in names {
            let value = |count| self.measure(&format!("{side}.{name}.{count}")).unwrap_or(f64::NAN);
            writeln!(
                out,
                "  {name:<18}{:>10}{:>10}{:>10}{:>11}",
                value("total"),
                value("hits"),
                decimals(value("recall")),
                decimals(value("precision"))
            )?;
        }
        Ok(())
    }

    fn measured(&self, out: &mut dyn Write, name: &str) -> io::Result<()> {
        writeln!(out, "  {name:<18}{:>30}", decimals(self.measure(name).unwrap_or(f64::NAN)))
    }

    fn trust(&self, out: &mut dyn Write) -> io::Result<()> {
        let calibration = self.calibration();
        writeln!(out, "\nCalibration of p_forged, over {} answers", grouped(calibration.rows))?;
        writeln!(out, "  {:<12}{:>10}{:>12}{:>12}", "p_forged", "rows", "mean p", "forged")?;
        for (at, (rows, mean, share)) in calibration.bins.into_iter().enumerate() {
            let bin =
                format!("0.{at} to {}", if at == 9 { "1".into() } else { format!("0.{}", at + 1) });
            writeln!(out, "  {bin:<12}{rows:>10}{:>12}{:>12}", decimals(mean), decimals(share))?;
        }
        writeln!(
            out,
            "  Brier score {}, calibration error (ECE) {}",
            decimals(calibration.brier),
            decimals(calibration.ece)
        )
    }

    fn breakdown(&self, out: &mut dyn Write, column: &str) -> io::Result<()> {
        let Some(at) = self.columns.iter().position(|name| name == column) else {
            return Err(io::Error::other(format!("no column {column} in the truth")));
        };
        let mut groups: BTreeMap<&str, Vec<&Case>> = BTreeMap::new();
        for case in &self.cases {
            for value in values(&case.cells[at]) {
                groups.entry(value).or_default().push(case);
            }
        }
        writeln!(out, "\nBy {}", escape::text(column))?;
        writeln!(
            out,
            "  {:<24}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}",
            "", "rows", "kind", "origin", "gen>for", "for>gen", "swept"
        )?;
        for (value, cases) in groups {
            let right = |side| {
                let known = cases.iter().filter(|c| !matches!(c.truth(side), None | Some("none")));
                let hits = known.clone().filter(|c| c.truth(side) == Some(c.answer(side)));
                decimals(hits.count() as f64 / known.count() as f64)
            };
            let moved = |from, to| {
                let moved =
                    cases.iter().filter(|c| c.origin == Some(from) && c.answer(Side::Origin) == to);
                dot(moved.count())
            };
            let kept = |case: &Case| case.origin == Some("genuine") || case.kind == "ordinary";
            let swept = cases.iter().filter(|case| case.swept() && kept(case)).count();
            let value = if value.is_empty() { "(empty)" } else { value };
            writeln!(
                out,
                "  {:<24}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}",
                escape::fit(&escape::text(value), 24),
                cases.len(),
                right(Side::Kind),
                right(Side::Origin),
                moved("genuine", "forged"),
                moved("forged", "genuine"),
                dot(swept),
            )?;
        }
        writeln!(
            out,
            "  kind, origin: share that is right; swept: p >= 0.99 though genuine or ordinary"
        )
    }

    fn misjudged(&self, out: &mut dyn Write, most: usize) -> io::Result<()> {
        let mut wrong: Vec<_> =
            self.cases.iter().filter_map(|case| danger(case).map(|rank| (rank, case))).collect();
        wrong.sort_by_key(|(rank, case)| (*rank, case.line));
        writeln!(out, "\nMisjudged: {}", grouped(u64::try_from(wrong.len()).unwrap_or(u64::MAX)))?;
        for (_, case) in wrong.iter().take(most) {
            let said = |kind: &str, origin: Option<&str>| match origin {
                None | Some("none") => kind.to_owned(),
                Some(origin) => format!("{kind}, {origin}"),
            };
            let found = case.found();
            let truth = said(case.kind, case.origin);
            // Where the truth says nothing of the origin, the verdict's is no part of the mistake.
            let verdict = said(found.kind, case.origin.and(Some(found.origin)));
            let p = found.p_forged.map_or(String::new(), |p| format!(" (p_forged {p:.4})"));
            writeln!(out, "  {truth} -> {verdict}{p}")?;
            writeln!(out, "      {}", escape::text(&case.place))?;
        }
        let more = wrong.len().saturating_sub(most);
        if more > 0 {
            writeln!(out, "  and {more} more (--misjudged N shows more)")?;
        }
        Ok(())
    }
}

/// How bad a mistake is, 0 the worst; nothing where there is none. To leave an origin undecided is no
/// mistake.
fn danger(case: &Case) -> Option<u8> {
    let (truth, verdict) = (case.origin, case.answer(Side::Origin));
    let kind_is_right = case.kind == case.answer(Side::Kind);
    match (truth, verdict) {
        (Some("genuine"), "forged") => Some(0),
        _ if !kind_is_right && case.kind == "ordinary" && verdict == "forged" => Some(1),
        _ if !kind_is_right && case.kind == "ordinary" => Some(2),
        (Some("forged"), "genuine") => Some(3),
        _ if !kind_is_right => Some(4),
        _ => None,
    }
}

/// A zero that does not hide the other numbers.
fn dot(count: usize) -> String {
    if count == 0 { "·".into() } else { count.to_string() }
}

fn decimals(share: f64) -> String {
    if share.is_nan() { "-".into() } else { format!("{share:.4}") }
}
