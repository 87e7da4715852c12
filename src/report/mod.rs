//! Writes findings: one file per format. Every format takes its columns from one declaration, and its escaping
//! from another.

use std::borrow::Cow;
use std::io;
use std::path::Path;

use crate::scan::{Finding, Outcome};

pub mod bundle;
mod columns;
mod csv;
pub mod escape;
pub mod evaluate;
pub mod flood;
mod hours;
mod html;
mod jsonl;
mod misuse;
mod output;
#[cfg(feature = "parquet")]
mod parquet;
mod sqlite;
pub mod suggest;
mod table;
pub mod text;

pub use self::csv::Csv;
pub use columns::{COLUMNS, Column, ColumnKind, table as columns_readme};
pub use html::{Html, Places, Setting as HtmlSetting};
pub use jsonl::Jsonl;
pub use output::Output;
#[cfg(feature = "parquet")]
pub use parquet::Parquet;
pub use sqlite::{Sqlite, readme as schema_readme};

/// Something that findings can be written as. `begin` comes first, `end` last and once.
pub trait Format {
    /// Writes what stands before the first finding.
    fn begin(&mut self) -> io::Result<()>;
    /// Writes one finding.
    fn finding(&mut self, finding: &Finding) -> io::Result<()>;
    /// Writes what stands behind the last finding, and flushes.
    fn end(&mut self, outcome: &Outcome) -> io::Result<()>;
}

/// What a report says of the run that makes it.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// The arguments, as they can be typed again.
    pub command: String,
    /// Tells the time, Unix seconds.
    pub clock: fn() -> i64,
}

/// The formats of report files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Comma-separated values with a header, `.csv`.
    Csv,
    /// One JSON object per line, `.jsonl`.
    Jsonl,
    /// The forensic page, `.html`.
    Html,
    /// One SQLite file, `.sqlite`.
    Sqlite,
    /// Parquet, `.parquet`; only with the feature of that name.
    Parquet,
}

impl Form {
    /// All formats.
    pub const ALL: [Form; 5] = [Form::Csv, Form::Jsonl, Form::Html, Form::Sqlite, Form::Parquet];

    /// The name, which is also the ending of its files.
    pub fn name(self) -> &'static str {
        match self {
            Form::Csv => "csv",
            Form::Jsonl => "jsonl",
            Form::Html => "html",
            Form::Sqlite => "sqlite",
            Form::Parquet => "parquet",
        }
    }

    /// The format that a file's ending tells, upper or lower case.
    pub fn of(path: &Path) -> Option<Form> {
        let ending = path.extension()?.to_str()?;
        Form::ALL.into_iter().find(|form| form.name().eq_ignore_ascii_case(ending))
    }

    /// A writer of this format to a stream. Fails for what needs a file of its own, and for what is not built in.
    pub fn writer(self, to: Box<dyn io::Write + Send>) -> io::Result<Box<dyn Format>> {
        match self {
            Form::Csv => Ok(Box::new(Csv::new(to))),
            Form::Jsonl => Ok(Box::new(Jsonl::new(to))),
            Form::Html => Ok(Box::new(Html::new(to, HtmlSetting::default()))),
            Form::Sqlite => Err(io::Error::other("sqlite needs a file of its own")),
            #[cfg(feature = "parquet")]
            Form::Parquet => Ok(Box::new(Parquet::new(to))),
            #[cfg(not(feature = "parquet"))]
            Form::Parquet => Err(self.missing()),
        }
    }

    /// Whether this build can write it.
    pub fn is_built_in(self) -> bool {
        self != Form::Parquet || cfg!(feature = "parquet")
    }

    #[cfg(not(feature = "parquet"))]
    fn missing(self) -> io::Error {
        io::Error::new(
            io::ErrorKind::Unsupported,
            format!(
                "this unscatter was built without the feature {0}; build it with `cargo install --features {0}`, \
                 or name a file .csv, .jsonl or .sqlite",
                self.name()
            ),
        )
    }
}

/// One value of a finding, not yet escaped.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// From mail, as it stands there: hostile.
    Mail(Cow<'a, str>),
    /// From a path, escaped before.
    Place(&'a str),
    /// One of our own words, or nothing.
    Word(Cow<'a, str>),
    /// A whole number, or nothing.
    Number(Option<u64>),
    /// A probability, or nothing.
    Share(Option<f32>),
    /// A moment in Unix seconds, or nothing.
    Moment(Option<i64>),
}

impl<'a> Cell<'a> {
    /// The value as one line that is safe to show. Probabilities have four decimals, moments are UTC as
    /// RFC 3339 writes them, nothing is empty.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Cell::Mail(written) => escape::text(written),
            Cell::Place(written) => escape::escaped_before(written),
            Cell::Word(word) => Cow::Borrowed(word),
            Cell::Number(number) => {
                number.map_or(Cow::Borrowed(""), |number| Cow::Owned(number.to_string()))
            }
            Cell::Share(share) => {
                share.map_or(Cow::Borrowed(""), |share| Cow::Owned(format!("{share:.4}")))
            }
            Cell::Moment(moment) => Cow::Owned(moment.map_or_else(String::new, rfc3339)),
        }
    }

    fn mail(written: &'a str) -> Self {
        Cell::Mail(Cow::Borrowed(written))
    }

    fn word(word: &'a str) -> Self {
        Cell::Word(Cow::Borrowed(word))
    }
}

