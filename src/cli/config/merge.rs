//! Puts flag, environment, file and default together: each mailbox becomes a command line of its own, as
//! somebody would have typed it, so that a configuration can do nothing that a command line cannot.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::ArgMatches;
use clap::parser::ValueSource;

use super::file::{self, File, Section};
use super::keys::{self, Key, STORE, Shape};

/// One command line that is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Line {
    /// The mailbox that it is for, where it comes from a configuration.
    pub(in super::super) mailbox: Option<String>,
    /// The words, the program's name first.
    pub(in super::super) words: Vec<OsString>,
    /// Why this mailbox cannot be run, whatever becomes of the others.
    pub(in super::super) fault: Option<String>,
}

/// From where a value came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    Environment(String),
    /// Line of the file.
    File(usize),
}

/// What the environment says.
#[derive(Debug, Default)]
pub(super) struct Environment {
    set: Vec<(&'static str, Vec<OsString>)>,
}

impl Environment {
    /// Asks for the variable of each key.
    pub(super) fn read(
        keys: &[Key],
        variable: impl Fn(&str) -> Option<OsString>,
        home: Option<&Path>,
    ) -> anyhow::Result<Environment> {
        let mut set = Vec::new();
        for key in keys.iter().filter(|key| key.name != STORE) {
            let name = key.variable();
            let Some(written) = variable(&name) else { continue };
            let wrong = |what: String| anyhow::anyhow!("{name}: {what}");
            let Some(written) = written.to_str() else {
                bail!("{name} is not UTF-8");
            };
            let values = match key.shape {
                Shape::Switch => match written {
                    "true" | "1" => vec![OsString::from("true")],
                    "false" | "0" => Vec::new(),
                    _ => return Err(wrong("write true or false".into())),
                },
                Shape::One => vec![file::value_of(key, written, home).map_err(wrong)?],
                Shape::List => {
                    let all = written.split(',').map(str::trim).filter(|one| !one.is_empty());
                    let all = all.map(|one| file::value_of(key, one, home));
                    all.collect::<Result<_, _>>().map_err(wrong)?
                }
            };
            set.push((key.name, values));
        }
        Ok(Environment { set })
    }

    fn get(&self, key: &Key) -> Option<&[OsString]> {
        self.set.iter().find(|(name, _)| *name == key.name).map(|(_, values)| values.as_slice())
    }
}

/// What holds for one mailbox before the command line has its say, each value with its origin.
pub(super) fn effective(
    key: &Key,
    environment: &Environment,
    common: &Section,
    mailbox: Option<&Section>,
) -> Vec<(OsString, Origin)> {
    let from_file = |section: &Section| {
        section.get(key.name).map(|set| {
            set.values.iter().map(|v| (v.clone(), Origin::File(set.line))).collect::<Vec<_>>()
        })
    };
    let from_environment = environment.get(key).map(|values| {
        values.iter().map(|v| (v.clone(), Origin::Environment(key.variable()))).collect::<Vec<_>>()
    });
    let nearest_last =
        [from_file(common), mailbox.and_then(from_file), from_environment].into_iter().flatten();
    if key.adds_up() {
        let mut all: Vec<(OsString, Origin)> = Vec::new();
        for (value, origin) in nearest_last.flatten() {
            if !all.iter().any(|(other, _)| *other == value) {
                all.push((value, origin));
            }
        }
        all
    } else {
        nearest_last.last().unwrap_or_default()
    }
}

/// What a command line is made of.
pub(super) struct Merge<'a> {
    pub(super) keys: &'a [Key],
    pub(super) environment: &'a Environment,
    pub(super) file: Option<&'a File>,
    /// The words as typed, the program's name first.
    pub(super) typed: &'a [OsString],
    /// What the words say, of the command itself.
    pub(super) said: &'a ArgMatches,
    /// The command as it is declared. What was said knows only in builds for debugging which options there are.
    pub(super) command: &'a clap::Command,
}

