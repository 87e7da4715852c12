//! What Yandex writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "yandex",
    title: "Yandex",
    source: "Yandex Mail (Postfix with its own texts, X-Yandex-Queue-ID); measured on samples of 2014",
    forms: &[Form {
        code: "yandex-bounce",
        kind: Kind::Bounce,
        summary: "Yandex: Недоставленное сообщение",
        marks: &[
            Mark::From(r"(?i)mailer-daemon@yandex\."),
            Mark::Subject("^Недоставленное сообщение$"),
            Mark::ContentType("(?i)^multipart/report"),
        ],
        shows: "bounce/yandex-bounce.eml",
        spares: "ordinary/yandex-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>:\s"],
};
