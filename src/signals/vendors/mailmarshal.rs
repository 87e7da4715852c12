//! What MailMarshal writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailmarshal",
    title: "MailMarshal",
    source: "Sisimai 5 lib/sisimai/lhost/mailmarshal.rb",
    forms: &[Form {
        code: "mailmarshal-bounce",
        kind: Kind::Bounce,
        summary: "MailMarshal: could not be delivered because of",
        marks: &[
            Mark::Subject("^Undeliverable Mail: "),
            Mark::Text(r"^Could not be delivered because of\s*$"),
            Mark::Text(r"^The following recipients were affected:\s*$"),
        ],
        shows: "bounce/mailmarshal-bounce.eml",
        spares: "ordinary/mailmarshal-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^\s+([^\s@<>]+@[^\s@<>]+)$"],
};
