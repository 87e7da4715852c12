//! What Trend Micro InterScan writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "interscan",
    title: "Trend Micro InterScan",
    source: "Sisimai 5 lib/sisimai/lhost/trendmicro.rb; boundary TMMSG_ measured on samples",
    forms: &[
        Form {
            code: "interscan-bounce",
            kind: Kind::Bounce,
            summary: "InterScan: unable to deliver message",
            marks: &[
                Mark::From("(?i)interscan|imss|imsva"),
                Mark::Subject(
                    "(?i)^(?:mail could not be delivered|.{0,60}(?:undeliverable|delivery (?:failed|failure)).{0,60}|メッセージを配信できません。|メール配信に失敗しました.?)$",
                ),
                Mark::Text(r"^\s*(?:Unable to deliver message to|Sent\s+<<< |Received\s+>>> )"),
            ],
            shows: "bounce/interscan-bounce.eml",
            spares: "ordinary/interscan-lookalike.eml",
        },
        Form {
            code: "interscan-virtual",
            kind: Kind::Bounce,
            summary: "InterScan with its own boundary: addresses had permanent delivery errors",
            marks: &[
                Mark::From("(?i)mailer-daemon|postmaster|mail delivery"),
                Mark::ContentType(r#"(?i)^multipart/.*boundary="?TMMSG_"#),
                Mark::Text("^-{3,5} The following addresses had permanent delivery errors -{3,5}$"),
            ],
            shows: "bounce/interscan-tmmsg.eml",
            spares: "ordinary/interscan-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[
        r"(?m)^(?:Unable to deliver message to|Sent\s+<<< RCPT TO:)\s*<([^<>\s]+@[^<>\s]+)>",
    ],
};
