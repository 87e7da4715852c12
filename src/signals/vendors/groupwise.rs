//! What Novell GroupWise writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "groupwise",
    title: "Novell GroupWise",
    source: "Sympa 6.2.70 ProcessBounce.pm; flufl.bounce 6.0 groupwise.py; the older form measured on none",
    forms: &[Form {
        code: "groupwise-bounce",
        kind: Kind::Bounce,
        summary: "GroupWise: undeliverable to the following",
        marks: &[
            Mark::From("(?i)mailer-daemon|postmaster|mail delivery system|groupwise|gwia"),
            Mark::Text(
                r"^The (?:message that you sent was undeliverable to the following:|attached file had the following undeliverable recipient\(s\):)\s*$",
            ),
        ],
        shows: "bounce/groupwise-bounce.eml",
        spares: "ordinary/groupwise-lookalike.eml",
    }],
    breaks: &[r"^(?:Possibly truncated original|Original) message follows:\s*$"],
    recipients: &[r"(?m)^\s+<?([^\s@<>(]+@[^\s@<>(]+?)>?(?: \(.+\))?\s*$"],
};
