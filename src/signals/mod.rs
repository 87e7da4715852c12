//! What a message shows. Each signal is declared once, with its reason, its source, a sample that
//! shows it and a look-alike that must not; tables of programs and languages become signals here.
//! Numbers live in `verdict/weights.rs` alone.

mod challenge;
mod desks;
mod headers;
pub mod languages;
mod notices;
mod origin;
mod patterns;
mod reason;
mod recipients;
mod recogniser;
mod recognition;
mod sender;
mod structure;
mod subject;
mod transcript;
pub mod vendors;
mod web_form;
mod wordlist;

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::fast::FixedState;

pub(crate) use headers::composed_by_person;
pub(crate) use notices::{
    absence_of_exchange, agent_answers, answers_by_subject, by_exchange_itself, from_an_office,
    of_an_order, passes_on_a_ticket, says_automatic, speaks_to_reader, tells_of_an_event,
    thanks_for_mail,
};
pub use reason::{Reason, Said, reason};
pub use recipients::{is_mailbox, sole_recipient};
pub use recogniser::Recogniser;
pub use recognition::recognition;
pub use sender::is_daemon;
pub(crate) use structure::{names_somebody, worst_action};
pub use transcript::{Told, arrival, reporter, told};

use crate::codec::{Broken, Coded, coded};
use crate::message::Message;

/// What an automatic answer is. `Ordinary` is everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A failed delivery.
    Bounce,
    /// A delivery report without a failure: delayed, delivered, relayed, expanded.
    DeliveryNotice,
    /// Vacation, out of office, acknowledgement.
    AutoReply,
    /// Asks the sender to act once so that the mail is delivered.
    ChallengeResponse,
    /// A disposition notification (RFC 8098).
    Receipt,
    /// An abuse report (RFC 5965).
    FeedbackReport,
    /// Anything else.
    Ordinary,
}

impl Kind {
    /// All kinds in the order of reports.
    pub const ALL: [Kind; 7] = [
        Kind::Bounce,
        Kind::DeliveryNotice,
        Kind::AutoReply,
        Kind::ChallengeResponse,
        Kind::Receipt,
        Kind::FeedbackReport,
        Kind::Ordinary,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Bounce => "bounce",
            Kind::DeliveryNotice => "delivery-notice",
            Kind::AutoReply => "auto-reply",
            Kind::ChallengeResponse => "challenge-response",
            Kind::Receipt => "receipt",
            Kind::FeedbackReport => "feedback-report",
            Kind::Ordinary => "ordinary",
        }
    }
}

/// What a signal speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Toward {
    /// The message is of this kind.
    Kind(Kind),
    /// The message is an automatic answer of some kind.
    Answer,
    /// The answered mail was the owner's.
    Genuine,
    /// Somebody else sent the answered mail.
    Forged,
}

impl Toward {
    /// The name in documentation.
    pub fn name(self) -> &'static str {
        match self {
            Toward::Kind(kind) => kind.name(),
            Toward::Answer => "any automatic answer",
            Toward::Genuine => "genuine",
            Toward::Forged => "forged",
        }
    }
}

/// Groups of evidence on the origin that count as independent of each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Group {
    /// Id, date, subject, body of the answered mail.
    Identity,
    /// Whom it was sent to.
    Recipient,
    /// It is not in Sent, where Sent could have held it.
    Absence,
    /// It cannot be what it says.
    Contradiction,
    /// The hosts it came along.
    Path,
    /// Id shape, mailer, names, zone.
    Habit,
    /// The address under which the answer came.
    Answered,
    /// When.
    Time,
    /// What many others have in common with it.
    Campaign,
}

impl Group {
    /// All groups.
    pub const ALL: [Group; 9] = [
        Group::Identity,
        Group::Recipient,
        Group::Absence,
        Group::Contradiction,
        Group::Path,
        Group::Habit,
        Group::Answered,
        Group::Time,
        Group::Campaign,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Group::Identity => "identity",
            Group::Recipient => "recipient",
            Group::Absence => "absence",
            Group::Contradiction => "contradiction",
            Group::Path => "path",
            Group::Habit => "habit",
            Group::Answered => "answered",
            Group::Time => "time",
            Group::Campaign => "campaign",
        }
    }
}

