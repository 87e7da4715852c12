//! The one place where hostile text is made harmless: for the terminal, for one-line cells and for
//! spreadsheets, and back again. Never emits a control, bidi or invisible character.

use std::borrow::Cow;

/// Makes text from mail printable on one line: whatever does not print, and the backslash, becomes
/// `\xHH` for each octet of its UTF-8. [`undo`] gives the octets back.
pub fn text(written: &str) -> Cow<'_, str> {
    escape(written, true)
}

/// Octets that need not be UTF-8, a file name for instance: what prints stays, the rest becomes `\xHH`.
pub fn octets(written: &[u8]) -> String {
    let mut out = String::with_capacity(written.len());
    for piece in written.utf8_chunks() {
        out.push_str(&text(piece.valid()));
        for octet in piece.invalid() {
            push_octet(&mut out, *octet);
        }
    }
    out
}

/// Text that was escaped before, such as a locator: backslashes stay, and anything that should not have
/// been left in it is made harmless all the same.
pub fn escaped_before(written: &str) -> Cow<'_, str> {
    escape(written, false)
}

/// A spreadsheet runs a cell that starts with one of these; it gets a `'` in front. So does a cell that
/// reads as if it had got one, or [`defused`] could not tell the two apart.
pub fn defuse(cell: Cow<'_, str>) -> Cow<'_, str> {
    if is_formula(cell.trim_start_matches('\'')) { Cow::Owned(format!("'{cell}")) } else { cell }
}

/// Takes the `'` of [`defuse`] off again.
pub fn defused(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// The octets behind an escaped text. A backslash that starts no `\xHH` stands for itself.
pub fn undo(escaped: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(escaped.len());
    let mut rest = escaped.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if let [b'\\', b'x', high, low, tail @ ..] = rest
            && let (Some(high), Some(low)) = (hex(*high), hex(*low))
        {
            out.push(high << 4 | low);
            rest = tail;
        } else {
            out.push(first);
            rest = tail;
        }
    }
    out
}

/// The text behind a cell of a CSV that we wrote: `'` and `\xHH` undone.
pub fn undo_cell(cell: &str) -> Vec<u8> {
    undo(defused(cell))
}

/// What a terminal shows for it, in columns: East Asian wide characters and emoji take two, combining
/// marks none. Near enough for lining up a table.
pub fn width(shown: &str) -> usize {
    shown.chars().map(columns).sum()
}

/// Cuts escaped text to that many columns of a terminal, with `…` as the last where something is lost.
pub fn fit(shown: &str, limit: usize) -> Cow<'_, str> {
    if width(shown) <= limit {
        return Cow::Borrowed(shown);
    }
    let mut room = limit.saturating_sub(1);
    let mut out = String::new();
    for letter in shown.chars() {
        let Some(left) = room.checked_sub(columns(letter)) else { break };
        room = left;
        out.push(letter);
    }
    out.push('…');
    Cow::Owned(out)
}

fn escape(written: &str, backslash: bool) -> Cow<'_, str> {
    let harmless = |c: char| prints(c) && !(backslash && c == '\\');
    if written.chars().all(harmless) {
        return Cow::Borrowed(written);
    }
    let mut out = String::with_capacity(written.len() + 16);
    for letter in written.chars() {
        if harmless(letter) {
            out.push(letter);
        } else {
            for octet in letter.encode_utf8(&mut [0; 4]).bytes() {
                push_octet(&mut out, octet);
            }
        }
    }
    Cow::Owned(out)
}

fn push_octet(out: &mut String, octet: u8) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push_str("\\x");
    out.push(char::from(DIGITS[usize::from(octet >> 4)]));
    out.push(char::from(DIGITS[usize::from(octet & 15)]));
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Whether a character may be shown as it is. Unicode's format characters (bidi, zero width, tags), line
/// and paragraph separators, private use and unassigned code points may not.
fn prints(letter: char) -> bool {
    match letter {
        ' '..='~' => true,
        // Letters that show nothing at all: the Hangul fillers.
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' => false,
        // Variation selectors beyond the sixteen of emoji: marks that show nothing, and can carry a hidden text.
        '\u{e0100}'..='\u{e01ef}' => false,
        // Blanks of other widths. French and Japanese subjects are full of them.
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => {
            true
        }
        _ if letter.is_alphanumeric() => true,
        // The standard library's own table. Behind another letter it lets combining marks pass.
        _ => {
            let mut pair = [b'a', 0, 0, 0, 0];
            let length = letter.encode_utf8(&mut pair[1..]).len();
            std::str::from_utf8(&pair[..=length])
                .is_ok_and(|pair| pair.escape_debug().nth(1) == Some(letter))
        }
    }
}

