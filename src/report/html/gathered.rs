//! What the page counts while findings go by. Bounded: of everything that grows with the mailbox only the
//! most frequent, the newest or a sum is kept. Knows nothing of how it is shown.

use std::collections::{BTreeMap, HashMap};
use std::net::IpAddr;
use std::sync::LazyLock;

use super::tally::{Different, Newest, Split, Tallied, Top, part};
use crate::learning::Abuse;
use crate::report::{escape, hours::Hours};
use crate::scan::Finding;
use crate::sent::org_domain;
use crate::signals::{Kind, vendors};
use crate::store::Role;
use crate::verdict::{Doubt, Origin};

/// The series of the charts over time, from the bottom of a column.
pub(super) const SERIES: usize = 5;
/// Bounces of forged mail, and other answers to it.
pub(super) const FORGED: [usize; 2] = [0, 1];
/// All of them.
pub(super) const ALL: [usize; SERIES] = [0, 1, 2, 3, 4];

/// Rows that are kept of each table.
const FAILURES: usize = 500;
const UNDECIDED: usize = 300;
const LISTED: usize = 60;

/// Values that are kept of each list, of which the page shows far fewer.
const VALUES: usize = 16_384;
const DIFFERENT: usize = 1 << 20;

/// Campaigns that are counted apart, hours of theirs, and links of each that are told apart.
const CAMPAIGNS: usize = 20_000;
const CAMPAIGN_HOURS: usize = 200_000;
const LINKS: usize = 16;

/// Characters of a cell.
const CELL: usize = 140;

/// One answer in a table.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) class: &'static str,
    pub(super) from: String,
    pub(super) recipient: String,
    pub(super) subject: String,
    pub(super) reason: String,
    pub(super) status: String,
    pub(super) diagnostic: String,
    pub(super) locator: String,
    pub(super) p_forged: Option<f32>,
    pub(super) campaign: Option<u32>,
    pub(super) original_date: Option<i64>,
    pub(super) original_id: String,
    pub(super) abuse: Option<Abuse>,
    pub(super) doubt: Option<Doubt>,
}

/// Text from mail as a cell shows it: one line, cut, nothing that does not print.
pub(super) fn cell(written: &str) -> String {
    let start: String = written.chars().take(4 * CELL).collect();
    escape::fit(&escape::text(&start), CELL).into_owned()
}

impl Row {
    fn of(f: &Finding) -> Row {
        let first = |a: &str, b: &str| if a.is_empty() { cell(b) } else { cell(a) };
        Row {
            class: f.verdict.class(),
            from: first(&f.reporting_mta, &f.from),
            recipient: cell(&f.recipients.join(" ")),
            subject: first(&f.original_subject, &f.subject),
            reason: cell(&f.reason),
            status: cell(&f.status),
            diagnostic: cell(&f.diagnostic),
            locator: escape::escaped_before(&format!("{}/{}", f.store, f.locator)).into_owned(),
            p_forged: f.verdict.p_forged(),
            campaign: f.campaign,
            original_date: f.original_date,
            original_id: cell(&f.original_message_id),
            abuse: f.abuse,
            doubt: f.doubt,
        }
    }
}

/// What is counted of one campaign.
#[derive(Debug)]
pub(super) struct Campaigned {
    pub(super) tallied: Tallied,
    /// Links up to their host, once an answer, and what stood behind some host for example.
    pub(super) links: Top,
    pub(super) paths: BTreeMap<String, String>,
    hours: BTreeMap<i64, u32>,
}

impl Campaigned {
    pub(super) fn hours(&self) -> &BTreeMap<i64, u32> {
        &self.hours
    }
}

/// How many of one group a simple rule would take for backscatter.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Ruled {
    /// It throws these away,
    pub(super) discarded: u64,
    /// keeps these,
    pub(super) kept: u64,
    /// and of these the store does not tell.
    pub(super) untold: u64,
}

