//! The copy of one message in a bundle: its stored octets, its header blocks alone, or what is left of these
//! when addresses are replaced.

use super::redact::{LEFT_OUT, Locals, Redaction};
use crate::message::{Headers, Limits, Message, Screen, parse};
use crate::report::escape;

/// Header fields that a redacted copy shows. Others may hold addresses in forms of their own (`X-` fields,
/// `DKIM-Signature: z=`, `ARC-` fields), and are left out by name.
const SHOWN: &[&str] = &[
    "return-path",
    "delivered-to",
    "x-original-to",
    "envelope-to",
    "received",
    "from",
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "auto-submitted",
    "precedence",
    "x-failed-recipients",
    "x-autoreply",
    "x-auto-response-suppress",
    "x-mailer",
    "user-agent",
    "mime-version",
    "received-spf",
    "authentication-results",
    "x-php-originating-script",
];

/// Fields that hold mailboxes: their display names are left out too.
const MAILBOXES: &[&str] = &["from", "sender", "reply-to", "to", "cc"];

/// The header blocks of a message without any body: its own, the fields of its report, and those of the
/// mail that it returns; the first and the last octet for octet.
pub(super) fn headers_only(octets: &[u8], breaks: &Screen) -> Vec<u8> {
    let m = parse(octets, &Limits::default(), breaks);
    let mut out = octets[..header_end(octets)].to_vec();
    ensure_newline(&mut out);
    for line in report(&m) {
        out.extend_from_slice(escape::text(&line).as_bytes());
        out.push(b'\n');
    }
    if let Some(returned) = &m.returned {
        out.extend_from_slice(b"\n--- header of the returned mail, as it came back\n");
        if returned.raw_headers.is_empty() {
            fields(&returned.headers, &mut |line| {
                out.extend_from_slice(escape::text(line).as_bytes());
                out.push(b'\n');
            });
        } else {
            out.extend_from_slice(&returned.raw_headers);
            ensure_newline(&mut out);
        }
    }
    out
}

/// The same with addresses replaced; fields that may hide some are named and left out.
pub(super) fn redacted(octets: &[u8], breaks: &Screen, redaction: &Redaction) -> String {
    let m = parse(octets, &Limits::default(), breaks);
    let mut known = Locals::default();
    let returned = m.returned.as_ref().map(|r| &r.headers);
    for headers in [Some(&m.headers), returned].into_iter().flatten() {
        headers.fields.iter().for_each(|f| known.add(&f.value));
    }
    let report = report(&m);
    report.iter().for_each(|line| known.add(line));
    let mut out = String::from(
        "--- redacted: addresses are replaced by keyed hashes; bodies, display names and other fields\n\
         --- are left out\n",
    );
    block(&m.headers, redaction, &known, &mut out);
    for line in &report {
        let line =
            if line.starts_with("---") { line.clone() } else { redaction.line(line, &known) };
        out.push_str(&escape::text(&line));
        out.push('\n');
    }
    if let Some(headers) = returned {
        out.push_str("\n--- header of the returned mail\n");
        block(headers, redaction, &known, &mut out);
    }
    out
}

/// The header block of the returned mail: octet for octet, or redacted. Nothing where none came back.
pub(super) fn returned(
    octets: &[u8],
    breaks: &Screen,
    redaction: Option<&Redaction>,
) -> Option<Vec<u8>> {
    let m = parse(octets, &Limits::default(), breaks);
    let returned = m.returned?;
    let Some(redaction) = redaction else {
        return Some(returned.raw_headers).filter(|raw| !raw.is_empty());
    };
    let mut known = Locals::default();
    returned.headers.fields.iter().for_each(|f| known.add(&f.value));
    let mut out = String::new();
    block(&returned.headers, redaction, &known, &mut out);
    Some(out.into_bytes())
}

