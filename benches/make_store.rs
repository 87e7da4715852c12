//! Writes whole mailboxes of any size, with a Sent folder and the truth about every message. The world
//! is invented; the same seed gives the same octets. Never reads mail.

#[path = "make_store/answer.rs"]
mod answer;
#[path = "make_store/bounces.rs"]
mod bounces;
#[path = "make_store/delays.rs"]
mod delays;
#[path = "make_store/hosted.rs"]
mod hosted;
#[path = "make_store/life/mod.rs"]
mod life;
#[path = "make_store/notices.rs"]
mod notices;
#[path = "make_store/options.rs"]
mod options;
#[path = "make_store/ordinary.rs"]
mod ordinary;
#[path = "make_store/original.rs"]
mod original;
#[path = "make_store/output.rs"]
mod output;
#[path = "make_store/plan.rs"]
mod plan;
#[path = "make_store/replies.rs"]
mod replies;
#[path = "make_store/rng.rs"]
mod rng;
#[path = "make_store/text.rs"]
mod text;
#[path = "make_store/trace.rs"]
mod trace;
#[path = "make_store/words.rs"]
mod words;
#[path = "make_store/world.rs"]
mod world;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use answer::{Ask, Returns, TROUBLES};
use options::Options;
use original::Original;
use output::{Output, Truth};
use plan::{Event, Plan, What, returns};
use rng::Rng;
use text::Who;
use trace::{Client, received};
use world::{Site, World};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1).peekable();
    if args.next_if_eq("simulate").is_some() {
        return match life::options::Options::parse(args) {
            Ok(options) => told(life::make(&options), &options.out),
            Err(why) => {
                let _ = writeln!(io::stderr(), "{why}\n{}", life::options::USAGE);
                ExitCode::from(2)
            }
        };
    }
    let options = match Options::parse(args) {
        Ok(options) => options,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    told(make(&options), &options.out)
}

fn told(done: io::Result<()>, out: &Path) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            let _ = writeln!(io::stderr(), "make-store: {}: {e}", out.display());
            ExitCode::FAILURE
        }
    }
}

fn make(options: &Options) -> io::Result<()> {
    let begun = Instant::now();
    let world = World::new(
        options.seed,
        options.owner,
        options.days,
        options.people,
        options.campaigns,
        &options.programs,
    );
    let plan = Plan::new(options, &world);
    let mut out = Output::new(&options.out, options.format, &world.owner.mx.host, false)?;
    let mut copies = 0;
    for (mail, kept) in plan.sent.iter().zip(&plan.kept) {
        if *kept {
            out.sent(&mail.sent_copy(), mail.date, &mail.from.address)?;
            copies += 1;
        }
    }
    let count = plan.events.len();
    for (i, event) in plan.events.iter().enumerate() {
        // What is still to be written decides how big the rest is made.
        let target = match options.octets {
            Some(total) => (total.saturating_sub(out.octets) / (count - i) as u64) as usize,
            None => options.body * 3,
        };
        let (text, truth) = write(event, &plan, &world, options, target);
        let unseen = i + count / 20 >= count && i % 3 == 0;
        let flags = match (truth.generator, i % 40) {
            ("reply", _) => "RS",
            (_, 7) => "FS",
            _ => "S",
        };
        out.received(&text, event.time + 2, (!unseen).then_some(flags), &truth)?;
    }
    let octets = out.octets;
    out.finish()?;
    let seconds = begun.elapsed().as_secs_f64();
    writeln!(
        io::stderr(),
        "{count} messages received, {octets} octets, {copies} copies in Sent, {seconds:.1} s"
    )
}

