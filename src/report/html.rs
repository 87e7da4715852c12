//! The forensic page: one file that loads nothing, shows what happened in pictures, and lists the rows
//! behind them. Counts while findings go by and writes once, at the end; memory and page are bounded
//! however many findings there are. Everything from mail is escaped by the template.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;

use askama::Template;
use sha2::{Digest, Sha256};

use super::Format;
use super::misuse;
use super::text::{counted, octets};
use crate::scan::{Finding, Outcome};

mod answers;
mod axis;
mod charts;
mod gathered;
mod places;
mod shares;
mod tables;
mod tally;
mod view;

use gathered::Gathered;
pub use places::Places;
use tables::List;
use view::{Answer, Bars, CampaignRow, Chart, Class, Lanes, Messages, N, Piece, Rule};

/// What the page cannot know from findings.
#[derive(Debug, Clone, Default)]
pub struct Setting {
    /// What was typed behind the program's name, quoted for a shell and escaped for display; empty where
    /// not known.
    pub command: String,
    /// When the scan was made, Unix seconds.
    pub made: Option<i64>,
    /// What tells country and operator of source networks.
    pub places: Arc<Places>,
}

/// Writes the page.
pub struct Html<W: Write> {
    to: BufWriter<W>,
    setting: Setting,
    gathered: Box<Gathered>,
}

impl<W: Write> Html<W> {
    /// Writes to `to`, at the end.
    pub fn new(to: W, setting: Setting) -> Self {
        Html { to: BufWriter::new(to), setting, gathered: Box::new(Gathered::new()) }
    }
}

impl<W: Write> Format for Html<W> {
    fn begin(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.gathered.add(finding);
        Ok(())
    }

    fn end(&mut self, outcome: &Outcome) -> io::Result<()> {
        Page::new(&self.gathered, outcome, &self.setting).write_into(&mut self.to)?;
        self.to.flush()
    }
}

const STYLE: &str = include_str!("html/page.css");
const SCRIPT: &str = include_str!("html/sort.js");

/// The page as its template takes it.
#[derive(Template)]
#[template(path = "page.html")]
struct Page {
    policy: String,
    style: &'static str,
    script: &'static str,
    version: &'static str,
    stores: Vec<String>,
    read: Vec<String>,
    command: String,
    made: String,
    urgent: Option<misuse::Urgent>,
    answers: Vec<Answer>,
    classes: Vec<Class>,
    ordinary: N,
    remarks: Vec<String>,
    arrivals: Vec<Chart>,
    lanes: Option<Lanes>,
    lists: Vec<Bars>,
    of_day: Vec<Chart>,
    confidence: Option<Chart>,
    calibration: Chart,
    coverage: Option<Chart>,
    rules: Vec<Rule>,
    campaigns: Vec<CampaignRow>,
    more_campaigns: N,
    failures: Messages,
    undecided: Messages,
    listed: Vec<Messages>,
}

impl Page {
    fn new(g: &Gathered, outcome: &Outcome, setting: &Setting) -> Page {
        let (campaigns, more_campaigns) = tables::campaigns(g, outcome);
        Page {
            policy: policy(),
            style: STYLE,
            script: SCRIPT,
            version: env!("CARGO_PKG_VERSION"),
            stores: stores(outcome),
            read: read(outcome),
            command: super::escape::escaped_before(&setting.command).into_owned(),
            made: setting.made.map(axis::moment).unwrap_or_default(),
            urgent: misuse::urgent(&outcome.abuse),
            answers: answers::answers(g, outcome),
            classes: tables::classes(g),
            ordinary: N(outcome.counts.get("ordinary").copied().unwrap_or_default()),
            remarks: remarks(g, outcome),
            arrivals: charts::arrivals(g),
            lanes: charts::lanes(g, outcome),
            lists: lists(g, &setting.places),
            of_day: shares::of_day(g),
            confidence: shares::confidence(g),
            calibration: shares::calibration(),
            coverage: shares::coverage(outcome),
            rules: tables::rules(g, outcome),
            campaigns,
            more_campaigns: N(more_campaigns),
            failures: tables::failures(g),
            undecided: tables::undecided(g, outcome),
            listed: tables::listed(g),
        }
    }
}

