//! What Courier writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "courier",
    title: "Courier",
    source: "Courier 1.0.16 courier/module.dsn texts: dsnheader, dsnfailed, dsndelayed, dsndelivered, dsnrelayed, dsnsubjectnotice, dsnsubjectwarn (Debian 12)",
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
                Mark::Subject(r"^WARNING: delayed mail\.?$"),
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Text(
                    r"^This is a delivery status notification from \S+,\s+running the Courier mail server, version \S+",
                ),
                Mark::Text(r"^\s+DELAYS IN DELIVERING YOUR MESSAGE$"),
            ],
            shows: "delivery-notice/courier-delay.eml",
            spares: "ordinary/courier-lookalike.eml",
        },
        Form {
            code: "courier-success",
            kind: Kind::DeliveryNotice,
            summary: "Courier: mail was delivered, or given to a gateway",
            marks: &[
                Mark::Subject(r"^NOTICE: mail delivery status\.?$"),
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Text(
                    r"^\s+(?:MESSAGE DELIVERED SUCCESSFULLY|MESSAGE DELIVERED TO A MAIL GATEWAY)$",
                ),
            ],
            shows: "delivery-notice/courier-success.eml",
            spares: "ordinary/courier-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>:\s*$"],
};
