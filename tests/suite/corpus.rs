//! Every sample is what its folder says, with either line end; every signal is shown by its samples
//! and not by its look-alikes; the list of signals is whole.

use std::collections::BTreeSet;
use std::fs;

use unscatter::message::{Limits, parse};
use unscatter::signals::{self, Evidence, Kind, Recogniser, SeenIn, Toward};
use unscatter::verdict::decide_kind;

use crate::support::{corpus, files, root, with_line_ends};

fn look(recogniser: &Recogniser, bytes: &[u8]) -> (Vec<Evidence>, Kind) {
    let m = parse(bytes, &Limits::default(), recogniser.breaks());
    let evidence = recogniser.look(&m);
    let kind = decide_kind(&m, &evidence).kind;
    (evidence, kind)
}

#[test]
fn every_sample_is_of_the_kind_its_folder_names_with_lf_and_with_crlf() {
    let recogniser = Recogniser::new(false);
    let mut wrong = Vec::new();
    let mut ran = 0;
    for kind in Kind::ALL {
        let samples = files(&corpus().join(kind.name()), "eml");
        assert!(!samples.is_empty(), "no sample of {}", kind.name());
        for path in samples {
            let bytes = fs::read(&path).unwrap();
            for crlf in [false, true] {
                let (evidence, found) = look(&recogniser, &with_line_ends(&bytes, crlf));
                ran += 1;
                if found != kind {
                    let name = path.strip_prefix(corpus()).unwrap().display();
                    wrong.push(format!("{name} (CRLF: {crlf}): {} {evidence:?}", found.name()));
                }
            }
        }
    }
    assert!(ran >= 300, "only {ran} runs");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn no_sample_that_is_an_answer_is_dropped_by_triage() {
    let mut dropped = Vec::new();
    for kind in Kind::ALL.into_iter().filter(|k| *k != Kind::Ordinary) {
        for path in files(&corpus().join(kind.name()), "eml") {
            let bytes = fs::read(&path).unwrap();
            for crlf in [false, true] {
                let message = with_line_ends(&bytes, crlf);
                let head = &message[..message.len().min(16 << 10)];
                if !Recogniser::shared(false).may_find(&unscatter::message::glance(head)) {
                    dropped.push(path.display().to_string());
                }
            }
        }
    }
    assert!(dropped.is_empty(), "dropped by triage:\n{}", dropped.join("\n"));
}

#[test]
fn every_signal_is_shown_by_its_samples_and_not_by_its_look_alikes() {
    let recogniser = Recogniser::new(false);
    let mut wrong = Vec::new();
    let mut checked = 0;
    for signal in signals::list() {
        for (samples, wanted) in [(signal.shows, true), (signal.spares, false)] {
            for sample in samples {
                let path = corpus().join(sample);
                let Ok(bytes) = fs::read(&path) else {
                    wrong.push(format!("{}: {sample} is missing", signal.code));
                    continue;
                };
                let (evidence, _) = look(&recogniser, &bytes);
                let shown = evidence.iter().any(|e| e.signal.code == signal.code);
                checked += 1;
                if shown != wanted {
                    let verb = if wanted { "does not show" } else { "shows" };
                    wrong.push(format!("{sample} {verb} {}", signal.code));
                }
            }
        }
    }
    assert!(checked >= 100, "only {checked} checked");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_signal_on_the_kind_has_a_sample_and_a_look_alike() {
    let bare: Vec<&str> = signals::list()
        .iter()
        .filter(|s| !matches!(s.seen_in, SeenIn::Correlation(_)))
        .filter(|s| {
            s.shows.is_empty() && !s.code.contains("-subject-") && !s.code.contains("-text-")
        })
        .map(|s| s.code)
        .collect();
    assert!(bare.is_empty(), "without a sample: {bare:?}");
    let unspared: Vec<&str> = signals::list()
        .iter()
        .filter(|s| !matches!(s.seen_in, SeenIn::Correlation(_)) && !s.code.contains("-text-"))
        .filter(|s| s.spares.is_empty())
        .map(|s| s.code)
        .collect();
    assert!(unspared.is_empty(), "without a look-alike: {unspared:?}");
}

#[test]
fn every_list_of_subjects_of_a_language_is_shown_by_its_samples() {
    let recogniser = Recogniser::new(false);
    let mut missing = Vec::new();
    for language in signals::languages::ALL {
        let mut shown = BTreeSet::new();
        for sample in language.shows {
            let bytes = fs::read(corpus().join(sample)).unwrap_or_default();
            shown.extend(look(&recogniser, &bytes).0.iter().map(|e| e.signal.code));
        }
        for (stem, list) in [
            ("auto-reply-subject", language.auto_reply_subjects),
            ("bounce-subject", language.bounce_subjects),
        ] {
            let code = format!("{stem}-{}", language.tag);
            if !list.is_empty() && !shown.contains(code.as_str()) {
                missing.push(code);
            }
        }
    }
    assert!(missing.is_empty(), "no sample shows {missing:?}");
}

#[test]
fn every_pattern_of_the_tables_compiles() {
    let recogniser = Recogniser::new(false);
    assert!(recogniser.broken().is_empty(), "{:#?}", recogniser.broken());
}

#[test]
fn codes_are_unique_and_kebab_case() {
    let mut seen = BTreeSet::new();
    for s in signals::list() {
        assert!(seen.insert(s.code), "{} is declared twice", s.code);
        assert!(
            s.code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
            "{}",
            s.code
        );
        assert!(!s.summary.is_empty() && !s.source.is_empty(), "{} tells too little", s.code);
    }
    assert!(seen.len() > 100, "only {} signals", seen.len());
}

#[test]
fn every_file_of_programs_and_languages_is_in_its_list() {
    let listed: BTreeSet<String> =
        signals::vendors::ALL.iter().map(|v| v.name.replace('-', "_")).collect();
    assert!(listed.len() >= 20);
    for path in files(&root().join("src/signals/vendors"), "rs") {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(stem == "mod" || listed.contains(&stem), "vendors/{stem}.rs is in no list");
    }
    let listed: BTreeSet<String> =
        signals::languages::ALL.iter().map(|l| l.tag.to_lowercase()).collect();
    for path in files(&root().join("src/signals/languages"), "rs") {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(stem == "mod" || listed.contains(&stem), "languages/{stem}.rs is in no list");
    }
}

#[test]
fn the_list_of_signals_is_current() {
    let path = root().join("src/signals/README.md");
    if std::env::var_os("UNSCATTER_BLESS").is_some() {
        fs::write(&path, signals::readme()).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == signals::readme(), "src/signals/README.md is stale: run scripts/bless");
}

#[test]
fn the_list_of_what_is_recognised_is_current() {
    let path = root().join("docs/RECOGNITION.md");
    if std::env::var_os("UNSCATTER_BLESS").is_some() {
        fs::write(&path, signals::recognition()).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == signals::recognition(), "docs/RECOGNITION.md is stale: run scripts/bless");
}

#[test]
fn the_list_of_limits_is_current() {
    let path = root().join("docs/LIMITS.md");
    if std::env::var_os("UNSCATTER_BLESS").is_some() {
        fs::write(&path, unscatter::limits::readme()).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(stored == unscatter::limits::readme(), "docs/LIMITS.md is stale: run scripts/bless");
}

#[test]
fn no_form_is_told_by_its_text_alone() {
    use unscatter::signals::vendors::Mark;
    for v in signals::vendors::ALL {
        for form in v.forms {
            let more = form.marks.iter().any(|m| !matches!(m, Mark::Text(_)));
            assert!(more, "{}: whoever quotes it would have sent it", form.code);
        }
    }
}

#[test]
fn no_program_rests_on_memory() {
    let vendors = signals::vendors::ALL;
    for v in vendors {
        let source = v.source.to_lowercase();
        let doubt =
            ["from memory", "remembered", "not yet checked"].iter().find(|d| source.contains(*d));
        assert!(doubt.is_none(), "{}: {}", v.name, v.source);
    }
    let challenges = vendors
        .iter()
        .filter(|v| v.forms.iter().any(|f| f.kind == Kind::ChallengeResponse))
        .count();
    assert!(vendors.len() >= 60 && challenges >= 18, "{} {challenges}", vendors.len());
}

#[test]
fn every_signal_can_be_explained() {
    for s in signals::list() {
        let text = signals::explain(s.code).unwrap();
        assert!(text.contains(s.summary));
        assert!(matches!(s.toward, Toward::Answer) || text.contains(s.toward.name()));
    }
    assert!(signals::explain("no-such-signal").is_none());
}

#[test]
fn the_corpus_holds_what_the_project_promises() {
    let samples: usize =
        Kind::ALL.iter().map(|k| files(&corpus().join(k.name()), "eml").len()).sum();
    assert!(samples >= 150, "{samples} samples");
    let broken = fs::read_dir(corpus().join("broken")).unwrap().count();
    assert!(broken > 30, "{broken} broken messages");
}

#[test]
fn without_the_tables_of_programs_no_bounce_becomes_a_challenge() {
    let general = Recogniser::new(true);
    let mut wrong = Vec::new();
    let mut ran = 0;
    for kind in [Kind::Bounce, Kind::DeliveryNotice] {
        for path in files(&corpus().join(kind.name()), "eml") {
            let (evidence, found) = look(&general, &fs::read(&path).unwrap());
            ran += 1;
            if found == Kind::ChallengeResponse {
                wrong.push(format!("{}: {evidence:?}", path.display()));
            }
        }
    }
    assert!(ran > 100);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_signal_on_the_origin_is_looked_for_somewhere() {
    let sources = ["correlation/matching.rs", "correlation/body.rs", "verdict/origin.rs"]
        .map(|f| fs::read_to_string(root().join("src").join(f)).unwrap())
        .concat();
    let mut seen = 0;
    for s in signals::list().iter().filter(|s| matches!(s.seen_in, SeenIn::Correlation(_))) {
        assert!(sources.contains(&format!("\"{}\"", s.code)), "{} is never found", s.code);
        seen += 1;
    }
    assert!(seen > 15);
}
