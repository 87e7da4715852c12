//! `bundle`: evidence is what was stored, all of it is listed, and nothing else is touched.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;
use unscatter::store::Fingerprint;

use crate::support::corpus;

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(crate::faults::program());
    command
        .current_dir(folder)
        .args(arguments)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .output()
        .unwrap()
}

#[track_caller]
fn exits(output: &Output, status: i32) {
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{err}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// A mailbox with a joe job, and its findings.
fn scanned() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&corpus().join("stores/joe-job"), &folder.path().join("joe"));
    exits(&run(folder.path(), &["scan", "joe", "-q", "-o", "f.csv", "-o", "f.jsonl"]), 0);
    folder
}

fn rows(path: &Path) -> Vec<csv::StringRecord> {
    csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect()
}

fn column(path: &Path, name: &str) -> Vec<String> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let at = reader.headers().unwrap().iter().position(|n| n == name).unwrap();
    reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
}

fn everything(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let mode = fs::symlink_metadata(&path).unwrap().permissions().mode() & 0o777;
        if path.is_dir() {
            assert_eq!(mode, 0o700, "{}", path.display());
            all.extend(everything(&path));
        } else {
            assert_eq!(mode, 0o600, "{}", path.display());
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

#[test]
fn copies_are_the_stored_octets_and_every_file_is_listed() {
    let folder = scanned();
    let at = folder.path();
    for (findings, to) in [("f.csv", "one"), ("f.jsonl", "two")] {
        exits(&run(at, &["bundle", findings, "--origin", "forged", "-o", to]), 0);
        let to = at.join(to);
        let listed = to.join("findings.csv");
        let (files, hashes) = (column(&listed, "file"), column(&listed, "sha256"));
        assert!(files.len() > 100);
        for (file, hash) in files.iter().zip(&hashes) {
            assert_eq!(&Fingerprint::of(&fs::read(to.join(file)).unwrap()).hex(), hash, "{file}");
        }
        assert!(column(&listed, "origin").iter().all(|origin| origin == "forged"));
        let list = fs::read_to_string(to.join("MANIFEST.sha256")).unwrap();
        let all = everything(&to);
        assert_eq!(list.lines().count(), all.len() - 1);
        exits(&run(at, &["bundle", "--verify", to.to_str().unwrap()]), 0);
        let checked = std::process::Command::new("sha256sum")
            .args(["-c", "--quiet", "--strict", "MANIFEST.sha256"])
            .current_dir(&to)
            .output();
        if let Ok(checked) = checked {
            assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        }
        let run: serde_json::Value =
            serde_json::from_slice(&fs::read(to.join("run.json")).unwrap()).unwrap();
        assert_eq!(run["rows"], files.len());
        let input = &run["inputs"][0];
        let octets = fs::read(at.join(findings)).unwrap();
        assert_eq!(input["sha256"], Fingerprint::of(&octets).hex());
        assert_eq!(input["size"], octets.len());
        assert!(run["command"].as_str().unwrap().starts_with("bundle "));
    }
    let same = |name: &str| fs::read(at.join(name)).unwrap();
    assert!(same("one/findings.csv") == same("two/findings.csv"));
}

#[test]
fn a_campaign_and_a_source_select_their_rows() {
    let folder = scanned();
    let at = folder.path();
    exits(&run(at, &["bundle", "f.csv", "--campaign", "1", "-o", "one"]), 0);
    let campaigns = column(&at.join("one/findings.csv"), "campaign");
    assert!(!campaigns.is_empty() && campaigns.iter().all(|n| n == "1"));
    let ip =
        column(&at.join("one/findings.csv"), "source_ip").into_iter().find(|ip| !ip.is_empty());
    let ip = ip.unwrap();
    exits(&run(at, &["bundle", "f.csv", "--source", &ip, "-o", "two"]), 0);
    assert!(column(&at.join("two/findings.csv"), "source_ip").iter().all(|other| *other == ip));
    let none = run(at, &["bundle", "f.csv", "--campaign", "999", "-o", "three"]);
    exits(&none, 2);
    assert!(!at.join("three").exists());
}

#[test]
fn what_changed_since_the_scan_is_listed_and_not_copied() {
    let folder = scanned();
    let at = folder.path();
    let path = at.join("f.csv");
    let wanted = rows(&path).len();
    let locators: BTreeSet<String> = column(&path, "locator").into_iter().collect();
    let file = |locator: &String| at.join("joe").join(locator);
    let first = locators.iter().find(|l| file(l).is_file());
    let mbox = at.join("joe").join(locators.iter().next().unwrap().split('#').next().unwrap());
    match first {
        Some(locator) => fs::write(file(locator), "From: x\n\nchanged\n").unwrap(),
        None => {
            // One octet of the last message of the mbox.
            let mut octets = fs::read(&mbox).unwrap();
            let end = octets.len() - 3;
            octets[end] ^= 1;
            fs::write(&mbox, octets).unwrap();
        }
    }
    let output = run(at, &["bundle", "f.csv", "-o", "ev"]);
    exits(&output, 1);
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(err.contains("not copied") && err.contains("changed since the scan"), "{err}");
    let files = column(&at.join("ev/findings.csv"), "file");
    assert_eq!(files.len(), wanted);
    assert_eq!(files.iter().filter(|f| f.is_empty()).count(), 1);
    let run_json: serde_json::Value =
        serde_json::from_slice(&fs::read(at.join("ev/run.json")).unwrap()).unwrap();
    assert_eq!(run_json["not_copied"].as_array().unwrap().len(), 1);
    exits(&run(at, &["bundle", "--verify", "ev"]), 0);
}

#[test]
fn a_folder_with_anything_in_it_and_a_link_are_refused() {
    let folder = scanned();
    let at = folder.path();
    fs::create_dir(at.join("full")).unwrap();
    fs::write(at.join("full/mine"), "x").unwrap();
    symlink(at.join("elsewhere"), at.join("dangling")).unwrap();
    fs::create_dir(at.join("empty")).unwrap();
    symlink(at.join("empty"), at.join("link")).unwrap();
    for refused in ["full", "dangling", "link", "f.csv"] {
        exits(&run(at, &["bundle", "f.csv", "-o", refused]), 2);
    }
    assert!(!at.join("elsewhere").exists());
    assert_eq!(fs::read_dir(at.join("full")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(at.join("empty")).unwrap().count(), 0);
    exits(&run(at, &["bundle", "f.csv", "-o", "empty"]), 0);
}

#[test]
fn a_folder_in_a_mail_store_is_refused_however_it_is_named() {
    let folder = scanned();
    let at = folder.path();
    symlink(at.join("joe"), at.join("link")).unwrap();
    for to in ["joe/evidence", "joe/cur/evidence", "link/evidence", "./joe/../joe/evidence"] {
        let output = run(at, &["bundle", "f.csv", "-o", to]);
        exits(&output, 2);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("lies in the mail store joe"), "{to}: {said}");
        assert!(!at.join(to).exists());
    }
}

#[test]
fn a_bundle_without_drafts_is_whole() {
    let folder = scanned();
    let at = folder.path();
    exits(&run(at, &["bundle", "f.csv", "--class", "auto-reply", "-o", "away"]), 0);
    exits(&run(at, &["bundle", "--verify", "away"]), 0);
    assert!(at.join("away/messages").is_dir() && !at.join("away/abuse").exists());
}

#[test]
fn the_record_of_a_run_has_the_hashes_of_what_was_read_and_of_the_configuration_that_counts() {
    let folder = scanned();
    let at = folder.path();
    copy(&corpus().join("stores/mbox"), &at.join("boxes"));
    fs::write(at.join("own.toml"), "to = \"Backscatter\"\n").unwrap();
    exits(&run(at, &["scan", "boxes/inbox.mbox", "joe", "-q", "-o", "both.csv"]), 0);
    let mut command = Command::new(crate::faults::program());
    command.current_dir(at).args(["bundle", "both.csv", "-o", "ev"]);
    let output = command.env("UNSCATTER_CONFIG", at.join("own.toml")).output().unwrap();
    exits(&output, 0);
    let read = |name: &str| fs::read(at.join(name)).unwrap();
    let run: serde_json::Value = serde_json::from_slice(&read("ev/run.json")).unwrap();
    let hash = |octets: &[u8]| Fingerprint::of(octets).hex();
    assert_eq!(run["configuration_sha256"], hash(&read("own.toml")));
    let mbox = &run["mboxes"][0];
    assert_eq!(mbox["path"], "boxes/inbox.mbox");
    assert_eq!(mbox["sha256"], hash(&read("boxes/inbox.mbox")));
    assert_eq!(mbox["size"], read("boxes/inbox.mbox").len());
    assert_eq!(run["mboxes"].as_array().unwrap().len(), 1);
    // The list of digests of each store can be made again from the findings.
    let stores = column(&at.join("ev/findings.csv"), "store");
    let digests = column(&at.join("ev/findings.csv"), "sha256");
    assert_eq!(run["stores"].as_array().unwrap().len(), 2);
    let mut seen = BTreeSet::new();
    let first: Vec<bool> = digests.iter().map(|digest| seen.insert(digest)).collect();
    for store in run["stores"].as_array().unwrap() {
        let of = |n: &usize| store["store"] == stores[*n].as_str() && first[*n];
        let list: String =
            (0..stores.len()).filter(of).map(|n| format!("{}\n", digests[n])).collect();
        assert_eq!(store["sha256_of_digests"], hash(list.as_bytes()));
        assert_eq!(store["messages"], list.lines().count());
    }
}

#[test]
fn a_check_finds_what_changed_what_is_missing_and_what_was_put_in() {
    let folder = scanned();
    let at = folder.path();
    exits(&run(at, &["bundle", "f.csv", "-o", "ev"]), 0);
    let wrong = |change: &dyn Fn(&Path), told: &str| {
        copy(&at.join("ev"), &at.join("broken"));
        change(&at.join("broken"));
        let output = run(at, &["bundle", "--verify", "broken"]);
        exits(&output, 1);
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(err.contains(told), "{told}: {err}");
        fs::remove_dir_all(at.join("broken")).unwrap();
    };
    wrong(&|b| fs::write(b.join("findings.csv"), "x").unwrap(), "findings.csv: changed");
    wrong(
        &|b| fs::remove_file(b.join("messages/000001.eml")).unwrap(),
        "messages/000001.eml: missing",
    );
    wrong(
        &|b| fs::write(b.join("messages/extra"), "x").unwrap(),
        "messages/extra: not in the list",
    );
    wrong(&|b| fs::create_dir(b.join("more")).unwrap(), "more: not in the list");
    wrong(
        &|b| {
            fs::rename(b.join("run.json"), b.join("../run.json")).unwrap();
            symlink(b.join("../run.json"), b.join("run.json")).unwrap();
        },
        "run.json: ",
    );
    exits(&run(at, &["bundle", "--verify", "joe"]), 2);
}

#[test]
fn a_findings_file_cannot_name_files_outside_its_store() {
    let folder = scanned();
    let at = folder.path();
    fs::write(at.join("secret"), "Subject: secret\n\nsecret\n").unwrap();
    let hash = Fingerprint::of(&fs::read(at.join("secret")).unwrap()).hex();
    let evil = format!(
        "store,folder,locator,sha256,size,class,origin\njoe,INBOX,../secret,{hash},24,backscatter,forged\n"
    );
    fs::write(at.join("evil.csv"), evil).unwrap();
    let output = run(at, &["bundle", "evil.csv", "-o", "ev"]);
    exits(&output, 1);
    for (path, octets) in everything(&at.join("ev")) {
        assert!(
            !String::from_utf8_lossy(&octets).contains("Subject: secret"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn an_mbox_gives_every_message_back() {
    let folder = scanned();
    let at = folder.path();
    exits(&run(at, &["bundle", "f.csv", "--mbox", "-o", "ev"]), 0);
    exits(&run(at, &["scan", "ev/messages.mbox", "--all", "-q", "-o", "again.csv"]), 0);
    // Subjects of what was put in and of what another reading finds.
    let (mut before, mut after) = (
        column(&at.join("ev/findings.csv"), "message_id"),
        column(&at.join("again.csv"), "message_id"),
    );
    let copied: BTreeSet<String> =
        column(&at.join("ev/findings.csv"), "file").into_iter().collect();
    before.sort();
    after.sort();
    assert_eq!(copied.len(), after.len());
    before.dedup();
    after.dedup();
    assert_eq!(before, after);
}

#[test]
fn headers_alone_hold_no_text_of_a_body() {
    let folder = scanned();
    let at = folder.path();
    exits(&run(at, &["bundle", "f.csv", "--headers-only", "-o", "ev"]), 0);
    let files: Vec<_> = everything(&at.join("ev/messages"));
    assert!(files.len() > 100);
    for (path, octets) in files {
        let text = String::from_utf8_lossy(&octets);
        let outer = text.split("\n--- ").next().unwrap();
        assert!(!outer.trim_end().contains("\n\n"), "{} has a body", path.display());
    }
}

#[test]
fn a_redacted_bundle_names_no_recipient_and_still_counts_them() {
    let folder = scanned();
    let at = folder.path();
    let arguments = [
        "bundle",
        "f.csv",
        "--redact",
        "--redact-key",
        "key",
        "--identity",
        "@hollin.example",
        "-o",
        "ev",
    ];
    exits(&run(at, &arguments), 0);
    assert_eq!(fs::metadata(at.join("key")).unwrap().permissions().mode() & 0o777, 0o600);
    let own = |a: &str| a.to_lowercase().ends_with("@hollin.example");
    let named: BTreeSet<String> = ["recipient", "from", "original_from"]
        .iter()
        .flat_map(|name| column(&at.join("f.csv"), name))
        .flat_map(|cell| {
            cell.split([' ', '<', '>', ',', '"', '\'']).map(str::to_lowercase).collect::<Vec<_>>()
        })
        .filter(|word| word.contains('@') && !own(word) && word.len() > 5)
        .collect();
    assert!(named.len() > 50, "{named:?}");
    for (path, octets) in everything(&at.join("ev")) {
        let text = String::from_utf8_lossy(&octets).to_lowercase();
        for address in &named {
            assert!(!text.contains(address.as_str()), "{address} in {}", path.display());
        }
        for word in text.split(|c: char| c.is_whitespace() || "<>()[]\"',;:|".contains(c)) {
            if let Some((local, domain)) = word.rsplit_once('@')
                && !local.is_empty()
                && !domain.is_empty()
                && !path.ends_with("run.json")
            {
                assert!(
                    domain.starts_with("redacted.invalid") || domain.starts_with("hollin.example"),
                    "{word} in {}",
                    path.display()
                );
            }
        }
    }
    let different =
        |path: &Path| column(path, "recipient").into_iter().collect::<BTreeSet<_>>().len();
    let (before, after) = (different(&at.join("f.csv")), different(&at.join("ev/findings.csv")));
    assert!(after <= before && after * 10 >= before * 9, "{before} recipients became {after}");
    // The same key gives the same hashes, another one others.
    let again = [
        "bundle",
        "f.csv",
        "--redact",
        "--redact-key",
        "key",
        "--identity",
        "@hollin.example",
        "-o",
        "two",
    ];
    exits(&run(at, &again), 0);
    let findings = |b: &str| fs::read(at.join(b).join("findings.csv")).unwrap();
    assert_eq!(findings("ev"), findings("two"));
    let other = run(at, &["bundle", "f.csv", "--redact", "-o", "three"]);
    exits(&other, 0);
    let err = String::from_utf8_lossy(&other.stderr).into_owned();
    let key = err.trim().rsplit(' ').next().unwrap();
    assert_eq!(key.len(), 64, "{err}");
    for (path, octets) in everything(&at.join("three")) {
        assert!(!String::from_utf8_lossy(&octets).contains(key), "{}", path.display());
    }
    assert_ne!(findings("ev"), findings("three"));
    exits(&run(at, &["bundle", "f.csv", "--redact", "--redact-key", "four/key", "-o", "four"]), 2);
}

#[test]
fn drafts_of_abuse_messages_are_feedback_reports_and_address_nobody() {
    let folder = scanned();
    let at = folder.path();
    exits(&run(at, &["bundle", "f.csv", "-o", "ev"]), 0);
    let drafts = everything(&at.join("ev/abuse"));
    assert!(drafts.len() > 3);
    let options = unscatter::scan::Options::default();
    for (path, octets) in drafts {
        let verdict = unscatter::scan::judge_one(&octets, &options).unwrap();
        assert_eq!(verdict.class(), "feedback-report", "{}", path.display());
        let text = String::from_utf8_lossy(&octets);
        let head = text.split("\n\n").next().unwrap();
        assert!(!head.lines().any(|l| l.starts_with("To:") || l.starts_with("From:")), "{head}");
        assert!(head.contains("X-Unsent: 1"));
    }
}

#[test]
fn a_bundle_changes_no_mail() {
    let folder = scanned();
    let at = folder.path();
    let state = |folder: &Path| {
        let mut all = Vec::new();
        let mut rest = vec![folder.to_owned()];
        while let Some(path) = rest.pop() {
            for entry in fs::read_dir(path).unwrap() {
                let path = entry.unwrap().path();
                let met = fs::symlink_metadata(&path).unwrap();
                let octets = if met.is_file() { fs::read(&path).unwrap() } else { Vec::new() };
                all.push((path.clone(), met.modified().unwrap(), octets));
                if met.is_dir() {
                    rest.push(path);
                }
            }
        }
        all.sort();
        all
    };
    let before = state(&at.join("joe"));
    exits(&run(at, &["bundle", "f.csv", "-o", "ev"]), 0);
    assert!(before == state(&at.join("joe")));
}
