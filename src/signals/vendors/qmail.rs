//! What qmail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "qmail",
    title: "qmail",
    source: "notqmail qmail-send.c injectbounce; measured on samples",
    forms: &[
        Form {
            code: "qmail-bounce",
            kind: Kind::Bounce,
            summary: "qmail: mail could not be delivered",
            marks: &[
                Mark::From("(?i)mailer-daemon|bounce|postmaster|qmail"),
                Mark::Subject("(?i)^failure notice$"),
                Mark::Text(r"^Hi\. This is the (?:qmail-send|.{2,40}?) program at \S+"),
                Mark::Text(
                    "I(?:'m afraid I)? wasn't able to deliver your message to the following addresses?",
                ),
            ],
            shows: "bounce/qmail-bounce.eml",
            spares: "ordinary/qmail-lookalike.eml",
        },
        Form {
            code: "qmail-double-bounce",
            kind: Kind::Bounce,
            summary: "qmail: a bounce that bounced",
            marks: &[
                Mark::From("(?i)mailer-daemon|postmaster|qmail"),
                Mark::Subject("(?i)^failure notice$"),
                Mark::Text(
                    "^I tried to deliver a bounce message to this address, but the bounce bounced!$",
                ),
            ],
            shows: "bounce/qmail-double-bounce.eml",
            spares: "ordinary/qmail-lookalike.eml",
        },
        Form {
            code: "qmail-qsbmf",
            kind: Kind::Bounce,
            summary: "qmail behind a text of the site: \"failure notice\" with a paragraph for each address",
            marks: &[
                Mark::From("(?i)mailer[- ]daemon"),
                Mark::Subject("^failure notice$"),
                Mark::Text(r"^<[^<>\s]+@[^<>\s]+>:$"),
                Mark::Text("(?i)could not be delivered|unable to deliver|wasn't able to deliver"),
            ],
            shows: "bounce/qmail-qsbmf.eml",
            spares: "ordinary/qmail-lookalike-2.eml",
        },
    ],
    breaks: &[
        r"^-{2,3} ?(?:Below this line is|Enclosed are) (?:a copy of the message|the original bounce|the headers of the message|the original message)\.?$",
        r"^-{2,3} ?Enclosed is a copy of the message\.?$",
        r"^-{2,3} ?Undelivered message follows\.?$",
    ],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>:\s*$"],
};
