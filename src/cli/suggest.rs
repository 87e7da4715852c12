//! `suggest`: scans, and prints rules made of what was learned.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use clap::Args;
use unscatter::report::suggest::{Gathering, Program, write};
use unscatter::scan::{Options, scan};

use super::exit::Exit;
use super::judging::{Judging, at_least_one};
use super::progress::Bar;
use super::sandbox::Sandbox;
use super::scan::list_skipped;
use super::surroundings::World;

#[derive(Args)]
#[command(after_help = "\
Every rule files or refuses, none discards, and each says what it would have
done to the mailbox it was learned from. Read a rule before you install it.

Examples:
  unscatter suggest ~/Maildir
  unscatter suggest ~/Maildir --only sieve > unscatter.sieve")]
pub(crate) struct Arguments {
    /// Maildir, mbox file, folder of message files, or a folder that holds several
    #[arg(required = true, value_name = "STORE")]
    stores: Vec<PathBuf>,

    /// Only for this program, so that the output is a file for it (repeatable) [default: all]
    #[arg(long, value_name = "PROGRAM", value_parser = program)]
    only: Vec<Program>,

    /// Folder that rules file into
    #[arg(long, value_name = "NAME", default_value = "Backscatter", value_parser = folder)]
    folder: String,

    #[command(flatten)]
    judging: Judging,

    /// Threads that judge [default: one per processor]
    #[arg(long, value_name = "N", value_parser = at_least_one, help_heading = "Speed")]
    threads: Option<usize>,

    /// Show no progress bar
    #[arg(long, help_heading = "Display")]
    no_progress: bool,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        self.judging.give_way()?;
        let bar = Bar::new(!self.no_progress && !io::stdout().is_terminal());
        let options = Options {
            all: true,
            threads: self.threads,
            mended: World::look_for_unfinished(),
            ..self.judging.options()
        };
        let state = World::state_folder();
        let sandbox = Sandbox::reading(self.stores.iter().chain(&self.judging.sent).chain(&state))
            .and_writing(&self.judging.state);
        self.judging.shut_in(&sandbox, false);
        let mut gathering = Gathering::default();
        let result = scan(&self.stores, &options, &|progress| bar.show(progress), &mut |finding| {
            gathering.finding(finding);
        });
        bar.clear();
        let outcome = result?;
        list_skipped(&outcome);
        let suggestions = gathering.end(&outcome);
        let programs = if self.only.is_empty() { Program::ALL.to_vec() } else { self.only };
        let mut out = io::stdout().lock();
        for (n, program) in programs.into_iter().enumerate() {
            if n > 0 {
                writeln!(out)?;
            }
            write(&mut out, &suggestions, program, &self.folder)?;
        }
        out.flush()?;
        Ok(if outcome.skipped.is_empty() { Exit::Done } else { Exit::Incomplete })
    }
}

fn program(written: &str) -> Result<Program, String> {
    Program::ALL
        .into_iter()
        .find(|p| p.name() == written)
        .ok_or_else(|| format!("write one of {}", Program::ALL.map(Program::name).join(", ")))
}

/// A name that needs no quoting in any of the programs.
fn folder(written: &str) -> Result<String, String> {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
    if written.chars().all(letter)
        && written.split('/').all(|part| !part.is_empty() && !part.starts_with('-'))
    {
        Ok(written.to_owned())
    } else {
        Err("write letters, digits, - and _, with / as hierarchy".into())
    }
}
