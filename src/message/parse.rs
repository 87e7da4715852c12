//! Walks MIME boundaries, capped, and reads header blocks. The only file that knows mail-parser, which
//! gives dates, charsets and HTML: it never sees a whole message (CRATES: nested ones abort it).

use mail_parser::DateTime;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::html_to_text;
use regex::RegexSet;

use super::{
    Address, Date, Defect, Field, Headers, Mailbox, Message, MessageId, NotificationForm, Part,
    ReturnPath, ReturnedForm, address, decode, notification, received, returned,
};

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
            message: 16 << 20,
            header_block: 256 << 10,
            fields: 2_000,
            field_value: 16 << 10,
            parts: 200,
            depth: 16,
            text: 64 << 10,
            returned_text: 4 << 10,
            addresses: 1_000,
        }
    }
}

/// Decodes octets of a charset by its label; without such a charset as windows-1252.
pub(super) fn charset_text(label: &str, bytes: &[u8]) -> String {
    // WHATWG labels (encoding_rs) decode the Asian charsets as software really writes them.
    if let Some(encoding) = encoding_rs::Encoding::for_label(label.as_bytes()) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    match charset_decoder(label.as_bytes()) {
        Some(decode) => decode(bytes),
        None => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// HTML as text.
pub(super) fn html_text(source: &str) -> String {
    html_to_text(source)
}

/// A date as headers write it, leniently: RFC 5322 with old forms, ISO 8601, and slashes.
pub(super) fn date(value: &str) -> Option<Date> {
    let value = value.trim();
    if value.is_empty() || value.len() > 200 {
        return None;
    }
    let parsed = DateTime::parse_rfc822(value)
        .filter(plausible)
        .or_else(|| DateTime::parse_rfc3339(value).filter(plausible))
        .or_else(|| slashed(value))?;
    let zone = i16::from(parsed.tz_hour) * 60 + i16::from(parsed.tz_minute);
    Some(Date {
        unix: parsed.to_timestamp(),
        zone: if parsed.tz_before_gmt { -zone } else { zone },
    })
}

fn plausible(d: &DateTime) -> bool {
    (1970..=2200).contains(&d.year)
        && (1..=12).contains(&d.month)
        && (1..=31).contains(&d.day)
        && d.hour < 24
        && d.minute < 60
        && d.second <= 60
        && d.tz_hour < 24
        && d.tz_minute < 60
}

/// Domino's `10/15/2015 03:22:22 PM`.
fn slashed(value: &str) -> Option<DateTime> {
    let mut words = value.split_whitespace();
    let mut day = words.next()?.split('/');
    let (month, dom, year) = (day.next()?, day.next()?, day.next()?);
    let mut clock = words.next()?.split(':');
    let mut hour: u8 = clock.next()?.parse().ok()?;
    let minute = clock.next()?.parse().ok()?;
    let second = clock.next().and_then(|s| s.parse().ok()).unwrap_or(0);
    match words.next() {
        Some("PM") if hour < 12 => hour += 12,
        Some("AM") if hour == 12 => hour = 0,
        _ => {}
    }
    let d = DateTime {
        year: year.parse().ok()?,
        month: month.parse().ok()?,
        day: dom.parse().ok()?,
        hour,
        minute,
        second,
        tz_before_gmt: false,
        tz_hour: 0,
        tz_minute: 0,
    };
    plausible(&d).then_some(d)
}

/// The octets of a header block and of what follows its blank line. A leading From_ line and blank
/// lines before the first field are passed over.
pub(super) fn split(raw: &[u8], limit: usize) -> (&[u8], &[u8], Option<Defect>) {
    let mut start = 0;
    loop {
        let line = line_at(raw, start);
        let trimmed = line.trim_ascii();
        let envelope = line.starts_with(b"From ") || line.starts_with(b">From ");
        if line.is_empty() || !(trimmed.is_empty() || envelope) || start > 4_096 {
            break;
        }
        start += line.len();
    }
    let raw = &raw[start.min(raw.len())..];
    let mut at = 0;
    loop {
        let line = line_at(raw, at);
        if line.is_empty() {
            return (raw, &[], None);
        }
        if line == b"\n" || line == b"\r\n" {
            return (&raw[..at], &raw[at + line.len()..], None);
        }
        at += line.len();
        if at > limit {
            // The rest of the block is passed over, so that the body is still found.
            let body = memchr::memmem::find(&raw[at..], b"\n\n")
                .map(|p| at + p + 2)
                .or_else(|| memchr::memmem::find(&raw[at..], b"\r\n\r\n").map(|p| at + p + 4))
                .unwrap_or(raw.len());
            return (&raw[..limit.min(at)], &raw[body..], Some(Defect::HeadersTooLong));
        }
    }
}

/// The line that starts there, with its line end; empty at the end.
pub(super) fn line_at(raw: &[u8], at: usize) -> &[u8] {
    let rest = raw.get(at..).unwrap_or(&[]);
    match memchr::memchr(b'\n', rest) {
        Some(end) => &rest[..=end],
        None => rest,
    }
}

/// The fields of a header block: name in lower case, raw value unfolded.
pub(super) fn raw_fields(block: &[u8], limit: usize) -> (Vec<(String, Vec<u8>)>, bool) {
    let mut fields: Vec<(String, Vec<u8>)> = Vec::new();
    let mut at = 0;
    let mut open = false;
    loop {
        let line = line_at(block, at);
        if line.is_empty() {
            return (fields, false);
        }
        at += line.len();
        let bare = line.trim_ascii_end();
        if line.first().is_some_and(|b| *b == b' ' || *b == b'\t') {
            if open && let Some((_, value)) = fields.last_mut() {
                value.push(b' ');
                value.extend_from_slice(bare.trim_ascii_start());
            }
            continue;
        }
        let name = memchr::memchr(b':', bare).map(|colon| (bare[..colon].trim_ascii_end(), colon));
        match name {
            Some((name, colon))
                if !name.is_empty()
                    && name.len() <= 100
                    && name.iter().all(|b| b.is_ascii_graphic()) =>
            {
                if fields.len() >= limit {
                    return (fields, true);
                }
                let name = String::from_utf8_lossy(name).to_ascii_lowercase();
                fields.push((name, bare[colon + 1..].trim_ascii().to_vec()));
                open = true;
            }
            // A line that is no field ends the field before it and says nothing.
            _ => open = false,
        }
    }
}

/// `type/subtype` in lower case, and parameters.
pub(super) struct ContentType {
    pub(super) media_type: String,
    parameters: Vec<(String, String)>,
}

impl ContentType {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }
}

/// Reads a Content-Type or Content-Disposition value; RFC 2231 continuations are put together.
pub(super) fn content_type(value: &str) -> ContentType {
    let mut pieces = Vec::new();
    let (mut quoted, mut escaped, mut piece, mut comment) = (false, false, String::new(), 0);
    for c in value.chars() {
        match c {
            _ if escaped => {
                piece.push(c);
                escaped = false;
            }
            '\\' if quoted => escaped = true,
            '"' if comment == 0 => quoted = !quoted,
            '(' if !quoted => comment += 1,
            ')' if !quoted && comment > 0 => comment -= 1,
            ';' if !quoted && comment == 0 => pieces.push(std::mem::take(&mut piece)),
            _ if comment == 0 => piece.push(c),
            _ => {}
        }
    }
    pieces.push(piece);
    let mut pieces = pieces.into_iter();
    let media_type: String = pieces
        .next()
        .unwrap_or_default()
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .to_lowercase();
    let mut parameters: Vec<(String, String)> = Vec::new();
    for piece in pieces.take(50) {
        let Some((name, value)) = piece.split_once('=') else { continue };
        let name = name.trim().to_lowercase();
        let value = value.trim().to_owned();
        let base = name.split('*').next().unwrap_or("").to_owned();
        match parameters.iter_mut().find(|(n, _)| *n == base && name.contains('*')) {
            Some((_, v)) => v.push_str(&value),
            None => parameters.push((base, value)),
        }
    }
    ContentType { media_type, parameters }
}

/// Reads one header block: everything of [`Message`] that headers alone can say.
pub fn parse_headers(raw: &[u8], limits: &Limits) -> Message {
    let (block, _, defect) = split(raw, limits.header_block);
    let mut m = headers_of(block, limits);
    m.defects.extend(defect);
    m
}

pub(super) fn mailboxes(
    raw: &[(String, Vec<u8>)],
    name: &str,
    charset: Option<&str>,
    limit: usize,
) -> Vec<Mailbox> {
    let mut all = Vec::new();
    for (_, value) in raw.iter().filter(|(n, _)| n == name) {
        all.extend(address::list(value, charset, limit));
        if all.len() >= limit {
            all.truncate(limit);
            break;
        }
    }
    all
}

/// A Return-Path value: empty brackets, an address, or nothing that can be read.
pub(super) fn return_path(headers: &[(String, Vec<u8>)]) -> ReturnPath {
    let Some((_, value)) = headers.iter().find(|(n, _)| n == "return-path") else {
        return ReturnPath::Missing;
    };
    let value = String::from_utf8_lossy(value);
    let inner = value.trim().trim_matches(['<', '>']).trim();
    if inner.is_empty() {
        if value.contains('<') { ReturnPath::Null } else { ReturnPath::Missing }
    } else {
        ReturnPath::Is(Address::new(inner))
    }
}

/// Message ids of a value: everything in brackets, or bare words with an `@`.
pub(super) fn message_ids(value: &str) -> Vec<MessageId> {
    let mut ids = Vec::new();
    let mut rest = value;
    while let Some(start) = rest.find('<') {
        let inner = &rest[start + 1..];
        let end = inner.find(['>', '<']).unwrap_or(inner.len());
        let id = MessageId::new(&inner[..end]);
        if !id.is_empty() {
            ids.push(id);
        }
        rest = &inner[end..];
        rest = rest.strip_prefix('>').unwrap_or(rest);
        if ids.len() >= 100 {
            break;
        }
    }
    if ids.is_empty() {
        ids.extend(
            value.split_whitespace().filter(|w| w.contains('@')).take(10).map(MessageId::new),
        );
    }
    ids
}

pub(super) fn headers_of(block: &[u8], limits: &Limits) -> Message {
    let (raw, cut) = raw_fields(block, limits.fields);
    let mut m = Message::default();
    if cut {
        m.defects.push(Defect::TooManyFields);
    }
    if raw.is_empty() {
        m.defects.push(Defect::NoHeaders);
    }
    if block.contains(&0) {
        m.defects.push(Defect::NulInHeaders);
    }
    let find = |name: &str| raw.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_slice());
    let ct = find("content-type").map(|v| content_type(&String::from_utf8_lossy(v)));
    let charset = ct.as_ref().and_then(|c| c.get("charset").map(str::to_owned));
    let charset = charset.as_deref();
    m.media_type = match &ct {
        Some(c) if c.media_type.contains('/') => c.media_type.clone(),
        _ => "text/plain".to_owned(),
    };
    m.return_path = return_path(&raw);
    m.from = mailboxes(&raw, "from", charset, limits.addresses);
    m.reply_to = mailboxes(&raw, "reply-to", charset, limits.addresses);
    m.to = mailboxes(&raw, "to", charset, limits.addresses);
    m.cc = mailboxes(&raw, "cc", charset, limits.addresses);
    m.bcc = mailboxes(&raw, "bcc", charset, limits.addresses);
    if raw.iter().filter(|(n, _)| n == "from").count() > 1 {
        m.defects.push(Defect::SeveralFrom);
    }
    let text = |v: &[u8]| String::from_utf8_lossy(v).into_owned();
    m.date = find("date").and_then(|v| date(&text(v)));
    m.message_id = find("message-id").and_then(|v| message_ids(&text(v)).into_iter().next());
    let mut parents: Vec<MessageId> =
        find("in-reply-to").map(|v| message_ids(&text(v))).unwrap_or_default();
    parents.truncate(3);
    let references = find("references").map(|v| message_ids(&text(v))).unwrap_or_default();
    for id in references.into_iter().rev().take(50) {
        if !parents.contains(&id) {
            parents.push(id);
        }
    }
    m.parents = parents;
    for (name, value) in &raw {
        if m.delivered_to.len() < 16
            && matches!(
                name.as_str(),
                "delivered-to"
                    | "x-original-to"
                    | "envelope-to"
                    | "x-envelope-to"
                    | "x-delivered-to"
            )
        {
            m.delivered_to.extend(address::list(value, charset, 4).into_iter().map(|b| b.address));
        }
    }
    let mut tops = raw.iter().filter(|(n, _)| n == "received").take(3);
    if let Some((_, value)) = tops.next() {
        let top = received::hop(&text(value));
        m.received = top.date;
        m.delivered_to.extend(top.to);
    }
    m.headers = Headers {
        fields: raw
            .into_iter()
            .map(|(name, value)| {
                let mut value = decode::header(&value, charset);
                if value.len() > limits.field_value {
                    let mut end = limits.field_value;
                    while !value.is_char_boundary(end) {
                        end -= 1;
                    }
                    value.truncate(end);
                }
                Field { name, value }
            })
            .collect(),
    };
    m.subject =
        m.headers.get("subject").unwrap_or("").split_whitespace().collect::<Vec<_>>().join(" ");
    m
}

