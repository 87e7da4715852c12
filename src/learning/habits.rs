//! How the owner's mail travels and what is addressed to the owner, learned from solid matches: the
//! addresses of relays as others saw them, the hosts that took the mail in, and the clients below.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use super::Reply;
use super::way::{Path, client, first_client, recipients, stayed};
use crate::correlation::{
    Answered, Link, Record, Returns, Terms, are_neighbours, boundary, is_local,
};
use crate::message::Hop;
use crate::sent::{Census, SentIndex, org_domain};
use crate::signals::Kind;

/// How the owner's mail travels and looks.
#[derive(Debug, Clone, Default)]
pub struct Habits {
    relays: Census,
    /// The same, as addresses.
    relay_ips: BTreeSet<IpAddr>,
    /// Organisations whose hosts handed the owner's mail to several others: the owner's providers.
    providers: BTreeSet<String>,
    takers: Census,
    /// Of these, and of others, those whose lines note a login.
    logins: BTreeSet<String>,
    /// Organisations that reported of mail that never left their hosts.
    homes: Census,
    clients: BTreeSet<String>,
    /// Addresses of clients below the relay.
    places: BTreeSet<IpAddr>,
    /// Client below the relay and structure of the id, as solid matches show them together.
    ways: BTreeSet<(String, String)>,
    /// Organisations of hosts that receive mail for others; the line of one is believed where the line
    /// above took the mail from a host of that name.
    receivers: BTreeSet<String>,
    /// Organisations of the owner's own addresses.
    own: BTreeSet<String>,
    named: Vec<IpNet>,
    named_hosts: BTreeSet<String>,
    /// Structures of ids that solid matches have, or that people's replies to the owner name.
    usual_shapes: Census,
    /// Addresses that people answer to, base form.
    pub addressed: BTreeSet<String>,
    /// Solid bounces, and how many of them came to an address with the server's tag.
    tags: (u32, u32),
    /// Solid matches whose headers came back, and how many of them are signed for the owner's domain.
    signed: (u32, u32),
}

/// Solid matches from which on a host that took in the owner's mail is known to be the owner's.
const TAKEN: u32 = 3;

/// So many people who answer an address show that it is in use; one may be angry about forged mail.
const PEOPLE: usize = 3;

