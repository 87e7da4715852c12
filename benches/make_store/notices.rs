//! Further answers in the forms of the programs that write them: refusals, success notices, small
//! transports, webmail autoresponders, gates. Our own wording wherever a program leaves it to its
//! administrator.

use crate::answer::{Ask, Returns};
use crate::rng::Rng;
use crate::text::{encoded, quoted, stamp};
use crate::trace::queue_id;

fn me(a: &Ask<'_>) -> String {
    if a.recipient_name.is_empty() {
        a.recipient.to_owned()
    } else {
        format!("{} <{}>", encoded(a.recipient_name), a.recipient)
    }
}

/// DragonFly's transport: an empty angle address in From, no MIME.
pub(crate) fn dma(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let (line, returned) = if a.returns == Returns::Whole {
        ("Original message follows.", a.returned())
    } else {
        ("Message headers follow.", a.head())
    };
    format!(
        "\
{}Received: from MAILER-DAEMON\n\
\tid {}\n\
\tby {host} (DragonFly Mail Agent v0.13);\n\
\t{}\n\
X-Original-To: <{}>\n\
From: MAILER-DAEMON <>\n\
To: {}\n\
Subject: Mail delivery failed\n\
Message-Id: <{}.{}@{host}>\n\
Date: {}\n\
\n\
This is the DragonFly Mail Agent v0.13 at {host}.\n\
\n\
There was an error delivering your mail to <{}>.\n\
\n\
{} [{}] did not like our RCPT TO:\n\
{}\n\
\n\
{line}\n\
\n\
{returned}",
        a.trace("", rng),
        rng.hex(5),
        a.now(),
        a.recipient,
        a.to(),
        rng.hex(8),
        rng.hex(5),
        a.now(),
        a.recipient,
        a.remote.host,
        a.remote.ip,
        a.reply()
    )
}

/// A Sieve refusal: it has the form of a receipt.
pub(crate) fn reject(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let b = format!("{}/{host}", rng.digits(6));
    format!(
        "\
{}X-Sieve: Pigeonhole Sieve 0.5.19\n\
Message-ID: <dovecot-sieve-{}-{}-0@{host}>\n\
Date: {}\n\
From: Mail Delivery Subsystem <postmaster@{}>\n\
To: <{}>\n\
Subject: Automatically rejected mail\n\
Auto-Submitted: auto-replied (rejected)\n\
Precedence: bulk\n\
MIME-Version: 1.0\n\
Content-Type: multipart/report; report-type=disposition-notification;\n\
\tboundary=\"{b}\"\n\
\n\
This is a MIME-encapsulated message\n\
\n\
--{b}\n\
Content-Type: text/plain; charset=utf-8\n\
Content-Disposition: inline\n\
Content-Transfer-Encoding: 8bit\n\
\n\
Your message to <{r}> was automatically rejected:\n\
{}\n\
\n\
--{b}\n\
Content-Type: message/disposition-notification\n\
\n\
Reporting-UA: {host}; Dovecot Mail Delivery Agent\n\
Final-Recipient: rfc822; {r}\n\
Original-Message-ID: {}\n\
Disposition: automatic-action/MDN-sent-automatically; deleted\n\
\n\
--{b}\n\
Content-Type: message/rfc822\n\
\n\
{}\n\
--{b}--\n",
        a.trace("", rng),
        a.time,
        rng.digits(6),
        a.now(),
        a.site.domain,
        a.to(),
        a.trouble.words,
        a.original.id(),
        a.head()
    )
}

/// A small server that names the subject and nothing else.
pub(crate) fn imail(a: &Ask<'_>, rng: &mut Rng) -> String {
    let about = match a.returns {
        Returns::Nothing => String::new(),
        Returns::Subject => format!("\nSubject: {}\n", encoded(&a.original.subject)),
        _ => format!("\nOriginal message follows.\n\n{}", a.returned()),
    };
    format!(
        "\
{}Date: {}\n\
Message-Id: <{}{}.AA{}@{}>\n\
From: \"Postmaster\" <postmaster@{}>\n\
Sender: <postmaster@{}>\n\
To: {}\n\
Subject: Undeliverable Mail\n\
X-Mailer: <SMTP32 v8.22>\n\
\n\
Unknown user: {}\n\
{about}",
        a.trace("", rng),
        a.now(),
        stamp(a.time),
        rng.digits(2),
        rng.digits(4),
        a.site.host,
        a.site.domain,
        a.site.domain,
        a.to(),
        a.recipient
    )
}

