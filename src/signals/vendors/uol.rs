//! What UOL AntiSpam writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "uol",
    title: "UOL AntiSpam",
    source: "SpamAssassin rules/20_vbounce.cf (From: AntiSpam UOL)",
    forms: &[Form {
        code: "uol-challenge",
        kind: Kind::ChallengeResponse,
        summary: "UOL AntiSpam: signed AntiSpam UOL",
        marks: &[Mark::From(r"\bAntiSpam UOL\b"), Mark::Text("(?i)antispam uol|tira-teima")],
        shows: "challenge-response/uol-tirateima.eml",
        spares: "ordinary/uol-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
