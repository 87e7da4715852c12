//! Looks for all signals in a message. One table knows the phrases of all languages and the literal
//! parts of all expressions, so that a field is read once; an expression is compiled and tried only where
//! everything that must stand beside it was met. The tables are code, so an expression that does not
//! compile matches nothing and a test names it.

mod field;
mod opening;

use std::collections::HashMap;
use std::sync::OnceLock;

use field::{Field, field_of, values};

use super::patterns::LISTINGS;
use super::vendors::{Form, Vendor};
use super::{Basis, Evidence, SeenIn, Signal, languages, list, vendors};
use crate::message::{
    LONGEST, Lazy, Literals, Message, Openings, Screen, fold, from_here, line_opening, required,
};

/// Octets of text that patterns look at; automatic answers say what they are in their first lines.
const TEXT: usize = crate::limits::PATTERN_TEXT;

/// Octets of a subject or header value that patterns look at.
const FIELD: usize = crate::limits::PATTERN_FIELD;

/// Gives the words that show a signal in one message.
#[derive(Clone, Copy)]
enum Look {
    Message(fn(&Message) -> Option<String>),
    /// The folded text beside it.
    Text(fn(&Message, &str) -> Option<String>),
}

/// What an occurrence of a literal means.
#[derive(Clone, Copy)]
enum Use {
    /// A phrase of a language, by its place in `Recogniser::phrases`.
    Phrase(u32),
    /// An expression that may match, by its place in `Recogniser::patterns`.
    Pattern(u32),
}

/// An expression and the field that it looks at.
struct Pattern {
    field: Field,
    expression: Lazy,
    /// The same for a text that begins with the line that it may match, where `openings` can tell that line.
    here: Option<Lazy>,
}

/// One form of a program's messages.
struct Shape {
    vendor: &'static Vendor,
    form: &'static Form,
    signal: &'static Signal,
    /// Its marks, as places in `Recogniser::patterns`.
    marks: Vec<u32>,
    /// The same, those on short fields before those on the text: most forms fail there.
    cheapest: Vec<u32>,
}

