//! What Yahoo writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "yahoo",
    title: "Yahoo",
    source: "Yahoo Mail and Yahoo! Japan (qmail-derived); measured on samples of 2008 to 2021",
    forms: &[
        Form {
            code: "yahoo-bounce",
            kind: Kind::Bounce,
            summary: "Yahoo: unable to deliver message to the following addresses",
            marks: &[
                Mark::From("(?i)mailer-daemon@"),
                Mark::Subject(
                    "(?i)^(?:delivery failure|failure delivery|failed delivery|failure notice|permanent delivery failure)$",
                ),
                Mark::Text(
                    r"^Message from\s+\S+\.\s+Unable to deliver message to the following address\(es\)\.",
                ),
            ],
            shows: "bounce/yahoo-jp.eml",
            spares: "ordinary/yahoo-lookalike.eml",
        },
        Form {
            code: "yahoo-sorry",
            kind: Kind::Bounce,
            summary: "Yahoo since 2013: sorry, we were unable to deliver your message",
            marks: &[
                Mark::From(r"(?i)mailer-daemon@yahoo\."),
                Mark::Text(
                    r"^Sorry, we were unable to deliver your message to the following address(?:es)?\.|^\s*I'm afraid I wasn't able to deliver the following message\.",
                ),
            ],
            shows: "bounce/yahoo-sorry.eml",
            spares: "ordinary/yahoo-lookalike.eml",
        },
    ],
    breaks: &[
        r"^-{3} Original message follows\.$",
        r"^-{3} ?Below this line is a copy of the message\.$",
    ],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>:\s*"],
};
