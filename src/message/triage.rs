//! The cheap look at the raw header block: may this be an automatic answer, and which ids does it
//! answer? It may say yes to ordinary mail; it must never say no to an automatic answer.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem;

use super::literals::Literals;
use super::lowered::lowered;
use super::mailboxes::mailboxes;
use super::transfer::Transfer;
use super::{Address, Date, Hop, MessageId, charset, fields, html, marks};

/// What the cheap look found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Glance {
    /// Whether the message may be an automatic answer and has to be parsed.
    pub candidate: bool,
    /// Where only everyday words speak for it: what has to be looked at before it is parsed.
    pub opening: Option<Box<Opening>>,
    /// Whether a mailing list distributed it (`List-Id` and the like).
    pub list: bool,
    /// `In-Reply-To` first, then the last of `References`: the ids this message answers.
    pub parents: Vec<MessageId>,
    /// First From address as written. Like the next two only read where the message answers another.
    pub from: Option<Address>,
    /// First To address as written.
    pub to: Option<Address>,
    /// `Date`, else that of the top `Received`.
    pub date: Option<Date>,
}

/// Where a message that no field marks starts: enough to tell whether parsing it could find anything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opening {
    /// The subject, decoded.
    pub subject: String,
    /// The first mailbox of From, as `name <address>`.
    pub from: String,
    /// `Content-Type` as written.
    pub content_type: String,
    /// `Return-Path` as written.
    pub return_path: String,
    /// The names of all header fields, lower case.
    pub names: Vec<String>,
    /// The first octets of the body, decoded; of HTML the text that is read.
    pub text: String,
    /// Whether the body names a part of a report, or a returned message.
    pub parts: bool,
    /// Whether something says, if weakly, that a program sent it: an address that takes no answers, or a
    /// field of mass mail.
    pub by_program: bool,
}

/// Octets of a body that are looked at.
const BODY: usize = crate::limits::GLANCE_BODY;
/// Octets of one value that are looked at.
const VALUE: usize = crate::limits::GLANCE_VALUE;

/// The fields that the look needs, as they stand.
#[derive(Default)]
struct Head<'a> {
    from: Option<&'a [u8]>,
    to: Option<&'a [u8]>,
    subject: Option<&'a [u8]>,
    content_type: Option<&'a [u8]>,
    return_path: Option<&'a [u8]>,
    transfer: Option<&'a [u8]>,
    in_reply_to: Option<&'a [u8]>,
    references: Option<&'a [u8]>,
    date: Option<&'a [u8]>,
    received: Option<&'a [u8]>,
    /// A field that only automatic answers have, or one that says that this may be one.
    marked: bool,
    /// `Precedence` of mass mail, or `X-Loop`: a mark, unless a list sent it.
    bulk: bool,
    list: bool,
    /// Whether a mail program names itself, or the message is MIME.
    composed: bool,
    /// Whether a filter took it for spam: it may have put it into a report of its own.
    spam: bool,
    names: Vec<&'a [u8]>,
    body: usize,
}

