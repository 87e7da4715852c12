//! Mail of the owner's that no Sent folder holds and that strangers' floods resemble: a mailing to people whom Sent
//! does not know, orders of a shop, a colleague who writes under the shared address. None of it may be swept.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use unscatter::scan::{Options, scan};

const DAY: i64 = 86_400;
/// 1 March 2026.
const START: i64 = 1_772_323_200;

fn date(time: i64) -> String {
    let t = jiff::Timestamp::from_second(time).unwrap();
    t.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

/// One mail that somebody sent.
struct Mail<'a> {
    from: &'a str,
    to: &'a str,
    id: &'a str,
    subject: &'a str,
    time: i64,
    hops: &'a str,
}

impl Mail<'_> {
    fn headers(&self) -> String {
        let Mail { from, to, id, subject, time, .. } = self;
        format!(
            "From: {from}\nTo: {to}\nSubject: {subject}\nDate: {}\nMessage-ID: <{id}>\n",
            date(*time)
        )
    }

    /// A bounce of it, an hour later.
    fn bounce(&self) -> String {
        let sender = self.from.rsplit('<').next().unwrap().trim_end_matches('>');
        let host = self.to.rsplit('@').next().unwrap();
        let mut text = String::new();
        let when = date(self.time + 3600);
        let (id, to, hops, headers) = (self.id, self.to, self.hops, self.headers());
        write!(
            text,
            "Return-Path: <>\nReceived: from mx.{host} (mx.{host} [192.0.2.7]) by in.studio.example (Postfix) with ESMTP id b; {when}\n\
             From: MAILER-DAEMON@mx.{host} (Mail Delivery System)\nTo: {sender}\nSubject: Undelivered Mail Returned to Sender\n\
             Date: {when}\nMessage-ID: <b.{id}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n--b\nContent-Type: text/plain\n\n\
             This is the mail system at host mx.{host}.\n\n<{to}>: host said: 550 5.1.1 User unknown\n\n--b\n\
             Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.{host}\n\nFinal-Recipient: rfc822; {to}\n\
             Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\n\n--b\nContent-Type: text/rfc822-headers\n\n\
             {hops}{headers}\n--b--\n"
        )
        .unwrap();
        text
    }
}

/// A mailbox with a year of ordinary life: 80 mails in Sent, every fourth of which came back.
fn life(mailbox: &Path) {
    for folder in ["cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"] {
        fs::create_dir_all(mailbox.join(folder)).unwrap();
    }
    for n in 0..80i64 {
        let to = format!("friend{n}@site{}.example", n % 9);
        let hops = format!(
            "Received: from out.studio.example (out.studio.example [203.0.113.10]) by mx.site{}.example (Postfix) with ESMTP id r; {}\n\
             Received: from laptop (dsl.studio.example [198.51.100.7]) by out.studio.example (Postfix) with ESMTPSA id p; {0}\n",
            n % 9,
            date(START + n * 4 * DAY)
        );
        let mail = Mail {
            from: "Nadia Studio <nadia@studio.example>",
            to: &to,
            id: &format!("m{n}.{}@laptop.studio.example", START + n),
            subject: &format!("Sketch number {n} for the hall"),
            time: START + n * 4 * DAY,
            hops: &hops,
        };
        let text = format!("{}User-Agent: Mutt/2.2\n\nHere it is.\n", mail.headers());
        fs::write(mailbox.join(format!(".Sent/cur/1.s{n}.host:2,S")), text).unwrap();
        if n % 4 == 0 {
            fs::write(mailbox.join(format!("cur/1.l{n}.host:2,S")), mail.bounce()).unwrap();
        }
    }
}

/// How surely each bounce of these mails is called forged.
fn judged(mails: impl Iterator<Item = String>) -> Vec<f32> {
    judged_beside(mails, &[])
}

/// The same beside what people wrote.
fn judged_beside(mails: impl Iterator<Item = String>, people: &[String]) -> Vec<f32> {
    let home = tempfile::tempdir().unwrap();
    let mailbox = home.path().join("Maildir");
    life(&mailbox);
    for (n, text) in mails.enumerate() {
        fs::write(mailbox.join(format!("new/1.x{n}.host")), text).unwrap();
    }
    for (n, text) in people.iter().enumerate() {
        fs::write(mailbox.join(format!("cur/1.p{n}.host:2,S")), text).unwrap();
    }
    let mut found = Vec::new();
    scan(&[mailbox], &Options::default(), &|_| (), &mut |f| {
        if f.locator.starts_with("new/") {
            found.push(f.verdict.p_forged().expect("a bounce"));
        }
    })
    .unwrap();
    found
}

