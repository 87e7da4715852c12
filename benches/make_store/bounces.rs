//! Failed and delayed deliveries in the forms of mail programs, byte by byte. Our own wording wherever a
//! program leaves it to its administrator.

use crate::answer::{Ask, Returns};
use crate::rng::Rng;
use crate::text::{encoded, iso_2022_jp, quoted, stamp};
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
        "exchange" => exchange(ask, rng),
        "domino" => domino(ask, rng),
        "gmail" => gmail(ask, rng),
        "yahoo" => yahoo(ask, rng),
        "ses" => ses(ask, rng),
        "kddi" => kddi(ask, rng),
        "groupwise" => groupwise(ask, rng),
        "bare-notice" => bare(ask, rng),
        _ => postfix(ask, rng, true),
    }
}

/// Writes a notice that the mail is late. Only these programs have one.
pub(crate) fn delay(program: &str, ask: &Ask<'_>, rng: &mut Rng) -> String {
    match program {
        "exim" => exim_delay(ask, rng),
        "sendmail" => sendmail_delay(ask, rng),
        "opensmtpd" => opensmtpd(ask, rng, false),
        _ => postfix(ask, rng, false),
    }
}

fn postfix(a: &Ask<'_>, rng: &mut Rng, failed: bool) -> String {
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
            "I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. It's attached below.\n\nFor further assistance, please send mail to postmaster.\n\nIf you do so, please include this problem report. You can\ndelete your own text from the attached returned message.\n",
            "failed",
            a.trouble.status,
        )
    } else {
        (
            "Delayed Mail (still being retried)",
            "####################################################################\n# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #\n####################################################################\n\nYour message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\nFor further assistance, please send mail to postmaster.\n",
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
        "{}Date: {}\nFrom: MAILER-DAEMON@{host} (Mail Delivery System)\nSubject: {subject}\nTo: {}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"{b}\"\nMessage-Id: <{}.{qid}@{host}>\n\nThis is a MIME-encapsulated message.\n\n--{b}\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\nThis is the mail system at host {host}.\n\n{text}\n                   The mail system\n\n<{r}>: {said}\n\n--{b}\nContent-Description: Delivery report\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\nX-Postfix-Queue-ID: {bid}\nX-Postfix-Sender: rfc822; {}\nArrival-Date: {}\n\nFinal-Recipient: rfc822; {r}\nOriginal-Recipient: rfc822;{r}\nAction: {action}\nStatus: {status}\n{remote}Diagnostic-Code: {code}\n{until}\n--{b}\nContent-Description: {name}\nContent-Type: {part}\n\n{returned}\n--{b}--\n",
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
            "    host {} [{}]\n    SMTP error from remote mail server after RCPT TO:<{r}>:\n    {}\n",
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
        "{}X-Failed-Recipients: {r}\nAuto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@{host}>\nTo: {}\n",
        a.trace("", rng),
        a.to()
    );
    let tail = format!("Message-Id: <E{id}@{host}>\nDate: {}\n", a.now());
    let text = format!(
        "This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  {r}\n{why}"
    );
    if report {
        let b = format!("{}-eximdsn-{}", a.time, rng.digits(9));
        format!(
            "{top}{references}Content-Type: multipart/report; report-type=delivery-status; boundary={b}\nMIME-Version: 1.0\nSubject: Mail delivery failed: returning message to sender\n{tail}\n--{b}\nContent-type: text/plain; charset=us-ascii\n\n{text}\n--{b}\nContent-type: message/delivery-status\n\nReporting-MTA: dns; {host}\n\nAction: failed\nFinal-Recipient: rfc822;{r}\nStatus: 5.0.0\n{}\n--{b}\nContent-type: {}\n\n{}\n--{b}--\n",
            if a.own_relay {
                format!(
                    "Remote-MTA: dns; {}\nDiagnostic-Code: smtp; {}\n",
                    a.remote.host,
                    a.reply()
                )
            } else {
                String::new()
            },
            a.returned_type(),
            format!("Return-path: <{}>\n{}", a.to(), a.returned())
        )
    } else {
        let line = if a.returns == Returns::Whole {
            "------ This is a copy of the message, including all the headers. ------"
        } else {
            "------ This is a copy of the message's headers. ------"
        };
        format!(
            "{top}Subject: Mail delivery failed: returning message to sender\n{tail}\n{text}\n{line}\n\nReturn-path: <{}>\n{}",
            a.to(),
            a.returned()
        )
    }
}