/// Looks at the first octets of a message: the header block and, where headers cannot tell, the first
/// lines of the body.
pub fn glance(head: &[u8]) -> Glance {
    let seen = Head::read(head);
    // References grow at their end, which is the part that counts.
    let references =
        seen.references.map(|v| &v[v.len().saturating_sub(VALUE)..]).unwrap_or_default();
    let last = MessageId::all(&line(references), 200).pop();
    let mut parents = seen.in_reply_to.map(|v| MessageId::all(&line(v), 10)).unwrap_or_default();
    if let Some(last) = last.filter(|id| !parents.contains(id)) {
        parents.push(last);
    }
    let first = |value: &[u8]| mailboxes(&line(value), 1).into_iter().next();
    let sender = seen.from.and_then(first);
    let marked = seen.marked
        || (seen.bulk && !seen.list)
        || sender.as_ref().is_none_or(|s| daemon(s.address.local(), &s.name))
        || seen.content_type.is_some_and(|v| reports(v) || seen.spam && wraps(v))
        || seen.bare(head);
    let mut glance = Glance { candidate: marked, list: seen.list, ..Glance::default() };
    if !marked {
        let subject = seen.subject.map(decoded).unwrap_or_default();
        match speaks(&subject) {
            Speaks::Surely => glance.candidate = true,
            speaks => {
                let no_reply =
                    sender.as_ref().is_some_and(|s| NO_REPLY.any_in(s.address.local().as_bytes()));
                glance.candidate = speaks == Speaks::Perhaps || no_reply || says(&seen, head);
                if glance.candidate {
                    let from = sender.as_ref().map(|s| format!("{} <{}>", s.name, s.address));
                    let (text, parts) = opening(&seen, head);
                    glance.opening = Some(Box::new(Opening {
                        subject,
                        from: from.unwrap_or_default(),
                        content_type: seen.content_type.map(line).unwrap_or_default().into_owned(),
                        return_path: seen.return_path.map(line).unwrap_or_default().into_owned(),
                        names: seen
                            .names
                            .iter()
                            .map(|n| String::from_utf8_lossy(n).to_lowercase())
                            .collect(),
                        parts,
                        text,
                        by_program: no_reply || seen.bulk,
                    }));
                }
            }
        }
    }
    if !parents.is_empty() {
        let address = |b: super::Mailbox| Some(b.address).filter(|a| !a.is_empty());
        glance.from = sender.and_then(address);
        glance.to = seen.to.and_then(first).and_then(address);
        glance.date = date(&seen);
        glance.parents = parents;
    }
    glance
}

/// When a message says that it was written: `Date`, else the date of the top `Received`.
pub fn written(head: &[u8]) -> Option<Date> {
    date(&Head::read(head))
}

fn date(seen: &Head<'_>) -> Option<Date> {
    let date = seen.date.and_then(|v| Date::read(&line(v)));
    date.or_else(|| seen.received.and_then(|v| Hop::read(&line(v)).date))
}

fn line(value: &[u8]) -> Cow<'_, str> {
    fields::unfold(&value[..value.len().min(VALUE)], None, VALUE).0
}

fn decoded(value: &[u8]) -> String {
    fields::text(&value[..value.len().min(VALUE)], None, VALUE).0
}

impl<'a> Head<'a> {
    fn read(raw: &'a [u8]) -> Head<'a> {
        let mut head = Head { body: raw.len(), ..Head::default() };
        let mut at = 0;
        // What stands before the fields: blank lines, a From_ line.
        while at < raw.len() {
            let (text, next) = fields::line(raw, at);
            let envelope = text.strip_prefix(b">").unwrap_or(text).strip_prefix(b"From ");
            if let Some(envelope) = envelope {
                // The From_ line of an mbox has the envelope sender.
                head.marked |=
                    envelope.len() > 12 && envelope[..12].eq_ignore_ascii_case(b"MAILER-DAEMON");
            } else if !text.trim_ascii().is_empty() {
                break;
            }
            at = next;
        }
        while at < raw.len() {
            let (text, mut next) = fields::line(raw, at);
            if text.is_empty() {
                head.body = next;
                break;
            }
            let Some(name) = fields::name(text) else {
                if !matches!(text[0], b' ' | b'\t') && !text.starts_with(b">From ") {
                    head.body = head.body.min(at);
                }
                at = next;
                continue;
            };
            head.names.push(name);
            let start = at + memchr::memchr(b':', text).unwrap_or(0) + 1;
            while matches!(raw.get(next), Some(b' ' | b'\t')) {
                next = fields::line(raw, next).1;
            }
            head.field(name, &raw[start.min(next)..next]);
            at = next;
        }
        head
    }

    fn field(&mut self, name: &[u8], value: &'a [u8]) {
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        let begins = |other: &str| {
            name.get(..other.len()).is_some_and(|n| n.eq_ignore_ascii_case(other.as_bytes()))
        };
        let first = |slot: &mut Option<&'a [u8]>| {
            slot.get_or_insert(value);
        };
        match name[0] | 0x20 {
            b'a' if is("auto-submitted") => self.marked |= !starts(value, b"no"),
            b'a' if begins("auto") || begins("arf") => self.marked = true,
            b'c' if is("content-type") => {
                self.composed = true;
                first(&mut self.content_type);
            }
            b'c' if is("content-transfer-encoding") => first(&mut self.transfer),
            b'd' if is("date") => first(&mut self.date),
            b'd' if is("delivered-to") => self.marked |= AUTORESPONDER.any_in(value),
            b'e' if is("envelope-from") => self.marked |= null(value),
            b'f' if is("from") => {
                // Which of several counts the whole look knows.
                self.marked |= self.from.is_some();
                first(&mut self.from);
            }
            b't' if is("to") => first(&mut self.to),
            b'f' if begins("failed") => self.marked = true,
            b'i' if is("in-reply-to") => first(&mut self.in_reply_to),
            b'l' if is("list-id") || is("list-post") || is("list-unsubscribe") => self.list = true,
            b'm' if is("mime-version") => self.composed = true,
            b'o' if begins("original-") => self.marked = true,
            b'p' if is("precedence") => self.precedence(value),
            b'r' if is("received") => first(&mut self.received),
            b'r' if is("references") => first(&mut self.references),
            b'r' if is("return-path") => {
                self.marked |= null(value) || asks(value);
                first(&mut self.return_path);
            }
            b'r' if is("reply-to") => self.marked |= asks(value),
            b's' if is("subject") => first(&mut self.subject),
            b's' if is("sender") => self.marked |= daemon(&String::from_utf8_lossy(value), ""),
            b'u' if is("user-agent") => self.composed = true,
            b'x' => self.extension(name, value),
            _ => {}
        }
    }

