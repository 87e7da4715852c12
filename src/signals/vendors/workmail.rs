//! What Amazon WorkMail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "workmail",
    title: "Amazon WorkMail",
    source: "Amazon WorkMail; measured on samples of 2016",
    forms: &[Form {
        code: "workmail-bounce",
        kind: Kind::Bounce,
        summary: "Amazon WorkMail: delivery status notification as text",
        marks: &[
            Mark::Header("x-mailer", "^Amazon WorkMail$"),
            Mark::From("(?i)mailer-daemon@"),
            Mark::Subject(r"^Delivery Status Notification \(Failure\)$"),
        ],
        shows: "bounce/workmail-bounce.eml",
        spares: "ordinary/workmail-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^([^\s@<>]+@[^\s@<>]+)$"],
};
