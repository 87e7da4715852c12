//! What HCL (Lotus) Domino writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "domino",
    title: "HCL (Lotus) Domino",
    source: "Domino 5.0 to 9.0 router and SMTP; measured on samples of 5.0.9, 6.5.5 and 7.0.1, some with a Japanese reason",
    forms: &[
        Form {
            code: "domino-bounce",
            kind: Kind::Bounce,
            summary: "Domino: your message was not delivered",
            marks: &[
                Mark::Subject("^DELIVERY FAILURE: ?"),
                Mark::Text(r"^was not delivered to:\s*$"),
                Mark::Text(r"^because:\s*$"),
                Mark::From("(?i)^(?:.{0,80}<)?(?:postmaster|mailer-daemon|.*@.*domino)"),
            ],
            shows: "bounce/domino-bounce.eml",
            spares: "ordinary/domino-lookalike.eml",
        },
        Form {
            code: "domino-report",
            kind: Kind::Bounce,
            summary: "Domino: its report by the boundary, whatever language the text has",
            marks: &[
                Mark::From("(?i)postmaster|mailer-daemon"),
                Mark::ContentType(r#"(?i)^multipart/report.*boundary="?==IFJRGLKFGIR\d+UHRUHIHD"#),
            ],
            shows: "bounce/domino-report-de.eml",
            spares: "ordinary/domino-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^was not delivered to:\s*\r?\n\s*\r?\n\s+([^\s@<>]+@[^\s@<>]+)$"],
};
