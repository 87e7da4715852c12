//! One `Received` field read into a [`Hop`]: the forms of Postfix, Exim, qmail, sendmail, Exchange,
//! Courier and their kin. Nothing in it is believed or disbelieved here.

use std::net::{IpAddr, Ipv6Addr};

use super::{Address, Date, fields};
use crate::codec::coded;

/// One `Received` field, RFC 5321 section 4.4, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hop {
    /// The name the client gave (HELO/EHLO), lower case.
    pub helo: Option<String>,
    /// The name the server looked up for the client, lower case; `unknown` counts as none.
    pub host: Option<String>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The host that wrote the field, lower case.
    pub by: Option<String>,
    /// Its address, where it writes that (Exchange).
    pub by_ip: Option<IpAddr>,
    /// The protocol, upper case (`ESMTPSA`).
    pub with: Option<String>,
    /// `for <…>`.
    pub to: Option<Address>,
    /// When.
    pub date: Option<Date>,
    /// Whether the client had authenticated (`ESMTPA`, `ESMTPSA`, "Authenticated sender",
    /// "authenticated bits").
    pub authenticated: bool,
}

coded!(Hop { helo, host, ip, by, by_ip, with, to, date, authenticated });

/// Octets of one field that are read; real ones stay below 1 KiB.
const LONGEST: usize = crate::limits::RECEIVED;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Clause {
    None,
    From,
    By,
    With,
    For,
    Other,
}

impl Clause {
    fn named(word: &str) -> Clause {
        const NAMES: [(&str, Clause); 6] = [
            ("from", Clause::From),
            ("by", Clause::By),
            ("with", Clause::With),
            ("for", Clause::For),
            ("via", Clause::Other),
            ("id", Clause::Other),
        ];
        let found = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(word));
        found.map_or(Clause::None, |(_, clause)| *clause)
    }
}

impl Hop {
    /// Reads an unfolded value.
    pub fn read(value: &str) -> Hop {
        let value = fields::head(value, LONGEST);
        let (clauses, date) = match value.rfind(';') {
            Some(at) => (&value[..at], Date::read(&value[at + 1..])),
            None => (value, None),
        };
        let mut hop = Hop { date, ..Hop::default() };
        let mut from = From::default();
        let mut with = Vec::new();
        let mut exim = false;
        let mut clause = Clause::None;
        let mut fresh = false;
        for token in Tokens(clauses) {
            let word = match token {
                Token::Comment(comment) => {
                    match clause {
                        Clause::From => from.comment(comment),
                        Clause::By if hop.by_ip.is_none() => hop.by_ip = address(comment),
                        _ => exim |= comment.starts_with("Exim"),
                    }
                    hop.authenticated |= says_authenticated(comment);
                    continue;
                }
                Token::Word(word) => word,
            };
            let next = Clause::named(word);
            // "with for by" of a hostile field: a clause has one value at least.
            if next != Clause::None && !(fresh && next == clause) {
                clause = next;
                fresh = true;
                continue;
            }
            match clause {
                Clause::From if fresh => from.name = word,
                Clause::By if fresh => hop.by = name(word),
                Clause::With if with.len() < 4 => with.push(word.to_ascii_uppercase()),
                Clause::For if fresh => {
                    let word = word.split(',').next().unwrap_or_default();
                    hop.to = Some(Address::new(word)).filter(|to| to.as_str().contains('@'));
                }
                _ => {}
            }
            fresh = false;
        }
        from.settle(&mut hop, exim);
        if let Some(protocol) = with.first() {
            // Exim 4.94 and later writes the cipher behind it: "with esmtpsa (TLS1.3) tls TLS_AES_256_GCM_SHA384".
            hop.authenticated |= matches!(
                protocol.as_str(),
                "ESMTPA"
                    | "ESMTPSA"
                    | "ASMTP"
                    | "SMTPA"
                    | "SMTPSA"
                    | "LMTPA"
                    | "LMTPSA"
                    | "UTF8SMTPA"
                    | "UTF8SMTPSA"
                    | "UTF8LMTPA"
                    | "UTF8LMTPSA"
            );
            hop.with = Some(with.join(" "));
        }
        hop
    }

