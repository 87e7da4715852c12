//! Auto-replies, challenges, receipts and feedback reports in the forms of the programs that write them.

use crate::answer::{Ask, Returns};
use crate::rng::Rng;
use crate::text::{date, encoded, stamp};
use crate::world::ascii;

/// Writes the answer of an autoresponder, a challenge system, a reader or a feedback loop.
pub(crate) fn reply(program: &str, ask: &Ask<'_>, rng: &mut Rng) -> String {
    match program {
        "exchange-oof" => exchange_oof(ask, rng),
        "vacation" => vacation(ask, rng),
        "procmail" => procmail(ask, rng),
        "exim-autoreply" => exim_autoreply(ask, rng),
        "ticket" => ticket(ask, rng),
        "tmda" => tmda(ask, rng),
        "boxtrapper" => boxtrapper(ask, rng),
        "thunderbird-mdn" => mdn(ask, rng, true),
        "outlook-mdn" => mdn(ask, rng, false),
        "arf" => arf(ask, rng),
        _ => pigeonhole(ask, rng),
    }
}

fn me(a: &Ask<'_>) -> String {
    if a.recipient_name.is_empty() {
        format!("<{}>", a.recipient)
    } else {
        format!("{} <{}>", encoded(a.recipient_name), a.recipient)
    }
}

fn away(a: &Ask<'_>, rng: &mut Rng) -> String {
    let back = date(a.time + rng.range(3, 12) * 86_400, 0);
    let day: Vec<&str> = back.split(' ').take(3).collect();
    let day = day.join(" ");
    match rng.below(4) {
        0 => format!(
            "Thank you for your mail. I am out of the office until {day} and\nwill answer when I am back.\n"
        ),
        1 => format!("I am away until {day}. In urgent cases call the front desk.\n"),
        2 => format!(
            "Vielen Dank fuer Ihre Nachricht. Ich bin bis {day} nicht im Haus\nund antworte danach.\n"
        ),
        _ => format!("On leave until {day}; mail is not forwarded.\n"),
    }
}

fn pigeonhole(a: &Ask<'_>, rng: &mut Rng) -> String {
    let text = away(a, rng);
    // Pigeonhole copies the sender's display name out of what it answers.
    let to = if a.original.from.name.is_empty() {
        format!("<{}>", a.to())
    } else {
        a.original.from.header()
    };
    format!(
        "{}X-Sieve: Pigeonhole Sieve 0.5.19\nMessage-ID: <dovecot-sieve-{}-{}-0@{}>\nDate: {}\nFrom: {}\nTo: {to}\nSubject: {}\n{}Auto-Submitted: auto-replied (vacation)\nPrecedence: bulk\nX-Auto-Response-Suppress: All\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}",
        a.trace("", rng),
        a.time,
        rng.digits(6),
        a.site.host,
        a.now(),
        me(a),
        encoded(&format!("Auto: {}", a.original.subject)),
        a.parents()
    )
}

fn exchange_oof(a: &Ask<'_>, rng: &mut Rng) -> String {
    let text = away(a, rng);
    let prefix =
        if text.starts_with("Vielen") { "Automatische Antwort: " } else { "Automatic reply: " };
    let id = rng.upper_hex(24);
    format!(
        "{}From: {}\nTo: {}\nSubject: {}\nThread-Topic: {}\nThread-Index: AQH{}==\nDate: {}\nMessage-ID: <{id}@{}>\n{}X-MS-Has-Attach:\nX-Auto-Response-Suppress: All\nX-MS-Exchange-Inbox-Rules-Loop: {}\nAuto-Submitted: auto-generated\nContent-Type: text/plain; charset=\"utf-8\"\nMIME-Version: 1.0\n\n{text}",
        a.trace("", rng),
        me(a),
        a.original.from.header(),
        encoded(&format!("{prefix}{}", a.original.subject)),
        encoded(&a.original.subject),
        rng.alnum(20),
        a.now(),
        a.site.host,
        a.parents(),
        a.recipient
    )
}

