//! What an expression requires of a text, told from its syntax, so that only those are tried, and only then
//! compiled, whose literal parts stand in it; and sets of such expressions for single lines. Compiling a thousand expressions at every start, or running them all as one automaton
//! with a cache per thread, costs more than everything else that is done to an answer.

use std::borrow::Cow;

use super::expression::Lazy;
use super::fields;
use super::openings::{Openings, line_opening};

/// Octets of a literal below which looking for it tells too little.
pub(crate) const SHORTEST: usize = 3;
/// Octets of a literal that are looked for; more would only make the automaton larger.
pub(crate) const LONGEST: usize = 12;
/// Literals that stand for one expression at most.
const MOST: usize = 64;

/// One character without case, as loosely as `(?i)` compares: every character that an expression takes
/// for this one becomes the same.
pub(crate) fn fold(c: char, out: &mut String) {
    if c.is_ascii() {
        return out.push(c.to_ascii_lowercase());
    }
    for c in c.to_lowercase() {
        out.push(match c {
            '\u{17f}' => 's',
            '\u{1e9b}' => '\u{1e61}',
            '\u{b5}' => '\u{3bc}',
            'ς' => 'σ',
            '\u{3d0}' => 'β',
            '\u{3d1}' => 'θ',
            '\u{3d5}' => 'φ',
            '\u{3d6}' => 'π',
            '\u{3f0}' => 'κ',
            '\u{3f1}' => 'ρ',
            '\u{3f5}' => 'ε',
            '\u{345}' | '\u{1fbe}' => 'ι',
            '\u{1fd3}' => '\u{390}',
            '\u{1fe3}' => '\u{3b0}',
            '\u{fb05}' => '\u{fb06}',
            '\u{1c80}' => 'в',
            '\u{1c81}' => 'д',
            '\u{1c82}' => 'о',
            '\u{1c83}' => 'с',
            '\u{1c84}' | '\u{1c85}' => 'т',
            '\u{1c86}' => 'ъ',
            '\u{1c87}' => '\u{463}',
            '\u{1c88}' => '\u{a64b}',
            c => c,
        });
    }
}

/// Literals of which at least one stands, but for its case, in every text that the expression matches;
/// none where there is nothing to look for.
pub(crate) fn required(pattern: &str) -> Option<Vec<String>> {
    let mut syntax = Syntax::new(pattern);
    let found = syntax.alternatives().filter(|_| syntax.rest.is_empty())??;
    Some(found.into_iter().map(|l| fields::head(&l, LONGEST).trim().to_owned()).collect())
}

/// Literals one of which must occur; none where nothing must.
type Needed = Option<Vec<String>>;

/// How much a set of literals tells: the shortest of them decides. What stands in every report tells nothing.
fn worth(literals: &[String]) -> usize {
    let one = |l: &String| if l.starts_with("multipart/") { SHORTEST } else { l.len() };
    literals.iter().map(one).min().unwrap_or(0)
}

fn better(a: Needed, b: Needed) -> Needed {
    match (a, b) {
        (Some(a), Some(b)) => Some(if worth(&b) > worth(&a) { b } else { a }),
        (a, b) => a.or(b),
    }
}

/// A piece of an expression.
enum Atom {
    Literal(char),
    /// Matches no octet, so that what stands on both sides touches.
    Nothing,
    Group(Needed),
    Class,
}

/// Reads the syntax of expressions only as far as literals need it; parsing a thousand of them in full
/// takes longer than everything else at a start. Gives up, with an outer `None`, on what it does not know.
pub(super) struct Syntax<'a> {
    rest: &'a str,
    depth: u32,
}

impl<'a> Syntax<'a> {
    pub(super) fn new(pattern: &'a str) -> Self {
        Syntax { rest: pattern, depth: 0 }
    }

    /// What is not read yet.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    /// Reads to the end of this choice.
    pub(super) fn skip_alternative(&mut self) -> Option<()> {
        self.sequence().map(drop)
    }

