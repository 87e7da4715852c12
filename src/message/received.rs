//! Received fields (RFC 5321 section 4.4) in the forms of the servers that write them: Postfix, Exim,
//! sendmail, qmail, Exchange, Courier, OpenSMTPD.

use std::net::IpAddr;

use super::parse::date;
use super::{Address, Hop};

/// Reads one `Received` value, as far as it can be read.
pub(super) fn hop(value: &str) -> Hop {
    let (clauses, when) = match value.rsplit_once(';') {
        Some((c, d)) => (c, date(d)),
        None => (value, None),
    };
    let mut hop = Hop { date: when, ..Hop::default() };
    let lower = clauses.to_lowercase();
    // "by" stands alone outside of comments; the first such word ends the from clause.
    let by = outside(&lower, "by");
    let from_end = by.unwrap_or(lower.len());
    let from = clauses.trim_start();
    if lower.trim_start().starts_with("from ") {
        let start = clauses.len() - from.len() + 5;
        if start < from_end {
            read_from(clauses[start..from_end].trim(), &mut hop);
        }
    }
    if let Some(at) = by {
        hop.by = clauses[at + 2..].split_whitespace().next().map(name).filter(|n| !n.is_empty());
    }
    let tail = &lower[from_end..];
    hop.with = outside(tail, "with")
        .and_then(|at| tail[at + 4..].split_whitespace().next())
        .map(|w| w.trim_matches([';', '(', ')']).to_uppercase());
    if let Some(at) = outside(tail, "for") {
        let original = &clauses[from_end..][at + 3..];
        let word = original.split_whitespace().next().unwrap_or("").trim_matches([';', ',']);
        if word.contains('@') {
            hop.to = Some(Address::new(word));
        }
    }
    let protocol = hop.with.as_deref().unwrap_or("");
    hop.authenticated = protocol.ends_with("SMTPA")
        || protocol.ends_with("SMTPSA")
        || lower.contains("authenticated sender")
        || lower.contains("authenticated bits=")
        || lower.contains("(authenticated");
    hop
}

/// Where a word stands alone outside of parentheses and brackets.
fn outside(text: &str, word: &str) -> Option<usize> {
    let mut depth = 0i32;
    let bytes = text.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'(' => depth += 1,
            b')' => depth = (depth - 1).max(0),
            _ if depth == 0
                && bytes[i..].starts_with(word.as_bytes())
                && (i == 0 || bytes[i - 1].is_ascii_whitespace() || bytes[i - 1] == b')')
                && bytes.get(i + word.len()).is_some_and(u8::is_ascii_whitespace) =>
            {
                return Some(i);
            }
            _ => {}
        }
        i += 1;
    }
    None
}

fn name(word: &str) -> String {
    word.trim_matches(['(', ')', '[', ']', ';', ',', '<', '>']).trim_end_matches('.').to_lowercase()
}

fn known(word: &str) -> Option<String> {
    let n = name(word);
    (!n.is_empty() && n != "unknown" && n != "unverified" && n != "helo").then_some(n)
}

fn address(word: &str) -> Option<IpAddr> {
    let w = word.trim_matches(['(', ')', '[', ']', ',', ';', '<', '>']);
    let w = w.strip_prefix("IPv6:").or_else(|| w.strip_prefix("ipv6:")).unwrap_or(w);
    let ip: IpAddr = w
        .parse()
        .or_else(|_| {
            w.rsplit_once(':').map_or(w, |(host, _)| host).trim_matches(['[', ']']).parse()
        })
        .ok()?;
    Some(match ip {
        // Courier writes IPv4 as mapped addresses.
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        v4 => v4,
    })
}