/// A server of the owner's with a hoster, in the lines of the receiver.
fn server(n: i64, time: i64) -> String {
    format!(
        "Received: from web.hoster.example (web.hoster.example [198.51.100.{}]) by mx.reader{n}.example (Postfix) with ESMTP id v; {}\n",
        77 + n % 3,
        date(time)
    )
}

fn assert_none_is_swept(found: &[f32], sent: usize) {
    assert_eq!(found.len(), sent);
    let most = found.iter().copied().fold(0.0f32, f32::max);
    assert!(most < 0.99, "{most}");
}

#[test]
fn a_mailing_over_one_host_is_not_swept_however_many_strangers_it_goes_to() {
    let mails = (0..150i64).map(|n| {
        let time = START + 200 * DAY + n * 60;
        Mail {
            from: "Nadia Studio <nadia@studio.example>",
            to: &format!("reader{n}@reader{n}.example"),
            id: &format!("{n:032x}@web.hoster.example"),
            subject: "Studio letter 38: open doors in October",
            time,
            hops: &server(n, time),
        }
        .bounce()
    });
    assert_none_is_swept(&judged(mails), 150);
}

#[test]
fn the_orders_of_a_shop_under_an_address_of_its_own_are_not_swept() {
    let mails = (0..60i64).map(|n| {
        let time = START + 20 * DAY + n * 4 * DAY;
        Mail {
            from: "Studio Shop <noreply@studio.example>",
            to: &format!("buyer{n}@reader{n}.example"),
            id: &format!("{n:032x}@web.hoster.example"),
            subject: &format!("Order {}", 4200 + n),
            time,
            hops: &server(n, time),
        }
        .bounce()
    });
    assert_none_is_swept(&judged(mails), 60);
}

/// Bounces of what a colleague writes over a hoster, under `address`, one mail every so many days.
fn of_a_colleague(address: &str, mails: i64, every: i64) -> impl Iterator<Item = String> {
    let from = format!("Piet Brandt <{address}>");
    (0..mails).map(move |n| {
        let time = START + 10 * DAY + n * every * DAY;
        Mail {
            from: &from,
            to: &format!("client{n}@reader{n}.example"),
            id: &format!("{n:08X}.9C1E{n:04X}@outlook.hoster.example"),
            subject: &format!("Poster for hall {n}"),
            time,
            hops: &server(n, time),
        }
        .bounce()
    })
}

#[test]
fn a_colleague_who_writes_under_the_shared_address_is_not_swept() {
    assert_none_is_swept(&judged(of_a_colleague("nadia@studio.example", 24, 11)), 24);
}

#[test]
fn nothing_is_said_of_an_address_that_people_answer_and_whose_sent_mail_is_elsewhere() {
    let people: Vec<String> = (0..6i64)
        .map(|n| {
            format!(
                "From: Client {n} <client{n}@reader{n}.example>\nTo: piet@studio.example\nSubject: Re: Poster\nDate: {}\n\
                 Message-ID: <r{n}@reader{n}.example>\nIn-Reply-To: <{n}.AA@outlook.hoster.example>\nUser-Agent: Mutt/2.2\n\nAgreed.\n",
                date(START + n * 30 * DAY)
            )
        })
        .collect();
    let decided = |found: &[f32]| found.iter().filter(|p| !(0.05..=0.95).contains(*p)).count();
    // Without people's answers the address looks made up.
    let colleague = || of_a_colleague("piet@studio.example", 30, 8);
    let alone = decided(&judged(colleague()));
    assert!(alone > 15, "{alone}");
    assert_eq!(decided(&judged_beside(colleague(), &people)), 0);
}

#[test]
fn a_flood_from_many_places_beside_them_is_swept() {
    let mails = (0..150i64).map(|n| {
        let time = START + 200 * DAY + n * 600;
        let hops = format!(
            "Received: from pc{n} (c{n}.isp{}.example [198.18.{}.{}]) by mx.reader{n}.example (Postfix) with ESMTP id v; {}\n",
            n % 40,
            n % 200,
            1 + n % 250,
            date(time)
        );
        Mail {
            from: "nadia@studio.example",
            to: &format!("victim{n}@reader{n}.example"),
            id: &format!("{n}.{}@pc{n}", n * 7919),
            subject: &format!("Cheap watches, order {n} today"),
            time,
            hops: &hops,
        }
        .bounce()
    });
    let found = judged(mails);
    let sure = found.iter().filter(|p| **p >= 0.99).count();
    assert!(sure > 120, "{sure} of {}", found.len());
}
