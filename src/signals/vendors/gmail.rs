//! What Gmail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "gmail",
    title: "Gmail",
    source: "Gmail and Google Workspace, old form and cards; measured on samples",
    forms: &[
        Form {
            code: "gmail-bounce",
            kind: Kind::Bounce,
            summary: "Gmail, old form: delivery failed permanently",
            marks: &[
                Mark::From(r"(?i)mailer-daemon@(?:google|googlemail|gmail)\.com"),
                Mark::Text(
                    "^Delivery to the following recipients? (?:failed permanently|has failed):$",
                ),
            ],
            shows: "bounce/gmail-old.eml",
            spares: "ordinary/gmail-lookalike.eml",
        },
        Form {
            code: "gmail-delay",
            kind: Kind::DeliveryNotice,
            summary: "Gmail: delivery is delayed",
            marks: &[
                Mark::From(r"(?i)mailer-daemon@(?:google|googlemail|gmail)\.com"),
                Mark::Subject(r"^Delivery Status Notification \(Delay\)$"),
            ],
            shows: "delivery-notice/gmail-delay.eml",
            spares: "ordinary/gmail-lookalike.eml",
        },
        Form {
            code: "gmail-report",
            kind: Kind::Bounce,
            summary: "Gmail, new form in any language: names the failed recipients",
            marks: &[
                Mark::From(r"(?i)mailer-daemon@(?:google|googlemail|gmail)\.com"),
                Mark::Subject(r"^Delivery Status Notification \(Failure\)$"),
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Header("x-failed-recipients", "."),
            ],
            shows: "bounce/gmail-card-es.eml",
            spares: "ordinary/gmail-lookalike.eml",
        },
        Form {
            code: "gmail-card",
            kind: Kind::Bounce,
            summary: "Gmail, new form: a card over the report",
            marks: &[
                Mark::From(r"(?i)mailer-daemon@(?:google|googlemail|gmail)\.com"),
                Mark::Text(
                    r"^\s*\*\* (?:Address not found|Message (?:not delivered|blocked|too large|rejected|bounced)|Recipient inbox full|Delivery incomplete failed|Domain not found) \*\*\s*$",
                ),
            ],
            shows: "bounce/gmail-card.eml",
            spares: "ordinary/gmail-lookalike.eml",
        },
    ],
    breaks: &["^-{3,6} Original message -{3,6}$", "^-{3,6} Message header follows -{3,6}$"],
    recipients: &[
        r"(?m)^ {5}([^\s@<>]+@[^\s@<>]+)$",
        r"(?m)^Your message (?:wasn't delivered|couldn't be delivered) to ([^\s@<>]+@[^\s@<>]+?) because",
    ],
};
