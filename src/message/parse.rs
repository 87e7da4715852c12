//! Puts a message together from its parts. The only file that knows mail-parser, which reads the
//! structured MIME fields, rare charsets and entities; boundaries are walked in `parts.rs`.

use std::borrow::Cow;

use mail_parser::HeaderValue;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::add_html_token;
use mail_parser::parsers::MessageStream;

use super::fields::{self, Block, RawField};
use super::mailboxes::mailboxes;
use super::returned::note;
use super::transfer::Transfer;
use super::{
    Address, Date, Defect, Field, Headers, Hop, Message, MessageId, ReturnPath, Screen, body,
    parts, wrapper,
};
use crate::limits;

/// How much of one message is read. Beyond each bound a [`super::Defect`] is recorded.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Octets of one message that are looked at.
    pub message: usize,
    /// Octets of one header block.
    pub header_block: usize,
    /// Fields of one header block.
    pub fields: usize,
    /// Octets of one decoded field value.
    pub field_value: usize,
    /// MIME parts of one message.
    pub parts: usize,
    /// Nesting of MIME parts.
    pub depth: usize,
    /// Octets of decoded text kept.
    pub text: usize,
    /// Octets of the returned original's text kept.
    pub returned_text: usize,
    /// Addresses of one field.
    pub addresses: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            message: limits::MESSAGE,
            header_block: limits::HEADER_BLOCK,
            fields: limits::FIELDS,
            field_value: limits::FIELD_VALUE,
            parts: limits::PARTS,
            depth: limits::DEPTH,
            text: limits::TEXT,
            returned_text: limits::RETURNED_TEXT,
            addresses: limits::ADDRESSES,
        }
    }
}

impl Limits {
    /// Octets of one part that may hold a text with an original behind it.
    pub(super) fn part(&self) -> usize {
        self.text + self.header_block + 4 * self.returned_text
    }
}

/// What the MIME fields of a part say.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// Lower case, `text/plain` where nothing usable is given.
    pub(super) media_type: String,
    /// Whether there is a `Content-Type` field that names a type.
    pub(super) declared: bool,
    pub(super) boundary: Option<Vec<u8>>,
    pub(super) charset: Option<String>,
    pub(super) report_type: Option<String>,
    pub(super) file_name: Option<String>,
    pub(super) attachment: bool,
    pub(super) transfer: Transfer,
}

