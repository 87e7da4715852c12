//! Writes docs/RECOGNITION.md: what is known, by program and language with counts, from the declarations;
//! what is not known and what was measured stand as text beside it. Decides nothing.

use super::languages::{self, Language};
use super::vendors::{self, Vendor};
use super::{Kind, SeenIn, list};

/// What a list of a language is called, and the list.
type Lists = [(&'static str, fn(&Language) -> usize); 9];

const LISTS: Lists = [
    ("auto-reply subjects", |l| l.auto_reply_subjects.len()),
    ("texts", |l| l.auto_reply_texts.len()),
    ("bounce subjects", |l| l.bounce_subjects.len()),
    ("texts", |l| l.bounce_texts.len()),
    ("delay subjects", |l| l.delay_subjects.len()),
    ("texts", |l| l.delay_texts.len()),
    ("challenge texts", |l| l.challenge_texts.len()),
    ("receipt subjects", |l| l.receipt_subjects.len()),
    ("texts", |l| l.receipt_texts.len()),
];

/// Forms of a program that show this kind.
fn forms(v: &Vendor, kind: Kind) -> usize {
    v.forms.iter().filter(|f| f.kind == kind).count()
}

/// Where the knowledge of a program comes from, by the words of its source.
fn footing(v: &Vendor) -> &'static str {
    const PARSERS: &[&str] =
        &["Sisimai", "flufl.bounce", "Sympa 6.2.70 Process", "BounceParser", "PHPMailer", "public"];
    const FILTERS: &[&str] = &["SpamAssassin", "Spamikaze", "What The Email"];
    if v.source.contains("easured on") {
        "real mail"
    } else if PARSERS.iter().any(|p| v.source.contains(p)) {
        "public parsers"
    } else if FILTERS.iter().any(|p| v.source.contains(p)) {
        "public filters"
    } else {
        "program or vendor"
    }
}

/// The text of `docs/RECOGNITION.md`.
pub fn recognition() -> String {
    let kinds = &Kind::ALL[..6];
    let all: usize = vendors::ALL.iter().map(|v| v.forms.len()).sum();
    let challenges = vendors::ALL.iter().filter(|v| forms(v, Kind::ChallengeResponse) > 0).count();
    let general = list()
        .iter()
        .filter(|s| matches!(s.seen_in, SeenIn::Message(..) | SeenIn::Text(_)))
        .count();
    let mut text = format!(
        "# What is recognised\n\nMade from the declarations by `scripts/bless`; not edited by hand. \
         `unscatter explain CODE` tells what a signal is.\n\n{general} general signals, {} programs with {all} \
         forms ({challenges} of them systems that send challenges), {} languages. The general signals carry \
         programs that no table knows; `scan --general-only` shows how far.\n\n",
        vendors::ALL.len(),
        languages::ALL.len(),
    );
    text.push_str(include_str!("recognition/measured.md"));

    text.push_str(
        "\n## Programs\n\nHow many forms of each kind; what they rest on.\n\n| program |",
    );
    for kind in kinds {
        text.push_str(&format!(" {} |", kind.name()));
    }
    text.push_str(" rests on | source |\n|---|");
    text.push_str(&"---|".repeat(kinds.len() + 2));
    text.push('\n');
    for v in vendors::ALL {
        text.push_str(&format!("| {} |", v.title));
        for kind in kinds {
            let n = forms(v, *kind);
            text.push_str(&if n == 0 { " |".to_owned() } else { format!(" {n} |") });
        }
        text.push_str(&format!(" {} | {} |\n", footing(v), v.source));
    }
    text.push_str("| **all** |");
    for kind in kinds {
        let n: usize = vendors::ALL.iter().map(|v| forms(v, *kind)).sum();
        text.push_str(&format!(" {n} |"));
    }
    text.push_str(" | |\n\n| rests on | programs |\n|---|---|\n");
    for name in ["real mail", "program or vendor", "public parsers", "public filters"] {
        let n = vendors::ALL.iter().filter(|v| footing(v) == name).count();
        text.push_str(&format!("| {name} | {n} |\n"));
    }

    text.push_str("\n## Languages\n\n");
    text.push_str(include_str!("recognition/languages.md"));
    text.push_str("\n| language |");
    for (name, _) in LISTS {
        text.push_str(&format!(" {name} |"));
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(LISTS.len()));
    text.push('\n');
    for l in languages::ALL {
        text.push_str(&format!("| {} ({}) |", l.title, l.tag));
        for (_, count) in LISTS {
            text.push_str(&format!(" {} |", count(l)));
        }
        text.push('\n');
    }
    text.push('\n');
    text.push_str(include_str!("recognition/unknown.md"));
    text
}
