//! Replaces addresses by a keyed hash, the same address by the same one, so that counts and joins still work.
//! Fails closed: what still looks like an address behind it, or could hide one, is left out.

use std::collections::BTreeSet;
use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::hex;
use crate::message::Address;

/// What stands for something that could not be redacted for sure.
pub(super) const LEFT_OUT: &str = "[left out]";

/// Where redacted addresses lie; the top-level domain is reserved (RFC 2606).
const NOWHERE: &str = "redacted.invalid";

/// Replaces the addresses of third parties.
pub struct Redaction {
    key: [u8; 32],
    /// Addresses and domains that stay, lower case: `local@domain`, `@domain`.
    keep: BTreeSet<String>,
}

impl Redaction {
    /// With a key of 32 octets; `keep` are addresses (`local@domain`) and domains (`@domain`) that stay.
    pub fn new(key: [u8; 32], keep: &[String]) -> Redaction {
        Redaction { key, keep: keep.iter().map(|k| k.trim().to_lowercase()).collect() }
    }

    /// A number that tells one key from another, and nothing of the key.
    pub fn key_id(&self) -> String {
        hex(&hmac(&self.key, b"unscatter key id"))[..16].to_owned()
    }

    /// What stands for an address: `h-` and 64 bits of HMAC-SHA-256 of it in lower case, wrappers (BATV, SRS,
    /// VERP, `+tag`) taken off, so that all forms of one address become one.
    pub fn address(&self, written: &str) -> String {
        let address = Address::new(written);
        let base = address.base();
        // What is left of a wrapper may name somebody else.
        let plain = !base.local().contains(['=', '%', '#', '!']);
        if self.keep.contains(base.as_str())
            || (plain && self.keep.contains(&format!("@{}", base.domain())))
        {
            let same = address.key() == base.as_str();
            return if same { address.to_string() } else { base.to_string() };
        }
        format!("h-{}@{NOWHERE}", &hex(&hmac(&self.key, base.key().as_bytes()))[..16])
    }

    /// One line of text with every address replaced. `known` are local parts that stand alone elsewhere in
    /// the message (`550 jsmith: user unknown`); they are replaced too.
    pub fn line(&self, text: &str, known: &Locals) -> String {
        let lower = text.to_lowercase();
        // A quoted local part may hold blanks, and people hide addresses from programs.
        if ["\"@", "(at)", "[at]", "{at}", "<at>"].iter().any(|mark| lower.contains(mark)) {
            return LEFT_OUT.to_owned();
        }
        let words = text.split(' ').map(|word| self.word(word, known));
        words.collect::<Vec<_>>().join(" ")
    }

    /// A word between blanks.
    fn word(&self, word: &str, known: &Locals) -> String {
        let mut out = String::with_capacity(word.len());
        // Behind the start of a link nothing is kept but its host.
        let (front, host) = split_link(word);
        for piece in pieces(front) {
            match piece {
                Piece::Mark(mark) => out.push(mark),
                Piece::Text(text) => out.push_str(&self.piece(text, known)),
            }
        }
        if let Some((scheme, host)) = host {
            out.push_str(&format!("{scheme}{host}/{LEFT_OUT}"));
        }
        out
    }

    fn piece(&self, text: &str, known: &Locals) -> String {
        if let Some((local, domain)) = text.rsplit_once('@') {
            if local.is_empty() || domain.is_empty() {
                return if local.is_empty() && domain.is_empty() {
                    "@".into()
                } else {
                    LEFT_OUT.into()
                };
            }
            return self.address(text);
        }
        if hides(text) || known.has(text) { LEFT_OUT.to_owned() } else { text.to_owned() }
    }
}

/// The parts before the `@` of a message's addresses, lower case.
#[derive(Debug, Default)]
pub struct Locals(BTreeSet<String>);

/// Names of roles say nothing of a person, and stand in many texts.
const ROLES: &[&str] = &[
    "postmaster",
    "mailer-daemon",
    "abuse",
    "root",
    "mail",
    "info",
    "noreply",
    "no-reply",
    "bounce",
    "bounces",
    "admin",
    "webmaster",
    "support",
    "to",
    "for",
    "from",
    "user",
    "unknown",
    "the",
    "by",
];

impl Locals {
    /// Whether one of them stands in this word: anywhere, or by itself where it is short.
    fn has(&self, text: &str) -> bool {
        let lower = text.to_lowercase();
        let runs = || lower.split(|c: char| !c.is_alphanumeric());
        self.0.iter().any(|local| {
            lower == *local
                || if local.len() >= 4 {
                    lower.contains(local)
                } else {
                    runs().any(|run| run == local)
                }
        })
    }

    /// Takes the local parts of the addresses in a text.
    pub fn add(&mut self, text: &str) {
        for word in text.split(|c: char| c.is_whitespace()) {
            for piece in pieces(word) {
                let Piece::Text(text) = piece else { continue };
                if !text.contains('@') {
                    continue;
                }
                let address = Address::new(text);
                for local in [address.local(), address.base().local()] {
                    let local = local.to_lowercase();
                    if !local.is_empty() && !ROLES.contains(&local.as_str()) {
                        self.0.insert(local);
                    }
                }
            }
        }
    }
}