impl Content {
    /// Reads the MIME fields of a header block.
    pub(super) fn read(block: &[RawField<'_>]) -> Content {
        let mut content = Content { media_type: "text/plain".into(), ..Content::default() };
        for field in block {
            if field.is("content-type") && !content.declared {
                content.kind(field.value);
            } else if field.is("content-disposition") {
                content.disposition(field.value);
            } else if field.is("content-transfer-encoding") {
                content.transfer = Transfer::named(field.value);
            }
        }
        content
    }

    fn kind(&mut self, value: &[u8]) {
        let octets = terminated(value);
        if let HeaderValue::ContentType(kind) = MessageStream::new(&octets).parse_content_type() {
            let main = kind.ctype().trim().to_ascii_lowercase();
            let sub = kind.subtype().unwrap_or_default().trim().to_ascii_lowercase();
            // Garbage counts as no field at all (RFC 2045 section 5.2), so that a good one may follow.
            if sub.is_empty() && !matches!(main.as_str(), "text" | "multipart" | "message") {
                return;
            }
            self.declared = true;
            self.media_type = match (main.as_str(), sub.as_str()) {
                ("text", "") | ("", _) => "text/plain".into(),
                (_, "") => main,
                _ => format!("{main}/{sub}"),
            };
            let get = |name| kind.attribute(name).map(str::trim).filter(|v| !v.is_empty());
            self.charset = get("charset").map(str::to_owned);
            self.report_type = get("report-type").map(str::to_ascii_lowercase);
            self.file_name = get("name").map(str::to_owned);
        }
        // Boundaries are compared as octets, so they are taken as octets.
        self.boundary = parameter(value, b"boundary");
        if self.report_type.is_none() {
            self.report_type = parameter(value, b"report-type")
                .map(|v| String::from_utf8_lossy(&v).to_ascii_lowercase());
        }
    }

    fn disposition(&mut self, value: &[u8]) {
        let octets = terminated(value);
        if let HeaderValue::ContentType(kind) = MessageStream::new(&octets).parse_content_type() {
            self.attachment = kind.ctype().eq_ignore_ascii_case("attachment");
            if let Some(name) = kind.attribute("filename").filter(|n| !n.is_empty()) {
                self.file_name = Some(name.to_owned());
            }
        }
    }

    /// Whether the name of an attachment is one under which mail systems attach originals and reports.
    pub(super) fn named_like_a_return(&self) -> bool {
        self.file_name.as_deref().is_some_and(|name| {
            let name = name.to_lowercase();
            name.ends_with(".eml")
                || name.ends_with(".hdr")
                || name.ends_with(".txt")
                || name.ends_with(".msg")
                || name.ends_with(".dat")
                || name.ends_with(".dsn")
                // amavis calls it "dsn_status", Outlook "ATT00001.dat", others "delivery-status".
                || name.contains("dsn")
                || name.contains("delivery")
        })
    }
}

/// A field value in the form that mail-parser's field parsers want: without its last value's loss.
fn terminated(value: &[u8]) -> Vec<u8> {
    let value = value.trim_ascii();
    let mut octets = Vec::with_capacity(value.len() + 2);
    octets.extend(value.iter().filter(|b| **b != 0));
    octets.extend_from_slice(b"\r\n");
    octets
}

/// A parameter of a structured field, quoted or not.
fn parameter(value: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let mut at = 0;
    loop {
        at += memchr::memchr2(b';', b'\n', &value[at..])? + 1;
        let rest = value[at..].trim_ascii_start();
        let Some(head) = rest.get(..name.len()) else { continue };
        if !head.eq_ignore_ascii_case(name) {
            continue;
        }
        let Some(found) = rest[name.len()..].trim_ascii_start().strip_prefix(b"=") else {
            continue;
        };
        let found = found.trim_ascii_start();
        let found = match found.strip_prefix(b"\"") {
            Some(quoted) => {
                let end = memchr::memchr3(b'"', b'\n', b'\r', quoted).unwrap_or(quoted.len());
                quoted[..end].trim_ascii_end()
            }
            None => {
                let end = found
                    .iter()
                    .position(|b| b.is_ascii_whitespace() || *b == b';')
                    .unwrap_or(found.len());
                &found[..end]
            }
        };
        return (!found.is_empty() && found.len() <= limits::BOUNDARY).then(|| found.to_vec());
    }
}

/// Charsets that the Encoding Standard lacks and mail-parser has (code pages of DOS).
pub(super) fn rare_charset(label: &str, octets: &[u8]) -> Option<String> {
    charset_decoder(label.as_bytes()).map(|decoder| decoder(octets))
}

/// A named entity of HTML.
pub(super) fn named_entity(name: &str) -> Option<char> {
    if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return None;
    }
    let mut out = String::new();
    add_html_token(&mut out, format!("&{name};").as_bytes(), false);
    let mut chars = out.chars();
    chars.next().filter(|_| chars.next().is_none())
}

/// Decodes all fields of a block.
pub(super) fn headers(
    block: &Block<'_>,
    charset: Option<&str>,
    limits: &Limits,
    defects: &mut Vec<Defect>,
) -> Headers {
    let fields = block.fields.iter().map(|field| {
        let (value, bad) = fields::text(field.value, charset, limits.field_value);
        if bad {
            note(defects, Defect::BadEncoding);
        }
        // Names are printable ASCII (`fields::name`).
        let name = field.name.iter().map(|b| char::from(b.to_ascii_lowercase())).collect();
        Field { name, value }
    });
    Headers { fields: fields.collect() }
}

/// Reads one message. `breaks` tells where a quoted original starts in a text: each of its patterns is
/// matched against one line without its end and trailing blanks.
pub fn parse(raw: &[u8], limits: &Limits, breaks: &Screen) -> Message {
    read(raw, limits, breaks, false, true)
}

/// The same for a report inside another message, which is not looked into further.
pub(super) fn parse_wrapped(raw: &[u8], limits: &Limits, breaks: &Screen) -> Message {
    read(raw, limits, breaks, true, false)
}

