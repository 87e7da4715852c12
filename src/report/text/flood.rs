//! The flood as one line of blocks: when the answers to forged mail came, for a terminal or a log.

use std::io::{self, Write};

use super::figures::counted;
use super::{Summary, day};
use crate::report::hours::Hours;
use crate::report::rfc3339;

/// Blocks of the line, and answers from which on it is worth one.
const CELLS: i64 = 60;
const LEAST: u64 = 20;

/// Hours that one block may stand for.
const HOURS: [i64; 10] = [1, 2, 3, 6, 12, 24, 48, 168, 672, 8_736];

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The line and what one block stands for. A few answers far off in time are left out.
fn line(hours: &Hours<1>) -> Option<(String, i64, i64, i64)> {
    let (first, last) = (hours.quantile(0.005, &[0])?, hours.quantile(0.995, &[0])?);
    let of = |span: i64| HOURS.into_iter().find(|hours| span / hours < CELLS - 1);
    let step = of(last - first)?;
    let from = first.div_euclid(step) * step;
    let cells: Vec<u64> = (0..=(last - from) / step)
        .map(|at| hours.within(from + at * step, from + (at + 1) * step, &[0]))
        .collect();
    let most = cells.iter().max().copied().unwrap_or(0).max(1);
    let block = |n: &u64| match n {
        0 => '.',
        n => BLOCKS[((n * 8).div_ceil(most) as usize).clamp(1, 8) - 1],
    };
    Some((cells.iter().map(block).collect(), step, first, last))
}

impl<W: Write> Summary<W> {
    /// When the answers to forged mail came, where there are enough to make a flood.
    pub(super) fn flood(&mut self, forged: u64) -> io::Result<()> {
        if forged < LEAST {
            return Ok(());
        }
        let Some((line, step, first, last)) = line(&self.flood) else { return Ok(()) };
        let each = match step {
            1 => "hour".to_owned(),
            hours if hours % 24 == 0 && hours > 24 => format!("{} days", hours / 24),
            24 => "day".to_owned(),
            hours => format!("{hours} hours"),
        };
        let (first, last) = (day(first * 3600), day(last * 3600));
        self.prose(2, &format!("When they came, {first} to {last}, a block for each {each}:"))?;
        writeln!(self.out, "  {line}")?;
        if let Some((most, hour)) = self.flood.peak(&[0]) {
            let hour = rfc3339(hour * 3600);
            let hour = hour.get(..16).unwrap_or_default().replace('T', " ");
            let most = counted(most, "answer", "answers");
            self.prose(2, &format!("Peak: {most} in the hour from {hour} UTC"))?;
        }
        self.blank()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_a_line_of_at_most_sixty_blocks() {
        for span in [1, 30, 59, 60, 500, 2_000, 90_000] {
            let mut hours = Hours::<1>::default();
            for hour in 0..span {
                hours.add(Some(1_763_460_000 + hour * 3600), 0);
            }
            let (line, _, _, _) = line(&hours).unwrap();
            assert!((1..=60).contains(&line.chars().count()), "{span}: {line}");
        }
    }

    #[test]
    fn heights_follow_the_counts_and_nothing_is_a_dot() {
        let mut hours = Hours::<1>::default();
        for (hour, n) in [(0, 1), (1, 8), (3, 4)] {
            for _ in 0..n {
                hours.add(Some(hour * 3600), 0);
            }
        }
        assert_eq!(line(&hours).map(|l| l.0), Some("▁█.▄".to_owned()));
        assert_eq!(line(&Hours::default()).map(|l| l.0), None);
    }
}