/// Writes one incoming message and says the truth about it.
fn write(
    event: &Event,
    plan: &Plan,
    world: &World,
    options: &Options,
    target: usize,
) -> (String, Truth) {
    let mut rng = Rng::new(event.seed);
    let decidable = options.undecidable.is_some();
    let truth = |kind, origin, generator| Truth {
        kind,
        origin,
        campaign: None,
        returned: "",
        generator,
        adversarial: "",
        in_sent: "",
    };
    match &event.what {
        What::Ordinary { sort, sent } => {
            let forged;
            let mut adversarial = "";
            let about = match sent {
                Some(index) => {
                    let mail = &plan.sent[*index];
                    Some((mail, &mail.to[0]))
                }
                None if *sort == "angry-reply" => {
                    let wave = rng.pick(&world.campaigns);
                    forged = Original::forged(
                        &world.owner,
                        wave,
                        rng.pick(&world.people).0.clone(),
                        wave.start + 600,
                        true,
                        rng.next(),
                        400,
                    );
                    adversarial = "answers-forged-mail";
                    Some((&forged, &forged.to[0]))
                }
                None => None,
            };
            if *sort == "forwarded-bounce" {
                adversarial = "talks-about-bounces";
            }
            // Sizes of mail spread widely: mostly a third of the mean, sometimes four times it.
            let octets = match rng.below(10) {
                0..=5 => target / 3,
                6..=8 => target * 3 / 2,
                _ => target * 7 / 2,
            };
            let text = ordinary::ordinary(sort, world, about, event.time, octets, &mut rng);
            (text, Truth { adversarial, ..truth("ordinary", "n/a", sort) })
        }
        What::Genuine { kind, form, sent, to, own_relay } => {
            let mail = &plan.sent[*sent];
            let missing = if plan.kept[*sent] { "" } else { "not-in-sent" };
            let who = &mail.to[*to];
            let how = returns(kind, form, decidable, &mut rng);
            let hops = |site: &Site, rng: &mut Rng| {
                let Some((helo, host, ip)) = client(world, mail) else { return String::new() };
                let client =
                    Client { helo: &helo, host: &host, ip: &ip, account: Some(&mail.from.address) };
                let relay = &world.owner.relay;
                let zone = world.owner.zone(mail.date);
                let own = received(relay, &client, &who.address, mail.date + 1, zone, rng);
                if *own_relay {
                    return own;
                }
                let remote = received(
                    site,
                    &Client::of(relay),
                    &who.address,
                    mail.date + 3,
                    site.zone(),
                    rng,
                );
                format!("{remote}{own}")
            };
            let (text, letter) =
                answer(event, world, kind, form, mail, who, *own_relay, how, &hops, &mut rng);
            let row = truth(kind, "genuine", form);
            (text, Truth { returned: letter, adversarial: missing, ..row })
        }
        What::Forged { kind, form, campaign, mailed, trick } => {
            let wave = &world.campaigns[*campaign];
            let how = returns(kind, form, decidable, &mut rng);
            // An answer that returns an id alone can be told only by the address it came to.
            let as_owner = rng.percent(wave.as_owner) && !(decidable && how == Returns::Id);
            let of_form: Vec<&Site> =
                world.sites.iter().filter(|s| s.program == *form || *kind != "bounce").collect();
            let site =
                if of_form.is_empty() { rng.pick(&world.sites) } else { *rng.pick(&of_form) };
            let who = if *trick == "known-recipient" {
                rng.pick(&plan.sent).to[0].clone()
            } else {
                Who::new("", &format!("{}@{}", victim(&mut rng), site.domain))
            };
            let octets = (target / 3).clamp(200, 24_000);
            let mut mail = Original::forged(
                &world.owner,
                wave,
                who.clone(),
                *mailed,
                as_owner,
                rng.next(),
                octets.min(options.body * 4),
            );
            if *trick == "copied-msgid" {
                mail.id.clone_from(&rng.pick(&plan.sent).id);
            }
            let (name, ip) = rng.pick(&wave.sources).clone();
            let hops = |site: &Site, rng: &mut Rng| {
                let helo = if rng.percent(30.0) { mail.from.domain() } else { name.as_str() };
                let host = if rng.percent(25.0) { "" } else { name.as_str() };
                let client = Client { helo, host, ip: &ip, account: None };
                let mut hops = received(site, &client, &who.address, *mailed + 2, site.zone(), rng);
                if *trick == "relay-name" {
                    let (helo, host, ip) = world.owner.client(world::Device::Mutt, *mailed);
                    let client =
                        Client { helo: &helo, host: &host, ip: &ip, account: Some(&mail.envelope) };
                    let relay = &world.owner.relay;
                    hops += &received(relay, &client, &who.address, *mailed, wave.zone, rng);
                }
                hops
            };
            let (text, letter) =
                answer(event, world, kind, form, &mail, &who, false, how, &hops, &mut rng);
            let row = truth(kind, "forged", form);
            let campaign = Some(wave.number);
            (text, Truth { campaign, returned: letter, adversarial: trick, ..row })
        }
        What::Undecidable { kind, form, person } => {
            let (who, _) = &world.people[*person];
            let wave = rng.pick(&world.campaigns);
            let mail =
                Original::forged(&world.owner, wave, who.clone(), event.time - 60, true, 0, 100);
            let none = |_: &Site, _: &mut Rng| String::new();
            let (text, letter) = answer(
                event,
                world,
                kind,
                form,
                &mail,
                who,
                false,
                Returns::Nothing,
                &none,
                &mut rng,
            );
            (text, Truth { returned: letter, ..truth(kind, "unknown", form) })
        }
    }
}

