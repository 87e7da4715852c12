//! What MessageLabs writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "messagelabs",
    title: "MessageLabs",
    source: "Sisimai 4.25 lib/sisimai/lhost/messagelabs.rb",
    forms: &[Form {
        code: "messagelabs-bounce",
        kind: Kind::Bounce,
        summary: "MessageLabs: mail delivery failure",
        marks: &[
            Mark::From(r"(?i)<mailer-daemon@messagelabs\.com>"),
            Mark::Subject("^Mail Delivery Failure"),
            Mark::Header("x-msg-ref", "messagelabs"),
        ],
        shows: "bounce/messagelabs-bounce.eml",
        spares: "ordinary/messagelabs-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
