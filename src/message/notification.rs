//! The machine-readable part of a report: delivery-status (RFC 3464, 6533), disposition-notification
//! (RFC 8098) and feedback-report (RFC 5965) groups.

use super::fields::{self, RawField};
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

/// More recipients than this are not kept.
const RECIPIENTS: usize = crate::limits::RECIPIENTS;
/// Characters of a diagnostic that are kept.
const DIAGNOSTIC: usize = crate::limits::DIAGNOSTIC;
/// Octets of one field's value that are read.
const VALUE: usize = crate::limits::REPORT_VALUE;

impl Notification {
    fn new(form: NotificationForm) -> Self {
        Notification {
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
        }
    }

    fn empty(&self) -> bool {
        self.recipients.is_empty()
            && self.reporting_mta.is_none()
            && self.original_message_id.is_none()
            && self.disposition.is_none()
            && self.feedback_type.is_none()
            && self.source_ip.is_none()
            && self.original_mail_from.is_none()
    }

    /// Reads the octets of a machine-readable part, transfer encoding undone. None where it has no
    /// field that such a part has.
    pub(super) fn read(
        form: NotificationForm,
        octets: &[u8],
        charset: Option<&str>,
    ) -> Option<Notification> {
        let mut found = Notification::new(form);
        let mut at = 0;
        while at < octets.len() && found.recipients.len() < RECIPIENTS {
            let block = fields::block(&octets[at..], octets.len(), 200, &|_| false);
            if !block.fields.is_empty() {
                found.group(&block.fields, charset);
            }
            let next = at + block.body;
            // A line that is no field and no blank is passed over.
            at = if next > at { next } else { fields::line(octets, at).1 };
        }
        // An `Action` or `Status` that stood above the first recipient.
        found.recipients.retain(|r| *r != Recipient::default());
        (!found.empty()).then_some(found)
    }

    /// Takes in one group, whichever of the two sorts it is: some programs write all fields in one
    /// group, some none of the blank lines, some a blank line inside a group.
    fn group(&mut self, group: &[RawField<'_>], charset: Option<&str>) {
        let names_recipient = |f: &RawField<'_>| {
            f.is("final-recipient") || f.is("original-recipient") || f.is("original-rcpt-to")
        };
        let mut fresh = group.iter().any(names_recipient);
        for field in group {
            // Addresses stay as written: no encoded word belongs there, and none is decoded.
            let value = match names_recipient(field) {
                true => fields::unfold(field.value, charset, VALUE).0.into_owned(),
                false => fields::text(field.value, charset, VALUE).0,
            };
            self.whole_field(field, &value);
            let known = field.is("final-recipient")
                || field.is("original-recipient")
                || field.is("action")
                || field.is("status")
                || field.is("diagnostic-code")
                || field.is("remote-mta")
                || (field.is("original-rcpt-to") && self.form == NotificationForm::Feedback);
            if !known {
                continue;
            }
            // A second Final-Recipient in a group starts the next recipient.
            let taken = self.recipients.last().is_some_and(|r| match () {
                () if field.is("final-recipient") || field.is("original-rcpt-to") => {
                    r.final_recipient.is_some()
                }
                () if field.is("original-recipient") => r.original_recipient.is_some(),
                () => false,
            });
            let headless = self
                .recipients
                .last()
                .is_some_and(|r| r.final_recipient.is_none() && r.original_recipient.is_none());
            if self.recipients.is_empty() || taken || (fresh && !headless) {
                if self.recipients.len() >= RECIPIENTS {
                    return;
                }
                self.recipients.push(Recipient::default());
            }
            fresh = false;
            if let Some(recipient) = self.recipients.last_mut() {
                recipient.field(field, &value);
            }
        }
    }

    fn whole_field(&mut self, field: &RawField<'_>, value: &str) {
        let text = || Some(untyped(value).to_owned()).filter(|v| !v.is_empty());
        let plain = || Some(value.trim().to_owned()).filter(|v| !v.is_empty());
        let is = |name| field.is(name);
        if is("reporting-mta") || is("reporting-ua") {
            self.reporting_mta = self.reporting_mta.take().or_else(text);
        } else if is("received-from-mta") {
            self.received_from_mta = self.received_from_mta.take().or_else(text);
        } else if is("arrival-date") || is("received-date") {
            self.arrival_date = self.arrival_date.or_else(|| Date::read(value));
        } else if is("original-envelope-id") {
            self.envelope_id = self.envelope_id.take().or_else(plain);
        } else if is("original-message-id") || is("x-original-message-id") {
            self.original_message_id =
                self.original_message_id.take().or_else(|| MessageId::only(value));
        } else if is("disposition") {
            self.disposition =
                self.disposition.take().or_else(|| plain().map(|v| v.to_lowercase()));
        } else if is("feedback-type") {
            self.feedback_type =
                self.feedback_type.take().or_else(|| plain().map(|v| v.to_lowercase()));
        } else if is("source-ip") {
            self.source_ip = self.source_ip.take().or_else(plain);
        } else if is("original-mail-from") {
            self.original_mail_from = self.original_mail_from.take().or_else(|| {
                Some(value.trim().trim_start_matches('<').trim_end_matches('>').to_owned())
            });
        }
    }

