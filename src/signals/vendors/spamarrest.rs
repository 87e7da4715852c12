//! What SpamArrest writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "spamarrest",
    title: "SpamArrest",
    source: "Spam Arrest and its like, from memory; matches synthetic messages only, not yet checked against a real one",
    forms: &[Form {
        code: "spamarrest-challenge",
        kind: Kind::ChallengeResponse,
        summary: "SpamArrest: click the link to verify",
        marks: &[
            Mark::Subject(r"(?i)[\[(](?:sender )?verification(?: required)?[\])]$"),
            Mark::Text(
                r"^\s*I(?:'m| am) protecting myself from receiving junk mail|^\s*Just this once, click the link below",
            ),
        ],
        shows: "challenge-response/spamarrest-verify.eml",
        spares: "ordinary/spamarrest-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
