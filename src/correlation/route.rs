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
        // Only the name that the server looked up counts; HELO is the client's own word.
        let inside = match (&h.host, &h.by) {
            (Some(host), Some(by)) => org_domain(host) == org_domain(by),
            _ => false,
        };
        !inside
    })
}
