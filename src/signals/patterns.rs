//! Compiles the tables of programs and languages into one pattern set per field, and looks for all
//! signals in a message. The tables are code, so a pattern that does not compile is left out and a
//! test names it.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, MatchKind};
use regex::{Regex, RegexSet, RegexSetBuilder};

use super::languages::Language;
use super::vendors::{Form, Mark, Vendor};
use super::{Basis, Evidence, Kind, SeenIn, Signal, Toward, languages, list, vendors};
use crate::message::{Mailbox, Message, ReturnPath};

/// Octets of text that patterns look at; automatic answers say what they are in their first lines.
const TEXT: usize = 16 << 10;

/// Octets of a subject or header value that patterns look at.
const FIELD: usize = 1 << 10;

/// The lists of a language table, the signals that they become, and where they are looked for.
struct Listing {
    stem: &'static str,
    kind: Kind,
    basis: Basis,
    summary: &'static str,
    phrases: fn(&Language) -> &'static [&'static str],
}

const LISTINGS: &[Listing] = &[
    Listing {
        stem: "auto-reply-subject",
        kind: Kind::AutoReply,
        basis: Basis::Subject,
        summary: "subject of an automatic reply",
        phrases: |l| l.auto_reply_subjects,
    },
    Listing {
        stem: "auto-reply-text",
        kind: Kind::AutoReply,
        basis: Basis::Text,
        summary: "phrase of automatic replies",
        phrases: |l| l.auto_reply_texts,
    },
    Listing {
        stem: "bounce-subject",
        kind: Kind::Bounce,
        basis: Basis::Subject,
        summary: "subject of a bounce",
        phrases: |l| l.bounce_subjects,
    },
    Listing {
        stem: "bounce-text",
        kind: Kind::Bounce,
        basis: Basis::Text,
        summary: "phrase of bounces",
        phrases: |l| l.bounce_texts,
    },
    Listing {
        stem: "delay-subject",
        kind: Kind::DeliveryNotice,
        basis: Basis::Subject,
        summary: "subject of a delay notice",
        phrases: |l| l.delay_subjects,
    },
    Listing {
        stem: "delay-text",
        kind: Kind::DeliveryNotice,
        basis: Basis::Text,
        summary: "phrase of delay notices",
        phrases: |l| l.delay_texts,
    },
    Listing {
        stem: "challenge-text",
        kind: Kind::ChallengeResponse,
        basis: Basis::Text,
        summary: "asks for one action so that the mail is delivered",
        phrases: |l| l.challenge_texts,
    },
    Listing {
        stem: "receipt-subject",
        kind: Kind::Receipt,
        basis: Basis::Subject,
        summary: "subject of a receipt",
        phrases: |l| l.receipt_subjects,
    },
];

/// Signals of the program tables: one a form.
pub(super) fn vendor_signals() -> impl Iterator<Item = Signal> {
    vendors::ALL.iter().flat_map(|v| {
        v.forms.iter().map(|f| Signal {
            code: f.code,
            toward: Toward::Kind(f.kind),
            summary: f.summary,
            why: "",
            source: v.source,
            seen_in: SeenIn::Pattern(Basis::Form),
            shows: one(f.shows),
            spares: one(f.spares),
        })
    })
}

