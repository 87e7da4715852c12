//! What SpamStomp writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "spamstomp",
    title: "SpamStomp",
    source: "SpamAssassin rules/20_vbounce.cf",
    forms: &[Form {
        code: "spamstomp-challenge",
        kind: Kind::ChallengeResponse,
        summary: "SpamStomp: the sender has to prove to be a person",
        marks: &[Mark::ReturnPath(r"(?i)@spamstomp\.com$")],
        shows: "challenge-response/spamstomp-challenge.eml",
        spares: "ordinary/spamstomp-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
