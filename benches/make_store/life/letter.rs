//! One mail of the owner: the copy in Sent, the form on the wire, the way it took.

use sha2::{Digest, Sha256};

use crate::original::{Original, Style};
use crate::rng::Rng;
use crate::text::{Who, base64, date, prose};
use crate::trace::{Client, queue_id, received};
use crate::words::{DAILY, LIFE, OWN_SUBJECTS};
use crate::world::{Site, fill};

use super::cast::{Cast, DAY, Host, Route};
use super::engine::{BUSINESS, SHARED_LINKS};
use super::mailer::Letter;

pub(crate) struct Mail {
    /// As hosts hand it on.
    pub(crate) wire: Original,
    /// As the device files it.
    pub(crate) copy: String,
    pub(crate) kept: bool,
    pub(crate) device: usize,
    pub(crate) route: Route,
    /// Trace fields up to the last host of the owner's side, top first.
    pub(crate) below: String,
    /// That host, or the device itself.
    pub(crate) last: Host,
    helo: String,
}

/// What is to be written.
pub(crate) struct Draft {
    pub(crate) to: Vec<Who>,
    pub(crate) subject: Option<String>,
    /// Who stands in To, where that is not who gets it.
    pub(crate) shown: Option<Who>,
    /// The device, where it is not by lot.
    pub(crate) device: Option<usize>,
    pub(crate) unix: i64,
    pub(crate) text: Option<String>,
}

impl Mail {
    /// Writes a mail and sends it.
    pub(crate) fn new(cast: &Cast, draft: Draft, missing: f64, rng: &mut Rng) -> Mail {
        let Draft { to, subject, shown, device, unix, text } = draft;
        let owner = &cast.world.owner;
        let trip = cast.trip(unix);
        let device = device.unwrap_or_else(|| {
            let total: u32 = cast.devices.iter().map(|d| d.share).sum();
            let mut at = rng.below(total as usize) as u32;
            cast.devices
                .iter()
                .position(|d| {
                    let mine = at < d.share;
                    at = at.saturating_sub(d.share);
                    mine
                })
                .unwrap_or(0)
        });
        let with = &cast.devices[device];
        let from = match rng.below(10) {
            0..=6 => &owner.identities[with.identity],
            7..=8 => owner.main(),
            _ => rng.pick(&owner.identities),
        };
        let mut from = from.clone();
        if with.mobile && rng.percent(30.0) {
            from.name = from.name.split(' ').next().unwrap_or("").to_owned();
        }
        let zone = match trip {
            Some(trip) if rng.percent(80.0) => trip.zone,
            // Part of the world has summer time.
            _ if cast.home_zone == 60 => crate::text::european_zone(unix, 60),
            _ => cast.home_zone,
        };
        let parent = (subject.is_none() && rng.percent(35.0))
            .then(|| format!("<{}.{}@{}>", rng.hex(10), rng.digits(5), to[0].domain()));
        let subject = subject.unwrap_or_else(|| match (&parent, rng.below(10)) {
            (Some(_), _) => {
                format!("Re: {}", fill(rng.word(DAILY), rng).trim_start_matches("Re: "))
            }
            (None, 0..=1) => fill(rng.word(BUSINESS), rng),
            _ => fill(rng.word(OWN_SUBJECTS), rng),
        });
        let octets = rng.range(150, 1400) as usize;
        let mut body = text.unwrap_or_else(|| prose(rng, LIFE, octets));
        if rng.percent(25.0) {
            body += &format!("\n{}\n", fill(rng.word(SHARED_LINKS), rng));
        }
        if rng.percent(60.0) {
            body += &format!("\n-- \n{}\n", owner.main().name.split(' ').next().unwrap_or(""));
        }
        let id = with.mailer.new_id(&with.machine, from.domain(), unix, rng);
        let header_to = shown.map_or_else(|| to.clone(), |who| vec![who]);
        let head = |id: &str| {
            with.mailer.head(&Letter {
                from: &from,
                to: &header_to,
                subject: &subject,
                unix,
                zone,
                id,
                parent: parent.as_deref(),
            })
        };
        let route = match trip {
            Some(trip) if trip.direct && !with.mobile && rng.percent(60.0) => Route::Direct,
            _ => with.route,
        };
        // Some programs leave the id to the relay, and file the copy before.
        let no_id = route == Route::Relay && rng.percent(4.0);
        let wire_id = match route {
            Route::Service | Route::ServiceThatKeeps => {
                format!("<0102{}-{}-000000@{}>", rng.hex(12), rng.uuid(), cast.service.domain)
            }
            _ if no_id => {
                let stamp = crate::text::stamp(unix);
                format!("<{stamp}.{}@{}>", queue_id(owner.relay.program, rng), owner.relay.host)
            }
            _ => id.clone(),
        };
        let mut wire_head = head(&wire_id);
        if route == Route::ServiceThatKeeps {
            wire_head = format!("X-Microsoft-Original-Message-ID: {id}\n{wire_head}");
        }
        if let (Some((selector, relaxed)), false) =
            (&cast.dkim, matches!(route, Route::Direct | Route::Web))
        {
            wire_head = signature(from.domain(), selector, *relaxed, &body, unix, rng) + &wire_head;
        }
        let copy = format!("{}\n{body}", head(if no_id { "" } else { &id }));
        let mut envelope = from.address.clone();
        if cast.batv && route == Route::Relay {
            let day = unix / DAY % 1000;
            envelope = format!("prvs=1{day:03}{}={envelope}", rng.hex(6));
        }
        let network = cast.network(with, unix, rng);
        let helo = match with.mailer.says_name {
            true => with.machine.clone(),
            false => format!("[{}]", network.ip),
        };
        let (below, last, last_helo) =
            way(cast, route, &network, &helo, &from.address, &to[0].address, unix, zone, rng);
        // Both lots are always drawn, so that other gaps leave everything else as it is.
        let (saved, lost) = (rng.percent(with.saves), rng.percent(missing));
        let kept = saved && !lost;
        let wire = Original {
            from,
            envelope,
            to,
            subject,
            id: Some(wire_id),
            parent,
            date: unix,
            zone,
            style: Style::Written { head: wire_head, body },
            seed: rng.next(),
            octets: 0,
        };
        Mail { wire, copy, kept, device, route, below, last, helo: last_helo }
    }

