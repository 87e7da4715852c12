//! What IBM VM writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ibmvm",
    title: "IBM VM",
    source: "Sympa 6.2.70 ProcessBounce.pm (IBM VM)",
    forms: &[Form {
        code: "ibmvm-bounce",
        kind: Kind::Bounce,
        summary: "IBM VM: mail item could not be delivered to the following users",
        marks: &[
            Mark::From("(?i)postmaster|mailer|smtp"),
            Mark::Text("^Your mail item could not be delivered to the following users"),
        ],
        shows: "bounce/ibmvm-bounce.eml",
        spares: "ordinary/ibmvm-lookalike.eml",
    }],
    breaks: &[r"^\*\* Original message follows \*\*$"],
    recipients: &[r"(?m)-{3,}> ?<?([^\s@<>]+@[^\s@<>]+?)>?$"],
};
