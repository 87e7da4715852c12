//! What Alt-N MDaemon writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mdaemon",
    title: "Alt-N MDaemon",
    source: "MDaemon 17.5 help, DSN Settings; public bounce parsers that quote its template (http://www.altn.com/dsn/)",
    forms: &[Form {
        code: "mdaemon-bounce",
        kind: Kind::Bounce,
        summary: "MDaemon: permanent fatal delivery errors",
        marks: &[
            Mark::From("(?i)mdaemon|mailer-daemon|postmaster"),
            Mark::Text(
                "^(?:The attached message had PERMANENT fatal delivery errors|The attached message had permanent fatal delivery errors|The following data may contain sections which represent BASE64 encoded|YOUR MESSAGE WAS NOT DELIVERED TO ANY OF IT'?S RECIPIENTS!)",
            ),
        ],
        shows: "bounce/mdaemon-bounce.eml",
        spares: "ordinary/mdaemon-lookalike.eml",
    }],
    breaks: &[r"^: Message contains \[\d+\] file attachments$"],
    recipients: &[
        r"(?m)^Failed address: <?([^\s@<>]+@[^\s@<>]+?)>?$",
        r"(?m)^\s+<?([^\s@<>]+@[^\s@<>]+?)>?\s*$",
    ],
};
