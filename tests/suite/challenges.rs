//! What no table knows: a challenge is told by its request alone, and mail that only looks so is not.

use std::fs;

use unscatter::message::{Limits, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

use crate::support::{corpus, files};

fn kinds(folder: &str, stem: &str) -> Vec<(String, Kind)> {
    let general = Recogniser::new(true);
    files(&corpus().join(folder), "eml")
        .into_iter()
        .filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with(stem))
        .map(|path| {
            let m = parse(&fs::read(&path).unwrap(), &Limits::default(), general.breaks());
            let kind = decide_kind(&m, &general.look(&m)).kind;
            (path.display().to_string(), kind)
        })
        .collect()
}

#[test]
fn a_challenge_of_a_system_that_no_table_knows_is_a_challenge() {
    let seen = kinds("challenge-response", "general-");
    assert!(seen.len() >= 14, "only {} samples", seen.len());
    for (path, kind) in seen {
        assert_eq!(kind, Kind::ChallengeResponse, "{path}");
    }
}

#[test]
fn mail_that_asks_to_confirm_something_else_is_no_challenge() {
    let seen = kinds("ordinary", "challenge-");
    assert!(seen.len() >= 12, "only {} samples", seen.len());
    for (path, kind) in seen {
        assert_eq!(kind, Kind::Ordinary, "{path}");
    }
}
