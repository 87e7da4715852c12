//! Tells a flood of automatic answers from an ordinary day, by the mailbox's own past alone. Knows no clock:
//! the moment is given.

use std::collections::BTreeSet;

use crate::scan::Finding;
use crate::verdict::Origin;

/// Days of the past that are looked at.
pub const DAYS: usize = 28;
/// Answers in a day below which nothing is a flood, however quiet the past was.
pub const LEAST: u64 = 50;
/// How many times the usual day a flood is.
pub const TIMES: u64 = 10;

const DAY: i64 = 86_400;

/// Counts arrivals by day: automatic answers that do not answer the owner's own mail, wherever they lie
/// now, each counted once.
#[derive(Debug, Clone)]
pub struct Arrivals {
    now: i64,
    seen: BTreeSet<[u8; 32]>,
    /// By how many whole days ago; the last 24 hours first.
    days: [u64; DAYS + 1],
}

/// More than a mailbox is used to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flood {
    /// Answers received in the last 24 hours.
    pub today: u64,
    /// Answers on a usual day: the median of the [`DAYS`] days before.
    pub usual: u64,
}

impl Arrivals {
    /// Counts back from `now`, Unix seconds.
    pub fn until(now: i64) -> Arrivals {
        Arrivals { now, seen: BTreeSet::new(), days: [0; DAYS + 1] }
    }

    /// Counts one message, if it is an answer that counts. An hour of difference between clocks is passed over.
    pub fn add(&mut self, finding: &Finding) {
        if finding.verdict.origin().is_none_or(|origin| origin == Origin::Genuine) {
            return;
        }
        let Some(ago) = finding.date.map(|date| self.now.saturating_sub(date)) else { return };
        let ago = if (-3_600..0).contains(&ago) { 0 } else { ago };
        let day = usize::try_from(ago.div_euclid(DAY)).unwrap_or(usize::MAX);
        if day <= DAYS && self.seen.insert(finding.fingerprint.sha256) {
            self.days[day] += 1;
        }
    }

    /// The flood, if the last 24 hours brought at least [`LEAST`] answers and [`TIMES`] those of a usual day.
    pub fn flood(&self) -> Option<Flood> {
        let (today, mut past) = (self.days[0], self.days[1..].to_vec());
        past.sort_unstable();
        let usual = past[past.len() / 2];
        (today >= LEAST && today >= usual.saturating_mul(TIMES)).then_some(Flood { today, usual })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrivals(today: u64, past: impl Fn(usize) -> u64) -> Arrivals {
        let mut arrivals = Arrivals::until(0);
        arrivals.days[0] = today;
        for day in 1..=DAYS {
            arrivals.days[day] = past(day);
        }
        arrivals
    }

    #[test]
    fn a_flood_is_ten_times_the_usual_day_and_at_least_fifty() {
        assert_eq!(arrivals(49, |_| 0).flood(), None);
        assert_eq!(arrivals(50, |_| 0).flood(), Some(Flood { today: 50, usual: 0 }));
        assert_eq!(arrivals(99, |_| 10).flood(), None);
        assert_eq!(arrivals(100, |_| 10).flood(), Some(Flood { today: 100, usual: 10 }));
    }

    #[test]
    fn a_flood_goes_on_being_one_while_most_of_the_past_was_quiet() {
        let after = |days: usize| arrivals(9_000, move |day| if day <= days { 9_000 } else { 2 });
        assert!(after(13).flood().is_some());
        assert_eq!(after(14).flood(), None);
    }
}
