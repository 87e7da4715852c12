//! Subjects without what lists and filters put before them. Knows nothing of languages.

/// Octets of one tag; what is longer is a subject.
const TAG: usize = 40;

/// A subject without the tags of lists and filters: `[list] `, `[SPAM] `, `***SPAM*** `, `{Spam?} `, `SPAM: `.
pub(super) fn bare(subject: &str) -> &str {
    let mut rest = subject.trim_start();
    // Lists of lists and filters before them add more than one.
    for _ in 0..3 {
        match untagged(rest) {
            Some(behind) if !behind.is_empty() => rest = behind,
            _ => break,
        }
    }
    rest
}

fn untagged(subject: &str) -> Option<&str> {
    let short = |tag: &str| !tag.trim().is_empty() && tag.len() <= TAG;
    for (open, close) in [('[', ']'), ('{', '}')] {
        if let Some((tag, rest)) = subject.strip_prefix(open).and_then(|s| s.split_once(close))
            && short(tag)
        {
            return Some(rest.trim_start());
        }
    }
    if subject.starts_with('*') {
        let inner = subject.trim_start_matches('*');
        let (tag, rest) = inner.split_once('*')?;
        return short(tag).then(|| rest.trim_start_matches('*').trim_start());
    }
    let (tag, rest) = subject.split_once(':')?;
    const FILTERS: &[&str] =
        &["spam", "probable spam", "possible spam", "suspected spam", "external", "bulk", "ext"];
    FILTERS.iter().any(|f| tag.eq_ignore_ascii_case(f)).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_lists_and_filters_are_taken_off() {
        for tagged in [
            "Re: boat",
            "[boats] Re: boat",
            "[SPAM] [boats] Re: boat",
            "***SPAM*** Re: boat",
            "*****SPAM***** Re: boat",
            "{Spam?} Re: boat",
            "SPAM: Re: boat",
            "[EXTERNAL]Re: boat",
        ] {
            assert_eq!(bare(tagged), "Re: boat", "{tagged}");
        }
    }

    #[test]
    fn a_subject_of_nothing_but_a_tag_stays() {
        for plain in ["[boats]", "***", "* one * two", "Spam", "", "[] boat", "a: b"] {
            let left = bare(plain);
            assert!(!left.is_empty() || plain.is_empty(), "{plain}");
        }
        assert_eq!(bare("[boats]"), "[boats]");
        assert_eq!(bare("a: b"), "a: b");
        assert_eq!(bare("[] boat"), "[] boat");
    }
}
