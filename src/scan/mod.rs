//! The one loop: reads stores in parallel, learns once, judges, and gives findings in store order to a
//! visitor.

mod background;
mod bodies;
mod finding;
mod first_pass;
mod reading;
mod remembered;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::Arc;

use rayon::prelude::*;

pub use background::{Background, Identity, SentFound};
use bodies::compare_bodies;
pub use finding::Finding;
use first_pass::{Done, FirstPass, Source, first_pass};
use reading::{Item, Read};
#[cfg(fuzzing)]
pub use remembered::read_any;

use crate::Error;
use crate::correlation::{Link, Record, Terms, answered, link};
use crate::learning::{Campaign, Lessons, Tally, learn};
use crate::message::{Limits, parse};
use crate::sent::SentIndex;
use crate::signals::{Kind, Recogniser};
pub use crate::state::Remember;
use crate::state::State;
use crate::store::{Layout, Mended, Place, Role, Skipped};
use crate::verdict::{Prior, Verdict, decide, decide_kind, odds, ordinary};

/// What a scan is to do. Everything has a default that needs no thought: `Options::default()`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Further places with mail that the owner sent; they add to what is found by itself. Read as Sent
    /// whatever their names say, and not judged.
    pub sent: Vec<PathBuf>,
    /// Further addresses of the owner: `local@domain`, or `@domain` for all of a domain. They add to
    /// those learned from Sent.
    pub identities: Vec<String>,
    /// The owner's outbound hosts: a host name, an address, or a network as `address/length`.
    pub relays: Vec<String>,
    /// "This one was mine": an address (whatever answers mail to it is genuine) or a message id (with
    /// or without brackets, of the answered mail or of the answer).
    pub keep: Vec<String>,
    /// Days in which an answer to a mail is expected; `None` is 7, and 14 where the reporter is unknown.
    pub window_days: Option<u32>,
    /// Only what was received at or after this moment is reported, Unix seconds. Never limits Sent.
    pub since: Option<i64>,
    /// Only what was received before this moment is reported, Unix seconds. Never limits Sent.
    pub until: Option<i64>,
    /// Threads that judge; `None` is one per processor. Never changes a result.
    pub threads: Option<usize>,
    /// Threads that read files of Maildirs; `None` is four per processor, at least 16, because opening files
    /// waits for the disk. Never changes a result.
    pub readers: Option<usize>,
    /// Gives every message to the visitor, ordinary, refused and broken ones included.
    pub all: bool,
    /// Leaves the tables of single programs out; general signals and languages stay.
    pub general_only: bool,
    /// Groups of evidence on the origin that do not count, by name, to see what each is worth.
    pub without: Vec<String>,
    /// Parses every message and tries every pattern, whatever the quick looks say: the slow way, to
    /// compare with. Never changes a result.
    pub slow: bool,
    /// Where to remember what is read, so that the next scan need not read it again. Never changes a result.
    pub state: Option<Remember>,
    /// Octets of a plain mbox that one task reads; `None` is 4 Mi. Never changes a result.
    pub piece: Option<u64>,
    /// What each reading thread does before it opens anything.
    pub thread_start: Option<ThreadStart>,
    /// Mboxes that a broken-off move left half written; they are read as they will be.
    pub mended: Vec<Mended>,
}

/// Something that a thread does first: the command line shuts it in.
#[derive(Clone)]
pub struct ThreadStart(Arc<dyn Fn() + Send + Sync>);

impl ThreadStart {
    /// Does this.
    pub fn new(first: impl Fn() + Send + Sync + 'static) -> ThreadStart {
        ThreadStart(Arc::new(first))
    }

    /// Does it now, on the calling thread.
    pub fn run(&self) {
        (self.0)();
    }
}

impl std::fmt::Debug for ThreadStart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ThreadStart")
    }
}

/// How far a scan is. Given often and from any thread; `octets_done` never falls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Octets read so far, of Sent and of judged folders.
    pub octets_done: u64,
    /// Octets that will have been read at the end; grows while stores are still being listed.
    pub octets_total: u64,
    /// Messages read so far.
    pub messages: u64,
}

