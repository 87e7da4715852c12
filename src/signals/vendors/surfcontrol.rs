//! What SurfControl E-mail Filter writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "surfcontrol",
    title: "SurfControl E-mail Filter",
    source: "SurfControl (later Websense) E-mail Filter; measured on samples; same engine as MIMEsweeper boundaries (_NextPart_ST_)",
    forms: &[Form {
        code: "surfcontrol-bounce",
        kind: Kind::Bounce,
        summary: "SurfControl: your message could not be sent",
        marks: &[
            Mark::ContentType("(?i)^multipart/report"),
            Mark::Header("x-mailer", "^SurfControl E-mail Filter"),
            Mark::Text(r"^Your message could not be sent\.$"),
            Mark::Text(r"^A transcript of the attempts to send the message follows\.$"),
        ],
        shows: "bounce/surfcontrol-bounce.eml",
        spares: "ordinary/surfcontrol-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^Addressed To: ([^\s@<>]+@[^\s@<>]+)$"],
};
