//! What [`parse`] makes of whole messages, well-formed, broken and hostile.

use proptest::prelude::*;

use super::*;

fn breaks() -> Screen {
    Screen::new(["^--- Below .* copy\\.$", "(?i)^-+ ?Original Message ?-+$"])
}

fn read(raw: &[u8]) -> Message {
    parse(raw, &Limits::default(), &breaks())
}

/// Reads with LF and with CRLF, which must say the same.
fn both(text: &str) -> Message {
    let lf = read(text.as_bytes());
    let mut crlf = read(text.replace('\n', "\r\n").as_bytes());
    if let Some(returned) = &mut crlf.returned {
        returned.raw_headers.retain(|b| *b != b'\r');
    }
    assert_eq!(lf, crlf);
    lf
}

const ORIGINAL: &str = "Received: from pc.example (pc.example [192.0.2.1])\n\tby mx.example.org with ESMTPSA id 1; Thu, 15 Oct 2015 15:22:20 +0900\nMessage-ID: <lunch@example.org>\nDate: Thu, 15 Oct 2015 15:22:22 +0900\nFrom: Nadia <nadia@example.org>\nTo: gone@example.net\nSubject: Lunch\n";

fn report(parts: &str) -> String {
    format!(
        "Return-Path: <>\nReceived: from mx.example.net (mx.example.net [198.51.100.1])\n\tby mx.example.org (Postfix) with ESMTP id 2\n\tfor <nadia+x@example.org>; Thu, 15 Oct 2015 15:23:00 +0900\nDelivered-To: nadia@example.org\nFrom: MAILER-DAEMON@example.net (Mail Delivery System)\nTo: nadia@example.org\nSubject: Undelivered\nMessage-Id: <b@example.net>\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"b/1\"\n\npreamble\n{parts}"
    )
}

const TEXT: &str = "--b/1\nContent-Type: text/plain; charset=utf-8\n\nIt failed f\u{fc}r you.\n\n";
const STATUS: &str = "--b/1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; gone@example.net\nAction: failed\nStatus: 5.1.1\n\n";

#[test]
fn a_report_is_read_with_its_original() {
    let m = both(&report(&format!(
        "{TEXT}{STATUS}--b/1\nContent-Type: message/rfc822\n\n{ORIGINAL}\nShall we?\n--b/1--\n"
    )));
    assert_eq!(m.return_path, ReturnPath::Null);
    assert_eq!(m.from[0].name, "Mail Delivery System");
    assert_eq!(
        m.delivered_to,
        [Address::new("nadia@example.org"), Address::new("nadia+x@example.org")]
    );
    assert_eq!(m.received.map(|d| d.zone), Some(540));
    assert_eq!(m.report_type.as_deref(), Some("delivery-status"));
    let types: Vec<&str> = m.parts.iter().map(|p| p.media_type.as_str()).collect();
    assert_eq!(
        types,
        ["multipart/report", "text/plain", "message/delivery-status", "message/rfc822"]
    );
    assert_eq!(m.text, "It failed für you.\n");
    let notification = m.notification.expect("groups");
    assert_eq!(notification.recipients[0].status.as_deref(), Some("5.1.1"));
    let returned = m.returned.expect("an original");
    assert_eq!(returned.form, ReturnedForm::Whole);
    assert_eq!(returned.message_id, Some(MessageId::new("lunch@example.org")));
    assert_eq!(returned.hops.len(), 1);
    assert!(returned.hops[0].authenticated);
    assert_eq!(returned.text, "Shall we?");
    assert_eq!(m.defects, []);
}

#[test]
fn headers_alone_and_encoded_originals_are_read() {
    let m = both(&report(&format!(
        "{TEXT}{STATUS}--b/1\nContent-Type: text/rfc822-headers\n\n{ORIGINAL}--b/1--\n"
    )));
    let returned = m.returned.expect("headers");
    assert_eq!(
        (returned.form, returned.subject.as_deref()),
        (ReturnedForm::Headers, Some("Lunch"))
    );
    // OpenSMTPD returns the body in the same part.
    let m = both(&report(&format!(
        "{TEXT}{STATUS}--b/1\nContent-Type: text/rfc822-headers\n\n{ORIGINAL}\nBody\n--b/1--\n"
    )));
    assert_eq!(m.returned.map(|r| (r.form, r.text)), Some((ReturnedForm::Whole, "Body".into())));
    let encoded = "UmVjZWl2ZWQ6IGZyb20gYSBieSBiCk1lc3NhZ2UtSUQ6IDxsdW5jaEBleGFtcGxlLm9yZz4KRnJv\nbTogYUBleGFtcGxlLm9yZwoKSGkK";
    let m = both(&report(&format!(
        "--b/1\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{encoded}\n--b/1--\n"
    )));
    assert_eq!(m.returned.and_then(|r| r.message_id), Some(MessageId::new("lunch@example.org")));
}

