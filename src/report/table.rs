//! Reads what reports wrote: CSV, or JSON lines as rows of the same names. Cells stay escaped and defused
//! as in a CSV.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::{COLUMNS, escape};
use crate::Error;

/// The head of a table: what its columns are called.
pub(crate) struct Head {
    name: String,
    /// Names of the columns.
    pub(crate) columns: Vec<String>,
}

/// Whether the name of a file tells that it holds JSON lines.
pub(crate) fn is_jsonl(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl"))
}

/// Takes one row: the head, what `begin` made of it, the line, the cells.
type Visit<'v, T> = dyn FnMut(&Head, &mut T, u64, Vec<String>) -> Result<(), Error> + 'v;

/// Gives every row to `visit`, with its line; `name` calls the table in errors. `begin` sees the columns
/// before the first row.
pub(crate) fn read<T>(
    name: &str,
    jsonl: bool,
    source: impl Read,
    begin: impl FnOnce(&Head) -> Result<T, Error>,
    visit: &mut Visit<'_, T>,
) -> Result<(Head, T), Error> {
    let head = Head { name: name.to_owned(), columns: Vec::new() };
    if jsonl { objects(head, source, begin, visit) } else { values(head, source, begin, visit) }
}

fn values<T>(
    mut head: Head,
    source: impl Read,
    begin: impl FnOnce(&Head) -> Result<T, Error>,
    visit: &mut Visit<'_, T>,
) -> Result<(Head, T), Error> {
    let mut reader = ::csv::Reader::from_reader(source);
    let text = |cell: &[u8]| String::from_utf8_lossy(cell).into_owned();
    let names = reader.byte_headers().map_err(|error| head.broken(&error))?;
    head.columns = names.iter().map(|cell| text(cell.trim_ascii())).collect();
    if let Some(first) = head.columns.first_mut() {
        *first = first.trim_start_matches('\u{feff}').to_owned();
    }
    let mut state = begin(&head)?;
    for record in reader.byte_records() {
        let record = record.map_err(|error| head.broken(&error))?;
        let line = record.position().map_or(0, ::csv::Position::line);
        visit(&head, &mut state, line, record.iter().map(text).collect())?;
    }
    Ok((head, state))
}

fn objects<T>(
    mut head: Head,
    source: impl Read,
    begin: impl FnOnce(&Head) -> Result<T, Error>,
    visit: &mut Visit<'_, T>,
) -> Result<(Head, T), Error> {
    head.columns = COLUMNS.iter().map(|column| column.name.to_owned()).collect();
    let mut state = begin(&head)?;
    for (line, text) in (1..).zip(BufReader::new(source).lines()) {
        let text = text.map_err(|source| Error::Read { path: head.name.clone(), source })?;
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_str(&text).map_err(|error| head.wrong(line, &error.to_string()))?;
        let cell = |name: &String| match object.get(name) {
            None | Some(serde_json::Value::Null) => String::new(),
            Some(serde_json::Value::String(text)) => {
                escape::defuse(Cow::Borrowed(text)).into_owned()
            }
            // As the CSV writes it: JSON drops the zeros at the end.
            Some(serde_json::Value::Number(n)) if n.is_f64() => {
                format!("{:.4}", n.as_f64().unwrap_or_default())
            }
            Some(other) => other.to_string(),
        };
        let cells = head.columns.iter().map(cell).collect();
        visit(&head, &mut state, line, cells)?;
    }
    Ok((head, state))
}

impl Head {
    /// Where a column stands.
    pub(crate) fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// Where a column stands that must be there.
    pub(crate) fn needed(&self, name: &str) -> Result<usize, Error> {
        self.position(name).ok_or_else(|| self.lacks(name))
    }

    /// Something is wrong in that line.
    pub(crate) fn wrong(&self, line: u64, what: &str) -> Error {
        Error::Malformed { path: self.name.clone(), what: format!("line {line}: {what}") }
    }

    /// A column is missing.
    pub(crate) fn lacks(&self, column: &str) -> Error {
        let there = escape::text(&self.columns.join(", ")).into_owned();
        self.wrong(1, &format!("no column {}; there are: {there}", quoted(column)))
    }

    fn broken(&self, error: &::csv::Error) -> Error {
        Error::Malformed { path: self.name.clone(), what: error.to_string() }
    }
}

/// Hostile text for messages.
pub(crate) fn quoted(hostile: &str) -> String {
    format!("\"{}\"", escape::fit(&escape::text(hostile), 60))
}
