//! One pure table per language: subjects and phrases of automatic answers. To add one: copy the
//! nearest file, add its name to [`ALL`], drop samples into `corpus/`, bless the snapshots.

mod ar;
mod bg;
mod ca;
mod cs;
mod da;
mod de;
mod el;
mod en;
mod es;
mod et;
mod fi;
mod fr;
mod he;
mod hr;
mod hu;
mod id;
mod it;
mod ja;
mod ko;
mod lt;
mod lv;
mod mul;
mod nb;
mod nl;
mod pl;
mod pt;
mod ro;
mod ru;
mod sk;
mod sl;
mod sv;
mod th;
mod tr;
mod uk;
mod vi;
#[path = "zh-hans.rs"]
mod zh_hans;
#[path = "zh-hant.rs"]
mod zh_hant;

/// What answering programs and people's out-of-office texts say in one language. Subjects are regular
/// expressions on the decoded subject, without case, anchored at its start by the table's compiler;
/// texts are literal phrases, compared without case, blanks folded.
pub struct Language {
    /// BCP 47 tag, also the file stem.
    pub tag: &'static str,
    /// English name.
    pub title: &'static str,
    /// Products and versions that these strings come from.
    pub source: &'static str,
    /// Subjects of automatic replies ("Automatic reply:", "Out of Office").
    pub auto_reply_subjects: &'static [&'static str],
    /// Phrases of automatic replies. Never decide alone.
    pub auto_reply_texts: &'static [&'static str],
    /// Subjects of bounces ("Undelivered Mail Returned to Sender").
    pub bounce_subjects: &'static [&'static str],
    /// Phrases of bounces. Never decide alone.
    pub bounce_texts: &'static [&'static str],
    /// Subjects of delay notices.
    pub delay_subjects: &'static [&'static str],
    /// Phrases of delay notices. Never decide alone.
    pub delay_texts: &'static [&'static str],
    /// Phrases that ask for one action so that the mail is delivered.
    pub challenge_texts: &'static [&'static str],
    /// Subjects of receipts ("Read:").
    pub receipt_subjects: &'static [&'static str],
    /// Phrases of receipts that are nothing but text. Never decide alone.
    pub receipt_texts: &'static [&'static str],
    /// What "automatic" begins with, to be found in a subject or in a phrase.
    pub automatic_words: &'static [&'static str],
    /// How texts begin that thank for the reader's mail, as absence notes do for everybody's.
    pub thanks: &'static [&'static str],
    /// The reader's own mail as subjects of programs name it ("your message").
    pub yours: &'static [&'static str],
    /// What calendars write before the colon of a subject ("Accepted:").
    pub meetings: &'static [&'static str],
    /// What tells that an acknowledgement is one of an order or a payment, in its subject or its first lines.
    pub orders: &'static [&'static str],
    /// Lines above a quoted original ("-----Original Message-----"), literal, without case.
    pub original_lines: &'static [&'static str],
    /// Samples below `corpus/` that show at least one subject of each list that is not empty.
    pub shows: &'static [&'static str],
    /// Look-alikes below `corpus/` that must show none of the subjects.
    pub spares: &'static [&'static str],
}

