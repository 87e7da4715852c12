//! One campaign of spam in the owner's name: what writes it, from where, when, in which words. A share of them
//! imitates the owner's own mail program, zone and words.

use crate::original::{Original, Style};
use crate::rng::Rng;
use crate::text::{Who, prose};
use crate::words::{FIRST, LIFE, PITCHES, SPAM};
use crate::world::fill;

use super::cast::{Cast, Host, access, domain, server};
use super::letter::signature;
use super::mailer::{Letter, MAILERS, Mailer};

/// Words that people in business use as well as those who pretend to be.
pub(crate) const BUSINESS: &[&str] = &[
    "Invoice {n}",
    "Estimate {n}",
    "Re: your order {n}",
    "Payment for order {n}",
    "Delivery {n}",
    "Re: meeting on {d}",
    "Ticket {n}",
    "Documents for {d}",
];
/// Where both put their files.
pub(crate) const SHARED_LINKS: &[&str] = &[
    "https://files.example.net/{t}",
    "https://share.example.com/d/{t}",
    "https://calendar.example.org/{t}",
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum RightSide {
    /// The owner's domain, as the owner's devices write it.
    Owner,
    Foreign,
    /// The host that sends.
    Source,
}

pub(crate) struct Engine {
    pub(crate) number: usize,
    mailer: &'static Mailer,
    right_side: RightSide,
    machine: String,
    zone: Option<i64>,
    subject: String,
    link: String,
    paragraphs: Vec<String>,
    pub(crate) sources: Vec<Host>,
    /// The sources are broken-into servers, which name the client below them.
    pub(crate) servers: bool,
    pub(crate) start: i64,
    pub(crate) seconds: i64,
    /// Percent of its mail that names an address which the owner has.
    as_owner: f64,
    own_name: bool,
    /// The hosts that send sign with a domain of their own, and how they make bodies canonical.
    signed: Option<(String, bool)>,
    pub(crate) weight: u32,
}

impl Engine {
    /// `pitch` is an index into the list of pitches that no other engine of this mailbox has.
    pub(crate) fn new(
        number: usize,
        start: i64,
        pitch: usize,
        cast: &Cast,
        rng: &mut Rng,
    ) -> Engine {
        let imitates = rng.percent(35.0);
        let mailer = if imitates { rng.pick(&cast.devices).mailer } else { rng.pick(MAILERS) };
        let zone = match rng.below(10) {
            _ if imitates => Some(cast.home_zone + *rng.pick(&[0, 60])),
            0..=3 => Some(cast.home_zone),
            4 => None,
            _ => Some(*rng.pick(&[-480, -300, -180, 0, 60, 120, 180, 330, 480, 540])),
        };
        let (subject, words) = match rng.below(10) {
            0..=5 => (PITCHES[pitch % PITCHES.len()].subject.to_owned(), SPAM),
            6..=8 => (fill(rng.word(BUSINESS), rng) + " {n}", LIFE),
            _ => (rng.word(BUSINESS).to_owned(), LIFE),
        };
        let link = if rng.percent(30.0) {
            rng.word(SHARED_LINKS).to_owned()
        } else {
            format!("http://{}/{{t}}", domain(rng))
        };
        let servers = rng.percent(40.0);
        let count = if servers { rng.range(1, 4) } else { rng.range(4, 30) };
        Engine {
            number,
            mailer,
            right_side: match rng.below(3) {
                _ if imitates => RightSide::Owner,
                0 => RightSide::Owner,
                1 => RightSide::Source,
                _ => RightSide::Foreign,
            },
            machine: if rng.percent(50.0) { domain(rng) } else { rng.letters(7) },
            zone,
            subject,
            link,
            paragraphs: (0..6).map(|_| prose(rng, words, 140)).collect(),
            sources: (0..count).map(|_| if servers { server(rng) } else { access(rng) }).collect(),
            servers,
            start,
            seconds: rng.range(6, 40) * 3600,
            as_owner: *rng.pick(&[40.0, 70.0, 90.0, 100.0, 100.0]),
            own_name: rng.percent(45.0),
            signed: rng.percent(40.0).then(|| (domain(rng), rng.percent(60.0))),
            weight: rng.range(1, 6) as u32,
        }
    }

    /// One mail of this campaign; `as_owner` overrides the lot.
    pub(crate) fn mail(
        &self,
        cast: &Cast,
        to: Who,
        unix: i64,
        source: &Host,
        sure_owner: bool,
        rng: &mut Rng,
    ) -> Original {
        let owner = &cast.world.owner;
        let from = if sure_owner || rng.percent(self.as_owner) {
            let mut who =
                if rng.percent(80.0) { owner.main() } else { rng.pick(&owner.identities) }.clone();
            if !self.own_name {
                who.name = match rng.below(3) {
                    0 => String::new(),
                    1 => format!("{} Team", rng.word(FIRST)),
                    _ => rng.word(FIRST).to_owned(),
                };
            }
            who
        } else {
            let local = match rng.below(3) {
                0 => rng.letters(8),
                1 => format!("{}{}", rng.letters(6), rng.digits(3)),
                _ => rng.word(&["admin", "office", "billing", "contact", "sales"]).to_owned(),
            };
            Who::new(
                rng.word(&["", "", "Accounts", "Service"]),
                &format!("{local}@{}", owner.domain),
            )
        };
        let right = match self.right_side {
            RightSide::Owner => owner.domain.clone(),
            RightSide::Foreign => self.machine.clone(),
            RightSide::Source => source.name.clone(),
        };
        let machine = match self.right_side {
            RightSide::Owner => format!("{}.{}", rng.letters(5), owner.domain),
            _ => right.clone(),
        };
        let zone = self.zone.unwrap_or_else(|| *rng.pick(&[-480, -300, 0, 60, 120, 330, 540]));
        let subject = fill(&self.subject, rng);
        let id = self.mailer.new_id(&machine, &right, unix, rng);
        let link = fill(&self.link, rng);
        let mut body = String::new();
        let at = rng.below(6);
        for i in 0..4 {
            body += &self.paragraphs[(at + i) % 6];
            if i == 1 {
                body += &format!("\n{link}\n\n");
            }
        }
        let to = vec![to];
        let letter =
            Letter { from: &from, to: &to, subject: &subject, unix, zone, id: &id, parent: None };
        let head = self.signature(&body, unix, rng) + &self.mailer.head(&letter);
        Original {
            envelope: from.address.clone(),
            from,
            to,
            subject,
            id: Some(id),
            parent: None,
            date: unix,
            zone,
            style: Style::Written { head, body },
            seed: rng.next(),
            octets: 0,
        }
    }

    /// The same mail with the id of another, and with its Date, Subject and To where `all`.
    pub(crate) fn replay(&self, mut mail: Original, of: &Original, all: bool) -> Original {
        mail.id.clone_from(&of.id);
        if all {
            (mail.date, mail.zone) = (of.date, of.zone);
            mail.subject.clone_from(&of.subject);
            mail.to.clone_from(&of.to);
        }
        self.rewrite(mail)
    }

    /// The same mail under another subject.
    pub(crate) fn quoting(&self, mut mail: Original, subject: &str) -> Original {
        mail.subject = subject.to_owned();
        self.rewrite(mail)
    }

    fn signature(&self, body: &str, unix: i64, rng: &mut Rng) -> String {
        match &self.signed {
            Some((domain, relaxed)) => signature(domain, "mail", *relaxed, body, unix, rng),
            None => String::new(),
        }
    }

    fn rewrite(&self, mut mail: Original) -> Original {
        let mut rng = Rng::new(mail.seed);
        let signed = self.signature(&mail.body(), mail.date, &mut rng);
        let head = self.mailer.head(&Letter {
            from: &mail.from,
            to: &mail.to,
            subject: &mail.subject,
            unix: mail.date,
            zone: mail.zone,
            id: mail.id(),
            parent: None,
        });
        mail.style = Style::Written { head: signed + &head, body: mail.body() };
        mail
    }
}
