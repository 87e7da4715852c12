//! Charts of numbers that are not arrivals: hours of the day, how sure the verdicts are, what Sent covers.

use super::axis::month;
use super::charts::{ABOVE, FIELD, Scale, column};
use super::gathered::{Gathered, SERIES};
use super::view::{Block, Chart, Column, L, Level, Place, Table};
use crate::report::text::grouped;
use crate::scan::Outcome;

/// A chart of single columns, each with a name and numbers.
struct Simple {
    id: &'static str,
    title: &'static str,
    describes: String,
    series: usize,
    name: &'static str,
}

impl Simple {
    fn chart(self, counts: &[u64], names: &[String], labels: &[(usize, String)]) -> Chart {
        let (scale, levels) = Scale::to(counts.iter().max().copied().unwrap_or(0));
        let columns = counts
            .iter()
            .enumerate()
            .filter(|(_, n)| **n > 0)
            .map(|(at, n)| {
                let (x, width) = column(at, counts.len());
                let mut stacked = vec![0; self.series];
                stacked.push(*n);
                let says = format!("{}: {}", names[at], grouped(*n));
                Column { x, width, says, pieces: scale.stack(&stacked) }
            })
            .collect();
        let rows = names.iter().zip(counts).map(|(name, n)| vec![name.clone(), grouped(*n)]);
        Chart {
            id: self.id,
            title: self.title,
            describes: self.describes,
            note: String::new(),
            height: L(ABOVE + FIELD + 22.0),
            base: L(ABOVE + FIELD),
            legend: Vec::new(),
            levels,
            right: Vec::new(),
            columns,
            stretches: Vec::new(),
            remarks: Vec::new(),
            slanted: false,
            line: Vec::new(),
            ticks: labels
                .iter()
                .map(|(at, label)| Place {
                    x: L((*at as f64 + 0.5) * 100.0 / counts.len() as f64),
                    label: label.clone(),
                    minor: false,
                    anchor: "middle",
                })
                .collect(),
            table: Table {
                head: vec![self.name.to_owned(), "mails".to_owned()],
                rows: rows.collect(),
            },
        }
    }
}

/// At which hour of the day forged and genuine originals were sent.
pub(super) fn of_day(g: &Gathered) -> Vec<Chart> {
    let names: Vec<String> = (0..24).map(|hour| format!("{hour:02}:00")).collect();
    let labels: Vec<(usize, String)> =
        (0..24).step_by(6).map(|hour| (hour, format!("{hour:02}"))).collect();
    let chart = |id, title, series, whose: &str, counts: &[u64; 24]| {
        let sum: u64 = counts.iter().sum();
        let describes = format!(
            "Hour (UTC) in the Date of {} {whose} mails that came back with one.",
            grouped(sum)
        );
        Simple { id, title, describes, series, name: "hour" }.chart(counts, &names, &labels)
    };
    let [forged, genuine] = &g.of_day;
    if forged.iter().chain(genuine).sum::<u64>() == 0 {
        return Vec::new();
    }
    vec![
        chart("hours-forged", "Forged mail by hour of the day", 0, "forged", forged),
        chart("hours-genuine", "Your own mail by hour of the day", 4, "of your own", genuine),
    ]
}

/// How sure the verdicts are: p_forged of all answers, on a scale that shows single ones beside thousands.
pub(super) fn confidence(g: &Gathered) -> Option<Chart> {
    let sum: u64 = g.confidence.iter().sum();
    if sum == 0 {
        return None;
    }
    let most = g.confidence.iter().max().copied().unwrap_or(1);
    let mut top = 1;
    while 10u64.pow(top) < most {
        top += 1;
    }
    let field = |n: u64| FIELD * (1.0 + (n as f64).log10()) / f64::from(top + 1);
    let levels = (0..=top)
        .map(|i| Level { y: L(ABOVE + FIELD - field(10u64.pow(i))), label: grouped(10u64.pow(i)) })
        .collect();
    let name = |at: usize| format!("{:.2} to {:.2}", at as f64 * 0.05, (at + 1) as f64 * 0.05);
    let series = |at: usize| match at {
        0 => 4,
        19 => 0,
        _ => 2,
    };
    let columns = g
        .confidence
        .iter()
        .enumerate()
        .filter(|(_, n)| **n > 0)
        .map(|(at, n)| {
            let (x, width) = column(at, 20);
            let height = field(*n);
            let block =
                Block { series: series(at), y: L(ABOVE + FIELD - height), height: L(height) };
            let says = format!("{}: {}", name(at), grouped(*n));
            Column { x, width, says, pieces: vec![block] }
        })
        .collect();
    let tick = |at: f64, label: &str, anchor| Place {
        x: L(at),
        label: label.to_owned(),
        minor: false,
        anchor,
    };
    Some(Chart {
        id: "confidence",
        title: "How sure the verdicts are",
        describes: format!(
            "{} answers by the probability that the answered mail was forged. Each line is ten times the one \
             below. Left of 0.05 genuine, right of 0.95 forged (with two independent groups of evidence), \
             between them undecided.",
            grouped(sum)
        ),
        note: String::new(),
        height: L(ABOVE + FIELD + 22.0),
        base: L(ABOVE + FIELD),
        legend: vec![(4, "up to 0.05"), (2, "between"), (0, "from 0.95")],
        levels,
        right: Vec::new(),
        columns,
        stretches: Vec::new(),
        remarks: Vec::new(),
        slanted: false,
        line: Vec::new(),
        ticks: vec![
            tick(0.0, "0", "start"),
            tick(25.0, "0.25", "middle"),
            tick(50.0, "0.5", "middle"),
            tick(75.0, "0.75", "middle"),
            tick(100.0, "1", "end"),
        ],
        table: Table {
            head: vec!["p_forged".to_owned(), "answers".to_owned()],
            rows: (0..20).map(|at| vec![name(at), grouped(g.confidence[at])]).collect(),
        },
    })
}

