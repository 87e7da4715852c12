//! What Active!hunter writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "activehunter",
    title: "Active!hunter",
    source: "Sisimai 4.25 lib/sisimai/lhost/activehunter.rb",
    forms: &[Form {
        code: "activehunter-bounce",
        kind: Kind::Bounce,
        summary: "Active!hunter: addresses had permanent fatal errors",
        marks: &[
            Mark::Header("x-ahmailid", r"\S"),
            Mark::Text(r"^\s*-{5} The following addresses had permanent fatal errors -{5}"),
        ],
        shows: "bounce/activehunter-bounce.eml",
        spares: "ordinary/activehunter-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^>>> .*<([^<>\s]+@[^<>\s]+)>$"],
};