/// A notice that a mail arrived, where the sender asked for one.
pub(crate) fn success(program: &str, a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let id = queue_id(program, rng);
    let b = format!("{id}.{}/{host}", a.time);
    let (subject, from, action, text, reason) = if program == "exim" {
        (
            "Mail delivery successful",
            format!("Mail Delivery System <Mailer-Daemon@{host}>"),
            "delivered",
            format!(
                "\
This message was created automatically by mail delivery software.\n\
\n\
A message that you sent was successfully delivered to all of its\n\
recipients:\n\
\n\
\x20 <{r}>\n"
            ),
            "",
        )
    } else {
        (
            "Successful Mail Delivery Report",
            format!("MAILER-DAEMON@{host} (Mail Delivery System)"),
            "delivered",
            format!(
                "\
This is the mail system at host {host}.\n\
\n\
Your message was successfully delivered to the destination(s)\n\
listed below. If the message was delivered to mailbox you will\n\
receive no further notifications.\n\
\n\
\x20                  The mail system\n\
\n\
<{r}>: delivery via local: delivered to maildir\n"
            ),
            "Diagnostic-Code: X-Postfix; delivered to maildir\n",
        )
    };
    format!(
        "\
{}Date: {}\n\
From: {from}\n\
Subject: {subject}\n\
To: {}\n\
Auto-Submitted: auto-replied\n\
MIME-Version: 1.0\n\
Content-Type: multipart/report; report-type=delivery-status;\n\
\tboundary=\"{b}\"\n\
Message-Id: <{}.{id}@{host}>\n\
\n\
--{b}\n\
Content-Description: Notification\n\
Content-Type: text/plain; charset=us-ascii\n\
\n\
{text}\n\
--{b}\n\
Content-Description: Delivery report\n\
Content-Type: message/delivery-status\n\
\n\
Reporting-MTA: dns; {host}\n\
Arrival-Date: {}\n\
\n\
Final-Recipient: rfc822; {r}\n\
Action: {action}\n\
Status: 2.0.0\n\
{reason}\n\
--{b}\n\
Content-Description: Message Headers\n\
Content-Type: text/rfc822-headers\n\
\n\
{}\n\
--{b}--\n",
        a.trace("", rng),
        a.now(),
        a.to(),
        stamp(a.time),
        a.arrived(),
        a.head()
    )
}

/// Courier's mailbot: the body of what it answers comes back, without a field of it.
pub(crate) fn mailbot(a: &Ask<'_>, rng: &mut Rng) -> String {
    let said: String =
        a.original.body().lines().filter(|l| !l.is_empty()).take(8).collect::<Vec<_>>().join("\n");
    format!(
        "\
{}From: {}\n\
To: {}\n\
{}Precedence: junk\n\
Auto-Submitted: auto-replied\n\
Subject: {}\n\
Date: {}\n\
Message-ID: <courier.{}.{}@{}>\n\
MIME-Version: 1.0\n\
Content-Type: text/plain; charset=utf-8\n\
Content-Transfer-Encoding: 8bit\n\
\n\
On {}, the following was written:\n\
\n\
{}\n\
I am out of the office and read my mail again next week.\n",
        a.trace("", rng),
        me(a),
        a.to(),
        a.parents(),
        encoded(&format!("Re: {}", a.original.subject)),
        a.now(),
        rng.upper_hex(16),
        rng.upper_hex(8),
        a.site.host,
        crate::text::date(a.original.date, a.original.zone),
        quoted(&said, "> ")
    )
}

/// The holiday answer of a provider's webmail: the ids come back.
pub(crate) fn provider(a: &Ask<'_>, rng: &mut Rng) -> String {
    format!(
        "\
{}MIME-Version: 1.0\n\
From: {}\n\
Date: {}\n\
{}X-Autoreply: yes\n\
Auto-Submitted: auto-replied\n\
Precedence: bulk\n\
Message-ID: <CA+{}@mail.{}>\n\
Subject: {}\n\
To: {}\n\
Content-Type: text/plain; charset=\"UTF-8\"\n\
\n\
I am out of the office until Monday and will answer then.\n",
        a.trace(a.recipient, rng),
        me(a),
        a.now(),
        a.parents(),
        rng.alnum(40),
        a.site.domain,
        encoded(&format!("Automatic reply: {}", a.original.subject)),
        a.to()
    )
}

/// A webmail or a panel that answers with the subject or with nothing of the mail.
pub(crate) fn panel(a: &Ask<'_>, rng: &mut Rng) -> String {
    let subject = match a.returns {
        Returns::Nothing => "Automatic reply".to_owned(),
        _ => format!("Automatic reply: {}", a.original.subject),
    };
    format!(
        "\
{}From: {}\n\
To: {}\n\
Subject: {}\n\
X-Autorespond: yes\n\
Auto-Submitted: auto-replied\n\
Date: {}\n\
Message-ID: <{}@{}>\n\
MIME-Version: 1.0\n\
Content-Type: text/plain; charset=utf-8\n\
\n\
Thank you for your message. We have received it and will answer as\n\
soon as we can. Please do not reply to this message.\n",
        a.trace(a.recipient, rng),
        me(a),
        a.to(),
        encoded(&subject),
        a.now(),
        rng.hex(24),
        a.site.host
    )
}

/// A gate that asks strangers to click; names the subject or nothing.
pub(crate) fn gate(a: &Ask<'_>, rng: &mut Rng) -> String {
    let subject = match a.returns {
        Returns::Nothing => "Please verify your message".to_owned(),
        _ => format!("Re: {} (verification required)", a.original.subject),
    };
    format!(
        "\
{}From: {}\n\
To: {}\n\
Subject: {}\n\
Auto-Submitted: auto-replied\n\
Precedence: bulk\n\
Date: {}\n\
Message-ID: <{}@gate.{}>\n\
MIME-Version: 1.0\n\
Content-Type: text/plain; charset=us-ascii\n\
\n\
I protect my mailbox from unwanted mail. Please verify your message\n\
so that it is delivered to {}: click the link below and type the word that\n\
you see there. You have to do this only once.\n\
\n\
http://gate.{}/verify/{}\n",
        a.trace("", rng),
        me(a),
        a.to(),
        encoded(&subject),
        a.now(),
        rng.hex(20),
        a.site.domain,
        a.recipient,
        a.site.domain,
        rng.hex(24)
    )
}
