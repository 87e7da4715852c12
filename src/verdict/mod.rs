//! Decides kind and origin from evidence. Pure. `kind.rs` tells what a message is, `origin.rs` whose
//! mail it answers; all numbers stand in `weights.rs`.

mod doubt;
mod kind;
mod origin;
mod prior;
pub(crate) mod weights;

pub use crate::signals::{Entry, KindVerdict};
pub use doubt::Doubt;
pub use kind::decide_kind;
pub(crate) use origin::ordinary;
pub use origin::{decide, odds};
pub use prior::Prior;

use crate::signals::{Kind, SeenIn, Signal};

/// Log-odds of a kind other than ordinary before any evidence.
pub const KIND_START: f32 = weights::KIND_BASE;

/// What a signal adds to the log-odds; nothing where the mailbox teaches it.
pub fn weight(signal: &Signal) -> Option<f32> {
    let fixed = match signal.seen_in {
        SeenIn::Correlation(_) => weights::on_origin(signal.code) * weights::fitted(signal.code),
        _ => weights::on_kind(signal),
    };
    (fixed > 0.0).then_some(fixed)
}

/// Whose mail an automatic answer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Origin {
    /// The owner's.
    Genuine,
    /// Somebody else's, in the owner's name.
    Forged,
    /// It cannot be known from this mailbox.
    Unknown,
}

impl Origin {
    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Genuine => "genuine",
            Origin::Forged => "forged",
            Origin::Unknown => "unknown",
        }
    }
}

/// What was decided on one message, and why.
#[derive(Debug, Clone)]
pub struct Verdict {
    kind: Kind,
    origin: Option<Origin>,
    score: f32,
    p_forged: Option<f32>,
    ledger: Vec<Entry>,
}

impl Verdict {
    /// A made-up verdict for tests of what shows verdicts.
    #[cfg(test)]
    pub(crate) fn sample(
        kind: Kind,
        origin: Option<Origin>,
        score: f32,
        p_forged: Option<f32>,
        ledger: Vec<Entry>,
    ) -> Self {
        Verdict { kind, origin, score, p_forged, ledger }
    }

    /// What it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }
    /// Whose mail it answers; `None` for ordinary mail.
    pub fn origin(&self) -> Option<Origin> {
        self.origin
    }
    /// The probability that the class is right.
    pub fn score(&self) -> f32 {
        self.score
    }
    /// The probability that the answered mail was not the owner's; `None` for ordinary mail.
    pub fn p_forged(&self) -> Option<f32> {
        self.p_forged
    }
    /// The evidence, strongest first.
    pub fn ledger(&self) -> &[Entry] {
        &self.ledger
    }
    /// The class that reports show.
    pub fn class(&self) -> &'static str {
        match (self.kind, self.origin) {
            (Kind::Bounce, Some(Origin::Genuine)) => "genuine-bounce",
            (Kind::Bounce, Some(Origin::Forged)) => "backscatter",
            (Kind::Bounce, _) => "undecided-bounce",
            (kind, _) => kind.name(),
        }
    }
}
