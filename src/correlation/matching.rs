//! Links an answer to the mail in Sent that it answers. An id alone never proves; who answers has to be
//! one whom that mail went to.

use super::{Answered, Link, Returns, Terms};
use crate::message::Address;
use crate::sent::{DAY, SentIndex, SentNumber};
use crate::signals::Evidence;

/// What a comparison of one answer with Sent found.
struct Found<'a> {
    answered: &'a Answered,
    sent: &'a SentIndex,
    terms: &'a Terms,
    evidence: Vec<Evidence>,
}

impl Found<'_> {
    fn add(&mut self, code: &str, quote: &str) {
        self.evidence.extend(Evidence::of(code, quote));
    }

    /// Who answers or failed, and whom the Received lines name; among these the owner's own addresses
    /// only show the way back.
    fn theirs(&self) -> impl Iterator<Item = &Address> {
        let passed = self.answered.passed.iter().filter(|a| !self.terms.is_own(a, self.sent));
        self.answered.asked.iter().chain(passed)
    }

    fn recipient(&self, n: SentNumber) -> Option<&Address> {
        self.theirs().find(|a| self.sent.went_to(n, a))
    }

    fn same_domain(&self, n: SentNumber) -> Option<&Address> {
        self.theirs().find(|a| self.sent.went_to_domain(n, a))
    }
}

/// Seconds by which two notations of the same Date may differ.
const SAME_DATE: i64 = 2;

/// Compares an answer with Sent. `received` is when the answer came, Unix seconds.
/// `reporter` is the program or host that reports, empty where none is named.
pub fn link(
    answered: &Answered,
    received: Option<i64>,
    reporter: &str,
    terms: &Terms,
    sent: &SentIndex,
) -> (Link, Vec<Evidence>) {
    let mut found = Found { answered, sent, terms, evidence: Vec::new() };
    if let Some(kept) = named_to_be_kept(answered, terms) {
        found.add("named-to-be-kept", &kept);
    }
    let by_id = match_by_id(&mut found, received, window(terms, reporter));
    let link = match by_id {
        Some(link) => link,
        None => match_without_id(&mut found, received).unwrap_or_else(|| {
            let window = window(terms, reporter);
            let written = known_correspondent(&mut found, received, window);
            missing(answered, received, window, written, sent)
        }),
    };
    (link, found.evidence)
}

fn named_to_be_kept(answered: &Answered, terms: &Terms) -> Option<String> {
    if terms.keep.is_empty() {
        return None;
    }
    answered
        .asked
        .iter()
        .chain(&answered.passed)
        .map(Address::key)
        .chain(answered.ids.iter().map(|id| id.as_str().to_lowercase()))
        .find(|k| terms.keep.contains(k))
}

fn match_by_id(found: &mut Found<'_>, received: Option<i64>, window: i64) -> Option<Link> {
    let (answered, sent) = (found.answered, found.sent);
    let (id, n) = answered.ids.iter().find_map(|id| sent.by_id(id).map(|n| (id, n)))?;
    let quote = id.to_string();
    let date = answered.date.zip(sent.date(n));
    let same_date = date.map(|(theirs, ours)| (theirs.unix - ours).abs() <= SAME_DATE);
    let code = if answered.referred { "parent-in-sent" } else { "id-and-recipient-in-sent" };

    if let Some(recipient) = found.recipient(n).map(ToString::to_string) {
        // A replay to the very person the message went to changes nothing but the Date.
        if same_date == Some(false) {
            found.add("id-only-in-sent", &quote);
            found.add("recipient-in-sent", &recipient);
            return Some(Link::Matched { sent: n, solid: false });
        }
        found.add(code, &format!("{quote} to {recipient}"));
        // Programs answer at once. To a reference to mail of last year somebody may answer who got spam that
        // was hung below an old thread.
        let late = received.zip(sent.date(n)).is_some_and(|(now, then)| now - then > window);
        return Some(Link::Matched { sent: n, solid: !(answered.referred && late) });
    }
    let colleague = found.same_domain(n).map(ToString::to_string);
    let same_subject = answered.subject.as_deref().is_some_and(|s| sent.has_subject(n, s));
    let nobody = found.theirs().next().is_none();
    match (same_date, nobody) {
        (Some(true), _) => {
            found.add("id-and-date-in-sent", &quote);
            // Where nobody is named that it could have gone to instead, its own To counts.
            let named = answered.to.iter().find(|a| sent.went_to(n, a));
            if nobody
                && same_subject
                && let Some(to) = named.map(ToString::to_string)
            {
                found.add("same-to-in-sent", &to);
            }
            if let Some(c) = colleague {
                found.add("recipient-in-sent", &format!("{c}: same organisation"));
            }
            Some(Link::Matched { sent: n, solid: false })
        }
        (Some(false), false) if colleague.is_none() => {
            found.add("replayed-id", &quote);
            Some(Link::Contradicted(n))
        }
        _ => {
            if same_subject {
                found.add("id-and-subject-in-sent", &quote);
            } else {
                found.add("id-only-in-sent", &quote);
            }
            if let Some(c) = colleague {
                found.add("recipient-in-sent", &format!("{c}: same organisation"));
            }
            Some(Link::Matched { sent: n, solid: false })
        }
    }
}

