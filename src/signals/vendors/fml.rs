//! What fml writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "fml",
    title: "fml",
    source: "Sisimai 4.25 lib/sisimai/lhost/fml.rb",
    forms: &[Form {
        code: "fml-rejected",
        kind: Kind::Bounce,
        summary: "fml: a post was not accepted",
        marks: &[
            Mark::From("-admin@"),
            Mark::Header("x-mlserver", "(?i)fml"),
            Mark::Header("message-id", r"^<\d+\.FML"),
            Mark::Subject(
                r"(?i)NOT MEMBER article from|^reject mail|You \S+ are not member|^(?:Ignored )*NOT MEMBER|Loop (?:Alert|Back)|fml system error|spammer is rejected",
            ),
        ],
        shows: "bounce/fml-rejected.eml",
        spares: "ordinary/fml-lookalike.eml",
    }],
    breaks: &["^Original mail as follows:"],
    recipients: &[],
};
