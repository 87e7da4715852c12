//! Findings whose every word from mail is hostile, for the targets that write reports.

use std::path::PathBuf;
use std::sync::LazyLock;

use unscatter::scan::{Finding, Options, Outcome, scan};

/// One finding of each class that the corpus has, and what a scan tells beside them.
pub(crate) static SCANNED: LazyLock<(Vec<Finding>, Outcome)> = LazyLock::new(|| {
    // In the folder of the project, of which this crate or the one of the tests is. What fuzzing keeps is called
    // corpus too.
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let stores = here.ancestors().map(|folder| folder.join("corpus/stores/joe-job"));
    let store: PathBuf = { stores }.find(|store| store.is_dir()).expect("the corpus is there");
    let mut findings: Vec<Finding> = Vec::new();
    let outcome = scan(&[store], &Options::default(), &|_| {}, &mut |finding| {
        if findings.iter().all(|known| known.verdict.class() != finding.verdict.class()) {
            findings.push(finding.clone());
        }
    })
    .expect("the corpus is there");
    assert!(findings.len() > 3, "only {} classes", findings.len());
    (findings, outcome)
});

/// Fields of a finding that a sender chooses.
pub(crate) const WORDS: usize = 14;

/// The findings of [`SCANNED`] with these words in all places that come from mail.
pub(crate) fn hostile(words: &[String]) -> impl Iterator<Item = Finding> {
    let word = |at: usize| words.get(at % words.len().max(1)).cloned().unwrap_or_default();
    SCANNED.0.iter().map(move |finding| Finding {
        from: word(0),
        to: word(1),
        subject: word(2),
        message_id: word(3),
        recipients: vec![word(4), word(5)],
        action: word(6),
        status: word(7),
        reporting_mta: word(8),
        diagnostic: word(9),
        original_message_id: word(10),
        original_from: word(11),
        original_subject: word(12),
        source_ip: word(13),
        links: vec![word(0), word(1)],
        ..finding.clone()
    })
}

/// The words of an input: pieces between NULs.
pub(crate) fn words(octets: &[u8]) -> Vec<String> {
    octets.split(|o| *o == 0).take(WORDS).map(|w| String::from_utf8_lossy(w).into_owned()).collect()
}
