//! Tells an mbox separator from a line of text that merely begins with `From `, and reads its date.
//! Looks only at a few octets before the line and [`WINDOW`] octets from its start, so that every
//! reader of the file comes to the same answer.

/// Octets from the start of a candidate that decide whether it is a separator.
pub(super) const WINDOW: usize = 1280;
/// Longest From_ line.
const LINE: usize = crate::limits::FROM_LINE;
/// Octets before a candidate that are looked at.
pub(super) const BEFORE: usize = 4;

/// A From_ line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FromLine {
    /// Octets with its line end.
    pub(super) len: usize,
    /// Its date in Unix seconds; a zone that is not named counts as UTC.
    pub(super) date: Option<i64>,
}

/// What follows a candidate.
#[derive(PartialEq, Eq)]
enum Next {
    Field,
    End,
    Other,
}

/// Whether a separator starts at the head of `window` (at most [`WINDOW`] octets, fewer only at the
/// end of the file); `before` are the octets before it.
///
/// After a blank line a sender and a date make a separator. Some writers leave the blank line out
/// where a message does not end in one: then the sender must be an address (or what stands for one)
/// and a header field must follow.
pub(super) fn separator(before: &[u8], window: &[u8]) -> Option<FromLine> {
    let (line, len, next) = split(window)?;
    let (sender, date) = parse(line)?;
    let blank = before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n");
    let accepted = match (sender, blank) {
        (Sender::Address, true) => true,
        (Sender::Address, false) => next == Next::Field,
        (Sender::Loose, true) => matches!(next, Next::Field | Next::End),
        (Sender::Loose, false) => false,
    };
    accepted.then_some(FromLine { len, date: Some(date) })
}

/// Whether a file that begins with `window` is an mbox. The first line may be poorer than the later
/// ones: `From nobody` where a header field follows, or nothing but `From `.
pub(super) fn opening(window: &[u8]) -> Option<FromLine> {
    let (line, len, next) = split(window)?;
    let date = parse(line).map(|(_, date)| date);
    let bare = line == b"From";
    (date.is_some() || next == Next::Field || (bare && len == window.len()))
        .then_some(FromLine { len, date })
}

/// Octets of white space and byte order mark before the first From_ line.
pub(super) fn leading(window: &[u8]) -> usize {
    let mark = if window.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 };
    let blank = window[mark..].iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    if window[mark + blank..].starts_with(b"From ") { mark + blank } else { 0 }
}

fn split(window: &[u8]) -> Option<(&[u8], usize, Next)> {
    // "From : nadia@example.org" is a header field in the form of RFC 5322 section 4.5.
    let rest = window.strip_prefix(b"From ")?;
    if rest.trim_ascii_start().starts_with(b":") {
        return None;
    }
    let looked = &window[..window.len().min(LINE)];
    let len = match memchr::memchr(b'\n', looked) {
        Some(at) => at + 1,
        None if window.len() < LINE => window.len(),
        None => return None,
    };
    let rest = &window[len..];
    let next = if rest.trim_ascii().is_empty() && window.len() < WINDOW {
        Next::End
    } else if field_name(rest).is_some() || rest.starts_with(b">From ") {
        Next::Field
    } else {
        Next::Other
    };
    Some((window[..len].trim_ascii_end(), len, next))
}

/// The name of the header field that a line starts with (RFC 5322 section 2.2, and the blank before
/// the colon of section 4.5).
pub(super) fn field_name(line: &[u8]) -> Option<&[u8]> {
    let len = line.iter().take(77).take_while(|&&b| (33..127).contains(&b) && b != b':').count();
    let after = line[len..].iter().take(4).find(|b| !matches!(b, b' ' | b'\t'))?;
    (len > 0 && *after == b':').then(|| &line[..len])
}

#[derive(PartialEq, Eq, Clone, Copy)]
enum Sender {
    /// One word: an address, `MAILER-DAEMON`, Thunderbird's `-`, Eudora's `???@???`; or nothing.
    Address,
    /// Several words that are no address.
    Loose,
}

fn parse(line: &[u8]) -> Option<(Sender, i64)> {
    let rest = line.strip_prefix(b"From ")?;
    let mut tokens: [&[u8]; 24] = [&[]; 24];
    let mut count = 0;
    for token in rest.split(u8::is_ascii_whitespace).filter(|t| !t.is_empty()) {
        *tokens.get_mut(count)? = token;
        count += 1;
    }
    let tokens = &tokens[..count];
    for start in 0..count.min(12) {
        if let Some(date) = date(&tokens[start..]) {
            let sender = match tokens[..start] {
                [] => Sender::Loose,
                [_] => Sender::Address,
                // Mailman's archives: "user at example.org".
                [_, b"at", _] => Sender::Address,
                [first, .., last]
                    if (first.starts_with(b"\"") || last.ends_with(b">"))
                        && memchr::memchr(b'@', rest).is_some() =>
                {
                    Sender::Address
                }
                _ => Sender::Loose,
            };
            return Some((sender, date));
        }
    }
    None
}

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];
const DAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

