//! Lists and tables of the page: from counts to rows of text. What is cut is counted, and how to find the
//! rest in the CSV is said.

use super::axis::{day, moment};
use super::charts::{fullest, largest};
use super::gathered::{Gathered, Row, Ruled, cell};
use super::tally::{Newest, Tallied, Top};
use super::view::{Bar, Bars, CampaignRow, Class, L, Message, Messages, N, Rule};
use crate::learning::Abuse;
use crate::report::escape;
use crate::report::text::{grouped, shell_word};
use crate::scan::Outcome;
use crate::signals::Kind;
use crate::verdict::Doubt;

/// Bars of a list, and campaigns of the table.
const BARS: usize = 20;
const CAMPAIGNS: usize = 100;
/// Links of one campaign.
const LINKS: usize = 3;

/// The names of origins, as a [`super::tally::Split`] orders them.
const ORIGINS: [&str; 3] = ["forged", "genuine", "unknown"];

fn class_name(kind: Kind, part: usize) -> &'static str {
    match (kind, part) {
        (Kind::Bounce, 0) => "backscatter",
        (Kind::Bounce, 1) => "genuine-bounce",
        (Kind::Bounce, _) => "undecided-bounce",
        (kind, _) => kind.name(),
    }
}

/// Where the rows of a class stand.
fn rows_of(kind: Kind, part: usize) -> String {
    match (kind, part) {
        (Kind::Bounce, 1) => "failures".to_owned(),
        (_, 2) => "undecided".to_owned(),
        _ => format!("rows-{}-{}", class_name(kind, part), ORIGINS[part]),
    }
}

/// All classes that occur, and ordinary mail.
pub(super) fn classes(g: &Gathered) -> Vec<Class> {
    let mut classes = Vec::new();
    for part in [0, 2, 1] {
        for kind in Kind::ALL {
            let count = g.count(kind, part);
            if count == 0 {
                continue;
            }
            let name = class_name(kind, part);
            classes.push(Class {
                key: format!("class.{name}.{}", ORIGINS[part]),
                name,
                origin: ORIGINS[part],
                means: match (kind, part) {
                    (Kind::Bounce, 1) => "your own mail failed",
                    (_, 1) => "to mail that you sent",
                    (_, 0) => "to mail that you did not send",
                    _ => "it cannot be known whose mail it answers",
                },
                count: N(count),
                series: match (part, kind) {
                    (0, Kind::Bounce) => 0,
                    (0, _) => 1,
                    (1, Kind::Bounce) => 4,
                    (1, _) => 3,
                    _ => 2,
                },
                to: rows_of(kind, part),
            });
        }
    }
    classes
}

/// What the rules of thumb would have done with the same mail.
pub(super) fn rules(g: &Gathered, outcome: &Outcome) -> Vec<Rule> {
    let cells = |key: &str, of: &[[Ruled; 3]; 2]| {
        let cell = |name: &str, n: u64| Some((format!("rule.{key}.{name}"), N(n)));
        vec![
            cell("genuine-bounces-lost", of[0][1].discarded),
            cell("genuine-others-lost", of[1][1].discarded),
            cell("backscatter-missed", of[0][0].kept),
            cell("forged-others-missed", of[1][0].kept),
            cell("undecided-lost", of[0][2].discarded + of[1][2].discarded),
            cell("untold", of.iter().flatten().map(|r| r.untold).sum()),
        ]
    };
    let forged = |other: usize| -> u64 {
        let of = g.classes.iter().filter(|((_, part), _)| *part == 0);
        of.filter(|((kind, _), _)| (*kind != Kind::Bounce) == (other == 1)).map(|(_, n)| n).sum()
    };
    let left = |other: usize| forged(other) - g.swept_by_default[other];
    let number = |name: &str, n: u64| Some((format!("rule.unscatter.{name}"), N(n)));
    let all = |name: &str, kinds: usize, part: usize| {
        let of = &g.rules.null_sender;
        let n = |r: &Ruled| r.discarded + r.kept + r.untold;
        let sum = if kinds == 2 { n(&of[0][part]) + n(&of[1][part]) } else { n(&of[kinds][part]) };
        Some((format!("rule.all.{name}"), N(sum)))
    };
    let mut rules = vec![
        Rule {
            name: "All answers here",
            about: "that a rule could get wrong".to_owned(),
            cells: vec![
                all("genuine-bounces-lost", 0, 1),
                all("genuine-others-lost", 1, 1),
                all("backscatter-missed", 0, 0),
                all("forged-others-missed", 1, 0),
                all("undecided-lost", 2, 2),
                None,
            ],
        },
        Rule {
            name: "Discard everything with Return-Path: <>",
            about: "the usual advice of hosting companies".to_owned(),
            cells: cells("null", &g.rules.null_sender),
        },
        Rule {
            name: "SpamAssassin's VBounce with your relays",
            about: if outcome.background.relays_known {
                "discard bounces and challenges whose returned Received lines name none of your relays, as \
                 learned here; it does not look at other answers"
                    .to_owned()
            } else {
                "none of your relays is known (name them with --relay), so it cannot be told"
                    .to_owned()
            },
            cells: if outcome.background.relays_known {
                cells("relay", &g.rules.own_relay)
            } else {
                vec![None; 6]
            },
        },
    ];
    rules.push(Rule {
        name: "unscatter sweep",
        about: "moves (never deletes) what is forged with p_forged of 0.99 and more; its own verdicts are \
                the measure here, so its zeros are no proof"
            .to_owned(),
        cells: vec![
            number("genuine-bounces-lost", 0),
            number("genuine-others-lost", 0),
            number("backscatter-missed", left(0)),
            number("forged-others-missed", left(1)),
            number("undecided-lost", 0),
            number("untold", 0),
        ],
    });
    rules
}