    /// vacation(1) and scripts like it write a short text and next to no field: no Subject unless it is
    /// configured, no MIME, no mail program.
    fn bare(&self, raw: &[u8]) -> bool {
        let short = raw.len().saturating_sub(self.body) < 1_000;
        let answers = self.in_reply_to.is_some() || self.references.is_some();
        self.subject.is_none_or(|s| s.trim_ascii().is_empty())
            || (!self.composed && !self.list && !answers && short)
    }

    fn precedence(&mut self, value: &[u8]) {
        if starts(value, b"auto") {
            self.marked = true;
        } else if starts(value, b"junk") || starts(value, b"bulk") {
            self.bulk = true;
        } else if starts(value, b"list") {
            self.list = true;
        }
    }

    /// Fields that responders, challenge systems and transfer agents add. `X-Auto-Response-Suppress`
    /// asks others not to answer and is no mark.
    fn extension(&mut self, name: &[u8], value: &[u8]) {
        let rest = name.strip_prefix(b"X-").or_else(|| name.strip_prefix(b"x-")).unwrap_or(name);
        let begins = |other: &str| {
            rest.get(..other.len()).is_some_and(|n| n.eq_ignore_ascii_case(other.as_bytes()))
        };
        let ends = |end: &str| {
            let at = name.len().saturating_sub(end.len());
            name[at..].eq_ignore_ascii_case(end.as_bytes())
        };
        if begins("precedence") {
            self.precedence(value);
        } else if begins("debian-pr-message") {
            self.marked |= starts(value, b"ack");
        } else if begins("loop") {
            self.bulk = true;
        } else if begins("envelope-from") || begins("envelope-sender") || begins("sender") {
            self.marked |= null(value);
        } else if begins("mailer") || begins("mimeole") {
            self.marked |= MAILERS.any_in(value);
            self.composed = true;
        } else if begins("spam-flag") {
            self.spam = starts(value, b"yes");
        } else if begins("mailing-list") {
            self.list = true;
        } else if begins("auto") {
            self.marked |= !begins("auto-response-suppress");
        } else if ends("-mailscanner") {
            // The same field says of all other mail what was found in it.
            self.marked |= starts(value, b"generated");
        } else {
            const MARKS: [&str; 25] = [
                "amazon-auto",
                "failed-rec",
                "fc-machine",
                "post-messageclass",
                "mail-auto",
                "qurb",
                "vacation",
                "respon",
                "bounce",
                "boxtrapper",
                "spamarrest",
                "boxbe",
                "choicemail",
                "challenge",
                "confirm",
                "dsn",
                "ndr",
                "delivery-status",
                "ms-exchange-message-is-ndr",
                "ms-exchange-generated-message-source",
                "ms-exchange-inbox-rules-loop",
                "hmxmroriginalrecipient",
                "original-message-id",
                "ricevuta",
                "list-administrivia",
            ];
            self.marked |= MARKS.iter().any(|mark| begins(mark));
        }
    }
}

