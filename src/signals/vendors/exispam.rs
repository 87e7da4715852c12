//! What ExiSpam writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "exispam",
    title: "ExiSpam",
    source: "SpamAssassin rules/20_vbounce.cf",
    forms: &[Form {
        code: "exispam-challenge",
        kind: Kind::ChallengeResponse,
        summary: "ExiSpam: its field",
        marks: &[Mark::Header("x-exispam", "(?i)exispam")],
        shows: "challenge-response/exispam-challenge.eml",
        spares: "ordinary/exispam-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
