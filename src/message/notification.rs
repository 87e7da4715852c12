//! The machine-readable part of a report: delivery-status (RFC 3464, 6533), disposition-notification
//! (RFC 8098) and feedback-report (RFC 5965) groups.

use super::parse::date;
use super::{Date, MessageId};

/// Which of the three report forms a notification has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotificationForm {
    /// `message/delivery-status`, `message/global-delivery-status`.
    Delivery,
    /// `message/disposition-notification`, `message/global-disposition-notification`.
    Disposition,
    /// `message/feedback-report`.
    Feedback,
}

/// RFC 3464 section 2.3.3 `Action`, from harmless to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Delivered.
    Delivered,
    /// Expanded to a list.
    Expanded,
    /// Relayed to a host that sends no notifications.
    Relayed,
    /// Not yet delivered.
    Delayed,
    /// Could not be delivered.
    Failed,
}

/// One recipient's group of a delivery report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recipient {
    /// `Final-Recipient` without its address type, as written.
    pub final_recipient: Option<String>,
    /// `Original-Recipient` without its address type, as written.
    pub original_recipient: Option<String>,
    /// `Action`.
    pub action: Option<Action>,
    /// `Status`, an RFC 3463 code such as `5.1.1`.
    pub status: Option<String>,
    /// `Diagnostic-Code` without its type.
    pub diagnostic: Option<String>,
    /// `Remote-MTA` without its type.
    pub remote_mta: Option<String>,
}

/// The machine-readable groups of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// Which report this is.
    pub form: NotificationForm,
    /// `Reporting-MTA` (or `Reporting-UA`) without its type.
    pub reporting_mta: Option<String>,
    /// `Received-From-MTA` without its type.
    pub received_from_mta: Option<String>,
    /// `Arrival-Date`.
    pub arrival_date: Option<Date>,
    /// `Original-Envelope-Id`.
    pub envelope_id: Option<String>,
    /// `Original-Message-ID` of an MDN, `X-Original-Message-ID` of a delivery report.
    pub original_message_id: Option<MessageId>,
    /// The recipients' groups; for an MDN or feedback report one group with what it names.
    pub recipients: Vec<Recipient>,
    /// `Disposition` of an MDN, one line, lower case.
    pub disposition: Option<String>,
    /// `Feedback-Type`, lower case.
    pub feedback_type: Option<String>,
    /// `Source-IP` of a feedback report.
    pub source_ip: Option<String>,
    /// `Original-Mail-From` of a feedback report.
    pub original_mail_from: Option<String>,
}

/// A type prefix such as `rfc822;` or `dns;`, and brackets, taken off.
fn untyped(value: &str) -> &str {
    let value = value.trim();
    let value = match value.split_once(';') {
        Some((kind, rest))
            if kind.len() <= 20
                && kind.trim().chars().all(|c| c.is_ascii_alphanumeric() || c == '-') =>
        {
            rest.trim()
        }
        _ => value,
    };
    match value.strip_prefix('<').and_then(|v| v.strip_suffix('>')) {
        Some(inner) => inner.trim(),
        None => value,
    }
}

/// The first `d.d.d` of a status value.
fn status(value: &str) -> Option<String> {
    value
        .split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .find(|w| {
            let mut n = 0;
            w.split('.').all(|d| {
                n += 1;
                !d.is_empty() && d.len() <= 3
            }) && n == 3
                && matches!(w.as_bytes()[0], b'2' | b'4' | b'5')
        })
        .map(str::to_owned)
}

fn action(value: &str) -> Option<Action> {
    let word = value.trim().split(|c: char| !c.is_ascii_alphabetic()).next()?.to_ascii_lowercase();
    match word.as_str() {
        "failed" | "failure" | "fail" | "undeliverable" => Some(Action::Failed),
        "delayed" | "delay" => Some(Action::Delayed),
        "delivered" | "success" | "deliverable" => Some(Action::Delivered),
        "relayed" => Some(Action::Relayed),
        "expanded" => Some(Action::Expanded),
        _ => None,
    }
}

fn cut(value: &str, limit: usize) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(limit).collect()
}

/// Recipients kept of one report.
const RECIPIENTS: usize = 200;

