//! Reads a configuration file. Each fault is told with the file and its line; what a value means is asked
//! of the option that it stands for. Opens nothing that the file names.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use anyhow::Context;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keys::{self, Key, STORE, Shape};

/// Octets of a configuration that are read.
const MOST: u64 = unscatter::limits::CONFIGURATION;

/// The table that holds the mailboxes.
const MAILBOX: &str = "mailbox";

/// What one key was set to, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Set {
    pub(super) values: Vec<OsString>,
    pub(super) line: usize,
}

/// Keys and their values.
pub(super) type Section = BTreeMap<&'static str, Set>;

/// A configuration as it is written.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) path: PathBuf,
    /// What holds for every mailbox that does not say otherwise.
    pub(super) common: Section,
    /// By name.
    pub(super) mailboxes: BTreeMap<String, Section>,
}

/// Reads a file, or tells every fault in it.
pub(super) fn read(path: &Path, home: Option<&Path>) -> anyhow::Result<File> {
    let shown = super::super::shown(path);
    let failed = || format!("cannot read the configuration {shown}");
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(failed)?;
    file.take(MOST + 1).read_to_string(&mut text).with_context(failed)?;
    if text.len() as u64 > MOST {
        anyhow::bail!("{shown} is larger than {MOST} octets; that is no configuration");
    }
    parse(path, &text, home).map_err(|faults| {
        let faults: Vec<_> =
            faults.iter().map(|(line, what)| format!("{shown}:{line}: {what}")).collect();
        anyhow::anyhow!(faults.join("\n"))
    })
}

/// A fault, with its line.
pub(in crate::cli) type Fault = (usize, String);

fn parse(path: &Path, text: &str, home: Option<&Path>) -> Result<File, Vec<Fault>> {
    let line =
        |span: Range<usize>| 1 + text.bytes().take(span.start).filter(|b| *b == b'\n').count();
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let told = |error: &toml::de::Error| {
            (line(error.span().unwrap_or_default()), error.message().replace('\n', "; "))
        };
        return Err(errors.iter().map(told).collect());
    }
    let mut reading = Reading { line: &line, home, keys: keys::all(), faults: Vec::new() };
    let mut file = File { path: path.to_owned(), ..File::default() };
    for (name, value) in table.get_ref() {
        if name.get_ref() == MAILBOX {
            file.mailboxes = reading.mailboxes(value);
        } else {
            reading.key(&mut file.common, name, value, None);
        }
    }
    reading.stores_once(&file.mailboxes);
    let mut faults = reading.faults;
    if faults.is_empty() {
        return Ok(file);
    }
    faults.sort();
    Err(faults)
}

/// For fuzzing: how many mailboxes a text has, or its faults.
#[cfg(fuzzing)]
pub(in crate::cli) fn mailboxes(text: &str) -> Result<usize, Vec<Fault>> {
    parse(Path::new("c.toml"), text, Some(Path::new("/home/ines"))).map(|file| file.mailboxes.len())
}

struct Reading<'a> {
    line: &'a dyn Fn(Range<usize>) -> usize,
    home: Option<&'a Path>,
    keys: Vec<Key>,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn fault(&mut self, span: Range<usize>, what: impl Into<String>) {
        self.faults.push(((self.line)(span), what.into()));
    }

    fn mailboxes(&mut self, value: &Spanned<DeValue<'_>>) -> BTreeMap<String, Section> {
        let mut mailboxes = BTreeMap::new();
        let DeValue::Table(table) = value.get_ref() else {
            self.fault(value.span(), "a mailbox is a table with a name of its own: [mailbox.home]");
            return mailboxes;
        };
        for (name, value) in table {
            let DeValue::Table(keys) = value.get_ref() else {
                let what = format!(
                    "`{}` stands in no mailbox: a mailbox is a table with a name of its own, as \
                     [mailbox.home]",
                    name.get_ref()
                );
                self.fault(name.span(), what);
                continue;
            };
            if !fit(name.get_ref()) {
                self.fault(
                    name.span(),
                    "name a mailbox with letters, digits, and . _ @ - after the first, 64 at most",
                );
            }
            let mut section = Section::new();
            for (key, value) in keys {
                self.key(&mut section, key, value, Some(name.get_ref()));
            }
            if !keys.iter().any(|(key, _)| key.get_ref() == STORE) {
                let what = format!("mailbox {} has no store: say where it lies", name.get_ref());
                self.fault(name.span(), what);
            }
            mailboxes.insert(name.get_ref().clone().into_owned(), section);
        }
        mailboxes
    }

    fn key(
        &mut self,
        section: &mut Section,
        name: &Spanned<std::borrow::Cow<'_, str>>,
        value: &Spanned<DeValue<'_>>,
        mailbox: Option<&str>,
    ) {
        let written: &str = name.get_ref();
        let Some(key) = self.keys.iter().find(|key| key.name == written).cloned() else {
            let names = self.keys.iter().map(|key| key.name).chain([MAILBOX]);
            let meant = keys::nearest(written, names).map_or_else(
                || "unscatter config --print lists all".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            return self.fault(name.span(), format!("unknown key `{written}`; {meant}"));
        };
        if key.name == STORE && mailbox.is_none() {
            return self.fault(name.span(), "`store` belongs into a mailbox: [mailbox.home]");
        }
        if key.of_whole_run() && mailbox.is_some() {
            let what =
                format!("`{written}` holds for a run as a whole; set it above the first mailbox");
            return self.fault(name.span(), what);
        }
        let values = match self.values(&key, value) {
            Ok(values) => values,
            Err(what) => return self.fault(value.span(), format!("{written}: {what}")),
        };
        section.insert(key.name, Set { values, line: (self.line)(name.span()) });
    }

    fn values(&self, key: &Key, value: &Spanned<DeValue<'_>>) -> Result<Vec<OsString>, String> {
        match (key.shape, value.get_ref()) {
            (Shape::Switch, DeValue::Boolean(true)) => Ok(vec!["true".into()]),
            (Shape::Switch, DeValue::Boolean(false)) => Ok(Vec::new()),
            (Shape::Switch, _) => Err("write true or false".into()),
            (Shape::List, DeValue::Array(all)) => {
                all.iter().map(|one| self.value(key, one.get_ref())).collect()
            }
            (Shape::One, DeValue::Array(_)) => Err("one value is wanted, not a list".into()),
            (_, one) => Ok(vec![self.value(key, one)?]),
        }
    }

    fn value(&self, key: &Key, value: &DeValue<'_>) -> Result<OsString, String> {
        let text = match value {
            DeValue::String(text) => text.as_ref(),
            DeValue::Integer(number) => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            other => return Err(format!("{} is no value of it", other.type_str())),
        };
        value_of(key, text, self.home)
    }

    /// Two runs over the same mail in one night would be one too many.
    fn stores_once(&mut self, mailboxes: &BTreeMap<String, Section>) {
        let mut seen: BTreeMap<&OsString, &str> = BTreeMap::new();
        for (name, section) in mailboxes {
            let Some(stores) = section.get(STORE) else { continue };
            for store in &stores.values {
                if let Some(other) = seen.insert(store, name) {
                    let shown = super::super::shown(Path::new(store));
                    self.faults.push((
                        stores.line,
                        format!("{shown} is a store of mailbox {other} already"),
                    ));
                }
            }
        }
    }
}

