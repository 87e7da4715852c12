//! The people and hosts of one mailbox: the owner with identities, devices and relay, the sites of
//! others with their mail programs, the campaigns of the forger. Made once per seed, then only read.

use crate::rng::Rng;
use crate::text::{Who, european_zone};
use crate::words::{FIRST, LAST, PITCHES, SITES, THINGS, WEEKDAYS};

/// The first second of every world: 2025-09-01 00:00 UTC.
pub(crate) const START: i64 = 1_756_684_800;

/// A program with which the owner writes mail.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Device {
    Mutt,
    Thunderbird,
    Phone,
}

/// Whose mailbox it is.
pub(crate) struct Owner {
    /// The first is the address that the mailbox is delivered to.
    pub(crate) identities: Vec<Who>,
    pub(crate) domain: String,
    /// Submission relay: also reports what it could not deliver.
    pub(crate) relay: Site,
    /// The host that takes mail in.
    pub(crate) mx: Site,
    pub(crate) laptop: String,
    /// Minutes east of UTC in winter.
    pub(crate) winter: i64,
}

/// A host that takes mail for a domain, and the program it runs.
#[derive(Clone, Debug)]
pub(crate) struct Site {
    pub(crate) domain: String,
    pub(crate) host: String,
    pub(crate) ip: String,
    pub(crate) program: &'static str,
}

impl Site {
    /// The zone in which its host writes times, minutes east of UTC.
    pub(crate) fn zone(&self) -> i64 {
        [60, 0, -300, 120, 540][self.ip.bytes().map(usize::from).sum::<usize>() % 5]
    }
}

/// One wave of spam in the owner's name.
pub(crate) struct Campaign {
    pub(crate) number: usize,
    pub(crate) pitch: usize,
    pub(crate) shape: usize,
    pub(crate) mailer: Option<&'static str>,
    pub(crate) zone: i64,
    pub(crate) start: i64,
    pub(crate) seconds: i64,
    pub(crate) sources: Vec<(String, String)>,
    /// Percent of its mail that names the owner's own address as sender.
    pub(crate) as_owner: f64,
}

pub(crate) struct World {
    pub(crate) owner: Owner,
    pub(crate) sites: Vec<Site>,
    pub(crate) people: Vec<(Who, usize)>,
    pub(crate) campaigns: Vec<Campaign>,
    pub(crate) days: i64,
}

/// Mail programs of the sites, the frequent ones more than once.
pub(crate) const PROGRAMS: &[&str] = &[
    "postfix",
    "postfix",
    "postfix",
    "exim",
    "exim",
    "sendmail",
    "qmail",
    "courier",
    "opensmtpd",
    "exchange",
    "exchange",
    "domino",
    "gmail",
    "yahoo",
    "ses",
    "kddi",
    "exim-text",
    "groupwise",
];

const MAILERS: &[Option<&str>] = &[
    Some("Microsoft Outlook Express 6.00.2900.2180"),
    None,
    Some("PHPMailer 5.2.9"),
    Some("The Bat! (v3.99.3) Professional"),
    Some("Microsoft Office Outlook, Build 11.0.5510"),
];

impl Owner {
    fn new(profile: usize) -> Owner {
        let (name, local, second, domain, laptop, program, winter) = match profile % 4 {
            0 => ("Ines Hollin", "ines", "studio", "hollin.example", "loom", "postfix", 60),
            1 => ("Tomáš Brack", "tomas", "orders", "brackwater.example", "heron", "exim", 60),
            2 => ("Mirjam Oduya", "m.oduya", "choir", "oduya.example", "gable", "postfix", 0),
            _ => ("Keiko Sand", "keiko", "hello", "sandfield.example", "pebble", "exim", 120),
        };
        let mut identities = vec![
            Who::new(name, &format!("{local}@{domain}")),
            Who::new(name, &format!("{second}@{domain}")),
        ];
        if profile.is_multiple_of(2) {
            identities.push(Who::new(name, &format!("{local}@friends-of-{domain}")));
        }
        let site = |host: String, ip: &str, program| Site {
            domain: domain.to_owned(),
            host,
            ip: ip.to_owned(),
            program,
        };
        Owner {
            identities,
            domain: domain.to_owned(),
            relay: site(format!("out.{domain}"), "192.0.2.25", program),
            mx: site(format!("mx.{domain}"), "192.0.2.26", "postfix"),
            laptop: laptop.to_owned(),
            winter,
        }
    }

    pub(crate) fn main(&self) -> &Who {
        &self.identities[0]
    }

    pub(crate) fn zone(&self, unix: i64) -> i64 {
        european_zone(unix, self.winter)
    }

