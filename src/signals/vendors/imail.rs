//! What Ipswitch IMail writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "imail",
    title: "Ipswitch IMail",
    source: "IMail 5 to 8 (X-Mailer <SMTP32 v…>); measured on samples",
    forms: &[
        Form {
            code: "imail-bounce",
            kind: Kind::Bounce,
            summary: "IMail: undeliverable mail",
            marks: &[
                Mark::From("(?i)postmaster"),
                Mark::Subject(r"^Undeliverable Mail\s*$"),
                Mark::Text(
                    r"^(?:Unknown user|User unknown|Invalid final delivery userid|Delivery failed \d+ attempts|User mailbox exceeds allowed size|Unknown host): ?\S+|^undeliverable\s+to\s+\S+@\S+",
                ),
            ],
            shows: "bounce/imail-bounce.eml",
            spares: "ordinary/imail-lookalike.eml",
        },
        Form {
            code: "imail-mailer",
            kind: Kind::Bounce,
            summary: "IMail: undeliverable mail by its own mailer",
            marks: &[
                Mark::Header("x-mailer", "^<SMTP32 v"),
                Mark::Subject(r"^Undeliverable Mail\s*$"),
            ],
            shows: "bounce/imail-bounce.eml",
            spares: "ordinary/imail-lookalike.eml",
        },
    ],
    breaks: &[r"^Original message follows\.$"],
    recipients: &[
        r"(?m)^(?:Unknown user|User unknown|Invalid final delivery userid|Delivery failed \d+ attempts|User mailbox exceeds allowed size|Delivery userid|No such user): ?<?([^\s@<>]+@[^\s@<>]+?)>?$",
        r"(?m)^undeliverable\s+to\s+<?([^\s@<>]+@[^\s@<>]+?)>?\s*$",
    ],
};