/// A sample path as a list, without the empty ones.
fn one(path: &'static str) -> &'static [&'static str] {
    if path.is_empty() { &[] } else { Vec::leak(vec![path]) }
}

/// Signals of the language tables: one for each list that is not empty.
pub(super) fn language_signals() -> impl Iterator<Item = Signal> {
    languages::ALL.iter().flat_map(|l| {
        LISTINGS.iter().filter(|listing| !(listing.phrases)(l).is_empty()).map(|listing| Signal {
            code: String::leak(format!("{}-{}", listing.stem, l.tag)),
            toward: Toward::Kind(listing.kind),
            summary: String::leak(format!("{} ({})", listing.summary, l.title)),
            why: "",
            source: l.source,
            seen_in: SeenIn::Pattern(listing.basis),
            shows: &[],
            spares: if listing.basis == Basis::Subject { l.spares } else { &[] },
        })
    })
}

/// Patterns of one field of a message, with what each of them belongs to.
struct FieldSet {
    set: RegexSet,
    singles: Vec<Regex>,
    /// For each pattern: the marks `(form, mark)` that it is.
    marks: Vec<Vec<(usize, usize)>>,
}

impl FieldSet {
    fn matches(&self, text: &str, mut hit: impl FnMut(usize)) {
        for i in self.set.matches(text).iter() {
            hit(i);
        }
    }
}

/// Which field a mark looks at.
#[derive(PartialEq, Eq, PartialOrd, Ord, Clone, Copy)]
enum Field {
    From,
    ReturnPath,
    Subject,
    ContentType,
    ReportingMta,
    Diagnostic,
    Header(&'static str),
    Text,
}

fn field_of(mark: &Mark) -> (Field, &'static str) {
    match *mark {
        Mark::From(p) => (Field::From, p),
        Mark::ReturnPath(p) => (Field::ReturnPath, p),
        Mark::Subject(p) => (Field::Subject, p),
        Mark::ContentType(p) => (Field::ContentType, p),
        Mark::ReportingMta(p) => (Field::ReportingMta, p),
        Mark::Diagnostic(p) => (Field::Diagnostic, p),
        Mark::Header(name, p) => (Field::Header(name), p),
        Mark::Text(p) => (Field::Text, p),
    }
}

/// Looks for all signals. Compiled once, shared by all threads.
pub struct Recogniser {
    forms: Vec<(&'static Vendor, &'static Form, &'static Signal)>,
    fields: BTreeMap<Field, FieldSet>,
    general: Vec<(&'static Signal, fn(&Message) -> Option<String>)>,
    subjects: RegexSet,
    subject_signals: Vec<&'static Signal>,
    phrases: Option<AhoCorasick>,
    phrase_signals: Vec<&'static Signal>,
    breaks: RegexSet,
    recipients: Vec<(&'static str, Vec<Regex>)>,
    /// Patterns that did not compile, for the test that wants none.
    broken: Vec<String>,
}

impl Recogniser {
    /// Compiles the tables; `general_only` leaves the programs' tables out.
    pub fn new(general_only: bool) -> Self {
        let mut broken = Vec::new();
        let vendors: &[&'static Vendor] = if general_only { &[] } else { vendors::ALL };
        let mut forms = Vec::new();
        for v in vendors {
            for f in v.forms {
                if let Some(signal) = super::find(f.code) {
                    forms.push((*v, f, signal));
                }
            }
        }
        let fields = compile_fields(&forms, &mut broken);

        let general = list()
            .iter()
            .filter_map(|s| match s.seen_in {
                SeenIn::Message(_, look) => Some((s, look)),
                _ => None,
            })
            .collect();

        let mut subjects = Vec::new();
        let mut subject_signals = Vec::new();
        let mut phrases = Vec::new();
        let mut phrase_signals = Vec::new();
        let mut lines: Vec<String> = Vec::new();
        for l in languages::ALL {
            for listing in LISTINGS {
                let code = format!("{}-{}", listing.stem, l.tag);
                let Some(signal) = super::find(&code) else { continue };
                for phrase in (listing.phrases)(l) {
                    if listing.basis == Basis::Subject {
                        subjects.push(format!("(?i)^(?:{phrase})"));
                        subject_signals.push(signal);
                    } else {
                        phrases.push(folded(phrase).trim().to_owned());
                        phrase_signals.push(signal);
                    }
                }
            }
            lines.extend(l.original_lines.iter().map(|p| format!("(?i)^\\s*{}", regex::escape(p))));
        }
        lines.extend(vendors::ALL.iter().flat_map(|v| v.breaks.iter().map(|b| (*b).to_owned())));

        let recipients = vendors
            .iter()
            .map(|v| {
                let compiled = v
                    .recipients
                    .iter()
                    .filter_map(|p| compile(&format!("(?m){p}"), &mut broken))
                    .collect();
                (v.name, compiled)
            })
            .collect();

        let (subjects, subject_signals) = keep_valid(subjects, subject_signals, &mut broken);
        let (lines, _) = keep_valid(lines.clone(), vec![(); lines.len()], &mut broken);
        Recogniser {
            forms,
            fields,
            general,
            subjects: set(&subjects, false),
            subject_signals,
            phrases: AhoCorasickBuilder::new()
                .match_kind(MatchKind::Standard)
                .build(&phrases)
                .map_err(|e| broken.push(e.to_string()))
                .ok(),
            phrase_signals,
            breaks: set(&lines, false),
            recipients,
            broken,
        }
    }

    /// Lines of a text behind which an original stands.
    pub fn breaks(&self) -> &RegexSet {
        &self.breaks
    }

    /// Patterns that did not compile.
    pub fn broken(&self) -> &[String] {
        &self.broken
    }

    /// Everything that the message shows about its kind.
    pub fn look(&self, m: &Message) -> Vec<Evidence> {
        let mut found = Vec::new();
        for (signal, look) in &self.general {
            if let Some(quote) = look(m) {
                found.push(Evidence::new(signal, &quote));
            }
        }
        self.look_forms(m, &mut found);

        let subject = cut(m.subject.trim_start(), FIELD);
        let mut seen: Vec<&'static str> = Vec::new();
        let bare = without_list_tag(subject);
        let untagged = (bare.len() < subject.len()).then(|| self.subjects.matches(bare));
        let matched = self.subjects.matches(subject);
        for i in matched.iter().chain(untagged.iter().flat_map(|m| m.iter())) {
            let signal = self.subject_signals[i];
            if !seen.contains(&signal.code) {
                seen.push(signal.code);
                found.push(Evidence::new(signal, subject));
            }
        }
        let text = folded(cut(&m.text, TEXT));
        for hit in self.phrases.iter().flat_map(|p| p.find_overlapping_iter(&text)) {
            let signal = self.phrase_signals[hit.pattern().as_usize()];
            if !seen.contains(&signal.code) && at_word(&text, hit.start(), hit.end()) {
                seen.push(signal.code);
                found.push(Evidence::new(signal, &text[hit.start()..hit.end()]));
            }
        }
        found
    }

    fn look_forms(&self, m: &Message, found: &mut Vec<Evidence>) {
        let mut hits: Vec<u32> = vec![0; self.forms.len()];
        for (field, set) in &self.fields {
            // Text is the dear one: only if some form waits for nothing but its text.
            if *field == Field::Text
                && !self.forms.iter().enumerate().any(|(i, (_, form, _))| {
                    form.marks
                        .iter()
                        .enumerate()
                        .all(|(k, mark)| field_of(mark).0 == Field::Text || hits[i] & (1 << k) != 0)
                })
            {
                continue;
            }
            for value in values(*field, m) {
                set.matches(&value, |i| {
                    for &(form, mark) in &set.marks[i] {
                        hits[form] |= 1 << mark;
                    }
                });
            }
        }
        for (i, (_, form, signal)) in self.forms.iter().enumerate() {
            if !form.marks.is_empty() && hits[i].count_ones() as usize == form.marks.len() {
                found.push(Evidence::new(signal, &self.quote(form, m)));
            }
        }
    }

    /// The words that the last, usually most telling, mark of a form matched.
    fn quote(&self, form: &Form, m: &Message) -> String {
        for mark in form.marks.iter().rev() {
            let (field, pattern) = field_of(mark);
            let Some(set) = self.fields.get(&field) else { continue };
            let Some(i) = set.singles.iter().position(|r| r.as_str().ends_with(pattern)) else {
                continue;
            };
            for value in values(field, m) {
                if let Some(hit) = set.singles[i].find(&value)
                    && !hit.as_str().trim().is_empty()
                {
                    return hit.as_str().to_owned();
                }
            }
        }
        String::new()
    }

    /// Addresses that failed, from the text: by the table of a program that showed its form, else by the
    /// places where programs name them.
    pub fn recipients(&self, m: &Message, evidence: &[Evidence]) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for (vendor, form, _) in &self.forms {
            if !evidence.iter().any(|e| e.signal.code == form.code) {
                continue;
            }
            let Some((_, patterns)) = self.recipients.iter().find(|(n, _)| *n == vendor.name)
            else {
                continue;
            };
            for pattern in patterns {
                for hit in pattern.captures_iter(cut(&m.text, TEXT)).take(100) {
                    if let Some(address) = hit.get(1).map(|g| g.as_str().trim())
                        && address.contains('@')
                        && !out.iter().any(|o| o.eq_ignore_ascii_case(address))
                    {
                        out.push(address.to_owned());
                    }
                }
                if !out.is_empty() {
                    break;
                }
            }
        }
        if out.is_empty() {
            out.extend(named_in_text(m));
        }
        out
    }
}

/// Addresses that a text names as programs do: alone on a line, in brackets at its start, behind a label,
/// or in a line that speaks of a failure. The address that the answer went to and that of its sender are
/// left out.
fn named_in_text(m: &Message) -> Vec<String> {
    static ADDRESS: OnceLock<Option<Regex>> = OnceLock::new();
    let pattern = ADDRESS.get_or_init(|| {
        Regex::new(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+").ok()
    });
    let Some(pattern) = pattern else { return Vec::new() };
    let known: Vec<String> =
        m.to.iter()
            .chain(&m.from)
            .map(|b| &b.address)
            .chain(&m.delivered_to)
            .map(|a| a.base().key())
            .collect();
    const FAILURES: &[&str] = &[
        "unknown",
        "not found",
        "undeliver",
        "could not",
        "couldn't",
        "cannot",
        "can't",
        "failed",
        "failure",
        "rejected",
        "refused",
        "not exist",
        "doesn't exist",
        "no such",
        "full",
        "quota",
        "unable",
        "wasn't",
        "not be",
        "recipient",
        "550",
        "554",
        "5.1.",
        "5.2.",
        "not accept",
        "not accepting",
        "not delivered",
        "original message to",
        "addressed to",
        "sent to",
    ];
    let mut sure = Vec::new();
    let mut likely = Vec::new();
    for line in cut(&m.text, TEXT).lines().take(80) {
        let lower = line.to_lowercase();
        for hit in pattern.find_iter(line).take(5) {
            let address = hit.as_str().trim_matches(['.', '\'', '-']);
            let a = crate::message::Address::new(address);
            if known.contains(&a.base().key()) || super::is_daemon(&a) {
                continue;
            }
            let before = line[..hit.start()].trim_matches([' ', '\t', '<', '(', '"', '*', '>']);
            let label = before.ends_with(':') || before.ends_with("rfc822;");
            let list = if before.is_empty() || label {
                &mut sure
            } else if FAILURES.iter().any(|w| lower.contains(w)) {
                &mut likely
            } else {
                continue;
            };
            if !list.iter().any(|o: &String| o.eq_ignore_ascii_case(address)) && list.len() < 20 {
                list.push(address.to_owned());
            }
        }
    }
    if sure.is_empty() {
        likely.truncate(1)
    }
    if sure.is_empty() { likely } else { sure }
}

fn compile_fields(
    forms: &[(&'static Vendor, &'static Form, &'static Signal)],
    broken: &mut Vec<String>,
) -> BTreeMap<Field, FieldSet> {
    let mut patterns: BTreeMap<Field, BTreeMap<&'static str, Vec<(usize, usize)>>> =
        BTreeMap::new();
    for (i, (_, form, _)) in forms.iter().enumerate() {
        for (k, mark) in form.marks.iter().enumerate() {
            let (field, pattern) = field_of(mark);
            patterns.entry(field).or_default().entry(pattern).or_default().push((i, k));
        }
    }
    patterns
        .into_iter()
        .map(|(field, patterns)| {
            let lines = matches!(field, Field::Text | Field::Diagnostic);
            let mut sources = Vec::new();
            let mut marks = Vec::new();
            let mut singles = Vec::new();
            for (pattern, owners) in patterns {
                let source = if lines { format!("(?m){pattern}") } else { pattern.to_owned() };
                if let Some(single) = compile(&source, broken) {
                    sources.push(source);
                    marks.push(owners);
                    singles.push(single);
                }
            }
            (field, FieldSet { set: set(&sources, lines), singles, marks })
        })
        .collect()
}

fn compile(pattern: &str, broken: &mut Vec<String>) -> Option<Regex> {
    match Regex::new(pattern) {
        Ok(r) => Some(r),
        Err(e) => {
            broken.push(format!("{pattern}: {e}"));
            None
        }
    }
}

fn keep_valid<T>(
    patterns: Vec<String>,
    owners: Vec<T>,
    broken: &mut Vec<String>,
) -> (Vec<String>, Vec<T>) {
    patterns.into_iter().zip(owners).filter(|(p, _)| compile(p, broken).is_some()).unzip()
}

fn set(patterns: &[String], lines: bool) -> RegexSet {
    RegexSetBuilder::new(patterns)
        .multi_line(lines)
        .size_limit(256 << 20)
        .dfa_size_limit(64 << 20)
        .build()
        .unwrap_or_else(|_| RegexSet::empty())
}

/// The values of a field that marks look at.
fn values(field: Field, m: &Message) -> Vec<std::borrow::Cow<'_, str>> {
    use std::borrow::Cow;
    let header = |name: &'static str| -> Vec<Cow<'_, str>> {
        m.headers
            .fields
            .iter()
            .filter(|f| f.name == name)
            .map(|f| Cow::Borrowed(cut(&f.value, FIELD)))
            .collect()
    };
    match field {
        Field::From => m.from.iter().take(3).map(|b| Cow::Owned(written(b))).collect(),
        Field::ReturnPath => match &m.return_path {
            ReturnPath::Null => vec![Cow::Borrowed("")],
            ReturnPath::Missing => vec![],
            ReturnPath::Is(a) => vec![Cow::Borrowed(a.as_str())],
        },
        Field::Subject => vec![Cow::Borrowed(cut(&m.subject, FIELD))],
        Field::ContentType => header("content-type"),
        Field::ReportingMta => m
            .notification
            .iter()
            .filter_map(|n| n.reporting_mta.as_deref())
            .map(Cow::Borrowed)
            .collect(),
        Field::Diagnostic => m
            .notification
            .iter()
            .flat_map(|n| n.recipients.iter())
            .filter_map(|r| r.diagnostic.as_deref())
            .take(20)
            .map(|d| Cow::Borrowed(cut(d, FIELD)))
            .collect(),
        Field::Header(name) => header(name),
        Field::Text => vec![Cow::Borrowed(cut(&m.text, TEXT))],
    }
}

/// A mailbox as `name <address>`.
fn written(b: &Mailbox) -> String {
    if b.name.is_empty() {
        format!("<{}>", b.address)
    } else {
        format!("{} <{}>", b.name, b.address)
    }
}

/// A subject without the name that a list puts before it in brackets.
fn without_list_tag(subject: &str) -> &str {
    match subject.strip_prefix('[').and_then(|s| s.split_once(']')) {
        Some((tag, rest)) if tag.len() <= 40 => rest.trim_start(),
        _ => subject,
    }
}

/// The first `limit` octets of a text, cut at a character.
fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Text in lower case with runs of white space as one blank. Apostrophes and dashes of word
/// processors become the plain ones.
fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    for c in text.chars() {
        match c {
            c if c.is_whitespace() || c == '\u{a0}' => {
                if !blank {
                    out.push(' ');
                }
                blank = true;
                continue;
            }
            '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{00b4}' | '`' => out.push('\''),
            '\u{2010}'..='\u{2014}' => out.push('-'),
            c if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            c => out.extend(c.to_lowercase()),
        }
        blank = false;
    }
    out
}

/// Whether a hit does not begin or end inside a word. Scripts without blanks between words have no
/// such borders.
fn at_word(text: &str, start: usize, end: usize) -> bool {
    let spaced = |c: char| c.is_alphanumeric() && (c as u32) < 0x2e80;
    let inner = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => spaced(a) && spaced(b),
        _ => false,
    };
    !inner(text[..start].chars().next_back(), text[start..].chars().next())
        && !inner(text[..end].chars().next_back(), text[end..].chars().next())
}