fn weekday(token: &[u8]) -> bool {
    let token = token.strip_suffix(b",").unwrap_or(token);
    token.len() >= 3
        && DAYS
            .iter()
            .any(|d| d.as_bytes().get(..token.len()).is_some_and(|d| d.eq_ignore_ascii_case(token)))
}

fn month(token: &[u8]) -> Option<u32> {
    (token.len() == 3).then_some(())?;
    MONTHS.iter().position(|m| m.eq_ignore_ascii_case(token)).map(|m| m as u32 + 1)
}

fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0u32, |n, d| d.is_ascii_digit().then(|| n * 10 + u32::from(d - b'0')))
}

/// Seconds of the day of `hh:mm` or `hh:mm:ss`.
fn clock(token: &[u8]) -> Option<i64> {
    let mut parts = token.split(|b| *b == b':');
    let hour = number(parts.next()?).filter(|h| *h < 24)?;
    let minute = number(parts.next()?).filter(|m| *m < 60)?;
    let second = match parts.next() {
        Some(s) => number(s.split(|b| *b == b'.').next()?).filter(|s| *s < 62)?,
        None => 0,
    };
    parts.next().is_none().then(|| i64::from(hour * 3600 + minute * 60 + second))
}

/// Seconds east of UTC of a zone, `None` where the token is none. Unknown names count as UTC.
fn zone(token: &[u8]) -> Option<i64> {
    let bare = token.strip_prefix(b"(").and_then(|t| t.strip_suffix(b")")).unwrap_or(token);
    match bare.first()? {
        sign @ (b'+' | b'-') => {
            let digits: Vec<u8> = bare[1..].iter().copied().filter(|b| *b != b':').collect();
            let value = (digits.len() == 4).then(|| number(&digits)).flatten()?;
            let seconds = i64::from(value / 100 * 3600 + value % 100 * 60);
            Some(if *sign == b'-' { -seconds } else { seconds })
        }
        _ if bare.len() <= 5 && bare.iter().all(u8::is_ascii_uppercase) => {
            let hours = match bare {
                b"EDT" => -4,
                b"EST" | b"CDT" => -5,
                b"CST" | b"MDT" => -6,
                b"MST" | b"PDT" => -7,
                b"PST" => -8,
                b"CET" | b"BST" | b"MET" => 1,
                b"CEST" | b"EET" | b"MEST" => 2,
                b"EEST" | b"MSK" => 3,
                b"JST" | b"KST" => 9,
                _ => 0,
            };
            Some(hours * 3600)
        }
        _ => None,
    }
}

/// A date to the end of the line: asctime(3) with the zone before or behind the year or missing, with
/// or without seconds and weekday; RFC 5322; ISO 8601; and UUCP's `remote from host` behind it.
fn date(tokens: &[&[u8]]) -> Option<i64> {
    let first = tokens.first()?;
    let starts = weekday(first)
        || month(first).is_some()
        || (first[0].is_ascii_digit() && (first.len() <= 2 || first.get(4) == Some(&b'-')));
    if !starts {
        return None;
    }
    let (mut year, mut mon, mut day, mut time, mut east) = (None, None, None, None, 0);
    let mut left = tokens;
    while let Some((&token, rest)) = left.split_first() {
        left = rest;
        if time.is_some()
            && year.is_some()
            && token == b"remote"
            && rest.first() == Some(&&b"from"[..])
        {
            break;
        }
        if mon.is_none() && weekday(token) {
        } else if let (None, Some(m)) = (mon, month(token)) {
            mon = Some(m);
        } else if let (None, Some(seconds)) = (time, clock(token)) {
            time = Some(seconds);
        } else if let Some(n) = number(token) {
            match (day, year, token.len()) {
                (None, _, 1 | 2) if (1..=31).contains(&n) => day = Some(n),
                (_, None, 4) if (1970..2200).contains(&n) => year = Some(n),
                (Some(_), None, 2) => year = Some(if n < 70 { 2000 + n } else { 1900 + n }),
                _ => return None,
            }
        } else if let (None, Some((y, m, d, clock, zone))) = (year, iso(token)) {
            (year, mon, day, time, east) = (Some(y), Some(m), Some(d), clock.or(time), zone);
        } else if let Some(seconds) = zone(token) {
            // A name behind a number says the same again: "+0100 (CET)".
            if east == 0 {
                east = seconds;
            }
        } else {
            return None;
        }
    }
    Some(days(year?, mon?, day?) * 86_400 + time? - east)
}

