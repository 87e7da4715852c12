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
