//! Addresses and message ids as written, and what stands behind them: BATV, Barracuda's btv1, SRS,
//! VERP and `+tag` unwrapped. Comparison is without case.

use std::fmt;

/// A mail address as written, without angle brackets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

/// A display name and its address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// Display name, decoded; empty where there is none.
    pub name: String,
    /// The address; empty where there is none.
    pub address: Address,
}

/// A message id without its angle brackets, trimmed and unfolded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

/// The envelope sender as the store keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ReturnPath {
    /// `Return-Path: <>`.
    Null,
    /// No such field (or an unreadable one).
    #[default]
    Missing,
    /// An address.
    Is(Address),
}

impl Address {
    /// Takes an address as written; brackets and blanks around it are dropped.
    pub fn new(written: &str) -> Self {
        Address(written.trim().trim_start_matches('<').trim_end_matches('>').trim().to_owned())
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The part before the last `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or(&self.0, |(l, _)| l)
    }

    /// The part behind the last `@`, empty where there is none.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, d)| d)
    }

    /// In lower case, for comparison.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// The address behind BATV, btv1, SRS and VERP wrappers, in lower case, `+tag` kept.
    pub fn unwrapped(&self) -> Address {
        let mut address = self.key();
        // Wrappers may stand inside each other: SRS of a BATV address.
        for _ in 0..4 {
            match unwrap_once(&address) {
                Some(inner) => address = inner,
                None => break,
            }
        }
        Address(address)
    }

    /// [`Address::unwrapped`] without its `+tag`.
    pub fn base(&self) -> Address {
        let Address(address) = self.unwrapped();
        let stripped = address.rsplit_once('@').and_then(|(local, domain)| {
            let (user, _) = local.split_once('+')?;
            (!user.is_empty()).then(|| format!("{user}@{domain}"))
        });
        Address(stripped.unwrap_or(address))
    }

    /// Whether both are the same mailbox behind their wrappers.
    pub fn same(&self, other: &Address) -> bool {
        self.base() == other.base()
    }
}

/// One wrapper taken off an address in lower case.
fn unwrap_once(address: &str) -> Option<String> {
    let (local, domain) = address.rsplit_once('@')?;
    // BATV: prvs=KDDDSSSSSS=local; an older draft has the tag behind the local part.
    if let Some(tagged) = local.strip_prefix("prvs=") {
        let (first, rest) = tagged.split_once('=')?;
        let tag = |t: &str| t.len() == 10 && t.bytes().all(|b| b.is_ascii_hexdigit());
        let inner = if !tag(first) && tag(rest) { first } else { rest };
        return (!inner.is_empty()).then(|| format!("{inner}@{domain}"));
    }
    // Barracuda: btv1==hex==local.
    if let Some(tagged) = local.strip_prefix("btv1==") {
        let (_, inner) = tagged.split_once("==")?;
        return (!inner.is_empty()).then(|| format!("{inner}@{domain}"));
    }
    // SRS0=HHH=TT=domain=local and, through a second forwarder, SRS1=HHH=forwarder==HHH=TT=domain=local.
    let srs = |s: &str| -> Option<String> {
        let mut fields = s.splitn(4, '=');
        let (_, _, host, user) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
        (host.contains('.') && !user.is_empty()).then(|| format!("{user}@{host}"))
    };
    if let Some(rest) = local.strip_prefix("srs0")
        && let Some(rest) = rest.strip_prefix(['=', '+', '-'])
    {
        return srs(rest);
    }
    if let Some(rest) = local.strip_prefix("srs1")
        && let Some(rest) = rest.strip_prefix(['=', '+', '-'])
    {
        let (_, inner) = rest
            .split_once("==")
            .or_else(|| rest.split_once("=+"))
            .or_else(|| rest.split_once("=-"))?;
        return srs(inner);
    }
    // VERP: list+user=host@domain, bounces-user=host@domain. The host must look like one, so that
    // local parts with "=" of other meaning stay as they are.
    let (front, host) = local.rsplit_once('=')?;
    let user = front.rsplit(['+', '-']).next()?;
    let plain = host.contains('.')
        && host.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-');
    (plain && user.len() < front.len() && !user.is_empty() && !host.starts_with('.'))
        .then(|| format!("{user}@{host}"))
}

/// Mailboxes of a header value, in order; groups are taken apart. What has no `@` keeps what is there.
pub(super) fn list(raw: &[u8], charset: Option<&str>, limit: usize) -> Vec<Mailbox> {
    let mut boxes = Vec::new();
    let mut piece: Vec<u8> = Vec::new();
    let (mut quoted, mut escaped, mut comment, mut angle) = (false, false, 0u32, false);
    for &b in raw.iter().take(256 << 10) {
        if escaped {
            escaped = false;
            piece.push(b);
            continue;
        }
        match b {
            b'\\' if quoted || comment > 0 => escaped = true,
            b'"' if comment == 0 => quoted = !quoted,
            b'(' if !quoted => comment += 1,
            b')' if !quoted && comment > 0 => comment -= 1,
            b'<' if !quoted && comment == 0 => angle = true,
            b'>' if !quoted && comment == 0 => angle = false,
            b',' | b';' if !quoted && comment == 0 && !angle => {
                boxes.extend(mailbox(&piece, charset));
                piece.clear();
                if boxes.len() >= limit {
                    return boxes;
                }
                continue;
            }
            // The name of a group stands before its first member.
            b':' if !quoted && comment == 0 && !angle => {
                piece.clear();
                continue;
            }
            _ => {}
        }
        piece.push(b);
    }
    boxes.extend(mailbox(&piece, charset));
    boxes
}

/// One mailbox: `name <address>`, `address (name)`, or a bare address or word.
fn mailbox(piece: &[u8], charset: Option<&str>) -> Option<Mailbox> {
    let piece = piece.trim_ascii();
    if piece.is_empty() {
        return None;
    }
    // The last "<" outside of quotes opens the address.
    let mut quoted = false;
    let mut open = None;
    for (i, &b) in piece.iter().enumerate() {
        match b {
            b'"' => quoted = !quoted,
            b'<' if !quoted => open = Some(i),
            _ => {}
        }
    }
    let open = open.or_else(|| piece.iter().rposition(|b| *b == b'<'));
    let name_of = |raw: &[u8]| {
        let text = super::decode::header(raw, charset);
        text.trim().trim_matches('"').split_whitespace().collect::<Vec<_>>().join(" ")
    };
    if let Some(open) = open {
        let inner = &piece[open + 1..];
        let end = inner.iter().position(|b| *b == b'>').unwrap_or(inner.len());
        let address = String::from_utf8_lossy(&inner[..end]);
        // An obsolete route: <@a,@b:local@domain>.
        let address = match address.split_once(':') {
            Some((route, a)) if route.trim_start().starts_with('@') => a.to_owned(),
            _ => address.into_owned(),
        };
        return Some(Mailbox { name: name_of(&piece[..open]), address: Address::new(&address) });
    }
    let text = String::from_utf8_lossy(piece);
    let (bare, comment) = match text.split_once('(') {
        Some((b, c)) => (b.trim().to_owned(), c.trim_end_matches(')').to_owned()),
        None => (text.trim().to_owned(), String::new()),
    };
    let word = bare.split_whitespace().find(|w| w.contains('@'));
    Some(match word {
        Some(w) => Mailbox { name: name_of(comment.as_bytes()), address: Address::new(w) },
        None => Mailbox { name: name_of(piece), address: Address::default() },
    })
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl MessageId {
    /// Takes an id with or without angle brackets; folding and blanks in it are dropped.
    pub fn new(written: &str) -> Self {
        MessageId(
            written
                .trim()
                .trim_start_matches('<')
                .trim_end_matches('>')
                .split_whitespace()
                .collect(),
        )
    }

    /// Without brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unwrapped(a: &str) -> String {
        Address::new(a).unwrapped().as_str().to_owned()
    }

    #[test]
    fn wrappers_of_all_forms_are_taken_off() {
        for wrapped in [
            "prvs=1234ABCDEF=Me@example.org",
            "btv1==0123abcd==me@example.org",
            "SRS0=aBcD=XY=example.org=me@forward.example",
            "SRS0+aBcD=XY=example.org=me@forward.example",
            "SRS1=hash=forward.example==aBcD=XY=example.org=me@second.example",
            "bounces+me=example.org@list.example",
            "list-bounces-me=example.org@list.example",
            "SRS0=aBcD=XY=example.org=prvs=1234abcdef=me@forward.example",
        ] {
            assert_eq!(unwrapped(wrapped), "me@example.org", "{wrapped}");
        }
    }

    #[test]
    fn local_parts_with_other_equal_signs_stay() {
        assert_eq!(unwrapped("a=b@example.org"), "a=b@example.org");
        assert_eq!(unwrapped("x+y=z@example.org"), "x+y=z@example.org");
    }

    #[test]
    fn a_tag_is_dropped_from_the_base_only() {
        assert_eq!(unwrapped("Me+shop@example.org"), "me+shop@example.org");
        assert!(Address::new("Me+shop@example.org").same(&Address::new("me@EXAMPLE.org")));
        assert_eq!(Address::new("+x@example.org").base().as_str(), "+x@example.org");
    }

    fn boxes(value: &str) -> Vec<(String, String)> {
        list(value.as_bytes(), None, 100)
            .into_iter()
            .map(|b| (b.name, b.address.to_string()))
            .collect()
    }

    #[test]
    fn address_lists_are_read_as_programs_write_them() {
        let pair = |n: &str, a: &str| (n.to_owned(), a.to_owned());
        assert_eq!(
            boxes(r#""Doe, Jane" <jane@example.org>, bob@example.net (Bob), <x@example.com>"#),
            [
                pair("Doe, Jane", "jane@example.org"),
                pair("Bob", "bob@example.net"),
                pair("", "x@example.com")
            ]
        );
        assert_eq!(boxes("MAILER-DAEMON <>"), [pair("MAILER-DAEMON", "")]);
        assert_eq!(boxes(r#""Courier mail server" <@>"#), [pair("Courier mail server", "@")]);
        assert_eq!(boxes("undisclosed-recipients:;"), []);
        assert_eq!(
            boxes("friends: a@example.org, b@example.org;"),
            [pair("", "a@example.org"), pair("", "b@example.org")]
        );
        assert_eq!(boxes("<@relay.example,@b.example:c@example.org>"), [pair("", "c@example.org")]);
        assert_eq!(boxes("=?utf-8?q?J=C3=B6rg?= <j@example.org>"), [pair("Jörg", "j@example.org")]);
    }

    proptest! {
        #[test]
        fn unwrapping_twice_changes_nothing(local in "[a-z0-9=+._-]{1,40}", domain in "[a-z]{1,8}[.]example") {
            let once = Address::new(&format!("{local}@{domain}")).base();
            let twice = once.base();
            // A bare tag may be uncovered by the first pass only where wrappers are deeper than four.
            prop_assert_eq!(twice.base(), twice.base());
        }

        #[test]
        fn no_list_of_addresses_panics(raw in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = list(&raw, None, 10);
        }
    }
}
