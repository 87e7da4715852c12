//! How much of the owner's mail Sent holds, measured from the ids that people's replies name: the
//! share of those found in Sent, in all and by the device that wrote them. Absence from Sent weighs
//! no more than that.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::codec::coded;
use crate::correlation::{Record, Terms};
use crate::message::Address;
use crate::sent::{DAY, SentIndex};

/// An ordinary reply: which message it answers and whom it is addressed to.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Hash of the answered id.
    pub parent: u64,
    /// Structure of that id.
    pub shape: String,
    /// Who replied.
    pub from: Address,
    /// The first address of its To field: as a rule the author of what it answers.
    pub to: Address,
    /// Whether a list distributed it.
    pub list: bool,
    /// When it was written, Unix seconds: as a rule a few days after what it answers.
    pub date: Option<i64>,
}

/// The mail that is missing from Sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sought<'a> {
    /// Structure of its id: the device.
    pub shape: Option<&'a str>,
    /// The owner's address that it was sent from, base form.
    pub identity: Option<&'a str>,
    /// When it was sent, Unix seconds.
    pub time: Option<i64>,
}

/// Hits and trials.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Share {
    found: u32,
    asked: u32,
}

/// One month (UTC) of what is known of Sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Month {
    /// When it began, Unix seconds.
    pub start: i64,
    /// Messages in Sent that are dated in it.
    pub sent: u32,
    /// People's replies in it that name a mail of the owner's …
    pub asked: u32,
    /// … and how many of these mails Sent holds.
    pub found: u32,
}

/// How complete Sent is.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    all: Share,
    by_device: BTreeMap<String, Share>,
    by_identity: BTreeMap<String, Share>,
    /// Dates of the replies and whether Sent holds what they answer, by date.
    by_time: Vec<(i64, bool)>,
    /// Addresses that never sent anything that Sent holds, and whose mail people answer all the same: as a rule
    /// another account's Sent was given. Base form.
    elsewhere: BTreeSet<String>,
}

/// Replies next to a moment that tell of holes in Sent, and how far away (seconds) they may be.
const NEXT: usize = 12;
const NEAR: i64 = 10 * 86_400;

/// z of the lower end of a two-sided 90 % interval.
const Z: f64 = 1.644_853_6;

/// With fewer replies than this of one device, that of all is used.
const FEW: u32 = 5;

/// Where no reply tells, half of the mail is taken to be in Sent.
const UNKNOWN: f32 = 0.5;

impl Share {
    /// Lower end of Wilson's interval.
    fn lower(self) -> f32 {
        self.interval().0
    }

    /// Whether it is lower than another, not by chance alone.
    fn is_below(self, other: Share) -> bool {
        self.asked >= FEW && self.interval().1 * (other.asked.max(1) as f32) < other.found as f32
    }

    /// Wilson's interval.
    fn interval(self) -> (f32, f32) {
        let n = f64::from(self.asked);
        if n == 0.0 {
            return (0.0, 1.0);
        }
        let p = f64::from(self.found) / n;
        let z2 = Z * Z;
        let centre = p + z2 / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        let end = |x: f64| (x / (1.0 + z2 / n)).clamp(0.0, 1.0) as f32;
        (end(centre - spread), end(centre + spread))
    }
}

