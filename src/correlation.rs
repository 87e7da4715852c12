//! Links an answer to the mail in Sent that it answers, and keeps of the answer what the second pass
//! needs. Pure: knows one message and the index, never other records. An id alone never proves; who
//! answers has to be one whom that mail went to.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::message::{Address, Date, Hop, Message, MessageId, ReturnPath, Returned, ReturnedForm};
use crate::sent::{DAY, SentIndex, SentNumber, id_shape, mailer_name, org_domain};
use crate::signals::{Evidence, Kind, KindVerdict};
use crate::store::{Fingerprint, Place};

/// How an answer relates to Sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// It answers this message.
    Matched {
        /// Number in the index.
        sent: SentNumber,
        /// Near proof: id and the address that answers agree.
        solid: bool,
    },
    /// It names this message, but cannot answer it.
    Contradicted(SentNumber),
    /// Sent covers that time and does not hold it.
    Absent,
    /// Sent says nothing: it does not cover that time, or nothing came back to look for.
    Unknowable,
}

/// How much of the answered mail came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Returns {
    /// Nothing.
    Nothing,
    /// An id or a subject.
    Mention,
    /// Its header fields, perhaps its body.
    Headers,
}

/// What is known of the answered mail.
#[derive(Debug, Clone)]
pub struct Answered {
    /// How much came back.
    pub returns: Returns,
    /// The ids under which it may stand in Sent: its own first, then those that servers gave it; where
    /// none came back, the one that the answer refers to.
    pub ids: Vec<MessageId>,
    /// Whether the id is only one that the answer refers to.
    pub referred: bool,
    /// Structure of that id.
    pub shape: Option<String>,
    /// Its own `Date`.
    pub date: Option<Date>,
    /// When the reporting host took it in (Arrival-Date).
    pub arrival: Option<Date>,
    /// `From` as written.
    pub from: Option<Address>,
    /// `To` and `Cc` as they came back: the sender's word only.
    pub to: Vec<Address>,
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// First word of the mail program's name; empty where headers came back and name none.
    pub mailer: Option<String>,
    /// The first hops, top first.
    pub hops: Vec<Hop>,
    /// Whom it could not reach or reached, and who answers.
    pub asked: Vec<Address>,
    /// Addresses that its Received lines and delivery fields name, forwarders' ones among them.
    pub passed: Vec<Address>,
    /// The addresses under which the answer came: the envelope sender of what is answered.
    pub answered_to: Vec<Address>,
    /// Its envelope sender.
    pub return_path: Option<Address>,
    /// A recorded failure of SPF, DKIM or DMARC.
    pub authentication_failed: Option<String>,
}

impl Answered {
    /// Its own Message-ID, or the one that the answer refers to.
    pub fn message_id(&self) -> Option<&MessageId> {
        self.ids.first()
    }

    /// When it was sent, as far as that came back, Unix seconds. Arrival-Date dates it better than its
    /// own Date, which the sender writes.
    pub fn sent_at(&self) -> Option<i64> {
        self.arrival.or(self.date).map(|d| d.unix)
    }
}

/// What the second pass needs of one automatic answer.
#[derive(Debug, Clone)]
pub struct Record {
    /// Store and folder, as the scan counts them.
    pub folder: (u16, u16),
    /// Where it lies.
    pub place: Place,
    /// Length and hash of the stored octets.
    pub fingerprint: Fingerprint,
    /// When it was received, Unix seconds.
    pub date: Option<i64>,
    /// What it is.
    pub kind: KindVerdict,
    /// How it relates to Sent.
    pub link: Link,
    /// What its comparison with Sent showed.
    pub evidence: Vec<Evidence>,
    /// The answered mail.
    pub answered: Answered,
    /// What only reports show.
    pub headline: Headline,
}