    /// Whether the field tells of a host at all; qmail also writes `(qmail 1 invoked by uid 2)`.
    pub fn tells(&self) -> bool {
        self.helo.is_some() || self.host.is_some() || self.ip.is_some() || self.by.is_some()
    }
}

/// sendmail "(authenticated bits=0)", Postfix "(Authenticated sender: x)", Courier "(AUTH: LOGIN x)".
fn says_authenticated(comment: &str) -> bool {
    let lower = comment.to_ascii_lowercase();
    if lower.starts_with("auth: ") || lower.contains(" auth: ") || lower.contains("smtp-auth") {
        return true;
    }
    lower.find("authenticated").is_some_and(|at| {
        let before = lower[..at].trim_end();
        let glued = before.len() == at && before.ends_with(|c: char| c.is_alphanumeric());
        let denied = before.ends_with("not") || before.ends_with("non-") || before.ends_with("no");
        !glued && !denied
    })
}

/// What the `from` clause says.
#[derive(Default)]
struct From<'a> {
    name: &'a str,
    /// Name before a bracketed address.
    looked_up: Option<String>,
    helo: Option<String>,
    ip: Option<IpAddr>,
    /// Whether a comment has the client's address in brackets, with nothing before it.
    bare_bracket: bool,
}

impl<'a> From<'a> {
    fn comment(&mut self, comment: &'a str) {
        let comment = comment.trim();
        let lower = comment.to_ascii_lowercase();
        for mark in ["helo ", "ehlo ", "helo=", "ehlo="] {
            // qmail puts "HELO x" alone, Exim " helo=x" behind the address.
            let at = lower.find(mark).filter(|at| *at == 0 || lower.as_bytes()[at - 1] == b' ');
            if let Some(at) = at
                && self.helo.is_none()
            {
                let rest = lower.get(at + mark.len()..).unwrap_or_default();
                self.helo = name(rest.split_whitespace().next().unwrap_or_default());
            }
        }
        if let (Some(open), Some(close)) = (comment.find('['), comment.find(']'))
            && open < close
        {
            if self.ip.is_none() {
                self.ip = address(&comment[open + 1..close]);
                let before = comment[..open].split_whitespace().next_back().unwrap_or_default();
                // sendmail: "IDENT:user@host [ip]".
                let before = before.rsplit_once('@').map_or(before, |(_, host)| host);
                self.looked_up = name(before);
                self.bare_bracket = before.is_empty();
            }
        } else if self.ip.is_none() {
            // Exchange "(ip)", qmail "(ident@ip)", Courier "(host ip)".
            let last = comment.split_whitespace().next_back().unwrap_or_default();
            self.ip = address(last.rsplit_once('@').map_or(last, |(_, ip)| ip));
        }
    }

    fn settle(self, hop: &mut Hop, exim: bool) {
        let named_ip = address(self.name.trim_matches(['[', ']']));
        hop.ip = self.ip.or(named_ip);
        // A literal address as HELO says something only beside the client's real one.
        let literal = named_ip.is_some() && self.ip.is_none();
        let own = if literal { None } else { name(self.name) };
        match self.helo {
            // "from looked-up ([ip] helo=x)" and "from looked-up (HELO x) (ip)".
            Some(helo) => {
                hop.helo = Some(helo);
                hop.host = self.looked_up.or(own);
            }
            None => {
                // Exim leaves helo= out where it equals the looked-up name.
                hop.host =
                    self.looked_up.or_else(|| own.clone().filter(|_| exim && self.bare_bracket));
                hop.helo = own;
            }
        }
    }
}

/// A host name in lower case without its last dot; `unknown` and addresses are none.
fn name(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| matches!(c, '<' | '>' | '"' | ',' | ';' | '.'));
    let lower = word.to_ascii_lowercase();
    let none = lower.is_empty() || lower == "unknown" || lower.len() > 255;
    (!none).then_some(lower)
}

