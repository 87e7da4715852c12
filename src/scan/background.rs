//! What a scan knows beside its findings, for reports: the owner's addresses, up to when there is mail, how
//! complete Sent is, whether the owner's relays are known.

use crate::learning::{Lessons, Month};
use crate::sent::SentIndex;

/// What reports need to know beside the findings.
#[derive(Debug, Clone, Default)]
pub struct Background {
    /// When the newest message of the judged folders was received, Unix seconds, as far as that is certain.
    pub newest: Option<i64>,
    /// How much of the owner's mail Sent holds, month by month.
    pub coverage: Vec<Month>,
    /// Whether any relay of the owner's is known, learned or named.
    pub relays_known: bool,
}

/// One address of the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `local@domain`, or `@domain`.
    pub address: String,
    /// Named by the user, not learned.
    pub given: bool,
    /// Messages in Sent that have it in From.
    pub messages: u64,
}

/// Mail that the owner sent, as far as it was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SentFound {
    /// Messages, each counted once.
    pub messages: u64,
    /// Date of the oldest, Unix seconds.
    pub first: Option<i64>,
    /// Date of the newest, Unix seconds.
    pub last: Option<i64>,
}

/// Messages from which on their dates can be told from the time of a copy, and how long (seconds) a copy takes.
const SEVERAL: usize = 5;
const COPY: i64 = 86_400;

impl Background {
    /// Takes in the dates of ordinary mail. Those of a Maildir are the times of its files: where half of them
    /// or more fall on one day at the end, somebody copied the store, and they say nothing.
    pub(super) fn see_ordinary(&mut self, dates: &[i64]) {
        let Some(last) = dates.iter().copied().max() else { return };
        let late = dates.iter().filter(|date| **date > last.saturating_sub(COPY)).count();
        if dates.len() < SEVERAL || late * 2 < dates.len() {
            self.see(Some(last));
        }
    }

    /// Takes in the date of an answer.
    pub(super) fn see(&mut self, date: Option<i64>) {
        self.newest = self.newest.max(date);
    }

    /// Takes over what was learned.
    pub(super) fn learn(&mut self, lessons: &Lessons, sent: &SentIndex) {
        self.coverage = lessons.coverage.months(sent);
        self.relays_known = lessons.habits.knows_relays();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn newest(dates: &[i64]) -> Option<i64> {
        let mut background = Background::default();
        background.see_ordinary(dates);
        background.newest
    }

    #[test]
    fn the_time_of_a_copy_is_not_taken_for_that_of_mail() {
        let spread: Vec<i64> = (0..100).map(|n| n * 80_000).collect();
        assert_eq!(newest(&spread), Some(99 * 80_000));
        let copied: Vec<i64> = (0..100).map(|n| 9_000_000 + n).chain(spread).collect();
        assert_eq!(newest(&copied), None);
        assert_eq!(newest(&[7, 5]), Some(7));
        assert_eq!(newest(&[]), None);
    }
}