impl Ruled {
    fn add(&mut self, discards: Option<bool>) {
        match discards {
            Some(true) => self.discarded += 1,
            Some(false) => self.kept += 1,
            None => self.untold += 1,
        }
    }
}

/// The two rules of thumb, on bounces and on other answers, by origin.
#[derive(Debug, Default)]
pub(super) struct Rules {
    pub(super) null_sender: [[Ruled; 3]; 2],
    pub(super) own_relay: [[Ruled; 3]; 2],
}

/// Everything that is counted.
#[derive(Debug)]
pub(super) struct Gathered {
    /// Answers by kind and origin, those in Swept folders left out.
    pub(super) classes: BTreeMap<(Kind, usize), u64>,
    pub(super) swept: u64,
    /// Those that stand in Junk or Trash.
    pub(super) elsewhere: BTreeMap<Role, u64>,
    pub(super) hours: Hours<SERIES>,
    /// First and last arrival of answers to forged mail.
    pub(super) forged: Tallied,
    pub(super) newest: Option<i64>,
    pub(super) campaigns: BTreeMap<u32, Campaigned>,
    campaign_hours: usize,
    /// Group 0: hashes of genuine bounces; 1: ids of the mails they name; 2: source addresses of forged
    /// mail; 3: recipients of forged mail.
    pub(super) different: Different,
    pub(super) campaign_recipients: Different,
    pub(super) campaign_sources: Different,
    pub(super) networks: Top,
    pub(super) programs: Top,
    pub(super) reasons: Top,
    pub(super) sources: Top,
    pub(super) local_parts: Top,
    pub(super) domains: Top,
    /// Originals by hour of the day, forged and genuine.
    pub(super) of_day: [[u64; 24]; 2],
    /// p_forged in steps of 0.05.
    pub(super) confidence: [u64; 20],
    /// Forged with p_forged from 0.99: what a sweep moves unless told otherwise.
    pub(super) swept_by_default: [u64; 2],
    pub(super) rules: Rules,
    pub(super) failures: Newest<Row>,
    pub(super) undecided: Newest<Row>,
    pub(super) listed: BTreeMap<(Kind, usize), Newest<Row>>,
}

impl Gathered {
    pub(super) fn new() -> Self {
        Gathered {
            classes: BTreeMap::new(),
            swept: 0,
            elsewhere: BTreeMap::new(),
            hours: Hours::default(),
            forged: Tallied::default(),
            newest: None,
            campaigns: BTreeMap::new(),
            campaign_hours: 0,
            different: Different::up_to(DIFFERENT),
            campaign_recipients: Different::up_to(DIFFERENT),
            campaign_sources: Different::up_to(DIFFERENT),
            networks: Top::keeping(VALUES),
            programs: Top::keeping(VALUES),
            reasons: Top::keeping(VALUES),
            sources: Top::keeping(VALUES),
            local_parts: Top::keeping(VALUES),
            domains: Top::keeping(VALUES),
            of_day: [[0; 24]; 2],
            confidence: [0; 20],
            swept_by_default: [0; 2],
            rules: Rules::default(),
            failures: Newest::keeping(FAILURES),
            undecided: Newest::keeping(UNDECIDED),
            listed: BTreeMap::new(),
        }
    }