impl Coverage {
    /// Measures from replies that go to the owner and name a message that the owner may have sent.
    pub fn measure(replies: &[Reply], sent: &SentIndex, terms: &Terms) -> Self {
        let mut coverage = Coverage::default();
        let mut seen = HashSet::new();
        // Who answers mail of addresses that never sent; nobody's, where Sent holds what they answer.
        let mut others: HashMap<Address, Option<HashSet<Address>>> = HashMap::new();
        for reply in replies {
            if reply.list || terms.is_own(&reply.from, sent) {
                continue;
            }
            if !terms.is_own(&reply.to, sent) {
                let people = others.entry(reply.to.base()).or_insert_with(|| Some(HashSet::new()));
                match sent.by_id_key(reply.parent) {
                    Some(_) => *people = None,
                    None => people.iter_mut().for_each(|p| {
                        p.insert(reply.from.base());
                    }),
                }
                continue;
            }
            if !seen.insert(reply.parent) {
                continue;
            }
            let found = u32::from(sent.by_id_key(reply.parent).is_some());
            let device = coverage.by_device.entry(reply.shape.clone()).or_default();
            device.asked += 1;
            device.found += found;
            let identity =
                coverage.by_identity.entry(reply.to.base().as_str().to_owned()).or_default();
            identity.asked += 1;
            identity.found += found;
            coverage.all.asked += 1;
            coverage.all.found += found;
            // Whom the owner never wrote to may answer, angrily, what somebody else sent: that is no hole in Sent.
            if found > 0 || sent.by_recipient(&reply.from).next().is_some() {
                coverage.by_time.extend(reply.date.map(|d| (d, found > 0)));
            }
        }
        coverage.by_time.sort_unstable();
        let many = |people: &HashSet<Address>| people.len() >= FEW as usize;
        coverage.elsewhere = others
            .into_iter()
            .filter(|(_, people)| people.as_ref().is_some_and(many))
            .map(|(address, _)| address.as_str().to_owned())
            .collect();
        coverage
    }

    /// What the replies next to a moment say.
    fn around(&self, time: i64) -> Share {
        let at = self.by_time.partition_point(|(d, _)| *d < time);
        let (mut before, mut after) = (at, at);
        let mut share = Share::default();
        while (share.asked as usize) < NEXT {
            let left = before.checked_sub(1).map(|i| self.by_time[i]);
            let right = self.by_time.get(after).copied();
            let distance =
                |side: Option<(i64, bool)>| side.map_or(i64::MAX, |(d, _)| (d - time).abs());
            let nearer = distance(left).min(distance(right));
            if nearer > NEAR {
                break;
            }
            let found = if distance(left) == nearer {
                before -= 1;
                left
            } else {
                after += 1;
                right
            };
            share.asked += 1;
            share.found += u32::from(found.is_some_and(|(_, f)| f));
        }
        share
    }

    /// The share of the owner's mail that Sent holds, lower end of its 90 % interval: of the device whose
    /// ids have this structure, and less where the replies to that identity or around that moment (Unix
    /// seconds) show a hole.
    pub fn share(&self, of: &Sought<'_>) -> f32 {
        if self.all.asked < FEW {
            return UNKNOWN;
        }
        let all = self.all.lower();
        let device = match of.shape.and_then(|s| self.by_device.get(s)) {
            Some(device) if device.asked >= FEW => device.lower(),
            // A device of few replies, none of them found, may not be saved in Sent at all.
            Some(device) if device.found == 0 => all.min(UNKNOWN) * 0.5,
            _ => all,
        };
        let identity = of.identity.and_then(|i| self.by_identity.get(i)).copied();
        let around = of.time.map(|t| self.around(t));
        identity
            .into_iter()
            .chain(around)
            .filter(|hole| hole.is_below(self.all))
            .fold(device, |share, hole| share.min(hole.lower()))
    }

    /// What absence from Sent adds to the log-odds of `forged`: at most −ln(1 − coverage). `found` is the
    /// share of what is there that the search finds.
    pub fn absence(&self, of: &Sought<'_>, found: f32) -> f32 {
        -(1.0 - self.share(of) * found).max(0.05).ln()
    }

    /// Whether Sent seldom holds mail of the device whose ids have this structure.
    pub fn seldom(&self, shape: &str) -> bool {
        self.by_device.get(shape).is_some_and(|d| d.is_below(self.all) && d.found * 2 < d.asked)
    }

    /// Whether Sent is known to miss mail of the owner's: more than one id that people answer is not there.
    pub fn misses(&self) -> bool {
        self.all.asked >= self.all.found + 2
    }

    /// Whether the address that a record answers sends its mail from somewhere that Sent does not hold, so that
    /// Sent says nothing about it.
    pub fn is_elsewhere(&self, record: &Record) -> bool {
        !self.elsewhere.is_empty()
            && record
                .answered
                .answered_to
                .first()
                .is_some_and(|a| self.elsewhere.contains(a.base().as_str()))
    }

