//! What FreeScout writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "freescout",
    title: "FreeScout",
    source: "FreeScout mail headers (X-FreeScout-Mail-Type), class AutoReply",
    forms: &[Form {
        code: "freescout-reply",
        kind: Kind::AutoReply,
        summary: "FreeScout: automatic reply",
        marks: &[Mark::Header("x-freescout-mail-type", "^auto")],
        shows: "auto-reply/freescout-reply.eml",
        spares: "ordinary/freescout-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
