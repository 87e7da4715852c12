//! Turns octets into text: charsets, encoded words (RFC 2047), transfer encodings (RFC 2045). Lenient:
//! what is broken is decoded as far as it goes, and the caller is told.

use std::borrow::Cow;

use super::parse::{charset_text, html_text};

/// Decodes octets of this charset; an unknown or wrong label falls back to what the octets look like.
pub(super) fn text(bytes: &[u8], charset: Option<&str>) -> String {
    let label = charset.map(|c| c.trim().trim_matches('"').to_ascii_lowercase());
    if bytes.contains(&0x1b) && bytes.windows(2).any(|w| w == b"\x1b$") {
        return charset_text("iso-2022-jp", bytes);
    }
    match label.as_deref() {
        Some("utf-7" | "unicode-1-1-utf-7" | "utf7") => utf7(bytes),
        None
        | Some(
            "" | "us-ascii" | "ascii" | "utf-8" | "utf8" | "unknown-8bit" | "8bit" | "x-unknown",
        ) => guessed(bytes),
        // Programs label raw UTF-8 as anything; text of another charset is hardly ever valid UTF-8.
        Some(l)
            if !l.starts_with("utf-7")
                && !bytes.is_ascii()
                && multibyte_utf8(bytes)
                && !l.starts_with("gb") =>
        {
            String::from_utf8_lossy(bytes).into_owned()
        }
        Some(l) => charset_text(l, bytes),
    }
}

/// UTF-7 (RFC 2152): base64 of UTF-16 between `+` and the first octet that is none of it; a `-` there is
/// swallowed, anything else stays.
fn utf7(bytes: &[u8]) -> String {
    let mut out = String::new();
    let mut rest = bytes;
    while let Some(plus) = memchr::memchr(b'+', rest) {
        out.push_str(&String::from_utf8_lossy(&rest[..plus]));
        let coded = &rest[plus + 1..];
        let length = coded
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'+' || **b == b'/')
            .count();
        let units: Vec<u16> = base64(&coded[..length])
            .chunks_exact(2)
            .map(|c| u16::from_be_bytes([c[0], c[1]]))
            .collect();
        if length == 0 {
            out.push('+');
        }
        out.push_str(&String::from_utf16_lossy(&units));
        rest = &coded[length..];
        rest = rest.strip_prefix(b"-").unwrap_or(rest);
    }
    out.push_str(&String::from_utf8_lossy(rest));
    out
}

fn multibyte_utf8(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok()
}

/// Octets without a label: UTF-8 if they are, else the charset of most old Western software.
fn guessed(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(s) => s.to_owned(),
        // A text cut in the middle of a character is still UTF-8.
        Err(e)
            if e.error_len().is_none()
                && e.valid_up_to() + 4 > bytes.len()
                && e.valid_up_to() > 0 =>
        {
            String::from_utf8_lossy(&bytes[..e.valid_up_to()]).into_owned()
        }
        Err(_) => charset_text("windows-1252", bytes),
    }
}

/// A header value: raw octets, encoded words, or both. Runs of encoded words of one charset are put
/// together before decoding, because programs split them inside characters.
pub(super) fn header(raw: &[u8], charset: Option<&str>) -> String {
    let plain = |bytes: &[u8]| text(bytes, charset);
    if memchr::memmem::find(raw, b"=?").is_none() {
        return if raw.is_ascii() && !raw.contains(&0x1b) {
            String::from_utf8_lossy(raw).into_owned()
        } else {
            plain(raw)
        };
    }
    let mut out = String::new();
    let mut pending: Option<(String, Vec<u8>)> = None;
    let mut rest = raw;
    let flush = |pending: &mut Option<(String, Vec<u8>)>, out: &mut String| {
        if let Some((label, bytes)) = pending.take() {
            out.push_str(&text(&bytes, Some(&label)));
        }
    };
    while !rest.is_empty() {
        let Some(start) = memchr::memmem::find(rest, b"=?") else {
            flush(&mut pending, &mut out);
            out.push_str(&plain(rest));
            break;
        };
        let Some((label, bytes, length)) = encoded_word(&rest[start..]) else {
            flush(&mut pending, &mut out);
            out.push_str(&plain(&rest[..start + 2]));
            rest = &rest[start + 2..];
            continue;
        };
        let before = &rest[..start];
        // White space between two encoded words is not part of the text (RFC 2047 section 6.2).
        if pending.is_none() || !before.iter().all(u8::is_ascii_whitespace) {
            flush(&mut pending, &mut out);
            out.push_str(&plain(before));
        }
        match &mut pending {
            Some((l, b)) if *l == label => b.extend_from_slice(&bytes),
            _ => {
                flush(&mut pending, &mut out);
                pending = Some((label, bytes));
            }
        }
        rest = &rest[start + length..];
    }
    flush(&mut pending, &mut out);
    out
}

