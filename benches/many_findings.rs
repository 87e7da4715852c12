//! Writes reports about as many findings as are asked for: those of one scan again and again, each time with other
//! people, hosts, subjects, links, campaigns and times, so that everything that a report counts grows with them.
//! For scripts/check-page --million. Prints how many of each class and origin there were.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use unscatter::report::{Form, Output, Provenance};
use unscatter::scan::{Finding, Options, scan};

const USAGE: &str = "many-findings STORE NUMBER [REPORT...]";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [store, number, reports @ ..] = arguments.as_slice() else {
        let _ = writeln!(io::stderr(), "{USAGE}");
        return ExitCode::from(2);
    };
    let Ok(number) = number.parse() else {
        let _ = writeln!(io::stderr(), "{USAGE}");
        return ExitCode::from(2);
    };
    match write(Path::new(store), number, reports) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "many-findings: {error}");
            ExitCode::FAILURE
        }
    }
}

fn write(store: &Path, number: u64, reports: &[String]) -> Result<(), Box<dyn std::error::Error>> {
    let mut found: Vec<Finding> = Vec::new();
    let mut keep = |finding: &Finding| found.push(finding.clone());
    let outcome = scan(&[store.to_owned()], &Options::default(), &|_| {}, &mut keep)?;
    if found.is_empty() {
        return Err("there is no answer in that store".into());
    }
    let made = Provenance { command: String::new(), clock: || 0 };
    let mut outputs = Vec::new();
    for report in reports {
        let path = PathBuf::from(report);
        let form = Form::of(&path).ok_or_else(|| format!("{report}: no such format"))?;
        outputs.push(Output::create(&path, form, &made)?);
    }
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for n in 0..number {
        let mut finding = found[(n % found.len() as u64) as usize].clone();
        vary(&mut finding, n, number);
        let origin = finding.verdict.origin().map_or("none", |origin| origin.name());
        *counts.entry((finding.verdict.class(), origin)).or_default() += 1;
        for output in &mut outputs {
            output.finding(&finding)?;
        }
    }
    for output in outputs {
        output.finish(&outcome)?;
    }
    let mut out = io::stdout().lock();
    for ((class, origin), count) in counts {
        writeln!(out, "class.{class}.{origin} {count}")?;
    }
    Ok(())
}

/// The same answer by and about somebody else.
fn vary(finding: &mut Finding, n: u64, number: u64) {
    // Spread over all values of 32 bits, none twice.
    let pick = (n as u32).wrapping_mul(2_654_435_761);
    let [a, b, c, d] = pick.to_be_bytes();
    finding.fingerprint.sha256[..8].copy_from_slice(&n.to_be_bytes());
    // One campaign for fifty answers; weeks for all.
    finding.campaign = finding.campaign.map(|_| 1 + (u64::from(pick) % number.div_ceil(50)) as u32);
    let later = i64::from(pick % 5_000_000);
    finding.date = finding.date.map(|date| date + later);
    finding.original_date = finding.original_date.map(|date| date + later);
    finding.locator = format!("cur/{n}.{}", finding.locator.trim_start_matches("cur/"));
    finding.message_id = format!("<{n}@mx{a}.example>");
    finding.reporting_mta = format!("mx{c}.network{}.example", pick >> 12);
    let recipients = 0..finding.recipients.len();
    finding.recipients =
        recipients.map(|at| format!("user{n}.{at}@host{}.example", pick >> 8)).collect();
    if !finding.original_message_id.is_empty() {
        finding.original_message_id = format!("<{n}@pc{b}.example>");
    }
    if let Some((_, domain)) = finding.original_from.rsplit_once('@') {
        finding.original_from = format!("local{}@{domain}", pick >> 10);
    }
    if !finding.original_subject.is_empty() {
        finding.original_subject = format!("{} {n}", finding.original_subject);
    }
    if !finding.diagnostic.is_empty() {
        finding.diagnostic = format!("{} {n}", finding.diagnostic);
    }
    if !finding.source_ip.is_empty() {
        finding.source_ip = format!("{a}.{b}.{c}.{d}");
    }
    for link in &mut finding.links {
        *link = format!("http://shop{}.example/{n}", pick >> 14);
    }
}
