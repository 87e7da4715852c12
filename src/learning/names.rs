//! Under which names the owner writes, and whether a display name could be one of them. Knows Sent only.

use std::collections::BTreeSet;

use crate::message::Address;
use crate::sent::SentIndex;

/// The words of the owner's names, addresses and domains.
#[derive(Debug, Clone, Default)]
pub struct Names {
    words: BTreeSet<String>,
}

/// Letters of the shortest word that may stand within another ("Rivergarden" in "the-rivergarden.example").
const WITHIN: usize = 4;

/// Words of a name or an address, in lower case; initials tell nothing.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.chars().nth(1).is_some())
        .map(str::to_lowercase)
}

impl Names {
    /// Learns from Sent.
    pub fn learn(sent: &SentIndex) -> Self {
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
        let names = Names::learn(&sent);
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
        let names = Names::learn(&sent);
        let address = Address::new("nadia@lagoongarden.example");
        assert!(!names.is_strange(&address, "Peter Weber", &sent));
    }
}
