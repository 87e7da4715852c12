//! The mail of the mailbox under attack: letters, what programs return of them, replies, and ordinary mail that
//! looks like an answer.

/// Unix seconds of the last day in the mailbox.
pub(super) const NOW: i64 = 1_760_000_000;
/// Seconds of a day.
pub(super) const DAY: i64 = 86_400;
/// Whose mailbox it is.
pub(super) const OWNER: &str = "mara@alder.example";

const RELAY: &str = "mail.alder.example (mail.alder.example [198.51.100.5])";

/// The n-th of the people whom the owner writes to.
pub(super) fn person(n: usize) -> String {
    const NAMES: [&str; 20] = [
        "ana", "bo", "cleo", "dan", "eva", "finn", "gus", "hana", "ivo", "jo", "kim", "leo", "mia",
        "ned", "ola", "pia", "quin", "rosa", "sam", "tea",
    ];
    let n = n % 20;
    format!(
        "{}@{}.example",
        NAMES[n],
        ["birch", "cedar", "elm", "fir", "hazel", "larch", "oak"][n % 7]
    )
}

/// A date as RFC 5322 writes it, at the owner's time zone.
pub(super) fn written(date: i64) -> String {
    let at = jiff::Timestamp::from_second(date).unwrap();
    let zoned = at.to_zoned_datetime(jiff::tz::TimeZone::fixed(jiff::tz::offset(1)));
    zoned.strftime("%a, %d %b %Y %H:%M:%S +0100").to_string()
}

/// One mail that is answered.
#[derive(Debug, Clone)]
pub(super) struct Letter {
    pub(super) id: String,
    pub(super) date: i64,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) subject: String,
    pub(super) mailer: Option<String>,
    pub(super) hops: Vec<String>,
    pub(super) extra: Vec<String>,
    pub(super) body: String,
}

impl Letter {
    /// A mail of the owner, as it was written.
    pub(super) fn own(n: usize, date: i64, to: &str) -> Letter {
        const ABOUT: [&str; 8] = [
            "Minutes of the meeting",
            "Offer for the roof",
            "Boat times",
            "Saturday",
            "The invoice of",
            "Piano lesson",
            "Photographs from",
            "Question about order",
        ];
        Letter {
            id: format!(
                "<{:08x}.{}@alder.example>",
                0x51f0_0000u32.wrapping_add(n as u32 * 7919),
                1000 + n
            ),
            date,
            from: format!("Mara Alder <{OWNER}>"),
            to: to.to_owned(),
            subject: format!("{} {}", ABOUT[n % 8], 100 + n * 3),
            mailer: Some("Mozilla Thunderbird".into()),
            hops: Vec::new(),
            extra: Vec::new(),
            body: format!("Hello,\n\nhere is number {n}; tell me what you think of it.\n\nMara\n"),
        }
    }

    /// A mail of the owner from a telephone abroad that saves nothing in Sent.
    pub(super) fn telephone(n: usize, date: i64, to: &str) -> Letter {
        let hop = format!(
            "from [203.0.113.{}] (unknown [203.0.113.{}])\n\tby mx.{} (Postfix) with ESMTP id 9C{n:03}\n\tfor <{to}>; {}",
            180 + n,
            180 + n,
            to.split('@').nth(1).unwrap(),
            written(date + 3)
        );
        Letter {
            id: format!("<PHONE-{n}-{:x}@handset.alder.example>", date),
            mailer: Some("Handset 12.1".into()),
            subject: format!("On the way, day {n}"),
            hops: vec![hop],
            body: format!("We arrived at harbour {n}. More tomorrow.\n"),
            ..Letter::own(600 + n, date, to)
        }
    }

    /// A spam in the owner's name.
    pub(super) fn spam(n: usize, date: i64) -> Letter {
        let to = format!("user{n}@far{}.example", n % 23);
        let (subject, body) = match n % 2 {
            0 => (
                format!("Your watch is waiting, {n}"),
                format!(
                    "Fine watches for every wrist.\nOrder at http://watches-{}.example/{n}\n",
                    n % 3
                ),
            ),
            _ => (
                format!("Grow your savings {n} percent"),
                format!("A plan that banks fear.\nRead http://savings.example/?c={n}\n"),
            ),
        };
        let hop = format!(
            "from host{n}.pool.example (unknown [203.0.113.{}])\n\tby mx.far{}.example (Postfix) with SMTP id 7F{n:03}\n\tfor <{to}>; {}",
            1 + n % 30,
            n % 23,
            written(date)
        );
        Letter {
            id: format!("<{n}{:x}@pool.example>", n * 7717 + 99),
            date,
            from: OWNER.into(),
            to,
            subject,
            mailer: None,
            hops: vec![hop],
            extra: Vec::new(),
            body,
        }
    }

