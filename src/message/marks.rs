//! Words and phrases by which the triage takes a message for a possible automatic answer. Pure tables:
//! too many cost time, too few lose an answer.

/// Beginnings of words in subjects of bounces, delays, receipts, challenges and automatic replies;
/// lower case.
#[rustfmt::skip]
pub(super) const SUBJECTS: &[&str] = &[
    // English
    "returned", "return receipt", "returning", "undeliver", "not deliver", "non-deliver",
    "nondeliver", "non deliver", "unable to", "could not", "couldn't", "cannot", "can not",
    "deliver", "failure", "failed", "fail", "delay", "warning: ", "rejected", "refused", "bounce",
    "blocked mail", "out of office", "out of the office", "out-of-office", "ooo", "automatic",
    "auto:", "auto-", "autoreply", "autoresp", "autoreponse", "auto reply", "auto response",
    "auto respon", "vacation", "i'm away", "i am away", "away from", "on holiday", "on leave",
    "annual leave", "read:", "not read", "receipt", "received:", "displayed:", "deleted:",
    "confirm", "verif", "challenge", "authoriz", "approve", "whitelist", "your message to",
    "your mail to", "your email to", "message to", "message you sent", "mail could",
    "message could", "message status", "message not", "mail status", "mail system", "mail error",
    "error", "invalid address", "unknown user", "user unknown", "address unknown",
    "unknown recipient", "no such", "mailbox", "quota", "over quota", "virus", "spam blocker",
    "spam filter", "spam rule", "spam report", "spamblock", "[spam", "abuse report", "complaint",
    "email feedback", "fw: abuse", "notification", "notice", "disposition", "ndn", "ndr", "dsn",
    "thank you for", "thanks for your", "acknowledg", "we have received", "we received", "ticket",
    "[ticket", "case ", "request received", "your request", "re: your mail", "no longer",
    "new address", "new email", "change of", "moved", "has left", "account disabled", "[qurb",
    "message delayed", "held for", "awaiting", "waiting for", "is waiting", "permission",
    "one more step", "action required to", "undelivered", "expired", "postmaster",
    "mailer-daemon", "system administrator", "nachricht", "absent",
    // German
    "abwesen", "automatische", "unzustell", "nicht zustell", "zustell", "unzustellbar",
    "rückläufer", "gelesen", "gelöscht", "bin nicht", "urlaub", "im urlaub", "fehlge", "fehler",
    "empfangsbest", "lesebest", "eingangsbest", "ihre nachricht", "ihre anfrage", "ihre e-mail",
    "verzöger", "unbekannt", "übermittlung", "außer haus", "anfrage erhalten",
    // French
    "délivr", "demande reçue",
    "absence", "non remis", "non distrib", "non délivr", "réponse", "reponse", "retour", "échec",
    "echec", "remise", "lu :", "lu:", "en congé", "conges", "congés", "accusé", "accuse de",
    "confirmation", "votre message", "message non", "retard", "erreur",
    // Spanish, Portuguese, Italian
    "ausen", "ausên", "ausente", "fuera de", "fora do", "fuori", "respuesta", "resposta",
    "risposta", "assenza", "assente", "vacaciones", "férias", "ferias", "ferie", "no entreg",
    "não entreg", "nao entreg", "no se pudo", "no se ha podido", "devuel", "devolv", "mancato",
    "mancata", "impossib", "imposib", "entrega", "recapito", "consegna", "leído", "leido",
    "lida:", "lido:", "letto", "confermare", "falha", "fallo", "errore", "automát", "automat",
    "recibido", "recebid", "ricev", "retraso", "atras", "ritardo", "acuse", "conferma",
    "estado de",
    // Dutch, Nordic
    "afwezig", "niet beschikbaar", "onbestelbaar", "niet bezorgd", "niet afgeleverd",
    "niet-bestelb", "gelezen", "vakantie", "vertraging", "ontvangstbev", "frånvar", "fravær",
    "poissa", "autosvar", "autosvars", "olevererbart", "ej levererat", "olevererad", "kunde inte",
    "kunne ikke", "ikke levert", "ikke leveret", "leveres", "läst:", "lest:", "læst:", "luettu",
    "semester", "ferie", "kvittering", "kvitto", "lomalla", "toimit", "toimist", "fejl", "fel:",
    // Polish, Czech, Hungarian, Romanian, Turkish, Greek
    "nieobecn", "niedostarcz", "nie dostarcz", "niedoręcz", "odpowied", "zwrot", "przeczyt",
    "urlop", "autoodpow", "opóźnien", "potwierdz", "nepřítomn", "převzat", "přijat", "vaše zpráv",
    "vaše email", "nedoruč", "doruč", "odpověď", "přečt", "dovolen", "zpožděn", "távollét",
    "házon kívül", "kézbesít", "sikertelen", "olvas", "absenț", "absent", "concediu", "otomatik",
    "teslim", "iletilemedi", "izin", "αυτόματη", "απουσ", "παράδοσ",
    // Croatian, Slovenian, Estonian, Lithuanian, Vietnamese, Indonesian, Thai
    "odgovor", "isporuč", "odsot", "dostavlj", "kättetoim", "vastus", "kontorist", "atsakym",
    "nepristat", "biure", "tự động", "không thể", "không gửi", "otomatis", "terkirim", "ตอบกลับ", "การตอบกลับ", "ไม่สามารถ",
    "automaat",
    // Other subjects of automatic replies in the tables of languages; a test there names what is missing.
    "خارج مكتب", "إجازة", "اجازة", "غياب", "استلام رسال", "استلام طلب", "تلقينا", "استلمنا",
    "היעדרות", "העדרות", "לא במשרד", "לא נמצא", "בחופש", "פנייתך", "פנייתכ", "פניתך", "הודעתך",
    "извън офис", "прието", "беше прието", "регистриран", "получихме",
    "fora de l'", "fora de l’", "d'absenc", "d'absènc", "d’absenc", "d’absènc", "absenci",
    "absènci", "de vacances", "hem rebut", "s'ha rebut", "s’ha rebut",
    "mimo kancel", "nepritom", "neprítom", "nepřitom", "nepřítome", "vaši žádost", "vaši podn",
    "vaši email", "vaši e-mail", "zaregistrov", "zaevidov", "vase zprav", "vase zadost",
    "vase žádost", "vaše žádost", "vase podn", "vase email", "vase e-mail", "vaši zpráv",
    "vasi zprav", "potvrzen", "dekujeme", "děkujeme", "vasa ", "vaša ", "je na dovolen",
    "odpoved v", "odpověd v",
    "fravar", "ikke til stede", "ikke på kontor", "ude af kontor", "borte fra kontor",
    "utenfor kontor", "har modtaget", "har mottatt", "bekreftelse", "ej på", "inte på",
    "tjänstledig", "föräldraledig", "från kontoret", "mottagningsbek", "bekräft", "tagit emot",
    "har mottagit", "tagits emot", "mottagits", "mottaget", "registrerats", "tack för",
    "autom. antw", "autoantw", "auto antw", "ausser haus", "nicht im", "nicht am arbeit",
    "nicht erreichbar", "dank für", "ihre email", "ihre mail", "haben ihre",
    "αυτοματη", "εκτός γραφ", "εκτος γραφ", "σε άδεια", "λάβαμε", "μήνυμά σας", "μήνυμα σας",
    "αίτημά σας",
    "address has changed", "autoanswer", "auto answer", "holiday message", "holiday reply",
    "holiday response", "maternity leave", "parental leave", "sick leave", "your message has",
    "your email has", "your e-mail has", "your inquiry has", "your enquiry has", "your query has",
    "we've received", "we’ve received", "thanks for contact", "out-of",
    "solicitud", "su mensaje", "su correo", "su consulta", "hemos recib", "gracias por",
    "grazie per", "fora de escrit", "recebemos", "obrigad", "agradecemos", "está de f",
    "esta de f",
    "vuosiloma", "lomailm", "viestis", "viestin", "pyyntö",
    "en vacances", "hors du bureau", "bien reçu", "accusons", "votre demande", "votre email",
    "votre e-mail", "votre courriel", "merci pour", "merci de votre",
    "odsutn", "di luar kantor", "arpus biroj", "ārpus biroj", "atvalinaj", "atvaļināj",
    "hazon kiv", "irodan kiv", "irodán kív", "tavollet", "szabadsag", "szabadság", "irodaban",
    "irodában", "levelet", "levelét", "levélét", "üzenetét", "uzenetet", "megkeres",
    "出張", "休業", "ありがとう", "受け付け", "オフィスにい", "외근", "출장", "접수",
    "niet aanwezig", "buiten kantoor", "niet op kantoor", "met verlof", "ontvangen",
    "bedankt voor",
    "na zwolnieniu", "otrzymal", "przyjel", "przyjęl", "dziekujemy", "dziękujemy", "poza biurem",
    "în afara", "in afara", "plecat", "sunt la birou", "am primit", "mesajul d", "solicitarea d",
    "absenţ", "absenta",
    "на месте", "нет на", "вне офис", "в командировке", "получен", "принят", "зарегистр",
    "отриман", "прийнят", "зареєстр", "мы получили", "спасибо за", "поза офіс", "немає на",
    "ofis d", "izinde", "ızinde", "iş yeri", "is yeri", "mesajiniz", "mesajınız", "e-postan",
    "epostan", "talebiniz",
    "离开办公", "已收到", "已经收到", "已受理", "請假",
    // Receipts
    "прочтен", "okundu", "已讀", "未读", "未讀", "阅读回执", "llegit", "leesbevest", "läskvitto",
    "lukukuittaus", "displayed -",
    "发件人", "발신자", "potvrď", "отсутствует",
    // Others of which only the prefix of automatic replies is known
    "outomatiese", "awtomatik", "avtomatik", "freagra", "ateb awtom", "sjálfvirk", "sjalfvirk",
    "erantzun", "balasan", "स्वचालित", "автоматты", "автоматски", "аутоматски", "پاسخ", "خودکار",
    "ავტომატ", "përgjigje", "pergjigje",
    // Latvian, Arabic, Hebrew
    "automātisk", "atbild", "prombūtn", "nepiegād", "رد تلقائي", "الرد التلقائي", "خارج المكتب",
    "غير قابل", "لم يتم", "תשובה", "מענה", "אוטומטי", "מחוץ למשרד", "לא ניתן",
    // Russian, Ukrainian, Bulgarian
    "отсутств", "автоответ", "автоматич", "недостав", "не достав", "достав", "отпуск", "прочит",
    "возвра", "ошибк", "уведомл", "подтверж", "вiдсут", "відсут", "автовідп", "відпус", "отсъств",
    "невозмож", "отказ", "задерж", "ваше пись", "ваше обращ",
    // Japanese, Chinese, Korean
    "自動", "配信", "不在", "エラー", "送信でき", "届け", "配達", "未達", "返送", "返信", "失敗", "受付", "開封", "受信", "通知",
    "休暇", "不達", "確認", "退信", "退回", "自动", "自動回覆", "无法", "無法", "失败", "投递", "傳遞", "传递", "外出", "已读",
    "讀取", "休假", "休假中", "延迟", "延遲", "자동", "부재", "반송", "배달", "읽음", "실패", "수신", "휴가", "전송", "지연",
];

