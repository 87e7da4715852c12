//! What Smail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "smail",
    title: "Smail",
    source: "Smail 3.2.0.108 src/notify.c as Sisimai 5 lhost/deutschetelekom.rb quotes it; measured on one sample",
    forms: &[Form {
        code: "smail-bounce",
        kind: Kind::Bounce,
        summary: "Smail: mail failed, returning to sender",
        marks: &[
            Mark::From("(?i)mailer-daemon|postmaster"),
            Mark::Subject("^mail failed, returning to sender$"),
            Mark::Text(r"^\|-+ (?:Message log|Failed addresses) follows?: -+\|$"),
        ],
        shows: "bounce/smail-bounce.eml",
        spares: "ordinary/smail-lookalike.eml",
    }],
    breaks: &[r"^\|-+ Message text follows: -+\|$"],
    recipients: &[r"(?m)^\s*(?:<?([^\s@<>|]+@[^\s@<>|]+?)>?) ?\.\.\. "],
};
