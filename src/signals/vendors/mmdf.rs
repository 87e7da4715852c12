//! What MMDF writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mmdf",
    title: "MMDF",
    source: "MMDF II return-to-sender texts; from memory of the program, not yet checked against a real message",
    forms: &[Form {
        code: "mmdf-bounce",
        kind: Kind::Bounce,
        summary: "MMDF: failed mail",
        marks: &[
            Mark::Subject(r"^Failed mail (?:\(msg\.[A-Za-z0-9]+\)|to .+)$"),
            Mark::Text(r"^\s*Your message could not be delivered to$"),
            Mark::From("(?i)mmdf|memo service|postmaster|mailer-daemon"),
        ],
        shows: "bounce/mmdf-bounce.eml",
        spares: "ordinary/mmdf-lookalike.eml",
    }],
    breaks: &[r"^\s*Your message (?:follows|begins as follows):$"],
    recipients: &[r"(?m)^\s*'([^\s@']+@[^\s@'()]+)"],
};