/// vacation(1): ordinary return path, no ids, a subject only where one is configured.
fn vacation(a: &Ask<'_>, rng: &mut Rng) -> String {
    let local = a.recipient.split('@').next().unwrap_or("");
    let from = format!("{local}@{}", a.site.host);
    let subject = if a.returns == Returns::Nothing {
        "away from my mail".to_owned()
    } else {
        format!("away from my mail [Re: {}]", a.original.subject)
    };
    format!(
        "{}Date: {}\nMessage-Id: <{}.{}@{}>\nFrom: {from} ({})\nTo: {}\nSubject: {}\nPrecedence: junk\n\n{}",
        a.trace(&from, rng),
        a.now(),
        stamp(a.time),
        rng.alnum(10),
        a.site.host,
        ascii_name(a),
        a.to(),
        encoded(&subject),
        away(a, rng)
    )
}

fn ascii_name(a: &Ask<'_>) -> String {
    a.recipient_name.split(' ').map(ascii).collect::<Vec<_>>().join(" ")
}

/// procmail with `formail -r`.
fn procmail(a: &Ask<'_>, rng: &mut Rng) -> String {
    let id = a.original.id();
    let subject = &a.original.subject;
    let subject =
        if subject.starts_with("Re: ") { subject.clone() } else { format!("Re: {subject}") };
    let references = if id.is_empty() {
        String::new()
    } else {
        format!("References: {id}\nIn-Reply-To: {id}\n")
    };
    format!(
        "{}To: {}\nSubject: {}\n{references}From: {}\nX-Loop: {}\nPrecedence: junk\nMessage-Id: <{}.{}@{}>\nDate: {}\n\n{}",
        a.trace(a.recipient, rng),
        a.to(),
        encoded(&subject),
        me(a),
        a.recipient,
        stamp(a.time),
        rng.upper_hex(11),
        a.site.host,
        a.now(),
        away(a, rng)
    )
}

fn exim_autoreply(a: &Ask<'_>, rng: &mut Rng) -> String {
    format!(
        "{}From: {}\nTo: {}\n{}Subject: I am not at my desk\nAuto-Submitted: auto-replied\nMessage-Id: <E1v{}-{}-{}@{}>\nDate: {}\n\n{}",
        a.trace("", rng),
        me(a),
        a.to(),
        a.parents(),
        rng.alnum(4),
        rng.alnum(11),
        rng.alnum(4),
        a.site.host,
        a.now(),
        away(a, rng)
    )
}

fn ticket(a: &Ask<'_>, rng: &mut Rng) -> String {
    let n = rng.range(10_000, 99_999);
    let sender = format!("support@{}", a.site.domain);
    format!(
        "{}From: Help desk <{}>\nTo: {}\nReply-To: {sender}\nSubject: {}\n{}Message-ID: <rt-5.0.3-{}-{n}-0@{}>\nDate: {}\nAuto-Submitted: auto-replied\nPrecedence: bulk\nX-RT-Ticket: {} #{n}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nThis message was generated in response to your request\n\"{}\". A ticket was opened for it: #{n}.\nPlease keep the number in the subject when you write again.\n",
        a.trace(&sender, rng),
        a.recipient,
        a.to(),
        encoded(&format!("[{} #{n}] AutoReply: {}", a.site.domain, a.original.subject)),
        a.parents(),
        a.time,
        a.site.host,
        a.now(),
        a.site.domain,
        a.original.subject
    )
}

fn tmda(a: &Ask<'_>, rng: &mut Rng) -> String {
    let (local, domain) = a.recipient.split_once('@').unwrap_or((a.recipient, ""));
    let confirm = format!("{local}-confirm-{}.{}.{}@{domain}", a.time, rng.digits(5), rng.hex(6));
    let b = format!("{}.{}", rng.digits(10), rng.digits(5));
    format!(
        "{}From: {}\nTo: {}\nSubject: Please confirm your message\nReply-To: {confirm}\n{}Date: {}\nMessage-ID: <{}.{}.TMDA@{}>\nX-Delivery-Agent: TMDA/1.1.12 (Macallan)\nAuto-Submitted: auto-replied\nPrecedence: bulk\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"{b}\"\n\n--{b}\nContent-Type: text/plain; charset=us-ascii\n\nThis message was created automatically by mail delivery software (TMDA).\n\nYour message is being held because your address was not recognized.\n\nTo release your message for delivery, please send an empty message\nto the following address, or use your mailer's \"Reply\" feature.\n\n   {confirm}\n\nThis confirmation verifies that your message is legitimate and not\njunk mail. You only have to do it once.\n\n--{b}\nContent-Type: {}\nContent-Description: Original message\n\n{}\n--{b}--\n",
        a.trace(&format!("{local}-bounce@{domain}"), rng),
        me(a),
        a.to(),
        a.parents(),
        a.now(),
        stamp(a.time),
        rng.digits(4),
        a.site.host,
        a.returned_type(),
        a.returned()
    )
}

