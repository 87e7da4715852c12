//! Failed deliveries in the forms of mail programs, byte by byte. Our own wording wherever a
//! program leaves it to its administrator.

use crate::answer::{Ask, Returns};
use crate::hosted;
use crate::rng::Rng;
use crate::text::stamp;
use crate::trace::queue_id;

/// Writes the failure report of a program.
pub(crate) fn bounce(program: &str, ask: &Ask<'_>, rng: &mut Rng) -> String {
    match program {
        "exim" => exim(ask, rng, true),
        "exim-text" => exim(ask, rng, false),
        "sendmail" => sendmail(ask, rng),
        "qmail" => qmail(ask, rng),
        "courier" => courier(ask, rng),
        "opensmtpd" => opensmtpd(ask, rng, true),
        "exchange" => hosted::exchange(ask, rng),
        "domino" => hosted::domino(ask, rng),
        "gmail" => hosted::gmail(ask, rng),
        "yahoo" => hosted::yahoo(ask, rng),
        "ses" => hosted::ses(ask, rng),
        "kddi" => hosted::kddi(ask, rng),
        "groupwise" => hosted::groupwise(ask, rng),
        "bare-notice" => hosted::bare(ask, rng),
        _ => postfix(ask, rng, true),
    }
}

pub(crate) fn postfix(a: &Ask<'_>, rng: &mut Rng, failed: bool) -> String {
    let host = &a.site.host;
    let qid = queue_id("postfix", rng);
    let bid = queue_id("postfix", rng);
    let b = format!("{qid}.{}/{host}", a.time);
    let r = a.recipient;
    let (said, remote) = if !failed {
        let at = format!("connect to {}[{}]:25: Connection timed out", a.remote.host, a.remote.ip);
        (at, String::new())
    } else if a.own_relay {
        (
            format!(
                "host {}[{}] said: {} (in reply to RCPT TO command)",
                a.remote.host,
                a.remote.ip,
                a.reply()
            ),
            format!("Remote-MTA: dns; {}\n", a.remote.host),
        )
    } else {
        (a.trouble.words.to_owned(), String::new())
    };
    let code = if failed && a.own_relay {
        format!("smtp; {}", a.reply())
    } else {
        format!("X-Postfix; {said}")
    };
    let (subject, text, action, status) = if failed {
        (
            "Undelivered Mail Returned to Sender",
            "\
I'm sorry to have to inform you that your message could not\n\
be delivered to one or more recipients. It's attached below.\n\
\n\
For further assistance, please send mail to postmaster.\n\
\n\
If you do so, please include this problem report. You can\n\
delete your own text from the attached returned message.\n",
            "failed",
            a.trouble.status,
        )
    } else {
        (
            "Delayed Mail (still being retried)",
            "\
####################################################################\n\
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n\
####################################################################\n\
\n\
Your message could not be delivered for more than 4 hour(s).\n\
It will be retried until it is 5 day(s) old.\n\
\n\
For further assistance, please send mail to postmaster.\n",
            "delayed",
            "4.4.1",
        )
    };
    let (part, returned) =
        if failed { (a.returned_type(), a.returned()) } else { ("text/rfc822-headers", a.head()) };
    let until = if failed {
        String::new()
    } else {
        format!("Will-Retry-Until: {}\n", crate::text::date(a.arrival + 5 * 86_400, a.zone()))
    };
    let name = if failed { "Undelivered Message" } else { "Undelivered Message Headers" };
    format!(
        "\
{}Date: {}\n\
From: MAILER-DAEMON@{host} (Mail Delivery System)\n\
Subject: {subject}\n\
To: {}\n\
Auto-Submitted: auto-replied\n\
MIME-Version: 1.0\n\
Content-Type: multipart/report; report-type=delivery-status;\n\
\tboundary=\"{b}\"\n\
Message-Id: <{}.{qid}@{host}>\n\
\n\
This is a MIME-encapsulated message.\n\
\n\
--{b}\n\
Content-Description: Notification\n\
Content-Type: text/plain; charset=us-ascii\n\
\n\
This is the mail system at host {host}.\n\
\n\
{text}\n\
\x20                  The mail system\n\
\n\
<{r}>: {said}\n\
\n\
--{b}\n\
Content-Description: Delivery report\n\
Content-Type: message/delivery-status\n\
\n\
Reporting-MTA: dns; {host}\n\
X-Postfix-Queue-ID: {bid}\n\
X-Postfix-Sender: rfc822; {}\n\
Arrival-Date: {}\n\
\n\
Final-Recipient: rfc822; {r}\n\
Original-Recipient: rfc822;{r}\n\
Action: {action}\n\
Status: {status}\n\
{remote}Diagnostic-Code: {code}\n\
{until}\n\
--{b}\n\
Content-Description: {name}\n\
Content-Type: {part}\n\
\n\
{returned}\n\
--{b}--\n",
        a.trace("", rng),
        a.now(),
        a.to(),
        stamp(a.time),
        a.to(),
        a.arrived()
    )
}

