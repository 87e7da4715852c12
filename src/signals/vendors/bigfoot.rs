//! What Bigfoot writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "bigfoot",
    title: "Bigfoot",
    source: "Sisimai 4.25 lib/sisimai/lhost/bigfoot.rb; Sympa 6.2.70 ProcessBounce.pm",
    forms: &[Form {
        code: "bigfoot-bounce",
        kind: Kind::Bounce,
        summary: "Bigfoot: returned mail",
        marks: &[
            Mark::From(r"(?i)mailer-daemon@(?:\S+\.)?bigfoot\.com>"),
            Mark::Subject("(?i)^Returned mail: "),
            Mark::Text(r"^\s+-+\s*Transcript of session follows"),
        ],
        shows: "bounce/bigfoot-bounce.eml",
        spares: "ordinary/bigfoot-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^>>> RCPT TO:\s*<([^<>\s]+)>"],
};