/// The from clause: `helo (host [ip])`, Exim's `host ([ip] helo=x)` and `[ip] (helo=x)`, qmail's
/// `host (HELO x) (ip)`, Exchange's `host (ip)`.
fn read_from(clause: &str, hop: &mut Hop) {
    let (first, rest) = match clause.split_once(|c: char| c.is_whitespace() || c == '(') {
        Some((f, _)) => (f, &clause[f.len()..]),
        None => (clause, ""),
    };
    let mut words = rest
        .split(|c: char| c.is_whitespace() || c == '(' || c == ')')
        .filter(|w| !w.is_empty())
        .peekable();
    let mut named_helo = None;
    let mut looked_up = None;
    let mut before_ip = true;
    while let Some(word) = words.next() {
        let lower = word.to_ascii_lowercase();
        if lower == "helo" || lower == "ehlo" {
            named_helo = words.next().and_then(known);
        } else if let Some(h) = lower.strip_prefix("helo=") {
            named_helo = known(h);
        } else if let Some(ip) = address(word) {
            hop.ip = hop.ip.or(Some(ip));
            before_ip = false;
        } else if before_ip && looked_up.is_none() && lower.contains('.') && !lower.contains('=') {
            // sendmail may write an ident answer before the host: user@host.
            looked_up = known(lower.rsplit_once('@').map_or(lower.as_str(), |(_, h)| h));
        }
    }
    let first_ip = address(first);
    hop.ip = hop.ip.or(first_ip);
    match named_helo {
        // Exim and qmail: the first word is what was looked up.
        Some(helo) => {
            hop.helo = Some(helo);
            hop.host = if first_ip.is_some() { None } else { known(first) };
        }
        None if rest.trim_start().starts_with("([") => {
            hop.host = if first_ip.is_some() { None } else { known(first) };
            hop.helo = hop.host.clone();
        }
        None => {
            hop.helo = known(first);
            hop.host = looked_up;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(s: &str) -> Option<IpAddr> {
        Some(s.parse().unwrap())
    }

    #[test]
    fn postfix_is_read() {
        let h = hop(
            "from desk (dsl-1.isp.example [198.51.100.7]) (Authenticated sender: me) by mx.example.org (Postfix) with ESMTPA id 037A99 for <you@example.net>; Mon, 23 Nov 2026 19:15:27 +0000 (UTC)",
        );
        assert_eq!(h.helo.as_deref(), Some("desk"));
        assert_eq!(h.host.as_deref(), Some("dsl-1.isp.example"));
        assert_eq!(h.ip, ip("198.51.100.7"));
        assert_eq!(h.by.as_deref(), Some("mx.example.org"));
        assert_eq!(h.with.as_deref(), Some("ESMTPA"));
        assert_eq!(h.to, Some(Address::new("you@example.net")));
        assert!(h.authenticated);
        assert_eq!(h.date.map(|d| d.unix), Some(1_795_461_327));
    }

    #[test]
    fn exim_is_read() {
        let h = hop(
            "from dsl-1.isp.example ([198.51.100.7] helo=desk) by mx.example.com with esmtp (Exim 4.96) (envelope-from <me@example.org>) id 1xV for you@example.com; Tue, 24 Nov 2026 08:47:11 +0000",
        );
        assert_eq!(h.host.as_deref(), Some("dsl-1.isp.example"));
        assert_eq!(h.helo.as_deref(), Some("desk"));
        assert_eq!(h.to, Some(Address::new("you@example.com")));
        assert_eq!(h.ip, ip("198.51.100.7"));
        let h = hop("from [198.51.100.9] (helo=x.example) by mx.example.com with smtp (Exim 4.96)");
        assert_eq!((h.host, h.ip), (None, ip("198.51.100.9")));
        let h = hop("from mx.example.org ([192.0.2.10]) by mx.example.com with esmtps (Exim 4.96)");
        assert_eq!((h.host.as_deref(), h.ip), (Some("mx.example.org"), ip("192.0.2.10")));
    }

    #[test]
    fn qmail_exchange_and_courier_are_read() {
        let h = hop(
            "from unknown (HELO relay.example.net) (192.0.2.61) by 0 with SMTP; 15 Oct 2015 15:22:22 +0900",
        );
        assert_eq!(
            (h.host, h.helo.as_deref(), h.ip),
            (None, Some("relay.example.net"), ip("192.0.2.61"))
        );
        let h = hop(
            "from EX1.example.com (2001:db8::5) by EX2.example.com (10.0.0.2) with Microsoft SMTP Server id 15.1; Tue, 24 Nov 2026 08:47:11 +0000",
        );
        assert_eq!((h.helo.as_deref(), h.ip), (Some("ex1.example.com"), ip("2001:db8::5")));
        let h = hop(
            "from relay.example.org (relay.example.org [::ffff:192.0.2.10]) by mx.example.com with ESMTP",
        );
        assert_eq!(h.ip, ip("192.0.2.10"));
    }

    #[test]
    fn local_submission_has_no_client() {
        let h = hop("(qmail 2222 invoked from network); 15 Oct 2015 06:22:22 -0000");
        assert_eq!((h.ip, h.by), (None, None));
        let h = hop(
            "by mx.example.org (Postfix, from userid 1000) id 1; Mon, 23 Nov 2026 19:15:27 +0000",
        );
        assert_eq!((h.ip, h.by.as_deref()), (None, Some("mx.example.org")));
    }
}
