//! Hacked or only spoofed: what the way of one answered mail says of how the owner's name was misused.
//! An id that is not in Sent alone says nothing.

use super::way::Path;
use super::wording::Wording;
use crate::correlation::{Link, Record};
use crate::sent::SentIndex;

/// How the owner's name came into the answered mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Abuse {
    /// Strangers wrote the address into mail of their own.
    Spoofed,
    /// Somebody sent over the owner's relay, with the owner's password.
    AccountUsed,
    /// A script or a program on the owner's own web server sent it.
    WebScript,
    /// What came back does not tell.
    CannotTell,
}

/// Likeness to strangers' mail (log-odds) from which on mail over the owner's relay is taken for theirs.
const LIKE: f32 = 1.5;

impl Abuse {
    /// All, in the order of reports: the most urgent first.
    pub const ALL: [Abuse; 4] =
        [Abuse::AccountUsed, Abuse::WebScript, Abuse::Spoofed, Abuse::CannotTell];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Abuse::Spoofed => "spoofed",
            Abuse::AccountUsed => "account-used",
            Abuse::WebScript => "web-script",
            Abuse::CannotTell => "cannot-tell",
        }
    }

    /// What one record says; `None` where it answers a message in Sent.
    pub fn of(record: &Record, path: &Path, wording: &Wording, sent: &SentIndex) -> Option<Abuse> {
        if matches!(record.link, Link::Matched { .. }) {
            return None;
        }
        let like = || wording.odds(record, false, sent) >= LIKE;
        let missing = record.link == Link::Absent;
        Some(match path {
            Path::Foreign(_) | Path::Pretended { .. } => Abuse::Spoofed,
            Path::NewClient { authenticated: true, .. } | Path::Own { authenticated: true, .. }
                if missing && like() =>
            {
                Abuse::AccountUsed
            }
            Path::NewClient { authenticated: false, .. }
            | Path::Own { authenticated: false, .. }
                if missing && (record.answered.script.is_some() || like()) =>
            {
                Abuse::WebScript
            }
            _ => Abuse::CannotTell,
        })
    }
}

/// How many records say what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    counts: [u32; Abuse::ALL.len()],
}

/// So many records, and this share (one in …) of those that tell, make the answer.
const LEAST: u32 = 3;
const SHARE: u32 = 50;

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, abuse: Option<Abuse>) {
        if let Some(i) = Abuse::ALL.iter().position(|a| Some(*a) == abuse) {
            self.counts[i] += 1;
        }
    }

    /// How many say this.
    pub fn count(&self, abuse: Abuse) -> u32 {
        Abuse::ALL.iter().position(|a| *a == abuse).map_or(0, |i| self.counts[i])
    }

    /// The answer for the group: a stolen account or an abused server counts before mere spoofing, where
    /// more than a stray record shows it.
    pub fn answer(&self) -> Abuse {
        let telling: u32 = self.counts.iter().sum::<u32>() - self.count(Abuse::CannotTell);
        for abuse in [Abuse::AccountUsed, Abuse::WebScript] {
            let n = self.count(abuse);
            if n >= LEAST && n * SHARE >= telling {
                return abuse;
            }
        }
        if self.count(Abuse::Spoofed) > 0 { Abuse::Spoofed } else { Abuse::CannotTell }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tally(account: u32, script: u32, spoofed: u32, silent: u32) -> Tally {
        Tally { counts: [account, script, spoofed, silent] }
    }

    #[test]
    fn one_stray_record_is_no_stolen_account() {
        assert_eq!(tally(1, 0, 50, 9).answer(), Abuse::Spoofed);
        assert_eq!(tally(7, 0, 50, 9).answer(), Abuse::AccountUsed);
    }

    #[test]
    fn where_nothing_tells_the_answer_is_that_it_cannot_be_told() {
        assert_eq!(tally(0, 0, 0, 400).answer(), Abuse::CannotTell);
    }
}
