//! What SpamHippo writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "spamhippo",
    title: "SpamHippo",
    source: "SpamAssassin rules/20_vbounce.cf",
    forms: &[Form {
        code: "spamhippo-challenge",
        kind: Kind::ChallengeResponse,
        summary: "SpamHippo: the sender has to answer once",
        marks: &[Mark::ReturnPath("(?i)^spam(?:hippo|bush)@"), Mark::Text(r"\S")],
        shows: "challenge-response/spamhippo-challenge.eml",
        spares: "ordinary/spamhippo-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
