//! Compares findings with the truth: joins the two, counts, and measures. Judges nothing itself and
//! knows nothing of how a verdict came about.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use super::table::{Head, quoted};
use super::{escape, table};
use crate::Error;
use crate::signals::Kind;
use crate::store::Fingerprint;

mod measure;
mod print;

pub use measure::{Calibration, Condition, Requirement};

/// What a truth row says, and what was found for it.
#[derive(Debug, Clone)]
struct Case {
    /// Line of the truth file.
    line: u64,
    /// Where the message lies, as far as the findings or the truth tell; not yet escaped.
    place: String,
    kind: &'static str,
    /// Nothing where the truth does not say.
    origin: Option<&'static str>,
    /// Nothing where the findings do not list the message.
    found: Option<Found>,
    /// The whole row, for breakdowns and conditions.
    cells: Vec<String>,
}

#[derive(Debug, Clone, Copy)]
struct Found {
    kind: &'static str,
    origin: &'static str,
    p_forged: Option<f64>,
}

impl Case {
    /// A message that is not listed counts as ordinary: reports list the matches.
    fn found(&self) -> Found {
        self.found.unwrap_or(Found { kind: "ordinary", origin: "none", p_forged: None })
    }
}

/// Findings compared with the truth, row by row.
#[derive(Debug)]
pub struct Evaluation {
    cases: Vec<Case>,
    /// Names of the truth's columns.
    columns: Vec<String>,
    /// Truth rows without a certain kind.
    unsure: u64,
    /// Truth rows that a condition left out.
    left_out: u64,
    findings: u64,
    without_truth: u64,
}

impl Evaluation {
    /// Reads and joins the two files. `findings` is a CSV or JSON lines, as `scan` writes them; truth
    /// rows that fail one of the conditions are left out.
    pub fn read(truth: &Path, findings: &Path, only: &[Condition]) -> Result<Evaluation, Error> {
        let listed = Listed::read(findings)?;
        let table = Table::read(truth)?;
        let columns = table.columns.clone();
        for condition in only {
            if !columns.contains(&condition.column) {
                return Err(table.lacks(&condition.column));
            }
        }
        let kind_at = table.position("kind").ok_or_else(|| table.lacks("kind"))?;
        let keys = ["sha256", "locator", "path"].map(|name| table.position(name));
        if keys.iter().all(Option::is_none) {
            return Err(table.wrong(1, "none of the columns sha256, locator, path is there"));
        }
        let origins = ["origin", "provenance"].map(|name| table.position(name));
        let base = absolute(truth.parent().unwrap_or(Path::new("")));
        let mut evaluation = Evaluation {
            cases: Vec::new(),
            columns,
            unsure: 0,
            left_out: 0,
            findings: u64::try_from(listed.rows.len()).unwrap_or(u64::MAX),
            without_truth: 0,
        };
        let mut met = HashSet::new();
        for (line, cells) in &table.rows {
            let cell = |at: Option<usize>| at.map_or("", |at| cells[at].as_str());
            let row = listed.find(keys.map(cell), &base);
            // Also where the row is then left out: the message does have a truth.
            met.extend(row);
            let kind = match cell(Some(kind_at)) {
                "unsure" | "" => {
                    evaluation.unsure += 1;
                    continue;
                }
                name => kind_of_truth(name)
                    .ok_or_else(|| table.wrong(*line, &format!("unknown kind {}", quoted(name))))?,
            };
            let named = origins.map(cell).into_iter().find(|name| !name.is_empty());
            let origin = match named {
                None => None,
                Some("n/a") => Some("none"),
                Some(name) => {
                    Some(ORIGINS.into_iter().find(|known| *known == name).ok_or_else(|| {
                        table.wrong(*line, &format!("unknown origin {}", quoted(name)))
                    })?)
                }
            };
            if !only
                .iter()
                .all(|condition| condition.holds(cell(table.position(&condition.column))))
            {
                evaluation.left_out += 1;
                continue;
            }
            let place = match row {
                Some(row) => listed.rows[row].place.clone(),
                None => {
                    keys.map(cell).into_iter().rfind(|key| !key.is_empty()).unwrap_or("").to_owned()
                }
            };
            let found = row.map(|row| listed.rows[row].found);
            let cells = cells.clone();
            evaluation.cases.push(Case { line: *line, place, kind, origin, found, cells });
        }
        let met = u64::try_from(met.len()).unwrap_or(u64::MAX);
        evaluation.without_truth = evaluation.findings.saturating_sub(met);
        if met == 0 && evaluation.findings > 0 && !evaluation.cases.is_empty() {
            return Err(table.wrong(
                1,
                "not one row names a message of the findings; are they of the same store?",
            ));
        }
        Ok(evaluation)
    }
}

const ORIGINS: [&str; 4] = ["genuine", "forged", "unknown", "none"];

