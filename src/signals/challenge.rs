//! The general form of a challenge, whoever sends it: it asks its reader to do one thing (click, reply,
//! solve, confirm) so that a message of theirs is delivered. What decides is that both halves stand
//! together; a phrase of one half alone is everyday language.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::{Basis, Kind, SeenIn, Signal, Toward};
use crate::message::{Message, ReturnPath};

pub(super) fn signals() -> Vec<Signal> {
    vec![
        Signal {
            code: "asks-for-one-action",
            toward: Toward::Kind(Kind::ChallengeResponse),
            summary: "asks to click, reply, solve or confirm so that a message is delivered",
            why: "Every challenge does this, in whatever words; so does phishing, which refers to no \
                  message, so more than the text has to say so.",
            source: "common to all challenge-response systems",
            seen_in: SeenIn::Message(Basis::Text, asks),
            shows: &["challenge-response/bluebottle-request.eml"],
            spares: &["ordinary/verify-your-address.eml"],
        },
        Signal {
            code: "challenge-sender",
            toward: Toward::Kind(Kind::ChallengeResponse),
            summary: "the sending, return or reply address carries a challenge or its token",
            why: "The answer to the challenge is told by its address: challenge-TOKEN, user-confirm-TOKEN.",
            source: "TMDA 1.1 (dated and keyed confirm addresses); SpamAssassin rules/20_vbounce.cf",
            seen_in: SeenIn::Message(Basis::Sender, challenge_sender),
            shows: &["challenge-response/tmda-confirm.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "quotes-answered-subject",
            toward: Toward::Answer,
            summary: "no reference by id, but the text names the subject that this mail answers",
            why: "Programs that answer over a web form or an old gateway refer to the mail by its \
                  subject alone; mail programs of people put the id into a field.",
            source: "Bluebottle and TMDA requests; RFC 5322 section 3.6.4",
            seen_in: SeenIn::Message(Basis::Structure, quotes_subject),
            shows: &["challenge-response/bluebottle-request.eml"],
            spares: &["ordinary/verify-your-address.eml"],
        },
    ]
}

/// What the reader shall do. Compared in lower case, blanks folded.
const ACTIONS: &[&str] = &[
    // English
    "click",
    "visit",
    "follow the link",
    "follow this link",
    "use the link",
    "open the link",
    "open this page",
    "fill out the",
    "complete the form",
    "complete the short",
    "reply to this",
    "respond to this",
    "replying to this",
    "answer this message",
    "answer this mail",
    "send an empty",
    "send a blank",
    "type the",
    "enter the",
    "copy the number",
    "copy the code",
    "solve",
    "captcha",
    "confirm",
    "verify",
    "press the",
    "press reply",
    "use your mailer's \"reply\"",
    "simply reply",
    "just reply",
    "hit reply",
    "add yourself",
    // German
    "klicken",
    "klick",
    "bestätigen",
    "bestätigung",
    "antworten sie",
    "folgen sie dem link",
    "geben sie den code",
    "geben sie die",
    "lösen sie",
    // French
    "cliquez",
    "cliquer",
    "cliquant",
    "un clic",
    "confirmez",
    "confirmer",
    "répondez",
    "répondre à ce",
    "saisissez",
    "saisir",
    "authentifier",
    "remplir le formulaire",
    "valider",
    // Spanish
    "haga clic",
    "hacer clic",
    "haz clic",
    "pulse",
    "confirme",
    "confirmar",
    "responda a este",
    "responder a este",
    "introduzca",
    // Portuguese
    "clique",
    "confirme",
    "responda esta",
    "responda a esta",
    "digite",
    // Italian
    "clicca",
    "cliccare",
    "conferma",
    "confermare",
    "rispondi a questo",
    "risponda a questo",
    "inserisci",
    // Dutch
    "klik op",
    "klik hier",
    "klikken",
    "bevestig",
    "beantwoord dit",
    // Swedish, Norwegian, Danish, Finnish
    "klicka",
    "klikk",
    "klik ",
    "bekräfta",
    "bekreft",
    "bekræft",
    "svara på detta",
    "svar på denne",
    "vahvista",
    "napsauta",
    // Polish, Czech, Hungarian, Romanian
    "kliknij",
    "potwierdź",
    "odpowiedz na",
    "klikněte",
    "potvrďte",
    "odpovězte",
    "kattintson",
    "erősítse meg",
    "faceți clic",
    "confirmați",
    // Turkish, Greek
    "tıklayın",
    "onaylayın",
    "κάντε κλικ",
    "επιβεβαιώστε",
    // Russian, Ukrainian
    "нажмите",
    "перейдите по ссылке",
    "пройдите по ссылке",
    "подтвердите",
    "ответьте на это",
    "натисніть",
    "підтвердіть",
    // Japanese, Chinese, Korean
    "クリック",
    "返信して",
    "点击",
    "點擊",
    "请回复",
    "請回覆",
    "确认",
    "確認",
    "클릭",
    "확인",
];

/// What for: so that the message is delivered, or its sender known.
const PURPOSES: &[&str] = &[
    // English
    "have it delivered",
    "have your message delivered",
    "have your email delivered",
    "get your message delivered",
    "get your message to",
    "be delivered to",
    "will be delivered",
    "is delivered",
    "be passed on",
    "is passed on",
    "deliver your message",
    "deliver your email",
    "deliver the message",
    "your message reaches",
    "reaches my",
    "reach my inbox",
    "reach the recipient",
    "release your message",
    "release your email",
    "release your e-mail",
    "release the message",
    "to release it",
    "will release",
    "ensure delivery",
    "complete the delivery",
    "so i can receive your",
    "so that i can receive your",
    "so i receive your",
    "i will receive your",
    "receive your email",
    "allow your message",
    "let your message",
    "is being held",
    "is then delivered",
    "message has been held",
    "was held",
    "mail is being held",
    "is on hold",
    "held until",
    "holding your message",
    "holding the message",
    "in a pending",
    "is pending",
    "was waitlisted",
    "wait-listed",
    "waiting list",
    "quarantined until",
    "added to the recipient's allowed",
    "added to my",
    "list of approved",
    "approved sender",
    "allowed senders",
    "allowed list",
    "whitelist",
    "white list",
    "guest list",
    "verify the sender",
    "sender verification",
    "requires your confirmation",
    "requires confirmation",
    "requires verification",
    "requires that you verify",
    "prove that you are",
    "a real person",
    "real live human",
    "you are human",
    "not a spammer",
    "not a spam source",
    "not a robot",
    "not sending spam",
    "not junk",
    "avoid spam",
    "protecting myself from",
    "delivered once you",
    "before it is delivered",
    "before your message",
    "is shown to me",
    "your mail is legitimate",
    "message is legitimate",
    // German
    "zugestellt wird",
    "zugestellt werden",
    "zustellung ihrer",
    "zustellung ihres",
    "damit ihre nachricht",
    "damit ihre e-mail",
    "damit ihre mail",
    "damit ihr schreiben",
    "nachricht freigeben",
    "e-mail freigeben",
    "freischalten",
    "wird zurückgehalten",
    "wurde zurückgehalten",
    "noch nicht zugestellt",
    // French
    "que votre message soit",
    "que votre e-mail soit",
    "que votre courriel soit",
    "que votre mail soit",
    "qu'il soit remis",
    "qu'il soit délivré",
    "qu'il soit distribué",
    "remettre votre message",
    "délivrer votre",
    "libérer votre message",
    "libérer l'email",
    "libérer l'e-mail",
    "est en attente",
    "a été bloqué pour",
    "valider votre",
    "valider l'exist",
    // Spanish
    "que su mensaje sea",
    "que su mensaje llegue",
    "que su correo sea",
    "que tu mensaje",
    "entregar su mensaje",
    "su mensaje está retenido",
    "ha sido retenido",
    "fue retenido",
    "lista de remitentes",
    // Portuguese
    "que sua mensagem seja",
    "que a sua mensagem seja",
    "que ela seja entregue",
    "que seu e-mail seja",
    "entregar sua mensagem",
    "mensagem foi retida",
    "mensagem está retida",
    "seja encaminhada",
    // Italian
    "consegnare il tuo messaggio",
    "consegnare il suo messaggio",
    "messaggio venga consegnato",
    "messaggio sia consegnato",
    "messaggio verrà consegnato",
    "messaggio è in attesa",
    "è stato trattenuto",
    // Dutch
    "uw bericht wordt bezorgd",
    "uw bericht af te leveren",
    "bericht te bezorgen",
    "bericht bezorgd",
    "wordt vastgehouden",
    // Swedish, Norwegian, Danish, Finnish
    "meddelande ska levereras",
    "meddelande levereras",
    "melding blir levert",
    "melding leveres",
    "besked bliver leveret",
    "besked leveres",
    "viestisi toimitetaan",
    "viesti toimitetaan",
    // Polish, Czech, Hungarian, Romanian
    "wiadomość została dostarczona",
    "dostarczyć wiadomość",
    "wiadomość zostanie dostarczona",
    "zpráva byla doručena",
    "zprávu doručit",
    "zpráva doručena",
    "üzenete kézbesítésre",
    "üzenetét kézbesít",
    "mesajul dvs. să fie livrat",
    "mesajul dumneavoastră să fie livrat",
    "mesajul să fie livrat",
    // Turkish, Greek
    "mesajınızın iletilmesi",
    "mesajınız teslim",
    "mesajınızın teslim",
    "το μήνυμά σας να παραδοθεί",
    "να παραδοθεί",
    // Russian, Ukrainian
    "письмо было доставлено",
    "доставить ваше",
    "чтобы ваше письмо",
    "чтобы письмо",
    "щоб ваш лист",
    "ваш лист було доставлено",
    // Japanese, Chinese, Korean
    "メールを配信",
    "メールは配信",
    "メールが届",
    "お届け",
    "受信者に届",
    "投递您的",
    "您的邮件将",
    "邮件才能",
    "您的郵件將",
    "郵件才能",
    "메일이 전달",
    "메일을 전달",
    "메일이 배달",
];

/// Words by which a text refers to the reader's own message.
const OWN: &[&str] = &[
    // English
    "your message",
    "your e-mail",
    "your email",
    "your mail",
    "the message you sent",
    "message that you sent",
    "the e-mail you sent",
    "the email you sent",
    "you sent",
    // German, French
    "ihre nachricht",
    "ihre e-mail",
    "ihre mail",
    "ihr schreiben",
    "votre message",
    "votre e-mail",
    "votre email",
    "votre courriel",
    "votre mail",
    // Spanish, Portuguese, Italian
    "su mensaje",
    "su correo",
    "tu mensaje",
    "sua mensagem",
    "seu e-mail",
    "seu email",
    "tuo messaggio",
    "suo messaggio",
    "sua e-mail",
    // Dutch, Nordic
    "uw bericht",
    "uw e-mail",
    "ditt meddelande",
    "din melding",
    "din besked",
    "dit besked",
    "viestisi",
    // Polish, Czech, Hungarian, Romanian, Turkish, Greek
    "wiadomość",
    "vaše zpráva",
    "vaši zprávu",
    "üzenet",
    "mesajul dvs",
    "mesajul dumneavoastră",
    "mesajınız",
    "μήνυμά σας",
    // Russian, Ukrainian
    "ваше письмо",
    "вашего письма",
    "ваше сообщение",
    "ваш лист",
    // Japanese, Chinese, Korean
    "あなたのメール",
    "お送りいただいた",
    "送信されたメール",
    "您的邮件",
    "您的郵件",
    "보내신 메일",
    "귀하의 메일",
];

/// Challenges are short; what asks for a click in a long text is a newsletter.
const LONGEST: usize = crate::limits::CHALLENGE;

fn asks(m: &Message) -> Option<String> {
    if m.text.len() > LONGEST {
        return None;
    }
    let text = super::recogniser::folded(&m.text);
    // Hardly any text has a purpose: one look for all of them spares most a look for each.
    static ANY: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| AhoCorasick::new(PURPOSES).ok());
    if ANY.as_ref().is_some_and(|any| !any.is_match(&text)) || confirms_subscription(m) {
        return None;
    }
    let find = |words: &[&'static str]| words.iter().find(|w| text.contains(*w)).copied();
    let (action, purpose, _) = (find(ACTIONS)?, find(PURPOSES)?, find(OWN)?);
    Some(format!("{action} … {purpose}"))
}

/// A request to confirm a list subscription or an account is ordinary mail.
fn confirms_subscription(m: &Message) -> bool {
    const WORDS: &[&str] = &[
        "subscri",
        "mailing list",
        "newsletter",
        "registration",
        "your account",
        "sign up",
        "signed up",
        "password",
        "abonn",
        "inscription",
        "anmeldung",
        "suscrip",
        "iscrizione",
        "подписк",
    ];
    let text = format!("{} {}", m.subject, m.text).to_lowercase();
    WORDS.iter().any(|w| text.contains(w))
}

/// The subject that this mail answers, named in its text, where no field refers to a message.
fn quotes_subject(m: &Message) -> Option<String> {
    if !m.parents.is_empty() || m.returned.is_some() && m.notification.is_some() {
        return None;
    }
    if m.headers.has("user-agent") || m.headers.has("x-mailer") || m.text.len() > LONGEST {
        return None;
    }
    // "RE: notes": what stands behind the first prefix.
    let subject = m.subject.trim();
    let answered = match subject.split_once(':') {
        Some((prefix, rest)) if prefix.chars().count() <= 4 => rest.trim(),
        _ => return None,
    };
    if answered.chars().count() < 3 {
        return None;
    }
    let named = |line: &str| {
        let line = line.trim();
        line.split_once(':').is_some_and(|(name, value)| {
            name.chars().count() <= 12 && !name.contains(' ') && value.trim() == answered
        })
    };
    m.text.lines().find(|line| named(line)).map(str::to_owned)
}

fn challenge_sender(m: &Message) -> Option<String> {
    let return_path = match &m.return_path {
        ReturnPath::Is(a) => Some(a),
        _ => None,
    };
    let told = |local: &str| {
        let local = local.to_lowercase();
        local.starts_with("challenge-")
            || local.starts_with("challenge+")
            || local.starts_with("spamblocker-challenge")
            || local.starts_with("spamhippo")
            || local.starts_with("spambush")
            || local.starts_with("devnull-quarantine")
            || local.contains("-confirm-") && local.bytes().filter(u8::is_ascii_digit).count() >= 4
    };
    return_path
        .into_iter()
        .chain(m.from.iter().map(|b| &b.address))
        .chain(m.reply_to.iter().map(|b| &b.address))
        .find(|a| told(a.local()))
        .filter(|_| !confirms_subscription(m))
        .map(ToString::to_string)
        .or_else(|| m.headers.get("x-challenge").map(|v| format!("X-Challenge: {v}")))
}
