//! What happens in a life, in the order of time: what the owner writes, which answers come to it, which
//! to the flood, what else arrives. Writes no message.

use crate::answer::Returns;
use crate::ordinary::SORTS;
use crate::plan::shares;
use crate::rng::Rng;
use crate::text::Who;
use crate::world::{START, ascii};

use super::cast::{Cast, DAY};
use super::forms::{Form, draw, exactly};
use super::letter::{Draft, Mail};
use super::options::Options;

pub(crate) struct Event {
    pub(crate) time: i64,
    pub(crate) seed: u64,
    pub(crate) what: What,
}

/// An answer of somebody.
pub(crate) struct Answer {
    pub(crate) kind: &'static str,
    pub(crate) form: &'static Form,
    pub(crate) returns: Returns,
    /// Index of the site; none where the owner's own side answers.
    pub(crate) site: Option<usize>,
    /// Where a forwarder handed it on: the site that the mail was written to.
    pub(crate) forwarder: Option<usize>,
    pub(crate) to: Who,
}

pub(crate) enum What {
    Genuine {
        answer: Answer,
        mail: usize,
    },
    Forged {
        answer: Answer,
        engine: usize,
        mailed: i64,
        trick: &'static str,
        about: usize,
    },
    /// Mail of people and machines; `about` is the owner's mail that a reply answers.
    Ordinary {
        sort: &'static str,
        about: Option<usize>,
    },
    /// The owner's own post comes back from a list.
    OwnPost {
        mail: usize,
    },
}

pub(crate) struct Plan {
    pub(crate) mails: Vec<Mail>,
    pub(crate) events: Vec<Event>,
}

const GENUINE: &[(&str, u32)] = &[
    ("bounce", 46),
    ("delay", 9),
    ("success", 5),
    ("auto-reply", 28),
    ("challenge-response", 5),
    ("receipt", 7),
];
const FORGED: &[(&str, u32)] = &[
    ("bounce", 76),
    ("delay", 4),
    ("success", 1),
    ("auto-reply", 13),
    ("challenge-response", 4),
    ("receipt", 1),
    ("feedback-report", 1),
];
/// Of a hundred forged mails, how many have which trick.
const TRICKS: &[(&str, u32)] = &[
    ("copied-msgid", 4),
    ("copied-msgid;copied-headers", 2),
    ("known-recipient", 11),
    ("forwarded", 4),
    ("relay-name", 4),
    ("", 75),
];

/// The kind in truth.csv.
pub(crate) fn kind_name(kind: &str) -> &'static str {
    match kind {
        "bounce" => "bounce",
        "delay" | "success" => "delivery-notice",
        "auto-reply" => "auto-reply",
        "challenge-response" => "challenge-response",
        "receipt" => "receipt",
        _ => "feedback-report",
    }
}

struct Maker<'a> {
    options: &'a Options,
    cast: &'a Cast,
    rng: Rng,
    plan: Plan,
}

impl Plan {
    pub(crate) fn new(options: &Options, cast: &Cast, genuine: usize, forged: usize) -> Plan {
        let plan = Plan { mails: Vec::new(), events: Vec::new() };
        let mut m = Maker { options, cast, rng: Rng::new(options.seed ^ 0xF00D), plan };
        let mailed = m.own_mailing(genuine);
        let count = (genuine * 8 / 5).max(options.messages / 5);
        let first = m.plan.mails.len();
        m.own_mail(count);
        m.genuine(genuine - mailed, first);
        m.flood(forged);
        m.life(first);
        m.plan.events.sort_by_key(|e| (e.time, e.seed));
        m.plan
    }
}

