//! Charts over time: from counts to places. Widths are percents and heights pixels, so that
//! a chart fits any page without its letters growing or shrinking.

use super::axis::{Axis, HOUR, moment, short_moment};
use super::gathered::{ALL, FORGED, Gathered, SERIES, cell};
use super::view::{Block, Chart, Column, L, Lane, Lanes, Level, N, Place, Remark, Stretch, Table};
use crate::report::text::grouped;
use crate::scan::Outcome;

/// What the series of charts over time are.
pub(super) const NAMES: [&str; SERIES] = [
    "bounces of forged mail (backscatter)",
    "other answers to forged mail",
    "undecided",
    "answers to your own mail",
    "your own mail that failed",
];

/// Height of a chart's field, pixels, without its labels; and what stands above it.
pub(super) const FIELD: f64 = 200.0;
pub(super) const ABOVE: f64 = 34.0;

/// Campaigns that get a lane, and a line above the arrivals.
const LANES: usize = 12;
const STRETCHES: usize = 4;

/// A scale that ends above the greatest number, with round levels.
pub(super) struct Scale {
    top: f64,
    field: f64,
    above: f64,
}

impl Scale {
    pub(super) fn to(most: u64) -> (Scale, Vec<Level>) {
        let mut step = 1;
        while most.div_ceil(step) > 4 {
            step = match step.to_string().as_bytes()[0] {
                b'1' => step * 2,
                b'2' => step / 2 * 5,
                _ => step * 2,
            };
        }
        let top = most.div_ceil(step).max(1) * step;
        let scale = Scale { top: top as f64, field: FIELD, above: ABOVE };
        let levels = (1..=top / step)
            .map(|i| Level { y: L(scale.y((i * step) as f64)), label: grouped(i * step) })
            .collect();
        (scale, levels)
    }

    fn y(&self, value: f64) -> f64 {
        self.above + self.field * (1.0 - value / self.top)
    }

    /// Pieces on top of each other; a piece that is there at all can be seen.
    pub(super) fn stack(&self, counts: &[u64]) -> Vec<Block> {
        let mut floor = self.above + self.field;
        let mut blocks = Vec::new();
        for (series, count) in counts.iter().enumerate().filter(|(_, n)| **n > 0) {
            let height = (self.field * *count as f64 / self.top).max(1.5);
            floor -= height;
            blocks.push(Block { series, y: L(floor), height: L(height) });
        }
        blocks
    }
}

/// The part of a step's width that its column takes.
pub(super) fn column(at: usize, of: usize) -> (L, L) {
    let width = 100.0 / of as f64;
    let gap = if of > 40 { 0.12 } else { 0.2 };
    (L((at as f64 + gap / 2.0) * width), L(width * (1.0 - gap)))
}

/// The range that the charts show: all arrivals, unless a few lie far off.
fn range(g: &Gathered) -> Option<(i64, i64)> {
    let (first, last) = (*g.hours.counts.keys().next()?, *g.hours.counts.keys().next_back()?);
    let (a, b) = (g.hours.quantile(0.005, &ALL)?, g.hours.quantile(0.995, &ALL)?);
    let core = (b - a).max(24);
    if last - first > 8 * core && last - first > 400 * 24 {
        return Some(((a - core / 10) * HOUR, (b + core / 10) * HOUR));
    }
    Some((first * HOUR, last * HOUR))
}

/// Arrivals in steps of an axis.
fn steps(g: &Gathered, axis: &Axis) -> Vec<[u64; SERIES]> {
    let mut steps = vec![[0; SERIES]; axis.steps()];
    for (hour, counts) in g.hours.counts.range(axis.from / HOUR..axis.to / HOUR) {
        if let Some(step) = axis.step_of(hour * HOUR) {
            for (sum, n) in steps[step].iter_mut().zip(counts) {
                *sum += u64::from(*n);
            }
        }
    }
    steps
}

