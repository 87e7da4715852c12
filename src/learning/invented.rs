//! Addresses in the owner's domains that never sent anything, and under which answers came: which of them
//! somebody made up. A program of the owner's writes under such addresses, too: orders@ for years, a mailing
//! under one for each reader.

use std::collections::{BTreeMap, BTreeSet};

use super::Habits;
use super::crowded::{Crowded, Gathered};
use super::sources::unused;
use crate::correlation::{Record, Terms};
use crate::sent::{DAY, SentIndex};

/// Made-up addresses of one week that show that somebody makes them up; a program of the owner's has one or two.
const MANY: usize = 4;

/// An address is one of the owner's programs where so many answers …
const STEADY: usize = 3;
/// … lie so many days apart, and at most half of them in one week.
const APART: i64 = 30;

/// Addresses that somebody made up.
#[derive(Debug, Clone, Default)]
pub struct Invented {
    addresses: BTreeSet<String>,
    /// Days around which enough of them were answered.
    days: Crowded,
}

/// The day of an answer, since the epoch.
fn day(record: &Record) -> i64 {
    record.answered.sent_at().or(record.date).unwrap_or_default().div_euclid(DAY)
}

/// The shape of an address whose varying part is a number or a hash.
fn masked(address: &str) -> String {
    let digits = |c: char| if c.is_ascii_digit() { '#' } else { c };
    let mut shape: String = address
        .split_inclusive(['-', '+', '=', '.', '_', '@'])
        .map(|part| {
            let word = part.trim_end_matches(|c: char| !c.is_alphanumeric());
            let hash = word.len() >= 6
                && word.bytes().all(|b| b.is_ascii_hexdigit())
                && word.bytes().any(|b| b.is_ascii_digit());
            if hash {
                format!("#{}", &part[word.len()..])
            } else {
                part.chars().map(digits).collect()
            }
        })
        .collect();
    while shape.contains("##") {
        shape = shape.replace("##", "#");
    }
    shape
}

impl Invented {
    /// Learns from all records.
    pub fn learn(records: &[&Record], habits: &Habits, sent: &SentIndex, terms: &Terms) -> Self {
        let mut answered: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut mailings: BTreeSet<String> = BTreeSet::new();
        for record in records {
            let Some(address) = unused(record, habits, sent, terms) else { continue };
            // Returned under the owner's address, answered under another: that was its envelope sender.
            if record.answered.from.as_ref().is_some_and(|from| terms.is_own(from, sent)) {
                mailings.insert(masked(&address));
            }
            answered.entry(address).or_default().push(day(record));
        }
        answered.retain(|address, days| {
            days.sort_unstable();
            !mailings.contains(&masked(address)) && !is_steady(days)
        });
        let mut of_days = Gathered::new(MANY);
        for (address, days) in &answered {
            for day in days {
                of_days.add(*day, address);
            }
        }
        let days = of_days.crowded();
        Invented { days, addresses: answered.into_keys().collect() }
    }

    /// Whether the address under which this answer came is one that somebody made up, with others.
    pub fn has(&self, address: &str, record: &Record) -> bool {
        self.addresses.contains(address) && self.days.has(day(record))
    }
}

/// The days of the answers are in order; a flood to one address has thousands.
fn is_steady(days: &[i64]) -> bool {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return false };
    let before = |day: i64| days.partition_point(|d| *d < day);
    let of_week = |day: &i64| before(day + 7) - before(*day);
    days.len() >= STEADY
        && last - first > APART
        && days.iter().all(|day| of_week(day) * 2 <= days.len().max(2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::correlation::Link;
    use crate::message::Address;

    fn answers(of: &[(&str, i64)], from: &str) -> Vec<Record> {
        let record = |(to, day): &(&str, i64)| {
            let mut record = Record::sample(Link::Absent, &format!("From: {from}\nSubject: x\n\n"));
            record.answered.answered_to = vec![Address::new(to)];
            record.answered.date = None;
            record.date = Some(day * DAY);
            record
        };
        of.iter().map(record).collect()
    }

    fn made_up(of: &[(&str, i64)], from: &str) -> Vec<bool> {
        let m = crate::message::parse_headers(
            b"From: n@example.org\nMessage-ID: <1@example.org>\n\n",
            &crate::message::Limits::default(),
        );
        let place = crate::store::Place::File("1".into());
        let sent = SentIndex::new([crate::sent::SentMessage::new((0, 0), place, &m)]);
        let records = answers(of, from);
        let all: Vec<&Record> = records.iter().collect();
        let invented = Invented::learn(&all, &Habits::default(), &sent, &Terms::default());
        of.iter().zip(&records).map(|((to, _), r)| invented.has(to, r)).collect()
    }

    #[test]
    fn addresses_are_made_up_where_several_are_answered_in_one_week() {
        let several = [
            ("kx7@example.org", 100),
            ("bob2@example.org", 101),
            ("q.wert@example.org", 101),
            ("zed@example.org", 103),
        ];
        assert_eq!(made_up(&several, "kx7@example.org"), [true; 4]);
        assert_eq!(made_up(&several[..3], "kx7@example.org"), [false; 3]);
    }

    #[test]
    fn the_programs_of_the_owner_make_up_no_addresses() {
        let orders: Vec<(&str, i64)> =
            (0..20).map(|n| ("orders@example.org", 100 + 10 * n)).collect();
        assert_eq!(made_up(&orders, "orders@example.org"), [false; 20]);
        // One address for each reader of a mailing, under the name of the owner.
        let readers = [
            ("bounce-71a09f@example.org", 100),
            ("bounce-0be412@example.org", 100),
            ("bounce-993c1d@example.org", 100),
            ("bounce-5502aa@example.org", 100),
        ];
        assert_eq!(made_up(&readers, "n@example.org"), [false; 4]);
        assert_eq!(made_up(&readers, "bounce-71a09f@example.org"), [true; 4]);
    }
}
