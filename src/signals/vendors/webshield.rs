//! What McAfee WebShield writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "webshield",
    title: "McAfee WebShield",
    source: "WebShield SMTP 4.5; measured on a sample",
    forms: &[Form {
        code: "webshield-bounce",
        kind: Kind::Bounce,
        summary: "WebShield: error during delivery",
        marks: &[
            Mark::Header("from", "(?i)webshield smtp"),
            Mark::Subject("^Returned Mail: Error During Delivery$"),
            Mark::Text(r"^\s*-{4} Failed Recipients -{4}$"),
        ],
        shows: "bounce/webshield-bounce.eml",
        spares: "ordinary/webshield-lookalike.eml",
    }],
    breaks: &[r"^\s*-{4} Contents of the undelivered mail -{4}$"],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>\s*$"],
};
