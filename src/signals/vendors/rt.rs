//! What Request Tracker writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "rt",
    title: "Request Tracker",
    source: "RT 5.0.3 etc/initialdata (Autoreply) and lib/RT/Action/Autoreply.pm (Debian 12)",
    forms: &[Form {
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
    }],
    breaks: &[],
    recipients: &[],
};
