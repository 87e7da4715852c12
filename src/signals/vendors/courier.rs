//! What Courier writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "courier",
    title: "Courier",
    source: "Courier 0.65, wording as public bounce parsers quote it; the delay form from memory; not yet checked against a real message",
    forms: &[
        Form {
            code: "courier-bounce",
            kind: Kind::Bounce,
            summary: "Courier: mail cannot be delivered",
            marks: &[
                Mark::Subject(r"^NOTICE: mail delivery status\.?$"),
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Text(
                    r"^This is a delivery status notification from \S+,\s+running the Courier mail server, version \S+",
                ),
                Mark::Text(r"^\s+UNDELIVERABLE MAIL$"),
            ],
            shows: "bounce/courier-bounce.eml",
            spares: "ordinary/courier-lookalike.eml",
        },
        Form {
            code: "courier-delay",
            kind: Kind::DeliveryNotice,
            summary: "Courier: mail is delayed",
            marks: &[
                Mark::Subject(r"^(?:NOTICE|WARNING): mail delivery status\.?$"),
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Text(
                    r"^This is a delivery status notification from \S+,\s+running the Courier mail server, version \S+",
                ),
                Mark::Text(r"^\s+DELAYED MAIL$"),
            ],
            shows: "delivery-notice/courier-delay.eml",
            spares: "ordinary/courier-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>:\s*$"],
};