/// Whether an address carries a challenge or its token.
fn asks(value: &[u8]) -> bool {
    static TOKENS: Words = LazyLock::new(|| {
        words(&[
            "challenge",
            "-confirm-",
            "spamhippo",
            "spambush",
            "devnull-quarantine",
            "ipermitmail",
            "spamstomp",
        ])
    });
    TOKENS.any_in(value)
}

fn starts(value: &[u8], word: &[u8]) -> bool {
    value.trim_ascii_start().get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
}

/// `<>`, also with blanks in it; an empty value is one too.
fn null(value: &[u8]) -> bool {
    let mut rest = value.iter().filter(|b| !b.is_ascii_whitespace());
    matches!((rest.next(), rest.next()), (None, _) | (Some(b'<'), Some(b'>')))
}

type Words = LazyLock<Literals>;

fn words(list: &[&str]) -> Literals {
    Literals::new(list)
}

static AUTORESPONDER: Words = LazyLock::new(|| words(&["autorespon", "responder"]));

static MAILERS: Words = LazyLock::new(|| {
    words(&[
        "autorespon",
        "auto-respon",
        "vacation",
        "mailbot",
        "replybot",
        "gnarwl",
        "autoreply",
        "bounce",
        "daemon",
        "mta",
    ])
});

/// Content types of reports, returned originals and challenges, wherever the name stands in the field.
fn reports(value: &[u8]) -> bool {
    static NAMES: Words = LazyLock::new(|| {
        words(&[
            "report",
            "delivery-status",
            "disposition-not",
            "rfc822",
            "message/",
            "mailinblack",
        ])
    });
    NAMES.any_in(value)
}

/// A report that holds the message as it came: multiparts that SpamAssassin builds (MIME::Tools) have such boundaries.
fn wraps(value: &[u8]) -> bool {
    memmem::find(value, b"----------=_").is_some()
}

/// Names of programs that answer, in the local part or the display name of From.
fn daemon(local: &str, name: &str) -> bool {
    static LOCAL: Words = LazyLock::new(|| words(marks::SENDERS));
    static NAME: Words = LazyLock::new(|| words(marks::NAMES));
    // `MAILER-DAEMON <>` and `"…" <@>` have no address at all.
    local.is_empty() || LOCAL.any_in(local.as_bytes()) || NAME.any_in(name.as_bytes())
}

/// What a subject says of its message.
#[derive(PartialEq, Eq)]
enum Speaks {
    Surely,
    Perhaps,
    No,
}

/// Whether the subject has words that automatic answers have.
fn speaks(subject: &str) -> Speaks {
    let text = subject.trim();
    // A subject that cannot be decoded here may say anything; one that is only an address, perhaps behind
    // "Re:" or the tag of a filter, is written by responders.
    if text.contains(char::REPLACEMENT_CHARACTER) || text.contains("=?") {
        return Speaks::Surely;
    }
    let mut words = text.split_whitespace().rev();
    if words.next().is_some_and(|last| last.contains('@'))
        && words.all(|word| word.ends_with([':', ']', '}', '*']))
    {
        return Speaks::Surely;
    }
    let lower = lowered(text);
    let at_start = |at: usize| lower[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric());
    let met = SUBJECTS.each(lower.as_bytes(), |_, start| {
        // Words of alphabets with blanks begin where a word begins; the others stand anywhere.
        let spaced = lower[start..].chars().next().is_some_and(|c| c < '\u{2E80}');
        !spaced || at_start(start)
    });
    if met { Speaks::Perhaps } else { Speaks::No }
}

