//! Findings as JSON, one object per line: the names and the escaping of the CSV, numbers as numbers,
//! nothing as null; and what no cell holds: each recipient, the returned hops, the whole ledger. No cell is defused: no spreadsheet runs JSON.

use std::io::{self, BufWriter, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::{COLUMNS, Cell, Format, escape, four_decimals, rfc3339};
use crate::message::Hop;
use crate::scan::{Finding, Outcome};
use crate::signals::{self, SeenIn};
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
struct Hops<'a>(&'a [Hop]);
struct Station<'a>(&'a Hop);
struct Ledger<'a>(&'a [Entry]);
struct Piece<'a>(&'a Entry);

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(COLUMNS.len() + 4))?;
        for column in COLUMNS {
            map.serialize_entry(column.name, &Value((column.cell)(self.0)))?;
        }
        map.serialize_entry("abuse", &self.0.abuse.map(|a| a.name()))?;
        let recipients: Vec<_> = self.0.recipients.iter().map(|r| escape::text(r)).collect();
        map.serialize_entry("recipients", &recipients)?;
        map.serialize_entry("hops", &Hops(&self.0.hops))?;
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

impl Serialize for Hops<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Station))
    }
}

impl Serialize for Station<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let hop = self.0;
        let text = |t: &Option<String>| t.as_deref().map(|t| escape::text(t).into_owned());
        let mut map = serializer.serialize_map(Some(8))?;
        map.serialize_entry("ip", &hop.ip.map(|ip| ip.to_string()))?;
        map.serialize_entry("host", &text(&hop.host))?;
        map.serialize_entry("helo", &text(&hop.helo))?;
        map.serialize_entry("by", &text(&hop.by))?;
        map.serialize_entry("with", &text(&hop.with))?;
        map.serialize_entry("for", &hop.to.as_ref().map(|a| escape::text(a.as_str())))?;
        map.serialize_entry("date", &hop.date.map(|d| rfc3339(d.unix)))?;
        map.serialize_entry("authenticated", &hop.authenticated)?;
        map.end()
    }
}

impl Serialize for Ledger<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Piece))
    }
}

impl Serialize for Piece<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (about, group) = match signals::find(self.0.code).map(|s| s.seen_in) {
            Some(SeenIn::Correlation(group)) => ("origin", Some(group.name())),
            _ => ("kind", None),
        };
        let mut map = serializer.serialize_map(Some(5))?;
        map.serialize_entry("code", self.0.code)?;
        map.serialize_entry("about", about)?;
        map.serialize_entry("group", &group)?;
        map.serialize_entry("quote", &escape::text(&self.0.quote))?;
        map.serialize_entry("log_odds", &four_decimals(self.0.log_odds))?;
        map.end()
    }
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
            r#""ledger":[{"code":"delivery-status","about":"kind","group":null,"quote":"Action: failed","log_odds":4.5},{"code":"foreign-source","about":"origin","group":"path","quote":"192.0.2.7\\x07","log_odds":2.9}]"#
        ));
    }

    #[test]
    fn recipients_and_hops_are_lists_of_their_own() {
        let mut finding = samples::backscatter();
        finding.recipients.push("\"two words\"@example.net\u{1b}".into());
        let value: serde_json::Value = serde_json::from_str(&line(&finding)).unwrap();
        assert_eq!(value["recipients"][2], "\"two words\"@example.net\\x1b");
        let hop = &value["hops"][0];
        assert_eq!((&hop["ip"], &hop["host"]), (&"192.0.2.7".into(), &"dsl.example".into()));
        assert_eq!((&hop["for"], &hop["helo"]), (&"a@example.net".into(), &"pc".into()));
        assert_eq!(hop["date"], "2026-08-20T12:46:41Z");
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
