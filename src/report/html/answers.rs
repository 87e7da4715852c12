//! The answers at the top of the page, in words: hacked or spoofed, how much and when, whether it is over,
//! which of the owner's mails failed. Says where it cannot tell.

use super::axis::{HOUR, day, moment};
use super::gathered::{FORGED, Gathered};
use super::view::{Answer, Prose};
use crate::report::misuse;
use crate::scan::Outcome;
use crate::signals::Kind;

/// Hours before the newest message that count as now.
const NOW: i64 = 48;

/// The owner's failed mails that are named at the top.
const NAMED: usize = 5;

/// All four.
pub(super) fn answers(g: &Gathered, outcome: &Outcome) -> Vec<Answer> {
    vec![hacked(outcome), much(g, outcome), over(g, outcome), failed(g)]
}

fn hacked(outcome: &Outcome) -> Answer {
    let words = misuse::answer(&outcome.abuse);
    let short = match words {
        Some(_) => misuse::short(&outcome.abuse),
        None => "Nothing speaks of it",
    };
    let words = words.unwrap_or_else(|| {
        "There is no answer in this mailbox to mail that is not in Sent.".to_owned()
    });
    let why = "Anybody can write your address as the sender of a mail; that takes no access to your \
               account. Only the way that returned mail took can show more, and what did not come back \
               shows nothing.";
    Answer {
        id: "hacked",
        question: "Was I hacked, or only spoofed?",
        short: Prose::default().say(short),
        long: vec![Prose::default().say(words), Prose::default().say(why)],
        failures: Vec::new(),
    }
}

fn much(g: &Gathered, outcome: &Outcome) -> Answer {
    let [forged, _, undecided] = g.split();
    let mut long = Vec::new();
    if let (Some(first), Some(last)) = (g.forged.first, g.forged.last) {
        let mut words =
            Prose::default().say(format!("From {} to {} (UTC).", moment(first), moment(last)));
        if let (Some(a), Some(b)) =
            (g.hours.quantile(0.05, &FORGED), g.hours.quantile(0.95, &FORGED))
            && forged >= 20
        {
            let (a, b) = (moment(a * HOUR), moment((b + 1) * HOUR));
            words = words.say(format!(" Nine in ten came between {a} and {b}."));
        }
        if let Some((peak, hour)) = g.hours.peak(&FORGED) {
            words = words
                .say(" The peak: ")
                .number("peak.forged", peak, "arrivals")
                .say(format!(" in the hour from {}.", moment(hour * HOUR)));
        }
        long.push(words);
    }
    let campaigns = g.campaigns.iter().filter(|(_, c)| c.tallied.split[0] > 0);
    let largest = campaigns
        .clone()
        .max_by(|a, b| a.1.tallied.split[0].cmp(&b.1.tallied.split[0]).then(b.0.cmp(a.0)));
    if let Some((number, largest)) = largest {
        let count = campaigns.count() as u64;
        let template = outcome.campaigns.iter().find(|c| c.number == *number);
        let template = template.map(|c| super::gathered::cell(&c.template)).unwrap_or_default();
        let mut words = Prose::default()
            .counted("campaigns.forged", count, "campaign", "campaigns", "campaigns")
            .say(format!("; the largest is no. {number}"));
        if !template.is_empty() {
            words = words.say(", ").quote(template).say(",");
        }
        words = words.say(" with ").counted(
            "campaigns.largest",
            largest.tallied.split[0],
            "answer.",
            "answers.",
            &format!("campaign-{number}"),
        );
        long.push(words);
    }
    if undecided > 0 {
        let words = Prose::default()
            .say("Of ")
            .counted("origin.unknown", undecided, "more answer", "more answers", "undecided")
            .say(" it cannot be known whose mail they answer.");
        long.push(words);
    }
    let short = match forged {
        0 => Prose::default().say("No answer to forged mail was found"),
        n => Prose::default().counted(
            "origin.forged",
            n,
            "answer to mail that you did not send",
            "answers to mail that you did not send",
            "classes",
        ),
    };
    Answer { id: "much", question: "How much, and when?", short, long, failures: Vec::new() }
}

