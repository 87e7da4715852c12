//! What Barracuda writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "barracuda",
    title: "Barracuda",
    source: "Barracuda Spam Firewall and Email Security Gateway; measured on samples",
    forms: &[
        Form {
            code: "barracuda-blocked",
            kind: Kind::Bounce,
            summary: "Barracuda: message you sent was blocked",
            marks: &[
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Subject(r"^\*\*Message you sent blocked by our bulk email filter\*\*$"),
            ],
            shows: "bounce/barracuda-blocked.eml",
            spares: "ordinary/barracuda-lookalike.eml",
        },
        Form {
            code: "barracuda-gateway",
            kind: Kind::Bounce,
            summary: "Email Security Gateway: delivery was attempted",
            marks: &[
                Mark::From("(?i)mailer-daemon"),
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Text(r"^This is the Email Security Gateway at host \S+\.$"),
            ],
            shows: "bounce/barracuda-gateway.eml",
            spares: "ordinary/barracuda-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^Your message to: ([^\s@<>]+@[^\s@<>]+)$", r"(?m)^<([^<>\s]+@[^<>\s]+)>: "],
};
