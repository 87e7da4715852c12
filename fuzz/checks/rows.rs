//! Rows of CSV and JSON Lines give back, through readers that are not ours, exactly what mail said; no cell is a
//! formula and no line is broken.

use std::sync::LazyLock;

use super::findings::{SCANNED, hostile, words};
use unscatter::report::{COLUMNS, Cell, Csv, Format, Jsonl, escape};

/// Makes what is made once.
pub(crate) fn begin() {
    LazyLock::force(&SCANNED);
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let findings: Vec<_> = hostile(&words(octets)).collect();
    let (mut csv, mut jsonl) = (Vec::new(), Vec::new());
    {
        let mut formats: [Box<dyn Format>; 2] =
            [Box::new(Csv::new(&mut csv)), Box::new(Jsonl::new(&mut jsonl))];
        for format in &mut formats {
            format.begin().expect("memory");
            findings.iter().for_each(|f| format.finding(f).expect("memory"));
            format.end(&SCANNED.1).expect("memory");
        }
    }
    let mut reader = csv::Reader::from_reader(&csv[..]);
    assert!(reader.headers().expect("a header").iter().eq(COLUMNS.iter().map(|c| c.name)));
    let rows: Vec<_> = reader.records().map(|row| row.expect("it is well formed")).collect();
    assert_eq!(rows.len(), findings.len());
    for (row, finding) in rows.iter().zip(&findings) {
        for (cell, column) in row.iter().zip(COLUMNS) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            assert!(!cell.chars().any(char::is_control), "{cell:?}");
            if let Cell::Mail(written) = (column.cell)(finding) {
                assert_eq!(escape::undo_cell(cell), written.as_bytes(), "{}", column.name);
            }
        }
    }
    let text = std::str::from_utf8(&jsonl).expect("UTF-8");
    let mut listed = 0;
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).expect("it is well formed");
        listed += usize::from(row.get("locator").is_some());
    }
    assert_eq!(listed, findings.len());
}
