//! What Banyan VINES writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "vines",
    title: "Banyan VINES",
    source: "Sympa 6.2.70 ProcessBounce.pm (VINES-ISMTP)",
    forms: &[Form {
        code: "vines-bounce",
        kind: Kind::Bounce,
        summary: "Banyan VINES: message not delivered to recipients below",
        marks: &[
            Mark::From("(?i)postmaster|gateway|mailer-daemon"),
            Mark::Text("^Message not delivered to recipients below"),
        ],
        shows: "bounce/vines-bounce.eml",
        spares: "ordinary/vines-lookalike.eml",
    }],
    breaks: &[r"^-+\s+Original Message Follows\s+-+$"],
    recipients: &[r"(?m)^\s+VNM\d+:\s.*?([^\s@<>]+@[^\s@<>]+)$"],
};
