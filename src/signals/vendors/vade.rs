//! What Vade Secure writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "vade",
    title: "Vade Secure",
    source: "Vade Secure cloud relay (EarthLink and others); measured on a sample",
    forms: &[Form {
        code: "vade-bounce",
        kind: Kind::Bounce,
        summary: "Vade Secure: a server returned an error",
        marks: &[
            Mark::From("(?i)mailer-daemon"),
            Mark::Subject("^Undeliverable: "),
            Mark::Text(r#"^Server ".{3,80}" returned an error:$"#),
        ],
        shows: "bounce/vade-bounce.eml",
        spares: "ordinary/vade-lookalike.eml",
    }],
    breaks: &["^Original message headers:$"],
    recipients: &[r"(?m)^\s*\* \[([^\s@\[\]]+@[^\s@\[\]]+)\]: "],
};
