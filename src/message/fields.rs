//! Header blocks cut into fields, and field values into one line of text. Bare CR, NUL, junk lines and a
//! missing blank line are tolerated and told.

use std::borrow::Cow;

use super::{charset, words};

/// One field as it stands: name without colon, value with its folding.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawField<'a> {
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

impl RawField<'_> {
    pub(super) fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.as_bytes())
    }
}

/// A header block.
#[derive(Debug, Default)]
pub(super) struct Block<'a> {
    pub(super) fields: Vec<RawField<'a>>,
    /// Where the fields start: behind a From_ line and leading blank lines.
    pub(super) start: usize,
    /// Where the fields end.
    pub(super) end: usize,
    /// Where the body starts, behind the blank line.
    pub(super) body: usize,
    /// Whether a blank line ends the block.
    pub(super) closed: bool,
    /// Whether the block is longer than allowed.
    pub(super) too_long: bool,
    /// Whether there are more fields than allowed.
    pub(super) too_many: bool,
    /// Whether a NUL stands in it.
    pub(super) nul: bool,
}

/// The line that starts at `at`, without its end, and where the next one starts.
pub(super) fn line(raw: &[u8], at: usize) -> (&[u8], usize) {
    let rest = &raw[at..];
    match memchr::memchr(b'\n', rest) {
        Some(end) => {
            let line = &rest[..end];
            (line.strip_suffix(b"\r").unwrap_or(line), at + end + 1)
        }
        None => (rest.strip_suffix(b"\r").unwrap_or(rest), raw.len()),
    }
}

/// The name of a field, where a line starts one. Blanks before the colon are old but seen.
pub(super) fn name(line: &[u8]) -> Option<&[u8]> {
    let head = &line[..line.len().min(crate::limits::FIELD_NAME)];
    let colon = memchr::memchr(b':', head)?;
    let name = head[..colon].trim_ascii_end();
    (!name.is_empty() && name.iter().all(|b| matches!(b, 33..=126))).then_some(name)
}

/// Cuts the block at the start of `raw` into fields. `stop` tells that a line (one that starts with
/// `--`) is a boundary of an enclosing multipart, which ends everything.
pub(super) fn block<'a>(
    raw: &'a [u8],
    max_octets: usize,
    max_fields: usize,
    stop: &dyn Fn(&[u8]) -> bool,
) -> Block<'a> {
    let mut block = Block::default();
    let mut at = 0;
    // Leading blank lines, then a From_ line as mbox, UUCP and some bounces have it.
    loop {
        let (text, next) = line(raw, at);
        let skip = (text.trim_ascii().is_empty() && at < raw.len())
            || ((text.starts_with(b"From ") || text.starts_with(b">From "))
                && name(text).is_none_or(|n| n.len() < 4));
        if !skip || next == at {
            break;
        }
        at = next;
    }
    block.start = at;
    block.end = at;
    let mut value_start = None::<(usize, usize, usize)>; // name start, name end, value start
    let mut value_end = at;
    let limit = at.saturating_add(max_octets);
    loop {
        if at >= raw.len() {
            block.body = raw.len();
            break;
        }
        if at > limit {
            block.too_long = true;
            block.body = behind_blank_line(raw, at);
            block.closed = true;
            break;
        }
        let (text, next) = line(raw, at);
        if text.is_empty() {
            block.body = next;
            block.closed = true;
            break;
        }
        if text.starts_with(b"--") && stop(text) {
            block.body = at;
            break;
        }
        if matches!(text[0], b' ' | b'\t') && value_start.is_some() {
            value_end = at + text.len();
        } else if let Some(found) = name(text) {
            push(&mut block, raw, value_start.take(), value_end, max_fields);
            let colon = memchr::memchr(b':', text).unwrap_or(found.len());
            value_start = Some((at, at + found.len(), at + colon + 1));
            value_end = at + text.len();
        } else if value_start.is_some_and(|(_, _, value)| continues(&raw[value..value_end], text)) {
            value_end = at + text.len();
        } else if !(text.starts_with(b">From ") || junk_between_fields(raw, next)) {
            block.body = at;
            break;
        }
        at = next;
        block.end = at;
    }
    push(&mut block, raw, value_start, value_end.min(limit), max_fields);
    let octets = &raw[block.start..block.end];
    block.nul = memchr::memchr(0, octets).is_some();
    block
}

/// Whether a line without a name is followed by a field or the end of the block, so that it is junk
/// among fields and not the first line of a body whose blank line is missing.
fn junk_between_fields(raw: &[u8], next: usize) -> bool {
    let (text, _) = line(raw, next);
    next < raw.len() && (text.is_empty() || name(text).is_some_and(|n| n.len() > 2))
}

/// Whether a parameter stands on a line of its own that should have been indented.
fn continues(value: &[u8], line: &[u8]) -> bool {
    value.trim_ascii_end().ends_with(b";") && line.contains(&b'=') && !line.contains(&b' ')
}

fn push<'a>(
    block: &mut Block<'a>,
    raw: &'a [u8],
    place: Option<(usize, usize, usize)>,
    end: usize,
    max: usize,
) {
    let Some((start, name_end, value)) = place else { return };
    if block.fields.len() >= max {
        block.too_many = true;
        return;
    }
    let value = raw.get(value..end).unwrap_or_default();
    block.fields.push(RawField { name: &raw[start..name_end], value });
}

