//! What Dovecot Pigeonhole writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "dovecot",
    title: "Dovecot Pigeonhole",
    source: "Pigeonhole 0.5.19 lib-sieve/sieve-actions.c (Debian 12), RFC 5429; measured on samples",
    forms: &[Form {
        code: "dovecot-reject",
        kind: Kind::Bounce,
        summary: "Dovecot: message was automatically rejected",
        marks: &[
            Mark::ContentType(r#"(?i)^multipart/report.*report-type="?disposition-notification"#),
            Mark::Text(r"^Your message to <[^<>\s]+> was automatically rejected:"),
        ],
        shows: "bounce/dovecot-reject.eml",
        spares: "ordinary/dovecot-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^Your message to <([^<>\s]+)> was automatically rejected:"],
};
