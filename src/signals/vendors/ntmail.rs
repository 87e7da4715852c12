//! What NTMail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ntmail",
    title: "NTMail",
    source: "Sympa 6.2.70 ProcessBounce.pm",
    forms: &[Form {
        code: "ntmail-bounce",
        kind: Kind::Bounce,
        summary: "NTMail: the requested destination",
        marks: &[
            Mark::From("(?i)postmaster|ntmail|mailer-daemon"),
            Mark::Text("^The requested destination was:"),
        ],
        shows: "bounce/ntmail-bounce.eml",
        spares: "ordinary/ntmail-lookalike.eml",
    }],
    breaks: &["^-+ original message -+$"],
    recipients: &[r#"(?m)^\s+"?<?([^\s@<>"]+@[^\s@<>"]+?)>?"?$"#],
};
