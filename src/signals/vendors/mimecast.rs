//! What Mimecast writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mimecast",
    title: "Mimecast",
    source: "Mimecast gateway; measured on a sample",
    forms: &[Form {
        code: "mimecast-bounce",
        kind: Kind::Bounce,
        summary: "Mimecast: delivery failure notification",
        marks: &[
            Mark::Subject(r"^\[Postmaster\] Email Delivery Failure$"),
            Mark::Header("x-mimecast-originator", "^"),
            Mark::Text("^This is a delivery failure notification message indicating that$"),
        ],
        shows: "bounce/mimecast-bounce.eml",
        spares: "ordinary/mimecast-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^-- ([^\s@<>]+@[^\s@<>]+)$"],
};