/// `=?charset?B?…?=` at the start: charset, octets, length.
fn encoded_word(raw: &[u8]) -> Option<(String, Vec<u8>, usize)> {
    let inner = raw.strip_prefix(b"=?")?;
    let label_end = inner.iter().take(40).position(|b| *b == b'?')?;
    // RFC 2231 section 5: a language may follow the charset.
    let label =
        std::str::from_utf8(&inner[..label_end]).ok()?.split('*').next()?.to_ascii_lowercase();
    let encoding = inner.get(label_end + 1)?.to_ascii_lowercase();
    if inner.get(label_end + 2) != Some(&b'?') || label.is_empty() {
        return None;
    }
    let coded = &inner[label_end + 3..];
    let end = memchr::memmem::find(&coded[..coded.len().min(4_096)], b"?=")?;
    let octets = &coded[..end];
    let bytes = match encoding {
        b'b' => base64(octets),
        b'q' => quoted_printable(octets, true),
        _ => return None,
    };
    Some((label, bytes, 2 + label_end + 3 + end + 2))
}

/// Undoes a transfer encoding. Unknown encodings leave the octets as they are.
pub(super) fn transfer<'a>(body: &'a [u8], encoding: Option<&str>) -> Cow<'a, [u8]> {
    let encoding = encoding.map(|e| e.trim().to_ascii_lowercase()).unwrap_or_default();
    if encoding.starts_with("base64") {
        Cow::Owned(base64(body))
    } else if encoding.starts_with("quoted-printable") {
        Cow::Owned(quoted_printable(body, false))
    } else {
        Cow::Borrowed(body)
    }
}

/// Base64 without care for line ends, foreign octets or missing padding.
fn base64(coded: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(coded.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for &b in coded {
        let v = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => {
                (bits, count) = (0, 0);
                continue;
            }
            _ => continue,
        };
        bits = bits << 6 | u32::from(v);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}

fn quoted_printable(coded: &[u8], word: bool) -> Vec<u8> {
    let hex = |b: u8| (b as char).to_digit(16).map(|d| d as u8);
    let mut out = Vec::with_capacity(coded.len());
    let mut i = 0;
    while i < coded.len() {
        match coded[i] {
            b'_' if word => out.push(b' '),
            b'=' => {
                if let (Some(h), Some(l)) =
                    (coded.get(i + 1).and_then(|b| hex(*b)), coded.get(i + 2).and_then(|b| hex(*b)))
                {
                    out.push(h << 4 | l);
                    i += 2;
                } else if coded.get(i + 1) == Some(&b'\n') {
                    i += 1;
                } else if coded.get(i + 1) == Some(&b'\r') && coded.get(i + 2) == Some(&b'\n') {
                    i += 2;
                } else {
                    out.push(b'=');
                }
            }
            b => out.push(b),
        }
        i += 1;
    }
    out
}

/// HTML as text: what a person reads.
pub(super) fn html(source: &str) -> String {
    html_text(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoded_words_that_split_a_character_are_put_together() {
        assert_eq!(header(b"=?utf-8?B?4pyTIOKc?= =?utf-8?B?kyB4?=", None), "✓ ✓ x");
        assert_eq!(
            header(b"=?ISO-2022-JP?B?GyRCSVRDIyROJCo=?= =?ISO-2022-JP?B?Q04kaSQ7GyhC?=", None),
            "不達のお知らせ"
        );
    }

    #[test]
    fn text_around_and_between_encoded_words_stays() {
        assert_eq!(
            header(b"Re: =?iso-8859-1?Q?Gr=FC=DFe?= an =?utf-8?q?alle?=", None),
            "Re: Grüße an alle"
        );
    }

    #[test]
    fn raw_octets_in_headers_are_decoded_by_what_they_are() {
        assert_eq!(header("Grüße".as_bytes(), None), "Grüße");
        assert_eq!(header(b"Gr\xfc\xdfe", None), "Grüße");
        assert_eq!(header(b"\x8e\xa9\x93\xae", Some("shift_jis")), "自動");
        assert_eq!(header(b"\x1b$BIT:_\x1b(B", None), "不在");
    }

    #[test]
    fn utf_7_is_read() {
        assert_eq!(header(b"=?utf-7?Q?Abwesenheit_+APw-ber?=", None), "Abwesenheit über");
        assert_eq!(header(b"=?utf-7?Q?Va+AWE-e_zpr+AOE_x_1+-1?=", None), "Vaše zprá x 1+1");
    }

    #[test]
    fn broken_encodings_lose_nothing_that_is_readable() {
        assert_eq!(&*transfer(b"aGFsbG8", Some("base64")), b"hallo");
        assert_eq!(&*transfer(b"a=3Db=\r\nc=zz", Some("Quoted-Printable")), b"a=bc=zz");
        assert_eq!(header(b"=?utf-8?B?broken", None), "=?utf-8?B?broken");
    }
}
