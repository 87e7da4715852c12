//! Whom an answer's text names as failed, where neither its groups nor the table of a program say so.

use std::sync::OnceLock;

use regex::Regex;

use crate::message::Message;

/// Addresses that a text names as programs do: alone on a line, in brackets at its start, behind a label,
/// or in a line that speaks of a failure. The address that the answer went to and that of its sender are
/// left out.
pub(super) fn named_in_text(m: &Message, text: &str) -> Vec<String> {
    static ADDRESS: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = ADDRESS.get_or_init(|| {
        Regex::new(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+").ok()
    });
    let Some(pattern) = pattern else { return Vec::new() };
    let known: Vec<String> =
        m.to.iter()
            .chain(&m.from)
            .map(|b| &b.address)
            .chain(&m.delivered_to)
            .map(|a| a.base().key())
            .collect();
    const FAILURES: &[&str] = &[
        "unknown",
        "not found",
        "undeliver",
        "could not",
        "couldn't",
        "cannot",
        "can't",
        "failed",
        "failure",
        "rejected",
        "refused",
        "not exist",
        "doesn't exist",
        "no such",
        "full",
        "quota",
        "unable",
        "wasn't",
        "not be",
        "recipient",
        "550",
        "554",
        "5.1.",
        "5.2.",
        "not accept",
        "not accepting",
        "not delivered",
        "original message to",
        "addressed to",
        "sent to",
    ];
    let mut sure = Vec::new();
    let mut likely = Vec::new();
    for line in text.lines().take(80) {
        let lower = line.to_lowercase();
        for hit in pattern.find_iter(line).take(5) {
            let address = hit.as_str().trim_matches(['.', '\'', '-']);
            let a = crate::message::Address::new(address);
            if known.contains(&a.base().key()) || super::is_daemon(&a) {
                continue;
            }
            let before = line[..hit.start()].trim_matches([' ', '\t', '<', '(', '"', '*', '>']);
            let label = before.ends_with(':') || before.ends_with("rfc822;");
            let list = if before.is_empty() || label {
                &mut sure
            } else if FAILURES.iter().any(|w| lower.contains(w)) {
                &mut likely
            } else {
                continue;
            };
            if !list.iter().any(|o: &String| o.eq_ignore_ascii_case(address)) && list.len() < 20 {
                list.push(address.to_owned());
            }
        }
    }
    if sure.is_empty() {
        likely.truncate(1)
    }
    if sure.is_empty() { likely } else { sure }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<String> {
        named_in_text(&Message::default(), text)
    }

    #[test]
    fn an_address_alone_on_a_line_or_behind_a_label_is_taken_before_one_in_a_sentence() {
        assert_eq!(
            named(
                "We could not deliver to help@example.net.\n\n   <a@example.org>\nRecipient: b@example.org\n"
            ),
            ["a@example.org", "b@example.org"]
        );
    }

    #[test]
    fn an_address_in_a_sentence_counts_only_where_the_sentence_speaks_of_a_failure() {
        assert_eq!(named("The user a@example.org is unknown here.\n"), ["a@example.org"]);
        assert!(named("Write to help@example.net with questions.\n").is_empty());
    }
}
