//! The original that an answer returns: whole, its headers only, or quoted in the text; and the
//! Received hops it came along. It is never read as if it were the outer message.

use std::net::IpAddr;

use regex::RegexSet;

use super::{
    Address, Date, Headers, Limits, Mailbox, MessageId, ReturnPath, decode, parse, received,
};

/// How the original came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnedForm {
    /// Headers and body (`message/rfc822`, or behind a break line).
    Whole,
    /// Headers only (`text/rfc822-headers`).
    Headers,
    /// Quoted or loose lines in the text: single fields only.
    Fragments,
}

/// One `Received` field, RFC 5321 section 4.4, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hop {
    /// The name the client gave (HELO/EHLO), lower case.
    pub helo: Option<String>,
    /// The name the server looked up for the client, lower case; `unknown` counts as none.
    pub host: Option<String>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The host that wrote the field, lower case.
    pub by: Option<String>,
    /// The protocol, upper case (`ESMTPSA`).
    pub with: Option<String>,
    /// `for <…>`.
    pub to: Option<Address>,
    /// When.
    pub date: Option<Date>,
    /// Whether the client had authenticated (`ESMTPA`, `ESMTPSA`, "Authenticated sender",
    /// "authenticated bits").
    pub authenticated: bool,
}

/// The answered mail as far as it came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    /// How it came back.
    pub form: ReturnedForm,
    /// Its header fields.
    pub headers: Headers,
    /// `Return-Path`.
    pub return_path: ReturnPath,
    /// `From`.
    pub from: Vec<Mailbox>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// `Date`.
    pub date: Option<Date>,
    /// `Message-ID`.
    pub message_id: Option<MessageId>,
    /// `X-Google-Original-Message-ID`, `X-Microsoft-Original-Message-ID`, `Resent-Message-ID`.
    pub alias_ids: Vec<MessageId>,
    /// `In-Reply-To` and `References` of the original.
    pub parents: Vec<MessageId>,
    /// Its `Received` fields, top (latest) first.
    pub hops: Vec<Hop>,
    /// The first octets of its body, decoded as text, at most [`super::Limits::returned_text`].
    pub text: String,
    /// The octets of the header block as they stand in the answer, transfer encoding undone.
    pub raw_headers: Vec<u8>,
}

/// Field names that open a block of headers wherever it stands.
const OPENERS: &[&str] = &[
    "received",
    "return-path",
    "from",
    "message-id",
    "date",
    "subject",
    "to",
    "delivered-to",
    "mime-version",
    "reply-to",
    "sender",
    "x-mailer",
    "content-type",
    "cc",
    "dkim-signature",
    "x-originating-ip",
];

/// The lower-case name of a header field that this line is.
fn field_name(line: &str) -> Option<String> {
    let (name, _) = line.split_once(':')?;
    (!name.is_empty()
        && name.len() <= 60
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'))
    .then(|| name.to_ascii_lowercase())
}

fn key_field(name: &str) -> bool {
    matches!(name, "received" | "from" | "message-id" | "date" | "subject" | "to" | "return-path")
}

/// Whether these octets begin with a header block of a message.
pub(super) fn looks_like_headers(bytes: &[u8]) -> bool {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4_096)]);
    block_of(head.lines()) >= 3
}

/// How much the lines at the start look like a header block: 0 if not, else how many telling fields
/// there are.
fn block_of<'a>(lines: impl Iterator<Item = &'a str>) -> usize {
    let mut telling = std::collections::BTreeSet::new();
    let mut fields = 0;
    for (i, line) in lines.take(80).enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            if i == 0 || fields == 0 {
                continue;
            }
            break;
        }
        if line.starts_with([' ', '\t']) && fields > 0 {
            continue;
        }
        match field_name(line) {
            Some(name) => {
                fields += 1;
                if key_field(&name) {
                    telling.insert(name);
                }
            }
            None if fields == 0 && line.starts_with("From ") => {}
            None => break,
        }
    }
    if fields >= 2 { telling.len() } else { 0 }
}