/// What a filter attached to its report, with what the report says of its delivery.
fn unwrapped(report: Message, mut message: Message) -> Message {
    if message.return_path == ReturnPath::Missing {
        message.return_path = report.return_path;
    }
    message.received = report.received.or(message.received);
    for address in report.delivered_to {
        if !message.delivered_to.contains(&address) {
            message.delivered_to.push(address);
        }
    }
    for defect in report.defects {
        note(&mut message.defects, defect);
    }
    message
}

/// `inside` a report that another message carries; `unwrapping` what a filter attached, once.
fn read(raw: &[u8], limits: &Limits, breaks: &Screen, inside: bool, unwrapping: bool) -> Message {
    let mut message = Message::default();
    let raw = prepare(raw, limits, &mut message.defects);
    let mut entities = parts::walk(&raw, limits, None, &mut message.defects);
    let lost = !entities[0].opened
        && (!entities[0].content.declared
            || entities[0].content.media_type.starts_with("multipart/"));
    if lost && let Some(boundary) = parts::undeclared(&raw[entities[0].block.body..]) {
        // The header's boundary is another one, or the header was lost: the body tells.
        if entities[0].content.declared {
            note(&mut message.defects, Defect::BoundaryMissing);
        }
        entities = parts::walk(&raw, limits, Some(boundary), &mut message.defects);
    }
    let charset = entities.iter().find_map(|e| e.content.charset.clone());
    outer(&mut message, &entities[0].block, &entities[0].content, charset.as_deref(), limits);
    if unwrapping && let Some(original) = wrapper::original(&entities) {
        return unwrapped(message, read(&raw[original], limits, breaks, false, false));
    }
    body::read(&mut message, &raw, &entities, limits, breaks, inside);
    message
}

/// Reads one header block: everything of [`Message`] that headers alone can say.
pub fn parse_headers(raw: &[u8], limits: &Limits) -> Message {
    head(raw, limits, &|_| true)
}

/// The same for mail that the owner sent: only the fields that tell what was sent, by whom and to whom, and
/// with what program.
pub fn parse_sent(raw: &[u8], limits: &Limits) -> Message {
    const TELLING: [&str; 13] = [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "message-id",
        "content-type",
        "user-agent",
        "x-mailer",
        "x-google-original-message-id",
        "x-microsoft-original-message-id",
        "resent-message-id",
    ];
    head(raw, limits, &|field| TELLING.iter().any(|name| field.is(name)))
}

fn head(raw: &[u8], limits: &Limits, wanted: &dyn Fn(&RawField<'_>) -> bool) -> Message {
    let mut message = Message::default();
    // Only the head is looked at, however long the message is.
    let most = limits.header_block.saturating_add(limits.header_block / 4);
    let raw = prepare(&raw[..raw.len().min(most)], limits, &mut message.defects);
    let mut block = fields::block(&raw, limits.header_block, limits.fields, &|_| false);
    block.fields.retain(wanted);
    let content = Content::read(&block.fields);
    outer(&mut message, &block, &content, content.charset.as_deref(), limits);
    message
}

/// Cuts a message to its bound; one whose lines end in CR alone gets line ends.
fn prepare<'a>(raw: &'a [u8], limits: &Limits, defects: &mut Vec<Defect>) -> Cow<'a, [u8]> {
    let mut octets = raw;
    if octets.len() > limits.message {
        note(defects, Defect::MessageTooLong);
        octets = &octets[..limits.message];
    }
    if memchr::memchr(b'\n', octets).is_none() && memchr::memchr(b'\r', octets).is_some() {
        return octets.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect();
    }
    Cow::Borrowed(octets)
}

