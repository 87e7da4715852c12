//! What CipherTrust IronMail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "ironmail",
    title: "CipherTrust IronMail",
    source: "IronMail 6 (later McAfee Email Gateway); measured on a sample",
    forms: &[Form {
        code: "ironmail-bounce",
        kind: Kind::Bounce,
        summary: "IronMail: delivery status failed",
        marks: &[
            Mark::ContentType(r#"(?i)^multipart/report.*boundary="?C-I-P-H-E-R-T-R-U-S-T-"#),
            Mark::Text(r"^Delivery status : Failed\."),
        ],
        shows: "bounce/ironmail-bounce.eml",
        spares: "ordinary/ironmail-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^Regarding recipient\(s\) : ([^\s@<>]+@[^\s@<>]+)$"],
};
