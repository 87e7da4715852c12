//! Decides what a message is, from its evidence alone. The order of DOMAIN: a request for one action
//! first, machine-readable reports next, then the sum of what speaks for each kind against what
//! speaks for a person.

use super::{Entry, KindVerdict, weights};
use crate::message::{Defect, Message, ReturnPath};
use crate::signals::{
    Basis, Evidence, Kind, SeenIn, Toward, absence_of_exchange, agent_answers, answers_by_subject,
    by_exchange_itself, composed_by_person, from_an_office, names_somebody, of_an_order,
    passes_on_a_ticket, says_automatic, speaks_to_reader, tells_of_an_event, thanks_for_mail,
};

fn basis(e: &Evidence) -> Option<Basis> {
    match e.signal.seen_in {
        SeenIn::Message(basis, _) | SeenIn::Pattern(basis) => Some(basis),
        SeenIn::Text(_) => Some(Basis::Text),
        SeenIn::Correlation(_) => None,
    }
}

/// The sums for one kind.
#[derive(Default, Clone, Copy)]
struct Sum {
    /// What is not one of the others.
    firm: f32,
    subject: f32,
    text: f32,
    /// The sender alone says so; delay notices share it with bounces.
    sender: f32,
}

impl Sum {
    fn total(self) -> f32 {
        self.capped(weights::TEXT_CAP)
    }

    /// A challenge is nothing but its request, so that its text weighs more than that of other kinds.
    fn of(self, kind: Kind) -> f32 {
        match kind {
            Kind::ChallengeResponse => self.capped(weights::CHALLENGE_TEXT_CAP),
            _ => self.total(),
        }
    }

    fn capped(self, cap: f32) -> f32 {
        self.firm + self.subject + self.sender + self.text.min(cap)
    }
}

/// What puts a plain challenge before everything else; more than any sum of weights.
const FIRST: f32 = 1_000.0;

/// What makes a delay of what speaks for both as much.
const TRIED_AGAIN: f32 = 0.05;

