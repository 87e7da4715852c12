//! Groups of answered mail: by subject with what varies masked, and by the sentences and links that only
//! strangers use. What each group shows of the way its mail took answers "was I hacked or spoofed?".

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::abuse::{Abuse, Tally};
use super::habits::{Habits, Path};
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
const BINDING: usize = 6;

/// Addresses that are counted in one group.
const COUNTED: usize = 10_000;

/// A group is over when nothing came for this long (seconds) before the newest answer of the mailbox.
const QUIET: i64 = 2 * 86_400;

/// Disjoint sets of record numbers.
struct Sets(Vec<u32>);

impl Sets {
    fn root(&mut self, mut n: u32) -> u32 {
        while self.0[n as usize] != n {
            let up = self.0[self.0[n as usize] as usize];
            self.0[n as usize] = up;
            n = up;
        }
        n
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller number stays the root, whatever the order of joins.
        self.0[a.max(b) as usize] = a.min(b);
    }
}

/// What two records have to share to belong together: a subject, or two things only strangers write.
fn bonds(record: &Record, wording: &Wording) -> Vec<u64> {
    let mut bonds = Vec::new();
    let subject = record.answered.subject.as_deref().and_then(of_subject);
    bonds.extend(subject.map(u64::from));
    if matches!(record.link, Link::Matched { solid: true, .. }) {
        return bonds;
    }
    let mut strange: Vec<(u32, u32)> = record
        .answered
        .sketch
        .iter()
        .filter(|n| Some(**n) != subject)
        .filter_map(|n| wording.strange_uses(*n).map(|uses| (uses, *n)))
        .collect();
    // The most used bind best: a sentence of two mails may be chance.
    strange.sort_unstable_by(|a, b| b.cmp(a));
    strange.truncate(BINDING);
    for (i, (_, a)) in strange.iter().enumerate() {
        for (_, b) in &strange[i + 1..] {
            bonds.push(u64::from(*a.min(b)) << 32 | u64::from(*a.max(b)));
        }
    }
    bonds
}

impl Campaigns {
    /// Groups all records.
    pub fn group(
        records: &[&Record],
        habits: &Habits,
        wording: &Wording,
        sent: &SentIndex,
    ) -> Self {
        let mut sets = Sets((0..records.len() as u32).collect());
        let mut first: HashMap<u64, u32> = HashMap::new();
        for (n, r) in records.iter().enumerate() {
            for bond in bonds(r, wording) {
                let with = *first.entry(bond).or_insert(n as u32);
                sets.join(with, n as u32);
            }
        }
        drop(first);
        let mut sizes: HashMap<u32, u32> = HashMap::new();
        let roots: Vec<u32> = (0..records.len() as u32).map(|n| sets.root(n)).collect();
        for root in &roots {
            *sizes.entry(*root).or_default() += 1;
        }
        let newest = records.iter().filter_map(|r| r.date).max().unwrap_or(i64::MAX);
        let mut gathered: BTreeMap<u32, Gathered> = BTreeMap::new();
        for (r, root) in records.iter().zip(&roots) {
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
            .filter_map(|(r, root)| Some((r.fingerprint, *numbers.get(root)?)))
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
