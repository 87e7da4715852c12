//! `evaluate`: prints how well findings agree with the truth, and holds them to requirements.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use unscatter::report::evaluate::{Condition, Evaluation, Requirement};

use super::exit::Exit;

const MEASURES: &str = "\
Measures for --require:
  SIDE.SET.COUNT     SIDE is kind, origin or class; SET is one name, or several
                     joined by + that count as one; COUNT is
      total            truth rows of SET
      hits, recall     those of them that were called one of SET
      false            those of them that were called something else
      called           rows that were called one of SET, and their truth is known
      precision        hits / called
      swept            truth rows of SET with p_forged of 0.99 or more
      as-NAME          truth rows of SET that were called NAME
      as-NAME.share    as-NAME / total
  accuracy.kind  accuracy.origin  accuracy.class  brier  ece
  rows  listed  unlisted  without-truth
A recall or precision of nothing meets no requirement.

Examples:
  --require 'kind.bounce+delivery-notice.recall>=0.97'
  --require 'kind.ordinary.false<=0'
  --require 'origin.genuine.swept<=0'
  --require 'origin.forged.as-genuine.share<=0.04' --where 'adversarial!=own-relay'";

#[derive(Args)]
#[command(after_help = MEASURES)]
pub(crate) struct Arguments {
    /// CSV with sha256, locator or path (relative to this file), kind, and if known origin or
    /// provenance
    #[arg(value_name = "TRUTH")]
    truth: PathBuf,

    /// What `scan --all -o` wrote, .csv or .jsonl
    #[arg(value_name = "FINDINGS")]
    findings: PathBuf,

    /// Exit with status 1 unless this holds, NAME>=X or NAME<=X (repeatable)
    #[arg(long, value_name = "REQUIREMENT")]
    require: Vec<Requirement>,

    /// Compare only truth rows with this value, COLUMN=VALUE or COLUMN!=VALUE (repeatable; all must
    /// hold)
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    only: Vec<Condition>,

    /// Break the numbers down by a column of the truth (repeatable)
    #[arg(long, value_name = "COLUMN")]
    by: Vec<String>,

    /// List at most this many misjudged messages
    #[arg(long, value_name = "N", default_value_t = 20)]
    misjudged: usize,

    /// Print only the requirements that are unmet
    #[arg(short, long)]
    quiet: bool,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let evaluation = Evaluation::read(&self.truth, &self.findings, &self.only)?;
        for column in &self.by {
            if !evaluation.has_column(column) {
                bail!("--by {column}: the truth has no such column");
            }
        }
        let mut out = io::stdout().lock();
        if !self.quiet {
            evaluation.write(&mut out, &self.by, self.misjudged)?;
        }
        let mut exit = Exit::Done;
        for (at, requirement) in self.require.iter().enumerate() {
            if at == 0 && !self.quiet {
                writeln!(out, "\nRequired")?;
            }
            let value = evaluation.measure(&requirement.name).map_err(anyhow::Error::msg)?;
            let met = requirement.met(value);
            if !met {
                exit = Exit::Incomplete;
            }
            if !met || !self.quiet {
                let value =
                    if value.is_nan() { "nothing".to_owned() } else { format!("{value:.4}") };
                let value = value.strip_suffix(".0000").unwrap_or(&value);
                let sign = if requirement.at_least { ">=" } else { "<=" };
                let word = if met { "  met  " } else { "  UNMET" };
                writeln!(
                    out,
                    "{word}  {} {sign} {}: it is {value}",
                    requirement.name, requirement.bound
                )?;
            }
        }
        out.flush()?;
        Ok(exit)
    }
}
