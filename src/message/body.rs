//! What the parts of one message say: report groups, the returned original and the text for people.
//! Each part is read once; the original is never read as if it were the message.

use std::borrow::Cow;

use super::fields::{self, Block};
use super::notification::{Notification, NotificationForm};
use super::parse::{Content, Limits};
use super::parts::{self, Entity};
use super::quoted::{self, Found, Prefix};
use super::returned::{Returned, ReturnedForm, note};
use super::{Address, Defect, Message, Part, Screen, charset, html};

/// The text of an original's body: its first text part, decoded.
pub(super) fn original_text(
    octets: &[u8],
    block: &Block<'_>,
    content: &Content,
    limits: &Limits,
) -> String {
    let most = limits.returned_text;
    let shown = |content: &Content, body: &[u8]| {
        let html = content.media_type == "text/html";
        let body = content.transfer.undo(body, if html { most * 8 } else { most * 2 });
        let (text, _) = charset::decode(&body, content.charset.as_deref());
        let mut text = match html {
            true => html::text(&text, most),
            false if text.contains('\r') => text.replace("\r\n", "\n"),
            false => text,
        };
        fields::cut(&mut text, most);
        text
    };
    if content.media_type.starts_with("multipart/") {
        let head = &octets[..octets.len().min(block.body + 16 * most)];
        let few = Limits { parts: 12, depth: 6, ..limits.clone() };
        let found = parts::walk(head, &few, None, &mut Vec::new());
        let leaf = |kind: &str| found.iter().find(|e| e.content.media_type == kind && !e.opened);
        return match leaf("text/plain").or_else(|| leaf("text/html")) {
            Some(leaf) => shown(&leaf.content, &head[leaf.body.clone()]),
            // Its boundaries did not come back.
            None => shown(&Content::default(), &octets[block.body..]),
        };
    }
    if content.media_type.starts_with("text/") || content.media_type.starts_with("message/") {
        return shown(content, &octets[block.body..]);
    }
    String::new()
}

/// What a part is to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Report(NotificationForm),
    Original,
    OriginalHeaders,
    Text,
    Attached,
    Other,
}

fn sort(entity: &Entity<'_>) -> Sort {
    if entity.opened {
        return Sort::Other;
    }
    let content = &entity.content;
    match content.media_type.as_str() {
        "message/delivery-status" | "message/global-delivery-status" => {
            Sort::Report(NotificationForm::Delivery)
        }
        "message/disposition-notification" | "message/global-disposition-notification" => {
            Sort::Report(NotificationForm::Disposition)
        }
        "message/feedback-report" => Sort::Report(NotificationForm::Feedback),
        "message/rfc822" | "message/global" | "message/partial" | "message/news" => Sort::Original,
        "text/rfc822-headers"
        | "text/rfc822-header"
        | "message/global-headers"
        | "message/rfc822-headers"
        | "text/rfc822"
        | "message/global-header" => Sort::OriginalHeaders,
        kind if kind.starts_with("multipart/") => Sort::Text,
        "text/plain" | "text/html" if content.attachment && content.file_name.is_some() => {
            Sort::Attached
        }
        "text/plain" | "text/html" | "text/enriched" | "text/richtext" | "text" => Sort::Text,
        "text/calendar" | "text/x-vcard" | "text/vcard" | "text/css" => Sort::Other,
        kind if kind.starts_with("text/") || kind.starts_with("message/") => Sort::Attached,
        "application/octet-stream" if content.named_like_a_return() => Sort::Attached,
        _ => Sort::Other,
    }
}

/// Reads the parts of a message whose outer header is already in it.
pub(super) fn read<'a>(
    message: &mut Message,
    raw: &'a [u8],
    entities: &'a [Entity<'a>],
    limits: &'a Limits,
    breaks: &'a Screen,
    inside: bool,
) {
    let mut reading = Reading { raw, limits, breaks, message, entities, inside, wrapped: None };
    reading.structure();
    reading.notifications();
    reading.originals();
    reading.texts();
    if let Some(octets) = reading.wrapped.take() {
        unwrap(message, &octets, limits, breaks);
    }
}

