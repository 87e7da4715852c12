//! Declares the signals that the tables of programs and languages become. Looks at no message.

use super::languages::Language;
use super::{Basis, Kind, SeenIn, Signal, Toward, languages, vendors};

/// The lists of a language table, the signals that they become, and where they are looked for.
pub(super) struct Listing {
    pub(super) stem: &'static str,
    kind: Kind,
    pub(super) basis: Basis,
    summary: &'static str,
    pub(super) phrases: fn(&Language) -> &'static [&'static str],
}

pub(super) const LISTINGS: &[Listing] = &[
    Listing {
        stem: "auto-reply-subject",
        kind: Kind::AutoReply,
        basis: Basis::Subject,
        summary: "subject of an automatic reply",
        phrases: |l| l.auto_reply_subjects,
    },
    Listing {
        stem: "auto-reply-text",
        kind: Kind::AutoReply,
        basis: Basis::Text,
        summary: "phrase of automatic replies",
        phrases: |l| l.auto_reply_texts,
    },
    Listing {
        stem: "bounce-subject",
        kind: Kind::Bounce,
        basis: Basis::Subject,
        summary: "subject of a bounce",
        phrases: |l| l.bounce_subjects,
    },
    Listing {
        stem: "bounce-text",
        kind: Kind::Bounce,
        basis: Basis::Text,
        summary: "phrase of bounces",
        phrases: |l| l.bounce_texts,
    },
    Listing {
        stem: "delay-subject",
        kind: Kind::DeliveryNotice,
        basis: Basis::Subject,
        summary: "subject of a delay notice",
        phrases: |l| l.delay_subjects,
    },
    Listing {
        stem: "delay-text",
        kind: Kind::DeliveryNotice,
        basis: Basis::Text,
        summary: "phrase of delay notices",
        phrases: |l| l.delay_texts,
    },
    Listing {
        stem: "challenge-text",
        kind: Kind::ChallengeResponse,
        basis: Basis::Text,
        summary: "asks for one action so that the mail is delivered",
        phrases: |l| l.challenge_texts,
    },
    Listing {
        stem: "receipt-subject",
        kind: Kind::Receipt,
        basis: Basis::Subject,
        summary: "subject of a receipt",
        phrases: |l| l.receipt_subjects,
    },
    Listing {
        stem: "receipt-text",
        kind: Kind::Receipt,
        basis: Basis::Text,
        summary: "phrase of receipts",
        phrases: |l| l.receipt_texts,
    },
];

/// Signals of the program tables: one a form.
pub(super) fn vendor_signals() -> impl Iterator<Item = Signal> {
    vendors::ALL.iter().flat_map(|v| {
        v.forms.iter().map(|f| Signal {
            code: f.code,
            toward: Toward::Kind(f.kind),
            summary: f.summary,
            why: "",
            source: v.source,
            seen_in: SeenIn::Pattern(Basis::Form),
            shows: one(f.shows),
            spares: one(f.spares),
        })
    })
}

/// A sample path as a list, without the empty ones.
fn one(path: &'static str) -> &'static [&'static str] {
    if path.is_empty() { &[] } else { Vec::leak(vec![path]) }
}

/// Signals of the language tables: one for each list that is not empty.
pub(super) fn language_signals() -> impl Iterator<Item = Signal> {
    languages::ALL.iter().flat_map(|l| {
        LISTINGS.iter().filter(|listing| !(listing.phrases)(l).is_empty()).map(|listing| Signal {
            code: String::leak(format!("{}-{}", listing.stem, l.tag)),
            toward: Toward::Kind(listing.kind),
            summary: String::leak(format!("{} ({})", listing.summary, l.title)),
            why: "",
            source: l.source,
            seen_in: SeenIn::Pattern(listing.basis),
            shows: &[],
            spares: if listing.basis == Basis::Subject { l.spares } else { &[] },
        })
    })
}
