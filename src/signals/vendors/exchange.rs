//! What Microsoft Exchange writes. Pure table; decides nothing.

use super::{Form, Mark, Vendor};
use crate::signals::Kind;

pub(super) const VENDOR: Vendor = Vendor {
    name: "exchange",
    title: "Microsoft Exchange",
    source: "IMS 5.5, SMTPSVC and Exchange 2007 measured on samples in English, some in French; flufl.bounce 6.0 exchange.py and microsoft.py. The relay, delay and delivered forms and the other languages have no source beyond the strings of the products",
    forms: &[
        Form {
            code: "exchange-ims-bounce",
            kind: Kind::Bounce,
            summary: "Exchange 5.5 Internet Mail Service: did not reach the recipients",
            marks: &[
                Mark::From(
                    "(?i)mailer-daemon|postmaster|mail delivery (?:sub)?system|system administrator|mail ?administrator",
                ),
                Mark::Subject(
                    r"(?i)^(?:Undeliverable|Unzustellbar|Non remis|Non ?recapitabile|No se puede entregar|Onbestelbaar|Niet bezorgd|Não é possível entregar|Não ?entregue|Não pode ser entregue|Kan inte levereras|Oöverförbart|Ikke leveret|Kan ikke leveres|Nie można dostarczyć|Niedostarczalne|Nedoručitelné|Nelze doručit|Не удается доставить|Недоставлено|配信不能|配信不可|无法送达|未送达|未傳遞的主旨)\s?[:：]",
                ),
                Mark::Text(
                    r"^(?:did not reach the following recipient\(s\):|hat folgende Empfänger nicht erreicht:|n'a pas été remis aux destinataires suivants|konnte (?:den folgenden Empfänger|folgende Empfänger) nicht erreich)",
                ),
            ],
            shows: "bounce/exchange-ims.eml",
            spares: "ordinary/exchange-lookalike.eml",
        },
        Form {
            code: "exchange-smtp-bounce",
            kind: Kind::Bounce,
            summary: "Exchange 2000/2003 and IIS SMTP service: delivery failed",
            marks: &[
                Mark::From("(?i)postmaster|mailer-daemon|mail delivery"),
                Mark::Text(
                    r"^(?:This is an automatically generated Delivery Status Notification\.?|Dies ist eine automatisch erstellte Benachrichtigung .{1,6}ber den Zustellstatus\.|Ceci est une notification .{5,40} automatiquement.*|.*notificaci.n de estado de entrega generada autom.ticamente.*|.*notifica (?:automatica )?sullo stato del recapito.*)",
                ),
                Mark::Text(
                    "^(?:Delivery to the following recipients (?:failed|was aborted)|Unable to deliver message to the following recipients|.{1,6}bermittlung an folgende Empf.{1,6}nger fehlgeschlagen|.*chec de la remise aux destinataires suivants|Error de la entrega a los siguientes destinatarios|.*recapito .{0,20}ai seguenti destinatari)",
                ),
            ],
            shows: "bounce/exchange-smtp-de.eml",
            spares: "ordinary/exchange-lookalike-2.eml",
        },
        Form {
            code: "exchange-smtp-delay",
            kind: Kind::DeliveryNotice,
            summary: "Exchange 2000/2003 and IIS SMTP service: delivery is delayed",
            marks: &[
                Mark::From("(?i)postmaster|mailer-daemon"),
                Mark::Text(
                    r"^(?:This is an automatically generated Delivery Status Notification\.?|Dies ist eine automatisch erstellte Benachrichtigung .{1,6}ber den Zustellstatus\.|Ceci est une notification .{5,40} automatiquement.*|.*notificaci.n de estado de entrega generada autom.ticamente.*|.*notifica (?:automatica )?sullo stato del recapito.*)",
                ),
                Mark::Text(
                    "^(?:Delivery to the following recipients has been delayed|Die .{1,6}bermittlung an folgende Empf.{1,6}nger wurde verz.{1,6}gert)",
                ),
            ],
            shows: "delivery-notice/exchange-smtp-delay.eml",
            spares: "ordinary/exchange-lookalike-2.eml",
        },
        Form {
            code: "exchange-smtp-relay",
            kind: Kind::DeliveryNotice,
            summary: "Exchange 2000/2003 SMTP service: delivered, or relayed to a system without notices",
            marks: &[
                Mark::From("(?i)postmaster|mailer-daemon"),
                Mark::Text(
                    r"^(?:This is an automatically generated Delivery Status Notification\.?|Dies ist eine automatisch erstellte Benachrichtigung .{1,6}ber den Zustellstatus\.|Ceci est une notification .{5,40} automatiquement.*|.*notificaci.n de estado de entrega generada autom.ticamente.*|.*notifica (?:automatica )?sullo stato del recapito.*)",
                ),
                Mark::Text(
                    "^Your message has been successfully (?:relayed|delivered) to the following recipients",
                ),
            ],
            shows: "delivery-notice/exchange-smtp-relay.eml",
            spares: "ordinary/exchange-lookalike-2.eml",
        },
        Form {
            code: "exchange-ndr",
            kind: Kind::Bounce,
            summary: "Exchange 2007 and later: non-delivery report in any of its languages",
            marks: &[
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Subject(
                    r"(?i)^(?:Undeliverable|Unzustellbar|Non remis|Non ?recapitabile|No se puede entregar|Onbestelbaar|Niet bezorgd|Não é possível entregar|Não ?entregue|Não pode ser entregue|Kan inte levereras|Oöverförbart|Ikke leveret|Kan ikke leveres|Nie można dostarczyć|Niedostarczalne|Nedoručitelné|Nelze doručit|Не удается доставить|Недоставлено|配信不能|配信不可|无法送达|未送达|未傳遞的主旨)\s?[:：]",
                ),
                Mark::Text(
                    r"^(?:Diagnostic information for administrators|Diagnoseinformationen für Administratoren|Informations de diagnostic pour les administrateurs|Información de diagnóstico para (?:los )?administradores|Informazioni di diagnostica per gli amministratori|Diagnostische gegevens voor beheerders|Informações de diagnóstico para administradores|Diagnostikinformation för administratörer|Informacje diagnostyczne dla administratorów|Diagnostické informace pro správce|Диагностические сведения для администраторов|管理者用診断情報|管理员的诊断信息)\s?[:：]?$",
                ),
            ],
            shows: "bounce/exchange-2010-fr.eml",
            spares: "ordinary/exchange-lookalike.eml",
        },
        Form {
            code: "exchange-delivery-failed",
            kind: Kind::Bounce,
            summary: "Exchange 2007 and later: delivery has failed, without the part for administrators",
            marks: &[
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Subject(
                    r"(?i)^(?:Undeliverable|Unzustellbar|Non remis|Non ?recapitabile|No se puede entregar|Onbestelbaar|Niet bezorgd|Não é possível entregar|Não ?entregue|Não pode ser entregue|Kan inte levereras|Oöverförbart|Ikke leveret|Kan ikke leveres|Nie można dostarczyć|Niedostarczalne|Nedoručitelné|Nelze doručit|Не удается доставить|Недоставлено|配信不能|配信不可|无法送达|未送达|未傳遞的主旨)\s?[:：]",
                ),
                Mark::Text(
                    "^(?:Delivery has failed to these recipients or (?:groups|distribution lists):|Fehler bei der Nachrichtenzustellung an folgende Empfänger oder (?:Gruppen|Verteilerlisten):|Échec de la remise (?:pour|à) ces destinataires ou groupes|Error al entregar a estos destinatarios o (?:grupos|listas de distribución)|Impossibile recapitare il messaggio ai destinatari o gruppi|This message wasn't delivered to anyone because|Bezorging aan deze geadresseerden of groepen is mislukt)",
                ),
            ],
            shows: "bounce/exchange-2007.eml",
            spares: "ordinary/exchange-lookalike.eml",
        },
        Form {
            code: "exchange-delay",
            kind: Kind::DeliveryNotice,
            summary: "Exchange 2007 and later: delivery is delayed",
            marks: &[
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Text(
                    "^(?:Delivery is delayed to these recipients or (?:groups|distribution lists):|Die Zustellung an folgende Empfänger oder Gruppen wurde verzögert:|La remise à ces destinataires ou groupes est retardée)",
                ),
            ],
            shows: "delivery-notice/exchange-delay.eml",
            spares: "ordinary/exchange-lookalike.eml",
        },
        Form {
            code: "exchange-delivered",
            kind: Kind::DeliveryNotice,
            summary: "Exchange 2007 and later: delivered or relayed",
            marks: &[
                Mark::ContentType("(?i)^multipart/report"),
                Mark::Subject(
                    r"^(?:Delivered|Relayed|Zugestellt|Weitergeleitet|Remis|Relayé|Entregado|Retransmitido)\s?: ",
                ),
                Mark::Text(
                    "^(?:Your message has been delivered to the following recipients:|Delivery to these recipients or (?:groups|distribution lists) is complete, but (?:no )?delivery notification|Die Zustellung an (?:diese|folgende) Empfänger oder .{5,20} ist abgeschlossen|Ihre Nachricht wurde den folgenden Empfängern zugestellt)",
                ),
            ],
            shows: "delivery-notice/exchange-relayed.eml",
            spares: "ordinary/exchange-lookalike.eml",
        },
    ],
    breaks: &[
        "^Original message headers:$",
        "^En-têtes de message d['’]origine :$",
        "^Ursprüngliche Nachrichtenkopfzeilen:$",
        "^Encabezados de mensajes? originales?:$",
        "^Intestazioni originali del messaggio:$",
        "^Original Message Headers:?$",
        "^Oorspronkelijke berichtkoppen:$",
        "^Cabeçalhos da mensagem original:$",
    ],
    recipients: &[
        r"(?m)^\s*(?:c=.*SMTP=)?([^\s@<>;=]+@[^\s@<>;]+)[;,]? on \w{3}, \d",
        r"(?m)^ {6,}([^\s@<>]+@[^\s@<>]+)$",
        r"<mailto:([^\s@<>]+@[^\s@<>]+)>",
        r"(?m)^([^\s@<>]+@[^\s@<>]+)\r?\n(?:#|Remote Server returned)",
    ],
};
