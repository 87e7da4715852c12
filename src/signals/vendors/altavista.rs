//! What AltaVista Mail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "altavista",
    title: "AltaVista Mail",
    source: "Sympa 6.2.70 ProcessBounce.pm (AltaVista Mail)",
    forms: &[Form {
        code: "altavista-bounce",
        kind: Kind::Bounce,
        summary: "AltaVista Mail: unable to deliver mail to the following recipients",
        marks: &[
            Mark::From("(?i)postmaster|administrator|mailer-daemon"),
            Mark::Text(r"unable to deliver mail to the following recipient\(s\):"),
        ],
        shows: "bounce/altavista-bounce.eml",
        spares: "ordinary/altavista-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^([^\s@<>]+@[^\s@<>]+):$"],
};
