//! What SpamLion writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "spamlion",
    title: "SpamLion",
    source: "SpamAssassin rules/20_vbounce.cf (Spamlion)",
    forms: &[Form {
        code: "spamlion-challenge",
        kind: Kind::ChallengeResponse,
        summary: "SpamLion: its field and a request to click",
        marks: &[Mark::Header("spamlion", r"\S"), Mark::Text("(?i)spamlion")],
        shows: "challenge-response/spamlion-request.eml",
        spares: "ordinary/spamlion-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
