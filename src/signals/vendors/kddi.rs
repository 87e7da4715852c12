//! What KDDI au one, EZweb writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "kddi",
    title: "KDDI au one, EZweb",
    source: "EZweb and au one net (dion.ne.jp) gateways; measured on samples of 2008 to 2013",
    forms: &[
        Form {
            code: "kddi-ezweb-bounce",
            kind: Kind::Bounce,
            summary: "EZweb: mail system error, returned mail",
            marks: &[
                Mark::From(r"(?i)postmaster@ezweb\.ne\.jp"),
                Mark::Subject("^Mail System Error - Returned Mail$"),
            ],
            shows: "bounce/kddi-ezweb.eml",
            spares: "ordinary/kddi-lookalike.eml",
        },
        Form {
            code: "kddi-auone-bounce",
            kind: Kind::Bounce,
            summary: "au one net: mail error notice",
            marks: &[
                Mark::From(r"(?i)@(?:[a-z0-9-]+\.)*(?:dion\.ne\.jp|auone-net\.jp|au\.com)"),
                Mark::Text(r"^\s*Could not be delivered to: <[^<>\s]+>\s*$"),
            ],
            shows: "bounce/kddi-auone.eml",
            spares: "ordinary/kddi-lookalike.eml",
        },
    ],
    breaks: &[r"^Each of the following recipients was rejected by a remote mail server\.$"],
    recipients: &[
        r"(?m)^<([^<>\s]+@[^<>\s]+)>(?::.*)?\s*$",
        r"(?m)^\s*Recipient: <([^<>\s]+)>",
        r"(?m)^\s*Could not be delivered to: <([^<>\s]+)>",
    ],
};
