//! One judged message as reports show it, made from a record and its verdict.

use super::first_pass::Source;
use crate::codec::coded;
use crate::correlation::{Headline, Link, Record, boundary, is_local};
use crate::learning::{Abuse, Lessons};
use crate::message::Hop;
use crate::sent::SentIndex;
use crate::store::{Fingerprint, Place, Role};
use crate::verdict::{Doubt, KindVerdict, Origin, Verdict, ordinary};

/// One judged message, as reports show it. Strings from mail are as in the mail, and reports escape
/// them; what comes from paths (`store`, `folder`, `locator`, `sent_match`) is escaped for display
/// already, because a path may hold octets that no string can.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The store as the user named it.
    pub store: String,
    /// Folder inside it, `INBOX` for the top.
    pub folder: String,
    /// What this one message is for.
    pub role: Role,
    /// Maildir and message files: the path below the store; mbox: `path#offset+length`.
    pub locator: String,
    /// Length and hash of the stored octets.
    pub fingerprint: Fingerprint,
    /// When it was received, Unix seconds.
    pub date: Option<i64>,
    /// First From as `name <address>`.
    pub from: String,
    /// To.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Message-ID with brackets, empty if none.
    pub message_id: String,
    /// What was decided.
    pub verdict: Verdict,
    /// Failed or reached recipients, as written.
    pub recipients: Vec<String>,
    /// RFC 3464 action.
    pub action: String,
    /// RFC 3463 code.
    pub status: String,
    /// One of the fixed list, empty where there is none.
    pub reason: String,
    /// Who reports.
    pub reporting_mta: String,
    /// What it said.
    pub diagnostic: String,
    /// Of the answered mail, with brackets.
    pub original_message_id: String,
    /// Of the answered mail, Unix seconds.
    pub original_date: Option<i64>,
    /// Of the answered mail.
    pub original_from: String,
    /// Of the answered mail.
    pub original_subject: String,
    /// `STORE/locator` of the matching Sent message, empty if none.
    pub sent_match: String,
    /// First host outside the owner's and the bouncing side's networks.
    pub source_ip: String,
    /// The returned Received lines, the latest first; only some where there are many.
    pub hops: Vec<Hop>,
    /// Number of the campaign.
    pub campaign: Option<u32>,
    /// Whether the envelope sender is empty (`Return-Path: <>`); `None` where the store does not say.
    pub null_sender: Option<bool>,
    /// Whether a returned Received line names a relay of the owner's, truly or not; `None` where no relay
    /// of the owner's is known, or for ordinary mail.
    pub own_relay: Option<bool>,
    /// The first links in the returned text, as written.
    pub links: Vec<String>,
    /// How the owner's name came into the answered mail; `None` for ordinary mail and for answers to
    /// messages in Sent.
    pub abuse: Option<Abuse>,
    /// Why the origin is unknown; `None` where it is known, and for ordinary mail.
    pub doubt: Option<Doubt>,
    /// What was broken, codes.
    pub defects: Vec<String>,
}

/// What an ordinary message shows in a report; only kept where all are wanted.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) folder: (u16, u16),
    pub(super) place: Place,
    pub(super) role: Role,
    pub(super) fingerprint: Fingerprint,
    pub(super) date: Option<i64>,
    pub(super) headline: Headline,
    pub(super) kind: KindVerdict,
}

coded!(Row { folder, place, role, fingerprint, date, headline, kind });

impl Finding {
    pub(super) fn of_row(row: Row, source: &Source) -> Self {
        let (store, folder, locator) = source.name(row.folder, &row.place);
        Finding::new(
            store,
            folder,
            locator,
            row.role,
            row.fingerprint,
            row.date,
            row.headline,
            ordinary(&row.kind),
        )
    }

    #[expect(clippy::too_many_arguments, reason = "the columns that every message has")]
    fn new(
        store: String,
        folder: String,
        locator: String,
        role: Role,
        fingerprint: Fingerprint,
        date: Option<i64>,
        h: Headline,
        verdict: Verdict,
    ) -> Self {
        Finding {
            store,
            folder,
            role,
            locator,
            fingerprint,
            date,
            from: h.from,
            to: h.to,
            subject: h.subject,
            message_id: h.message_id,
            verdict,
            recipients: h.recipients,
            action: h.action,
            status: h.status,
            reason: h.reason,
            reporting_mta: h.reporting_mta,
            diagnostic: h.diagnostic,
            original_message_id: String::new(),
            original_date: None,
            original_from: String::new(),
            original_subject: String::new(),
            sent_match: String::new(),
            source_ip: String::new(),
            hops: Vec::new(),
            campaign: None,
            null_sender: h.null_sender,
            own_relay: None,
            links: Vec::new(),
            abuse: None,
            doubt: None,
            defects: h.defects.iter().map(|d| (*d).to_owned()).collect(),
        }
    }

    pub(super) fn of_record(
        record: Record,
        role: Role,
        verdict: Verdict,
        lessons: &Lessons,
        sent: &SentIndex,
        source: &Source,
    ) -> Self {
        let (store, folder, locator) = source.name(record.folder, &record.place);
        let campaign = lessons.campaigns.of(&record).map(|c| c.number);
        let abuse = lessons.abuse(&record, sent);
        let own_relay = lessons.own_relay(&record);
        let doubt =
            (verdict.origin() == Some(Origin::Unknown)).then(|| Doubt::of(&record, lessons, sent));
        let sent_match = match record.link {
            Link::Matched { sent: n, .. } | Link::Contradicted(n) => sent
                .place(n)
                .map(|(folder, place)| {
                    let (store, _, locator) = source.name(folder, place);
                    format!("{store}/{locator}")
                })
                .unwrap_or_default(),
            Link::Absent | Link::Unknowable => String::new(),
        };
        let a = record.answered;
        let source_ip = boundary(&a.hops)
            .and_then(|b| {
                a.hops[b..]
                    .iter()
                    .filter_map(|h| h.ip)
                    .find(|ip| !is_local(*ip) && !lessons.habits.is_own_relay(*ip))
            })
            .map(|ip| ip.to_string())
            .unwrap_or_default();
        let mut f = Finding::new(
            store,
            folder,
            locator,
            role,
            record.fingerprint,
            record.date,
            record.headline,
            verdict,
        );
        f.original_message_id = a.ids.first().map(ToString::to_string).unwrap_or_default();
        f.original_date = a.date.or(a.arrival).map(|d| d.unix);
        f.original_from = a.from.map(|x| x.to_string()).unwrap_or_default();
        f.original_subject = a.subject.unwrap_or_default();
        f.sent_match = sent_match;
        f.source_ip = source_ip;
        f.hops = a.hops;
        f.campaign = campaign;
        f.own_relay = own_relay;
        f.links = a.links.iter().map(|l| l.to_string()).collect();
        f.abuse = abuse;
        f.doubt = doubt;
        f
    }
}
