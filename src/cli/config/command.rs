//! `config`: checks a configuration, and prints what holds for each mailbox and from where it comes.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Args;
use unscatter::relocation::{self, Wishes};
use unscatter::report::escape;
use unscatter::store::Store;

use super::super::exit::Exit;
use super::super::surroundings::{home, variable};
use super::file::{self, File, Section};
use super::keys::{self, Key, STORE, Shape};
use super::merge::{Environment, Origin, effective, wrong_target};

const ABOUT: &str = "\
The least that a nightly run needs:

  to = \"Backscatter\"

  [mailbox.home]
  store = \"~/Maildir\"

Then:  unscatter sweep --apply --quiet

What stands above the first mailbox holds for all that do not say otherwise.
Keys are the long options of sweep; --print lists all of them. Each is also an
environment variable (UNSCATTER_MIN_SCORE; lists with commas). A flag wins over
the environment, that over the file; sent, identity, relay and keep add up. A
switch is taken back with --no-by-class and the like.";

#[derive(Args)]
#[command(after_help = ABOUT)]
pub(crate) struct Arguments {
    /// Check the file, its stores and its targets; this is what happens without an option too
    #[arg(long)]
    check: bool,

    /// Print what holds for each mailbox, and where each value comes from, as a configuration
    #[arg(long, conflicts_with = "check")]
    print: bool,

    #[command(flatten)]
    chosen: super::Chosen,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let (keys, home) = (keys::all(), home());
        let environment = Environment::read(&keys, variable, home.as_deref())?;
        let chosen = &self.chosen;
        let file = match super::place(chosen.config.as_deref(), chosen.no_config) {
            Some(path) => file::read(&path, home.as_deref())?,
            None if self.print => File::default(),
            None => {
                let looked: Vec<_> =
                    super::places().iter().map(|p| super::super::shown(p)).collect();
                bail!("there is no configuration; looked for {}", looked.join(" and "));
            }
        };
        for name in &chosen.mailbox {
            if !file.mailboxes.contains_key(name) {
                bail!("--mailbox {name}: there is none of that name");
            }
        }
        let wanted =
            |name: &str| chosen.mailbox.is_empty() || chosen.mailbox.iter().any(|m| m == name);
        let settings = Settings { keys: &keys, environment: &environment, file: &file };
        let mut out = io::stdout().lock();
        let faults = match self.print {
            true => settings.print(&mut out, wanted)?,
            false => settings.check(&mut out, wanted)?,
        };
        out.flush()?;
        Ok(if faults { Exit::Failed } else { Exit::Done })
    }
}

struct Settings<'a> {
    keys: &'a [Key],
    environment: &'a Environment,
    file: &'a File,
}

