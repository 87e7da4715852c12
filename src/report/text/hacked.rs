//! "Was I hacked, or only spoofed?" in words, with counts and examples. Never claims more than the way of
//! the returned mail shows.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::figures::counted;
use super::{Summary, escape};
use crate::learning::{Abuse, Tally};
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
    /// What cannot wait stands first: a stolen password, a server that others send from.
    pub(super) fn urgent(&mut self, outcome: &Outcome) -> io::Result<()> {
        match outcome.abuse.answer() {
            Abuse::AccountUsed => {
                self.heading("Change the password of your mail account now")?;
                self.explained(&outcome.abuse, Abuse::AccountUsed)
            }
            Abuse::WebScript => {
                self.heading("Look at the scripts on your web server now")?;
                self.explained(&outcome.abuse, Abuse::WebScript)
            }
            Abuse::Spoofed | Abuse::CannotTell => Ok(()),
        }
    }

    fn explained(&mut self, tally: &Tally, abuse: Abuse) -> io::Result<()> {
        let n = counted(u64::from(tally.count(abuse)), "answer is", "answers are");
        let words = match abuse {
            Abuse::AccountUsed => format!(
                "{n} to mail that went out over your own mail server with your password, is not in \
                 your Sent folder, and reads like the mail of strangers. Somebody else seems to have \
                 the password. (If you know this mail, from a program that keeps no copies, then it \
                 was you.) unscatter moves none of these."
            ),
            _ => format!(
                "{n} to mail that your own server sent without anybody logging in, and that reads \
                 like the mail of strangers or names a script as its author. A contact form or an \
                 outdated web program may be open to others. unscatter moves none of these."
            ),
        };
        self.prose(2, &words)?;
        self.examples(abuse)?;
        self.blank()
    }

    fn examples(&mut self, abuse: Abuse) -> io::Result<()> {
        let named = self.examples.0.get(&abuse).cloned().unwrap_or_default();
        for path in named {
            self.prose(4, &escape::escaped_before(&path))?;
        }
        Ok(())
    }

    /// The answer in full, where there is anything to answer.
    pub(super) fn hacked(&mut self, outcome: &Outcome) -> io::Result<()> {
        let tally = &outcome.abuse;
        let count = |abuse| counted(u64::from(tally.count(abuse)), "mail", "mails");
        let words = match tally.answer() {
            Abuse::CannotTell if tally.count(Abuse::CannotTell) == 0 => return Ok(()),
            Abuse::CannotTell => {
                "It cannot be told from what came back. That a mail is not in Sent proves nothing by \
                 itself."
                    .to_owned()
            }
            Abuse::Spoofed => {
                let silent = match tally.count(Abuse::CannotTell) {
                    0 => String::new(),
                    n => format!(" Of {} more it cannot be told.", super::grouped(u64::from(n))),
                };
                let over = match tally.count(Abuse::AccountUsed) + tally.count(Abuse::WebScript) {
                    0 => "none over your own mail server with your password",
                    1 => "one oddly over your own server",
                    _ => "a few oddly over your own server",
                };
                format!(
                    "Spoofed, as far as can be seen: {} came from hosts that are not yours, {over}.\
                     {silent}",
                    count(Abuse::Spoofed)
                )
            }
            Abuse::AccountUsed => format!(
                "Your account was used, as it seems: {} (see above). Besides, {} came from hosts that \
                 are not yours.",
                count(Abuse::AccountUsed),
                count(Abuse::Spoofed)
            ),
            Abuse::WebScript => format!(
                "Your web server was used, as it seems: {} (see above). Besides, {} came from hosts \
                 that are not yours.",
                count(Abuse::WebScript),
                count(Abuse::Spoofed)
            ),
        };
        self.heading("Were you hacked?")?;
        self.prose(2, &words)?;
        self.blank()
    }
}