/// A word up to a link in it, and the link's scheme and host: paths and queries carry addresses, plain,
/// encoded and hashed.
fn split_link(word: &str) -> (&str, Option<(String, String)>) {
    let host = |rest: &str| -> String {
        let host: String = rest
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-'))
            .collect();
        // A host of many labels may be made for one recipient.
        let labels: Vec<&str> = host.split('.').collect();
        if labels.len() > 4 || hides(&host) { LEFT_OUT.to_owned() } else { host }
    };
    if let Some(at) = word.find("://") {
        let front = word[..at].trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let rest = &word[at + 3..];
        let rest = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
        return (front, Some((word[front.len()..at + 3].to_owned(), host(rest))));
    }
    // example.com/path, as people and mail programs shorten it.
    if let Some(slash) = word.find('/') {
        let before = &word[..slash];
        let start = before.rfind(['<', '(', '[', '"', '\'', ',', ';']).map_or(0, |at| at + 1);
        let top = before.rsplit('.').next().unwrap_or("");
        let named = before[start..].contains('.')
            && top.len() >= 2
            && top.bytes().all(|b| b.is_ascii_alphabetic())
            && !before.contains('@');
        if named {
            return (&word[..start], Some((String::new(), host(&before[start..]))));
        }
    }
    (word, None)
}

enum Piece<'a> {
    Mark(char),
    Text(&'a str),
}

/// Cuts a word at the marks that no address contains outside quotes.
fn pieces(word: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    let mut start = 0;
    for (at, c) in word.char_indices() {
        if matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | ',' | ';' | '"' | '\'' | ':' | '|' | '*')
        {
            if start < at {
                out.push(Piece::Text(&word[start..at]));
            }
            out.push(Piece::Mark(c));
            start = at + c.len_utf8();
        }
    }
    if start < word.len() {
        out.push(Piece::Text(&word[start..]));
    }
    // A dot at the end belongs to the sentence.
    if let Some(Piece::Text(text)) = out.last_mut()
        && let Some(front) = text.strip_suffix('.')
        && !front.is_empty()
    {
        *text = front;
        out.push(Piece::Mark('.'));
    }
    out
}

/// Whether a word without an `@` may hide an address: an encoded or foreign `@`, a VERP form without its
/// host, an encoded word, or so long a run of letters and digits that it may be base64.
fn hides(text: &str) -> bool {
    let lower = text.to_lowercase();
    if [
        "%40", "=40", "&#64", "&#x40", "+aea-", "=?", "\\x40", "\u{ff20}", "\u{fe6b}", "/cn=",
        "imcea",
    ]
    .iter()
    .any(|mark| lower.contains(mark))
    {
        return true;
    }
    // user=example.org, as in VERP and in unsubscribe links.
    if let Some((front, domain)) = lower.rsplit_once('=')
        && !front.is_empty()
        && domain.contains('.')
        && domain.chars().next().is_some_and(|c| c.is_alphanumeric())
        && domain.rsplit('.').next().is_some_and(|top| top.chars().all(|c| c.is_alphabetic()))
    {
        return true;
    }
    decodes_to_address(text)
}

/// Whether some run of base64 letters in it decodes to octets with an `@`; long runs that mix cases and
/// digits are not believed either way.
fn decodes_to_address(text: &str) -> bool {
    let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '-' | '_' | '=');
    text.split(|c| !letter(c)).any(|run| {
        let run = run.trim_end_matches('=');
        run.len() >= 12
            && run.chars().any(|c| c.is_ascii_lowercase())
            && run.chars().any(|c| c.is_ascii_uppercase())
            && (0..4).any(|skip| {
                base64(&run.as_bytes()[skip.min(run.len())..]).windows(3).any(|w| {
                    w[1] == b'@' && w[0].is_ascii_graphic() && w[2].is_ascii_alphanumeric()
                })
            })
    })
}