/// What reports show of a message and no verdict needs.
#[derive(Debug, Clone, Default)]
pub struct Headline {
    /// First From as `name <address>`.
    pub from: String,
    /// To.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Message-ID with brackets.
    pub message_id: String,
    /// Failed or reached recipients, as written.
    pub recipients: Vec<String>,
    /// RFC 3464 action, lower case.
    pub action: String,
    /// RFC 3463 code.
    pub status: String,
    /// One of the fixed reasons.
    pub reason: String,
    /// Who reports.
    pub reporting_mta: String,
    /// What it said.
    pub diagnostic: String,
    /// Defect codes.
    pub defects: Vec<&'static str>,
}

/// What the owner said and what limits the comparison.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Days between a mail and its bounce; `None`: 7, or 14 where no program is named.
    pub window_days: Option<u32>,
    /// Addresses and ids named as the owner's own, lower case.
    pub keep: BTreeSet<String>,
    /// Identities named by the owner, lower case: addresses, or `@domain`.
    pub identities: BTreeSet<String>,
}

impl Terms {
    /// Whether this address is one of the owner's, by Sent or by name.
    pub fn is_own(&self, address: &Address, sent: &SentIndex) -> bool {
        let base = address.base();
        sent.identities.contains_key(base.as_str())
            || self.identities.contains(base.as_str())
            || self.identities.contains(&format!("@{}", base.domain()))
    }

    /// Whether the domain of this address is one that the owner writes from.
    pub fn is_own_domain(&self, address: &Address, sent: &SentIndex) -> bool {
        let domain = address.unwrapped().domain().to_owned();
        if domain.is_empty() {
            return false;
        }
        let of = |a: &str| a.rsplit_once('@').is_some_and(|(_, d)| d == domain);
        sent.identities.keys().any(|a| of(a)) || self.identities.iter().any(|a| of(a))
    }
}

/// What is known of the mail that this message answers. `failed` are the recipients that its report or
/// text names.
pub fn answered(m: &Message, kind: Kind, failed: &[String]) -> Answered {
    let returned = m.returned.as_ref();
    let notification = m.notification.as_ref();
    let mut ids: Vec<MessageId> = returned
        .iter()
        .flat_map(|r| r.message_id.iter().chain(&r.alias_ids))
        .chain(notification.iter().filter_map(|n| n.original_message_id.as_ref()))
        .filter(|id| !id.is_empty())
        .cloned()
        .collect();
    let referred = ids.is_empty() && kind != Kind::FeedbackReport;
    if referred {
        ids.extend(m.parents.first().filter(|id| !id.is_empty()).cloned());
    }
    let subject = returned
        .and_then(|r| r.subject.clone())
        .filter(|s| !s.trim().is_empty())
        .or_else(|| answered_subject(m, kind));
    let headers = returned.is_some_and(|r| r.form != ReturnedForm::Fragments);

    let mut asked: Vec<Address> = failed.iter().map(|f| Address::new(f)).collect();
    if let Some(n) = notification {
        for r in &n.recipients {
            asked.extend(
                r.final_recipient.iter().chain(&r.original_recipient).map(|a| Address::new(a)),
            );
        }
    }
    for field in ["x-failed-recipients", "x-actual-recipient"] {
        if let Some(value) = m.headers.get(field) {
            asked.extend(value.split(',').map(Address::new));
        }
    }
    if matches!(kind, Kind::AutoReply | Kind::ChallengeResponse | Kind::Receipt) {
        asked.extend(m.from.iter().chain(&m.reply_to).map(|b| b.address.clone()));
    }
    dedup(&mut asked);
    let mut passed: Vec<Address> = Vec::new();
    if let Some(r) = returned {
        passed.extend(r.hops.iter().filter_map(|h| h.to.clone()));
        for field in ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"] {
            passed.extend(r.headers.all(field).map(Address::new));
        }
    }
    dedup(&mut passed);
    let mut answered_to: Vec<Address> = m.to.iter().map(|b| b.address.clone()).collect();
    if answered_to.is_empty() {
        answered_to.clone_from(&m.delivered_to);
    }
    dedup(&mut answered_to);

    Answered {
        returns: if headers {
            Returns::Headers
        } else if !ids.is_empty() || subject.is_some() {
            Returns::Mention
        } else {
            Returns::Nothing
        },
        shape: ids.first().map(id_shape),
        ids,
        referred,
        date: returned.and_then(|r| r.date),
        arrival: notification.and_then(|n| n.arrival_date),
        from: returned
            .and_then(|r| r.from.first())
            .map(|b| b.address.clone())
            .filter(|a| !a.is_empty()),
        to: returned
            .iter()
            .flat_map(|r| r.to.iter().chain(&r.cc))
            .map(|b| b.address.clone())
            .filter(|a| !a.is_empty())
            .take(8)
            .collect(),
        subject,
        mailer: returned.filter(|_| headers).map(|r| {
            r.headers
                .get("user-agent")
                .or_else(|| r.headers.get("x-mailer"))
                .map(mailer_name)
                .unwrap_or_default()
        }),
        hops: returned.map(|r| r.hops.iter().take(8).cloned().collect()).unwrap_or_default(),
        asked,
        passed,
        answered_to,
        return_path: returned.and_then(|r| match &r.return_path {
            ReturnPath::Is(a) => Some(a.clone()),
            _ => None,
        }),
        authentication_failed: returned.and_then(authentication_failed),
    }
}