/// Takes the report out of what a gateway wrapped around it: the original of such a message is the report,
/// and what counts is what the report reports and returns. A bounce of a bounce is none: its original was
/// written to the one that failed.
fn unwrap(message: &mut Message, octets: &[u8], limits: &Limits, breaks: &Screen) {
    // One level, as gateways make it: what is deeper was wrapped by hand.
    let inner = super::parse::parse_wrapped(octets, limits, breaks);
    let reports = inner
        .notification
        .as_ref()
        .is_some_and(|n| n.form == NotificationForm::Delivery && !n.recipients.is_empty());
    // Gateways readdress what they wrap, so that only the lines of hosts may name whom it came to.
    let here = |a: &Address| {
        message.to.iter().map(|b| &b.address).chain(&message.delivered_to).any(|b| b.same(a))
            || message.headers.all("received").any(|line| line.contains(&format!("<{a}>")))
    };
    let same_sender = match (message.sender(), inner.sender()) {
        (Some(outer), Some(inner)) => outer.local().eq_ignore_ascii_case(inner.local()),
        _ => false,
    };
    let passed_on = same_sender || message.return_path == super::ReturnPath::Null;
    if !(reports && passed_on && inner.to.iter().any(|b| here(&b.address))) {
        return;
    }
    message.notification = inner.notification;
    message.returned = inner.returned;
    message.report_type = message.report_type.take().or(inner.report_type);
    if !message.text.is_empty() && !message.text.ends_with('\n') {
        message.text.push('\n');
    }
    message.text.push_str(&inner.text);
    fields::cut(&mut message.text, limits.text);
}

/// One message while its parts are being read.
struct Reading<'a, 'b> {
    raw: &'a [u8],
    limits: &'a Limits,
    breaks: &'a Screen,
    message: &'b mut Message,
    entities: &'a [Entity<'a>],
    /// Whether this is read out of another message.
    inside: bool,
    /// An original that is a report itself.
    wrapped: Option<Cow<'a, [u8]>>,
}