/// Reads an original from its octets. The flag tells that it is cut in its headers.
pub(super) fn read(bytes: &[u8], form: ReturnedForm, limits: &Limits) -> (Option<Returned>, bool) {
    let (block, body, _) = parse::split(bytes, limits.header_block);
    let (raw, _) = parse::raw_fields(block, limits.fields);
    if raw.is_empty() {
        return (None, false);
    }
    let has_body = body.iter().any(|b| !b.is_ascii_whitespace());
    let cut = form == ReturnedForm::Whole && body.is_empty() && !bytes.ends_with(b"\n\n");
    let form = match form {
        // A program may put the whole message where only headers belong (OpenSMTPD), and the reverse.
        ReturnedForm::Headers if has_body => ReturnedForm::Whole,
        ReturnedForm::Whole if !has_body => ReturnedForm::Headers,
        f => f,
    };
    let m = parse::headers_of(block, limits);
    let hops = raw
        .iter()
        .filter(|(n, _)| n == "received")
        .take(60)
        .map(|(_, v)| received::hop(&String::from_utf8_lossy(v)))
        .collect();
    let alias_ids =
        ["x-google-original-message-id", "x-microsoft-original-message-id", "resent-message-id"]
            .iter()
            .filter_map(|name| m.headers.get(name))
            .flat_map(parse::message_ids)
            .collect();
    let subject = m.headers.has("subject").then(|| m.subject.clone());
    (
        Some(Returned {
            form,
            return_path: m.return_path,
            from: m.from,
            to: m.to,
            cc: m.cc,
            subject,
            date: m.date,
            message_id: m.message_id,
            alias_ids,
            parents: m.parents,
            hops,
            text: body_text(body, &m.headers, limits),
            headers: m.headers,
            raw_headers: block.to_vec(),
        }),
        cut,
    )
}

/// The first text of a body: of a multipart, its first text part.
fn body_text(body: &[u8], headers: &Headers, limits: &Limits) -> String {
    let mut ct = headers.get("content-type").map(parse::content_type);
    let mut encoding = headers.get("content-transfer-encoding").map(str::to_owned);
    let mut content = &body[..body.len().min(limits.returned_text * 8)];
    for _ in 0..3 {
        let Some(boundary) = ct
            .as_ref()
            .filter(|c| c.media_type.starts_with("multipart/"))
            .and_then(|c| c.get("boundary"))
            .filter(|b| !b.is_empty())
        else {
            break;
        };
        let mark = format!("--{boundary}");
        let Some(at) = memchr::memmem::find(content, mark.as_bytes()) else { break };
        let inner = &content[(at + mark.len()).min(content.len())..];
        let start = memchr::memchr(b'\n', inner).map_or(inner.len(), |p| p + 1);
        let inner = &inner[start..];
        let end = memchr::memmem::find(inner, mark.as_bytes()).unwrap_or(inner.len());
        let (block, rest, _) = parse::split(&inner[..end], limits.header_block);
        let (fields, _) = parse::raw_fields(block, 50);
        let get = |name: &str| {
            fields
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, v)| String::from_utf8_lossy(v).into_owned())
        };
        ct = get("content-type").map(|v| parse::content_type(&v));
        encoding = get("content-transfer-encoding");
        content = rest;
    }
    let bytes = decode::transfer(content, encoding.as_deref());
    let text = decode::text(&bytes, ct.as_ref().and_then(|c| c.get("charset")));
    let text = if ct.as_ref().is_some_and(|c| c.media_type == "text/html") {
        decode::html(&text)
    } else {
        text
    };
    text.chars().take(limits.returned_text).collect()
}