    /// The same mail as a foreign host has it that took it from the owner's relay.
    pub(super) fn through_relay(&self) -> Letter {
        Letter { hops: own_hops(&self.to, self.date), ..self.clone() }
    }

    pub(super) fn headers(&self) -> String {
        let mut out = format!("Return-Path: <{OWNER}>\n");
        for hop in &self.hops {
            out += &format!("Received: {hop}\n");
        }
        for line in &self.extra {
            out += &format!("{line}\n");
        }
        out += &self.own_headers();
        out
    }

    fn own_headers(&self) -> String {
        let mailer = self.mailer.iter().map(|m| format!("User-Agent: {m}\n")).collect::<String>();
        format!(
            "Message-ID: {}\nDate: {}\n{mailer}MIME-Version: 1.0\nFrom: {}\nTo: {}\nSubject: {}\n\
             Content-Type: text/plain; charset=utf-8\n",
            self.id,
            written(self.date),
            self.from,
            self.to,
            self.subject
        )
    }

    pub(super) fn in_sent(&self) -> String {
        format!("{}\n{}", self.own_headers(), self.body)
    }
}

/// The way of the owner's mail: from the laptop to the relay, from there to the recipient's host.
pub(super) fn own_hops(to: &str, date: i64) -> Vec<String> {
    let host = to.split('@').nth(1).unwrap();
    vec![
        format!(
            "from {RELAY}\n\tby mx.{host} (Postfix) with ESMTPS id 4D{:05}\n\tfor <{to}>; {}",
            date % 99_991,
            written(date + 4)
        ),
        format!(
            "from [192.0.2.30] (unknown [192.0.2.30])\n\tby mail.alder.example (Postfix) with ESMTPSA id 3B{:05}\n\tfor <{to}>; {}",
            date % 99_991,
            written(date + 2)
        ),
    ]
}

/// A host that says it were the owner's relay.
pub(super) fn pretended_helo(n: usize, to: &str) -> Vec<String> {
    let host = to.split('@').nth(1).unwrap();
    vec![format!(
        "from mail.alder.example (unknown [203.0.113.{}])\n\tby mx.{host} (Postfix) with SMTP id 8E{n:03}\n\tfor <{to}>; {}",
        40 + n,
        written(NOW - DAY / 2)
    )]
}

/// The recipient's host hands the mail on to the next one, which refuses it.
pub(super) fn forwarded(letter: &Letter) -> Vec<String> {
    let host = letter.to.split('@').nth(1).unwrap();
    let mut hops = vec![format!(
        "from mx.{host} (mx.{host} [198.51.100.80])\n\tby mx.next.example (Postfix) with ESMTPS id 5C{:05}\n\tfor <elsewhere@next.example>; {}",
        letter.date % 99_991,
        written(letter.date + 6)
    )];
    hops.extend(own_hops(&letter.to, letter.date));
    hops
}

/// How much a program returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Returns {
    Whole,
    Headers,
}

/// A mail program that writes bounces in a form of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Program {
    Postfix,
    Exim,
    Qmail,
    Sendmail,
    Exchange,
    Courier,
}

pub(super) const PROGRAMS: [Program; 6] = [
    Program::Postfix,
    Program::Exim,
    Program::Qmail,
    Program::Sendmail,
    Program::Exchange,
    Program::Courier,
];

