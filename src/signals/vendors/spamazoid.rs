//! What Spamazoid writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "spamazoid",
    title: "Spamazoid",
    source: "SpamAssassin rules/20_vbounce.cf",
    forms: &[Form {
        code: "spamazoid-challenge",
        kind: Kind::ChallengeResponse,
        summary: "Spamazoid: its field",
        marks: &[Mark::Header("x-spamazoid-md", r"\d")],
        shows: "challenge-response/spamazoid-challenge.eml",
        spares: "ordinary/spamazoid-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
