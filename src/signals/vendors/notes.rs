//! What Lotus Notes SMTP MTA writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "notes",
    title: "Lotus Notes SMTP MTA",
    source: "Lotus SMTP MTA 1.x and 4.x; measured on samples of 1.2 and 4.6.1",
    forms: &[Form {
        code: "notes-bounce",
        kind: Kind::Bounce,
        summary: "Lotus SMTP MTA: undeliverable message with failure reasons",
        marks: &[
            Mark::From("(?i)postmaster|mailer-daemon"),
            Mark::Subject("^Undeliverable message$"),
            Mark::Text("^-{5,8} Failure Reasons  ?-{5,8}$"),
        ],
        shows: "bounce/notes-bounce.eml",
        spares: "ordinary/notes-lookalike.eml",
    }],
    breaks: &["^-{5,8} Returned Message -{5,8}$"],
    recipients: &[r"(?m)^([^\s@<>]+@[^\s@<>]+)$"],
};
