//! What Spam Arrest writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "spamarrest",
    title: "Spam Arrest",
    source: "SpamAssassin rules/20_vbounce.cf (X-Spamarrest-noauth)",
    forms: &[Form {
        code: "spamarrest-challenge",
        kind: Kind::ChallengeResponse,
        summary: "Spam Arrest: its field",
        marks: &[Mark::Header("x-spamarrest-noauth", "")],
        shows: "challenge-response/spamarrest-field.eml",
        spares: "ordinary/spamarrest-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
