//! What MailInBlack writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailinblack",
    title: "MailInBlack",
    source: "MailInBlack request; from memory of the program, not yet checked against a real message",
    forms: &[Form {
        code: "mailinblack-challenge",
        kind: Kind::ChallengeResponse,
        summary: "MailInBlack: demande d'authentification",
        marks: &[
            Mark::Subject(
                "(?i)demande d['’]authentification|authentication request|authentifi(?:ez|cation)",
            ),
            Mark::Text("(?i)mailinblack"),
            Mark::Text("(?i)cliqu(?:ez|ant)|click"),
            Mark::Header("auto-submitted", "^auto-replied"),
        ],
        shows: "challenge-response/mailinblack-demande.eml",
        spares: "ordinary/mailinblack-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
