//! What BoxTrapper writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "boxtrapper",
    title: "BoxTrapper",
    source: r#"cPanel BoxTrapper, its default template "verify" (field X-Boxtrapper, subject with verify#id); SpamAssassin rules/20_vbounce.cf"#,
    forms: &[
        Form {
            code: "boxtrapper-challenge",
            kind: Kind::ChallengeResponse,
            summary: "BoxTrapper: your email requires verification",
            marks: &[
                Mark::Subject("(?i)^Your email requires verification verify[#:][A-Za-z0-9_-]+"),
                Mark::Text(
                    r"^The message you sent requires that you verify that you\s+are a real live human being and not a spam source\.",
                ),
            ],
            shows: "challenge-response/boxtrapper-verify.eml",
            spares: "ordinary/boxtrapper-lookalike.eml",
        },
        Form {
            code: "boxtrapper-field",
            kind: Kind::ChallengeResponse,
            summary: "BoxTrapper: its field, and a token in the subject",
            marks: &[
                Mark::Header("x-boxtrapper", r"\S"),
                Mark::Subject("verify[#:][A-Za-z0-9_-]{8,}"),
            ],
            shows: "challenge-response/boxtrapper-verify-pt.eml",
            spares: "ordinary/boxtrapper-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