    /// Looks for groups among the lines of a text, where a gateway or a lost boundary left them.
    pub(super) fn scan(octets: &[u8]) -> Option<Notification> {
        let start = first_group(octets)?;
        let mut end = start;
        let mut at = start;
        let mut blank = false;
        while at < octets.len() {
            let (text, next) = fields::line(octets, at);
            let inside = if text.trim_ascii().is_empty() {
                blank = true;
                true
            } else if matches!(text[0], b' ' | b'\t') {
                !blank
            } else if let Some(name) = fields::name(text) {
                // Behind a blank line only another group goes on; the original's header does not.
                let goes_on = !blank || reports(name);
                blank = false;
                goes_on
            } else {
                false
            };
            if !inside {
                break;
            }
            at = next;
            end = at;
        }
        let found = Notification::read(NotificationForm::Delivery, &octets[start..end], None)?;
        let whole = found.recipients.iter().any(|r| {
            (r.final_recipient.is_some() || r.original_recipient.is_some())
                && (r.action.is_some() || r.status.is_some() || r.diagnostic.is_some())
        });
        whole.then_some(found)
    }
}

/// Fields with which a group starts or goes on in a text.
fn reports(name: &[u8]) -> bool {
    const NAMES: [&str; 12] = [
        "reporting-mta",
        "final-recipient",
        "original-recipient",
        "action",
        "status",
        "diagnostic-code",
        "remote-mta",
        "arrival-date",
        "received-from-mta",
        "original-envelope-id",
        "last-attempt-date",
        "dsn-gateway",
    ];
    NAMES.iter().any(|n| name.eq_ignore_ascii_case(n.as_bytes()))
}

/// Where the first line stands that only a delivery report has.
fn first_group(octets: &[u8]) -> Option<usize> {
    let starts = |at: usize| {
        fields::name(fields::line(octets, at).0).is_some_and(|name| {
            name.len() > 9
                && reports(name)
                && !name.eq_ignore_ascii_case(b"remote-mta")
                && !name.eq_ignore_ascii_case(b"last-attempt-date")
        })
    };
    // All of these names have a hyphen, and few lines of text start with such a name.
    let mut at = 0;
    while at < octets.len() {
        if matches!(octets[at] | 0x20, b'r' | b'f' | b'o' | b'd' | b'a') && starts(at) {
            return Some(at);
        }
        at += memchr::memchr(b'\n', &octets[at..])? + 1;
    }
    None
}

impl Recipient {
    fn field(&mut self, field: &RawField<'_>, value: &str) {
        let text = || Some(untyped(value).to_owned()).filter(|v| !v.is_empty());
        if field.is("final-recipient") || field.is("original-rcpt-to") {
            self.final_recipient = self.final_recipient.take().or_else(|| mailbox(value));
        } else if field.is("original-recipient") {
            self.original_recipient = self.original_recipient.take().or_else(|| mailbox(value));
        } else if field.is("action") {
            self.action = self.action.or_else(|| Action::read(value));
        } else if field.is("status") {
            self.status = self.status.take().or_else(|| status(value));
        } else if field.is("diagnostic-code") {
            self.diagnostic = self.diagnostic.take().or_else(|| {
                text().map(|mut text| {
                    if let Some((at, _)) = text.char_indices().nth(DIAGNOSTIC) {
                        text.truncate(at);
                    }
                    text
                })
            });
        } else if field.is("remote-mta") {
            self.remote_mta = self.remote_mta.take().or_else(text);
        }
    }
}

impl Action {
    /// Reads what programs write: `failed`, `Failed (5.1.1)`, `delayed`, `deliverable`.
    fn read(value: &str) -> Option<Action> {
        let word: String = value
            .trim()
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect::<String>()
            .to_lowercase();
        // OpenSMTPD writes `error`.
        if word.starts_with("fail") || word.starts_with("undeliver") || word == "error" {
            Some(Action::Failed)
        } else if word.starts_with("delay") {
            Some(Action::Delayed)
        } else if word.starts_with("deliver") {
            Some(Action::Delivered)
        } else if word.starts_with("relay") {
            Some(Action::Relayed)
        } else if word.starts_with("expand") {
            Some(Action::Expanded)
        } else {
            None
        }
    }
}