impl Program {
    /// The bounce of this letter to the owner, because `recipient` could not be reached.
    pub(super) fn bounce(self, letter: &Letter, recipient: &str, returns: Returns) -> String {
        let host = format!("mx.{}", recipient.split('@').nth(1).unwrap_or("far.example"));
        let at = written(letter.date + 60);
        let whole = returns == Returns::Whole;
        let original = match returns {
            Returns::Whole => format!("{}\n{}", letter.headers(), letter.body),
            Returns::Headers => letter.headers(),
        };
        let part = if whole { "message/rfc822" } else { "text/rfc822-headers" };
        let (from, subject, text) = match self {
            Program::Postfix => (
                format!("MAILER-DAEMON@{host} (Mail Delivery System)"),
                "Undelivered Mail Returned to Sender",
                format!(
                    "This is the mail system at host {host}.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<{recipient}>: unknown user\n"
                ),
            ),
            Program::Exim => (
                format!("Mail Delivery System <Mailer-Daemon@{host}>"),
                "Mail delivery failed: returning message to sender",
                format!(
                    "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {recipient}\n    Unrouteable address\n"
                ),
            ),
            Program::Qmail => (
                format!("MAILER-DAEMON@{host}"),
                "failure notice",
                format!(
                    "Hi. This is the qmail-send program at {host}.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{recipient}>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n"
                ),
            ),
            Program::Sendmail => (
                format!("Mail Delivery Subsystem <MAILER-DAEMON@{host}>"),
                "Returned mail: see transcript for details",
                format!(
                    "The original message was received at {at}\n\n   ----- The following addresses had permanent fatal errors -----\n<{recipient}>\n    (reason: 550 5.1.1 User unknown)\n"
                ),
            ),
            Program::Exchange => (
                format!("Microsoft Outlook <postmaster@{host}>"),
                "Undeliverable: ",
                format!(
                    "Delivery has failed to these recipients or groups:\n\n{recipient}\nThe email address you entered couldn't be found.\n"
                ),
            ),
            Program::Courier => (
                format!("\"Courier mail server at {host}\" <@>"),
                "NOTICE: mail delivery status.",
                format!(
                    "This is a delivery status notification from {host}.\n\nThe original message was received on {at}\n\nUNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<{recipient}>:\n <<< 550 User unknown.\n"
                ),
            ),
        };
        let subject = match self {
            Program::Exchange => format!("{subject}{}", letter.subject),
            _ => subject.to_owned(),
        };
        let head = format!(
            "Return-Path: <>\nReceived: from {host} ({host} [198.51.100.200])\n\tby mail.alder.example (Postfix) with ESMTP id 2A{:05}\n\tfor <{OWNER}>; {at}\nFrom: {from}\nTo: {OWNER}\nSubject: {subject}\nDate: {at}\nMessage-ID: <{}.{:?}@{host}>\n",
            letter.date % 99_991,
            letter.date,
            self
        );
        if self == Program::Qmail {
            // No MIME, everything behind the break line.
            return format!("{head}\n{text}{original}");
        }
        let extra = match self {
            Program::Exim => {
                format!("X-Failed-Recipients: {recipient}\nAuto-Submitted: auto-replied\n")
            }
            Program::Sendmail => "Auto-Submitted: auto-generated (failure)\n".to_owned(),
            _ => "Auto-Submitted: auto-replied\n".to_owned(),
        };
        format!(
            "{head}{extra}MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"=_b9_{0}\"\n\n--=_b9_{0}\nContent-Type: text/plain; charset=us-ascii\n\n{text}\n--=_b9_{0}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\nArrival-Date: {1}\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 unknown user\n\n--=_b9_{0}\nContent-Type: {part}\n\n{original}\n--=_b9_{0}--\n",
            letter.date % 99_991,
            written(letter.date + 5)
        )
    }
}

fn from_to(from: &str, date: i64, more: &str) -> String {
    format!(
        "Return-Path: <{from}>\nReceived: from out.example (out.example [198.51.100.210])\n\tby mail.alder.example (Postfix) with ESMTP id 6B{:05}\n\tfor <{OWNER}>; {}\nFrom: {from}\nTo: Mara Alder <{OWNER}>\nDate: {}\n{more}",
        date % 99_991,
        written(date),
        written(date)
    )
}

/// A person answers.
pub(super) fn human_reply(letter: &Letter, n: usize) -> String {
    let more = format!(
        "Subject: Re: {}\nMessage-ID: <re.{n}@people.example>\nIn-Reply-To: {}\nReferences: {}\nUser-Agent: Somebody's Mail\n\nThank you, Mara. Number {n} reads well; I have two remarks.\n\n> {}\n",
        letter.subject,
        letter.id,
        letter.id,
        letter.body.replace('\n', "\n> ")
    );
    from_to(&letter.to, letter.date + DAY / 3, &more)
}

/// Vacation replies in the forms of Sieve, formail and vacation(1): with the id, with a subject only, with nothing.
fn vacation(who: &str, letter: &Letter, form: usize) -> String {
    let re = format!("In-Reply-To: {}\nReferences: {}\n", letter.id, letter.id);
    let id = format!("Message-ID: <auto.{form}.{}@away.example>\n", letter.date);
    let more = match form % 4 {
        0 => format!(
            "Subject: Auto: {}\nAuto-Submitted: auto-replied (vacation)\nPrecedence: bulk\n{id}{re}\nI am away until Monday.\n",
            letter.subject
        ),
        1 => format!(
            "Subject: Re: {}\nPrecedence: junk\nX-Loop: {who}\n{id}{re}\nI am away until Monday.\n",
            letter.subject
        ),
        2 => format!(
            "Subject: Automatic reply: {}\nX-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n{id}{re}\nI am out of the office.\n",
            letter.subject
        ),
        _ => format!(
            "Subject: away from my mail\nAuto-Submitted: auto-replied\n{id}\nI will not be reading my mail for a while.\n"
        ),
    };
    from_to(who, letter.date + 30, &more)
}

