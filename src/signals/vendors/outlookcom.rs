//! What Outlook.com and Hotmail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "outlookcom",
    title: "Outlook.com and Hotmail",
    source: "Sisimai 4.25 lib/sisimai/lhost/outlook.rb",
    forms: &[Form {
        code: "outlookcom-bounce",
        kind: Kind::Bounce,
        summary: "Outlook.com: delivery to the following recipients failed",
        marks: &[
            Mark::From("(?i)postmaster@|mailer-daemon@"),
            Mark::Subject("^Delivery Status Notification"),
            Mark::Header("x-message-delivery", r"\S"),
            Mark::Text("^This is an automatically generated Delivery Status Notification"),
            Mark::Text(r"^Delivery to the following recipients failed\."),
        ],
        shows: "bounce/outlookcom-bounce.eml",
        spares: "ordinary/outlookcom-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^\s+([^\s@<>]+@[^\s@<>]+)\s*$"],
};
