//! A week in August with two joe jobs in it, told mail by mail: what each night sees and says, and that the nights
//! together end where one sweep at the end ends.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::time::{Duration, UNIX_EPOCH};

use unscatter::store::Fingerprint;

use super::Home;

/// Monday, 2025-08-11 00:00 UTC.
const MONDAY: i64 = 1_754_870_400;
/// Days of ordinary life before.
const BEFORE: i64 = 30;
const FRIENDS: [&str; 5] = [
    "anna@north.example",
    "bo@south.example",
    "cem@east.example",
    "dora@west.example",
    "egon@lake.example",
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Truth {
    Sent,
    Ordinary,
    Failure,
    /// An answer to mail of that campaign.
    Forged(char),
}

struct Mail {
    time: i64,
    truth: Truth,
    text: String,
}

impl Mail {
    fn name(&self) -> String {
        format!("{}.{}.harbour", self.time, &Fingerprint::of(self.text.as_bytes()).hex()[..8])
    }

    fn hash(&self) -> String {
        Fingerprint::of(self.text.as_bytes()).hex()
    }
}

fn at(day: i64, hour: i64, minute: i64) -> i64 {
    MONDAY + (day * 24 + hour) * 3600 + minute * 60
}

fn date(time: i64) -> String {
    let moment = jiff::Timestamp::from_second(time).unwrap();
    moment.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string()
}

fn domain(address: &str) -> &str {
    address.split_once('@').unwrap().1
}

/// The Received line of the owner's own server.
fn arrived(from: &str, time: i64) -> String {
    let when = date(time);
    format!(
        "Received: from {from} ({from} [203.0.113.5]) by mail.harbour.example (Postfix) with ESMTP id {time}; {when}\n"
    )
}

/// Who sent a mail, and what.
struct Original {
    from: &'static str,
    to: String,
    id: String,
    subject: String,
    body: String,
    time: i64,
    /// Its Received lines as they come back.
    hops: String,
}

impl Original {
    fn text(&self) -> String {
        let Original { from, to, id, subject, body, .. } = self;
        let when = date(self.time);
        format!(
            "From: {from}\nTo: {to}\nSubject: {subject}\nMessage-ID: <{id}>\nDate: {when}\nMIME-Version: 1.0\n\
             Content-Type: text/plain\n\n{body}\n"
        )
    }

    /// As Postfix returns it.
    fn bounce(&self, time: i64) -> String {
        let (to, host, hops) = (&self.to, format!("mx.{}", domain(&self.to)), &self.hops);
        format!(
            "Return-Path: <>\n{}From: Mail Delivery System <MAILER-DAEMON@{host}>\nTo: ines@harbour.example\n\
             Subject: Undelivered Mail Returned to Sender\nMessage-ID: <b.{}>\nDate: {}\nAuto-Submitted: auto-replied\n\
             MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nThis is the mail system at host {host}.\n\n\
             I'm sorry to have to inform you that your message could not be delivered.\n\n\
             <{to}>: host {host} said: 550 5.1.1 User unknown\n\n\
             --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\n\n\
             Final-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 User unknown\n\n\
             --b\nContent-Type: message/rfc822\n\n{hops}{}\n--b--\n",
            arrived(&host, time),
            self.id,
            date(time),
            self.text(),
        )
    }

    /// As somebody's vacation program answers it.
    fn vacation(&self, time: i64) -> String {
        let (to, id, subject) = (&self.to, &self.id, &self.subject);
        format!(
            "Return-Path: <>\n{}From: {to}\nTo: ines@harbour.example\nSubject: Out of office: {subject}\n\
             Message-ID: <a.{id}>\nIn-Reply-To: <{id}>\nDate: {}\nAuto-Submitted: auto-replied\n\n\
             I am away until Monday and read no mail.\n",
            arrived(&format!("mx.{}", domain(to)), time),
            date(time),
        )
    }
}

/// Two mails a day to friends; most are answered, one in six fails.
fn life() -> Vec<Mail> {
    let mut all = Vec::new();
    for (n, day, k) in
        (-BEFORE..7).flat_map(|d| [(d, 0), (d, 1)]).enumerate().map(|(n, (d, k))| (n, d, k))
    {
        let (to, time) = (FRIENDS[n % 5], at(day, 8 + k, 0));
        let mx = format!("mx.{}", domain(to));
        let hops = format!(
            "Received: from mail.harbour.example (mail.harbour.example [192.0.2.10]) by {mx} (Postfix) with ESMTP id q{n}; {0}\n\
             Received: from laptop (dsl.harbour.example [198.51.100.7]) by mail.harbour.example (Postfix) with ESMTPSA id p{n}; {0}\n",
            date(time)
        );
        let mail = Original {
            from: "Ines Holm <ines@harbour.example>",
            to: to.to_owned(),
            id: format!("s{n}.55@harbour.example"),
            subject: format!("About the boat, part {n}"),
            body: format!("Dear friend, part {n} of the boat is done and the varnish dries."),
            time,
            hops,
        };
        all.push(Mail { time, truth: Truth::Sent, text: mail.text() });
        let back = at(day, 12 + k, 0);
        if n % 3 != 0 {
            let text = format!(
                "Return-Path: <{to}>\n{}From: {to}\nTo: ines@harbour.example\nSubject: Re: {}\nMessage-ID: <r{n}@{}>\n\
                 In-Reply-To: <{}>\nDate: {}\n\nThank you for part {n}.\n",
                arrived(&mx, back),
                mail.subject,
                domain(to),
                mail.id,
                date(back)
            );
            all.push(Mail { time: back, truth: Truth::Ordinary, text });
        } else if n % 2 == 0 {
            all.push(Mail { time: back, truth: Truth::Failure, text: mail.bounce(back) });
        }
    }
    all
}

/// What comes back of one joe job: each day so many answers, one in five of them from a vacation program.
fn joe_job(
    campaign: char,
    days: std::ops::Range<i64>,
    each: i64,
    subject: &str,
    body: &str,
) -> Vec<Mail> {
    let every = days.flat_map(|day| (0..each).map(move |k| (day, k)));
    every
        .map(|(day, k)| {
            let n = (day * 100 + k).to_string();
            let (time, host) = (at(day, 2 + k % 12, k * 7 % 60), format!("host{}.example", (day * 31 + k * 7) % 23));
            let mail = Original {
                from: "Ines <ines@harbour.example>",
                to: format!("user{n}@{host}"),
                id: format!("{n}.{campaign}@pc{n}.isp.example"),
                subject: subject.replace('#', &n),
                body: body.replace('#', &n),
                time,
                hops: format!(
                    "Received: from pc{n} (dsl{n}.isp{}.example [198.51.100.{}]) by mx.{host} (Postfix) with ESMTP id f{n}; {}\n",
                    k % 7,
                    100 + (day * each + k) % 100,
                    date(time)
                ),
            };
            let back = time + 3600;
            let text = if k % 5 == 4 { mail.vacation(back) } else { mail.bounce(back) };
            Mail { time: back, truth: Truth::Forged(campaign), text }
        })
        .collect()
}

/// Pills from Tuesday to Thursday, parcels from Thursday on.
fn everything() -> Vec<Mail> {
    let mut all = life();
    all.extend(joe_job(
        'A',
        1..4,
        14,
        "Cheap pills # for you today",
        "Buy cheap pills now at http://pills.example/x# and be happy ever after. No doctor asked.",
    ));
    all.extend(joe_job(
        'B',
        3..7,
        10,
        "Your parcel # waits at customs",
        "Pay the duty for parcel # at http://parcel.example/p# within two days or it goes back.",
    ));
    all.sort_by(|a, b| (a.time, &a.text).cmp(&(b.time, &b.text)));
    all
}

impl Home {
    /// Delivers what came, and puts what was sent into Sent.
    fn receive(&self, mails: &[&Mail]) {
        for mail in mails {
            let below = if mail.truth == Truth::Sent { ".Sent/new" } else { "new" };
            let path = self.maildir().join(below).join(mail.name());
            fs::write(&path, &mail.text).unwrap();
            let file = fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(u64::try_from(mail.time).unwrap()))
                .unwrap();
        }
    }

    /// What the owner does on the day after: reads failures, deletes one letter of five, files another.
    fn read(&self, mails: &[&Mail]) {
        let maildir = self.maildir();
        for place in ["cur", "new", "tmp"] {
            fs::create_dir_all(maildir.join(".Kept").join(place)).unwrap();
        }
        let new = |mail: &Mail| maildir.join("new").join(mail.name());
        let seen = |mail: &Mail| format!("cur/{}:2,S", mail.name());
        for mail in mails.iter().filter(|mail| mail.truth == Truth::Failure) {
            fs::rename(new(mail), maildir.join(seen(mail))).unwrap();
        }
        for (n, mail) in mails.iter().filter(|mail| mail.truth == Truth::Ordinary).enumerate() {
            match n % 5 {
                1 => fs::rename(new(mail), maildir.join(".Kept").join(seen(mail))).unwrap(),
                4 => fs::remove_file(new(mail)).unwrap(),
                _ => {}
            }
        }
    }

    /// One night's sweep at that time; gives the digest.
    fn night(&self, time: i64, state: bool) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_unscatter"));
        command.args([
            "sweep",
            "Maildir",
            "--to",
            "Swept",
            "--apply",
            "--quiet",
            "--max-share",
            "1",
        ]);
        if state {
            command.args(["--state", "state"]);
        }
        command.current_dir(self.0.path()).env("XDG_STATE_HOME", self.0.path().join("xdg"));
        let output = command.env("SOURCE_DATE_EPOCH", time.to_string()).output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let home = self.0.path().canonicalize().unwrap();
        String::from_utf8(output.stdout).unwrap().replace(home.to_str().unwrap(), "~")
    }

    /// What answers forged mail, campaign by campaign, as hashes.
    fn campaigns(&self) -> BTreeSet<BTreeSet<String>> {
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let findings = self.findings(false);
        let mut rows = csv::Reader::from_reader(findings.as_slice());
        let names = rows.headers().unwrap().clone();
        let column = |name: &str| names.iter().position(|n| n == name).unwrap();
        for row in rows.records() {
            let row = row.unwrap();
            if &row[column("origin")] == "forged" {
                members
                    .entry(row[column("campaign")].into())
                    .or_default()
                    .insert(row[column("sha256")].into());
            }
        }
        members.into_values().collect()
    }

    /// Folder and name up to the flags of every message.
    fn whole(&self) -> BTreeSet<(String, String)> {
        let mut all = BTreeSet::new();
        for folder in super::FOLDERS {
            for place in ["cur", "new"] {
                let Ok(entries) = fs::read_dir(self.maildir().join(folder).join(place)) else {
                    continue;
                };
                for entry in entries {
                    let octets = fs::read(entry.unwrap().path()).unwrap();
                    let new = all.insert((folder.to_owned(), Fingerprint::of(&octets).hex()));
                    assert!(new, "a message lies there twice");
                }
            }
        }
        all
    }
}

