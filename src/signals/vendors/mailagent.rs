//! What mailagent writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailagent",
    title: "mailagent",
    source: "mailagent 3.1, its examples vacation and nocmds",
    forms: &[Form {
        code: "mailagent-recording",
        kind: Kind::AutoReply,
        summary: "mailagent: this is a recording",
        marks: &[
            Mark::Subject(r"^This is a recording\.\.\."),
            Mark::Text(r"^\[This is a recording -- Last revision (?:was )?made on "),
        ],
        shows: "auto-reply/mailagent-recording.eml",
        spares: "ordinary/mailagent-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
