//! Numbers from compared rows, by name: what `--require` demands and what the tables show.

use std::str::FromStr;

use super::{Case, Evaluation, ORIGINS};
use crate::signals::Kind;

/// What a sweep takes without being asked: p_forged from here on.
const SWEPT: f64 = 0.99;

const CLASSES: [&str; 9] = [
    "backscatter",
    "genuine-bounce",
    "undecided-bounce",
    "delivery-notice",
    "auto-reply",
    "challenge-response",
    "receipt",
    "feedback-report",
    "ordinary",
];

/// `NAME>=X` or `NAME<=X`: what a measure has to reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Requirement {
    /// The measure; see [`Evaluation::measure`].
    pub name: String,
    /// Whether the bound is the lowest allowed, else the highest.
    pub at_least: bool,
    /// The bound.
    pub bound: f64,
}

impl Requirement {
    /// Whether a measured value is good enough. Nothing measured is never good enough.
    pub fn met(&self, value: f64) -> bool {
        if self.at_least { value >= self.bound } else { value <= self.bound }
    }
}

impl FromStr for Requirement {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let (at, at_least) = match (written.find(">="), written.find("<=")) {
            (Some(at), None) => (at, true),
            (None, Some(at)) => (at, false),
            _ => return Err("write it as NAME>=X or NAME<=X".into()),
        };
        let name = written[..at].trim().to_owned();
        let bound = written[at + 2..].trim();
        let bound: f64 = bound.parse().map_err(|_| format!("`{bound}` is no number"))?;
        Measure::parse(&name)?;
        Ok(Requirement { name, at_least, bound })
    }
}

/// `COLUMN=VALUE` or `COLUMN!=VALUE`: which truth rows count. A cell may hold several values between
/// semicolons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub(super) column: String,
    equal: bool,
    value: String,
}

impl Condition {
    pub(super) fn holds(&self, cell: &str) -> bool {
        values(cell).any(|value| value == self.value) == self.equal
    }
}

impl FromStr for Condition {
    type Err = String;

    fn from_str(written: &str) -> Result<Self, String> {
        let (column, value) =
            written.split_once('=').ok_or("write it as COLUMN=VALUE or COLUMN!=VALUE")?;
        let (column, equal) = match column.strip_suffix('!') {
            Some(column) => (column, false),
            None => (column, true),
        };
        Ok(Condition { column: column.into(), equal, value: value.into() })
    }
}

/// The values of a cell: mostly one.
pub(super) fn values(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim)
}

/// Which question a row is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Kind,
    Origin,
    Class,
}

impl Side {
    fn labels(self) -> Vec<&'static str> {
        match self {
            Side::Kind => Kind::ALL.into_iter().map(Kind::name).collect(),
            Side::Origin => ORIGINS.to_vec(),
            Side::Class => CLASSES.to_vec(),
        }
    }
}

impl Case {
    /// The right answer, where the truth knows it.
    pub(super) fn truth(&self, side: Side) -> Option<&'static str> {
        match side {
            Side::Kind => Some(self.kind),
            Side::Origin => self.origin,
            Side::Class => match self.kind {
                "bounce" => self.origin.map(bounce_class),
                kind => Some(kind),
            },
        }
    }

    /// The answer that was given.
    pub(super) fn answer(&self, side: Side) -> &'static str {
        let found = self.found();
        match side {
            Side::Kind => found.kind,
            Side::Origin => found.origin,
            Side::Class if found.kind == "bounce" => bounce_class(found.origin),
            Side::Class => found.kind,
        }
    }

    pub(super) fn swept(&self) -> bool {
        self.found().p_forged.is_some_and(|p| p >= SWEPT)
    }
}

fn bounce_class(origin: &str) -> &'static str {
    match origin {
        "genuine" => "genuine-bounce",
        "forged" => "backscatter",
        _ => "undecided-bounce",
    }
}

