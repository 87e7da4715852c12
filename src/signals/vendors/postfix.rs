//! What Postfix writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "postfix",
    title: "Postfix",
    source: "Postfix 3.7.11 src/bounce/bounce_templates.c (Debian 12); measured on samples, of the translated phrases the German one; the others are guesses at templates of sites",
    forms: &[
        Form {
            code: "postfix-bounce",
            kind: Kind::Bounce,
            summary: "Postfix: mail could not be delivered",
            marks: &[
                Mark::From("(?i)mailer-daemon|mail delivery (?:sub)?system|postmaster"),
                Mark::Text(r"^This is the (?:mail system|.{1,60}? program) at host \S+\.?$"),
                Mark::Text(
                    r"(?:your message could not\s+(?:be\s+)?be delivered to one or more recipients|the message returned\s+below could not be delivered to one or more destinations)",
                ),
            ],
            shows: "bounce/postfix-bounce.eml",
            spares: "ordinary/postfix-lookalike.eml",
        },
        Form {
            code: "postfix-bounce-translated",
            kind: Kind::Bounce,
            summary: "Postfix: mail could not be delivered, told with a template of the site",
            marks: &[
                Mark::Header("from", "(?i)mail delivery system|mailer-daemon"),
                Mark::ContentType(
                    r#"(?i)^multipart/report.*boundary="?[0-9A-Za-z]{6,20}\.\d{9,10}/[^"\s]+"?"#,
                ),
                Mark::Text(
                    r"(?i)konnten?\s[^.]{0,160}?nicht\s+(?:zugestellt|ausgeliefert)\s+werden|n['’]a\s+pas\s+pu\s+être\s+(?:remis|délivré|distribué|livré)|no\s+(?:se\s+)?(?:ha\s+podido|pudo|puede)\s+(?:ser\s+)?(?:entrega|enviad)|non\s+è\s+stato\s+possibile\s+(?:consegnare|recapitare)|não\s+pôde\s+ser\s+entregue|kon\s+niet\s+worden\s+(?:bezorgd|afgeleverd)|kunde\s+inte\s+levereras|nie\s+mogł[ao]\s+(?:zostać|być)\s+dostarczon|(?:nelze|nebylo\s+možné)\s+doručit|не\s+может\s+быть\s+(?:доставлено|отправлено)|не\s+удалось\s+доставить|配[送信]できません|送信できません",
                ),
            ],
            shows: "bounce/postfix-bounce-de.eml",
            spares: "ordinary/postfix-lookalike-2.eml",
        },
        Form {
            code: "postfix-bounce-shape",
            kind: Kind::Bounce,
            summary: "Postfix: subject and boundary of its bounce, whatever the text and however broken the parts",
            marks: &[
                Mark::Header("from", "(?i)mail delivery system|mailer-daemon"),
                Mark::Subject("^Undelivered Mail Returned to Sender$"),
                Mark::ContentType(
                    r#"(?i)^multipart/report.*boundary="?[0-9A-Za-z.]{6,24}\.\d{9,11}/[^"\s]+"?"#,
                ),
            ],
            shows: "bounce/postfix-bounce.eml",
            spares: "ordinary/postfix-lookalike.eml",
        },
        Form {
            code: "postfix-delay",
            kind: Kind::DeliveryNotice,
            summary: "Postfix: mail is still being retried",
            marks: &[
                Mark::From("(?i)mailer-daemon|mail delivery (?:sub)?system|postmaster"),
                Mark::Text(r"^This is the (?:mail system|.{1,60}? program) at host \S+\.?$"),
                Mark::Text(
                    r"^# THIS IS A WARNING ONLY\.  YOU DO NOT NEED TO RESEND YOUR MESSAGE\. #$",
                ),
                Mark::Text(
                    r"Your message could not be delivered for (?:more than )?[\d.]+ (?:hours?|days?|minutes?)",
                ),
            ],
            shows: "delivery-notice/postfix-delay.eml",
            spares: "ordinary/postfix-lookalike.eml",
        },
        Form {
            code: "postfix-success",
            kind: Kind::DeliveryNotice,
            summary: "Postfix: mail was delivered, or a delivery report that was asked for (sendmail -bv, -v)",
            marks: &[
                Mark::From("(?i)mailer-daemon|mail delivery (?:sub)?system|postmaster"),
                Mark::Subject("^(?:Successful Mail Delivery Report|Mail Delivery Status Report)$"),
                Mark::Text(
                    r"Your message was successfully delivered to the destination\(s\)\s+listed below\.|Enclosed is the mail delivery report that you requested\.",
                ),
            ],
            shows: "delivery-notice/postfix-success.eml",
            spares: "ordinary/postfix-lookalike.eml",
        },
    ],
    breaks: &[],
    recipients: &[r"(?m)^<([^<>\s]+@[^<>\s]+)>(?: \(expanded from\s+<[^<>]+>\))?:\s"],
};
