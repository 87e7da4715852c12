//! Notices that a mail is late, in the forms of mail programs. None of them reports a failure.

use crate::answer::Ask;
use crate::bounces;
use crate::rng::Rng;
use crate::text::{encoded, stamp};
use crate::trace::queue_id;

/// Writes a notice that the mail is late. Only these programs have one.
pub(crate) fn delay(program: &str, ask: &Ask<'_>, rng: &mut Rng) -> String {
    match program {
        "exim" => exim(ask, rng),
        "sendmail" => sendmail(ask, rng),
        "opensmtpd" => bounces::opensmtpd(ask, rng, false),
        _ => bounces::postfix(ask, rng, false),
    }
}

fn exim(a: &Ask<'_>, rng: &mut Rng) -> String {
    let host = &a.site.host;
    let r = a.recipient;
    let id = queue_id("exim", rng);
    let b = format!("{}-eximdsn-{}", a.time, rng.digits(9));
    let references =
        a.original.id.as_ref().map(|i| format!("References: {i}\n")).unwrap_or_default();
    format!(
        "\
{}Auto-Submitted: auto-replied\n\
From: Mail Delivery System <Mailer-Daemon@{host}>\n\
To: {}\n\
{references}Content-Type: multipart/report; report-type=delivery-status; boundary={b}\n\
MIME-Version: 1.0\n\
Subject: Warning: message {id} delayed 24 hours\n\
Message-Id: <E{}@{host}>\n\
Date: {}\n\
\n\
--{b}\n\
Content-type: text/plain; charset=us-ascii\n\
\n\
This message was created automatically by mail delivery software.\n\
A message that you sent has not yet been delivered to one or more of its\n\
recipients after more than 24 hours on the queue on {host}.\n\
\n\
The message identifier is:     {id}\n\
The subject of the message is: {}\n\
The date of the message is:    {}\n\
\n\
The address to which the message has not yet been delivered is:\n\
\n\
\x20 {r}\n\
\x20   Delay reason: Connection timed out\n\
\n\
No action is required on your part. Delivery attempts will continue for\n\
some time, and this warning may be repeated at intervals if the message\n\
remains undelivered.\n\
\n\
--{b}\n\
Content-type: message/delivery-status\n\
\n\
Reporting-MTA: dns; {host}\n\
\n\
Action: delayed\n\
Final-Recipient: rfc822;{r}\n\
Status: 4.0.0\n\
\n\
--{b}\n\
Content-type: text/rfc822-headers\n\
\n\
Return-path: <{}>\n\
{}\n\
--{b}--\n",
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
    format!(
        "\
{}Date: {}\n\
From: Mail Delivery Subsystem <MAILER-DAEMON@{host}>\n\
Message-Id: <{}.{id}@{host}>\n\
To: <{}>\n\
MIME-Version: 1.0\n\
Content-Type: multipart/report; report-type=delivery-status;\n\
\tboundary=\"{b}\"\n\
Subject: Warning: could not send message for past 4 hours\n\
Auto-Submitted: auto-generated (warning-timeout)\n\
\n\
This is a MIME-encapsulated message\n\
\n\
--{b}\n\
\n\
\x20   **********************************************\n\
\x20   **      THIS IS A WARNING MESSAGE ONLY      **\n\
\x20   **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **\n\
\x20   **********************************************\n\
\n\
The original message was received at {}\n\
\n\
\x20  ----- Transcript of session follows -----\n\
<{r}>... Deferred: Connection timed out\n\
Warning: message still undelivered after 4 hours\n\
Will keep trying until message is 5 days old\n\
\n\
--{b}\n\
Content-Type: message/delivery-status\n\
\n\
Reporting-MTA: dns; {host}\n\
Arrival-Date: {}\n\
\n\
Final-Recipient: RFC822; {r}\n\
Action: delayed\n\
Status: 4.4.1\n\
Last-Attempt-Date: {}\n\
\n\
--{b}\n\
Content-Type: text/rfc822-headers\n\
\n\
Return-Path: <{}>\n\
{}\n\
--{b}--\n",
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
