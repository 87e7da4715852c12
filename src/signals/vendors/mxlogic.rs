//! What MX Logic writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mxlogic",
    title: "MX Logic",
    source: "Sisimai 4.25 lib/sisimai/lhost/mxlogic.rb",
    forms: &[Form {
        code: "mxlogic-bounce",
        kind: Kind::Bounce,
        summary: "MX Logic: mail delivery failed",
        marks: &[
            Mark::Header("x-mx-bounce", r"\S"),
            Mark::Text(r"^This message was created automatically by mail delivery software\.$"),
            Mark::Text("^A message that you (?:have )?sent could not be delivered"),
        ],
        shows: "bounce/mxlogic-bounce.eml",
        spares: "ordinary/mxlogic-lookalike.eml",
    }],
    breaks: &["^Included is a copy of the message header:"],
    recipients: &[r"(?m)^\s*<([^<>\s]+@[^<>\s]+)>:"],
};
