//! How likely a forgery is before one looks: per address and day, by expectation maximisation over the
//! odds of all records. On the day of a flood an answer of which little came back is rather forged; in
//! a quiet month it is not.

use std::collections::{BTreeMap, HashMap};

use super::kind::sigmoid;
use super::weights;
use crate::correlation::Record;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Rounds; the estimate moves little after a few.
const ROUNDS: usize = 12;

/// So many answers are imagined at each level, divided as on the level above.
const IMAGINED: f32 = 6.0;

/// Answers of one day that count for the share of other days: a flood of thousands tells of its own days only.
const OF_DAY: f32 = 2.0;

/// Sum of probabilities and number of records.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    sum: f32,
    n: f32,
}

impl Share {
    /// The share with that of the level above mixed in; `part` of one record, and how much that counts here, is
    /// left out.
    fn mixed(self, above: f32, part: Option<(f32, f32)>) -> f32 {
        let (sum, n) = match part {
            Some((p, weight)) => ((self.sum - p * weight).max(0.0), (self.n - weight).max(0.0)),
            None => (self.sum, self.n),
        };
        (sum + IMAGINED * above) / (n + IMAGINED)
    }
}

/// Number of an address, in order of its first record, and day of an answer. An address that answered
/// nothing has no number.
type Place = (Option<usize>, i64);

/// What share of the answers is to forged mail, by address and day.
#[derive(Debug, Default)]
pub struct Prior {
    all: Share,
    addresses: HashMap<String, usize>,
    shares: Vec<Share>,
    days: BTreeMap<(usize, i64), Share>,
}

fn day(record: &Record) -> i64 {
    record.date.map_or(0, |d| d.div_euclid(DAY))
}

/// The address that a record answers, as those of a prior are named.
fn address(record: &Record) -> String {
    let address = record.answered.answered_to.first().map(|a| a.base().as_str().to_owned());
    address.unwrap_or_default()
}

impl Prior {
    /// Learns from records and their log-odds without a prior. The same message twice counts once; the
    /// caller sees to that.
    pub fn learn<'a>(records: impl Iterator<Item = (&'a Record, f32)>) -> Self {
        let mut addresses = HashMap::new();
        let known: Vec<((usize, i64), f32)> = records
            .map(|(r, odds)| {
                let next = addresses.len();
                ((*addresses.entry(address(r)).or_insert(next), day(r)), odds)
            })
            .collect();
        let fresh = || vec![Share::default(); addresses.len()];
        let mut prior = Prior { shares: fresh(), ..Prior::default() };
        for _ in 0..ROUNDS {
            let mut next = Prior { shares: fresh(), ..Prior::default() };
            for &((address, day), odds) in &known {
                let p = sigmoid(odds + prior.log_odds((Some(address), day), None));
                let share = next.days.entry((address, day)).or_default();
                share.sum += p;
                share.n += 1.0;
            }
            for ((address, _), day) in &next.days {
                let weight = (OF_DAY / day.n).min(1.0);
                for share in [&mut next.all, &mut next.shares[*address]] {
                    share.sum += day.sum * weight;
                    share.n += day.n * weight;
                }
            }
            prior = next;
        }
        prior.addresses = addresses;
        prior
    }

    /// Log-odds of forged before evidence. `part` is the probability that this record itself
    /// contributed.
    fn log_odds(&self, (address, day): Place, part: Option<f32>) -> f32 {
        let on = |day: i64| -> Share {
            address.and_then(|a| self.days.get(&(a, day))).copied().unwrap_or_default()
        };
        let of_day = part.map(|p| (p, (OF_DAY / on(day).n.max(1.0)).min(1.0)));
        let part = part.map(|p| (p, 1.0));
        let all = self.all.mixed(0.5, of_day);
        let address_share = address.map(|a| self.shares[a]).unwrap_or_default();
        let at = address_share.mixed(all, of_day);
        // An answer comes hours after the flood; its neighbours are those of the day before, too.
        let mut near = on(day);
        for other in [day - 1, day + 1] {
            let s = on(other);
            near.sum += s.sum * 0.5;
            near.n += s.n * 0.5;
        }
        let share = near.mixed(at, part).clamp(weights::PRIOR_LEAST, weights::PRIOR_MOST);
        (share / (1.0 - share)).ln()
    }

    /// Log-odds of forged before this record's own evidence, whose sum is `odds`.
    pub fn of(&self, record: &Record, odds: f32) -> f32 {
        let place = (self.addresses.get(&address(record)).copied(), day(record));
        let own = sigmoid(odds + self.log_odds(place, None));
        self.log_odds(place, Some(own))
    }
}