    pub(super) fn add(&mut self, f: &Finding) {
        let (kind, origin) = (f.verdict.kind(), f.verdict.origin());
        if kind == Kind::Ordinary {
            return;
        }
        if f.role == Role::Swept {
            self.swept += 1;
            return;
        }
        let part = part(origin);
        let bounce = kind == Kind::Bounce;
        *self.classes.entry((kind, part)).or_default() += 1;
        if matches!(f.role, Role::Junk | Role::Trash) {
            *self.elsewhere.entry(f.role).or_default() += 1;
        }
        self.newest = self.newest.max(f.date);
        let series = match (part, bounce) {
            (0, true) => 0,
            (0, false) => 1,
            (1, false) => 3,
            (1, true) => 4,
            _ => 2,
        };
        self.hours.add(f.date, series);
        if let Some(p) = f.verdict.p_forged() {
            let written = ten_thousandths(p);
            self.confidence[(written / 500).min(19)] += 1;
            if part == 0 && written >= 9_900 {
                self.swept_by_default[usize::from(!bounce)] += 1;
            }
        }
        let group = usize::from(!bounce);
        self.rules.null_sender[group][part].add(f.null_sender);
        // That rule looks at bounces and challenges only.
        let looked_at = bounce || kind == Kind::ChallengeResponse;
        let names_relay = if looked_at { f.own_relay } else { Some(true) };
        self.rules.own_relay[group][part].add(names_relay.map(|named| !named));
        self.add_original(f, part);
        self.add_answering(f);
        if let Some(number) = f.campaign {
            self.add_to_campaign(number, f);
        }
        if bounce && origin == Some(Origin::Genuine) {
            self.add_failure(f);
        } else if part == 2 {
            self.undecided.add(f.date, || Row::of(f));
        } else {
            let listed = self.listed.entry((kind, part));
            listed.or_insert_with(|| Newest::keeping(LISTED)).add(f.date, || Row::of(f));
        }
    }

    /// The owner's mail that really failed. The same bounce in two folders is one failure.
    fn add_failure(&mut self, f: &Finding) {
        if !self.different.add(0, f.fingerprint.sha256) && !self.different.gave_up() {
            return;
        }
        match f.original_message_id.as_str() {
            "" => self.different.add(1, f.fingerprint.sha256),
            id => self.different.add(1, id),
        };
        self.failures.add(f.date, || Row::of(f));
    }

    /// What is known of the answered mail.
    fn add_original(&mut self, f: &Finding, part: usize) {
        if let (Some(date), Some(of_day)) = (f.original_date, self.of_day.get_mut(part)) {
            let hour = date.div_euclid(3600).rem_euclid(24);
            of_day[usize::try_from(hour).unwrap_or_default()] += 1;
        }
        if part == 0 {
            self.forged.add(f);
        }
        if part == 1 {
            return;
        }
        if let Ok(ip) = f.source_ip.parse::<IpAddr>() {
            self.sources.add(&network(ip), f);
            if part == 0 {
                self.different.add(2, ip);
            }
        }
        if let Some((local, _)) = f.original_from.rsplit_once('@') {
            self.local_parts.add(&cell(&local.to_lowercase()), f);
        }
        for recipient in &f.recipients {
            if let Some((_, domain)) = recipient.rsplit_once('@') {
                self.domains.add(&cell(&domain.trim_end_matches('>').to_lowercase()), f);
            }
            if part == 0 {
                self.different.add(3, recipient.to_lowercase());
            }
        }
    }

    /// Who answered.
    fn add_answering(&mut self, f: &Finding) {
        if let Some(host) = answering_host(f) {
            self.networks.add(&cell(&org_domain(&host)), f);
        }
        let program = f.verdict.ledger().iter().find_map(|entry| program(entry.code));
        self.programs.add(program.unwrap_or("not recognised"), f);
        if !f.reason.is_empty() {
            self.reasons.add(&cell(&f.reason), f);
        }
    }

