//! From how many places the mail of strangers came. A forger's machines stand with many organisations; a
//! mailing or a shop of the owner's leaves one, over however many of its addresses.

use std::net::IpAddr;

use super::way::network;
use crate::correlation::Answered;
use crate::sent::org_domain;

/// The organisation of a host that handed mail in, by the name that the receiver looked up for it; else, and for
/// lines of people at home, which all have the name of their provider, its network.
pub(super) fn organisation(answered: &Answered, source: &str) -> Option<String> {
    let ip: IpAddr = source.parse().ok()?;
    let host = answered.hops.iter().find(|h| h.ip == Some(ip)).and_then(|h| h.host.as_deref());
    Some(match host.filter(|host| !is_numbered(host, ip)) {
        Some(host) => org_domain(host),
        None => network(ip),
    })
}

/// Whether a name is made of the address, as providers name the lines of their customers.
fn is_numbered(host: &str, ip: IpAddr) -> bool {
    let IpAddr::V4(v4) = ip else {
        // "2001-db8-0-1.dyn.example.net"
        return host.bytes().filter(u8::is_ascii_digit).count() >= 8;
    };
    let octets = v4.octets();
    let hex: String = octets.iter().map(|o| format!("{o:02x}")).collect();
    let mut numbers: Vec<u8> =
        host.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    let mut met = 0;
    for octet in octets {
        if let Some(at) = numbers.iter().position(|n| *n == octet) {
            numbers.swap_remove(at);
            met += 1;
        }
    }
    met >= 3 || host.contains(&hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_at_home_are_told_from_servers_by_the_address_in_their_names() {
        let ip: IpAddr = "203.0.113.47".parse().unwrap();
        for host in [
            "p203-0-113-47.dyn.example.net",
            "47.113.0.203.pool.example.com",
            "cb00712f.dip0.example.net",
            "host-203-113-047.example.org",
        ] {
            assert!(is_numbered(host, ip), "{host}");
        }
        for host in ["mail47.example.net", "out-113.example.com", "vps.example.org"] {
            assert!(!is_numbered(host, ip), "{host}");
        }
    }
}
