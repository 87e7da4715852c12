//! Reads from an answer what is known of the mail it answers. Knows one message, never Sent.

use std::collections::BTreeSet;

use super::sketch::{links, sketch};
use super::{Answered, Returns};
use crate::message::{
    Address, BodyHash, Hop, Message, MessageId, ReturnPath, Returned, ReturnedForm,
};
use crate::sent::{id_shape, mailer_name, org_domain};
use crate::signals::{Kind, arrival};

/// What is known of the mail that this message answers. `failed` are the recipients that its report or
/// text names.
pub fn answered(m: &Message, kind: Kind, failed: &[String]) -> Answered {
    let returned = m.returned.as_ref();
    let notification = m.notification.as_ref();
    let mut ids: Vec<MessageId> = returned
        .iter()
        .flat_map(|r| r.message_id.iter().chain(&r.alias_ids))
        .chain(notification.iter().filter_map(|n| n.original_message_id.as_ref()))
        .cloned()
        .chain(m.headers.get("x-riferimento-message-id").map(MessageId::new))
        .filter(|id| !id.is_empty())
        .collect();
    let referred = ids.is_empty() && kind != Kind::FeedbackReport;
    if referred {
        ids.extend(m.parents.first().filter(|id| !id.is_empty()).cloned());
    }
    let subject = returned
        .and_then(|r| r.subject.clone())
        .filter(|s| !s.trim().is_empty())
        .or_else(|| answered_subject(m, kind));
    let sketch = sketch(subject.as_deref(), returned);
    let headers = returned.is_some_and(|r| r.form != ReturnedForm::Fragments);

    let mut asked: Vec<Address> = failed.iter().map(|f| Address::new(f)).collect();
    if let Some(n) = notification {
        for r in &n.recipients {
            asked.extend(
                r.final_recipient.iter().chain(&r.original_recipient).map(|a| Address::new(a)),
            );
        }
    }
    for field in ["x-failed-recipients", "x-actual-recipient"] {
        if let Some(value) = m.headers.get(field) {
            asked.extend(value.split(',').map(Address::new));
        }
    }
    if matches!(kind, Kind::AutoReply | Kind::ChallengeResponse | Kind::Receipt) {
        asked.extend(m.from.iter().chain(&m.reply_to).map(|b| b.address.clone()));
    }
    dedup(&mut asked);
    let mut passed: Vec<Address> = Vec::new();
    if let Some(r) = returned {
        passed.extend(r.hops.iter().filter_map(|h| h.to.clone()));
        for field in ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"] {
            passed.extend(r.headers.all(field).map(Address::new));
        }
    }
    dedup(&mut passed);
    let mut answered_to: Vec<Address> = m.to.iter().map(|b| b.address.clone()).collect();
    if answered_to.is_empty() {
        answered_to.clone_from(&m.delivered_to);
    }
    dedup(&mut answered_to);

    Answered {
        returns: if headers {
            Returns::Headers
        } else if !ids.is_empty() || subject.is_some() {
            Returns::Mention
        } else {
            Returns::Nothing
        },
        shape: ids.first().map(id_shape),
        ids,
        referred,
        date: returned.and_then(|r| r.date),
        arrival: notification.and_then(|n| n.arrival_date).or_else(|| {
            arrival(m).filter(|_| kind == Kind::Bounce || kind == Kind::DeliveryNotice)
        }),
        from: returned
            .and_then(|r| r.from.first())
            .map(|b| b.address.clone())
            .filter(|a| !a.is_empty()),
        to: returned
            .iter()
            .flat_map(|r| r.to.iter().chain(&r.cc))
            .map(|b| b.address.clone())
            .filter(|a| !a.is_empty())
            .take(8)
            .collect(),
        subject,
        mailer: returned.filter(|_| headers).map(|r| {
            r.headers
                .get("user-agent")
                .or_else(|| r.headers.get("x-mailer"))
                .map(mailer_name)
                .unwrap_or_default()
        }),
        hops: returned.map(|r| distinct(&r.hops)).unwrap_or_default(),
        sketch,
        links: returned.map(|r| links(&r.text)).unwrap_or_default(),
        name: returned
            .and_then(|r| r.from.first())
            .map(|b| b.name.chars().take(80).collect())
            .unwrap_or_default(),
        script: returned.and_then(script),
        asked,
        passed,
        answered_name: match m.to.as_slice() {
            [one] => one.name.chars().take(80).collect(),
            _ => String::new(),
        },
        answered_to,
        return_path: returned.and_then(|r| match &r.return_path {
            ReturnPath::Is(a) => Some(a.clone()),
            _ => None,
        }),
        authentication_failed: returned.and_then(authentication_failed),
        signature: returned.and_then(signature).map(Box::new),
    }
}

/// The signature for the domain of the From field; those of services and lists are theirs.
fn signature(r: &Returned) -> Option<BodyHash> {
    let from = org_domain(r.from.first()?.address.domain());
    BodyHash::all(&r.headers).find(|s| org_domain(&s.domain) == from)
}

/// Hops that a record keeps.
const HOPS: usize = crate::limits::RECORD_HOPS;

