//! Evidence to hand over: copies of the messages that findings name, read again and compared by hash, with a
//! list of hashes, the sources, and drafts of abuse messages. Sends nothing and changes no mail.

mod content;
mod draft;
mod folder;
mod inputs;
mod page;
mod redact;
mod selection;
mod sources;
mod verify;

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use serde_json::json;

pub use inputs::{Selected, select};
pub use redact::{Redaction, key, written_key};
pub use selection::Selection;
pub use verify::{Verified, verify};

use self::folder::{Entry, Folder};
use self::inputs::{Hashed, Stores, lies_in};
use self::redact::{LEFT_OUT, Locals};
use self::selection::Facts;
use self::sources::{Sample, Sources, moment};
use super::table::{self, Head};
use super::{COLUMNS, Provenance, escape, rfc3339};
use crate::Error;
use crate::signals::Recogniser;
use crate::store::{Again, Fingerprint, Skipped};

/// Octets of one message that is copied; longer ones are listed.
const MOST: u64 = crate::limits::EXPLAINED;

/// Drafts of abuse messages, one a network, those with most answers first.
const DRAFTS: usize = 1_000;

/// How a bundle is to be made.
pub struct Wishes {
    /// Which rows go into it.
    pub selection: Selection,
    /// One mbox instead of a file a message.
    pub mbox: bool,
    /// Keep no bodies.
    pub headers_only: bool,
    /// Replace addresses; keeps no bodies either.
    pub redaction: Option<Redaction>,
    /// SHA-256 of the configuration in use, if there is one.
    pub configuration: Option<String>,
    /// What is said of this run.
    pub made: Provenance,
}

/// What a bundle holds.
#[derive(Debug, Clone, Default)]
pub struct Bundled {
    /// Rows of the findings that were selected.
    pub rows: u64,
    /// Messages that were copied, each once.
    pub messages: u64,
    /// Hosts that the answered mail came from.
    pub sources: usize,
    /// Drafts of abuse messages.
    pub drafts: usize,
    /// Messages that are not what the findings say, or cannot be read.
    pub changed: Vec<Skipped>,
    /// SHA-256 of the list of hashes.
    pub manifest: String,
}

/// What the page shows of one row.
struct Shown {
    file: String,
    cells: [String; 8],
}

/// Columns whose text comes from mail and may hold addresses.
const FROM_MAIL: &[&str] = &[
    "subject",
    "message_id",
    "recipient",
    "reporting_mta",
    "diagnostic",
    "original_message_id",
    "original_subject",
    "links",
];
const MAILBOXES: &[&str] = &["from", "to", "original_from"];
const PLACES: &[&str] = &["store", "folder", "locator", "sent_match"];

/// Makes a bundle in the new or empty folder `to` of what the files of findings list (CSV or JSON lines; a
/// report as HTML is copied as it is). `selected` is what [`select`] says of the same findings.
pub fn bundle(
    findings: &[PathBuf],
    to: &Path,
    selected: &Selected,
    wishes: &Wishes,
) -> Result<Bundled, Error> {
    let (pages, tables): (Vec<&PathBuf>, Vec<&PathBuf>) = findings.iter().partition(|p| is_page(p));
    if selected.rows == 0 {
        return Err(Error::Malformed {
            path: tables.first().map(|p| shown(p)).unwrap_or_default(),
            what: "no row of the findings is selected".into(),
        });
    }
    let failed = |source| Error::Write { path: shown(to), source };
    if let Some(store) = lies_in(to, &selected.stores) {
        let why = format!("it lies in the mail store {}; name a folder elsewhere", shown(store));
        return Err(failed(io::Error::other(why)));
    }
    let started = (wishes.made.clock)();
    let mut work = Work::begin(to, wishes).map_err(failed)?;
    let mut inputs = Vec::new();
    for path in &tables {
        let mut source = Hashed::open(path)?;
        let name = shown(path);
        table::read(
            &name,
            table::is_jsonl(path),
            &mut source,
            Columns::find,
            &mut |_, at, _, cells| work.row(at, &cells).map_err(failed),
        )?;
        inputs.push(source.told(&name));
    }
    for (n, path) in (1..).zip(&pages) {
        let mut source = Hashed::open(path)?;
        let name = if n == 1 { "report.html".to_owned() } else { format!("report-{n}.html") };
        let mut entry = work.folder.file(&name).map_err(failed)?;
        io::copy(&mut source, &mut entry).map_err(failed)?;
        work.folder.add(entry).map_err(failed)?;
        inputs.push(source.told(&shown(path)));
    }
    work.finish(started, &inputs).map_err(failed)
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("html"))
}