/// Where in a message a kind's signal is seen. Text alone never decides a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Basis {
    /// MIME structure and machine-readable parts.
    Structure,
    /// Header fields made by the answering program.
    Header,
    /// The sending address.
    Sender,
    /// The subject.
    Subject,
    /// Readable text.
    Text,
    /// The form of one program: several of these together.
    Form,
}

/// When a signal is looked for.
#[derive(Clone, Copy)]
pub enum SeenIn {
    /// In one message; gives the words that show it.
    Message(Basis, fn(&Message) -> Option<String>),
    /// In its readable text, which is given in the form that phrases are compared in as well: lower case,
    /// blanks as one, at most [`crate::limits::PATTERN_TEXT`] octets of it.
    Text(fn(&Message, &str) -> Option<String>),
    /// By the patterns of the program and language tables.
    Pattern(Basis),
    /// When the answered mail is compared with Sent, or judged by what all records teach.
    Correlation(Group),
}

/// One signal, declared once.
pub struct Signal {
    /// Kebab-case; says what is seen.
    pub code: &'static str,
    /// What it speaks for.
    pub toward: Toward,
    /// One line.
    pub summary: &'static str,
    /// Why it means what it means, and where it fails.
    pub why: &'static str,
    /// RFC section, program version or document.
    pub source: &'static str,
    /// When it is looked for.
    pub seen_in: SeenIn,
    /// Samples below `corpus/` that show it.
    pub shows: &'static [&'static str],
    /// Look-alikes below `corpus/` that must not show it.
    pub spares: &'static [&'static str],
}

/// A signal that was seen, with the words that show it. Its weight stands in `verdict/weights.rs`.
#[derive(Clone)]
pub struct Evidence {
    /// The signal.
    pub signal: &'static Signal,
    /// What showed it, one line, at most [`QUOTE`] characters, as in the mail (not escaped).
    pub quote: Box<str>,
}

impl std::fmt::Debug for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}({:?})", self.signal.code, self.quote)
    }
}

/// One piece of the ledger.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Code of the signal.
    pub code: &'static str,
    /// What showed it.
    pub quote: Box<str>,
    /// What it added to the log-odds (of the kind, or of `forged`).
    pub log_odds: f32,
}

/// What was decided on the kind of a message.
#[derive(Debug, Clone)]
pub struct KindVerdict {
    /// The kind.
    pub kind: Kind,
    /// The probability that it is right.
    pub p: f32,
    /// What was added to the log-odds of the kind, strongest first.
    pub ledger: Vec<Entry>,
}

/// Characters of the words that are kept to show a signal.
pub const QUOTE: usize = crate::limits::QUOTE;

impl Evidence {
    /// Evidence of a signal with the words that show it, cut and put on one line.
    pub fn new(signal: &'static Signal, quote: &str) -> Self {
        Evidence { signal, quote: one_line(quote) }
    }

    /// Evidence by the code of a declared signal.
    ///
    /// Every code that this library uses is declared; a test holds that.
    pub fn of(code: &str, quote: &str) -> Option<Self> {
        find(code).map(|signal| Evidence::new(signal, quote))
    }
}

fn one_line(text: &str) -> Box<str> {
    let mut out = String::with_capacity(text.len().min(QUOTE * 2));
    let mut count = 0;
    for word in text.split_whitespace() {
        if count > 0 {
            out.push(' ');
            count += 1;
        }
        for c in word.chars() {
            if count >= QUOTE {
                return out.into();
            }
            out.push(c);
            count += 1;
        }
    }
    out.into()
}