/// Phrases with which programs and out-of-office texts begin; lower case.
#[rustfmt::skip]
pub(super) const PHRASES: &[&str] = &[
    // English and the names of report parts.
    "this is the mail system", "message was created automatically", "hi. this is the",
    "be delivered", "not delivered", "undeliver", "unable to deliver", "couldn't deliver",
    "not deliver", "been delivered", "delivery status", "delivery has failed", "delivery failed",
    "delivery fail", "failed to deliver", "delivery to the following", "did not reach",
    "returned to you", "returned message", "returned mail", "original message",
    "message that you sent", "message you sent", "mail you sent", "out of the office",
    "out of office", "on vacation", "on holiday", "on leave", "away from my", "be away",
    "am away", "i will be back", "will return", "returning on", "limited access to", "absence",
    "automatic reply", "automatic response", "automatically generated", "auto-reply", "autoreply",
    "automated response", "automated reply", "automated message", "auto-generated",
    "auto response", "autorespon", "do not reply", "automatic message", "message/delivery-status",
    "message/rfc822", "rfc822-headers", "disposition-notification", "feedback-report",
    "delivery-status", "final-recipient:", "diagnostic-code:", "reporting-mta:",
    "transcript of session", "user unknown", "unknown user", "no such user",
    "mailbox unavailable", "mailbox full", "mailbox is full", "over quota", "quota exceeded",
    "exceeded their", "does not exist", "not exist", "permanent error", "fatal error", "private email address",
    "invalid address", "unknown address", "unknown recipient", "no longer", "550 ", "554 ",
    "553 ", "5.1.1", "5.7.1", "confirm that", "to confirm", "confirm your", "whitelist",
    "spam filter", "verify that you", "please verify", "challenge", "approved senders",
    "one-time", "spam protection", "unsolicited", "anti-spam", "antispam", "is protected by",
    "ensure delivery", "allowed list", "allowed senders", "has been received",
    "have received your", "received your e", "received your m", "ticket",
    "thank you for contacting", "thank you for your e", "thank you for your m", "was read on",
    "was displayed", "has been read", "return receipt", "abuse report", "spam report",
    "complaint", "will not be read", "not monitored", "rejected", "refused", "blocked",
    "not a member", "guest list", "message delivered", "mail delivered",
    // Other languages.
    "nicht zugestellt", "unzustellbar", "nicht erreichbar", "bin ich nicht", "bin nicht im",
    "abwesen", "im urlaub", "automatisch", "zugestellt werden", "ihre nachricht", "konnte nicht",
    "absent", "en congé", "de retour", "n'a pas pu", "n'a pu", "non remis", "réponse automatique",
    "votre message", "automatique", "no se pudo", "no ha podido", "fuera de la oficina",
    "ausente", "vacaciones", "respuesta autom", "automátic", "não pôde", "não foi", "férias",
    "resposta autom", "automatica", "fuori ufficio", "in ferie", "non è stato", "assente",
    "afwezig", "niet worden", "vakantie", "frånvar", "semester", "kunde inte", "kunne ikke",
    "ferie", "automatisk", "autosvar", "poissa", "lomalla", "nieobecn", "urlop", "nie można",
    "nie został", "automatycz", "nepřítom", "dovolen", "automatick", "nelze", "nebylo", "отпуск",
    "отсутств", "не достав", "не может быть", "не удалось", "автоматич", "ваше письмо", "送信できま",
    "届けでき", "配信でき", "自動", "不在", "エラー", "宛先", "存在しま", "休暇", "配送", "戻り", "いっぱい", "届きませ", "退信", "无法",
    "無法", "自动", "不存在", "자동", "부재", "전송", "휴가",
];

