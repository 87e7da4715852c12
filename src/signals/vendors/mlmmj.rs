//! What mlmmj writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mlmmj",
    title: "mlmmj",
    source: "mlmmj 1.3.0 listtexts/en/deny-post and prologue (Debian 12)",
    forms: &[Form {
        code: "mlmmj-denied",
        kind: Kind::Bounce,
        summary: "mlmmj: a post was denied",
        marks: &[
            Mark::Subject(r"^Post to \S+@\S+ denied: "),
            Mark::Text(r"^The message from <[^<>\s]+> with subject"),
            Mark::Text(r"was unable to\s+be delivered to the list\b"),
        ],
        shows: "bounce/mlmmj-denied.eml",
        spares: "ordinary/mlmmj-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
