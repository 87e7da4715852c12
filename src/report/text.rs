//! The summary for a person who has just found 40,000 bounces: what was assumed, what was found, which
//! mails of their own really failed, what is undecided and why, what to type next. Plain text of 80
//! columns. Nothing from mail reaches it unescaped.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::time::Duration;

use super::{Format, escape, hours::Hours};
use crate::scan::{Finding, FolderRead, Outcome};
use crate::signals::Kind;
use crate::store::Role;
use crate::verdict::{Doubt, Origin};

mod figures;
mod flood;
mod hacked;

pub(super) use figures::counted;
use figures::duration;
pub use figures::{day, grouped, octets};

/// Columns of a line.
const WIDTH: usize = 80;
/// Failures that are listed; the reports have all of them.
const LISTED: usize = 8;
/// Folders and addresses that are listed.
const NAMED: usize = 6;

/// What the summary cannot know from findings.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// What was typed behind the program's name, quoted for a shell: `scan Maildir --sent x`.
    pub command: String,
    /// The first store as typed, quoted for a shell.
    pub store: String,
    /// Report files that are being written, escaped for display.
    pub reports: Vec<String>,
    /// Whether bold type may be used.
    pub styled: bool,
}

/// Gathers what the summary says while findings go by, and writes it at the end.
pub struct Summary<W: Write> {
    out: W,
    setting: Setting,
    /// How long the scan took; set before [`Format::end`], left out where it is not known.
    pub elapsed: Option<Duration>,
    rows: BTreeMap<(Kind, Option<Origin>), Tally>,
    elsewhere: BTreeMap<Role, u64>,
    failed: Failures,
    undecided: Undecided,
    example: Option<String>,
    examples: hacked::Examples,
    flood: Hours<1>,
}

#[derive(Default)]
struct Tally {
    count: u64,
    first: Option<i64>,
    last: Option<i64>,
}

impl Tally {
    fn add(&mut self, date: Option<i64>) {
        self.count += 1;
        if let Some(date) = date {
            self.first = Some(self.first.map_or(date, |first| first.min(date)));
            self.last = Some(self.last.map_or(date, |last| last.max(date)));
        }
    }
}

/// The owner's mails that really failed.
#[derive(Default)]
struct Failures {
    /// Hashes of the bounces: the same one in two folders is one failure.
    bounces: BTreeSet<[u8; 32]>,
    /// Ids of the failed mails, and the hash of the bounce where it names none.
    mails: BTreeSet<Vec<u8>>,
    /// The newest [`LISTED`], newest first.
    newest: Vec<Failure>,
}

struct Failure {
    date: Option<i64>,
    recipient: String,
    reason: String,
    subject: String,
}

impl Failures {
    fn add(&mut self, finding: &Finding) {
        if !self.bounces.insert(finding.fingerprint.sha256) {
            return;
        }
        self.mails.insert(match finding.original_message_id.as_str() {
            "" => finding.fingerprint.sha256.to_vec(),
            id => id.as_bytes().to_vec(),
        });
        let at = self.newest.partition_point(|other| other.date >= finding.date);
        if at >= LISTED {
            return;
        }
        let either = |first: &String, second: &String| {
            if first.is_empty() { second.clone() } else { first.clone() }
        };
        self.newest.insert(
            at,
            Failure {
                date: finding.date,
                recipient: finding.recipients.join(" "),
                reason: either(&finding.reason, &finding.status),
                subject: either(&finding.original_subject, &finding.subject),
            },
        );
        self.newest.truncate(LISTED);
    }
}

/// Why answers stay undecided.
type Undecided = BTreeMap<Option<Doubt>, u64>;

impl<W: Write> Summary<W> {
    /// Writes to `out`.
    pub fn new(out: W, setting: Setting) -> Self {
        Summary {
            out,
            setting,
            elapsed: None,
            rows: BTreeMap::new(),
            elsewhere: BTreeMap::new(),
            failed: Failures::default(),
            undecided: Undecided::new(),
            example: None,
            examples: hacked::Examples::default(),
            flood: Hours::default(),
        }
    }
}