/// Date and subject, or subject and recipient, where the id does not speak against it.
fn match_without_id(found: &mut Found<'_>, received: Option<i64>) -> Option<Link> {
    let (answered, sent, terms) = (found.answered, found.sent, found.terms);
    let subject = answered.subject.as_deref()?;
    // An id of the owner's own shape that is not in Sent names another message.
    if answered.shape.as_deref().is_some_and(|s| sent.shapes.count(s) > 0) {
        return None;
    }
    let own = match &answered.from {
        Some(from) => terms.is_own(from, sent),
        None => answered.answered_to.iter().any(|a| terms.is_own(a, sent)),
    };
    if !own {
        return None;
    }
    if answered.returns == Returns::Headers
        && let Some(date) = answered.date
        && let Some(link) = match_by_date(found, date.unix)
    {
        return Some(link);
    }
    if crate::sent::stripped_subject(subject).is_empty() {
        return None;
    }
    if answered.returns == Returns::Headers
        && let Some(date) = answered.date
    {
        let hit = sent
            .by_subject(subject)
            .find(|n| sent.date(*n).is_some_and(|d| (d - date.unix).abs() <= SAME_DATE));
        if let Some(n) = hit {
            found.add("date-and-subject-in-sent", subject);
            let recipient = found.recipient(n).map(ToString::to_string);
            let solid = recipient.is_some();
            if let Some(r) = recipient {
                found.add("recipient-in-sent", &r);
            }
            return Some(Link::Matched { sent: n, solid });
        }
    }
    let received = received?;
    let days = i64::from(terms.window_days.unwrap_or(7));
    let hit = sent.by_subject(subject).find(|n| {
        sent.date(*n).is_some_and(|d| d <= received + DAY / 24 && d >= received - days * DAY)
            && found.recipient(*n).is_some()
            // The original's own Date, where it came back, is that of another message.
            && (answered.returns != Returns::Headers || answered.date.is_none())
    });
    let n = hit?;
    let recipient = found.recipient(n).map(ToString::to_string).unwrap_or_default();
    found.add("subject-and-recipient-in-sent", subject);
    found.add("recipient-in-sent", &recipient);
    Some(Link::Matched { sent: n, solid: false })
}

/// Date to the second and the recipient: gateways and lists write another id and a mark before the subject. Where
/// only the `To` of the original tells (a list), it supports and does not prove.
fn match_by_date(found: &mut Found<'_>, date: i64) -> Option<Link> {
    let (answered, sent) = (found.answered, found.sent);
    let at = |a: &Address| {
        sent.by_recipient(a).find(|n| sent.date(*n).is_some_and(|d| (d - date).abs() <= SAME_DATE))
    };
    let theirs = found.theirs().find_map(|a| Some((at(a)?, a.to_string())));
    if let Some((n, recipient)) = theirs {
        found.add("date-and-recipient-in-sent", &recipient);
        found.add("recipient-in-sent", &recipient);
        return Some(Link::Matched { sent: n, solid: true });
    }
    let (n, to) = answered.to.iter().find_map(|a| Some((at(a)?, a.to_string())))?;
    found.add("date-and-recipient-in-sent", &to);
    Some(Link::Matched { sent: n, solid: false })
}

/// Seconds in which an answer is expected.
fn window(terms: &Terms, reporter: &str) -> i64 {
    i64::from(terms.window_days.unwrap_or(if reporter.is_empty() { 14 } else { 7 })) * DAY
}

/// Whether the owner wrote to one of those who answer within the window before.
fn known_correspondent(found: &mut Found<'_>, received: Option<i64>, window: i64) -> bool {
    let moment = found.answered.sent_at().or(received);
    let hit = found.theirs().find(|a| {
        found.sent.by_recipient(a).any(|n| match (found.sent.date(n), moment) {
            (Some(d), Some(t)) => d <= t + DAY && d >= t - window,
            _ => true,
        })
    });
    let Some(hit) = hit.map(ToString::to_string) else { return false };
    found.add("recipient-in-sent", &hit);
    true
}

fn missing(
    answered: &Answered,
    received: Option<i64>,
    window: i64,
    written: bool,
    sent: &SentIndex,
) -> Link {
    let covered = match (answered.sent_at(), received) {
        (Some(t), _) => sent.covers(t),
        // Without a Date the mail was sent at some time in the window.
        (None, Some(t)) => sent.covers(t) && sent.covers(t - window),
        (None, None) => false,
    };
    // With nothing but a recipient to look for, having written to them is not an absence.
    let sought = !answered.ids.is_empty()
        || answered.returns == Returns::Headers
        || !answered.asked.is_empty() && !written;
    if covered && sought { Link::Absent } else { Link::Unknowable }
}
