//! What happens in a world, in the order of time: which mail the owner sends, which answers come, what else
//! arrives. Decides everything that truth.csv tells; writes no message.

use crate::answer::Returns;
use crate::options::Options;
use crate::ordinary::SORTS;
use crate::original::Original;
use crate::rng::Rng;
use crate::text::Who;
use crate::world::{START, World};

/// One incoming message.
pub(crate) struct Event {
    pub(crate) time: i64,
    pub(crate) seed: u64,
    pub(crate) what: What,
}

pub(crate) enum What {
    /// An answer to a mail of the owner: index in `sent`, index of its recipient.
    Genuine {
        kind: &'static str,
        form: &'static str,
        sent: usize,
        to: usize,
        own_relay: bool,
    },
    /// An answer to a forged mail.
    Forged {
        kind: &'static str,
        form: &'static str,
        campaign: usize,
        mailed: i64,
        trick: &'static str,
    },
    /// An answer that returns nothing, from somebody to whom the owner wrote long before.
    Undecidable {
        kind: &'static str,
        form: &'static str,
        person: usize,
    },
    Ordinary {
        sort: &'static str,
        sent: Option<usize>,
    },
}

pub(crate) struct Plan {
    /// All mail of the owner, in the order of time.
    pub(crate) sent: Vec<Original>,
    /// Whether the copy was kept.
    pub(crate) kept: Vec<bool>,
    pub(crate) events: Vec<Event>,
}

const FORGED_KINDS: &[(&str, u32)] = &[
    ("bounce", 88),
    ("delivery-notice", 3),
    ("auto-reply", 4),
    ("challenge-response", 3),
    ("receipt", 1),
    ("feedback-report", 1),
];
const GENUINE_KINDS: &[(&str, u32)] = &[
    ("bounce", 53),
    ("delivery-notice", 10),
    ("auto-reply", 21),
    ("challenge-response", 6),
    ("receipt", 10),
];
const DELAYS: &[&str] = &["postfix", "exim", "sendmail", "opensmtpd"];
const AUTO: &[&str] =
    &["pigeonhole", "exchange-oof", "procmail", "exim-autoreply", "ticket", "vacation"];
const CHALLENGES: &[&str] = &["tmda", "boxtrapper"];
const RECEIPTS: &[&str] = &["thunderbird-mdn", "outlook-mdn"];
const TRICKS: &[&str] = &["copied-msgid", "known-recipient", "relay-name"];

/// How much a form returns, where it has no choice; else by lot.
pub(crate) fn returns(kind: &str, form: &str, decidable: bool, rng: &mut Rng) -> Returns {
    match form {
        "qmail" | "yahoo" | "kddi" | "groupwise" | "arf" => Returns::Whole,
        "boxtrapper" | "thunderbird-mdn" => Returns::Headers,
        "bare-notice" if decidable || rng.percent(40.0) => Returns::Id,
        "bare-notice" => Returns::Nothing,
        "vacation" if !decidable && rng.percent(70.0) => Returns::Nothing,
        _ => match kind {
            "delivery-notice" => Returns::Headers,
            "auto-reply" | "receipt" => Returns::Id,
            _ if rng.percent(62.0) => Returns::Whole,
            _ => Returns::Headers,
        },
    }
}