/// An original quoted in a text: behind a break line, or where a block of headers stands. Gives the
/// octets of text before it, and what was found.
pub(super) fn quoted(text: &str, breaks: &RegexSet, limits: &Limits) -> (usize, Option<Returned>) {
    let mut starts: Vec<(usize, &str)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        starts.push((at, line.trim_end()));
        at += line.len();
    }
    for (i, (offset, line)) in starts.iter().enumerate() {
        if !line.is_empty() && line.len() <= 200 && breaks.is_match(line) {
            // Blank lines, rules and remarks in brackets may follow the break line.
            let filler = |l: &str| l.is_empty() || l.starts_with(['-', '=', '[', '(', '_', '*']);
            let from = (i + 1..starts.len().min(i + 10))
                .find(|k| !filler(unquoted(starts[*k].1)))
                .filter(|k| block_of(lines_from(text, &starts, *k)) >= 1);
            if let Some(from) = from
                && let Some(r) = read_block(text, &starts, from, limits)
            {
                return (*offset, Some(r));
            }
            continue;
        }
        let bare = unquoted(line);
        let opens = field_name(bare).is_some_and(|n| OPENERS.contains(&n.as_str()));
        if !opens {
            continue;
        }
        let alone = i == 0 || {
            let before = unquoted(starts[i - 1].1);
            before.is_empty()
                || before.starts_with("--")
                || before.starts_with("==")
                || before.starts_with("From ")
                || before.ends_with(':')
                || before.starts_with("__")
                || before.starts_with("**")
        };
        // Single fields in a text name the original, but what stands behind them is still the text.
        if alone
            && block_of(lines_from(text, &starts, i)) >= 2
            && let Some(r) = read_block(text, &starts, i, limits)
            && r.form != ReturnedForm::Fragments
        {
            return (*offset, Some(r));
        }
    }
    (text.len(), fragments(text, limits))
}

/// A line without quote marks and indentation.
fn unquoted(line: &str) -> &str {
    line.trim_start_matches(['>', '|', ' ', '\t'])
}

/// The lines from there on, with the quote marks and indentation of the first one taken off each.
fn lines_from<'a>(
    text: &'a str,
    starts: &'a [(usize, &'a str)],
    from: usize,
) -> impl Iterator<Item = &'a str> + 'a {
    let _ = text;
    let first = starts.get(from).map_or("", |s| s.1);
    let prefix = &first[..first.len() - unquoted(first).len()];
    starts[from.min(starts.len())..].iter().map(move |(_, line)| strip(line, prefix))
}

fn strip<'a>(line: &'a str, prefix: &str) -> &'a str {
    match line.strip_prefix(prefix) {
        Some(rest) => rest,
        // A blank quoted line loses the blank behind its mark.
        None if line.trim_end() == prefix.trim_end() => "",
        None => line,
    }
}

fn read_block(
    text: &str,
    starts: &[(usize, &str)],
    from: usize,
    limits: &Limits,
) -> Option<Returned> {
    let lines: Vec<&str> = lines_from(text, starts, from).collect();
    let block = lines.join("\n");
    let (found, _) = read(block.as_bytes(), ReturnedForm::Whole, limits);
    let mut r = found?;
    // Mail programs quote "From, Sent, To, Subject" when people reply: single fields, not headers.
    let real = !r.hops.is_empty()
        || r.message_id.is_some()
        || r.headers.has("mime-version")
        || r.headers.has("return-path");
    if !real {
        r.form = ReturnedForm::Fragments;
        if r.date.is_none() {
            r.date = r.headers.get("sent").and_then(parse::date);
        }
    }
    Some(r)
}