type Iso = (u32, u32, u32, Option<i64>, i64);

fn iso(token: &[u8]) -> Option<Iso> {
    let (date, clock_part) = match token.iter().position(|b| *b == b'T') {
        Some(at) => (&token[..at], Some(&token[at + 1..])),
        None => (token, None),
    };
    let mut parts = date.split(|b| *b == b'-');
    let year = parts.next().filter(|y| y.len() == 4).and_then(number)?;
    let month = number(parts.next()?).filter(|m| (1..=12).contains(m))?;
    let day = number(parts.next()?).filter(|d| (1..=31).contains(d))?;
    if parts.next().is_some() || !(1970..2200).contains(&year) {
        return None;
    }
    let Some(rest) = clock_part else { return Some((year, month, day, None, 0)) };
    let at = rest.iter().position(|b| matches!(b, b'Z' | b'+' | b'-')).unwrap_or(rest.len());
    let east = if at < rest.len() && rest[at] != b'Z' { zone(&rest[at..])? } else { 0 };
    Some((year, month, day, Some(clock(&rest[..at])?), east))
}

/// Days from 1970-01-01 in the Gregorian calendar, years counted from March.
fn days(year: u32, month: u32, day: u32) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let shifted = i64::from((month + 9) % 12);
    let of_year = (153 * shifted + 2) / 5 + i64::from(day) - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after_blank(text: &str) -> Option<FromLine> {
        separator(b"x\n\n", text.as_bytes())
    }

    #[test]
    fn usual_and_odd_from_lines_are_separators_and_give_their_date() {
        for line in [
            "From MAILER-DAEMON Fri Jul  8 12:08:34 2011",
            "From nadia@example.org Fri Jul 8 12:08:34 2011",
            "From - Fri Jul 08 12:08:34 2011",
            "From ???@??? Fri Jul 08 12:08:34 2011",
            "From 1370123456789012345@xxx Fri Jul 08 12:08:34 +0000 2011",
            "From nadia@example.org Fri Jul  8 14:08:34 CEST 2011",
            "From nadia@example.org Fri Jul  8 12:08:34 2011 GMT",
            "From nadia@example.org Fri Jul  8 14:08:34 2011 +0200",
            "From nadia@example.org Fri, 8 Jul 2011 13:08:34 +0100 (CET)",
            "From nadia@example.org 2011-07-08T12:08:34Z",
            "From uucp Fri Jul  8 12:08:34 2011 remote from hub",
            "From nadia at example.org  Fri Jul  8 12:08:34 2011",
            "From \"Nadia Roth\" <nadia@example.org> Fri Jul  8 12:08:34 2011",
            "From nadia@example.org Friday Jul 8 12:08:34 11",
        ] {
            let text = format!("{line}\r\nSubject: x\r\n");
            let found = after_blank(&text);
            assert_eq!(
                found,
                Some(FromLine { len: line.len() + 2, date: Some(1_310_126_914) }),
                "{line}"
            );
        }
        assert_eq!(
            after_blank("From a@example.org Fri Jul  8 12:08 2011\nA: b\n").and_then(|f| f.date),
            Some(1_310_126_880)
        );
    }

    #[test]
    fn text_that_begins_with_from_is_no_separator() {
        for line in [
            "From here on it rains.",
            "From nadia@example.org I heard nothing.",
            "From nadia@example.org Fri Jul  8 12:08:34 2011 we learned",
            "From Monday on, 12:00 is the time",
            "From ",
            "From 2011 to 2012",
        ] {
            assert_eq!(after_blank(&format!("{line}\nSubject: x\n")), None, "{line}");
        }
    }

    #[test]
    fn several_words_with_a_date_need_a_header_field_behind_them() {
        let line = "From what he said on Fri Jul  8 12:08:34 2011\n";
        assert!(after_blank(&format!("{line}it was cold\nand wet")).is_none());
        assert!(after_blank(&format!("{line}Subject: x\n")).is_some());
    }

    #[test]
    fn without_a_blank_line_only_a_full_line_before_a_field_separates() {
        let full = b"From nadia@example.org Fri Jul  8 12:08:34 2011\nSubject: x\n";
        assert!(separator(b"end\n", full).is_some());
        let prose = b"From nadia@example.org Fri Jul  8 12:08:34 2011\nand so on it went\nx";
        assert!(separator(b"end\n", prose).is_none());
        assert!(separator(b"x\n\n", prose).is_some());
    }

    #[test]
    fn first_line_of_a_file_may_be_poor() {
        assert!(opening(b"From ").is_some());
        assert!(opening(b"From nobody\nSubject: x\n\n").is_some());
        assert!(opening(b"From Paris with love\nThis is a novel.\n").is_none());
        assert!(opening(b"Subject: x\n\n").is_none());
    }
}