static SUBJECTS: Words = LazyLock::new(|| words(marks::SUBJECTS));

static PHRASES: Words = LazyLock::new(|| words(marks::PHRASES));

static PARTS: Words = LazyLock::new(|| words(marks::PARTS));

static NO_REPLY: Words = LazyLock::new(|| words(marks::NO_REPLY));

/// The first octets of the body.
fn body<'a>(seen: &Head<'_>, head: &'a [u8]) -> &'a [u8] {
    let body = head.get(seen.body..).unwrap_or_default();
    &body[..body.len().min(BODY)]
}

/// How the first text of the body is encoded, and where it starts.
fn encoding(seen: &Head<'_>, body: &[u8]) -> (Transfer, usize) {
    match seen.transfer.map(Transfer::named).unwrap_or_default() {
        Transfer::Plain if memmem::find(body, b"\n--").is_some() || body.starts_with(b"--") => {
            inner_encoding(body).unwrap_or_default()
        }
        Transfer::Plain => Default::default(),
        encoded => (encoded, 0),
    }
}

/// The first octets of the body as text, and whether they name parts of reports.
fn opening(seen: &Head<'_>, head: &[u8]) -> (String, bool) {
    let body = body(seen, head);
    let (transfer, start) = encoding(seen, body);
    let octets = transfer.undo(&body[start..], BODY);
    let text = if memchr::memchr(0, &octets).is_some() {
        octets.iter().copied().filter(|o| *o != 0).map(char::from).collect()
    } else {
        charset::guess(&octets).0
    };
    let parts = PARTS.any_in(body) || transfer != Transfer::Plain && PARTS.any_in(text.as_bytes());
    let tags = ["</", "<br", "<BR", "<p", "<P"];
    let html = tags.iter().any(|tag| text.contains(tag));
    (if html { html::text(&text, BODY) } else { text }, parts)
}

/// Whether the first lines of the body have phrases that automatic answers have.
fn says(seen: &Head<'_>, head: &[u8]) -> bool {
    let body = body(seen, head);
    let (transfer, start) = encoding(seen, body);
    // No phrase has a "=", so that one in quoted-printable text is met when that is decoded.
    let raw = if transfer == Transfer::QuotedPrintable { &body[..start] } else { body };
    if PHRASES.any_in(raw) {
        return true;
    }
    let octets = transfer.undo(&body[start..], BODY);
    if transfer != Transfer::Plain && PHRASES.any_in(&octets) {
        return true;
    }
    // Words in UTF-16: each letter stands beside a zero.
    if memchr::memchr(0, &octets).is_some() {
        let words: Vec<u8> = octets.iter().copied().filter(|octet| *octet != 0).collect();
        return PHRASES.any_in(&words);
    }
    if octets.is_ascii() && memchr::memchr(0x1b, &octets).is_none() {
        return false;
    }
    // Small letters beyond ASCII are compared in decoded text.
    PHRASES.any_in(lowered(&charset::guess(&octets).0).as_bytes())
}

