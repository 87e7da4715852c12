//! What the Received lines of a returned original say by themselves, and how what they say is called once the owner's
//! habits are known.

use std::net::IpAddr;

use crate::correlation::{Answered, boundary, is_local};
use crate::message::Hop;
use crate::sent::org_domain;

/// What the hops of a returned original say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Path {
    /// It came from an address of the owner's relays, from a client that solid matches know.
    Own {
        /// The relay.
        relay: String,
        /// The client below it has written ids of this structure before.
        usual: bool,
        /// The relay notes that the client authenticated; a web server or script does not.
        authenticated: bool,
    },
    /// It came from the owner's relay, but from a client never seen there: a new place, or a stolen
    /// account.
    NewClient {
        /// The client, as the relay saw it.
        client: String,
        /// The relay notes that the client authenticated.
        authenticated: bool,
    },
    /// It came straight from a place from which the owner also writes over the relays.
    OwnClient {
        /// Its address.
        place: String,
        /// It has written ids of this structure before.
        usual: bool,
    },
    /// It came from elsewhere; nothing in it names the owner's relays.
    Foreign(String),
    /// It came from elsewhere, and names the owner's relay in a way that its neighbours disprove.
    Pretended {
        /// Where it really came from.
        source: String,
        /// The name that it wears.
        name: String,
    },
    /// It came from elsewhere, and a hop names the owner's relay: a forwarder in between, or a line
    /// that somebody made up with care. Or it came from a host of the owner's domain or provider that no match
    /// shows, from a login at the host that reports, or never from outside a provider whose lines note no login.
    Named(String),
    /// The hops say nothing, or the relays are not known.
    Silent,
}

impl Path {
    /// Whether it came from a host that is none of the owner's; gives its address.
    pub fn stranger(&self) -> Option<&str> {
        match self {
            Path::Foreign(source) | Path::Pretended { source, .. } => Some(source),
            _ => None,
        }
    }

    /// Whether a relay of the owner's is named in it, truly or not.
    pub fn names_relay(&self) -> bool {
        match self {
            Path::Own { .. } | Path::NewClient { .. } | Path::Pretended { .. } | Path::Named(_) => {
                true
            }
            Path::OwnClient { .. } | Path::Foreign(_) | Path::Silent => false,
        }
    }
}

/// The network in which a client is taken to be the same place.
pub(super) fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}")
        }
        IpAddr::V6(v6) => {
            let s = v6.segments();
            format!("{:x}:{:x}:{:x}", s[0], s[1], s[2])
        }
    }
}

/// Who handed the mail in at the relay: its network, or its own name behind a local address.
pub(super) fn client(hop: &Hop) -> Option<String> {
    match hop.ip {
        Some(ip) if !is_local(ip) => Some(network(ip)),
        _ => hop.helo.clone().or_else(|| hop.host.clone()),
    }
}

/// Organisations of the addresses that an answer says the mail went to.
pub(super) fn recipients(answered: &Answered) -> impl Iterator<Item = String> + '_ {
    answered
        .asked
        .iter()
        .filter_map(|a| a.as_str().rsplit_once('@'))
        .map(|(_, domain)| org_domain(domain))
}

/// The host that reports of mail that other hosts of its organisation handed to it, and that came from nowhere else.
pub(super) fn stayed(hops: &[Hop]) -> Option<&str> {
    let by = hops.first()?.by.as_deref()?;
    (boundary(hops).is_none() && hops.iter().any(|h| h.ip.is_some_and(|ip| !is_local(ip))))
        .then_some(by)
}

/// From a line of the owner's provider down: the line that shows the client. Hosts that the provider's own hosts took
/// the mail from are passed by.
pub(super) fn first_client(hops: &[Hop], from: usize) -> Option<&Hop> {
    let inner = |hop: &&Hop| {
        let same = |name: &Option<String>| match (name, &hop.by) {
            (Some(name), Some(by)) => org_domain(name) == org_domain(by),
            _ => false,
        };
        !hop.authenticated && (same(&hop.host) || hop.host.is_none() && same(&hop.helo))
    };
    let below = hops.get(from..)?;
    let first = below.first()?;
    // Nothing but hosts of the provider: the last that is known.
    Some(below.iter().find(|hop| !inner(hop)).unwrap_or(first))
}
