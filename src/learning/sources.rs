//! Hosts that sent forged mail: what is known of some of a host's mail informs the rest of it. Counts
//! only hosts that none of the owner's mail came from; knows no names, because those are the client's
//! own word.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use super::Lessons;
use super::habits::Habits;
use super::invented::Invented;
use super::names::Names;
use super::way::Path;
use super::wording::Wording;
use crate::correlation::{Link, Record, Terms};
use crate::sent::SentIndex;

/// Likeness to the mail of strangers (log-odds) from which on a mail marks the host that it came from.
const LIKE: f32 = 1.5;

/// A host that wrote under so many made-up addresses of the owner's domain, or names of strangers, is a forger's.
const INVENTED: usize = 4;
/// Of names one may be that of somebody who shares the owner's address.
const NAMES: usize = 2;

/// What one host sent.
#[derive(Debug, Clone, Default)]
struct Source {
    /// Mails that are marked as forged by something else than the host.
    marked: u32,
    /// Mails that have a message in Sent behind them, as far as one can tell.
    own: u32,
    /// Addresses in the owner's domain that never sent anything, under which it sent.
    unused: BTreeSet<String>,
    /// Mails under these.
    under_unused: u32,
    /// Mails that Sent lacks.
    absent: u32,
    /// Names of strangers that these wear with the owner's address.
    names: BTreeSet<String>,
    /// Mails that nothing marks but such a name.
    named: u32,
}

/// Of the mail of a forger's host one in so many is marked at least. Where a few are and the rest is not, the
/// host may be a service over which a device of the owner's sends that keeps no copies.
const MARKED: u32 = 3;

impl Source {
    fn is_forgers(&self) -> bool {
        self.marked > 0 && self.own == 0 && self.marked * MARKED >= self.absent
    }
}

/// Hosts outside the owner's relays, and what they sent.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    of: HashMap<IpAddr, Source>,
}

/// Whether a mail shows by itself that a stranger wrote it, whatever host it came from.
fn is_marked(record: &Record, path: &Path, wording: &Wording, sent: &SentIndex) -> bool {
    match record.link {
        Link::Contradicted(_) => true,
        Link::Absent => {
            matches!(path, Path::Pretended { .. }) || wording.odds(record, true, sent) >= LIKE
        }
        Link::Matched { .. } | Link::Unknowable => false,
    }
}

/// Whether it wears the owner's address with the name of somebody else.
fn wears_strange_name(record: &Record, names: &Names, sent: &SentIndex) -> bool {
    let a = &record.answered;
    a.from.as_ref().is_some_and(|from| names.is_strange(from, &a.name, sent))
}

/// The one address in the owner's domain under which the answer came, where it never sent anything.
pub(crate) fn unused(
    record: &Record,
    habits: &Habits,
    sent: &SentIndex,
    terms: &Terms,
) -> Option<String> {
    // Only one address tells; a list of several tells nothing.
    let [address] = record.answered.answered_to.as_slice() else { return None };
    let base = address.base();
    let strange = terms.is_own_domain(address, sent)
        && !terms.is_own(address, sent)
        && !habits.addressed.contains(base.as_str());
    strange.then(|| base.as_str().to_owned())
}

impl Sources {
    /// Learns from all records.
    pub fn learn(
        records: &[&Record],
        habits: &Habits,
        names: &Names,
        wording: &Wording,
        invented: &Invented,
        sent: &SentIndex,
        terms: &Terms,
    ) -> Self {
        let mut sources = Sources::default();
        let mut receivers = BTreeSet::new();
        for record in records {
            let path = habits.path(&record.answered, &record.headline.reporting_mta);
            let Some(ip) = address(&path) else { continue };
            let source = sources.of.entry(ip).or_default();
            if let Some(address) = unused(record, habits, sent, terms)
                && invented.has(&address, record)
            {
                source.under_unused += 1;
                if source.unused.len() < INVENTED {
                    source.unused.insert(address);
                }
            }
            if record.link == Link::Absent {
                source.absent += 1;
            }
            let named = record.link == Link::Absent && wears_strange_name(record, names, sent);
            if named && source.names.len() < INVENTED {
                source.names.insert(record.answered.name.clone());
            }
            if is_marked(record, &path, wording, sent) {
                source.marked += 1;
            } else if named {
                source.named += 1;
            } else if matches!(record.link, Link::Matched { .. }) {
                source.own += 1;
            }
            // A host that hands on others' mail sends whatever they get.
            if record.answered.hops.iter().any(|h| h.ip == Some(ip) && habits.receives(h)) {
                receivers.insert(ip);
            }
        }
        sources.of.retain(|ip, source| {
            if source.unused.len() >= INVENTED {
                source.marked += source.under_unused;
            }
            if source.names.len() >= NAMES {
                source.marked += source.named;
            }
            if source.names.len() >= INVENTED {
                source.marked = source.marked.max(source.absent);
            }
            source.is_forgers() && !receivers.contains(ip)
        });
        sources
    }

    /// The host that this mail came from, and what its other mails add to the log-odds of `forged`;
    /// `None` where no other is marked.
    pub fn odds(
        &self,
        record: &Record,
        path: &Path,
        lessons: &Lessons,
        sent: &SentIndex,
    ) -> Option<(IpAddr, f32)> {
        let ip = address(path)?;
        let source = self.of.get(&ip)?;
        let itself = is_marked(record, path, &lessons.wording, sent)
            || record.link == Link::Absent && wears_strange_name(record, &lessons.names, sent);
        let itself = u32::from(itself);
        let others = source.marked.saturating_sub(itself) as f32;
        // One other may be marked by mistake, and a lodging's address may be shared with a stranger.
        (others > 0.0).then(|| (ip, 19f32.ln() * others / (others + 1.5)))
    }
}

fn address(path: &Path) -> Option<IpAddr> {
    path.stranger().and_then(|s| s.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_most_of_whose_mail_nothing_marks_is_no_forgers() {
        let of = |marked, absent| Source { marked, absent, ..Source::default() }.is_forgers();
        assert!(of(1, 1) && of(5, 12));
        assert!(
            !of(2, 60),
            "a service of the owner's, two of whose mails look like spam by chance"
        );
        assert!(!of(0, 0));
    }

    #[test]
    fn what_a_host_sent_informs_its_other_mail_and_not_that_of_others() {
        let ip: IpAddr = "192.0.2.9".parse().unwrap();
        let of = |marked| {
            let source = Source { marked, ..Source::default() };
            let sources = Sources { of: HashMap::from([(ip, source)]) };
            let record = Record::sample(Link::Absent, "From: n@example.org\nSubject: x\n\n");
            move |path: &str| {
                let path = Path::Foreign(path.to_owned());
                let (lessons, sent) = (Lessons::default(), SentIndex::default());
                sources.odds(&record, &path, &lessons, &sent).map(|(_, odds)| odds)
            }
        };
        let (one, many) = (of(1)("192.0.2.9").unwrap(), of(30)("192.0.2.9").unwrap());
        assert!(one < 1.3 && many > 2.5 && many < 19f32.ln(), "{one} {many}");
        assert_eq!(of(30)("192.0.2.10"), None);
        assert_eq!(of(30)("mail.example.org"), None);
    }
}
