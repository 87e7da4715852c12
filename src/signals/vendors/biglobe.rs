//! What BIGLOBE writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "biglobe",
    title: "BIGLOBE",
    source: "BIGLOBE (NEC) gateway; measured on a sample of 2014",
    forms: &[Form {
        code: "biglobe-bounce",
        kind: Kind::Bounce,
        summary: "BIGLOBE: returned mail with non-delivered information",
        marks: &[
            Mark::From(r"(?i)postmaster@(?:[a-z0-9-]+\.)*(?:biglobe|inacatv|tmtv|ttv)\.ne\.jp"),
            Mark::Subject("^Returned mail:"),
            Mark::Text(r"^\s*-+ Non-delivered information -+\s*$"),
        ],
        shows: "bounce/biglobe-bounce.eml",
        spares: "ordinary/biglobe-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^([^\s@<>]+@[^\s@<>]+)\s*$"],
};
