//! What LSMTP writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "lsmtp",
    title: "LSMTP",
    source: "flufl.bounce 6.0 simplematch.py (LSMTP for Windows)",
    forms: &[Form {
        code: "lsmtp-bounce",
        kind: Kind::Bounce,
        summary: "LSMTP: error description",
        marks: &[
            Mark::From("(?i)postmaster|mailer-daemon|lsmtp"),
            Mark::Text(r"^--> Error description:\s*$"),
            Mark::Text(r"(?i)^Error-For:\s+\S+@"),
        ],
        shows: "bounce/lsmtp-bounce.eml",
        spares: "ordinary/lsmtp-lookalike.eml",
    }],
    breaks: &["^Error-End:"],
    recipients: &[r"(?mi)^Error-For:\s+<?([^\s@<>]+@[^\s@<>]+?)>?\s*$"],
};
