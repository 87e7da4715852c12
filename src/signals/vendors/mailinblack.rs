//! What MailInBlack writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailinblack",
    title: "MailInBlack",
    source: "SpamAssassin rules/20_vbounce.cf (boundary mUlTiPaRtBoUnDaRy_MailInBlack); its senders invitations.mailinblack.com as public filters know them",
    forms: &[
        Form {
            code: "mailinblack-boundary",
            kind: Kind::ChallengeResponse,
            summary: "MailInBlack: its boundary",
            marks: &[Mark::ContentType("mUlTiPaRtBoUnDaRy_MailInBlack")],
            shows: "challenge-response/mailinblack-boundary.eml",
            spares: "ordinary/mailinblack-lookalike.eml",
        },
        Form {
            code: "mailinblack-invitation",
            kind: Kind::ChallengeResponse,
            summary: "MailInBlack: an invitation to authenticate",
            marks: &[
                Mark::From(r"(?i)@(?:invitations\.mailinblack\.com|mib\.)"),
                Mark::Text("(?i)cliqu|click|d[ée]livrer"),
            ],
            shows: "challenge-response/mailinblack-invitation.eml",
            spares: "ordinary/mailinblack-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
