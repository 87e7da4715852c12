//! Groups of answered mail with the same subject template. What is solid about some members of a
//! group informs the others.

use std::collections::{BTreeMap, BTreeSet};

use super::habits::{Habits, Path};
use crate::correlation::{Link, Record, template};

/// One group of answered mail.
#[derive(Debug, Clone, Default)]
pub struct Campaign {
    /// Number in reports, from 1, by first arrival.
    pub number: u32,
    /// Subject with numbers and random tokens masked.
    pub template: String,
    /// Answers that belong to it.
    pub members: u32,
    /// Of these, solid matches with Sent.
    pub solid: u32,
    /// Of these, with hops that came from elsewhere.
    pub foreign: u32,
    /// Of these, with hops over the owner's relays.
    pub own: u32,
    /// First and last arrival, Unix seconds.
    pub span: Option<(i64, i64)>,
    /// Different addresses that answered or failed.
    pub recipients: u32,
}

/// All groups, by template.
#[derive(Debug, Clone, Default)]
pub struct Campaigns {
    by_template: BTreeMap<String, Campaign>,
}

/// With fewer members a group is no campaign.
pub const SMALLEST: u32 = 5;

impl Campaigns {
    /// Groups all records by the template of their subject.
    pub fn group(records: &[&Record], habits: &Habits) -> Self {
        let mut by_template: BTreeMap<String, Campaign> = BTreeMap::new();
        let mut recipients: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for r in records {
            let Some(key) = r.answered.subject.as_deref().map(template).filter(|t| t.len() >= 4)
            else {
                continue;
            };
            let c = by_template.entry(key.clone()).or_default();
            c.members += 1;
            c.solid += u32::from(matches!(r.link, Link::Matched { solid: true, .. }));
            match habits.path(&r.answered, &r.headline.reporting_mta) {
                Path::Foreign(_) | Path::Pretended { .. } => c.foreign += 1,
                Path::Own { .. } | Path::NewClient { .. } => c.own += 1,
                Path::OwnClient(_) | Path::Named(_) | Path::Silent => {}
            }
            if let Some(date) = r.date {
                let (first, last) = c.span.unwrap_or((date, date));
                c.span = Some((first.min(date), last.max(date)));
            }
            let seen = recipients.entry(key).or_default();
            if seen.len() < 10_000 {
                seen.extend(r.answered.asked.iter().map(|a| a.key()));
            }
        }
        by_template.retain(|_, c| c.members >= SMALLEST);
        for (key, c) in &mut by_template {
            c.template.clone_from(key);
            c.recipients = recipients.get(key).map_or(0, |r| r.len() as u32);
        }
        let mut order: Vec<(i64, String)> = by_template
            .iter()
            .map(|(k, c)| (c.span.map_or(i64::MAX, |s| s.0), k.clone()))
            .collect();
        order.sort();
        for (i, (_, key)) in order.iter().enumerate() {
            if let Some(c) = by_template.get_mut(key) {
                c.number = i as u32 + 1;
            }
        }
        Campaigns { by_template }
    }

    /// The group that a record belongs to.
    pub fn of(&self, record: &Record) -> Option<&Campaign> {
        self.by_template.get(&template(record.answered.subject.as_deref()?))
    }

    /// All groups, by number.
    pub fn list(&self) -> Vec<&Campaign> {
        let mut all: Vec<&Campaign> = self.by_template.values().collect();
        all.sort_by_key(|c| c.number);
        all
    }
}