/// The first `d.d.d` of a value, RFC 3463 section 2.
fn status(value: &str) -> Option<String> {
    let octets = value.as_bytes();
    let number = |from: usize| {
        let digits = octets[from..].iter().take(4).take_while(|b| b.is_ascii_digit()).count();
        (1..=3).contains(&digits).then_some(from + digits)
    };
    (0..octets.len()).find_map(|start| {
        let inside = start > 0 && matches!(octets[start - 1], b'0'..=b'9' | b'.');
        if inside || !matches!(octets[start], b'2' | b'4' | b'5') || octets.get(start + 1)? != &b'.'
        {
            return None;
        }
        let middle = number(start + 2)?;
        if octets.get(middle)? != &b'.' {
            return None;
        }
        let end = number(middle + 1)?;
        Some(value[start..end].to_owned())
    })
}

/// A value without its type: `rfc822;`, `dns;`, `smtp;`, `X-Unix;`.
fn untyped(value: &str) -> &str {
    let value = value.trim();
    match value.split_once(';') {
        Some((kind, rest))
            if kind.len() <= 40
                && kind.trim().starts_with(|c: char| c.is_ascii_alphabetic())
                && kind
                    .trim()
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_+.".contains(&b)) =>
        {
            rest.trim()
        }
        _ => value,
    }
}