/// The walk over the parts of one message.
struct Walk<'a> {
    limits: &'a Limits,
    breaks: &'a RegexSet,
    m: Message,
    /// Text parts met so far.
    texts: usize,
}

/// Reads one message. `breaks` tells behind which lines of a text an original stands.
pub fn parse(raw: &[u8], limits: &Limits, breaks: &RegexSet) -> Message {
    let cut = raw.len() > limits.message;
    let raw = &raw[..raw.len().min(limits.message)];
    let (block, body, defect) = split(raw, limits.header_block);
    let mut m = headers_of(block, limits);
    m.defects.extend(defect);
    if cut {
        m.defects.push(Defect::MessageTooLong);
    }
    let ct = m.headers.get("content-type").map(content_type);
    let encoding = m.headers.get("content-transfer-encoding").map(str::to_owned);
    let disposition = m.headers.get("content-disposition").map(content_type);
    let mut walk = Walk { limits, breaks, m, texts: 0 };
    walk.part(body, ct.as_ref(), encoding.as_deref(), disposition.as_ref(), 0);
    walk.finish(body)
}

impl Walk<'_> {
    fn defect(&mut self, d: Defect) {
        if !self.m.defects.contains(&d) {
            self.m.defects.push(d);
        }
    }

    fn part(
        &mut self,
        body: &[u8],
        ct: Option<&ContentType>,
        encoding: Option<&str>,
        disposition: Option<&ContentType>,
        depth: usize,
    ) {
        if self.m.parts.len() >= self.limits.parts {
            return self.defect(Defect::TooManyParts);
        }
        if depth > self.limits.depth {
            return self.defect(Defect::NestedTooDeep);
        }
        let media_type = match ct {
            Some(c) if c.media_type.contains('/') => c.media_type.as_str(),
            _ => "text/plain",
        };
        let file_name = disposition
            .and_then(|d| d.get("filename"))
            .or_else(|| ct.and_then(|c| c.get("name")))
            .map(|n| decode::header(n.as_bytes(), None));
        self.m.parts.push(Part {
            media_type: media_type.to_owned(),
            depth: depth.min(255) as u8,
            file_name: file_name.clone(),
        });
        let charset = ct.and_then(|c| c.get("charset"));
        if let Some(kind) =
            ct.filter(|_| media_type == "multipart/report").and_then(|c| c.get("report-type"))
        {
            self.m.report_type.get_or_insert(kind.to_lowercase());
        }
        match media_type {
            t if t.starts_with("multipart/") => {
                let boundary = ct.and_then(|c| c.get("boundary")).unwrap_or("");
                self.multipart(body, boundary, t == "multipart/alternative", encoding, depth);
            }
            "message/delivery-status" | "message/global-delivery-status" => {
                self.notify(NotificationForm::Delivery, &decode::transfer(body, encoding));
            }
            "message/disposition-notification" | "message/global-disposition-notification" => {
                self.notify(NotificationForm::Disposition, &decode::transfer(body, encoding));
            }
            "message/feedback-report" => {
                self.notify(NotificationForm::Feedback, &decode::transfer(body, encoding));
            }
            "message/rfc822" | "message/global" | "message/rfc-822" | "message/partial" => {
                self.original(&decode::transfer(body, encoding), ReturnedForm::Whole);
            }
            "text/rfc822-headers"
            | "message/global-headers"
            | "text/rfc822-header"
            | "message/rfc822-headers"
            | "text/rfc822" => {
                self.original(&decode::transfer(body, encoding), ReturnedForm::Headers);
            }
            t if t.starts_with("text/") || t.starts_with("message/") || depth == 0 => {
                self.text(body, t, charset, encoding, file_name.is_some());
            }
            _ if file_name.as_deref().is_some_and(|n| n.to_lowercase().ends_with(".eml")) => {
                self.original(&decode::transfer(body, encoding), ReturnedForm::Whole);
            }
            _ => {}
        }
    }

    fn notify(&mut self, form: NotificationForm, bytes: &[u8]) {
        let new = notification::read(form, &String::from_utf8_lossy(bytes));
        match &mut self.m.notification {
            // A group that says nothing gives way to one that does.
            Some(old) if old.recipients.is_empty() && !new.recipients.is_empty() => *old = new,
            Some(_) => {}
            slot => *slot = Some(new),
        }
    }

    fn original(&mut self, bytes: &[u8], form: ReturnedForm) {
        if self.m.returned.is_some() {
            return;
        }
        let (found, cut) = returned::read(bytes, form, self.limits);
        if cut {
            self.defect(Defect::OriginalCut);
        }
        self.m.returned = found;
    }

    fn text(
        &mut self,
        body: &[u8],
        media_type: &str,
        charset: Option<&str>,
        encoding: Option<&str>,
        attached: bool,
    ) {
        let bytes = decode::transfer(body, encoding);
        // Some gateways attach the original as plain text.
        if (self.texts > 0 || attached)
            && self.m.returned.is_none()
            && returned::looks_like_headers(&bytes)
        {
            return self.original(&bytes, ReturnedForm::Whole);
        }
        self.texts += 1;
        let room = self.limits.text.saturating_sub(self.m.text.len());
        if room == 0 {
            return;
        }
        let html = media_type == "text/html";
        // HTML shrinks when it becomes text.
        let taken = &bytes[..bytes.len().min(if html { room * 4 } else { room })];
        let mut text = decode::text(taken, charset);
        if html {
            text = decode::html(&text);
        }
        if !self.m.text.is_empty() && !self.m.text.ends_with('\n') {
            self.m.text.push('\n');
        }
        self.m.text.extend(text.chars().filter(|c| *c != '\r'));
    }

    fn multipart(
        &mut self,
        body: &[u8],
        boundary: &str,
        alternative: bool,
        encoding: Option<&str>,
        depth: usize,
    ) {
        // RFC 2045 forbids it, some gateways do it all the same: a multipart in base64.
        let decoded = match encoding.map(str::to_ascii_lowercase).as_deref() {
            Some("base64") => decode::transfer(body, encoding),
            _ => body.into(),
        };
        let body: &[u8] = &decoded;
        let (parts, closed) =
            if boundary.is_empty() { (Vec::new(), false) } else { pieces(body, boundary) };
        if parts.is_empty() {
            self.defect(Defect::BoundaryMissing);
            return self.unbounded(body);
        }
        if !closed {
            self.defect(Defect::BoundaryUnclosed);
        }
        let read: Vec<(Option<ContentType>, Option<String>, Option<ContentType>, &[u8])> = parts
            .into_iter()
            .take(self.limits.parts + 1)
            .map(|piece| self.part_headers(piece))
            .collect();
        let is = |c: &Option<ContentType>, t: &str| c.as_ref().is_some_and(|c| c.media_type == t);
        let plain = alternative
            && read.iter().any(|(c, _, _, b)| {
                (c.is_none() || is(c, "text/plain")) && b.iter().any(|x| !x.is_ascii_whitespace())
            });
        for (ct, encoding, disposition, content) in &read {
            if plain && is(ct, "text/html") {
                continue;
            }
            self.part(content, ct.as_ref(), encoding.as_deref(), disposition.as_ref(), depth + 1);
        }
    }

    /// A body whose boundary never occurs: its own first `--line` may be the real one; else it is text.
    fn unbounded(&mut self, body: &[u8]) {
        let mut at = 0;
        for _ in 0..200 {
            let line = line_at(body, at);
            if line.is_empty() {
                break;
            }
            let bare = line.trim_ascii_end();
            let next = line_at(body, at + line.len());
            if bare.len() > 8
                && bare.starts_with(b"--")
                && next.to_ascii_lowercase().starts_with(b"content-")
            {
                let boundary = String::from_utf8_lossy(&bare[2..]).into_owned();
                let (parts, _) = pieces(body, &boundary);
                for piece in parts.into_iter().take(self.limits.parts) {
                    let (ct, encoding, disposition, content) = self.part_headers(piece);
                    if ct.as_ref().is_none_or(|c| !c.media_type.starts_with("multipart/")) {
                        self.part(
                            content,
                            ct.as_ref(),
                            encoding.as_deref(),
                            disposition.as_ref(),
                            1,
                        );
                    }
                }
                return;
            }
            at += line.len();
        }
        self.text(body, "text/plain", None, None, false);
    }

    fn part_headers<'b>(
        &self,
        piece: &'b [u8],
    ) -> (Option<ContentType>, Option<String>, Option<ContentType>, &'b [u8]) {
        // A part may start with its blank line: no headers at all.
        let blank = piece.starts_with(b"\n") || piece.starts_with(b"\r\n");
        let (block, content) = if blank {
            (&piece[..0], &piece[if piece[0] == b'\n' { 1 } else { 2 }..])
        } else {
            let (block, content, _) = split(piece, self.limits.header_block);
            (block, content)
        };
        let (fields, _) = raw_fields(block, 100);
        let get = |name: &str| {
            fields
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| String::from_utf8_lossy(v).into_owned())
        };
        (
            get("content-type").map(|v| content_type(&v)),
            get("content-transfer-encoding"),
            get("content-disposition").map(|v| content_type(&v)),
            content,
        )
    }

    fn finish(mut self, body: &[u8]) -> Message {
        if self.m.returned.is_none() {
            let text = std::mem::take(&mut self.m.text);
            let (kept, found) = returned::quoted(&text, self.breaks, self.limits);
            self.m.text = text[..kept].to_owned();
            self.m.returned = found;
        }
        if self.m.notification.is_none() {
            self.m.notification = notification::loose(&self.m.text).or_else(|| {
                // A report whose structure is broken still has its groups somewhere.
                let broken = self.m.defects.contains(&Defect::BoundaryMissing)
                    || self.m.defects.contains(&Defect::BoundaryUnclosed)
                    || self.m.report_type.is_some();
                broken
                    .then(|| {
                        let head = &body[..body.len().min(64 << 10)];
                        notification::loose(&String::from_utf8_lossy(head))
                    })
                    .flatten()
            });
        }
        if self.m.returned.is_none() && self.m.parts.len() > 1 && self.m.report_type.is_some() {
            // The tree lacks the original: a cut part, or one swallowed by its neighbour.
            self.m.returned = returned::fragments(
                &String::from_utf8_lossy(&body[..body.len().min(64 << 10)]),
                self.limits,
            );
        }
        self.m
    }
}

