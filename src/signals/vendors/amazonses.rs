//! What Amazon SES writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "amazonses",
    title: "Amazon SES",
    source: "Amazon SES and SES inbound, samples of 2011 to 2021 (X-SES-Outgoing, Feedback-ID …:AmazonSES)",
    forms: &[
        Form {
            code: "amazonses-bounce",
            kind: Kind::Bounce,
            summary: "Amazon SES: delivery status notification",
            marks: &[
                Mark::Header("x-ses-outgoing", r"\d"),
                Mark::Subject(r"^Delivery Status Notification \(Failure\)$"),
                Mark::ContentType("(?i)^multipart/report"),
            ],
            shows: "bounce/amazonses-bounce.eml",
            spares: "ordinary/amazonses-lookalike.eml",
        },
        Form {
            code: "amazonses-bounce-old",
            kind: Kind::Bounce,
            summary: "Amazon SES: delivery status notification of its bounce hosts",
            marks: &[
                Mark::From(r"(?i)mailer-daemon@(?:[a-z0-9-]+\.)*amazonses\.com"),
                Mark::Subject(r"^Delivery Status Notification \(Failure\)$"),
            ],
            shows: "bounce/amazonses-bounce.eml",
            spares: "ordinary/amazonses-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[
        r"(?m)^The following message to <([^<>\s]+)> was undeliverable\.",
        r"(?m)^([^\s@<>]+@[^\s@<>]+)$",
    ],
};
