//! `bundle`: collects evidence into a folder, or checks one.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use ipnet::IpNet;
use rustix::fs::{Mode, OFlags};
use unscatter::report::bundle::{
    Redaction, Selection, Wishes, bundle, key, select, verify, written_key,
};
use unscatter::report::{Provenance, text::grouped};

use super::config;
use super::exit::Exit;
use super::judging::{identity, since, until};
use super::sandbox::Sandbox;
use super::surroundings;
use super::sweep::{CLASSES, probability};

#[derive(Args)]
#[command(after_help = "\
Messages are read again where the findings say they lie, and compared by
SHA-256; what has changed is listed, and the exit status is then 1. Nothing is
sent, and no mail is changed.

Examples:
  unscatter bundle findings.csv report.html --campaign 3 -o evidence
  unscatter bundle findings.csv --redact --identity @example.org -o redacted
  unscatter bundle --verify evidence")]
pub(crate) struct Arguments {
    /// What `scan -o` wrote, .csv or .jsonl; a report .html is copied as it is
    #[arg(required_unless_present = "verify", value_name = "FINDINGS")]
    findings: Vec<PathBuf>,

    /// Folder to make; it must not exist, or be empty
    #[arg(short, long, value_name = "DIR", required_unless_present = "verify")]
    output: Option<PathBuf>,

    /// Check a bundle: every file against the list of hashes, and nothing beside it
    #[arg(long, value_name = "DIR", conflicts_with_all = ["findings", "output"])]
    verify: Option<PathBuf>,

    /// Only this campaign (repeatable)
    #[arg(long, value_name = "N", help_heading = "What is taken")]
    campaign: Vec<u32>,

    /// Only this class (repeatable) [default: all but ordinary]
    #[arg(long, value_name = "CLASS", value_parser = clap::builder::PossibleValuesParser::new(CLASSES.into_iter().chain(["ordinary"])), help_heading = "What is taken")]
    class: Vec<String>,

    /// Only this origin (repeatable) [default: all]
    #[arg(long, value_name = "ORIGIN", value_parser = ["forged", "unknown", "genuine"], help_heading = "What is taken")]
    origin: Vec<String>,

    /// Only answers to mail from this address or network (repeatable)
    #[arg(long, value_name = "IP|CIDR", value_parser = network, help_heading = "What is taken")]
    source: Vec<IpNet>,

    /// Only what was received on or after this day (UTC), or from this moment on
    #[arg(long, value_name = "DATE", value_parser = since, help_heading = "What is taken")]
    since: Option<i64>,

    /// Only what was received up to the end of this day (UTC), or before this moment
    #[arg(long, value_name = "DATE", value_parser = until, help_heading = "What is taken")]
    until: Option<i64>,

    /// Least p_forged
    #[arg(long, value_name = "P", value_parser = probability, help_heading = "What is taken")]
    min_score: Option<f64>,

    /// One mbox (mboxrd) instead of a file a message
    #[arg(long, help_heading = "How it is written")]
    mbox: bool,

    /// Keep header blocks and report fields, no bodies
    #[arg(long, conflicts_with = "mbox", help_heading = "How it is written")]
    headers_only: bool,

    /// Replace addresses by a keyed hash, so that counts still work; keeps no bodies either. The key is
    /// printed on standard error once, or see --redact-key
    #[arg(long, conflicts_with_all = ["mbox", "headers_only"], help_heading = "How it is written")]
    redact: bool,

    /// File of the key, made where it is not there; outside the bundle
    #[arg(long, value_name = "FILE", requires = "redact", help_heading = "How it is written")]
    redact_key: Option<PathBuf>,

    /// Address of yours, or all of a domain, that --redact leaves readable (repeatable)
    #[arg(long, value_name = "ADDRESS|@DOMAIN", requires = "redact", value_parser = identity, help_heading = "How it is written")]
    identity: Vec<String>,

    /// Read with all rights of the user, without Landlock and seccomp
    #[arg(long, help_heading = "Safety")]
    no_sandbox: bool,

    /// Print nothing but what could not be copied
    #[arg(short, long, help_heading = "Display")]
    quiet: bool,
}