/// Reads the groups of a machine-readable part. Some programs put all fields in one group, forget the
/// blank line between groups or repeat it: a recipient starts where one of its fields comes again.
pub(super) fn read(form: NotificationForm, text: &str) -> Notification {
    let mut n = Notification {
        form,
        reporting_mta: None,
        received_from_mta: None,
        arrival_date: None,
        envelope_id: None,
        original_message_id: None,
        recipients: Vec::new(),
        disposition: None,
        feedback_type: None,
        source_ip: None,
        original_mail_from: None,
    };
    let mut current = Recipient::default();
    for line in unfolded(text) {
        let Some((name, value)) = line.split_once(':') else {
            if line.trim().is_empty() {
                push(&mut n, &mut current);
            }
            continue;
        };
        let value = value.trim();
        match name.trim().to_ascii_lowercase().as_str() {
            "reporting-mta" | "reporting-ua" if n.reporting_mta.is_none() => {
                n.reporting_mta = Some(cut(untyped(value), 255));
            }
            "received-from-mta" => n.received_from_mta = Some(cut(untyped(value), 255)),
            "arrival-date" | "received-date" => {
                n.arrival_date = n.arrival_date.or_else(|| date(value))
            }
            "original-envelope-id" => n.envelope_id = Some(cut(value, 255)),
            "original-message-id" | "x-original-message-id" if n.original_message_id.is_none() => {
                n.original_message_id = super::parse::message_ids(value)
                    .into_iter()
                    .next()
                    .or_else(|| Some(MessageId::new(value)).filter(|id| !id.is_empty()));
            }
            "final-recipient" => {
                if current.final_recipient.is_some() {
                    push(&mut n, &mut current);
                }
                current.final_recipient = Some(cut(untyped(value), 320));
            }
            "original-recipient" => {
                if current.original_recipient.is_some() {
                    push(&mut n, &mut current);
                }
                current.original_recipient = Some(cut(untyped(value), 320));
            }
            "original-rcpt-to" | "removal-recipient" => {
                if current.original_recipient.is_some() {
                    push(&mut n, &mut current);
                }
                current.original_recipient = Some(cut(untyped(value), 320));
            }
            "action" => current.action = current.action.or_else(|| action(value)),
            "status" => current.status = current.status.take().or_else(|| status(value)),
            "diagnostic-code" if current.diagnostic.is_none() => {
                current.diagnostic = Some(cut(untyped(value), 1_000));
            }
            "remote-mta" => current.remote_mta = Some(cut(untyped(value), 255)),
            "disposition" => n.disposition = Some(cut(value, 255).to_lowercase()),
            "feedback-type" => n.feedback_type = Some(cut(value, 80).to_lowercase()),
            "source-ip" => n.source_ip = Some(cut(value, 80)),
            "original-mail-from" => n.original_mail_from = Some(cut(untyped(value), 320)),
            _ => {}
        }
    }
    push(&mut n, &mut current);
    n
}

fn push(n: &mut Notification, current: &mut Recipient) {
    let group = std::mem::take(current);
    if n.recipients.len() >= RECIPIENTS || group == Recipient::default() {
        return;
    }
    // A group without an address belongs to the one before or behind it.
    let nameless = |r: &Recipient| r.final_recipient.is_none() && r.original_recipient.is_none();
    if let Some(last) = n.recipients.last_mut()
        && (nameless(&group) || nameless(last))
    {
        let (keep, add) = if nameless(&group) {
            (std::mem::take(last), group)
        } else {
            (group, std::mem::take(last))
        };
        *last = Recipient {
            final_recipient: keep.final_recipient.or(add.final_recipient),
            original_recipient: keep.original_recipient.or(add.original_recipient),
            action: keep.action.or(add.action),
            status: keep.status.or(add.status),
            diagnostic: keep.diagnostic.or(add.diagnostic),
            remote_mta: keep.remote_mta.or(add.remote_mta),
        };
        return;
    }
    n.recipients.push(group);
}

/// Lines with their folded continuations.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines().take(20_000) {
        let line = line.trim_end_matches('\r');
        if line.starts_with([' ', '\t'])
            && !line.trim().is_empty()
            && let Some(last) = lines.last_mut().filter(|l| !l.is_empty())
        {
            last.push(' ');
            last.push_str(line.trim());
        } else {
            lines.push(line.trim_end().to_owned());
        }
    }
    lines
}