/// What a scan did as a whole. `seen` is the sum of the counts and of `unread`, always.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Messages met in folders that are judged, and not left out by `since` or `until`.
    pub seen: u64,
    /// Messages by class name.
    pub counts: BTreeMap<&'static str, u64>,
    /// What was skipped: stores, folders, files and messages.
    pub skipped: Vec<Skipped>,
    /// What is to be said of the state: why it could not be used, or not be written.
    pub notes: Vec<String>,
    /// Messages among the skipped: met, but not judged.
    pub unread: u64,
    /// Octets read, Sent included.
    pub octets: u64,
    /// Every folder that was met, in store order, those of `Options::sent` last.
    pub folders: Vec<FolderRead>,
    /// The owner's addresses, most used first.
    pub identities: Vec<Identity>,
    /// What there is of mail that the owner sent.
    pub sent: SentFound,
    /// Groups of answered mail, by first arrival.
    pub campaigns: Vec<Campaign>,
    /// Hacked or spoofed: what all answers say, each counted once.
    pub abuse: Tally,
    /// Over which hosts the owner's mail leaves: names first, then addresses, each most used first.
    pub relays: Vec<String>,
    /// Whether the owner's server tags the envelope sender of all mail (BATV).
    pub tags_all: bool,
    /// What reports need to know beside that.
    pub background: Background,
}

/// One folder that a scan met.
#[derive(Debug, Clone)]
pub struct FolderRead {
    /// The store as the user named it, escaped for display.
    pub store: String,
    /// Folder inside it, `INBOX` for the top; escaped for display.
    pub folder: String,
    /// How its messages are kept.
    pub layout: Layout,
    /// What it was taken for.
    pub role: Role,
    /// Why, in words; for a folder of `Options::sent` that it was named by the user.
    pub why: String,
    /// Messages in it.
    pub messages: u64,
    /// Those of them whose own role is Sent, whatever the folder is (Takeout).
    pub sent: u64,
    /// Octets of its messages.
    pub octets: u64,
}

/// Records that are judged together.
const JUDGED: usize = 1024;

/// What the owner said, in the form that the comparison uses.
fn terms(options: &Options) -> Terms {
    let lower = |v: &[String]| -> BTreeSet<String> {
        v.iter().map(|s| s.trim().trim_matches(['<', '>']).to_lowercase()).collect()
    };
    Terms {
        window_days: options.window_days,
        keep: lower(&options.keep),
        identities: lower(&options.identities),
        without: lower(&options.without),
    }
}

/// Everything that the second pass works on.
struct Gathered {
    items: Vec<Item>,
    sent: SentIndex,
    lessons: Lessons,
    terms: Terms,
}

/// Links all records to Sent and learns from them, once.
fn gather(
    reads: Vec<Read>,
    source: &Source,
    options: &Options,
    state: Option<&State>,
) -> Result<Gathered, Error> {
    let mut items = Vec::new();
    let mut sent = Vec::new();
    let mut replies = Vec::new();
    for mut read in reads {
        items.append(&mut read.items);
        sent.append(&mut read.sent);
        replies.append(&mut read.replies);
    }
    let sent = SentIndex::new(sent);
    let terms = terms(options);
    items.par_iter_mut().for_each(|item| {
        if let Item::Record(r, _) = item {
            (r.link, r.evidence) =
                link(&r.answered, r.date, &r.headline.reporting_mta, &terms, &sent);
        }
    });
    compare_bodies(&mut items, &sent, source, options, state)?;
    // The same message in two places counts once.
    let mut seen = HashSet::new();
    let once: Vec<&Record> = items
        .iter()
        .filter_map(|item| match item {
            Item::Record(r, _) => Some(&**r),
            Item::Ordinary(_) => None,
        })
        .filter(|r| seen.insert(r.fingerprint))
        .collect();
    let lessons = learn(&once, &replies, &sent, &terms, &options.relays);
    Ok(Gathered { items, sent, lessons, terms })
}

