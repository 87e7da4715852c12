//! What Sympa writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "sympa",
    title: "Sympa",
    source: "Sympa 6.2.70 default/mail_tt2: reject.tt2 and its catalogues, your_infected_msg.tt2, delivery_status_notification.tt2, list_unknown.tt2 (Debian 12)",
    forms: &[
        Form {
            code: "sympa-refused",
            kind: Kind::Bounce,
            summary: "Sympa: your message for the list was rejected",
            marks: &[
                Mark::From("(?i)sympa|-(?:request|owner|editor)@"),
                Mark::Text(
                    r"^(?:This is an automatic response sent by Sympa Mailing Lists Manager\.|Your message (?:for list '?[^'\n]{1,100}'? )?\(attached below\) was rejected\.|Your message for list .{1,100} has been rejected|Votre message .{0,100}a été (?:rejeté|refusé))",
                ),
            ],
            shows: "bounce/sympa-refused.eml",
            spares: "ordinary/sympa-lookalike.eml",
        },
        Form {
            code: "sympa-rejected",
            kind: Kind::Bounce,
            summary: "Sympa: a moderator rejected your message, in the languages of its catalogues",
            marks: &[
                Mark::Header("message-id", r"^<sympa\.\d"),
                Mark::Header("auto-submitted", "(?i)^auto-"),
                Mark::Text(
                    r"^(?:Your\s+message\s+for\s+list\s+\S+@\S+\s+has\s+been\s+rejected\s+by\s+the\s+moderator\s+\(|El\s+vostre\s+missatge\s+per\s+a\s+la\s+llista\s+\S+@\S+\s+ha\s+estat\s+rebutjat\s+pel\s+moderador\s+\(|Vase\s+zprava\s+pro\s+konferenci\s+\S+@\S+\s+byla\s+zamitnuta\s+moderatorem\s+\(|Ihre\s+Nachricht\s+an\s+die\s+Liste\s+\S+@\S+\s+wurde\s+durch\s+den\s+Moderator\s+\(|Το\s+μήνυμά\s+σας\s+για\s+τη\s+λίστα\s+\S+@\S+\s+έχει\s+απορριφθεί\s+από\s+τον\s+συντονιστή\s+\(|Tu\s+mensaje\s+para\s+la\s+lista\s+\S+@\S+\s+fue\s+rechazado\s+por\s+el\s+moderador\s+\(|Teie\s+kiri\s+listi\s+\S+@\S+\s+lükati\s+tagasi\s+moderaatori\s+\(|Moderatzaileak\s+\(\S+\)\s+\S+@\S+\s+zerrendara\s+bidali\s+duzun\s+mezua\s+gaitzetsi\s+du|Viestisi\s+listalle\s+\S+@\S+\s+on\s+hylätty\s+tarkistuksessa\s+\(|Votre\s+message\s+pour\s+la\s+liste\s+\S+@\S+\s+a\s+été\s+rejeté\s+par\s+\S+,\s+modérateur\s+de\s+la\s+liste|A\s+túa\s+mensaxe\s+para\s+a\s+lista\s+\S+@\S+\s+foi\s+rexeitada\s+polo\s+moderador\s+\(|A\(z\)\s+\S+@\S+\s+listára\s+küldött\s+levelének\s+megjelenését\s+a\s+szerkesztő\s+\(|Il\s+tuo\s+messaggio\s+per\s+la\s+lista\s+\S+@\S+\s+è\s+stato\s+rifiutato\s+dal\s+moderatore\s+\(|あなたがメーリングリスト\s+\S+@\S+\s+へ送ったメッセージは、モデレータ\s+\(|중재자\(\S+\)가\s+메일링\s+리스트\s+를\s+위한\s+메시지\s+\S+@\S+\s+거부했습니다|Uw\s+bericht\s+voor\s+de\s+lijst\s+\S+@\S+\s+is\s+afgewezen\s+door\s+de\s+moderator\s+\(|Vòstre\s+messatge\s+per\s+la\s+lista\s+\S+@\S+\s+es\s+refusat\s+per\s+\S+,\s+moderator\s+de\s+la\s+lista|Twoja\s+wiadomość\s+wysłana\s+na\s+listę\s+\S+@\S+\s+została\s+odrzucona\s+przez\s+moderatora\s+\(|Sua\s+mensagem\s+para\s+a\s+lista\s+\S+@\S+\s+foi\s+rejeitada\s+pelo\s+moderador\s+\(|Ваше\s+сообщение\s+в\s+рассылку\s+\S+@\S+\s+было\s+отвергнуто\s+модератором\s+\(|Ditt\s+meddelande\s+till\s+listan\s+\S+@\S+\s+har\s+avslagits\s+av\s+moderatorn\s+\(|Thư\s+của\s+bạn\s+cho\s+hộp\s+thư\s+chung\s+\S+@\S+\s+đã\s+bị\s+từ\s+chối\s+bởi\s+điều\s+tiết\s+viên\s+\(|邮件列表[^\s@]+@\S+?的邮件\s*被监管员（|郵件列表[^\s@]+@\S+?的郵件\s*被監管員（)",
                ),
            ],
            shows: "bounce/sympa-rejected-nl.eml",
            spares: "ordinary/sympa-lookalike-2.eml",
        },
        Form {
            code: "sympa-infected",
            kind: Kind::Bounce,
            summary: "Sympa: a virus was found in your message, which was blocked",
            marks: &[
                Mark::Header("message-id", r"^<sympa\.\d"),
                Mark::Subject("^A virus in your email"),
                Mark::Text(r"^Delivery of this message has been blocked\."),
            ],
            shows: "bounce/sympa-infected.eml",
            spares: "ordinary/sympa-lookalike-2.eml",
        },
    ],
    breaks: &[],
    recipients: &[],
};
