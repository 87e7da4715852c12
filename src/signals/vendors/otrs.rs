//! What OTRS, Znuny, OTOBO writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "otrs",
    title: "OTRS, Znuny, OTOBO",
    source: "Znuny scripts/database/initial_insert.xml (auto_response), Kernel/System/Email.pm (X-Mailer, X-Loop)",
    forms: &[Form {
        code: "otrs-received",
        kind: Kind::AutoReply,
        summary: "OTRS or Znuny: automatic answer to your mail",
        marks: &[
            Mark::Header("x-mailer", r"^(?:Znuny|OTRS|OTOBO) Mail Service \("),
            Mark::Header("x-loop", "^yes"),
            Mark::Header("auto-submitted", "(?i)^auto-generated"),
            Mark::Header("precedence", "(?i)^bulk"),
            Mark::Header("in-reply-to", r"<\S"),
            Mark::ReturnPath("^$"),
        ],
        shows: "auto-reply/otrs-received.eml",
        spares: "ordinary/otrs-notifies-agent.eml",
    }],
    breaks: &[],
    recipients: &[],
};
