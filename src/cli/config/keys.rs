//! The keys of a configuration: long options by another name, so that each is declared once. Knows
//! neither the file nor the environment.

use std::error::Error as _;
use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, ArgAction, Command, CommandFactory};

/// Where mailboxes lie; the one key that is no option.
pub(super) const STORE: &str = "store";

/// What holds for a run as a whole, and is no matter of a mailbox.
pub(super) const WHOLE_RUN: &[&str] = &["nice", "log"];

/// Long options that a configuration may set, in the order in which they are printed.
const OPTIONS: &[&str] = &[
    "to",
    "sent",
    "identity",
    "relay",
    "keep",
    "class",
    "origin",
    "min-score",
    "max-share",
    "by-class",
    "include-flagged",
    "include-folder",
    "window",
    "general-only",
    "threads",
    "readers",
    "nice",
    "log",
];

/// Paths: `~/` is the home folder.
const PATHS: &[&str] = &[STORE, "sent", "to"];

/// What adds up over file, environment and command line. Whoever names one more address of theirs, or one
/// more mail to keep, never means to give up the others.
const ADDITIVE: &[&str] = &["sent", "identity", "relay", "keep"];

/// How often a key has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// `true` or `false`.
    Switch,
    /// One value.
    One,
    /// A list; one value may stand without brackets.
    List,
}

/// One key.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    /// The option, as the command line declares it; none for `store`.
    pub(super) option: Option<Arg>,
}

impl Key {
    pub(super) fn is_path(&self) -> bool {
        PATHS.contains(&self.name)
    }

    pub(super) fn adds_up(&self) -> bool {
        ADDITIVE.contains(&self.name)
    }

    pub(super) fn of_whole_run(&self) -> bool {
        WHOLE_RUN.contains(&self.name)
    }

    /// The environment variable that sets it.
    pub(super) fn variable(&self) -> String {
        format!("UNSCATTER_{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// The name under which the command line keeps it.
    pub(super) fn id(&self) -> String {
        self.name.replace('-', "_")
    }

    /// The name under which the command line keeps its opposite, for a switch.
    pub(super) fn opposite(&self) -> String {
        format!("no_{}", self.id())
    }

    /// One value as a word of a command line.
    pub(super) fn word(&self, value: &OsString) -> OsString {
        let mut word = OsString::from("--");
        word.push(self.name);
        if self.shape != Shape::Switch {
            word.push("=");
            word.push(value);
        }
        word
    }

    /// What is wrong with a value, as the option itself says it.
    pub(super) fn check(&self, value: &OsString) -> Result<(), String> {
        if self.option.is_none() || self.shape == Shape::Switch {
            return Ok(());
        }
        let words = [OsString::from("unscatter"), "sweep".into(), self.word(value), "STORE".into()];
        let Err(error) = super::super::command().try_get_matches_from(words) else {
            return Ok(());
        };
        if let Some(why) = error.source() {
            return Err(why.to_string());
        }
        match error.get(ContextKind::ValidValue) {
            Some(ContextValue::Strings(all)) => Err(format!("write one of {}", all.join(", "))),
            _ => Err(format!("this is no value of --{}", self.name)),
        }
    }
}

/// All keys, `store` first.
pub(super) fn all() -> Vec<Key> {
    let mut command = super::super::Arguments::command();
    command.build();
    let sweep = command.find_subcommand("sweep").cloned().unwrap_or_else(|| Command::new("sweep"));
    let mut keys = vec![Key { name: STORE, shape: Shape::List, option: None }];
    for name in OPTIONS {
        let Some(option) = sweep.get_arguments().find(|a| a.get_long() == Some(name)) else {
            continue;
        };
        let shape = match option.get_action() {
            ArgAction::SetTrue => Shape::Switch,
            ArgAction::Append => Shape::List,
            _ => Shape::One,
        };
        keys.push(Key { name, shape, option: Some(option.clone()) });
    }
    keys
}

/// Gives each switch its opposite, so that a command line can take back what a configuration says.
pub(in super::super) fn with_opposites(command: Command) -> Command {
    let switches = || all().into_iter().filter(|key| key.shape == Shape::Switch);
    let mut command = command;
    for name in ["scan", "sweep"] {
        command = command.mut_subcommand(name, |mut sub| {
            for key in switches() {
                if sub.get_arguments().any(|a| a.get_long() == Some(key.name)) {
                    sub = sub.arg(
                        Arg::new(key.opposite())
                            .long(format!("no-{}", key.name))
                            .action(ArgAction::SetTrue)
                            .conflicts_with(key.id())
                            .hide(true),
                    );
                }
            }
            sub
        });
    }
    command
}

/// The name among `known` that was probably meant.
pub(super) fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.replace('_', "-");
    let near = known.map(|name| (strsim::damerau_levenshtein(&written, name), name));
    let (distance, name) = near.min_by_key(|(distance, _)| *distance)?;
    (distance <= name.len().max(written.len()).div_ceil(2)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_an_option_of_sweep() {
        let names: Vec<_> = all().iter().map(|key| key.name).collect();
        assert_eq!(names[1..], *OPTIONS);
        for name in PATHS.iter().chain(ADDITIVE).chain(WHOLE_RUN) {
            assert!(names.contains(name), "{name}");
        }
    }

    #[test]
    fn a_misspelt_name_is_told_with_the_one_that_was_meant() {
        let near = |written| nearest(written, ["identity", "min-score", "to"].into_iter());
        assert_eq!(near("identiy"), Some("identity"));
        assert_eq!(near("min_score"), Some("min-score"));
        assert_eq!(near("xyzzy"), None);
    }

    #[test]
    fn values_are_checked_by_the_option_that_they_stand_for() {
        let all = all();
        let check = |name: &str, value: &str| {
            all.iter().find(|key| key.name == name).unwrap().check(&value.into())
        };
        assert_eq!(check("max-share", "0.4"), Ok(()));
        assert_eq!(check("max-share", "2"), Err("write a number above 0, up to 1".into()));
        let classes = check("class", "backscater").unwrap_err();
        assert!(classes.starts_with("write one of backscatter, genuine-bounce, "), "{classes}");
        assert!(check("identity", "ines").is_err());
    }
}
