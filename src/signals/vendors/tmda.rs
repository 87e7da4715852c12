//! What TMDA writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "tmda",
    title: "TMDA",
    source: "TMDA confirmation request, from memory; matches synthetic messages only, not yet checked against a real one",
    forms: &[
        Form {
            code: "tmda-challenge",
            kind: Kind::ChallengeResponse,
            summary: "TMDA: please confirm your message",
            marks: &[
                Mark::Subject("(?i)^(?:Please )?confirm(?: your message|ation)?"),
                Mark::Text(
                    r"^Your message attached below is being held because the address\s+<[^<>\s]+> has not been verified\.",
                ),
                Mark::Text(r"^\s+\S+-confirm-\d+\.\S+@\S+$"),
            ],
            shows: "challenge-response/tmda-confirm.eml",
            spares: "ordinary/tmda-lookalike.eml",
        },
        Form {
            code: "tmda-field",
            kind: Kind::ChallengeResponse,
            summary: "TMDA: confirmation request by its delivery agent",
            marks: &[
                Mark::Header("x-delivery-agent", "^TMDA/"),
                Mark::Header("reply-to", r"-confirm-\d+\."),
                Mark::Text("(?i)tmda|confirm"),
            ],
            shows: "challenge-response/tmda-confirm-de.eml",
            spares: "ordinary/tmda-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