impl<'a> Reading<'a, '_> {
    fn octets(&self, entity: &Entity<'_>) -> Cow<'a, [u8]> {
        let body = self.raw.get(entity.body.clone()).unwrap_or_default();
        entity.content.transfer.undo(body, self.limits.part())
    }

    fn structure(&mut self) {
        for entity in self.entities {
            self.message.parts.push(Part {
                media_type: entity.content.media_type.clone(),
                depth: entity.depth.min(255) as u8,
                file_name: entity.content.file_name.clone(),
            });
            if self.message.report_type.is_none() && entity.content.media_type == "multipart/report"
            {
                self.message.report_type = entity.content.report_type.clone();
            }
        }
    }

    fn notifications(&mut self) {
        for entity in self.entities {
            let Sort::Report(form) = sort(entity) else { continue };
            let octets = self.octets(entity);
            let charset = entity.content.charset.as_deref();
            let Some(found) = Notification::read(form, &octets, charset) else { continue };
            match &mut self.message.notification {
                // Some programs write one part for each recipient.
                Some(first) if first.form == form => first.recipients.extend(found.recipients),
                Some(_) => {}
                none => *none = Some(found),
            }
        }
    }

    /// Originals in parts of their own: whole ones first, then headers, then what is only named so.
    fn originals(&mut self) {
        for wanted in [Sort::Original, Sort::OriginalHeaders, Sort::Attached] {
            for entity in self.entities.iter().filter(|e| sort(e) == wanted) {
                let named = entity.content.named_like_a_return() || !entity.content.attachment;
                if wanted == Sort::Attached && !named {
                    continue;
                }
                let octets = self.octets(entity);
                if wanted == Sort::Attached && self.message.notification.is_none() {
                    self.message.notification = Notification::scan(&octets);
                }
                if self.message.returned.is_some() {
                    continue;
                }
                let whole = wanted == Sort::Original;
                self.message.returned =
                    Returned::read(&octets, whole, self.limits, &mut self.message.defects);
                let report = |r: &Returned| {
                    r.headers.get("content-type").is_some_and(|v| {
                        v.get(..16).is_some_and(|v| v.eq_ignore_ascii_case("multipart/report"))
                    })
                };
                if whole
                    && !self.inside
                    && self.message.notification.is_none()
                    && self.message.returned.as_ref().is_some_and(report)
                {
                    self.wrapped = Some(octets);
                }
            }
        }
    }

    /// The text for people, the original quoted in it, and report groups that lost their own part.
    fn texts(&mut self) {
        let leaves: Vec<usize> =
            (0..self.entities.len()).filter(|i| sort(&self.entities[*i]) == Sort::Text).collect();
        let chosen: Vec<usize> =
            leaves.iter().copied().filter(|i| !self.spoken_elsewhere(*i, &leaves)).collect();
        for index in chosen {
            if self.message.text.len() >= self.limits.text {
                break;
            }
            self.text(&self.entities[index]);
        }
        if self.message.text.trim().is_empty() {
            // A lone attached text is what there is to read.
            let attached = self
                .entities
                .iter()
                .find(|e| sort(e) == Sort::Attached && e.content.media_type.starts_with("text/"));
            if let Some(entity) = attached
                && self.message.returned.is_none()
            {
                self.text(entity);
            }
        }
    }

    /// Whether an HTML part stands beside a plain one in the same multipart/alternative.
    fn spoken_elsewhere(&self, index: usize, leaves: &[usize]) -> bool {
        if self.entities[index].content.media_type != "text/html" {
            return false;
        }
        let alternative = |mut at: usize| {
            while let Some(parent) = self.entities[at].parent {
                if self.entities[parent].content.media_type == "multipart/alternative" {
                    return Some(parent);
                }
                at = parent;
            }
            None
        };
        let Some(own) = alternative(index) else { return false };
        leaves.iter().any(|other| {
            let entity = &self.entities[*other];
            entity.content.media_type == "text/plain"
                && alternative(*other) == Some(own)
                && !self.raw[entity.body.clone()].trim_ascii().is_empty()
        })
    }

    fn text(&mut self, entity: &Entity<'_>) {
        let octets = self.octets(entity);
        let (decoded, bad) = charset::decode(&octets, entity.content.charset.as_deref());
        if bad && !octets.is_ascii() && entity.content.charset.is_some() {
            note(&mut self.message.defects, Defect::BadEncoding);
        }
        let is_html = entity.content.media_type == "text/html";
        let text = if is_html {
            html::text(&decoded, self.limits.part())
        } else if decoded.contains('\r') {
            decoded.replace("\r\n", "\n").replace('\r', "\n")
        } else {
            decoded
        };
        if self.message.notification.is_none() && !is_html {
            self.message.notification = Notification::scan(&octets);
        }
        let looked_at = fields::head(&text, self.limits.text).len();
        let lines: Vec<&str> = text[..looked_at].split('\n').collect();
        let breaking = self.breaks.matching_lines(&lines);
        let quote = quoted::find(&lines, &breaking);
        let mut shown = looked_at;
        if let Some(quote) = quote {
            shown = lines[..quote.cut.min(lines.len())]
                .iter()
                .map(|l| l.len() + 1)
                .sum::<usize>()
                .min(shown);
            if self.message.returned.is_none() {
                self.message.returned = self.quoted(quote.found, &text, &octets);
            }
        }
        let out = &mut self.message.text;
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&text[..shown]);
        fields::cut(out, self.limits.text);
    }

    fn quoted(&mut self, found: Found, text: &str, octets: &[u8]) -> Option<Returned> {
        match found {
            Found::Nothing => None,
            Found::Lines(lines) => Some(Returned::fragments(lines, self.limits)),
            Found::Block(start, prefix) => {
                // The octets as they came: charsets differ between the text and the original. Only
                // where lines of octets are not lines of text (UTF-16, HTML) the text stands in.
                let same = memchr::memchr_iter(b'\n', octets).count()
                    == memchr::memchr_iter(b'\n', text.as_bytes()).count()
                    && memchr::memchr(0, octets).is_none();
                let octets = if same { octets } else { text.as_bytes() };
                let at = memchr::memchr_iter(b'\n', octets)
                    .nth(start.wrapping_sub(1))
                    .map_or(0, |p| p + 1);
                let at = if start == 0 { 0 } else { at };
                let original = without_prefix(&octets[at..], prefix);
                Returned::read(&original, false, self.limits, &mut self.message.defects).map(
                    |mut r| {
                        if r.form == ReturnedForm::Headers && r.headers.fields.len() < 3 {
                            r.form = ReturnedForm::Fragments;
                        }
                        r
                    },
                )
            }
        }
    }
}

fn without_prefix(octets: &[u8], prefix: Prefix) -> Cow<'_, [u8]> {
    if prefix == Prefix::Blanks(0) {
        return Cow::Borrowed(octets);
    }
    let mut out = Vec::with_capacity(octets.len());
    for line in octets.split_inclusive(|b| *b == b'\n') {
        let Some(inner) = prefix.strip(line) else { break };
        out.extend_from_slice(inner);
    }
    Cow::Owned(out)
}