fn over_time(id: &'static str, title: &'static str, g: &Gathered, axis: &Axis) -> Chart {
    let steps = steps(g, axis);
    let most = steps.iter().map(|s| s.iter().sum()).max().unwrap_or(0);
    let (scale, levels) = Scale::to(most);
    let head = [axis.unit].into_iter().chain(NAMES).map(str::to_owned).collect();
    let mut table = Table { head, ..Table::default() };
    let mut columns = Vec::new();
    for (at, counts) in steps.iter().enumerate() {
        let sum: u64 = counts.iter().sum();
        if sum == 0 {
            continue;
        }
        let (x, width) = column(at, steps.len());
        let said: Vec<_> = NAMES
            .iter()
            .zip(counts)
            .filter(|(_, n)| **n > 0)
            .map(|(name, n)| format!("{name} {}", grouped(*n)))
            .collect();
        let says = format!("{}: {}", axis.name(at), said.join(", "));
        columns.push(Column { x, width, says, pieces: scale.stack(counts) });
        let numbers = counts.iter().map(|n| grouped(*n));
        table.rows.push([axis.name(at)].into_iter().chain(numbers).collect());
    }
    let legend = (0..SERIES)
        .filter(|s| steps.iter().any(|counts| counts[*s] > 0))
        .map(|s| (s, NAMES[s]))
        .collect();
    Chart {
        id,
        title,
        describes: format!(
            "Automatic answers by {}, from {} to {} (UTC), stacked by what they answer.",
            axis.unit,
            moment(axis.from),
            moment(axis.to)
        ),
        note: String::new(),
        height: L(ABOVE + FIELD + 22.0),
        base: L(ABOVE + FIELD),
        legend,
        levels,
        right: Vec::new(),
        columns,
        stretches: Vec::new(),
        remarks: peak(g, axis, &scale, &steps),
        slanted: false,
        line: Vec::new(),
        ticks: axis.ticks().into_iter().map(Place::from).collect(),
        table,
    }
}

/// The fullest hour, marked at its place.
fn peak(g: &Gathered, axis: &Axis, scale: &Scale, steps: &[[u64; SERIES]]) -> Vec<Remark> {
    let Some((most, hour)) = g.hours.peak(&FORGED) else { return Vec::new() };
    let Some(step) = axis.step_of(hour * HOUR).filter(|_| most > 1) else { return Vec::new() };
    let x = (step as f64 + 0.5) * 100.0 / steps.len() as f64;
    let sum: u64 = steps[step].iter().sum();
    vec![Remark {
        x: L(x),
        y: L(scale.y(sum as f64) - 5.0),
        label: format!("peak: {} an hour, {}", grouped(most), short_moment(hour * HOUR)),
        anchor: if x < 50.0 { "start" } else { "end" },
    }]
}

/// All arrivals, and the flood hour by hour where the whole is too long to show it.
pub(super) fn arrivals(g: &Gathered) -> Vec<Chart> {
    let Some((first, last)) = range(g) else { return Vec::new() };
    let axis = Axis::over(first, last);
    let mut all = over_time("arrivals", "Arrivals", g, &axis);
    let shown = g.hours.within(axis.from / HOUR, axis.to / HOUR, &ALL);
    let counted: u64 = g.classes.values().sum();
    if counted > shown {
        all.note =
            format!("Not shown: {} without a date or far off in time.", grouped(counted - shown));
    }
    all.stretches = stretches(g, &axis);
    let mut charts = vec![all];
    if axis.step > HOUR
        && let Some((from, to)) = flood(g)
    {
        let axis = Axis::hourly(from * HOUR, (to - 1) * HOUR);
        charts.push(over_time("flood", "The flood, hour by hour", g, &axis));
    }
    charts
}

/// Hours of the flood that are shown one by one.
const FLOOD: i64 = 96;

/// The hours that hold the most answers to forged mail, without quiet ones at their ends; nothing where there
/// are few.
fn flood(g: &Gathered) -> Option<(i64, i64)> {
    let hours: Vec<i64> = g
        .hours
        .counts
        .iter()
        .filter(|(_, counts)| counts[0] + counts[1] > 0)
        .map(|(hour, _)| *hour)
        .collect();
    let (most, from) = hours
        .iter()
        .map(|hour| (g.hours.within(*hour, hour + FLOOD, &FORGED), *hour))
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))?;
    let last = hours.iter().rev().find(|hour| **hour < from + FLOOD)?;
    (most >= 20).then_some((from, last + 1))
}

/// Spans of the largest campaigns, one above the other.
fn stretches(g: &Gathered, axis: &Axis) -> Vec<Stretch> {
    largest(g, STRETCHES)
        .into_iter()
        .enumerate()
        .filter_map(|(at, number)| {
            let tallied = &g.campaigns[&number].tallied;
            let (first, last) = (tallied.first?, tallied.last?);
            let (from, to) = (axis.percent(first), axis.percent(last));
            Some(Stretch {
                x: L(from),
                width: L((to - from).max(0.4)),
                y: L(3.0 + 7.0 * at as f64),
                label: format!("campaign {number}: {} to {}", moment(first), moment(last)),
            })
        })
        .collect()
}