/// All languages, by tag.
pub const ALL: &[&Language] = &[
    &ar::LANGUAGE,
    &bg::LANGUAGE,
    &ca::LANGUAGE,
    &cs::LANGUAGE,
    &da::LANGUAGE,
    &de::LANGUAGE,
    &el::LANGUAGE,
    &en::LANGUAGE,
    &es::LANGUAGE,
    &et::LANGUAGE,
    &fi::LANGUAGE,
    &fr::LANGUAGE,
    &he::LANGUAGE,
    &hr::LANGUAGE,
    &hu::LANGUAGE,
    &id::LANGUAGE,
    &it::LANGUAGE,
    &ja::LANGUAGE,
    &ko::LANGUAGE,
    &lt::LANGUAGE,
    &lv::LANGUAGE,
    &mul::LANGUAGE,
    &nb::LANGUAGE,
    &nl::LANGUAGE,
    &pl::LANGUAGE,
    &pt::LANGUAGE,
    &ro::LANGUAGE,
    &ru::LANGUAGE,
    &sk::LANGUAGE,
    &sl::LANGUAGE,
    &sv::LANGUAGE,
    &th::LANGUAGE,
    &tr::LANGUAGE,
    &uk::LANGUAGE,
    &vi::LANGUAGE,
    &zh_hans::LANGUAGE,
    &zh_hant::LANGUAGE,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use std::path::Path;

    fn subjects(language: &Language) -> [&'static [&'static str]; 4] {
        [
            language.auto_reply_subjects,
            language.bounce_subjects,
            language.delay_subjects,
            language.receipt_subjects,
        ]
    }

    fn texts(language: &Language) -> [&'static [&'static str]; 6] {
        [
            language.auto_reply_texts,
            language.bounce_texts,
            language.delay_texts,
            language.challenge_texts,
            language.receipt_texts,
            language.original_lines,
        ]
    }

    #[test]
    fn words_that_are_looked_for_in_lower_case_are_written_so() {
        for language in ALL {
            let lists = [
                language.automatic_words,
                language.thanks,
                language.yours,
                language.meetings,
                language.orders,
            ];
            for word in lists.into_iter().flatten() {
                assert_eq!(*word, word.to_lowercase(), "{}", language.tag);
            }
        }
    }

    #[test]
    fn subjects_of_all_languages_fit_in_one_set() {
        let all: Vec<String> = ALL
            .iter()
            .flat_map(|l| subjects(l))
            .flatten()
            .map(|s| format!("(?i)^(?:{s})"))
            .collect();
        assert!(all.len() > 500, "only {} subjects", all.len());
        let set = regex::RegexSet::new(&all).expect("all subjects compile together");
        assert!(!set.is_match("Quotation for the conference room"));
        assert!(!set.is_match("Re: Undeliverable: foo"));
        assert!(set.is_match("Automatische Antwort: foo"));
        assert!(set.is_match("Réponse automatique\u{a0}: foo"));
    }

    /// Texts that an expression matches: each way of its alternatives, without and with what may be left
    /// out. Of a class the first member (plain letters) or the last one (those with marks).
    fn written(hir: &regex_syntax::hir::Hir, last: bool) -> Vec<String> {
        use regex_syntax::hir::{Class, HirKind};
        const MOST: usize = 600;
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => vec![String::new()],
            HirKind::Literal(l) => vec![String::from_utf8_lossy(&l.0).into_owned()],
            HirKind::Class(class) => {
                let has = |c: char| match class {
                    Class::Unicode(class) => {
                        class.iter().any(|range| range.start() <= c && c <= range.end())
                    }
                    Class::Bytes(_) => false,
                };
                let Class::Unicode(class) = class else { return vec!["x".to_owned()] };
                let end = if last { class.iter().last() } else { class.iter().next() };
                // Anything, blanks, digits; else one of a few letters.
                let any = ['x', ' ', '1'].into_iter().find(|c| has(*c));
                let letter = end.map(|range| if last { range.end() } else { range.start() });
                any.filter(|_| class.iter().count() > 4 || has(' ') || has('1'))
                    .or(letter)
                    .map(String::from)
                    .into_iter()
                    .collect()
            }
            HirKind::Repetition(r) => {
                let once = written(&r.sub, last).into_iter();
                let mut all = if r.min == 0 { vec![String::new()] } else { Vec::new() };
                all.extend(once.map(|s| s.repeat(r.min.max(1) as usize)));
                all
            }
            HirKind::Capture(c) => written(&c.sub, last),
            HirKind::Alternation(all) => all.iter().flat_map(|h| written(h, last)).collect(),
            HirKind::Concat(all) => all.iter().fold(vec![String::new()], |heads, part| {
                let tails = written(part, last);
                let both = |head: &String| {
                    tails.iter().map(|tail| format!("{head}{tail}")).collect::<Vec<_>>()
                };
                heads.iter().flat_map(both).take(MOST).collect()
            }),
        }
    }

    /// Reports of failures, delays and receipts are told by their senders and parts; of an automatic reply
    /// often nothing but the subject is left.
    #[test]
    fn no_subject_of_automatic_replies_is_dropped_by_the_cheap_look() {
        let mut dropped = std::collections::BTreeSet::new();
        for language in ALL {
            for subject in language.auto_reply_subjects {
                let hir = regex_syntax::parse(subject).expect("syntax");
                for text in written(&hir, false).into_iter().chain(written(&hir, true)) {
                    let mail = format!(
                        "From: Kim <kim@example.net>\nTo: a@example.org\nSubject: {text} fence\nIn-Reply-To: <a@example.org>\nMIME-Version: 1.0\nContent-Type: text/plain\n\nK.\n"
                    );
                    if !crate::message::glance(mail.as_bytes()).candidate {
                        dropped.insert(format!("{}: {text}", language.tag));
                    }
                }
            }
        }
        let dropped: Vec<String> = dropped.into_iter().collect();
        assert!(dropped.is_empty(), "{} dropped:\n{}", dropped.len(), dropped.join("\n"));
    }

    #[test]
    fn no_subject_is_anchored_by_hand() {
        for language in ALL {
            for subject in subjects(language).into_iter().flatten() {
                assert!(!subject.starts_with('^'), "{}: {subject}", language.tag);
            }
        }
    }

    #[test]
    fn tags_are_sorted_and_unique() {
        assert!(ALL.windows(2).all(|w| w[0].tag < w[1].tag));
    }

    #[test]
    fn phrases_are_whole_and_told_once() {
        for language in ALL {
            for list in texts(language) {
                let mut seen = HashSet::new();
                for text in list {
                    assert_eq!(text.trim(), *text, "{}", language.tag);
                    assert!(!text.is_empty() && !text.contains("  "), "{}: {text}", language.tag);
                    assert!(
                        seen.insert(text.to_lowercase()),
                        "{}: {text} stands twice",
                        language.tag
                    );
                }
            }
        }
    }

    #[test]
    fn every_language_has_samples_and_look_alikes_that_exist() {
        let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
        for language in ALL {
            assert!(
                !language.shows.is_empty() && !language.spares.is_empty(),
                "{} has no samples",
                language.tag
            );
            for sample in language.shows.iter().chain(language.spares) {
                assert!(corpus.join(sample).is_file(), "{}: {sample} is missing", language.tag);
            }
        }
    }
}