/// One list of the most frequent values.
pub(super) struct List {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) value: &'static str,
    pub(super) describes: &'static str,
    /// The heading of what else is known of each value, if anything.
    pub(super) about: &'static str,
}

impl List {
    pub(super) fn bars(self, top: &Top, about: &dyn Fn(&str, &Tallied) -> String) -> Option<Bars> {
        let shown = top.first(BARS);
        let most = shown.first()?.1.count().max(1) as f64;
        let sum: u64 = shown.iter().map(|(_, t)| t.count()).sum();
        let bars = shown
            .into_iter()
            .map(|(name, tallied)| {
                let [forged, genuine, undecided] = tallied.split;
                let mut at = 0.0;
                let mut pieces = Vec::new();
                for (series, n) in [(0, forged), (2, undecided), (4, genuine)] {
                    let length = n as f64 * 100.0 / most;
                    if n > 0 {
                        pieces.push((series, L(at), L(length.max(0.3))));
                    }
                    at += length;
                }
                Bar {
                    name: name.to_owned(),
                    about: about(name, tallied),
                    count: N(tallied.count()),
                    pieces,
                    forged: N(forged),
                    genuine: N(genuine),
                    undecided: N(undecided),
                    first: tallied.first.map(moment).unwrap_or_default(),
                    last: tallied.last.map(moment).unwrap_or_default(),
                    examples: tallied.examples.iter().map(|e| locator(e)).collect(),
                }
            })
            .collect();
        let others = top.different().saturating_sub(BARS as u64);
        let mut rest = match others {
            0 => String::new(),
            _ => format!(
                "{}{} more, with {} together.",
                if top.dropped() > 0 { "At least " } else { "" },
                grouped(others),
                grouped(top.total() - sum)
            ),
        };
        if top.dropped() > 0 {
            rest.push_str(&format!(
                " There are too many different ones to count each: a number may be up to {} too low.",
                grouped(top.dropped())
            ));
        }
        Some(Bars {
            id: self.id,
            title: self.title,
            describes: self.describes.to_owned(),
            value: self.value,
            about: self.about,
            rest,
            bars,
        })
    }
}

fn locator(path: &str) -> String {
    escape::escaped_before(path).into_owned()
}

/// The largest campaigns, and how many more there are.
pub(super) fn campaigns(g: &Gathered, outcome: &Outcome) -> (Vec<CampaignRow>, u64) {
    let shown = largest(g, CAMPAIGNS);
    let more = (g.campaigns.len() - shown.len()) as u64;
    let rows = shown
        .into_iter()
        .map(|number| {
            let counted = &g.campaigns[&number];
            let learned = outcome.campaigns.iter().find(|c| c.number == number);
            let template = learned.map(|c| cell(&c.template)).unwrap_or_default();
            CampaignRow {
                number,
                template: if template.is_empty() { "no subject".to_owned() } else { template },
                links: counted
                    .links
                    .first(LINKS)
                    .into_iter()
                    .map(|(host, t)| {
                        let path = counted.paths.get(host).cloned().unwrap_or_default();
                        (host.to_owned(), path, N(t.count()))
                    })
                    .collect(),
                members: N(counted.tallied.count()),
                split: counted.tallied.split.map(N),
                recipients: N(g.campaign_recipients.of(number)),
                sources: N(g.campaign_sources.of(number)),
                first: counted.tallied.first.map(moment).unwrap_or_default(),
                last: counted.tallied.last.map(moment).unwrap_or_default(),
                peak: fullest(counted.hours())
                    .map(|(n, hour)| {
                        format!("{} in the hour from {}", grouped(n), moment(hour * 3600))
                    })
                    .unwrap_or_default(),
                over: match learned {
                    Some(c) if c.over => "yes, as it seems",
                    Some(_) => "not yet",
                    None => "",
                },
                misuse: learned.map(|c| misuse(c.abuse.answer()).to_owned()).unwrap_or_default(),
                examples: counted.tallied.examples.iter().map(|e| locator(e)).collect(),
            }
        })
        .collect();
    (rows, more)
}

fn misuse(abuse: Abuse) -> &'static str {
    match abuse {
        Abuse::Spoofed => "spoofed",
        Abuse::AccountUsed => "sent over your own relay, with your password, as it seems",
        Abuse::WebScript => "sent by your own server, as it seems",
        Abuse::CannotTell => "cannot be told",
    }
}

