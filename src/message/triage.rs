//! The cheap look at the raw header block: may this be an automatic answer, and which ids does it
//! answer? It may say yes to ordinary mail; it must never say no to an automatic answer. One pass over
//! the lines, a look at the first octets of the body only where the headers cannot tell.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;

use super::parse::{date, line_at, message_ids};
use super::{Address, Date, MessageId, address};

/// What the cheap look found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Glance {
    /// Whether the message may be an automatic answer and has to be parsed.
    pub candidate: bool,
    /// First From address as written.
    pub from: Option<Address>,
    /// First To address as written.
    pub to: Option<Address>,
    /// Whether a mailing list distributed it (`List-Id`, `List-Post`, `Mailing-List`).
    pub list: bool,
    /// `Message-ID`.
    pub message_id: Option<MessageId>,
    /// `In-Reply-To` first, then the last of `References`: the ids this message answers.
    pub parents: Vec<MessageId>,
    /// `Date`, else that of the top `Received`.
    pub date: Option<Date>,
    /// Whether there is a `Received` field.
    pub has_received: bool,
}

/// Octets of the body that are looked at where headers cannot tell.
const BODY: usize = 4 << 10;

/// Words of subjects of automatic answers, in the languages that programs write them in. A subject that
/// is encoded or has raw octets is not decoded here: the message is parsed.
const SUBJECTS: &[&str] = &[
    "return",
    "deliver",
    "undeliv",
    "non-deliv",
    "nondeliv",
    "failure",
    "failed",
    "fail:",
    "delay",
    "warning",
    "reject",
    "refus",
    "bounce",
    "out of",
    "office",
    "automat",
    "auto:",
    "auto-",
    "auto ",
    "autoreply",
    "autoresp",
    "away",
    "vacation",
    "holiday",
    "leave",
    "absen",
    "not here",
    "unzustell",
    "abwesen",
    "nicht im",
    "urlaub",
    "zustell",
    "non remis",
    "echec",
    "ausencia",
    "ausente",
    "fuera de",
    "respuesta",
    "no entreg",
    "assenza",
    "fuori",
    "mancat",
    "recapit",
    "ferias",
    "onbestel",
    "afwezig",
    "svar:",
    "autosvar",
    "poissa",
    "nedoruc",
    "niedostarcz",
    "odpowied",
    "mailbox",
    "quota",
    "notif",
    "receipt",
    "read:",
    "read ",
    "gelesen",
    "lu :",
    "lu:",
    "letto",
    "lida",
    "gelezen",
    "opened",
    "confirm",
    "verif",
    "challenge",
    "spam",
    "approve",
    "authoriz",
    "status",
    "undeli",
    "problem",
    "error",
    "unable",
    "could not",
    "unknown user",
    "user unknown",
    "expired",
    "ticket",
    "case ",
    "request",
    "received",
    "thank",
    "acknowledg",
    "mail system",
    "postmaster",
    "message",
    "feedback",
    "complaint",
    "abuse",
    "action required",
    "vpn",
    "blocked",
    "infected",
    "virus",
];

/// Phrases of the first lines of answers whose headers say nothing.
const PHRASES: &[&str] = &[
    "this is the mail system",
    "created automatically by mail",
    "hi. this is the",
    "not be delivered",
    "undeliverable",
    "delivery status",
    "delivery-status",
    "disposition-notification",
    "feedback-report",
    "out of the office",
    "out of office",
    "message/rfc822",
    "rfc822-headers",
    "message/global",
    "automatically generated",
    "automatic reply",
    "automated response",
    "auto-reply",
    "autoreply",
    "autorespond",
    "could not deliver",
    "unable to deliver",
    "couldn't be delivered",
    "wasn't delivered",
    "was not delivered",
    "delivery failed",
    "delivery has failed",
    "delivery to the following",
    "permanent error",
    "permanent fatal",
    "user unknown",
    "unknown user",
    "no such user",
    "mailbox full",
    "mailbox is full",
    "over quota",
    "returned to you",
    "returned mail",
    "original message follows",
    "550 ",
    "554 ",
    "553 ",
    "552 ",
    "5.1.1",
    "5.2.2",
    "5.7.1",
    "final-recipient",
    "reporting-mta",
    "vacation",
    "on holiday",
    "on leave",
    "nicht zugestellt",
    "nicht im b",
    "please click",
    "ensure delivery",
    "allowed list",
    "approved sender",
    "verif",
    "whitelist",
    "to complete the delivery",
    "confirm that you",
    "click the link below",
    "click on the link",
    "reply to this message",
    "remise",
    "no pudo ser entregado",
    "niet worden afgeleverd",
    "konnte nicht",
    "unfortunately",
];

