//! Arrivals by the hour of the clock, UTC, in so many series; bounded. Knows nothing of how they are shown.

use std::collections::BTreeMap;

/// Arrivals by the hour of the clock, UTC, in so many series.
#[derive(Debug, Default)]
pub(in crate::report) struct Hours<const N: usize> {
    pub(in crate::report) counts: BTreeMap<i64, [u32; N]>,
    /// Arrivals without a date, and those beyond the hours that are kept.
    pub(in crate::report) elsewhere: u64,
}

/// Hours that are kept: eleven years.
const HOURS: usize = 100_000;

impl<const N: usize> Hours<N> {
    pub(in crate::report) fn add(&mut self, date: Option<i64>, series: usize) {
        let Some(hour) = date.map(|date| date.div_euclid(3600)) else {
            self.elsewhere += 1;
            return;
        };
        let full = self.counts.len() >= HOURS;
        match self.counts.get_mut(&hour) {
            Some(counts) => counts[series] += 1,
            None if full => self.elsewhere += 1,
            None => self.counts.entry(hour).or_insert([0; N])[series] += 1,
        }
    }

    /// The hour with the most arrivals of these series, and how many; the earliest of several.
    pub(in crate::report) fn peak(&self, series: &[usize]) -> Option<(u64, i64)> {
        let of = |counts: &[u32; N]| series.iter().map(|s| u64::from(counts[*s])).sum::<u64>();
        self.counts
            .iter()
            .map(|(hour, counts)| (of(counts), *hour))
            .filter(|(n, _)| *n > 0)
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)))
    }

    /// Arrivals of these series from the first hour to before the second.
    pub(in crate::report) fn within(&self, from: i64, to: i64, series: &[usize]) -> u64 {
        if from >= to {
            return 0;
        }
        let of = |counts: &[u32; N]| series.iter().map(|s| u64::from(counts[*s])).sum::<u64>();
        self.counts.range(from..to).map(|(_, counts)| of(counts)).sum()
    }

    /// The hour before which this share of the arrivals of these series came.
    pub(in crate::report) fn quantile(&self, share: f64, series: &[usize]) -> Option<i64> {
        let of = |counts: &[u32; N]| series.iter().map(|s| u64::from(counts[*s])).sum::<u64>();
        let all: u64 = self.counts.values().map(of).sum();
        let wanted = (all as f64 * share).ceil().max(1.0) as u64;
        let mut sum = 0;
        for (hour, counts) in &self.counts {
            sum += of(counts);
            if sum >= wanted && all > 0 {
                return Some(*hour);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_is_the_earliest_of_the_fullest_hours() {
        let mut hours = Hours::<2>::default();
        for date in [3600, 3700, 7200, 7300, 9_000_000] {
            hours.add(Some(date), 0);
        }
        hours.add(Some(9_000_000), 1);
        hours.add(None, 0);
        assert_eq!(hours.peak(&[0]), Some((2, 1)));
        assert_eq!(hours.within(1, 3, &[0, 1]), 4);
        assert_eq!(hours.quantile(0.5, &[0]), Some(2));
        assert_eq!(hours.elsewhere, 1);
    }
}
