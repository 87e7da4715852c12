//! Compares the body of an answered mail with that of the message in Sent that weaker marks name: its
//! sentences, and the hash in a returned DKIM signature. Reads no store; it is given octets.

use super::sketch::{of_text, sketch};
use super::{Answered, Link, Record};
use crate::codec::coded;
use crate::message::{Limits, body_hash, original};
use crate::sent::{DAY, SentIndex, SentNumber};
use crate::signals::Evidence;

/// What is kept of the body of one message in Sent while answers are compared with it.
#[derive(Debug, Clone)]
pub struct Body {
    /// Sentences and links, as a sketch numbers them, sorted.
    says: Box<[u32]>,
    /// Hash by the simple rules.
    simple: u64,
    /// Hash by the relaxed rules.
    relaxed: u64,
}

coded!(Body { says, simple, relaxed });

/// Messages to one correspondent that may be the answered one, where only a signature can tell.
const CANDIDATES: usize = 4;

/// With fewer sentences and links on either side nothing is concluded from a difference.
const ENOUGH: usize = 4;

impl Body {
    /// Reads the octets of a message in Sent.
    pub fn read(octets: &[u8]) -> Option<Body> {
        let returned = original(octets, &Limits::default())?;
        let body = [b"\r\n\r\n".as_slice(), b"\n\n"]
            .iter()
            .filter_map(|end| memchr::memmem::find(octets, end).map(|at| at + end.len()))
            .min()
            .map_or(&[][..], |at| &octets[at..]);
        Some(Body {
            says: of_text(&returned.text),
            simple: body_hash(body, false),
            relaxed: body_hash(body, true),
        })
    }

    /// Its hash by the rules that a signature names.
    fn hash(&self, relaxed: bool) -> u64 {
        if relaxed { self.relaxed } else { self.simple }
    }

    fn has(&self, number: &u32) -> bool {
        self.says.binary_search(number).is_ok()
    }
}

/// What the answered mail says beside its subject.
fn said(answered: &Answered) -> Vec<u32> {
    let subject = sketch(answered.subject.as_deref(), None);
    let says = answered.sketch.iter().filter(|n| subject.binary_search(n).is_err());
    says.copied().collect()
}

/// The messages in Sent whose bodies would tell more of this record.
pub fn wanted(record: &Record, sent: &SentIndex) -> Vec<SentNumber> {
    let a = &record.answered;
    match record.link {
        Link::Matched { solid: true, .. } => Vec::new(),
        Link::Matched { sent: n, .. } | Link::Contradicted(n) => {
            let tells = a.signature.is_some() || !said(a).is_empty();
            tells.then_some(n).into_iter().collect()
        }
        Link::Absent | Link::Unknowable if a.signature.is_some() => {
            let Some(moment) = a.sent_at().or(record.date) else { return Vec::new() };
            let near = |n: &SentNumber| {
                sent.date(*n).is_some_and(|d| d <= moment + DAY && d >= moment - 14 * DAY)
            };
            let mut found: Vec<SentNumber> =
                a.asked.iter().flat_map(|to| sent.by_recipient(to)).filter(near).collect();
            found.sort_unstable();
            found.dedup();
            found.truncate(CANDIDATES);
            found
        }
        Link::Absent | Link::Unknowable => Vec::new(),
    }
}

/// Adds what the bodies of these messages say of the record.
pub fn confirm<'b>(
    record: &mut Record,
    sent: &SentIndex,
    body: impl Fn(SentNumber) -> Option<&'b Body>,
) {
    let a = &record.answered;
    for n in wanted(record, sent) {
        let Some(body) = body(n) else { continue };
        let signed = a
            .signature
            .as_ref()
            .filter(|s| body.hash(s.relaxed) == s.digest && !body.says.is_empty());
        let recipient = a.asked.iter().find(|to| sent.went_to(n, to));
        if let Some(signed) = signed {
            record.evidence.extend(Evidence::of("body-hash-in-sent", &signed.domain));
            if let Some(to) = recipient {
                let known = record.evidence.iter().any(|e| e.signal.code == "recipient-in-sent");
                if !known {
                    record.evidence.extend(Evidence::of("recipient-in-sent", to.as_str()));
                }
                record.link = Link::Matched { sent: n, solid: true };
            }
            return;
        }
        if matches!(record.link, Link::Absent | Link::Unknowable) {
            continue;
        }
        let says = said(a);
        let common = says.iter().filter(|number| body.has(number)).count();
        if common >= 2 && common * 2 >= says.len().min(body.says.len()) {
            record.evidence.extend(Evidence::of("body-in-sent", &format!("{common} sentences")));
        } else if common == 0 && says.len() >= ENOUGH && body.says.len() >= ENOUGH {
            record.evidence.extend(Evidence::of("other-body", ""));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "From: n@example.org\nTo: a@example.net\nSubject: Plan\n\nThe garden needs water today.\nPlease bring the large can with you!\nThe roses stand behind the shed. They are thirsty.\n";

    fn answered(text: &str) -> Answered {
        let returned = original(text.as_bytes(), &Limits::default());
        let nothing = super::super::answered(
            &crate::message::Message::default(),
            crate::signals::Kind::Bounce,
            &[],
        );
        Answered { sketch: sketch(None, returned.as_ref()), ..nothing }
    }

    #[test]
    fn the_same_text_is_found_again_whatever_its_line_ends_and_encoding() {
        let body = Body::read(MAIL.as_bytes()).unwrap();
        let encoded = MAIL
            .replace("\n\n", "\nContent-Transfer-Encoding: quoted-printable\n\n")
            .replace("large", "l=61rge");
        for text in [MAIL.to_owned(), MAIL.replace('\n', "\r\n"), encoded] {
            let says = said(&answered(&text));
            assert!(says.len() >= 3 && says.iter().all(|n| body.has(n)), "{text}");
        }
        let other = "From: n@example.org\nSubject: Plan\n\nCheap watches for everybody.\nBuy them right now!\n";
        assert!(said(&answered(other)).iter().all(|n| !body.has(n)));
    }

    #[test]
    fn bodies_are_hashed_behind_the_first_blank_line() {
        let body = Body::read(MAIL.replace('\n', "\r\n").as_bytes()).unwrap();
        let plain = Body::read(MAIL.as_bytes()).unwrap();
        assert_eq!([body.simple, body.relaxed], [plain.simple, plain.relaxed]);
        let behind = MAIL.split_once("\n\n").unwrap().1;
        assert_eq!(body.relaxed, body_hash(behind.as_bytes(), true));
    }
}
