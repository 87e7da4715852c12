//! What SI20 writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "si20",
    title: "SI20",
    source: "SpamAssassin rules/20_vbounce.cf",
    forms: &[Form {
        code: "si20-challenge",
        kind: Kind::ChallengeResponse,
        summary: "SI20: the sender has to authenticate",
        marks: &[Mark::From(r"<siweb@si20\.com>"), Mark::Text(r"https?://si20\.com/auth")],
        shows: "challenge-response/si20-challenge.eml",
        spares: "ordinary/si20-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
