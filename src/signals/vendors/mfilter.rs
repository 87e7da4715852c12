//! What m-FILTER writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mfilter",
    title: "m-FILTER",
    source: "Digital Arts m-FILTER (Japan); measured on samples",
    forms: &[Form {
        code: "mfilter-bounce",
        kind: Kind::Bounce,
        summary: "m-FILTER: failure notice with the server's message",
        marks: &[
            Mark::Header("x-mailer", "^(?:m-FILTER|local-mailhub)"),
            Mark::Subject("^failure notice$"),
            Mark::Text("^-{5,8}server message$"),
        ],
        shows: "bounce/mfilter-bounce.eml",
        spares: "ordinary/mfilter-lookalike.eml",
    }],
    breaks: &["^-{5,8}original m(?:essage|ail info)$"],
    recipients: &[r"(?m)^([^\s@<>]+@[^\s@<>]+)$"],
};