/// A value as it is written, with the home folder for `~/`, checked.
pub(super) fn value_of(key: &Key, text: &str, home: Option<&Path>) -> Result<OsString, String> {
    let mut value = OsString::from(text);
    if key.is_path() {
        if text.is_empty() || text.contains('\0') {
            return Err("write a path".into());
        }
        if text == "~" || text.starts_with("~/") {
            let home = home.ok_or("HOME names no folder for ~")?;
            value = home.join(text.trim_start_matches('~').trim_start_matches('/')).into();
        } else if text.starts_with('~') {
            return Err("only ~/ is understood; write the whole path".into());
        }
        // A nightly run starts anywhere.
        if key.name != "to" && !Path::new(&value).is_absolute() {
            return Err("write a whole path, from / or ~/".into());
        }
    }
    key.check(&value)?;
    Ok(value)
}

/// Whether a name may stand for a mailbox: it is typed, printed, and part of file names.
fn fit(name: &str) -> bool {
    let inner = |b: u8| b.is_ascii_alphanumeric() || b"._@-".contains(&b);
    name.len() <= 64
        && name.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
        && name.bytes().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<Fault> {
        parse(Path::new("c.toml"), text, Some(Path::new("/home/ines"))).unwrap_err()
    }

    #[test]
    fn six_lines_are_a_configuration() {
        let text = "to = \"Backscatter\"\n\n[mailbox.home]\nstore = \"~/Maildir\"\n\n\
                    [mailbox.info]\nstore = [\"/var/mail/info\", \"/var/mail/old\"]\n\
                    to = \"/var/mail/info-backscatter\"\nmin-score = 0.995\nby-class = true\n";
        let file = parse(Path::new("c.toml"), text, Some(Path::new("/home/ines"))).unwrap();
        assert_eq!(file.common["to"].values, ["Backscatter"]);
        assert_eq!(file.mailboxes["home"][STORE].values, ["/home/ines/Maildir"]);
        let info = &file.mailboxes["info"];
        assert_eq!(info[STORE].values, ["/var/mail/info", "/var/mail/old"]);
        assert_eq!(
            (info["min-score"].values[0].to_str(), info["min-score"].line),
            (Some("0.995"), 9)
        );
        assert_eq!(info["by-class"].values, ["true"]);
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line_and_the_nearest() {
        let text = "to = \"B\"\n[mailbox.home]\nstore = \"/m\"\nidentiy = \"a@example.org\"\n";
        assert_eq!(faults(text), [(4, "unknown key `identiy`; did you mean `identity`?".into())]);
        assert_eq!(
            faults("[mailboxes.home]\nstore = \"/m\"\n"),
            [(1, "unknown key `mailboxes`; did you mean `mailbox`?".into())]
        );
    }

    #[test]
    fn every_fault_is_told_at_once() {
        let text = "max-share = 2\nstore = \"/m\"\n[mailbox.home]\nnice = 3\nby-class = 1\n\
                    keep = [\"x\"]\n[mailbox.'a/b']\nstore = \"m\"\n[mailbox.c]\nstore = \"/m\"\n\
                    [mailbox.d]\nstore = \"/m\"\n";
        let lines: Vec<_> = faults(text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [1, 2, 3, 4, 5, 6, 7, 8, 12]);
    }

    #[test]
    fn what_is_no_toml_is_told_with_its_line() {
        let wrong = faults("to = \"B\"\nmin-score = = 1\n");
        assert_eq!(wrong[0].0, 2, "{wrong:?}");
        assert_eq!(faults("to = \"a\"\nto = \"b\"\n")[0].0, 2);
    }
}
