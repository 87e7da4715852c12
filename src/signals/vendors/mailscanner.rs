//! What MailScanner writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailscanner",
    title: "MailScanner",
    source: "MailScanner reports sender.spam, sender.content, sender.size, sender.virus, sender.filename and rejection in English, German, Spanish and Dutch",
    forms: &[
        Form {
            code: "mailscanner-rejected",
            kind: Kind::Bounce,
            summary: "MailScanner: what you sent was rejected",
            marks: &[
                Mark::Ending("-mailscanner", "^generated"),
                Mark::Text(
                    r"triggered by a message you sent:-|durch eine(?:\s+von\s+Ihnen\s+gesendete)?\s+Nachricht(?:\s+von\s+Ihnen)?\s+ausgelöst:|^Eine unerwünschte E-Mail,\s+die wir von Ihnen erhalten haben|ha sido activado por un mensaje enviado por Usted:|reageerde op een bericht dat u heeft verzonden:",
                ),
            ],
            shows: "bounce/mailscanner-rejected.eml",
            spares: "ordinary/mailscanner-lookalike.eml",
        },
        Form {
            code: "mailscanner-spam",
            kind: Kind::Bounce,
            summary: "MailScanner: what you sent was rejected as spam",
            marks: &[
                Mark::Ending("-mailscanner", "^generated"),
                Mark::Subject(r"^(?:\{Bounce\} )?Unsolicited commercial email rejected"),
                Mark::Text("triggered by a message you sent:-"),
            ],
            shows: "bounce/mailscanner-rejected.eml",
            spares: "ordinary/mailscanner-lookalike.eml",
        },
        Form {
            code: "mailscanner-too-large",
            kind: Kind::Bounce,
            summary: "MailScanner: what you sent was too large",
            marks: &[
                Mark::Ending("-mailscanner", "^generated"),
                Mark::Subject("^Zu große E-?[Mm]ail wurde abgeleh"),
                Mark::Text(r"Nachricht(?:\s+von\s+Ihnen)?\s+ausgelöst:"),
            ],
            shows: "bounce/mailscanner-too-large.eml",
            spares: "ordinary/mailscanner-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^\s+(?:To|An|A|Aan): (\S+@\S+)$"],
};
