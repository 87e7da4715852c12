//! The general form of a challenge, whoever sends it: it asks its reader to do one thing (click, reply,
//! solve, confirm) so that a message of theirs is delivered. What decides is that both halves stand
//! together; a phrase of one half alone is everyday language.

mod words;

use std::sync::LazyLock;

use super::wordlist::Words;
use super::{Basis, Kind, SeenIn, Signal, Toward};
use crate::message::{Message, ReturnPath};
use words::{ACTIONS, EVERYDAY, NO_PROMISE, OWN, PURPOSES};

pub(super) fn signals() -> Vec<Signal> {
    vec![
        Signal {
            code: "asks-for-one-action",
            toward: Toward::Kind(Kind::ChallengeResponse),
            summary: "asks to click, reply, solve or confirm so that a message is delivered",
            why: "Every challenge does this, in whatever words; so does phishing, which refers to no \
                  message, so more than the text has to say so.",
            source: "common to all challenge-response systems",
            seen_in: SeenIn::Text(asks),
            shows: &["challenge-response/bluebottle-request.eml"],
            spares: &["ordinary/verify-your-address.eml"],
        },
        Signal {
            code: "asks-in-one-sentence",
            toward: Toward::Kind(Kind::ChallengeResponse),
            summary: "one sentence asks for a click or a reply and promises delivery for it",
            why: "That is the whole of a challenge; elsewhere the two halves stand apart.",
            source: "common to all challenge-response systems",
            seen_in: SeenIn::Text(asks_in_one_sentence),
            shows: &["challenge-response/unknown-vendor-en.eml"],
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

/// Challenges are short; what asks for a click in a long text is a newsletter.
const LONGEST: usize = crate::limits::CHALLENGE;

static LISTS: LazyLock<[Words; 3]> =
    LazyLock::new(|| [PURPOSES, ACTIONS, OWN].map(|list| Words::new(list.iter().copied())));

/// Whether a text, folded, has what requests have.
pub(super) fn may_ask(folded: &str) -> bool {
    LISTS.iter().all(|list| list.any_in(folded))
}

fn asks(m: &Message, folded: &str) -> Option<String> {
    if m.text.len() > LONGEST {
        return None;
    }
    let [purposes, actions, own] = &*LISTS;
    // Hardly any text has a purpose.
    let (_, purpose) = purposes.first_in(folded)?;
    let (_, action) = actions.first_in(folded)?;
    (own.any_in(folded) && !confirms_subscription(m)).then(|| format!("{action} … {purpose}"))
}

/// A sentence with both halves: "click below so that your message is delivered".
fn asks_in_one_sentence(m: &Message, folded: &str) -> Option<String> {
    static HALVES: LazyLock<[Words; 2]> = LazyLock::new(|| {
        let without = |list: &'static [&'static str], others: &'static [&'static str]| {
            let kept = |word: &&str| !others.iter().any(|part| word.contains(part));
            Words::new(list.iter().copied().filter(kept))
        };
        [without(ACTIONS, EVERYDAY), without(PURPOSES, NO_PROMISE)]
    });
    let [actions, promises] = &*HALVES;
    if m.text.len() > LONGEST || !promises.any_in(folded) || !actions.any_in(folded) {
        return None;
    }
    asks(m, folded)?;
    let mut sentences =
        m.text.split(['.', '!', '?', '。', '！', '？']).flat_map(|part| part.split("\n\n"));
    sentences.find_map(|sentence| {
        let words = super::recogniser::folded(sentence);
        let ((_, action), (_, promise)) = (actions.first_in(&words)?, promises.first_in(&words)?);
        Some(format!("{action} … {promise}"))
    })
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
