//! Addresses and message ids as written, and what stands behind them: BATV, Barracuda's btv1, SRS,
//! VERP and `+tag` unwrapped. Comparison is without case.

use std::fmt;

use crate::codec::coded;

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

/// Longer ones than RFC 5321 allows by far are not looked into.
const LONGEST: usize = crate::limits::ADDRESS;

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
        let mut key = self.key();
        if key.len() <= LONGEST {
            // Wrappers are put around each other; each one taken off makes the address shorter.
            while let Some(inner) = peel(&key) {
                key = inner;
            }
        }
        Address(key)
    }

    /// [`Address::unwrapped`] without its `+tag`.
    pub fn base(&self) -> Address {
        let mut address = self.unwrapped();
        loop {
            let Some((local, domain)) = address.0.rsplit_once('@') else { return address };
            match local.find('+') {
                Some(plus) if plus > 0 => {
                    address = Address(format!("{}@{domain}", &local[..plus])).unwrapped();
                }
                _ => return address,
            }
        }
    }

    /// The recipient that a VERP address names (`list-bounces+user=domain@lists`): whom the mail went to,
    /// not who sent it.
    pub fn verp_recipient(&self) -> Option<Address> {
        let key = self.key();
        if key.len() > LONGEST {
            return None;
        }
        let (local, _) = key.rsplit_once('@')?;
        let local = batv(local).unwrap_or(local);
        if srs(local).is_some() { None } else { verp(local).map(Address) }
    }

    /// Whether both name the same mailbox, wrappers aside.
    pub fn same(&self, other: &Address) -> bool {
        !self.is_empty() && self.unwrapped() == other.unwrapped()
    }
}

/// Takes off one wrapper of a lower-case address.
fn peel(key: &str) -> Option<String> {
    let (local, domain) = key.rsplit_once('@')?;
    batv(local)
        .map(|local| format!("{local}@{domain}"))
        .or_else(|| srs(local))
        .or_else(|| verp(local))
}

/// BATV (draft-levine-smtp-batv) `prvs=KDDDSSSSSS=local`, with the parts swapped in its first form;
/// Barracuda `btv1==hex==local`; Message Systems `msprvs1=tag=local`.
fn batv(local: &str) -> Option<&str> {
    let inner = if let Some(rest) = local.strip_prefix("btv1==") {
        rest.split_once("==")?.1
    } else if let Some(rest) = local.strip_prefix("msprvs1=") {
        rest.split_once('=')?.1
    } else {
        let rest = local.strip_prefix("prvs=")?;
        let (first, behind) = rest.split_once('=')?;
        let (before, last) = rest.rsplit_once('=')?;
        if !tag(first) && tag(last) { before } else { behind }
    };
    (!inner.is_empty()).then_some(inner)
}

