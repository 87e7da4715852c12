//! What EarthLink spamBlocker writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "earthlink",
    title: "EarthLink spamBlocker",
    source: "EarthLink spamBlocker challenge; from memory of the program, not yet checked against a real message",
    forms: &[Form {
        code: "earthlink-challenge",
        kind: Kind::ChallengeResponse,
        summary: "EarthLink: protected by spamBlocker",
        marks: &[
            Mark::From("(?i)spamblocker-challenge@"),
            Mark::Text("(?i)protected by EarthLink spamBlocker"),
        ],
        shows: "challenge-response/earthlink-spamblocker.eml",
        spares: "ordinary/earthlink-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
