//! Decides whose mail an answer answers: adds up the groups of evidence, each bounded, and never lets
//! one group decide alone.

use super::{Entry, Origin, Prior, Verdict, kind::sigmoid, weights};
use crate::correlation::{Link, Record, Returns, Terms};
use crate::learning::{Lessons, Path, Sought, unused};
use crate::message::Address;
use crate::sent::{DAY, SentIndex};
use crate::signals::{Evidence, Group, Kind, SeenIn, Signal, Toward, find};

/// One thing that speaks for or against, before bounds.
struct Mark {
    code: &'static str,
    group: Group,
    /// Positive towards forged.
    log_odds: f32,
    quote: Box<str>,
    /// Whether it may be what a sweep rests on.
    tells: bool,
}

/// Collects the marks of one record.
struct Marks {
    all: Vec<Mark>,
    /// Whether the factors of the fit count; the fit itself does without.
    fitted: bool,
    /// Whether the words that show them are kept.
    quoted: bool,
}

impl Marks {
    /// Adds a signal with a learned weight (positive), in the declared direction.
    fn add(&mut self, code: &str, weight: f32, quote: &str) {
        if let Some(signal) = find(code) {
            self.put(signal, weight, || Evidence::new(signal, quote).quote);
        }
    }

    /// Adds a signal that programs and relatives of the owner's show, too, unless it `tells`.
    fn add_if(&mut self, tells: bool, code: &str, weight: f32, quote: &str) {
        let before = self.all.len();
        self.add(code, weight, quote);
        self.all[before..].iter_mut().for_each(|m| m.tells = tells);
    }

    fn push(&mut self, e: &Evidence, weight: f32) {
        self.put(e.signal, weight, || e.quote.clone());
    }

    fn put(&mut self, signal: &'static Signal, weight: f32, quote: impl FnOnce() -> Box<str>) {
        let SeenIn::Correlation(group) = signal.seen_in else { return };
        let log_odds = match signal.toward {
            Toward::Forged => weight,
            Toward::Genuine => -weight,
            _ => return,
        } * weights::factor(signal.code)
            * if self.fitted { weights::fitted(signal.code) } else { 1.0 };
        if log_odds != 0.0 {
            let quote = if self.quoted { quote() } else { Box::default() };
            self.all.push(Mark { code: signal.code, group, log_odds, quote, tells: true });
        }
    }
}

/// Messages in Sent from which on its habits are taken to be known.
const ENOUGH: u32 = 20;

/// Everything that speaks on one record.
struct Weighed {
    marks: Vec<Mark>,
    /// A message in Sent is behind it, or the owner named it.
    solid: bool,
    /// It came over the owner's relay from a device at its usual place.
    usual: bool,
    /// It came over the owner's relay, or from the owner's place.
    relayed: bool,
    /// Sent covers that time, and holds enough of that device's mail for its absence to tell.
    sought: bool,
    /// Sent holds nothing of the address that it answers, though people answer its mail: what is usual there
    /// cannot be known.
    elsewhere: bool,
}

