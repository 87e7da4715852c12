//! The command line of `make-store simulate`.

use std::path::PathBuf;

use crate::options::Format;

pub(crate) const USAGE: &str = "\
Writes a mailbox as life makes it: an owner with several addresses and devices, who travels, whose Sent folder
has gaps, and whose name a flood of spam uses that overlaps with the owner's mail in everything.

make-store simulate --out DIR [options]
  --seed N             default 1; decides owner, devices, relays, correspondents, campaigns
  --messages N         received messages (default 2000)
  --answers PERCENT    of them that are automatic answers (default 60)
  --forged PERCENT     of the answers that answer forged mail (default 70)
  --missing PERCENT    of the owner's mail without a copy in Sent, at random (default 10)
  --missing-device N   nothing that the Nth device wrote has a copy (1 is the most used)
  --missing-period A..B  nothing from day A to day B has a copy
  --device-gaps yes    one device keeps copies only now and then, as phones do
  --campaigns N        default 4 to 9, by seed
  --days N             default 240, at least 60
  --only-programs A,B  only these mail programs answer
  --leave-out-programs A,B  these do not
  --format maildir|mbox|both (default maildir)
";

pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) messages: usize,
    pub(crate) answers: f64,
    pub(crate) forged: f64,
    pub(crate) missing: f64,
    pub(crate) missing_device: Option<usize>,
    pub(crate) missing_period: Option<(i64, i64)>,
    pub(crate) device_gaps: bool,
    pub(crate) campaigns: Option<usize>,
    pub(crate) days: i64,
    only: Vec<String>,
    left_out: Vec<String>,
    pub(crate) format: Format,
    pub(crate) out: PathBuf,
}

impl Options {
    /// Reads the arguments after `simulate`; the error is what to tell the user.
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut given = std::collections::BTreeMap::new();
        while let Some(name) = args.next() {
            if name == "--help" || name == "-h" {
                return Err(String::new());
            }
            let bare = name.strip_prefix("--").filter(|n| USAGE.contains(&format!("--{n} ")));
            let bare = bare.ok_or_else(|| format!("{name}: no such option"))?;
            let value = args.next().ok_or_else(|| format!("{name}: value missing"))?;
            given.insert(bare.to_owned(), value);
        }
        let number = |name: &str| match given.get(name) {
            None => Ok(None),
            Some(v) => {
                v.parse::<u64>().map(Some).map_err(|_| format!("--{name} {v}: not a number"))
            }
        };
        let percent = |name: &str, default: f64| match given.get(name) {
            None => Ok(default),
            Some(v) => match v.trim_end_matches('%').parse::<f64>() {
                Ok(p) if (0.0..=100.0).contains(&p) => Ok(p),
                _ => Err(format!("--{name} {v}: not a percentage")),
            },
        };
        let list = |name: &str| -> Vec<String> {
            given.get(name).map(|l| l.split(',').map(str::to_owned).collect()).unwrap_or_default()
        };
        let period = match given.get("missing-period") {
            None => None,
            Some(text) => Some(
                text.split_once("..")
                    .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
                    .ok_or_else(|| format!("--missing-period {text}: not A..B"))?,
            ),
        };
        let format = match given.get("format").map(String::as_str) {
            None | Some("maildir") => Format::Maildir,
            Some("mbox") => Format::Mbox,
            Some("both") => Format::Both,
            Some(other) => return Err(format!("--format {other}: maildir, mbox or both")),
        };
        let (only, left_out) = (list("only-programs"), list("leave-out-programs"));
        if let Some(p) = only.iter().chain(&left_out).find(|p| !super::forms::known(p)) {
            return Err(format!("{p}: not one of {}", super::forms::names().join(" ")));
        }
        Ok(Options {
            seed: number("seed")?.unwrap_or(1),
            messages: number("messages")?.unwrap_or(2000).max(40) as usize,
            answers: percent("answers", 60.0)?,
            forged: percent("forged", 70.0)?,
            missing: percent("missing", 10.0)?,
            missing_device: number("missing-device")?.map(|n| n as usize),
            missing_period: period,
            device_gaps: given.get("device-gaps").is_some_and(|v| v == "yes"),
            campaigns: number("campaigns")?.map(|n| n.max(1) as usize),
            days: number("days")?.unwrap_or(240).max(60) as i64,
            only,
            left_out,
            format,
            out: PathBuf::from(given.get("out").ok_or("--out DIR is missing")?),
        })
    }

    /// Whether mail programs of this name answer.
    pub(crate) fn takes(&self, program: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|p| p == program))
            && !self.left_out.iter().any(|p| p == program)
    }
}
