//! Where to look for what shows how the owner's name was misused, and the answer at its place in the
//! summary.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Summary, escape};
use crate::learning::Abuse;
use crate::report::misuse;
use crate::scan::{Finding, Outcome};

/// Messages that are named for each answer.
const EXAMPLES: usize = 3;

/// Where to look, by what it shows.
#[derive(Default)]
pub(super) struct Examples(BTreeMap<Abuse, Vec<String>>);

impl Examples {
    pub(super) fn add(&mut self, finding: &Finding) {
        let Some(abuse) = finding.abuse else { return };
        let named = self.0.entry(abuse).or_default();
        if named.len() < EXAMPLES {
            named.push(format!("{}/{}", finding.store, finding.locator));
        }
    }
}

impl<W: Write> Summary<W> {
    /// What cannot wait stands first.
    pub(super) fn urgent(&mut self, outcome: &Outcome) -> io::Result<()> {
        let Some(urgent) = misuse::urgent(&outcome.abuse) else { return Ok(()) };
        self.heading(urgent.heading)?;
        self.prose(2, &urgent.words)?;
        for path in self.examples.0.get(&urgent.abuse).cloned().unwrap_or_default() {
            self.prose(4, &escape::escaped_before(&path))?;
        }
        self.blank()
    }

    /// The answer in full, where there is anything to answer.
    pub(super) fn hacked(&mut self, outcome: &Outcome) -> io::Result<()> {
        let Some(words) = misuse::answer(&outcome.abuse) else { return Ok(()) };
        self.heading("Were you hacked?")?;
        self.prose(2, &words)?;
        self.blank()
    }
}
