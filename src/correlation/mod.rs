//! What is kept of one answer for the second pass, and how it relates to Sent. Pure: knows one message
//! and the index, never other records.

mod answered;
mod body;
mod matching;
mod record;
mod route;
mod sketch;

pub use answered::answered;
pub use body::{Body, confirm, wanted};
pub use matching::link;
pub(crate) use route::{are_neighbours, boundary, is_local};
pub use sketch::template;
pub(crate) use sketch::{is_of_gap, is_of_subject, of_host, of_subject};

use std::collections::BTreeSet;

use crate::message::{Address, BodyHash, Date, Hop, MessageId};
use crate::sent::{SentIndex, SentNumber};
use crate::signals::{Evidence, KindVerdict};
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
    /// The first hops, top first, those of a loop once.
    pub hops: Vec<Hop>,
    /// What it says, as numbers: its subject, sentences and links with what varies masked.
    pub sketch: Box<[u32]>,
    /// The first links in its text, as written.
    pub links: Box<[Box<str>]>,
    /// Display name of its `From`.
    pub name: String,
    /// The script on a web server that wrote it, as the server notes.
    pub script: Option<String>,
    /// Whom it could not reach or reached, and who answers.
    pub asked: Vec<Address>,
    /// Addresses that its Received lines and delivery fields name, forwarders' ones among them.
    pub passed: Vec<Address>,
    /// The addresses under which the answer came: the envelope sender of what is answered.
    pub answered_to: Vec<Address>,
    /// The name under which the answer addresses the owner, where there is one.
    pub answered_name: String,
    /// Its envelope sender.
    pub return_path: Option<Address>,
    /// A recorded failure of SPF, DKIM or DMARC.
    pub authentication_failed: Option<String>,
    /// What its DKIM signature for the domain of its `From` says of the body.
    pub signature: Option<Box<BodyHash>>,
}

impl Answered {
    /// Its own Message-ID, or the one that the answer refers to.
    pub fn message_id(&self) -> Option<&MessageId> {
        self.ids.first()
    }

    /// Whether the answer came to an address that carries a tag of the sending server (BATV, Barracuda).
    pub fn is_tagged(&self) -> bool {
        let tagged = |a: &Address| {
            let local = a.as_str().to_ascii_lowercase();
            ["prvs=", "btv1==", "msprvs1="].iter().any(|t| local.starts_with(t))
        };
        self.answered_to.iter().chain(&self.return_path).any(tagged)
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

#[cfg(test)]
impl Record {
    /// A made-up bounce for tests of what learns from records.
    pub(crate) fn sample(link: Link, returned: &str) -> Record {
        use crate::message::{Limits, Message, original};
        let m = Message {
            returned: original(returned.as_bytes(), &Limits::default()),
            ..Message::default()
        };
        let kind = crate::signals::Kind::Bounce;
        Record {
            folder: (0, 0),
            place: Place::File(returned.into()),
            fingerprint: Fingerprint::of(returned.as_bytes()),
            date: None,
            kind: KindVerdict { kind, p: 0.9, ledger: Vec::new() },
            link,
            evidence: Vec::new(),
            answered: answered(&m, kind, &[]),
            headline: Headline::default(),
        }
    }
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
    /// Whether the envelope sender is empty (`Return-Path: <>`); `None` where the store does not say.
    pub null_sender: Option<bool>,
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
    /// Groups of evidence on the origin that do not count, by name; for checks.
    pub without: BTreeSet<String>,
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
