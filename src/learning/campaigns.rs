//! Groups of answered mail: by subject with what varies masked, and by the sentences and links that only
//! strangers use. What each group shows of the way its mail took answers "was I hacked or spoofed?".

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::net::IpAddr;

use super::abuse::{Abuse, Tally};
use super::habits::Habits;
use super::way::Path;
use super::wording::Wording;
use crate::correlation::{Link, Record, of_subject, template};
use crate::sent::SentIndex;
use crate::store::Fingerprint;

/// One group of answered mail.
#[derive(Debug, Clone, Default)]
pub struct Campaign {
    /// Number in reports, from 1, by first arrival.
    pub number: u32,
    /// Its most frequent subject, with numbers and random tokens masked.
    pub template: String,
    /// Answers that belong to it, the same one in two places counted once.
    pub members: u32,
    /// Of these, solid matches with Sent.
    pub solid: u32,
    /// Of these, with hops that came from elsewhere.
    pub foreign: u32,
    /// Of these, with hops over the owner's relays.
    pub own: u32,
    /// First and last arrival, Unix seconds.
    pub span: Option<(i64, i64)>,
    /// Most arrivals within one hour of the clock (UTC), and when that hour began, Unix seconds.
    pub peak: Option<(u32, i64)>,
    /// Whether nothing of it has come for so long that it seems to be over.
    pub over: bool,
    /// Different addresses that answered or failed, counted up to 10,000.
    pub recipients: u32,
    /// Different addresses of hosts that the mail came from, counted up to 10,000.
    pub sources: u32,
    /// How the owner's name was misused, with the counts behind it.
    pub abuse: Tally,
}

/// All groups.
#[derive(Debug, Default)]
pub struct Campaigns {
    groups: Vec<Campaign>,
    of: HashMap<Fingerprint, u32>,
}

/// With fewer members a group is no campaign.
pub const SMALLEST: u32 = 5;

/// Sentences and links of one record that may bind it to others.
const BINDING: usize = 4;

/// Addresses that are counted in one group.
const COUNTED: usize = crate::limits::CAMPAIGN_ADDRESSES;

/// A group is over when nothing came for this long (seconds) before the newest answer of the mailbox.
const QUIET: i64 = 2 * 86_400;

/// Sets of keys that stand for the same group.
#[derive(Default)]
struct Sets(HashMap<u32, u32>);

impl Sets {
    fn root(&self, mut key: u32) -> u32 {
        while let Some(up) = self.0.get(&key) {
            key = *up;
        }
        key
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller key stays the root, whatever the order of joins.
        if a != b {
            self.0.insert(a.max(b), a.min(b));
        }
    }
}

/// The sentences, subject and links of a record that only strangers use, the most used first. A record
/// belongs to the first: what a campaign says in all its mails is used more than what its engine mixes
/// in.
fn keys(record: &Record, wording: &Wording) -> Vec<u32> {
    let subject = record.answered.subject.as_deref().and_then(of_subject);
    if matches!(record.link, Link::Matched { solid: true, .. }) {
        return subject.into_iter().collect();
    }
    let mut strange: Vec<(u32, u32)> = record
        .answered
        .sketch
        .iter()
        .filter_map(|n| wording.strange_uses(*n).map(|uses| (uses, *n)))
        .collect();
    strange.sort_unstable_by(|a, b| b.cmp(a));
    strange.truncate(BINDING);
    if strange.is_empty() {
        return subject.into_iter().collect();
    }
    strange.into_iter().map(|(_, n)| n).collect()
}

/// Two keys are of one group where they stand together in at least so many mails …
const TOGETHER: u32 = 3;
/// … and in one of so many of those that have the rarer of the two.
const RARER: u32 = 4;

/// Joins the keys of groups that one campaign's mails show together.
fn join_keys(records: &[Vec<u32>], wording: &Wording) -> Sets {
    let mut together: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for keys in records {
        for (i, a) in keys.iter().enumerate() {
            for b in &keys[i + 1..] {
                *together.entry((*a.min(b), *a.max(b))).or_default() += 1;
            }
        }
    }
    let mut sets = Sets::default();
    for ((a, b), n) in together {
        let uses = |k| wording.strange_uses(k).unwrap_or(0);
        if n >= TOGETHER && n * RARER >= uses(a).min(uses(b)) {
            sets.join(a, b);
        }
    }
    sets
}

