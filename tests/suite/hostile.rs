//! Hostile mail and hostile mailboxes: each made from a seed, each with its expected outcome, through every
//! command. Whatever is refused is ordinary with its defect named, and nothing ordinary is ever moved.

mod bombs;
mod breaking;
mod trees;

use std::fs;

use unscatter::message::{Limits, Message, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

use crate::support::{corpus, with_line_ends};
use breaking::{Expect, Mail};

/// One sample of each form that answers have, and ordinary mail that looks like one.
const BASES: &[(&str, Kind)] = &[
    ("bounce/postfix-bounce.eml", Kind::Bounce),
    ("bounce/exim-bounce.eml", Kind::Bounce),
    ("bounce/qmail-bounce.eml", Kind::Bounce),
    ("bounce/sendmail-bounce.eml", Kind::Bounce),
    ("delivery-notice/postfix-delay.eml", Kind::DeliveryNotice),
    ("auto-reply/pigeonhole-vacation.eml", Kind::AutoReply),
    ("challenge-response/tmda-confirm.eml", Kind::ChallengeResponse),
    ("receipt/thunderbird-displayed.eml", Kind::Receipt),
    ("feedback-report/feedback-abuse.eml", Kind::FeedbackReport),
    ("ordinary/reply-to-bounce.eml", Kind::Ordinary),
    ("ordinary/trap-null-sender-quoted-reply.eml", Kind::Ordinary),
    ("ordinary/list-post-quotes-dsn.eml", Kind::Ordinary),
];

fn judge(recogniser: &Recogniser, octets: &[u8]) -> (Message, Kind) {
    let m = parse(octets, &Limits::default(), recogniser.breaks());
    let evidence = recogniser.look(&m);
    let kind = decide_kind(&m, &evidence).kind;
    (m, kind)
}

/// All broken messages: name, what they were, what is expected, octets.
fn broken() -> Vec<(String, Kind, Expect, Vec<u8>)> {
    let mut all = Vec::new();
    for (base, kind) in BASES {
        let mail = Mail::read(&fs::read(corpus().join(base)).unwrap());
        for way in breaking::ALL {
            let name = format!("{base}: {}", way.name);
            all.push((name, *kind, way.expect, (way.apply)(&mail)));
        }
    }
    all
}

#[test]
fn broken_messages_stay_what_they_were_or_become_ordinary() {
    let recogniser = Recogniser::new(false);
    let mut wrong = Vec::new();
    let all = broken();
    assert!(all.len() >= 600, "only {} cases", all.len());
    for (name, was, expect, octets) in all {
        // The line ends are what some of them are about.
        let with_crlf = !octets.contains(&b'\r') && !octets.contains(&0);
        for crlf in [false, true] {
            if crlf && !with_crlf {
                continue;
            }
            let octets = if crlf { with_line_ends(&octets, true) } else { octets.clone() };
            let (m, found) = judge(&recogniser, &octets);
            let defects: Vec<_> = m.defects.iter().map(|d| d.code()).collect();
            let right = expect.holds(was, found, &defects);
            if !right {
                wrong.push(format!(
                    "{name} (CRLF: {crlf}): {}, {expect:?}, {defects:?}",
                    found.name()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn bombs_are_refused_or_cut_at_their_bounds() {
    let recogniser = Recogniser::new(false);
    let mut wrong = Vec::new();
    let all = bombs::all();
    assert!(all.len() >= 300, "only {} bombs", all.len());
    for bomb in all {
        let octets = (bomb.make)(bomb.size);
        let (m, found) = judge(&recogniser, &octets);
        let defects: Vec<_> = m.defects.iter().map(|d| d.code()).collect();
        if !bomb.expect.holds(bomb.was, found, &defects) {
            wrong.push(format!("{}: {}, {:?}, {defects:?}", bomb.name, found.name(), bomb.expect));
        }
        let kept = m.text.len() + m.headers.fields.iter().map(|f| f.value.len()).sum::<usize>();
        if kept > 1 << 20 {
            wrong.push(format!("{}: {kept} octets are kept", bomb.name));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