fn block(headers: &Headers, redaction: &Redaction, known: &Locals, out: &mut String) {
    let mut left_out: Vec<&str> = Vec::new();
    for field in &headers.fields {
        let name = field.name.as_str();
        if !SHOWN.contains(&name) {
            left_out.push(name);
            continue;
        }
        let value = match MAILBOXES.contains(&name) {
            true => addresses(&field.value, redaction),
            false => redaction.line(&field.value, known),
        };
        out.push_str(&format!("{name}: {}\n", escape::text(&value)));
    }
    left_out.sort_unstable();
    left_out.dedup();
    // A name may be anything, an address too.
    let plain =
        |n: &&str| n.len() <= 40 && n.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let names: Vec<&str> = left_out.into_iter().filter(plain).collect();
    if !names.is_empty() {
        out.push_str(&format!("--- left out: {}\n", names.join(", ")));
    }
}

/// The addresses of a list of mailboxes, replaced.
pub(super) fn addresses(list: &str, redaction: &Redaction) -> String {
    let found: Vec<String> = list
        .split(|c: char| {
            c.is_whitespace() || matches!(c, '<' | '>' | ',' | ';' | '"' | '(' | ')' | ':')
        })
        .filter(|word| word.contains('@'))
        .map(|word| match word.rsplit_once('@') {
            Some((local, domain)) if !local.is_empty() && !domain.is_empty() => {
                redaction.address(word)
            }
            _ => LEFT_OUT.to_owned(),
        })
        .collect();
    if found.is_empty() { LEFT_OUT.to_owned() } else { found.join(", ") }
}

/// The fields of the report part, as they were read.
fn report(m: &Message) -> Vec<String> {
    let Some(n) = &m.notification else { return Vec::new() };
    let mut lines = vec![String::new(), "--- report".to_owned()];
    let mut line = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            lines.push(format!("{name}: {value}"));
        }
    };
    line("Reporting-MTA", &n.reporting_mta);
    line("Received-From-MTA", &n.received_from_mta);
    line("Arrival-Date", &n.arrival_date.map(|d| crate::report::rfc3339(d.unix)));
    line("Original-Message-ID", &n.original_message_id.as_ref().map(ToString::to_string));
    line("Disposition", &n.disposition);
    line("Feedback-Type", &n.feedback_type);
    line("Source-IP", &n.source_ip);
    line("Original-Mail-From", &n.original_mail_from);
    for r in &n.recipients {
        line("Final-Recipient", &r.final_recipient);
        line("Original-Recipient", &r.original_recipient);
        line("Action", &r.action.map(|a| format!("{a:?}").to_lowercase()));
        line("Status", &r.status);
        line("Remote-MTA", &r.remote_mta);
        line("Diagnostic-Code", &r.diagnostic);
    }
    lines
}

fn fields(headers: &Headers, give: &mut dyn FnMut(&str)) {
    for field in &headers.fields {
        give(&format!("{}: {}", field.name, field.value));
    }
}

/// Where the header block ends: before the first empty line, or at the end.
fn header_end(octets: &[u8]) -> usize {
    let mut at = 0;
    while let Some(newline) = memchr::memchr(b'\n', &octets[at..]) {
        let end = at + newline + 1;
        if matches!(&octets[at..end], b"\n" | b"\r\n") {
            return at;
        }
        at = end;
    }
    octets.len()
}

fn ensure_newline(out: &mut Vec<u8>) {
    if out.last().is_some_and(|last| *last != b'\n') {
        out.push(b'\n');
    }
}

