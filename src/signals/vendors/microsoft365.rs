//! What Microsoft 365 and Outlook.com writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "microsoft365",
    title: "Microsoft 365 and Outlook.com",
    source: "Sisimai 4.25 lib/sisimai/lhost/office365.rb; field X-MS-Exchange-Message-Is-Ndr measured on samples",
    forms: &[
        Form {
            code: "microsoft365-bounce",
            kind: Kind::Bounce,
            summary: "Microsoft 365: your message couldn't be delivered",
            marks: &[
                Mark::From("(?i)microsoftexchange329e71ec88ae4615bbc36ab6ce41109e@|postmaster@"),
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Text(
                    r"^Your message to .{3,160} couldn(?:'|’)t be delivered\.|^Your message couldn(?:'|’)t be delivered|^Delivery has failed to these recipients or groups:|^Ihre Nachricht an .{3,160} konnte nicht zugestellt werden\.|^Votre message (?:à|pour) .{3,160} n(?:'|’)a pas pu être remis\.",
                ),
                Mark::Text(
                    r"(?i)office ?365|Microsoft 365|outlook\.com|^Original Message Details$|Remote Server returned",
                ),
            ],
            shows: "bounce/microsoft365-bounce.eml",
            spares: "ordinary/microsoft365-lookalike.eml",
        },
        Form {
            code: "microsoft365-is-ndr",
            kind: Kind::Bounce,
            summary: "Microsoft 365 or Exchange: marks its own non-delivery report in the header",
            marks: &[
                Mark::Header("x-ms-exchange-message-is-ndr", "^"),
                Mark::ContentType("(?i)^multipart/report"),
            ],
            shows: "bounce/microsoft365-bounce.eml",
            spares: "ordinary/microsoft365-lookalike.eml",
        },
    ],
    breaks: &["^Original Message Headers$", "^Original message headers:$"],
    recipients: &[r"(?m)^Your message to ([^\s@<>]+@[^\s@<>]+?) couldn't be delivered\."],
};