fn base64(letters: &[u8]) -> Vec<u8> {
    let value = |c: u8| match c {
        b'A'..=b'Z' => c - b'A',
        b'a'..=b'z' => c - b'a' + 26,
        b'0'..=b'9' => c - b'0' + 52,
        b'+' | b'-' => 62,
        _ => 63,
    };
    let mut out = Vec::with_capacity(letters.len() * 3 / 4);
    let (mut bits, mut have) = (0u32, 0u32);
    for c in letters {
        bits = (bits << 6 | u32::from(value(*c))) & 0xff_ffff;
        have += 6;
        if have >= 8 {
            have -= 8;
            out.push(u8::try_from((bits >> have) & 0xff).unwrap_or(0));
        }
    }
    out
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8; 32], text: &[u8]) -> [u8; 32] {
    let padded = |with: u8| {
        let mut block = [with; 64];
        for (b, k) in block.iter_mut().zip(key) {
            *b ^= k;
        }
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

/// Reads a key as 64 hexadecimal digits.
pub fn key(written: &str) -> Option<[u8; 32]> {
    let digits = written.trim();
    let mut key = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (octet, pair) in key.iter_mut().zip(digits.as_bytes().chunks(2)) {
        *octet = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(key)
}

/// The same key as text.
pub fn written_key(key: &[u8; 32]) -> String {
    let mut out = String::new();
    for octet in key {
        let _ = write!(out, "{octet:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn redaction() -> Redaction {
        Redaction::new([7; 32], &["owner@example.org".into(), "@own.example".into()])
    }

    fn line(text: &str) -> String {
        let mut known = Locals::default();
        known.add(text);
        redaction().line(text, &known)
    }

    #[test]
    fn hmac_is_that_of_the_standard() {
        // RFC 4231, test case 1, its key padded with zeros as the definition pads it.
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        assert_eq!(
            hex(&hmac(&key, b"Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
    }

    #[test]
    fn one_address_is_one_hash_in_all_its_forms() {
        let r = redaction();
        let plain = r.address("user@example.com");
        for form in [
            "User@Example.COM",
            "prvs=1234abcdef=user@example.com",
            "SRS0=ab12=cd=example.com=user@forward.example",
            "user+tag@example.com",
            "list-bounces+user=example.com@lists.example",
        ] {
            assert_eq!(r.address(form), plain, "{form}");
        }
        assert_ne!(r.address("other@example.com"), plain);
        assert_ne!(Redaction::new([8; 32], &[]).address("user@example.com"), plain);
    }

    #[test]
    fn the_owners_addresses_stay() {
        assert_eq!(redaction().address("Owner@example.org"), "Owner@example.org");
        assert_eq!(redaction().address("anything@own.example"), "anything@own.example");
        assert!(redaction().address("other@example.org").ends_with("@redacted.invalid"));
        let wrapped = redaction().address("list+victim=example.com@own.example");
        assert!(!wrapped.contains("victim"), "{wrapped}");
    }

    #[test]
    fn local_parts_that_stand_alone_are_left_out() {
        let shown = line("<jsmith@example.com>: 550 jsmith: User unknown");
        assert!(!shown.contains("jsmith"), "{shown}");
        assert!(shown.contains("550") && shown.contains("User unknown"), "{shown}");
    }

    #[test]
    fn links_keep_their_host_alone() {
        assert_eq!(
            line("see http://a.example/u?e=user%40example.com"),
            "see http://a.example/[left out]"
        );
        assert_eq!(line("<https://x.example/dXNlckBleGFtcGxl>"), "<https://x.example/[left out]");
        assert_eq!(line("at x.example/dXNlckBleGFtcGxl."), "at x.example/[left out]");
        assert_eq!(line("http://user@example.com@evil.example/"), "http://evil.example/[left out]");
    }

    #[test]
    fn a_link_does_not_shield_what_stands_before_it() {
        let shown = line("victim@example.com,http://a.example/x");
        assert!(
            !shown.contains("victim") && shown.ends_with(",http://a.example/[left out]"),
            "{shown}"
        );
    }

    #[test]
    fn what_may_hide_an_address_is_left_out() {
        for hidden in [
            "user%40example.com",
            "user=40example.com",
            "user&#64;example.com",
            "dXNlckBleGFtcGxlLmNvbQ==",
            "=?utf-8?b?dXNlckBleGFtcGxlLmNvbQ==?=",
            "user=example.com",
            "bounce-user=example.com",
            "user\u{ff20}example.com",
        ] {
            let shown = line(hidden);
            assert!(shown.contains(LEFT_OUT), "{hidden}: {shown}");
            assert!(!shown.contains("user") && !shown.contains("dXNl"), "{hidden}: {shown}");
        }
    }

    proptest! {
        #[test]
        fn no_address_of_a_stranger_survives(
            before in "[ -~]{0,20}", local in "[a-z0-9._+=-]{3,20}", domain in "[a-z]{3,9}\\.[a-z]{2,5}", after in "[ -~]{0,20}"
        ) {
            let address = format!("{local}@{domain}");
            let shown = line(&format!("{before} <{address}> {after}"));
            prop_assert!(!shown.contains(&address), "{}", shown);
            for word in shown.split(|c: char| " <>()[],;\"':|*".contains(c)) {
                if let Some((_, domain)) = word.rsplit_once('@') {
                    // `@.` names nobody.
                    prop_assert!(
                        !domain.contains(|c: char| c.is_alphanumeric()) || domain.starts_with("redacted.invalid")
                            || domain.starts_with("own.example") || domain.starts_with("example.org"),
                        "{}", shown
                    );
                }
            }
        }
    }

    #[test]
    fn a_key_comes_back_from_its_text() {
        assert_eq!(key(&written_key(&[0xa5; 32])), Some([0xa5; 32]));
        assert_eq!(key("abc"), None);
    }
}
