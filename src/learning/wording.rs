//! What answered mail says, over all records: which sentences, subjects and links stand in mail that
//! strangers sent, and which in the owner's. What is known of some members of a campaign informs those
//! of which nothing else came back. Numbers only; the words themselves are not kept.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::habits::Habits;
use super::places::organisation;
use crate::correlation::{Answered, Link, Record, Terms, is_of_gap, is_of_subject, of_host};
use crate::sent::{Census, SentIndex};

/// What is known of one sentence, subject or link.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    /// Solid matches that have it.
    own: u32,
    /// Mails of strangers that have it.
    strange: u32,
    /// Of these, to somebody whom the owner wrote to.
    known: u32,
    /// Of these, under an address and display name of the owner's.
    named: u32,
    /// Of these, with a recorded failure of SPF, DKIM or DMARC.
    failed: u32,
    /// The different organisations that they came from, each as one bit: a few of many share one.
    places: u64,
}

/// From so many organisations on a group is taken to come from many places: a mailing of the owner's, sent over
/// a service that no solid match shows, comes from one, however many people it goes to that Sent does not know.
const PLACES: u32 = 3;

/// Mails of one place are a stranger's, too, where there are so many and one in so many failed SPF, DKIM or DMARC
/// at the receiver's; most of them to people whom the owner never wrote to.
const SEVERAL: u32 = 8;
const FAILED: u32 = 4;
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
    /// Structures of the ids that strangers wrote.
    shapes: Census,
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

/// Whether it went to somebody whom the owner wrote to.
fn is_to_correspondent(record: &Record) -> bool {
    record.evidence.iter().any(|e| e.signal.code == "recipient-in-sent")
}

/// Whether it wears an address and a display name that the owner uses together.
fn wears_name(record: &Record, sent: &SentIndex) -> bool {
    let a = &record.answered;
    a.from.as_ref().is_some_and(|from| sent.is_name(from, &a.name))
}

/// Ids of either side from which on it is known how often each writes which structure.
const SHAPES: u32 = 30;

/// So many mails of strangers that say the same show how their campaign is addressed …
const ALIKE: u32 = 8;
/// … with so many more imagined that are like all of them.
const IMAGINED: f32 = 4.0;

/// Weights of the three strongest resemblances; they are not independent of each other.
const STRONGEST: [f32; 3] = [1.0, 0.5, 0.25];