    /// Reads one atom; gives it where it is a literal.
    pub(super) fn literal(&mut self) -> Option<Option<char>> {
        Some(match self.atom()? {
            Atom::Literal(c) => Some(c),
            _ => None,
        })
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let c = chars.next();
        self.rest = chars.as_str();
        c
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let rest = self.rest.strip_prefix(text);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn alternatives(&mut self) -> Option<Needed> {
        let mut all = self.sequence()?;
        while self.eat("|") {
            let one = self.sequence()?;
            all = all.zip(one).map(|(mut all, one)| {
                all.extend(one);
                all
            });
        }
        Some(all.filter(|all| all.len() <= MOST))
    }

    fn sequence(&mut self) -> Option<Needed> {
        let (mut found, mut literal) = (None, String::new());
        let mut end = |literal: &mut String, needed: Needed| {
            let run = literal.trim();
            let run = (run.len() >= SHORTEST).then(|| vec![run.to_owned()]);
            found = better(better(found.take(), run), needed);
            literal.clear();
        };
        while !self.rest.is_empty() && !self.rest.starts_with(['|', ')']) {
            let atom = self.atom()?;
            let (repeated, once) = self.repetition()?;
            match atom {
                Atom::Nothing if repeated => return None,
                Atom::Nothing => {}
                Atom::Literal(c) if !repeated => literal.push(c),
                Atom::Literal(c) => {
                    if once {
                        literal.push(c);
                    }
                    end(&mut literal, None);
                }
                Atom::Group(needed) => end(&mut literal, needed.filter(|_| once)),
                Atom::Class => end(&mut literal, None),
            }
        }
        end(&mut literal, None);
        Some(found)
    }

    /// Whether a repetition follows, and whether it asks for at least one.
    pub(super) fn repetition(&mut self) -> Option<(bool, bool)> {
        let once = match self.rest.chars().next() {
            Some('*' | '?') => false,
            Some('+') => true,
            Some('{') => {
                let (count, rest) = self.rest[1..].split_once('}')?;
                let least: u32 = count.split(',').next()?.parse().ok()?;
                self.rest = rest;
                self.eat("?");
                return Some((true, least > 0));
            }
            _ => return Some((false, true)),
        };
        self.next();
        self.eat("?");
        Some((true, once))
    }

    fn atom(&mut self) -> Option<Atom> {
        match self.next()? {
            '^' | '$' => Some(Atom::Nothing),
            '.' => Some(Atom::Class),
            '[' => self.class(),
            '(' => self.group(),
            '\\' => self.escape(),
            '*' | '+' | '?' | '{' => None,
            c => Some(Atom::Literal(c)),
        }
    }

    fn escape(&mut self) -> Option<Atom> {
        Some(match self.next()? {
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => Atom::Class,
            'b' | 'B' | 'A' | 'z' => Atom::Nothing,
            'n' => Atom::Literal('\n'),
            't' => Atom::Literal('\t'),
            'r' => Atom::Literal('\r'),
            c if !c.is_ascii_alphanumeric() => Atom::Literal(c),
            _ => return None,
        })
    }

    fn class(&mut self) -> Option<Atom> {
        self.eat("^");
        self.eat("]");
        loop {
            match self.next()? {
                ']' => return Some(Atom::Class),
                // Classes in classes.
                '[' => return None,
                '\\' => drop(self.next()?),
                _ => {}
            }
        }
    }

    fn group(&mut self) -> Option<Atom> {
        if self.eat("?P<") || self.eat("?<") {
            self.rest = self.rest.split_once('>')?.1;
        } else if self.eat("?") {
            loop {
                match self.next()? {
                    ':' => break,
                    ')' => return Some(Atom::Nothing),
                    'i' | 'm' | 's' | 'U' | 'u' | '-' => {}
                    // With `x`, blanks are no literals.
                    _ => return None,
                }
            }
        }
        self.depth += 1;
        if self.depth > 50 {
            return None;
        }
        let needed = self.alternatives()?;
        self.depth -= 1;
        self.eat(")").then_some(Atom::Group(needed))
    }
}

/// A set of regular expressions for single lines.
pub struct Screen {
    /// By the words with which the lines open that they match.
    openings: Openings,
    /// Expressions that are tried on every line.
    always: Vec<u32>,
    patterns: Vec<Lazy>,
}

impl Screen {
    /// Takes the expressions; none is compiled yet.
    pub fn new<S: Into<Cow<'static, str>>>(patterns: impl IntoIterator<Item = S>) -> Self {
        let patterns: Vec<Lazy> = patterns.into_iter().map(Lazy::new).collect();
        let (mut words, mut always) = (Vec::new(), Vec::new());
        for (at, pattern) in (0..).zip(&patterns) {
            match line_opening(pattern.source()) {
                Some(found) => words.extend(found.words.into_iter().map(|w| (w, at))),
                None => always.push(at),
            }
        }
        Screen { openings: Openings::new(words), always, patterns }
    }

    /// A set in which nothing matches.
    pub fn empty() -> Self {
        Screen::new::<&str>([])
    }

    /// The same set that tries every expression on every text: the slow way, to compare with.
    pub(crate) fn trying_all(mut self) -> Self {
        self.openings = Openings::default();
        self.always = (0..).zip(&self.patterns).map(|(at, _)| at).collect();
        self
    }

