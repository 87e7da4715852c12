//! What X.400 gateways (PP, ISODE) writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "x400",
    title: "X.400 gateways (PP, ISODE)",
    source: "Sympa 6.2.70 ProcessBounce.pm (X400), RFC 2156 for what a gateway does",
    forms: &[Form {
        code: "x400-bounce",
        kind: Kind::Bounce,
        summary: "X.400: delivery report, your message was not delivered",
        marks: &[
            Mark::Subject(
                r"^(?:Delivery Report \(failure\) for|Delivery Report for|Non-Delivery Report)\b",
            ),
            Mark::Text(r"^Your message was not delivered to:?\s+\S+\s+for the following reason:"),
        ],
        shows: "bounce/x400-bounce.eml",
        spares: "ordinary/x400-lookalike.eml",
    }],
    breaks: &["^-{20,40} Start of forwarded message.*$"],
    recipients: &[
        r"(?m)^Your message was not delivered to:?\s+([^\s@<>]+@[^\s@<>]+)\s+for the following reason:",
    ],
};