fn weigh(
    record: &Record,
    lessons: &Lessons,
    sent: &SentIndex,
    terms: &Terms,
    quoted: bool,
) -> Weighed {
    let mut marks = Marks { all: Vec::new(), fitted: !terms.without.contains("fit"), quoted };
    let solid = matches!(record.link, Link::Matched { solid: true, .. })
        || record.evidence.iter().any(|e| e.signal.code == "named-to-be-kept");
    let path = lessons.habits.path(&record.answered, &record.headline.reporting_mta);
    // A forwarder changes the recipient, but its lines show the owner's relay below it; what comes from a
    // stranger's host with the fields of a known message is as a rule a replay of it.
    let replayed = !solid && path.stranger().is_some();
    for e in &record.evidence {
        let weight = match e.signal.code {
            "recipient-in-sent" => {
                let known = known_recipient(record, lessons);
                lessons.wording.correspondent(record, path.stranger().is_some(), known)
            }
            "id-and-date-in-sent"
            | "date-and-subject-in-sent"
            | "date-and-recipient-in-sent"
            | "id-and-subject-in-sent"
                if replayed =>
            {
                weights::on_origin(e.signal.code) * weights::COPIED
            }
            code => weights::on_origin(code),
        };
        marks.push(e, weight);
    }
    let elsewhere = !solid && lessons.coverage.is_elsewhere(record);
    if !solid && !elsewhere {
        weigh_absence(record, lessons, &mut marks);
        weigh_address(record, lessons, sent, terms, &mut marks);
        weigh_path(record, &path, lessons, sent, terms, &mut marks);
        // The id, and perhaps the rest, of a known message may have been copied: then its shape is no
        // news.
        if !matches!(record.link, Link::Matched { .. } | Link::Contradicted(_)) {
            weigh_habits(record, &path, lessons, sent, terms, &mut marks);
        }
        weigh_campaign(record, &path, lessons, sent, &mut marks);
    }
    marks.all.retain(|m| !terms.without.contains(m.group.name()));
    // Only where people answer mail that Sent does not hold is it known to miss some of the owner's; else
    // mail over the owner's relay that is not there is strange.
    let usual = lessons.coverage.misses()
        && matches!(
            path,
            Path::Own { usual: true, .. }
                | Path::Own { authenticated: true, .. }
                | Path::OwnClient { usual: true, .. }
        );
    // A new place looks like a stolen account, but not where the mail also says what the owner's says and
    // nothing of it is a stranger's.
    let homely = |m: &Mark| m.group == Group::Campaign && m.log_odds <= -weights::HOMELY;
    let strange = |m: &Mark| m.group != Group::Absence && m.log_odds > 0.0;
    let usual = usual
        || lessons.coverage.misses()
            && matches!(path, Path::NewClient { authenticated: true, .. })
            && marks.all.iter().any(homely)
            && !marks.all.iter().any(strange);
    let relayed = is_relayed(&path);
    let absence = marks.all.iter().find(|m| m.group == Group::Absence).map_or(0.0, |m| m.log_odds);
    // What came from a stranger's host was not written on an unknown device at the owner's place.
    let likeness: f32 =
        marks.all.iter().filter(|m| m.group == Group::Campaign).map(|m| m.log_odds).sum();
    let away = path.stranger().is_some()
        && likeness >= weights::LIKENESS
        && (absence >= weights::SOUGHT_AWAY || matches!(record.link, Link::Matched { .. }));
    // Where a line names a relay of the owner's, truly or not, or the sender logged in at the host that reports,
    // likeness alone does not decide.
    let sought = !matches!(path, Path::Named(_))
        && (matches!(record.link, Link::Contradicted(_)) || absence >= weights::SOUGHT || away);
    // One name on mail of a device that Sent does not hold may be that of somebody who shares the address.
    let moment = record.answered.sent_at().or(record.date);
    let varied = moment.is_some_and(|t| lessons.names.are_varied(t));
    for m in marks.all.iter_mut().filter(|m| m.code == "foreign-name") {
        m.tells &= sought || varied;
    }
    Weighed { marks: marks.all, solid, usual, relayed, sought, elsewhere }
}

/// What the prior is learned from: the log-odds of a record by its own evidence. `None` for mail over
/// the owner's relay without a match (how often accounts are stolen has nothing to do with a flood), and for
/// what Sent says nothing about.
pub fn odds(record: &Record, lessons: &Lessons, sent: &SentIndex, terms: &Terms) -> Option<f32> {
    let weighed = weigh(record, lessons, sent, terms, false);
    (weighed.solid || !weighed.relayed && !weighed.elsewhere).then(|| sum(&weighed, 0.0).0)
}

/// Judges one record by everything that was learned.
pub fn decide(
    record: &Record,
    lessons: &Lessons,
    sent: &SentIndex,
    terms: &Terms,
    prior: &Prior,
) -> Verdict {
    let weighed = weigh(record, lessons, sent, terms, true);
    let no_prior = sent.is_empty() || terms.without.contains(Group::Time.name());
    let before = if weighed.solid || weighed.relayed || weighed.elsewhere || no_prior {
        0.0
    } else {
        prior.of(record, sum(&weighed, 0.0).0)
    };
    let (odds, mut ledger) = sum(&weighed, before);
    if before != 0.0 {
        let code = if before > 0.0 { "flood-day" } else { "quiet-day" };
        let quote = format!("{:.0} % forged", 100.0 * sigmoid(before)).into();
        ledger.push(Entry { code, quote, log_odds: before });
    }
    let p = sigmoid(odds);
    let origin = if p >= weights::FORGED {
        Origin::Forged
    } else if p <= 1.0 - weights::FORGED {
        Origin::Genuine
    } else {
        Origin::Unknown
    };
    let of_kind = record.kind.p;
    // The class of a bounce says its origin; the others name the kind alone.
    let score = match (record.kind.kind, origin) {
        (Kind::Bounce, Origin::Forged) => of_kind * p,
        (Kind::Bounce, Origin::Genuine) => of_kind * (1.0 - p),
        _ => of_kind,
    };
    let mut all = record.kind.ledger.clone();
    all.extend(ledger);
    all.sort_by(|a, b| b.log_odds.abs().total_cmp(&a.log_odds.abs()).then(a.code.cmp(b.code)));
    Verdict { kind: record.kind.kind, origin: Some(origin), score, p_forged: Some(p), ledger: all }
}

