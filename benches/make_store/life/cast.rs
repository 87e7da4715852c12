//! Who takes part: the owner with addresses, devices, networks, journeys and ways out; the sites of others;
//! the engines of the forger. All drawn from the same lists, so that nothing tells them apart by itself.

use crate::rng::Rng;
use crate::text::Who;
use crate::words::{FIRST, LAST, PITCHES, SITES};
use crate::world::{Owner, START, Site, World, ascii};

use super::engine::Engine;
use super::forms::site_programs;
use super::mailer::{MAILERS, Mailer, mailer};
use super::options::Options;

pub(crate) const DAY: i64 = 86_400;

/// How a mail leaves the owner.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Route {
    Relay,
    /// A provider's submission host, which hands on through another.
    Provider,
    /// A service that writes an id of its own; the second keeps the old one in a field.
    Service,
    ServiceThatKeeps,
    /// A form on the owner's web host.
    Web,
    /// Straight to the recipient's host, as on some journeys.
    Direct,
}

pub(crate) struct Device {
    pub(crate) mailer: &'static Mailer,
    pub(crate) machine: String,
    pub(crate) share: u32,
    pub(crate) identity: usize,
    pub(crate) route: Route,
    /// Percent of its mail that it files in Sent.
    pub(crate) saves: f64,
    pub(crate) mobile: bool,
}

/// A host as others see it: name and address.
#[derive(Clone)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) ip: String,
}

pub(crate) struct Trip {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) zone: i64,
    pub(crate) network: Host,
    pub(crate) direct: bool,
}

/// What a site writes about the sender's domain into what it takes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Record {
    Nothing,
    Spf,
    Results,
}

pub(crate) struct Cast {
    pub(crate) world: World,
    pub(crate) devices: Vec<Device>,
    pub(crate) home: Host,
    pub(crate) office: Host,
    mobile: Host,
    pub(crate) trips: Vec<Trip>,
    pub(crate) submission: Site,
    pub(crate) provider: Site,
    pub(crate) service: Site,
    pub(crate) web: Site,
    /// Selector, and whether bodies are made canonical by the relaxed rules.
    pub(crate) dkim: Option<(String, bool)>,
    pub(crate) batv: bool,
    pub(crate) spf: bool,
    pub(crate) records: Vec<Record>,
    pub(crate) engines: Vec<Engine>,
    pub(crate) home_zone: i64,
}

/// Somewhere in the reserved networks (RFC 5737, 2544, 3849), of which the last two are large.
pub(crate) fn address(rng: &mut Rng) -> String {
    match rng.below(12) {
        0 => format!("203.0.113.{}", rng.range(1, 254)),
        1 => format!("198.51.100.{}", rng.range(1, 254)),
        2 => format!("192.0.2.{}", rng.range(1, 254)),
        3 => format!("2001:db8:{}:{}::{}", rng.hex(3), rng.hex(4), rng.hex(3)),
        n => format!("198.{}.{}.{}", 18 + n % 2, rng.range(0, 255), rng.range(1, 254)),
    }
}

const PLACES: &[&str] = &[
    "anchor", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "islet", "juniper",
    "kiln", "lagoon", "meadow", "nettle", "orchard", "pine", "quarry", "ridge", "slate", "thistle",
    "upland", "valley", "weir", "yarrow", "zinc", "harbour", "mill", "tower", "bridge", "garden",
];

/// A domain of two words.
pub(crate) fn domain(rng: &mut Rng) -> String {
    let (a, b) = (rng.word(PLACES), rng.word(PLACES));
    match rng.below(3) {
        0 => format!("{a}-{b}.example"),
        1 => format!("{a}{b}.example"),
        _ => format!("{a}{}.example", rng.letters(3)),
    }
}

/// A host that people run on purpose.
pub(crate) fn server(rng: &mut Rng) -> Host {
    let domain = domain(rng);
    server_of(&domain, rng)
}

pub(crate) fn server_of(domain: &str, rng: &mut Rng) -> Host {
    let first =
        rng.word(&["mail", "out", "smtp", "mx", "relay", "srv3", "web2", "vps", "mta1", "host"]);
    Host { name: format!("{first}.{domain}"), ip: address(rng) }
}

