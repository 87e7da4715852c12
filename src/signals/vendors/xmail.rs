//! What XMail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "xmail",
    title: "XMail",
    source: "XMail source, writer of the notification ([<00>] to [<02>]); listar bounce parser",
    forms: &[Form {
        code: "xmail-bounce",
        kind: Kind::Bounce,
        summary: "XMail: bounce with recipient and error in brackets",
        marks: &[
            Mark::Text(r"^(?:\[<00>\] )?XMail bounce: Rcpt=\[[^\]]+\];Error=\["),
            Mark::From("(?i)postmaster|mailer-daemon|root@"),
        ],
        shows: "bounce/xmail-bounce.eml",
        spares: "ordinary/xmail-lookalike.eml",
    }],
    breaks: &[r"^\[<05>\] .*$"],
    recipients: &[r"Rcpt=\[([^\]\s]+)\]"],
};
