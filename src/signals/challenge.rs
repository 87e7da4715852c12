//! The general form of a challenge, whoever sends it: it asks its reader to do one thing (click, reply,
//! solve, confirm) so that a message of theirs is delivered. What decides is that both halves stand
//! together; a phrase of one half alone is everyday language.

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
            source: "TMDA 1.1 (dated and keyed confirm addresses); EarthLink spamBlocker",
            seen_in: SeenIn::Message(Basis::Sender, challenge_sender),
            shows: &["challenge-response/tmda-confirm.eml"],
            spares: &["bounce/postfix-bounce.eml"],
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
    "reply to this",
    "respond to this",
    "send an empty",
    "type the",
    "enter the",
    "confirm",
    "verify",
    "press the",
    "use your mailer's \"reply\"",
    "simply reply",
    // German
    "klicken",
    "bestätigen",
    "antworten sie auf diese",
    "folgen sie dem link",
    "geben sie den code",
    // French
    "cliquez",
    "cliquer",
    "confirmez",
    "répondez à ce",
    "saisissez",
    // Spanish, Portuguese, Italian
    "haga clic",
    "pulse",
    "confirme",
    "responda a este",
    "clique",
    "responda esta",
    "clicca",
    "conferma",
    "rispondi a questo",
    // Dutch, Swedish, Polish, Russian
    "klik op",
    "bevestig",
    "klicka",
    "bekräfta",
    "kliknij",
    "potwierdź",
    "нажмите",
    "перейдите по ссылке",
    "подтвердите",
    // Japanese, Chinese
    "クリック",
    "返信して",
    "確認",
    "点击",
    "點擊",
    "请回复",
];

/// What for: so that the message is delivered, or its sender known.
const PURPOSES: &[&str] = &[
    // English
    "have it delivered",
    "have your message delivered",
    "have your email delivered",
    "be delivered to",
    "will be delivered",
    "release your message",
    "release your email",
    "release your e-mail",
    "to release it",
    "ensure delivery",
    "complete the delivery",
    "deliver your message",
    "so i can receive your",
    "so that i can receive your",
    "so i receive your",
    "receive your email",
    "allow your message",
    "let your message",
    "message is being held",
    "message has been held",
    "mail is being held",
    "is on hold",
    "held until",
    "holding your message",
    "in a pending",
    "added to the recipient's allowed",
    "added to my",
    "approved sender",
    "allowed senders",
    "allowed list",
    "whitelist",
    "guest list",
    "verify the sender",
    "sender verification",
    "prove that you are",
    "you are a real person",
    "you are human",
    "not a spammer",
    "not sending spam",
    "protecting myself from",
    "delivered once you",
    "before it is delivered",
    "before your message",
    // German
    "zugestellt wird",
    "zustellung ihrer",
    "damit ihre nachricht",
    "damit ihre e-mail",
    "nachricht freigeben",
    "ihre nachricht wird zurückgehalten",
    // French
    "que votre message soit",
    "remettre votre message",
    "délivrer votre",
    "votre message est en attente",
    "libérer votre message",
    // Spanish, Portuguese, Italian
    "que su mensaje sea",
    "entregar su mensaje",
    "su mensaje está retenido",
    "que sua mensagem seja",
    "entregar sua mensagem",
    "sua mensagem seja entregue",
    "sua mensagem foi retida",
    "consegnare il tuo messaggio",
    "che il messaggio venga consegnato",
    // Dutch, Swedish, Polish, Russian
    "uw bericht wordt bezorgd",
    "uw bericht af te leveren",
    "meddelande ska levereras",
    "wiadomość została dostarczona",
    "dostarczyć wiadomość",
    "ваше письмо было доставлено",
    "доставить ваше",
    "чтобы ваше письмо",
    // Japanese, Chinese
    "メールを配信",
    "メールは配信",
    "メールが届",
    "投递您的",
    "您的邮件将",
];

/// Words by which a text refers to the reader's own message.
const OWN: &[&str] = &[
    "your message",
    "your e-mail",
    "your email",
    "your mail",
    "the message you sent",
    "ihre nachricht",
    "ihre e-mail",
    "ihre mail",
    "votre message",
    "votre e-mail",
    "votre courriel",
    "su mensaje",
    "su correo",
    "sua mensagem",
    "seu e-mail",
    "tuo messaggio",
    "uw bericht",
    "ditt meddelande",
    "wiadomość",
    "ваше письмо",
    "ваше сообщение",
    "あなたのメール",
    "您的邮件",
    "you sent",
];

/// Challenges are short; what asks for a click in a long text is a newsletter.
const LONGEST: usize = 6_000;

fn asks(m: &Message) -> Option<String> {
    if m.text.len() > LONGEST || confirms_subscription(m) {
        return None;
    }
    let text = m.text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
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