/// What the outer header block says.
fn outer(
    message: &mut Message,
    block: &Block<'_>,
    content: &Content,
    charset: Option<&str>,
    limits: &Limits,
) {
    let defects = &mut message.defects;
    for (seen, defect) in [
        (block.too_long, Defect::HeadersTooLong),
        (block.too_many, Defect::TooManyFields),
        (block.nul, Defect::NulInHeaders),
        (block.fields.is_empty(), Defect::NoHeaders),
        (block.fields.iter().filter(|f| f.is("from")).nth(1).is_some(), Defect::SeveralFrom),
    ] {
        if seen {
            note(defects, defect);
        }
    }
    message.headers = headers(block, charset, limits, &mut message.defects);
    let values =
        |name: &'static str| block.fields.iter().filter(move |f| f.is(name)).map(|f| f.value);
    let line = |octets| fields::unfold(octets, charset, limits.field_value).0;
    let list = |name| {
        let mut all = Vec::new();
        for value in values(name) {
            all.extend(mailboxes(&line(value), limits.addresses.saturating_sub(all.len())));
        }
        all
    };
    let first = |name| values(name).next().map(line);
    message.return_path = first("return-path").map(|v| ReturnPath::read(&v)).unwrap_or_default();
    message.from = list("from");
    message.reply_to = list("reply-to");
    message.to = list("to");
    message.cc = list("cc");
    message.bcc = list("bcc");
    message.subject = message.headers.get("subject").unwrap_or_default().trim().to_owned();
    message.date = first("date").and_then(|v| Date::read(&v));
    message.message_id = first("message-id").and_then(|v| MessageId::only(&v));
    message.parents = MessageId::parents(
        &first("in-reply-to").unwrap_or_default(),
        &first("references").unwrap_or_default(),
    );
    message.media_type = content.media_type.clone();
    message.report_type = content.report_type.clone();
    let hops: Vec<Hop> = values("received").take(3).map(|v| Hop::read(&line(v))).collect();
    message.received = hops.first().and_then(|hop| hop.date);
    let mut delivered: Vec<Address> = Vec::new();
    let fields = ["delivered-to", "x-original-to", "envelope-to", "x-envelope-to"];
    let named = fields.iter().flat_map(|name| {
        values(name).take(20).flat_map(|v| mailboxes(&line(v), 20)).map(|mailbox| mailbox.address)
    });
    for address in named.chain(hops.into_iter().filter_map(|hop| hop.to)) {
        if !address.is_empty() && !delivered.contains(&address) {
            delivered.push(address);
        }
    }
    message.delivered_to = delivered;
}

impl MessageId {
    /// The ids that a message answers: In-Reply-To first, References from last to first.
    pub(super) fn parents(in_reply_to: &str, references: &str) -> Vec<MessageId> {
        const MOST: usize = crate::limits::PARENTS;
        let mut ids: Vec<MessageId> = Vec::new();
        let last_first = MessageId::all(references, 2_000).into_iter().rev();
        for id in MessageId::all(in_reply_to, 10).into_iter().chain(last_first) {
            if ids.len() < MOST && !ids.contains(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_formed_mail_reads_as_mail_parser_reads_it() {
        let made = mail_builder::MessageBuilder::new()
            .from(("Jörg, Größe", "joerg@example.org"))
            .to(vec![("A", "a@example.net"), ("Ünal", "b@example.net")])
            .subject(
                "Überraschung mit sehr langem Betreff, der über mehrere Zeilen gefaltet werden muss",
            )
            .message_id("m@example.org")
            .date(1_444_890_142i64)
            .text_body("Grüße\nvon hier\n")
            .html_body("<p>nicht das</p>")
            .attachment("application/pdf", "ä.pdf", &b"%PDF"[..])
            .write_to_vec()
            .expect("a message");
        let theirs = mail_parser::MessageParser::new().parse(&made).expect("a message");
        let ours = parse(&made, &Limits::default(), &Screen::empty());
        assert_eq!(Some(ours.subject.as_str()), theirs.subject());
        assert_eq!(ours.message_id.as_ref().map(MessageId::as_str), theirs.message_id());
        assert_eq!(ours.date.map(|d| d.unix), theirs.date().map(|d| d.to_timestamp()));
        assert_eq!(ours.from[0].name, "Jörg, Größe");
        assert_eq!(ours.to.len(), theirs.to().map_or(0, |list| list.iter().count()));
        let body = theirs.body_text(0).map(|t| t.replace("\r\n", "\n")).unwrap_or_default();
        assert_eq!(ours.text.trim_end(), body.trim_end());
    }
}