/// Local parts (bare of dots, dashes and underscores) that programs sign with.
const SENDERS: &[&str] = &[
    "daemon",
    "postmast",
    "postoffice",
    "noreply",
    "donotreply",
    "bounce",
    "autoreply",
    "autorespond",
    "responder",
    "listserv",
    "majordomo",
    "mailer",
    "mmdf",
    "pmdf",
    "mailadmin",
    "mailgateway",
    "administrator",
    "microsoftexchange",
    "mailsystem",
    "maildelivery",
    "mda",
    "vacation",
    "challenge",
    "confirm",
    "verify",
    "notification",
    "system",
    "mail",
    "gateway",
    "nobody",
    "root",
    "admin",
    "abuse",
    "feedback",
    "fbl",
    "staff",
    "complaint",
    "scanner",
    "antivirus",
    "support",
    "help",
    "info",
    "ticket",
    "service",
    "request",
    "owner",
    "robot",
];

fn automaton(words: &[&str]) -> Option<AhoCorasick> {
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).ok()
}

fn subjects() -> Option<&'static AhoCorasick> {
    static A: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    A.get_or_init(|| automaton(SUBJECTS)).as_ref()
}

fn phrases() -> Option<&'static AhoCorasick> {
    static A: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    A.get_or_init(|| automaton(PHRASES)).as_ref()
}

fn senders() -> Option<&'static AhoCorasick> {
    static A: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    A.get_or_init(|| automaton(SENDERS)).as_ref()
}

/// Without patterns everything is looked at: slow, never wrong.
fn hits(patterns: Option<&AhoCorasick>, octets: &[u8]) -> bool {
    patterns.is_none_or(|p| p.is_match(octets))
}

fn is(name: &[u8], wanted: &[u8]) -> bool {
    name.eq_ignore_ascii_case(wanted)
}

/// What is left open until the end of the header block.
#[derive(Default)]
struct Open {
    references: Option<MessageId>,
    received_date: Option<Date>,
}

/// Looks at the first octets of a message: the header block and, where headers cannot tell, the first
/// lines of the body.
pub fn glance(head: &[u8]) -> Glance {
    let mut g = Glance::default();
    let mut open = Open::default();
    let mut at = 0;
    let mut fields = 0;
    let body = loop {
        let line = line_at(head, at);
        if line.is_empty() {
            break head.len();
        }
        if (line == b"\n" || line == b"\r\n") && (fields > 0 || at > 4_096) {
            break at + line.len();
        }
        let mut end = at + line.len();
        // A field goes on in lines that begin with a blank.
        while head.get(end).is_some_and(|b| *b == b' ' || *b == b'\t') {
            end += line_at(head, end).len();
        }
        let whole = &head[at..end];
        at = end;
        let Some(colon) = memchr::memchr(b':', &whole[..whole.len().min(100)]) else { continue };
        fields += 1;
        field(whole[..colon].trim_ascii_end(), &whole[colon + 1..], &mut g, &mut open);
    };
    if let Some(last) = open.references
        && !g.parents.contains(&last)
    {
        g.parents.push(last);
    }
    g.date = g.date.or(open.received_date);
    if fields == 0 {
        g.candidate = true;
    }
    if !g.candidate {
        let body = &head[body.min(head.len())..];
        g.candidate = hits(phrases(), &body[..body.len().min(BODY)]);
    }
    g
}

fn field(name: &[u8], value: &[u8], g: &mut Glance, open: &mut Open) {
    match name.first().map(u8::to_ascii_lowercase) {
        Some(b'a') if is(name, b"auto-submitted") => {
            g.candidate |= !value.trim_ascii().eq_ignore_ascii_case(b"no");
        }
        Some(b'c') if is(name, b"content-type") => {
            let lower = value.to_ascii_lowercase();
            let report = memchr::memmem::find(&lower, b"report").is_some();
            g.candidate |= report || memchr::memmem::find(&lower, b"message/").is_some();
        }
        Some(b'd') if is(name, b"date") => g.date = date(&String::from_utf8_lossy(value)),
        Some(b'd') if is(name, b"delivered-to") => {
            g.candidate |= value.trim_ascii().eq_ignore_ascii_case(b"autoresponder");
        }
        Some(b'f') if is(name, b"from") => from(value, g),
        Some(b'i') if is(name, b"in-reply-to") => {
            g.parents.extend(message_ids(&String::from_utf8_lossy(value)).into_iter().take(1));
        }
        Some(b'l') if is(name, b"list-id") || is(name, b"list-post") => g.list = true,
        Some(b'm') if is(name, b"mailing-list") => g.list = true,
        Some(b'm') if is(name, b"message-id") => {
            g.message_id = message_ids(&String::from_utf8_lossy(value)).into_iter().next();
        }
        Some(b'p') if is(name, b"precedence") => {
            let value = value.trim_ascii().to_ascii_lowercase();
            g.candidate |= value.starts_with(b"auto") || value == b"junk" || value == b"bulk";
        }
        Some(b'r') if is(name, b"return-path") => {
            let inner = value.trim_ascii();
            g.candidate |= inner == b"<>" || inner.is_empty();
        }
        Some(b'r') if is(name, b"received") => {
            if !g.has_received {
                let text = String::from_utf8_lossy(value);
                open.received_date = text.rsplit_once(';').and_then(|(_, d)| date(d));
            }
            g.has_received = true;
        }
        Some(b'r') if is(name, b"references") => {
            open.references = message_ids(&String::from_utf8_lossy(value)).pop();
        }
        Some(b's') if is(name, b"subject") => subject(value, g),
        Some(b't') if is(name, b"to") => {
            let mut first = address::list(value.trim_ascii(), None, 1).into_iter();
            g.to = first.next().map(|b| b.address).filter(|a| !a.is_empty());
        }
        Some(b'x') => extension(name, g),
        _ => {}
    }
}