impl Merge<'_> {
    /// One line for the stores that were typed, or one for each mailbox that is wanted.
    pub(super) fn lines(&self) -> anyhow::Result<Vec<Line>> {
        // A plan that a person has read says everything itself.
        if self.says("plan") {
            return Ok(vec![Line { mailbox: None, words: self.typed.to_vec(), fault: None }]);
        }
        let named: Vec<&String> =
            self.said.get_many::<String>("mailbox").into_iter().flatten().collect();
        let stores: Vec<&PathBuf> =
            self.said.get_many::<PathBuf>("stores").into_iter().flatten().collect();
        let Some(file) = self.file else {
            if let Some(name) = named.first() {
                bail!(
                    "--mailbox {name}: there is no configuration; unscatter config tells where it is looked for"
                );
            }
            return Ok(vec![self.line(&Section::new(), None)]);
        };
        if !stores.is_empty() {
            let of = self.of(file, &stores, &named)?;
            return Ok(vec![self.line(&file.common, of)]);
        }
        if file.mailboxes.is_empty() || self.says("all_users") {
            return Ok(vec![self.line(&file.common, None)]);
        }
        let mut lines = Vec::new();
        for name in &named {
            if !file.mailboxes.contains_key(*name) {
                let names = file.mailboxes.keys().map(String::as_str);
                let meant = keys::nearest(name, names.clone()).map_or_else(
                    || format!("there are {}", names.collect::<Vec<_>>().join(", ")),
                    |near| format!("did you mean {near}?"),
                );
                bail!(
                    "--mailbox {name}: {} has none of that name; {meant}",
                    super::super::shown(&file.path)
                );
            }
        }
        for mailbox in &file.mailboxes {
            if named.is_empty() || named.contains(&mailbox.0) {
                lines.push(self.line(&file.common, Some(mailbox)));
            }
        }
        self.reports_apart(&mut lines)?;
        Ok(lines)
    }

    /// Whether the command has that option.
    fn knows(&self, id: &str) -> bool {
        self.command.get_arguments().any(|argument| argument.get_id() == id)
    }

    /// Whether an option was typed.
    fn says(&self, id: &str) -> bool {
        self.knows(id) && self.said.value_source(id) == Some(ValueSource::CommandLine)
    }

    /// The mailbox that typed stores belong to, so that what is to be kept there is kept by hand too.
    fn of<'f>(
        &self,
        file: &'f File,
        stores: &[&PathBuf],
        named: &[&String],
    ) -> anyhow::Result<Option<(&'f String, &'f Section)>> {
        if !named.is_empty() {
            bail!("name either STOREs or mailboxes with --mailbox, not both");
        }
        let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut found: Option<(&String, &Section)> = None;
        for mailbox in &file.mailboxes {
            let Some(own) = mailbox.1.get(STORE) else { continue };
            let own: Vec<_> = own.values.iter().map(|v| real(Path::new(v))).collect();
            if stores.iter().any(|store| own.contains(&real(store))) {
                if let Some((other, _)) = found {
                    bail!(
                        "the stores belong to the mailboxes {other} and {}, whose settings differ; \
                         run them with --mailbox, or add --no-config",
                        mailbox.0
                    );
                }
                found = Some(mailbox);
            }
        }
        Ok(found)
    }

    /// The words with what environment and file add, before what was typed.
    fn line(&self, common: &Section, mailbox: Option<(&String, &Section)>) -> Line {
        let mut added: Vec<OsString> = Vec::new();
        let mut fault = None;
        for key in self.keys {
            if key.name == STORE {
                let stores = mailbox.and_then(|(_, section)| section.get(STORE));
                if !self.says("stores") {
                    added.extend(stores.into_iter().flat_map(|set| set.values.clone()));
                }
                continue;
            }
            // What the command does not know, it does not need.
            if !self.knows(&key.id()) {
                continue;
            }
            if !key.adds_up() && (self.says(&key.id()) || self.says(&key.opposite())) {
                continue;
            }
            let all = effective(key, self.environment, common, mailbox.map(|(_, section)| section));
            if let ("to", Some((_, section)), Some((to, _))) = (key.name, mailbox, all.first())
                && let Some(stores) = section.get(STORE)
            {
                fault = wrong_target(&stores.values, to);
            }
            added.extend(all.iter().map(|(value, _)| key.word(value)));
        }
        let at = self
            .typed
            .iter()
            .position(|word| word == self.command.get_name())
            .map_or(1, |at| at + 1);
        let mut words = self.typed.to_vec();
        words.splice(at..at, added);
        Line { mailbox: mailbox.map(|(name, _)| name.clone()), words, fault }
    }

    /// Several mailboxes cannot write one report: each is a scan of its own.
    fn reports_apart(&self, lines: &mut [Line]) -> anyhow::Result<()> {
        const NAME: &str = "{mailbox}";
        let outputs: Vec<&PathBuf> =
            self.said.get_many::<PathBuf>("output").into_iter().flatten().collect();
        let holds = |path: &&PathBuf| path.to_string_lossy().contains(NAME);
        if lines.len() > 1
            && let Some(path) = outputs.iter().find(|path| !holds(path))
        {
            bail!(
                "-o {}: {} mailboxes would write it; name one with --mailbox, or write {NAME} in \
                 the name",
                super::super::shown(path),
                lines.len()
            );
        }
        for line in lines {
            let Some(mailbox) = &line.mailbox else { continue };
            for word in &mut line.words {
                let Some(text) = word.to_str() else { continue };
                let is_output =
                    outputs.iter().any(|o| o.to_str().is_some_and(|o| text.ends_with(o)));
                if is_output && text.contains(NAME) {
                    *word = OsString::from(text.replace(NAME, mailbox));
                }
            }
        }
        Ok(())
    }
}

/// What is wrong with the target of a mailbox: a nightly run starts anywhere, so that the file beside an
/// mbox needs its whole path.
pub(super) fn wrong_target(stores: &[OsString], to: &OsStr) -> Option<String> {
    let mbox = stores.iter().find(|store| Path::new(store).is_file())?;
    (!Path::new(to).is_absolute()).then(|| {
        let (mbox, to) = (super::super::shown(Path::new(mbox)), super::super::shown(Path::new(to)));
        format!(
            "to = \"{to}\": {mbox} is an mbox, so name the file by its whole path, from / or ~/"
        )
    })
}