/// The hops without those of a loop that repeat a lower one, top first: the first time round stands next
/// to the host from which the mail came into the loop. Of very many the lowest are kept too, where the
/// author stands.
fn distinct(hops: &[Hop]) -> Vec<Hop> {
    let mut seen = BTreeSet::new();
    let mut kept: Vec<Hop> = hops
        .iter()
        .rev()
        .filter(|h| h.ip.is_none() || seen.insert((h.ip, h.by.as_deref())))
        .cloned()
        .collect();
    kept.reverse();
    if kept.len() > HOPS {
        kept.drain(HOPS / 2..kept.len() - HOPS / 2);
    }
    kept
}

/// The script that PHP or a hosting server's wrapper names as the author of a mail.
fn script(r: &Returned) -> Option<String> {
    ["x-php-originating-script", "x-php-script", "x-source-args"]
        .iter()
        .find_map(|f| r.headers.get(f))
        .map(|v| v.chars().take(120).collect())
}

fn dedup(addresses: &mut Vec<Address>) {
    let mut seen = BTreeSet::new();
    addresses.retain(|a| a.as_str().contains('@') && seen.insert(a.key()));
    addresses.truncate(crate::limits::RECORD_ADDRESSES);
}

/// Whether what stands in brackets behind a subject is the answer's own: a word of what it asks, or a
/// challenge's key.
fn is_note(bracketed: &str, kind: Kind) -> bool {
    const ASKED: &[&str] = &["verif", "confirm", "bestätig", "conferm", "authent", "request"];
    let lower = bracketed.to_lowercase();
    kind == Kind::ChallengeResponse && bracketed.chars().any(|c| c.is_ascii_digit())
        || ASKED.iter().any(|w| lower.contains(w))
}

/// The subject of the answered mail as an automatic reply repeats it behind its own prefix
/// ("Automatic reply: Lunch", "Auto: Lunch", "Re: Lunch").
fn answered_subject(m: &Message, kind: Kind) -> Option<String> {
    if !matches!(kind, Kind::AutoReply | Kind::Receipt | Kind::ChallengeResponse) {
        return None;
    }
    let subject = m.subject.trim();
    let colon = subject.split_once([':', '：']);
    // Mozilla's receipts: "Return Receipt (displayed) - Lunch".
    let dash = subject.split_once(" - ").filter(|_| kind == Kind::Receipt);
    let (prefix, rest) = match (colon, dash) {
        (Some(c), Some(d)) if d.0.len() < c.0.len() => d,
        (Some(c), _) => c,
        (None, d) => d?,
    };
    let mut rest = rest.trim();
    // A challenge puts its own key or note behind the subject: "(ask:1790000000.a1.b2)", "[Qurb #12]",
    // "[Verification required]".
    if kind != Kind::Receipt
        && let Some(open) = rest.rfind(['(', '['])
        && rest.ends_with([')', ']'])
        && is_note(&rest[open..], kind)
    {
        rest = rest[..open].trim_end();
    }
    (prefix.chars().count() <= 32 && !rest.is_empty()).then(|| rest.to_owned())
}

/// A failed SPF, DKIM or DMARC check recorded in the returned headers.
fn authentication_failed(r: &Returned) -> Option<String> {
    r.headers.fields.iter().find_map(|field| {
        let value = field.value.to_lowercase();
        let failed = match field.name.as_str() {
            "received-spf" => value.starts_with("fail") || value.starts_with("softfail"),
            "authentication-results" | "arc-authentication-results" => {
                ["spf=fail", "spf=softfail", "dmarc=fail", "dkim=fail"]
                    .iter()
                    .any(|f| value.contains(f))
            }
            _ => false,
        };
        failed.then(|| {
            format!("{}: {}", field.name, field.value.chars().take(100).collect::<String>())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_loop_the_first_time_round_is_kept() {
        let hop =
            |ip: &str, by: &str| Hop { ip: ip.parse().ok(), by: Some(by.into()), ..Hop::default() };
        let (there, back) = (hop("192.0.2.1", "b.example"), hop("192.0.2.2", "a.example"));
        let from = hop("198.51.100.7", "a.example");
        let loops = [&there, &back, &there, &back, &there, &from].map(Clone::clone);
        assert_eq!(
            distinct(&loops),
            [back, there, from],
            "its last hop took it from the host below"
        );
    }

    fn subject(kind: Kind, subject: &str) -> Option<String> {
        answered_subject(&Message { subject: subject.into(), ..Message::default() }, kind)
    }

    #[test]
    fn the_answered_subject_is_read_without_what_the_answer_puts_around_it() {
        let challenge = |s: &str| subject(Kind::ChallengeResponse, s).unwrap();
        assert_eq!(challenge("Re: Lunch [Verification required]"), "Lunch");
        assert_eq!(challenge("Re: Lunch (ask:1790000000.a1.b2)"), "Lunch");
        assert_eq!(challenge("Re: Lunch [garden club]"), "Lunch [garden club]");
        let receipt = |s: &str| subject(Kind::Receipt, s);
        assert_eq!(receipt("Return Receipt (displayed) - Lunch: Monday").unwrap(), "Lunch: Monday");
        assert_eq!(receipt("Read: Lunch - Monday").unwrap(), "Lunch - Monday");
        assert_eq!(receipt("Lunch"), None);
        assert_eq!(subject(Kind::AutoReply, "Away - Lunch"), None);
        let reply = |s: &str| subject(Kind::AutoReply, s).unwrap();
        assert_eq!(reply("Re: Lunch (verification required)"), "Lunch");
        assert_eq!(reply("Re: Lunch (March 2026)"), "Lunch (March 2026)");
    }
}
