//! What Facebook writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "facebook",
    title: "Facebook",
    source: "Sisimai 4.25 lib/sisimai/lhost/facebook.rb",
    forms: &[Form {
        code: "facebook-bounce",
        kind: Kind::Bounce,
        summary: "Facebook: your message could not be delivered",
        marks: &[
            Mark::From(r"<mailer-daemon@mx\.facebook\.com>"),
            Mark::Subject("^Sorry, your message could not be delivered$"),
            Mark::Text(r"^This message was created automatically by Facebook\."),
        ],
        shows: "bounce/facebook-bounce.eml",
        spares: "ordinary/facebook-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
