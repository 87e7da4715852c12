//! Expressions that are bound to the start of a line, found by the words with which the line opens: of most
//! lines a few octets are looked at, where looking for words has to look at all of them.

use std::collections::HashMap;

use super::fields;
use super::screen::{LONGEST, Syntax, fold};

/// What an expression allows before the words with which a line opens: rules, marks and blanks.
fn is_border(c: char) -> bool {
    c.is_ascii() && !c.is_ascii_alphanumeric() || c.is_whitespace()
}

/// How the lines open that an expression matches from their start on.
#[derive(Debug, PartialEq, Default)]
pub(crate) struct Opening {
    /// Words, folded, with one of which every such line opens, behind marks and blanks.
    pub(crate) words: Vec<String>,
    /// Whether marks, blanks and words may stand on several lines.
    torn: bool,
}

/// Reads it from an expression; none where it cannot be told.
pub(crate) fn line_opening(pattern: &str) -> Option<Opening> {
    let (_, rest) = flags(pattern);
    let mut syntax = Syntax::new(rest.strip_prefix('^')?);
    let mut found = Opening::default();
    syntax.opening(&mut found)?;
    // What is chosen between at the top would be bound to the start only once.
    syntax.rest().is_empty().then_some(found)
}

/// The flags before an expression, and the rest.
fn flags(mut pattern: &str) -> (String, &str) {
    let mut flags = String::new();
    while let Some((some, rest)) = pattern.strip_prefix("(?").and_then(|p| p.split_once(')')) {
        if !some.bytes().all(|b| matches!(b, b'i' | b'm')) {
            break;
        }
        flags.push_str(some);
        pattern = rest;
    }
    (flags, pattern)
}

/// The same expression, which looks at all lines of a text, for a text that begins with the line that it may
/// match; and the words with which that line opens.
pub(crate) fn from_here(pattern: &str) -> Option<(Opening, String)> {
    let opening = line_opening(pattern).filter(|o| !o.torn)?;
    let (flags, rest) = flags(pattern);
    let case = if flags.contains('i') { "i" } else { "" };
    Some((opening, format!("\\A(?m{case}:{})", rest.strip_prefix('^')?)))
}

impl Syntax<'_> {
    fn opening(&mut self, found: &mut Opening) -> Option<()> {
        let (mut run, mut first) = (String::new(), true);
        while !self.rest().is_empty() && !self.rest().starts_with(['|', ')']) {
            let start = std::mem::take(&mut first);
            if run.is_empty() && self.eat("\\s") {
                // At the very start, what may be left out need not begin a line earlier.
                let may_be_left_out = !self.repetition()?.1;
                found.torn |= !(start && may_be_left_out);
                continue;
            }
            if run.is_empty() && (self.eat("(?:") || self.eat("(")) {
                self.opening(found)?;
                while self.eat("|") {
                    self.opening(found)?;
                }
                if !self.eat(")") || !self.repetition()?.1 {
                    return None;
                }
                return self.skip_alternative();
            }
            let literal = self.literal()?;
            let (repeated, once) = self.repetition()?;
            match literal {
                Some(c) if run.is_empty() && is_border(c) => found.torn |= c == '\n',
                Some(c) if !repeated => run.push(c),
                Some(c) if once => {
                    run.push(c);
                    break;
                }
                _ => break,
            }
        }
        let mut words = String::new();
        run.chars().for_each(|c| fold(c, &mut words));
        fields::cut(&mut words, LONGEST);
        self.skip_alternative()?;
        let told = !words.is_empty();
        found.words.push(words);
        told.then_some(())
    }
}

/// Many such expressions, by number.
#[derive(Default)]
pub(crate) struct Openings {
    /// By the first character, where it is ASCII.
    ascii: Vec<Vec<(String, u32)>>,
    others: HashMap<char, Vec<(String, u32)>>,
}

impl Openings {
    pub(crate) fn new(all: impl IntoIterator<Item = (String, u32)>) -> Openings {
        let mut made = Openings { ascii: vec![Vec::new(); 128], others: HashMap::new() };
        for (opening, number) in all {
            let Some(first) = opening.chars().next() else { continue };
            let list = match made.ascii.get_mut(first as usize) {
                Some(list) => list,
                None => made.others.entry(first).or_default(),
            };
            list.push((opening, number));
        }
        made
    }

