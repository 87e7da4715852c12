//! The quick looks (triage, literals before expressions) lose nothing: the slow way, which parses every
//! message and tries every pattern, finds the same.

use std::fs;
use std::path::PathBuf;

use unscatter::message::{Limits, glance, parse};
use unscatter::scan::{Options, scan};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

use crate::support::{corpus, files, root, with_line_ends};

#[test]
fn every_sample_shows_the_same_signals_on_the_slow_way() {
    let (fast, slow) = (Recogniser::new(false), Recogniser::slow(false));
    let limits = Limits::default();
    let (mut seen, mut signals) = (0, 0);
    for path in files(&corpus(), "eml") {
        let bytes = fs::read(&path).unwrap();
        for crlf in [false, true] {
            let bytes = with_line_ends(&bytes, crlf);
            let m = parse(&bytes, &limits, fast.breaks());
            assert_eq!(m, parse(&bytes, &limits, slow.breaks()), "{}", path.display());
            let (quick, thorough) = (fast.look(&m), slow.look(&m));
            assert_eq!(format!("{quick:?}"), format!("{thorough:?}"), "{}", path.display());
            let answer = decide_kind(&m, &thorough).kind != Kind::Ordinary;
            // As much as a store gives at least.
            let head = &bytes[..bytes.len().min(16 << 10)];
            assert!(fast.may_find(&glance(head)) || !answer, "{} is dropped", path.display());
            seen += 1;
            signals += quick.len();
        }
    }
    assert!(seen >= 300 && signals > 1_000, "only {seen} messages with {signals} signals");
}

/// All findings of a scan, as text. Of ordinary mail a scan knows no more than that it is ordinary.
fn findings(store: PathBuf, slow: bool) -> Vec<String> {
    let options = Options { slow, threads: Some(2), ..Options::default() };
    let mut found = Vec::new();
    scan(&[store], &options, &|_| {}, &mut |f| found.push(format!("{f:?}"))).unwrap();
    found
}

#[test]
fn a_scan_of_whole_mailboxes_finds_the_same_on_the_slow_way() {
    let mut seen = 0;
    for store in fs::read_dir(corpus().join("stores")).unwrap() {
        let store = store.unwrap().path();
        let (quick, thorough) = (findings(store.clone(), false), findings(store.clone(), true));
        assert_eq!(quick, thorough, "{}", store.strip_prefix(root()).unwrap().display());
        seen += quick.len();
    }
    assert!(seen > 20, "only {seen} findings");
}