/// Decides the kind of a message.
pub fn decide_kind(m: &Message, evidence: &[Evidence]) -> KindVerdict {
    let index = |kind: Kind| Kind::ALL.iter().position(|k| *k == kind).unwrap_or(0);
    let mut sums = [Sum::default(); Kind::ALL.len()];
    let mut answer = 0.0f32;
    for (at, e) in evidence.iter().enumerate() {
        let w = weights::on_kind(e.signal);
        match (e.signal.toward, basis(e)) {
            (Toward::Answer, _) => answer += w,
            (Toward::Kind(kind), Some(Basis::Text)) => {
                // Languages close to each other have phrases in common; a text is in one of them.
                let known = |o: &Evidence| related(o.signal.code, e.signal.code);
                if !evidence[..at].iter().any(known) {
                    sums[index(kind)].text += w;
                }
            }
            (Toward::Kind(kind), Some(Basis::Sender)) => sums[index(kind)].sender += w,
            (Toward::Kind(kind), Some(Basis::Subject)) => {
                // Two languages may share a subject; it is one subject.
                let s = &mut sums[index(kind)];
                s.subject = s.subject.max(w);
            }
            (Toward::Kind(kind), Some(_)) => sums[index(kind)].firm += w,
            _ => {}
        }
    }
    let answer = answer.min(weights::ANSWER_CAP);
    // That somebody seems to be a person counts little where a program showed its own form, or where
    // both subject and text (or a field) are those of automatic replies: lists distribute them too.
    let form = evidence.iter().any(|e| basis(e) == Some(Basis::Form));
    let auto = sums[index(Kind::AutoReply)];
    let responder = auto.subject > 0.0 && (auto.text > 0.0 || auto.firm > 0.0 || answer >= 1.0);
    let soft: f32 = evidence
        .iter()
        .filter(|e| weights::SOFT.contains(&e.signal.code))
        .map(|e| weights::on_kind(e.signal))
        .sum();
    let discount = if form || responder { weights::SOFT_DISCOUNT } else { 0.0 };
    let contrary = sums[index(Kind::Ordinary)].total() - soft * discount;

    // A report of a delay comes from the same daemons with the same structure as a bounce.
    let bounce = sums[index(Kind::Bounce)];
    let notice = &mut sums[index(Kind::DeliveryNotice)];
    if notice.total() > 0.0 {
        // Where subject and text both say that it is a delay, what both kinds have in common counts for
        // it in full: a report that cannot be read, and the original that comes back.
        let common: f32 = evidence
            .iter()
            .filter(|e| weights::COMMON.contains(&e.signal.code))
            .map(|e| weights::on_kind(e.signal))
            .sum();
        let told = notice.subject > 0.0 && notice.text > 0.0;
        notice.sender += bounce.sender;
        notice.firm += bounce.firm.min(weights::SHARED).max(if told { common } else { 0.0 });
        // What says that it will be tried again says that it could not be delivered, too.
        notice.firm += TRIED_AGAIN;
    }

    // A program that names no word of an automatic reply, but those of a failure and whom it did not reach,
    // marks its bounce as a reply.
    let failure = bounce.subject > 0.0 && bounce.text > 0.0 && auto.subject + auto.text == 0.0;
    if failure && auto.firm > 0.0 && names_somebody(m) {
        sums[index(Kind::Bounce)].firm += auto.firm;
    }
    // So do systems whose own address signs, with the words of a delay.
    let notice = sums[index(Kind::DeliveryNotice)];
    if bounce.sender > 0.0 && notice.text > 0.0 && auto.subject + auto.text == 0.0 {
        sums[index(Kind::DeliveryNotice)].firm += auto.firm;
    }
    // Trackers and calendars write what refers to a mail and answers none; without a word of an automatic
    // reply only the form of an absence note tells.
    // So do people at help desks, whose program marks their answers as its own.
    let wordless = auto.subject + auto.text == 0.0;
    let absent = absence_of_exchange(m) && !m.text.trim().is_empty();
    if wordless && !absent || agent_answers(m) && auto.subject == 0.0 {
        let generated = evidence.iter().filter(|e| e.signal.code == "generated-answer");
        let firm = &mut sums[index(Kind::AutoReply)].firm;
        *firm = (*firm - generated.map(|e| weights::on_kind(e.signal)).sum::<f32>()).max(0.0);
    }

    // Post offices and shops write from such addresses, too: alone they tell of no mail that is answered.
    if wordless && auto.firm == 0.0 && m.parents.is_empty() {
        sums[index(Kind::AutoReply)].sender = 0.0;
    }

    // Some programs write a receipt as a plain automatic reply; its subject tells.
    if sums[index(Kind::Receipt)].subject > 0.0 {
        sums[index(Kind::Receipt)].firm += auto.firm;
    }

    // That a message answers one message of its reader is shown by what it returns or by a reference,
    // else by the field in which a program says so, or by the subject that it names.
    let refers = m.returned.is_some()
        || !m.parents.is_empty()
        || m.notification.is_some()
        || auto.firm > 0.0
        || evidence.iter().any(|e| e.signal.code == "quotes-answered-subject");

    let refused = m.defects.iter().any(|d| d.refuses());
    let mut best = (Kind::Ordinary, 0.0f32);
    if !refused {
        for kind in Kind::ALL {
            let sum = sums[index(kind)];
            if kind == Kind::Ordinary || !decidable(m, kind, sum, answer, refers, evidence) {
                continue;
            }
            let odds = weights::KIND_BASE + sum.of(kind) + answer - contrary;
            // A request for one action is a challenge whatever container it comes in. Words of both
            // halves that merely stand in one text ("visit", "will be delivered") do not make one of
            // a bounce.
            let plain = sum.firm + sum.sender > 0.0 || sum.text > weights::TEXT_CAP;
            let first = kind == Kind::ChallengeResponse && plain && odds > 0.0;
            let rank = if first { odds + FIRST } else { odds };
            if odds > 0.0 && rank > best.1 {
                best = (kind, rank);
            }
        }
    }
    let kind = best.0;
    let odds = if best.1 > FIRST { best.1 - FIRST } else { best.1 };
    let p = if kind == Kind::Ordinary {
        let nearest = Kind::ALL
            .iter()
            .filter(|k| **k != Kind::Ordinary)
            .map(|k| weights::KIND_BASE + sums[index(*k)].of(*k) + answer - contrary)
            .fold(f32::MIN, f32::max)
            .min(0.0);
        1.0 - sigmoid(nearest)
    } else {
        sigmoid(odds)
    };
    let p = if m.defects.contains(&Defect::ParserPanic) { 0.5 } else { p };
    let mut ledger: Vec<Entry> = evidence
        .iter()
        .filter_map(|e| {
            let w = weights::on_kind(e.signal);
            let toward_it = match e.signal.toward {
                Toward::Answer => kind != Kind::Ordinary,
                Toward::Kind(k) => k == kind,
                _ => return None,
            };
            Some(Entry {
                code: e.signal.code,
                quote: e.quote.clone(),
                log_odds: if toward_it { w } else { -w },
            })
        })
        .collect();
    ledger.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()).then(a.code.cmp(b.code)));
    KindVerdict { kind, p: p.clamp(0.5, 0.999_9), ledger }
}

