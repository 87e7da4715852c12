//! A sketch of what a returned original says: its subject, its sentences and the hosts it links to,
//! each as one small number, with all that a spam engine varies masked. Never keeps the words.

use std::hash::BuildHasher;

use crate::message::Returned;
use crate::sent::{org_domain, stripped_subject};

/// Numbers that one sketch holds at most: 16 sentences, 4 hosts, and 18 of the subject.
const SENTENCES: usize = 16;
const HOSTS: usize = 4;

/// Octets of the text that are looked at.
const READ: usize = crate::limits::SKETCH_TEXT;

/// A shorter sentence ("Hello,", "Best regards") says nothing about who wrote it.
const SHORTEST: usize = 12;

fn number(kind: u8, text: &str) -> u32 {
    let hash = foldhash::quality::FixedState::with_seed(0x736b_6574).hash_one((kind, text));
    // The lowest bits tell what it is a number of: all that a subject gives counts once.
    let kind = match kind {
        SUBJECT | SUBJECT_PART => 1,
        SUBJECT_GAP => 3,
        _ => return ((hash >> 32) as u32) & !1,
    };
    (((hash >> 32) as u32) & !3) | kind
}

/// Kinds of numbers: a whole subject, a sentence, a host, a subject without one end, and one with a gap.
const SUBJECT: u8 = 1;
const SENTENCE: u8 = 2;
const HOST: u8 = 3;
const SUBJECT_PART: u8 = 4;
const SUBJECT_GAP: u8 = 5;

/// Whether this is a number of a subject or of a part of it.
pub(crate) fn is_of_subject(number: u32) -> bool {
    number & 1 == 1
}

/// Whether this is a number of a subject with a gap.
pub(crate) fn is_of_gap(number: u32) -> bool {
    number & 3 == 3
}

/// A subject with what a spam engine varies masked: numbers, and words with digits in them.
pub fn template(subject: &str) -> String {
    let stripped = stripped_subject(subject);
    // "Bela, your order is on hold": whom it calls by name.
    match stripped.split_once(", ") {
        Some((name, rest)) if !name.contains(' ') && rest.split(' ').nth(CALLED).is_some() => {
            format!("#, {}", masked(rest))
        }
        _ => masked(&stripped),
    }
}

/// Words behind a name, less one, from which on it is taken for that of the reader.
const CALLED: usize = 2;

fn masked(text: &str) -> String {
    let mut out = String::new();
    mask(text, &mut out);
    out
}

/// Writes a text, masked, in place of what stands in `out`.
fn mask(text: &str, out: &mut String) {
    out.clear();
    let word = |word: &str, out: &mut String| {
        if !out.is_empty() {
            out.push(' ');
        }
        let varies = word.bytes().any(|b| b.is_ascii_digit())
            || word.as_bytes().windows(3).any(|three| three == b"://");
        if varies {
            out.push('#');
        } else if word.is_ascii() {
            let at = out.len();
            out.push_str(word);
            out[at..].make_ascii_lowercase();
        } else {
            out.extend(word.chars().flat_map(char::to_lowercase));
        }
    };
    if text.is_ascii() {
        let blank = |c: char| c.is_ascii_whitespace() || c == '\u{b}';
        text.split(blank).filter(|w| !w.is_empty()).for_each(|w| word(w, out));
    } else {
        text.split_whitespace().for_each(|w| word(w, out));
    }
}

/// Letters of a text.
fn letters(text: &str) -> usize {
    if text.is_ascii() {
        return text.bytes().filter(u8::is_ascii_alphabetic).count();
    }
    text.chars().filter(|c| c.is_alphabetic()).count()
}

/// The number of a subject, `None` where it is too short to tell anything.
pub(crate) fn of_subject(subject: &str) -> Option<u32> {
    of_template(&template(subject))
}

fn of_template(template: &str) -> Option<u32> {
    (letters(template) >= 4).then(|| number(SUBJECT, template))
}

