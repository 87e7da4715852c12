//! What OpenSMTPD writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "opensmtpd",
    title: "OpenSMTPD",
    source: "OpenSMTPD 6.8 usr.sbin/smtpd/bounce.c (Debian 12); measured on samples",
    forms: &[
        Form {
            code: "opensmtpd-bounce",
            kind: Kind::Bounce,
            summary: "OpenSMTPD: mail could not be delivered",
            marks: &[
                Mark::From("(?i)mailer[- ]daemon"),
                Mark::Subject("^Delivery status notification: (?:error|failed)$"),
                Mark::Text(
                    r"^\s*This is the MAILER-DAEMON, please DO NOT REPLY to this e-?mail\.$",
                ),
                Mark::Text(
                    r"An error has occurred while attempting to deliver a message for\s+the following list of recipients:",
                ),
            ],
            shows: "bounce/opensmtpd-bounce.eml",
            spares: "ordinary/opensmtpd-lookalike.eml",
        },
        Form {
            code: "opensmtpd-delay",
            kind: Kind::DeliveryNotice,
            summary: "OpenSMTPD: mail is delayed",
            marks: &[
                Mark::From("(?i)mailer[- ]daemon"),
                Mark::Subject("^Delivery status notification: (?:warning|delayed)$"),
                Mark::Text(
                    r"^\s*This is the MAILER-DAEMON, please DO NOT REPLY to this e-?mail\.$",
                ),
                Mark::Text(
                    r"A message is delayed for more than .{1,40} for the following\s+list of recipients:",
                ),
            ],
            shows: "delivery-notice/opensmtpd-delay.eml",
            spares: "ordinary/opensmtpd-lookalike.eml",
        },
        Form {
            code: "opensmtpd-success",
            kind: Kind::DeliveryNotice,
            summary: "OpenSMTPD: mail was delivered or relayed",
            marks: &[
                Mark::From("(?i)mailer[- ]daemon"),
                Mark::Subject("^Delivery status notification: (?:success|delivered|relayed)$"),
                Mark::Text(
                    r"^\s*This is the MAILER-DAEMON, please DO NOT REPLY to this e-?mail\.$",
                ),
                Mark::Text(
                    r"Your message was successfully (?:delivered|relayed) to these recipients\.",
                ),
            ],
            shows: "delivery-notice/opensmtpd-success.eml",
            spares: "ordinary/opensmtpd-lookalike.eml",
        },
    ],
    breaks: &[r"^\s*Below is a copy of the original message:$"],
    recipients: &[r"(?m)^([^\s@<>:]+@[^\s@<>:]+): "],
};