impl<W: Write> Format for Summary<W> {
    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        let (kind, origin) = (finding.verdict.kind(), finding.verdict.origin());
        if kind == Kind::Ordinary {
            return Ok(());
        }
        if finding.role != Role::Received {
            *self.elsewhere.entry(finding.role).or_default() += 1;
        }
        if finding.role == Role::Swept {
            return Ok(());
        }
        self.rows.entry((kind, origin)).or_default().add(finding.date);
        self.examples.add(finding);
        match origin {
            Some(Origin::Genuine) if kind == Kind::Bounce => self.failed.add(finding),
            Some(Origin::Unknown) | None => {
                *self.undecided.entry(finding.doubt).or_default() += 1;
            }
            Some(Origin::Forged) => self.flood.add(finding.date, 0),
            _ => {}
        }
        // A name with escapes in it cannot be typed.
        let path = format!("{}/{}", finding.store, finding.locator);
        if self.example.is_none() && !path.contains('\\') {
            self.example = Some(shell_word(&path));
        }
        Ok(())
    }

    fn end(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.urgent(outcome)?;
        self.assumed(outcome)?;
        self.found(outcome)?;
        self.hacked(outcome)?;
        self.failures()?;
        self.not_decided()?;
        self.skipped(outcome)?;
        self.next()?;
        self.out.flush()
    }
}

impl<W: Write> Summary<W> {
    fn heading(&mut self, words: &str) -> io::Result<()> {
        if self.setting.styled {
            writeln!(self.out, "\x1b[1m{words}\x1b[0m")
        } else {
            writeln!(self.out, "{words}")
        }
    }

    /// Words of ours (and escaped ones) on as many lines as they need.
    fn prose(&mut self, indent: usize, words: &str) -> io::Result<()> {
        let mut column = 0;
        for word in words.split(' ') {
            let width = escape::width(word);
            if column > 0 && column + 1 + width <= WIDTH {
                write!(self.out, " {word}")?;
                column += 1 + width;
            } else {
                if column > 0 {
                    writeln!(self.out)?;
                }
                write!(self.out, "{:indent$}{word}", "")?;
                column = indent + width;
            }
        }
        writeln!(self.out)
    }

    fn assumed(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.heading("What was assumed")?;
        if outcome.identities.is_empty() {
            self.prose(2, "Your addresses: none known. Name them: --identity ADDRESS")?;
        } else {
            let known = &outcome.identities;
            let mut names: Vec<_> = known
                .iter()
                .take(NAMED)
                .map(|one| escape::text(&one.address).into_owned())
                .collect();
            if known.len() > NAMED {
                names.push(format!("and {} more", known.len() - NAMED));
            }
            self.prose(2, &format!("Your addresses: {}", names.join(", ")))?;
            self.prose(4, "Others of yours: --identity ADDRESS, or --identity @DOMAIN")?;
        }
        if outcome.sent.messages == 0 {
            self.prose(
                2,
                "Mail you sent: none was found, so no answer can be compared with what you really \
                 sent. Name the place: --sent FOLDER",
            )?;
            return self.blank();
        }
        let dates = match (outcome.sent.first, outcome.sent.last) {
            (Some(first), Some(last)) => format!(", {} to {}", day(first), day(last)),
            _ => String::new(),
        };
        let messages = counted(outcome.sent.messages, "message", "messages");
        self.prose(2, &format!("Mail you sent: {messages}{dates}, from"))?;
        let holds_sent = |folder: &&FolderRead| folder.role == Role::Sent || folder.sent > 0;
        let folders: Vec<_> = outcome.folders.iter().filter(holds_sent).collect();
        for folder in folders.iter().take(NAMED) {
            let number = if folder.role == Role::Sent { folder.messages } else { folder.sent };
            let name = escape::escaped_before(&folder.folder);
            let store = escape::escaped_before(&folder.store);
            let why = escape::escaped_before(&folder.why);
            let why = if why.is_empty() { why } else { Cow::Owned(format!(": {why}")) };
            self.prose(4, &format!("{name} in {store} ({}){why}", grouped(number)))?;
        }
        if folders.len() > NAMED {
            self.prose(4, &format!("and {} more folders", folders.len() - NAMED))?;
        }
        self.prose(4, "Other places with mail you sent: --sent FOLDER")?;
        self.blank()
    }

