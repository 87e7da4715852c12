//! How `explain` tells the evidence on one message: each signal in plain words with what it added, the
//! running odds, and the verdict. Decides nothing.

use std::io::{self, Write};

use unscatter::message::{Limits, parse};
use unscatter::report::escape;
use unscatter::signals::{self, Basis, Entry, Kind, Recogniser, SeenIn, Toward};
use unscatter::verdict::{self, KindVerdict, Origin, Verdict, decide_kind};

use super::odds;

/// What is left out of the sums below this is rounding.
const ROUNDING: f32 = 0.005;

pub(super) fn write(
    out: &mut impl Write,
    bytes: &[u8],
    general_only: bool,
    verdict: &Verdict,
) -> io::Result<()> {
    let recogniser = Recogniser::new(general_only);
    let m = parse(bytes, &Limits::default(), recogniser.breaks());
    let kind = decide_kind(&m, &recogniser.look(&m));

    let origin = verdict.origin().map_or("none", |origin| origin.name());
    let p_forged = verdict.p_forged().map_or("-".into(), |p| format!("{p:.4}"));
    writeln!(out, "class     {}", verdict.class())?;
    writeln!(out, "origin    {origin}")?;
    writeln!(out, "score     {:.4}", verdict.score())?;
    writeln!(out, "p_forged  {p_forged}")?;
    for defect in &m.defects {
        writeln!(out, "defect    {defect:?}")?;
    }
    what_it_is(out, &kind)?;
    if let Some(decided) = verdict.origin() {
        whose_mail(out, verdict, decided)?;
    }
    writeln!(out, "\nWhat a signal means: unscatter explain CODE")
}

/// What the kind is called in a sentence.
fn named(kind: Kind) -> &'static str {
    match kind {
        Kind::Bounce => "a bounce: delivery failed",
        Kind::DeliveryNotice => "a delivery report without a failure",
        Kind::AutoReply => "an automatic reply",
        Kind::ChallengeResponse => "a challenge: it asks for one action so that mail is delivered",
        Kind::Receipt => "a receipt: what became of a delivered message",
        Kind::FeedbackReport => "a feedback report",
        Kind::Ordinary => "ordinary mail, no automatic answer",
    }
}

/// How an entry counts for the kind that was decided.
fn counts(entry: &Entry, kind: Kind) -> bool {
    match signals::find(entry.code).map(|s| s.toward) {
        Some(Toward::Answer) => true,
        // Against an answer speaks what shows ordinary mail; against ordinary mail, every answer.
        Some(Toward::Kind(k)) => k == kind || kind == Kind::Ordinary || k == Kind::Ordinary,
        _ => false,
    }
}

fn what_it_is(out: &mut impl Write, kind: &KindVerdict) -> io::Result<()> {
    writeln!(out, "\nWhat it is: {}.", named(kind.kind))?;
    if kind.ledger.is_empty() {
        return writeln!(out, "Nothing speaks for an automatic answer.");
    }
    writeln!(out, "\n    adds   running")?;
    let sign = if kind.kind == Kind::Ordinary { -1.0 } else { 1.0 };
    let mut running = sign * verdict::KIND_START;
    writeln!(out, "{running:>+8.2}  {running:>+8.2}  before any evidence")?;
    for entry in kind.ledger.iter().filter(|e| counts(e, kind.kind)) {
        running += entry.log_odds;
        line(out, entry, running)?;
    }
    // The probability is cut at 0.9999, so a larger sum says no more.
    let decided = (kind.p / (1.0 - kind.p)).ln();
    let rest = decided - running;
    if rest.abs() > ROUNDING && !(rest < 0.0 && kind.p >= 0.999_9) {
        let why = match kind.kind {
            Kind::Ordinary if rest > 0.0 => {
                "words count only up to a bound, and decide nothing without a mark of structure"
            }
            _ => {
                "signals of one sort count only up to a bound, and a program's own form weighs more"
            }
        };
        writeln!(out, "{rest:>+8.2}  {decided:>+8.2}  {why}")?;
    }
    writeln!(out, "{:>18}  p {:.4}, odds {}", "=", kind.p, odds(decided))?;
    let others: Vec<&Entry> = kind.ledger.iter().filter(|e| !counts(e, kind.kind)).collect();
    if !others.is_empty() {
        writeln!(out, "\nSeen as well, but speaks for another kind:")?;
        for entry in others {
            let toward = signals::find(entry.code).map_or("", |s| s.toward.name());
            writeln!(out, "  {:<26}  {toward}: {}", entry.code, quote(entry))?;
        }
    }
    Ok(())
}

fn whose_mail(out: &mut impl Write, verdict: &Verdict, decided: Origin) -> io::Result<()> {
    writeln!(
        out,
        "\nWhose mail it answers: {}.",
        match decided {
            Origin::Genuine => "that of the owner of this mailbox",
            Origin::Forged => "that of somebody else, in the owner's name",
            Origin::Unknown => "that cannot be told",
        }
    )?;
    writeln!(out, "This is the message alone; `unscatter scan` compares it with your Sent mail.")?;
    let on_origin = |e: &&Entry| {
        signals::find(e.code).is_none_or(|s| matches!(s.seen_in, SeenIn::Correlation(_)))
    };
    let mut running = 0.0;
    let mut any = false;
    for entry in verdict.ledger().iter().filter(on_origin) {
        if !any {
            writeln!(out, "\n    adds   running  (plus speaks for forged)")?;
            any = true;
        }
        running += entry.log_odds;
        line(out, entry, running)?;
    }
    if let Some(p) = verdict.p_forged() {
        writeln!(out, "{:>18}  p_forged {p:.4}, odds {}", "=", odds((p / (1.0 - p)).ln()))?;
    }
    Ok(())
}

fn line(out: &mut impl Write, entry: &Entry, running: f32) -> io::Result<()> {
    let signal = signals::find(entry.code);
    let summary = signal.map_or("", |s| s.summary);
    let place = match signal.map(|s| s.seen_in) {
        Some(SeenIn::Message(basis, _) | SeenIn::Pattern(basis)) => match basis {
            Basis::Structure => "structure",
            Basis::Header => "header",
            Basis::Sender => "sender",
            Basis::Subject => "subject",
            Basis::Text => "text",
            Basis::Form => "form of a program",
        },
        Some(SeenIn::Text(_)) => "text",
        _ => "mailbox",
    };
    writeln!(
        out,
        "{:>+8.2}  {running:>+8.2}  {}: {summary} ({place})",
        entry.log_odds, entry.code
    )?;
    if entry.quote.is_empty() { Ok(()) } else { writeln!(out, "{:20}{}", "", quote(entry)) }
}

/// The words that showed it; they come from the mail, so they are escaped.
fn quote(entry: &Entry) -> String {
    format!("\u{201c}{}\u{201d}", escape::text(&entry.quote))
}
