//! Whole stores: what the committed mailboxes hold is judged as their truth says, and nothing depends on
//! threads, readers, or the layout that mail is kept in.

use std::fs;
use std::path::{Path, PathBuf};

use unscatter::report::evaluate::Evaluation;
use unscatter::scan::{Finding, Options, Outcome, scan};

use crate::support::corpus;

fn run(store: &Path, options: &Options) -> (Outcome, Vec<Finding>) {
    let mut findings = Vec::new();
    let outcome =
        scan(&[store.to_owned()], options, &|_| {}, &mut |f| findings.push(f.clone())).unwrap();
    (outcome, findings)
}

fn all() -> Options {
    Options { all: true, ..Options::default() }
}

fn evaluate(store: &Path, truth: &Path) -> Evaluation {
    let work = tempfile::tempdir().unwrap();
    let findings = work.path().join("findings.csv");
    let status = assert_cmd::Command::new(crate::faults::program())
        .args(["scan", "--quiet", "--all"])
        .arg(store)
        .arg("-o")
        .arg(&findings)
        .status_for_test();
    assert_eq!(status, 0, "{}", store.display());
    Evaluation::read(truth, &findings, &[]).unwrap()
}

trait StatusForTest {
    fn status_for_test(&mut self) -> i32;
}

impl StatusForTest for assert_cmd::Command {
    fn status_for_test(&mut self) -> i32 {
        self.output().unwrap().status.code().unwrap()
    }
}

fn stores() -> Vec<(PathBuf, PathBuf)> {
    vec![
        (corpus().join("stores/joe-job"), corpus().join("stores/joe-job/truth.csv")),
        (corpus().join("stores/mbox/inbox.mbox"), corpus().join("stores/mbox/truth.csv")),
    ]
}

#[test]
fn the_joe_job_is_judged_as_its_truth_says() {
    let (store, truth) = &stores()[0];
    let e = evaluate(store, truth);
    assert_eq!(e.measure("accuracy.kind").unwrap(), 1.0);
    assert_eq!(e.measure("accuracy.origin").unwrap(), 1.0);
    assert!(e.measure("rows").unwrap() >= 300.0);
}

#[test]
fn no_genuine_answer_of_the_committed_stores_is_called_forged_and_the_kinds_are_right() {
    for (store, truth) in stores() {
        let e = evaluate(&store, &truth);
        assert_eq!(e.measure("accuracy.kind").unwrap(), 1.0, "{}", store.display());
        assert_eq!(e.measure("origin.genuine.as-forged").unwrap(), 0.0, "{}", store.display());
        assert_eq!(e.measure("origin.genuine.swept").unwrap(), 0.0, "{}", store.display());
    }
}

/// What a finding says, without its times of running.
fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|f| format!("{f:?}")).collect()
}

#[test]
fn findings_do_not_depend_on_threads_or_readers() {
    for (store, _) in stores() {
        let (_, one) = run(&store, &Options { threads: Some(1), readers: Some(1), ..all() });
        for (threads, readers) in [(2, 3), (7, 16)] {
            let options = Options { threads: Some(threads), readers: Some(readers), ..all() };
            assert_eq!(shown(&one), shown(&run(&store, &options).1));
        }
        assert!(!one.is_empty());
    }
}

#[test]
fn every_message_is_counted() {
    for (store, _) in stores() {
        let (outcome, findings) = run(&store, &all());
        assert_eq!(outcome.seen, outcome.counts.values().sum::<u64>() + outcome.unread);
        assert_eq!(outcome.seen, findings.len() as u64);
        let (fewer, matches) = run(&store, &Options::default());
        assert_eq!(fewer.seen, outcome.seen);
        assert!(matches.len() < findings.len());
    }
}

#[test]
fn without_a_sent_folder_nothing_is_genuine_and_nothing_is_swept() {
    let work = tempfile::tempdir().unwrap();
    let alone = work.path().join("inbox.mbox");
    fs::copy(corpus().join("stores/mbox/inbox.mbox"), &alone).unwrap();
    let (outcome, findings) = run(&alone, &Options::default());
    assert_eq!(outcome.sent.messages, 0);
    assert!(!findings.is_empty());
    for f in &findings {
        assert_eq!(f.verdict.origin().map(|o| o.name()), Some("unknown"), "{}", f.locator);
    }
}

#[test]
fn compressed_mboxes_give_the_same_findings_as_plain_ones() {
    let work = tempfile::tempdir().unwrap();
    let plain = fs::read(corpus().join("stores/mbox/inbox.mbox")).unwrap();
    let sent = corpus().join("stores/mbox/sent.mbox");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gz, &plain).unwrap();
    let packed = [
        ("inbox.mbox", plain.clone()),
        ("inbox.gz", gz.finish().unwrap()),
        ("inbox.zst", zstd::encode_all(&plain[..], 3).unwrap()),
    ];
    let mut seen = Vec::new();
    for (name, octets) in packed {
        let path = work.path().join(name);
        fs::write(&path, octets).unwrap();
        let options = Options { sent: vec![sent.clone()], ..all() };
        let (_, findings) = run(&path, &options);
        seen.push(
            findings
                .iter()
                .map(|f| {
                    (
                        f.fingerprint,
                        f.locator.split_once('#').unwrap().1.to_owned(),
                        f.verdict.class(),
                    )
                })
                .collect::<Vec<_>>(),
        );
    }
    assert!(seen[0].len() > 50);
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0], seen[2]);
}

#[test]
fn broken_messages_are_judged_as_a_careful_reader_would() {
    let folder = corpus().join("broken");
    let (outcome, findings) = run(&folder, &all());
    assert!(outcome.unread == 0, "{:?}", outcome.skipped);
    let mut rows = csv::Reader::from_path(folder.join("expected.csv")).unwrap();
    let mut wrong = Vec::new();
    let mut checked = 0;
    for row in rows.records() {
        let row = row.unwrap();
        let (path, kind) = (&row[0], &row[1]);
        checked += 1;
        match findings
            .iter()
            .find(|f| f.locator == path || f.locator.starts_with(&format!("{path}#")))
        {
            Some(f) if f.verdict.kind().name() == kind => {}
            Some(f) => wrong.push(format!("{path}: {} instead of {kind}", f.verdict.kind().name())),
            None if fs::metadata(folder.join(path)).unwrap().len() < 10 => {}
            None => wrong.push(format!("{path}: not listed")),
        }
    }
    assert!(checked >= 30);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
