//! What 0Spam writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "zerospam",
    title: "0Spam",
    source: "0Spam: Message-ID at 0spam.com, from memory; the sample text is ours, not yet checked against a real message",
    forms: &[Form {
        code: "zerospam-challenge",
        kind: Kind::ChallengeResponse,
        summary: "0Spam: confirm so that your message is delivered",
        marks: &[Mark::Header("message-id", r"(?i)@0spam\.com>?$"), Mark::Text("(?i)0spam")],
        shows: "challenge-response/zerospam-confirm.eml",
        spares: "ordinary/zerospam-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[],
};