fn columns(letter: char) -> usize {
    match u32::from(letter) {
        0x20..=0x2ff => 1,
        0x300..=0x36f | 0x483..=0x489 | 0x591..=0x5bd | 0x64b..=0x65f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0x303e
        | 0x3041..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1f64f
        | 0x1f680..=0x1f6ff
        | 0x1f900..=0x1faff
        | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escape_sequences_and_bidi_controls_become_octets() {
        assert_eq!(text("a\u{1b}[31mb"), "a\\x1b[31mb");
        assert_eq!(text("x\u{202e}gpj.exe"), "x\\xe2\\x80\\xaegpj.exe");
        assert_eq!(text("two\r\nlines\u{2028}three"), "two\\x0d\\x0alines\\xe2\\x80\\xa8three");
        assert_eq!(text("C:\\new"), "C:\\x5cnew");
        assert_eq!(text("\u{9b}31m"), "\\xc2\\x9b31m");
        assert_eq!(text("\u{e0041}\u{feff}\u{200b}").matches("\\x").count(), 4 + 3 + 3);
    }

    #[test]
    fn letters_marks_and_blanks_of_all_languages_stay() {
        for kept in [
            "Réponse automatique\u{a0}: absent",
            "自動応答:\u{3000}不在です",
            "e\u{301}te\u{301} नमस्ते ไทย עברית العربية",
            "🙂 ☎ № “x” — …",
            "\u{fffd}",
        ] {
            assert!(matches!(text(kept), Cow::Borrowed(same) if same == kept), "{kept}");
        }
    }

    #[test]
    fn octets_that_are_no_text_become_escapes_and_come_back() {
        let name = b"caf\xe9\\\xff\xfe.eml";
        assert_eq!(octets(name), "caf\\xe9\\x5c\\xff\\xfe.eml");
        assert_eq!(undo(&octets(name)), name);
        assert_eq!(escaped_before(&octets(name)), octets(name));
        assert_eq!(escaped_before("a\\xe9\u{1b}"), "a\\xe9\\x1b");
    }

    #[test]
    fn a_backslash_without_an_escape_stands_for_itself() {
        assert_eq!(undo("a\\b\\xg1\\x4"), b"a\\b\\xg1\\x4");
        assert_eq!(undo("\\X41\\x4A\\x4a"), b"\\X41JJ");
    }

    #[test]
    fn formulas_are_defused_and_everything_else_is_left_alone() {
        for dangerous in ["=1+1", "+49 30", "-2", "@SUM(A1)", "\tx", "\rx"] {
            let safe = defuse(Cow::Borrowed(dangerous));
            assert_eq!(safe, format!("'{dangerous}"));
            assert_eq!(defused(&safe), dangerous);
        }
        for harmless in ["", "a=b", "'quoted'", "'", "<a@b>", " =x"] {
            assert_eq!(defuse(Cow::Borrowed(harmless)), harmless);
            assert_eq!(defused(harmless), harmless);
        }
        assert_eq!(defuse(Cow::Borrowed("'=x")), "''=x");
        assert_eq!(defused("''=x"), "'=x");
    }

    #[test]
    fn cutting_counts_columns_not_octets() {
        assert_eq!(fit("abcdef", 6), "abcdef");
        assert_eq!(fit("abcdefg", 6), "abcde…");
        assert_eq!(fit("自動応答です", 6), "自動…");
        assert_eq!(width("自動"), 4);
    }

    /// Hostile text: much more of what must not pass than chance would give.
    fn hostile() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            any::<char>().prop_map(String::from),
            "[ -~]{0,4}",
            "[\\x00-\\x1f\\x7f-\\x9f]",
            "[\\u{200b}-\\u{200f}\\u{202a}-\\u{202e}\\u{2060}-\\u{206f}\\u{feff}\\u{61c}]",
            "['=+@\\t\\r\\\\x-]{1,3}",
            "\\\\x[0-9a-f]{2}",
        ];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn is_dangerous(letter: char) -> bool {
        letter.is_control()
            || matches!(u32::from(letter), 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e
                | 0x2060..=0x206f | 0xfeff | 0xfff9..=0xfffb | 0xe0000..=0xe0fff)
    }

    #[test]
    fn a_text_hidden_in_variation_selectors_is_shown_as_octets() {
        assert_eq!(text("a\u{e0100}\u{e01ef}b"), "a\\xf3\\xa0\\x84\\x80\\xf3\\xa0\\x87\\xafb");
        assert_eq!(text("\u{2764}\u{fe0f}"), "\u{2764}\u{fe0f}");
    }

    proptest! {
        #[test]
        fn text_comes_back_octet_for_octet(written in hostile()) {
            prop_assert_eq!(undo(&text(&written)), written.as_bytes());
        }

        #[test]
        fn any_octets_come_back(written in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(undo(&octets(&written)), written);
        }

        #[test]
        fn cells_come_back_octet_for_octet(written in hostile()) {
            prop_assert_eq!(undo_cell(&defuse(text(&written))), written.as_bytes());
        }

        #[test]
        fn nothing_dangerous_is_ever_emitted(written in hostile()) {
            for shown in [text(&written), escaped_before(&written), defuse(text(&written))] {
                prop_assert!(!shown.chars().any(is_dangerous), "{:?}", shown);
            }
            prop_assert!(!is_formula(&defuse(text(&written))));
        }

        #[test]
        fn what_was_escaped_is_not_escaped_again(written in hostile()) {
            let once = text(&written).into_owned();
            prop_assert_eq!(escaped_before(&once), once.as_str());
        }

        #[test]
        fn cut_text_fits(written in hostile(), limit in 1usize..40) {
            prop_assert!(width(&fit(&text(&written), limit)) <= limit);
        }
    }
}
