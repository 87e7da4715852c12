//! What Jira Service Management writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "jira",
    title: "Jira Service Management",
    source: "Atlassian, Managing service project notifications (Request created); its default text as public filters quote it",
    forms: &[Form {
        code: "jira-received",
        kind: Kind::AutoReply,
        summary: "Jira Service Management: got your request",
        marks: &[
            Mark::Header("x-jira-fingerprint", r"\S"),
            Mark::Text("^Just confirming that we got your request"),
        ],
        shows: "auto-reply/jira-service.eml",
        spares: "ordinary/jira-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