impl Maker<'_> {
    fn event(&mut self, time: i64, what: What) {
        let seed = self.rng.next();
        self.plan.events.push(Event { time, seed, what });
    }

    fn write(&mut self, draft: Draft) -> usize {
        let unix = draft.unix;
        let mut mail = Mail::new(self.cast, draft, self.options.missing, &mut self.rng);
        let day = (unix - START) / DAY;
        if self.options.missing_device == Some(mail.device + 1)
            || self.options.missing_period.is_some_and(|(a, b)| (a..=b).contains(&day))
        {
            mail.kept = false;
        }
        self.plan.mails.push(mail);
        self.plan.mails.len() - 1
    }

    /// A mailing of the owner's to many people, of whom some cannot be reached. Says how many answers it took.
    fn own_mailing(&mut self, genuine: usize) -> usize {
        let answers = (genuine / 10).min(24);
        if answers < 4 || self.rng.percent(30.0) {
            return 0;
        }
        let unix = START + self.rng.range(5, self.options.days - 15) * DAY + 10 * 3600;
        let subject =
            format!("{} news, no. {}", self.cast.world.owner.main().name, self.rng.range(2, 40));
        let text = crate::text::prose(&mut self.rng, crate::words::LIFE, 900);
        let device = self.rng.below(self.cast.devices.len());
        let hidden = self.rng.percent(50.0);
        let people: Vec<Who> = (0..answers).map(|_| self.gone().1).collect();
        let shown = hidden.then(|| self.cast.world.owner.main().clone());
        let draft = |to, shown, unix| Draft {
            to,
            subject: Some(subject.clone()),
            shown,
            device: Some(device),
            unix,
            text: Some(text.clone()),
        };
        let all = hidden.then(|| self.write(draft(people.clone(), shown, unix)));
        for (i, to) in people.into_iter().enumerate() {
            let mail = match all {
                Some(mail) => mail,
                None => self.write(draft(vec![to.clone()], None, unix + i as i64 * 4)),
            };
            let kind = if self.rng.percent(80.0) { "bounce" } else { "auto-reply" };
            self.answer_to(mail, kind, Some(to));
        }
        answers
    }

    /// A site, and an address there that does not exist.
    fn gone(&mut self) -> (usize, Who) {
        let rng = &mut self.rng;
        let (person, site) = rng.pick(&self.cast.world.people);
        let local = match rng.below(3) {
            0 => format!("{}{}", person.local(), rng.letters(1)),
            1 => {
                person.local().chars().rev().skip(1).collect::<Vec<_>>().into_iter().rev().collect()
            }
            _ => format!("{}.{}", rng.letters(1), person.local()),
        };
        (*site, Who::new(&person.name, &format!("{local}@{}", person.domain())))
    }

    fn own_mail(&mut self, count: usize) {
        for i in 0..count {
            let unix = if i % 7 == 0 && !self.cast.engines.is_empty() {
                let wave = self.rng.pick(&self.cast.engines);
                wave.start + self.rng.range(0, wave.seconds)
            } else {
                let day = START + self.rng.range(0, self.options.days - 8) * DAY;
                // From seven in the morning where the owner lives.
                day + self.rng.range(7 * 3600, 23 * 3600) - self.cast.home_zone * 60
            };
            let to = self.rng.pick(&self.cast.world.people).0.clone();
            self.write(Draft {
                to: vec![to],
                subject: None,
                shown: None,
                device: None,
                unix,
                text: None,
            });
        }
    }

    fn genuine(&mut self, count: usize, first: usize) {
        let mut order: Vec<usize> = (first..self.plan.mails.len()).collect();
        self.rng.shuffle(&mut order);
        let mut nth = 0;
        for (kind, n) in shares(count, GENUINE) {
            for _ in 0..n {
                let mail = order[nth % order.len()];
                nth += 1;
                self.answer_to(mail, kind, None);
            }
        }
    }

    /// Somebody answers a mail of the owner. `to` is whom the mail was sent to, where it had several.
    fn answer_to(&mut self, mail: usize, kind: &'static str, to: Option<Who>) {
        let own = matches!(kind, "bounce" | "delay") && self.rng.percent(42.0);
        let reporter = self.plan.mails[mail].reporter(self.cast).filter(|_| own);
        // Not where the program of that host is one that shall not answer.
        let own_form = reporter.and_then(|r| exactly(kind, r.program, self.options, &mut self.rng));
        let reporter = reporter.filter(|_| own_form.is_some());
        let mut to = to.unwrap_or_else(|| self.plan.mails[mail].wire.to[0].clone());
        if kind == "bounce" && self.plan.mails[mail].wire.to.len() == 1 && self.rng.percent(85.0) {
            // Written to an address that is wrong: it stands in the mail itself.
            to = self.gone().1;
            self.readdress(mail, &to);
        }
        let mut site = self.site_of(to.domain());
        let mut forwarder = None;
        if reporter.is_none() && self.rng.percent(5.0) {
            forwarder = Some(site);
            site = self.rng.below(self.cast.world.sites.len());
        }
        let program = reporter.map_or(self.cast.world.sites[site].program, |r| r.program);
        let chosen = match own_form {
            Some((form, returns)) => Some((kind, form, returns)),
            None => self.form(kind, program),
        };
        let Some((kind, form, returns)) = chosen else { return };
        let wait = self.wait(kind, reporter.is_some());
        let time = self.plan.mails[mail].wire.date + wait;
        let site = reporter.is_none().then_some(site);
        let late = (kind == "delay" && self.rng.percent(30.0))
            .then(|| exactly("bounce", program, self.options, &mut self.rng))
            .flatten();
        if let Some((form, returns)) = late {
            let answer = Answer { kind: "bounce", form, returns, site, forwarder, to: to.clone() };
            self.event(time + 4 * DAY, What::Genuine { answer, mail });
        }
        let answer = Answer { kind, form, returns, site, forwarder, to };
        self.event(time, What::Genuine { answer, mail });
    }

    /// Writes the mail anew to somebody else; everything else stays as it is.
    fn readdress(&mut self, mail: usize, to: &Who) {
        let mail = &mut self.plan.mails[mail];
        let (old, new) = (mail.wire.to[0].clone(), to);
        let swap = |text: &str| text.replacen(&old.header(), &new.header(), 1);
        if let crate::original::Style::Written { head, .. } = &mut mail.wire.style {
            *head = swap(head);
        }
        mail.copy = swap(&mail.copy);
        mail.below = mail.below.replace(&old.address, &new.address);
        mail.wire.to = vec![to.clone()];
    }

    fn site_of(&mut self, domain: &str) -> usize {
        let at = self.cast.world.sites.iter().position(|s| s.domain == domain);
        at.unwrap_or_else(|| self.rng.below(self.cast.world.sites.len()))
    }

    /// The form of a kind at a program, or of another kind where that has none.
    fn form(
        &mut self,
        kind: &'static str,
        program: &str,
    ) -> Option<(&'static str, &'static Form, Returns)> {
        for kind in [kind, "bounce", "auto-reply"] {
            if let Some((form, returns)) = draw(kind, program, self.options, &mut self.rng) {
                return Some((kind, form, returns));
            }
        }
        None
    }

    fn wait(&mut self, kind: &str, own: bool) -> i64 {
        let rng = &mut self.rng;
        match kind {
            "bounce" if own && rng.percent(75.0) => rng.range(2, 60),
            "bounce" if rng.percent(12.0) => rng.range(4 * 3600, 5 * DAY),
            "bounce" => rng.range(3, 1800),
            "delay" if rng.percent(40.0) => DAY + rng.range(0, 1800),
            "delay" => 4 * 3600 + rng.range(0, 1200),
            "receipt" => rng.range(300, 9 * DAY),
            "feedback-report" => rng.range(1800, 30 * 3600),
            _ if rng.percent(10.0) => rng.range(600, 20 * 3600),
            _ => rng.range(2, 240),
        }
    }

    fn flood(&mut self, count: usize) {
        let total: u32 = self.cast.engines.iter().map(|e| e.weight).sum();
        let stolen = if self.rng.percent(60.0) { count / 28 } else { 0 };
        let web = if self.rng.percent(35.0) { count / 60 } else { 0 };
        let mut special = stolen + web;
        for (kind, n) in shares(count, FORGED) {
            for _ in 0..n {
                let mut at = self.rng.below(total as usize) as u32;
                let mut engine = 0;
                for (i, e) in self.cast.engines.iter().enumerate() {
                    if at < e.weight {
                        engine = i;
                        break;
                    }
                    at -= e.weight;
                }
                let trick = if special > 0 {
                    special -= 1;
                    if special >= web { "account-used" } else { "own-relay" }
                } else {
                    self.trick()
                };
                self.forged(kind, engine, trick);
            }
        }
    }

    fn trick(&mut self) -> &'static str {
        let mut at = self.rng.below(100) as u32;
        for (trick, weight) in TRICKS {
            if at < *weight {
                return trick;
            }
            at -= weight;
        }
        ""
    }

    fn forged(&mut self, kind: &'static str, engine: usize, trick: &'static str) {
        let rng = &mut self.rng;
        let world = &self.cast.world;
        let about = rng.below(self.plan.mails.len());
        let mut site = rng.below(world.sites.len());
        let to = if trick == "known-recipient" {
            let who = self.plan.mails[about].wire.to[0].clone();
            site = self.site_of(who.domain());
            who
        } else {
            let local = victim(rng);
            Who::new("", &format!("{local}@{}", world.sites[site].domain))
        };
        let mut forwarder = None;
        if trick == "forwarded" {
            forwarder = Some(site);
            site = self.rng.below(self.cast.world.sites.len());
        }
        let program = self.cast.world.sites[site].program;
        let Some((kind, form, returns)) = self.form(kind, program) else { return };
        let wave = &self.cast.engines[engine];
        // Most of a wave comes in its first half.
        let mailed = wave.start
            + self.rng.range(
                0,
                if self.rng.clone().percent(70.0) { wave.seconds / 2 } else { wave.seconds },
            );
        let time = mailed + self.wait(kind, false);
        let answer = Answer { kind, form, returns, site: Some(site), forwarder, to };
        self.event(time, What::Forged { answer, engine, mailed, trick, about });
    }

    /// Everything that is no answer.
    fn life(&mut self, first: usize) {
        let left = self.options.messages.saturating_sub(self.plan.events.len());
        let span = self.options.days * DAY;
        let reached: Vec<usize> = {
            let failed: std::collections::BTreeSet<usize> = self
                .plan
                .events
                .iter()
                .filter_map(|e| match &e.what {
                    What::Genuine { mail, answer } if answer.kind == "bounce" => Some(*mail),
                    _ => None,
                })
                .collect();
            (first..self.plan.mails.len()).filter(|m| !failed.contains(m)).collect()
        };
        for (sort, n) in shares(left, SORTS) {
            for i in 0..n {
                let mut time = START + self.rng.range(0, span);
                let mut what = What::Ordinary { sort, about: None };
                if sort == "reply" && !reached.is_empty() {
                    let mail = *self.rng.pick(&reached);
                    time = self.plan.mails[mail].wire.date
                        + if self.rng.percent(70.0) {
                            self.rng.range(300, 2 * DAY)
                        } else {
                            self.rng.range(2 * DAY, 20 * DAY)
                        };
                    what = What::Ordinary { sort, about: Some(mail) };
                } else if sort == "list" && i % 6 == 0 && !reached.is_empty() {
                    let mail = *self.rng.pick(&reached);
                    time = self.plan.mails[mail].wire.date + 60;
                    what = What::OwnPost { mail };
                } else if sort == "daily" && i % 20 == 3 {
                    what = What::Ordinary { sort: "angry-reply", about: None };
                }
                self.event(time, what);
            }
        }
    }
}

/// A local part out of a spammer's list.
fn victim(rng: &mut Rng) -> String {
    let name = |rng: &mut Rng| ascii(rng.word(crate::words::FIRST)).to_lowercase();
    let last = |rng: &mut Rng| ascii(rng.word(crate::words::LAST)).to_lowercase();
    match rng.below(6) {
        0 => format!("{}{}", name(rng), rng.digits(2)),
        1 => rng.word(&["info", "sales", "contact", "webmaster", "hr", "billing"]).to_string(),
        2 | 3 => format!("{}.{}", name(rng), last(rng)),
        4 => format!("{}{}", last(rng), rng.digits(2)),
        _ => rng.letters(8),
    }
}
