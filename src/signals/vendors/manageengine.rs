//! What ManageEngine ServiceDesk Plus writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "manageengine",
    title: "ManageEngine ServiceDesk Plus",
    source: "ManageEngine ServiceDesk Plus help, notification rule \"Acknowledge requester by e-mail when a new request is received\"",
    forms: &[Form {
        code: "manageengine-received",
        kind: Kind::AutoReply,
        summary: "ManageEngine: acknowledgement of a request",
        marks: &[
            Mark::Subject(r"request id ##\d{1,12}##"),
            Mark::Text("^This is an acknowledgement mail for your request"),
        ],
        shows: "auto-reply/manageengine-received.eml",
        spares: "ordinary/manageengine-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
