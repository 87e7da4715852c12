//! How the owner's mail travels and what is addressed to the owner, learned from solid matches: the
//! addresses of relays as others saw them, the hosts that took the mail in, and the clients below.

use std::collections::BTreeSet;
use std::net::IpAddr;

use ipnet::IpNet;

use super::Reply;
use crate::correlation::{Answered, Link, Record, Terms, boundary, is_local};
use crate::message::Hop;
use crate::sent::{Census, SentIndex, org_domain};

/// What the hops of a returned original say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Path {
    /// It came from an address of the owner's relays, from a client that solid matches know.
    Own(String),
    /// It came from the owner's relay, but from a client never seen there: a new place, or a stolen
    /// account.
    OwnRelayNewClient(String),
    /// It came from elsewhere; nothing in it names the owner's relays.
    Foreign(String),
    /// It came from elsewhere, and a hop names the owner's relay: a forwarder in between, or a line
    /// that somebody made up.
    Named(String),
    /// The hops say nothing, or the relays are not known.
    Silent,
}

/// How the owner's mail travels.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    relays: Census,
    takers: Census,
    clients: BTreeSet<String>,
    /// Organisations of hosts that received the owner's mail.
    receivers: BTreeSet<String>,
    named: Vec<IpNet>,
    named_hosts: BTreeSet<String>,
    /// Structures of ids that people's replies to the owner name. Submission services write ids that
    /// never come into Sent.
    answered_shapes: BTreeSet<String>,
    /// Addresses that people answer to, base form.
    pub addressed: BTreeSet<String>,
}

