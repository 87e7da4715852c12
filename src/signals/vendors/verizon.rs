//! What Verizon Wireless writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "verizon",
    title: "Verizon Wireless",
    source: "vzwpix.com measured on a sample; the vtext.com form follows a sample whose MIME is broken",
    forms: &[
        Form {
            code: "verizon-vtext-bounce",
            kind: Kind::Bounce,
            summary: "Verizon vText: error with message details",
            marks: &[
                Mark::From(r"(?i)post_?master@(?:[a-z0-9-]+\.)*vtext\.com"),
                Mark::Text("^Error: (?:Invalid user address|No valid recipients|.{3,60})$"),
                Mark::Text("^Message details:$"),
            ],
            shows: "bounce/verizon-vtext.eml",
            spares: "ordinary/verizon-lookalike.eml",
        },
        Form {
            code: "verizon-mms-bounce",
            kind: Kind::Bounce,
            summary: "Verizon picture mail: could not be delivered to mobile",
            marks: &[
                Mark::From(r"(?i)@(?:[a-z0-9-]+\.)*vzwpix\.com"),
                Mark::Subject("^Undeliverable Message$"),
                Mark::Text(r"^Message could not be delivered to mobile\.$"),
            ],
            shows: "bounce/verizon-mms.eml",
            spares: "ordinary/verizon-lookalike.eml",
        },
    ],
    breaks: &["^Original Message:$"],
    recipients: &[
        r"(?m)^\s*RCPT TO: <?([^\s@<>]+@[^\s@<>]+?)>?$",
        r"(?m)^To: ([^\s@<>]+@[^\s@<>]+)$",
    ],
};