fn exim(a: &Ask<'_>, rng: &mut Rng, report: bool) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let id = queue_id("exim", rng);
    let why = if a.own_relay {
        format!(
            "\
\x20   host {} [{}]\n\
\x20   SMTP error from remote mail server after RCPT TO:<{r}>:\n\
\x20   {}\n",
            a.remote.host,
            a.remote.ip,
            a.reply()
        )
    } else {
        format!(
            "    {}\n",
            if a.trouble.status == "5.1.1" { "Unrouteable address" } else { a.trouble.words }
        )
    };
    let references =
        a.original.id.as_ref().map(|i| format!("References: {i}\n")).unwrap_or_default();
    let top = format!(
        "\
{}X-Failed-Recipients: {r}\n\
Auto-Submitted: auto-replied\n\
From: Mail Delivery System <Mailer-Daemon@{host}>\n\
To: {}\n",
        a.trace("", rng),
        a.to()
    );
    let tail = format!("Message-Id: <E{id}@{host}>\nDate: {}\n", a.now());
    let text = format!(
        "\
This message was created automatically by mail delivery software.\n\
\n\
A message that you sent could not be delivered to one or more of its\n\
recipients. This is a permanent error. The following address(es) failed:\n\
\n\
\x20 {r}\n\
{why}"
    );
    if report {
        let b = format!("{}-eximdsn-{}", a.time, rng.digits(9));
        let returned = format!("Return-path: <{}>\n{}", a.to(), a.returned());
        let remote = if a.own_relay {
            format!("Remote-MTA: dns; {}\nDiagnostic-Code: smtp; {}\n", a.remote.host, a.reply())
        } else {
            String::new()
        };
        format!(
            "\
{top}{references}Content-Type: multipart/report; report-type=delivery-status; boundary={b}\n\
MIME-Version: 1.0\n\
Subject: Mail delivery failed: returning message to sender\n\
{tail}\n\
--{b}\n\
Content-type: text/plain; charset=us-ascii\n\
\n\
{text}\n\
--{b}\n\
Content-type: message/delivery-status\n\
\n\
Reporting-MTA: dns; {host}\n\
\n\
Action: failed\n\
Final-Recipient: rfc822;{r}\n\
Status: 5.0.0\n\
{}\n\
--{b}\n\
Content-type: {}\n\
\n\
{}\n\
--{b}--\n",
            remote,
            a.returned_type(),
            returned
        )
    } else {
        let line = if a.returns == Returns::Whole {
            "------ This is a copy of the message, including all the headers. ------"
        } else {
            "------ This is a copy of the message's headers. ------"
        };
        format!(
            "\
{top}Subject: Mail delivery failed: returning message to sender\n\
{tail}\n\
{text}\n\
{line}\n\
\n\
Return-path: <{}>\n\
{}",
            a.to(),
            a.returned()
        )
    }
}

fn sendmail(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let id = queue_id("sendmail", rng);
    let b = format!("{id}.{}/{host}", a.time);
    let subject = match a.trouble.status {
        "5.1.1" => "Returned mail: see transcript for details",
        _ => "Returned mail: Service unavailable",
    };
    let source = a.original.envelope.split('@').next_back().unwrap_or("");
    format!(
        "\
{}Date: {}\n\
From: Mail Delivery Subsystem <MAILER-DAEMON@{host}>\n\
Message-Id: <{}.{id}@{host}>\n\
To: <{}>\n\
MIME-Version: 1.0\n\
Content-Type: multipart/report; report-type=delivery-status;\n\
\tboundary=\"{b}\"\n\
Subject: {subject}\n\
Auto-Submitted: auto-generated (failure)\n\
\n\
This is a MIME-encapsulated message\n\
\n\
--{b}\n\
\n\
The original message was received at {}\n\
from {source}\n\
\n\
\x20  ----- The following addresses had permanent fatal errors -----\n\
<{r}>\n\
\x20   (reason: {})\n\
\n\
\x20  ----- Transcript of session follows -----\n\
{}\n\
\n\
--{b}\n\
Content-Type: message/delivery-status\n\
\n\
Reporting-MTA: dns; {host}\n\
Received-From-MTA: DNS; {source}\n\
Arrival-Date: {}\n\
\n\
Final-Recipient: RFC822; {r}\n\
Action: failed\n\
Status: {}\n\
Diagnostic-Code: SMTP; {}\n\
Last-Attempt-Date: {}\n\
\n\
--{b}\n\
Content-Type: {}\n\
\n\
Return-Path: <{}>\n\
{}\n\
--{b}--\n",
        a.trace("", rng),
        a.now(),
        stamp(a.time),
        a.to(),
        a.arrived(),
        a.reply(),
        a.reply(),
        a.arrived(),
        a.trouble.status,
        a.reply(),
        a.now(),
        a.returned_type(),
        a.to(),
        a.returned()
    )
}

