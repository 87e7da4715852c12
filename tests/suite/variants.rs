//! What happens to answers on their way: other line ends, folded and recased fields, tags of filters in the
//! subject, lost fields, cut originals; and what people do with them: forward and quote. The kind stays, or
//! becomes ordinary where a person wrote.

use std::fs;

use unscatter::message::{Limits, glance, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

use crate::support::{corpus, files, with_line_ends};

/// A message as its fields and its body.
pub(crate) struct Parts {
    pub(crate) fields: Vec<String>,
    pub(crate) body: Vec<u8>,
}

pub(crate) fn apart(bytes: &[u8]) -> Option<Parts> {
    let at = bytes.windows(2).position(|w| w == b"\n\n")?;
    let mut fields: Vec<String> = Vec::new();
    for line in std::str::from_utf8(&bytes[..at]).ok()?.lines() {
        match fields.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => {
                last.push('\n');
                last.push_str(line);
            }
            _ => fields.push(line.to_owned()),
        }
    }
    Some(Parts { fields, body: bytes[at + 2..].to_vec() })
}

pub(crate) fn together(fields: &[String], body: &[u8]) -> Vec<u8> {
    let mut out = fields.join("\n").into_bytes();
    out.extend_from_slice(b"\n\n");
    out.extend_from_slice(body);
    out
}

pub(crate) fn is(field: &str, name: &str) -> bool {
    field.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name))
        && field[name.len()..].starts_with(':')
}

/// Every sample of the kinds that are answers: name, kind and octets with LF.
fn samples() -> Vec<(String, Kind, Vec<u8>)> {
    let mut found = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|k| *k != Kind::Ordinary) {
        for path in files(&corpus().join(kind.name()), "eml") {
            let name = path.strip_prefix(corpus()).unwrap().display().to_string();
            found.push((name, kind, with_line_ends(&fs::read(&path).unwrap(), false)));
        }
    }
    assert!(found.len() > 250, "only {} samples", found.len());
    found
}

/// Changes each sample and tells the share that kept its kind, with the names of the others.
fn kept(change: impl Fn(Parts) -> Vec<u8>, wanted: Option<Kind>) -> (f64, Vec<String>) {
    let recogniser = Recogniser::new(false);
    let (mut ran, mut wrong) = (0, Vec::new());
    for (name, kind, bytes) in samples() {
        let Some(parts) = apart(&bytes) else { continue };
        let changed = change(parts);
        let m = parse(&changed, &Limits::default(), recogniser.breaks());
        let found = decide_kind(&m, &recogniser.look(&m)).kind;
        let wanted = wanted.unwrap_or(kind);
        ran += 1;
        let dropped = wanted != Kind::Ordinary && !recogniser.may_find(&glance(&changed));
        if found != wanted || dropped {
            let why = if dropped { "dropped by triage" } else { found.name() };
            wrong.push(format!("{name}: {why}"));
        }
    }
    assert!(ran > 250, "only {ran} ran");
    (1.0 - wrong.len() as f64 / ran as f64, wrong)
}

