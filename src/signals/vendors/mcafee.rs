//! What McAfee Email Gateway writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mcafee",
    title: "McAfee Email Gateway",
    source: "Sisimai 4.25 lib/sisimai/lhost/mcafee.rb",
    forms: &[Form {
        code: "mcafee-bounce",
        kind: Kind::Bounce,
        summary: "McAfee gateway: addresses had delivery problems",
        marks: &[
            Mark::Header("x-nai-header", "^Modified by McAfee "),
            Mark::Subject("^Delivery Status$"),
            Mark::Text(r"^\s*--- The following addresses had delivery problems ---"),
        ],
        shows: "bounce/mcafee-bounce.eml",
        spares: "ordinary/mcafee-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>\s+\("],
};
