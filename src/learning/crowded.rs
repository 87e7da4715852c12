//! Days around which many different things stand within a week: names that strangers wear, addresses that somebody
//! makes up.

use std::collections::{BTreeMap, BTreeSet};

/// Collects what stands on which day (since the epoch).
pub(super) struct Gathered<'a> {
    least: usize,
    days: BTreeMap<i64, BTreeSet<&'a str>>,
}

/// The days (since the epoch) around which, three before and three behind, enough different things stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Crowded(BTreeSet<i64>);

impl<'a> Gathered<'a> {
    /// `least` different things of one week are enough.
    pub(super) fn new(least: usize) -> Self {
        Gathered { least, days: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, day: i64, thing: &'a str) {
        let of_day = self.days.entry(day).or_default();
        // More of one day than are enough change nothing.
        if of_day.len() < self.least {
            of_day.insert(thing);
        }
    }

    pub(super) fn crowded(&self) -> Crowded {
        let enough = |day: &i64| {
            let mut near: BTreeSet<&str> = BTreeSet::new();
            self.days.range(day - 3..=day + 3).any(|(_, some)| {
                near.extend(some);
                near.len() >= self.least
            })
        };
        Crowded(self.days.keys().copied().filter(enough).collect())
    }
}

impl Crowded {
    pub(super) fn has(&self, day: i64) -> bool {
        self.0.contains(&day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_is_crowded_where_enough_different_things_stand_in_it() {
        let mut gathered = Gathered::new(3);
        for (day, thing) in
            [(10, "a"), (12, "b"), (13, "c"), (13, "c"), (17, "a"), (30, "a"), (30, "b")]
        {
            gathered.add(day, thing);
        }
        let crowded = gathered.crowded();
        let days: Vec<i64> = (0..40).filter(|day| crowded.has(*day)).collect();
        assert_eq!(days, [10, 12, 13]);
    }
}
