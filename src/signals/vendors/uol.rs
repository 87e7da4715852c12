//! What UOL AntiSpam writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "uol",
    title: "UOL AntiSpam",
    source: "UOL AntiSpam challenge; from memory of the program, not yet checked against a real message",
    forms: &[Form {
        code: "uol-challenge",
        kind: Kind::ChallengeResponse,
        summary: "UOL AntiSpam: clique para que a mensagem seja encaminhada",
        marks: &[
            Mark::From("(?i)uol"),
            Mark::Text(r"(?i)^\s*ANTISPAM UOL (?:»|&raquo;|>|-) TIRA-TEIMA"),
            Mark::Text("(?i)para que sua mensagem seja encaminhada"),
        ],
        shows: "challenge-response/uol-tirateima.eml",
        spares: "ordinary/uol-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
