//! What Qurb writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "qurb",
    title: "Qurb",
    source: "SpamAssassin rules/20_vbounce.cf ([Qurb #n]); Spamikaze passivetrap.pl quotes its text",
    forms: &[Form {
        code: "qurb-challenge",
        kind: Kind::ChallengeResponse,
        summary: "Qurb: reply so that your message is delivered",
        marks: &[
            Mark::Subject(r"\[Qurb #\d+\]"),
            Mark::Text(r"^[^>\n]*using a program called Qurb"),
        ],
        shows: "challenge-response/qurb-challenge.eml",
        spares: "ordinary/qurb-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