/// Keeps the strongest, in descending order.
fn keep(found: &mut [f32; STRONGEST.len()], mut strength: f32) {
    for place in found {
        if strength > *place {
            std::mem::swap(&mut strength, place);
        }
    }
}

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
                let from = path.stranger().and_then(|s| organisation(&r.answered, s));
                (side(r, path.stranger().is_some()), from.map_or(0, |place| number(&place)))
            })
            .collect();
        for (r, (side, from)) in records.iter().zip(&sides) {
            let known = is_to_correspondent(r);
            let named = wears_name(r, sent);
            if *side == Side::Strange {
                wording.reached.0 += 1;
                wording.reached.1 += u32::from(known);
                if let Some(shape) = &r.answered.shape {
                    wording.shapes.add(shape);
                }
                if r.answered.from.as_ref().is_some_and(|f| terms.is_own(f, sent)) {
                    wording.named.0 += 1;
                    wording.named.1 += u32::from(named);
                }
            }
            for n in &r.answered.sketch {
                let u = wording.uses.entry(*n).or_default();
                match side {
                    Side::Own => u.own += 1,
                    Side::Strange => {
                        u.strange += 1;
                        u.known += u32::from(known);
                        u.named += u32::from(named);
                        u.failed += u32::from(r.answered.authentication_failed.is_some());
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
            let (strange, own) = wording.resemblances(&r.answered, *side, sent);
            wording.to_strange.add(*side, strange);
            wording.to_own.add(*side, own);
        }
        wording.to_strange.sort();
        wording.to_own.sort();
        wording
    }

    /// How much a mail resembles those of strangers, and the owner's.
    fn resemblances(&self, answered: &Answered, side: Side, sent: &SentIndex) -> (f32, f32) {
        // That Sent has its subject is evidence of its own and does not count as likeness again.
        let owners =
            answered.subject.as_deref().is_some_and(|s| sent.by_subject(s).next().is_some());
        let known = |n| owners && is_of_subject(n);
        (
            self.resemblance(answered, known, |u| u.strange(side)),
            self.resemblance(answered, known, |u| u.own(side)),
        )
    }

    /// How much a mail resembles others by the given measure of one sentence, subject or link.
    fn resemblance(
        &self,
        answered: &Answered,
        passed_over: impl Fn(u32) -> bool,
        strength: impl Fn(&Use) -> f32,
    ) -> f32 {
        // A host that strangers link to may also stand in their ids.
        let host =
            answered.shape.as_deref().and_then(|s| s.rsplit_once('@')).map(|(_, d)| of_host(d));
        let host = host.filter(|h| !answered.sketch.contains(h));
        let mut found = [0.0f32; STRONGEST.len()];
        let (mut whole, mut varied) = (0.0f32, 0.0f32);
        for n in answered.sketch.iter().copied().chain(host) {
            if passed_over(n) {
                continue;
            }
            let Some(u) = self.uses.get(&n) else { continue };
            let strength = strength(u);
            // What is left of a subject without some of its words is one thing, and none where more of it
            // is alike.
            if is_of_gap(n) {
                varied = varied.max(strength);
                continue;
            }
            if is_of_subject(n) {
                whole = whole.max(strength);
            }
            keep(&mut found, strength);
        }
        if varied > whole {
            keep(&mut found, varied);
        }
        found.iter().zip(STRONGEST).map(|(s, w)| s * w).sum()
    }

    /// What it adds towards genuine that the owner wrote to the recipient: little where strangers, or the
    /// campaign that this is like, write to the owner's address book, too. `known` is the share of the
    /// owner's mail of this sort that goes to somebody to whom Sent holds mail.
    pub fn correspondent(&self, record: &Record, stranger: bool, known: f32) -> f32 {
        let all = (self.reached.1 as f32 + 1.0) / (self.reached.0 as f32 + 4.0);
        let itself = u32::from(is_to_correspondent(record));
        let share = self.in_campaign(record, stranger, all, itself, |u| u.known);
        (known / share).ln().clamp(0.1, 2.5)
    }

    /// What it adds towards genuine that address and display name are the owner's: little where strangers,
    /// or the campaign that this is like, wear that name, too.
    pub fn own_name(&self, record: &Record, stranger: bool, sent: &SentIndex) -> f32 {
        // One of six programs of the owner's writes the name in another way.
        let all = (self.named.1 as f32 + 1.0) / (self.named.0 as f32 + 3.0);
        let itself = u32::from(wears_name(record, sent));
        let share = self.in_campaign(record, stranger, all, itself, |u| u.named);
        (0.85 / share).ln().clamp(0.1, 1.2)
    }

    /// How much more often strangers write ids of this structure than the owner does, as log-odds; `None`
    /// where too little of either is known.
    pub fn id_shape(&self, shape: &str, habits: &Habits) -> Option<f32> {
        let share = |of: &Census| {
            let enough = of.total() >= SHAPES;
            enough.then(|| (of.count(shape) as f32 + 0.5) / (of.total() as f32 + 1.0))
        };
        Some((share(&self.shapes)? / share(habits.shapes())?).ln())
    }

    /// The share of the mails that have what strangers use most of what this record says, and the owner
    /// never; at least that of all mails of strangers. The record itself does not count.
    fn in_campaign(
        &self,
        record: &Record,
        stranger: bool,
        all: f32,
        itself: u32,
        count: impl Fn(&Use) -> u32,
    ) -> f32 {
        let strange = u32::from(side(record, stranger) == Side::Strange);
        let alike = record.answered.sketch.iter().filter_map(|n| self.uses.get(n));
        let most = alike.filter(|u| u.own == 0 && u.strange >= ALIKE).max_by_key(|u| u.strange);
        most.map_or(all, |u| {
            let n = u.strange.saturating_sub(strange) as f32;
            let counted = count(u).saturating_sub(strange * itself) as f32;
            all.max((counted + IMAGINED * all) / (n + IMAGINED))
        })
    }

    /// A subject that the owner uses too ("Delivery 4711"), and nothing else to compare.
    fn is_common_subject(&self, answered: &Answered) -> bool {
        let used = |n| self.uses.get(n).is_some_and(|u| u.own > 0);
        answered.sketch.iter().all(|n| is_of_subject(*n))
            && answered.sketch.iter().any(|n| !is_of_gap(*n) && used(n))
    }

    /// What the likeness to other mail adds to the log-odds of `forged`: positive where it resembles
    /// the mail of strangers more than solid matches do, negative where it resembles the owner's.
    pub fn odds(&self, record: &Record, stranger: bool, sent: &SentIndex) -> f32 {
        let side = side(record, stranger);
        let (strange, own) = self.resemblances(&record.answered, side, sent);
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
    fn came_from(&mut self, place: u32) {
        if place != 0 {
            self.places |= 1 << (place % 64);
        }
    }

    fn strange(&self, side: Side) -> f32 {
        let strange = self.strange.saturating_sub(u32::from(side == Side::Strange));
        let own = self.own.saturating_sub(u32::from(side == Side::Own));
        let many = self.places.count_ones() >= PLACES;
        let failed =
            strange >= SEVERAL && self.failed * FAILED >= strange && self.known * KNOWN <= strange;
        if strange < 2 || !(many || failed) {
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

/// A place as a number, never 0.
fn number(place: &str) -> u32 {
    use std::hash::BuildHasher;
    let hash = foldhash::quality::FixedState::with_seed(0x6e65_7477).hash_one(place);
    ((hash >> 32) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_place_makes_no_campaign_of_strangers_whoever_the_recipients_are() {
        let one = Use { strange: 60, known: 12, places: 0b1, ..Use::default() };
        assert_eq!(one.strange(Side::Open), 0.0, "the owner's mailing over a service looks so");
        let unknown = Use { known: 0, ..one };
        assert_eq!(
            unknown.strange(Side::Open),
            0.0,
            "so does one to people that Sent does not know"
        );
        let many = Use { places: 0b111, ..one };
        assert!(many.strange(Side::Open) > 3.0);
    }

    #[test]
    fn fewer_mails_of_one_place_are_enough_where_receivers_recorded_failures() {
        let some = Use { strange: 12, places: 0b1, ..Use::default() };
        assert_eq!(some.strange(Side::Open), 0.0);
        assert!(Use { failed: 6, ..some }.strange(Side::Open) > 2.0);
        assert_eq!(Use { failed: 1, ..some }.strange(Side::Open), 0.0);
    }

    #[test]
    fn a_mail_does_not_resemble_itself() {
        let lonely = Use { strange: 2, places: 0b111, ..Use::default() };
        assert!(lonely.strange(Side::Open) > 0.0);
        assert_eq!(lonely.strange(Side::Strange), 0.0);
    }

    /// A bounce of absent mail with this subject.
    fn failed(subject: &str) -> Record {
        let returned =
            format!("From: n@example.org\nMessage-ID: <1@example.org>\nSubject: {subject}\n\n");
        Record::sample(Link::Absent, &returned)
    }

    #[test]
    fn that_the_owner_knows_the_recipient_says_little_where_the_campaign_writes_to_the_address_book()
     {
        let record = failed("Cheap watches for everybody");
        let mut wording = Wording { reached: (400, 4), ..Wording::default() };
        let alone = wording.correspondent(&record, true, 0.35);
        assert!(alone > 2.0, "{alone}");
        let book = Use { strange: 40, known: 30, places: 0b111, ..Use::default() };
        wording.uses.extend(record.answered.sketch.iter().map(|n| (*n, book)));
        let campaign = wording.correspondent(&record, true, 0.35);
        assert!(campaign < 0.2, "{campaign}");
        // What the owner writes, too, is no campaign.
        wording.uses.values_mut().for_each(|u| u.own = 1);
        assert_eq!(wording.correspondent(&record, true, 0.35), alone);
    }

    #[test]
    fn a_subject_with_a_random_word_is_like_the_others_of_its_campaign() {
        let records: Vec<Record> = ["aizgzy", "zkwlsl", "vqhtbd", "qjbfkg"]
            .iter()
            .map(|word| failed(&format!("Final notice {word}: copyright claim 6871")))
            .collect();
        let mut wording = Wording::default();
        for n in records[..3].iter().flat_map(|r| r.answered.sketch.iter()) {
            let u = wording.uses.entry(*n).or_default();
            u.strange += 1;
            u.places = 0b111;
        }
        let sent = SentIndex::default();
        let alike = |r: &Record| wording.resemblances(&r.answered, Side::Open, &sent).0;
        let last = alike(&records[3]);
        assert!(
            last > 1.5 && last <= 7f32.ln(),
            "three others tell no more than their number: {last}"
        );
        assert_eq!(alike(&failed("Plan for the garden house in April")), 0.0);
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
