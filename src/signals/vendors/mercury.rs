//! What Mercury Mail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mercury",
    title: "Mercury Mail",
    source: "Sympa 6.2.70 ProcessBounce.pm",
    forms: &[Form {
        code: "mercury-bounce",
        kind: Kind::Bounce,
        summary: "Mercury Mail: problems of the local mail transport system",
        marks: &[
            Mark::From("(?i)postmaster|mailer-daemon"),
            Mark::Text(
                "^(?:The local mail transport system has reported the following problems|One or more addresses in your message have failed with the following)",
            ),
        ],
        shows: "bounce/mercury-bounce.eml",
        spares: "ordinary/mercury-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)<([^<>\s]+@[^<>\s]+)>"],
};