/// The contents between the boundary lines, and whether the closing one is there. Linear in the body.
fn pieces<'a>(body: &'a [u8], boundary: &str) -> (Vec<&'a [u8]>, bool) {
    let mark = [b"--", boundary.trim_end().as_bytes()].concat();
    let mut parts = Vec::new();
    let mut start: Option<usize> = None;
    let finder = memchr::memmem::Finder::new(&mark);
    let mut at = 0;
    while let Some(found) = finder.find(&body[at..]) {
        let hit = at + found;
        at = hit + mark.len();
        if hit > 0 && body[hit - 1] != b'\n' {
            continue;
        }
        let rest = line_at(body, at);
        let tail = rest.trim_ascii_end();
        let closing = tail == b"--" || tail.starts_with(b"--");
        if !(tail.is_empty() || closing) {
            continue;
        }
        if let Some(s) = start.take() {
            // The line end before a boundary belongs to the boundary.
            let mut end = hit;
            if end > s && body[end - 1] == b'\n' {
                end -= 1;
                if end > s && body[end - 1] == b'\r' {
                    end -= 1;
                }
            }
            parts.push(&body[s..end]);
        }
        if closing {
            return (parts, true);
        }
        start = Some((at + rest.len()).min(body.len()));
        at += rest.len();
        if parts.len() > 10_000 {
            break;
        }
    }
    if let Some(s) = start {
        parts.push(&body[s..]);
    }
    (parts, false)
}
