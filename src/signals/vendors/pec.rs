//! What posta elettronica certificata writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "pec",
    title: "posta elettronica certificata",
    source: "RFC 6109 sections 2.1.1, 3.1 to 3.4 and 4.1 (X-Ricevuta); Italian certified mail",
    forms: &[
        Form {
            code: "pec-delivered",
            kind: Kind::DeliveryNotice,
            summary: "PEC: accepted, taken over or delivered",
            marks: &[Mark::Header(
                "x-ricevuta",
                "(?i)^(?:accettazione|presa-in-carico|avvenuta-consegna)$",
            )],
            shows: "delivery-notice/pec-accettazione.eml",
            spares: "ordinary/pec-lookalike.eml",
        },
        Form {
            code: "pec-delayed",
            kind: Kind::DeliveryNotice,
            summary: "PEC: not delivered within twelve hours yet",
            marks: &[Mark::Header("x-ricevuta", "(?i)^preavviso-errore-consegna$")],
            shows: "delivery-notice/pec-preavviso.eml",
            spares: "ordinary/pec-lookalike.eml",
        },
        Form {
            code: "pec-failed",
            kind: Kind::Bounce,
            summary: "PEC: not accepted, not delivered, or a virus",
            marks: &[Mark::Header(
                "x-ricevuta",
                "(?i)^(?:non-accettazione|errore-consegna|rilevazione-virus)$",
            )],
            shows: "bounce/pec-errore-consegna.eml",
            spares: "ordinary/pec-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