/// A subject without its last and without its first word: engines put a random word at either end.
fn parts_of(template: &str) -> Vec<u32> {
    let words: Vec<&str> = template.split(' ').collect();
    let long =
        |part: &[&str]| part.len() >= 2 && part.iter().map(|w| letters(w)).sum::<usize>() >= 8;
    match words.as_slice() {
        [_, .., _] => [&words[..words.len() - 1], &words[1..]]
            .into_iter()
            .filter(|part| long(part))
            .map(|part| number(SUBJECT_PART, &part.join(" ")))
            .collect(),
        _ => Vec::new(),
    }
}

/// A subject with a gap in place of one of its inner words, and runs of its words: engines put random words
/// and names there, too ("Final notice aizgzy: copyright claim 6871"). What is left has to say something.
fn gaps_of(template: &str) -> Vec<u32> {
    let mut words: Vec<&str> = template.split(' ').take(INNER + 2).collect();
    let letters: Vec<usize> = words.iter().map(|w| letters(w)).collect();
    let says = |letters: &[usize]| {
        letters.iter().filter(|l| **l > 0).count() >= 3 && letters.iter().sum::<usize>() >= LEFT
    };
    let mut found = Vec::new();
    for i in 1..words.len().saturating_sub(1) {
        let mut left = letters.clone();
        if std::mem::take(&mut left[i]) >= 4 && says(&left) {
            let word = std::mem::replace(&mut words[i], "*");
            found.push(number(SUBJECT_GAP, &words.join(" ")));
            words[i] = word;
        }
    }
    let runs = words.windows(RUN).zip(letters.windows(RUN));
    found.extend(
        runs.filter(|(_, l)| words.len() > RUN && says(l))
            .map(|(run, _)| number(SUBJECT_GAP, &run.join(" "))),
    );
    found
}

/// Inner words of a subject that are looked at.
const INNER: usize = 8;

/// Letters that have to be left.
const LEFT: usize = 16;

/// Words of a run.
const RUN: usize = 4;

/// The number of the organisation of a host.
pub(crate) fn of_host(organisation: &str) -> u32 {
    number(HOST, organisation)
}

/// What the answered mail says, sorted, without repetition.
pub(super) fn sketch(subject: Option<&str>, returned: Option<&Returned>) -> Box<[u32]> {
    let mut numbers = Vec::new();
    if let Some(template) = subject.map(template) {
        numbers.extend(of_template(&template));
        numbers.extend(parts_of(&template));
        numbers.extend(gaps_of(&template));
    }
    if let Some(r) = returned {
        numbers.extend(&of_text(&r.text));
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into()
}

/// What a text says, sorted, without repetition.
pub(super) fn of_text(text: &str) -> Box<[u32]> {
    let mut end = text.len().min(READ);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = &text[..end];
    let mut sentence = String::new();
    let mut of_sentence = |s: &str| {
        // Masking leaves no more letters than there were.
        if letters(s) < SHORTEST {
            return None;
        }
        mask(s.trim().trim_end_matches('.'), &mut sentence);
        (letters(&sentence) >= SHORTEST).then(|| number(SENTENCE, &sentence))
    };
    let plain = text.is_ascii();
    let mut numbers: Vec<u32> = text
        .split(|c| {
            matches!(c, '\n' | '\r' | '!' | '?') || !plain && matches!(c, '。' | '！' | '？')
        })
        .flat_map(|line| line.split(". "))
        .filter_map(&mut of_sentence)
        .take(SENTENCES)
        .collect();
    numbers.extend(hosts(text).take(HOSTS).map(|h| of_host(&h)));
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into()
}

/// Organisations of the hosts that a text links to.
fn hosts(text: &str) -> impl Iterator<Item = String> + '_ {
    text.match_indices("://").filter_map(|(at, mark)| {
        let rest = &text[at + mark.len()..];
        let end = rest
            .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-')))
            .unwrap_or(rest.len());
        let host = &rest[..end];
        (host.contains('.') && host.len() <= 255).then(|| org_domain(host))
    })
}

