//! What SendGrid writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "sendgrid",
    title: "SendGrid",
    source: "Sisimai 4.25 lib/sisimai/lhost/sendgrid.rb",
    forms: &[Form {
        code: "sendgrid-bounce",
        kind: Kind::Bounce,
        summary: "SendGrid: message was not able to be delivered",
        marks: &[
            Mark::ReturnPath(r"^apps@sendgrid\.net$"),
            Mark::Subject("^Undelivered Mail Returned to Sender$"),
            Mark::Text(r"^This is an automatically generated message from SendGrid\."),
        ],
        shows: "bounce/sendgrid-bounce.eml",
        spares: "ordinary/sendgrid-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)in (?:RCPT TO|MAIL FROM|End of DATA)\S*\s*<([^<>\s]+@[^<>\s]+)>"],
};
