//! What Bluebottle writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "bluebottle",
    title: "Bluebottle",
    source: "SpamAssassin rules/20_vbounce.cf; Mail::DeliveryStatus::BounceParser 1.527; measured on a sample of 2009",
    forms: &[Form {
        code: "bluebottle-challenge",
        kind: Kind::ChallengeResponse,
        summary: "Bluebottle: click the link to be allowed",
        marks: &[
            Mark::Header("x-bluebottle-request", r"\S"),
            Mark::Text(r"^This account is protected by Bluebottle\."),
        ],
        shows: "challenge-response/bluebottle-request.eml",
        spares: "ordinary/bluebottle-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