/// The most arrivals of forged mail within [`NOW`] hours.
fn most_at_once(g: &Gathered) -> u64 {
    let hours: Vec<(i64, u64)> = g
        .hours
        .counts
        .iter()
        .map(|(hour, counts)| (*hour, FORGED.iter().map(|s| u64::from(counts[*s])).sum()))
        .collect();
    let (mut most, mut sum, mut from) = (0, 0, 0);
    for (hour, n) in &hours {
        sum += n;
        while hours[from].0 + NOW <= *hour {
            sum -= hours[from].1;
            from += 1;
        }
        most = most.max(sum);
    }
    most
}

fn over(g: &Gathered, outcome: &Outcome) -> Answer {
    let newest = outcome.background.newest.max(g.newest);
    let answer = |short: &str, long: Vec<Prose>| Answer {
        id: "over",
        question: "Is it over?",
        short: Prose::default().say(short),
        long,
        failures: Vec::new(),
    };
    let forged = g.split()[0];
    let (Some(last), Some(newest)) = (g.forged.last, newest) else {
        let words = match forged {
            0 => "No answer to forged mail was found, so there is nothing to be over.",
            _ => "The answers to forged mail have no dates.",
        };
        return answer(
            if forged == 0 { "There is nothing" } else { "It cannot be told" },
            vec![Prose::default().say(words)],
        );
    };
    let now = newest.div_euclid(HOUR) + 1;
    let recent = g.hours.within(now - NOW, now, &FORGED);
    let most = most_at_once(g);
    let short = match recent {
        0 => "Over, as far as this mailbox shows".to_owned(),
        n if n * 20 <= most => format!("Almost over by {}", day(newest)),
        _ => format!("Not over by {}", day(newest)),
    };
    let seen = format!("The newest message here came on {}", moment(newest));
    let words = match recent {
        0 => Prose::default().say(format!(
            "The last answer to forged mail came on {}. {seen}, {} later.",
            moment(last),
            long_time(newest - last)
        )),
        n => Prose::default()
            .say(format!("{seen}. In the {NOW} hours up to then "))
            .number("over.recent", n, "arrivals")
            .say(" came; at its height ")
            .number("over.most", most, "arrivals")
            .say(format!(" in {NOW} hours.")),
    };
    let until = "Servers go on trying for up to five days and then bounce. Whether somebody starts again \
                 cannot be seen from here.";
    answer(&short, vec![words, Prose::default().say(until)])
}

/// A stretch of time in days, or hours where it is short.
fn long_time(seconds: i64) -> String {
    match seconds / HOUR {
        0 => "less than an hour".to_owned(),
        1 => "an hour".to_owned(),
        hours @ 2..72 => format!("{hours} hours"),
        hours => format!("{} days", hours / 24),
    }
}

fn failed(g: &Gathered) -> Answer {
    let (bounces, mails) = (g.different.of(0), g.different.of(1));
    let undecided = g.count(Kind::Bounce, 2);
    let mut words = Prose::default();
    if bounces > 0 {
        words = words
            .counted("failures.bounces", bounces, "bounce says so", "bounces say so", "failures")
            .say(". ");
    }
    if undecided > 0 {
        words = words
            .say(if bounces > 0 { "Besides, " } else { "But " })
            .counted(
                "class.undecided-bounce",
                undecided,
                "bounce is undecided",
                "bounces are undecided",
                "undecided",
            )
            .say(": look at them before you drop them. ");
    }
    if mails > NAMED as u64 {
        words = words.say("The newest that failed:");
    }
    let failures = g
        .failures
        .rows
        .iter()
        .take(NAMED)
        .map(|(date, row)| {
            let reason = if row.reason.is_empty() { &row.status } else { &row.reason };
            [
                date.map(day).unwrap_or_default(),
                row.recipient.clone(),
                row.subject.clone(),
                reason.clone(),
            ]
        })
        .collect();
    let short = match mails {
        0 => Prose::default().say("None, as far as is certain"),
        n => Prose::default().counted(
            "failures.mails",
            n,
            "mail of yours really failed",
            "mails of yours really failed",
            "failures",
        ),
    };
    Answer {
        id: "failed",
        question: "Which of my own mails failed?",
        short,
        long: vec![words],
        failures,
    }
}
