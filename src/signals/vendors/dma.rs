//! What DragonFly Mail Agent writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "dma",
    title: "DragonFly Mail Agent",
    source: "dma 0.14 mail.c bounce (Debian 12); measured on samples of 0.13",
    forms: &[Form {
        code: "dma-bounce",
        kind: Kind::Bounce,
        summary: "dma: mail could not be delivered",
        marks: &[
            Mark::Header("from", r#"(?i)^\s*"?mailer-daemon"?\s*(?:<.*>)?$"#),
            Mark::Subject("^Mail delivery failed$"),
            Mark::Text(r"^This is the .{3,60} at \S+\.$"),
            Mark::Text(r"^There was an error delivering your mail to <[^<>]+>\.$"),
        ],
        shows: "bounce/dma-bounce.eml",
        spares: "ordinary/dma-lookalike.eml",
    }],
    breaks: &[r"^Message headers follow\.$", r"^Original message follows\.$"],
    recipients: &[r"(?m)^There was an error delivering your mail to <([^<>\s]+)>\.$"],
};