#[test]
fn an_original_cut_in_its_headers_is_told() {
    let m = both(&report(&format!(
        "{TEXT}{STATUS}--b/1\nContent-Type: message/rfc822\n\n{ORIGINAL}X-Mailer: Re"
    )));
    assert_eq!(m.returned.map(|r| r.form), Some(ReturnedForm::Headers));
    assert_eq!(m.defects, [Defect::BoundaryUnclosed, Defect::OriginalCut]);
}

#[test]
fn a_boundary_that_never_occurs_leaves_groups_and_original() {
    let status = STATUS.split_once("\n\n").expect("a body").1;
    let raw =
        report(&format!("It failed.\n\n{status}{ORIGINAL}\nShall we?\n")).replace("preamble\n", "");
    let m = both(&raw);
    assert!(m.defects.contains(&Defect::BoundaryMissing));
    assert_eq!(m.notification.map(|n| n.recipients.len()), Some(1));
    let returned = m.returned.expect("an original");
    assert_eq!((returned.form, returned.text.as_str()), (ReturnedForm::Whole, "Shall we?\n"));
    assert!(m.text.starts_with("It failed.") && !m.text.contains("lunch@"));
}

#[test]
fn another_boundary_than_the_declared_one_is_found() {
    let raw = report(&format!("{TEXT}{STATUS}")).replace("boundary=\"b/1\"", "boundary=\"other\"");
    let m = both(&raw);
    assert_eq!(m.notification.map(|n| n.recipients.len()), Some(1));
    assert!(m.defects.contains(&Defect::BoundaryMissing));
}

#[test]
fn an_original_behind_a_break_line_keeps_its_octets() {
    let mut raw = b"From: mailer-daemon@example.net\nSubject: failure notice\n\nHi.\n\n<gone@example.net>:\nNo.\n\n--- Below is the copy.\n\nReturn-Path: <nadia@example.org>\nMessage-ID: <lunch@example.org>\nSubject: f\xfcr dich\nX: \xff\xfe\n\n\xfcber\n".to_vec();
    let m = read(&raw);
    let returned = m.returned.expect("an original");
    assert_eq!(m.text, "Hi.\n\n<gone@example.net>:\nNo.\n\n");
    assert_eq!(returned.form, ReturnedForm::Whole);
    assert_eq!((returned.subject.as_deref(), returned.text.as_str()), (Some("für dich"), "über\n"));
    assert!(returned.raw_headers.windows(2).any(|w| w == b"\xff\xfe"));
    raw.iter_mut().for_each(|b| {
        if *b == b'\n' {
            *b = b'\r';
        }
    });
    assert_eq!(
        read(&raw).returned.and_then(|r| r.message_id),
        Some(MessageId::new("lunch@example.org"))
    );
}

#[test]
fn parts_of_the_original_stay_in_the_original() {
    let inner = "Content-Type: multipart/report; boundary=c\n\n--c\nContent-Type: text/plain\n\nI am on vacation\n--c\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; no.example\n\nFinal-Recipient: rfc822;other@example.net\nAction: failed\n--c--\n";
    let m = both(&format!(
        "From: a@example.net\nSubject: FYI\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nSee this.\n--b\nContent-Type: message/rfc822\n\n{ORIGINAL}{inner}--b--\n"
    ));
    assert_eq!((m.text.as_str(), m.notification.is_none(), m.parts.len()), ("See this.", true, 3));
    assert_eq!((m.parts[2].media_type.as_str(), m.parts[2].depth), ("message/rfc822", 1));
    assert_eq!(m.returned.map(|r| r.text), Some("I am on vacation".into()));
}

#[test]
fn plain_text_is_preferred_to_html_beside_it() {
    let m = both(
        "From: a@example.net\nContent-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n<p>html</p>\n--b--\n",
    );
    assert_eq!(m.text, "plain");
    let m = both(
        "From: a@example.net\nContent-Type: text/html; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\n<p>nicht verf=FCgbar<br>bis=\n Montag</p>\n",
    );
    assert_eq!(m.text, "nicht verfügbar\nbis Montag\n");
}

#[test]
fn an_original_attached_under_another_type_is_found() {
    let m = both(&format!(
        "From: a@example.net\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nNo.\n--b\nContent-Type: application/octet-stream; name=\"=?utf-8?Q?message.eml?=\"\nContent-Disposition: attachment\n\n{ORIGINAL}\nx\n--b\nContent-Type: text/plain; name=details.txt\nContent-Disposition: attachment; filename=details.txt\n\nReporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822;gone@example.net\nAction: failed\n--b--\n"
    ));
    assert_eq!(m.returned.and_then(|r| r.message_id), Some(MessageId::new("lunch@example.org")));
    assert_eq!(m.notification.map(|n| n.recipients.len()), Some(1));
    assert_eq!(m.text, "No.");
}

#[test]
fn ids_that_a_message_answers_come_in_order() {
    let m = both(
        "In-Reply-To: <c@x> (a's message)\nReferences: <a@x>\n <b@x> <c@x\nSubject:\n =?utf-8?Q?R=C3=A9?=\n =?utf-8?Q?ponse?=\n\n",
    );
    let ids: Vec<&str> = m.parents.iter().map(MessageId::as_str).collect();
    assert_eq!(ids, ["c@x", "b@x", "a@x"]);
    assert_eq!(m.subject, "Réponse");
}

