//! The trace fields that answering sites have on what they return: the owner's mail, the forger's, with
//! forwarders in the middle and what sites record about the sender's domain.

use crate::original::{Original, Style};
use crate::rng::Rng;
use crate::trace::{Client, received};
use crate::world::Site;

use super::cast::{Cast, Host, Record, Route, access, server};
use super::letter::{Mail, web_hop};

/// A way to somebody's site, through a forwarder or not.
pub(crate) struct Way<'a> {
    pub(crate) site: &'a Site,
    pub(crate) forwarder: Option<&'a Site>,
    /// Who got it at the site, and whom the forwarder took it for.
    pub(crate) recipient: &'a str,
    pub(crate) written_to: &'a str,
    pub(crate) unix: i64,
}

impl Way<'_> {
    fn arrive(
        &self,
        cast: &Cast,
        client: &Client<'_>,
        sender: &str,
        signed: &str,
        rng: &mut Rng,
    ) -> String {
        let (site, forwarder) = (self.site, self.forwarder);
        match forwarder {
            None => {
                let hop = received(site, client, self.recipient, self.unix, site.zone(), rng);
                recorded(cast, site, client, sender, signed) + &hop
            }
            Some(middle) => {
                let first =
                    received(middle, client, self.written_to, self.unix - 1, middle.zone(), rng);
                let first = recorded(cast, middle, client, sender, signed) + &first;
                let from = Client::of(middle);
                let last = received(site, &from, self.recipient, self.unix, site.zone(), rng);
                recorded(cast, site, &from, sender, signed) + &last + &first
            }
        }
    }

    /// Of a mail of the owner.
    pub(crate) fn own(&self, cast: &Cast, mail: &Mail, rng: &mut Rng) -> String {
        self.arrive(cast, &mail.client(), &mail.wire.envelope, signer(&mail.wire), rng)
            + &mail.below
    }

    /// Of a forged mail that comes from a source of the forger.
    pub(crate) fn forged(
        &self,
        cast: &Cast,
        source: &Host,
        server_below: bool,
        mail: &Original,
        trick: &str,
        rng: &mut Rng,
    ) -> String {
        let owner = &cast.world.owner;
        let relay = &owner.relay;
        let sender = mail.envelope.as_str();
        let helo = match rng.below(10) {
            // The name of the owner's relay, from an address that is not its.
            _ if trick == "relay-name" && rng.percent(40.0) => relay.host.clone(),
            0..=1 => owner.domain.clone(),
            2 => format!("[{}]", source.ip),
            _ => source.name.clone(),
        };
        let name = if rng.percent(20.0) { "" } else { source.name.as_str() };
        let client = Client { helo: &helo, host: name, ip: &source.ip, account: None };
        let mut hops = self.arrive(cast, &client, sender, signer(mail), rng);
        if server_below {
            let below = access(rng);
            let host = Site {
                domain: String::new(),
                host: source.name.clone(),
                ip: source.ip.clone(),
                program: rng.word(&["postfix", "exim", "sendmail"]),
            };
            let account = format!("{}@{}", rng.letters(5), source.name);
            let client = Client {
                helo: &rng.letters(6),
                host: &below.name,
                ip: &below.ip,
                account: rng.percent(60.0).then_some(account.as_str()),
            };
            hops += &received(&host, &client, self.written_to, self.unix - 2, host.zone(), rng);
        }
        if trick == "relay-name" {
            let device = rng.pick(&cast.devices);
            let network = access(rng);
            let client = Client {
                helo: &device.machine,
                host: &network.name,
                ip: &network.ip,
                account: Some(sender),
            };
            hops += &received(relay, &client, self.written_to, self.unix - 4, cast.home_zone, rng);
        }
        hops
    }

    /// Of a forged mail that the owner's own relay took, because somebody has the password.
    pub(crate) fn stolen(
        &self,
        cast: &Cast,
        client: &Host,
        mail: &Original,
        rng: &mut Rng,
    ) -> String {
        let (sender, signed) = (mail.envelope.as_str(), signer(mail));
        let relay = &cast.world.owner.relay;
        let helo = match rng.below(3) {
            0 => format!("[{}]", client.ip),
            1 => server(rng).name,
            _ => rng.letters(8),
        };
        let from = Client {
            helo: &helo,
            host: &client.name,
            ip: &client.ip,
            account: Some(&cast.world.owner.main().address),
        };
        // Through the hosts that the owner's first device uses.
        if cast.devices[0].route == Route::Provider {
            let first = received(&cast.submission, &from, self.written_to, self.unix - 3, 0, rng);
            let client = Client::of(&cast.submission);
            let hop = received(&cast.provider, &client, self.written_to, self.unix - 2, 0, rng);
            return self.arrive(cast, &Client::of(&cast.provider), sender, signed, rng)
                + &hop
                + &first;
        }
        let below = received(relay, &from, self.written_to, self.unix - 2, cast.home_zone, rng);
        self.arrive(cast, &Client::of(relay), sender, signed, rng) + &below
    }

    /// Of a forged mail that a script on the owner's web host sent.
    pub(crate) fn own_web(&self, cast: &Cast, mail: &Original, rng: &mut Rng) -> String {
        let (sender, signed) = (mail.envelope.as_str(), signer(mail));
        let below = web_hop(cast, self.unix - 2, rng);
        self.arrive(cast, &Client::of(&cast.web), sender, signed, rng) + &below
    }
}

/// What a site writes about the sender's domain.
fn recorded(cast: &Cast, site: &Site, client: &Client<'_>, sender: &str, signed: &str) -> String {
    let owner = &cast.world.owner;
    let domain = sender.rsplit_once('@').map_or("", |(_, d)| d);
    let allowed = [&owner.relay, &cast.web, &cast.provider, &cast.service];
    let result = if !cast.spf || domain != owner.domain {
        "none"
    } else if allowed.iter().any(|s| s.ip == client.ip) {
        "pass"
    } else {
        // By the address, so that two answers about one host agree.
        if client.ip.len().is_multiple_of(2) { "softfail" } else { "fail" }
    };
    match cast.record(site) {
        Record::Nothing => String::new(),
        Record::Spf => format!(
            "Received-SPF: {result} ({}: {}) client-ip={};\n\tenvelope-from={sender}; helo={};\n",
            site.host,
            match result {
                "pass" =>
                    format!("domain of {domain} designates {} as permitted sender", client.ip),
                "none" => format!("{domain} does not designate permitted sender hosts"),
                _ => format!(
                    "domain of {domain} does not designate {} as permitted sender",
                    client.ip
                ),
            },
            client.ip,
            client.helo
        ),
        Record::Results => {
            let dkim = if signed.is_empty() {
                "dkim=none".to_owned()
            } else {
                format!("dkim=pass header.d={signed}")
            };
            let dmarc = match (cast.spf, result == "pass" || signed == owner.domain) {
                (false, _) => "none",
                (true, true) => "pass",
                (true, false) => "fail",
            };
            format!(
                "\
Authentication-Results: {};\n\
\tspf={result} smtp.mailfrom={sender};\n\
\t{dkim};\n\
\tdmarc={dmarc} header.from={}\n",
                site.host, owner.domain
            )
        }
    }
}

/// The domain that a mail is signed for, or nothing.
fn signer(mail: &Original) -> &str {
    match &mail.style {
        Style::Written { head, .. } => head
            .strip_prefix("DKIM-Signature:")
            .and_then(|rest| rest.split_once(" d="))
            .and_then(|(_, rest)| rest.split_once(';'))
            .map_or("", |(domain, _)| domain),
        _ => "",
    }
}
