//! An axis of time: where it begins and ends, how wide its steps are, where its labels stand. UTC.

use jiff::civil::{Date, Time};
use jiff::tz::Offset;

/// Seconds of an hour and of a day.
pub(super) const HOUR: i64 = 3600;
pub(super) const DAY: i64 = 86_400;

/// Steps that an axis may have: their length in seconds, and what is said of one.
const STEPS: [(i64, &str); 6] = [
    (HOUR, "hour"),
    (6 * HOUR, "6 hours"),
    (DAY, "day"),
    (7 * DAY, "week"),
    (28 * DAY, "4 weeks"),
    (364 * DAY, "52 weeks"),
];

/// Most steps that fit.
const MOST: i64 = 130;

/// A Monday; weeks begin there.
const MONDAY: i64 = 4 * DAY;

/// An axis of time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// First moment, and the first one behind it, Unix seconds; both at the edge of a step.
    pub(super) from: i64,
    pub(super) to: i64,
    /// Length of a step, seconds.
    pub(super) step: i64,
    /// What a step is called.
    pub(super) unit: &'static str,
}

/// A label below an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    /// Where, in percent of the width.
    pub(super) at: f64,
    pub(super) label: String,
    /// Left out where the page is narrow.
    pub(super) minor: bool,
}

impl Axis {
    /// An axis that holds both moments, in steps as short as fit.
    pub(super) fn over(first: i64, last: i64) -> Axis {
        let span = last.saturating_sub(first);
        let (step, unit) =
            STEPS.into_iter().find(|(step, _)| span / step < MOST - 1).unwrap_or(STEPS[5]);
        Axis::with(first, last, step, unit)
    }

    /// An axis in hours.
    pub(super) fn hourly(first: i64, last: i64) -> Axis {
        Axis::with(first, last, HOUR, "hour")
    }

    fn with(first: i64, last: i64, step: i64, unit: &'static str) -> Axis {
        let floor = |at: i64| (at - MONDAY).div_euclid(step) * step + MONDAY;
        Axis { from: floor(first), to: floor(last) + step, step, unit }
    }

    /// How many steps.
    pub(super) fn steps(&self) -> usize {
        ((self.to - self.from) / self.step) as usize
    }

    /// The step in which a moment lies.
    pub(super) fn step_of(&self, at: i64) -> Option<usize> {
        (self.from..self.to).contains(&at).then(|| ((at - self.from) / self.step) as usize)
    }

    /// When a step begins.
    pub(super) fn start(&self, step: usize) -> i64 {
        self.from + step as i64 * self.step
    }

    /// Where a moment stands, in percent of the width, not beyond the ends.
    pub(super) fn percent(&self, at: i64) -> f64 {
        let at = at.clamp(self.from, self.to);
        (at - self.from) as f64 * 100.0 / (self.to - self.from) as f64
    }

    /// What a step is called in a table.
    pub(super) fn name(&self, step: usize) -> String {
        let start = self.start(step);
        if self.step < DAY { moment(start) } else { day(start) }
    }

    /// Labels, at most nine.
    pub(super) fn ticks(&self) -> Vec<Tick> {
        let span = self.to - self.from;
        let mut at: Vec<(i64, String)> = Vec::new();
        if span <= 60 * DAY {
            let step = [1, 3, 6, 12, 24, 48, 24 * 7, 24 * 14]
                .into_iter()
                .map(|hours| hours * HOUR)
                .find(|step| span / step <= 8)
                .unwrap_or(14 * DAY);
            let mut next = (self.from - MONDAY).div_euclid(step) * step + MONDAY;
            while next < self.to {
                let label = if next % DAY == 0 { short_day(next) } else { hour(next) };
                at.push((next, label));
                next += step;
            }
        } else {
            let months = [1, 2, 3, 6, 12, 24, 60, 120, 600, 1200, 12_000]
                .into_iter()
                .find(|months| span / (months * 30 * DAY) <= 8)
                .unwrap_or(12_000);
            let first = date(self.from);
            let mut number = i64::from(first.year()) * 12 + i64::from(first.month()) - 1;
            number = number.div_euclid(months) * months;
            while let Some(start) = month_start(number).filter(|start| *start < self.to) {
                at.push((start, month(start)));
                number += months;
            }
        }
        at.retain(|(at, _)| *at >= self.from);
        at.iter()
            .enumerate()
            .map(|(i, (at, label))| Tick {
                at: self.percent(*at),
                label: label.clone(),
                minor: i % 2 == 1,
            })
            .filter(|tick| tick.at < 97.0)
            .collect()
    }
}

fn date(unix: i64) -> Date {
    jiff::Timestamp::from_second(unix).map_or(Date::ZERO, |at| Offset::UTC.to_datetime(at).date())
}

/// The first moment of a month that is counted from the year 0.
fn month_start(number: i64) -> Option<i64> {
    let year = i16::try_from(number.div_euclid(12)).ok()?;
    let month = i8::try_from(number.rem_euclid(12) + 1).ok()?;
    let first = Date::new(year, month, 1).ok()?.to_datetime(Time::midnight());
    Some(Offset::UTC.to_timestamp(first).ok()?.as_second())
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn name_of(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|at| MONTHS.get(at)).copied().unwrap_or("?")
}

/// `18 Nov`.
fn short_day(unix: i64) -> String {
    let date = date(unix);
    format!("{} {}", date.day(), name_of(date.month()))
}

/// `18 Nov 14:00`.
pub(super) fn short_moment(unix: i64) -> String {
    format!("{} {}", short_day(unix), hour(unix))
}

/// `Nov 2025`.
pub(super) fn month(unix: i64) -> String {
    let date = date(unix);
    format!("{} {}", name_of(date.month()), date.year())
}

/// `14:00`.
fn hour(unix: i64) -> String {
    format!("{:02}:00", unix.rem_euclid(DAY) / HOUR)
}

/// `2025-11-18`, empty outside the years that can be said.
pub(super) fn day(unix: i64) -> String {
    crate::report::text::day(unix)
}

/// `2025-11-18 14:03`.
pub(super) fn moment(unix: i64) -> String {
    let written = crate::report::rfc3339(unix);
    match (written.get(..10), written.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time}"),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_holds_both_ends_and_never_too_many_steps() {
        for span in [0, 1, HOUR, 5 * DAY, 40 * DAY, 400 * DAY, 9_000 * DAY, 300_000 * DAY] {
            let first = 1_763_463_601;
            let axis = Axis::over(first, first + span);
            assert!(axis.step_of(first).is_some() && axis.step_of(first + span).is_some());
            assert!(axis.steps() <= 900, "{} {}", span, axis.steps());
            assert!(axis.ticks().len() <= 10, "{span}: {:?}", axis.ticks());
        }
        assert_eq!(Axis::over(0, 100 * DAY).unit, "day");
    }

    #[test]
    fn weeks_begin_on_mondays_and_months_are_named() {
        // 2026-08-14 is a Friday.
        let axis = Axis::over(1_786_665_600, 1_786_665_600 + 200 * DAY);
        assert_eq!((axis.unit, axis.name(0).as_str()), ("week", "2026-08-10"));
        assert_eq!(axis.ticks()[0].label, "Sep 2026");
        assert_eq!(moment(1_786_699_800), "2026-08-14 09:30");
    }
}
