//! What Cisco IronPort writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ironport",
    title: "Cisco IronPort",
    source: "IronPort AsyncOS (Cisco ESA) default bounce profile; early Amazon SES and BlackBerry hosts used it; measured on samples",
    forms: &[Form {
        code: "ironport-bounce",
        kind: Kind::Bounce,
        summary: "IronPort: the following message was undeliverable",
        marks: &[
            Mark::From("(?i)mailer-daemon|mail delivery system|postmaster"),
            Mark::Subject(r"^Delivery Status Notification \(Failure\)$"),
            Mark::Text(r"^The following message to <[^<>\s]+> was undeliverable\.$"),
            Mark::Text("^The reason for the problem:$"),
        ],
        shows: "bounce/ironport-bounce.eml",
        spares: "ordinary/ironport-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^The following message to <([^<>\s]+)> was undeliverable\.$"],
};
