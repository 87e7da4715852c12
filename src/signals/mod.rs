//! What a message shows. Each signal is declared once, with its reason, its source, a sample that
//! shows it and a look-alike that must not; tables of programs and languages become signals here.

mod headers;
pub mod languages;
mod patterns;
mod reason;
mod sender;
mod structure;
pub mod vendors;

pub use reason::{Reason, reason};

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
    /// The answered mail was the owner's.
    Genuine,
    /// Somebody else sent the answered mail.
    Forged,
}

/// Independent groups of evidence on the origin (HOUSE.md: odds).
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
    /// By the pattern automaton (program and language tables).
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
    /// Why it means what it means.
    pub why: &'static str,
    /// RFC section, program version or document.
    pub source: &'static str,
    /// When it is looked for.
    pub seen_in: SeenIn,
    /// A sample below `corpus/` that shows it.
    pub shows: &'static str,
    /// A look-alike below `corpus/` that must not show it.
    pub spares: &'static str,
}

/// A signal that was seen, with the words that show it. Its weight stands in `verdict/weights.rs`.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Code of the signal.
    pub code: &'static str,
    /// What showed it, one line, at most 80 characters, as in the mail (not escaped).
    pub quote: Box<str>,
}

/// The documentation of one signal, several lines; `None` where there is no such code.
pub fn explain(code: &str) -> Option<String> {
    let _ = code;
    None
}
