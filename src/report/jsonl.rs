//! Findings as JSON, one object per line: the names and the escaping of the CSV, numbers as numbers,
//! nothing as null, and the whole ledger. No cell is defused: no spreadsheet runs JSON.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{COLUMNS, Cell, Format, escape};
use crate::scan::{Finding, Outcome};
use crate::verdict::Entry;

/// Writes one JSON object per finding.
pub struct Jsonl<W: Write> {
    writer: BufWriter<W>,
}

impl<W: Write> Jsonl<W> {
    /// Writes to `to`, buffered.
    pub fn new(to: W) -> Self {
        Jsonl { writer: BufWriter::new(to) }
    }
}

impl<W: Write> Format for Jsonl<W> {
    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        serde_json::to_writer(&mut self.writer, &Line(finding))?;
        self.writer.write_all(b"\n")
    }

    fn end(&mut self, _: &Outcome) -> io::Result<()> {
        self.writer.flush()
    }
}

struct Line<'a>(&'a Finding);
struct Value<'a>(Cell<'a>);
struct Ledger<'a>(&'a [Entry]);
struct Piece<'a>(&'a Entry);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(COLUMNS.len() + 2))?;
        for column in COLUMNS {
            map.serialize_entry(column.name, &Value((column.cell)(self.0)))?;
        }
        map.serialize_entry("abuse", &self.0.abuse.map(|a| a.name()))?;
        map.serialize_entry("ledger", &Ledger(self.0.verdict.ledger()))?;
        map.end()
    }
}

impl Serialize for Value<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Cell::Number(number) => number.serialize(serializer),
            Cell::Share(share) => share.map(four_decimals).serialize(serializer),
            other => serializer.serialize_str(&other.shown()),
        }
    }
}

impl Serialize for Ledger<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Piece))
    }
}

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("code", self.0.code)?;
        map.serialize_entry("quote", &escape::text(&self.0.quote))?;
        map.serialize_entry("log_odds", &four_decimals(self.0.log_odds))?;
        map.end()
    }
}

/// The number that the CSV shows, so that the two never differ. (0.95 as f32 would come out as
/// 0.949999988079071.)
fn four_decimals(number: f32) -> f64 {
    format!("{number:.4}").parse().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use crate::signals::Kind;

    fn line(finding: &Finding) -> String {
        let mut out = Vec::new();
        let mut jsonl = Jsonl::new(&mut out);
        jsonl.begin().unwrap();
        jsonl.finding(finding).unwrap();
        jsonl.end(&Outcome::default()).unwrap();
        drop(jsonl);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn an_object_has_the_names_of_the_csv_in_its_order_and_the_ledger() {
        let text = line(&samples::backscatter());
        let mut from = 0;
        for name in COLUMNS.iter().map(|column| column.name).chain(["ledger"]) {
            let key = format!("\"{name}\":");
            from += text[from..].find(&key).unwrap_or_else(|| panic!("{name}")) + key.len();
        }
        assert!(text.ends_with("}\n") && text.lines().count() == 1);
        assert!(text.contains(
            r#""ledger":[{"code":"delivery-status","quote":"Action: failed","log_odds":4.5},{"code":"foreign-source","quote":"192.0.2.7\\x07","log_odds":2.9}]"#
        ));
    }

    #[test]
    fn numbers_are_numbers_and_nothing_is_null() {
        let value: serde_json::Value =
            serde_json::from_str(&line(&samples::backscatter())).unwrap();
        assert_eq!(value["size"], 2048);
        assert_eq!(value["score"], 0.9877);
        assert_eq!(value["p_forged"], 1.0);
        assert_eq!(value["campaign"], 3);
        let mut ordinary = samples::finding(Kind::Ordinary, None);
        ordinary.campaign = None;
        let value: serde_json::Value = serde_json::from_str(&line(&ordinary)).unwrap();
        assert!(value["p_forged"].is_null() && value["campaign"].is_null());
    }

    #[test]
    fn text_is_escaped_as_in_the_csv_but_not_defused() {
        let value: serde_json::Value =
            serde_json::from_str(&line(&samples::backscatter())).unwrap();
        assert_eq!(value["subject"], "=cmd|' /C calc'!A0\\x1b[2J \\xe2\\x80\\xae, \"quoted\"");
        assert_eq!(value["original_subject"], "Réponse\u{a0}: 自動");
        assert_eq!(value["locator"], "cur/1.caf\\xe9:2,S");
    }
}
