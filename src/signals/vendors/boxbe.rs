//! What Boxbe writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "boxbe",
    title: "Boxbe",
    source: "Mail::DeliveryStatus::BounceParser 1.527 (Guest List); What The Email (invitations@boxbe.com)",
    forms: &[Form {
        code: "boxbe-challenge",
        kind: Kind::ChallengeResponse,
        summary: "Boxbe: add yourself to the guest list",
        marks: &[
            Mark::From(r"(?i)@boxbe\.com>"),
            Mark::Text("(?i)add yourself to my (?:Boxbe )?Guest List"),
            Mark::Text("(?i)boxbe"),
        ],
        shows: "challenge-response/boxbe-invitation.eml",
        spares: "ordinary/boxbe-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