/// Numbers of the campaigns with the most answers.
pub(super) fn largest(g: &Gathered, most: usize) -> Vec<u32> {
    let mut order: Vec<(u64, u32)> =
        g.campaigns.iter().map(|(number, c)| (c.tallied.count(), *number)).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    order.truncate(most);
    order.into_iter().map(|(_, number)| number).collect()
}

/// Height of a lane, pixels.
const LANE: f64 = 30.0;

/// The largest campaigns over time, one lane each.
pub(super) fn lanes(g: &Gathered, outcome: &Outcome) -> Option<Lanes> {
    let shown = largest(g, LANES);
    let of = |number: &u32| &g.campaigns[number];
    let dates: Vec<i64> = shown.iter().flat_map(|n| of(n).hours().keys().copied()).collect();
    let (first, last) = (*dates.iter().min()?, *dates.iter().max()?);
    let axis = Axis::over(first * HOUR, last * HOUR);
    let mut table = Table::default();
    let head = ["campaign", "answers", "first", "last", "fullest hour", "in that hour"];
    table.head = head.map(str::to_owned).to_vec();
    let mut lanes = Vec::new();
    for number in &shown {
        let campaign = of(number);
        let mut counts = vec![0u64; axis.steps()];
        for (hour, n) in campaign.hours() {
            if let Some(step) = axis.step_of(hour * HOUR) {
                counts[step] += u64::from(*n);
            }
        }
        let most = counts.iter().max().copied().unwrap_or(1).max(1);
        let series = if campaign.tallied.split[0] >= campaign.tallied.split[1] { 0 } else { 4 };
        let columns = counts
            .iter()
            .enumerate()
            .filter(|(_, n)| **n > 0)
            .map(|(at, n)| {
                let (x, width) = column(at, counts.len());
                let height = (LANE * *n as f64 / most as f64).max(2.0);
                let says = format!("{}: {}", axis.name(at), grouped(*n));
                let block = Block { series, y: L(LANE - height), height: L(height) };
                Column { x, width, says, pieces: vec![block] }
            })
            .collect();
        let (first, last) = (campaign.tallied.first?, campaign.tallied.last?);
        let peak = fullest(campaign.hours());
        let (hour, in_it) = peak.map_or((String::new(), 0), |(n, h)| (moment(h * HOUR), n));
        let name = outcome.campaigns.iter().find(|c| c.number == *number);
        let name = name.map(|c| cell(&c.template)).filter(|name| !name.is_empty());
        let count = campaign.tallied.count();
        table.rows.push(vec![
            number.to_string(),
            grouped(count),
            moment(first),
            moment(last),
            hour.clone(),
            grouped(in_it),
        ]);
        let (from, to) = (axis.percent(first), axis.percent(last));
        lanes.push(Lane {
            number: *number,
            name: name.unwrap_or_else(|| "no subject".to_owned()),
            count: N(count),
            says: format!(
                "{} to {}, at most {} an hour, in the hour from {hour}",
                moment(first),
                moment(last),
                grouped(in_it)
            ),
            columns,
            from: L(from),
            width: L((to - from).max(0.3)),
        });
    }
    Some(Lanes {
        describes: format!(
            "Each lane is one campaign, by {}, from {} to {} (UTC). Heights compare within a lane only; the \
             number tells its size.",
            axis.unit,
            moment(axis.from),
            moment(axis.to)
        ),
        lanes,
        ticks: axis.ticks().into_iter().map(Place::from).collect(),
        more: N((g.campaigns.len() - shown.len()) as u64),
        table,
    })
}

/// The fullest hour of a campaign, the earliest of several.
pub(super) fn fullest(hours: &std::collections::BTreeMap<i64, u32>) -> Option<(u64, i64)> {
    hours
        .iter()
        .map(|(hour, n)| (u64::from(*n), *hour))
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scales_end_above_the_greatest_number_at_round_levels() {
        for most in [0, 1, 3, 4, 5, 9, 99, 1_000, 15_373, 999_999] {
            let (scale, levels) = Scale::to(most);
            assert!(scale.top >= most as f64 && (1..=4).contains(&levels.len()), "{most}");
        }
        assert_eq!(Scale::to(15_373).1.last().map(|l| l.label.clone()), Some("20,000".into()));
    }

    #[test]
    fn a_single_answer_beside_thousands_can_be_seen() {
        let (scale, _) = Scale::to(100_000);
        let blocks = scale.stack(&[99_999, 0, 0, 0, 1]);
        assert!(blocks.len() == 2 && blocks[1].height.0 >= 1.5 && blocks[1].series == 4);
    }
}