/// Reads `stores`, learns once, and gives every finding to `visit`, in store order. Fails only where
/// nothing could be done at all; one unreadable store of several is listed in [`Outcome::skipped`].
pub fn scan(
    stores: &[PathBuf],
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
    visit: &mut dyn FnMut(&Finding),
) -> Result<Outcome, Error> {
    let mut outcome = Outcome::default();
    let slow;
    let recogniser = if options.slow {
        slow = Recogniser::slow(options.general_only);
        &slow
    } else {
        Recogniser::shared(options.general_only)
    };
    let FirstPass { source, tasks, done, state } =
        first_pass(stores, options, recogniser, progress, &mut outcome)?;

    let in_time = |date: Option<i64>| {
        date.is_none_or(|d| {
            options.since.is_none_or(|s| d >= s) && options.until.is_none_or(|u| d < u)
        })
    };
    let mut reads = Vec::new();
    let mut ordinary = Vec::new();
    let mut per_folder: BTreeMap<(u16, u16), (u64, u64, u64)> = BTreeMap::new();
    for (task, Done { read, skipped, .. }) in tasks.iter().zip(done) {
        let sums = per_folder.entry(task.folder).or_default();
        sums.0 += read.messages;
        sums.1 += read.sent_messages;
        sums.2 += read.octets;
        outcome.octets += read.octets;
        outcome.skipped.extend(skipped);
        for (place, why) in &read.unread {
            let (store, _, locator) = source.name(task.folder, place);
            outcome.skipped.push(Skipped { what: format!("{store}/{locator}"), why: why.clone() });
            outcome.unread += 1;
            outcome.seen += 1;
        }
        ordinary.extend(read.ordinary.iter().filter(|d| in_time(**d)).flatten());
        let plain = read.ordinary.iter().filter(|d| in_time(**d)).count() as u64;
        outcome.seen += plain;
        *outcome.counts.entry(Kind::Ordinary.name()).or_default() += plain;
        reads.push(read);
    }
    outcome.background.see_ordinary(&ordinary);
    let gathered = gather(reads, &source, options, state.as_ref())?;
    if let Some(state) = state {
        state.save(&mut outcome.notes);
    }
    describe(&source, &per_folder, &gathered, options, &mut outcome);
    judge(gathered, &source, &in_time, options, &mut outcome, visit);
    outcome.skipped.sort();
    outcome.skipped.dedup();
    outcome.counts.retain(|_, n| *n > 0);
    Ok(outcome)
}

/// The second pass: a verdict for each record, in store order.
fn judge(
    gathered: Gathered,
    source: &Source,
    in_time: &(dyn Fn(Option<i64>) -> bool + Sync),
    options: &Options,
    outcome: &mut Outcome,
    visit: &mut dyn FnMut(&Finding),
) {
    let Gathered { items, sent, lessons, terms } = gathered;
    let of_record = |item: &Item| match item {
        Item::Record(r, _) => odds(r, &lessons, &sent, &terms),
        Item::Ordinary(_) => None,
    };
    let alone: Vec<Option<f32>> = items.par_iter().map(of_record).collect();
    let mut seen = HashSet::new();
    let once = items.iter().zip(&alone).filter_map(|(item, odds)| match item {
        Item::Record(r, _) if seen.insert(r.fingerprint) => Some((&**r, *odds)),
        _ => None,
    });
    let once: Vec<(&Record, Option<f32>)> = once.collect();
    let abuses: Vec<_> = once.par_iter().map(|(r, _)| lessons.abuse(r, &sent)).collect();
    abuses.into_iter().for_each(|abuse| outcome.abuse.add(abuse));
    outcome.campaigns = lessons.campaigns.list().to_vec();
    let prior = Prior::learn(once.into_iter().filter_map(|(r, odds)| Some((r, odds?))));
    let found = |item| {
        let finding = match item {
            Item::Record(r, role) if in_time(r.date) => {
                let verdict = decide(&r, &lessons, &sent, &terms, &prior);
                Finding::of_record(*r, role, verdict, &lessons, &sent, source)
            }
            Item::Ordinary(row) if in_time(row.date) => Finding::of_row(*row, source),
            _ => return None,
        };
        Some(finding)
    };
    let mut items = items.into_iter();
    let mut judged = std::iter::from_fn(|| {
        // Few at a time: a finding with its ledger is as large as a record.
        let some: Vec<Item> = items.by_ref().take(JUDGED).collect();
        let some: Vec<Option<Finding>> = some.into_par_iter().map(found).collect();
        (!some.is_empty()).then_some(some)
    });
    for finding in judged.by_ref().flatten().flatten() {
        outcome.seen += 1;
        outcome.background.see(finding.date);
        *outcome.counts.entry(finding.verdict.class()).or_default() += 1;
        if options.all || finding.verdict.kind() != Kind::Ordinary {
            visit(&finding);
        }
    }
}

