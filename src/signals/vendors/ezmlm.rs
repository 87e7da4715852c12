//! What ezmlm writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ezmlm",
    title: "ezmlm",
    source: "ezmlm-idx lang/en_US/text: top, mod-reject, mod-timeout",
    forms: &[Form {
        code: "ezmlm-refused",
        kind: Kind::Bounce,
        summary: "ezmlm: your message was not accepted",
        marks: &[
            Mark::Text(r"^Hi! This is the ezmlm program\."),
            Mark::Text(
                r"^I'm sorry, (?:your message \(enclosed\) was not accepted by the moderator|the list moderators for the .{1,100} list\s+have failed to act on your post)",
            ),
            Mark::From("(?i)-(?:help|return|owner|accept|reject)|mailer-daemon"),
        ],
        shows: "bounce/ezmlm-refused.eml",
        spares: "ordinary/ezmlm-lookalike.eml",
    }],
    breaks: &[
        r"^-{3} (?:Enclosed|Below this line) is a copy of the (?:posting I received|message I received)\.?$",
    ],
    recipients: &[],
};