fn message(date: &Option<i64>, row: &Row, remark: String) -> Message {
    Message {
        date: date.map(moment).unwrap_or_default(),
        class: row.class,
        recipient: row.recipient.clone(),
        from: row.from.clone(),
        subject: row.subject.clone(),
        reason: row.reason.clone(),
        status: row.status.clone(),
        p_forged: row.p_forged.map(|p| format!("{p:.4}")).unwrap_or_default(),
        campaign: row.campaign,
        locator: row.locator.clone(),
        remark,
    }
}

fn rest(rows: &Newest<Row>, filter: &str) -> String {
    let shown = rows.rows.len() as u64;
    if rows.total == shown {
        return String::new();
    }
    format!(
        "The {} newest of {}. All are in the CSV (-o findings.csv), where {filter}.",
        grouped(shown),
        grouped(rows.total)
    )
}

/// The owner's mails that really failed.
pub(super) fn failures(g: &Gathered) -> Messages {
    Messages {
        id: "failures".to_owned(),
        title: "Your own mail that really failed".to_owned(),
        total: N(g.different.of(0)),
        rest: rest(&g.failures, "class is genuine-bounce"),
        rows: g
            .failures
            .rows
            .iter()
            .map(|(d, row)| message(d, row, row.diagnostic.clone()))
            .collect(),
    }
}

/// The answers on which nothing was decided, with what would decide them.
pub(super) fn undecided(g: &Gathered, outcome: &Outcome) -> Messages {
    Messages {
        id: "undecided".to_owned(),
        title: "Undecided, and what would decide".to_owned(),
        total: N(g.undecided.total),
        rest: rest(&g.undecided, "origin is unknown"),
        rows: g
            .undecided
            .rows
            .iter()
            .map(|(date, row)| message(date, row, decides(row, *date, outcome)))
            .collect(),
    }
}

/// Why this one is undecided, and what the owner could do so that it would be.
fn decides(row: &Row, date: Option<i64>, outcome: &Outcome) -> String {
    let typed = |word: &str| (!word.contains(['\\', '…', '\''])).then(|| word.to_owned());
    let id = row.original_id.trim_matches(['<', '>']);
    let one = row.recipient.split(' ').next().unwrap_or_default();
    let named = [id, one].into_iter().filter(|word| word.contains('@')).find_map(typed);
    let keep = named.map_or_else(
        || "--keep with its id or recipient".to_owned(),
        |word| format!("--keep {}", shell_word(&word)),
    );
    let why = sentence(row.doubt.map_or("the evidence is too thin", Doubt::words));
    let remedy = sentence(row.doubt.map_or("", Doubt::remedy));
    match (row.doubt, row.abuse) {
        (Some(Doubt::NoSent | Doubt::OtherAddress | Doubt::DeviceNotSaved), _) => {
            format!("{why} {remedy}")
        }
        (_, Some(Abuse::AccountUsed)) => format!(
            "It went over your own relay after a login and is not in Sent. Did you send it? Then {keep}; if \
             not, somebody has your password."
        ),
        (_, Some(Abuse::WebScript)) => format!(
            "Your own server sent it without a login. Is it from a form or program of yours? Then {keep}."
        ),
        (Some(Doubt::NotCovered), _) => {
            let holds = match (outcome.sent.first, outcome.sent.last) {
                (Some(first), Some(last)) => format!(", but {} to {}", day(first), day(last)),
                _ => String::new(),
            };
            let written = row
                .original_date
                .or(date)
                .map_or_else(String::new, |at| format!(" The answered mail is from {}.", day(at)));
            format!("{}{holds}.{written} {remedy}", why.trim_end_matches('.'))
        }
        (Some(Doubt::OwnRelay), _) => format!("{why} Was it yours? Then {keep}."),
        (Some(Doubt::NothingReturned | Doubt::LittleReturned), _) => {
            format!("{why} If you wrote to that address: {keep}.")
        }
        (Some(Doubt::Mixed) | None, _) => format!(
            "{why} unscatter explain shows it. If it was yours: {keep}; from a device that keeps no copies, \
             name where they are: --sent FOLDER."
        ),
    }
}

/// Words with a capital and a full stop; nothing stays nothing.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// The newest of every class that has no table of its own.
pub(super) fn listed(g: &Gathered) -> Vec<Messages> {
    g.listed
        .iter()
        .map(|((kind, part), rows)| {
            let class = class_name(*kind, *part);
            let origin = ORIGINS[*part];
            let to =
                if *part == 0 { "to mail that you did not send" } else { "to mail that you sent" };
            Messages {
                id: rows_of(*kind, *part),
                title: format!("{class}, {to}"),
                total: N(rows.total),
                rest: rest(rows, &format!("class is {class} and origin is {origin}")),
                rows: rows
                    .rows
                    .iter()
                    .map(|(date, row)| message(date, row, String::new()))
                    .collect(),
            }
        })
        .collect()
}
