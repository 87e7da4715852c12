//! Under which names the owner writes, and whether a display name could be one of them.

use std::collections::{BTreeSet, HashMap};

use super::crowded::{Crowded, Gathered};
use crate::correlation::Record;
use crate::message::Address;
use crate::sent::{DAY, SentIndex};

/// The words of the owner's names, addresses and domains.
#[derive(Debug, Clone, Default)]
pub struct Names {
    words: BTreeSet<String>,
    /// First and last time that mail under a stranger's name was answered, by name.
    strange: HashMap<String, (i64, i64)>,
    /// Days around which many different ones were.
    varied: Crowded,
}

/// Different strangers' names of one week under which nobody shares an address.
const VARIED: usize = 4;

/// A stranger's name that is answered over so many days belongs to somebody who shares the owner's address, or to a
/// program of the owner's: a shop, a family, a colleague.
const STEADY: i64 = 30;

/// Letters of the shortest word that may stand within another ("Rivergarden" in "the-rivergarden.example").
const WITHIN: usize = 4;

/// Words of a name or an address, in lower case; initials tell nothing.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.chars().nth(1).is_some())
        .map(str::to_lowercase)
}

impl Names {
    /// Learns from Sent, and from all records which strangers' names stay.
    pub fn learn(records: &[&Record], sent: &SentIndex) -> Self {
        let mut names = Names::of(sent);
        let mut days = Gathered::new(VARIED);
        for record in records {
            let a = &record.answered;
            let Some(time) = a.sent_at().or(record.date) else { continue };
            let (from, to) = (a.from.as_ref(), a.answered_to.first());
            for (address, name) in
                from.zip(Some(&a.name)).into_iter().chain(to.zip(Some(&a.answered_name)))
            {
                let room = names.strange.len() < crate::limits::HABITS
                    || names.strange.contains_key(&**name);
                if room && names.is_strange(address, name, sent) {
                    let (first, last) =
                        names.strange.entry(name.to_string()).or_insert((time, time));
                    (*first, *last) = ((*first).min(time), (*last).max(time));
                    days.add(time.div_euclid(DAY), name);
                }
            }
        }
        names.varied = days.crowded();
        names
    }

    /// Whether many different strangers' names were worn around that time, Unix seconds.
    pub fn are_varied(&self, time: i64) -> bool {
        self.varied.has(time.div_euclid(DAY))
    }

    /// Whether mail under this name of a stranger has been answered for long.
    pub fn is_steady(&self, name: &str) -> bool {
        self.strange.get(name).is_some_and(|(first, last)| last - first > STEADY * DAY)
    }

    fn of(sent: &SentIndex) -> Self {
        let mut names = Names::default();
        for (address, identity) in &sent.identities {
            names.words.extend(words(address));
            names.words.extend(identity.names.keys().flat_map(|n| words(n)));
        }
        names
    }

    /// Whether this is the name of somebody else: Sent shows under which names the owner writes from that
    /// address, and it shares no word with any of the owner's names, addresses and domains. Names in other
    /// letters than Latin tell nothing: they may be the owner's, written differently.
    pub fn is_strange(&self, address: &Address, name: &str, sent: &SentIndex) -> bool {
        if !name.bytes().any(|b| b.is_ascii_alphabetic()) || !sent.knows_names(address) {
            return false;
        }
        let within = |a: &str, b: &str| a.len() >= WITHIN && b.contains(a);
        let known = |w: &String| self.words.iter().any(|o| o == w || within(o, w) || within(w, o));
        // "Lagoon Garden" writes from lagoongarden.example.
        let whole: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
        let mut all = words(name).peekable();
        all.peek().is_some() && !all.any(|w| known(&w)) && !known(&whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Limits, parse_headers};
    use crate::sent::SentMessage;
    use crate::store::Place;

    fn sent(from: &str) -> SentIndex {
        SentIndex::new((0..6).map(|n| {
            let text = format!("From: {from}\nMessage-ID: <{n}@example.org>\n\n");
            let m = parse_headers(text.as_bytes(), &Limits::default());
            SentMessage::new((0, 0), Place::File(n.to_string().into()), &m)
        }))
    }

    #[test]
    fn a_name_is_a_strangers_where_it_shares_no_word_with_the_owners() {
        let sent = sent("Nadia Example <nadia@lagoongarden.example>");
        let names = Names::of(&sent);
        let strange =
            |n: &str| names.is_strange(&Address::new("nadia@lagoongarden.example"), n, &sent);
        for name in ["Peter Weber", "Łukasz", "Support", "Viktor Team"] {
            assert!(strange(name), "{name}");
        }
        for name in [
            "Nadia",
            "N. Example",
            "nadia@lagoongarden.example",
            "Lagoon Garden Orders",
            "Lagoongarden",
            "Lagoon Garden",
            "Надя",
            "N.",
            "",
        ] {
            assert!(!strange(name), "{name}");
        }
    }

    #[test]
    fn where_sent_shows_no_names_none_is_strange() {
        let sent = sent("nadia@lagoongarden.example");
        let names = Names::of(&sent);
        let address = Address::new("nadia@lagoongarden.example");
        assert!(!names.is_strange(&address, "Peter Weber", &sent));
    }
}
