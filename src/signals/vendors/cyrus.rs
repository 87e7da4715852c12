//! What Cyrus IMAP writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "cyrus",
    title: "Cyrus IMAP",
    source: "Cyrus IMAP 3.6.1 imap/lmtp_sieve.c send_rejection (Debian 12)",
    forms: &[Form {
        code: "cyrus-reject",
        kind: Kind::Bounce,
        summary: "Cyrus: message was automatically rejected by Sieve",
        marks: &[
            Mark::From("^Mail Sieve Subsystem <"),
            Mark::Text(
                r"^Your message was automatically rejected by Sieve, a mail\s+filtering language\.",
            ),
        ],
        shows: "bounce/cyrus-reject.eml",
        spares: "ordinary/cyrus-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