/// Whether it came over the owner's relay, or from the owner's place.
fn is_relayed(path: &Path) -> bool {
    matches!(path, Path::Own { .. } | Path::NewClient { .. } | Path::OwnClient { .. })
}

/// What is looked for in Sent.
fn sought<'a>(record: &'a Record, identity: Option<&'a Address>) -> Sought<'a> {
    let a = &record.answered;
    Sought {
        shape: a.shape.as_deref(),
        identity: identity.map(Address::as_str),
        time: a.sent_at().or(record.date),
    }
}

/// Who answers may do so from another address than the one written to (an alias, user@host): where there is
/// nothing else to look for, less is found of what Sent holds.
fn found(record: &Record) -> f32 {
    let a = &record.answered;
    match a.ids.is_empty() && a.returns < Returns::Headers {
        true => weights::BY_RECIPIENT,
        false => 1.0,
    }
}

/// The share of the owner's mail of this sort that goes to somebody to whom Sent holds mail: where there is
/// nothing but the recipient to look for, the answered mail itself is among what Sent holds.
fn known_recipient(record: &Record, lessons: &Lessons) -> f32 {
    let found = found(record);
    if found == 1.0 {
        return lessons.again;
    }
    let identity = record.answered.answered_to.first().map(Address::base);
    let held = lessons.coverage.share(&sought(record, identity.as_ref())) * found;
    held + (1.0 - held) * lessons.again
}

fn weigh_absence(record: &Record, lessons: &Lessons, marks: &mut Marks) {
    if record.link == Link::Absent {
        let what = match (record.answered.message_id(), record.answered.asked.first()) {
            (Some(id), _) => id.to_string(),
            (None, Some(a)) => a.to_string(),
            (None, None) => String::new(),
        };
        let identity = record.answered.answered_to.first().map(Address::base);
        let sought = sought(record, identity.as_ref());
        marks.add("not-in-sent", lessons.coverage.absence(&sought, found(record)), &what);
    }
}

/// The address under which the answer came: has it ever sent anything?
fn weigh_address(
    record: &Record,
    lessons: &Lessons,
    sent: &SentIndex,
    terms: &Terms,
    marks: &mut Marks,
) {
    if (sent.len() as u32) < ENOUGH {
        return;
    }
    let to = &record.answered.answered_to;
    let name = &record.answered.answered_name;
    if let [address] = to.as_slice()
        && terms.is_own(address, sent)
        && sent.knows_names(address)
        && !name.is_empty()
        && !sent.is_name(address, name)
    {
        match lessons.names.is_strange(address, name, sent) {
            true => marks.add_if(
                !lessons.names.is_steady(name),
                "foreign-name",
                weights::on_origin("foreign-name") * weights::NAMED_BY_ANSWER,
                name,
            ),
            false => marks.add("strange-name", weights::on_origin("strange-name"), name),
        }
    }
    // An address may be new since Sent ends.
    let moment = record.answered.sent_at().or(record.date);
    if !moment.is_some_and(|t| sent.covers(t)) {
        return;
    }
    let Some(address) = unused(record, &lessons.habits, sent, terms) else { return };
    let new = sent.identities.values().filter(|i| i.count == 1).count() as f32;
    let unseen = (new + 1.0) / (sent.len() as f32 + 2.0);
    let made_up = lessons.invented.has(&address, record);
    marks.add_if(made_up, "address-never-sent", -unseen.ln(), &address);
}