/// What was assumed and found beside the findings.
fn describe(
    source: &Source,
    per_folder: &BTreeMap<(u16, u16), (u64, u64, u64)>,
    gathered: &Gathered,
    options: &Options,
    outcome: &mut Outcome,
) {
    for (s, store) in source.stores.iter().enumerate() {
        for (f, folder) in store.folders.iter().enumerate() {
            let (messages, sent, octets) =
                per_folder.get(&(s as u16, f as u16)).copied().unwrap_or_default();
            let given = s >= source.judged;
            outcome.folders.push(FolderRead {
                store: store.name.clone(),
                folder: folder.name.clone(),
                layout: folder.layout,
                role: if given { Role::Sent } else { folder.role },
                why: if !given {
                    folder.why.clone()
                } else if options.sent.is_empty() {
                    "beside the mbox, named for sent mail".to_owned()
                } else {
                    "you named it (--sent)".to_owned()
                },
                messages,
                sent,
                octets,
            });
        }
    }
    let sent = &gathered.sent;
    outcome.background.learn(&gathered.lessons, sent);
    let mut identities: Vec<Identity> = sent
        .identities
        .iter()
        .map(|(address, i)| Identity {
            address: address.clone(),
            given: gathered.terms.identities.contains(address),
            messages: u64::from(i.count),
        })
        .collect();
    identities.extend(
        gathered
            .terms
            .identities
            .iter()
            .filter(|a| !sent.identities.contains_key(*a))
            .map(|a| Identity { address: a.clone(), given: true, messages: 0 }),
    );
    identities.sort_by(|a, b| b.messages.cmp(&a.messages).then(a.address.cmp(&b.address)));
    outcome.identities = identities;
    outcome.relays = gathered.lessons.habits.relays();
    outcome.tags_all = gathered.lessons.habits.tags_all();
    outcome.sent = SentFound {
        messages: sent.len() as u64,
        first: sent.span().map(|s| s.0),
        last: sent.span().map(|s| s.1),
    };
}

/// Judges one message alone, without a Sent folder: the kind is as in a scan, the origin is mostly
/// unknown. `None` where there is nothing to read.
pub fn judge_one(bytes: &[u8], options: &Options) -> Option<Verdict> {
    let recogniser = Recogniser::shared(options.general_only);
    let m = parse(bytes, &Limits::default(), recogniser.breaks());
    let evidence = recogniser.look(&m);
    let kind = decide_kind(&m, &evidence);
    if kind.kind == Kind::Ordinary {
        return Some(ordinary(&kind));
    }
    let (headline, failed) = reading::headline(&m, kind.kind, &evidence, recogniser);
    let record = Record {
        folder: (0, 0),
        place: Place::Span { offset: 0, length: bytes.len() as u64 },
        fingerprint: crate::store::Fingerprint::of(bytes),
        date: m.received.or(m.date).map(|d| d.unix),
        answered: answered(&m, kind.kind, &failed),
        kind,
        link: Link::Unknowable,
        evidence: Vec::new(),
        headline,
    };
    let lessons = Lessons::default();
    Some(decide(&record, &lessons, &SentIndex::default(), &terms(options), &Prior::default()))
}