fn boxtrapper(a: &Ask<'_>, rng: &mut Rng) -> String {
    let token = rng.alnum(32);
    format!(
        "{}To: {}\nFrom: {}\nSubject: Your email requires verification verify#{token}\n{}X-Autorespond: {}\nX-BoxTrapper-Match: white\nPrecedence: auto_reply\nMessage-Id: <E1v{}-{}-{}@{}>\nDate: {}\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nThe message you sent requires that you verify that you\nare a real live human being and not a spam source.\n\nTo complete this verification, simply reply to this message and leave\nthe subject line intact.\n\nThe headers of the message sent from your address are shown below:\n\n{}",
        a.trace(a.recipient, rng),
        a.to(),
        me(a),
        a.parents(),
        encoded(&a.original.subject),
        rng.alnum(4),
        rng.alnum(11),
        rng.alnum(4),
        a.site.host,
        a.now(),
        a.head()
    )
}

fn mdn(a: &Ask<'_>, rng: &mut Rng, thunderbird: bool) -> String {
    let b = format!("mdn{}", rng.alnum(16));
    let r = a.recipient;
    let (subject, agent, mode, text) = if thunderbird {
        (
            format!("Return Receipt (displayed) - {}", a.original.subject),
            format!("{}; Thunderbird 115.8.0", a.site.domain),
            "manual-action/MDN-sent-manually; displayed",
            format!(
                "This is a Return Receipt for the mail that you sent to {r}.\n\nNote: This Return Receipt only acknowledges that the message was displayed\non the recipient's computer. There is no guarantee that the recipient has\nread or understood the message contents.\n"
            ),
        )
    } else {
        (
            format!("Read: {}", a.original.subject),
            format!("{}; Microsoft Outlook 16.0", a.site.domain),
            "manual-action/MDN-sent-automatically; displayed",
            format!(
                "Your message\n\n   To: {r}\n   Subject: {}\n\nwas read on {}.\n",
                a.original.subject,
                a.now()
            ),
        )
    };
    let headers = if a.returns == Returns::Headers {
        format!(
            "--{b}\nContent-Type: text/rfc822-headers; name=\"original.hdr\"\nContent-Disposition: inline\n\n{}\n",
            a.head()
        )
    } else {
        String::new()
    };
    format!(
        "{}From: {}\nTo: {}\nSubject: {}\n{}Date: {}\nMessage-ID: <{}@{}>\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=disposition-notification;\n\tboundary=\"{b}\"\n\n--{b}\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n--{b}\nContent-Type: message/disposition-notification\n\nReporting-UA: {agent}\nFinal-Recipient: rfc822;{r}\nOriginal-Message-ID: {}\nDisposition: {mode}\n\n{headers}--{b}--\n",
        a.trace(r, rng),
        me(a),
        a.to(),
        encoded(&subject),
        a.parents(),
        a.now(),
        rng.uuid(),
        a.site.domain,
        a.original.id()
    )
}

/// An abuse report (RFC 5965) to the address that the spam named as its sender.
fn arf(a: &Ask<'_>, rng: &mut Rng) -> String {
    let b = format!("=_arf{}", rng.hex(10));
    let source = &a.source;
    let sender = format!("fbl@{}", a.site.domain);
    format!(
        "{}From: Abuse desk <{sender}>\nTo: {}\nSubject: Abuse report: {}\nDate: {}\nMessage-ID: <{}@{}>\nAuto-Submitted: auto-generated\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report;\n\tboundary=\"{b}\"\n\n--{b}\nContent-Type: text/plain; charset=us-ascii\n\nThis is an email abuse report for a message received from {source}.\n\n--{b}\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: ComplaintForge/2.1\nVersion: 1\nSource-IP: {source}\nOriginal-Mail-From: <{}>\nOriginal-Rcpt-To: <{}>\nArrival-Date: {}\n\n--{b}\nContent-Type: message/rfc822\nContent-Disposition: inline\n\n{}\n--{b}--\n",
        a.trace(&sender, rng),
        a.to(),
        encoded(&a.original.subject),
        a.now(),
        rng.hex(16),
        a.site.host,
        a.to(),
        a.recipient,
        a.arrived(),
        a.returned()
    )
}
