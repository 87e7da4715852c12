//! Octets to text: character sets under the labels that mail software writes, wrong labels, no labels.
//! Never fails; what cannot be decoded becomes U+FFFD and is told.

use std::borrow::Cow;

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, ISO_2022_JP, KOI8_R, SHIFT_JIS, UTF_8, WINDOWS_1251,
    WINDOWS_1252,
};

/// Decodes octets under a label; the flag tells that label and octets do not agree.
pub(super) fn decode(octets: &[u8], label: Option<&str>) -> (String, bool) {
    if let Ok(text) = std::str::from_utf8(octets)
        && text.is_ascii()
        && memchr::memchr3(0x1b, b'+', b'~', octets).is_none()
        && memchr::memchr2(0x0e, 0, octets).is_none()
    {
        // Every charset but UTF-16 and EBCDIC reads these octets alike.
        return (text.to_owned(), false);
    }
    let label = label.map(normalise);
    match label.as_deref() {
        None | Some("" | "us-ascii" | "ascii" | "ansi_x3.4-1968" | "646") => {
            let seven_bit = octets.is_ascii();
            let (text, _) = guess(octets);
            (text, !seven_bit && label.is_some())
        }
        Some("utf-8" | "utf8" | "unicode-1-1-utf-8") => match std::str::from_utf8(octets) {
            Ok(text) => (text.to_owned(), false),
            Err(_) => (mostly_utf8(octets).unwrap_or_else(|| guess(octets).0), true),
        },
        Some("utf-7" | "utf7" | "unicode-1-1-utf-7" | "x-unicode-2-0-utf-7") => {
            (utf7(octets), false)
        }
        Some("iso-2022-kr" | "csiso2022kr") => shifted(octets, EUC_KR),
        Some("hz-gb-2312" | "hz") => hz(octets),
        Some(label) => match encoding(label) {
            Some(encoding) => decode_as(octets, encoding),
            None => match super::parse::rare_charset(label, octets) {
                Some(text) => (text, false),
                None => (guess(octets).0, true),
            },
        },
    }
}

/// Decodes octets that carry no label. The flag tells that it was a guess.
pub(super) fn guess(octets: &[u8]) -> (String, bool) {
    if has_jis_escape(octets) {
        let (text, bad) = ISO_2022_JP.decode_without_bom_handling(octets);
        if !bad {
            return (text.into_owned(), false);
        }
    }
    match std::str::from_utf8(octets) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => {
            let encoding = likely(octets);
            (encoding.decode_without_bom_handling(octets).0.into_owned(), true)
        }
    }
}

/// Decodes octets that carry no label of their own in a message whose text has one.
pub(super) fn guess_beside(octets: &[u8], label: Option<&str>) -> (String, bool) {
    if std::str::from_utf8(octets).is_err()
        && let Some(encoding) = label.and_then(|l| encoding(&normalise(l)))
        && encoding != UTF_8
        && let Some(text) = encoding.decode_without_bom_handling_and_without_replacement(octets)
    {
        return (text.into_owned(), true);
    }
    guess(octets)
}

fn normalise(label: &str) -> String {
    let label = label.trim_matches(|c: char| c.is_whitespace() || "\"'<>".contains(c));
    let label = label.split('*').next().unwrap_or_default();
    label.to_ascii_lowercase().replace('_', "-")
}