impl Settings<'_> {
    fn get(&self, name: &str, mailbox: &Section) -> Vec<OsString> {
        let key = self.keys.iter().find(|key| key.name == name);
        let all = key.map(|key| effective(key, self.environment, &self.file.common, Some(mailbox)));
        all.into_iter().flatten().map(|(value, _)| value).collect()
    }

    /// Looks at every store and target; tells whether something is wrong.
    fn check(&self, out: &mut impl Write, wanted: impl Fn(&str) -> bool) -> anyhow::Result<bool> {
        let count = self.file.mailboxes.len();
        let s = if count == 1 { "mailbox" } else { "mailboxes" };
        writeln!(out, "{}: {count} {s}", super::super::shown(&self.file.path))?;
        let mut wrong = false;
        for (name, section) in self.file.mailboxes.iter().filter(|(name, _)| wanted(name)) {
            let stores = section.get(STORE).map(|set| set.values.clone()).unwrap_or_default();
            let to = self.get("to", section).into_iter().next();
            let list: Vec<_> = stores.iter().map(|s| super::super::shown(Path::new(s))).collect();
            let target = match &to {
                Some(to) => format!("to {}", super::super::shown(Path::new(to))),
                None => "to be scanned only: it has no `to`".to_owned(),
            };
            writeln!(out, "  {name}: {} {target}", list.join(", "))?;
            for fault in self.faults(&stores, to.as_ref(), section) {
                writeln!(out, "    {}", escape::escaped_before(&fault))?;
                wrong = true;
            }
        }
        writeln!(out, "{}", if wrong { "Not all is well." } else { "All is well." })?;
        Ok(wrong)
    }

    fn faults(&self, stores: &[OsString], to: Option<&OsString>, section: &Section) -> Vec<String> {
        let mut faults = Vec::new();
        let mut found = Vec::new();
        for store in stores {
            match Store::discover(&PathBuf::from(store)) {
                Ok(store) => found.push(store),
                Err(error) => faults.push(error.to_string()),
            }
        }
        for sent in self.get("sent", section) {
            if let Err(error) = Store::discover(&PathBuf::from(sent)) {
                faults.push(format!("sent: {error}"));
            }
        }
        if let Some(to) = to {
            let mut wishes = Wishes::to(to);
            wishes.by_class = !self.get("by-class", section).is_empty();
            faults.extend(wrong_target(stores, to));
            if let (true, Err(error)) =
                (faults.is_empty(), relocation::check_target(&found, &wishes))
            {
                faults.push(error.to_string());
            }
        }
        faults
    }

    fn print(&self, out: &mut impl Write, wanted: impl Fn(&str) -> bool) -> io::Result<bool> {
        if self.file.path.as_os_str().is_empty() {
            writeln!(out, "# There is no configuration file; these are the defaults.")?;
        } else {
            writeln!(out, "# {}", super::super::shown(&self.file.path))?;
        }
        let for_all = |key: &&Key| key.of_whole_run() || self.file.mailboxes.is_empty();
        for key in self.keys.iter().filter(for_all) {
            self.line(out, key, None)?;
        }
        for (name, section) in self.file.mailboxes.iter().filter(|(name, _)| wanted(name)) {
            writeln!(out, "\n[mailbox.{}]", quoted_name(name))?;
            for key in self.keys.iter().filter(|key| !key.of_whole_run()) {
                self.line(out, key, Some(section))?;
            }
        }
        Ok(false)
    }

    /// One key; those that have no value stand as comments.
    fn line(&self, out: &mut impl Write, key: &Key, section: Option<&Section>) -> io::Result<()> {
        if key.name == STORE && section.is_none() {
            return Ok(());
        }
        let mut all = effective(key, self.environment, &self.file.common, section);
        let mut from = Vec::new();
        for (_, origin) in &all {
            let origin = match origin {
                Origin::File(line) => format!("line {line}"),
                Origin::Environment(variable) => variable.clone(),
            };
            if !from.contains(&origin) {
                from.push(origin);
            }
        }
        if all.is_empty() {
            let defaults = key.option.iter().flat_map(|o| o.get_default_values());
            if key.shape == Shape::One {
                all = defaults.map(|v| (v.to_os_string(), Origin::File(0))).collect();
            }
            from.push("default".into());
        }
        let values: Vec<_> = all.iter().map(|(value, _)| quoted(value)).collect();
        let written = match (key.shape, values.first()) {
            (Shape::Switch, first) => format!("{} = {}", key.name, first.is_some()),
            (Shape::One, Some(first)) => format!("{} = {first}", key.name),
            (Shape::One, None) => format!("# {} =", key.name),
            (Shape::List, _) => format!("{} = [{}]", key.name, values.join(", ")),
        };
        writeln!(out, "{written:<44}  # {}", from.join(", "))
    }
}

/// A value as TOML: numbers as they are, all else as a basic string, whose escapes are those of JSON.
fn quoted(value: &OsString) -> String {
    let text = value.to_string_lossy();
    if text.parse::<f64>().is_ok_and(f64::is_finite)
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    {
        return text.into_owned();
    }
    serde_json::Value::from(text.as_ref()).to_string()
}

fn quoted_name(name: &str) -> String {
    let bare = name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
    if bare { name.to_owned() } else { format!("\"{name}\"") }
}