/// Solid bounces from which on the owner's server is known to tag all mail.
const TAGGED: u32 = 10;

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
        habits.learn_names(records, &solid, sent);
        let taken: Vec<_> =
            solid.iter().map(|r| (habits.taken(&r.answered), &r.answered)).collect();
        // Who handed the mail of one organisation on may be its own gateway.
        let mut handed: BTreeMap<IpAddr, BTreeSet<String>> = BTreeMap::new();
        for ((relay, _), answered) in &taken {
            if let Some(ip) = relay {
                handed.entry(*ip).or_default().extend(recipients(answered));
            }
        }
        let is_gateway = |ip: &IpAddr, answered: &Answered| {
            let of_recipient = |name: &String| {
                let org = org_domain(name);
                recipients(answered).any(|to| to == org)
            };
            let wears = |h: &Hop| [&h.host, &h.helo].into_iter().flatten().any(of_recipient);
            handed.get(ip).is_some_and(|to| to.len() == 1)
                && answered.hops.iter().any(|h| h.ip == Some(*ip) && wears(h))
        };
        for ((relay, below), answered) in &taken {
            if relay.is_some_and(|ip| is_gateway(&ip, answered)) {
                continue;
            }
            habits.places.extend(below.and_then(|h| h.ip).filter(|ip| !is_local(*ip)));
            if let Some(ip) = relay {
                habits.relays.add(&ip.to_string());
                habits.relay_ips.insert(*ip);
            }
            if let Some(client) = below.and_then(client) {
                if let Some(shape) = &answered.shape {
                    habits.ways.insert((client.clone(), shape.clone()));
                }
                habits.clients.insert(client);
            }
        }
        for shape in solid.iter().filter_map(|r| r.answered.shape.as_ref()) {
            habits.usual_shapes.add(shape);
        }
        for record in solid.iter().filter(|r| r.kind.kind == Kind::Bounce) {
            habits.tags.0 += 1;
            habits.tags.1 += u32::from(record.answered.is_tagged());
        }
        for record in solid.iter().filter(|r| r.answered.returns == Returns::Headers) {
            habits.signed.0 += 1;
            habits.signed.1 += u32::from(record.answered.signature.is_some());
        }
        let mut answered: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for reply in replies {
            if reply.list {
                continue;
            }
            let to = reply.to.base();
            answered.entry(to.as_str().to_owned()).or_default().insert(reply.from.as_str());
            if terms.is_own(&reply.to, sent) && !terms.is_own(&reply.from, sent) {
                habits.usual_shapes.add(&reply.shape);
            }
            if sent.by_id_key(reply.parent).is_some() {
                habits.addressed.insert(to.as_str().to_owned());
            }
        }
        // An address that several people answer writes to people, from a device that keeps no copies.
        let used = answered.into_iter().filter(|(_, people)| people.len() >= PEOPLE);
        habits.addressed.extend(used.map(|(address, _)| address));
        habits
    }

    /// The names of the hosts that take the owner's mail in. A host that reports a failure took the mail
    /// in last: as the receiver, or as the owner's own relay, where the owner authenticated or whose
    /// organisation is the owner's. Below a receiver's line the next host is the owner's, unless it
    /// receives as well (forwarders, loops).
    fn learn_names(&mut self, records: &[&Record], solid: &[&Record], sent: &SentIndex) {
        let addresses = sent.identities.keys().filter_map(|a| a.rsplit_once('@'));
        let own: BTreeSet<String> = addresses.map(|(_, d)| org_domain(d)).collect();
        self.own.clone_from(&own);
        for record in solid {
            let hops = &record.answered.hops;
            if let Some(by) = stayed(hops) {
                self.homes.add(&org_domain(by));
                continue;
            }
            let Some((top, by)) = hops.first().and_then(|h| Some((h, h.by.as_ref()?))) else {
                continue;
            };
            let org = org_domain(by);
            // The provider's other hosts hand on what one of them took from the owner's client.
            let login = boundary(hops).map(|b| &hops[b]).filter(|h| h.authenticated);
            // What a provider takes in for its own customers shows no relay, unless somebody logged in.
            let delivers = || recipients(&record.answered).any(|to| to == org);
            match login.and_then(|h| h.by.as_ref()) {
                _ if top.authenticated => self.takers.add(by),
                Some(by) => self.takers.add(by),
                None if own.contains(&org) && !delivers() => self.takers.add(by),
                None => {
                    self.receivers.insert(org);
                }
            }
        }
        let mut handed: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for record in solid {
            let hops = &record.answered.hops;
            if let Some(b) = boundary(hops)
                && let Some(by) = hops.get(b + 1).and_then(|h| h.by.as_ref())
            {
                let org = org_domain(by);
                let agree = [&hops[b].host, &hops[b].helo]
                    .iter()
                    .any(|n| n.as_ref().is_some_and(|n| org_domain(n) == org));
                let delivers = || recipients(&record.answered).any(|to| to == org);
                if let Some(top) = hops[0].by.as_ref().map(|top| org_domain(top))
                    && agree
                    && top != org
                    && !delivers()
                {
                    handed.entry(org.clone()).or_default().insert(top);
                }
                if agree && !self.receivers.contains(&org) {
                    self.takers.add(by);
                }
            }
        }
        let many = handed.into_iter().filter(|(_, to)| to.len() >= TAKEN as usize);
        self.providers = many.map(|(org, _)| org).collect();
        let hops = solid.iter().flat_map(|r| &r.answered.hops).filter(|h| h.authenticated);
        self.logins = hops.filter_map(|h| h.by.as_ref()).map(|by| org_domain(by)).collect();
        // Whoever writes the top line of any answered mail receives mail.
        for top in records.iter().filter_map(|r| r.answered.hops.first()) {
            if let Some(by) = top.by.as_ref().filter(|_| !top.authenticated) {
                let org = org_domain(by);
                let taker = self.takers.values().any(|(t, _)| org_domain(t) == org);
                if !taker && !own.contains(&org) {
                    self.receivers.insert(org);
                }
            }
        }
    }

    /// The address of the relay and the client below it, as the hops of a solid match show them.
    fn taken<'a>(&self, answered: &'a Answered) -> (Option<IpAddr>, Option<&'a Hop>) {
        let hops = &answered.hops;
        let Some(top) = hops.first() else { return (None, None) };
        if top.by.as_ref().is_some_and(|by| self.takers.count(by) > 0) {
            return (None, first_client(hops, 0));
        }
        match self.entry(hops) {
            Some(at) if hops[at].authenticated => (None, Some(&hops[at])),
            Some(at) => (hops[at].ip, first_client(hops, at + 1)),
            None => (None, None),
        }
    }

    /// The hop over which the mail came to the first host that is not the sender's: down from the
    /// answering side through forwarders that are known to receive mail and that the line above names.
    fn entry(&self, hops: &[Hop]) -> Option<usize> {
        let mut at = boundary(hops)?;
        while !self.is_relay(&hops[at])
            && let (Some(host), Some(next)) = (&hops[at].host, hops.get(at + 1))
            && let Some(by) = &next.by
            && !next.authenticated
        {
            let org = org_domain(by);
            if org_domain(host) != org
                || !self.receivers.contains(&org)
                // The owner's provider may be that of others, too.
                || self.providers.contains(&org)
            {
                break;
            }
            match boundary(&hops[at + 1..]) {
                Some(below) => at += 1 + below,
                None => break,
            }
        }
        Some(at)
    }

    /// The hosts over which the owner's mail leaves: names that took mail in often enough to be the owner's
    /// and those that the owner named, then addresses; each most used first.
    pub fn relays(&self) -> Vec<String> {
        let sorted = |census: &Census, least: u32| {
            let mut all: Vec<_> = census.values().filter(|(_, n)| *n >= least).collect();
            all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
            all.into_iter().map(|(value, _)| value.to_owned()).collect::<Vec<_>>()
        };
        let mut relays = sorted(&self.takers, TAKEN);
        relays.extend(self.named_hosts.iter().filter(|n| self.takers.count(n) < TAKEN).cloned());
        relays.extend(sorted(&self.relays, 1));
        let single = |net: &&IpNet| net.prefix_len() == net.max_prefix_len();
        let named = self.named.iter().filter(single).map(|net| net.addr().to_string());
        relays.extend(named.filter(|ip| self.relays.count(ip) == 0));
        relays
    }

    /// Whether this is the address of a relay of the owner's.
    pub fn is_own_relay(&self, ip: IpAddr) -> bool {
        self.relay_ips.contains(&ip) || self.named.iter().any(|n| n.contains(&ip))
    }

    fn is_relay(&self, hop: &Hop) -> bool {
        let Some(ip) = hop.ip else { return false };
        self.is_own_relay(ip) || hop.host.as_ref().is_some_and(|h| self.named_hosts.contains(h))
    }

    /// Whether the host that this hop names as its client receives mail for others.
    pub fn receives(&self, hop: &Hop) -> bool {
        [&hop.host, &hop.helo]
            .into_iter()
            .flatten()
            .any(|h| self.receivers.contains(&org_domain(h)))
    }

    /// Whether a host of this name takes in the owner's mail.
    fn is_taker(&self, name: &Option<String>, often: u32) -> bool {
        name.as_ref().is_some_and(|n| self.takers.count(n) >= often || self.named_hosts.contains(n))
    }

    /// Whether any relay of the owner's is known, learned or named.
    pub fn knows_relays(&self) -> bool {
        self.relays.total() + self.takers.total() >= 3
            || !self.named.is_empty()
            || !self.named_hosts.is_empty()
    }

    /// What the hops of an answered mail say.
    pub fn path(&self, answered: &Answered, reporting_mta: &str) -> Path {
        let hops = &answered.hops;
        if !self.knows_relays() {
            return Path::Silent;
        }
        let Some(top) = hops.first() else { return Path::Silent };
        // The owner's own relay reports: the top hop is where it took the mail in. A forwarder of one or two
        // mails of the owner's looks like a relay, too, until it reports.
        let reports = top.by.as_ref().is_some_and(|by| {
            let org = org_domain(by);
            let delivers = || recipients(answered).any(|to| to == org);
            let is_sure = top.authenticated || self.own.contains(&org);
            (top.authenticated || !is_sure || !delivers())
                && self.takers.count(by) >= if is_sure { 1 } else { TAKEN }
                && (reporting_mta.is_empty() || org_domain(reporting_mta) == org_domain(by))
        });
        if reports {
            return self.through(
                answered,
                top.by.clone().unwrap_or_default(),
                first_client(hops, 0),
            );
        }
        let Some(at) = self.entry(hops) else {
            // What never came from outside was handed in at the provider that reports.
            return match stayed(hops) {
                Some(by) if self.homes.count(&org_domain(by)) >= TAKEN => {
                    self.through(answered, by.to_owned(), None)
                }
                Some(by) => Path::Named(by.to_owned()),
                None => Path::Silent,
            };
        };
        let source = hops[at].ip.map(|ip| ip.to_string()).unwrap_or_default();
        if self.is_relay(&hops[at]) {
            return self.through(answered, source, first_client(hops, at + 1));
        }
        // The sender logged in at the very host that reports, which no match shows: an account of the owner's
        // with another provider, or somebody else's. A host that receives the mail of strangers asks for no login.
        if hops[at].authenticated {
            // Unless it is a host that took the owner's mail in before, and that others of its provider hand on.
            let by = hops[at].by.clone().unwrap_or_default();
            let inside = hops[..at]
                .iter()
                .all(|h| h.by.as_ref().is_some_and(|above| org_domain(above) == org_domain(&by)));
            if inside && self.takers.count(&by) > 0 {
                return self.through(answered, by, Some(&hops[at]));
            }
            return Path::Named(hops[at].by.clone().unwrap_or_default());
        }
        // The owner's provider took it in, and its lines never tell whether somebody logged in.
        if let Some(by) = hops[at].by.as_ref()
            && let org = org_domain(by)
            && self.providers.contains(&org)
            && !self.logins.contains(&org)
        {
            return Path::Named(by.clone());
        }
        // A host that receives mail for others handed it on, and what stood below did not come back.
        if hops.len() == at + 1 && self.receives(&hops[at]) || self.hands_on(answered, at) {
            return Path::Silent;
        }
        if let Some(name) = self.pretended(hops, at) {
            return Path::Pretended { source, name };
        }
        if hops[at].ip.is_some_and(|ip| self.places.contains(&ip)) {
            let usual = client(&hops[at]).is_some_and(|c| self.is_usual_way(c, answered));
            return Path::OwnClient { place: source, usual };
        }
        // A host of the owner's domain that no match shows: a web server, or a new relay. The name is the one
        // that the server looked up.
        // Neither does another host of the owner's provider tell.
        let of_own = |org: &String| self.own.contains(org) || self.providers.contains(org);
        if let Some(host) = hops[at].host.as_ref().filter(|h| of_own(&org_domain(h))) {
            return Path::Named(host.clone());
        }
        let names_relay =
            |h: &Hop| self.is_taker(&h.by, 1) || self.is_taker(&h.helo, 1) || self.is_relay(h);
        match hops[at..].iter().find(|h| names_relay(h)) {
            Some(hop) => Path::Named(hop.by.clone().unwrap_or_default()),
            None => Path::Foreign(source),
        }
    }

    /// Whether a host of the recipient's may have handed it on: it calls itself so, the server looked no name up, and
    /// the line below says that a host of that name took it in.
    fn hands_on(&self, answered: &Answered, at: usize) -> bool {
        let hop = &answered.hops[at];
        let (None, Some(helo), Some(next)) = (&hop.host, &hop.helo, answered.hops.get(at + 1))
        else {
            return false;
        };
        let org = org_domain(helo);
        next.by.as_ref().is_some_and(|by| org_domain(by) == org)
            && (self.receivers.contains(&org) || recipients(answered).any(|to| to == org))
    }

    /// What stands below the owner's relay decides whether it was the owner.
    fn through(&self, answered: &Answered, relay: String, below: Option<&Hop>) -> Path {
        let Some(below) = below else {
            return Path::Own { relay, usual: false, authenticated: false };
        };
        let Some(client) = client(below) else {
            return Path::Own { relay, usual: false, authenticated: false };
        };
        if !self.clients.contains(&client) {
            return Path::NewClient { client, authenticated: below.authenticated };
        }
        let usual = self.is_usual_way(client, answered);
        Path::Own { relay, usual, authenticated: below.authenticated }
    }

    fn is_usual_way(&self, client: String, answered: &Answered) -> bool {
        answered.shape.as_ref().is_some_and(|s| self.ways.contains(&(client, s.clone())))
    }

    /// A name of the owner's relay that its neighbours disprove: the client calls itself so and is
    /// another, or a line claims that the relay took the mail in while the host above took it from
    /// elsewhere.
    fn pretended(&self, hops: &[Hop], at: usize) -> Option<String> {
        let same = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => org_domain(a) == org_domain(b),
            _ => false,
        };
        let entry = &hops[at];
        // Where no name was looked up, and the relays are several of one network, it may be another of them.
        let near = || {
            let beside = |ip| self.relay_ips.iter().filter(|r| are_neighbours(**r, ip)).count() > 1;
            entry.host.is_none() && entry.ip.is_some_and(beside)
        };
        if self.is_taker(&entry.helo, TAKEN) && !same(&entry.host, &entry.helo) && !near() {
            return entry.helo.clone();
        }
        let claim = hops[at + 1..].iter().position(|h| self.is_taker(&h.by, TAKEN))?;
        let (above, line) = (&hops[at + claim], &hops[at + 1 + claim]);
        // Some servers look no name up, or note none: then the client's word is neither proved nor disproved.
        let agree =
            same(&above.host, &line.by) || above.host.is_none() && same(&above.helo, &line.by);
        (!self.is_relay(above) && !agree).then(|| line.by.clone()).flatten()
    }

    /// Organisations of the addresses that the owner writes from.
    pub(super) fn own_organisations(&self) -> impl Iterator<Item = &str> {
        self.own.iter().map(String::as_str)
    }

    /// Whether the owner's server tags the envelope sender of all mail.
    pub fn tags_all(&self) -> bool {
        self.tags.0 >= TAGGED && self.tags.1 * 100 >= self.tags.0 * 98
    }

    /// Whether the owner's server signs all mail for the domain of its From field.
    pub fn signs_all(&self) -> bool {
        self.signed.0 >= TAGGED && self.signed.1 * 100 >= self.signed.0 * 98
    }

    /// Whether people's replies name ids of this structure as the owner's, or solid matches have them:
    /// submission services write ids that never come into Sent.
    pub fn is_usual_shape(&self, shape: &str) -> bool {
        self.usual_shapes.count(shape) > 0
    }

    /// The structures of the ids of the owner's mail, as answers show them.
    pub fn shapes(&self) -> &Census {
        &self.usual_shapes
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Message;

    fn answered_with(hops: &[&str]) -> Answered {
        let nothing = crate::correlation::answered(&Message::default(), Kind::Bounce, &[]);
        Answered { hops: hops.iter().map(|l| Hop::read(l)).collect(), ..nothing }
    }

    /// Habits of an owner whose relay is mail.example.org [192.0.2.10], seen four times.
    fn habits() -> Habits {
        let mut habits = Habits::default();
        for _ in 0..4 {
            habits.relays.add("192.0.2.10");
            habits.relay_ips.extend("192.0.2.10".parse::<IpAddr>());
            habits.takers.add("mail.example.org");
        }
        habits.clients.insert("198.51.100".into());
        habits.receivers.insert("example.net".into());
        habits
    }

    fn path(hops: &[&str]) -> Path {
        habits().path(&answered_with(hops), "")
    }

    #[test]
    fn a_login_at_the_host_that_reports_is_no_strangers() {
        let hop = |with: &str| {
            format!(
                "from [198.51.100.9] (m1.mobile.example [198.51.100.9]) by submit.provider.example \
                 with {with} id 1; Fri, 6 Feb 2026 06:10:25 +0000"
            )
        };
        assert!(matches!(path(&[&hop("ESMTPSA")]), Path::Named(_)));
        assert!(matches!(path(&[&hop("ESMTPS")]), Path::Foreign(_)));
    }

    #[test]
    fn an_address_that_several_people_answer_is_in_use_and_one_angry_answer_shows_nothing() {
        let reply = |from: &str, to: &str| Reply {
            parent: 1,
            shape: "x8@example.org".into(),
            from: crate::message::Address::new(from),
            to: crate::message::Address::new(to),
            list: false,
            date: None,
        };
        let people = ["a@example.net", "b@example.net", "c@example.net"];
        let mut replies: Vec<Reply> =
            people.iter().map(|p| reply(p, "phone+tag@example.org")).collect();
        replies.push(reply("a@example.net", "x7@example.org"));
        replies.extend((0..5).map(|_| reply("a@example.net", "y7@example.org")));
        let (sent, terms) = (SentIndex::default(), Terms::default());
        let habits = Habits::learn(&[], &replies, &sent, &terms, &[]);
        assert_eq!(habits.addressed.iter().collect::<Vec<_>>(), ["phone@example.org"]);
    }

    const OVER_RELAY: &str = "from mail.example.org (mail.example.org [192.0.2.10]) by mx.example.net (Postfix) with ESMTP id 1";
    const AT_HOME: &str =
        "from laptop (dsl.example [198.51.100.7]) by mail.example.org (Postfix) with ESMTPSA id 2";

    #[test]
    fn mail_over_the_owners_relay_from_a_known_place_is_the_owners_way() {
        assert!(matches!(path(&[OVER_RELAY, AT_HOME]), Path::Own { authenticated: true, .. }));
    }

    #[test]
    fn a_new_place_below_the_relay_is_no_proof_of_either() {
        let abroad =
            "from pc (x.example [203.0.113.9]) by mail.example.org (Postfix) with ESMTPSA id 2";
        assert!(matches!(path(&[OVER_RELAY, abroad]), Path::NewClient { authenticated: true, .. }));
    }

    #[test]
    fn a_client_that_calls_itself_like_the_relay_is_found_out_by_its_address() {
        let liar = "from mail.example.org (dsl.example [203.0.113.9]) by mx.example.net (Postfix) with ESMTP id 1";
        assert!(matches!(path(&[liar]), Path::Pretended { .. }));
    }

    #[test]
    fn a_line_of_the_relay_below_a_foreign_client_is_found_out_by_its_neighbour() {
        let foreign =
            "from pc (dsl.example [203.0.113.9]) by mx.example.net (Postfix) with ESMTP id 1";
        assert!(matches!(path(&[foreign, AT_HOME]), Path::Pretended { .. }));
    }

    #[test]
    fn a_line_without_a_look_up_neither_proves_nor_disproves_the_relay_below() {
        let silent = "from out7.example.org (192.0.2.77) by mx.example.com id 1";
        assert!(matches!(path(&[silent, AT_HOME]), Path::Named(_)));
        let other = "from pc.example (203.0.113.9) by mx.example.com id 1";
        assert!(matches!(path(&[other, AT_HOME]), Path::Pretended { .. }));
    }

    #[test]
    fn a_name_of_a_relay_at_an_address_between_its_others_may_be_one_of_them() {
        let unknown = "from mail.example.org (unknown [192.0.2.12]) by mx.example.net (Postfix) with ESMTP id 1";
        assert!(matches!(path(&[unknown]), Path::Pretended { .. }));
        let mut pool = habits();
        pool.relay_ips.extend("192.0.2.11".parse::<IpAddr>());
        assert!(!matches!(pool.path(&answered_with(&[unknown]), ""), Path::Pretended { .. }));
    }

    #[test]
    fn what_never_left_its_provider_is_no_strangers() {
        let within = "from EX1.mail.example (2001:db8:b::a9) by EX2.mail.example (2001:db8:c::13) with Microsoft SMTP Server";
        let local = "from EX1.mail.example ([fe80::1]) by EX1.mail.example ([fe80::1%4]) with mapi";
        assert!(matches!(path(&[within, local]), Path::Named(_)));
        let mut home = habits();
        (0..TAKEN).for_each(|_| home.homes.add("mail.example"));
        assert!(matches!(home.path(&answered_with(&[within, local]), ""), Path::Own { .. }));
    }

    #[test]
    fn a_provider_whose_lines_note_no_login_may_have_taken_it_from_the_owner() {
        let client =
            "from pc (203.0.113.9) by EX2.mail.example (2001:db8:c::13) with Microsoft SMTP Server";
        let mut habits = habits();
        habits.providers.insert("mail.example".into());
        assert!(matches!(habits.path(&answered_with(&[client]), ""), Path::Named(_)));
        habits.logins.insert("mail.example".into());
        assert!(matches!(habits.path(&answered_with(&[client]), ""), Path::Foreign(_)));
    }

    #[test]
    fn hosts_of_the_provider_are_passed_by_on_the_way_to_the_client() {
        let inner = "from front.example.org (front.example.org [10.0.0.3]) by mail.example.org (Postfix) with ESMTP id 1";
        let abroad =
            "from pc (x.example [203.0.113.9]) by front.example.org (Postfix) with ESMTPSA id 2";
        let found = path(&[OVER_RELAY, inner, abroad]);
        assert_eq!(found, Path::NewClient { client: "203.0.113".into(), authenticated: true });
    }

    #[test]
    fn the_line_of_a_known_forwarder_is_believed() {
        let forwarded = "from mx.example.net (mx.example.net [203.0.113.5]) by mx.example.com (Postfix) with ESMTP id 1";
        assert!(matches!(path(&[forwarded, OVER_RELAY, AT_HOME]), Path::Own { .. }));
    }

    #[test]
    fn a_forwarder_that_reports_a_stranger_is_no_relay_of_the_owners() {
        let mut habits = habits();
        // One mail of the owner's came over it, which is how a relay looks, too.
        habits.takers.add("mx.forwarder.example");
        let stranger =
            "from pc (dsl.example [203.0.113.9]) by mx.forwarder.example (Postfix) with ESMTP id 1";
        let path = habits.path(&answered_with(&[stranger]), "mx.forwarder.example");
        assert!(matches!(path, Path::Named(_)), "{path:?}");
        for _ in 1..TAKEN {
            habits.takers.add("mx.forwarder.example");
        }
        let path = habits.path(&answered_with(&[stranger]), "mx.forwarder.example");
        assert!(matches!(path, Path::NewClient { .. }), "{path:?}");
    }

    #[test]
    fn without_a_known_relay_the_way_says_nothing() {
        assert_eq!(Habits::default().path(&answered_with(&[OVER_RELAY]), ""), Path::Silent);
    }
}
