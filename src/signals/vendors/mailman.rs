//! What GNU Mailman writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailman",
    title: "GNU Mailman",
    source: "Mailman 3.3.10 app/moderator.py and templates list:user:notice:refuse, list:user:notice:rejected; Mailman 2.1.39 Handlers/Moderate.py",
    forms: &[
        Form {
            code: "mailman-refused",
            kind: Kind::Bounce,
            summary: "Mailman: your posting was rejected",
            marks: &[
                Mark::Subject(r#"^Request to mailing list .{1,200} rejected$"#),
                Mark::Text(
                    r"has been rejected by the\s+(?:list moderator|.{1,200} list (?:moderator|administrator))",
                ),
            ],
            shows: "bounce/mailman-refused.eml",
            spares: "ordinary/mailman-lookalike.eml",
        },
        Form {
            code: "mailman-rejected",
            kind: Kind::Bounce,
            summary: "Mailman: your message was rejected, with the message attached",
            marks: &[
                Mark::From("(?i)-(?:owner|bounces)@"),
                Mark::Text(
                    r"^Your message to the .{1,200} mailing-list was rejected for the following\s+reasons:",
                ),
                Mark::Text(r"^The original message as received by Mailman is attached\."),
            ],
            shows: "bounce/mailman-rejected.eml",
            spares: "ordinary/mailman-lookalike.eml",
        },
        Form {
            code: "mailman-not-allowed",
            kind: Kind::Bounce,
            summary: "Mailman: you may not post to this list",
            marks: &[
                Mark::Header("x-list-administrivia", "(?i)^yes"),
                Mark::Text(
                    r"^You are not allowed to post to this mailing list,\s+and your message has\s+been\s+automatically rejected",
                ),
            ],
            shows: "bounce/mailman-not-allowed.eml",
            spares: "ordinary/mailman-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
