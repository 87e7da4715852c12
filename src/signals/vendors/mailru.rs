//! What Mail.ru writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailru",
    title: "Mail.ru",
    source: "Mail.Ru; measured on samples of 2012 and 2018",
    forms: &[Form {
        code: "mailru-bounce",
        kind: Kind::Bounce,
        summary: "Mail.ru: Ваше сообщение не доставлено",
        marks: &[
            Mark::From(r"(?i)mailer-daemon@(?:[a-z0-9-]+\.)*mail\.ru"),
            Mark::Subject(r"^Ваше сообщение не доставлено\. Mail failure\.$"),
            Mark::Text(r"^Это письмо создано автоматически сервером Mail\.Ru"),
        ],
        shows: "bounce/mailru-bounce.eml",
        spares: "ordinary/mailru-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[
        r"(?m)^  ([^\s@<>]+@[^\s@<>]+)$",
        r"(?m)^ ?Local mailbox ([^\s@<>]+@[^\s@<>]+) is unavailable",
    ],
};
