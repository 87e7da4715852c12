//! Messages of Sent whose ids came back for more people than they went to. A forwarder names one other
//! address for one recipient; a replayed id names as many as the forger likes.

use std::collections::{BTreeSet, HashMap};

use crate::correlation::{Link, Record};
use crate::sent::{SentIndex, SentNumber};

/// Strangers to one message that are counted.
const COUNTED: usize = crate::limits::RECORD_ADDRESSES;

/// For whom ids of Sent came back.
#[derive(Debug, Clone, Default)]
pub struct Surplus {
    strangers: HashMap<SentNumber, BTreeSet<String>>,
}

impl Surplus {
    /// Learns from all records.
    pub fn learn(records: &[&Record], sent: &SentIndex) -> Self {
        let mut surplus = Surplus::default();
        for record in records {
            let (Link::Matched { sent: n, solid: false } | Link::Contradicted(n)) = record.link
            else {
                continue;
            };
            let strangers = surplus.strangers.entry(n).or_default();
            for address in record.answered.asked.iter().filter(|a| !sent.went_to(n, a)) {
                if strangers.len() < COUNTED {
                    strangers.insert(address.key());
                }
            }
        }
        surplus.strangers.retain(|n, s| s.len() > sent.recipient_count(*n));
        surplus
    }

    /// How many strangers the id of this message came back for, where they are more than it had
    /// recipients.
    pub fn of(&self, record: &Record) -> Option<usize> {
        match record.link {
            Link::Matched { sent: n, solid: false } | Link::Contradicted(n) => {
                self.strangers.get(&n).map(BTreeSet::len)
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

    #[test]
    fn a_forwarder_is_no_surplus_and_a_replay_to_many_is() {
        let sent = sent();
        let link = Link::Matched { sent: 0, solid: false };
        let of = |names: &[&str]| {
            let records: Vec<Record> = names.iter().map(|n| failed(link, n)).collect();
            let all: Vec<&Record> = records.iter().collect();
            Surplus::learn(&all, &sent).of(&records[0])
        };
        assert_eq!(of(&["x@example.com", "y@example.com"]), None);
        assert_eq!(of(&["a@example.net", "b@example.net", "x@example.com"]), None);
        assert_eq!(of(&["x@example.com", "y@example.com", "z@example.com"]), Some(3));
    }

    #[test]
    fn solid_matches_are_never_in_surplus() {
        let sent = sent();
        let link = Link::Matched { sent: 0, solid: true };
        let records: Vec<Record> =
            ["x@a.example", "y@a.example", "z@a.example"].iter().map(|n| failed(link, n)).collect();
        let all: Vec<&Record> = records.iter().collect();
        assert_eq!(Surplus::learn(&all, &sent).of(&records[0]), None);
    }
}
