//! Address lists as RFC 5322 and as real software writes them: groups, routes, comments, encoded and
//! unquoted names, names without an address. Nothing is looked up or unwrapped.

use super::address::{Address, Mailbox};
use super::words;

/// Reads an unfolded list (encoded words still in it); at most `max` mailboxes.
pub(super) fn mailboxes(list: &str, max: usize) -> Vec<Mailbox> {
    let found = read(list, max);
    if list.contains("=?") && found.iter().all(|m| !m.address.as_str().contains('@')) {
        // Some software encodes the whole field, address and all.
        let decoded = words::decode(list).0;
        if decoded.contains('@') && !decoded.contains("=?") {
            return read(&decoded, max);
        }
    }
    found
}

/// What has been read of one mailbox.
#[derive(Default)]
struct Piece {
    phrase: String,
    comment: String,
    angle: Option<String>,
}

fn read(list: &str, max: usize) -> Vec<Mailbox> {
    let octets = list.as_bytes();
    // A quote, comment or bracket that is never closed is an ordinary character.
    let last = |octet| memchr::memrchr(octet, octets).unwrap_or(0);
    let (last_quote, last_paren, last_angle) = (last(b'"'), last(b')'), last(b'>'));
    let mut found = Vec::new();
    let mut piece = Piece::default();
    let mut at = 0;
    while at < octets.len() && found.len() < max {
        let octet = octets[at];
        match octet {
            b'"' if at < last_quote => {
                let end = closing_quote(octets, at + 1).unwrap_or(last_quote);
                // The quotes stay in a local part, where they mean something.
                piece.phrase.push_str(&list[at..=end]);
                at = end + 1;
            }
            b'(' if at < last_paren => {
                let end = closing_paren(octets, at);
                let inner = list.get(at + 1..end).unwrap_or_default();
                if !piece.comment.is_empty() {
                    piece.comment.push(' ');
                }
                piece.comment.push_str(inner);
                at = end + 1;
            }
            b'<' => {
                let end = if at < last_angle {
                    at + 1 + memchr::memchr(b'>', &octets[at + 1..]).unwrap_or(0)
                } else {
                    at + 1
                        + octets[at + 1..]
                            .iter()
                            .position(|b| matches!(b, b',' | b';' | b' '))
                            .unwrap_or(octets.len() - at - 1)
                };
                let inner = list.get(at + 1..end).unwrap_or_default();
                // Of "<<a@b>" and of several brackets the last counts.
                let inner = inner.trim_start_matches('<');
                if piece.angle.as_deref().unwrap_or_default().is_empty() || inner.contains('@') {
                    piece.angle = Some(inner.to_owned());
                }
                at = if octets.get(end) == Some(&b'>') { end + 1 } else { end };
            }
            b',' | b';' => {
                piece.finish(&mut found);
                at += 1;
            }
            b':' if !piece.phrase.contains('@') && piece.angle.is_none() => {
                // The name of a group, or a scheme such as "mailto:" and "SMTP:".
                piece.phrase.clear();
                at += 1;
            }
            b'>' => at += 1,
            _ => {
                let end = octets[at + 1..]
                    .iter()
                    .position(|b| matches!(b, b'"' | b'(' | b'<' | b',' | b';' | b':' | b'>'))
                    .map_or(octets.len(), |p| at + 1 + p);
                piece.phrase.push_str(&list[at..end]);
                at = end;
            }
        }
    }
    if found.len() < max {
        piece.finish(&mut found);
    }
    found
}

fn closing_quote(octets: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while at < octets.len() {
        match octets[at] {
            b'\\' => at += 2,
            b'"' => return Some(at),
            _ => at += 1,
        }
    }
    None
}

