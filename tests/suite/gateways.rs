//! What gateways, forwarders and lists do to reports on delivery: other container, other part types, other
//! order, other encoding, a message around it. Kind, recipient, status and original stay.

use std::fs;

use unscatter::message::{Limits, Message, glance, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

use crate::languages::base64;
use crate::support::{corpus, files, with_line_ends};
use crate::transformations::{part, pieces, value};
use crate::variants::{Parts, apart, is, together};

/// Samples that are reports with groups: name, kind, parts.
fn reports() -> Vec<(String, Kind, Parts)> {
    let recogniser = Recogniser::new(false);
    let mut found = Vec::new();
    for kind in [Kind::Bounce, Kind::DeliveryNotice] {
        for path in files(&corpus().join(kind.name()), "eml") {
            let octets = with_line_ends(&fs::read(&path).unwrap(), false);
            let Some(parts) = apart(&octets) else { continue };
            let report =
                value(&parts.fields, "content-type").to_lowercase().contains("multipart/report");
            let m = parse(&octets, &Limits::default(), recogniser.breaks());
            let named = m.notification.as_ref().is_some_and(|n| {
                n.recipients
                    .first()
                    .is_some_and(|r| r.final_recipient.is_some() && r.action.is_some())
            });
            let plain = octets.windows(23).any(|w| w == b"message/delivery-status");
            if report && named && plain {
                let name = path.strip_prefix(corpus()).unwrap().display().to_string();
                found.push((name, kind, parts));
            }
        }
    }
    assert!(found.len() > 60, "only {} reports", found.len());
    found
}

/// What is read of a report: recipient, status, id of the original.
fn facts(m: &Message) -> (Option<String>, Option<String>, Option<String>) {
    let first = m.notification.as_ref().and_then(|n| n.recipients.first());
    (
        first.and_then(|r| r.final_recipient.clone()),
        first.and_then(|r| r.status.clone()),
        m.returned.as_ref().and_then(|r| r.message_id.as_ref()).map(ToString::to_string),
    )
}

#[track_caller]
fn all_stay(change: impl Fn(&Parts) -> Vec<u8>) {
    let recogniser = Recogniser::new(false);
    let mut wrong = Vec::new();
    for (name, kind, parts) in reports() {
        let before = together(&parts.fields, &parts.body);
        let wanted = facts(&parse(&before, &Limits::default(), recogniser.breaks()));
        let after = change(&parts);
        let m = parse(&after, &Limits::default(), recogniser.breaks());
        let found = decide_kind(&m, &recogniser.look(&m)).kind;
        if found != kind {
            wrong.push(format!("{name}: {}", found.name()));
        } else if facts(&m) != wanted {
            wrong.push(format!("{name}: {:?}, not {wanted:?}", facts(&m)));
        } else if !recogniser.may_find(&glance(&after)) {
            wrong.push(format!("{name}: dropped by triage"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// The same with another outer Content-Type.
fn declared(p: &Parts, change: impl Fn(&str) -> String) -> Vec<u8> {
    let fields: Vec<String> = p
        .fields
        .iter()
        .map(|f| if is(f, "content-type") { change(f) } else { f.clone() })
        .collect();
    together(&fields, &p.body)
}

/// The same with the parts written anew by `change`, which sees fields and body of each.
fn each_part(p: &Parts, change: impl Fn(&Parts) -> Option<Vec<u8>>) -> Vec<u8> {
    let mut body = Vec::new();
    for (inside, piece) in pieces(p) {
        let anew = part(&piece).filter(|_| inside).and_then(|p| change(&p));
        body.extend_from_slice(&anew.unwrap_or(piece));
    }
    together(&p.fields, &body)
}

/// A part under another Content-Type, where it is a report's groups.
fn groups_as(p: &Parts, kind: &str) -> Vec<u8> {
    each_part(p, |part| {
        value(&part.fields, "content-type").to_lowercase().contains("delivery-status").then(|| {
            let fields: Vec<String> = part
                .fields
                .iter()
                .map(|f| {
                    if is(f, "content-type") { format!("Content-Type: {kind}") } else { f.clone() }
                })
                .collect();
            together(&fields, &part.body)
        })
    })
}

fn in_base64(p: &Parts, kind: &str) -> Vec<u8> {
    each_part(p, |part| {
        let plain = value(&part.fields, "content-transfer-encoding").to_lowercase();
        let fits = value(&part.fields, "content-type").to_lowercase().contains(kind)
            && matches!(plain.as_str(), "" | "7bit" | "8bit");
        fits.then(|| {
            let mut fields: Vec<String> = part
                .fields
                .iter()
                .filter(|f| !is(f, "content-transfer-encoding"))
                .cloned()
                .collect();
            fields.push("Content-Transfer-Encoding: base64".to_owned());
            let text = base64(&part.body);
            let lines: Vec<String> = text
                .as_bytes()
                .chunks(76)
                .map(|l| String::from_utf8_lossy(l).into_owned())
                .collect();
            together(&fields, (lines.join("\n") + "\n").as_bytes())
        })
    })
}

#[test]
fn a_report_without_its_report_type_stays() {
    all_stay(|p| {
        declared(p, |f| {
            let boundary = crate::transformations::parameter(f, "boundary").unwrap_or_default();
            format!("Content-Type: multipart/report; boundary=\"{boundary}\"")
        })
    });
}

#[test]
fn a_report_with_another_report_type_stays() {
    all_stay(|p| declared(p, |f| f.replace("delivery-status", "delivery-notification")));
}

#[test]
fn a_report_in_multipart_mixed_stays() {
    all_stay(|p| declared(p, |f| f.replace("multipart/report", "multipart/mixed")));
}

#[test]
fn groups_in_a_part_of_plain_text_stay() {
    all_stay(|p| groups_as(p, "text/plain; charset=us-ascii"));
}

#[test]
fn groups_in_an_attached_text_stay() {
    all_stay(|p| groups_as(p, "application/octet-stream; name=\"details.txt\""));
}

#[test]
fn groups_in_base64_stay() {
    all_stay(|p| in_base64(p, "delivery-status"));
}

#[test]
fn an_original_in_base64_stays() {
    all_stay(|p| in_base64(p, "message/rfc822"));
}

#[test]
fn parts_in_reverse_order_stay() {
    all_stay(|p| {
        let all = pieces(p);
        let parts: Vec<&Vec<u8>> =
            all.iter().filter(|(inside, _)| *inside).map(|(_, b)| b).collect();
        // Nested multiparts have lines of their own between them.
        let whole = parts.iter().all(|b| part(b).is_some_and(|b| !b.fields.is_empty()));
        let kind = value(&p.fields, "content-type");
        let boundary = crate::transformations::parameter(&kind, "boundary").unwrap_or_default();
        if !whole || parts.len() < 2 {
            return together(&p.fields, &p.body);
        }
        let closed =
            parts.len() - usize::from(parts[parts.len() - 1].iter().all(u8::is_ascii_whitespace));
        let mut body = Vec::new();
        for b in parts[..closed].iter().rev() {
            body.extend_from_slice(format!("--{boundary}\n").as_bytes());
            body.extend_from_slice(b);
            if !b.ends_with(b"\n") {
                body.push(b'\n');
            }
        }
        body.extend_from_slice(format!("--{boundary}--\n").as_bytes());
        together(&p.fields, &body)
    });
}

#[test]
fn a_report_whose_header_names_another_boundary_stays() {
    all_stay(|p| {
        declared(p, |f| {
            let boundary = crate::transformations::parameter(f, "boundary").unwrap_or_default();
            f.replace(&boundary, "=_lost_on_the_way")
        })
    });
}

#[test]
fn a_report_without_its_closing_boundary_stays() {
    all_stay(|p| {
        let kind = value(&p.fields, "content-type");
        let boundary = crate::transformations::parameter(&kind, "boundary").unwrap_or_default();
        let end = format!("--{boundary}--");
        let text = p.body.windows(end.len()).position(|w| w == end.as_bytes());
        together(&p.fields, &p.body[..text.unwrap_or(p.body.len())])
    });
}

#[test]
fn a_report_below_a_disclaimer_stays() {
    all_stay(|p| {
        let kind: Vec<&String> = p.fields.iter().filter(|f| is(f, "content-type")).collect();
        let mut fields: Vec<String> =
            p.fields.iter().filter(|f| !is(f, "content-type")).cloned().collect();
        fields.push("Content-Type: multipart/mixed; boundary=\"outer7\"".to_owned());
        let mut body =
            b"--outer7\nContent-Type: text/plain\n\nThis mail was scanned for viruses.\n\
            --outer7\n"
                .to_vec();
        body.extend_from_slice(kind[0].as_bytes());
        body.extend_from_slice(b"\n\n");
        body.extend_from_slice(&p.body);
        body.extend_from_slice(b"\n--outer7--\n");
        together(&fields, &body)
    });
}

#[test]
fn a_report_that_a_gateway_wrapped_into_a_message_stays() {
    all_stay(|p| {
        let keep = ["return-path", "delivered-to", "received", "from", "to", "subject", "date"];
        let mut fields: Vec<String> =
            p.fields.iter().filter(|f| keep.iter().any(|k| is(f, k))).cloned().collect();
        if !fields.iter().any(|f| is(f, "return-path")) {
            fields.insert(0, "Return-Path: <>".to_owned());
        }
        fields.push("MIME-Version: 1.0".to_owned());
        fields.push("Content-Type: multipart/mixed; boundary=\"outer7\"".to_owned());
        let mut body =
            b"--outer7\nContent-Type: text/plain\n\nThis mail may be spam; the original is \
            attached.\n--outer7\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n"
                .to_vec();
        body.extend_from_slice(&together(&p.fields, &p.body));
        body.extend_from_slice(b"\n--outer7--\n");
        together(&fields, &body)
    });
}

#[test]
fn a_report_that_a_person_passes_on_to_its_own_address_is_ordinary() {
    let recogniser = Recogniser::new(false);
    let mut wrong = Vec::new();
    for (name, _, p) in reports() {
        let to = value(&p.fields, "to");
        let mut octets = format!(
            "Return-Path: <{to}>\nFrom: {to}\nTo: {to}\nSubject: {}\nMIME-Version: 1.0\nContent-Type: \
             multipart/mixed; boundary=\"outer7\"\n\n--outer7\nContent-Type: text/plain\n\nfor my \
             files\n\n--outer7\nContent-Type: message/rfc822\n\n",
            value(&p.fields, "subject")
        )
        .into_bytes();
        octets.extend_from_slice(&together(&p.fields, &p.body));
        octets.extend_from_slice(b"\n--outer7--\n");
        let m = parse(&octets, &Limits::default(), recogniser.breaks());
        let found = decide_kind(&m, &recogniser.look(&m)).kind;
        if found != Kind::Ordinary {
            wrong.push(format!("{name}: {}", found.name()));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