#[track_caller]
pub(crate) fn all_keep(change: impl Fn(Parts) -> Vec<u8>) {
    let (_, wrong) = kept(change, None);
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn mixed_line_ends_change_nothing() {
    all_keep(|p| {
        let mut out = Vec::new();
        for (i, line) in together(&p.fields, &p.body).split_inclusive(|b| *b == b'\n').enumerate() {
            match line.strip_suffix(b"\n") {
                Some(text) if i % 2 == 0 => {
                    out.extend_from_slice(text);
                    out.extend_from_slice(b"\r\n");
                }
                _ => out.extend_from_slice(line),
            }
        }
        out
    });
}

#[test]
fn folded_fields_change_nothing() {
    all_keep(|p| {
        let fields: Vec<String> = p
            .fields
            .iter()
            .map(|f| match f.find(": ") {
                // Encoded words and quoted strings must not be torn; the first blank is outside of both.
                Some(at) if !f.contains('\n') => format!("{}:\n {}", &f[..at], &f[at + 2..]),
                _ => f.clone(),
            })
            .collect();
        together(&fields, &p.body)
    });
}

#[test]
fn the_case_of_field_names_changes_nothing() {
    all_keep(|p| {
        let fields: Vec<String> = p
            .fields
            .iter()
            .map(|f| match f.split_once(':') {
                Some((name, value)) => format!("{}:{value}", name.to_uppercase()),
                None => f.clone(),
            })
            .collect();
        together(&fields, &p.body)
    });
}

#[test]
fn fields_that_hosts_add_change_nothing() {
    all_keep(|mut p| {
        let more = [
            "Received: from relay.example.net (relay.example.net [192.0.2.77])\n\tby mx.example.org; Mon, 1 May 2023 09:00:00 +0000",
            "Authentication-Results: mx.example.org; spf=none; dkim=none; dmarc=none",
            "X-Spam-Status: No, score=1.1 required=5.0 tests=BOUNCE_MESSAGE,NO_RECEIVED",
            "X-Virus-Scanned: amavisd-new at mx.example.org",
            "X-Original-To: anna.berg@example.org",
            "X-Mozilla-Status: 0001",
            "Status: RO",
            "X-UID: 4711",
        ];
        let mut fields: Vec<String> = more.map(str::to_owned).into();
        fields.append(&mut p.fields);
        together(&fields, &p.body)
    });
}

#[test]
fn tags_of_filters_before_the_subject_change_next_to_nothing() {
    for tag in ["***SPAM*** ", "[EXTERNAL] ", "SPAM: "] {
        let (share, wrong) = kept(
            |p| {
                let tagged = |f: &String| match f.split_once(": ") {
                    Some((name, value)) if is(f, "subject") => format!("{name}: {tag}{value}"),
                    _ => f.clone(),
                };
                together(&p.fields.iter().map(tagged).collect::<Vec<_>>(), &p.body)
            },
            None,
        );
        assert!(share >= 0.97, "{tag}: {share} {}", wrong.join("\n"));
    }
}

#[test]
fn stores_that_lose_the_return_path_lose_next_to_nothing() {
    let (share, wrong) = kept(
        |mut p| {
            p.fields.retain(|f| !is(f, "return-path") && !is(f, "delivered-to"));
            together(&p.fields, &p.body)
        },
        None,
    );
    assert!(share >= 0.97, "{share} {}", wrong.join("\n"));
}

#[test]
fn a_cut_body_keeps_the_kind_of_a_bounce() {
    let (share, wrong) = kept(
        |p| {
            let keep = p.body.len() * 4 / 5;
            together(&p.fields, &p.body[..keep])
        },
        None,
    );
    assert!(share >= 0.97, "{share} {}", wrong.join("\n"));
}

const PERSON: &str = "Return-Path: <kira@lund.example>\nFrom: Kira Lund <kira@lund.example>\nTo: \
    Anna Berg <anna.berg@example.org>\nDate: Mon, 1 May 2023 09:00:00 +0000\nMessage-ID: <k1@lund.example>\n";

/// The readable lines of a message, as a person's mail program shows or quotes them.
fn lines(p: &Parts) -> Vec<String> {
    let text = String::from_utf8_lossy(&p.body).into_owned();
    text.lines().map(str::to_owned).collect()
}

fn subject(p: &Parts) -> String {
    let found = p.fields.iter().find(|f| is(f, "subject"));
    found.map(|f| f[8..].trim().to_owned()).unwrap_or_default()
}

#[test]
fn what_a_person_forwards_as_an_attachment_is_ordinary() {
    let (_, wrong) = kept(
        |p| {
            let head = format!(
                "{PERSON}Subject: Fwd: {}\nMIME-Version: 1.0\nUser-Agent: Mozilla Thunderbird\nContent-Type: \
                 multipart/mixed; boundary=\"outer1\"\n\n--outer1\nContent-Type: text/plain\n\nWhat is \
                 this?\n\n--outer1\nContent-Type: message/rfc822\n\n",
                subject(&p)
            );
            [head.as_bytes(), &together(&p.fields, &p.body), b"\n--outer1--\n"].concat()
        },
        Some(Kind::Ordinary),
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_a_person_quotes_is_ordinary() {
    let (_, wrong) = kept(
        |p| {
            let quoted: String = lines(&p).iter().map(|l| format!("> {l}\n")).collect();
            format!(
                "{PERSON}Subject: Re: {}\nIn-Reply-To: <a1@example.org>\nMIME-Version: 1.0\nContent-Type: \
                 text/plain; charset=utf-8\n\nI do not understand this:\n\n{quoted}",
                subject(&p)
            )
            .into_bytes()
        },
        Some(Kind::Ordinary),
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_a_person_forwards_inline_is_ordinary() {
    let (_, wrong) = kept(
        |p| {
            let text: String = lines(&p).iter().map(|l| format!("{l}\n")).collect();
            format!(
                "{PERSON}Subject: Fwd: {}\nMIME-Version: 1.0\nContent-Type: text/plain; \
                 charset=utf-8\n\nfyi\n\n---------- Forwarded message ---------\nSubject: {}\n\n{text}",
                subject(&p),
                subject(&p)
            )
            .into_bytes()
        },
        Some(Kind::Ordinary),
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_a_person_pastes_into_a_mail_of_its_own_is_ordinary() {
    let (_, wrong) = kept(
        |p| {
            let text: String = lines(&p).iter().map(|l| format!("{l}\n")).collect();
            format!(
                "{PERSON}Subject: question\nUser-Agent: Mozilla Thunderbird\nMIME-Version: 1.0\nContent-Type: \
                 text/plain; charset=utf-8\n\nHello,\n\nthis came today, what is it?\n\n{text}"
            )
            .into_bytes()
        },
        Some(Kind::Ordinary),
    );
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
