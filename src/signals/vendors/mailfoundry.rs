//! What MailFoundry writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailfoundry",
    title: "MailFoundry",
    source: "Sisimai 4.25 lib/sisimai/lhost/mailfoundry.rb",
    forms: &[Form {
        code: "mailfoundry-bounce",
        kind: Kind::Bounce,
        summary: "MailFoundry: message delivery has failed",
        marks: &[
            Mark::Subject("^Message delivery has failed$"),
            Mark::Text(r"^Unable to deliver message to: <[^<>\s]+>"),
            Mark::Text("^Delivery failed for the following reason:"),
        ],
        shows: "bounce/mailfoundry-bounce.eml",
        spares: "ordinary/mailfoundry-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^Unable to deliver message to: <([^<>\s]+)>"],
};