    /// HELO name, reverse name and address under which a device reaches the relay.
    pub(crate) fn client(&self, device: Device, unix: i64) -> (String, String, String) {
        match device {
            Device::Phone => {
                let last = 100 + unix.rem_euclid(20);
                let ip = format!("198.51.100.{last}");
                ("[10.21.7.4]".replace("10.21.7.4", &ip), format!("m{last}.mobile.example.net"), ip)
            }
            Device::Mutt => (
                format!("{}.{}", self.laptop, self.domain),
                "dsl-77.access.example.net".into(),
                "198.51.100.77".into(),
            ),
            Device::Thunderbird => (
                "[198.51.100.77]".into(),
                "dsl-77.access.example.net".into(),
                "198.51.100.77".into(),
            ),
        }
    }
}

impl World {
    pub(crate) fn new(
        seed: u64,
        profile: usize,
        days: i64,
        people: usize,
        campaigns: usize,
        programs: &[String],
    ) -> World {
        let mut rng = Rng::new(seed);
        let programs: Vec<&'static str> = PROGRAMS
            .iter()
            .copied()
            .filter(|p| programs.is_empty() || programs.iter().any(|w| w == p))
            .collect();
        let sites = SITES
            .iter()
            .enumerate()
            .map(|(i, domain)| Site {
                domain: (*domain).to_owned(),
                host: format!("{}.{domain}", rng.word(&["mx", "mx1", "mail", "in", "smtp"])),
                ip: if i % 2 == 0 {
                    format!("192.0.2.{}", 64 + i * 5)
                } else {
                    format!("198.51.100.{}", 130 + i * 3)
                },
                program: programs[i % programs.len()],
            })
            .collect::<Vec<_>>();
        let people = (0..people.max(8))
            .map(|i| {
                let (first, last) = (rng.word(FIRST), rng.word(LAST));
                let site = rng.below(sites.len());
                let suffix = if i < 200 { String::new() } else { i.to_string() };
                let local = format!("{}.{}{suffix}", ascii(first), ascii(last)).to_lowercase();
                (
                    Who::new(
                        &format!("{first} {last}"),
                        &format!("{local}@{}", sites[site].domain),
                    ),
                    site,
                )
            })
            .collect();
        let owner = Owner::new(profile);
        let mut pitches: Vec<usize> = (0..PITCHES.len()).collect();
        rng.shuffle(&mut pitches);
        // The flood comes in two bursts in the last third of the time.
        let campaigns = (0..campaigns)
            .map(|i| {
                let burst = START + days * 86_400 * if i % 3 == 2 { 17 } else { 13 } / 20;
                Campaign {
                    number: i + 1,
                    pitch: pitches[i % pitches.len()],
                    shape: rng.below(5),
                    mailer: *rng.pick(MAILERS),
                    zone: *rng.pick(&[-480, -300, 180, 330, 420, 480]),
                    start: burst + rng.range(0, 20 * 3600),
                    seconds: rng.range(8, 30) * 3600,
                    sources: (0..rng.range(3, 25)).map(|_| source(&mut rng)).collect(),
                    as_owner: *rng.pick(&[20.0, 50.0, 80.0, 100.0]),
                }
            })
            .collect();
        World { owner, sites, people, campaigns, days }
    }
}

/// A host that sends spam: HELO name with reverse name, and address.
fn source(rng: &mut Rng) -> (String, String) {
    let ip = match rng.below(5) {
        0 => format!("198.51.100.{}", rng.range(1, 60)),
        1 => format!("2001:db8:{}::{}", rng.hex(3), rng.hex(4)),
        _ => format!("203.0.113.{}", rng.range(1, 254)),
    };
    let name = match rng.below(3) {
        0 => format!("host-{}.cable.example.com", ip.replace(['.', ':'], "-")),
        1 => format!("vps{}.rackspool.example", rng.range(100, 9999)),
        _ => format!("{}.example.com", rng.letters(7)),
    };
    (name, ip)
}

/// Letters that an address can hold.
pub(crate) fn ascii(name: &str) -> String {
    name.chars()
        .map(|c| match c {
            'ü' => 'u',
            'ë' | 'é' => 'e',
            'Ł' => 'L',
            'ø' => 'o',
            'ñ' => 'n',
            'á' => 'a',
            'š' => 's',
            c if c.is_ascii_alphanumeric() => c,
            _ => '-',
        })
        .collect()
}

/// Puts numbers, weekdays, things, names and tokens into a template.
pub(crate) fn fill(template: &str, rng: &mut Rng) -> String {
    let mut out = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        match rest.as_bytes().get(at + 1) {
            Some(b's') => out.push_str(&rng.range(2, 29).to_string()),
            Some(b'n') => out.push_str(&rng.range(10, 9899).to_string()),
            Some(b'd') => out.push_str(rng.word(WEEKDAYS)),
            Some(b'o') => out.push_str(rng.word(THINGS)),
            Some(b'f') => out.push_str(rng.word(FIRST)),
            _ => out.push_str(&rng.letters(6)),
        }
        rest = rest.get(at + 3..).unwrap_or("");
    }
    out.push_str(rest);
    let mut letters = out.chars();
    match letters.next() {
        Some(first) if template.starts_with("{o}") => first.to_uppercase().chain(letters).collect(),
        _ => out,
    }
}
