//! What Zammad writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "zammad",
    title: "Zammad",
    source: "Zammad, fields of its mail (X-Mailer, X-Powered-By, X-Loop), its default triggers, and its notice of mails that are too large",
    forms: &[
        Form {
            code: "zammad-received",
            kind: Kind::AutoReply,
            summary: "Zammad: your inquiry or follow-up was received",
            marks: &[
                Mark::Header("x-mailer", "^Zammad Mail Service"),
                Mark::Header("x-loop", "^yes"),
                Mark::Header("auto-submitted", "(?i)^auto-"),
                Mark::Subject(r"^Thanks for your (?:inquiry|follow-up) \("),
            ],
            shows: "auto-reply/zammad-inquiry.eml",
            spares: "ordinary/zammad-lookalike.eml",
        },
        Form {
            code: "zammad-too-large",
            kind: Kind::Bounce,
            summary: "Zammad: your message is larger than what is taken",
            marks: &[
                Mark::Header("x-mailer", "^Zammad Mail Service"),
                Mark::Header("in-reply-to", r"<\S"),
                Mark::Subject(
                    r"^(?:\[undeliverable\] (?:Message too large|Сообщение слишком велико)|\[Unzustellbar\] Nachricht zu groß|\[Non délivrable\] Message trop volumineux|\[无法投递\] 邮件超出大小限制)",
                ),
            ],
            shows: "bounce/zammad-too-large.eml",
            spares: "ordinary/zammad-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
