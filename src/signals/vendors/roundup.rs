//! What Roundup writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "roundup",
    title: "Roundup",
    source: "Roundup 2.6.0 roundup/mailer.py bounce_message",
    forms: &[Form {
        code: "roundup-rejected",
        kind: Kind::Bounce,
        summary: "Roundup: your mail to the tracker was not taken",
        marks: &[
            Mark::Subject("^Failed issue tracker submission"),
            Mark::Header("x-roundup-loop", "^hello"),
            Mark::Header("x-roundup-name", r"\S"),
        ],
        shows: "bounce/roundup-rejected.eml",
        spares: "ordinary/roundup-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
