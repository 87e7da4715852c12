//! A simulated mailbox: an owner with habits and gaps, and a flood that overlaps with them. Says the truth
//! about every message. The world is invented; the same seed gives the same octets.

mod cast;
mod engine;
pub(crate) mod forms;
mod letter;
mod mailer;
pub(crate) mod options;
mod path;
mod plan;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::time::Instant;

use crate::answer::{Ask, TROUBLES, trace};
use crate::ordinary::ordinary;
use crate::original::Original;
use crate::output::{Output, Truth};
use crate::rng::Rng;
use crate::trace::Client;
use crate::words::LISTS;
use crate::world::Site;

use cast::{Cast, access};
use letter::Mail;
use options::Options;
use path::Way;
use plan::{Answer, Event, Plan, What, kind_name};

/// Makes the mailbox that the options describe.
pub(crate) fn make(options: &Options) -> io::Result<()> {
    let begun = Instant::now();
    let answers = (options.messages as f64 * options.answers / 100.0) as usize;
    let forged = (answers as f64 * options.forged / 100.0).round() as usize;
    let cast = Cast::new(options, 40 + options.messages / 25);
    let plan = Plan::new(options, &cast, answers - forged, forged);
    let mut out = Output::new(&options.out, options.format, &cast.world.owner.mx.host, true)?;
    let mut mails: Vec<&Mail> = plan.mails.iter().collect();
    mails.sort_by_key(|m| m.wire.date);
    let mut copies = 0;
    for mail in mails.iter().filter(|m| m.kept) {
        out.sent(&mail.copy, mail.wire.date, &mail.wire.from.address)?;
        copies += 1;
    }
    for (i, event) in plan.events.iter().enumerate() {
        let (text, truth) = write(event, &plan, &cast);
        let flags = if i % 41 == 7 { "FS" } else { "S" };
        out.received(&text, event.time + 2, (i % 13 != 5).then_some(flags), &truth)?;
    }
    let octets = out.octets;
    out.finish()?;
    writeln!(
        io::stderr(),
        "{} messages received, {octets} octets, {copies} of {} mails in Sent, {:.1} s",
        plan.events.len(),
        plan.mails.len(),
        begun.elapsed().as_secs_f64()
    )
}

fn ordinary_row(generator: &'static str, adversarial: &'static str) -> Truth {
    Truth {
        kind: "ordinary",
        origin: "n/a",
        campaign: None,
        returned: "",
        generator,
        adversarial,
        in_sent: "",
    }
}

