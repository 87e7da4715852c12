//! Tells from the opening of a message that no field marks whether parsing it may find an answer. May say
//! yes too often; never no to what `verdict/kind.rs` would take for an answer.

use super::super::{Kind, Toward, challenge, subject};
use super::{FIELD, Field, Recogniser, TEXT, Use, cut, folded};
use crate::message::{Glance, Opening};

impl Recogniser {
    /// Whether parsing a message may find an automatic answer, by the look at its head.
    pub fn may_find(&self, glance: &Glance) -> bool {
        glance.candidate && glance.opening.as_ref().is_none_or(|opening| self.admits(opening))
    }

    /// Whether parsing a message that no field marks may find an automatic answer, as far as its opening
    /// tells: a subject of such answers, all marks of a program's form, or the words of a request. Text
    /// alone decides no other kind.
    fn admits(&self, o: &Opening) -> bool {
        if o.parts {
            return true;
        }
        let mut met = self.nothing_met();
        self.always.iter().for_each(|at| met.add(*at));
        let mut phrases = false;
        let text = folded(cut(&o.text, TEXT));
        self.occurrences(&text, |used, start| match used {
            Use::Pattern(at) => self.meet(Field::Text, at, &mut met),
            Use::Phrase(at) => {
                let (phrase, signal) = &self.phrases[at as usize];
                let asks = signal.toward == Toward::Kind(Kind::ChallengeResponse);
                phrases |= (asks || o.by_program) && text[start..].starts_with(phrase.as_str());
            }
        });
        if phrases || challenge::may_ask(&text) {
            return true;
        }
        let line = cut(o.subject.trim_start(), FIELD);
        self.meet_subject(line, &mut met);
        for (field, value) in [
            (Field::From, &o.from),
            (Field::ContentType, &o.content_type),
            (Field::ReturnPath, &o.return_path),
        ] {
            self.meet_in(field, value, &mut met);
        }
        let bare = subject::bare(line);
        let spoken = self.spoken.iter().any(|(at, _)| {
            let expression = &self.patterns[*at as usize].expression;
            met.has(*at) && (expression.is_match(line) || expression.is_match(bare))
        });
        let stands = |at: &u32| match self.patterns[*at as usize].field {
            Field::Header(name) => o.names.iter().any(|n| n == name),
            Field::Ending(end) => o.names.iter().any(|n| n.ends_with(end)),
            Field::Lacks(name) => o.names.iter().all(|n| n != name),
            // Nobody reports where no part says so.
            Field::ReportingMta | Field::Diagnostic => false,
            _ => met.has(*at),
        };
        // Half of all mail names its mailer; one that tells by itself is a mark in the look at the head.
        let telling = |at: &u32| self.patterns[*at as usize].field != Field::Header("x-mailer");
        spoken
            || self.shapes.iter().any(|s| s.marks.iter().any(telling) && s.marks.iter().all(stands))
    }
}