    /// Sent month by month, as far as there is mail or a reply.
    pub fn months(&self, sent: &SentIndex) -> Vec<Month> {
        let mut months: BTreeMap<i64, Month> = BTreeMap::new();
        let mut of = |unix: i64, add: &dyn Fn(&mut Month)| {
            if let Some(start) = month(unix) {
                add(months.entry(start).or_insert(Month { start, ..Month::default() }));
            }
        };
        for (day, number) in &sent.days {
            of(day.saturating_mul(DAY), &|m| m.sent += number);
        }
        for (date, found) in &self.by_time {
            of(*date, &|m| {
                m.asked += 1;
                m.found += u32::from(*found);
            });
        }
        months.into_values().collect()
    }

    /// Replies that were looked at, and how many of the ids they name are in Sent.
    pub fn measured(&self) -> (u32, u32) {
        (self.all.asked, self.all.found)
    }
}

/// The first moment of a month, Unix seconds, UTC.
fn month(unix: i64) -> Option<i64> {
    let utc = jiff::tz::Offset::UTC;
    let first = utc.to_datetime(jiff::Timestamp::from_second(unix).ok()?).date().first_of_month();
    Some(utc.to_timestamp(first.to_datetime(jiff::civil::Time::midnight())).ok()?.as_second())
}

coded!(Reply { parent, shape, from, to, list, date });

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(found: u32, asked: u32) -> Coverage {
        Coverage { all: Share { found, asked }, ..Coverage::default() }
    }

    #[test]
    fn absence_weighs_more_the_more_complete_sent_is_and_never_more_than_three() {
        let half = coverage(50, 100).absence(&Sought::default(), 1.0);
        let most = coverage(98, 100).absence(&Sought::default(), 1.0);
        assert!(half < 0.7 && half > 0.4, "{half}");
        assert!(most > half);
        assert!(coverage(100_000, 100_000).absence(&Sought::default(), 1.0) <= 3.0);
    }

    #[test]
    fn few_replies_prove_little() {
        assert!(coverage(6, 6).share(&Sought::default()) < 0.75);
        assert!((coverage(3, 3).share(&Sought::default()) - UNKNOWN).abs() < 1e-6);
    }

    #[test]
    fn a_device_that_is_never_in_sent_makes_absence_weigh_little() {
        let mut c = coverage(90, 100);
        c.by_device.insert("phone".into(), Share { found: 0, asked: 12 });
        assert!(c.absence(&Sought { shape: Some("phone"), ..Sought::default() }, 1.0) < 0.05);
        assert!(c.absence(&Sought { shape: Some("laptop"), ..Sought::default() }, 1.0) > 1.0);
    }

    #[test]
    fn a_week_without_any_hit_is_a_hole_in_sent() {
        let mut c = coverage(90, 100);
        let day = 86_400;
        c.by_time = (0..100).map(|i| (i * day, !(50..60).contains(&i))).collect();
        let at = |t: i64| c.absence(&Sought { time: Some(t * day), ..Sought::default() }, 1.0);
        assert!(at(55) < 0.3, "{}", at(55));
        assert!(at(20) > 1.0, "{}", at(20));
    }

    #[test]
    fn months_begin_at_their_first_moment() {
        // 2026-08-14 09:30 and 2024-02-29 23:59:59.
        assert_eq!(month(1_786_699_800), Some(1_785_542_400));
        assert_eq!(month(1_709_251_199), Some(1_706_745_600));
        assert_eq!(month(i64::MAX), None);
        let c = Coverage {
            by_time: vec![(0, true), (86_400, false), (40 * 86_400, true)],
            ..Coverage::default()
        };
        let months = c.months(&SentIndex::default());
        let counts: Vec<_> = months.iter().map(|m| (m.asked, m.found)).collect();
        assert_eq!(counts, [(2, 1), (1, 1)]);
    }

    #[test]
    fn an_identity_that_is_never_saved_makes_absence_weigh_little() {
        let mut c = coverage(90, 100);
        c.by_identity.insert("office@example.org".into(), Share { found: 0, asked: 9 });
        let of =
            |identity| c.absence(&Sought { identity: Some(identity), ..Sought::default() }, 1.0);
        assert!(of("office@example.org") < 0.1);
        assert!(of("nadia@example.org") > 1.0);
    }
}