fn from(value: &[u8], g: &mut Glance) {
    let first = address::list(value.trim_ascii(), None, 1).into_iter().next();
    let address = first.map(|b| b.address).filter(|a| !a.as_str().trim_matches('@').is_empty());
    match &address {
        Some(a) => {
            let local: Vec<u8> = a.local().bytes().filter(u8::is_ascii_alphanumeric).collect();
            g.candidate |= hits(senders(), &local);
        }
        // Mail systems sign with empty brackets.
        None => g.candidate = true,
    }
    g.from = address;
}

fn subject(value: &[u8], g: &mut Glance) {
    let bare = value.trim_ascii();
    // Encoded or raw octets are read by the parser; an address for a subject is what some
    // autoresponders write.
    g.candidate |= !bare.is_ascii()
        || memchr::memmem::find(bare, b"=?").is_some()
        || bare.contains(&0x1b)
        || bare.contains(&b'@')
        || bare.is_empty()
        || hits(subjects(), &bare[..bare.len().min(1 << 10)]);
}

fn extension(name: &[u8], g: &mut Glance) {
    let lower = name.to_ascii_lowercase();
    const MARKS: &[&[u8]] = &[
        b"x-failed-recipients",
        b"x-auto",
        b"x-mail-autoreply",
        b"x-fc-machinegenerated",
        b"x-post-messageclass",
        b"x-precedence",
        b"x-vacation",
        b"x-qurb",
        b"x-boxtrapper",
        b"x-tmda",
        b"x-delivery-agent",
        b"x-asg",
        b"x-spamarrest",
        b"x-challenge",
        b"x-ms-exchange-message-is-ndr",
        b"x-ms-exchange-generated",
        b"x-loop",
        b"x-bounce",
        b"x-amazon-auto",
        b"x-mdaemon",
        b"x-actual-recipient",
        b"x-mimecast-originator",
        b"x-original-message-id",
        b"x-return-path-hint",
    ];
    g.candidate |= MARKS.iter().any(|m| lower.starts_with(m));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_between_people_is_no_candidate_and_names_what_it_answers() {
        let g = glance(
            b"Return-Path: <a@example.org>\nReceived: from x by y; Mon, 23 Nov 2026 19:15:27 +0000\n\
              From: A <a@example.org>\nTo: B <b@example.net>\nSubject: Re: Lunch\nMessage-ID: <2@example.org>\n\
              In-Reply-To: <1@example.net>\nReferences: <0@example.net>\n <1@example.net>\n\nSee you at noon.\n",
        );
        assert!(!g.candidate);
        assert_eq!(g.parents, [MessageId::new("1@example.net")]);
        assert_eq!(g.from, Some(Address::new("a@example.org")));
        assert_eq!(g.to, Some(Address::new("b@example.net")));
        assert_eq!(g.date.map(|d| d.unix), Some(1_795_461_327));
        assert!(g.has_received && !g.list);
    }

    #[test]
    fn each_mark_of_a_program_alone_makes_a_candidate() {
        for mark in [
            "Return-Path: <>",
            "Auto-Submitted: auto-replied",
            "Content-Type: multipart/report; boundary=x",
            "From: MAILER-DAEMON <>",
            "From: Mail-Daemon@example.org",
            "X-Failed-Recipients: a@example.org",
            "Precedence: junk",
            "Subject: =?utf-8?q?x?=",
            "Subject: Out of Office",
            "Delivered-To: Autoresponder",
        ] {
            let message = format!("{mark}\nDate: Mon, 23 Nov 2026 19:15:27 +0000\n\nhello\n");
            assert!(glance(message.as_bytes()).candidate, "{mark}");
            assert!(glance(message.replace('\n', "\r\n").as_bytes()).candidate, "{mark} CRLF");
        }
    }

    #[test]
    fn the_first_lines_of_the_body_tell_where_headers_cannot() {
        let message =
            b"From: a@example.org\nSubject: hello\n\nThis is the mail system at host x.\n";
        assert!(glance(message).candidate);
    }
}
