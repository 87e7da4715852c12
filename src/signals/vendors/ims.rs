//! What Oracle (Sun) Messaging Server, PMDF writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ims",
    title: "Oracle (Sun) Messaging Server, PMDF",
    source: "Sun Java System Messaging Server 6.3 Administration Guide 10.10 (return_*.txt); Sisimai 5 lib/sisimai/lhost/messagingserver.rb; Sympa 6.2.70 ProcessBounce.pm (PMDF)",
    forms: &[
        Form {
            code: "ims-bounce",
            kind: Kind::Bounce,
            summary: "Sun/Oracle Messaging Server: delivery has failed",
            marks: &[
                Mark::From("(?i)internet mail delivery|postmaster|mailer-daemon"),
                Mark::Subject(
                    "^Delivery Notification: Delivery (?:has failed|has timed out and failed)",
                ),
                Mark::Text(
                    "^This report relates to a message you sent with the following header fields:$|^Your message (?:cannot be delivered|is being returned)",
                ),
            ],
            shows: "bounce/ims-bounce.eml",
            spares: "ordinary/ims-lookalike.eml",
        },
        Form {
            code: "ims-delay",
            kind: Kind::DeliveryNotice,
            summary: "Sun/Oracle Messaging Server: delivery has been delayed",
            marks: &[
                Mark::From("(?i)internet mail delivery|postmaster|mailer-daemon"),
                Mark::Subject("^Delivery Notification: Delivery has been delayed"),
            ],
            shows: "delivery-notice/ims-delay.eml",
            spares: "ordinary/ims-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^\s*Recipient address: ([^\s@<>]+@[^\s@<>]+)$"],
};
