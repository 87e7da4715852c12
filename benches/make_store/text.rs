//! How dates, encoded words, addresses and running text are written. Knows nothing of mail programs.

use crate::rng::Rng;

const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A display name and an address.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) address: String,
}

impl Who {
    pub(crate) fn new(name: &str, address: &str) -> Self {
        Who { name: name.to_owned(), address: address.to_owned() }
    }

    /// As a header writes it.
    pub(crate) fn header(&self) -> String {
        if self.name.is_empty() {
            self.address.clone()
        } else if self.name.is_ascii() {
            let plain = self.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ');
            let quote = if plain { "" } else { "\"" };
            format!("{quote}{}{quote} <{}>", self.name, self.address)
        } else {
            format!("{} <{}>", encoded(&self.name), self.address)
        }
    }

    pub(crate) fn domain(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(_, d)| d)
    }

    pub(crate) fn local(&self) -> &str {
        self.address.rsplit_once('@').map_or("", |(l, _)| l)
    }
}

/// Year, month, day, hour, minute, second, weekday (0 = Thursday, the epoch's).
pub(crate) fn civil(unix: i64) -> (i64, usize, i64, i64, i64, i64, usize) {
    let days = unix.div_euclid(86_400);
    let second = unix.rem_euclid(86_400);
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (
        year,
        (month - 1) as usize,
        day,
        second / 3600,
        second / 60 % 60,
        second % 60,
        days.rem_euclid(7) as usize,
    )
}

/// RFC 5322 section 3.3; `zone` in minutes east of UTC.
pub(crate) fn date(unix: i64, zone: i64) -> String {
    let (y, m, d, hh, mm, ss, w) = civil(unix + zone * 60);
    let sign = if zone < 0 { '-' } else { '+' };
    let z = zone.abs();
    format!(
        "{}, {d} {} {y} {hh:02}:{mm:02}:{ss:02} {sign}{:02}{:02}",
        DAYS[w],
        MONTHS[m],
        z / 60,
        z % 60
    )
}

/// The date of a From_ line, UTC.
pub(crate) fn asctime(unix: i64) -> String {
    let (y, m, d, hh, mm, ss, w) = civil(unix);
    format!("{} {} {d:2} {hh:02}:{mm:02}:{ss:02} {y}", DAYS[w], MONTHS[m])
}

/// `20250901121314`.
pub(crate) fn stamp(unix: i64) -> String {
    let (y, m, d, hh, mm, ss, _) = civil(unix);
    format!("{y:04}{:02}{d:02}{hh:02}{mm:02}{ss:02}", m + 1)
}

/// Minutes east of UTC in a place with central European time: last Sundays of March and October, 01:00 UTC.
pub(crate) fn european_zone(unix: i64, winter: i64) -> i64 {
    let (_, m, d, hh, _, _, w) = civil(unix);
    let sunday = (w + 4) % 7; // days since Sunday
    let last_sunday_passed = d - sunday as i64 > 24 && (sunday > 0 || hh >= 1);
    let summer = match m {
        3..=8 => true,
        2 => last_sunday_passed,
        9 => !last_sunday_passed,
        _ => false,
    };
    winter + if summer { 60 } else { 0 }
}

/// Standard Base64 without line ends.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let n = u32::from(three[0]) << 16
            | u32::from(three.get(1).copied().unwrap_or(0)) << 8
            | u32::from(three.get(2).copied().unwrap_or(0));
        for (i, shift) in [18, 12, 6, 0].into_iter().enumerate() {
            if i <= three.len() {
                out.push(char::from(ALPHABET[(n >> shift & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

/// As it is where it is ASCII, else RFC 2047 `B`, cut at characters and folded.
pub(crate) fn encoded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > 42 {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    let words: Vec<String> =
        words.iter().map(|w| format!("=?UTF-8?B?{}?=", base64(w.as_bytes()))).collect();
    words.join("\n ")
}

/// Text in ISO-2022-JP, which is seven-bit and so still a string.
pub(crate) fn iso_2022_jp(text: &str) -> String {
    let (bytes, _, _) = encoding_rs::ISO_2022_JP.encode(text);
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Every line with `mark` before it.
pub(crate) fn quoted(text: &str, mark: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    for line in text.lines() {
        out.push_str(mark);
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Running text of about `octets`, wrapped before column 72, in paragraphs.
pub(crate) fn prose(rng: &mut Rng, words: &[&str], octets: usize) -> String {
    let mut out = String::with_capacity(octets + 100);
    let mut column = 0;
    let mut sentence = 0;
    while out.len() < octets {
        let word = rng.word(words);
        if column + word.len() > 70 {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        if sentence == 0 {
            let mut letters = word.chars();
            if let Some(first) = letters.next() {
                out.extend(first.to_uppercase());
                out.push_str(letters.as_str());
            }
        } else {
            out.push_str(word);
        }
        column += word.len();
        sentence += 1;
        if sentence > 5 && rng.below(8) == 0 {
            out.push('.');
            column += 1;
            sentence = 0;
            if rng.below(5) == 0 {
                out.push_str("\n\n");
                column = 0;
            }
        }
    }
    while out.ends_with(['\n', ' ']) {
        out.pop();
    }
    if sentence > 0 {
        out.push('.');
    }
    out.push('\n');
    out
}

/// Lines of 76 Base64 characters that decode to noise.
pub(crate) fn noise(rng: &mut Rng, octets: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(octets + 80);
    while out.len() < octets {
        let mut left = 76;
        while left > 0 {
            let mut bits = rng.next();
            for _ in 0..left.min(10) {
                out.push(char::from(ALPHABET[(bits & 63) as usize]));
                bits >>= 6;
            }
            left -= left.min(10);
        }
        out.push('\n');
    }
    out
}
