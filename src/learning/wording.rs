//! What answered mail says, over all records: which sentences, subjects and links stand in mail that
//! strangers sent, and which in the owner's. What is known of some members of a campaign informs those
//! of which nothing else came back. Numbers only; the words themselves are not kept.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::net::IpAddr;

use super::habits::{Habits, network};
use crate::correlation::{Answered, Link, OF_SUBJECT, Record, Terms, of_host, of_subject};
use crate::sent::SentIndex;

/// What is known of one sentence, subject or link.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    /// Solid matches that have it.
    own: u32,
    /// Mails of strangers that have it.
    strange: u32,
    /// Of these, to somebody whom the owner wrote to.
    known: u32,
    /// The first few different networks that they came from.
    networks: [u32; NETWORKS],
}

/// From so many networks on a group is taken to come from many places: the owner's own mailing, sent
/// over a service that no solid match shows, comes from one.
const NETWORKS: usize = 3;

/// Mails of one place to so many strangers are no mailing of the owner's either, where the owner wrote to
/// no more than one of so many of them.
const MANY: u32 = 20;
const KNOWN: u32 = 8;

/// What likeness may add where a mail links to the owner's own domain: less than decides.
const AT_HOME: f32 = 0.9;

/// Numbers that are hashes already.
#[derive(Debug, Clone, Copy, Default)]
struct Plain(u64);

impl std::hash::Hasher for Plain {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, octets: &[u8]) {
        for o in octets {
            self.0 = (self.0 << 8) | u64::from(*o);
        }
    }
    fn write_u32(&mut self, n: u32) {
        // The table takes the top bits for itself and the low ones for the place.
        self.0 = u64::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// What answered mail says.
#[derive(Debug, Default)]
pub struct Wording {
    uses: HashMap<u32, Use, BuildHasherDefault<Plain>>,
    /// How much solid matches and the mails of strangers resemble the mail of strangers.
    to_strange: Scores,
    /// How much both resemble the owner's.
    to_own: Scores,
    /// Mails of strangers, and those of them that went to somebody whom the owner wrote to.
    reached: (u32, u32),
    /// Mails of strangers under an address of the owner's, and those of them that wear the owner's name.
    named: (u32, u32),
    /// Hosts of the owner's own domains, as a sketch numbers them.
    at_home: Vec<u32>,
}

/// Resemblances of either side, ascending.
#[derive(Debug, Default)]
struct Scores {
    own: Vec<f32>,
    strange: Vec<f32>,
}

impl Scores {
    fn add(&mut self, side: Side, score: f32) {
        match side {
            Side::Own => self.own.push(score),
            Side::Strange => self.strange.push(score),
            Side::Open => {}
        }
    }

    fn sort(&mut self) {
        self.own.sort_by(f32::total_cmp);
        self.strange.sort_by(f32::total_cmp);
    }
}

/// How much more often one side reaches this score than the other, as log-odds; `None` where it does
/// not. That few reach even more says nothing against this one.
fn odds(score: f32, side: &[f32], other: &[f32]) -> Option<f32> {
    if score <= 0.0 {
        return None;
    }
    let above = |scores: &[f32]| scores.len() - scores.partition_point(|s| *s < score);
    let ours = (above(side) as f32 + 0.5) / (side.len() as f32 + 1.0);
    let theirs = (above(other) as f32 + 1.0) / (other.len() as f32 + 2.0);
    Some((ours.max(0.3) / theirs).ln()).filter(|o| *o > 0.0)
}

/// What a record counts as here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Own,
    Strange,
    Open,
}

fn side(record: &Record, stranger: bool) -> Side {
    match record.link {
        Link::Matched { solid: true, .. } => Side::Own,
        Link::Absent | Link::Contradicted(_) if stranger => Side::Strange,
        _ => Side::Open,
    }
}

/// Weights of the three strongest resemblances; they are not independent of each other.
const STRONGEST: [f32; 3] = [1.0, 0.5, 0.25];

