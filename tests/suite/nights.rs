//! A mailbox swept night by night, with a state, against the same mailbox swept once at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, UNIX_EPOCH};

use unscatter::store::Fingerprint;

use crate::support::corpus;

mod week;

const NIGHTS: usize = 7;
const FOLDERS: [&str; 4] = ["", ".Sent", ".Swept", ".Kept"];

/// A home with a Maildir in it.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let home = Home(tempfile::tempdir().unwrap());
        for place in ["cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"] {
            fs::create_dir_all(home.maildir().join(place)).unwrap();
        }
        home
    }

    fn maildir(&self) -> PathBuf {
        self.0.path().join("Maildir")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let output = Command::new(crate::faults::program())
            .args(arguments)
            .current_dir(self.0.path())
            .env("XDG_STATE_HOME", self.0.path().join("xdg"))
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        output
    }

    fn sweep(&self, state: bool) -> Output {
        let mut arguments =
            vec!["sweep", "Maildir", "--to", "Swept", "--apply", "--quiet", "--max-share", "1"];
        if state {
            arguments.extend(["--state", "state"]);
        }
        self.run(&arguments)
    }

    fn findings(&self, state: bool) -> Vec<u8> {
        let mut arguments = vec!["scan", "Maildir", "--quiet", "-o", "-"];
        if state {
            arguments.extend(["--state", "state"]);
        }
        self.run(&arguments).stdout
    }

    /// Messages by hash, with the folder that each lies in.
    fn messages(&self) -> BTreeMap<String, Vec<String>> {
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for folder in FOLDERS {
            for place in ["cur", "new"] {
                let Ok(entries) = fs::read_dir(self.maildir().join(folder).join(place)) else {
                    continue;
                };
                for entry in entries {
                    let octets = fs::read(entry.unwrap().path()).unwrap();
                    found.entry(Fingerprint::of(&octets).hex()).or_default().push(folder.into());
                }
            }
        }
        found
    }

    fn swept(&self) -> BTreeSet<String> {
        let in_it = |folders: &Vec<String>| folders.iter().any(|f| f == ".Swept");
        self.messages().into_iter().filter(|(_, f)| in_it(f)).map(|(hash, _)| hash).collect()
    }

    /// What the user does with mail that is left in the inbox: reads some, deletes one, files another.
    fn use_mail(&self, delivered: &[PathBuf], kinds: &BTreeMap<String, (String, String)>) {
        let kept = self.maildir().join(".Kept");
        for place in ["cur", "new", "tmp"] {
            fs::create_dir_all(kept.join(place)).unwrap();
        }
        let mut ordinary = 0;
        for path in delivered {
            if !path.exists() {
                continue;
            }
            let hash = Fingerprint::of(&fs::read(path).unwrap()).hex();
            let name = path.file_name().unwrap().to_str().unwrap();
            let (kind, origin) = &kinds[&hash];
            if kind == "ordinary" {
                ordinary += 1;
                match ordinary % 5 {
                    0 => fs::remove_file(path).unwrap(),
                    1 => fs::rename(path, kept.join("cur").join(format!("{name}:2,S"))).unwrap(),
                    _ => {}
                }
            } else if origin == "genuine" {
                let seen = self.maildir().join("cur").join(format!("{name}:2,S"));
                fs::rename(path, seen).unwrap();
            }
        }
    }
}

/// The sample's messages in order of arrival: time, whether it is Sent, path.
fn sample() -> Vec<(u64, bool, PathBuf)> {
    let root = corpus().join("stores/joe-job");
    let mut all = Vec::new();
    for (place, sent) in [("cur", false), ("new", false), (".Sent/cur", true)] {
        for entry in fs::read_dir(root.join(place)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if let Some(time) = name.split('.').next().and_then(|t| t.parse().ok()) {
                all.push((time, sent, path));
            }
        }
    }
    all.sort();
    all
}

fn truth() -> BTreeMap<String, (String, String)> {
    let path = corpus().join("stores/joe-job/truth.csv");
    let mut rows = csv::Reader::from_path(path).unwrap();
    rows.records()
        .map(|row| {
            let row = row.unwrap();
            (row[1].to_owned(), (row[2].to_owned(), row[3].to_owned()))
        })
        .collect()
}

fn deliver(home: &Home, time: u64, sent: bool, from: &Path) -> PathBuf {
    let name = from.file_name().unwrap().to_str().unwrap().split(":2,").next().unwrap();
    let to = home.maildir().join(if sent { ".Sent/new" } else { "new" }).join(name);
    fs::copy(from, &to).unwrap();
    let file = fs::File::options().write(true).open(&to).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(time)).unwrap();
    to
}

/// Early nights know less. What holds: each night's findings are those of a full scan; nothing is lost,
/// nothing genuine or ordinary goes; at the end nothing is left that one sweep would take; and what
/// one sweep would take was taken.
#[test]
fn a_week_of_nights_takes_what_one_sweep_at_the_end_takes_and_nothing_of_the_owners() {
    let (sample, truth) = (sample(), truth());
    let (nightly, once) = (Home::new(), Home::new());
    for night in sample.chunks(sample.len().div_ceil(NIGHTS)) {
        for home in [&nightly, &once] {
            let delivered: Vec<PathBuf> =
                night.iter().map(|(time, sent, path)| deliver(home, *time, *sent, path)).collect();
            let received = |path: &&PathBuf| !path.to_string_lossy().contains("/.Sent/");
            let delivered: Vec<PathBuf> = delivered.iter().filter(received).cloned().collect();
            if std::ptr::eq(home, &nightly) {
                assert_eq!(home.findings(true), home.findings(false));
                home.sweep(true);
            }
            home.use_mail(&delivered, &truth);
        }
    }
    assert_eq!(nightly.findings(true), nightly.findings(false));
    let last = nightly.sweep(true);
    assert!(last.stdout.is_empty(), "{last:?}");
    once.sweep(false);

    let hashes = |home: &Home| home.messages().into_keys().collect::<Vec<_>>();
    assert_eq!(hashes(&nightly), hashes(&once), "no message is lost, none comes into being");
    assert!(nightly.messages().values().all(|folders| folders.len() == 1), "none is doubled");
    let (by_night, at_once) = (nightly.swept(), once.swept());
    assert!(at_once.len() > 100, "{}", at_once.len());
    for hash in by_night.union(&at_once) {
        let (kind, origin) = &truth[hash];
        assert!(kind != "ordinary" && origin == "forged", "{kind} {origin} {hash}");
    }
    let missed: Vec<_> = at_once.difference(&by_night).collect();
    assert!(missed.is_empty(), "{missed:?}");
    // Early nights may have been surer than the last one; of this sample they were not by much.
    let more = by_night.difference(&at_once).count();
    assert!(more * 20 <= at_once.len(), "{more} beyond {}", at_once.len());

    // Campaigns are those of one scan.
    let campaigns = |home: &Home| {
        let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let findings = home.findings(false);
        let mut rows = csv::Reader::from_reader(findings.as_slice());
        let names = rows.headers().unwrap().clone();
        let at = |name: &str| names.iter().position(|n| n == name).unwrap();
        for row in rows.records() {
            let row = row.unwrap();
            let campaign = &row[at("campaign")];
            if !campaign.is_empty() {
                members.entry(campaign.into()).or_default().insert(row[at("sha256")].into());
            }
        }
        members
    };
    assert!(!campaigns(&once).is_empty());
    assert_eq!(campaigns(&nightly), campaigns(&once));
}
