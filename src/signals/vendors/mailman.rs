//! What GNU Mailman writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "mailman",
    title: "GNU Mailman",
    source: "Mailman 3.3.8 and 3.3.10 app/moderator.py, handlers/replybot.py, templates list:user:notice:refuse and list:user:notice:rejected and their catalogues; Mailman 2.1.39 Handlers/Moderate.py, Handlers/Replybot.py and its catalogues",
    forms: &[
        Form {
            code: "mailman-refused",
            kind: Kind::Bounce,
            summary: "Mailman: your posting was rejected",
            marks: &[
                Mark::Subject(r#"^Request to mailing list .{1,200} rejected$"#),
                Mark::Text(
                    r"has been rejected by the\s+(?:list moderator|.{1,200} list (?:moderator|administrator))",
                ),
            ],
            shows: "bounce/mailman-refused.eml",
            spares: "ordinary/mailman-lookalike.eml",
        },
        Form {
            code: "mailman-rejected",
            kind: Kind::Bounce,
            summary: "Mailman: your message was rejected, with the message attached",
            marks: &[
                Mark::From("(?i)-(?:owner|bounces)@"),
                Mark::Text(
                    r"^Your message to the .{1,200} mailing-list was rejected for the following\s+reasons:",
                ),
                Mark::Text(r"^The original message as received by Mailman is attached\."),
            ],
            shows: "bounce/mailman-rejected.eml",
            spares: "ordinary/mailman-lookalike.eml",
        },
        Form {
            code: "mailman-not-allowed",
            kind: Kind::Bounce,
            summary: "Mailman: you may not post to this list",
            marks: &[
                Mark::Header("x-list-administrivia", "(?i)^yes"),
                Mark::Text(
                    r"^You are not allowed to post to this mailing list,\s+and your message has\s+been\s+automatically rejected",
                ),
            ],
            shows: "bounce/mailman-not-allowed.eml",
            spares: "ordinary/mailman-lookalike.eml",
        },
        Form {
            code: "mailman-refused-translated",
            kind: Kind::Bounce,
            summary: "Mailman 3: your posting was rejected, in the languages of its catalogues",
            marks: &[
                Mark::From("(?i)-bounces@"),
                Mark::Header("precedence", "(?i)^bulk"),
                Mark::Subject(
                    "^(?:Request to mailing list .{1,200} rejected$|S'ha rebutjat la sol·licitud a la llista de correu .|Požadavek na mailing-list .{1,200} byl zamítnut$|Anfrage an die Mailingliste .{1,200} abgelehnt$|Solicitud a lista de correo .{1,200} rechazada$|Demande à la liste de diffusion .{1,200} rejetée$|הבקשה לרשימת הדיוור .{1,200} נדחתה$|.{1,200} levelezőlistára küldött lekérdezés elutasítva$|La richiesta alla lista .{1,200} è stata rifiutata$|메일 링리스트 .{1,200}에 대한 요청이 거부되었습니다$|Demanda a la lista de difusion .{1,200} regetada$|Solicitação para a lista de discussão .{1,200} rejeitada$|.{1,200} posta listesine istek reddedildi$|对邮件列表.{1,200}的请求已被拒绝$)",
                ),
                Mark::Text(
                    r"has\s+been\s+rejected\s+by\s+the\s+list\s+moderator|has\s+estat\s+rebutjada\s+pel\s+moderador\s+de\s+la\s+llista|byl\s+odmítnut\s+moderátorem|wurde\s+von\s+einer\s+Moderator\*in\s+mit\s+folgender\s+Begründung\s+abgelehnt|ha\s+sido\s+rechazada\s+por\s+el\s+moderador\s+de\s+la\s+lista|a\s+été\s+rejetée\s+par\s+le\s+modérateur\s+de\s+la\s+liste|נדחתה\s+על\s+ידי\s+אחד\s+ממפקחי\s+הרשימה|è\s+stata\s+rifiutata\s+dal\s+moderatore\s+della\s+lista|목록\s+중재자에\s+의해\s+거부되었습니다|foi\s+rejeitada\s+pelo\s+moderador\s+da\s+lista|bola\s+odmietnutá\s+moderátorom\s+konferencie|liste\s+moderatörü\s+tarafından\s+reddedildi|已被列表版主拒绝",
                ),
            ],
            shows: "bounce/mailman-refused-it.eml",
            spares: "ordinary/mailman-lookalike-2.eml",
        },
        Form {
            code: "mailman-refused-2",
            kind: Kind::Bounce,
            summary: "Mailman 2: your posting was rejected, in the languages of its catalogues",
            marks: &[
                Mark::Header("x-mailman-version", r"^2\."),
                Mark::Header("x-list-administrivia", "(?i)^yes"),
                Mark::Text(
                    r"wurde\s+vom\s+Listenmoderator\s+mit\s+folgender\s+Begründung\s+abgewiesen|a\s+été\s+rejetée\s+par\s+le\s+modérateur\s+de\s+la\s+liste|был\s+отклонен\s+модератором\s+списка\s+рассылки|ha\s+sido\s+rechazada\s+por\s+el\s+moderador|è\s+stata\s+rifiutata\s+dal\s+moderatore|została\s+odrzucona\s+przez\s+moderatora|avslogs\s+av\s+listmoderatorn",
                ),
            ],
            shows: "bounce/mailman-refused-de.eml",
            spares: "ordinary/mailman-lookalike-2.eml",
        },
        Form {
            code: "mailman-replybot",
            kind: Kind::AutoReply,
            summary: "Mailman: automatic reply of a list",
            marks: &[
                Mark::Header("x-mailer", "^The Mailman Replybot"),
                Mark::Header("x-ack", "(?i)^no"),
            ],
            shows: "auto-reply/mailman-replybot.eml",
            spares: "ordinary/mailman-lookalike-3.eml",
        },
        Form {
            code: "mailman-replybot-translated",
            kind: Kind::AutoReply,
            summary: "Mailman: automatic reply of a list whose catalogue translates the name of the program",
            marks: &[
                Mark::Header("x-ack", "(?i)^no"),
                Mark::Header("x-mailer", r"\S"),
                Mark::Header("precedence", "(?i)^bulk"),
                Mark::From("^<[^<>@]*-bounces@"),
            ],
            shows: "auto-reply/mailman-replybot-fi.eml",
            spares: "ordinary/mailman-lookalike-3.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
