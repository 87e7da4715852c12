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
    let ours = || m.to.iter().chain(&m.from).map(|b| &b.address).chain(&m.delivered_to);
    // What stands inside a VERP address is the very recipient that is looked for.
    let known: Vec<String> = ours()
        .map(|a| if a.verp_recipient().is_some() { a.key() } else { a.base().key() })
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
    let ids = ids(m);
    let mut sure = Vec::new();
    let mut likely = Vec::new();
    // All others, whatever language their sentence is in.
    let mut named: Vec<String> = Vec::new();
    // The first address of a firm: texts name it for questions, and most mail goes to it.
    let mut desks: Vec<String> = Vec::new();
    let mut above = "";
    for line in text.lines().take(80) {
        let lower = line.to_lowercase();
        let of_ids = labels_ids(&lower) || labels_ids(above) && line.starts_with([' ', '\t']);
        if !line.trim().is_empty() {
            above = line;
        }
        if of_ids {
            continue;
        }
        for hit in pattern.find_iter(line).take(5) {
            let address = hit.as_str().trim_matches(['.', '\'', '-']);
            let a = crate::message::Address::new(address);
            let is_id = || ids.iter().any(|id| id.eq_ignore_ascii_case(hit.as_str()));
            if known.contains(&a.base().key()) || super::is_daemon(&a) || is_id() {
                continue;
            }
            let before = line[..hit.start()].trim_matches([' ', '\t', '<', '(', '"', '*', '>']);
            let label = before.ends_with(':') || before.ends_with("rfc822;");
            let item = matches!(before, "-" | "•" | "·") && line[hit.end()..].trim().is_empty();
            let list = if before.is_empty() || label || item {
                &mut sure
            } else if asks_there(before) {
                continue;
            } else if FAILURES.iter().any(|w| lower.contains(w)) {
                &mut likely
            } else if of_owners(&a) {
                continue;
            } else if is_of_all(&a) {
                &mut desks
            } else if helps(&a) {
                continue;
            } else {
                &mut named
            };
            if !list.iter().any(|o: &String| o.eq_ignore_ascii_case(address)) && list.len() < 20 {
                list.push(address.to_owned());
            }
        }
    }
    if !sure.is_empty() {
        aside(&mut sure);
        return sure;
    }
    aside(&mut likely);
    likely.truncate(1);
    // Where one single address is named at all, it is the one that the text is about.
    for only in [named, desks] {
        if likely.is_empty() && only.len() == 1 {
            return only;
        }
        if !only.is_empty() {
            break;
        }
    }
    if likely.is_empty() {
        likely.extend(ours().find_map(|a| a.verp_recipient()).map(|a| a.to_string()));
    }
    likely
}

/// The ids of the messages that the answer is about: they look like addresses and are none.
fn ids(m: &Message) -> Vec<&str> {
    let original = m.returned.iter();
    let returned = original.flat_map(|o| o.message_id.iter().chain(&o.alias_ids).chain(&o.parents));
    m.parents
        .iter()
        .chain(&m.message_id)
        .chain(returned)
        .map(|id| id.as_str().trim_matches(['<', '>']))
        .collect()
}

/// Whether a line names ids of messages behind a label.
fn labels_ids(line: &str) -> bool {
    let Some((label, _)) = line.split_once([':', '\u{ff1a}']) else { return false };
    let label = label.trim_matches(|c: char| !c.is_alphanumeric());
    if label.len() > 40 {
        return false;
    }
    let plain: String = label.chars().filter(|c| c.is_alphanumeric()).collect();
    let plain = plain.to_lowercase();
    [
        "messageid",
        "msgid",
        "nachrichtenid",
        "references",
        "inreplyto",
        "messageidentifier",
        "identificativomessaggio",
    ]
    .iter()
    .any(|name| plain.ends_with(name))
        || plain == "メッセージid"
}

/// Whether the words before an address send the reader there with questions.
fn asks_there(before: &str) -> bool {
    let part = before.rsplit([',', ';', '!', '?']).next().unwrap_or_default();
    let part = part.rsplit(". ").next().unwrap_or_default().to_lowercase();
    const ASKS: &[&str] = &[
        "contact",
        "for help",
        "assistance",
        "report this",
        "report it",
        "report the",
        "questions",
        "please email",
        "please e-mail",
        "please write",
        "wenden",
        "kontaktieren",
    ];
    ASKS.iter().any(|word| part.contains(word))
}

/// Whether an address reaches those who run a list.
fn of_owners(address: &crate::message::Address) -> bool {
    let local = address.local().to_lowercase();
    ["-request", "-owner", "-admin"].iter().any(|end| local.ends_with(end))
        || local.starts_with("owner-")
}

/// Leaves addresses for questions out where another one is named.
fn aside(list: &mut Vec<String>) {
    let asked = |written: &String| {
        let address = crate::message::Address::new(written);
        helps(&address) || of_owners(&address)
    };
    if list.iter().any(|other| !asked(other)) {
        list.retain(|one| !asked(one));
    }
}

/// Whether an address is the first one of a firm, to which anybody writes anything.
fn is_of_all(address: &crate::message::Address) -> bool {
    let local = address.local().to_lowercase();
    ["contact", "info", "kontakt", "office", "service"].contains(&local.as_str())
}