    /// Gives for every line the expressions that may match it from its start on: the number of the expression,
    /// and where in the text the line starts and ends.
    pub(crate) fn each_line(&self, text: &str, mut hit: impl FnMut(u32, usize, usize)) {
        let octets = text.as_bytes();
        let mut start = 0;
        while start < octets.len() {
            let end = memchr::memchr(b'\n', &octets[start..]).map_or(octets.len(), |p| start + p);
            self.any(&text[start..end], |number| {
                hit(*number, start, end);
                false
            });
            start = end + 1;
        }
    }

    /// Whether one of the expressions that may match a line from its start on does.
    pub(super) fn any(&self, line: &str, mut matches: impl FnMut(&u32) -> bool) -> bool {
        let octets = line.as_bytes();
        let Some(first) = octets.iter().position(|b| b.is_ascii_alphanumeric() || !b.is_ascii())
        else {
            return false;
        };
        let head = &octets[first..octets.len().min(first + LONGEST)];
        if head.is_ascii() {
            let list = self.ascii.get(usize::from(head[0].to_ascii_lowercase()));
            return list.into_iter().flatten().any(|(opening, number)| {
                let stands = head.get(..opening.len());
                stands.is_some_and(|stands| stands.eq_ignore_ascii_case(opening.as_bytes()))
                    && matches(number)
            });
        }
        let mut folded = String::new();
        let shown = line[first..].trim_start_matches(is_border).chars().take(LONGEST);
        shown.for_each(|c| fold(c, &mut folded));
        let Some(first) = folded.chars().next() else { return false };
        let list = match self.ascii.get(first as usize) {
            Some(list) => Some(list),
            None => self.others.get(&first),
        };
        let mut list = list.into_iter().flatten();
        list.any(|(opening, number)| folded.starts_with(opening.as_str()) && matches(number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_words_that_open_a_line_are_found_in_an_expression() {
        let all: &[(&str, Option<&[&str]>)] = &[
            ("^failure notice$", Some(&["failure noti"])),
            (r"(?i)^\s*-+ ?Original Message ?-+$", Some(&["original mes"])),
            ("^(?:Possibly cut original|Original) message", Some(&["possibly cut", "original"])),
            (r"^\[<05>\] .*$", Some(&["05>] "])),
            ("^Delivered?", Some(&["delivere"])),
            ("^[ab]cde", None),
            ("^(?:abcd)?efg", None),
            ("^(?:a|abcd)efg", Some(&["a", "abcd"])),
            ("^abcd|efgh", None),
            (r"^ab\s?:", Some(&["ab"])),
            ("^(?:|ab)", None),
            ("abcd", None),
            ("(?x)^abcd", None),
            (r"^\bSee", None),
            (r"^(?:abcd|efg) x|y", None),
            ("^元のメッセージ", Some(&["元のメッ"])),
        ];
        for (pattern, found) in all {
            let found = found.map(|l| l.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>());
            assert_eq!(line_opening(pattern).map(|o| o.words), found, "{pattern}");
        }
    }

    #[test]
    fn what_may_stand_on_several_lines_is_not_looked_for_in_one() {
        for (pattern, one) in [
            (r"^\s*Cut", true),
            (r"^\s+Cut", false),
            (r"^-+\s*Cut", false),
            (r"^- Cut\s+here", true),
            (r"^\n?Cut", false),
        ] {
            assert_eq!(from_here(pattern).is_some(), one, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn every_line_that_an_expression_matches_opens_with_its_words(
            flags in "(\\(\\?(i|mi)\\))?",
            start in r"(\\s\*|-\+|-\{1,2\} \?|\\\* |> |\(\?:)?",
            word in "[a-cKSſé]{3,5}",
            text in "[-*> abcABCkKſsSéÉK\n\u{a0}]{0,30}",
        ) {
            let end = if start == "(?:" { "|kss)" } else { "" };
            let source = format!("{flags}^{start}{word}{end}.?");
            let (found, here) = from_here(&source).expect("words");
            let all = Openings::new(found.words.into_iter().map(|o| (o, 7)));
            let mut met = Vec::new();
            all.each_line(&text, |number, start, end| met.push((number, start, end)));
            let expression = regex::Regex::new(&source).expect("an expression");
            let anchored = regex::Regex::new(&here).expect("an expression");
            let mut at = 0;
            for line in text.split('\n') {
                let place = (7, at, at + line.len());
                prop_assert!(!expression.is_match(line) || met.contains(&place), "{source} {line}");
                prop_assert_eq!(expression.is_match(line), anchored.is_match(&text[at..]), "{} {}", source, line);
                at += line.len() + 1;
            }
        }
    }
}