/// An address as it stands in brackets: `192.0.2.1`, `IPv6:2001:db8::1`, `::ffff:192.0.2.1`.
pub(super) fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches(['[', ']']);
    let text = match text.get(..5) {
        Some(head) if head.eq_ignore_ascii_case("ipv6:") => &text[5..],
        _ => text,
    };
    let text = text.split('%').next().unwrap_or_default();
    if let Ok(ip) = text.parse::<Ipv6Addr>() {
        return Some(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4));
    }
    let text = text.split(':').next().unwrap_or_default();
    text.parse().ok().map(IpAddr::V4)
}

enum Token<'a> {
    Word(&'a str),
    Comment(&'a str),
}

/// Words and outermost comments of a field.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        self.0 = self.0.trim_start();
        let text = self.0;
        if text.is_empty() {
            return None;
        }
        if let Some(inner) = text.strip_prefix('(') {
            let mut depth = 1usize;
            for (at, octet) in inner.bytes().enumerate() {
                match octet {
                    b'(' => depth += 1,
                    b')' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    self.0 = &inner[at + 1..];
                    return Some(Token::Comment(&inner[..at]));
                }
            }
            // Never closed: up to the first parenthesis, else all the rest.
            let end = inner.find(')').unwrap_or(inner.len());
            self.0 = inner.get(end + 1..).unwrap_or_default();
            return Some(Token::Comment(&inner[..end]));
        }
        let mut bracket = false;
        let end = text
            .bytes()
            .position(|b| {
                match b {
                    b'[' => bracket = true,
                    b']' => bracket = false,
                    _ => {}
                }
                b.is_ascii_whitespace() || (b == b'(' && !bracket)
            })
            .unwrap_or(text.len());
        self.0 = &text[end..];
        Some(Token::Word(&text[..end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &str, helo: &str, host: &str, ip: &str, by: &str) -> Hop {
        let hop = Hop::read(value);
        let text = |field: &Option<String>| field.clone().unwrap_or_default();
        let found = hop.ip.map(|ip| ip.to_string()).unwrap_or_default();
        assert_eq!(
            (&*text(&hop.helo), &*text(&hop.host), &*found, &*text(&hop.by)),
            (helo, host, ip, by),
            "{value}"
        );
        hop
    }

    #[test]
    fn hops_of_each_program_are_read() {
        let hop = check(
            "from HELO.example (mail.example.org [192.0.2.1]) (Authenticated sender: n@example.org) by mx.example.net (Postfix) with ESMTPSA id 4F for <a@example.net>; Thu, 15 Oct 2015 15:22:22 +0900 (JST)",
            "helo.example",
            "mail.example.org",
            "192.0.2.1",
            "mx.example.net",
        );
        assert_eq!(hop.with.as_deref(), Some("ESMTPSA"));
        assert_eq!(hop.to, Some(Address::new("a@example.net")));
        assert!(hop.authenticated && hop.date.is_some());
        check(
            "from helo.example (unknown [IPv6:2001:db8::1]) by mx.example.net (Postfix) with ESMTP id 1",
            "helo.example",
            "",
            "2001:db8::1",
            "mx.example.net",
        );
        let hop = check(
            "from mail.example.org ([192.0.2.1]:2525 helo=pc.example) by mx.example.net with esmtpsa (TLS1.3) (Exim 4.96) (envelope-from <n@example.org>) id 1x-0 for a@example.net; Thu, 15 Oct 2015 15:22:22 +0900",
            "pc.example",
            "mail.example.org",
            "192.0.2.1",
            "mx.example.net",
        );
        assert!(hop.authenticated);
        check(
            "from [192.0.2.1] (helo=pc.example) by mx.example.net with esmtp (Exim 4.96) id 1",
            "pc.example",
            "",
            "192.0.2.1",
            "mx.example.net",
        );
        check(
            "from [198.51.100.7] (mail.example.org [192.0.2.1]) by mx.example.net with ESMTP",
            "[198.51.100.7]",
            "mail.example.org",
            "192.0.2.1",
            "mx.example.net",
        );
        check(
            "from mail.example.org ([192.0.2.1]) by mx.example.net with esmtp (Exim 4.96) id 1",
            "mail.example.org",
            "mail.example.org",
            "192.0.2.1",
            "mx.example.net",
        );
        check(
            "from unknown (HELO pc.example) (192.0.2.1) by mx.example.net with SMTP; 29 Apr 2012 23:34:45 -0000",
            "pc.example",
            "",
            "192.0.2.1",
            "mx.example.net",
        );
        check(
            "from mail.example.org (EHLO pc.example) (ident@192.0.2.1) by mx.example.net with SMTP",
            "pc.example",
            "mail.example.org",
            "192.0.2.1",
            "mx.example.net",
        );
        let hop = check(
            "from pc.example (IDENT:n@mail.example.org. [192.0.2.1] (may be forged)) (authenticated bits=0) by mx.example.net (8.14.4/8.14.4) with ESMTP id s1",
            "pc.example",
            "mail.example.org",
            "192.0.2.1",
            "mx.example.net",
        );
        assert!(hop.authenticated);
        let hop = check(
            "from EX1.corp.example (192.0.2.1) by EX2.corp.example (192.0.2.2) with Microsoft SMTP Server (TLS) id 14.3",
            "ex1.corp.example",
            "",
            "192.0.2.1",
            "ex2.corp.example",
        );
        assert_eq!(hop.with.as_deref(), Some("MICROSOFT SMTP SERVER"));
        assert_eq!(hop.by_ip, Some("192.0.2.2".parse().unwrap()));
        let hop = check(
            "from pc.example (mail.example.org [::ffff:192.0.2.1]) (AUTH: LOGIN n@example.org) by mx.example.net with esmtp; Thu, 15 Oct 2015 15:22:22 +0900",
            "pc.example",
            "mail.example.org",
            "192.0.2.1",
            "mx.example.net",
        );
        assert!(hop.authenticated);
        check(
            "from root (uid 0) (envelope-from n@host.example) id 1 by host.example (DragonFly Mail Agent v0.13)",
            "root",
            "",
            "",
            "host.example",
        );
        check("by host.example with local (Exim 4.96) id 1", "", "", "", "host.example");
        check(
            "by 192.0.2.9 with SMTP id x; Thu, 15 Oct 2015 15:22:22 +0900",
            "",
            "",
            "",
            "192.0.2.9",
        );
        check(
            "from localhost (localhost [127.0.0.1])by mx.example.net",
            "localhost",
            "localhost",
            "127.0.0.1",
            "mx.example.net",
        );
    }

    #[test]
    fn qmails_notes_to_itself_are_no_hops() {
        let hop = Hop::read("(qmail 22022 invoked from network); 29 Apr 2012 23:34:45 -0000");
        assert!(!hop.tells() && hop.date.is_some());
    }

    #[test]
    fn a_login_is_seen_before_the_cipher() {
        let hop = Hop::read(
            "from [198.51.100.7] (helo=laptop) by out.example.net with esmtpsa  (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) (envelope-from <n@example.org>) id 1x-0",
        );
        assert!(hop.authenticated);
        let hop = Hop::read(
            "from a ([192.0.2.1]) by b with esmtps  (TLS1.3) tls TLS_AES_256_GCM_SHA384 (Exim 4.96) id 1x-0",
        );
        assert!(!hop.authenticated);
    }

    #[test]
    fn being_not_authenticated_is_seen() {
        assert!(!Hop::read("from a (unauthenticated) by b").authenticated);
        assert!(!Hop::read("from a (not authenticated) by b").authenticated);
        assert!(Hop::read("from a (b [192.0.2.1] (authenticated as n)) by c").authenticated);
    }

    #[test]
    fn hostile_fields_take_linear_time() {
        for text in
            ["(".repeat(50_000), "from ".repeat(50_000), "a(b".repeat(20_000), "[".repeat(50_000)]
        {
            let _ = Hop::read(&text);
        }
    }
}
