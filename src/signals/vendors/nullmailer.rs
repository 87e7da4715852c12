//! What nullmailer writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "nullmailer",
    title: "nullmailer",
    source: "nullmailer 2.2 src/dsn.cc (Debian 12)",
    forms: &[
        Form {
            code: "nullmailer-bounce",
            kind: Kind::Bounce,
            summary: "nullmailer: message could not be delivered",
            marks: &[
                Mark::From("(?i)mailer-daemon"),
                Mark::Subject("^Returned mail: Could not send message$"),
                Mark::Text(
                    r"^This is the nullmailer delivery system\.\s+The message attached below\s+could not be",
                ),
            ],
            shows: "bounce/nullmailer-bounce.eml",
            spares: "ordinary/nullmailer-lookalike.eml",
        },
        Form {
            code: "nullmailer-delay",
            kind: Kind::DeliveryNotice,
            summary: "nullmailer: message has not been delivered yet",
            marks: &[
                Mark::From("(?i)mailer-daemon"),
                Mark::Subject("^Returned mail: Could not send message$"),
                Mark::Text(
                    r"^This is the nullmailer delivery system\.\s+The message attached below\s+has not been",
                ),
            ],
            shows: "delivery-notice/nullmailer-delay.eml",
            spares: "ordinary/nullmailer-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^\t<([^<>\s]+@[^<>\s]+)>$"],
};