/// Whether an address is one that texts name for questions.
fn helps(address: &crate::message::Address) -> bool {
    #[rustfmt::skip]
    const DESKS: &[&str] = &[
        "abuse", "admin", "contact", "help", "helpdesk", "hostmaster", "info", "kontakt", "noc",
        "office", "security", "service", "servicedesk", "support", "sysadmin", "webmaster",
    ];
    let local = address.local().to_lowercase();
    let local = local.split(['-', '.', '_', '+']).next().unwrap_or_default();
    DESKS.contains(&local)
}

/// Whether a group's recipient is a mailbox: programs put pipes, files and routes there too.
pub fn is_mailbox(written: &str) -> bool {
    written.contains('@')
        && !written.starts_with(['|', '/', '@', '"'])
        && !written.contains(char::is_whitespace)
        || written.starts_with('"') && written.contains("\"@")
}

/// Whom the returned original was written to, where that is one single address and not the one that the
/// answer went to. A place of last resort: the header names whom the writer named, not who failed.
pub fn sole_recipient(m: &Message) -> Option<String> {
    let original = m.returned.as_ref()?;
    let [only] = original.to.as_slice() else { return None };
    let address = &only.address;
    // A report that a gateway wrapped into its own was written to the owner.
    if original.from.iter().any(|b| super::is_daemon(&b.address)) {
        return None;
    }
    let ours = m.to.iter().map(|b| &b.address).chain(&m.delivered_to).any(|a| a.same(address));
    (!ours && is_mailbox(address.as_str()) && original.headers.get("cc").is_none())
        .then(|| address.to_string())
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
    fn the_items_of_a_list_are_all_taken() {
        assert_eq!(
            named("Delivery failed for:\n- a@example.org\n- b@example.org\n\nHost said: no\n"),
            ["a@example.org", "b@example.org"]
        );
        assert!(named("Ask one of:\n- help@example.net, who knows\n").is_empty());
    }

    #[test]
    fn what_stands_behind_the_label_of_an_id_is_no_recipient() {
        for text in [
            "We could not deliver your message to kim@far.example.\n\nSubject: Boat\nMessage-ID: <1@near.example>\n",
            "Your message to\n\n   kim@far.example\n\nfailed.\n\nMessage-ID:\n   <1@near.example>\n",
            "kim@far.example\nOriginal Message-ID: 1@near.example\nReferences: <0@near.example>\n",
        ] {
            assert_eq!(named(text), ["kim@far.example"], "{text}");
        }
    }

    #[test]
    fn the_id_of_the_original_is_no_recipient_wherever_it_stands() {
        let m = Message {
            parents: crate::message::MessageId::all("<1@near.example>", 1),
            ..Message::default()
        };
        let text = "Rejected: <1@near.example>\n\nIt could not be delivered to kim@far.example.\n";
        assert_eq!(named_in_text(&m, text), ["kim@far.example"]);
    }

    #[test]
    fn those_to_ask_are_left_out_where_another_is_named() {
        assert_eq!(
            named(
                "It could not be delivered to kim@far.example, contact boats-owner@far.example.\n"
            ),
            ["kim@far.example"]
        );
        assert_eq!(
            named("Failed:\n<kim@far.example>\n<support@far.example>\n"),
            ["kim@far.example"]
        );
        assert_eq!(named("Failed:\n<support@far.example>\n"), ["support@far.example"]);
        assert!(
            named("You may not write there. Please contact boats-request@far.example.\n")
                .is_empty()
        );
    }

    #[test]
    fn the_only_address_of_a_text_is_taken_in_any_language() {
        assert_eq!(
            named("Viestiä ei voitu toimittaa: a@example.org, pahoittelut.\n"),
            ["a@example.org"]
        );
        assert_eq!(
            named("수신자 a@example.org 에게 메일을 보내지 못했습니다.\n"),
            ["a@example.org"]
        );
        assert!(named("Viesti a@example.org ja b@example.org odottavat.\n").is_empty());
        assert!(named("Kysy: kirjoita osoitteeseen support@example.org.\n").is_empty());
        assert_eq!(named("Osoite kontakt@example.com on tuntematon.\n"), ["kontakt@example.com"]);
    }

    #[test]
    fn a_verp_address_that_the_answer_went_to_names_the_recipient() {
        let to = crate::message::Address::new("list-bounces+kim=example.net@lists.example");
        let m = Message { delivered_to: vec![to], ..Message::default() };
        let text = "not yet delivered to:\n\n  <kim@example.net>\n";
        assert_eq!(named_in_text(&m, text), ["kim@example.net"]);
        assert_eq!(named_in_text(&m, "It could not be delivered.\n"), ["kim@example.net"]);
    }

    #[test]
    fn pipes_files_and_routes_are_no_mailboxes() {
        for text in ["|/usr/bin/filter a@example.org", "/var/mail/a@b", "@mx.example.org", "kim"] {
            assert!(!is_mailbox(text), "{text}");
        }
        for text in ["kim@example.net", "\"kim o\"@example.net"] {
            assert!(is_mailbox(text), "{text}");
        }
    }

    #[test]
    fn an_address_in_a_sentence_counts_only_where_the_sentence_speaks_of_a_failure() {
        assert_eq!(named("The user a@example.org is unknown here.\n"), ["a@example.org"]);
        assert!(named("Write to help@example.net with questions.\n").is_empty());
    }
}