fn dedup(addresses: &mut Vec<Address>) {
    let mut seen = BTreeSet::new();
    addresses.retain(|a| a.as_str().contains('@') && seen.insert(a.key()));
    addresses.truncate(64);
}

/// The subject of the answered mail as an automatic reply repeats it behind its own prefix
/// ("Automatic reply: Lunch", "Auto: Lunch", "Re: Lunch").
fn answered_subject(m: &Message, kind: Kind) -> Option<String> {
    if !matches!(kind, Kind::AutoReply | Kind::Receipt) {
        return None;
    }
    let subject = m.subject.trim();
    let (prefix, rest) = subject.split_once([':', '：'])?;
    let rest = rest.trim();
    (prefix.chars().count() <= 32 && !rest.is_empty()).then(|| rest.to_owned())
}

/// A failed SPF, DKIM or DMARC check recorded in the returned headers.
fn authentication_failed(r: &Returned) -> Option<String> {
    r.headers.fields.iter().find_map(|field| {
        let value = field.value.to_lowercase();
        let failed = match field.name.as_str() {
            "received-spf" => value.starts_with("fail") || value.starts_with("softfail"),
            "authentication-results" | "arc-authentication-results" => {
                ["spf=fail", "spf=softfail", "dmarc=fail", "dkim=fail"]
                    .iter()
                    .any(|f| value.contains(f))
            }
            _ => false,
        };
        failed.then(|| {
            format!("{}: {}", field.name, field.value.chars().take(100).collect::<String>())
        })
    })
}

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
    let by_id = match_by_id(&mut found);
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

fn match_by_id(found: &mut Found<'_>) -> Option<Link> {
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
        return Some(Link::Matched { sent: n, solid: true });
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
    if !own || crate::sent::stripped_subject(subject).is_empty() {
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

/// Whether an address is one of a local network: it says nothing about who sent.
pub(crate) fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || a == 100 && (64..128).contains(&b)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_local(IpAddr::V4(v4)),
            None => {
                v6.is_loopback()
                    || v6.is_unspecified()
                    || (v6.segments()[0] & 0xfe00) == 0xfc00
                    || (v6.segments()[0] & 0xffc0) == 0xfe80
            }
        },
    }
}

/// The hop over which the mail came into the answering side: the first, from the top, whose client is
/// neither local nor of the same organisation as the host that took it. What stands below it may be
/// written by anybody.
pub(crate) fn boundary(hops: &[Hop]) -> Option<usize> {
    hops.iter().position(|h| {
        let Some(ip) = h.ip else { return false };
        if is_local(ip) {
            return false;
        }
        // Only the name that the server looked up counts; HELO is the client's own word.
        let inside = match (&h.host, &h.by) {
            (Some(host), Some(by)) => org_domain(host) == org_domain(by),
            _ => false,
        };
        !inside
    })
}
