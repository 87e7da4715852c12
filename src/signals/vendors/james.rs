//! What Apache James writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "james",
    title: "Apache James",
    source: "Apache James 2 and 3: RemoteDelivery and DSNBounce mailets; Sisimai 4.25 lib/sisimai/lhost/apachejames.rb",
    forms: &[Form {
        code: "james-bounce",
        kind: Kind::Bounce,
        summary: "James: wasn't able to deliver your message",
        marks: &[
            Mark::From("(?i)postmaster|mailer-daemon|james|no-?reply"),
            Mark::Text(r"^Hi\. This is the James mail server at \S+"),
            Mark::Text(
                r"^I'm afraid I wasn't able to deliver your message to the following addresses\.",
            ),
        ],
        shows: "bounce/james-bounce.eml",
        spares: "ordinary/james-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^(?:<|  )([^\s@<>]+@[^\s@<>]+?)>?\s*$"],
};
