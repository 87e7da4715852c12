//! Counts of bounded size, whatever comes: the most frequent values, how many different ones, the
//! newest rows. Each says where it had to give up.

use std::collections::{BTreeMap, HashSet};
use std::hash::BuildHasher;

use crate::scan::Finding;
use crate::verdict::Origin;

/// Forged, genuine, undecided.
pub(super) type Split = [u64; 3];

/// Where an origin stands in a [`Split`].
pub(super) fn part(origin: Option<Origin>) -> usize {
    match origin {
        Some(Origin::Forged) => 0,
        Some(Origin::Genuine) => 1,
        Some(Origin::Unknown) | None => 2,
    }
}

/// Messages that are named for one value.
const EXAMPLES: usize = 2;

/// What is known of one value.
#[derive(Debug, Clone, Default)]
pub(super) struct Tallied {
    pub(super) split: Split,
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    /// `STORE/locator` of some messages.
    pub(super) examples: Vec<String>,
}

impl Tallied {
    pub(super) fn count(&self) -> u64 {
        self.split.iter().sum()
    }

    pub(super) fn add(&mut self, finding: &Finding) {
        self.split[part(finding.verdict.origin())] += 1;
        if let Some(date) = finding.date {
            self.first = Some(self.first.map_or(date, |first| first.min(date)));
            self.last = Some(self.last.map_or(date, |last| last.max(date)));
        }
        if self.examples.len() < EXAMPLES {
            self.examples.push(format!("{}/{}", finding.store, finding.locator));
        }
    }
}

/// The most frequent values. Exact while there are no more than it keeps; beyond that the rare half is
/// dropped now and then, and a value may have up to [`Top::dropped`] more than it shows.
#[derive(Debug)]
pub(super) struct Top {
    kept: BTreeMap<String, Tallied>,
    most: usize,
    dropped: u64,
    total: u64,
}

impl Top {
    pub(super) fn keeping(most: usize) -> Self {
        Top { kept: BTreeMap::new(), most, dropped: 0, total: 0 }
    }

    pub(super) fn add(&mut self, value: &str, finding: &Finding) {
        self.total += 1;
        if let Some(tallied) = self.kept.get_mut(value) {
            return tallied.add(finding);
        }
        if self.kept.len() >= self.most {
            self.drop_rare();
        }
        self.kept.entry(value.to_owned()).or_default().add(finding);
    }

    /// Drops the rarer half; of values that are equally frequent those that come later by name.
    fn drop_rare(&mut self) {
        let mut order: Vec<(u64, &String)> =
            self.kept.iter().map(|(value, tallied)| (tallied.count(), value)).collect();
        order.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        let gone: Vec<(u64, String)> =
            order[self.most / 2..].iter().map(|(n, value)| (*n, (*value).clone())).collect();
        self.dropped += gone.first().map_or(0, |(n, _)| *n);
        for (_, value) in gone {
            self.kept.remove(&value);
        }
    }

    /// The most frequent, at most so many.
    pub(super) fn first(&self, most: usize) -> Vec<(&str, &Tallied)> {
        let mut all: Vec<_> = self.kept.iter().map(|(v, t)| (v.as_str(), t)).collect();
        all.sort_by(|a, b| b.1.count().cmp(&a.1.count()).then_with(|| a.0.cmp(b.0)));
        all.truncate(most);
        all
    }

    /// By how much a shown count may be too low; 0 where all are exact.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Values kept now: all of them where nothing was dropped.
    pub(super) fn different(&self) -> u64 {
        self.kept.len() as u64
    }

    /// How often anything was counted.
    pub(super) fn total(&self) -> u64 {
        self.total
    }
}

/// How many different values there are, as far as it can count.
#[derive(Debug)]
pub(super) struct Different {
    seen: HashSet<(u32, u64), foldhash::fast::FixedState>,
    most: usize,
    counts: BTreeMap<u32, u64>,
}

impl Different {
    pub(super) fn up_to(most: usize) -> Self {
        let seen = HashSet::with_hasher(foldhash::fast::FixedState::default());
        Different { seen, most, counts: BTreeMap::new() }
    }

    /// Counts a value of that group once. Gives whether it was new.
    pub(super) fn add(&mut self, group: u32, value: impl std::hash::Hash) -> bool {
        let hash = foldhash::quality::FixedState::with_seed(0x7061_6765).hash_one(value);
        let new = self.seen.len() < self.most && self.seen.insert((group, hash));
        if new {
            *self.counts.entry(group).or_default() += 1;
        }
        new
    }

    pub(super) fn of(&self, group: u32) -> u64 {
        self.counts.get(&group).copied().unwrap_or_default()
    }

    /// Whether there may be more than were counted.
    pub(super) fn gave_up(&self) -> bool {
        self.seen.len() >= self.most
    }
}

/// The newest of many rows, newest first, and how many there were.
#[derive(Debug)]
pub(super) struct Newest<T> {
    pub(super) rows: Vec<(Option<i64>, T)>,
    pub(super) total: u64,
    most: usize,
}

impl<T> Newest<T> {
    pub(super) fn keeping(most: usize) -> Self {
        Newest { rows: Vec::new(), total: 0, most }
    }

    /// Counts one; it is made only where it is kept.
    pub(super) fn add(&mut self, date: Option<i64>, make: impl FnOnce() -> T) {
        self.total += 1;
        let at = self.rows.partition_point(|(other, _)| *other >= date);
        if at < self.most {
            self.rows.insert(at, (date, make()));
            self.rows.truncate(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn a_frequent_value_survives_any_number_of_rare_ones() {
        let finding = samples::backscatter();
        let mut top = Top::keeping(64);
        for i in 0..10_000 {
            top.add(&format!("rare {i}"), &finding);
            if i % 4 == 0 {
                top.add("frequent", &finding);
            }
        }
        let (value, tallied) = top.first(1)[0];
        assert_eq!(value, "frequent");
        assert!(tallied.count() <= 2_500 && tallied.count() + top.dropped() >= 2_500);
        assert!(top.kept.len() <= 64 && top.total() == 12_500);
    }

    #[test]
    fn counts_are_exact_while_all_values_are_kept() {
        let finding = samples::backscatter();
        let mut top = Top::keeping(64);
        for i in 0..640 {
            top.add(&(i % 64).to_string(), &finding);
        }
        assert!(top.first(64).iter().all(|(_, t)| t.count() == 10));
        assert_eq!((top.dropped(), top.different()), (0, 64));
    }

    #[test]
    fn the_newest_rows_are_kept_in_order() {
        let mut newest = Newest::keeping(3);
        for date in [5, 1, 9, 7, 3] {
            newest.add(Some(date), || date);
        }
        newest.add(None, || 0);
        assert_eq!(newest.rows.iter().map(|(_, n)| *n).collect::<Vec<_>>(), [9, 7, 5]);
        assert_eq!(newest.total, 6);
    }
}