/// The first links of a text, each once, as written and cut.
pub(super) fn links(text: &str) -> Box<[Box<str>]> {
    let mut found: Vec<Box<str>> = Vec::new();
    for (at, mark) in text.match_indices("://") {
        let scheme = text[..at].trim_end_matches(|c: char| c.is_ascii_alphabetic()).len();
        if !matches!(text[scheme..at].to_ascii_lowercase().as_str(), "http" | "https" | "ftp") {
            continue;
        }
        let rest = &text[at + mark.len()..];
        let ends = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ')' | ']');
        let rest = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let link: String = text[scheme..at + mark.len()]
            .chars()
            .chain(rest.trim_end_matches(['.', ',', ';', '!', '?', ':']).chars())
            .take(crate::limits::LINK)
            .collect();
        if !rest.is_empty() && !found.iter().any(|f| **f == *link) {
            found.push(link.into());
        }
        if found.len() == crate::limits::RECORD_LINKS {
            break;
        }
    }
    found.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spam_engine_varies_is_masked() {
        assert_eq!(template("Re: Invoice 4711 for  You"), template("invoice 9 For you"));
        assert_ne!(template("Invoice 4711"), template("Receipt 4711"));
        assert_eq!(of_subject("12345"), None);
    }

    #[test]
    fn a_random_word_within_a_subject_does_not_hide_what_is_alike() {
        let of = |subject: &str| sketch(Some(subject), None);
        let (a, b) = (
            of("Final notice aizgzy: copyright claim 6871"),
            of("Final notice zkwlsl: copyright claim 393"),
        );
        let shared: Vec<u32> = a.iter().copied().filter(|n| b.contains(n)).collect();
        assert!(!shared.is_empty() && shared.iter().all(|n| is_of_subject(*n) && is_of_gap(*n)));
        let of_two = of("Lonely tonight? Marek wrote you 8 messages bzwwmo");
        let other = of("Lonely tonight? Nora wrote you 29 messages jlprct");
        assert!(of_two.iter().any(|n| other.contains(n)), "a name and a random word");
        // A short subject with a gap says nothing.
        assert!(
            !of("Plan for Monday lunch").iter().any(|n| of("Plan for Sunday lunch").contains(n))
        );
        assert!(
            of_text("A sentence that stands alone. See https://shop.example/")
                .iter()
                .all(|n| !is_of_subject(*n))
        );
    }

    #[test]
    fn the_name_by_which_a_subject_calls_its_reader_is_masked() {
        assert_eq!(
            template("Bela, your order is on hold"),
            template("Olga, your order is on hold")
        );
        assert_ne!(template("Sorry, no"), template("Yes, no"), "too short to call anybody");
        assert_ne!(template("To do, your list of today"), template("Mine, your list of today"));
        let of = |subject: &str| sketch(Some(subject), None);
        let other = of("Karim, your Velorin order jwnqtx is on hold");
        assert!(of("Bela, your Velorin order iiskub is on hold").iter().any(|n| other.contains(n)));
    }

    #[test]
    fn hosts_of_links_are_read_without_what_stands_around_them() {
        let found: Vec<String> =
            hosts("see http://a.shop.example/x?y <https://b.example> and ://").collect();
        assert_eq!(found, ["shop.example", "b.example"]);
    }

    #[test]
    fn links_are_kept_as_written_without_the_punctuation_behind_them() {
        let text = "see HTTP://a.example/x?y=1. <https://b.example>, ftp://c.example and ://";
        let found = links(text);
        assert_eq!(
            found.iter().map(|l| &**l).collect::<Vec<_>>(),
            ["HTTP://a.example/x?y=1", "https://b.example"]
        );
        assert!(links("javascript://x.example mailto:a@b.example").is_empty());
    }
}
