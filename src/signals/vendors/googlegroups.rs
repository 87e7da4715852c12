//! What Google Groups writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "googlegroups",
    title: "Google Groups",
    source: "Google Groups; measured on samples in 14 languages (Message-ID …GMR@mx.google.com)",
    forms: &[Form {
        code: "googlegroups-bounce",
        kind: Kind::Bounce,
        summary: "Google Groups: the group does not exist or does not take mail from you",
        marks: &[
            Mark::From(r"(?i)mailer-daemon@(?:google|googlemail|gmail)\.com"),
            Mark::Header("message-id", r"\.GMR@mx\.google\.com"),
        ],
        shows: "bounce/googlegroups-bounce.eml",
        spares: "ordinary/googlegroups-lookalike.eml",
    }],
    breaks: &["^-{3,6} Original message -{3,6}$"],
    recipients: &[],
};
