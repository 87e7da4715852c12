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
        "strange-name",
        FORGED,
        Group::Answered,
        "the answer goes to the owner under a display name that the owner never uses",
        "Some responders copy the name from the From of what they answer; others take it from an address book of their own.",
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
        "usual-way",
        GENUINE,
        Group::Path,
        "the client below the owner's relay is one that solid matches show with ids of this shape",
        "A stolen account comes from another place, or writes other ids. A program on the owner's own computer does neither.",
    ),
    (
        "known-client",
        GENUINE,
        Group::Path,
        "the client below the owner's relay authenticated and is in a network that solid matches show",
        "A program that uses the account from a neighbour's computer, or from the owner's own, looks the same.",
    ),
    (
        "own-client",
        GENUINE,
        Group::Path,
        "it came straight from a network from which the owner also writes over the relays",
        "Neighbours of the same provider share a network.",
    ),
    (
        "pretended-relay",
        FORGED,
        Group::Contradiction,
        "it wears the name of the owner's relay, and the lines beside it disprove that",
        "A client that calls itself so and has another address and name, or a Received line that claims the relay below a host that took the mail from elsewhere. A filter that leaves no line of its own looks the same.",
    ),
    (
        "tag-missing",
        FORGED,
        Group::Contradiction,
        "the owner's server tags the envelope sender of all mail, and this bounce came without a tag",
        "Known from at least ten solid bounces. Mail from before the tagging, or over another server, has none.",
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
        "own-name",
        GENUINE,
        Group::Habit,
        "the original's From has an address and a display name that the owner uses together",
        "Easily copied from any mail of the owner's.",
    ),
    (
        "foreign-from",
        FORGED,
        Group::Answered,
        "the answer goes to the owner, but the original's From is no address that the owner ever sent from",
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
        "it shares its subject, sentences or links with other answered mail, which strangers sent and which is not in Sent",
        "Counts by how much rarer such a likeness is among solid matches, and only where the others came from several places or went to many strangers: the owner's own mailing is a group too.",
    ),
    (
        "flood-day",
        FORGED,
        Group::Time,
        "most answers to that address around that day are to forged mail",
        "The share of forgeries before evidence, estimated from all answers of the mailbox. No group of evidence by itself.",
    ),
    (
        "quiet-day",
        GENUINE,
        Group::Time,
        "most answers to that address around that day are to the owner's mail",
        "The share of forgeries before evidence, estimated from all answers of the mailbox. No group of evidence by itself.",
    ),
    (
        "campaign-genuine",
        GENUINE,
        Group::Campaign,
        "it shares its subject, sentences or links with answered mail that is in Sent",
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
