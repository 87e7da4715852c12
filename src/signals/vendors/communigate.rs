//! What CommuniGate Pro writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "communigate",
    title: "CommuniGate Pro",
    source: r#"PHPMailer-BMH bounce rules, which quote its reports ("Failed to deliver to", "module(account ...) reports")"#,
    forms: &[Form {
        code: "communigate-bounce",
        kind: Kind::Bounce,
        summary: "CommuniGate Pro: failed to deliver",
        marks: &[
            Mark::From("(?i)mailer-daemon|postmaster"),
            Mark::Text(r"^Failed to deliver to '[^'\s]+'$"),
            Mark::Text(
                r"^\s*[A-Z]{2,12} module\([^)]*\) reports:$|^\s*[A-Z]{2,12} module.{0,60} reports?:",
            ),
        ],
        shows: "bounce/communigate-bounce.eml",
        spares: "ordinary/communigate-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^Failed to deliver to '<?([^\s'<>]+@[^\s'<>]+?)>?'$"],
};