/// A local part out of a spammer's list.
fn victim(rng: &mut Rng) -> String {
    let name = |rng: &mut Rng| world::ascii(rng.word(words::FIRST)).to_lowercase();
    match rng.below(4) {
        0 => format!("{}{}", name(rng), rng.digits(2)),
        1 => rng.word(&["info", "sales", "contact", "webmaster", "hr", "billing"]).to_string(),
        2 => format!("{}.{}", name(rng), rng.letters(6)),
        _ => rng.letters(8),
    }
}

/// How the device that wrote this mail reached the relay.
fn client(world: &World, mail: &Original) -> Option<(String, String, String)> {
    match mail.style {
        original::Style::Own(device) => Some(world.owner.client(device, mail.date)),
        _ => None,
    }
}

#[expect(clippy::too_many_arguments, reason = "one call site per origin, all of it needed")]
fn answer(
    event: &Event,
    world: &World,
    kind: &str,
    form: &str,
    mail: &Original,
    who: &Who,
    own_relay: bool,
    returns: Returns,
    hops: &dyn Fn(&Site, &mut Rng) -> String,
    rng: &mut Rng,
) -> (String, &'static str) {
    let home = world
        .sites
        .iter()
        .find(|s| s.domain == who.domain())
        .unwrap_or(&world.sites[event.seed as usize % world.sites.len()]);
    let site = if own_relay { &world.owner.relay } else { home };
    let known = !who.name.is_empty();
    // A forger's mail is refused as spam as well; the owner's is not.
    let trouble = &TROUBLES[*rng.pick(if known { &[0, 0, 1, 2, 5] } else { &[0, 1, 2, 3, 4] })];
    let hops = hops(site, rng);
    let source = match hops.split(['[', ']']).nth(1) {
        Some(ip) => ip.trim_start_matches("IPv6:").trim_start_matches("::ffff:").to_owned(),
        None => hops.split(['(', ')']).nth(5).unwrap_or("").to_owned(),
    };
    let ask = Ask {
        world,
        original: mail,
        recipient: &who.address,
        recipient_name: &who.name,
        site,
        own_relay,
        remote: home,
        time: event.time,
        arrival: mail.date + 2,
        trouble,
        hops,
        source,
        returns,
    };
    let text = match kind {
        "bounce" => bounces::bounce(form, &ask, rng),
        "delivery-notice" => delays::delay(form, &ask, rng),
        _ => replies::reply(form, &ask, rng),
    };
    (text, returns.letter())
}
