//! What Sendmail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "sendmail",
    title: "Sendmail",
    source: "sendmail 8.17.1 sendmail/savemail.c (Debian 12); sendmail 5 measured on samples",
    forms: &[
        Form {
            code: "sendmail-bounce",
            kind: Kind::Bounce,
            summary: "Sendmail 8: addresses with permanent errors and the transcript",
            marks: &[
                Mark::From("(?i)mail delivery subsystem|mailer-daemon"),
                Mark::Subject(
                    r"(?i)^(?:Returned mail|Postmaster (?:notify|warning)|Undeliverable mail)\b",
                ),
                Mark::Text(
                    r"^\s*-+ The following addresses had (?:permanent fatal errors|permanent delivery errors|fatal errors|delivery problems|unrecoverable errors) -+",
                ),
            ],
            shows: "bounce/sendmail-bounce.eml",
            spares: "ordinary/sendmail-lookalike.eml",
        },
        Form {
            code: "sendmail-bounce-shape",
            kind: Kind::Bounce,
            summary: "Sendmail 8: subject and boundary of its returned mail, however broken the parts",
            marks: &[
                Mark::From("(?i)mail delivery subsystem|mailer-daemon"),
                Mark::Subject(r"^(?:Returned mail|Postmaster notify): \S"),
                Mark::ContentType(
                    r#"(?i)^multipart/report.*boundary="?[0-9A-Za-z]{7,20}\.\d{7,11}/[^"\s]+"?"#,
                ),
            ],
            shows: "bounce/sendmail-bounce.eml",
            spares: "ordinary/sendmail-lookalike.eml",
        },
        Form {
            code: "sendmail-transcript",
            kind: Kind::Bounce,
            summary: "Sendmail: returned mail with a transcript of the session (all versions since 5)",
            marks: &[
                Mark::From("(?i)mail delivery subsystem|mailer-daemon"),
                Mark::Subject(r"^Returned mail: \S"),
                Mark::Text(r"^\s*-+ Transcript of (?:the )?session follows -+"),
            ],
            shows: "bounce/sendmail5-bounce.eml",
            spares: "ordinary/sendmail-lookalike.eml",
        },
        Form {
            code: "sendmail-delay",
            kind: Kind::DeliveryNotice,
            summary: "Sendmail 8: mail is still undelivered",
            marks: &[
                Mark::From("(?i)mail delivery subsystem|mailer-daemon"),
                Mark::Subject(
                    r"^Warning: could not send message for past \S+ (?:minute|hour|day|week)s?",
                ),
                Mark::Text(r"^\s*\*\*\s+THIS IS A WARNING MESSAGE ONLY\s+\*\*$"),
            ],
            shows: "delivery-notice/sendmail-delay.eml",
            spares: "ordinary/sendmail-lookalike-2.eml",
        },
        Form {
            code: "sendmail-receipt",
            kind: Kind::DeliveryNotice,
            summary: "Sendmail 8: return receipt",
            marks: &[
                Mark::From("(?i)mail delivery subsystem|mailer-daemon"),
                Mark::Subject("^Return receipt$"),
                Mark::Text(
                    r"^\s*-+ The following addresses had successful delivery notifications -+",
                ),
            ],
            shows: "delivery-notice/sendmail-receipt.eml",
            spares: "ordinary/sendmail-lookalike-2.eml",
        },
    ],
    breaks: &[
        r"^\s*-{3,5} (?:Original|Unsent) message follows -{3,5}$",
        r"^\s*-{3,5} Message header follows -{3,5}$",
        r"^\s*-{3,5} (?:Original|Returned) message -{3,5}$",
    ],
    recipients: &[
        r"(?m)^<([^<>\s]+@[^<>\s]+)>(?:\s+\((?:unrecoverable error|relayed|successfully|generated|expanded).*)?\s*$",
        r"(?m)^(?:[45]\d\d )?(?:[45]\.\d+\.\d+ )?<?([^<>\s]+@[^<>\s]+?)>?\.\.\. (?:User unknown|Host unknown|Service unavailable|Deferred|Cannot send|Unbalanced|Address|Remote protocol error|Data format error|No such user|Mailbox)",
    ],
};