impl Wording {
    /// Learns from all records.
    pub fn learn(records: &[&Record], habits: &Habits, sent: &SentIndex, terms: &Terms) -> Self {
        let mut wording = Wording {
            at_home: habits.own_organisations().map(of_host).collect(),
            ..Wording::default()
        };
        let sides: Vec<(Side, u32)> = records
            .iter()
            .map(|r| {
                let path = habits.path(&r.answered, &r.headline.reporting_mta);
                let from = path.stranger().and_then(|s| s.parse::<IpAddr>().ok());
                (side(r, path.stranger().is_some()), from.map_or(0, number))
            })
            .collect();
        for (r, (side, from)) in records.iter().zip(&sides) {
            let known = r.evidence.iter().any(|e| e.signal.code == "recipient-in-sent");
            if *side == Side::Strange {
                wording.reached.0 += 1;
                wording.reached.1 += u32::from(known);
                if let Some(from) = r.answered.from.as_ref().filter(|f| terms.is_own(f, sent)) {
                    wording.named.0 += 1;
                    wording.named.1 += u32::from(sent.is_name(from, &r.answered.name));
                }
            }
            for n in &r.answered.sketch {
                let u = wording.uses.entry(*n).or_default();
                match side {
                    Side::Own => u.own += 1,
                    Side::Strange => {
                        u.strange += 1;
                        u.known += u32::from(known);
                        u.came_from(*from);
                    }
                    Side::Open => {}
                }
            }
        }
        wording.uses.retain(|_, u| u.own + u.strange > 0);
        for (r, (side, _)) in records.iter().zip(&sides) {
            if *side == Side::Open {
                continue;
            }
            wording
                .to_strange
                .add(*side, wording.resemblance(&r.answered, sent, |u| u.strange(*side)));
            wording.to_own.add(*side, wording.resemblance(&r.answered, sent, |u| u.own(*side)));
        }
        wording.to_strange.sort();
        wording.to_own.sort();
        wording
    }

    /// How much a mail resembles others by the given measure of one sentence, subject or link.
    fn resemblance(
        &self,
        answered: &Answered,
        sent: &SentIndex,
        strength: impl Fn(&Use) -> f32,
    ) -> f32 {
        let subject = answered.subject.as_deref().and_then(of_subject);
        let owners =
            answered.subject.as_deref().is_some_and(|s| sent.by_subject(s).next().is_some());
        // A host that strangers link to may also stand in their ids.
        let host =
            answered.shape.as_deref().and_then(|s| s.rsplit_once('@')).map(|(_, d)| of_host(d));
        let host = host.filter(|h| !answered.sketch.contains(h));
        let mut found = [0.0f32; STRONGEST.len()];
        for n in answered.sketch.iter().copied().chain(host) {
            if owners && Some(n) == subject {
                continue;
            }
            let Some(u) = self.uses.get(&n) else { continue };
            let mut strength = strength(u);
            for place in &mut found {
                if strength > *place {
                    std::mem::swap(&mut strength, place);
                }
            }
        }
        found.iter().zip(STRONGEST).map(|(s, w)| s * w).sum()
    }

    /// What it adds towards genuine that the owner wrote to the recipient: little where strangers write to
    /// the owner's address book, too.
    pub fn correspondent(&self) -> f32 {
        // A third of the owner's mail that is missing from Sent goes to somebody who is in it.
        let share = (self.reached.1 as f32 + 1.0) / (self.reached.0 as f32 + 4.0);
        (0.35 / share).ln().clamp(0.1, 1.6)
    }

    /// What it adds towards genuine that address and display name are the owner's: little where strangers
    /// wear that name, too.
    pub fn own_name(&self) -> f32 {
        // One of six programs of the owner's writes the name in another way.
        let share = (self.named.1 as f32 + 1.0) / (self.named.0 as f32 + 3.0);
        (0.85 / share).ln().clamp(0.1, 1.2)
    }

    /// A subject that the owner uses too ("Delivery 4711"), and nothing else to compare.
    fn is_common_subject(&self, answered: &Answered) -> bool {
        answered.sketch.len() <= OF_SUBJECT
            && answered.sketch.iter().any(|n| self.uses.get(n).is_some_and(|u| u.own > 0))
    }