/// Looks for all signals. Made once, shared by all threads.
pub struct Recogniser {
    general: Vec<(&'static Signal, Look)>,
    shapes: Vec<Shape>,
    patterns: Vec<Pattern>,
    /// Which lines of the text an expression may match.
    openings: Openings,
    /// Fields that marks of programs look at, header fields by their names aside.
    fields: Vec<Field>,
    /// Header fields by their names, sorted.
    headers: Vec<(&'static str, Field)>,
    /// Expressions without a literal: met wherever their field is.
    always: Vec<u32>,
    /// Which expressions may match a subject, by its first words.
    subjects: Openings,
    /// For each expression on a subject of a language, the signal that it shows; in their order.
    spoken: Vec<(u32, &'static Signal)>,
    /// Phrases, folded, and their signals. The literals are their beginnings.
    phrases: Vec<(String, &'static Signal)>,
    /// None where everything is tried, one by one.
    literals: Option<Literals>,
    /// For each literal: what it means.
    uses: Vec<Vec<Use>>,
    breaks: Screen,
    /// By program: the expressions that name the addresses that failed.
    recipients: Vec<(&'static str, Vec<Lazy>)>,
}

/// The tables while they are put together.
#[derive(Default)]
struct Tables {
    patterns: Vec<Pattern>,
    openings: Vec<(String, u32)>,
    subjects: Vec<(String, u32)>,
    known: HashMap<(Field, &'static str), u32>,
    always: Vec<u32>,
    literals: Vec<String>,
    places: HashMap<String, usize>,
    uses: Vec<Vec<Use>>,
}

impl Tables {
    fn literal(&mut self, text: String, used: Use) {
        let at = *self.places.entry(text).or_insert_with_key(|text| {
            self.literals.push(text.clone());
            self.uses.push(Vec::new());
            self.literals.len() - 1
        });
        self.uses[at].push(used);
    }

    fn pattern(&mut self, field: Field, pattern: &'static str) -> u32 {
        if let Some(known) = self.known.get(&(field, pattern)) {
            return *known;
        }
        let at = self.patterns.len() as u32;
        self.known.insert((field, pattern), at);
        let expression = match field {
            Field::Text | Field::Diagnostic => Lazy::new(format!("(?m){pattern}")),
            Field::Spoken => Lazy::new(format!("(?i)^(?:{pattern})")),
            _ => Lazy::new(pattern),
        };
        let first_words = Some(&expression).filter(|_| field == Field::Spoken);
        match first_words.and_then(|e| line_opening(e.source())) {
            Some(found) => self.subjects.extend(found.words.into_iter().map(|word| (word, at))),
            None => match required(pattern) {
                Some(found) => {
                    for literal in found {
                        self.literal(folded(&literal).trim().to_owned(), Use::Pattern(at));
                    }
                }
                None => self.always.push(at),
            },
        }
        let here = from_here(pattern).filter(|_| field == Field::Text).map(|(opening, here)| {
            self.openings.extend(opening.words.into_iter().map(|word| (word, at)));
            Lazy::new(here)
        });
        self.patterns.push(Pattern { field, expression, here });
        at
    }
}

/// Which expressions may match, by the literals that were met.
struct Met(Vec<u64>);

impl Met {
    fn add(&mut self, pattern: u32) {
        self.0[pattern as usize / 64] |= 1 << (pattern % 64);
    }

    fn has(&self, pattern: u32) -> bool {
        self.0[pattern as usize / 64] & (1 << (pattern % 64)) != 0
    }
}

impl Recogniser {
    /// Puts the tables together; `general_only` leaves the programs' tables out.
    pub fn new(general_only: bool) -> Self {
        let vendors: &[&'static Vendor] = if general_only { &[] } else { vendors::ALL };
        let by_code: HashMap<&str, &'static Signal> = list().iter().map(|s| (s.code, s)).collect();
        let mut tables = Tables::default();
        let (mut spoken, mut phrases) = (Vec::new(), Vec::new());
        for l in languages::ALL {
            for listing in LISTINGS {
                let code = format!("{}-{}", listing.stem, l.tag);
                let Some(signal) = by_code.get(&*code) else { continue };
                for phrase in (listing.phrases)(l) {
                    if listing.basis == Basis::Subject {
                        spoken.push((tables.pattern(Field::Spoken, phrase), *signal));
                    } else {
                        let used = Use::Phrase(phrases.len() as u32);
                        let phrase = folded(phrase).trim().to_owned();
                        tables.literal(cut(&phrase, LONGEST).to_owned(), used);
                        phrases.push((phrase, *signal));
                    }
                }
            }
        }
        let mut shapes = Vec::new();
        let mut fields = Vec::new();
        for vendor in vendors {
            for form in vendor.forms {
                let Some(signal) = by_code.get(form.code) else { continue };
                let marks = form.marks.iter().map(|mark| {
                    let (field, pattern) = field_of(mark);
                    if !fields.contains(&field) {
                        fields.push(field);
                    }
                    tables.pattern(field, pattern)
                });
                let marks: Vec<u32> = marks.collect();
                let mut cheapest = marks.clone();
                cheapest.sort_by_key(|at| tables.patterns[*at as usize].field == Field::Text);
                shapes.push(Shape { vendor, form, signal, marks, cheapest });
            }
        }
        let mut headers: Vec<(&'static str, Field)> = Vec::new();
        fields.retain(|field| {
            match field {
                Field::Header(name) => headers.push((name, *field)),
                Field::ContentType => headers.push(("content-type", *field)),
                // Each is looked at in a way of its own; what is missing brings no literal.
                Field::Text | Field::Subject | Field::Lacks(_) => {}
                _ => return true,
            }
            false
        });
        headers.sort_by_key(|(name, _)| *name);
        let general = list()
            .iter()
            .filter_map(|s| match s.seen_in {
                SeenIn::Message(_, look) => Some((s, Look::Message(look))),
                SeenIn::Text(look) => Some((s, Look::Text(look))),
                _ => None,
            })
            .collect();
        let originals = languages::ALL
            .iter()
            .flat_map(|l| l.original_lines)
            .map(|line| format!("(?i)^\\s*{}", regex::escape(line)));
        let broken_off = vendors::ALL.iter().flat_map(|v| v.breaks).map(|b| (*b).to_owned());
        let recipients = vendors
            .iter()
            .map(|v| (v.name, v.recipients.iter().map(|p| Lazy::new(format!("(?m){p}"))).collect()))
            .collect();
        Recogniser {
            general,
            shapes,
            fields,
            headers,
            spoken,
            phrases,
            literals: Some(Literals::new(&tables.literals)),
            patterns: tables.patterns,
            openings: Openings::new(tables.openings),
            subjects: Openings::new(tables.subjects),
            always: tables.always,
            uses: tables.uses,
            breaks: Screen::new(originals.chain(broken_off)),
            recipients,
        }
    }

    /// The one of this process: putting the tables together costs as much as a hundred messages.
    pub fn shared(general_only: bool) -> &'static Recogniser {
        static BOTH: [OnceLock<Recogniser>; 2] = [OnceLock::new(), OnceLock::new()];
        BOTH[usize::from(general_only)].get_or_init(|| Recogniser::new(general_only))
    }

    /// The same that looks for every phrase and tries every expression, one by one: the slow way, to
    /// compare with. It finds the same.
    pub fn slow(general_only: bool) -> Self {
        let mut slow = Recogniser::new(general_only);
        slow.literals = None;
        slow.patterns.iter_mut().for_each(|p| p.here = None);
        slow.always = (0..).zip(&slow.patterns).map(|(at, _)| at).collect();
        slow.breaks = slow.breaks.trying_all();
        slow
    }

    /// Lines of a text behind which an original stands.
    pub fn breaks(&self) -> &Screen {
        &self.breaks
    }

    /// Expressions of the tables that do not compile. Compiles them all.
    pub fn broken(&self) -> Vec<String> {
        let named = self.recipients.iter().flat_map(|(_, list)| list);
        let all = self.patterns.iter().map(|p| &p.expression).chain(named);
        let mut broken: Vec<String> =
            all.filter(|p| p.is_broken()).map(|p| p.source().to_owned()).collect();
        broken.extend(self.breaks.broken().map(str::to_owned));
        broken
    }

    /// Everything that the message shows about its kind.
    pub fn look(&self, m: &Message) -> Vec<Evidence> {
        let mut found = Vec::new();
        let text = folded(cut(&m.text, TEXT));
        for (signal, look) in &self.general {
            let quote = match look {
                Look::Message(look) => look(m),
                Look::Text(look) => look(m, &text),
            };
            if let Some(quote) = quote {
                found.push(Evidence::new(signal, &quote));
            }
        }
        let mut met = self.nothing_met();
        // For each signal the phrase that ends first, of several the longest, in the order in
        // which they end.
        let mut said: Vec<(usize, usize, &'static Signal)> = Vec::new();
        self.occurrences(&text, |used, start| match used {
            Use::Pattern(at) => self.meet(Field::Text, at, &mut met),
            Use::Phrase(at) => {
                let (phrase, signal) = &self.phrases[at as usize];
                let end = start + phrase.len();
                let known = said.iter().position(|(_, _, s)| s.code == signal.code);
                let earlier =
                    known.is_none_or(|known| (said[known].0, said[known].1) > (end, start));
                if earlier
                    && text.as_bytes()[start..].starts_with(phrase.as_bytes())
                    && at_word(&text, start, end)
                {
                    match known {
                        Some(known) => said[known] = (end, start, signal),
                        None => said.push((end, start, signal)),
                    }
                }
            }
        });
        said.sort_by_key(|(end, start, _)| (*end, *start));
        self.look_forms(m, &mut met, &mut found);
        self.look_subject(cut(m.subject.trim_start(), FIELD), &met, &mut found);
        found.extend(said.iter().map(|(end, start, s)| Evidence::new(s, &text[*start..*end])));
        found
    }

    /// Every occurrence of a literal in a text that was folded.
    fn occurrences(&self, text: &str, mut hit: impl FnMut(Use, usize)) {
        let Some(literals) = &self.literals else {
            for (at, (phrase, _)) in (0..).zip(&self.phrases) {
                text.match_indices(phrase).for_each(|(start, _)| hit(Use::Phrase(at), start));
            }
            return;
        };
        literals.each(text.as_bytes(), |literal, start| {
            self.uses[literal].iter().for_each(|used| hit(*used, start));
            false
        });
    }

    fn nothing_met(&self) -> Met {
        Met(vec![0; self.patterns.len().div_ceil(64)])
    }

    fn meet(&self, field: Field, pattern: u32, met: &mut Met) {
        if self.patterns[pattern as usize].field == field {
            met.add(pattern);
        }
    }

    /// Marks the expressions that may match a field.
    fn meet_in(&self, field: Field, value: &str, met: &mut Met) {
        self.occurrences(&folded(value), |used, _| {
            if let Use::Pattern(at) = used {
                self.meet(field, at, met);
            }
        });
    }

    /// Marks the expressions that may match a subject or what is left of it without tags.
    fn meet_subject(&self, subject: &str, met: &mut Met) {
        let whole = subject.trim_start();
        self.occurrences(&folded(whole), |used, _| {
            if let Use::Pattern(at) = used {
                self.meet(Field::Subject, at, met);
                self.meet(Field::Spoken, at, met);
            }
        });
        let bare = super::subject::bare(whole);
        for subject in [whole].into_iter().chain((bare.len() < whole.len()).then_some(bare)) {
            self.subjects.each_line(subject, |at, _, _| met.add(at));
        }
    }

    fn look_subject(&self, subject: &str, met: &Met, found: &mut Vec<Evidence>) {
        let bare = super::subject::bare(subject);
        let mut seen: Vec<&'static str> = Vec::new();
        for subject in [subject].into_iter().chain((bare.len() < subject.len()).then_some(bare)) {
            for (at, signal) in &self.spoken {
                if met.has(*at)
                    && !seen.contains(&signal.code)
                    && self.patterns[*at as usize].expression.is_match(subject)
                {
                    seen.push(signal.code);
                    found.push(Evidence::new(signal, subject));
                }
            }
        }
    }

    /// The forms all of whose marks are there. `met` has what the text brought.
    fn look_forms(&self, m: &Message, met: &mut Met, found: &mut Vec<Evidence>) {
        for &field in &self.fields {
            values(field, m).iter().for_each(|value| self.meet_in(field, value, met));
        }
        for f in &m.headers.fields {
            if let Ok(at) = self.headers.binary_search_by_key(&f.name.as_str(), |(name, _)| name) {
                self.meet_in(self.headers[at].1, cut(&f.value, FIELD), met);
            }
        }
        self.meet_subject(cut(&m.subject, FIELD), met);
        for &at in &self.always {
            met.add(at);
        }
        let text = cut(&m.text, TEXT);
        // Of each expression the line that it may match, once they are asked for.
        let mut lines: Option<Vec<(u32, usize)>> = None;
        let mut tried: Vec<(u32, bool)> = Vec::new();
        for shape in &self.shapes {
            if shape.marks.is_empty() || !shape.marks.iter().all(|at| met.has(*at)) {
                continue;
            }
            let shown = shape.cheapest.iter().all(|at| match tried.iter().find(|(t, _)| t == at) {
                Some((_, matched)) => *matched,
                None => {
                    let pattern = &self.patterns[*at as usize];
                    let matched = match &pattern.here {
                        Some(here) => lines
                            .get_or_insert_with(|| self.lines(text))
                            .iter()
                            .any(|(of, start)| of == at && here.is_match(&text[*start..])),
                        None => {
                            values(pattern.field, m).iter().any(|v| pattern.expression.is_match(v))
                        }
                    };
                    tried.push((*at, matched));
                    matched
                }
            });
            if shown {
                found.push(Evidence::new(shape.signal, &self.quote(shape, m)));
            }
        }
    }

    /// Lines that expressions may match: the expression, and where the line starts.
    fn lines(&self, text: &str) -> Vec<(u32, usize)> {
        let mut lines = Vec::new();
        self.openings.each_line(text, |at, start, _| lines.push((at, start)));
        lines
    }

    /// The words that the last, usually most telling, mark of a form matched.
    fn quote(&self, shape: &Shape, m: &Message) -> String {
        for at in shape.marks.iter().rev() {
            let pattern = &self.patterns[*at as usize];
            for value in values(pattern.field, m) {
                if let Some(hit) = pattern.expression.find(&value)
                    && !hit.trim().is_empty()
                {
                    return hit.to_owned();
                }
            }
        }
        String::new()
    }

    /// Addresses that failed, from the text: by the table of a program that showed its form, else by the
    /// places where programs name them.
    pub fn recipients(&self, m: &Message, evidence: &[Evidence]) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for shape in &self.shapes {
            if !evidence.iter().any(|e| e.signal.code == shape.form.code) {
                continue;
            }
            let named = self.recipients.iter().find(|(n, _)| *n == shape.vendor.name);
            for pattern in named.iter().flat_map(|(_, list)| list) {
                for address in pattern.groups(cut(&m.text, TEXT), 100) {
                    let address = address.trim();
                    if address.contains('@') && !out.iter().any(|o| o.eq_ignore_ascii_case(address))
                    {
                        out.push(address.to_owned());
                    }
                }
                if !out.is_empty() {
                    break;
                }
            }
        }
        if out.is_empty() {
            out.extend(super::recipients::named_in_text(m, cut(&m.text, TEXT)));
        }
        out
    }
}

/// The first `limit` octets of a text, cut at a character.
pub(super) fn cut(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut end = limit;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Text in lower case with runs of white space as one blank. Apostrophes and dashes of word
/// processors become the plain ones.
pub(super) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = true;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        // Words of ASCII with one blank between them, which most texts consist of, are taken at once.
        let plain = rest.bytes().take_while(|b| match b {
            b' ' => !std::mem::replace(&mut blank, true),
            b => {
                let taken = b.is_ascii_graphic() && *b != b'`';
                blank &= !taken;
                taken
            }
        });
        let plain = plain.count();
        if plain > 0 {
            let at = out.len();
            out.push_str(&rest[..plain]);
            out[at..].make_ascii_lowercase();
            rest = &rest[plain..];
            continue;
        }
        rest = &rest[first.len_utf8()..];
        match first {
            c if c.is_whitespace() => {
                if !blank {
                    out.push(' ');
                }
                blank = true;
                continue;
            }
            '\u{2018}' | '\u{2019}' | '\u{02bc}' | '\u{00b4}' | '`' => out.push('\''),
            '\u{2010}'..='\u{2014}' => out.push('-'),
            c => fold(c, &mut out),
        }
        blank = false;
    }
    out
}

/// Whether a hit does not begin or end inside a word. Scripts without blanks between words have no
/// such borders.
fn at_word(text: &str, start: usize, end: usize) -> bool {
    let spaced = |c: char| c.is_alphanumeric() && (c as u32) < 0x2e80;
    let inner = |a: Option<char>, b: Option<char>| match (a, b) {
        (Some(a), Some(b)) => spaced(a) && spaced(b),
        _ => false,
    };
    !inner(text[..start].chars().next_back(), text[start..].chars().next())
        && !inner(text[..end].chars().next_back(), text[end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same by a whole parser of the syntax: what it may not fall short of.
    fn parsed(ast: &regex_syntax::ast::Ast) -> bool {
        use regex_syntax::ast::{Ast, RepetitionKind, RepetitionRange};
        match ast {
            Ast::Concat(concat) => {
                let mut run = 0;
                concat.asts.iter().any(|piece| {
                    match piece {
                        Ast::Literal(l) if !l.c.is_whitespace() => run += l.c.len_utf8(),
                        Ast::Empty(_) | Ast::Flags(_) | Ast::Assertion(_) => {}
                        _ => run = 0,
                    }
                    run >= 3 || parsed(piece)
                })
            }
            Ast::Group(group) => parsed(&group.ast),
            Ast::Alternation(all) => all.asts.iter().all(parsed),
            Ast::Repetition(r) => match &r.op.kind {
                RepetitionKind::ZeroOrOne | RepetitionKind::ZeroOrMore => false,
                RepetitionKind::OneOrMore => parsed(&r.ast),
                RepetitionKind::Range(
                    RepetitionRange::Exactly(n)
                    | RepetitionRange::AtLeast(n)
                    | RepetitionRange::Bounded(n, _),
                ) => *n > 0 && parsed(&r.ast),
            },
            Ast::Literal(l) => l.c.len_utf8() >= 3,
            _ => false,
        }
    }

    #[test]
    fn no_line_is_tried_against_an_expression_without_a_literal() {
        let always: Vec<_> = Recogniser::new(false).breaks.untold().map(str::to_owned).collect();
        assert!(always.is_empty(), "{always:?}");
    }

    #[test]
    fn literals_are_found_in_every_expression_that_has_them() {
        let mut seen = 0;
        for vendor in vendors::ALL {
            for mark in vendor.forms.iter().flat_map(|f| f.marks) {
                let (_, pattern) = field_of(mark);
                let ast = regex_syntax::ast::parse::Parser::new().parse(pattern).expect("syntax");
                assert_eq!(required(pattern).is_some(), parsed(&ast), "{pattern}");
                seen += 1;
            }
        }
        assert!(seen > 200, "{seen}");
    }

    proptest::proptest! {
        #[test]
        fn folding_is_that_of_single_characters(text in "[a-cA-CÀéσΣ` ’–\\t\\n\\u{b}\\u{1}\\u{a0}]{0,40}") {
            let mut slow = String::new();
            for c in text.chars() {
                match c {
                    c if c.is_whitespace() => {
                        if !slow.is_empty() && !slow.ends_with(' ') {
                            slow.push(' ');
                        }
                    }
                    '’' | '`' => slow.push('\''),
                    '–' => slow.push('-'),
                    c => fold(c, &mut slow),
                }
            }
            proptest::prop_assert_eq!(folded(&text), slow);
        }
    }
}