#[test]
fn a_week_with_two_campaigns_ends_with_the_mailbox_that_one_sweep_at_the_end_leaves() {
    let mails = everything();
    let (nightly, once) = (Home::new(), Home::new());
    let mut digests = String::new();
    let mut until = i64::MIN;
    for day in 0..=7 {
        let night = at(day, 3, 0);
        let came: Vec<&Mail> =
            mails.iter().filter(|m| until <= m.time && (m.time < night || day == 7)).collect();
        for home in [&nightly, &once] {
            home.receive(&came);
        }
        assert_eq!(nightly.findings(true), nightly.findings(false), "night {day}");
        let digest = nightly.night(night, true);
        digests.push_str(&format!("== {}, {} new\n{digest}", date(night), came.len()));
        for home in [&nightly, &once] {
            home.read(&came);
        }
        until = night;
    }
    let sunday = at(7, 4, 0);
    assert_eq!(nightly.night(sunday, true), "", "one more night has nothing to do");
    once.night(sunday, false);

    assert_eq!(nightly.whole(), once.whole());
    let truth: BTreeMap<String, Truth> = mails.iter().map(|m| (m.hash(), m.truth)).collect();
    let swept = nightly.swept();
    for (hash, truth) in &truth {
        assert_eq!(swept.contains(hash), matches!(truth, Truth::Forged(_)), "{truth:?}");
    }
    let kept = nightly.whole().len() - swept.len();
    let deleted = mails.iter().filter(|m| !matches!(m.truth, Truth::Forged(_))).count() - kept;
    assert!((5..15).contains(&deleted), "the owner deleted a few letters, not {deleted}");

    let campaign = |name| -> BTreeSet<String> {
        truth
            .iter()
            .filter(|(_, t)| **t == Truth::Forged(name))
            .map(|(hash, _)| hash.clone())
            .collect()
    };
    assert_eq!(nightly.campaigns(), BTreeSet::from([campaign('A'), campaign('B')]));
    assert_eq!(once.campaigns(), nightly.campaigns());
    insta::assert_snapshot!("digests", digests);
}
