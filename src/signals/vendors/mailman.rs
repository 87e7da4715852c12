//! What GNU Mailman writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailman",
    title: "GNU Mailman",
    source: "Mailman 2.1 refusal of a posting; from memory of the program, not yet checked against a real message",
    forms: &[Form {
        code: "mailman-refused",
        kind: Kind::Bounce,
        summary: "Mailman: your posting was rejected",
        marks: &[
            Mark::Subject(
                r#"^(?:Request to mailing list .{1,200} rejected|Request to mailing list ".{1,200}" rejected)$"#,
            ),
            Mark::Text(
                "^has been rejected by the (?:list moderator|.{1,200} list (?:moderator|administrator))",
            ),
        ],
        shows: "bounce/mailman-refused.eml",
        spares: "ordinary/mailman-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