/// Where the columns of the reports stand in one table.
struct Columns(Vec<Option<usize>>);

impl Columns {
    fn find(head: &Head) -> Result<Columns, Error> {
        for name in ["store", "locator", "sha256", "size", "class", "origin"] {
            head.needed(name)?;
        }
        Ok(Columns(COLUMNS.iter().map(|column| head.position(column.name)).collect()))
    }

    fn get<'a>(&self, cells: &'a [String], name: &str) -> &'a str {
        let at = COLUMNS.iter().position(|column| column.name == name);
        let at = at.and_then(|at| self.0.get(at).copied().flatten());
        at.and_then(|at| cells.get(at)).map_or("", String::as_str)
    }

    fn facts<'a>(&self, cells: &'a [String]) -> Facts<'a> {
        Facts {
            campaign: self.get(cells, "campaign"),
            class: self.get(cells, "class"),
            origin: self.get(cells, "origin"),
            source_ip: self.get(cells, "source_ip"),
            date: self.get(cells, "date"),
            p_forged: self.get(cells, "p_forged"),
        }
    }
}

/// A bundle while it is being made.
struct Work<'w> {
    wishes: &'w Wishes,
    folder: Folder,
    /// Nothing once it is complete.
    rows: Option<::csv::Writer<Entry>>,
    mbox: Option<Entry>,
    again: Again,
    recogniser: Recogniser,
    /// File of each message that was copied, by its digest; empty where it could not be.
    files: HashMap<String, String>,
    sources: Sources,
    stores: Stores,
    shown: Vec<Shown>,
    /// Messages of the mbox that got a line end they do not have.
    ended: u64,
    bundled: Bundled,
}

