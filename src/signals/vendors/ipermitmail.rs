//! What iPermitMail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ipermitmail",
    title: "iPermitMail",
    source: "SpamAssassin rules/20_vbounce.cf",
    forms: &[Form {
        code: "ipermitmail-challenge",
        kind: Kind::ChallengeResponse,
        summary: "iPermitMail: the sender has to be permitted",
        marks: &[Mark::ReturnPath(r"(?i)@ipermitmail\.com$")],
        shows: "challenge-response/ipermitmail-challenge.eml",
        spares: "ordinary/ipermitmail-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
