//! What Odoo writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "odoo",
    title: "Odoo",
    source: "Odoo addons/mail/models/mail_thread.py _routing_create_bounce_email and _generic_bounce_body_html",
    forms: &[Form {
        code: "odoo-rejected",
        kind: Kind::Bounce,
        summary: "Odoo: the address that you wrote to is a private one",
        marks: &[
            Mark::Header("message-id", "-openerp-"),
            Mark::Header("references", r"<\S"),
            Mark::Text(
                r"^The\s+following\s+email\s+sent\s+to\s+\S+\s+cannot\s+be\s+accepted\s+because\s+this\s+is\s+a\s+private\s+email\s+address\.",
            ),
        ],
        shows: "bounce/odoo-rejected.eml",
        spares: "ordinary/odoo-lookalike.eml",
    }],
    breaks: &[],
    recipients: &[r"(?m)^The\s+following\s+email\s+sent\s+to\s+(\S+@\S+)\s+cannot"],
};
