//! What Sympa writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "sympa",
    title: "Sympa",
    source: "Sympa 6.2.70 default/mail_tt2: reject.tt2, delivery_status_notification.tt2, list_unknown.tt2 (Debian 12)",
    forms: &[Form {
        code: "sympa-refused",
        kind: Kind::Bounce,
        summary: "Sympa: your message for the list was rejected",
        marks: &[
            Mark::From("(?i)sympa|-(?:request|owner|editor)@"),
            Mark::Text(
                r"^(?:This is an automatic response sent by Sympa Mailing Lists Manager\.|Your message (?:for list '?[^'\n]{1,100}'? )?\(attached below\) was rejected\.|Your message for list .{1,100} has been rejected|Votre message .{0,100}a été (?:rejeté|refusé))",
            ),
        ],
        shows: "bounce/sympa-refused.eml",
        spares: "ordinary/sympa-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
