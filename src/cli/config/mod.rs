//! Configuration: where it lies, and what it makes of a command line. The order is flag, environment, file,
//! default.

mod command;
mod file;
mod keys;
mod merge;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::{ArgMatches, Args};

pub(super) use command::Arguments;
#[cfg(fuzzing)]
pub(super) use file::{Fault, mailboxes};
pub(super) use keys::with_opposites;
pub(super) use merge::Line;

use file::File;
use merge::{Environment, Merge};

use super::surroundings::{home, variable, xdg};

/// Where the configuration of the whole system lies.
const SYSTEM: &str = "/etc/unscatter/config.toml";

/// Which configuration, and what of it.
#[derive(Args)]
pub(super) struct Chosen {
    /// Read this configuration [default: ~/.config/unscatter/config.toml, else
    /// /etc/unscatter/config.toml]
    #[arg(long, value_name = "FILE", help_heading = "Configuration")]
    config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long, conflicts_with = "config", help_heading = "Configuration")]
    no_config: bool,

    /// Only this mailbox of the configuration (repeatable) [default: all, where no STORE is named]
    #[arg(long, value_name = "NAME", help_heading = "Configuration")]
    mailbox: Vec<String>,
}

impl Chosen {
    /// Refuses a command line that names no mail and stands under no configuration.
    pub(super) fn ask_for(&self, named: bool) -> anyhow::Result<()> {
        if named {
            return Ok(());
        }
        match place(self.config.as_deref(), self.no_config) {
            Some(path) => {
                bail!(
                    "name a STORE: {} has no mailbox (unscatter config --help shows one)",
                    super::shown(&path)
                )
            }
            None => bail!(
                "name a STORE, as ~/Maildir, or configure mailboxes (unscatter config --help)"
            ),
        }
    }
}

/// The command lines that a typed one stands for.
pub(super) fn lines(
    typed: &[OsString],
    command: &str,
    said: &ArgMatches,
) -> anyhow::Result<Vec<Line>> {
    let (keys, home) = (keys::all(), home());
    let environment = Environment::read(&keys, variable, home.as_deref())?;
    let file = match place(said.get_one("config").map(PathBuf::as_path), said.get_flag("no_config"))
    {
        Some(path) => Some(file::read(&path, home.as_deref())?),
        None => None,
    };
    let file: Option<&File> = file.as_ref();
    let declared = super::command();
    let Some(command) = declared.find_subcommand(command) else {
        bail!("{command} is no command");
    };
    Merge { keys: &keys, environment: &environment, file, typed, said, command }.lines()
}

/// The configuration that counts: one that was named, else the user's, else the system's. They are never
/// mixed.
fn place(named: Option<&Path>, none: bool) -> Option<PathBuf> {
    if none {
        return None;
    }
    if let Some(named) = named {
        return Some(named.to_owned());
    }
    if let Some(named) = variable("UNSCATTER_CONFIG") {
        return Some(named.into());
    }
    places().into_iter().find(|path| std::fs::symlink_metadata(path).is_ok())
}

/// SHA-256 of the configuration that counts where none is named on the command line; nothing where there is none.
pub(super) fn sha256() -> Option<String> {
    let octets = std::fs::read(place(None, false)?).ok()?;
    Some(unscatter::store::Fingerprint::of(&octets).hex())
}

/// Where a configuration is looked for.
fn places() -> Vec<PathBuf> {
    let own = xdg("XDG_CONFIG_HOME", ".config").map(|base| base.join("unscatter/config.toml"));
    own.into_iter().chain([PathBuf::from(SYSTEM)]).collect()
}
