//! The pieces of which the page is made, as its templates take them: numbers, sentences, charts, tables.
//! Shapes only; strings from mail are escaped when the template writes them.

use std::fmt;

use super::axis::Tick;
use crate::report::text::grouped;

/// A number with its thousands apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct N(pub(super) u64);

impl N {
    /// Whether it is more than 0.
    pub(super) fn any(&self) -> bool {
        self.0 > 0
    }
}

impl fmt::Display for N {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&grouped(self.0))
    }
}

/// A length or place in a picture, with two decimals at most.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct L(pub(super) f64);

impl fmt::Display for L {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let written = format!("{:.2}", self.0);
        f.write_str(written.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// One piece of a sentence.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// Words of ours.
    Text(String),
    /// Words from mail.
    Mail(String),
    /// A number, which a check finds by its key, and where its rows stand.
    Number { key: String, value: N, to: String },
}

/// A sentence with numbers in it.
#[derive(Debug, Clone, Default)]
pub(super) struct Prose(pub(super) Vec<Piece>);

impl Prose {
    pub(super) fn say(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Text(words.into()));
        self
    }

    pub(super) fn quote(mut self, words: impl Into<String>) -> Self {
        self.0.push(Piece::Mail(words.into()));
        self
    }

    pub(super) fn number(mut self, key: &str, value: u64, to: &str) -> Self {
        self.0.push(Piece::Number { key: key.to_owned(), value: N(value), to: to.to_owned() });
        self
    }

    /// A number of things.
    pub(super) fn counted(self, key: &str, value: u64, one: &str, many: &str, to: &str) -> Self {
        self.number(key, value, to).say(format!(" {}", if value == 1 { one } else { many }))
    }
}

/// One of the answers at the top.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) id: &'static str,
    pub(super) question: &'static str,
    pub(super) short: Prose,
    pub(super) long: Vec<Prose>,
    /// The owner's mails that failed: when, to whom, which, why.
    pub(super) failures: Vec<[String; 4]>,
}

/// A level of a chart's scale.
#[derive(Debug, Clone)]
pub(super) struct Level {
    pub(super) y: L,
    pub(super) label: String,
}

/// One column of a chart: a place, its pieces from the bottom, and what it says.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub(super) x: L,
    pub(super) width: L,
    pub(super) says: String,
    pub(super) pieces: Vec<Block>,
}

/// One piece of a column.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) series: usize,
    pub(super) y: L,
    pub(super) height: L,
}

/// A stretch of time, as a line.
#[derive(Debug, Clone)]
pub(super) struct Stretch {
    pub(super) x: L,
    pub(super) width: L,
    pub(super) y: L,
    pub(super) label: String,
}

/// A remark at a place of a chart.
#[derive(Debug, Clone)]
pub(super) struct Remark {
    pub(super) x: L,
    pub(super) y: L,
    pub(super) label: String,
    /// `start`, `middle` or `end`.
    pub(super) anchor: &'static str,
}

/// The numbers behind a chart.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    pub(super) head: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

/// A chart of columns.
#[derive(Debug, Clone)]
pub(super) struct Chart {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) describes: String,
    pub(super) note: String,
    pub(super) height: L,
    pub(super) base: L,
    pub(super) legend: Vec<(usize, &'static str)>,
    pub(super) levels: Vec<Level>,
    /// Labels of a second scale, at the right.
    pub(super) right: Vec<Level>,
    pub(super) columns: Vec<Column>,
    pub(super) stretches: Vec<Stretch>,
    pub(super) remarks: Vec<Remark>,
    /// Whether the way from nothing to everything is drawn.
    pub(super) slanted: bool,
    /// A line through points, in percent of the width and in pixels.
    pub(super) line: Vec<(L, L)>,
    pub(super) ticks: Vec<Place>,
    pub(super) table: Table,
}

/// A label below a chart.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) x: L,
    pub(super) label: String,
    pub(super) minor: bool,
    pub(super) anchor: &'static str,
}

impl From<Tick> for Place {
    fn from(tick: Tick) -> Self {
        Place {
            x: L(tick.at),
            label: tick.label,
            minor: tick.minor,
            anchor: if tick.at < 2.0 { "start" } else { "middle" },
        }
    }
}

/// One campaign's lane.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    pub(super) number: u32,
    pub(super) name: String,
    pub(super) count: N,
    pub(super) says: String,
    pub(super) columns: Vec<Column>,
    pub(super) from: L,
    pub(super) width: L,
}

/// Campaigns over time.
#[derive(Debug, Clone)]
pub(super) struct Lanes {
    pub(super) describes: String,
    pub(super) lanes: Vec<Lane>,
    pub(super) ticks: Vec<Place>,
    pub(super) more: N,
    pub(super) table: Table,
}

/// One bar of a list.
#[derive(Debug, Clone)]
pub(super) struct Bar {
    pub(super) name: String,
    pub(super) about: String,
    pub(super) count: N,
    /// Series, where it begins and how long it is, in percent.
    pub(super) pieces: Vec<(usize, L, L)>,
    pub(super) forged: N,
    pub(super) genuine: N,
    pub(super) undecided: N,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) examples: Vec<String>,
}

/// A list of the most frequent values.
#[derive(Debug, Clone)]
pub(super) struct Bars {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) describes: String,
    pub(super) value: &'static str,
    pub(super) about: &'static str,
    /// What is said of those that are not shown.
    pub(super) rest: String,
    pub(super) bars: Vec<Bar>,
}

/// One rule of thumb beside the verdicts.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) about: String,
    /// Key, number, of how many; nothing where it cannot be told.
    pub(super) cells: Vec<Option<(String, N)>>,
}

/// One class in the overview of classes.
#[derive(Debug, Clone)]
pub(super) struct Class {
    pub(super) key: String,
    pub(super) name: &'static str,
    pub(super) origin: &'static str,
    pub(super) means: &'static str,
    pub(super) count: N,
    pub(super) series: usize,
    pub(super) to: String,
}

/// One campaign in the table.
#[derive(Debug, Clone)]
pub(super) struct CampaignRow {
    pub(super) number: u32,
    pub(super) template: String,
    pub(super) links: Vec<(String, String, N)>,
    pub(super) members: N,
    pub(super) split: [N; 3],
    pub(super) recipients: N,
    pub(super) sources: N,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) peak: String,
    pub(super) over: &'static str,
    pub(super) misuse: String,
    pub(super) examples: Vec<String>,
}

/// One message in a table.
#[derive(Debug, Clone)]
pub(super) struct Message {
    pub(super) date: String,
    pub(super) class: &'static str,
    pub(super) recipient: String,
    pub(super) from: String,
    pub(super) subject: String,
    pub(super) reason: String,
    pub(super) status: String,
    pub(super) p_forged: String,
    pub(super) campaign: Option<u32>,
    pub(super) locator: String,
    /// The diagnostic of a failure, or what would decide an undecided one.
    pub(super) remark: String,
}

/// Messages of one kind.
#[derive(Debug, Clone)]
pub(super) struct Messages {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) total: N,
    pub(super) rest: String,
    pub(super) rows: Vec<Message>,
}
