//! What 0Spam writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "zerospam",
    title: "0Spam",
    source: "SpamAssassin rules/20_vbounce.cf (verify@0spam.com, www.0spam.com/v)",
    forms: &[Form {
        code: "zerospam-challenge",
        kind: Kind::ChallengeResponse,
        summary: "0Spam: verify so that your message is delivered",
        marks: &[
            Mark::From(r"(?i)<verify@0spam\.com>"),
            Mark::Text(r"(?i)https?://www\.0spam\.com/v"),
        ],
        shows: "challenge-response/zerospam-confirm.eml",
        spares: "ordinary/zerospam-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