/// A measure, read from its name.
enum Measure {
    Rows,
    Listed,
    Unlisted,
    WithoutTruth,
    Brier,
    Ece,
    Accuracy(Side),
    Of(Side, Vec<&'static str>, Count),
}

#[derive(Clone, Copy)]
enum Count {
    Total,
    Hits,
    Recall,
    False,
    Called,
    Precision,
    Swept,
    As(&'static str),
    AsShare(&'static str),
}

impl Measure {
    fn parse(name: &str) -> Result<Measure, String> {
        let unknown =
            || format!("there is no measure `{name}`; `unscatter evaluate --help` lists them");
        let plain = match name {
            "rows" => Some(Measure::Rows),
            "listed" => Some(Measure::Listed),
            "unlisted" => Some(Measure::Unlisted),
            "without-truth" => Some(Measure::WithoutTruth),
            "brier" => Some(Measure::Brier),
            "ece" => Some(Measure::Ece),
            "accuracy.kind" => Some(Measure::Accuracy(Side::Kind)),
            "accuracy.origin" => Some(Measure::Accuracy(Side::Origin)),
            "accuracy.class" => Some(Measure::Accuracy(Side::Class)),
            _ => None,
        };
        if let Some(measure) = plain {
            return Ok(measure);
        }
        let parts: Vec<_> = name.split('.').collect();
        let (side, set, count) = match parts[..] {
            [side, set, count] => (side, set, (count, "")),
            [side, set, count, part] => (side, set, (count, part)),
            _ => return Err(unknown()),
        };
        let side = match side {
            "kind" => Side::Kind,
            "origin" => Side::Origin,
            "class" => Side::Class,
            _ => return Err(unknown()),
        };
        let labels = side.labels();
        let label =
            |wanted: &str| {
                labels.iter().copied().find(|known| *known == wanted).ok_or_else(|| {
                    format!("`{wanted}` in `{name}` is none of {}", labels.join(", "))
                })
            };
        let set = set.split('+').map(label).collect::<Result<_, _>>()?;
        let count = match count {
            ("total", "") => Count::Total,
            ("hits", "") => Count::Hits,
            ("recall", "") => Count::Recall,
            ("false", "") => Count::False,
            ("called", "") => Count::Called,
            ("precision", "") => Count::Precision,
            ("swept", "") => Count::Swept,
            (other, part) => match (other.strip_prefix("as-"), part) {
                (Some(other), "") => Count::As(label(other)?),
                (Some(other), "share") => Count::AsShare(label(other)?),
                _ => return Err(unknown()),
            },
        };
        Ok(Measure::Of(side, set, count))
    }
}

/// How far p_forged can be trusted, over rows whose true origin is genuine or forged.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Calibration {
    /// Ten bins of p_forged: rows, mean of p_forged, share of forged rows.
    pub bins: [(u64, f64, f64); 10],
    /// Rows.
    pub rows: u64,
    /// Mean squared difference of p_forged and truth.
    pub brier: f64,
    /// Mean difference of mean p_forged and share of forged rows, weighted by bin.
    pub ece: f64,
}

impl Evaluation {
    /// The value of a measure; NaN where there is nothing to measure, an explanation where there is no
    /// such measure.
    ///
    /// `SIDE.SET.COUNT`: SIDE is `kind`, `origin` or `class`, SET one name or several joined by `+`
    /// that count as one. COUNT is `total` (truth rows of SET), `hits` (of these, called one of SET),
    /// `recall`, `false` (of these, called something else), `called` (rows called one of SET whose
    /// truth is known), `precision`, `swept` (truth rows of SET with p_forged of 0.99 or more),
    /// `as-NAME` (truth rows of SET that are called NAME) and `as-NAME.share`. Besides: `accuracy.kind`,
    /// `accuracy.origin` (rows whose truth is not none), `accuracy.class`, `brier`, `ece`, `rows`,
    /// `listed`, `unlisted`, `without-truth`.
    pub fn measure(&self, name: &str) -> Result<f64, String> {
        let listed = || self.cases.iter().filter(|case| case.found.is_some()).count();
        Ok(match Measure::parse(name)? {
            Measure::Rows => float(self.cases.len()),
            Measure::Listed => float(listed()),
            Measure::Unlisted => float(self.cases.len() - listed()),
            Measure::WithoutTruth => self.without_truth as f64,
            Measure::Brier => self.calibration().brier,
            Measure::Ece => self.calibration().ece,
            Measure::Accuracy(side) => {
                let known = |case: &&Case| match case.truth(side) {
                    Some("none") | None => false,
                    Some(_) => true,
                };
                let right = |case: &&Case| case.truth(side) == Some(case.answer(side));
                ratio(
                    self.cases.iter().filter(known).filter(right).count(),
                    self.cases.iter().filter(known).count(),
                )
            }
            Measure::Of(side, set, count) => self.count(side, &set, count),
        })
    }

    fn count(&self, side: Side, set: &[&str], count: Count) -> f64 {
        let truly = |case: &&Case| case.truth(side).is_some_and(|truth| set.contains(&truth));
        let called = |case: &&Case| case.truth(side).is_some() && set.contains(&case.answer(side));
        let total = self.cases.iter().filter(truly).count();
        let hits = self.cases.iter().filter(truly).filter(called).count();
        let all_called = || self.cases.iter().filter(called).count();
        let called_as =
            |name| self.cases.iter().filter(truly).filter(|c| c.answer(side) == name).count();
        match count {
            Count::Total => float(total),
            Count::Hits => float(hits),
            Count::Recall => ratio(hits, total),
            Count::False => float(total - hits),
            Count::Called => float(all_called()),
            Count::Precision => ratio(hits, all_called()),
            Count::Swept => float(self.cases.iter().filter(truly).filter(|c| c.swept()).count()),
            Count::As(name) => float(called_as(name)),
            Count::AsShare(name) => ratio(called_as(name), total),
        }
    }

    /// How far p_forged can be trusted.
    pub fn calibration(&self) -> Calibration {
        let mut sums = [(0u64, 0.0, 0.0); 10];
        let mut squares = 0.0;
        for case in &self.cases {
            let forged = match case.origin {
                Some("forged") => 1.0,
                Some("genuine") => 0.0,
                _ => continue,
            };
            let Some(p) = case.found().p_forged else { continue };
            let bin = ((p * 10.0).floor().clamp(0.0, 9.0)) as usize;
            sums[bin].0 += 1;
            sums[bin].1 += p;
            sums[bin].2 += forged;
            squares += (p - forged) * (p - forged);
        }
        let rows: u64 = sums.iter().map(|sum| sum.0).sum();
        let all = rows as f64;
        let bins = sums.map(|(n, p, forged)| (n, p / n as f64, forged / n as f64));
        let filled = bins.iter().filter(|bin| bin.0 > 0);
        let ece = filled.map(|(n, p, share)| *n as f64 / all * (p - share).abs()).sum::<f64>();
        let ece = if rows == 0 { f64::NAN } else { ece };
        Calibration { bins, rows, brier: squares / all, ece }
    }
}

fn float(count: usize) -> f64 {
    count as f64
}

fn ratio(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}
