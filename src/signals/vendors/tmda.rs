//! What TMDA writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "tmda",
    title: "TMDA",
    source: "TMDA 1.1 and 1.3 templates confirm_request.txt and bounce_incoming.txt",
    forms: &[
        Form {
            code: "tmda-challenge",
            kind: Kind::ChallengeResponse,
            summary: "TMDA: please confirm your message",
            marks: &[
                Mark::Subject("(?i)^(?:Please )?confirm(?: your message|ation)?"),
                Mark::Text(
                    r"^Your message attached below is being held because the address\s+<[^<>\s]+> has not been verified\.|^was not delivered because your address was not recognized\.",
                ),
                Mark::Text(r"^\s*<?(?:mailto:)?\S+-confirm-\d+\.\S+@\S+$"),
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
        Form {
            code: "tmda-bounce",
            kind: Kind::Bounce,
            summary: "TMDA: message rejected by recipient",
            marks: &[
                Mark::Subject("^Mail delivery failed: returning message to sender$"),
                Mark::Text(
                    r"^This message was created automatically by mail delivery software \(TMDA\)\.",
                ),
                Mark::Text(r"^Message rejected by recipient\."),
            ],
            shows: "bounce/tmda-bounce.eml",
            spares: "ordinary/tmda-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>:\s*$"],
};