fn closing_paren(octets: &[u8], from: usize) -> usize {
    let mut depth = 0usize;
    let mut at = from;
    let mut last = from;
    while at < octets.len() {
        match octets[at] {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => {
                depth -= 1;
                last = at;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
        at += 1;
    }
    // Nested comments that are not closed: up to the last parenthesis there is.
    if last > from { last } else { octets.len() }
}

impl Piece {
    fn finish(&mut self, found: &mut Vec<Mailbox>) {
        let piece = std::mem::take(self);
        let phrase = piece.phrase.trim();
        if let Some(angle) = piece.angle {
            let name = if phrase.is_empty() { piece.comment } else { unquoted(phrase) };
            found.push(Mailbox { name: shown(&name), address: address(&angle) });
        } else if !phrase.is_empty() {
            let word = if phrase.starts_with('"') && phrase.contains("\"@") {
                Some(phrase)
            } else {
                phrase.split_whitespace().find(|word| word.contains('@'))
            };
            let mailbox = match word {
                Some(word) => {
                    let rest: Vec<&str> = phrase.split(word).collect();
                    let name = rest.join(" ");
                    let name = if name.trim().is_empty() { piece.comment } else { name };
                    Mailbox { name: shown(&unquoted(name.trim())), address: address(word) }
                }
                None if phrase.contains(char::is_whitespace) || phrase.starts_with('"') => {
                    Mailbox { name: shown(&unquoted(phrase)), address: Address::default() }
                }
                None if phrase.contains("=?") => {
                    Mailbox { name: shown(phrase), address: Address::default() }
                }
                // A bare local part, as on hosts that deliver to themselves.
                None => Mailbox { name: shown(&piece.comment), address: Address::new(phrase) },
            };
            found.push(mailbox);
        }
    }
}

/// The address of an angle bracket: routes are dropped, `<@>` is none.
fn address(inner: &str) -> Address {
    let mut inner = inner.trim();
    if inner.starts_with('@')
        && let Some((_, behind)) = inner.split_once(':')
    {
        inner = behind.trim();
    }
    for scheme in ["mailto:", "smtp:"] {
        if let Some(head) = inner.get(..scheme.len())
            && head.eq_ignore_ascii_case(scheme)
        {
            inner = &inner[scheme.len()..];
        }
    }
    let inner = inner.trim_matches('\'').trim();
    if inner.trim_matches(['@', '"', ' ']).is_empty() {
        return Address::default();
    }
    if inner.starts_with('"') || !inner.contains(char::is_whitespace) {
        return Address::new(inner);
    }
    Address::new(&inner.split_whitespace().collect::<String>())
}

/// Quotes and backslashes taken off.
fn unquoted(phrase: &str) -> String {
    if !phrase.contains(['"', '\\']) {
        return phrase.to_owned();
    }
    let mut out = String::with_capacity(phrase.len());
    let mut chars = phrase.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' => {}
            '\\' => out.extend(chars.next()),
            _ => out.push(c),
        }
    }
    out
}

fn shown(name: &str) -> String {
    let name = name.trim();
    if name.contains("=?") { words::decode(name).0.trim().to_owned() } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Vec<(String, String)> {
        mailboxes(text, 100).into_iter().map(|m| (m.name, m.address.as_str().to_owned())).collect()
    }

    fn one(text: &str) -> (String, String) {
        let mut all = list(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        all.remove(0)
    }

    fn pair(name: &str, address: &str) -> (String, String) {
        (name.to_owned(), address.to_owned())
    }

    #[test]
    fn mailboxes_are_read_as_people_and_programs_write_them() {
        let cases = [
            ("a@example.org", "", "a@example.org"),
            ("\"Doe, Jane\" <a@example.org>", "Doe, Jane", "a@example.org"),
            ("=?utf-8?Q?Doe=2C_J=C3=A9?= <a@example.org>", "Doe, Jé", "a@example.org"),
            ("a@example.org (Jane (x) Doe)", "Jane (x) Doe", "a@example.org"),
            (
                "\"Courier mail server at mx.example.net\" <@>",
                "Courier mail server at mx.example.net",
                "",
            ),
            ("MAILER-DAEMON <>", "MAILER-DAEMON", ""),
            ("MAILER-DAEMON", "", "MAILER-DAEMON"),
            ("Mail Delivery Subsystem", "Mail Delivery Subsystem", ""),
            ("<@one.example,@two.example:a@example.org>", "", "a@example.org"),
            ("<IMCEAEX-_O=CORP_OU=X@example.org>", "", "IMCEAEX-_O=CORP_OU=X@example.org"),
            ("\"j d\"@example.org", "", "\"j d\"@example.org"),
            ("'a@example.org'", "", "a@example.org"),
            ("mailto:a@example.org", "", "a@example.org"),
            ("Jane <a@example.org", "Jane", "a@example.org"),
            ("=?utf-8?Q?Jane_<a=40example.org>?=", "Jane", "a@example.org"),
            ("\"unclosed <a@example.org>", "\"unclosed", "a@example.org"),
            ("\"a@example.org\" <a@example.org>", "a@example.org", "a@example.org"),
            ("Jane a@example.org", "Jane", "a@example.org"),
        ];
        for (text, name, address) in cases {
            let (found_name, found_address) = one(text);
            assert_eq!(
                (found_name.trim_matches('"'), &*found_address),
                (name.trim_matches('"'), address),
                "{text}"
            );
        }
    }

    #[test]
    fn groups_and_lists_are_opened() {
        assert_eq!(list("undisclosed-recipients:;"), []);
        assert_eq!(
            list("friends: a@example.org, B <b@example.org>; c@example.org"),
            [pair("", "a@example.org"), pair("B", "b@example.org"), pair("", "c@example.org")]
        );
        assert_eq!(list(",, ,"), []);
        assert_eq!(mailboxes(&"a@b,".repeat(50), 10).len(), 10);
    }

    #[test]
    fn hostile_lists_take_linear_time() {
        for text in [
            "(".repeat(200_000),
            "\"".repeat(200_001),
            "<".repeat(200_000),
            "a\\\"".repeat(100_000),
        ] {
            let _ = mailboxes(&format!("{text})>\""), 1000);
        }
    }
}
