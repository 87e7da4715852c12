//! What Kayako writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "kayako",
    title: "Kayako",
    source: "Kayako SupportSuite 3.70 and Fusion 4, default template of the ticket autoresponder",
    forms: &[Form {
        code: "kayako-received",
        kind: Kind::AutoReply,
        summary: "Kayako: automatic confirmation of a ticket",
        marks: &[
            Mark::Subject(r"^\[#?[A-Z]{3}-\d{2,3}-\d{5}\]"),
            Mark::Text(r"This is an automated response confirming the receipt of\s+your ticket"),
        ],
        shows: "auto-reply/kayako-received.eml",
        spares: "ordinary/kayako-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