fn behind_blank_line(raw: &[u8], at: usize) -> usize {
    let rest = &raw[at..];
    let lf = memchr::memmem::find(rest, b"\n\n").map(|p| p + 2);
    let crlf = memchr::memmem::find(rest, b"\n\r\n").map(|p| p + 3);
    at + lf.into_iter().chain(crlf).min().unwrap_or(rest.len())
}

/// A value on one line, its charset decoded but not its encoded words. Blanks at a fold become one.
/// Most values are one line of ASCII and are not copied.
pub(super) fn unfold<'a>(
    value: &'a [u8],
    charset: Option<&str>,
    cap: usize,
) -> (Cow<'a, str>, bool) {
    let mut value = value.trim_ascii();
    // Words shrink when they are decoded, so the octets may be longer than what is kept.
    let cut = value.len() > cap.saturating_mul(4);
    if cut {
        value = &value[..cap * 4];
    }
    let octets = one_line(value);
    if octets.is_ascii() && memchr::memchr(0x1b, &octets).is_none() {
        let text = match octets {
            Cow::Borrowed(octets) => std::str::from_utf8(octets).map(Cow::Borrowed).ok(),
            Cow::Owned(octets) => String::from_utf8(octets).map(Cow::Owned).ok(),
        };
        return (text.unwrap_or_default(), cut);
    }
    let (text, guessed) = charset::guess_beside(&octets, charset);
    (Cow::Owned(text), cut || guessed)
}

fn one_line(value: &[u8]) -> Cow<'_, [u8]> {
    let Some(first) = memchr::memchr3(b'\n', b'\r', 0, value) else { return Cow::Borrowed(value) };
    let mut octets = Vec::with_capacity(value.len());
    octets.extend_from_slice(&value[..first]);
    let mut at = first;
    while let Some(&octet) = value.get(at) {
        if octet == 0 {
            at += 1;
        } else {
            while matches!(octets.last(), Some(b' ' | b'\t')) {
                octets.pop();
            }
            while matches!(value.get(at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
                at += 1;
            }
            octets.push(b' ');
        }
        let next = memchr::memchr3(b'\n', b'\r', 0, &value[at..]).map_or(value.len(), |p| at + p);
        octets.extend_from_slice(&value[at..next]);
        at = next;
    }
    Cow::Owned(octets)
}

/// A value on one line, fully decoded, cut at `cap` octets.
pub(super) fn text(value: &[u8], charset: Option<&str>, cap: usize) -> (String, bool) {
    let (raw, bad) = unfold(value, charset, cap);
    let (mut text, wrong) =
        if raw.contains("=?") { words::decode(&raw) } else { (raw.into_owned(), false) };
    cut(&mut text, cap);
    (text, bad || wrong)
}

/// Cuts a string at a character boundary.
pub(super) fn cut(text: &mut String, cap: usize) {
    let end = head(text, cap).len();
    text.truncate(end);
}

/// The start of a text, at most `cap` octets, whole characters.
pub(super) fn head(text: &str, cap: usize) -> &str {
    let mut end = text.len().min(cap);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(raw: &[u8]) -> Vec<(String, String)> {
        block(raw, 1 << 20, 1000, &|_| false)
            .fields
            .iter()
            .map(|f| (String::from_utf8_lossy(f.name).into_owned(), text(f.value, None, 1000).0))
            .collect()
    }

    #[test]
    fn folded_fields_become_one_line() {
        for eol in ["\n", "\r\n"] {
            let raw = format!("From a Mon{eol}A: x{eol}\ty{eol}  z{eol}Bc :{eol} q{eol}{eol}D: e");
            let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
            assert_eq!(fields(raw.as_bytes()), [pair("A", "x y z"), pair("Bc", "q")]);
        }
    }

    #[test]
    fn a_body_without_a_blank_line_ends_the_block() {
        let raw = b"Subject: x\nThis is text\nand more of it\n";
        let block = block(raw, 1000, 10, &|_| false);
        assert_eq!((block.body, block.closed), (11, false));
    }

    #[test]
    fn parameters_that_lost_their_indentation_are_kept() {
        let raw = b"Content-Type: multipart/mixed;\nboundary=\"x\"\n\n";
        assert_eq!(fields(raw)[0].1, "multipart/mixed; boundary=\"x\"");
    }

    #[test]
    fn junk_between_fields_is_passed_over() {
        assert_eq!(fields(b"Subject: x\njunk line\nDate: y\n\n").len(), 2);
    }

    #[test]
    fn a_block_that_is_too_long_is_cut_and_its_body_found() {
        let mut raw = b"X: y\n".repeat(1000);
        raw.extend_from_slice(b"\nbody");
        let cut = block(&raw, 100, 1000, &|_| false);
        assert!(cut.too_long && raw[cut.body..] == *b"body");
        let many = block(&raw, 1 << 20, 10, &|_| false);
        assert!(many.too_many && many.fields.len() == 10 && raw[many.body..] == *b"body");
    }

    #[test]
    fn nul_and_bare_cr_in_a_value_do_no_harm() {
        assert_eq!(text(b" a\0b\rc ", None, 100).0, "ab c");
        assert!(block(b"A: \0\n\n", 100, 10, &|_| false).nul);
    }

    #[test]
    fn eight_bit_values_take_the_charset_of_the_message() {
        assert_eq!(text(b"f\xfcr", None, 100), ("für".into(), true));
        assert_eq!(text(b"\xe0\xe2", Some("windows-1251"), 100).0, "ав");
        assert_eq!(text("für".as_bytes(), Some("windows-1251"), 100), ("für".into(), false));
        assert_eq!(text(b"\x1b$B<+F0\x1b(B", None, 100), ("自動".into(), false));
    }
}
