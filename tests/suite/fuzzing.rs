//! What the fuzzer demands of any octets, demanded of the corpus and of what is cut, spliced and spoiled of it: so
//! many inputs, the same each time. `scripts/check-fuzz` looks for others, led by what they make run.

use std::fs;
use std::path::Path;

use crate::support::{corpus, files, root};

#[path = "../../fuzz/checks/addresses.rs"]
mod addresses;
#[path = "../../fuzz/checks/escapes.rs"]
mod escapes;
#[path = "../../fuzz/checks/findings.rs"]
mod findings;
#[path = "../../fuzz/checks/journal.rs"]
mod journal;
#[path = "../../fuzz/checks/maildir.rs"]
mod maildir;
#[path = "../../fuzz/checks/notification.rs"]
mod notification;
#[path = "../../fuzz/checks/returned.rs"]
mod returned;
#[path = "../../fuzz/checks/rows.rs"]
mod rows;
#[path = "../../fuzz/checks/splitter.rs"]
mod splitter;
#[path = "../../fuzz/checks/triage.rs"]
mod triage;
#[path = "../../fuzz/checks/verdict.rs"]
mod verdict;

/// What readers of mail, of boxes and of tables stumble over.
const TOKENS: &[&[u8]] = &[
    b"\n",
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\0",
    b"\xff",
    b"\t",
    b"\"",
    b"'",
    b"<",
    b">",
    b"@",
    b"=",
    b"=?utf-8?B?",
    b"?=",
    b":2,S",
    b"/",
    b"..",
    b"\nFrom a@example.org Fri Jul  8 12:08:34 2011\n",
    b"\n--b\n",
    b"\n--b--\n",
    b"--",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"Content-Length: 99999\n",
    b"Final-Recipient: rfc822; ",
    b"Auto-Submitted: auto-replied\n",
    b"\xe2\x80\xae",
    b"\xef\xbb\xbf",
    b"+",
    b"-1",
    b"99999999999999999999",
    b"begin\t1\tsweep\t0\t1",
    b"done\t1",
    b"end",
];

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end.max(1)
    }

    fn span(&mut self, octets: &[u8]) -> std::ops::Range<usize> {
        let start = self.below(octets.len() + 1);
        start..start + self.below((octets.len() - start).min(400) + 1)
    }

    /// One of the seeds, changed in a few places.
    fn input(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut octets = seeds[self.below(seeds.len())].clone();
        for _ in 0..1 + self.below(5) {
            let at = self.span(&octets);
            match self.below(6) {
                0 => octets.truncate(at.start),
                1 => drop(octets.drain(at)),
                2 => {
                    let again = octets[at.clone()].to_vec();
                    octets.splice(at.start..at.start, again);
                }
                3 => {
                    let other = &seeds[self.below(seeds.len())];
                    let piece = other[self.span(other)].to_vec();
                    octets.splice(at, piece);
                }
                4 if !octets.is_empty() => {
                    let place = self.below(octets.len());
                    octets[place] ^= 1 << self.below(8);
                }
                _ => {
                    let token = TOKENS[self.below(TOKENS.len())];
                    octets.splice(at.start..at.start, token.iter().copied());
                }
            }
        }
        octets
    }
}

fn messages() -> Vec<Vec<u8>> {
    let all = files(&corpus(), "eml").into_iter().map(|path| fs::read(path).unwrap());
    all.filter(|octets| octets.len() < 16 << 10).collect()
}

/// Every seventh header value of the corpus.
fn lines() -> Vec<Vec<u8>> {
    let all = messages();
    let lines = all.iter().flat_map(|octets| octets.split(|o| *o == b'\n'));
    let values = lines.filter_map(|line| {
        let colon = line.iter().position(|o| *o == b':')?;
        Some(line[colon + 1..].trim_ascii().to_vec())
    });
    values.step_by(7).collect()
}

fn boxes() -> Vec<Vec<u8>> {
    let from = b"From ann@example.org Fri Jul  8 12:08:34 2011\n".as_slice();
    let all: Vec<_> = messages().into_iter().filter(|m| m.len() < 4 << 10).collect();
    all.chunks(3)
        .map(|some| some.iter().flat_map(|m| [from, m, b"\n"].concat()).collect())
        .collect()
}

fn journals() -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/seeds/journal");
    fs::read_dir(folder).unwrap().map(|entry| fs::read(entry.unwrap().path()).unwrap()).collect()
}

/// All seeds as they are, and so many inputs made of them.
#[track_caller]
fn demand(holds: fn(&[u8]), seeds: Vec<Vec<u8>>, count: usize) {
    assert!(seeds.len() > 3, "only {} seeds", seeds.len());
    let mut dice = Dice(7);
    let (all, made) = (seeds.iter().cloned(), (0..count).map(|_| dice.input(&seeds)));
    for octets in all.chain(made) {
        if let Err(panic) = std::panic::catch_unwind(|| holds(&octets)) {
            crate::faults::println(&format!("with {:?}", String::from_utf8_lossy(&octets)));
            std::panic::resume_unwind(panic);
        }
    }
}

#[test]
fn spans_of_an_mbox_concatenate_to_the_file() {
    demand(splitter::holds, boxes(), 400);
}

#[test]
fn no_entry_of_a_maildir_is_lost_for_its_name() {
    demand(maildir::holds, lines(), 100);
}

#[test]
fn a_message_that_was_refused_is_ordinary() {
    verdict::begin();
    demand(verdict::holds, messages(), 600);
}

#[test]
fn groups_of_a_report_are_bounded() {
    notification::begin();
    demand(notification::holds, messages(), 300);
}

#[test]
fn a_message_that_is_attached_does_not_speak_for_the_one_that_carries_it() {
    returned::begin();
    demand(returned::holds, messages(), 300);
}

#[test]
fn the_first_look_never_says_no_to_an_answer() {
    triage::begin();
    demand(triage::holds, messages(), 600);
}

#[test]
fn addresses_ids_dates_and_encoded_words_are_read_from_any_octets() {
    demand(addresses::holds, lines(), 2000);
}

#[test]
fn a_torn_tail_never_makes_a_good_journal_a_bad_one() {
    demand(journal::holds, journals(), 600);
}

#[test]
fn what_is_escaped_can_be_read_back() {
    demand(escapes::holds, lines(), 2000);
}

#[test]
fn rows_give_back_what_mail_said() {
    rows::begin();
    // Each is written into every field of a finding of each class.
    demand(rows::holds, lines().into_iter().step_by(40).collect(), 60);
}

#[test]
fn each_target_of_the_fuzzer_is_demanded_here_or_named() {
    // The page needs the parser of a browser; the others look into rooms that tests of this kind cannot enter, and
    // have tests beside them.
    const ELSEWHERE: &[&str] = &["page", "state", "configuration"];
    let own = fs::read_to_string(root().join("tests/suite/fuzzing.rs")).unwrap();
    let targets = files(Path::new(&root().join("fuzz/fuzz_targets")), "rs");
    assert!(targets.len() > 12);
    for target in targets {
        let name = target.file_stem().unwrap().to_str().unwrap();
        let here = own.contains(&format!("demand({name}::holds"));
        assert!(here != ELSEWHERE.contains(&name), "{name}");
    }
}
