//! What Novell GroupWise writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "groupwise",
    title: "Novell GroupWise",
    source: "GroupWise Internet Agent: key phrase as public bounce parsers (Sympa) quote it; the older form and the samples from memory; not yet checked against a real message",
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
