//! What EarthLink spamBlocker writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "earthlink",
    title: "EarthLink spamBlocker",
    source: "SpamAssassin rules/20_vbounce.cf (spamblocker-challenge@)",
    forms: &[Form {
        code: "earthlink-challenge",
        kind: Kind::ChallengeResponse,
        summary: "EarthLink: sent by spamblocker-challenge",
        marks: &[Mark::ReturnPath("(?i)^spamblocker-challenge@")],
        shows: "challenge-response/earthlink-spamblocker.eml",
        spares: "ordinary/earthlink-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
