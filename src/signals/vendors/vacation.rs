//! What vacation writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "vacation",
    title: "vacation",
    source: "sendmail 8.17.1 vacation(1): the example of its manual, From without a name, and the fields that it does not write",
    forms: &[Form {
        code: "vacation-away",
        kind: Kind::AutoReply,
        summary: "vacation(1): away from my mail",
        marks: &[
            Mark::Subject("^away from my mail$"),
            Mark::From("^<"),
            Mark::Lacks("user-agent"),
            Mark::Lacks("x-mailer"),
            Mark::Lacks("in-reply-to"),
            Mark::Lacks("list-id"),
            Mark::Lacks("cc"),
        ],
        shows: "auto-reply/vacation-away.eml",
        spares: "ordinary/vacation-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
