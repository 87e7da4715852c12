//! The command line of `make-store`.

use std::path::PathBuf;

pub(crate) const USAGE: &str = "\
Writes a mailbox of any size with truth.csv; the same seed gives the same octets.

make-store --out DIR [options]
make-store simulate --out DIR [options]   a whole life, see make-store simulate --help
  --seed N          default 1
  --owner N         which of four owners (default: by seed)
  --messages N      received messages (default 1000, or --octets / 8000)
  --octets SIZE     octets of the received messages together, about (K, M, G)
  --body N          mean octets of the text of a mail that is answered (default 1200)
  --answers PERCENT of the messages that are automatic answers (default 40)
  --forged PERCENT  of the answers that answer forged mail (default 75)
  --sent N          mails that the owner sent (default messages / 8, at least half more than
                    genuine answers)
  --missing PERCENT of them without a copy in Sent (default 5)
  --hard PERCENT    of the forged with a trick: a copied id of the owner, a known recipient, the
                    relay's name in a false Received line (default 6)
  --campaigns N     default 3 and more in big stores
  --days N          default 120, at least 30
  --people N        correspondents (default 40 and more in big stores)
  --programs A,B    only these mail programs at other sites
  --undecidable N   everything decidable by a reasonable reader, but for N answers that nobody can
                    decide; these have origin `unknown` in the truth
  --format maildir|mbox|both (default maildir)
";

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Maildir,
    Mbox,
    Both,
}

pub(crate) struct Options {
    pub(crate) seed: u64,
    pub(crate) owner: usize,
    pub(crate) messages: usize,
    pub(crate) octets: Option<u64>,
    pub(crate) body: usize,
    pub(crate) answers: usize,
    pub(crate) forged: usize,
    pub(crate) sent: usize,
    pub(crate) missing: f64,
    pub(crate) hard: f64,
    pub(crate) campaigns: usize,
    pub(crate) days: i64,
    pub(crate) people: usize,
    pub(crate) programs: Vec<String>,
    pub(crate) undecidable: Option<usize>,
    pub(crate) format: Format,
    pub(crate) out: PathBuf,
}

/// A size with an optional K, M or G.
fn size(text: &str) -> Option<u64> {
    let (digits, unit) = match text.as_bytes().last()? {
        b'K' | b'k' => (&text[..text.len() - 1], 1 << 10),
        b'M' | b'm' => (&text[..text.len() - 1], 1 << 20),
        b'G' | b'g' => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

impl Options {
    /// Reads the arguments; the error is what to tell the user.
    pub(crate) fn parse(args: impl Iterator<Item = String>) -> Result<Options, String> {
        let mut given = std::collections::BTreeMap::new();
        let mut args = args;
        while let Some(name) = args.next() {
            if name == "--help" || name == "-h" {
                return Err(String::new());
            }
            let Some(name) = name.strip_prefix("--").map(str::to_owned) else {
                return Err(format!("{name}: not an option"));
            };
            if !USAGE.contains(&format!("--{name} ")) {
                return Err(format!("--{name}: no such option"));
            }
            let value = args.next().ok_or_else(|| format!("--{name}: value missing"))?;
            given.insert(name, value);
        }
        let number = |name: &str, default: u64| match given.get(name) {
            None => Ok(default),
            Some(v) => size(v).ok_or_else(|| format!("--{name} {v}: not a number")),
        };
        let percent = |name: &str, default: f64| match given.get(name) {
            None => Ok(default),
            Some(v) => match v.trim_end_matches('%').parse::<f64>() {
                Ok(p) if (0.0..=100.0).contains(&p) => Ok(p),
                _ => Err(format!("--{name} {v}: not a percentage")),
            },
        };
        let seed = number("seed", 1)?;
        let octets = given.contains_key("octets").then(|| number("octets", 0)).transpose()?;
        let messages = number("messages", octets.map_or(1000, |o| (o / 8000).max(10)))? as usize;
        let answers = percent("answers", 40.0)? as usize;
        let forged = percent("forged", 75.0)? as usize;
        let genuine = messages * answers / 100 * (100 - forged) / 100;
        let sent = number("sent", (messages / 8).max(genuine * 3 / 2).max(10) as u64)? as usize;
        let flood = messages * answers / 100 * forged / 100;
        let format = match given.get("format").map(String::as_str) {
            None | Some("maildir") => Format::Maildir,
            Some("mbox") => Format::Mbox,
            Some("both") => Format::Both,
            Some(other) => return Err(format!("--format {other}: maildir, mbox or both")),
        };
        let known = |n: &&str| crate::world::PROGRAMS.contains(n);
        let programs: Vec<String> = match given.get("programs") {
            None => Vec::new(),
            Some(list) => list.split(',').map(str::to_owned).collect(),
        };
        if let Some(p) = programs.iter().find(|p| !known(&p.as_str())) {
            return Err(format!("--programs {p}: one of {}", crate::world::PROGRAMS.join(" ")));
        }
        Ok(Options {
            seed,
            owner: number("owner", seed)? as usize,
            messages,
            octets,
            body: number("body", 1200)?.max(40) as usize,
            answers,
            forged,
            sent,
            missing: percent("missing", 5.0)?,
            hard: percent("hard", 6.0)?,
            campaigns: number("campaigns", (3 + flood / 2000).min(12) as u64)?.max(1) as usize,
            days: number("days", 120)?.max(30) as i64,
            people: number("people", (40 + sent / 20) as u64)? as usize,
            programs,
            undecidable: given
                .contains_key("undecidable")
                .then(|| number("undecidable", 0).map(|n| n as usize))
                .transpose()?,
            format,
            out: PathBuf::from(given.get("out").ok_or("--out DIR is missing")?),
        })
    }
}