/// Nothing may be loaded; this style and this script alone may run.
fn policy() -> String {
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        source(STYLE),
        source(SCRIPT)
    )
}

/// A text as a policy names it.
fn source(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let hash = Sha256::digest(text.as_bytes());
    let mut out = String::from("sha256-");
    for three in hash.chunks(3) {
        let octet = |at: usize| u32::from(three.get(at).copied().unwrap_or(0));
        let bits = octet(0) << 16 | octet(1) << 8 | octet(2);
        for at in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * at) & 63) as usize];
            out.push(if at > three.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

fn stores(outcome: &Outcome) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for folder in &outcome.folders {
        let name = super::escape::escaped_before(&folder.store);
        if !names.iter().any(|known| *known == name) {
            names.push(name.into_owned());
        }
    }
    if names.len() > 12 {
        let more = names.len() - 12;
        names.truncate(12);
        names.push(format!("and {more} more"));
    }
    names
}

/// How much was read.
fn read(outcome: &Outcome) -> Vec<String> {
    let mut read = vec![counted(outcome.seen, "message", "messages")];
    if !outcome.folders.is_empty() {
        read.push(counted(outcome.folders.len() as u64, "folder", "folders"));
    }
    if outcome.octets > 0 {
        read.push(octets(outcome.octets));
    }
    read
}

/// What has to be said of the numbers as a whole.
fn remarks(g: &Gathered, outcome: &Outcome) -> Vec<String> {
    use crate::store::Role;
    let mut remarks = Vec::new();
    for (role, place) in [(Role::Junk, "Junk"), (Role::Trash, "Trash")] {
        if let Some(number) = g.elsewhere.get(&role) {
            remarks.push(format!("{} of these answers lie in {place}.", N(*number)));
        }
    }
    if g.swept > 0 {
        remarks.push(format!(
            "{} more were swept away before and are counted nowhere on this page.",
            N(g.swept)
        ));
    }
    if outcome.sent.messages == 0 {
        remarks.push(
            "No mail that you sent was found, so nothing can be compared with it. Name the place with \
             --sent FOLDER."
                .to_owned(),
        );
    }
    if !outcome.skipped.is_empty() {
        remarks.push(format!(
            "{} could not be read and are not judged; the scan listed each.",
            counted(outcome.skipped.len() as u64, "item", "items")
        ));
    }
    remarks
}

fn lists(g: &Gathered, places: &Places) -> Vec<Bars> {
    let nothing = |_: &str, _: &tally::Tallied| String::new();
    let list = |id, title, value, describes| List { id, title, value, describes, about: "" };
    [
        list(
            "networks",
            "Who answered: networks",
            "network",
            "The organisation of the host that the report names (Reporting-MTA), else of the answer's From.",
        )
        .bars(&g.networks, &nothing),
        list(
            "programs",
            "Who answered: programs",
            "program",
            "The mail program whose form an answer has, where it has a known one.",
        )
        .bars(&g.programs, &nothing),
        list("reasons", "Why it failed", "reason", "The reason that answers give, in a fixed list of 30.")
            .bars(&g.reasons, &nothing),
        List {
            id: "sources",
            title: "Where forged mail came from",
            value: "network",
            about: if places.any() { "country and operator" } else { "" },
            describes:
            "The first host outside your own and the answering side's networks, in the Received lines that \
             came back: by /24, IPv6 by /48. Who stands behind such an address is not known; often it is \
             somebody's infected machine. Answers to your own mail are left out.",
        }
        .bars(&g.sources, &|network, _| places.of(network)),
        list(
            "local-parts",
            "Which of your names were forged",
            "name before the @",
            "The From of returned mail. Answers to your own mail are left out.",
        )
        .bars(&g.local_parts, &nothing),
        list(
            "domains",
            "Whom the forged mail went to",
            "domain",
            "Domains of the recipients that failed or answered, each recipient of an answer once. Answers to \
             your own mail are left out.",
        )
        .bars(&g.domains, &nothing),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests;
