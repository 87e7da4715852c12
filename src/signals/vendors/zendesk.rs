//! What Zendesk writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "zendesk",
    title: "Zendesk",
    source: "Zendesk help, default text of the trigger \"Notify requester of new proactive ticket/received request\" (X-Mailer: Zendesk Mailer)",
    forms: &[Form {
        code: "zendesk-received",
        kind: Kind::AutoReply,
        summary: "Zendesk: your request was received",
        marks: &[
            Mark::Header("x-mailer", "^Zendesk Mailer"),
            Mark::Text(
                r"^Your request \(#?\d{1,12}\) has been received and is being reviewed by our support\s+staff",
            ),
        ],
        shows: "auto-reply/zendesk-in-reply.eml",
        spares: "ordinary/zendesk-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
