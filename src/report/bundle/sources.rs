//! The hosts that the answered mail came from, and what is worth telling the networks that they stand in.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use ipnet::IpNet;

use crate::report::rfc3339;

/// What one host did, as the answers tell.
#[derive(Debug, Default)]
pub(super) struct Host {
    /// Answers to mail that came from it.
    pub(super) answers: u64,
    /// Of these, to forged mail.
    pub(super) forged: u64,
    /// First and last arrival of an answer, RFC 3339.
    pub(super) arrived: Option<(String, String)>,
    /// First and last date of the answered mail, RFC 3339.
    pub(super) sent: Option<(String, String)>,
    /// Numbers of its campaigns.
    pub(super) campaigns: BTreeSet<u32>,
    /// The first row about forged mail: what to show as a sample.
    pub(super) sample: Option<Sample>,
}

/// Where a sample lies.
#[derive(Debug, Clone)]
pub(super) struct Sample {
    /// How many messages were copied before it, which is the order of the stores.
    pub(super) order: u64,
    pub(super) store: Vec<u8>,
    pub(super) locator: Vec<u8>,
    pub(super) sha256: String,
    /// Of the answered mail, RFC 3339 or empty.
    pub(super) sent: String,
    /// Who answered.
    pub(super) reporting_mta: String,
}

/// All hosts.
#[derive(Debug, Default)]
pub(super) struct Sources(BTreeMap<IpAddr, Host>);

/// One network with its hosts.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub(super) hosts: Vec<IpAddr>,
    pub(super) forged: u64,
    pub(super) arrived: Option<(String, String)>,
    pub(super) sample: Option<(IpAddr, Sample)>,
}

/// Widens a span of moments; text in UTC sorts by time.
fn widen(span: &mut Option<(String, String)>, moment: &str) {
    if moment.is_empty() {
        return;
    }
    let (first, last) = span.get_or_insert_with(|| (moment.to_owned(), moment.to_owned()));
    if moment < first.as_str() {
        *first = moment.to_owned();
    }
    if moment > last.as_str() {
        *last = moment.to_owned();
    }
}

impl Sources {
    /// The entry of a host.
    pub(super) fn host(&mut self, ip: IpAddr) -> &mut Host {
        self.0.entry(ip).or_default()
    }

    /// How many hosts there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// As CSV; nothing in it comes from mail but addresses that were read as such.
    pub(super) fn csv(&self) -> String {
        let mut out = String::from(
            "source_ip,network,answers,forged,first_answer,last_answer,first_sent,last_sent,campaigns\n",
        );
        for (ip, h) in &self.0 {
            let (a, s) =
                (h.arrived.clone().unwrap_or_default(), h.sent.clone().unwrap_or_default());
            let campaigns: Vec<String> = h.campaigns.iter().map(u32::to_string).collect();
            out.push_str(&format!(
                "{ip},{},{},{},{},{},{},{},{}\n",
                network(*ip),
                h.answers,
                h.forged,
                a.0,
                a.1,
                s.0,
                s.1,
                campaigns.join(" ")
            ));
        }
        out
    }

    /// The networks from which forged mail came, those with most answers first.
    pub(super) fn networks(&self) -> Vec<(IpNet, Network)> {
        let mut networks: BTreeMap<IpNet, Network> = BTreeMap::new();
        for (ip, host) in self.0.iter().filter(|(_, h)| h.forged > 0) {
            let n = networks.entry(network(*ip)).or_default();
            n.hosts.push(*ip);
            n.forged += host.forged;
            for moment in host.arrived.iter().flat_map(|(a, b)| [a, b]) {
                widen(&mut n.arrived, moment);
            }
            if let Some(sample) = &host.sample
                && n.sample.as_ref().is_none_or(|(_, s)| s.order > sample.order)
            {
                n.sample = Some((*ip, sample.clone()));
            }
        }
        let mut networks: Vec<_> = networks.into_iter().collect();
        networks.sort_by(|(a, m), (b, n)| n.forged.cmp(&m.forged).then(a.cmp(b)));
        networks
    }
}

impl Host {
    /// Counts one answer.
    pub(super) fn add(&mut self, forged: bool, arrived: &str, sent: &str, campaign: Option<u32>) {
        self.answers += 1;
        self.forged += u64::from(forged);
        widen(&mut self.arrived, arrived);
        widen(&mut self.sent, sent);
        self.campaigns.extend(campaign);
    }
}

/// The network that an abuse desk is asked about: /24, or /48 of IPv6.
pub(super) fn network(ip: IpAddr) -> IpNet {
    let length = if ip.is_ipv4() { 24 } else { 48 };
    IpNet::new(ip, length).map_or_else(|_| IpNet::from(ip), |net| net.trunc())
}

/// A moment as reports write it, or nothing where it is none.
pub(super) fn moment(written: &str) -> Option<i64> {
    let unix = written.parse::<jiff::Timestamp>().ok()?.as_second();
    (rfc3339(unix) == written).then_some(unix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_sums_its_hosts_and_shows_the_first_sample() {
        let mut sources = Sources::default();
        let sample = |order| Sample {
            order,
            store: b"s".to_vec(),
            locator: b"l".to_vec(),
            sha256: String::new(),
            sent: String::new(),
            reporting_mta: String::new(),
        };
        for (n, last, forged, date) in [
            (3, 9, true, "2026-01-03T00:00:00Z"),
            (1, 7, true, "2026-01-01T00:00:00Z"),
            (2, 7, false, ""),
        ] {
            let host = sources.host(format!("192.0.2.{last}").parse().unwrap());
            host.add(forged, date, "", Some(last));
            host.sample = host.sample.clone().or(forged.then(|| sample(n)));
        }
        let networks = sources.networks();
        assert_eq!(networks.len(), 1);
        let (net, n) = &networks[0];
        assert_eq!((net.to_string().as_str(), n.forged, n.hosts.len()), ("192.0.2.0/24", 2, 2));
        assert_eq!(n.sample.as_ref().unwrap().1.order, 1);
        assert_eq!(n.arrived, Some(("2026-01-01T00:00:00Z".into(), "2026-01-03T00:00:00Z".into())));
        assert!(sources.csv().contains("192.0.2.7,192.0.2.0/24,2,1,2026-01-01T00:00:00Z,"));
    }
}
