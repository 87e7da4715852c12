//! What Openwave InterMail, Post.Office writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "intermail",
    title: "Openwave InterMail, Post.Office",
    source: "flufl.bounce 6.0 netscape.py; Sympa 6.2.70 ProcessBounce.pm",
    forms: &[Form {
        code: "intermail-bounce",
        kind: Kind::Bounce,
        summary: "InterMail: this message was undeliverable due to the following reason",
        marks: &[
            Mark::From("(?i)postmaster|mail administrator|mailer-daemon"),
            Mark::Subject(
                "^(?:Mail System Error - Returned Mail|Undeliverable Message|Undeliverable Mail|Delivery Status Notification.*)$",
            ),
            Mark::Text("^This Message was undeliverable due to the following reason:$"),
        ],
        shows: "bounce/intermail-bounce.eml",
        spares: "ordinary/intermail-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^\s+<([^<>\s]+@[^<>\s]+)>\s*$", r"(?m)^<([^<>\s]+@[^<>\s]+)>\s*$"],
};