/// The number that the CSV shows, so that formats never differ. (0.95 as f32 would come out as
/// 0.949999988079071.)
fn four_decimals(number: f32) -> f64 {
    format!("{number:.4}").parse().unwrap_or_default()
}

/// UTC as RFC 3339 writes it, `2026-08-20T13:47:03Z`; empty outside the years 1 to 9999, which such a
/// date cannot say.
pub fn rfc3339(unix: i64) -> String {
    const YEAR_1: i64 = -62_135_596_800;
    match jiff::Timestamp::from_second(unix) {
        Ok(moment) if unix >= YEAR_1 => moment.to_string(),
        _ => String::new(),
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use crate::message::Hop;
    use crate::scan::Finding;
    use crate::signals::Kind;
    use crate::store::{Fingerprint, Role};
    use crate::verdict::{Entry, Origin, Verdict};

    /// A bounce of forged mail with everything filled, hostile where mail can be.
    pub(crate) fn backscatter() -> Finding {
        Finding {
            store: "Maildir".into(),
            folder: "INBOX".into(),
            role: Role::Received,
            locator: "cur/1.caf\\xe9:2,S".into(),
            fingerprint: Fingerprint { len: 2048, sha256: [0xab; 32] },
            date: Some(1_787_233_623),
            from: "Mail Delivery System <mailer-daemon@mx.example.net>".into(),
            to: "owner@example.org".into(),
            subject: "=cmd|' /C calc'!A0\u{1b}[2J \u{202e}, \"quoted\"".into(),
            message_id: "<b1@mx.example.net>".into(),
            verdict: Verdict::sample(
                Kind::Bounce,
                Some(Origin::Forged),
                0.98767,
                Some(0.99996),
                vec![
                    Entry {
                        code: "delivery-status",
                        quote: "Action: failed".into(),
                        log_odds: 4.5,
                    },
                    Entry { code: "foreign-source", quote: "192.0.2.7\u{7}".into(), log_odds: 2.9 },
                ],
            ),
            recipients: vec!["a@example.net".into(), "b@example.net".into()],
            action: "failed".into(),
            status: "5.1.1".into(),
            reason: "user-unknown".into(),
            reporting_mta: "mx.example.net".into(),
            diagnostic: "550 5.1.1 C:\\users\\a: no such user".into(),
            original_message_id: "<spam@bot.example>".into(),
            original_date: Some(1_787_230_000),
            original_from: "owner@example.org".into(),
            original_subject: "Réponse\u{a0}: 自動".into(),
            sent_match: String::new(),
            source_ip: "192.0.2.7".into(),
            hops: vec![Hop::read(
                "from pc (dsl.example [192.0.2.7]) by mx.example.net with ESMTP for <a@example.net>; \
                 Thu, 20 Aug 2026 12:46:41 +0000",
            )],
            campaign: Some(3),
            null_sender: Some(true),
            own_relay: Some(false),
            links: vec!["http://pills.example/a?b".into()],
            abuse: None,
            doubt: None,
            defects: vec!["bad-encoding".into(), "original-cut".into()],
        }
    }

    /// A finding of that kind and origin, otherwise like [`backscatter`].
    pub(crate) fn finding(kind: Kind, origin: Option<Origin>) -> Finding {
        let p_forged = origin.map(|origin| match origin {
            Origin::Genuine => 0.01,
            Origin::Forged => 0.999,
            Origin::Unknown => 0.5,
        });
        let verdict = Verdict::sample(kind, origin, 0.9, p_forged, Vec::new());
        Finding { verdict, ..backscatter() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_told_by_the_ending_alone() {
        assert_eq!(Form::of(Path::new("a/findings.csv")), Some(Form::Csv));
        assert_eq!(Form::of(Path::new("FINDINGS.JSONL")), Some(Form::Jsonl));
        assert_eq!(Form::of(Path::new("findings.csv.bak")), None);
        assert_eq!(Form::of(Path::new(".csv")), None);
        assert_eq!(Form::of(Path::new("csv")), None);
    }

    #[test]
    fn moments_are_utc_to_the_second_and_nothing_where_they_cannot_be_said() {
        assert_eq!(rfc3339(1_787_233_623), "2026-08-20T13:47:03Z");
        assert_eq!(rfc3339(-1), "1969-12-31T23:59:59Z");
        assert_eq!(rfc3339(i64::MAX), "");
        assert_eq!(rfc3339(i64::MIN), "");
        assert_eq!(rfc3339(-62_135_596_801), "");
    }
}
