//! What Phabricator writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "phabricator",
    title: "Phabricator",
    source: "Phabricator src/applications/metamta/storage/PhabricatorMetaMTAReceivedMail.php sendExceptionMail",
    forms: &[Form {
        code: "phabricator-error",
        kind: Kind::Bounce,
        summary: "Phabricator: your mail was not processed",
        marks: &[
            Mark::Subject(r"Error Processing Mail \("),
            Mark::Header("x-phabricator-sent-this-message", "(?i)^yes"),
            Mark::Text(
                r"^Your email to Phabricator was not processed, because an error occurred\s+while",
            ),
        ],
        shows: "bounce/phabricator-error.eml",
        spares: "ordinary/phabricator-lookalike.eml",
    }],
    breaks: &[r"^-- Original Message Headers -{10,}$"],
    recipients: &[],
};
