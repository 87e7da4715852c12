//! What eYou writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "eyou",
    title: "eYou",
    source: "flufl.bounce 6.0 simplematch.py (EYOU MTA SYSTEM)",
    forms: &[Form {
        code: "eyou-bounce",
        kind: Kind::Bounce,
        summary: "eYou: the deliver program",
        marks: &[
            Mark::From("(?i)mailer-daemon|postmaster"),
            Mark::Text(r"This is the deliver program at \S+"),
        ],
        shows: "bounce/eyou-bounce.eml",
        spares: "ordinary/eyou-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^<?([^\s@<>]+@[^\s@<>]+?)>?:?$"],
};