    /// What the likeness to other mail adds to the log-odds of `forged`: positive where it resembles
    /// the mail of strangers more than solid matches do, negative where it resembles the owner's.
    pub fn odds(&self, record: &Record, stranger: bool, sent: &SentIndex) -> f32 {
        let side = side(record, stranger);
        let strange = self.resemblance(&record.answered, sent, |u| u.strange(side));
        let own = self.resemblance(&record.answered, sent, |u| u.own(side));
        // A device that no solid match shows writes as strangers do by chance; the likeness of two or
        // three tells no more than their number.
        let forged = odds(strange, &self.to_strange.strange, &self.to_strange.own).unwrap_or(0.0);
        let forged = if self.is_common_subject(&record.answered) {
            0.0
        } else if record.answered.sketch.iter().any(|n| self.at_home.contains(n)) {
            // A shop or newsletter of the owner's, which no match shows, links to the owner's site.
            forged.min(strange).min(AT_HOME)
        } else {
            forged.min(strange)
        };
        let genuine = odds(own, &self.to_own.own, &self.to_own.strange).unwrap_or(0.0);
        forged - genuine
    }

    /// How many mails of strangers have this sentence or link, where the owner's have it not and more
    /// than one of them does.
    pub(super) fn strange_uses(&self, n: u32) -> Option<u32> {
        self.uses.get(&n).filter(|u| u.own == 0 && u.strange >= 2).map(|u| u.strange)
    }
}

impl Use {
    fn came_from(&mut self, network: u32) {
        if network != 0
            && !self.networks.contains(&network)
            && let Some(free) = self.networks.iter_mut().find(|n| **n == 0)
        {
            *free = network;
        }
    }

    fn strange(&self, side: Side) -> f32 {
        let strange = self.strange.saturating_sub(u32::from(side == Side::Strange));
        let own = self.own.saturating_sub(u32::from(side == Side::Own));
        let many = self.networks.iter().all(|n| *n != 0);
        if strange < 2 || !(many || strange >= MANY && self.known * KNOWN <= strange) {
            return 0.0;
        }
        ((strange as f32 + 0.5) / (own as f32 + 0.5)).ln().max(0.0)
    }

    fn own(&self, side: Side) -> f32 {
        let strange = self.strange.saturating_sub(u32::from(side == Side::Strange));
        let own = self.own.saturating_sub(u32::from(side == Side::Own));
        if own < 2 { 0.0 } else { ((own as f32 + 0.5) / (strange as f32 + 0.5)).ln().max(0.0) }
    }
}

/// A network as a number, never 0.
fn number(ip: IpAddr) -> u32 {
    use std::hash::BuildHasher;
    let hash = foldhash::quality::FixedState::with_seed(0x6e65_7477).hash_one(network(ip));
    ((hash >> 32) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_and_known_recipients_make_no_campaign_of_strangers() {
        let one = Use { strange: 60, known: 12, networks: [7, 0, 0], ..Use::default() };
        assert_eq!(one.strange(Side::Open), 0.0, "the owner's mailing over a service looks so");
        let many = Use { networks: [7, 8, 9], ..one };
        assert!(many.strange(Side::Open) > 3.0);
        let unknown = Use { known: 0, ..one };
        assert!(unknown.strange(Side::Open) > 3.0, "sixty people none of whom the owner knows");
    }

    #[test]
    fn a_mail_does_not_resemble_itself() {
        let lonely = Use { strange: 2, networks: [7, 8, 9], ..Use::default() };
        assert!(lonely.strange(Side::Open) > 0.0);
        assert_eq!(lonely.strange(Side::Strange), 0.0);
    }

    #[test]
    fn likeness_counts_by_how_rare_it_is_on_the_other_side() {
        let side: Vec<f32> = (0..100).map(|n| n as f32).collect();
        let other: Vec<f32> = (0..100).map(|n| n as f32 / 50.0).collect();
        let rare = odds(50.0, &side, &other).unwrap();
        assert!(rare > 3.5 && rare < 4.7, "no more than so many observations can tell: {rare}");
        assert!(odds(0.5, &side, &other).is_none_or(|o| o < 0.5));
        assert!(odds(0.0, &side, &other).is_none(), "nothing in common says nothing");
    }
}
