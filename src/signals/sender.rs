//! Signals of the sending address: who signs automatic answers.

use super::{Basis, Kind, SeenIn, Signal, Toward};
use crate::message::{Address, Message, ReturnPath};

pub(super) fn signals() -> Vec<Signal> {
    let see = |f| SeenIn::Message(Basis::Sender, f);
    vec![
        Signal {
            code: "null-return-path",
            toward: Toward::Answer,
            summary: "the return path is empty",
            why: "Reports must not be answered themselves. Neither necessary nor sufficient: some \
                  stores do not keep it, and some lists and autoresponders use it too.",
            source: "RFC 5321 section 6.1; RFC 3834 section 3.3",
            seen_in: see(null_return_path),
            shows: &["bounce/postfix-bounce.eml"],
            spares: &["ordinary/de-holiday.eml"],
        },
        Signal {
            code: "daemon-sender",
            toward: Toward::Kind(Kind::Bounce),
            summary: "sent by a mail system's own address (mailer-daemon, postmaster, …)",
            why: "Mail systems sign their reports so; people who run them also write from postmaster.",
            source: "RFC 2142 section 5; RFC 3464 section 2",
            seen_in: see(daemon_sender),
            shows: &["bounce/postfix-bounce.eml"],
            spares: &["ordinary/de-holiday.eml"],
        },
        Signal {
            code: "role-sender",
            toward: Toward::Kind(Kind::Bounce),
            summary: "sent by postmaster or an administrator of mail, not in the name of a mail system",
            why: "Mail systems sign so, and people who run them write from the same addresses; so it says \
                  less than a daemon's address or name.",
            source: "RFC 2142 section 5",
            seen_in: see(role_sender),
            shows: &["bounce/domino-bounce.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "nameless-daemon",
            toward: Toward::Kind(Kind::Bounce),
            summary: "the From field names a mail system and no address",
            why: "dma, Courier and some gateways write `MAILER-DAEMON <>` or `<@>`.",
            source: "dma 0.13 mail.c; Courier 1.0 module.dsn",
            seen_in: see(nameless_daemon),
            shows: &["bounce/courier-bounce.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "no-reply-sender",
            toward: Toward::Answer,
            summary: "sent by an address that takes no answers",
            why: "Programs sign so, most of them newsletters and shops.",
            source: "common practice",
            seen_in: see(no_reply_sender),
            shows: &["ordinary/order-confirmation.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "autoresponder-sender",
            toward: Toward::Kind(Kind::AutoReply),
            summary: "sent by an address that names an autoresponder",
            why: "Some systems sign automatic replies with an address of their own.",
            source: "common practice",
            seen_in: see(autoresponder_sender),
            shows: &["auto-reply/autoresponder-address.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
    ]
}

fn null_return_path(m: &Message) -> Option<String> {
    (m.return_path == ReturnPath::Null).then(|| "Return-Path: <>".to_owned())
}

/// Local part without blanks, dots, dashes and underscores, in lower case.
fn bare(local: &str) -> String {
    let mut out = String::with_capacity(local.len());
    for c in local.chars() {
        if c.is_ascii() {
            out.extend(c.is_ascii_alphanumeric().then(|| c.to_ascii_lowercase()));
        } else if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
    }
    out
}

/// Whether this address is one that mail systems sign reports with.
pub fn is_daemon(address: &Address) -> bool {
    let local = bare(address.local());
    const NAMES: &[&str] = &[
        "mailerdaemon",
        "maildaemon",
        "mailer",
        "postmaster",
        "postoffice",
        "mailsystem",
        "maildeliverysystem",
        "maildeliverysubsystem",
        "mailadministrator",
        "mailadmin",
        "emaildeliverysystem",
        "smtpdaemon",
        "daemon",
        "mdaemon",
        "mda",
        "listmanager",
        "messagedeliverysystem",
        "postmast",
        "mmdf",
        "mmdfmailer",
        "pmdf",
        "internetmaildelivery",
        "microsoftexchange",
        "systemadministrator",
        "gatewayadministrator",
        "mailgateway",
        "mailgw",
        "smtpgateway",
        "uucp",
    ];
    NAMES.contains(&local.as_str())
        || local.starts_with("mailerdaemon")
        || local.ends_with("mailerdaemon")
        || local.starts_with("microsoftexchange") && local.len() > 20
        || local.starts_with("postmaster")
        // "bounce@", "bounce-notify@"; with a number it is the return path of a mailing.
        || local.starts_with("bounce") && !local.bytes().any(|b| b.is_ascii_digit())
}

/// Whether people write from this address too.
fn is_role(address: &Address) -> bool {
    let local = bare(address.local());
    [
        "postmaster",
        "mailadmin",
        "mailadministrator",
        "systemadministrator",
        "listmanager",
        "postoffice",
    ]
    .contains(&local.as_str())
}

/// A mail system's name, beyond the role that a person may have.
fn system_name(name: &str) -> bool {
    let name = bare(name);
    let rest = name.replace("postmaster", "").replace("mailadministrator", "");
    daemon_name(&rest)
}

fn signed(m: &Message, wanted: impl Fn(&str, &Address) -> bool) -> Option<String> {
    let mut boxes = m.from.iter().filter(|b| is_daemon(&b.address));
    boxes.find(|b| wanted(&b.name, &b.address)).map(|b| b.address.to_string())
}

fn daemon_sender(m: &Message) -> Option<String> {
    signed(m, |name, address| !is_role(address) || system_name(name))
}

pub(super) fn role_sender(m: &Message) -> Option<String> {
    signed(m, |name, address| is_role(address) && !system_name(name))
}

/// The words of a From display name by which mail systems sign.
fn daemon_name(name: &str) -> bool {
    let name = bare(name);
    [
        "mailerdaemon",
        "maildelivery",
        "maildaemon",
        "postmaster",
        "mailsystem",
        "deliverysubsystem",
        "systemadministrator",
        "mailadministrator",
        "internetmaildelivery",
        "smtpgateway",
        "couriermailserver",
        "messagedelivery",
    ]
    .iter()
    .any(|w| name.contains(w))
}

fn nameless_daemon(m: &Message) -> Option<String> {
    let first = m.from.first()?;
    let nobody = first.address.as_str().trim_matches('@').is_empty();
    match (nobody, first.name.as_str()) {
        (true, "") => Some("From: <>".to_owned()),
        // The address stands where the name should (`MAILER-DAEMON`, without any address).
        (_, name) if daemon_name(name) && !is_daemon(&first.address) => Some(name.to_owned()),
        _ => None,
    }
}

/// Whether a mail system signs, with its address or its name.
pub(super) fn signs_as_daemon(m: &Message) -> bool {
    daemon_sender(m).or_else(|| role_sender(m)).or_else(|| nameless_daemon(m)).is_some()
}

pub(super) fn no_reply_sender(m: &Message) -> Option<String> {
    let a = m.sender()?;
    let local = bare(a.local());
    ["noreply", "donotreply", "nereply", "nepasrepondre", "keineantwort", "nichtantworten"]
        .iter()
        .any(|w| local.contains(w))
        .then(|| a.to_string())
}

fn autoresponder_sender(m: &Message) -> Option<String> {
    let a = m.sender()?;
    let local = bare(a.local());
    [
        "autoreply",
        "autoresponder",
        "autoresponse",
        "autorespond",
        "vacation",
        "outofoffice",
        "autoanswer",
    ]
    .iter()
    .any(|w| local.contains(w))
    .then(|| a.to_string())
}

/// What shows that a program sent this, by its address alone.
pub(super) fn automatic(m: &Message) -> Option<String> {
    daemon_sender(m)
        .or_else(|| role_sender(m))
        .or_else(|| nameless_daemon(m))
        .or_else(|| null_return_path(m))
}

/// Whether a person seems to write: an address that no program signs with, and no mark of a program.
pub(super) fn seems_human(m: &Message) -> bool {
    automatic(m).is_none()
        && no_reply_sender(m).is_none()
        && autoresponder_sender(m).is_none()
        && super::headers::automatic(m).is_none()
}
