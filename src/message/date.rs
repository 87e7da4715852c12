//! Moments as mail software writes them: RFC 5322 and its obsolete forms, asctime, ISO 8601, and the
//! local habits of Outlook and Notes. The zone is kept; nothing is made up beyond midnight.

use super::Date;
use crate::codec::coded;

coded!(Date { unix, zone });

impl Date {
    /// Reads a moment from a field value or a line such as `Sent: Thursday, October 15, 2015 3:22 PM`.
    pub fn read(text: &str) -> Option<Date> {
        let mut seen = Seen::default();
        let mut depth = 0usize;
        // Comments and more than a line's worth of words are no date.
        for word in text
            .split(|c: char| c.is_whitespace() || c == ',' || c == '\u{202F}')
            .filter(|w| !w.is_empty())
            .take(16)
        {
            let opened = word.matches('(').count();
            let closed = word.matches(')').count();
            let inside = depth > 0 || word.starts_with('(');
            depth = (depth + opened).saturating_sub(closed);
            if !inside {
                seen.word(word);
            }
        }
        seen.date()
    }
}

#[derive(Default)]
struct Seen {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
    time: Option<(i64, i64, i64)>,
    afternoon: Option<bool>,
    zone: Option<i16>,
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// RFC 5322 section 4.3 and the names that servers outside North America write, in minutes.
const ZONES: [(&str, i16); 34] = [
    ("ut", 0),
    ("utc", 0),
    ("gmt", 0),
    ("z", 0),
    ("wet", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("brt", -180),
    ("art", -180),
    ("bst", 60),
    ("met", 60),
    ("cet", 60),
    ("west", 60),
    ("mest", 120),
    ("cest", 120),
    ("eet", 120),
    ("sast", 120),
    ("eest", 180),
    ("msk", 180),
    ("msd", 240),
    ("sgt", 480),
    ("hkt", 480),
    ("jst", 540),
    ("kst", 540),
    ("aest", 600),
];

impl Seen {
    fn word(&mut self, word: &str) {
        let first = word.as_bytes()[0];
        if first.is_ascii_digit() {
            self.digits(word);
        } else if matches!(first, b'+' | b'-') {
            self.zone = self.zone.or_else(|| offset(word));
        } else {
            self.name(
                word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '-'),
            );
        }
    }

    fn name(&mut self, word: &str) {
        let lower = word.to_ascii_lowercase();
        if let Some(month) = lower.get(..3).and_then(|m| MONTHS.iter().position(|x| *x == m))
            // "Marco" and "Decide" are no months; "Sept" and "Octob" of cut lines are.
            && lower.len() <= 9
            && self.month.is_none()
        {
            self.month = Some(month as i64 + 1);
        } else if lower == "am" || lower == "pm" {
            self.afternoon = Some(lower == "pm");
        } else if self.zone.is_none() {
            if let Some((_, zone)) = ZONES.iter().find(|(name, _)| *name == lower) {
                self.zone = Some(*zone);
            } else if let Some(rest) = lower.strip_prefix("gmt").or(lower.strip_prefix("utc")) {
                self.zone = offset(rest);
            }
        }
    }

    fn digits(&mut self, word: &str) {
        if let Some((date, time)) = word.split_once(['T', 't'])
            && date.len() >= 8
            && time.contains(':')
        {
            self.numeric_date(date);
            self.time(time);
        } else if word.contains(':') {
            self.time(word);
        } else if word.bytes().skip(1).any(|b| matches!(b, b'-' | b'/' | b'.')) {
            if word.bytes().any(|b| b.is_ascii_alphabetic()) {
                // 15-Oct-2015
                for part in word.split(['-', '/', '.']).filter(|p| !p.is_empty()) {
                    if part.as_bytes()[0].is_ascii_digit() {
                        self.number(part)
                    } else {
                        self.name(part)
                    }
                }
            } else {
                self.numeric_date(word);
            }
        } else {
            self.number(word);
        }
    }

    fn number(&mut self, word: &str) {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let Ok(value) = word[..digits].parse::<i64>() else { return };
        match digits {
            1 | 2 if self.day.is_none() && (1..=31).contains(&value) => self.day = Some(value),
            2 | 3 if self.year.is_none() && word.len() == digits => {
                self.year = Some(century(value))
            }
            4 if self.year.is_none() && word.len() == digits => self.year = Some(value),
            _ => {}
        }
    }

    fn numeric_date(&mut self, word: &str) {
        let mut parts = word.splitn(4, ['-', '/', '.']).map(|p| (p.len(), p.parse::<i64>()));
        let (Some((long, Ok(a))), Some((_, Ok(b))), Some((_, Ok(c)))) =
            (parts.next(), parts.next(), parts.next())
        else {
            return;
        };
        let (year, month, day) = if long == 4 {
            (a, b, c)
        } else if word.contains('/') && a <= 12 {
            // 10/15/2015 as in Notes and Outlook; day first only where it cannot be a month.
            (century(c), a, b)
        } else {
            (century(c), b, a)
        };
        (self.year, self.month, self.day) = (Some(year), Some(month), Some(day));
    }

    fn time(&mut self, word: &str) {
        if self.time.is_some() {
            return;
        }
        let end = word
            .bytes()
            .position(|b| !(b.is_ascii_digit() || matches!(b, b':' | b'.')))
            .unwrap_or(word.len());
        let (clock, rest) = word.split_at(end);
        let mut parts = clock.split(':').map(|p| p.split('.').next().unwrap_or_default().parse());
        let (Some(Ok(hour)), Some(Ok(minute))) = (parts.next(), parts.next()) else { return };
        let second = parts.next().and_then(Result::ok).unwrap_or(0);
        self.time = Some((hour, minute, second));
        if !rest.is_empty() {
            self.word(rest);
        }
    }

    fn date(self) -> Option<Date> {
        let (year, month, day) = (self.year?, self.month?, self.day?);
        let (mut hour, minute, second) = self.time.unwrap_or_default();
        match self.afternoon {
            Some(true) if hour < 12 => hour += 12,
            Some(false) if hour == 12 => hour = 0,
            _ => {}
        }
        // RFC 5322 section 3.3 allows second 60.
        let fits = (1900..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && (0..=24).contains(&hour)
            && (0..=59).contains(&minute)
            && (0..=60).contains(&second);
        if !fits {
            return None;
        }
        let zone = self.zone.unwrap_or(0);
        let unix = days(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second
            - i64::from(zone) * 60;
        Some(Date { unix, zone })
    }
}

/// RFC 5322 section 4.3: two digits below 50 are of this century, three digits count from 1900.
fn century(year: i64) -> i64 {
    match year {
        0..=49 => 2000 + year,
        50..=999 => 1900 + year,
        _ => year,
    }
}

/// `+0900`, `-07:00`, `+9`; none where it is no such thing or beyond a day.
fn offset(word: &str) -> Option<i16> {
    let sign = match word.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let digits: String = word[1..]
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ':')
        .filter(|c| *c != ':')
        .collect();
    let value: i16 = digits.parse().ok().filter(|_| digits.len() <= 4)?;
    let (hours, minutes) = if digits.len() <= 2 { (value, 0) } else { (value / 100, value % 100) };
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// Days since 1970-01-01 of a day in the proleptic Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - era * 400;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_the_forms_that_software_writes() {
        const MOMENT: i64 = 1_444_890_142; // 2015-10-15T06:22:22Z
        let cases = [
            ("Thu, 15 Oct 2015 15:22:22 +0900 (JST)", MOMENT, 540),
            ("15 Oct 15 06:22:22 GMT", MOMENT, 0),
            ("15 Oct 115 06:22:22 UT", MOMENT, 0),
            ("Thu, 15 Oct 2015 02:22:22 EDT", MOMENT, -240),
            ("Thu Oct 15 06:22:22 2015", MOMENT, 0),
            ("Thu Oct 15 15:22:22 JST 2015", MOMENT, 540),
            ("2015-10-15T15:22:22.123+09:00", MOMENT, 540),
            ("2015-10-15T06:22:22Z", MOMENT, 0),
            ("2015-10-15 06:22:22", MOMENT, 0),
            ("10/15/2015 06:22:22 AM", MOMENT, 0),
            ("15.10.2015 06:22:22", MOMENT, 0),
            ("Thursday, October 15, 2015 6:22:22 AM", MOMENT, 0),
            ("15-Oct-2015 06:22:22 -0000", MOMENT, 0),
            ("Thu,15 Oct 2015 11:52:22 +0530", MOMENT, 330),
            ("Thu, 15 Oct 2015 (a comment (nested)) 06:22:22 +0000", MOMENT, 0),
            ("Thu, 15 Oct 2015 08:22:22 GMT+2", MOMENT, 120),
        ];
        for (text, unix, zone) in cases {
            assert_eq!(Date::read(text), Some(Date { unix, zone }), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "yesterday", "Thu, 99 Oct 2015 10:00:00", "12:00:00", "1 2 3 4 5", "++++"]
        {
            assert_eq!(Date::read(text), None, "{text}");
        }
    }

    #[test]
    fn leap_days_count() {
        let date = |text| Date::read(text).map(|d| d.unix);
        assert_eq!(date("29 Feb 2000 00:00:00 +0000"), Some(951_782_400));
        assert_eq!(date("1 Jan 1970 00:00:00 +0000"), Some(0));
        assert_eq!(date("31 Dec 1999 23:59:60 +0000"), Some(946_684_800));
    }
}