impl Arguments {
    pub(crate) fn run(self, typed: &str) -> anyhow::Result<Exit> {
        if let Some(folder) = &self.verify {
            self.shut_in(&Sandbox::reading([folder]));
            return check(folder, self.quiet);
        }
        let Some(to) = &self.output else { bail!("name a folder with -o") };
        if self.findings.iter().all(|path| path.extension().is_some_and(|e| e == "html")) {
            bail!(
                "name findings, .csv or .jsonl; a report alone does not tell where the mail lies"
            );
        }
        let redaction = match self.redact {
            true => Some(Redaction::new(self.key(to)?, &self.identity)),
            false => None,
        };
        let selection = Selection {
            campaigns: self.campaign.clone(),
            classes: self.class.clone(),
            origins: self.origin.clone(),
            sources: self.source.clone(),
            since: self.since,
            until: self.until,
            min_p_forged: self.min_score,
        };
        let selected = select(&self.findings, &selection)?;
        let configuration = config::sha256();
        let reads = self.findings.iter().chain(&selected.stores);
        self.shut_in(&Sandbox::reading(reads).and_filling(to));
        let wishes = Wishes {
            selection,
            mbox: self.mbox,
            headers_only: self.headers_only,
            redaction,
            configuration,
            made: Provenance { command: typed.to_owned(), clock: surroundings::now },
        };
        let made = bundle(&self.findings, to, &selected, &wishes)?;
        for changed in &made.changed {
            super::complain(&format!("not copied: {}: {}", changed.what, changed.why));
        }
        if !self.quiet {
            let mut out = io::stdout().lock();
            writeln!(
                out,
                "{} messages ({} rows), {} source addresses, {} drafts of abuse messages (nothing was sent)",
                grouped(made.messages),
                grouped(made.rows),
                grouped(made.sources as u64),
                grouped(made.drafts as u64)
            )?;
            writeln!(out, "MANIFEST.sha256 has the SHA-256 {}", made.manifest)?;
            writeln!(
                out,
                "Note this number down: with it a later reader can tell that nothing was replaced."
            )?;
            out.flush()?;
        }
        Ok(if made.changed.is_empty() { Exit::Done } else { Exit::Incomplete })
    }

    /// Gives up what the rest of this run does not need.
    fn shut_in(&self, sandbox: &Sandbox) {
        match (!self.no_sandbox).then(|| sandbox.enter()) {
            Some(Err(why)) if !self.quiet => super::complain(&why.to_string()),
            _ => {}
        }
    }

    /// The key of the redaction: read, or made and kept outside the bundle, or made and printed.
    fn key(&self, bundle: &Path) -> anyhow::Result<[u8; 32]> {
        let Some(path) = &self.redact_key else {
            let key = random()?;
            super::complain(&format!(
                "the key of this redaction, which is kept nowhere: {}",
                written_key(&key)
            ));
            return Ok(key);
        };
        let named = super::shown(path);
        let above = |p: &Path| std::path::absolute(p).ok();
        if let (Some(key), Some(bundle)) = (above(path), above(bundle))
            && key.starts_with(&bundle)
        {
            bail!("--redact-key {named} would lie in the bundle; keep the key elsewhere");
        }
        let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match rustix::fs::open(path, flags | OFlags::RDONLY | OFlags::NONBLOCK, Mode::empty()) {
            Ok(file) => {
                let mut text = String::new();
                std::fs::File::from(file)
                    .take(200)
                    .read_to_string(&mut text)
                    .context(named.clone())?;
                key(&text).with_context(|| format!("{named} holds no key: 64 hexadecimal digits"))
            }
            Err(rustix::io::Errno::NOENT) => {
                let key = random()?;
                let flags = flags | OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL;
                let file = rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)
                    .with_context(|| format!("cannot write {named}"))?;
                writeln!(std::fs::File::from(file), "{}", written_key(&key)).context(named)?;
                Ok(key)
            }
            Err(error) => Err(error).with_context(|| format!("cannot read {named}")),
        }
    }
}

fn random() -> anyhow::Result<[u8; 32]> {
    let mut key = [0; 32];
    let mut source = std::fs::File::open("/dev/urandom").context("/dev/urandom")?;
    source.read_exact(&mut key).context("/dev/urandom")?;
    Ok(key)
}

fn check(folder: &Path, quiet: bool) -> anyhow::Result<Exit> {
    let verified =
        verify(folder).with_context(|| format!("cannot check {}", super::shown(folder)))?;
    for wrong in &verified.wrong {
        super::complain(&format!("{}: {}", wrong.what, wrong.why));
    }
    if !quiet {
        let mut out = io::stdout().lock();
        writeln!(
            out,
            "{} files as listed, {} not",
            grouped(verified.good),
            grouped(verified.wrong.len() as u64)
        )?;
        writeln!(out, "MANIFEST.sha256 has the SHA-256 {}", verified.manifest)?;
        out.flush()?;
    }
    Ok(if verified.wrong.is_empty() { Exit::Done } else { Exit::Incomplete })
}

fn network(written: &str) -> Result<IpNet, String> {
    let address = || written.parse::<std::net::IpAddr>().map(IpNet::from);
    written
        .parse::<IpNet>()
        .or_else(|_| address())
        .map_err(|_| "write an address or a network: 192.0.2.7, 192.0.2.0/24".into())
}
