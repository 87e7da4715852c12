//! What AOL writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "aol",
    title: "AOL",
    source: "AOL AIRmail of 2006 to 2009, measured on samples; MAILER-DAEMON@aol.com",
    forms: &[Form {
        code: "aol-bounce",
        kind: Kind::Bounce,
        summary: "AOL: the recipients do not accept such mail",
        marks: &[
            Mark::From(r"(?i)mailer-daemon@aol\.com"),
            Mark::Subject("^Mail Delivery Problem$"),
            Mark::Text(
                r"^Sorry \S+\. Your mail to the following recipients could not be delivered because",
            ),
        ],
        shows: "bounce/aol-attachment.eml",
        spares: "ordinary/aol-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^\s+([^\s@<>]+@(?:[a-z0-9-]+\.)+[a-z]{2,})$"],
};