impl<'w> Work<'w> {
    fn begin(to: &Path, wishes: &'w Wishes) -> io::Result<Work<'w>> {
        let folder = Folder::create(to)?;
        let mbox = if wishes.mbox { Some(folder.file("messages.mbox")?) } else { None };
        let mut rows = ::csv::Writer::from_writer(folder.file("findings.csv")?);
        rows.write_record(COLUMNS.iter().map(|c| c.name).chain(["file"]))
            .map_err(io::Error::other)?;
        Ok(Work {
            wishes,
            rows: Some(rows),
            mbox,
            folder,
            again: Again::default(),
            recogniser: Recogniser::new(false),
            files: HashMap::new(),
            sources: Sources::default(),
            stores: Stores::default(),
            shown: Vec::new(),
            ended: 0,
            bundled: Bundled::default(),
        })
    }

    fn row(&mut self, at: &Columns, cells: &[String]) -> io::Result<()> {
        let facts = at.facts(cells);
        if !self.wishes.selection.takes(&facts) {
            return Ok(());
        }
        let get = |name| at.get(cells, name);
        let sha256 = get("sha256").to_ascii_lowercase();
        let store = escape::undo_cell(get("store"));
        let locator = escape::undo_cell(get("locator"));
        self.bundled.rows += 1;
        self.stores.row(get("store"));
        let order = self.bundled.messages;
        let file = match self.files.get(&sha256).filter(|file| !file.is_empty()) {
            Some(file) => file.clone(),
            None => {
                let file = self.message(get("store"), &locator, &sha256, get("date"))?;
                self.files.insert(sha256.clone(), file.clone());
                file
            }
        };
        if let Ok(ip) = facts.source_ip.parse() {
            let host = self.sources.host(ip);
            let forged = facts.origin == "forged";
            let sent = get("original_date");
            host.add(forged, facts.date, sent, facts.campaign.parse().ok());
            if forged && !file.is_empty() && host.sample.is_none() {
                let reporting_mta = get("reporting_mta").to_owned();
                let sent = sent.to_owned();
                host.sample = Some(Sample { order, store, locator, sha256, sent, reporting_mta });
            }
        }
        let cells: Vec<String> = self.cells(at, cells);
        if let Some(rows) = &mut self.rows {
            rows.write_record(cells.iter().chain([&file])).map_err(io::Error::other)?;
        }
        if self.shown.len() < page::LISTED {
            let cell = |name: &str| {
                let at = COLUMNS.iter().position(|column| column.name == name);
                at.and_then(|at| cells.get(at)).map_or("", |cell| escape::defused(cell)).to_owned()
            };
            let names = [
                "date",
                "class",
                "origin",
                "recipient",
                "reason",
                "original_subject",
                "source_ip",
                "sha256",
            ];
            self.shown.push(Shown { file, cells: names.map(cell) });
        }
        Ok(())
    }

    /// The cells of a row in the order of the columns, redacted where that is wished.
    fn cells(&self, at: &Columns, cells: &[String]) -> Vec<String> {
        let Some(redaction) = &self.wishes.redaction else {
            return COLUMNS.iter().map(|c| at.get(cells, c.name).to_owned()).collect();
        };
        let mut known = Locals::default();
        for name in FROM_MAIL.iter().chain(MAILBOXES) {
            known.add(at.get(cells, name));
        }
        let redacted = |name: &str| {
            let cell = escape::defused(at.get(cells, name));
            let cell = if cell.is_empty() {
                String::new()
            } else if MAILBOXES.contains(&name) {
                content::addresses(cell, redaction)
            } else if FROM_MAIL.contains(&name) {
                redaction.line(cell, &known)
            } else if PLACES.contains(&name) && cell.contains('@') {
                LEFT_OUT.to_owned()
            } else {
                cell.to_owned()
            };
            escape::defuse(cell.into()).into_owned()
        };
        COLUMNS.iter().map(|c| redacted(c.name)).collect()
    }

    /// Reads one message again and copies it. Gives the name of its file; nothing where it is not what the
    /// findings say.
    fn message(
        &mut self,
        store: &str,
        locator: &[u8],
        sha256: &str,
        date: &str,
    ) -> io::Result<String> {
        let path = escape::undo_cell(store);
        let octets = match self.fetch(&path, locator, sha256) {
            Ok(octets) => octets,
            Err(why) => {
                let what = format!("{}/{}", escape::octets(&path), escape::octets(locator));
                self.bundled.changed.push(Skipped { what, why });
                return Ok(String::new());
            }
        };
        self.stores.message(store, locator, sha256, octets.len());
        self.bundled.messages += 1;
        let number = self.bundled.messages;
        if let Some(mbox) = &mut self.mbox {
            let name = format!("messages.mbox#{}", mbox.octets);
            mbox.write_all(&content::mboxrd(&octets, moment(date)))?;
            self.ended += u64::from(!octets.ends_with(b"\n"));
            return Ok(name);
        }
        let breaks = self.recogniser.breaks();
        let (ending, copy) = match &self.wishes.redaction {
            Some(redaction) => {
                ("redacted.txt", content::redacted(&octets, breaks, redaction).into_bytes())
            }
            None if self.wishes.headers_only => {
                ("headers.txt", content::headers_only(&octets, breaks))
            }
            None => ("eml", octets),
        };
        let name = format!("messages/{number:06}.{ending}");
        self.folder.write(&name, &copy)?;
        Ok(name)
    }

    fn fetch(&mut self, store: &[u8], locator: &[u8], sha256: &str) -> Result<Vec<u8>, String> {
        let [store, locator] = [store, locator].map(|o| OsString::from_vec(o.to_vec()));
        let octets = self.again.read(Path::new(&store), &locator, MOST).map_err(|e| match e {
            Error::Read { source, .. } => source.to_string(),
            other => other.to_string(),
        })?;
        if Fingerprint::of(&octets).hex() == sha256 {
            Ok(octets)
        } else {
            Err("changed since the scan: its SHA-256 is another; scan again".into())
        }
    }

    /// What everybody who opens the bundle should know.
    fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match (&self.wishes.redaction, self.wishes.headers_only, self.wishes.mbox) {
            (Some(redaction), ..) => notes.push(format!(
                "Redacted: an address became h- and 16 digits of its HMAC-SHA-256 (key number {}), the same address \
                 the same digits, and stays where it was named as the owner's. Bodies, display names and fields that may \
                 hold addresses in other forms are left out; so is what could not be redacted for sure, marked {LEFT_OUT}. \
                 Names and numbers of people in subjects and diagnostics are not recognised: read before you hand over. \
                 The column sha256 is that of the message as it is stored, which the owner has.",
                redaction.key_id()
            )),
            (None, true, _) => notes.push(
                "Headers only: each file holds the header block of the message as it is stored, the fields of its report, \
                 and the header block of the mail that it returns. Bodies are left out."
                    .into(),
            ),
            (None, false, true) => notes.push(format!(
                "messages.mbox is mboxrd: with one > taken off each line that matches ^>+From each message has the octets, \
                 and the SHA-256, of the findings.{}",
                match self.ended {
                    0 => String::new(),
                    n => format!(" {n} of them got a line end that they do not have as stored."),
                }
            )),
            (None, false, false) => notes.push(
                "Each file in messages is the stored message octet for octet; its SHA-256 is that of the findings.".into(),
            ),
        }
        if !self.bundled.changed.is_empty() {
            notes.push(format!(
                "{} messages were not what the findings say, or could not be read, and are not copied; run.json lists them.",
                self.bundled.changed.len()
            ));
        }
        notes
    }