    fn found(&mut self, outcome: &Outcome) -> io::Result<()> {
        let mut read = vec![counted(outcome.seen, "message", "messages")];
        if !outcome.folders.is_empty() {
            let folders = u64::try_from(outcome.folders.len()).unwrap_or(u64::MAX);
            read.push(counted(folders, "folder", "folders"));
        }
        if outcome.octets > 0 {
            read.push(octets(outcome.octets));
        }
        if let Some(elapsed) = self.elapsed {
            read.push(duration(elapsed));
        }
        self.heading(&format!("What was found ({})", read.join(", ")))?;
        let rows = std::mem::take(&mut self.rows);
        for kind in Kind::ALL {
            for origin in [Some(Origin::Forged), Some(Origin::Genuine), Some(Origin::Unknown), None]
            {
                if let Some(tally) = rows.get(&(kind, origin)) {
                    self.row(class(kind, origin), tally, meaning(kind, origin))?;
                }
            }
        }
        let ordinary = outcome.counts.get(Kind::Ordinary.name()).copied().unwrap_or_default();
        let tally = Tally { count: ordinary, ..Tally::default() };
        self.row(Kind::Ordinary.name(), &tally, "no automatic answers")?;
        for (role, place) in [(Role::Junk, "Junk"), (Role::Trash, "Trash")] {
            if let Some(number) = self.elsewhere.get(&role) {
                let words = format!("In {place}, of these answers: {}.", grouped(*number));
                self.prose(2, &words)?;
            }
        }
        if let Some(number) = self.elsewhere.get(&Role::Swept) {
            let words = format!("Swept away before, and not counted above: {}.", grouped(*number));
            self.prose(2, &words)?;
        }
        self.blank()?;
        let of = |wanted| -> u64 {
            rows.iter().filter(|((_, origin), _)| *origin == wanted).map(|(_, t)| t.count).sum()
        };
        let forged = of(Some(Origin::Forged));
        if rows.is_empty() {
            self.prose(0, "There is no automatic answer in this mail.")?;
            self.blank()?;
        } else if forged > 0 {
            let answers = if forged == 1 { "answer is" } else { "answers are" };
            self.prose(
                0,
                &format!(
                    "{} {answers} to mail that you did not send: somebody else wrote your address \
                     as the sender. Anybody can do that; it takes no access to your account.",
                    grouped(forged)
                ),
            )?;
            self.blank()?;
            self.flood(forged)?;
        }
        self.rows = rows;
        Ok(())
    }

    fn row(&mut self, class: &str, tally: &Tally, meaning: &str) -> io::Result<()> {
        let dates = match (tally.first, tally.last) {
            (Some(first), Some(last)) if day(first) == day(last) => day(first),
            (Some(first), Some(last)) => format!("{} to {}", day(first), day(last)),
            _ => String::new(),
        };
        let count = grouped(tally.count);
        let line = format!("  {class:<18} {count:>10}  {dates:<24}  {meaning}");
        writeln!(self.out, "{}", line.trim_end())
    }