/// An address of a group: type and brackets off, else as written.
fn mailbox(value: &str) -> Option<String> {
    // "rfc822; rfc822;a@b" comes from gateways.
    let inner = untyped(untyped(value));
    let bracketed = inner
        .rfind('<')
        .and_then(|open| inner[open + 1..].split('>').next())
        .filter(|text| !text.trim().is_empty());
    let plain = || inner.split(" (").next().unwrap_or_default();
    let text = bracketed.unwrap_or_else(plain).trim().trim_end_matches('>');
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(text: &str) -> Notification {
        let lf = Notification::read(NotificationForm::Delivery, text.as_bytes(), None);
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(lf, Notification::read(NotificationForm::Delivery, crlf.as_bytes(), None));
        lf.expect("a notification")
    }

    #[test]
    fn groups_are_read_and_types_dropped() {
        let n = delivery(
            "Reporting-MTA: dns; mx.example.net\nArrival-Date: Thu, 15 Oct 2015 15:22:22 +0900 (JST)\nX-Original-Message-ID: <a@example.org>\n\nFinal-Recipient: RFC822; <A@Example.net>\nOriginal-Recipient: rfc822;b@example.net\nAction: Failed (bad)\nStatus: 5.1.1 (no such user)\nRemote-MTA: dns; in.example.net\nDiagnostic-Code: smtp; 550 5.1.1\n  no such\n\tuser\n\nFinal-Recipient: x-local; c\nAction: delayed\nStatus: 4.4.1\n",
        );
        assert_eq!(n.reporting_mta.as_deref(), Some("mx.example.net"));
        assert_eq!(n.arrival_date.map(|d| d.zone), Some(540));
        assert_eq!(n.original_message_id, Some(MessageId::new("a@example.org")));
        assert_eq!(n.recipients.len(), 2);
        let first = &n.recipients[0];
        assert_eq!(first.final_recipient.as_deref(), Some("A@Example.net"));
        assert_eq!(first.original_recipient.as_deref(), Some("b@example.net"));
        assert_eq!((first.action, first.status.as_deref()), (Some(Action::Failed), Some("5.1.1")));
        assert_eq!(first.diagnostic.as_deref(), Some("550 5.1.1 no such user"));
        assert_eq!(first.remote_mta.as_deref(), Some("in.example.net"));
        assert_eq!(n.recipients[1].final_recipient.as_deref(), Some("c"));
        assert_eq!(n.recipients[1].action, Some(Action::Delayed));
    }

    #[test]
    fn one_group_for_all_and_groups_torn_apart_are_read() {
        let n = delivery(
            "Reporting-MTA: dns;a\nFinal-Recipient: rfc822;x@example.net\nAction: failed\nFinal-Recipient: rfc822;y@example.net\nAction: relayed\n",
        );
        assert_eq!(n.recipients.len(), 2);
        assert_eq!(n.recipients[1].action, Some(Action::Relayed));
        let n = delivery(
            "Action: failed\nStatus: 5.0.0\nFinal-Recipient: rfc822;x@example.net\n\nDiagnostic-Code: smtp;550 no\n",
        );
        assert_eq!(n.recipients.len(), 1);
        assert_eq!(n.recipients[0].diagnostic.as_deref(), Some("550 no"));
        let n = delivery(
            "Reporting-MTA: dns;a\nAction: failed\n\nOriginal-Recipient: rfc822;x@example.net\nFinal-Recipient: rfc822;y@example.net\n",
        );
        assert_eq!((n.recipients.len(), n.recipients[0].action), (1, Some(Action::Failed)));
        let n = delivery(
            "Reporting-MTA: dns;a\n\nOriginal-Recipient: rfc822;x@example.net\nAction: failed\n\nOriginal-Recipient: rfc822;z@example.net\nAction: failed\n",
        );
        assert_eq!(n.recipients.len(), 2);
    }

    #[test]
    fn junk_lines_between_groups_are_passed_over() {
        let n = delivery(
            "This is junk\n\nReporting-MTA: dns;a\n*** junk\n\nFinal-Recipient: rfc822;x@example.net\nAction: failed\n",
        );
        assert_eq!(n.recipients.len(), 1);
        assert_eq!(
            Notification::read(NotificationForm::Delivery, b"only text\n\nhere\n", None),
            None
        );
    }

    #[test]
    fn receipts_and_feedback_are_read() {
        let text = b"Reporting-UA: mail.example; Reader 1\nFinal-Recipient: rfc822;x@example.net\nOriginal-Message-ID: <a@example.org>\nDisposition: manual-action/MDN-sent-manually;\n displayed\n";
        let n = Notification::read(NotificationForm::Disposition, text, None).expect("receipt");
        assert_eq!(n.disposition.as_deref(), Some("manual-action/mdn-sent-manually; displayed"));
        assert_eq!(n.original_message_id, Some(MessageId::new("a@example.org")));
        assert_eq!(n.recipients[0].final_recipient.as_deref(), Some("x@example.net"));
        let text = b"Feedback-Type: Abuse\nUser-Agent: x\nVersion: 1\nSource-IP: 192.0.2.1\nOriginal-Mail-From: <n@example.org>\nOriginal-Rcpt-To: <x@example.net>\nReceived-Date: Thu, 15 Oct 2015 15:22:22 +0900\n";
        let n = Notification::read(NotificationForm::Feedback, text, None).expect("feedback");
        assert_eq!(n.feedback_type.as_deref(), Some("abuse"));
        assert_eq!(n.source_ip.as_deref(), Some("192.0.2.1"));
        assert_eq!(n.original_mail_from.as_deref(), Some("n@example.org"));
        assert_eq!(n.recipients[0].final_recipient.as_deref(), Some("x@example.net"));
        assert!(n.arrival_date.is_some());
    }

    #[test]
    fn groups_in_a_text_are_found_and_the_original_behind_them_left_out() {
        let text = b"Sorry, it failed.\n\nReporting-MTA: dns; mx.example.net\n\nFinal-Recipient: RFC822; <x@example.net>\nAction: failed\nStatus: 5.5.0\n\nReturn-Path: <n@example.org>\nStatus: 2.0.0\n";
        let n = Notification::scan(text).expect("groups");
        assert_eq!(n.recipients.len(), 1);
        assert_eq!(n.recipients[0].status.as_deref(), Some("5.5.0"));
        assert_eq!(Notification::scan(b"The Final-Recipient: is me\nAction: none\n"), None);
    }

    #[test]
    fn actions_and_codes_are_read_leniently() {
        assert_eq!(Action::read("failed"), Some(Action::Failed));
        assert_eq!(Action::read("Delivered (ok)"), Some(Action::Delivered));
        assert_eq!(Action::read("expanded"), Some(Action::Expanded));
        assert_eq!(Action::read("error"), Some(Action::Failed));
        assert_eq!(Action::read("what"), None);
        assert_eq!(status("5.1.1 (bad)").as_deref(), Some("5.1.1"));
        assert_eq!(status("smtp;550 5.7.123").as_deref(), Some("5.7.123"));
        assert_eq!(status("192.0.2.1"), None);
        assert_eq!(status("550"), None);
        assert_eq!(mailbox("RFC822; rfc822;a@b (x)").as_deref(), Some("a@b"));
    }

    #[test]
    fn many_groups_take_linear_time() {
        let text = "Final-Recipient: rfc822;x@example.net\n\n".repeat(50_000);
        assert_eq!(delivery(&text).recipients.len(), RECIPIENTS);
        let text = "junk\n".repeat(200_000);
        assert_eq!(Notification::read(NotificationForm::Delivery, text.as_bytes(), None), None);
    }
}
