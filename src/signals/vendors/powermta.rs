//! What PowerMTA writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "powermta",
    title: "PowerMTA",
    source: "Port25 (Bird) PowerMTA 3 to 5: delivery report; measured on samples",
    forms: &[Form {
        code: "powermta-bounce",
        kind: Kind::Bounce,
        summary: "PowerMTA: delivery report of a failure",
        marks: &[
            Mark::From("(?i)postmaster@|mailer-daemon"),
            Mark::Subject("^Delivery report$"),
            Mark::Text("^I am sending you this message to inform you on the delivery status of a$"),
            Mark::Text("delivery failed; will not continue trying"),
        ],
        shows: "bounce/powermta-bounce.eml",
        spares: "ordinary/powermta-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^  <([^<>\s]+@[^<>\s]+)>\s+delivery failed"],
};
