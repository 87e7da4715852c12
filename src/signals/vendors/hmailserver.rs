//! What hMailServer writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "hmailserver",
    title: "hMailServer",
    source: "hMailServer 5 database script: MESSAGE_UNDELIVERABLE and SEND_FAILED_NOTIFICATION",
    forms: &[Form {
        code: "hmailserver-bounce",
        kind: Kind::Bounce,
        summary: "hMailServer: message undeliverable",
        marks: &[
            Mark::Subject("^Message undeliverable: "),
            Mark::Text(r"^Your message did not reach some or all of the intended recipients\.$"),
            Mark::Text(r"^The following recipient\(s\) could not be reached:$|^hMailServer$"),
        ],
        shows: "bounce/hmailserver-bounce.eml",
        spares: "ordinary/hmailserver-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[
        r"(?m)^\s+<?([^\s@<>]+@[^\s@<>]+?)>?$",
        r"(?m)^\s*(?:Recipient: )\[?([^\s@<>\]]+@[^\s@<>\]]+)\]?$",
    ],
};
