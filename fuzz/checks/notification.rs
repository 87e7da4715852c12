//! The groups of a report, whatever they hold: bounded, and never a panic.

use std::sync::LazyLock;

use unscatter::limits;
use unscatter::message::{Limits, parse};
use unscatter::signals::Recogniser;

static RECOGNISER: LazyLock<Recogniser> = LazyLock::new(|| Recogniser::new(false));

const TYPES: [&str; 4] =
    ["delivery-status", "disposition-notification", "feedback-report", "global-delivery-status"];

/// Makes what is made once.
pub(crate) fn begin() {
    LazyLock::force(&RECOGNISER);
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let Some((first, rest)) = octets.split_first() else { return };
    let kind = TYPES[usize::from(*first) % TYPES.len()];
    let mut mail = format!(
        "From: MAILER-DAEMON@example.net\nSubject: failure\nMIME-Version: 1.0\n\
         Content-Type: multipart/report; report-type={kind}; boundary=\"b\"\n\n\
         --b\nContent-Type: text/plain\n\nfailed\n\n--b\nContent-Type: message/{kind}\n\n"
    )
    .into_bytes();
    mail.extend_from_slice(rest);
    mail.extend_from_slice(b"\n--b--\n");
    let message = parse(&mail, &Limits::default(), RECOGNISER.breaks());
    if let Some(notification) = &message.notification {
        assert!(notification.recipients.len() <= limits::RECIPIENTS);
    }
    RECOGNISER.look(&message);
}
