//! A returned original, whole, as headers, or behind a break line, whatever it holds; and it never speaks for the
//! message that returns it.

use std::sync::LazyLock;

use unscatter::message::{Limits, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

static RECOGNISER: LazyLock<Recogniser> = LazyLock::new(|| Recogniser::new(false));

/// Makes what is made once.
pub(crate) fn begin() {
    LazyLock::force(&RECOGNISER);
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let Some((first, rest)) = octets.split_first() else { return };
    let (head, tail): (&str, &str) = match first % 3 {
        // A person attaches a message: it must stay ordinary whatever is attached.
        0 => (
            "From: Ann <ann@example.org>\nTo: Ben <ben@example.net>\nSubject: see this\nMIME-Version: 1.0\n\
             Content-Type: multipart/mixed; boundary=\"bZ0Z0Zb\"\n\n--bZ0Z0Zb\nContent-Type: text/plain\n\nHave a look.\n\n\
             --bZ0Z0Zb\nContent-Type: message/rfc822\n\n",
            "\n--bZ0Z0Zb--\n",
        ),
        1 => (
            "From: MAILER-DAEMON@example.net\nSubject: failure\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\n\n\
             --b\n\nfailed\n\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; a.example\n\n\
             Final-Recipient: rfc822; x@example.com\nAction: failed\nStatus: 5.1.1\n\n\
             --b\nContent-Type: text/rfc822-headers\n\n",
            "\n--b--\n",
        ),
        _ => (
            "From: MAILER-DAEMON@example.net\nSubject: failure notice\n\nHi. This is the qmail-send program at \
             example.net.\n\n<x@example.com>:\nno such user\n\n--- Below this line is a copy of the message.\n\n",
            "",
        ),
    };
    let hidden = rest.windows(7).any(|w| w == b"bZ0Z0Zb");
    let mut mail = head.as_bytes().to_vec();
    mail.extend_from_slice(rest);
    mail.extend_from_slice(tail.as_bytes());
    let message = parse(&mail, &Limits::default(), RECOGNISER.breaks());
    let kind = decide_kind(&message, &RECOGNISER.look(&message)).kind;
    if first % 3 == 0 && !hidden {
        assert_eq!(kind, Kind::Ordinary);
    }
}
