//! What Boxbe writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "boxbe",
    title: "Boxbe",
    source: "Boxbe challenge; from memory of the program, not yet checked against a real message",
    forms: &[Form {
        code: "boxbe-challenge",
        kind: Kind::ChallengeResponse,
        summary: "Boxbe: add yourself to the guest list",
        marks: &[
            Mark::Subject(r"\(Action Required\)$"),
            Mark::Text("(?:was|has been) wait-?listed"),
            Mark::Text(r"https?://(?:www\.)?boxbe\.com/"),
        ],
        shows: "challenge-response/boxbe-waitlist.eml",
        spares: "ordinary/boxbe-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
