//! Messages of Sent whose ids came back for more people than they went to. A forwarder names one other
//! address for one recipient; a replayed id names as many as the forger likes.

use std::collections::{BTreeSet, HashMap};

use super::habits::Habits;
use super::places::organisation;
use crate::correlation::{Link, Record};
use crate::sent::{SentIndex, SentNumber};

/// Strangers to one message that are counted.
const COUNTED: usize = crate::limits::RECORD_ADDRESSES;

/// Organisations from which they have to come: a list or an alias hands one message on to many, over one.
const PLACES: usize = 3;

/// For whom ids of Sent came back.
#[derive(Debug, Clone, Default)]
pub struct Surplus {
    strangers: HashMap<SentNumber, Strangers>,
}

#[derive(Debug, Clone, Default)]
struct Strangers {
    addresses: BTreeSet<String>,
    places: BTreeSet<String>,
}

impl Surplus {
    /// Learns from all records.
    pub fn learn(records: &[&Record], habits: &Habits, sent: &SentIndex) -> Self {
        let with_place = records.iter().map(|record| {
            let path = habits.path(&record.answered, &record.headline.reporting_mta);
            (*record, path.stranger().and_then(|s| organisation(&record.answered, s)))
        });
        Self::of_all(with_place, sent)
    }

    fn of_all<'r>(
        records: impl Iterator<Item = (&'r Record, Option<String>)>,
        sent: &SentIndex,
    ) -> Self {
        let mut surplus = Surplus::default();
        for (record, place) in records {
            let (Link::Matched { sent: n, solid: false } | Link::Contradicted(n)) = record.link
            else {
                continue;
            };
            let strangers = surplus.strangers.entry(n).or_default();
            strangers.places.extend(place.filter(|_| strangers.places.len() < PLACES));
            for address in record.answered.asked.iter().filter(|a| !sent.went_to(n, a)) {
                if strangers.addresses.len() < COUNTED {
                    strangers.addresses.insert(address.key());
                }
            }
        }
        surplus.strangers.retain(|n, s| {
            s.addresses.len() > sent.recipient_count(*n) && s.places.len() >= PLACES
        });
        surplus
    }

    /// How many strangers the id of this message came back for, where they are more than it had
    /// recipients.
    pub fn of(&self, record: &Record) -> Option<usize> {
        match record.link {
            Link::Matched { sent: n, solid: false } | Link::Contradicted(n) => {
                self.strangers.get(&n).map(|s| s.addresses.len())
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Address, Message};
    use crate::sent::SentMessage;
    use crate::store::Place;

    fn sent() -> SentIndex {
        let m = crate::message::parse_headers(
            b"From: n@example.org\nTo: a@example.net, b@example.net\nMessage-ID: <1@example.org>\n\n",
            &crate::message::Limits::default(),
        );
        assert_ne!(m, Message::default());
        SentIndex::new([SentMessage::new((0, 0), Place::File("1".into()), &m)])
    }

    fn failed(link: Link, recipient: &str) -> Record {
        let mut record = Record::sample(link, "From: n@example.org\nSubject: x\n\n");
        record.answered.asked = vec![Address::new(recipient)];
        record
    }

    /// What is known of the first of these, which all came from other places or all from one.
    fn of(link: Link, names: &[&str], places: usize) -> Option<usize> {
        let records: Vec<Record> = names.iter().map(|n| failed(link, n)).collect();
        let place = |i: usize| Some(format!("{}.example", i % places));
        let all = records.iter().enumerate().map(|(i, r)| (r, place(i)));
        Surplus::of_all(all, &sent()).of(&records[0])
    }

    #[test]
    fn a_forwarder_is_no_surplus_and_a_replay_to_many_is() {
        let link = Link::Matched { sent: 0, solid: false };
        assert_eq!(of(link, &["x@example.com", "y@example.com"], 3), None);
        assert_eq!(of(link, &["a@example.net", "b@example.net", "x@example.com"], 3), None);
        assert_eq!(of(link, &["x@example.com", "y@example.com", "z@example.com"], 3), Some(3));
    }

    #[test]
    fn a_list_that_hands_on_to_many_is_no_surplus() {
        let link = Link::Matched { sent: 0, solid: false };
        assert_eq!(of(link, &["x@example.com", "y@example.com", "z@example.com"], 1), None);
    }

    #[test]
    fn solid_matches_are_never_in_surplus() {
        let link = Link::Matched { sent: 0, solid: true };
        assert_eq!(of(link, &["x@a.example", "y@a.example", "z@a.example"], 3), None);
    }
}
