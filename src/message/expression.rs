//! One regular expression of the tables, made ready when it is first needed, and no dearer than it has to
//! be: what is only a literal is compared as one, and what looks at ASCII text is compiled without the
//! classes of Unicode.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use regex::{Regex, bytes};

use super::screen::fold;

/// One expression that is compiled when it is first needed.
pub(crate) struct Lazy {
    source: Cow<'static, str>,
    /// Where it is nothing but a choice of literals; empty where it is more.
    literals: OnceLock<Vec<Literal>>,
    /// For texts that are ASCII; none where the expression cannot be compiled so.
    ascii: OnceLock<Option<bytes::Regex>>,
    whole: OnceLock<Option<Regex>>,
}

impl Lazy {
    pub(crate) fn new(source: impl Into<Cow<'static, str>>) -> Self {
        Lazy {
            source: source.into(),
            literals: OnceLock::new(),
            ascii: OnceLock::new(),
            whole: OnceLock::new(),
        }
    }

    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// Whether it does not compile, which a test of the tables finds; then it matches nothing.
    pub(crate) fn is_broken(&self) -> bool {
        self.whole().is_none()
    }

    fn literals(&self) -> Option<&[Literal]> {
        let all = self.literals.get_or_init(|| Literal::all(&self.source).unwrap_or_default());
        (!all.is_empty()).then_some(all)
    }

    fn ascii(&self) -> Option<&bytes::Regex> {
        let build = || bytes::RegexBuilder::new(&self.source).unicode(false).build().ok();
        self.ascii.get_or_init(build).as_ref()
    }

    fn whole(&self) -> Option<&Regex> {
        self.whole.get_or_init(|| Regex::new(&self.source).ok()).as_ref()
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        if let Some(literals) = self.literals() {
            return literals.iter().any(|literal| literal.find(text).is_some());
        }
        match self.ascii().filter(|_| text.is_ascii()) {
            Some(ascii) => ascii.is_match(text.as_bytes()),
            None => self.whole().is_some_and(|r| r.is_match(text)),
        }
    }

    /// The first piece of the text that it matches.
    pub(crate) fn find<'t>(&self, text: &'t str) -> Option<&'t str> {
        if let Some(literals) = self.literals() {
            // The first in the text; of several there the first in the expression.
            let hits = literals.iter().filter_map(|literal| literal.find(text));
            return hits.min_by_key(|range| range.start).map(|range| &text[range]);
        }
        match self.ascii().filter(|_| text.is_ascii()) {
            Some(ascii) => ascii.find(text.as_bytes()).map(|m| &text[m.range()]),
            None => self.whole()?.find(text).map(|m| m.as_str()),
        }
    }

    /// What its first group took in each of the first matches.
    pub(crate) fn groups<'t>(&self, text: &'t str, most: usize) -> Vec<&'t str> {
        match self.ascii().filter(|_| text.is_ascii()) {
            Some(ascii) => ascii
                .captures_iter(text.as_bytes())
                .take(most)
                .filter_map(|hit| Some(&text[hit.get(1)?.range()]))
                .collect(),
            None => self
                .whole()
                .into_iter()
                .flat_map(|r| r.captures_iter(text))
                .take(most)
                .filter_map(|hit| Some(hit.get(1)?.as_str()))
                .collect(),
        }
    }
}

/// One of the literals that an expression consists of, perhaps bound to the ends of a text or of its lines.
#[derive(Debug, PartialEq)]
struct Literal {
    text: String,
    /// Without case: then `text` is folded.
    folded: bool,
    /// `^` and `$` mean lines.
    lines: bool,
    from_start: bool,
    to_end: bool,
}

impl Literal {
    /// Reads an expression; none where it is more than a choice of literals.
    fn all(source: &str) -> Option<Vec<Literal>> {
        let (mut folded, mut lines, mut rest) = (false, false, source);
        while let Some((flags, behind)) = rest.strip_prefix("(?").and_then(|r| r.split_once(')')) {
            match flags {
                "m" => lines = true,
                "i" => folded = true,
                "im" | "mi" => (folded, lines) = (true, true),
                _ => break,
            }
            rest = behind;
        }
        let choices = rest.split('|').map(|choice| Literal::read(choice, folded, lines));
        choices.collect()
    }