/// Cuts `n` into shares, exactly, by largest remainder.
pub(crate) fn shares(n: usize, weights: &[(&'static str, u32)]) -> Vec<(&'static str, usize)> {
    let total: u64 = weights.iter().map(|w| u64::from(w.1)).sum();
    let mut out: Vec<(&str, usize)> = Vec::new();
    let mut rest: Vec<(u64, usize)> = Vec::new();
    for (i, (name, weight)) in weights.iter().enumerate() {
        let exact = n as u64 * u64::from(*weight);
        out.push((name, (exact / total.max(1)) as usize));
        rest.push((exact % total.max(1), i));
    }
    rest.sort_by_key(|(r, i)| (u64::MAX - r, *i));
    let given: usize = out.iter().map(|o| o.1).sum();
    for (_, i) in rest.into_iter().take(n - given) {
        out[i].1 += 1;
    }
    out
}

/// The forms that take turns for a kind, in an order of their own.
struct Turns {
    forms: Vec<&'static str>,
    at: usize,
}

impl Turns {
    fn new(forms: &[&'static str], decidable: bool, rng: &mut Rng) -> Turns {
        let mut forms: Vec<&'static str> =
            forms.iter().copied().filter(|f| !decidable || *f != "vacation").collect();
        rng.shuffle(&mut forms);
        Turns { forms, at: 0 }
    }

    fn next(&mut self) -> &'static str {
        self.at += 1;
        self.forms[self.at % self.forms.len()]
    }
}

impl Plan {
    pub(crate) fn new(options: &Options, world: &World) -> Plan {
        let mut rng = Rng::new(options.seed ^ 0xB1E);
        let decidable = options.undecidable.is_some();
        let span = world.days * 86_400;
        let answers = options.messages * options.answers / 100;
        let undecidable = options.undecidable.unwrap_or(0).min(answers);
        let forged = (answers - undecidable) * options.forged / 100;
        let genuine = answers - undecidable - forged;
        let sent_count = options.sent.max(1);

        // The owner's mail; some of it while the flood lasts.
        let mut times: Vec<i64> = (0..sent_count)
            .map(|i| {
                if i % 7 == 0 && !world.campaigns.is_empty() {
                    let wave = rng.pick(&world.campaigns);
                    wave.start + rng.range(0, wave.seconds)
                } else {
                    // Between 07:00 and 22:00 UTC, with room for answers before the end.
                    START + rng.range(0, world.days - 8) * 86_400 + rng.range(7 * 3600, 22 * 3600)
                }
            })
            .collect();
        times.sort_unstable();
        let mut sent: Vec<Original> = Vec::with_capacity(sent_count);
        for time in times {
            // The last people are written to in the first month only.
            let early = time < START + 25 * 86_400 && rng.percent(30.0);
            let reserve = world.people.len() / 6;
            let regular = world.people.len() - reserve;
            let person = if early { regular + rng.below(reserve) } else { rng.below(regular) };
            let octets = rng.range(options.body as i64 / 2, options.body as i64 * 2) as usize;
            let to = vec![world.people[person].0.clone()];
            let mut mail = Original::own(world, to, time, rng.next(), octets);
            if rng.percent(20.0) {
                mail.parent = Some(format!("<{}@{}>", rng.hex(16), mail.to[0].domain()));
                mail.subject = format!("Re: {}", mail.subject);
            }
            sent.push(mail);
        }
        let kept: Vec<bool> = (0..sent_count).map(|_| !rng.percent(options.missing)).collect();

        let mut events = Vec::with_capacity(options.messages);
        let mut order: Vec<usize> = (0..sent_count).collect();
        rng.shuffle(&mut order);

        // Genuine answers: each about another mail, then about further recipients of the same.
        let mut site_turn = rng.below(world.sites.len());
        let mut nth = 0;
        for (kind, count) in shares(genuine, GENUINE_KINDS) {
            let mut turns = Turns::new(forms(kind), decidable, &mut rng);
            for i in 0..count {
                let index = order[nth % sent_count];
                let own_relay = matches!(kind, "bounce" | "delivery-notice") && i % 9 < 4;
                let mut form = turns.next();
                let mut to = 0;
                if kind == "bounce" || nth >= sent_count {
                    site_turn += 1;
                    let site = &world.sites[site_turn % world.sites.len()];
                    let who = if kind == "bounce" {
                        mistyped(&sent[index].to[0], &site.domain, &mut rng)
                    } else {
                        let (name, local) = (&sent[index].to[0].name, sent[index].to[0].local());
                        Who::new(name, &format!("{local}{}@{}", rng.digits(2), site.domain))
                    };
                    if nth < sent_count {
                        sent[index].to = vec![who];
                    } else {
                        sent[index].to.push(who);
                        to = sent[index].to.len() - 1;
                    }
                    if kind == "bounce" {
                        form = if i % 17 == 16 { "bare-notice" } else { site.program };
                    }
                }
                if own_relay {
                    form = world.owner.relay.program;
                }
                let wait = wait(kind, form, own_relay, &mut rng);
                events.push(Event {
                    time: sent[index].date + wait,
                    seed: rng.next(),
                    what: What::Genuine { kind, form, sent: index, to, own_relay },
                });
                nth += 1;
            }
        }

        // The flood.
        for (kind, count) in shares(forged, FORGED_KINDS) {
            let mut turns = Turns::new(forms(kind), decidable, &mut rng);
            for i in 0..count {
                let campaign = rng.below(world.campaigns.len());
                let wave = &world.campaigns[campaign];
                let form = match kind {
                    "bounce" if i % 29 == 28 => "bare-notice",
                    "bounce" => rng.pick(&world.sites).program,
                    _ => turns.next(),
                };
                let mailed = wave.start + rng.range(0, wave.seconds);
                let late = if rng.percent(8.0) { rng.range(3600, 3 * 86_400) } else { 0 };
                let trick = if rng.percent(options.hard) { rng.word(TRICKS) } else { "" };
                events.push(Event {
                    time: mailed + wait(kind, form, false, &mut rng) + late,
                    seed: rng.next(),
                    what: What::Forged { kind, form, campaign, mailed, trick },
                });
            }
        }

        // Nobody can tell these.
        let flood_end = world.campaigns.iter().map(|c| c.start + c.seconds).max().unwrap_or(START);
        let quiet = flood_end + 8 * 86_400;
        let last_written = |person: &usize| {
            let address = &world.people[*person].0.address;
            let mails = sent.iter().filter(|m| m.to.iter().any(|t| t.address == *address));
            mails.map(|m| m.date).max()
        };
        let mut long_ago: Vec<usize> = if undecidable == 0 { 0..0 } else { 0..world.people.len() }
            .filter(|p| last_written(p).is_some_and(|t| t < quiet - 25 * 86_400))
            .collect();
        rng.shuffle(&mut long_ago);
        for (i, person) in long_ago.into_iter().take(undecidable).enumerate() {
            let (kind, form) =
                if i % 2 == 0 { ("auto-reply", "vacation") } else { ("bounce", "bare-notice") };
            events.push(Event {
                time: quiet + i as i64 * 170_000 + rng.range(0, 90_000),
                seed: rng.next(),
                what: What::Undecidable { kind, form, person },
            });
        }

        // Life goes on.
        let left = options.messages.saturating_sub(events.len());
        let mut turn = 0;
        for (sort, count) in shares(left, SORTS) {
            for i in 0..count {
                let mut sort = sort;
                let mut about = None;
                let mut time = START + rng.range(0, span);
                if sort == "reply" {
                    // At most three replies to one mail, none to one that failed.
                    let free = &order[genuine.min(sent_count)..];
                    turn += 1;
                    if turn <= free.len() * 3 {
                        let index = free[turn % free.len()];
                        about = Some(index);
                        time = sent[index].date + rng.range(600, 3 * 86_400);
                    } else {
                        sort = "daily";
                    }
                } else if options.hard > 0.0 && sort == "daily" && i % 25 == 3 {
                    sort = "angry-reply";
                }
                let what = What::Ordinary { sort, sent: about };
                events.push(Event { time, seed: rng.next(), what });
            }
        }
        events.sort_by_key(|e| (e.time, e.seed));
        Plan { sent, kept, events }
    }
}

fn forms(kind: &str) -> &'static [&'static str] {
    match kind {
        "delivery-notice" => DELAYS,
        "auto-reply" => AUTO,
        "challenge-response" => CHALLENGES,
        "receipt" => RECEIPTS,
        "feedback-report" => &["arf"],
        _ => &["postfix"],
    }
}

/// Seconds between the mail and what answers it.
fn wait(kind: &str, form: &str, own_relay: bool, rng: &mut Rng) -> i64 {
    match kind {
        "bounce" if own_relay => rng.range(2, 40),
        "bounce" if rng.percent(10.0) => rng.range(4 * 3600, 4 * 86_400),
        "bounce" => rng.range(4, 900),
        "delivery-notice" if form == "exim" => 24 * 3600 + rng.range(0, 1800),
        "delivery-notice" => 4 * 3600 + rng.range(0, 900),
        "receipt" => rng.range(300, 2 * 86_400),
        "feedback-report" => rng.range(1800, 20 * 3600),
        _ => rng.range(3, 120),
    }
}

/// The address as somebody writes it down wrongly.
fn mistyped(who: &Who, domain: &str, rng: &mut Rng) -> Who {
    let mut local: Vec<char> = who.local().chars().collect();
    let at = 1 + rng.below(local.len().saturating_sub(2));
    if local[at] == '.' || rng.percent(50.0) {
        local.insert(at, rng.letters(1).chars().next().unwrap_or('x'));
    } else {
        local.remove(at);
    }
    Who::new(&who.name, &format!("{}@{domain}", local.into_iter().collect::<String>()))
}
