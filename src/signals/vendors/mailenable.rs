//! What MailEnable writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailenable",
    title: "MailEnable",
    source: "MailEnable; measured on a sample of 2017",
    forms: &[Form {
        code: "mailenable-bounce",
        kind: Kind::Bounce,
        summary: "MailEnable: message could not be delivered to some recipients",
        marks: &[
            Mark::Subject("^Message Delivery Failure$"),
            Mark::Text(r"^MailEnable: Message could not be delivered to some recipients\.$"),
        ],
        shows: "bounce/mailenable-bounce.eml",
        spares: "ordinary/mailenable-lookalike.eml",
    }],
    breaks: &["^Message headers follow:$"],
    recipients: &[r"(?m)Recipient: \[SMTP:([^\]\s]+)\]"],
};
