//! Signals on the origin: seen when the answered mail is compared with Sent, or judged by what all
//! records teach. Declared here, found in `correlation` and `verdict/origin.rs`.

use super::{Group, SeenIn, Signal, Toward};

/// A declaration in one line: code, direction, group, summary, why.
type Line = (&'static str, Toward, Group, &'static str, &'static str);

const GENUINE: Toward = Toward::Genuine;
const FORGED: Toward = Toward::Forged;

const LINES: &[Line] = &[
    (
        "id-and-recipient-in-sent",
        GENUINE,
        Group::Identity,
        "the original's Message-ID is in Sent, and that message went to the address that answers",
        "Somebody else would have to know both the id and whom it went to. Ids of public list mail can be copied; then the recipient differs.",
    ),
    (
        "id-and-date-in-sent",
        GENUINE,
        Group::Identity,
        "the original's Message-ID and Date are those of a message in Sent; the address that answers is another",
        "A forwarder answers with another address; a public message can be replayed with all its headers.",
    ),
    (
        "same-to-in-sent",
        GENUINE,
        Group::Recipient,
        "id, Date, Subject and To are those of the message in Sent, and the answer names nobody else",
        "A message replayed with all its headers looks so too, where its bounce does not name whom it failed for.",
    ),
    (
        "id-and-subject-in-sent",
        GENUINE,
        Group::Identity,
        "the original's Message-ID and exact Subject are those of a message in Sent",
        "Forgers copy both from public lists, so it only supports.",
    ),
    (
        "id-only-in-sent",
        GENUINE,
        Group::Identity,
        "the original's Message-ID is in Sent; nothing else came back that could agree or disagree",
        "Ids of public list mail can be copied.",
    ),
    (
        "replayed-id",
        FORGED,
        Group::Contradiction,
        "the original's Message-ID is in Sent, but its Date and its recipient are other ones",
        "The id was copied from a public place. A forwarder changes the recipient, not the Date.",
    ),
    (
        "parent-in-sent",
        GENUINE,
        Group::Identity,
        "the answer names a message in Sent, which went to the address that answers",
        "In-Reply-To, References or Original-Message-ID. Ids of public list mail can be copied; then the recipient differs.",
    ),
    (
        "date-and-subject-in-sent",
        GENUINE,
        Group::Identity,
        "Date to the second, Subject and From of the original agree with one message in Sent",
        "Submission services replace the id; the rest stays. Does not count where the original has an id of the owner's own shape that is not in Sent.",
    ),
    (
        "subject-and-recipient-in-sent",
        GENUINE,
        Group::Identity,
        "Subject and recipient agree with a message that the owner sent within the window",
        "Spam can quote a real thread.",
    ),
    (
        "named-to-be-kept",
        GENUINE,
        Group::Identity,
        "you named this address or id as your own (--keep)",
        "",
    ),
    (
        "recipient-in-sent",
        GENUINE,
        Group::Recipient,
        "the owner wrote to that address within the window",
        "Spam goes to stolen address books.",
    ),
    (
        "not-in-sent",
        FORGED,
        Group::Absence,
        "the answered mail is not in Sent, which covers that time",
        "Weighs no more than Sent is complete: −ln(1 − coverage).",
    ),
    (
        "address-never-sent",
        FORGED,
        Group::Answered,
        "the answer went to an address that never sent anything",
        "Random and role addresses in the owner's domain. A new alias never sent anything either.",
    ),
    (
        "foreign-source",
        FORGED,
        Group::Path,
        "the returned original came from a host that none of the owner's solid messages passed",
        "Counts only where such messages have shown the owner's relays.",
    ),
    (
        "own-relay",
        GENUINE,
        Group::Path,
        "a hop of the returned original took it from an address of the owner's relay",
        "By address and neighbours; the name alone can be written by anybody. A stolen account has it too.",
    ),
    (
        "authentication-failed",
        FORGED,
        Group::Path,
        "the returned original carries a failed SPF, DKIM or DMARC check of the owner's domain",
        "A forwarder in between makes SPF fail too.",
    ),
    (
        "foreign-id-shape",
        FORGED,
        Group::Habit,
        "the original's Message-ID has a shape that no message in Sent has",
        "A new device or mail program brings a new shape.",
    ),
    (
        "own-id-shape",
        GENUINE,
        Group::Habit,
        "the original's Message-ID has a shape of the owner's mail programs",
        "Easily copied.",
    ),
    (
        "foreign-from",
        FORGED,
        Group::Habit,
        "the original's From is no address that the owner ever sent from",
        "Joe jobs vary the local part or only use the address in the envelope.",
    ),
    (
        "foreign-mailer",
        FORGED,
        Group::Habit,
        "the original was written with a mail program that no message in Sent names",
        "A new device.",
    ),
    (
        "campaign-forged",
        FORGED,
        Group::Campaign,
        "its subject is that of many other answered mails, none of which is in Sent",
        "The owner's own mass mailing is a group too: one solid match makes the group genuine.",
    ),
    (
        "campaign-genuine",
        GENUINE,
        Group::Campaign,
        "its subject is that of other answered mails that are in Sent",
        "The owner's own mailing.",
    ),
];

pub(super) fn signals() -> impl Iterator<Item = Signal> {
    LINES.iter().map(|&(code, toward, group, summary, why)| Signal {
        code,
        toward,
        summary,
        why,
        source: "ARCHITECTURE.md, evidence on the origin",
        seen_in: SeenIn::Correlation(group),
        shows: &[],
        spares: &[],
    })
}
