//! Lower case for the first look at a message, where the tables of Unicode would be what takes the longest.

fn shifted(c: char, by: u32) -> char {
    char::from_u32(u32::from(c) + by).unwrap_or(c)
}

/// A text in lower case. Most of a text is ASCII, which is taken in runs.
pub(super) fn lowered(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let run = rest.bytes().position(|o| !o.is_ascii()).unwrap_or(rest.len());
        let at = out.len();
        out.push_str(&rest[..run]);
        out[at..].make_ascii_lowercase();
        rest = &rest[run..];
        let Some(c) = rest.chars().next() else { return out };
        // The tables of Unicode are slow, so that the alphabets of most mail go without them.
        match c {
            'À'..='Þ' if c != '×' => out.push(shifted(c, 32)),
            'Α'..='Ρ' | 'Τ'..='Ω' | 'А'..='Я' => out.push(shifted(c, 32)),
            'Ѐ'..='Џ' => out.push(shifted(c, 80)),
            // Small letters; behind the alphabets nothing has a case, but for full-width letters.
            'ß'..='ÿ' | '×' | 'α'..='ω' | 'а'..='џ' | '\u{2010}'..='\u{2027}' => out.push(c),
            '\u{2E80}'..'\u{A000}' | '\u{AC00}'..'\u{D7A4}' => out.push(c),
            c => out.extend(c.to_lowercase()),
        }
        rest = &rest[c.len_utf8()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lower_case_is_that_of_unicode() {
        let all: String =
            ('\u{1}'..='\u{3000}').chain('\u{ff00}'..='\u{ff60}').filter(|c| *c != 'Σ').collect();
        assert_eq!(lowered(&all), all.to_lowercase());
    }
}
