//! What Vanquish writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "vanquish",
    title: "Vanquish",
    source: "SpamAssassin rules/20_vbounce.cf",
    forms: &[Form {
        code: "vanquish-challenge",
        kind: Kind::ChallengeResponse,
        summary: "Vanquish: the sender has to confirm once",
        marks: &[Mark::From(r"<confirm-\S+@spamguard\.vanquish\.com>")],
        shows: "challenge-response/vanquish-challenge.eml",
        spares: "ordinary/vanquish-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
