//! Rules that keep the next flood out, made of what one scan learned: which addresses never send, over which
//! hosts the owner's mail leaves. Every rule files; none discards. Each is tried on the mailbox it came from.

mod quoting;
mod rules;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

pub use rules::{Program, write};

use crate::message::Address;
use crate::scan::{Finding, Outcome};
use crate::signals::Kind;
use crate::verdict::Origin;

/// Answers to forged mail from which on an address is worth a rule.
const LEAST: u32 = 3;
/// Addresses that never sent, of one domain, from which on it takes mail for any address.
const CATCH_ALL: usize = 3;
/// Addresses that are listed.
pub(super) const LISTED: usize = 200;
/// Genuine bounces with hops from which on a rule about relays has been tried at all.
const TRIED: u32 = 5;
/// Addresses that must take mail without a sender whatever they send (RFC 5321 4.5.1, RFC 2142).
const ALWAYS: [&str; 2] = ["postmaster", "abuse"];

/// What came to one address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Use {
    /// Mail that is no automatic answer.
    pub(super) ordinary: u32,
    /// Answers to mail of the owner's.
    pub(super) genuine: u32,
    /// Answers to forged mail.
    pub(super) forged: u32,
    /// Undecided answers.
    pub(super) unknown: u32,
}

/// What a rule does to the bounces of this mailbox.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tried {
    pub(super) forged: u32,
    pub(super) genuine: u32,
    pub(super) unknown: u32,
}

impl Tried {
    fn add(&mut self, origin: Origin) {
        match origin {
            Origin::Genuine => self.genuine += 1,
            Origin::Forged => self.forged += 1,
            Origin::Unknown => self.unknown += 1,
        }
    }
}

/// One bounce with returned hops: its origin and the hashes of the host names and addresses in them.
struct Route(Origin, Box<[u32]>);

/// Gathers while a scan with `Options::all` visits its findings.
#[derive(Default)]
pub struct Gathering {
    addresses: BTreeMap<String, Use>,
    routes: Vec<Route>,
    bounces: Tried,
}

/// What rules are made of.
#[derive(Debug, Default)]
pub struct Suggestions {
    /// Addresses that never sent and to which nobody writes, with what came to them, most forged first.
    pub(super) never: Vec<(String, Use)>,
    /// Addresses that never sent and to which mail comes.
    pub(super) silent: Vec<(String, Use)>,
    /// Addresses of a catch-all domain, not the owner's senders, to which ordinary mail comes.
    pub(super) used: Vec<(String, Use)>,
    /// Domains that take mail for any address.
    pub(super) catch_all: Vec<String>,
    /// Domains that the owner writes from.
    pub(super) domains: Vec<String>,
    /// Host names over which the owner's mail leaves, most used first.
    pub(super) relays: Vec<String>,
    /// Addresses of these hosts as receiving servers saw them.
    pub(super) relay_addresses: Vec<String>,
    /// Whether the owner's server tags all mail (BATV).
    pub(super) tagged: bool,
    /// All bounces.
    pub(super) bounces: Tried,
    /// What a rule would file that looks for the relays in the returned hops.
    pub(super) without_relay: Tried,
    /// Genuine bounces with hops that it was tried on.
    pub(super) with_hops: u32,
    /// Addresses and host names with characters that are put into no rule.
    pub(super) left_out: usize,
}

fn hash(text: &str) -> u32 {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(text.to_lowercase());
    u32::try_from(hash & 0xffff_ffff).unwrap_or(0)
}

/// The addresses of a decoded field. Cut only where every list is: a quoted or odd local part stays whole and so is
/// left out of rules, instead of lending its end to a rule about somebody else.
fn addresses(field: &str) -> impl Iterator<Item = Address> + '_ {
    field
        .split(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | ','))
        .filter(|word| word.contains('@'))
        .map(|word| Address::new(word).base())
        .filter(|a| !a.local().is_empty() && !a.domain().is_empty())
}

impl Gathering {
    /// Takes one finding.
    pub fn finding(&mut self, f: &Finding) {
        let origin = f.verdict.origin();
        for address in addresses(&f.to).map(|a| a.to_string()).collect::<BTreeSet<_>>() {
            let n = self.addresses.entry(address).or_default();
            match origin {
                None => n.ordinary += 1,
                Some(Origin::Genuine) => n.genuine += 1,
                Some(Origin::Forged) => n.forged += 1,
                Some(Origin::Unknown) => n.unknown += 1,
            }
        }
        if let (Kind::Bounce, Some(origin)) = (f.verdict.kind(), origin) {
            self.bounces.add(origin);
            let names = f.hops.iter().flat_map(|h| {
                let ip = h.ip.map(|ip| ip.to_string());
                [h.host.clone(), h.helo.clone(), h.by.clone(), ip].into_iter().flatten()
            });
            let names: BTreeSet<u32> = names.map(|name| hash(&name)).collect();
            if !names.is_empty() {
                self.routes.push(Route(origin, names.into_iter().collect()));
            }
        }
    }