/// Labels that the Encoding Standard lacks and mail software writes.
fn encoding(label: &str) -> Option<&'static Encoding> {
    let label = match label {
        "cp932" | "ms-kanji" | "shift-jis" | "shiftjis" | "x-ms-cp932" | "windows-932" => {
            "shift_jis"
        }
        "cp936" | "x-gbk" | "gb-2312-80" | "gb2312-80" | "euc-cn" | "windows-936" => "gbk",
        "cp949" | "ms949" | "uhc" | "ks-c-5601-1987" | "x-windows-949" => "euc-kr",
        "cp950" | "ms950" | "big5-eten" => "big5",
        "cp51932" | "eucjp" | "x-eucjp" => "euc-jp",
        "cp50220" | "cp50221" | "cp50222" | "iso-2022-jp-1" | "iso-2022-jp-2" | "iso-2022-jp-3"
        | "iso-2022-jp-2004" | "iso-2022-jp-ms" | "jis" => "iso-2022-jp",
        "koi8" => "koi8-r",
        "win-1251" | "win1251" => "windows-1251",
        "iso8859-1" | "iso-8859-1-windows-3.1-latin-1" | "ansi" => "iso-8859-1",
        other => other,
    };
    // The Encoding Standard maps what browsers must not read to `replacement`; there our guess is better.
    Encoding::for_label_no_replacement(label.as_bytes())
        .or_else(|| {
            // "iso8859-15", "cp-1252", "windows1252"
            let squeezed: String = label.chars().filter(|c| c.is_ascii_alphanumeric()).collect();
            let rest = squeezed.strip_prefix("windows").or_else(|| squeezed.strip_prefix("cp"));
            match (rest, squeezed.strip_prefix("iso8859")) {
                (Some(page), _) => Encoding::for_label(format!("windows-{page}").as_bytes()),
                (_, Some(part)) => Encoding::for_label(format!("iso-8859-{part}").as_bytes()),
                _ => None,
            }
        })
        .or_else(|| (label == "shift_jis").then_some(SHIFT_JIS))
}

fn decode_as(octets: &[u8], encoding: &'static Encoding) -> (String, bool) {
    if encoding == WINDOWS_1252 || encoding.is_single_byte() {
        // UTF-8 under an ISO-8859 label: sequences that are valid by accident are rare.
        if let Ok(text) = std::str::from_utf8(octets)
            && !octets.is_ascii()
        {
            return (text.to_owned(), true);
        }
        if has_jis_escape(octets) {
            return (guess(octets).0, true);
        }
    }
    let (text, bad) = if encoding.is_single_byte() || encoding.is_ascii_compatible() {
        encoding.decode_without_bom_handling(octets)
    } else {
        let (text, _, bad) = encoding.decode(octets);
        (text, bad)
    };
    if bad
        && encoding != ISO_2022_JP
        && let Ok(utf8) = std::str::from_utf8(octets)
    {
        return (utf8.to_owned(), true);
    }
    (text.into_owned(), bad)
}

/// `ESC $ B`, `ESC $ @`, `ESC ( J`: the text is ISO-2022-JP, whatever it is called.
fn has_jis_escape(octets: &[u8]) -> bool {
    memchr::memchr_iter(0x1b, octets)
        .any(|at| matches!(octets.get(at + 1..at + 3), Some(b"$B" | b"$@" | b"(J" | b"(I")))
}

/// UTF-8 with a few broken octets: text that was cut inside a character.
fn mostly_utf8(octets: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(octets);
    let broken = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
    let whole = text.chars().filter(|c| !c.is_ascii()).count() - broken;
    (whole > broken * 4).then(|| text.into_owned())
}

