//! What Zoho Mail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "zoho",
    title: "Zoho Mail",
    source: "Zoho Mail; measured on samples of 2014",
    forms: &[
        Form {
            code: "zoho-bounce",
            kind: Kind::Bounce,
            summary: "Zoho: undelivered mail returned to sender",
            marks: &[
                Mark::From(r"(?i)mailer-daemon@(?:[a-z0-9-]+\.)*zoho\."),
                Mark::Subject("^Undelivered Mail Returned to Sender$"),
                Mark::Text(r"^This message was created automatically by mail delivery software\."),
            ],
            shows: "bounce/zoho-bounce.eml",
            spares: "ordinary/zoho-lookalike.eml",
        },
        Form {
            code: "zoho-delay",
            kind: Kind::DeliveryNotice,
            summary: "Zoho: message will be retried",
            marks: &[
                Mark::From(r"(?i)mailer-daemon@(?:[a-z0-9-]+\.)*zoho\."),
                Mark::Text(r"^Message will be retried for \d+ more day\(s\)"),
            ],
            shows: "delivery-notice/zoho-delay.eml",
            spares: "ordinary/zoho-lookalike.eml",
        },
    ],
    breaks: &["^Received: ?from .{3,80} by .{0,20}zoho.*$"],
    recipients: &[
        r"(?m)^([^\s@<>]+@[^\s@<>]+) (?:Invalid Address|Error|Address)",
        r"Address: <([^<>\s]+)>",
    ],
};