    /// The lines of a text that one of the expressions matches, ascending; each is compared without its end
    /// and trailing blanks. `lines` is the text cut at its line feeds.
    pub(super) fn matching_lines(&self, lines: &[&str]) -> Vec<usize> {
        let matches = |line: &&str| {
            let line = line.trim_end();
            let matched = |at: &u32| self.patterns[*at as usize].is_match(line);
            !line.is_empty()
                && (self.always.iter().any(matched) || self.openings.any(line, matched))
        };
        (0..).zip(lines).filter(|(_, line)| matches(line)).map(|(at, _)| at).collect()
    }

    /// Whether one of the expressions matches a line.
    #[cfg(test)]
    fn is_match(&self, line: &str) -> bool {
        self.matching_lines(&[line]) == [0]
    }

    /// Expressions of which it cannot be told how their lines open, so that they are tried on every line.
    pub fn untold(&self) -> impl Iterator<Item = &str> {
        self.always.iter().map(|at| self.patterns[*at as usize].source())
    }

    /// Expressions that do not compile.
    pub fn broken(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().filter(|p| p.is_broken()).map(Lazy::source)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_telling_literals_of_an_expression_are_found() {
        let all: &[(&str, Option<&[&str]>)] = &[
            ("^failure notice$", Some(&["failure noti"])),
            (r"(?i)^\s*-+ ?Original Message ?-+$", Some(&["Original Mes"])),
            ("(?:was|has been) wait-?listed", Some(&["listed"])),
            ("^(?:Returned mail|Postmaster notify): x", Some(&["Returned mai", "Postmaster n"])),
            ("(?:abcd)?efg", Some(&["efg"])),
            ("(?:abcd){2}efg", Some(&["abcd"])),
            ("abcd|[0-9]+", None),
            ("[ab]c", None),
            ("^", None),
            ("自動応答", Some(&["自動応答"])),
        ];
        for (pattern, literals) in all {
            let found = required(pattern);
            assert_eq!(
                found,
                literals.map(|l| l.iter().map(|s| (*s).to_owned()).collect()),
                "{pattern}"
            );
        }
    }

    #[test]
    fn a_screen_matches_what_its_expressions_match() {
        let patterns = [
            "^--- Below .* copy$",
            "(?i)^-+ ?Original Message ?-+$",
            "(?i)^ΑΠΟΥΣΊΑΣ",
            r"^\d+$",
            "(?i)masse",
        ];
        let screen = Screen::new(patterns);
        let plain = regex::RegexSet::new(patterns).expect("patterns");
        let mut matched = 0;
        for text in [
            "--- Below a copy",
            "---original message----",
            "απουσίας",
            "ΑΠΟΥΣΊΑΣ",
            "12",
            "Maſſe",
            "x",
            "",
            "Below copy",
        ] {
            assert_eq!(screen.is_match(text), plain.is_match(text), "{text}");
            matched += usize::from(screen.is_match(text));
        }
        assert_eq!(matched, 6);
        let text = "é\n--- Below a copy \n\nΑΠΟΥΣΊΑΣ\n---original message----\nMasse";
        let lines: Vec<&str> = text.split('\n').collect();
        let telling =
            Screen::new(["^--- Below .* copy$", "(?i)^-+ ?Original Message ?-+$", "(?i)^ΑΠΟΥΣΊΑΣ"]);
        assert_eq!(telling.matching_lines(&lines), [1, 3, 4]);
        assert_eq!(telling.trying_all().matching_lines(&lines), [1, 3, 4]);
        assert!(!Screen::empty().is_match("x"));
    }

    fn folded(text: &str) -> String {
        let mut out = String::new();
        text.chars().for_each(|c| fold(c, &mut out));
        out
    }

    #[test]
    fn what_no_case_compares_as_equal_folds_to_the_same() {
        use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};
        let mut seen = 0;
        for c in ('\u{80}'..'\u{600}')
            .chain('\u{1e00}'..'\u{2000}')
            .chain('\u{ff00}'..'\u{ff80}')
            .chain('A'..='z')
        {
            let mut class = ClassUnicode::new([ClassUnicodeRange::new(c, c)]);
            class.try_case_fold_simple().expect("case tables");
            for other in class.iter().flat_map(|r| r.start()..=r.end()) {
                assert_eq!(folded(&c.to_string()), folded(&other.to_string()), "{c} {other}");
                seen += usize::from(other != c);
            }
        }
        assert!(seen > 1_000, "{seen}");
    }
}