    /// The last host of the owner's side, as the next one sees it.
    pub(crate) fn client(&self) -> Client<'_> {
        Client { helo: &self.helo, host: &self.last.name, ip: &self.last.ip, account: None }
    }

    /// The host of the owner's side that reports what it cannot deliver, where there is one.
    pub(crate) fn reporter<'a>(&self, cast: &'a Cast) -> Option<&'a Site> {
        match self.route {
            Route::Relay => Some(&cast.world.owner.relay),
            Route::Provider => Some(&cast.provider),
            Route::Web => Some(&cast.web),
            _ => None,
        }
    }
}

/// The trace fields of a route, the host that hands over last, and how that one names itself.
#[expect(clippy::too_many_arguments, reason = "one call site, all of it needed")]
fn way(
    cast: &Cast,
    route: Route,
    network: &Host,
    helo: &str,
    account: &str,
    to: &str,
    unix: i64,
    zone: i64,
    rng: &mut Rng,
) -> (String, Host, String) {
    let client = Client { helo, host: &network.name, ip: &network.ip, account: Some(account) };
    let of = |site: &Site| Host { name: site.host.clone(), ip: site.ip.clone() };
    let relay = &cast.world.owner.relay;
    let via = |first: &Site, second: &Site, rng: &mut Rng| {
        let below = received(first, &client, to, unix + 1, 0, rng);
        let hop = received(second, &Client::of(first), to, unix + 2, 0, rng);
        (hop + &below, of(second), second.host.clone())
    };
    match route {
        Route::Relay => {
            let hop = received(relay, &client, to, unix + 1, zone, rng);
            (hop, of(relay), relay.host.clone())
        }
        Route::Provider => via(&cast.submission, &cast.provider, rng),
        Route::Service | Route::ServiceThatKeeps => via(relay, &cast.service, rng),
        Route::Web => (web_hop(cast, unix, rng), of(&cast.web), cast.web.host.clone()),
        Route::Direct => (String::new(), network.clone(), helo.to_owned()),
    }
}

/// What the web host writes about a mail of its own scripts.
pub(crate) fn web_hop(cast: &Cast, unix: i64, rng: &mut Rng) -> String {
    format!(
        "\
Received: from www-data by {} with local (Exim 4.96)\n\
\t(envelope-from <www-data@{}>)\n\
\tid {}; {}\n",
        cast.web.host,
        cast.web.host,
        queue_id("exim", rng),
        date(unix + 1, cast.home_zone)
    )
}

/// A DKIM signature whose `bh=` is that of the body (RFC 6376 section 3.4); nobody can check `b=`.
pub(crate) fn signature(
    domain: &str,
    selector: &str,
    relaxed: bool,
    body: &str,
    unix: i64,
    rng: &mut Rng,
) -> String {
    let canonical = canonical(body, relaxed);
    let hash = base64(&Sha256::digest(canonical.as_bytes()));
    let rules = if relaxed { "relaxed/relaxed" } else { "relaxed/simple" };
    let sealed = rng.alnum(86) + "==";
    format!(
        "\
DKIM-Signature: v=1; a=rsa-sha256; c={rules}; d={domain}; s={selector};\n\
\tt={unix}; h=from:to:subject:date:message-id;\n\
\tbh={hash};\n\
\tb={sealed}\n"
    )
}

/// A body by RFC 6376 section 3.4.3 or, relaxed, 3.4.4.
pub(super) fn canonical(body: &str, relaxed: bool) -> String {
    let mut canonical = String::with_capacity(body.len() + 40);
    for line in body.lines() {
        if relaxed {
            let mut space = false;
            for c in line.trim_end_matches([' ', '\t']).chars() {
                match c {
                    ' ' | '\t' => space = true,
                    c => {
                        if std::mem::take(&mut space) {
                            canonical.push(' ');
                        }
                        canonical.push(c);
                    }
                }
            }
        } else {
            canonical.push_str(line);
        }
        canonical.push_str("\r\n");
    }
    while canonical.ends_with("\r\n\r\n") {
        canonical.truncate(canonical.len() - 2);
    }
    // An empty body is one line end by the simple rules and nothing by the relaxed ones.
    if canonical == "\r\n" && relaxed || canonical.is_empty() && !relaxed {
        canonical = if relaxed { String::new() } else { "\r\n".to_owned() };
    }
    canonical
}
