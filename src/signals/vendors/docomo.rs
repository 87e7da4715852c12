//! What NTT docomo (mopera) writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "docomo",
    title: "NTT docomo (mopera)",
    source: "mopera gateway of NTT docomo; measured on a sample of 2009",
    forms: &[Form {
        code: "docomo-bounce",
        kind: Kind::Bounce,
        summary: "docomo mopera: mail error message",
        marks: &[
            Mark::From(r"(?i)@(?:[a-z0-9-]+\.)*(?:mopera\.net|mopera\.ne\.jp|docomo\.ne\.jp)"),
            Mark::Subject("メール送信エラー|Error message"),
            Mark::ContentType("(?i)^multipart/report"),
        ],
        shows: "bounce/docomo-bounce.eml",
        spares: "ordinary/docomo-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>\s*$"],
};