/// Our kinds, and the names that others have for them.
fn kind_of_truth(name: &str) -> Option<&'static str> {
    match name {
        "delayed-notice" | "delayed" | "success" => Some(Kind::DeliveryNotice.name()),
        "spam" | "vendor-non-bounce" => Some(Kind::Ordinary.name()),
        _ => Kind::ALL.into_iter().map(Kind::name).find(|known| *known == name),
    }
}

/// The kind behind a class of the reports.
fn kind_of_class(class: &str) -> Option<&'static str> {
    match class {
        "genuine-bounce" | "backscatter" | "undecided-bounce" => Some(Kind::Bounce.name()),
        _ => Kind::ALL.into_iter().map(Kind::name).find(|known| *known == class),
    }
}

/// The findings, and the ways to name one of them.
struct Listed {
    rows: Vec<Row>,
    by_sha256: HashMap<String, usize>,
    by_locator: HashMap<Vec<u8>, usize>,
    by_path: HashMap<PathBuf, usize>,
}

struct Row {
    place: String,
    found: Found,
}

impl Listed {
    fn read(path: &Path) -> Result<Listed, Error> {
        let table = Table::read(path)?;
        let needed = ["store", "locator", "sha256", "class", "origin", "p_forged"];
        let mut at = [0; 6];
        for (at, name) in at.iter_mut().zip(needed) {
            *at = table.position(name).ok_or_else(|| table.lacks(name))?;
        }
        let mut listed = Listed {
            rows: Vec::new(),
            by_sha256: HashMap::new(),
            by_locator: HashMap::new(),
            by_path: HashMap::new(),
        };
        for (line, cells) in table.rows.iter() {
            let [store, locator, sha256, class, origin, p_forged] = at.map(|at| cells[at].as_str());
            let wrong =
                |what: &str, cell: &str| table.wrong(*line, &format!("{what} {}", quoted(cell)));
            let found = Found {
                kind: kind_of_class(class).ok_or_else(|| wrong("unknown class", class))?,
                origin: ORIGINS
                    .into_iter()
                    .find(|known| *known == origin)
                    .ok_or_else(|| wrong("unknown origin", origin))?,
                p_forged: match p_forged {
                    "" => None,
                    number => {
                        Some(number.parse().map_err(|_| wrong("p_forged is no number:", number))?)
                    }
                },
            };
            // Of several copies of a message the first is as good as any.
            let row = listed.rows.len();
            let locator = escape::undo_cell(locator);
            let mut path = escape::undo_cell(store);
            path.push(b'/');
            path.extend_from_slice(&locator);
            listed.rows.push(Row { place: String::from_utf8_lossy(&path).into_owned(), found });
            listed.by_sha256.entry(sha256.to_ascii_lowercase()).or_insert(row);
            let whole = PathBuf::from(std::ffi::OsString::from_vec(path.clone()));
            listed.by_path.entry(absolute(&whole)).or_insert(row);
            listed.by_locator.entry(locator).or_insert(row);
            listed.by_locator.entry(path).or_insert(row);
        }
        Ok(listed)
    }

    /// By hash, else by locator (with or without its store), else by path: as it is written, or by what
    /// lies there.
    fn find(&self, [sha256, locator, path]: [&str; 3], base: &Path) -> Option<usize> {
        if !sha256.is_empty() {
            return self.by_sha256.get(&sha256.to_ascii_lowercase()).copied();
        }
        if !locator.is_empty() {
            return self.by_locator.get(&escape::undo_cell(locator)).copied();
        }
        if path.is_empty() {
            return None;
        }
        let path = std::ffi::OsString::from_vec(escape::undo_cell(path));
        let path = normal(&base.join(path));
        self.by_path.get(&path).copied().or_else(|| {
            let bytes = fs::read(&path).ok()?;
            self.by_sha256.get(&Fingerprint::of(&bytes).hex()).copied()
        })
    }
}

/// All rows of a table.
struct Table {
    head: Head,
    columns: Vec<String>,
    rows: Vec<(u64, Vec<String>)>,
}

impl Table {
    fn read(path: &Path) -> Result<Table, Error> {
        let name = escape::octets(path.as_os_str().as_bytes());
        let file = File::open(path).map_err(|source| Error::Read { path: name.clone(), source })?;
        let mut rows = Vec::new();
        let (head, ()) = table::read(
            &name,
            table::is_jsonl(path),
            file,
            |_| Ok(()),
            &mut |_, (), line, cells| {
                rows.push((line, cells));
                Ok(())
            },
        )?;
        Ok(Table { columns: head.columns.clone(), head, rows })
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.head.position(name)
    }

    fn wrong(&self, line: u64, what: &str) -> Error {
        self.head.wrong(line, what)
    }

    fn lacks(&self, column: &str) -> Error {
        self.head.lacks(column)
    }
}

/// Made absolute by the current folder, without asking the file system what a link points to.
fn absolute(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    normal(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

fn normal(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests;