fn exim_delay(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let id = queue_id("exim", rng);
    let b = format!("{}-eximdsn-{}", a.time, rng.digits(9));
    let references =
        a.original.id.as_ref().map(|i| format!("References: {i}\n")).unwrap_or_default();
    format!(
        "{}Auto-Submitted: auto-replied\nFrom: Mail Delivery System <Mailer-Daemon@{host}>\nTo: {}\n{references}Content-Type: multipart/report; report-type=delivery-status; boundary={b}\nMIME-Version: 1.0\nSubject: Warning: message {id} delayed 24 hours\nMessage-Id: <E{}@{host}>\nDate: {}\n\n--{b}\nContent-type: text/plain; charset=us-ascii\n\nThis message was created automatically by mail delivery software.\nA message that you sent has not yet been delivered to one or more of its\nrecipients after more than 24 hours on the queue on {host}.\n\nThe message identifier is:     {id}\nThe subject of the message is: {}\nThe date of the message is:    {}\n\nThe address to which the message has not yet been delivered is:\n\n  {r}\n    Delay reason: Connection timed out\n\nNo action is required on your part. Delivery attempts will continue for\nsome time, and this warning may be repeated at intervals if the message\nremains undelivered.\n\n--{b}\nContent-type: message/delivery-status\n\nReporting-MTA: dns; {host}\n\nAction: delayed\nFinal-Recipient: rfc822;{r}\nStatus: 4.0.0\n\n--{b}\nContent-type: text/rfc822-headers\n\nReturn-path: <{}>\n{}\n--{b}--\n",
        a.trace("", rng),
        a.to(),
        queue_id("exim", rng),
        a.now(),
        encoded(&a.original.subject),
        crate::text::date(a.original.date, a.original.zone),
        a.to(),
        a.head()
    )
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
        "{}Date: {}\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@{host}>\nMessage-Id: <{}.{id}@{host}>\nTo: <{}>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"{b}\"\nSubject: {subject}\nAuto-Submitted: auto-generated (failure)\n\nThis is a MIME-encapsulated message\n\n--{b}\n\nThe original message was received at {}\nfrom {source}\n\n   ----- The following addresses had permanent fatal errors -----\n<{r}>\n    (reason: {})\n\n   ----- Transcript of session follows -----\n{}\n\n--{b}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\nReceived-From-MTA: DNS; {source}\nArrival-Date: {}\n\nFinal-Recipient: RFC822; {r}\nAction: failed\nStatus: {}\nDiagnostic-Code: SMTP; {}\nLast-Attempt-Date: {}\n\n--{b}\nContent-Type: {}\n\nReturn-Path: <{}>\n{}\n--{b}--\n",
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

fn sendmail_delay(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let id = queue_id("sendmail", rng);
    let b = format!("{id}.{}/{host}", a.time);
    format!(
        "{}Date: {}\nFrom: Mail Delivery Subsystem <MAILER-DAEMON@{host}>\nMessage-Id: <{}.{id}@{host}>\nTo: <{}>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"{b}\"\nSubject: Warning: could not send message for past 4 hours\nAuto-Submitted: auto-generated (warning-timeout)\n\nThis is a MIME-encapsulated message\n\n--{b}\n\n    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY      **\n    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n    **********************************************\n\nThe original message was received at {}\n\n   ----- Transcript of session follows -----\n<{r}>... Deferred: Connection timed out\nWarning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n\n--{b}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\nArrival-Date: {}\n\nFinal-Recipient: RFC822; {r}\nAction: delayed\nStatus: 4.4.1\nLast-Attempt-Date: {}\n\n--{b}\nContent-Type: text/rfc822-headers\n\nReturn-Path: <{}>\n{}\n--{b}--\n",
        a.trace("", rng),
        a.now(),
        stamp(a.time),
        a.to(),
        a.arrived(),
        a.arrived(),
        a.now(),
        a.to(),
        a.head()
    )
}

/// QSBMF: neither Message-ID nor MIME.
fn qmail(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    format!(
        "{}Date: {}\nFrom: MAILER-DAEMON@{host}\nTo: {}\nSubject: failure notice\n\nHi. This is the qmail-send program at {host}.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<{}>:\n{} (#{})\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <{}>\n{}",
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
        "{}From: \"Courier mail server at {host}\" <@>\nTo: {}\nSubject: NOTICE: mail delivery status.\nMime-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n    boundary=\"{b}\"\nContent-Transfer-Encoding: 7bit\nDate: {}\nMessage-ID: <{id}@{host}>\n\nThis is a multipart message in MIME format.\n\n--{b}\nContent-Transfer-Encoding: 7bit\nContent-Type: text/plain; charset=us-ascii\n\nThis is a delivery status notification from {host},\nrunning the Courier mail server.\n\nThe original message was received on {}\n\n---------------------------------------------------------------------------\n\n                           UNDELIVERABLE MAIL\n\nYour message to the following recipients cannot be delivered:\n\n<{r}>:\n     <<< {}\n\n---------------------------------------------------------------------------\n\nIf your message was also sent to additional recipients, their delivery\nstatus is not included in this report.\n\n--{b}\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: 7bit\n\nReporting-MTA: dns; {host}\nArrival-Date: {}\n\nFinal-Recipient: rfc822; {r}\nAction: failed\nStatus: {}\nDiagnostic-Code: smtp; {}\n\n--{b}\nContent-Type: {part}\n\n{}\n--{b}--\n",
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
fn opensmtpd(a: &Ask<'_>, rng: &mut Rng, failed: bool) -> String {
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
        "{}Subject: {subject}\nFrom: Mailer Daemon <MAILER-DAEMON@{host}>\nTo: {}\nDate: {}\nMIME-Version: 1.0\nContent-Type: multipart/mixed;boundary=\"{b}\"\nMessage-ID: <{}@{host}>\n\nThis is a MIME-encapsulated message.\n\n--{b}\nContent-Description: Notification\nContent-Type: text/plain; charset=us-ascii\n\n    Hi!\n\n    This is the MAILER-DAEMON, please DO NOT REPLY to this email.\n\n{text}\n\n{r}: {reply}\n\n    Below is a copy of the original message:\n\n--{b}\nContent-Description: Delivery Report\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\n\nFinal-Recipient: rfc822; {r}\nAction: {action}\nStatus: {status}\n\n--{b}\nContent-Description: Message headers\nContent-Type: text/rfc822-headers\n\n{}\n--{b}--\n",
        a.trace("", rng),
        a.to(),
        a.now(),
        rng.hex(16),
        if failed { a.returned() } else { a.head() }
    )
}

fn exchange(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let domain = &a.site.domain;
    let r = a.recipient;
    let b = format!("{}_{}_", rng.uuid(), host);
    let id = format!("<{}@{host}>", rng.uuid());
    let subject = encoded(&format!("Undeliverable: {}", a.original.subject));
    let heading = match a.trouble.status {
        "5.2.2" => format!("{r} has a full mailbox"),
        "5.1.1" => format!("{r} wasn't found at {domain}"),
        _ => format!("Your message to {r} couldn't be delivered"),
    };
    format!(
        "{}From: <postmaster@{domain}>\nTo: <{}>\nDate: {}\nContent-Type: multipart/report; report-type=delivery-status;\n boundary=\"{b}\"\nX-MS-Exchange-Message-Is-Ndr:\nContent-Language: en-US\nMessage-ID: {id}\n{}Subject: {subject}\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\n\n--{b}\nContent-Type: multipart/alternative; differences=Content-Type;\n boundary=\"{b}a\"\n\n--{b}a\nContent-Type: text/plain; charset=\"us-ascii\"\nContent-Transfer-Encoding: quoted-printable\n\n{heading}.\n\nYour message to {r} couldn't be delivered.\n\nOriginal Message Details\nCreated Date: {}\nSender Address: {}\nRecipient Address: {r}\n\nError Details\nReported error: {}\nDSN generated by: {host}\n\n--{b}a\nContent-Type: text/html; charset=\"us-ascii\"\n\n<html><body><h2>{heading}</h2><p>Your message to <b>{r}</b> couldn't be delivered.</p></body></html>\n\n--{b}a--\n\n--{b}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;{host}\nReceived-From-MTA: dns;{}\nArrival-Date: {}\n\nFinal-Recipient: rfc822;{r}\nAction: failed\nStatus: {}\nDiagnostic-Code: smtp;{}\n\n--{b}\nContent-Type: {}\n\n{}\n--{b}--\n",
        a.trace("", rng),
        a.to(),
        a.now(),
        a.parents(),
        a.now(),
        a.to(),
        a.reply(),
        a.to().split('@').next_back().unwrap_or(""),
        a.arrived(),
        a.trouble.status,
        a.reply(),
        a.returned_type(),
        a.returned()
    )
}

fn domino(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let b = format!("==IFJRGLKFGIR{}UHRUHIHD", rng.digits(5));
    let local = r.split('@').next().unwrap_or("");
    let (reason, code) = match a.trouble.status {
        "5.2.2" => ("Disk Quota Exceeded for the mail file of this user".to_owned(), "5.2.2"),
        "5.1.1" => (format!("User {local} ({r}) not listed in Domino Directory"), "5.1.1"),
        _ => ("Delivery denied by policy".to_owned(), "5.7.1"),
    };
    format!(
        "{}From: Postmaster@{}\nTo: {}\nDate: {}\nSubject: DELIVERY FAILURE: {reason}\nMIME-Version: 1.0\nMessage-ID: <OF{}.{}-ON{}.{}@{}>\nX-MIMETrack: Serialize by Router on {host}(Release 12.0.2|November 2022) at {}\nContent-Type: multipart/report; report-type=delivery-status; boundary=\"{b}\"\n\n--{b}\nContent-type: text/plain; charset=us-ascii\n\nYour message\n\n  Subject: {}\n\nwas not delivered to:\n\n  {r}\n\nbecause:\n\n  {reason}\n\n--{b}\nContent-type: message/delivery-status\n\nReporting-MTA: dns;{host}\n\nFinal-Recipient: rfc822;{r}\nAction: failed\nStatus: {code}\nDiagnostic-Code: X-Notes; {reason}\n\n--{b}\nContent-type: {}\n\n{}\n--{b}--\n",
        a.trace("", rng),
        a.site.domain,
        a.to(),
        a.now(),
        rng.upper_hex(8),
        rng.upper_hex(8),
        rng.upper_hex(8),
        rng.upper_hex(8),
        a.site.domain,
        a.now(),
        encoded(&a.original.subject),
        a.returned_type(),
        a.returned()
    )
}

fn gmail(a: &Ask<'_>, rng: &mut Rng) -> String {
    let r = a.recipient;
    let b = format!("00000000000{}", rng.hex(17));
    let id = a.original.id();
    format!(
        "{}From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>\nTo: {}\nAuto-Submitted: auto-replied\nSubject: Delivery Status Notification (Failure)\n{}X-Failed-Recipients: {r}\nMessage-ID: <{}.GMR@mx.google.com>\nDate: {}\nContent-Type: multipart/report; boundary=\"{b}\"; report-type=delivery-status\nMIME-Version: 1.0\n\n--{b}\nContent-Type: text/plain; charset=\"UTF-8\"\n\n** Address not found **\n\nYour message wasn't delivered to {r} because the address couldn't be found,\nor is unable to receive mail.\n\nThe response was:\n\n{}\n\n--{b}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; googlemail.com\nReceived-From-MTA: dns; {}\nArrival-Date: {}\nX-Original-Message-ID: {id}\n\nFinal-Recipient: rfc822; {r}\nAction: failed\nStatus: {}\nDiagnostic-Code: smtp; {}\nLast-Attempt-Date: {}\n\n--{b}\nContent-Type: {}\n\n{}\n--{b}--\n",
        a.trace("", rng),
        a.to(),
        a.parents(),
        rng.hex(24),
        a.now(),
        a.reply(),
        a.to(),
        a.arrived(),
        a.trouble.status,
        a.reply(),
        a.now(),
        a.returned_type(),
        a.returned()
    )
}

fn yahoo(a: &Ask<'_>, rng: &mut Rng) -> String {
    format!(
        "{}From: MAILER-DAEMON@yahoo.com\nTo: {}\nSubject: Failure Notice\nDate: {}\nMessage-ID: <{}.{}@{}>\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\nSorry, we were unable to deliver your message to the following address.\n\n<{}>:\n{}\n\n--- Below this line is a copy of the message.\n\n{}",
        a.trace("", rng),
        a.to(),
        a.now(),
        rng.digits(6),
        rng.digits(8),
        a.site.host,
        a.recipient,
        a.reply(),
        a.returned()
    )
}

fn ses(a: &Ask<'_>, rng: &mut Rng) -> String {
    let r = a.recipient;
    let b = format!("{}{}", rng.digits(10), rng.upper_hex(12));
    let host = format!("a{}-{}.smtp-out.amazonses.com", rng.range(8, 60), rng.range(2, 250));
    format!(
        "{}From: MAILER-DAEMON@amazonses.com\nTo: {}\nSubject: Delivery Status Notification (Failure)\nDate: {}\nMessage-ID: <0100{}-{}-000000@email.amazonses.com>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"{b}\"\n\n--{b}\nContent-Type: text/plain; charset=utf-8\n\nAn error occurred while trying to deliver the mail to the following recipients:\n{r}\n\n--{b}\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; {host}\n\nAction: failed\nFinal-Recipient: rfc822; {r}\nDiagnostic-Code: smtp; {}\nStatus: {}\n\n--{b}\nContent-Type: {}\n\n{}\n--{b}--\n",
        a.trace("", rng),
        a.to(),
        a.now(),
        rng.hex(12),
        rng.uuid(),
        a.reply(),
        a.trouble.status,
        a.returned_type(),
        a.returned()
    )
}

/// A Japanese mobile carrier: ISO-2022-JP text, the original behind a line of its own.
fn kddi(a: &Ask<'_>, rng: &mut Rng) -> String {
    let b = format!("kd_{}", rng.digits(9));
    let text = iso_2022_jp(
        "お送りになったメールは、次の宛先にお届けできませんでした。\n宛先が正しいかどうか、もう一度お確かめください。\n",
    );
    let why = if a.trouble.status == "5.2.2" {
        "As their mailbox is full."
    } else {
        "<<< 550 Unknown user"
    };
    format!(
        "{}Date: {}\nFrom: Mail Administrator <Postmaster@{}>\nTo: {}\nSubject: Mail System Error - Returned Mail\nMessage-ID: <{}{}@{}>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{}\"\n\n--{}\nContent-Type: text/plain; charset=iso-2022-jp\nContent-Transfer-Encoding: 7bit\n\n{text}\nYour message to:\n\n    <{}>\n\ncould not be delivered.\n{why}\n\n--{}\nContent-Type: message/rfc822\n\n{}\n--{}--\n",
        a.trace("", rng),
        a.now(),
        a.site.domain,
        a.to(),
        stamp(a.time),
        rng.upper_hex(6),
        a.site.host,
        b,
        b,
        a.recipient,
        b,
        a.returned(),
        b
    )
}

fn groupwise(a: &Ask<'_>, rng: &mut Rng) -> String {
    let b = format!("=__Part{}.0__=", rng.upper_hex(8));
    format!(
        "{}Date: {}\nFrom: Mailer-Daemon@{}\nTo: {}\nSubject: Message status - undeliverable\nMime-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{b}\"\n\n--{b}\nContent-Type: text/plain; charset=US-ASCII\nContent-Transfer-Encoding: 7bit\n\nThe message that you sent was undeliverable to the following:\n\t{} ({})\n\n--{b}\nContent-Type: message/rfc822\n\n{}\n--{b}--\n",
        a.trace("", rng),
        a.now(),
        a.site.domain,
        a.to(),
        a.recipient.split('@').next().unwrap_or(""),
        a.trouble.words,
        a.returned()
    )
}

/// An appliance that tells in a few lines that something failed, with an id and a subject or without.
fn bare(a: &Ask<'_>, rng: &mut Rng) -> String {
    let about = match a.returns {
        Returns::Nothing => String::new(),
        _ => quoted(
            &format!(
                "Message-ID: {}\nSubject: {}\n",
                a.original.id(),
                encoded(&a.original.subject)
            ),
            "    ",
        ),
    };
    format!(
        "{}Date: {}\nFrom: Mail Gateway <mailer-daemon@{}>\nTo: {}\nSubject: Delivery failure\nMessage-ID: <{}@{}>\nAuto-Submitted: auto-replied\nMIME-Version: 1.0\nContent-Type: text/plain; charset=us-ascii\n\nYour message could not be delivered to\n\n    <{}>\n\n    {}\n{}{about}",
        a.trace("", rng),
        a.now(),
        a.site.domain,
        a.to(),
        rng.hex(20),
        a.site.host,
        a.recipient,
        a.reply(),
        if about.is_empty() { "" } else { "\nThe message was:\n" }
    )
}
