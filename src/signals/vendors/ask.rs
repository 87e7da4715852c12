//! What Active Spam Killer writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ask",
    title: "Active Spam Killer",
    source: "Active Spam Killer 2.x askmessage.py (X-AskVersion); SpamAssassin rules/20_vbounce.cf",
    forms: &[
        Form {
            code: "ask-challenge",
            kind: Kind::ChallengeResponse,
            summary: "ASK: confirm by replying with the subject unchanged",
            marks: &[
                Mark::Subject(r"\((?:conf#[0-9a-f]{20,40}|ask:[0-9a-f.]{8,60})\)"),
                Mark::Text(r"(?m)^[^>\n]*Active Spam Killer|^[^>\n]*X-AskVersion"),
            ],
            shows: "challenge-response/ask-confirm.eml",
            spares: "ordinary/ask-lookalike.eml",
        },
        Form {
            code: "ask-field",
            kind: Kind::ChallengeResponse,
            summary: "ASK: its field and the key in the subject",
            marks: &[Mark::Header("x-askversion", r"\d"), Mark::Subject("conf#[0-9a-f]{20,40}")],
            shows: "challenge-response/ask-confirm.eml",
            spares: "ordinary/ask-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