/// A message as mboxrd keeps it: a From_ line, every `From ` line of the message with one more `>`, an empty
/// line. Taking the quoting off gives the stored octets back.
pub(super) fn mboxrd(octets: &[u8], date: Option<i64>) -> Vec<u8> {
    let moment = jiff::Timestamp::from_second(date.unwrap_or(0)).unwrap_or_default();
    let mut out =
        moment.strftime("From MAILER-DAEMON %a %b %e %H:%M:%S %Y\n").to_string().into_bytes();
    for line in octets.split_inclusive(|b| *b == b'\n') {
        let quotes = line.iter().take_while(|b| **b == b'>').count();
        if line[quotes..].starts_with(b"From ") {
            out.push(b'>');
        }
        out.extend_from_slice(line);
    }
    ensure_newline(&mut out);
    out.push(b'\n');
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::Recogniser;

    const BOUNCE: &[u8] = b"Return-Path: <>\r\nFrom: Mail Delivery System <mailer-daemon@mx.example.net>\r\n\
To: owner@example.org\r\nSubject: =?utf-8?q?Undelivered=3A_jane=40example=2Enet?=\r\nX-Secret: jane@example.net\r\n\
MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
--b\r\n\r\nI could not deliver to jane@example.net\r\n--b\r\nContent-Type: message/delivery-status\r\nContent-Transfer-Encoding: base64\r\n\r\n\
UmVwb3J0aW5nLU1UQTogZG5zOyBteC5leGFtcGxlLm5ldA0KDQpGaW5hbC1SZWNpcGllbnQ6IHJmYzgyMjsgamFuZUBleGFtcGxlLm5ldA0KQWN0aW9uOiBmYWlsZWQNClN0YXR1czogNS4xLjENCkRpYWdub3N0aWMtQ29kZTogc210cDsgNTUwIGphbmU6IG5vIHN1Y2ggdXNlcg0K\r\n\
--b\r\nContent-Type: message/rfc822\r\n\r\nReceived: from pc (dsl.example [192.0.2.7]) by mx.example.net with SMTP for <jane@example.net>\r\n\
From: \"Jane's friend\" <owner@example.org>\r\nTo: Jane Doe <jane@example.net>\r\nSubject: pills\r\nMessage-ID: <jane=example.net.1@spam.example>\r\n\r\nBuy at http://x.example/?u=jane@example.net\r\n--b--\r\n";

    fn screen() -> Recogniser {
        Recogniser::new(false)
    }

    #[test]
    fn headers_alone_hold_no_body_and_the_blocks_octet_for_octet() {
        let recogniser = screen();
        let text = String::from_utf8(headers_only(BOUNCE, recogniser.breaks())).unwrap();
        assert!(text.starts_with("Return-Path: <>\r\nFrom: Mail Delivery"), "{text}");
        assert!(
            text.contains("Received: from pc (dsl.example [192.0.2.7]) by mx.example.net"),
            "{text}"
        );
        assert!(text.contains("Final-Recipient: jane@example.net"), "{text}");
        assert!(!text.contains("I could not deliver") && !text.contains("Buy at"), "{text}");
    }

    #[test]
    fn a_redacted_copy_names_nobody_but_the_owner() {
        let recogniser = screen();
        let redaction = Redaction::new([1; 32], &["owner@example.org".into()]);
        let text = redacted(BOUNCE, recogniser.breaks(), &redaction);
        assert!(!text.to_lowercase().contains("jane"), "{text}");
        assert!(text.contains("to: owner@example.org") && text.contains("192.0.2.7"), "{text}");
        let hash = redaction.address("jane@example.net");
        assert!(text.contains(&format!("Final-Recipient: {hash}")), "{text}");
        assert!(text.contains(&format!("for <{hash}>")), "{text}");
        assert!(text.contains("--- left out: content-type, x-secret"), "{text}");
    }

    #[test]
    fn an_mbox_gives_the_octets_back() {
        let octets = b"Subject: x\n\nFrom here\n>From there\n>>From\n";
        let mbox = mboxrd(octets, Some(0));
        let text = String::from_utf8(mbox).unwrap();
        assert_eq!(
            text,
            "From MAILER-DAEMON Thu Jan  1 00:00:00 1970\nSubject: x\n\n>From here\n>>From there\n>>From\n\n"
        );
    }
}