    /// The drafts of abuse messages, in the order in which their samples lie in the stores.
    fn drafts(&mut self) -> io::Result<()> {
        let mut networks = self.sources.networks();
        networks.truncate(DRAFTS);
        networks.sort_by_key(|(_, n)| n.sample.as_ref().map_or(u64::MAX, |(_, s)| s.order));
        for (net, network) in &networks {
            let sample = network.sample.as_ref();
            let octets = sample.and_then(|(_, s)| self.fetch(&s.store, &s.locator, &s.sha256).ok());
            let breaks = self.recogniser.breaks();
            let redaction = self.wishes.redaction.as_ref();
            let returned = octets.and_then(|o| content::returned(&o, breaks, redaction));
            let draft = draft::draft(net, network, returned.as_deref());
            let name = format!("abuse/{}_{}.eml", net.addr(), net.prefix_len()).replace(':', "-");
            self.folder.write(&name, &draft)?;
        }
        self.bundled.drafts = networks.len();
        Ok(())
    }

    fn finish(mut self, started: i64, inputs: &[serde_json::Value]) -> io::Result<Bundled> {
        if let Some(rows) = self.rows.take() {
            let rows = rows.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
            self.folder.add(rows)?;
        }
        if let Some(mbox) = self.mbox.take() {
            self.folder.add(mbox)?;
        }
        let sources = self.sources.csv();
        self.folder.write("sources.csv", sources.as_bytes())?;
        self.drafts()?;
        self.bundled.sources = self.sources.len();
        let notes = self.notes();
        let page = page::page(&self.bundled, &notes, &self.shown, &sources);
        self.folder.write("index.html", page.as_bytes())?;
        self.folder.write("README.txt", about(&notes).as_bytes())?;
        let run = self.run(started, inputs, &notes);
        self.folder.write("run.json", format!("{run:#}\n").as_bytes())?;
        let Work { folder, mut bundled, .. } = self;
        bundled.manifest = folder.seal()?;
        Ok(bundled)
    }

    fn run(
        &self,
        started: i64,
        inputs: &[serde_json::Value],
        notes: &[String],
    ) -> serde_json::Value {
        let s = &self.wishes.selection;
        let moment = |at: Option<i64>| at.map(rfc3339);
        let place = |name: &str| match self.wishes.redaction.is_some() && name.contains('@') {
            true => LEFT_OUT.to_owned(),
            false => escape::escaped_before(name).into_owned(),
        };
        json!({
            "program": "unscatter",
            "version": env!("CARGO_PKG_VERSION"),
            "command": escape::escaped_before(&self.wishes.made.command),
            "started": rfc3339(started),
            "ended": rfc3339((self.wishes.made.clock)()),
            "configuration_sha256": self.wishes.configuration,
            "inputs": inputs,
            "selection": {
                "campaigns": s.campaigns,
                "classes": s.classes,
                "origins": s.origins,
                "sources": s.sources.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "since": moment(s.since),
                "until": moment(s.until),
                "min_p_forged": s.min_p_forged,
            },
            "headers_only": self.wishes.headers_only,
            "redaction_key_number": self.wishes.redaction.as_ref().map(Redaction::key_id),
            "rows": self.bundled.rows,
            "messages": self.bundled.messages,
            "stores": self.stores.told(&place),
            "mboxes": self.stores.mboxes(&place),
            "not_copied": self.bundled.changed.iter().map(|c| json!({ "what": place(&c.what), "why": escape::escaped_before(&c.why) })).collect::<Vec<_>>(),
            "notes": notes,
        })
    }
}

/// The text that explains a bundle to whoever gets it.
fn about(notes: &[String]) -> String {
    let mut out = format!(
        "Evidence collected by unscatter {} (automatic answers to mail with a forged sender)\n\n\
         MANIFEST.sha256  hashes of all other files. Check: sha256sum -c MANIFEST.sha256\n\
         run.json         what was run, when, on which files, and what was not copied\n\
         index.html       the same to read\n\
         findings.csv     one row a message: what it is, whose mail it answers, how sure that is; the last\n\
         \x20                column names its copy\n\
         messages         the copies\n\
         sources.csv      hosts that the answered mail came from, with the first and last time\n\
         abuse            drafts of messages to the networks of these hosts (RFC 5965), if there are\n\
         \x20                any. None was sent.\n\n",
        env!("CARGO_PKG_VERSION")
    );
    for note in notes {
        out.push_str(note);
        out.push_str("\n\n");
    }
    out
}

fn shown(path: &Path) -> String {
    escape::octets(path.as_os_str().as_bytes())
}

/// Lower-case hexadecimal.
fn hex(octets: &[u8; 32]) -> String {
    Fingerprint { len: 0, sha256: *octets }.hex()
}
