//! What ChoiceMail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "choicemail",
    title: "ChoiceMail",
    source: "SpamAssassin rules/20_vbounce.cf (X-ChoiceMail-Registration-Request)",
    forms: &[Form {
        code: "choicemail-challenge",
        kind: Kind::ChallengeResponse,
        summary: "ChoiceMail: registration request",
        marks: &[
            Mark::Header("x-choicemail-registration-request", "^"),
            Mark::Text("(?i)choicemail|approved senders|permission"),
        ],
        shows: "challenge-response/choicemail-registration.eml",
        spares: "ordinary/choicemail-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