/// A host has a campaign of its own where at least so many of its mails belong to it …
const OF_HOST: u32 = 3;
/// … and this share (of four) of all those that say anything.
const MOST: u32 = 3;

/// Where records came from, as far as that is a stranger's host.
fn hosts(records: &[&Record], habits: &Habits) -> Vec<Option<IpAddr>> {
    let path = |r: &Record| habits.path(&r.answered, &r.headline.reporting_mta);
    records.iter().map(|r| path(r).stranger().and_then(|s| s.parse().ok())).collect()
}

/// Mail that says nothing of its own belongs to the campaign that the very host sent which it came from, where
/// that is one. `tells` are those that say what only strangers say.
fn join_by_host(hosts: &[Option<IpAddr>], tells: &[bool], roots: &mut [Option<u32>]) {
    let mut of: HashMap<IpAddr, BTreeMap<u32, u32>> = HashMap::new();
    for ((host, tells), root) in hosts.iter().zip(tells).zip(roots.iter()) {
        if let (Some(host), true, Some(root)) = (host, tells, root) {
            *of.entry(*host).or_default().entry(*root).or_default() += 1;
        }
    }
    let main: HashMap<IpAddr, u32> = of
        .into_iter()
        .filter_map(|(host, roots)| {
            let all: u32 = roots.values().sum();
            let (root, n) = roots.into_iter().max_by_key(|(root, n)| (*n, *root))?;
            (n >= OF_HOST && n * 4 >= all * MOST).then_some((host, root))
        })
        .collect();
    for ((host, tells), root) in hosts.iter().zip(tells).zip(roots.iter_mut()) {
        if let Some(of_host) = host.and_then(|h| main.get(&h))
            && !tells
        {
            *root = Some(*of_host);
        }
    }
}

impl Campaigns {
    /// Groups all records.
    pub fn group(
        records: &[&Record],
        habits: &Habits,
        wording: &Wording,
        sent: &SentIndex,
    ) -> Self {
        let keys: Vec<Vec<u32>> = records.iter().map(|r| keys(r, wording)).collect();
        let sets = join_keys(&keys, wording);
        let mut roots: Vec<Option<u32>> =
            keys.iter().map(|k| k.first().map(|k| sets.root(*k))).collect();
        let tells = |k: &Vec<u32>| k.first().is_some_and(|k| wording.strange_uses(*k).is_some());
        let tells: Vec<bool> = keys.iter().map(tells).collect();
        join_by_host(&hosts(records, habits), &tells, &mut roots);
        let mut sizes: HashMap<u32, u32> = HashMap::new();
        for root in roots.iter().flatten() {
            *sizes.entry(*root).or_default() += 1;
        }
        let newest = records.iter().filter_map(|r| r.date).max().unwrap_or(i64::MAX);
        let mut gathered: BTreeMap<u32, Gathered> = BTreeMap::new();
        for (r, root) in records.iter().zip(&roots) {
            let Some(root) = root else { continue };
            if sizes.get(root).is_some_and(|n| *n >= SMALLEST) {
                gathered.entry(*root).or_default().add(r, habits, wording, sent);
            }
        }
        let mut order: Vec<(u32, Campaign)> =
            gathered.into_iter().map(|(root, g)| (root, g.campaign(newest))).collect();
        order.sort_by(|(_, a), (_, b)| {
            let start = |c: &Campaign| c.span.map_or(i64::MAX, |s| s.0);
            start(a).cmp(&start(b)).then_with(|| a.template.cmp(&b.template))
        });
        let mut numbers: HashMap<u32, u32> = HashMap::new();
        let mut groups = Vec::new();
        for (root, mut campaign) in order {
            campaign.number = groups.len() as u32 + 1;
            numbers.insert(root, campaign.number);
            groups.push(campaign);
        }
        let of = records
            .iter()
            .zip(&roots)
            .filter_map(|(r, root)| Some((r.fingerprint, *numbers.get(&(*root)?)?)))
            .collect();
        Campaigns { groups, of }
    }