/// The most likely charset of 8-bit octets that are not UTF-8. Looks at no more than 2 KiB.
fn likely(octets: &[u8]) -> &'static Encoding {
    let octets = &octets[..octets.len().min(2048)];
    let high = octets.iter().filter(|b| **b >= 0x80).count();
    let letters = octets.iter().filter(|b| b.is_ascii_alphabetic()).count();
    for encoding in [EUC_JP, SHIFT_JIS] {
        let (text, bad) = encoding.decode_without_bom_handling(octets);
        // A cut last character is no objection.
        let bad = bad && !text.ends_with(char::REPLACEMENT_CHARACTER);
        let kana = text.chars().filter(|c| matches!(c, '\u{3041}'..='\u{30FE}')).count();
        let half = text.chars().filter(|c| matches!(c, '\u{FF61}'..='\u{FF9F}')).count();
        // Japanese without any kana is rare beyond single words, other text with them impossible.
        if !bad && kana * 3 > half && kana * 8 >= high {
            return encoding;
        }
    }
    if high > letters {
        let count = |range: std::ops::RangeInclusive<u8>| {
            octets.iter().filter(|b| range.contains(b)).count()
        };
        let (low_half, high_half) = (count(0xc0..=0xdf), count(0xe0..=0xff));
        if low_half + high_half > high * 9 / 10 && !double_byte(octets) {
            // Small letters are the majority: C0–DF in KOI8-R, E0–FF in windows-1251.
            return if low_half > high_half { KOI8_R } else { WINDOWS_1251 };
        }
        for encoding in [GBK, EUC_KR, BIG5] {
            if !encoding.decode_without_bom_handling(octets).1 {
                return encoding;
            }
        }
    }
    WINDOWS_1252
}

/// Whether high octets stand in runs of even length only, as in EUC and GB.
fn double_byte(octets: &[u8]) -> bool {
    let mut runs = octets.split(|b| *b < 0x80).filter(|run| !run.is_empty()).peekable();
    runs.peek().is_some() && runs.all(|run| run.len() % 2 == 0)
}

/// UTF-7, RFC 2152. mail-parser's decoder drops a shifted run at the end and the octet behind it.
fn utf7(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    let mut at = 0;
    while let Some(&octet) = octets.get(at) {
        at += 1;
        if octet != b'+' {
            out.push(if octet < 0x80 { char::from(octet) } else { char::REPLACEMENT_CHARACTER });
            continue;
        }
        let run = octets[at..].iter().position(|b| sextet(*b).is_none());
        let end = run.map_or(octets.len(), |run| at + run);
        if end == at && octets.get(at) == Some(&b'-') {
            out.push('+');
            at += 1;
            continue;
        }
        let (mut bits, mut held) = (0u32, 0u32);
        let mut units = Vec::with_capacity((end - at) * 3 / 8);
        for value in octets[at..end].iter().filter_map(|b| sextet(*b)) {
            bits = (bits << 6) | u32::from(value);
            held += 6;
            if held >= 16 {
                held -= 16;
                units.push((bits >> held) as u16);
                bits &= (1 << held) - 1;
            }
        }
        if units.is_empty() {
            out.push('+');
            out.push_str(&String::from_utf8_lossy(&octets[at..end]));
        } else {
            out.extend(char::decode_utf16(units).map(|r| r.unwrap_or(char::REPLACEMENT_CHARACTER)));
        }
        at = if octets.get(end) == Some(&b'-') { end + 1 } else { end };
    }
    out
}

