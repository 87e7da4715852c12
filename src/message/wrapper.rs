//! A message that a filter of the receiving side put into another: of spam, SpamAssassin attaches the message as it
//! came to a report of its own (`report_safe` 1 as `message/rfc822`, 2 as `text/plain`; Mail::SpamAssassin::PerMsgStatus
//! 4.0, `rewrite_report_safe`). What it holds is the message; the wrapper says only how it was delivered.

use std::ops::Range;

use memchr::memmem;

use super::fields::RawField;
use super::parts::Entity;
use super::transfer::Transfer;

/// Whether the fields of a message say that the filter took it for spam.
fn is_wrapper(fields: &[RawField<'_>]) -> bool {
    let yes = |value: &[u8]| value.trim_ascii().to_ascii_lowercase().starts_with(b"yes");
    fields.iter().any(|f| f.is("x-spam-flag") && yes(f.value))
}

/// The octets of the message that was put into this one.
pub(super) fn original(entities: &[Entity<'_>]) -> Option<Range<usize>> {
    let (outer, inner) = entities.split_first()?;
    if !is_wrapper(&outer.block.fields) {
        return None;
    }
    let marked = |e: &&Entity<'_>| {
        let mut kinds = e.block.fields.iter().filter(|f| f.is("content-type"));
        kinds
            .any(|f| memmem::find(&f.value.to_ascii_lowercase(), b"x-spam-type=original").is_some())
    };
    let found = inner.iter().filter(|e| e.depth == outer.depth + 1).find(marked)?;
    (found.content.transfer == Transfer::Plain).then(|| found.body.clone())
}

#[cfg(test)]
mod tests {
    use super::super::{Limits, Message, ReturnPath, Screen, parse};

    fn wrapped(flag: &str, kind: &str, transfer: &str) -> Message {
        let text = format!(
            "Return-Path: <bounce@example.org>\nReceived: from localhost by mail.example.org\n\twith SpamAssassin (version 4.0.1);\n\t\
             Sun, 09 Apr 2006 09:00:04 +0100\nFrom: a@example.org\nSubject: *****SPAM***** Lunch\nX-Spam-Flag: {flag}\n\
             Content-Type: multipart/mixed; boundary=\"----------=_1\"\n\n------------=_1\nContent-Type: text/plain\n\nSpam, it says.\n\n\
             ------------=_1\nContent-Type: {kind}\nContent-Transfer-Encoding: {transfer}\n\n\
             From: a@example.org\nSubject: Lunch\nMessage-ID: <1@example.org>\n\nAt noon?\n\n------------=_1--\n"
        );
        parse(text.as_bytes(), &Limits::default(), &Screen::empty())
    }

    #[test]
    fn what_a_filter_put_into_its_report_is_the_message() {
        for kind in ["message/rfc822; x-spam-type=original", "text/plain; x-spam-type=original"] {
            let m = wrapped("YES", kind, "8bit");
            assert_eq!((m.subject.as_str(), m.text.trim()), ("Lunch", "At noon?"), "{kind}");
            assert!(m.returned.is_none() && m.message_id.is_some());
            assert!(matches!(m.return_path, ReturnPath::Is(_)));
            assert!(m.received.is_some());
        }
    }

    #[test]
    fn what_no_filter_signed_stays_an_attachment() {
        for (flag, kind, transfer) in [
            ("NO", "message/rfc822; x-spam-type=original", "8bit"),
            ("YES", "message/rfc822", "8bit"),
            ("YES", "message/rfc822; x-spam-type=original", "base64"),
        ] {
            assert_eq!(wrapped(flag, kind, transfer).subject, "*****SPAM***** Lunch");
        }
    }
}