    /// The group that a record belongs to.
    pub fn of(&self, record: &Record) -> Option<&Campaign> {
        let number = self.of.get(&record.fingerprint)?;
        self.groups.get(*number as usize - 1)
    }

    /// All groups, by number.
    pub fn list(&self) -> &[Campaign] {
        &self.groups
    }
}

/// What is counted of a group.
#[derive(Default)]
struct Gathered {
    campaign: Campaign,
    subjects: BTreeMap<String, u32>,
    hours: BTreeMap<i64, u32>,
    recipients: BTreeSet<String>,
    sources: BTreeSet<String>,
}

impl Gathered {
    fn add(&mut self, r: &Record, habits: &Habits, wording: &Wording, sent: &SentIndex) {
        let c = &mut self.campaign;
        c.members += 1;
        c.solid += u32::from(matches!(r.link, Link::Matched { solid: true, .. }));
        let path = habits.path(&r.answered, &r.headline.reporting_mta);
        match &path {
            Path::Own { .. } | Path::NewClient { .. } => c.own += 1,
            _ if path.stranger().is_some() => c.foreign += 1,
            _ => {}
        }
        c.abuse.add(Abuse::of(r, &path, wording, sent));
        if let Some(date) = r.date {
            let (first, last) = c.span.unwrap_or((date, date));
            c.span = Some((first.min(date), last.max(date)));
            *self.hours.entry(date.div_euclid(3600)).or_default() += 1;
        }
        if let Some(subject) = &r.answered.subject
            && self.subjects.len() < COUNTED
        {
            *self.subjects.entry(template(subject)).or_default() += 1;
        }
        if self.recipients.len() < COUNTED {
            self.recipients.extend(r.answered.asked.iter().map(|a| a.key()));
        }
        if let Some(source) = path.stranger()
            && self.sources.len() < COUNTED
        {
            self.sources.insert(source.to_owned());
        }
    }

    fn campaign(self, newest: i64) -> Campaign {
        let mut c = self.campaign;
        let most = |a: &(&String, &u32), b: &(&String, &u32)| a.1.cmp(b.1).then(b.0.cmp(a.0));
        c.template = self.subjects.iter().max_by(most).map(|(t, _)| t.clone()).unwrap_or_default();
        c.peak = self
            .hours
            .iter()
            .max_by(|a, b| a.1.cmp(b.1).then(b.0.cmp(a.0)))
            .map(|(hour, n)| (*n, hour * 3600));
        c.recipients = self.recipients.len().min(COUNTED) as u32;
        c.sources = self.sources.len().min(COUNTED) as u32;
        c.over = c.span.is_some_and(|(_, last)| newest.saturating_sub(last) > QUIET);
        c
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_says_nothing_of_its_own_joins_the_campaign_of_its_host() {
        let ip = |n: u8| Some(IpAddr::from([192, 0, 2, n]));
        let hosts = [ip(1), ip(1), ip(1), ip(1), ip(1), ip(2), None];
        let tells = [true, true, true, false, false, false, false];
        let mut roots = [Some(7), Some(7), Some(7), Some(9), None, Some(9), Some(9)];
        join_by_host(&hosts, &tells, &mut roots);
        let joined = [Some(7), Some(7), Some(7), Some(7), Some(7), Some(9), Some(9)];
        assert_eq!(roots, joined, "not that of another host, or of none");
    }

    #[test]
    fn a_host_of_two_campaigns_tells_nothing() {
        let hosts = [Some(IpAddr::from([192, 0, 2, 1])); 7];
        let tells = [true, true, true, true, true, true, false];
        let mut roots = [Some(7), Some(7), Some(7), Some(8), Some(8), Some(8), Some(9)];
        let before = roots;
        join_by_host(&hosts, &tells, &mut roots);
        assert_eq!(roots, before);
    }
}
