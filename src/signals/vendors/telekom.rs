//! What Deutsche Telekom writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "telekom",
    title: "Deutsche Telekom",
    source: "Sisimai 5 lib/sisimai/lhost/deutschetelekom.rb",
    forms: &[Form {
        code: "telekom-bounce",
        kind: Kind::Bounce,
        summary: "T-Online: failed addresses follow",
        marks: &[
            Mark::From(r"(?i)mailer-daemon@(?:\S+\.)?t-online\.de"),
            Mark::Text(r"^\|-+ Failed addresses follow: -+\|$"),
        ],
        shows: "bounce/telekom-bounce.eml",
        spares: "ordinary/telekom-lookalike.eml",
    }],
    breaks: &[r"^\|-+ Message header follows: -+\|$"],
    recipients: &[r"(?m)^ <([^<>\s]+@[^<>\s]+)>$"],
};