/// The transfer encoding of the first part of a multipart, and where its content starts.
fn inner_encoding(body: &[u8]) -> Option<(Transfer, usize)> {
    let mut at = 0;
    let mut found = Transfer::Plain;
    let mut inside = false;
    while at < body.len() {
        let (text, next) = fields::line(body, at);
        if text.starts_with(b"--") {
            inside = true;
        } else if inside && text.is_empty() {
            if found != Transfer::Plain {
                return Some((found, next));
            }
            inside = false;
        } else if inside
            && let Some(value) = fields::name(text)
                .filter(|name| name.eq_ignore_ascii_case(b"content-transfer-encoding"))
                .and_then(|name| text.get(name.len() + 1..))
        {
            found = Transfer::named(value);
        }
        at = next;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidate(text: &str) -> bool {
        let lf = glance(text.as_bytes());
        let mut crlf = glance(text.replace('\n', "\r\n").as_bytes());
        crlf.opening.iter_mut().for_each(|o| o.text.retain(|c| c != '\r'));
        assert_eq!(lf, crlf);
        lf.candidate
    }

    const PLAIN: &str = "Return-Path: <a@example.org>\nReceived: from x by y; Thu, 15 Oct 2015 15:22:22 +0900\nFrom: A <a@example.org>\nTo: n@example.net\nSubject: Lunch\nMessage-ID: <m@example.org>\nMIME-Version: 1.0\nIn-Reply-To: <p@example.net>\nReferences: <o@example.net>\n <p@example.net>\n <q@example.net>\n\nShall we meet at noon?\n";

    #[test]
    fn ordinary_mail_is_let_go_and_its_ids_are_kept() {
        let seen = glance(PLAIN.as_bytes());
        assert!(!seen.candidate);
        assert_eq!(seen.from, Some(Address::new("a@example.org")));
        assert_eq!(
            seen.parents,
            [MessageId::new("p@example.net"), MessageId::new("q@example.net")]
        );
        assert_eq!(seen.date.map(|d| d.zone), Some(540));
    }

    #[test]
    fn marks_of_automatic_answers_are_seen() {
        assert!(!candidate(PLAIN));
        for (from, to) in [
            ("<a@example.org>\nReceived", "<>\nReceived"),
            ("From: A <a@", "From: A <mailer-daemon@"),
            ("From: A <a@example.org>", "From: MAILER-DAEMON <>"),
            ("From: A <a@example.org>", "From: \"Courier mail server at x\" <@>"),
            ("From: A <a@example.org>\n", ""),
            ("To:", "Auto-Submitted: auto-replied\nTo:"),
            ("To:", "X-Failed-Recipients: x@example.net\nTo:"),
            ("To:", "Content-Type: text/plain; boundary=\"mUlTiPaRtBoUnDaRy_MailInBlack?\"\nTo:"),
            ("<a@example.org>\nReceived", "<a@spamstomp.example>\nReceived"),
            ("To:", "Precedence: junk\nTo:"),
            ("To:", "X-Autoreply: yes\nTo:"),
            ("To:", "Delivered-To: Autoresponder\nTo:"),
            ("To:", "Content-Type: multipart/report;\n\treport-type=delivery-status\nTo:"),
            ("Lunch", "Undelivered Mail"),
            ("Lunch", "=?iso-2022-jp?B?GyRCPCtGMBsoQg==?="),
            ("Lunch", "\u{1b}$B<+F0\u{1b}(B"),
            ("Lunch", "=?utf-8?Q?R=C3=A9ponse_automatique?="),
            ("Lunch", "n@example.net"),
            ("Lunch", "[x] Re: n@example.net"),
            ("Shall", "I am out of the office.\nShall"),
            ("Shall", "Diese Mail konnte nicht zugestellt werden: für\nShall"),
            ("Subject:", "Content-Transfer-Encoding: base64\nSubject:"),
        ] {
            let text = PLAIN.replacen(from, to, 1);
            let text = if to.contains("base64") {
                text.replace("Shall we meet at noon?", "SSBhbSBvbiB2YWNhdGlvbg==")
            } else {
                text
            };
            assert!(candidate(&text), "{to}");
        }
    }

    #[test]
    fn marks_that_are_none_are_passed_over() {
        for (from, to) in [
            ("To:", "Auto-Submitted: no\nTo:"),
            ("To:", "X-Auto-Response-Suppress: All\nTo:"),
            ("To:", "Precedence: bulk\nList-Id: <l.example.org>\nTo:"),
            ("Lunch", "Unbreakable habits"),
        ] {
            assert!(!candidate(&PLAIN.replacen(from, to, 1)), "{to}");
        }
    }

    #[test]
    fn fragments_of_messages_do_no_harm() {
        for text in ["", "\n", "From ", ":", ": x", "Subject:", "\0\0", "x\n\n\n", " y: z\n"] {
            let _ = glance(text.as_bytes());
        }
        let _ = glance("References: <a@b>\n".repeat(20_000).as_bytes());
        let _ = glance(&b"Subject: =?".repeat(20_000));
    }
}
