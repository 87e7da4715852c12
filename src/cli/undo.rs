//! `undo`: puts back what a run moved, lists the runs, and forgets one.

use std::io::{self, Write};

use anyhow::bail;
use clap::Args;
use unscatter::relocation::{self, Choice, Kind, State, Swept};
use unscatter::report::text::grouped;
use unscatter::report::{escape, rfc3339};

use super::exit::Exit;
use super::surroundings::World;

#[derive(Args)]
pub(crate) struct Arguments {
    /// The run to take back [default: the newest that is not yet undone]
    #[arg(value_name = "RUN")]
    run: Option<u64>,

    /// List the runs: when, what, whether undone, space of what is kept of them
    #[arg(long, conflicts_with_all = ["run", "show", "forget", "class", "message"])]
    list: bool,

    /// List what a run moved, message by message
    #[arg(long, value_name = "RUN", conflicts_with_all = ["run", "forget", "class", "message"])]
    show: Option<u64>,

    /// Only this class (repeatable)
    #[arg(long, value_name = "CLASS")]
    class: Vec<String>,

    /// Only this message, by the beginning of its sha256, at least eight digits (repeatable)
    #[arg(long, value_name = "SHA256")]
    message: Vec<String>,

    /// Give up the possibility to take this run back, and free its space
    #[arg(long, value_name = "RUN", conflicts_with_all = ["run", "class", "message"])]
    forget: Option<u64>,

    /// Print nothing but what is skipped
    #[arg(short, long)]
    quiet: bool,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let mut out = io::stdout().lock();
        if self.list || self.show.is_some() {
            let world = World::look(false)?;
            match State::existing(world.state())? {
                Some(state) if self.list => list(&mut out, &state)?,
                Some(state) => show(&mut out, &state, self.show.unwrap_or_default())?,
                None if self.list => writeln!(out, "No run has moved anything.")?,
                None => bail!("no run has moved anything"),
            }
            out.flush()?;
            return Ok(Exit::Done);
        }
        for digest in &self.message {
            if digest.len() < 8 || !digest.bytes().all(|b| b.is_ascii_hexdigit()) {
                bail!(
                    "--message {}: write the first digits of the sha256, at least eight",
                    escape::text(digest)
                );
            }
        }
        let world = World::look(true)?;
        if let Some(run) = self.forget {
            let report = world.with(|around| relocation::forget(run, around))?;
            super::digest::tell(&report);
            if !self.quiet {
                writeln!(
                    out,
                    "Run {run} can no longer be taken back; its messages stay where they are."
                )?;
            }
            // Nobody looks into a file that is not named.
            for path in report.recovered.iter().chain(&report.kept) {
                writeln!(out, "Kept: {}", super::shown(path))?;
            }
            out.flush()?;
            return Ok(world.exit(&report, false));
        }
        let choice = Choice { classes: self.class.clone(), digests: self.message.clone() };
        let report = world.with(|around| relocation::undo(self.run, &choice, around))?;
        super::digest::tell(&report);
        if !self.quiet {
            if report.moved() == 0 {
                writeln!(out, "Nothing was put back.")?;
            }
            for ((class, place), count) in &report.done {
                let (count, place) = (grouped(*count), escape::escaped_before(place));
                if report.removed {
                    writeln!(out, "Removed {count} {class} from {place}; the originals stay")?;
                } else {
                    writeln!(out, "Put back {count} {class} to {place}")?;
                }
            }
            if report.moved() > 0 && !report.removed {
                writeln!(
                    out,
                    "An IMAP server takes them for new arrivals (new UIDs). A later sweep leaves them alone unless --again."
                )?;
            }
            out.flush()?;
        }
        Ok(world.exit(&report, false))
    }
}

fn list(out: &mut impl Write, state: &State) -> anyhow::Result<()> {
    let sweeps = state.sweeps()?;
    if sweeps.is_empty() {
        writeln!(out, "No run has moved anything.")?;
    }
    for Swept { run, back, undone, octets } in sweeps {
        let Some((kind, time)) = run.begin() else { continue };
        let counts = run.counts();
        let total: u64 = counts.values().sum();
        let (what, taken) = match kind {
            Kind::Copy => ("copied", "removed"),
            _ => ("moved", "put back"),
        };
        let word = if run.forgotten() {
            "forgotten".to_owned()
        } else if !run.ended() {
            "broken off; the next sweep --apply or undo completes it".to_owned()
        } else if total > 0 && back == total {
            "undone".to_owned()
        } else if back > 0 || (undone && total > 0) {
            format!("{} of {} {taken}", grouped(back), grouped(total))
        } else {
            String::new()
        };
        writeln!(
            out,
            "{:>4}  {}  {what} {}  {} kept  {word}",
            run.number,
            rfc3339(time),
            grouped(total),
            space(octets)
        )?;
        for ((class, to), count) in counts {
            writeln!(
                out,
                "        {:>7} {class} to {}",
                grouped(count),
                escape::escaped_before(&to)
            )?;
        }
    }
    Ok(())
}

fn show(out: &mut impl Write, state: &State, number: u64) -> anyhow::Result<()> {
    let Some(run) = state.runs()?.into_iter().find(|r| r.number == number) else {
        bail!("there is no run {number}; undo --list shows them");
    };
    for (class, digest, from, to) in run.listed() {
        writeln!(
            out,
            "{class}  {}  {} -> {}",
            digest.get(..16).unwrap_or_default(),
            escape::escaped_before(&from),
            escape::escaped_before(&to)
        )?;
    }
    Ok(())
}

fn space(octets: u64) -> String {
    match octets {
        0..=9_999 => format!("{octets} B"),
        10_000..=9_999_999 => format!("{} kB", octets / 1_000),
        _ => format!("{} MB", octets / 1_000_000),
    }
}