    fn read(source: &str, folded: bool, lines: bool) -> Option<Literal> {
        let mut found =
            Literal { text: String::new(), folded, lines, from_start: false, to_end: false };
        let mut rest = source;
        if let Some(behind) = rest.strip_prefix('^') {
            (found.from_start, rest) = (true, behind);
        }
        // "^(?:…)" binds no more than "^…" where there is nothing to choose from.
        let group = rest.strip_prefix("(?:").and_then(|r| r.strip_suffix(')'));
        let mut chars = group.unwrap_or(rest).chars();
        let mut literal = String::new();
        while let Some(c) = chars.next() {
            match c {
                '$' if chars.as_str().is_empty() => found.to_end = true,
                '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => {
                    return None;
                }
                '\\' => match chars.next()? {
                    c if c.is_ascii_punctuation() && !matches!(c, '<' | '>') => literal.push(c),
                    _ => return None,
                },
                c => literal.push(c),
            }
        }
        if literal.is_empty() {
            return None;
        }
        match found.folded {
            true => literal.chars().for_each(|c| fold(c, &mut found.text)),
            false => found.text = literal,
        }
        Some(found)
    }

    fn find(&self, text: &str) -> Option<Range<usize>> {
        if !self.folded {
            let mut at = 0;
            while let Some(hit) = memchr::memmem::find(&text.as_bytes()[at..], self.text.as_bytes())
            {
                let range = at + hit..at + hit + self.text.len();
                if self.stands(text, &range) {
                    return Some(range);
                }
                if self.from_start && !self.lines {
                    return None;
                }
                at = range.start + 1;
            }
            return None;
        }
        if let (true, Some(first)) = (text.is_ascii(), self.text.bytes().next()) {
            let stands = |at: &usize| {
                let octets = text.as_bytes().get(*at..*at + self.text.len());
                octets.is_some_and(|o| o.eq_ignore_ascii_case(self.text.as_bytes()))
                    && self.stands(text, &(*at..*at + self.text.len()))
            };
            let mut starts =
                memchr::memchr2_iter(first, first.to_ascii_uppercase(), text.as_bytes());
            return starts.find(stands).map(|at| at..at + self.text.len());
        }
        let mut starts = text.char_indices().map(|(at, _)| at);
        if self.from_start && !self.lines {
            return self.folded_at(text, 0).filter(|range| self.stands(text, range));
        }
        starts.find_map(|at| self.folded_at(text, at).filter(|range| self.stands(text, range)))
    }

    /// Whether a hit stands where `^` and `$` want it.
    fn stands(&self, text: &str, range: &Range<usize>) -> bool {
        let text = text.as_bytes();
        let line_start = range.start == 0 || self.lines && text[range.start - 1] == b'\n';
        let line_end = range.end == text.len() || self.lines && text[range.end] == b'\n';
        (!self.from_start || line_start) && (!self.to_end || line_end)
    }

    fn folded_at(&self, text: &str, start: usize) -> Option<Range<usize>> {
        let mut wanted = self.text.as_str();
        let mut one = String::new();
        for (at, c) in text[start..].char_indices() {
            if wanted.is_empty() {
                return Some(start..start + at);
            }
            one.clear();
            fold(c, &mut one);
            wanted = wanted.strip_prefix(one.as_str())?;
        }
        wanted.is_empty().then_some(start..text.len())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_literals_are_taken_for_literals() {
        for literal in [
            "failure notice",
            "^Undeliverable:$",
            r"(?m)^<a\.b>$",
            "(?i)^(?:out of office)",
            "(?i)postmaster|^mailer-daemon",
            "自動",
        ] {
            assert!(Literal::all(literal).is_some(), "{literal}");
        }
        for more in [
            "a+",
            "a|",
            "a|b+",
            r"\d",
            "[a]",
            "(a)",
            "a{2}",
            "",
            "^",
            r"a\b",
            "(?i)(?:a|b)",
            "(?s)a",
            "a$b",
        ] {
            assert_eq!(Literal::all(more), None, "{more}");
        }
    }

    proptest! {
        #[test]
        fn it_matches_what_the_whole_expression_matches(
            flags in "(\\(\\?(m|i|mi)\\))?",
            start in "\\^?",
            word in "[aAsSk .é]{1,4}",
            end in "\\$?",
            text in "[aAsSkKſKeéÉ .\n]{0,12}",
        ) {
            for body in [regex::escape(&word), word.replace('.', r"\s?"), format!("(?:{})", regex::escape(&word)),
                format!("{}|{}", regex::escape(&word), 'k')] {
                let source = format!("{flags}{start}{body}{end}");
                let lazy = Lazy::new(source.clone());
                let whole = Regex::new(&source).expect("an expression");
                prop_assert_eq!(lazy.is_match(&text), whole.is_match(&text), "{}", source);
                prop_assert_eq!(lazy.find(&text), whole.find(&text).map(|m| m.as_str()), "{}", source);
            }
        }

        #[test]
        fn groups_are_those_of_the_whole_expression(text in "[<>a@é\n ]{0,30}") {
            let source = r"(?m)^<([^>\s]+@\w*)>";
            let whole = Regex::new(source).expect("an expression");
            let wanted: Vec<&str> =
                whole.captures_iter(&text).filter_map(|c| Some(c.get(1)?.as_str())).collect();
            prop_assert_eq!(Lazy::new(source).groups(&text, 100), wanted);
        }
    }
}
