//! Plans as files: written with the columns of a scan and where each message goes, and read again.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use anyhow::Context;
use unscatter::relocation::{self, Plan, Row, Step};
use unscatter::report::{COLUMNS, Format, Output, escape};
use unscatter::scan::{Finding, Outcome};

use super::scan::is_stdout;

/// The rows of a saved plan.
pub(super) fn rows_of(path: &Path) -> anyhow::Result<Vec<Row>> {
    let shown = super::shown(path);
    let file = File::open(path).with_context(|| format!("cannot read {shown}"))?;
    Ok(relocation::read_rows(io::BufReader::new(file), &shown, &escape::undo_cell)?)
}

/// The stores that a saved plan names.
pub(super) fn stores_of(rows: &[Row]) -> Vec<PathBuf> {
    let named: BTreeSet<&Vec<u8>> = rows.iter().map(|r| &r.store).collect();
    named.into_iter().map(|n| PathBuf::from(OsString::from_vec(n.clone()))).collect()
}

/// The plan as CSV: the columns of a scan, and where each message goes.
struct Rows {
    writer: csv::Writer<Box<dyn Write + Send>>,
    ways: BTreeMap<(String, String), (String, String)>,
}

impl Format for Rows {
    fn begin(&mut self) -> io::Result<()> {
        let names = COLUMNS.iter().map(|c| c.name).chain(["move_from", "move_to"]);
        self.writer.write_record(names).map_err(io::Error::other)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let key = (finding.store.clone(), finding.locator.clone());
        let Some((from, to)) = self.ways.get(&key) else { return Ok(()) };
        for column in COLUMNS {
            let cell = (column.cell)(finding);
            let cell = escape::defuse(cell.shown());
            self.writer.write_field(cell.as_bytes()).map_err(io::Error::other)?;
        }
        for place in [from, to] {
            let cell = escape::defuse(escape::escaped_before(place));
            self.writer.write_field(cell.as_bytes()).map_err(io::Error::other)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(io::Error::other)
    }

    fn end(&mut self, _: &Outcome) -> io::Result<()> {
        self.writer.flush()
    }
}

/// Writes a plan: its steps, with what was found of each message.
pub(super) fn write(
    path: &Path,
    plan: &Plan,
    findings: &[Finding],
    outcome: &Outcome,
) -> anyhow::Result<()> {
    let way = |s: &Step| ((s.store.clone(), s.locator.clone()), (s.from.folder(), s.target()));
    let ways: BTreeMap<_, _> = plan.steps.iter().map(way).collect();
    let rows = |to: Box<dyn Write + Send>| -> Box<dyn Format> {
        Box::new(Rows { writer: csv::Writer::from_writer(to), ways: ways.clone() })
    };
    if is_stdout(path) {
        let mut rows = rows(Box::new(io::stdout()));
        rows.begin()?;
        for finding in findings {
            rows.finding(finding)?;
        }
        return Ok(rows.end(outcome)?);
    }
    let mut output = Output::create_with(path, &rows)?;
    for finding in findings {
        output.finding(finding)?;
    }
    Ok(output.finish(outcome)?)
}
