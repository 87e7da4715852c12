//! What Request Tracker writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "rt",
    title: "Request Tracker",
    source: "RT 5.0.3 etc/initialdata (Autoreply) and lib/RT/Action/Autoreply.pm, lib/RT/Interface/Email.pm MailError and what calls it (Debian 12)",
    forms: &[
        Form {
            code: "rt-autoreply",
            kind: Kind::AutoReply,
            summary: "RT: a ticket was made of your mail",
            marks: &[
                Mark::Header("auto-submitted", "(?i)^auto-replied"),
                Mark::Header("x-rt-loop-prevention", r"\S"),
                Mark::Subject("AutoReply: "),
            ],
            shows: "auto-reply/rt-autoreply.eml",
            spares: "ordinary/rt-lookalike.eml",
        },
        Form {
            code: "rt-refused",
            kind: Kind::Bounce,
            summary: "RT: your mail was not recorded, or you may not write there",
            marks: &[
                Mark::Header("x-rt-loop-prevention", r"\S"),
                Mark::Lacks("x-rt-ticket"),
                Mark::Header("in-reply-to", r"<\S"),
                Mark::ReturnPath("^$"),
                Mark::Subject(
                    "^(?:Permission Denied$|Message not recorded: |Ticket creation failed: |Ticket not (?:taken|resolved)$)",
                ),
            ],
            shows: "bounce/rt-refused.eml",
            spares: "ordinary/rt-lookalike-2.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