/// Automatic replies to forged mail, many of which name an id or a subject of the owner's.
pub(super) fn forged_replies(sent: &[Letter]) -> Vec<String> {
    let mut all = Vec::new();
    for n in 0..24 {
        let real = &sent[55 + n];
        let spam = Letter::spam(400 + n, NOW - DAY / 2);
        all.push(match n % 4 {
            0 => vacation(&spam.to, &spam, n / 4),
            // The id of a mail that went to somebody else.
            1 => vacation(&spam.to, &Letter { id: real.id.clone(), ..spam.clone() }, n / 4),
            2 => vacation(
                &spam.to,
                &Letter { id: real.id.clone(), subject: real.subject.clone(), ..spam.clone() },
                n / 4,
            ),
            // Somebody whom the owner knows gets spam.
            _ => vacation(&person(n), &spam, n / 4),
        });
    }
    all
}

/// Automatic replies to the owner's mail, some of it not in Sent.
pub(super) fn genuine_replies(sent: &[Letter]) -> Vec<String> {
    (0..24)
        .map(|n| match n % 3 {
            0 | 1 => vacation(&sent[50 + n].to, &sent[50 + n], n / 3),
            _ => {
                vacation(&person(n), &Letter::telephone(100 + n, NOW - 5 * DAY, &person(n)), n / 3)
            }
        })
        .collect()
}