/// The network in which a client is taken to be the same place.
fn network(ip: IpAddr) -> String {
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
fn client(hop: &Hop) -> Option<String> {
    match hop.ip {
        Some(ip) if !is_local(ip) => Some(network(ip)),
        _ => hop.helo.clone().or_else(|| hop.host.clone()),
    }
}

impl Habits {
    /// Learns from the solid matches; `relays` are hosts and networks that the owner named.
    pub fn learn(
        records: &[&Record],
        replies: &[Reply],
        sent: &SentIndex,
        terms: &Terms,
        relays: &[String],
    ) -> Self {
        let mut habits = Habits::default();
        for relay in relays {
            match relay.parse::<IpNet>().or_else(|_| relay.parse::<IpAddr>().map(IpNet::from)) {
                Ok(net) => habits.named.push(net),
                Err(_) => {
                    habits.named_hosts.insert(relay.to_lowercase());
                }
            }
        }
        let solid: Vec<&Record> = records
            .iter()
            .copied()
            .filter(|r| matches!(r.link, Link::Matched { solid: true, .. }))
            .collect();
        habits.learn_names(&solid, sent);
        for record in &solid {
            habits.take_in(&record.answered.hops);
        }
        for reply in replies {
            if reply.list {
                continue;
            }
            if terms.is_own(&reply.to, sent) && !terms.is_own(&reply.from, sent) {
                habits.answered_shapes.insert(reply.shape.clone());
            }
            if sent.by_id_key(reply.parent).is_some() {
                habits.addressed.insert(reply.to.base().as_str().to_owned());
            }
        }
        habits
    }

    /// The names of the hosts that take the owner's mail in. A host that reports a failure took the mail
    /// in last: as the receiver, or as the owner's own relay, where the owner authenticated or whose
    /// organisation is the owner's. Below a receiver's line the next host is the owner's, unless it
    /// receives as well (forwarders, loops).
    fn learn_names(&mut self, solid: &[&Record], sent: &SentIndex) {
        let own: BTreeSet<String> = sent
            .identities
            .keys()
            .filter_map(|a| a.rsplit_once('@'))
            .map(|(_, d)| org_domain(d))
            .collect();
        for top in solid.iter().filter_map(|r| r.answered.hops.first()) {
            let Some(by) = &top.by else { continue };
            let org = org_domain(by);
            if top.authenticated || own.contains(&org) {
                self.takers.add(by);
            } else {
                self.receivers.insert(org);
            }
        }
        for record in solid {
            let hops = &record.answered.hops;
            if let Some(b) = boundary(hops)
                && let Some(by) = hops.get(b + 1).and_then(|h| h.by.as_ref())
            {
                let org = org_domain(by);
                let agree = [&hops[b].host, &hops[b].helo]
                    .iter()
                    .any(|n| n.as_ref().is_some_and(|n| org_domain(n) == org));
                if agree && !self.receivers.contains(&org) {
                    self.takers.add(by);
                }
            }
        }
    }

    fn take_in(&mut self, hops: &[Hop]) {
        let Some(top) = hops.first() else { return };
        if top.by.as_ref().is_some_and(|by| self.takers.count(by) > 0) {
            self.clients.extend(client(top));
            return;
        }
        let Some(b) = boundary(hops) else { return };
        // What a receiver passes on to another is no relay of the owner's.
        let passed_on =
            hops[b].host.as_ref().is_some_and(|h| self.receivers.contains(&org_domain(h)));
        if passed_on {
            return;
        }
        if let Some(ip) = hops[b].ip {
            self.relays.add(&ip.to_string());
        }
        self.clients.extend(hops.get(b + 1).and_then(client));
    }

    /// Whether this is the address of a relay of the owner's.
    pub fn is_own_relay(&self, ip: IpAddr) -> bool {
        self.relays.count(&ip.to_string()) > 0 || self.named.iter().any(|n| n.contains(&ip))
    }

    fn is_relay(&self, hop: &Hop) -> bool {
        let Some(ip) = hop.ip else { return false };
        self.is_own_relay(ip) || hop.host.as_ref().is_some_and(|h| self.named_hosts.contains(h))
    }

    fn names_relay(&self, hop: &Hop) -> bool {
        let taker = |name: &Option<String>| {
            name.as_ref().is_some_and(|n| self.takers.count(n) > 0 || self.named_hosts.contains(n))
        };
        taker(&hop.by) || taker(&hop.helo) || taker(&hop.host) || self.is_relay(hop)
    }

    /// What the hops of an answered mail say.
    pub fn path(&self, answered: &Answered, reporting_mta: &str) -> Path {
        let hops = &answered.hops;
        if self.relays.total() + self.takers.total() < 3
            && self.named.is_empty()
            && self.named_hosts.is_empty()
        {
            return Path::Silent;
        }
        let Some(top) = hops.first() else { return Path::Silent };
        let known = |h: Option<&Hop>| h.and_then(client).is_none_or(|c| self.clients.contains(&c));
        // The owner's own relay reports: the top hop is where it took the mail in.
        let reports = top.by.as_ref().is_some_and(|by| {
            self.takers.count(by) > 0
                && (reporting_mta.is_empty() || org_domain(reporting_mta) == org_domain(by))
        });
        if reports {
            let name = top.by.clone().unwrap_or_default();
            return if known(Some(top)) { Path::Own(name) } else { Path::OwnRelayNewClient(name) };
        }
        let Some(b) = boundary(hops) else { return Path::Silent };
        let quote = hops[b].ip.map(|ip| ip.to_string()).unwrap_or_default();
        if self.is_relay(&hops[b]) {
            return if known(hops.get(b + 1)) {
                Path::Own(quote)
            } else {
                Path::OwnRelayNewClient(quote)
            };
        }
        match hops[b..].iter().find(|h| self.names_relay(h)) {
            Some(hop) => Path::Named(hop.by.clone().unwrap_or_default()),
            None => Path::Foreign(quote),
        }
    }

    /// Whether people's replies name ids of this structure as the owner's.
    pub fn is_answered_shape(&self, shape: &str) -> bool {
        self.answered_shapes.contains(shape)
    }

    /// What a foreign source adds to the log-odds of `forged`: the owner's next mail takes a way never
    /// seen before this rarely.
    pub fn foreign(&self) -> f32 {
        -self.relays.unseen().max(0.01).ln()
    }

    /// Solid matches whose way was seen.
    pub fn ways(&self) -> u32 {
        self.relays.total()
    }
}