fn weigh_path(
    record: &Record,
    path: &Path,
    lessons: &Lessons,
    sent: &SentIndex,
    terms: &Terms,
    marks: &mut Marks,
) {
    let listed = weights::on_origin;
    match path {
        Path::Own { relay, usual, authenticated } => {
            marks.add("own-relay", listed("own-relay"), relay);
            if *usual {
                marks.add("usual-way", listed("usual-way"), relay);
            } else if *authenticated {
                marks.add("known-client", listed("known-client"), relay);
            }
        }
        Path::OwnClient { place, .. } => marks.add("own-client", listed("own-client"), place),
        Path::Foreign(source) => marks.add("foreign-source", lessons.habits.foreign(), source),
        Path::Pretended { source, name } => {
            marks.add("foreign-source", lessons.habits.foreign(), source);
            marks.add("pretended-relay", listed("pretended-relay"), &format!("{name} at {source}"));
        }
        Path::NewClient { client, authenticated: true } => {
            marks.add("own-relay", listed("own-relay"), client);
        }
        Path::NewClient { .. } | Path::Named(_) | Path::Silent => {}
    }
    let a = &record.answered;
    let own = a.from.iter().chain(&a.return_path).any(|x| terms.is_own_domain(x, sent));
    if let Some(quote) = a.authentication_failed.as_ref().filter(|_| own) {
        marks.add("authentication-failed", listed("authentication-failed"), quote);
    }
    if a.returns == Returns::Headers
        && a.signature.is_none()
        && lessons.habits.signs_all()
        && !is_relayed(path)
    {
        marks.add("signature-missing", listed("signature-missing"), "");
    }
    if let Some(n) = lessons.surplus.of(record).filter(|_| path.stranger().is_some()) {
        marks.add("surplus-recipients", listed("surplus-recipients"), &format!("{n} addresses"));
    }
    if let (Some(date), Some(from)) = (a.date, &a.from)
        && let Some(identity) = sent.identities.get(from.base().as_str())
        && identity.count >= ENOUGH
        && identity.span.is_some_and(|(first, _)| date.unix < first - 30 * DAY)
        && sent.covers(date.unix)
    {
        marks.add("before-identity", listed("before-identity"), from.as_str());
    }
    if record.kind.kind == Kind::Bounce && lessons.habits.tags_all() && !a.is_tagged() {
        let to = a.answered_to.first().map(ToString::to_string).unwrap_or_default();
        marks.add("tag-missing", listed("tag-missing"), &to);
    }
}

fn weigh_habits(
    record: &Record,
    path: &Path,
    lessons: &Lessons,
    sent: &SentIndex,
    terms: &Terms,
    marks: &mut Marks,
) {
    let a = &record.answered;
    if let Some(shape) = &a.shape
        && sent.shapes.total() >= ENOUGH
    {
        let quote = a.message_id().map(ToString::to_string).unwrap_or_default();
        if sent.shapes.count(shape) > 0 {
            // Below the owner's relay a shared shape says nothing: most of what is not in Sent has it.
            let strange = lessons
                .wording
                .id_shape(shape, &lessons.habits)
                .filter(|odds| *odds > 0.0 && !is_relayed(path) && !matches!(path, Path::Named(_)));
            match strange {
                Some(odds) => marks.add("strangers-id-shape", odds.min(weights::SHAPE), &quote),
                None => marks.add("own-id-shape", weights::on_origin("own-id-shape"), &quote),
            }
        } else if !same_domain(shape, sent) && !lessons.habits.is_usual_shape(shape) {
            marks.add("foreign-id-shape", rare(sent.shapes.unseen()), &quote);
        }
    }
    if a.returns < Returns::Headers {
        return;
    }
    if let Some(from) = &a.from
        && (sent.len() as u32) >= ENOUGH
        && !terms.is_own(from, sent)
        && a.answered_to.iter().any(|to| terms.is_own(to, sent))
    {
        marks.add("foreign-from", foreign_from(from, terms, sent), from.as_str());
    }
    if let Some(from) = &a.from
        && lessons.names.is_strange(from, &a.name, sent)
    {
        let share = if path.stranger().is_some() { 1.0 } else { weights::NAMED_ALONE };
        let weight = weights::on_origin("foreign-name") * share;
        let quote = format!("{} <{from}>", a.name);
        marks.add_if(!lessons.names.is_steady(&a.name), "foreign-name", weight, &quote);
    }
    if let Some(from) = &a.from
        && sent.is_name(from, &a.name)
    {
        let weight = lessons.wording.own_name(record, path.stranger().is_some(), sent);
        marks.add("own-name", weight, &format!("{} <{from}>", a.name));
    }
    // A device that only people's replies show uses a program that Sent does not show.
    let replied = |shape: &String| {
        path.stranger().is_none()
            && sent.shapes.count(shape) == 0
            && lessons.habits.is_usual_shape(shape)
    };
    if let Some(mailer) = &a.mailer
        && sent.mailers.total() >= ENOUGH
        && sent.mailers.count(mailer) == 0
        && !a.shape.as_ref().is_some_and(replied)
    {
        marks.add("foreign-mailer", rare(sent.mailers.unseen()), mailer);
    }
    if let Some(date) = a.date
        && sent.zones.total() >= ENOUGH
        && sent.zones.count(&date.zone.to_string()) == 0
    {
        marks.add("foreign-zone", rare(sent.zones.unseen()), &format!("{} minutes", date.zone));
    }
}