#[test]
fn headers_alone_say_what_the_whole_says() {
    let raw = report(&format!("{TEXT}{STATUS}"));
    let whole = read(raw.as_bytes());
    let head = parse_headers(raw.as_bytes(), &Limits::default());
    assert_eq!(
        (head.headers, head.from, head.to, head.date),
        (whole.headers, whole.from, whole.to, whole.date)
    );
    assert_eq!(
        (head.delivered_to, head.received, head.media_type),
        (whole.delivered_to, whole.received, whole.media_type)
    );
}

#[test]
fn broken_headers_are_told_and_read() {
    assert!(read(b"").defects.contains(&Defect::NoHeaders));
    assert!(read(b"Just a text\nand more\n").text.contains("Just a text"));
    let m = read(b"\n\nFrom x@example.org Thu Oct 15 15:22:22 2015\n>From y\nFrom: a@b.example\nFrom: c@d.example\nSubject: \0x\n\ny");
    assert!(m.defects.contains(&Defect::SeveralFrom) && m.defects.contains(&Defect::NulInHeaders));
    assert_eq!((m.subject.as_str(), m.from.len(), m.text.as_str()), ("x", 2, "y"));
    let long = format!("Subject: x\n{}\nbody", "X-Filler: y\n".repeat(40_000));
    let m = read(long.as_bytes());
    assert!(
        m.defects.contains(&Defect::HeadersTooLong) && m.defects.contains(&Defect::TooManyFields)
    );
    assert_eq!(m.text, "body");
}

#[test]
fn hostile_messages_take_linear_time() {
    let nested = "Content-Type: message/rfc822\n\n".repeat(50_000);
    let _ = read(nested.as_bytes());
    let siblings = format!(
        "Content-Type: multipart/mixed; boundary=a\n\n{}",
        "--a\nContent-Type: multipart/mixed; boundary=b\n\n".repeat(25_000)
    );
    let _ = read(siblings.as_bytes());
    let fields = "Received: from (((((\n".repeat(400_000);
    let _ = read(fields.as_bytes());
    let addresses = format!("To: {}\n\n", "(\"<a@b,".repeat(40_000));
    let _ = read(addresses.as_bytes());
}

/// A report of every structure, to be mutated.
fn sample() -> Vec<u8> {
    report(&format!("{TEXT}{STATUS}--b/1\nContent-Type: message/rfc822\n\n{ORIGINAL}Content-Type: multipart/alternative; boundary=c\n\n--c\nContent-Transfer-Encoding: quoted-printable\n\n=E4\n--c--\n--b/1--\n")).into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_octets_make_it_panic(octets in proptest::collection::vec(any::<u8>(), 0..600)) {
        let _ = read(&octets);
        let _ = glance(&octets);
        let _ = parse_headers(&octets, &Limits::default());
    }

    #[test]
    fn no_words_make_it_panic(
        words in proptest::collection::vec("(From|To|Subject|Date|Received|Content-Type|References|:| |\n|\r\n|\t|<|>|\\(|\\)|\"|@|a|=\\?utf-8\\?[QB]\\?|\\?=|;|multipart/mixed; boundary=a|--a|--|>|=|=\\?iso-2022-jp\\?B\\?GyRC|\u{1b}\\$B|ü|0|9)", 0..120)
    ) {
        let text = words.concat();
        let _ = read(text.as_bytes());
        let _ = glance(text.as_bytes());
        let _ = parse_headers(text.as_bytes(), &Limits::default());
    }

    #[test]
    fn no_mutation_makes_it_panic_or_grow(
        edits in proptest::collection::vec((0usize..1700, 0u8..4, any::<u8>(), 0usize..60), 1..12)
    ) {
        let mut octets = sample();
        for (at, edit, octet, length) in edits {
            let at = at.min(octets.len());
            let end = (at + length).min(octets.len());
            match edit {
                0 => octets.truncate(at),
                1 => { octets.drain(at..end); }
                2 => { let copy = octets[at..end].to_vec(); octets.extend(copy); }
                _ => octets.insert(at, octet),
            }
        }
        let few = Limits { message: 1_500, header_block: 600, fields: 12, field_value: 40, parts: 4, depth: 2, text: 50, returned_text: 20, addresses: 3 };
        let message = parse(&octets, &few, &breaks());
        prop_assert!(message.text.len() <= few.text && message.parts.len() <= few.parts);
        prop_assert!(message.headers.fields.len() <= few.fields);
        prop_assert!(message.headers.fields.iter().all(|f| f.value.len() <= few.field_value));
        prop_assert!(message.from.len() <= few.addresses);
        if let Some(returned) = message.returned {
            prop_assert!(returned.text.len() <= few.returned_text);
        }
        let _ = read(&octets);
        let _ = glance(&octets);
    }
}
