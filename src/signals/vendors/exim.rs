//! What Exim writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "exim",
    title: "Exim",
    source: "Exim 4.96 src/deliver.c and src/moan.c (Debian 12); measured on samples",
    forms: &[
        Form {
            code: "exim-bounce",
            kind: Kind::Bounce,
            summary: "Exim: mail could not be delivered",
            marks: &[
                Mark::From("(?i)mail delivery (?:sub)?system|mailer-daemon"),
                Mark::Text(
                    r"^This message was created automatically by (?:the )?(?:mail delivery\s+software(?: \(Exim\))?|SMTP relay on \S+)\.(?:\s*$|\s+A message)",
                ),
                Mark::Text(
                    r"could not be delivered\s+to\s+(?:one or more|all) of its\s+recipients\.",
                ),
            ],
            shows: "bounce/exim-bounce.eml",
            spares: "ordinary/exim-lookalike.eml",
        },
        Form {
            code: "exim-failed-recipients",
            kind: Kind::Bounce,
            summary: "Exim: names the failed recipients in a field of its own",
            marks: &[
                Mark::Header("x-failed-recipients", "@"),
                Mark::Text(
                    r"^This message was created automatically by (?:the )?mail delivery\s+software",
                ),
                Mark::Text(
                    r"could not be delivered to\s+(?:one or more|all) of its\s+recipients\.",
                ),
            ],
            shows: "bounce/exim-bounce-old.eml",
            spares: "ordinary/exim-lookalike.eml",
        },
        Form {
            code: "exim-refused",
            kind: Kind::Bounce,
            summary: "Exim: mail was refused before delivery (no recipients, bad addresses, local scan, too many hops)",
            marks: &[
                Mark::From("(?i)mail delivery (?:sub)?system|mailer-daemon"),
                Mark::Subject("^(?:Mail failure(?: - .{3,60})?|Mail delivery failure)$"),
                Mark::Text(
                    r"^A message that you sent (?:using the -t command line option contained no|was rejected by the local scanning code|contained (?:no recipient addresses|a recipient address that was incorrectly|one or more recipient addresses that were\s+incorrectly constructed|a header (?:section|line) that was excessively|more recipients than allowed|an unqualified address)|was longer than the maximum size|has a bad header|has caused the error routine)|^A message that you sent could not be delivered\s+to all of its recipients",
                ),
            ],
            shows: "bounce/exim-refused.eml",
            spares: "ordinary/exim-lookalike-2.eml",
        },
        Form {
            code: "exim-delay",
            kind: Kind::DeliveryNotice,
            summary: "Exim: mail is not yet delivered",
            marks: &[
                Mark::From("(?i)mail delivery (?:sub)?system|mailer-daemon"),
                Mark::Subject(r"^Warning: message .{1,60}delayed \d+ (?:minute|hour|day)s?$"),
                Mark::Text(
                    r"has not yet been delivered to (?:one or more|all) of its\s+recipients after",
                ),
            ],
            shows: "delivery-notice/exim-delay.eml",
            spares: "ordinary/exim-lookalike-2.eml",
        },
        Form {
            code: "exim-success",
            kind: Kind::DeliveryNotice,
            summary: "Exim: mail was delivered or relayed",
            marks: &[
                Mark::From("(?i)mail delivery (?:sub)?system|mailer-daemon"),
                Mark::Subject("^Delivery Status Notification$"),
                Mark::Text(
                    r"^This message was created automatically by mail delivery software\.\s+----- The following addresses had successful delivery notifications -----",
                ),
            ],
            shows: "delivery-notice/exim-success.eml",
            spares: "ordinary/exim-lookalike-2.eml",
        },
    ],
    breaks: &[
        r"^-{2,8} This is a copy of (?:the|your) message, including all the headers\. -{2,8}$",
        r"^-{2,8} This is a copy of the (?:message's )?headers\. -{2,8}$",
        "^-{2,8} This is a copy of the headers that were received before the (?:error|message was truncated)",
        "^-{3,8} START OF RETURNED MESSAGE -{3,8}$",
    ],
    recipients: &[
        r"(?m)^  ([^\s@<>:()]+@[^\s@<>:()]+):?$",
        r"(?m)^  <([^\s@<>]+@[^\s@<>]+)>:?$",
        r"(?m)^<([^\s@<>]+@[^\s@<>]+)> \((?:relayed|delivered)",
    ],
};
