//! RFC 2047 encoded words in field values, as real software writes them: characters and base64 quanta
//! split across words, blanks inside words, words cut off at the end.

use memchr::memmem;

use super::charset;
use super::transfer::{Base64, hex};

/// Decodes the encoded words of an unfolded value; the flag tells that a word does not fit its label.
pub(super) fn decode(text: &str) -> (String, bool) {
    if !text.contains("=?") {
        return (text.to_owned(), false);
    }
    let mut out = String::with_capacity(text.len());
    let mut bad = false;
    let mut rest = text;
    let mut run = Run::default();
    while let Some(start) = rest.find("=?") {
        let Some((word, behind)) = Word::read(&rest[start..]) else {
            run.flush(&mut out, &mut bad);
            out.push_str(&rest[..start + 2]);
            rest = &rest[start + 2..];
            continue;
        };
        let between = &rest[..start];
        // Blanks between two encoded words are not shown (RFC 2047 section 6.2).
        if !(run.open && between.trim().is_empty()) {
            run.flush(&mut out, &mut bad);
            out.push_str(between);
        }
        run.push(&word, &mut out, &mut bad);
        rest = behind;
    }
    run.flush(&mut out, &mut bad);
    out.push_str(rest);
    (out, bad)
}

struct Word<'a> {
    charset: &'a str,
    base64: bool,
    text: &'a str,
}

impl<'a> Word<'a> {
    /// Reads one word at the start of `text`, which starts with `=?`.
    fn read(text: &'a str) -> Option<(Word<'a>, &'a str)> {
        let inner = &text[2..];
        let head = inner.as_bytes();
        let mark = head.iter().take(80).position(|b| *b == b'?')?;
        let charset = inner.get(..mark).filter(|c| !c.is_empty() && !c.contains(' '))?;
        let base64 = match head.get(mark + 1)? {
            b'B' | b'b' => true,
            b'Q' | b'q' => false,
            _ => return None,
        };
        if *head.get(mark + 2)? != b'?' {
            return None;
        }
        let inner = &inner[mark + 3..];
        // A word without its end was cut off with the rest of the field.
        let end = memmem::find(inner.as_bytes(), b"?=").unwrap_or(inner.len());
        let behind = inner.get(end + 2..).unwrap_or_default();
        Some((Word { charset, base64, text: &inner[..end] }, behind))
    }
}

/// Octets of consecutive words in one charset: they are decoded together, because characters and even
/// base64 quanta are split between words.
#[derive(Default)]
struct Run {
    open: bool,
    charset: String,
    octets: Vec<u8>,
    base64: Base64,
}

impl Run {
    fn push(&mut self, word: &Word<'_>, out: &mut String, bad: &mut bool) {
        if self.open && !self.charset.eq_ignore_ascii_case(word.charset) {
            self.flush(out, bad);
        }
        if !self.open {
            self.open = true;
            self.charset.clear();
            self.charset.push_str(word.charset);
        }
        if word.base64 {
            self.base64.push(word.text.as_bytes(), &mut self.octets);
            return;
        }
        self.base64 = Base64::default();
        let text = word.text.as_bytes();
        let mut at = 0;
        while let Some(&octet) = text.get(at) {
            at += 1;
            match octet {
                b'_' => self.octets.push(b' '),
                b'=' => match hex(&text[at..]) {
                    Some(value) => {
                        self.octets.push(value);
                        at += 2;
                    }
                    None => self.octets.push(octet),
                },
                _ => self.octets.push(octet),
            }
        }
    }

    fn flush(&mut self, out: &mut String, bad: &mut bool) {
        if self.open {
            let (text, wrong) = charset::decode(&self.octets, Some(&self.charset));
            // Line ends inside a word must not make new lines, nor new fields.
            out.extend(text.chars().map(|c| if matches!(c, '\r' | '\n') { ' ' } else { c }));
            *bad |= wrong;
            self.octets.clear();
            self.base64 = Base64::default();
            self.open = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    fn text(value: &str) -> String {
        decode(value).0
    }

    #[test]
    fn words_are_decoded_and_blanks_between_them_dropped() {
        assert_eq!(text("=?utf-8?Q?R=C3=A9?= =?UTF-8?Q?ponse_auto?= x"), "Réponse auto x");
        assert_eq!(text("a =?iso-8859-1*fr?q?=E9?= b"), "a é b");
        assert_eq!(text("\"=?utf-8?B?w6k=?=\" <a@example.org>"), "\"é\" <a@example.org>");
    }

    #[test]
    fn characters_split_between_words_are_joined() {
        assert_eq!(text("=?utf-8?B?w?= =?utf-8?B?6k=?="), "é");
        assert_eq!(text("=?utf-8?Q?=C3?= =?utf-8?Q?=A9?="), "é");
        assert_eq!(text("=?ISO-2022-JP?B?GyRCPCs=?= =?ISO-2022-JP?B?RjAbKEI=?="), "自動");
    }

    #[test]
    fn broken_words_are_kept_or_read_to_their_end() {
        assert_eq!(text("=?utf-8?Q?R=C3=A9pon"), "Répon");
        assert_eq!(text("=?x =?utf-8?X?a?= =?="), "=?x =?utf-8?X?a?= =?=");
        assert_eq!(text("=?us-ascii?Q?f=C3=BCr?="), "für");
        assert_eq!(text("=?utf-8?Q?out of office?="), "out of office");
        assert_eq!(text("=?utf-8?Q?a=0D=0AX:_b?="), "a  X: b");
    }

    #[test]
    fn many_unfinished_words_take_linear_time() {
        let value = "=?utf-8?Q?".repeat(20_000);
        assert!(decode(&value).0.len() < value.len());
        let value = "=?a".repeat(100_000);
        assert_eq!(decode(&value).0, value);
    }
}
