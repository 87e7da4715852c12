//! How likely a forgery is before one looks: per address and day, by expectation maximisation over the
//! odds of all records. On the day of a flood an answer of which little came back is rather forged; in
//! a quiet month it is not.

use std::collections::BTreeMap;

use super::kind::sigmoid;
use super::weights;
use crate::correlation::Record;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// Rounds; the estimate moves little after a few.
const ROUNDS: usize = 12;

/// So many answers are imagined at each level, divided as on the level above.
const IMAGINED: f32 = 6.0;

/// Sum of probabilities and number of records.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    sum: f32,
    n: f32,
}

impl Share {
    /// The share with that of the level above mixed in; `part` of one record is left out.
    fn mixed(self, above: f32, part: Option<f32>) -> f32 {
        let (sum, n) = match part {
            Some(p) => ((self.sum - p).max(0.0), (self.n - 1.0).max(0.0)),
            None => (self.sum, self.n),
        };
        (sum + IMAGINED * above) / (n + IMAGINED)
    }
}

/// Address and day of an answer.
type Place = (String, i64);

fn place(record: &Record) -> Place {
    let address = record.answered.answered_to.first().map(|a| a.base().as_str().to_owned());
    (address.unwrap_or_default(), record.date.map_or(0, |d| d.div_euclid(DAY)))
}

/// What share of the answers is to forged mail, by address and day.
#[derive(Debug, Default)]
pub struct Prior {
    all: Share,
    addresses: BTreeMap<String, Share>,
    days: BTreeMap<Place, Share>,
}

impl Prior {
    /// Learns from records and their log-odds without a prior. The same message twice counts once; the
    /// caller sees to that.
    pub fn learn<'a>(records: impl Iterator<Item = (&'a Record, f32)>) -> Self {
        let known: Vec<(Place, f32)> = records.map(|(r, odds)| (place(r), odds)).collect();
        let mut prior = Prior::default();
        for _ in 0..ROUNDS {
            let mut next = Prior::default();
            for (place, odds) in &known {
                let p = sigmoid(odds + prior.log_odds(place, None));
                for share in [
                    &mut next.all,
                    next.addresses.entry(place.0.clone()).or_default(),
                    next.days.entry(place.clone()).or_default(),
                ] {
                    share.sum += p;
                    share.n += 1.0;
                }
            }
            prior = next;
        }
        prior
    }

    /// Log-odds of forged before evidence. `part` is the probability that this record itself
    /// contributed.
    fn log_odds(&self, (address, day): &Place, part: Option<f32>) -> f32 {
        let all = self.all.mixed(0.5, part);
        let address_share = self.addresses.get(address).copied().unwrap_or_default();
        let at = address_share.mixed(all, part);
        // An answer comes hours after the flood; its neighbours are those of the day before, too.
        let mut near = self.days.get(&(address.clone(), *day)).copied().unwrap_or_default();
        for other in [day - 1, day + 1] {
            if let Some(s) = self.days.get(&(address.clone(), other)) {
                near.sum += s.sum * 0.5;
                near.n += s.n * 0.5;
            }
        }
        let share = near.mixed(at, part).clamp(weights::PRIOR_LEAST, weights::PRIOR_MOST);
        (share / (1.0 - share)).ln()
    }

    /// Log-odds of forged before this record's own evidence, whose sum is `odds`.
    pub fn of(&self, record: &Record, odds: f32) -> f32 {
        let place = place(record);
        let own = sigmoid(odds + self.log_odds(&place, None));
        self.log_odds(&place, Some(own))
    }
}