/// Answers, their mean p_forged and how many were forged, by tenths; made by scripts/measure-calibration.
const MEASURED: &str = include_str!("calibration.csv");

/// How often verdicts of each probability were right where the truth is known.
pub(super) fn calibration() -> Chart {
    let rows: Vec<(u64, f64, u64)> = MEASURED
        .lines()
        .skip(2)
        .filter_map(|line| {
            let mut cells = line.split(',');
            let answers = cells.next()?.parse().ok()?;
            Some((answers, cells.next()?.parse().ok()?, cells.next()?.parse().ok()?))
        })
        .collect();
    let sum: u64 = rows.iter().map(|(n, _, _)| n).sum();
    let share = |n: u64, forged: u64| forged as f64 / n.max(1) as f64;
    let y = |share: f64| L(ABOVE + FIELD * (1.0 - share));
    let level = |percent: u8| Level {
        y: y(f64::from(percent) / 100.0),
        label: format!("{percent} % were forged"),
    };
    let tick = |at: u8, label: &str, anchor| Place {
        x: L(f64::from(at)),
        label: label.to_owned(),
        minor: false,
        anchor,
    };
    let points = rows.iter().filter(|(n, _, _)| *n > 0);
    let table = points.clone().map(|(n, mean, forged)| {
        let share = format!("{:.1} %", 100.0 * share(*n, *forged));
        vec![format!("{mean:.3}"), grouped(*n), share]
    });
    Chart {
        id: "calibration",
        title: "How right the program is where the truth is known",
        describes: format!(
            "Not from this mailbox, of which nobody knows the truth, but from {} answers in six simulated ones \
             (scripts/measure-calibration, {}): how many of the answers with about the same p_forged really \
             were forged. On the slanted line the probabilities would be exact; below it the program says \
             forged too often.",
            grouped(sum),
            MEASURED.lines().next().unwrap_or_default()
        ),
        note: String::new(),
        height: L(ABOVE + FIELD + 22.0),
        base: L(ABOVE + FIELD),
        legend: Vec::new(),
        levels: vec![level(50), level(100)],
        right: Vec::new(),
        columns: Vec::new(),
        stretches: Vec::new(),
        remarks: Vec::new(),
        slanted: true,
        line: points.clone().map(|(n, mean, f)| (L(100.0 * mean), y(share(*n, *f)))).collect(),
        ticks: vec![
            tick(0, "0", "start"),
            tick(25, "0.25", "middle"),
            tick(50, "0.5", "middle"),
            tick(75, "0.75", "middle"),
            tick(100, "1", "end"),
        ],
        table: Table {
            head: ["mean p_forged", "answers", "really forged"].map(str::to_owned).to_vec(),
            rows: table.collect(),
        },
    }
}

/// Months of Sent that are shown, the newest.
const MONTHS: usize = 60;

/// How complete Sent is, month by month: the mail in it, and the share of what people answer that it holds.
pub(super) fn coverage(outcome: &Outcome) -> Option<Chart> {
    let months =
        &outcome.background.coverage[outcome.background.coverage.len().saturating_sub(MONTHS)..];
    let last = months.last()?;
    let first = months.first()?;
    let counts: Vec<u64> = months.iter().map(|m| u64::from(m.sent)).collect();
    let names: Vec<String> = months.iter().map(|m| month(m.start)).collect();
    let every = months.len().div_ceil(6);
    let labels: Vec<_> = names.iter().cloned().enumerate().step_by(every).collect();
    let (asked, found) =
        months.iter().fold((0, 0), |(a, f), m| (a + u64::from(m.asked), f + u64::from(m.found)));
    let known = match asked {
        0 => "No reply of other people names a mail of yours, so it cannot be measured how complete Sent \
              is."
            .to_owned(),
        _ => format!(
            "Of {} mails of yours that people's replies name, Sent holds {} ({} %): so complete it is, as \
             far as can be measured. The line is that share, month by month; a gap means no replies.",
            grouped(asked),
            grouped(found),
            found * 100 / asked
        ),
    };
    let describes = format!(
        "Columns: mail in Sent by month, {} to {}. {known}",
        month(first.start),
        month(last.start)
    );
    let simple =
        Simple { id: "coverage", title: "What Sent covers", describes, series: 3, name: "month" };
    let mut chart = simple.chart(&counts, &names, &labels);
    let share = |m: &crate::learning::Month| f64::from(m.found) / f64::from(m.asked);
    chart.line = months
        .iter()
        .enumerate()
        .filter(|(_, m)| m.asked > 0)
        .map(|(at, m)| {
            let x = (at as f64 + 0.5) * 100.0 / months.len() as f64;
            (L(x), L(ABOVE + FIELD * (1.0 - share(m))))
        })
        .collect();
    chart.legend =
        vec![(3, "mail in Sent"), (SERIES, "share of answered mail that Sent holds, 0 to 100 %")];
    chart.table.head = ["month", "mail in Sent", "mails that replies name", "of these in Sent"]
        .map(str::to_owned)
        .to_vec();
    for (row, m) in chart.table.rows.iter_mut().zip(months) {
        row.extend([grouped(u64::from(m.asked)), grouped(u64::from(m.found))]);
    }
    Some(chart)
}
