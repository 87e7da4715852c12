//! What XWall writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "xwall",
    title: "XWall",
    source: "DataEnter XWall 3; measured on a sample",
    forms: &[Form {
        code: "xwall-bounce",
        kind: Kind::Bounce,
        summary: "XWall: non delivery report",
        marks: &[
            Mark::Header("x-mailer", "^XWall v"),
            Mark::Subject("(?i)^non delivery report: "),
            Mark::ContentType("(?i)^multipart/report"),
        ],
        shows: "bounce/xwall-bounce.eml",
        spares: "ordinary/xwall-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^\s*To:\s+.*<([^<>\s]+@[^<>\s]+)>"],
};