/// Writes one incoming message and says the truth about it.
fn write(event: &Event, plan: &Plan, cast: &Cast) -> (String, Truth) {
    let mut rng = Rng::new(event.seed);
    let rng = &mut rng;
    match &event.what {
        What::Ordinary { sort, about } => {
            let octets = match rng.below(10) {
                0..=5 => 700,
                6..=8 => 2200,
                _ => 6000,
            };
            let forged;
            let (about, adversarial) = match about {
                Some(mail) => {
                    let wire = &plan.mails[*mail].wire;
                    (Some((wire, &wire.to[0])), "")
                }
                None if *sort == "angry-reply" => {
                    let engine = rng.pick(&cast.engines);
                    let to = rng.pick(&cast.world.people).0.clone();
                    let source = rng.pick(&engine.sources);
                    forged = engine.mail(cast, to, engine.start + 900, source, true, rng);
                    (Some((&forged, &forged.to[0])), "answers-forged-mail")
                }
                None if *sort == "forwarded-bounce" => (None, "talks-about-bounces"),
                None => (None, ""),
            };
            let text = ordinary(sort, &cast.world, about, event.time, octets, rng);
            (text, ordinary_row(sort, adversarial))
        }
        What::OwnPost { mail } => {
            let (name, host) = *rng.pick(LISTS);
            let wire = &plan.mails[*mail].wire;
            let sender = format!("{name}-bounces@{host}");
            let client = Client { helo: host, host, ip: "203.0.113.9", account: None };
            let to = &cast.world.owner.main().address;
            let top = trace(&cast.world, &client, &sender, to, event.time, rng);
            let text = format!(
                "{top}List-Id: <{name}.{host}>\nPrecedence: list\n{}\n{}",
                wire.head(),
                wire.body()
            );
            (text, ordinary_row("own-post", ""))
        }
        What::Genuine { answer, mail } => {
            let mail = &plan.mails[*mail];
            let reporter = mail.reporter(cast).filter(|_| answer.site.is_none());
            let way = answer.way(cast, mail.wire.date + 4, reporter);
            let (hops, site) = match reporter {
                Some(reporter) => (mail.below.clone(), reporter),
                None => (way.own(cast, mail, rng), way.site),
            };
            let text =
                answer.write(cast, &mail.wire, event.time, site, reporter.is_some(), hops, rng);
            let adversarial = match (mail.kept, answer.forwarder) {
                (true, None) => "",
                (true, Some(_)) => "forwarded",
                (false, None) => "not-in-sent",
                (false, Some(_)) => "not-in-sent;forwarded",
            };
            let row = Truth {
                kind: kind_name(answer.kind),
                origin: "genuine",
                campaign: None,
                returned: answer.returns.letter(),
                generator: answer.form.name,
                adversarial,
                in_sent: if mail.kept { "yes" } else { "no" },
            };
            (text, row)
        }
        What::Forged { answer, engine, mailed, trick, about } => {
            let engine = &cast.engines[*engine];
            let about = &plan.mails[*about].wire;
            let source = rng.pick(&engine.sources).clone();
            let sure =
                matches!(*trick, "account-used" | "own-relay") || trick.starts_with("copied");
            let mut mail = engine.mail(cast, answer.to.clone(), *mailed, &source, sure, rng);
            match *trick {
                "copied-msgid" => mail = engine.replay(mail, about, false),
                "copied-msgid;copied-headers" => mail = engine.replay(mail, about, true),
                "known-recipient" if rng.percent(35.0) => {
                    let subject = format!("Re: {}", about.subject.trim_start_matches("Re: "));
                    mail = engine.quoting(mail, &subject);
                }
                _ => {}
            }
            let way = answer.way(cast, *mailed + 2, None);
            let hops = match *trick {
                "account-used" => way.stolen(cast, &access(rng), &mail, rng),
                "own-relay" => way.own_web(cast, &mail, rng),
                trick => way.forged(cast, &source, engine.servers, &mail, trick, rng),
            };
            let text = answer.write(cast, &mail, event.time, way.site, false, hops, rng);
            let row = Truth {
                kind: kind_name(answer.kind),
                origin: "forged",
                campaign: Some(engine.number),
                returned: answer.returns.letter(),
                generator: answer.form.name,
                adversarial: trick,
                in_sent: "no",
            };
            (text, row)
        }
    }
}

impl Answer {
    fn way<'a>(&'a self, cast: &'a Cast, unix: i64, reporter: Option<&'a Site>) -> Way<'a> {
        let sites = &cast.world.sites;
        let site = reporter.unwrap_or_else(|| &sites[self.site.unwrap_or(0)]);
        let forwarder = self.forwarder.map(|i| &sites[i]);
        Way { site, forwarder, recipient: &self.to.address, written_to: &self.to.address, unix }
    }

    #[expect(clippy::too_many_arguments, reason = "one place, all of it needed")]
    fn write(
        &self,
        cast: &Cast,
        original: &Original,
        time: i64,
        site: &Site,
        own_relay: bool,
        hops: String,
        rng: &mut Rng,
    ) -> String {
        let at = self.forwarder.or(self.site).unwrap_or(0);
        let source = match hops.split(['[', ']']).nth(1) {
            Some(ip) => ip.trim_start_matches("IPv6:").trim_start_matches("::ffff:").to_owned(),
            None => String::new(),
        };
        // A forwarder hands on to an address of its own choice, and that is the one that fails.
        let recipient = match self.forwarder {
            Some(_) => format!("{}{}@{}", self.to.local(), rng.digits(1), site.domain),
            None => self.to.address.clone(),
        };
        let ask = Ask {
            world: &cast.world,
            original,
            recipient: &recipient,
            recipient_name: &self.to.name,
            site,
            own_relay,
            remote: &cast.world.sites[at],
            time,
            arrival: original.date.max(time - 6 * cast::DAY) + 2,
            trouble: rng.pick(TROUBLES),
            hops,
            source,
            returns: self.returns,
        };
        self.form.write(&ask, rng)
    }
}
