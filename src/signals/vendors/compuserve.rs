//! What CompuServe writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "compuserve",
    title: "CompuServe",
    source: "Sympa 6.2.70 ProcessBounce.pm",
    forms: &[Form {
        code: "compuserve-bounce",
        kind: Kind::Bounce,
        summary: "CompuServe: receiver not found",
        marks: &[
            Mark::From(r"(?i)postmaster.*@compuserve\.com|auto\.reply@compuserve\.com"),
            Mark::Text("^Receiver not found:"),
        ],
        shows: "bounce/compuserve-bounce.eml",
        spares: "ordinary/compuserve-lookalike.eml",
    }],
    breaks: &["^--- Returned message ---$"],
    recipients: &[r"(?m)^Receiver not found: ?<?([^\s@<>]+@[^\s@<>]+?)>?$"],
};