/// Groups that stand in a text where the structure lacks them: the recipient's field and one more
/// that only reports have. Lines may be indented.
pub(super) fn loose(text: &str) -> Option<Notification> {
    let start = |names: &[&str]| {
        text.lines()
            .scan(0, |at, line| {
                let here = *at;
                *at += line.len() + 1;
                Some((here, line))
            })
            .find(|(_, line)| {
                let line = line.trim_start().to_ascii_lowercase();
                names.iter().any(|n| line.starts_with(n))
            })
            .map(|(at, _)| at)
    };
    start(&["final-recipient:", "original-recipient:"])?;
    start(&["action:", "status:", "diagnostic-code:"])?;
    let first = start(&["reporting-mta:", "final-recipient:", "original-recipient:"])?;
    let tail: String = text
        .get(first..)?
        .lines()
        .map(|l| {
            // An indented group is not folded: its lines are fields of their own.
            let t = l.trim_start();
            if t.len() < l.len()
                && t.split_once(':').is_some_and(|(n, _)| {
                    n.contains('-') && !n.contains(' ')
                        || n.eq_ignore_ascii_case("action")
                        || n.eq_ignore_ascii_case("status")
                })
            {
                t
            } else {
                l
            }
        })
        .collect::<Vec<_>>()
        .join("\n");
    let n = read(NotificationForm::Delivery, &tail);
    (!n.recipients.is_empty()).then_some(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_with_folding_and_types() {
        let n = read(
            NotificationForm::Delivery,
            "Reporting-MTA: dns; mx.example.com\nArrival-Date: Mon, 23 Nov 2026 19:15:27 +0000\n\n\
             Final-Recipient: RFC822; <a@example.net>\nOriginal-Recipient: rfc822;b@example.net\n\
             Action: failed (no such user)\nStatus: 5.1.1 (bad mailbox)\nRemote-MTA: dns; mx.example.net\n\
             Diagnostic-Code: smtp; 550 5.1.1 <a@example.net>:\n    no such user\n",
        );
        assert_eq!(n.reporting_mta.as_deref(), Some("mx.example.com"));
        assert_eq!(n.arrival_date.map(|d| d.unix), Some(1_795_461_327));
        let r = &n.recipients[0];
        assert_eq!(r.final_recipient.as_deref(), Some("a@example.net"));
        assert_eq!(r.action, Some(Action::Failed));
        assert_eq!(r.status.as_deref(), Some("5.1.1"));
        assert_eq!(r.diagnostic.as_deref(), Some("550 5.1.1 <a@example.net>: no such user"));
    }

    #[test]
    fn recipients_without_a_blank_line_between_are_told_apart() {
        let n = read(
            NotificationForm::Delivery,
            "Final-Recipient: rfc822; a@example.net\nAction: failed\nFinal-Recipient: rfc822; b@example.net\nAction: delayed\n",
        );
        let actions: Vec<_> = n.recipients.iter().map(|r| r.action).collect();
        assert_eq!(actions, [Some(Action::Failed), Some(Action::Delayed)]);
    }

    #[test]
    fn a_group_torn_by_a_blank_line_is_one() {
        let n = read(
            NotificationForm::Delivery,
            "Final-Recipient: rfc822; a@example.net\n\nAction: failed\nStatus: 5.0.0\n",
        );
        assert_eq!(n.recipients.len(), 1);
        assert_eq!(n.recipients[0].action, Some(Action::Failed));
    }

    #[test]
    fn a_text_that_only_mentions_fields_has_no_groups() {
        assert!(loose("What does Action: failed mean?\n").is_none());
        assert!(
            loose("  Final-Recipient: rfc822; a@example.net\n  Action: failed\n  Status: 5.1.1\n")
                .is_some()
        );
    }

    #[test]
    fn receipts_and_feedback_name_their_fields() {
        let n = read(
            NotificationForm::Disposition,
            "Final-Recipient: rfc822;a@example.net\nOriginal-Message-ID: <x@example.org>\nDisposition: manual-action/MDN-sent-manually; displayed\n",
        );
        assert_eq!(n.disposition.as_deref(), Some("manual-action/mdn-sent-manually; displayed"));
        assert_eq!(n.original_message_id, Some(MessageId::new("x@example.org")));
        let n = read(NotificationForm::Feedback, "Feedback-Type: abuse\nSource-IP: 192.0.2.1\n");
        assert_eq!(
            (n.feedback_type.as_deref(), n.source_ip.as_deref()),
            (Some("abuse"), Some("192.0.2.1"))
        );
    }
}