/// All signals: general ones, then programs, languages, and those on the origin.
pub fn list() -> &'static [Signal] {
    static LIST: OnceLock<Vec<Signal>> = OnceLock::new();
    LIST.get_or_init(|| {
        let mut all = Vec::new();
        all.extend(structure::signals());
        all.extend(headers::signals());
        all.extend(sender::signals());
        all.extend(challenge::signals());
        all.extend(web_form::signals());
        all.extend(notices::signals());
        all.extend(desks::signals());
        all.extend(patterns::vendor_signals());
        all.extend(patterns::language_signals());
        all.extend(origin::signals());
        all
    })
}

/// The signal of that code.
pub fn find(code: &str) -> Option<&'static Signal> {
    list().get(number(code)?)
}

/// Its number in the list.
fn number(code: &str) -> Option<usize> {
    static PLACES: OnceLock<HashMap<&str, usize, FixedState>> = OnceLock::new();
    let places = || list().iter().enumerate().map(|(at, s)| (s.code, at)).collect();
    PLACES.get_or_init(places).get(code).copied()
}

/// Codes are written as numbers in the list. One that is not declared, and there is none, could not be
/// read again.
fn write_code(code: &str, out: &mut Vec<u8>) {
    number(code).unwrap_or(usize::MAX).write(out);
}

fn read_code(from: &mut &[u8]) -> Result<&'static Signal, Broken> {
    list().get(usize::read(from)?).ok_or(Broken)
}

impl Coded for Evidence {
    fn write(&self, out: &mut Vec<u8>) {
        let Evidence { signal, quote } = self;
        write_code(signal.code, out);
        quote.write(out);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        Ok(Evidence { signal: read_code(from)?, quote: Coded::read(from)? })
    }
}

impl Coded for Entry {
    fn write(&self, out: &mut Vec<u8>) {
        let Entry { code, quote, log_odds } = self;
        write_code(code, out);
        quote.write(out);
        log_odds.write(out);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        let code = read_code(from)?.code;
        Ok(Entry { code, quote: Coded::read(from)?, log_odds: Coded::read(from)? })
    }
}

coded!(KindVerdict { kind, p, ledger });
coded!(Kind: Bounce | DeliveryNotice | AutoReply | ChallengeResponse | Receipt | FeedbackReport | Ordinary);

/// What a signal means, in plain words.
pub fn explain(code: &str) -> Option<String> {
    find(code).map(|s| {
        let mut text = format!("{}\n\n{}\nSpeaks for: {}\n", s.code, s.summary, s.toward.name());
        if !s.why.is_empty() {
            text.push_str(&format!("Why: {}\n", s.why));
        }
        text.push_str(&format!("Source: {}\n", s.source));
        for (label, samples) in [("Shown by", s.shows), ("Not shown by", s.spares)] {
            if !samples.is_empty() {
                text.push_str(&format!("{label}: {}\n", samples.join(", ")));
            }
        }
        text
    })
}

/// The text of `signals/README.md`, made from the declarations.
pub fn readme() -> String {
    let mut text = String::from(
        "# Signals\n\nMade from the declarations by `scripts/bless`; not edited by hand. \
         `unscatter explain CODE` prints the same.\n",
    );
    let mut section = |title: &str, keep: &dyn Fn(&Signal) -> bool| {
        text.push_str(&format!(
            "\n## {title}\n\n| code | speaks for | what is seen | source |\n|---|---|---|---|\n"
        ));
        for s in list().iter().filter(|s| keep(s)) {
            text.push_str(&format!(
                "| `{}` | {} | {} | {} |\n",
                s.code,
                s.toward.name(),
                s.summary,
                s.source
            ));
        }
    };
    section("On the kind", &|s| matches!(s.seen_in, SeenIn::Message(..) | SeenIn::Text(_)));
    section("Programs", &|s| matches!(s.seen_in, SeenIn::Pattern(Basis::Form)));
    section("Languages", &|s| matches!(s.seen_in, SeenIn::Pattern(basis) if basis != Basis::Form));
    section("On the origin", &|s| matches!(s.seen_in, SeenIn::Correlation(_)));
    text
}