/// Parts of local parts of programs that answer.
#[rustfmt::skip]
pub(super) const SENDERS: &[&str] = &[
    "daemon", "postmaster", "post_master", "post-master", "postmast", "bounce", "autoreply",
    "auto-reply", "auto_reply", "autorespon", "auto-respon", "autoanswer", "auto-answer",
    "outofoffice", "out-of-office", "canned.response", "autoantwort", "listserv", "vacation",
    "undeliver", "delivery", "mailsystem", "mail-system", "mailadmin", "mail-admin", "mailer",
    "mailgate", "mailgw", "uucp", "postoffice", "post-office", "mmdf", "pmdf", "systemadmin",
    "system-admin", "system.admin", "listmanager", "list-manager", "gateway", "mda", "spamhippo", "spambush",
    "devnull-quarantine", "confirm-", "challenge", "spamblocker", "spam-blocker", "antispam", "anti-spam", "virus",
    "mdaemon", "feedback", "fbl", "abuse", "complaint", "microsoftexchange",
];

/// Parts of local parts that take no answers: newsletters and shops write from them, and some programs that
/// answer.
#[rustfmt::skip]
pub(super) const NO_REPLY: &[&str] = &[
    "noreply", "no-reply", "no_reply", "no.reply", "donotreply", "do-not-reply", "do_not_reply",
    "do.not.reply", "nereply", "nepasrepondre", "ne-pas-repondre", "keineantwort", "keine-antwort",
    "nichtantworten", "nicht-antworten",
];

/// Names of parts of reports and returned messages, and fields of reports that lost their part.
#[rustfmt::skip]
pub(super) const PARTS: &[&str] = &[
    "delivery-status", "disposition-notification", "feedback-report", "rfc822", "message/global",
    "message/partial", "message/news", "final-recipient", "original-recipient", "reporting-mta",
    "reporting-ua", "diagnostic-code", "disposition:", "feedback-type", "arrival-date",
];

/// Parts of display names of programs that answer.
#[rustfmt::skip]
pub(super) const NAMES: &[&str] = &[
    "daemon", "postmaster", "mail delivery", "delivery sub", "delivery system",
    "system administrator", "mail administrator", "mail system", "mailsystem", "autorespon",
    "automatic", "auto-reply", "autoreply", "auto reply", "mail server", "mailserver",
    "spam filter", "antispam", "anti-spam", "vacation", "undeliver", "systemadministrator",
    "message delivery", "delivery", "gateway",
];
