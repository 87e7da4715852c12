//! What GMX, WEB.DE, 1&1 writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "gmx",
    title: "GMX, WEB.DE, 1&1",
    source: "1&1 \"Nemesis\" hosts (kundenserver.de, gmx.net, web.de, perfora.net); measured on samples of 2013 to 2019",
    forms: &[
        Form {
            code: "gmx-bounce",
            kind: Kind::Bounce,
            summary: "GMX and 1&1: mail could not be delivered",
            marks: &[
                Mark::Header("from", "(?i)mailer-daemon@"),
                Mark::Subject("^Mail delivery failed: returning message to sender$"),
                Mark::Text(
                    r"^its recipients\. This is a permanent error\.(?:$| The following address)",
                ),
            ],
            shows: "bounce/gmx-bounce.eml",
            spares: "ordinary/gmx-lookalike.eml",
        },
        Form {
            code: "gmx-delay",
            kind: Kind::DeliveryNotice,
            summary: "GMX and 1&1: message delayed",
            marks: &[
                Mark::From(
                    r"(?i)mailer-daemon@(?:[a-z0-9-]+\.)*(?:kundenserver\.[a-z.]+|gmx\.[a-z.]+|web\.de|1and1\.[a-z.]+|perfora\.net|ionos\.[a-z.]+|1und1\.de|mail\.com)",
                ),
                Mark::Subject(r"^Warning: message delayed \d+ (?:hour|day)s?$"),
            ],
            shows: "delivery-notice/gmx-delay.eml",
            spares: "ordinary/gmx-lookalike.eml",
        },
    ],
    breaks: &[r"^-{3} The header of the original message is following\. -{3}$"],
    recipients: &[r#"(?m)^"?<?([^\s@<>":]+@[^\s@<>":]+)>?"?:?\s*$"#],
};
