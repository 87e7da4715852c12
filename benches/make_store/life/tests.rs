//! What a simulated mailbox promises to those who measure with it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::letter::canonical;
use super::options::Options;

/// The rows of the truth of one mailbox, by column name, and the folder that holds it.
fn simulated(options: &str) -> (tempfile::TempDir, Vec<BTreeMap<String, String>>) {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("store");
    let words = options.split(' ').map(str::to_owned);
    let all = words.chain(["--out".to_owned(), out.display().to_string()]);
    super::make(&Options::parse(all).unwrap()).unwrap();
    let mut reader = csv::Reader::from_path(out.join("truth.csv")).unwrap();
    let names = reader.headers().unwrap().clone();
    let rows = reader
        .records()
        .map(|r| {
            names.iter().map(str::to_owned).zip(r.unwrap().iter().map(str::to_owned)).collect()
        })
        .collect();
    (folder, rows)
}

fn copies(folder: &Path) -> Vec<String> {
    let mut texts: Vec<String> = fs::read_dir(folder.join("store/.Sent/cur"))
        .unwrap()
        .map(|f| fs::read_to_string(f.unwrap().path()).unwrap())
        .collect();
    texts.sort();
    texts
}

#[test]
fn same_seed_gives_the_same_octets() {
    let hashes = |rows: &[BTreeMap<String, String>]| -> Vec<String> {
        rows.iter().map(|r| r["sha256"].clone()).collect()
    };
    let (one, first) = simulated("--seed 5 --messages 200");
    let (two, second) = simulated("--seed 5 --messages 200");
    let (_, other) = simulated("--seed 6 --messages 200");
    assert_eq!(hashes(&first), hashes(&second));
    assert_eq!(copies(one.path()), copies(two.path()));
    assert_ne!(hashes(&first), hashes(&other));
}

#[test]
fn truth_tells_of_each_answer_what_came_back_and_of_each_forged_one_its_campaign() {
    let (_folder, rows) = simulated("--seed 7 --messages 600");
    let of = |origin: &str| rows.iter().filter(|r| r["origin"] == origin).collect::<Vec<_>>();
    let (genuine, forged, ordinary) = (of("genuine"), of("forged"), of("n/a"));
    assert_eq!(genuine.len() + forged.len() + ordinary.len(), 600);
    assert!((240..=260).contains(&forged.len()), "{} forged", forged.len());
    assert!((105..=120).contains(&genuine.len()), "{} genuine", genuine.len());
    for row in genuine.iter().chain(&forged) {
        assert!(["A", "B", "C"].contains(&row["returned"].as_str()), "{row:?}");
    }
    assert!(forged.iter().all(|r| !r["campaign"].is_empty() && r["sent_in_folder"] == "no"));
    assert!(
        genuine
            .iter()
            .all(|r| (r["sent_in_folder"] == "no") == r["adversarial"].contains("not-in-sent"))
    );
    let tricks: BTreeSet<&str> = forged.iter().map(|r| r["adversarial"].as_str()).collect();
    for trick in ["copied-msgid", "known-recipient", "forwarded", "relay-name", ""] {
        assert!(tricks.contains(trick), "no {trick} among {tricks:?}");
    }
}

#[test]
fn left_out_programs_never_answer() {
    let (_folder, rows) =
        simulated("--seed 8 --messages 400 --leave-out-programs postfix,exim,pigeonhole,ticket");
    let names: BTreeSet<&str> =
        rows.iter().filter(|r| r["origin"] != "n/a").map(|r| r["generator"].as_str()).collect();
    assert!(names.len() > 5, "{names:?}");
    for name in ["postfix", "exim", "pigeonhole", "ticket"] {
        assert!(!names.contains(name), "{name} answers");
    }
    let (_folder, rows) = simulated("--seed 8 --messages 400 --only-programs qmail,panel");
    let answers: Vec<_> = rows.iter().filter(|r| r["origin"] != "n/a").collect();
    assert!(answers.len() > 100);
    assert!(answers.iter().all(|r| ["qmail", "panel"].contains(&r["generator"].as_str())));
}

#[test]
fn sent_misses_what_it_was_told_to_miss_and_the_received_mail_stays_the_same() {
    let whole = simulated("--seed 9 --messages 400 --missing 0");
    let half = simulated("--seed 9 --messages 400 --missing 50");
    let none = simulated("--seed 9 --messages 400 --missing 100");
    let device = simulated("--seed 9 --messages 400 --missing 0 --missing-device 1");
    let period = simulated("--seed 9 --messages 400 --missing 0 --missing-period 30..90");
    let received = |s: &(tempfile::TempDir, Vec<BTreeMap<String, String>>)| -> Vec<String> {
        s.1.iter().map(|r| r["sha256"].clone()).collect()
    };
    let count = |s: &(tempfile::TempDir, Vec<BTreeMap<String, String>>)| copies(s.0.path()).len();
    let all = count(&whole);
    for other in [&half, &none, &device, &period] {
        assert_eq!(received(&whole), received(other), "only Sent may differ");
    }
    assert!((all * 4 / 10..all * 6 / 10).contains(&count(&half)));
    assert_eq!(count(&none), 0);
    assert!(count(&device) < all * 8 / 10 && count(&device) > 0);
    assert!(count(&period) < all * 9 / 10 && count(&period) > all / 3);
}

#[test]
fn bodies_are_made_canonical_as_rfc_6376_shows() {
    // The example of section 3.4.5.
    let body = " C \nD \t E\n\n\n";
    assert_eq!(canonical(body, true), " C\r\nD E\r\n");
    assert_eq!(canonical(body, false), " C \r\nD \t E\r\n");
    assert_eq!(canonical("", true), "");
    assert_eq!(canonical("\n\n", false), "\r\n");
}