    /// Makes suggestions of what was gathered and what the scan learned.
    pub fn end(self, outcome: &Outcome) -> Suggestions {
        let senders: BTreeSet<&str> =
            outcome.identities.iter().map(|i| i.address.as_str()).collect();
        let domain_of = |a: &str| a.rsplit_once('@').map_or("", |(_, d)| d).to_owned();
        let own: BTreeSet<String> = senders.iter().map(|a| domain_of(a)).collect();
        let mut s = Suggestions {
            bounces: self.bounces,
            tagged: outcome.tags_all,
            ..Suggestions::default()
        };
        let mut keep = |text: &str, good: bool| {
            s.left_out += usize::from(!good);
            good.then(|| text.to_owned())
        };
        s.domains = own.iter().filter_map(|d| keep(d, quoting::is_host(d))).collect();
        let hosts = outcome.relays.iter().filter(|r| r.parse::<std::net::IpAddr>().is_err());
        s.relays = hosts.filter_map(|h| keep(h, quoting::is_host(h))).collect();
        let ips = outcome.relays.iter().filter(|r| r.parse::<std::net::IpAddr>().is_ok());
        s.relay_addresses = ips.cloned().collect();

        let never_sent: Vec<(&String, &Use)> = self
            .addresses
            .iter()
            .filter(|(a, n)| {
                own.contains(&domain_of(a))
                    && !senders.contains(a.as_str())
                    && !senders.contains(format!("@{}", domain_of(a)).as_str())
                    && n.genuine == 0
            })
            .collect();
        let attacked = |n: &Use| n.forged >= LEAST && n.unknown <= n.forged;
        let mut per_domain: BTreeMap<String, usize> = BTreeMap::new();
        for (address, _) in never_sent.iter().filter(|(_, n)| n.forged > 0) {
            *per_domain.entry(domain_of(address)).or_default() += 1;
        }
        s.catch_all = per_domain
            .into_iter()
            .filter(|(d, n)| *n >= CATCH_ALL && s.domains.contains(d))
            .map(|(d, _)| d)
            .collect();
        for (address, n) in never_sent {
            let local = address.split('@').next().unwrap_or("");
            if !quoting::is_address(address) {
                s.left_out += usize::from(n.forged > 0);
                continue;
            }
            if s.catch_all.contains(&domain_of(address)) && n.ordinary > 0 {
                s.used.push((address.clone(), *n));
            }
            if attacked(n) && !ALWAYS.contains(&local) {
                let list = if n.ordinary == 0 { &mut s.never } else { &mut s.silent };
                list.push((address.clone(), *n));
            }
        }
        let by_forged =
            |a: &(String, Use), b: &(String, Use)| b.1.forged.cmp(&a.1.forged).then(a.0.cmp(&b.0));
        s.never.sort_by(by_forged);
        s.silent.sort_by(by_forged);
        s.used.sort_by(|a, b| b.1.ordinary.cmp(&a.1.ordinary).then(a.0.cmp(&b.0)));

        let relays: BTreeSet<u32> =
            s.relays.iter().chain(&s.relay_addresses).map(|r| hash(r)).collect();
        for Route(origin, names) in &self.routes {
            s.with_hops += u32::from(*origin == Origin::Genuine);
            if !names.iter().any(|n| relays.contains(n)) {
                s.without_relay.add(*origin);
            }
        }
        s
    }
}

impl Suggestions {
    /// Whether a rule about relays may be given: it was tried, and files no genuine bounce.
    pub(super) fn relays_hold(&self) -> bool {
        !self.relays.is_empty() && self.with_hops >= TRIED && self.without_relay.genuine == 0
    }

    /// What a rule on the addresses would file.
    pub(super) fn never_tried(&self) -> Tried {
        let mut tried = Tried::default();
        for (_, n) in self.never.iter().take(LISTED) {
            tried.forged += n.forged;
            tried.unknown += n.unknown;
        }
        tried
    }
}

#[cfg(test)]
mod tests;