/// An id in a domain that the owner's own programs use may come from another of them.
fn same_domain(shape: &str, sent: &SentIndex) -> bool {
    let domain = shape.rsplit_once('@').map(|(_, d)| d);
    sent.shapes.values().any(|(s, _)| s.rsplit_once('@').map(|(_, d)| d) == domain)
}

fn foreign_from(from: &Address, terms: &Terms, sent: &SentIndex) -> f32 {
    if terms.is_own_domain(from, sent) { 1.5 } else { 2.0 }
}

/// The weight of something that the owner's next mail shows this rarely.
fn rare(probability: f32) -> f32 {
    -probability.max(0.05).ln()
}

fn weigh_campaign(
    record: &Record,
    path: &Path,
    lessons: &Lessons,
    sent: &SentIndex,
    marks: &mut Marks,
) {
    let quote = record.answered.subject.as_deref().unwrap_or_default();
    // The owner's own mailing is a group too; what the owner wrote makes it genuine.
    let odds = lessons.wording.odds(record, path.stranger().is_some(), sent);
    if let Some((ip, odds)) = lessons.sources.odds(record, path, lessons, sent) {
        marks.add("forgers-host", odds, &ip.to_string());
    }
    if odds > 0.3 {
        marks.add("campaign-forged", odds, quote);
    } else if odds < -0.3 {
        marks.add("campaign-genuine", (-odds).min(weights::on_origin("campaign-genuine")), quote);
    }
}

/// Adds up the groups within their bounds and scales the ledger to what was counted.
fn sum(weighed: &Weighed, before: f32) -> (f32, Vec<Entry>) {
    let Weighed { marks, solid, usual, relayed, sought, elsewhere: _ } = weighed;
    let (solid, usual) = (*solid, *usual);
    let mut total = before;
    let mut forged_groups = 0;
    let mut genuine_groups = 0;
    let mut forgeable = 0.0f32;
    let mut ledger = Vec::new();
    for group in Group::ALL {
        let members: Vec<&Mark> = marks.iter().filter(|m| m.group == group).collect();
        let raw: f32 = members.iter().map(|m| m.log_odds).sum();
        if members.is_empty() || raw == 0.0 {
            continue;
        }
        let mut bounded = if solid && group == Group::Identity {
            raw.max(-weights::SOLID_CAP)
        } else {
            let most = if group == Group::Habit { weights::HABIT_CAP } else { weights::GROUP_CAP };
            raw.clamp(-weights::GROUP_CAP, most)
        };
        if !solid && bounded < 0.0 && matches!(group, Group::Habit | Group::Time | Group::Campaign)
        {
            bounded = bounded.max(-(weights::FORGEABLE_CAP - forgeable));
            forgeable -= bounded;
        }
        // A new telephone and a journey make habits differ; a little of that is no second group.
        let least = if group == Group::Habit { weights::HABIT_LEAST } else { 0.1 };
        if bounded > least {
            forged_groups += 1;
        } else if bounded < -0.1 {
            genuine_groups += if solid && group == Group::Identity { 2 } else { 1 };
        }
        total += bounded;
        for m in members {
            ledger.push(Entry {
                code: m.code,
                quote: m.quote.clone(),
                log_odds: m.log_odds * bounded / raw,
            });
        }
    }
    // Without two groups in that direction p stays between 0.05 and 0.95.
    let bound = weights::GROUP_CAP - 0.001;
    if forged_groups < 2 {
        total = total.min(bound);
    }
    // A new device at a new place is all that absence, path and habits show together; nothing is swept
    // for these alone. Where Sent says nothing, the owner may have written like the strangers.
    let marked = marks.iter().any(|m| {
        m.log_odds > 1.0
            && m.tells
            // A route of the owner's that does not tag, or a forwarder that breaks SPF, shows these too.
            && !matches!(m.code, "tag-missing" | "authentication-failed")
            && (matches!(m.group, Group::Contradiction | Group::Answered)
                || m.group == Group::Campaign && *sought)
    });
    if !marked {
        total = total.min(weights::UNMARKED);
    }
    // What went over the owner's relay was written by somebody with the owner's password, perhaps by
    // the owner.
    if *relayed {
        total = total.min(bound);
    }
    // What only looks like the owner's mail may come from a stolen account or a neighbour on the same
    // relay: genuine wants a message in Sent behind it, or a device at its usual place.
    let matched = marks.iter().any(|m| m.group == Group::Identity && m.log_odds < 0.0);
    if genuine_groups < 2 || !(matched || usual) {
        total = total.max(-bound);
    }
    (total, ledger)
}

