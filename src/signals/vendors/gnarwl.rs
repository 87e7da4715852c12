//! What gnarwl writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "gnarwl",
    title: "gnarwl",
    source: "gnarwl 3.6, the fields of its answers (X-mailer: GNARWL)",
    forms: &[Form {
        code: "gnarwl-vacation",
        kind: Kind::AutoReply,
        summary: "gnarwl: automatic reply",
        marks: &[Mark::Header("x-mailer", "^GNARWL")],
        shows: "auto-reply/gnarwl-vacation.eml",
        spares: "ordinary/gnarwl-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