    fn add_to_campaign(&mut self, number: u32, f: &Finding) {
        if !self.campaigns.contains_key(&number) && self.campaigns.len() >= CAMPAIGNS {
            return;
        }
        let campaign = self.campaigns.entry(number).or_insert_with(|| Campaigned {
            tallied: Tallied::default(),
            links: Top::keeping(LINKS),
            paths: BTreeMap::new(),
            hours: BTreeMap::new(),
        });
        campaign.tallied.add(f);
        let mut hosts: Vec<String> = Vec::new();
        for link in &f.links {
            let (host, path) = defanged(link);
            if !hosts.contains(&host) {
                campaign.links.add(&host, f);
                if campaign.paths.len() < LINKS && !path.is_empty() {
                    campaign.paths.entry(host.clone()).or_insert(path);
                }
                hosts.push(host);
            }
        }
        if let Some(hour) = f.date.map(|date| date.div_euclid(3600)) {
            match campaign.hours.get_mut(&hour) {
                Some(count) => *count += 1,
                None if self.campaign_hours < CAMPAIGN_HOURS => {
                    self.campaign_hours += 1;
                    campaign.hours.insert(hour, 1);
                }
                None => {}
            }
        }
        for recipient in &f.recipients {
            self.campaign_recipients.add(number, recipient.to_lowercase());
        }
        if !f.source_ip.is_empty() {
            self.campaign_sources.add(number, &f.source_ip);
        }
    }

    /// Answers of one kind and origin.
    pub(super) fn count(&self, kind: Kind, part: usize) -> u64 {
        self.classes.get(&(kind, part)).copied().unwrap_or_default()
    }

    /// All answers by origin.
    pub(super) fn split(&self) -> Split {
        let of =
            |wanted| self.classes.iter().filter(|((_, p), _)| *p == wanted).map(|(_, n)| n).sum();
        [of(0), of(1), of(2)]
    }
}

/// p_forged as the CSV writes it, so that both count alike.
fn ten_thousandths(p: f32) -> usize {
    (f64::from(p) * 10_000.0).round().clamp(0.0, 10_000.0) as usize
}

/// The network in which an address is counted: /24, or /48 of IPv6.
fn network(ip: IpAddr) -> String {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(v6) => {
            let mut s = v6.segments();
            s[3..].fill(0);
            format!("{}/48", std::net::Ipv6Addr::from(s))
        }
    }
}

/// The host that answers: the one that the report names, else that of the answer's From.
fn answering_host(f: &Finding) -> Option<String> {
    let is_host = |host: &str| {
        host.contains('.')
            && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    if is_host(&f.reporting_mta) {
        return Some(f.reporting_mta.to_lowercase());
    }
    let (_, domain) = f.from.rsplit_once('@')?;
    let domain = domain.trim_end_matches('>').to_lowercase();
    is_host(&domain).then_some(domain)
}

/// The program whose form a signal is.
fn program(code: &str) -> Option<&'static str> {
    static TITLES: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| {
        let forms = vendors::ALL.iter().flat_map(|v| v.forms.iter().map(|f| (f.code, v.title)));
        forms.collect()
    });
    TITLES.get(code).copied()
}

/// A link that no program follows and no reader opens by mistake, up to its host, and what stands behind.
pub(super) fn defanged(link: &str) -> (String, String) {
    let (scheme, rest) = link.split_once("://").unwrap_or(("", link));
    let scheme = scheme.to_lowercase().replace("tt", "xx").replace("ftp", "fxp");
    let (host, path) = match rest.find(['/', '?', '#']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    (cell(&format!("{scheme}://{}", host.replace('.', "[.]"))), cell(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_defanged() {
        let of = |link| {
            let (host, path) = defanged(link);
            host + " " + &path
        };
        assert_eq!(of("HTTP://a.example.net/x.html"), "hxxp://a[.]example[.]net /x.html");
        assert_eq!(of("https://b.example?q=1.2"), "hxxps://b[.]example ?q=1.2");
        assert_eq!(of("ftp://c.example"), "fxp://c[.]example ");
    }

    #[test]
    fn sources_are_counted_by_network() {
        let of = |ip: &str| network(ip.parse().unwrap());
        assert_eq!(of("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("2001:db8:5:6::7"), "2001:db8:5::/48");
    }

    #[test]
    fn probabilities_are_counted_as_the_csv_writes_them() {
        for (p, written) in [(0.949_96, 9_500), (0.05, 500), (0.0, 0), (1.0, 10_000)] {
            assert_eq!(ten_thousandths(p), written);
        }
    }
}