/// QSBMF: neither Message-ID nor MIME.
fn qmail(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    format!(
        "\
{}Date: {}\n\
From: MAILER-DAEMON@{host}\n\
To: {}\n\
Subject: failure notice\n\
\n\
Hi. This is the qmail-send program at {host}.\n\
I'm afraid I wasn't able to deliver your message to the following addresses.\n\
This is a permanent error; I've given up. Sorry it didn't work out.\n\
\n\
<{}>:\n\
{} (#{})\n\
\n\
--- Below this line is a copy of the message.\n\
\n\
Return-Path: <{}>\n\
{}",
        a.trace("", rng),
        crate::text::date(a.time, 0).replace("+0000", "-0000"),
        a.to(),
        a.recipient,
        if a.trouble.status == "5.1.1" {
            "Sorry, no mailbox here by that name."
        } else {
            a.trouble.words
        },
        a.trouble.status,
        a.to(),
        a.returned()
    )
}

fn courier(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let id = format!("courier.{}.{}", rng.upper_hex(16), rng.upper_hex(8));
    let b = format!("=_{}-{}", rng.digits(1), id);
    let part = if a.returns == Returns::Whole {
        "message/rfc822"
    } else {
        "text/rfc822-headers; charset=us-ascii"
    };
    format!(
        "\
{}From: \"Courier mail server at {host}\" <@>\n\
To: {}\n\
Subject: NOTICE: mail delivery status.\n\
Mime-Version: 1.0\n\
Content-Type: multipart/report; report-type=delivery-status;\n\
\x20   boundary=\"{b}\"\n\
Content-Transfer-Encoding: 7bit\n\
Date: {}\n\
Message-ID: <{id}@{host}>\n\
\n\
This is a multipart message in MIME format.\n\
\n\
--{b}\n\
Content-Transfer-Encoding: 7bit\n\
Content-Type: text/plain; charset=us-ascii\n\
\n\
This is a delivery status notification from {host},\n\
running the Courier mail server.\n\
\n\
The original message was received on {}\n\
\n\
---------------------------------------------------------------------------\n\
\n\
\x20                          UNDELIVERABLE MAIL\n\
\n\
Your message to the following recipients cannot be delivered:\n\
\n\
<{r}>:\n\
\x20    <<< {}\n\
\n\
---------------------------------------------------------------------------\n\
\n\
If your message was also sent to additional recipients, their delivery\n\
status is not included in this report.\n\
\n\
--{b}\n\
Content-Type: message/delivery-status\n\
Content-Transfer-Encoding: 7bit\n\
\n\
Reporting-MTA: dns; {host}\n\
Arrival-Date: {}\n\
\n\
Final-Recipient: rfc822; {r}\n\
Action: failed\n\
Status: {}\n\
Diagnostic-Code: smtp; {}\n\
\n\
--{b}\n\
Content-Type: {part}\n\
\n\
{}\n\
--{b}--\n",
        a.trace("", rng),
        a.to(),
        a.now(),
        a.arrived(),
        a.reply(),
        a.arrived(),
        a.trouble.status,
        a.reply(),
        a.returned()
    )
}

/// `multipart/mixed`; its headers part holds the whole message where that comes back.
pub(crate) fn opensmtpd(a: &Ask<'_>, rng: &mut Rng, failed: bool) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let b = format!("{}/{host}", rng.digits(19));
    let (subject, text) = if failed {
        (
            "Delivery status notification: error",
            "    An error has occurred while attempting to deliver a message for\n    the following list of recipients:",
        )
    } else {
        (
            "Delivery status notification: warning",
            "    A message is delayed for more than 4 hours for the following\n    list of recipients:",
        )
    };
    let (reply, action, status) = if failed {
        (a.reply(), "failed", a.trouble.status)
    } else {
        ("Network error on destination MXs".to_owned(), "delayed", "4.4.1")
    };
    format!(
        "\
{}Subject: {subject}\n\
From: Mailer Daemon <MAILER-DAEMON@{host}>\n\
To: {}\n\
Date: {}\n\
MIME-Version: 1.0\n\
Content-Type: multipart/mixed;boundary=\"{b}\"\n\
Message-ID: <{}@{host}>\n\
\n\
This is a MIME-encapsulated message.\n\
\n\
--{b}\n\
Content-Description: Notification\n\
Content-Type: text/plain; charset=us-ascii\n\
\n\
\x20   Hi!\n\
\n\
\x20   This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\
\n\
{text}\n\
\n\
{r}: {reply}\n\
\n\
\x20   Below is a copy of the original message:\n\
\n\
--{b}\n\
Content-Description: Delivery Report\n\
Content-Type: message/delivery-status\n\
\n\
Reporting-MTA: dns; {host}\n\
\n\
Final-Recipient: rfc822; {r}\n\
Action: {action}\n\
Status: {status}\n\
\n\
--{b}\n\
Content-Description: Message headers\n\
Content-Type: text/rfc822-headers\n\
\n\
{}\n\
--{b}--\n",
        a.trace("", rng),
        a.to(),
        a.now(),
        rng.hex(16),
        if failed { a.returned() } else { a.head() }
    )
}