/// The value of a base64 digit.
pub(super) fn sextet(octet: u8) -> Option<u8> {
    match octet {
        b'A'..=b'Z' => Some(octet - b'A'),
        b'a'..=b'z' => Some(octet - b'a' + 26),
        b'0'..=b'9' => Some(octet - b'0' + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    }
}

/// ISO-2022-KR (RFC 1557): SO and SI shift between ASCII and KS C 5601, which is EUC-KR without its
/// high bits.
fn shifted(octets: &[u8], encoding: &'static Encoding) -> (String, bool) {
    let mut on = false;
    let mut eight = Vec::with_capacity(octets.len());
    let mut at = 0;
    while let Some(&octet) = octets.get(at) {
        at += 1;
        match octet {
            0x0e => on = true,
            0x0f => on = false,
            // ESC $ ) C, the designator at the start.
            0x1b if octets[at..].starts_with(b"$)C") => at += 3,
            b'\n' => {
                on = false;
                eight.push(octet);
            }
            _ => eight.push(if on && octet > 0x20 { octet | 0x80 } else { octet }),
        }
    }
    let (text, bad) = encoding.decode_without_bom_handling(&eight);
    (text.into_owned(), bad)
}

/// HZ (RFC 1843): `~{` and `~}` shift between ASCII and GB 2312.
fn hz(octets: &[u8]) -> (String, bool) {
    let mut on = false;
    let mut eight = Vec::with_capacity(octets.len());
    let mut at = 0;
    while let Some(&octet) = octets.get(at) {
        at += 1;
        match (octet, octets.get(at)) {
            (b'~', Some(b'{')) => (on, at) = (true, at + 1),
            (b'~', Some(b'}')) => (on, at) = (false, at + 1),
            (b'~', Some(b'~')) => {
                eight.push(b'~');
                at += 1;
            }
            _ => eight.push(if on && octet > 0x20 { octet | 0x80 } else { octet }),
        }
    }
    let (text, bad): (Cow<'_, str>, bool) = GBK.decode_without_bom_handling(&eight);
    (text.into_owned(), bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_read_under_the_labels_that_software_writes() {
        let cases: &[(&str, &[u8], &str)] = &[
            ("ISO-2022-JP", b"\x1b$B<+F0\x1b(B", "自動"),
            ("cp932", b"\x8e\xa9\x93\xae", "自動"),
            ("EUC-JP", b"\xbc\xab\xc6\xb0", "自動"),
            ("ks_c_5601-1987", b"\xc0\xda\xb5\xbf", "자동"),
            ("iso-2022-kr", b"\x1b$)C\x0e@Z5?\x0f ok", "자동 ok"),
            ("gb2312", b"\xd7\xd4\xb6\xaf", "自动"),
            ("HZ-GB-2312", b"~{WT6/~} ok", "自动 ok"),
            ("Big5", b"\xa6\xdb\xb0\xca", "自動"),
            ("koi8-r", b"\xc1\xd7\xd4\xcf", "авто"),
            ("cp-1251", b"\xe0\xe2\xf2\xee", "авто"),
            ("iso8859-2", b"\xb3", "ł"),
            ("utf-7", b"R+AOk-ponse +- 1 +2D3eCg", "Réponse + 1 \u{1F60A}"),
            ("ibm850", b"\x82", "é"),
            ("\"utf-8\"", "ü".as_bytes(), "ü"),
        ];
        for (label, octets, text) in cases {
            assert_eq!(decode(octets, Some(label)).0, *text, "{label}");
        }
    }

    #[test]
    fn wrong_labels_are_seen_through() {
        assert_eq!(
            decode("Zustellung für".as_bytes(), Some("iso-8859-1")),
            ("Zustellung für".into(), true)
        );
        assert_eq!(decode(b"f\xfcr", Some("us-ascii")), ("für".into(), true));
        assert_eq!(decode(b"f\xfcr", Some("utf-8")), ("für".into(), true));
        assert_eq!(decode(b"\x1b$B<+F0\x1b(B", Some("us-ascii")).0, "自動");
        assert_eq!(decode(b"f\xfcr", Some("x-unknown")).0, "für");
    }

    #[test]
    fn octets_without_a_label_are_guessed() {
        let (sjis, _, _) = SHIFT_JIS.encode("メールをお届けできませんでした");
        assert_eq!(guess(&sjis).0, "メールをお届けできませんでした");
        let (euc, _, _) = EUC_JP.encode("メールをお届けできませんでした");
        assert_eq!(guess(&euc).0, "メールをお届けできませんでした");
        let (koi, _, _) = KOI8_R.encode("Сообщение не доставлено");
        assert_eq!(guess(&koi).0, "Сообщение не доставлено");
        let (cp, _, _) = WINDOWS_1251.encode("Сообщение не доставлено");
        assert_eq!(guess(&cp).0, "Сообщение не доставлено");
        assert_eq!(guess(b"Absence jusqu'\xe0 f\xe9vrier").0, "Absence jusqu'à février");
        let (gbk, _, _) = GBK.encode("自动回复");
        assert_eq!(guess(&gbk).0, "自动回复");
    }
}