/// A BATV tag value: a key digit, three digits of the day, a hexadecimal digest (some send digits only).
fn tag(text: &str) -> bool {
    (6..=16).contains(&text.len())
        && text.bytes().take(4).all(|b| b.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// SRS: `srs0=HHH=TT=domain=local`, `srs1=HHH=forwarder==HHH=TT=domain=local`; the first separator may
/// be `+` or `-`.
fn srs(local: &str) -> Option<String> {
    let plain = |rest: &str| {
        let mut parts = rest.splitn(4, '=');
        let (_hash, _time) = (parts.next()?, parts.next()?);
        let (domain, local) = (parts.next()?, parts.next()?);
        (host(domain) && !local.is_empty()).then(|| format!("{local}@{domain}"))
    };
    let separated = |text: &str| matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-'));
    if let Some(rest) = local.strip_prefix("srs0").filter(|rest| separated(rest)) {
        return plain(&rest[1..]);
    }
    let rest = local.strip_prefix("srs1").filter(|rest| separated(rest))?;
    let mut parts = rest[1..].splitn(3, '=');
    let (_hash, _forwarder, inner) = (parts.next()?, parts.next()?, parts.next()?);
    if separated(inner) { plain(&inner[1..]) } else { plain(inner) }
}

/// VERP: `list-bounces+user=domain`, `list-return-12-user=domain`, `bounces+123-4ab1-user=domain`.
fn verp(local: &str) -> Option<String> {
    let (left, domain) = local.rsplit_once('=')?;
    if !host(domain) {
        return None;
    }
    let user = match left.split_once('+') {
        Some((list, user)) if !list.is_empty() => numbers(user),
        _ => {
            let marker = ["bounces-", "bounce-", "return-", "returns-", "errors-", "owner-"]
                .iter()
                .filter_map(|marker| left.find(marker).map(|at| at + marker.len()))
                .min();
            match marker {
                Some(at) => numbers(&left[at..]),
                None => left.rsplit_once('-').filter(|(list, _)| !list.is_empty())?.1,
            }
        }
    };
    (!user.is_empty()).then(|| format!("{user}@{domain}"))
}

/// Drops leading numbers, and a group of four hexadecimal digits behind one.
fn numbers(user: &str) -> &str {
    let mut rest = user;
    let mut numbered = false;
    while let Some((group, behind)) = rest.split_once('-') {
        let number = !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
        let hash = numbered && group.len() == 4 && group.bytes().all(|b| b.is_ascii_hexdigit());
        if behind.is_empty() || !(number || hash) {
            break;
        }
        numbered = number;
        rest = behind;
    }
    rest
}

/// Whether this can be a domain of the public internet or of an intranet with dots.
fn host(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(front, top)| {
        !front.is_empty()
            && top.len() >= 2
            && top.bytes().next().is_some_and(|b| b.is_ascii_alphabetic())
    }) && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
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

    /// All ids of a field: those in angle brackets, also where the last is not closed; else words
    /// with an `@` where the whole value has no brackets. At most `max`.
    pub fn all(value: &str, max: usize) -> Vec<MessageId> {
        let mut ids = Vec::new();
        let mut rest = value;
        while let Some(open) = rest.find('<')
            && ids.len() < max
        {
            rest = &rest[open + 1..];
            let end = rest.find(['<', '>']).unwrap_or(rest.len());
            let inner = &rest[..end];
            let closed = rest[end..].starts_with('>');
            // An id that is not closed ends at the first blank; a closed one may be folded.
            let id = if closed { inner } else { inner.split_whitespace().next().unwrap_or("") };
            let id = MessageId::new(id);
            if !id.is_empty() && id.0.len() <= 998 {
                ids.push(id);
            }
            rest = &rest[end..];
        }
        if ids.is_empty() && !value.contains('<') {
            let words =
                value.split([' ', '\t', ',', ';']).filter(|w| w.contains('@') && w.len() > 4);
            ids.extend(words.take(max).map(MessageId::new));
        }
        ids
    }

    /// The id of a `Message-ID` field, which real software also writes without brackets or `@`.
    pub fn only(value: &str) -> Option<MessageId> {
        let first = MessageId::all(value, 1).into_iter().next();
        let bare = || {
            let id = MessageId::new(value.split_whitespace().next().unwrap_or_default());
            (!id.is_empty()).then_some(id)
        };
        first.or_else(bare)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}

coded!(Address(written));
coded!(MessageId(written));

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wrappers_are_taken_off() {
        let cases = [
            ("prvs=4710AB12EF=Nadia@example.org", "nadia@example.org"),
            ("prvs=nadia=4710ab12ef@example.org", "nadia@example.org"),
            ("prvs=1045f87e4=nadia@example.org", "nadia@example.org"),
            ("prvs=0123456789=a=b@example.org", "a=b@example.org"),
            ("btv1==0123456789abcd==nadia@example.org", "nadia@example.org"),
            ("msprvs1=17634Tx_y=nadia@example.org", "nadia@example.org"),
            ("SRS0=HHHH=TT=example.org=nadia@forward.example", "nadia@example.org"),
            ("SRS0+HHHH=TT=example.org=nadia@forward.example", "nadia@example.org"),
            ("srs0-HHHH=TT=example.org=na=dia@forward.example", "na=dia@example.org"),
            ("SRS1=GGG=one.example==HHH=TT=example.org=nadia@two.example", "nadia@example.org"),
            ("SRS1=GGG=one.example=+HHH=TT=example.org=nadia@two.example", "nadia@example.org"),
            ("list-bounces+nadia=example.org@lists.example", "nadia@example.org"),
            ("list-return-123-nadia=example.org@lists.example", "nadia@example.org"),
            ("bounces+4711-a2b3-nadia=example.org@em.example", "nadia@example.org"),
            ("shop-nadia=example.org@shop.example", "nadia@example.org"),
            ("prvs=4710AB12EF=list-bounces+nadia=example.org@lists.example", "nadia@example.org"),
            ("SRS0=H=T=example.org=prvs=4710ab12ef=nadia@forward.example", "nadia@example.org"),
            ("nadia+shop@example.org", "nadia+shop@example.org"),
        ];
        for (written, inner) in cases {
            assert_eq!(Address::new(written).unwrapped().as_str(), inner, "{written}");
        }
    }

    #[test]
    fn plain_addresses_stay_as_they_are() {
        for plain in [
            "a=b@example.org",
            "bounces+srs=44ldt=ix@example.org",
            "imceaex-_o=corp_ou=site_cn=nadia@example.org",
            "srs0@example.org",
            "prvs=@example.org",
            "mary-jane@example.org",
            "postmaster",
        ] {
            assert_eq!(Address::new(plain).unwrapped().as_str(), plain);
        }
    }

    #[test]
    fn addresses_are_the_same_whatever_their_case_and_wrapper() {
        let plain = Address::new("Nadia@Example.ORG");
        assert!(plain.same(&Address::new("prvs=4710AB12EF=nadia@example.org")));
        assert!(!plain.same(&Address::new("nadia+x@example.org")));
        assert!(!Address::default().same(&Address::default()));
        assert_eq!(Address::new("Nadia+x+y@example.org").base().as_str(), "nadia@example.org");
        assert_eq!(Address::new("+x@example.org").base().as_str(), "+x@example.org");
    }

    #[test]
    fn a_verp_address_names_the_recipient_and_others_name_none() {
        let named = |text| Address::new(text).verp_recipient().map(|a| a.to_string());
        let kim = Some("kim@example.net".to_owned());
        assert_eq!(named("list-bounces+Kim=Example.net@lists.example"), kim);
        assert_eq!(named("prvs=4710AB12EF=list-bounces+kim=example.net@lists.example"), kim);
        assert_eq!(named("SRS0=HHHH=TT=example.org=nadia@forward.example"), None);
        assert_eq!(named("prvs=4710AB12EF=nadia@example.org"), None);
        assert_eq!(named("nadia@example.org"), None);
    }

    #[test]
    fn ids_are_found_folded_unclosed_and_bare() {
        let ids = |text| MessageId::all(text, 10).iter().map(|i| i.0.clone()).collect::<Vec<_>>();
        assert_eq!(ids("<a@b><c @d> text <e@f"), ["a@b", "c@d", "e@f"]);
        assert_eq!(ids("Your message of today <a@b>, <c@d rest"), ["a@b", "c@d"]);
        assert_eq!(ids("a@b.example"), ["a@b.example"]);
        assert_eq!(ids("<>"), Vec::<String>::new());
        assert_eq!(MessageId::only("[abc] x"), Some(MessageId::new("[abc]")));
        assert_eq!(MessageId::only(" <> "), None);
    }

    proptest! {
        #[test]
        fn unwrapping_twice_changes_nothing(
            local in "(prvs=|btv1==|srs0[=+-]|srs1=|x[+-])?[a-z0-9=+.-]{0,40}",
            domain in "[a-z]{1,8}(\\.[a-z]{2,4})?",
        ) {
            let address = Address::new(&format!("{local}@{domain}"));
            prop_assert_eq!(address.unwrapped().unwrapped(), address.unwrapped());
            prop_assert_eq!(address.base().base(), address.base());
        }

        #[test]
        fn anything_can_be_unwrapped(text in "\\PC{0,200}") {
            let address = Address::new(&text);
            prop_assert_eq!(address.base().base(), address.base());
        }
    }
}