/// What answers nothing, however it looks.
pub(super) fn ordinary(sent: &[Letter]) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, from: &str, more: String| {
        let n = all.len() as i64;
        all.push((name.to_owned(), from_to(from, NOW - DAY / 4 + n, &more)));
    };
    for (n, program) in PROGRAMS.iter().enumerate() {
        let spam = Letter::spam(300 + n, NOW - DAY);
        let bounce = program.bounce(&spam, &spam.to, Returns::Whole);
        let body = bounce.split_once("\n\n").map_or("", |(_, body)| body);
        let quoted = body.replace('\n', "\n> ");
        add(
            &format!("a person quotes a bounce, {program:?}"),
            &person(n),
            format!(
                "Subject: Re: your mail\nMessage-ID: <q{n}@people.example>\n\nMara, this came back to me:\n\n> {quoted}\n\nDid you write that?\n"
            ),
        );
        add(
            &format!("a person forwards a bounce inline, {program:?}"),
            &person(n + 1),
            format!(
                "Subject: Fwd: Undelivered Mail Returned to Sender\nMessage-ID: <f{n}@people.example>\n\nLook what I got.\n\n---------- Forwarded message ----------\n{bounce}"
            ),
        );
        add(
            &format!("a person attaches a bounce, {program:?}"),
            &person(n + 2),
            format!(
                "Subject: what is this?\nMessage-ID: <a{n}@people.example>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"=_outer{n}\"\n\n--=_outer{n}\nContent-Type: text/plain\n\nAttached is what your address sends.\n\n--=_outer{n}\nContent-Type: message/rfc822\n\n{bounce}\n--=_outer{n}--\n"
            ),
        );
        add(
            &format!("a list discusses a bounce, {program:?}"),
            "members@list.example",
            format!(
                "Subject: [members] failure notice?\nMessage-ID: <l{n}@list.example>\nList-Id: <members.list.example>\nPrecedence: list\n\nSince yesterday I get these:\n\n{}\n\nAnybody else?\n",
                body.chars().take(400).collect::<String>()
            ),
        );
    }
    const PHISHING: [(&str, &str, &str); 12] = [
        (
            "Mail Delivery System <support@mailbox-center.example>",
            "Mail delivery failed: 5 messages on hold",
            "Five incoming messages could not be delivered to your inbox.\nRelease them here: http://login.bad.example/a\n",
        ),
        (
            "Mail Administrator <admin@alder.example>",
            "Undelivered mail: verify your mailbox",
            "Your mailbox is full. Messages are returned to their senders.\nVerify now: http://login.bad.example/b\n",
        ),
        (
            "Postmaster <no-reply@cloud-quota.example>",
            "Delivery Status Notification (Failure)",
            "Some of your messages failed due to a server error.\nClick to retry delivery: http://login.bad.example/c\n",
        ),
        (
            "MAILER-DAEMON <daemon@bad.example>",
            "Returned mail: account suspended",
            "Your account will be closed. Keep the same password: http://login.bad.example/d\n",
        ),
        (
            "Webmail <webmail@bad.example>",
            "You have (3) undelivered mails clustered",
            "Clustered mails due to sync failure. Recover: http://login.bad.example/e\n",
        ),
        (
            "Microsoft Outlook <outlook@bad.example>",
            "Undeliverable: Invoice",
            "We could not deliver your message. Sign in to view the message: http://login.bad.example/f\n",
        ),
        (
            "Quarantine <digest@bad.example>",
            "Spam quarantine: 4 held messages",
            "The following messages are held.\nRelease: http://login.bad.example/g\n",
        ),
        (
            "DHL <parcel@bad.example>",
            "Delivery failure: your parcel",
            "Our courier could not deliver your parcel. Pay the fee: http://login.bad.example/h\n",
        ),
        (
            "Bank <service@bad.example>",
            "Automatic reply: confirm your transfer",
            "Confirm the transfer within 24 hours: http://login.bad.example/i\n",
        ),
        (
            "Fax Service <fax@bad.example>",
            "Message could not be delivered: new fax",
            "A fax of 3 pages waits: http://login.bad.example/j\n",
        ),
        (
            "Helpdesk <helpdesk@alder.example>",
            "Out of office server migration",
            "All users must log in before Friday: http://login.bad.example/k\n",
        ),
        (
            "Security <security@bad.example>",
            "Failure notice: unusual sign-in",
            "Somebody signed in from abroad. Review: http://login.bad.example/l\n",
        ),
    ];
    for (n, (from, subject, text)) in PHISHING.iter().enumerate() {
        add(
            &format!("phishing: {subject}"),
            from,
            format!(
                "Subject: {subject}\nMessage-ID: <ph{n}@bad.example>\n\nDear {OWNER},\n\n{text}"
            ),
        );
        add(
            &format!("phishing with marks: {subject}"),
            from,
            format!(
                "Subject: {subject}\nMessage-ID: <pm{n}@bad.example>\nPrecedence: bulk\nX-Auto-Response-Suppress: All\nMIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n\n<p>Dear {OWNER},</p><p>{}</p>\n",
                text.replace('\n', "<br>")
            ),
        );
    }
    const MARKS: [&str; 8] = [
        "Auto-Submitted: auto-generated",
        "Auto-Submitted: no",
        "Precedence: bulk",
        "X-Auto-Response-Suppress: OOF, AutoReply",
        "Precedence: list\nList-Id: <news.shop.example>",
        "X-Delivery-Agent: TMDA/1.1.12",
        "List-Unsubscribe: <mailto:u@shop.example>",
        "X-Mailer: MailerLite",
    ];
    for (n, mark) in MARKS.iter().enumerate() {
        add(
            &format!("a newsletter with {mark:?}"),
            "news@shop.example",
            format!(
                "Subject: Offers of week {n}\nMessage-ID: <n{n}@shop.example>\n{mark}\n\nTen new chairs, and delivery is free.\n"
            ),
        );
        add(
            &format!("a letter about holidays with {mark:?}"),
            &person(n),
            format!(
                "Subject: vacation\nMessage-ID: <h{n}@people.example>\n{mark}\n\nMara, I am out of the office from Monday; shall we meet on Sunday? My last mail to you bounced, by the way.\n"
            ),
        );
    }
    for n in 0..8 {
        let real = &sent[70 + n];
        add(
            &format!("an angry person answers spam in the owner's name {n}"),
            &format!("angry{n}@far{n}.example"),
            format!(
                "Subject: Re: {}\nMessage-ID: <angry{n}@far.example>\nIn-Reply-To: <{n}1234@pool.example>\n\nStop sending me this. Returned to sender!\n\n> {}\n",
                Letter::spam(n, NOW).subject,
                Letter::spam(n, NOW).body
            ),
        );
        add(
            &format!("own thread {n}"),
            &real.to,
            format!(
                "Subject: Re: {}\nMessage-ID: <thread{n}@people.example>\nIn-Reply-To: {}\n\nYour message could not be delivered at first, the mailbox was full. Now it is here.\n",
                real.subject, real.id
            ),
        );
        add(
            &format!("confirmation of a subscription {n}"),
            "list-request@list.example",
            format!(
                "Subject: confirm {n}8f3a9c2\nMessage-ID: <c{n}@list.example>\nPrecedence: bulk\nAuto-Submitted: auto-generated\n\nWe have received a request to subscribe {OWNER} to the list. To confirm, reply to this message.\n"
            ),
        );
    }
    all
}
