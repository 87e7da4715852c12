//! Signals of MIME structure, machine-readable parts and the returned original. They look at the
//! outer message; the original is only compared with it.

use super::{Basis, Kind, SeenIn, Signal, Toward, sender};
use crate::message::{Action, Message, Notification, NotificationForm, ReturnedForm};

pub(super) fn signals() -> Vec<Signal> {
    let see = |f| SeenIn::Message(Basis::Structure, f);
    let text = |f| SeenIn::Message(Basis::Text, f);
    vec![
        Signal {
            code: "dsn-failed",
            toward: Toward::Kind(Kind::Bounce),
            summary: "a delivery report says that delivery to a recipient failed",
            why: "Only `Action: failed` reports a failure; of several recipients the worst counts.",
            source: "RFC 3464 section 2.3.3",
            seen_in: see(dsn_failed),
            shows: &["bounce/postfix-bounce.eml"],
            spares: &["delivery-notice/postfix-delay.eml"],
        },
        Signal {
            code: "dsn-not-failed",
            toward: Toward::Kind(Kind::DeliveryNotice),
            summary: "a delivery report names no failure: delayed, delivered, relayed or expanded",
            why: "A report without a failure asks for nothing; the mail is still on its way or arrived.",
            source: "RFC 3464 section 2.3.3",
            seen_in: see(dsn_not_failed),
            shows: &["delivery-notice/postfix-delay.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "dsn-unreadable",
            toward: Toward::Kind(Kind::Bounce),
            summary: "a delivery report whose groups name no action",
            why: "Gateways rewrite or drop the groups; what is left is still a report on delivery.",
            source: "RFC 3464 section 2",
            seen_in: see(dsn_unreadable),
            shows: &["bounce/yahoo-sorry.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "mdn",
            toward: Toward::Kind(Kind::Receipt),
            summary: "a disposition notification says what became of a delivered message",
            why: "Made by the recipient's mail program after delivery.",
            source: "RFC 8098 section 3",
            seen_in: see(mdn),
            shows: &["receipt/de-outlook-read.eml"],
            spares: &["bounce/dovecot-reject.eml"],
        },
        Signal {
            code: "mdn-refusal",
            toward: Toward::Kind(Kind::Bounce),
            summary: "a disposition notification that refuses the message",
            why: "Sieve `reject` of older servers and some quota filters write a refusal as an \
                  automatically deleted disposition.",
            source: "RFC 5429 section 2.1.1; Pigeonhole 0.5",
            seen_in: see(mdn_refusal),
            shows: &["bounce/dovecot-reject.eml"],
            spares: &["receipt/outlook-not-read.eml"],
        },
        Signal {
            code: "feedback-report",
            toward: Toward::Kind(Kind::FeedbackReport),
            summary: "a machine-readable abuse or authentication failure report",
            why: "Sent by mailbox providers to those who sign up for it.",
            source: "RFC 5965 section 2; RFC 6591",
            seen_in: see(feedback),
            shows: &["feedback-report/feedback-abuse.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "returns-original",
            toward: Toward::Kind(Kind::Bounce),
            summary: "an automatic sender returns a message or its headers",
            why: "Returning the original is what bounces do; people forward too, so it needs a \
                  daemon's address or an empty return path beside it.",
            source: "RFC 5321 section 6.1",
            seen_in: see(returns_original),
            shows: &["bounce/qmail-bounce.eml"],
            spares: &["ordinary/forwarded-bounce-attached.eml"],
        },
        Signal {
            code: "returns-recipients-mail",
            toward: Toward::Kind(Kind::Bounce),
            summary: "the returned message was sent by the address that this answer went to",
            why: "A bounce goes to the envelope sender of what it returns. Virus notices and \
                  transcripts for the postmaster go elsewhere.",
            source: "RFC 5321 section 6.1",
            seen_in: see(returns_recipients_mail),
            shows: &["bounce/postfix-bounce.eml"],
            spares: &["ordinary/virus-notice-postmaster.eml"],
        },
        Signal {
            code: "returns-others-mail",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a notice about somebody else's message, sent to the postmaster",
            why: "Transcripts and virus notices for the postmaster answer nothing that the owner sent.",
            source: "Postfix 3.7 notify_classes; amavisd-new virus_admin",
            seen_in: see(returns_others_mail),
            shows: &["ordinary/virus-notice-postmaster.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "names-nobody",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "claims a failed delivery, but names no address and returns nothing",
            why: "A bounce says whom it could not reach. Phishing and parcel services use the same words \
                  and name nobody.",
            source: "RFC 3464 section 2.3; RFC 5321 section 6.1",
            seen_in: see(names_nobody),
            shows: &["ordinary/microsoft365-lookalike.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "daemon-names-nobody",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a mail system writes with an empty return path, names nobody else and returns nothing",
            why: "Warnings about the reader's own mailbox look so. Some bounces name nobody either, so a \
                  subject of bounces weighs as much.",
            source: "Dovecot quota-warning script; RFC 3464 section 2.3",
            seen_in: see(warns_of_nothing_sent),
            shows: &["ordinary/daemon-warns-of-quota.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "smtp-transcript",
            toward: Toward::Kind(Kind::Bounce),
            summary: "the text quotes a server's permanent refusal",
            why: "An answer code of class 5 beside an address is what a failed delivery leaves.",
            source: "RFC 5321 section 4.2; RFC 3463",
            seen_in: text(smtp_transcript),
            shows: &["bounce/courier-bounce.eml"],
            spares: &["ordinary/de-holiday.eml"],
        },
        Signal {
            code: "calendar-answer",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a calendar invitation or its answer",
            why: "A person accepts or declines a meeting.",
            source: "RFC 6047 section 2.4",
            seen_in: see(calendar),
            shows: &["ordinary/calendar-accept.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "aggregate-report",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a DMARC or TLS aggregate report",
            why: "Statistics on a day's mail answer no single message.",
            source: "RFC 7489 section 7.2.1.1; RFC 8460 section 5.3",
            seen_in: see(aggregate_report),
            shows: &["ordinary/dmarc-aggregate-report.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "json-notification",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a JSON notification of a mailing service",
            why: "A service tells its customer about events; it is no answer by mail.",
            source: "Amazon SNS message format for SES",
            seen_in: text(json_notification),
            shows: &["ordinary/ses-sns-bounce-json.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
    ]
}

/// The delivery report of a message. Groups that merely stand in a text count where a program wrote
/// it: people quote them when they ask what they mean.
fn delivery(m: &Message) -> Option<&Notification> {
    let part = m.media_type == "multipart/report"
        || m.parts.iter().any(|p| p.media_type.ends_with("delivery-status"));
    m.notification.as_ref().filter(|n| {
        n.form == NotificationForm::Delivery
            && (part && declares_parts(m) || sender::automatic(m).is_some())
    })
}

/// Whether the header says that there are parts. Boundaries in a message that does not say so are found
/// too, because gateways lose the field; people paste the source of a report into a mail as well.
fn declares_parts(m: &Message) -> bool {
    m.headers.get("content-type").is_some_and(|v| {
        let v = v.trim_start().to_lowercase();
        v.starts_with("multipart") || v.starts_with("message/")
    })
}

/// The worst action of a delivery report. A group without `Action` counts by the class of its status.
pub(crate) fn worst_action(n: &Notification) -> Option<Action> {
    n.recipients
        .iter()
        .filter_map(|r| {
            r.action.or_else(|| match r.status.as_deref()?.as_bytes().first()? {
                b'5' => Some(Action::Failed),
                b'4' => Some(Action::Delayed),
                b'2' => Some(Action::Delivered),
                _ => None,
            })
        })
        .max()
}

fn dsn_failed(m: &Message) -> Option<String> {
    let n = delivery(m)?;
    (worst_action(n)? == Action::Failed).then(|| {
        let r = n.recipients.iter().find(|r| {
            r.action == Some(Action::Failed)
                || r.action.is_none() && r.status.as_deref().is_some_and(|s| s.starts_with('5'))
        });
        format!(
            "failed {} {}",
            r.and_then(|r| r.final_recipient.as_deref().or(r.original_recipient.as_deref()))
                .unwrap_or(""),
            r.and_then(|r| r.status.as_deref()).unwrap_or("")
        )
    })
}

fn dsn_not_failed(m: &Message) -> Option<String> {
    let worst = worst_action(delivery(m)?)?;
    (worst != Action::Failed).then(|| format!("{worst:?}").to_lowercase())
}

fn dsn_unreadable(m: &Message) -> Option<String> {
    match delivery(m) {
        Some(n) => worst_action(n).is_none().then(|| "no action named".to_owned()),
        None => (m.report_type.as_deref() == Some("delivery-status") && m.notification.is_none())
            .then(|| "report-type=delivery-status".to_owned()),
    }
}

fn disposition(m: &Message) -> Option<&Notification> {
    m.notification.as_ref().filter(|n| {
        n.form == NotificationForm::Disposition
            && (declares_parts(m) || sender::automatic(m).is_some())
    })
}

/// An automatically deleted disposition whose text speaks of a refusal or a full mailbox.
fn refusal(m: &Message) -> Option<String> {
    let n = disposition(m)?;
    let d: String = n
        .disposition
        .as_deref()
        .unwrap_or("")
        .split_whitespace()
        .collect::<String>()
        .to_lowercase();
    // A person who deletes mail unread makes the mail program say "deleted" too, but then by
    // manual-action; and Outlook's "not read" says "displayed" or "deleted" with manual sending.
    if !d.starts_with("automatic-action/mdn-sent-automatically") || !d.contains("deleted") {
        return None;
    }
    let text = m.text.to_lowercase();
    const REFUSALS: &[&str] = &[
        "refused",
        "refuse",
        "rejected",
        "reject",
        "quota",
        "mailbox is full",
        "mailbox full",
        "exceeded",
        "not accept",
        "could not be delivered",
        "undeliver",
        "abgelehnt",
        "verweigert",
        "rifiutat",
        "rechaz",
        "refusé",
        "rejeté",
    ];
    REFUSALS.iter().find(|w| text.contains(*w)).map(|w| format!("{d}: {w}"))
}

fn mdn(m: &Message) -> Option<String> {
    let n = disposition(m)?;
    match refusal(m) {
        Some(_) => None,
        None => Some(n.disposition.clone().unwrap_or_else(|| "disposition-notification".into())),
    }
}

fn mdn_refusal(m: &Message) -> Option<String> {
    refusal(m)
}

fn feedback(m: &Message) -> Option<String> {
    // maildrop's mailbot writes the part without the fields that make it one.
    let part = || m.parts.iter().any(|p| p.media_type == "message/feedback-report");
    if m.notification.is_none() && m.report_type.as_deref() == Some("feedback-report") && part() {
        return declares_parts(m).then(|| "report-type=feedback-report".to_owned());
    }
    let n = m.notification.as_ref().filter(|n| n.form == NotificationForm::Feedback)?;
    if !declares_parts(m) && sender::automatic(m).is_none() {
        return None;
    }
    Some(n.feedback_type.clone().unwrap_or_else(|| "feedback-report".into()))
}

fn returned_with_headers(m: &Message) -> Option<&crate::message::Returned> {
    m.returned.as_ref().filter(|r| r.form != ReturnedForm::Fragments)
}

fn returns_original(m: &Message) -> Option<String> {
    returned_with_headers(m)?;
    if quotes_like_a_person(m) {
        return None;
    }
    sender::automatic(m)
}

/// A quotation in the text of somebody who does not sign as a mail system. The return path may be empty
/// all the same: ticket systems send the replies of people so, and some stores lose it.
fn quotes_like_a_person(m: &Message) -> bool {
    let part = m.parts.iter().any(|p| {
        p.media_type == "message/rfc822"
            || p.media_type.starts_with("message/global")
            || p.media_type.ends_with("rfc822-headers")
    });
    let replies = super::headers::is_reply_or_forward(&m.subject);
    !sender::signs_as_daemon(m) && m.notification.is_none() && (replies || !part)
}

/// The addresses that the answer was sent to, unwrapped.
fn addressed_to(m: &Message) -> Vec<String> {
    m.to.iter()
        .map(|b| &b.address)
        .chain(&m.delivered_to)
        .filter(|a| !a.is_empty())
        .map(|a| a.base().key())
        .collect()
}

fn original_senders(m: &Message) -> Option<Vec<String>> {
    let r = returned_with_headers(m)?;
    let mut senders: Vec<String> = r.from.iter().map(|b| b.address.base().key()).collect();
    if let crate::message::ReturnPath::Is(a) = &r.return_path {
        senders.push(a.base().key());
    }
    for name in ["sender", "x-envelope-from", "resent-from", "errors-to"] {
        if let Some(value) = r.headers.get(name) {
            senders.push(crate::message::Address::new(value).base().key());
        }
    }
    senders.retain(|s| !s.is_empty());
    (!senders.is_empty()).then_some(senders)
}

pub(super) fn returns_recipients_mail(m: &Message) -> Option<String> {
    if quotes_like_a_person(m) {
        return None;
    }
    let to = addressed_to(m);
    original_senders(m)?.into_iter().find(|s| to.contains(s))
}

fn returns_others_mail(m: &Message) -> Option<String> {
    if sender::automatic(m).is_none() && super::headers::automatic(m).is_none() {
        return None;
    }
    let subject = m.subject.to_lowercase();
    const NOTICES: &[&str] = &[
        "postmaster copy",
        "postfix smtp server: errors",
        "postmaster notify",
        "virus alert",
        "virus found",
        "virus detected",
        "virus warning",
        "virus notification",
        "infected",
        "content filter",
        "in mail to you",
    ];
    let to = addressed_to(m);
    let for_postmaster = !m.to.is_empty()
        && m.to.iter().all(|b| {
            matches!(
                b.address.key().split('@').next(),
                Some("postmaster" | "abuse" | "hostmaster" | "root" | "admin" | "virusalert")
            )
        });
    let told = NOTICES.iter().find(|n| subject.contains(*n)).copied();
    let what = told.or(for_postmaster.then_some("sent to the postmaster"))?;
    // Without an original nothing shows whose mail it is about.
    if told.is_none() && m.returned.is_none() {
        return None;
    }
    // What root or the postmaster of one host sent comes back to root or the postmaster of another.
    let role = |address: &str| address.split('@').next().unwrap_or("").to_owned();
    let same_role = |s: &String| told.is_none() && to.iter().any(|t| role(t) == role(s));
    let ours = match original_senders(m) {
        Some(senders) => senders.iter().any(|s| to.contains(s) || same_role(s)),
        None => false,
    };
    (!ours).then(|| what.to_owned())
}

fn names_nobody(m: &Message) -> Option<String> {
    let null = m.return_path == crate::message::ReturnPath::Null;
    // Only what a mail system seems to sign needs the doubt; a text too short to tell has none.
    let doubtful = !null && m.text.trim().len() > 40 && sender::signs_as_daemon(m);
    (doubtful && m.parents.is_empty() && says_nothing_of_anybody(m)).then(|| m.subject.clone())
}

fn warns_of_nothing_sent(m: &Message) -> Option<String> {
    let null = m.return_path == crate::message::ReturnPath::Null;
    let doubtful = null && m.text.trim().len() > 40 && sender::signs_as_daemon(m);
    (doubtful && m.parents.is_empty() && says_nothing_of_anybody(m)).then(|| m.subject.clone())
}

pub(super) fn says_nothing_of_anybody(m: &Message) -> bool {
    m.notification.is_none()
        && m.returned.is_none()
        && !m.headers.has("x-failed-recipients")
        && !names_somebody(m)
}

/// Whether subject or text name anybody but the reader and the sender: an address, or whatever stands on
/// its own behind a line that announces it ("could not be delivered to:").
pub(crate) fn names_somebody(m: &Message) -> bool {
    let mut known = addressed_to(m);
    known.extend(m.from.iter().map(|b| b.address.base().key()));
    let text = super::recogniser::cut(&m.text, NAMES);
    let sign = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let named = [m.subject.as_str(), text].into_iter().any(|text| {
        text.match_indices('@').take(50).any(|(at, _)| {
            let local = text[..at].trim_end_matches(sign).len();
            let rest = text[at + 1..].trim_start_matches(sign);
            let end = text.len() - rest.len();
            let address = text[local..end].trim_matches(['.', '-', '\'', '=']);
            let address = crate::message::Address::new(address);
            !address.local().is_empty() && !known.contains(&address.base().key())
        })
    });
    named || announces(text)
}

/// Octets of a text in which those who failed are named.
const NAMES: usize = 4 << 10;

/// Whether a line ends with a colon and a short one follows that is no link.
fn announces(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut announced = 0;
    lines.any(|line| {
        let few = line.split_whitespace().count() <= 6 || line.contains('(');
        let here = announced > 0 && few && !line.contains("://");
        let lower = line.to_lowercase();
        let ends =
            ["to:", "recipient(s):", "recipients:", "recipient:", "address(es):", "addresses:"];
        if ends.iter().any(|end| lower.ends_with(end)) {
            announced = 2;
        } else if lower.contains("following recipient") || lower.contains("following address") {
            announced = 4;
        } else {
            announced -= i32::from(announced > 0);
        }
        here
    })
}

fn smtp_transcript(m: &Message) -> Option<String> {
    m.text.lines().find(|line| refusal_code(line)).map(str::to_owned)
}

/// An enhanced code of class 5 (`5.1.1`), or a reply code (`550`, `554-`) in a line that speaks of mail:
/// telephone numbers and prices have three digits too.
fn refusal_code(line: &str) -> bool {
    if !line.contains('5') {
        return false;
    }
    let mut previous = ' ';
    let mut plain = false;
    for word in line.split_inclusive(|c: char| !(c.is_ascii_digit() || c == '.')) {
        let (code, end) = match word.char_indices().next_back() {
            Some((i, c)) if !(c.is_ascii_digit() || c == '.') => (&word[..i], c),
            _ => (word, ' '),
        };
        match code.as_bytes() {
            [b'5', b'.', a, b'.', rest @ ..]
                if a.is_ascii_digit()
                    && !rest.is_empty()
                    && rest.iter().all(u8::is_ascii_digit) =>
            {
                return true;
            }
            [b'5', b'0' | b'1' | b'2' | b'3' | b'5' | b'7', _] if code != "555" => {
                plain |= !matches!(previous, '+' | '-' | '/' | '$' | ',' | '.' | '0'..='9')
                    && (end.is_whitespace() || matches!(end, '-' | '#' | ':' | ']' | ')'));
            }
            _ => {}
        }
        previous = end;
    }
    const MAIL: &[&str] = &[
        "@",
        "smtp",
        "said",
        "user",
        "mailbox",
        "recipient",
        "relay",
        "host",
        "reject",
        "denied",
        "refused",
        "mail",
        "message",
        "address",
        "quota",
        "unknown",
    ];
    if !plain {
        return false;
    }
    let lower = line.to_lowercase();
    MAIL.iter().any(|w| lower.contains(w))
}

fn calendar(m: &Message) -> Option<String> {
    m.parts.iter().find(|p| p.media_type == "text/calendar").map(|p| p.media_type.clone())
}

fn aggregate_report(m: &Message) -> Option<String> {
    let subject = m.subject.to_lowercase();
    let named = subject.contains("report domain:") && subject.contains("submitter:");
    let tls = m.media_type == "multipart/report" && m.report_type.as_deref() == Some("tlsrpt");
    (named || tls).then(|| m.subject.clone())
}

fn json_notification(m: &Message) -> Option<String> {
    let text = m.text.trim_start();
    (text.starts_with('{') && text.contains("\"notificationType\""))
        .then(|| "notificationType".to_owned())
}