    fn failures(&mut self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let failed = std::mem::take(&mut self.failed);
        if failed.bounces.is_empty() {
            self.heading("Your own mail that really failed: no bounce is surely about it")?;
            let unsure = [Some(Origin::Unknown), None];
            if unsure.iter().any(|origin| self.rows.contains_key(&(Kind::Bounce, *origin))) {
                self.prose(2, "The undecided bounces may be: look at them before you drop them.")?;
            }
            return self.blank();
        }
        let bounces = u64::try_from(failed.bounces.len()).unwrap_or(u64::MAX);
        let mails = u64::try_from(failed.mails.len()).unwrap_or(u64::MAX);
        self.heading(&format!(
            "Your own mail that really failed: {} about {} of yours",
            counted(bounces, "bounce", "bounces"),
            counted(mails, "mail", "mails")
        ))?;
        for failure in &failed.newest {
            let date = failure.date.map_or_else(|| "no date".to_owned(), day);
            let reason = escape::text(&failure.reason);
            let recipient = escape::text(&failure.recipient);
            let line = format!(
                "  {date:<10}  {:<21}  {}",
                escape::fit(&reason, 21),
                escape::fit(&recipient, WIDTH - 37)
            );
            writeln!(self.out, "{}", line.trim_end())?;
            if !failure.subject.is_empty() {
                let subject = escape::text(&failure.subject);
                writeln!(self.out, "{:14}{}", "", escape::fit(&subject, WIDTH - 14))?;
            }
        }
        let more = failed.bounces.len().saturating_sub(failed.newest.len());
        if more > 0 {
            let words = format!("and {more} older: class genuine-bounce in a report");
            self.prose(2, &words)?;
        }
        self.blank()
    }

    fn not_decided(&mut self) -> io::Result<()> {
        let undecided = std::mem::take(&mut self.undecided);
        let all: u64 = undecided.values().sum();
        if all == 0 {
            return Ok(());
        }
        self.heading(&format!("Undecided: {}", counted(all, "answer", "answers")))?;
        for (doubt, number) in undecided {
            let words = doubt.map_or("the evidence is too thin", Doubt::words);
            self.prose(2, &format!("{}: {words}", grouped(number)))?;
            let remedy = doubt.map_or("", Doubt::remedy);
            if !remedy.is_empty() {
                self.prose(4, &format!("What may tell: {remedy}"))?;
            }
        }
        self.blank()
    }

    fn skipped(&mut self, outcome: &Outcome) -> io::Result<()> {
        if outcome.skipped.is_empty() {
            return Ok(());
        }
        let number = u64::try_from(outcome.skipped.len()).unwrap_or(u64::MAX);
        self.heading(&format!("Skipped: {}", grouped(number)))?;
        self.prose(2, "Each is listed, with the reason, on standard error.")?;
        self.blank()
    }

    fn next(&mut self) -> io::Result<()> {
        self.heading("What next")?;
        if self.setting.reports.is_empty() {
            let command = format!("unscatter {} -o findings.csv", self.setting.command);
            self.suggestion(&command, "every answer with its evidence, for a spreadsheet")?;
        } else {
            let reports = self.setting.reports.join(", ");
            self.prose(2, &format!("Every answer with its evidence is in {reports}"))?;
        }
        if !self.rows.is_empty() {
            let path = self.example.take().unwrap_or_else(|| "STORE/LOCATOR".to_owned());
            self.suggestion(&format!("unscatter explain {path}"), "why one was judged so")?;
        }
        let command = format!("unscatter stores {}", self.setting.store);
        self.suggestion(&command, "what was taken for what, folder by folder")
    }

    /// A command on a line of its own, whole however long it is, so that it can be copied.
    fn suggestion(&mut self, command: &str, gives: &str) -> io::Result<()> {
        writeln!(self.out, "  {}", escape::escaped_before(command))?;
        writeln!(self.out, "      {gives}")
    }

    fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }
}

fn class(kind: Kind, origin: Option<Origin>) -> &'static str {
    match (kind, origin) {
        (Kind::Bounce, Some(Origin::Genuine)) => "genuine-bounce",
        (Kind::Bounce, Some(Origin::Forged)) => "backscatter",
        (Kind::Bounce, _) => "undecided-bounce",
        (kind, _) => kind.name(),
    }
}

fn meaning(kind: Kind, origin: Option<Origin>) -> &'static str {
    match (kind, origin) {
        (Kind::Bounce, Some(Origin::Genuine)) => "your own mail failed",
        (_, Some(Origin::Genuine)) => "to mail you sent",
        (_, Some(Origin::Forged)) => "to mail not yours",
        _ => "undecided",
    }
}

/// Quotes a word for a POSIX shell where it needs it.
pub fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+:,@%=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests;
