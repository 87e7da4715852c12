//! What Sina Mail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "sina",
    title: "Sina Mail",
    source: "SinaMail 3.0; measured on a sample of 2002",
    forms: &[Form {
        code: "sina-bounce",
        kind: Kind::Bounce,
        summary: "Sina: mail could not be sent to the address",
        marks: &[
            Mark::From(r"(?i)mailer-daemon@(?:[a-z0-9-]+\.)*sina\."),
            Mark::Header("x-mailer", "^SinaMail"),
        ],
        shows: "bounce/sina-bounce.eml",
        spares: "ordinary/sina-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>:\s*$"],
};
