//! What QuickMail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "quickmail",
    title: "QuickMail",
    source: "Sympa 6.2.70 ProcessBounce.pm",
    forms: &[Form {
        code: "quickmail-bounce",
        kind: Kind::Bounce,
        summary: "QuickMail: unknown recipients",
        marks: &[
            Mark::From("(?i)postmaster|mailer-daemon|quickmail"),
            Mark::Text(r"^\s*-+ Special condition follows -+"),
            Mark::Text(r"^Unknown QuickMail recipient\(s\):"),
        ],
        shows: "bounce/quickmail-bounce.eml",
        spares: "ordinary/quickmail-lookalike.eml",
    }],
    breaks: &["^-+ Message header follows -+$"],
    recipients: &[r#"(?m)^\s+"?<?([^\s@<>"]+@[^\s@<>"]+?)>?"?$"#],
};
