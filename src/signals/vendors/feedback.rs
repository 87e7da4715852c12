//! What Feedback loops (ARF, JMRP) writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "feedback",
    title: "Feedback loops (ARF, JMRP)",
    source: "RFC 5965, RFC 6591; AOL, Yahoo and Microsoft JMRP measured on samples",
    forms: &[
        Form {
            code: "feedback-abuse",
            kind: Kind::FeedbackReport,
            summary: "Abuse report in its standard form",
            marks: &[
                Mark::ContentType(r#"(?i)^multipart/report.*report-type="?feedback-report"#),
                Mark::Text(
                    "(?i)^This is an? (?:email abuse|spam|opt-out|e-mail abuse|abuse) report for an? e?-?mail message|^This is a (?:sample )?abuse report|feedback report|abuse report|complaint",
                ),
            ],
            shows: "feedback-report/feedback-abuse.eml",
            spares: "ordinary/feedback-lookalike.eml",
        },
        Form {
            code: "feedback-aol",
            kind: Kind::FeedbackReport,
            summary: "AOL and others: Email Feedback Report for IP",
            marks: &[
                Mark::ContentType(r#"(?i)^multipart/report.*report-type="?feedback-report"#),
                Mark::Subject("^Email Feedback Report for IP "),
            ],
            shows: "feedback-report/feedback-aol.eml",
            spares: "ordinary/feedback-lookalike.eml",
        },
        Form {
            code: "feedback-yahoo",
            kind: Kind::FeedbackReport,
            summary: "Yahoo: complaint feedback loop",
            marks: &[
                Mark::From(r"(?i)feedback@arf\.mail\.yahoo\.com"),
                Mark::ContentType(r#"(?i)^multipart/report.*report-type="?feedback-report"#),
            ],
            shows: "feedback-report/feedback-yahoo.eml",
            spares: "ordinary/feedback-lookalike.eml",
        },
        Form {
            code: "feedback-jmrp",
            kind: Kind::FeedbackReport,
            summary: "Microsoft JMRP: complaint about message from",
            marks: &[
                Mark::From(r"(?i)staff@(?:hotmail|outlook)\.com"),
                Mark::Subject("^complaint about message from "),
            ],
            shows: "feedback-report/feedback-jmrp.eml",
            spares: "ordinary/feedback-lookalike-2.eml",
        },
        Form {
            code: "feedback-auth-failure",
            kind: Kind::FeedbackReport,
            summary: "Authentication failure report (RFC 6591)",
            marks: &[
                Mark::ContentType(r#"(?i)^multipart/report.*report-type="?feedback-report"#),
                Mark::Text(
                    "(?i)^This is an? (?:(?:email|spf|dkim|dmarc)[ /a-z]* )?authentication failure report",
                ),
            ],
            shows: "feedback-report/feedback-auth-failure.eml",
            spares: "ordinary/feedback-lookalike-2.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