/// Loose lines in a text that name the original: its id, and beside it subject, sender, recipient, date.
pub(super) fn fragments(text: &str, limits: &Limits) -> Option<Returned> {
    let mut block = String::new();
    for line in text.lines().take(2_000) {
        let bare = unquoted(line.trim_end());
        let Some((name, value)) = bare.split_once(':') else { continue };
        let lower = name.trim().to_lowercase();
        let lower =
            lower.strip_prefix("original ").or(lower.strip_prefix("original-")).unwrap_or(&lower);
        let field = match lower {
            "message-id"
            | "message id"
            | "messageid"
            | "internet message id"
            | "message-id header"
            | "msgid" => "Message-ID",
            "subject" | "betreff" | "objet" | "asunto" | "oggetto" | "件名" | "тема" => {
                "Subject"
            }
            "from" | "sender" => "From",
            "to" => "To",
            "date" | "sent" => "Date",
            _ => continue,
        };
        let value = value.trim();
        if value.is_empty()
            || value.len() > 1_000
            || block.lines().any(|l| l.starts_with(&format!("{field}:")))
        {
            continue;
        }
        if field == "Message-ID" && !value.contains('@') {
            continue;
        }
        block.push_str(&format!("{field}: {value}\n"));
        if block.lines().count() >= 5 {
            break;
        }
    }
    // A subject or an id says what is answered; an address alone does not.
    if !(block.contains("Message-ID: ") || block.contains("Subject: ")) {
        return None;
    }
    let (found, _) = read(format!("{block}\n").as_bytes(), ReturnedForm::Headers, limits);
    let mut r = found?;
    r.form = ReturnedForm::Fragments;
    Some(r)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> (usize, Option<Returned>) {
        let breaks = RegexSet::new([r"^--- Below this line is a copy of the message\.$"]).unwrap();
        quoted(text, &breaks, &Limits::default())
    }

    #[test]
    fn a_copy_behind_a_break_line_is_cut_off_and_read() {
        let text = "Hi. This is the program.\n\n--- Below this line is a copy of the message.\n\n\
                    Return-Path: <me@example.org>\nReceived: from a (192.0.2.1) by b with SMTP; 1 Jan 2026 00:00:00 -0000\n\
                    Message-ID: <x@example.org>\nSubject: Lunch\n\nbody\n";
        let (kept, r) = found(text);
        assert_eq!(&text[..kept], "Hi. This is the program.\n\n");
        let r = r.unwrap();
        assert_eq!(r.form, ReturnedForm::Whole);
        assert_eq!(r.message_id, Some(MessageId::new("x@example.org")));
        assert_eq!(r.subject.as_deref(), Some("Lunch"));
        assert_eq!(r.hops.len(), 1);
        assert_eq!(r.text.trim(), "body");
    }

    #[test]
    fn an_indented_or_quoted_block_of_headers_is_found_without_a_break_line() {
        for prefix in ["   ", "> ", ">", ""] {
            let block = [
                "Received: from a by b; 1 Jan 2026 00:00:00 -0000",
                "From: me@example.org",
                "To: you@example.net",
                "Message-ID: <x@example.org>",
            ]
            .map(|l| format!("{prefix}{l}\n"))
            .concat();
            let (_, r) = found(&format!("Not delivered.\n\n{block}"));
            assert_eq!(r.unwrap().message_id, Some(MessageId::new("x@example.org")), "{prefix:?}");
        }
    }

    #[test]
    fn what_a_mail_program_quotes_of_a_thread_is_fragments() {
        let (_, r) = found(
            "I see.\n\n-----Original Message-----\nFrom: A <a@example.org>\nTo: B <b@example.net>\nSubject: Lunch\n\nhello\n",
        );
        assert_eq!(r.unwrap().form, ReturnedForm::Fragments);
    }

    #[test]
    fn loose_lines_name_the_original() {
        let (kept, r) = found(
            "Your message could not be delivered.\n  Subject: Lunch\n  Message-ID: <x@example.org>\n",
        );
        let r = r.unwrap();
        assert!(kept > 0);
        assert_eq!((r.form, r.subject.as_deref()), (ReturnedForm::Fragments, Some("Lunch")));
    }

    #[test]
    fn plain_prose_returns_nothing() {
        assert!(found("Dear all,\nplease note: the meeting is at ten.\nBye\n").1.is_none());
    }
}
