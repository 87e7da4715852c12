//! What Zimbra writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "zimbra",
    title: "Zimbra",
    source: "Zimbra LMTP replies behind Postfix; from memory of the program, not yet checked against a real message",
    forms: &[Form {
        code: "zimbra-lmtp-bounce",
        kind: Kind::Bounce,
        summary: "Zimbra: the mailbox server refused the mail over LMTP",
        marks: &[
            Mark::From("(?i)mailer-daemon|mail delivery system"),
            Mark::Text(r"^This is the mail system at host \S+\.$"),
            Mark::Text(
                r"said:\s+(?:552\s+5\.2\.2\s+Over\s+quota|452\s+4\.2\.2\s+Over\s+quota|550\s+5\.1\.1\s+No\s+such\s+user\s+here|550\s+5\.7\.1\s+Message\s+refused)\s+\(in\s+reply\s+to\s+",
            ),
        ],
        shows: "bounce/zimbra-lmtp.eml",
        spares: "ordinary/zimbra-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>(?: \(expanded from\s+<[^<>]+>\))?:\s"],
};