/// A line that people have at home, in an office, in a hotel.
pub(crate) fn access(rng: &mut Rng) -> Host {
    let ip = address(rng);
    let dashed = ip.replace(['.', ':'], "-");
    let name = match rng.below(5) {
        0 => format!("dsl-{dashed}.access.example.net"),
        1 => format!("host-{dashed}.cable.example.com"),
        2 => format!("ip-{dashed}.dyn.example.org"),
        3 => format!("m{}.mobile.example.net", rng.digits(4)),
        _ => format!("customer-{dashed}.{}", domain(rng)),
    };
    Host { name, ip }
}

impl Cast {
    pub(crate) fn new(options: &Options, people: usize) -> Cast {
        let mut rng = Rng::new(options.seed ^ 0x11FE);
        let rng = &mut rng;
        let own = domain(rng);
        let (first, last) = (rng.word(FIRST), rng.word(LAST));
        let name = format!("{first} {last}");
        let local = ascii(first).to_lowercase();
        let mut identities = vec![Who::new(&name, &format!("{local}@{own}"))];
        for i in 0..rng.below(5) {
            identities.push(match i {
                0 => Who::new(
                    &name,
                    &format!("{}@{own}", rng.word(&["info", "studio", "orders", "hello"])),
                ),
                1 => Who::new(
                    &name,
                    &format!("{local}+{}@{own}", rng.word(&["shop", "lists", "news"])),
                ),
                2 => Who::new(
                    first,
                    &format!("{local}.{}@{}", ascii(last).to_lowercase(), domain(rng)),
                ),
                _ => Who::new(
                    &format!("{first} at {}", rng.word(PLACES)),
                    &format!("{}@{own}", rng.letters(5)),
                ),
            });
        }
        let winter = *rng.pick(&[0, 60, 60, 120, 540, -300, -480]);
        let program = *rng.pick(&["postfix", "postfix", "exim", "exim", "opensmtpd", "sendmail"]);
        let site = |domain: &str, host: Host, program| Site {
            domain: domain.to_owned(),
            host: host.name,
            ip: host.ip,
            program,
        };
        let relay = site(&own, server_of(&own, rng), program);
        let mx = site(&own, Host { name: format!("in.{own}"), ip: address(rng) }, "postfix");
        let web = site(&own, Host { name: format!("www.{own}"), ip: address(rng) }, "exim");
        let big = domain(rng);
        let submission =
            site(&big, Host { name: format!("submit.{big}"), ip: address(rng) }, "postfix");
        let provider = site(&big, server_of(&big, rng), "postfix");
        let service_domain = domain(rng);
        let service = site(&service_domain, server_of(&service_domain, rng), "postfix");

        let route = match rng.below(10) {
            0..=6 => Route::Relay,
            _ => Route::Provider,
        };
        let mut devices = Vec::new();
        let mut used: Vec<&str> = Vec::new();
        for i in 0..rng.range(2, 5) as usize {
            let mut mailer = rng.pick(&MAILERS[..10]);
            while used.contains(&mailer.name) {
                mailer = rng.pick(&MAILERS[..10]);
            }
            used.push(mailer.name);
            let machine = match rng.below(3) {
                0 => format!("{}.{own}", rng.word(PLACES)),
                1 => rng.word(PLACES).to_owned(),
                _ => format!("{}.local", rng.word(PLACES)),
            };
            let mobile = matches!(mailer.name, "k9" | "iphone");
            devices.push(Device {
                mailer,
                machine,
                share: [10, 6, 3, 2, 1][i],
                identity: if rng.percent(60.0) { 0 } else { rng.below(identities.len()) },
                route: match (i, rng.below(8)) {
                    (0, _) => route,
                    (_, 0) => Route::Service,
                    (_, 1) => Route::ServiceThatKeeps,
                    (_, 2) => Route::Provider,
                    _ => route,
                },
                saves: if options.device_gaps && (mobile || i == 1) {
                    *rng.pick(&[0.0, 30.0, 60.0])
                } else {
                    100.0
                },
                mobile,
            });
        }
        if rng.percent(50.0) {
            devices.push(Device {
                mailer: mailer("phpmailer"),
                machine: web.host.clone(),
                share: 1,
                identity: rng.below(identities.len()),
                route: Route::Web,
                saves: if options.device_gaps { 50.0 } else { 100.0 },
                mobile: false,
            });
        }

        let trips = (0..rng.range(1, 3))
            .map(|_| {
                let from = START + rng.range(10, options.days - 20) * DAY;
                Trip {
                    from,
                    to: from + rng.range(3, 14) * DAY,
                    zone: *rng.pick(&[-480, -300, -180, 0, 60, 120, 180, 330, 480, 540]),
                    network: access(rng),
                    direct: rng.percent(35.0),
                }
            })
            .collect();

        let programs = site_programs(options);
        let sites: Vec<Site> = (0..30)
            .map(|i| {
                let name = if i % 2 == 0 { (*rng.pick(SITES)).to_owned() } else { domain(rng) };
                let host = server_of(&name, rng);
                site(&name, host, programs[rng.below(programs.len())])
            })
            .collect();
        let records = sites
            .iter()
            .map(|_| *rng.pick(&[Record::Nothing, Record::Nothing, Record::Spf, Record::Results]))
            .collect();
        let people = (0..people)
            .map(|i| {
                let (first, last) = (rng.word(FIRST), rng.word(LAST));
                let site = rng.below(sites.len());
                let (f, l) = (ascii(first).to_lowercase(), ascii(last).to_lowercase());
                let local = match rng.below(4) {
                    0 => format!("{f}.{l}"),
                    1 => format!("{f}{i}"),
                    2 => format!("{l}{}", rng.digits(2)),
                    _ => format!("{}{l}", &f[..1]),
                };
                (
                    Who::new(
                        &format!("{first} {last}"),
                        &format!("{local}@{}", sites[site].domain),
                    ),
                    site,
                )
            })
            .collect();
        let owner = Owner {
            identities,
            domain: own,
            relay,
            mx,
            laptop: devices[0].machine.clone(),
            winter,
        };
        let dkim = rng.percent(60.0).then(|| {
            (rng.word(&["s1", "mail", "k2025", "default", "sel"]).to_owned(), rng.percent(60.0))
        });
        let (batv, spf) = (rng.percent(15.0), rng.percent(60.0));
        let home_zone = winter;
        let mut cast = Cast {
            world: World { owner, sites, people, campaigns: Vec::new(), days: options.days },
            devices,
            home: access(rng),
            office: access(rng),
            mobile: access(rng),
            trips,
            submission,
            provider,
            service,
            web,
            dkim,
            batv,
            spf,
            records,
            engines: Vec::new(),
            home_zone,
        };
        let engines = options.campaigns.unwrap_or(4 + rng.below(6));
        // Bursts of the flood; campaigns share them.
        let bursts: Vec<i64> = (0..2 + engines / 4)
            .map(|_| START + rng.range(options.days / 4, options.days * 9 / 10) * DAY)
            .collect();
        let first = rng.below(PITCHES.len());
        for number in 1..=engines {
            let start = *rng.pick(&bursts) + rng.range(0, 14) * 3600;
            let engine = Engine::new(number, start, first + number, &cast, rng);
            cast.engines.push(engine);
        }
        cast
    }

    pub(crate) fn trip(&self, unix: i64) -> Option<&Trip> {
        self.trips.iter().find(|t| (t.from..t.to).contains(&unix))
    }

    /// The line over which a device reaches the net at a time.
    pub(crate) fn network(&self, device: &Device, unix: i64, rng: &mut Rng) -> Host {
        match self.trip(unix) {
            Some(trip) if !device.mobile || rng.percent(50.0) => trip.network.clone(),
            _ if device.mobile => {
                // A phone has another address every time.
                let mut host = self.mobile.clone();
                if let Some((net, _)) = host.ip.rsplit_once('.') {
                    host.ip = format!("{net}.{}", rng.range(1, 254));
                    host.name = format!("m{}.mobile.example.net", rng.digits(4));
                }
                host
            }
            _ if rng.percent(30.0) => self.office.clone(),
            _ => self.home.clone(),
        }
    }

    pub(crate) fn record(&self, site: &Site) -> Record {
        let at = self.world.sites.iter().position(|s| s.host == site.host);
        at.map_or(Record::Nothing, |i| self.records[i])
    }
}