/// Verdict on a message that is no automatic answer.
pub(crate) fn ordinary(kind: &super::KindVerdict) -> Verdict {
    Verdict {
        kind: Kind::Ordinary,
        origin: None,
        score: kind.p,
        p_forged: None,
        ledger: kind.ledger.clone(),
    }
}

/// Whether a code is one that this room uses and the list declares; a test asks.
#[cfg(test)]
pub(crate) fn declared(code: &str) -> bool {
    find(code).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(group: Group, log_odds: f32) -> Mark {
        Mark { code: "not-in-sent", group, log_odds, quote: "".into(), tells: true }
    }

    fn weighed(marks: Vec<Mark>, solid: bool) -> Weighed {
        Weighed { marks, solid, usual: false, relayed: false, sought: true, elsewhere: false }
    }

    #[test]
    fn one_group_alone_never_makes_forged() {
        let marks = vec![mark(Group::Path, 9.0), mark(Group::Path, 9.0)];
        let (odds, _) = sum(&weighed(marks, false), 0.0);
        assert!(sigmoid(odds) < weights::FORGED);
    }

    #[test]
    fn two_groups_may_make_forged() {
        let marks = vec![mark(Group::Path, 9.0), mark(Group::Answered, 2.5)];
        let (odds, _) = sum(&weighed(marks, false), 0.0);
        assert!(sigmoid(odds) > 0.99);
    }

    #[test]
    fn a_new_device_that_is_not_in_sent_is_never_swept_for_that() {
        let marks = vec![mark(Group::Habit, 9.0), mark(Group::Absence, 9.0)];
        let (odds, _) = sum(&weighed(marks, false), 0.0);
        assert!(sigmoid(odds) < 0.99);
    }

    #[test]
    fn forgeable_marks_alone_never_make_genuine() {
        let marks = vec![mark(Group::Habit, -9.0), mark(Group::Time, -9.0)];
        let (odds, _) = sum(&weighed(marks, false), 0.0);
        assert!(odds >= -weights::FORGEABLE_CAP - 1e-4);
    }

    #[test]
    fn a_solid_match_outweighs_what_speaks_against_it() {
        let marks = vec![mark(Group::Identity, -7.0), mark(Group::Contradiction, 2.0)];
        let (odds, _) = sum(&weighed(marks, true), 0.0);
        assert!(sigmoid(odds) < 0.05);
    }

    #[test]
    fn the_ledger_adds_up_to_what_was_counted() {
        let marks = vec![mark(Group::Path, 9.0), mark(Group::Path, 1.0), mark(Group::Absence, 0.5)];
        let (odds, ledger) = sum(&weighed(marks, false), 0.0);
        let total: f32 = ledger.iter().map(|e| e.log_odds).sum();
        assert!((total - odds).abs() < 1e-3, "{total} {odds}");
    }

    #[test]
    fn every_code_that_is_weighed_is_declared() {
        for code in [
            "not-in-sent",
            "address-never-sent",
            "own-relay",
            "foreign-source",
            "authentication-failed",
            "own-id-shape",
            "foreign-id-shape",
            "foreign-from",
            "foreign-name",
            "foreign-mailer",
            "campaign-genuine",
            "campaign-forged",
        ] {
            assert!(declared(code), "{code}");
        }
    }
}
