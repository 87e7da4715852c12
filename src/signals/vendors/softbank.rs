//! What SoftBank (Vodafone) Japan writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "softbank",
    title: "SoftBank (Vodafone) Japan",
    source: "SoftBank Mobile gateway; measured on samples of 2008 and 2009",
    forms: &[Form {
        code: "softbank-bounce",
        kind: Kind::Bounce,
        summary: "SoftBank: non delivery notification",
        marks: &[
            Mark::From(r"(?i)mailer-daemon@(?:[a-z0-9-]+\.)*(?:softbank|vodafone)\.ne\.jp"),
            Mark::Subject("^Non Delivery Notification$"),
        ],
        shows: "bounce/softbank-bounce.eml",
        spares: "ordinary/softbank-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>\s*$"],
};
