//! Where in the returned Received lines the answering side ends and the stranger's word begins.

use std::net::IpAddr;

use crate::message::Hop;
use crate::sent::org_domain;

/// Whether an address is one of a local network: it says nothing about who sent.
pub(crate) fn is_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_loopback()
                || v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || a == 100 && (64..128).contains(&b)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_local(IpAddr::V4(v4)),
            None => {
                v6.is_loopback()
                    || v6.is_unspecified()
                    || (v6.segments()[0] & 0xfe00) == 0xfc00
                    || (v6.segments()[0] & 0xffc0) == 0xfe80
            }
        },
    }
}

/// The hop over which the mail came into the answering side: the first, from the top, whose client is
/// neither local nor of the same organisation as the host that took it. What stands below it may be
/// written by anybody.
pub(crate) fn boundary(hops: &[Hop]) -> Option<usize> {
    hops.iter().position(|h| {
        let Some(ip) = h.ip else { return false };
        if is_local(ip) {
            return false;
        }
        // Only the name that the server looked up counts; HELO is the client's own word, unless the addresses
        // of both are neighbours.
        let inside = match (&h.host, &h.helo, &h.by) {
            (Some(host), _, Some(by)) => org_domain(host) == org_domain(by),
            (None, Some(helo), Some(by)) => {
                h.by_ip.is_some_and(|own| are_neighbours(ip, own))
                    && org_domain(helo) == org_domain(by)
            }
            _ => false,
        };
        !inside
    })
}

/// Whether two addresses are of one large network: the first half of an IPv4 address, the first quarter of IPv6.
pub(crate) fn are_neighbours(a: IpAddr, b: IpAddr) -> bool {
    match (a, b) {
        (IpAddr::V4(a), IpAddr::V4(b)) => a.octets()[..2] == b.octets()[..2],
        (IpAddr::V6(a), IpAddr::V6(b)) => a.segments()[..2] == b.segments()[..2],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_within_microsoft_365_are_no_boundary_and_a_client_that_calls_itself_so_is() {
        let hops = |client: &str| {
            [
                Hop::read(&format!(
                    "from EX1.mail.example (2001:db8:b::a9) by EX2.mail.example ({client}) with Microsoft SMTP Server"
                )),
                Hop::read(
                    "from out.example.org (192.0.2.9) by EX1.mail.example (10.1.2.3) with Microsoft SMTP Server",
                ),
            ]
        };
        assert_eq!(boundary(&hops("2001:db8:c::13")), Some(1));
        assert_eq!(boundary(&hops("2001:dead:c::13")), Some(0));
        assert_eq!(boundary(&hops("10.1.2.4")), Some(0));
    }
}