/// Whether more than text speaks for the kind.
fn decidable(
    m: &Message,
    kind: Kind,
    sum: Sum,
    answer: f32,
    refers: bool,
    evidence: &[Evidence],
) -> bool {
    let program = sum.firm > 0.0 || sum.sender > 0.0;
    let null = m.return_path == ReturnPath::Null;
    if passes_on_a_ticket(m) {
        return false;
    }
    match kind {
        // People ask for actions too; a challenge refers to a message, and a program sends it.
        Kind::ChallengeResponse => {
            let both = sum.text > weights::TEXT_CAP;
            program || sum.text > 0.0 && refers && (answer > 0.0 || both)
        }
        // People put the words of a bounce into subject and text when they ask what it means; and
        // people who run mail systems write from their addresses.
        Kind::Bounce | Kind::DeliveryNotice => {
            let said = sum.subject + sum.text > 0.0;
            // Parcels and orders are delayed too, and phishing invents references: who signs as nobody has to
            // name somebody, or to return what was sent.
            let refused =
                |e: &Evidence| matches!(e.signal.code, "auto-submitted-rejected" | "mdn-refusal");
            let about = || {
                m.returned.is_some()
                    || m.notification.is_some()
                    || evidence.iter().any(refused)
                    || names_somebody(m)
            };
            // Exchange signs requests and reports of all sorts with its own mailbox.
            let form = || evidence.iter().any(|e| basis(e) == Some(Basis::Form));
            if !said && by_exchange_itself(m) && !form() {
                return false;
            }
            sum.firm > TRIED_AGAIN
                || sum.sender > 0.0 && (said || refers)
                // Trackers, forums and reports of machines pass on what others say, with every mark of a
                // program but its subject.
                || sum.subject > 0.0
                    && answer >= 1.0
                    && about()
                    && !tells_of_an_event(m)
        }
        // What answers answers one person; people announce their holidays to many.
        Kind::AutoReply => {
            // Schools, personnel offices and shops write of absence and of receipt, too.
            if sum.text + sum.firm == 0.0 && from_an_office(m) || sum.firm == 0.0 && of_an_order(m)
            {
                return false;
            }
            let announced = m.to.len() + m.cc.len() > 1 && answer == 0.0;
            // Phishing wears the subject alone: it refers to no message, says nothing that responders
            // say, and wants a click. A mark of mass mail beside it makes it no better.
            let bare = !refers && sum.text == 0.0 && answer < 1.0;
            let lure = bare && ["://", "www."].iter().any(|link| m.text.contains(link));
            let said = sum.text > 0.0 && answer >= 1.0 && (null || !m.headers.has("precedence"));
            let titled = || answers_by_subject(m) || marked_as_answer(m, answer, evidence);
            program
                || sum.subject > 0.0 && !announced && !lure && titled()
                || said && !tells_of_an_event(m)
        }
        // Reports of failures describe the message as receipts do.
        Kind::Receipt => program || sum.subject > 0.0 && !from_an_office(m),
        _ => program || sum.subject > 0.0 || sum.text > 0.0 && answer >= 1.0,
    }
}

/// Whether a subject that is nothing but a phrase ("Out of office") has a mark of a program beside it:
/// people name their letters so.
fn marked_as_answer(m: &Message, answer: f32, evidence: &[Evidence]) -> bool {
    let texts = evidence.iter().filter(|e| e.signal.code.starts_with("auto-reply-text"));
    answer > 0.0
        || m.headers.has("x-loop")
        || !m.parents.is_empty() && !composed_by_person(m)
        || says_automatic(&m.subject)
        || thanks_for_mail(&m.text)
        || speaks_to_reader(m)
        || texts.into_iter().any(|e| says_automatic(&e.quote))
}

/// Whether two signals are the same list of phrases in languages that are close to each other.
fn related(one: &str, other: &str) -> bool {
    const FAMILIES: [&[&str]; 2] = [&["da", "nb", "sv"], &["hans", "hant"]];
    let (Some((list, a)), Some((same, b))) = (one.rsplit_once('-'), other.rsplit_once('-')) else {
        return false;
    };
    list == same && a != b && FAMILIES.iter().any(|f| f.contains(&a) && f.contains(&b))
}

pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
