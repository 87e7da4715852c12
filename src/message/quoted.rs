//! Finds the original in an answer's text: behind a break line, as a block of header fields, indented or
//! quoted, or as loose lines. Decides nothing about what the answer is.

use std::borrow::Cow;

use super::fields;

/// Where the original stands in a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Quote {
    /// The line at which the text for people ends.
    pub(super) cut: usize,
    /// What was found.
    pub(super) found: Found,
}

/// What was found of the original.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A header block as it was sent, from this line on, each line behind this prefix.
    Block(usize, Prefix),
    /// Single fields under their canonical names.
    Lines(Vec<(&'static str, String)>),
    /// A break line with no field behind it.
    Nothing,
}

/// What stands before each line of a quoted original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prefix {
    /// That many blanks.
    Blanks(usize),
    /// `>` or `|`, and a blank.
    Mark(u8),
}

impl Prefix {
    fn of(line: &str) -> Prefix {
        match line.as_bytes().first() {
            Some(mark @ (b'>' | b'|')) => Prefix::Mark(*mark),
            _ => Prefix::Blanks(line.len() - line.trim_start_matches([' ', '\t']).len()),
        }
    }

    /// The line without its prefix; none where a marked quote ends.
    pub(super) fn strip<'a>(&self, line: &'a [u8]) -> Option<&'a [u8]> {
        match *self {
            Prefix::Blanks(count) => {
                let blanks =
                    line.iter().take(count).take_while(|b| matches!(b, b' ' | b'\t')).count();
                Some(&line[blanks..])
            }
            Prefix::Mark(mark) => {
                let rest = line.strip_prefix(&[mark])?;
                Some(rest.strip_prefix(b" ").unwrap_or(rest))
            }
        }
    }
}

/// Looks for the original among the lines of a text. `breaking` are those behind which one stands.
pub(super) fn find(lines: &[&str], breaking: &[usize]) -> Option<Quote> {
    let mut cut = None;
    for &at in breaking {
        cut = cut.or(Some(at));
        // Behind the break line come blank lines, rulers, perhaps one line of explanation.
        let behind = lines.iter().enumerate().skip(at + 1).take(10);
        let start = behind.clone().find(|(_, line)| label(line).is_some() || is_field(line));
        if let Some((start, _)) = start {
            let run = Run::read(lines, start);
            if run.raw() {
                return Some(Quote { cut: at, found: Found::Block(start, run.prefix) });
            }
            let lines = loose(lines, start, lines.len().min(start + 40));
            if !lines.is_empty() {
                return Some(Quote { cut: at, found: Found::Lines(lines) });
            }
        }
    }
    // Where a break line had nothing behind it, a block further down is still the original.
    let mut at = 0;
    let mut weak = None;
    while at < lines.len() {
        if !is_field(lines[at]) && label(lines[at]).is_none() {
            at += 1;
            continue;
        }
        let run = Run::read(lines, at);
        let before = lines[..at].iter().rev().find(|line| !line.trim().is_empty());
        let apart = at == 0 || lines[at - 1].trim().is_empty() || before.is_some_and(|l| ruler(l));
        if run.original() && run.raw() && (apart || run.strong() || run.transported()) {
            let ruled = (0..at).rev().take(3).filter(|i| ruler(lines[*i])).min();
            let cut = cut.unwrap_or(ruled.unwrap_or(at)).min(at);
            return Some(Quote { cut, found: Found::Block(at, run.prefix) });
        }
        if weak.is_none() && run.original() && before.is_some_and(|l| ruler(l)) {
            weak = Some((at, run.end));
        }
        at = run.end.max(at + 1);
    }
    if let Some((start, end)) = weak {
        // A person's mail program quotes the header in its own words; what follows is the quote.
        let ruled = (0..start).rev().take(3).filter(|i| ruler(lines[*i])).min().unwrap_or(start);
        let found = Found::Lines(loose(lines, start, end));
        return Some(Quote { cut: cut.unwrap_or(ruled), found });
    }
    let lines_found = loose(lines, 0, lines.len());
    match (lines_found.is_empty(), cut) {
        (true, None) => None,
        (true, Some(cut)) => Some(Quote { cut, found: Found::Nothing }),
        // Loose lines stand in the middle of what the program says: the text goes on.
        (false, cut) => {
            Some(Quote { cut: cut.unwrap_or(lines.len()), found: Found::Lines(lines_found) })
        }
    }
}

/// A line of dashes or the like, or one that is set between them.
fn ruler(line: &str) -> bool {
    let line = line.trim().trim_start_matches(['>', ' ']);
    let drawn = |c: char| matches!(c, '-' | '=' | '_' | '*' | '~' | '#' | '\u{2500}' | '\u{2014}');
    let mut chars = line.chars();
    matches!((chars.next(), chars.next()), (Some(a), Some(b)) if drawn(a) && drawn(b))
}

fn is_field(line: &str) -> bool {
    field_name(line).is_some()
}

/// The name of a header field behind blanks or quote marks.
fn field_name(line: &str) -> Option<&[u8]> {
    let prefix = Prefix::of(line);
    fields::name(prefix.strip(line.as_bytes())?).filter(|n| n.len() > 1)
}

/// Consecutive header fields.
struct Run {
    prefix: Prefix,
    /// The line behind it.
    end: usize,
    fields: usize,
    known: u8,
    /// Whether it has a field that only a message in transport has.
    transport: bool,
    id: bool,
    /// Whether it has fields as mail programs name them to people ("Sent").
    spoken: bool,
}

impl Run {
    fn read(lines: &[&str], start: usize) -> Run {
        let prefix = Prefix::of(lines[start]);
        let mut run = Run {
            prefix,
            end: start,
            fields: 0,
            known: 0,
            transport: false,
            id: false,
            spoken: false,
        };
        for line in lines[start..].iter().take(2_000) {
            let Some(inner) = prefix.strip(line.as_bytes()) else { break };
            if inner.trim_ascii().is_empty() {
                break;
            }
            let continued = run.fields > 0 && matches!(inner[0], b' ' | b'\t');
            if !continued {
                match fields::name(inner) {
                    Some(name) => run.field(name),
                    None if label(line).is_some() => {
                        run.fields += 1;
                        run.spoken = true;
                    }
                    None => break,
                }
            }
            run.end += 1;
        }
        run
    }

    fn field(&mut self, name: &[u8]) {
        self.fields += 1;
        const KNOWN: [&str; 8] = [
            "from",
            "to",
            "subject",
            "date",
            "message-id",
            "received",
            "return-path",
            "mime-version",
        ];
        let is = |other: &str| name.eq_ignore_ascii_case(other.as_bytes());
        for (bit, known) in KNOWN.iter().enumerate() {
            if is(known) {
                self.known |= 1 << bit;
                self.transport |= bit >= 5;
                self.id |= bit == 4;
            }
        }
        self.spoken |=
            is("sent") || is("an") || is("von") || is("de") || is("para") || is("betreff");
    }

    fn count(&self) -> u32 {
        self.known.count_ones()
    }

    /// Whether this can only be the header of a message.
    fn original(&self) -> bool {
        self.fields >= 3 && (self.count() >= 2 || self.spoken)
    }

    /// Whether these are fields as they were sent, not as a mail program shows them.
    fn raw(&self) -> bool {
        !self.spoken && self.count() >= 1 && (self.transport || self.id || self.fields > 5)
    }

    fn strong(&self) -> bool {
        self.fields >= 4 && self.count() >= 3
    }

    fn transported(&self) -> bool {
        self.transport && self.count() >= 2
    }
}

/// Single fields between two lines. Without a Message-ID or a Subject there are none; the others count
/// only close to one of these.
fn loose(lines: &[&str], start: usize, end: usize) -> Vec<(&'static str, String)> {
    let mut found: Vec<(usize, &'static str, String)> = Vec::new();
    for (at, line) in lines.iter().enumerate().take(end).skip(start) {
        let Some((name, value)) = label(line).or_else(|| id_in_sentence(line)) else { continue };
        let mut value = Cow::Borrowed(value);
        if value.is_empty() || (name == "subject" && value.contains("=?")) {
            // Exchange writes "To:" and the name on the next, indented line; subjects are folded.
            let next = lines.get(at + 1).filter(|next| next.starts_with([' ', '\t']));
            if let Some(next) = next.filter(|next| label(next).is_none()) {
                value = Cow::Owned(format!("{value} {}", next.trim()).trim().to_owned());
            }
        }
        let fits = match name {
            "message-id" => value.contains('@') || value.starts_with('<'),
            "date" => super::Date::read(&value).is_some(),
            "return-path" => value.contains('@'),
            _ => !value.is_empty(),
        };
        if fits && found.iter().all(|(_, n, _)| *n != name) {
            found.push((at, name, value.into_owned()));
        }
    }
    let anchors: Vec<usize> = found
        .iter()
        .filter(|(_, name, _)| matches!(*name, "message-id" | "subject"))
        .map(|(at, _, _)| *at)
        .collect();
    found.retain(|(at, _, _)| anchors.iter().any(|anchor| anchor.abs_diff(*at) <= 8));
    found.into_iter().map(|(_, name, value)| (name, value)).collect()
}

/// The id in `Your message <id> to ADDRESS was not delivered`.
fn id_in_sentence(line: &str) -> Option<(&'static str, &str)> {
    let start = memchr::memchr(b'<', line.as_bytes())?;
    let end = start + memchr::memchr(b'>', &line.as_bytes()[start..])?;
    let (before, id, behind) = (&line[..start], &line[start + 1..end], &line[end + 1..]);
    let word = before.trim_end().rsplit(' ').next()?.to_lowercase();
    let of_mail =
        ["message", "mail", "email", "e-mail", "nachricht", "id"].contains(&word.as_str());
    let goes_on =
        behind.split_whitespace().next().is_some_and(|w| matches!(w, "to" | "an" | "from"));
    let address = behind.contains('@');
    (of_mail && goes_on && address && id.contains('@') && !id.contains(' '))
        .then(|| ("message-id", &line[start..=end]))
}

/// What a line of a text names of the original: the field's canonical name and the value. Labels are
/// those of mail programs (Outlook, Notes, Thunderbird) and mail servers in their languages.
fn label(line: &str) -> Option<(&'static str, &str)> {
    // Most lines have neither colon; the wide one starts with this octet.
    memchr::memchr2(b':', 0xef, line.as_bytes())?;
    let line =
        line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '|' | '*' | '-'));
    let head_end = line.char_indices().map(|(at, _)| at).take_while(|at| *at <= 48).last()?;
    let colon = line[..head_end]
        .find([':', '：'])
        .or_else(|| line[head_end..].starts_with(':').then_some(head_end))?;
    let (name, value) = line.split_at(colon);
    let mut value = value.chars();
    value.next();
    let value = value.as_str().trim_matches(|c: char| c.is_whitespace() || c == '*');
    let name = name.trim_matches(|c: char| {
        c.is_whitespace() || matches!(c, '*' | '"' | '[' | '・' | '●' | '■')
    });
    let canonical = match name.to_lowercase().as_str() {
        "message-id"
        | "message id"
        | "messageid"
        | "original-message-id"
        | "original message-id"
        | "original message id"
        | "internet message id"
        | "x-original-message-id"
        | "msgid"
        | "nachrichten-id"
        | "メッセージid" => "message-id",
        "subject"
        | "original subject"
        | "message subject"
        | "the subject of the message is"
        | "subject of your message"
        | "your message with subject"
        | "betreff"
        | "objet"
        | "sujet"
        | "asunto"
        | "oggetto"
        | "assunto"
        | "onderwerp"
        | "ämne"
        | "emne"
        | "aihe"
        | "temat"
        | "předmět"
        | "predmet"
        | "tárgy"
        | "subiect"
        | "konu"
        | "тема"
        | "θέμα"
        | "件名"
        | "題名"
        | "標題"
        | "主旨"
        | "主题"
        | "主題"
        | "제목" => "subject",
        "from"
        | "original sender"
        | "message from"
        | "von"
        | "absender"
        | "de"
        | "expéditeur"
        | "remitente"
        | "da"
        | "mittente"
        | "remetente"
        | "van"
        | "afzender"
        | "från"
        | "fra"
        | "lähettäjä"
        | "od"
        | "feladó"
        | "от"
        | "отправитель"
        | "差出人"
        | "送信者"
        | "寄件者"
        | "发件人"
        | "보낸 사람" => "from",
        "to"
        | "recipient"
        | "original recipient"
        | "rcpt to"
        | "an"
        | "empfänger"
        | "à"
        | "destinataire"
        | "para"
        | "destinatario"
        | "destinatário"
        | "aan"
        | "till"
        | "til"
        | "do"
        | "címzett"
        | "кому"
        | "получатель"
        | "宛先"
        | "收件者"
        | "收件人"
        | "받는 사람" => "to",
        "date"
        | "sent"
        | "sent date"
        | "date sent"
        | "sent at"
        | "sent on"
        | "the date of the message is"
        | "your mail sent on"
        | "gesendet"
        | "datum"
        | "gesendet am"
        | "envoyé"
        | "fecha"
        | "enviado"
        | "data"
        | "inviato"
        | "enviada em"
        | "enviado em"
        | "verzonden"
        | "skickat"
        | "dato"
        | "lähetetty"
        | "wysłano"
        | "odesláno"
        | "дата"
        | "отправлено"
        | "日時"
        | "送信日時"
        | "日期"
        | "寄件日期"
        | "发送时间"
        | "보낸 날짜" => "date",
        "mail from" | "envelope from" | "envelope sender" | "return-path" => "return-path",
        "cc" => "cc",
        _ => return None,
    };
    Some((canonical, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Screen;

    fn quote(text: &str) -> Option<Quote> {
        let breaks = Screen::new(["^--- Below .* copy$", "^-+ ?Original Message ?-+$"]);
        let lines: Vec<&str> = text.lines().collect();
        find(&lines, &breaks.matching_lines(&lines))
    }

    #[test]
    fn an_original_behind_a_break_line_is_found() {
        let found = quote(
            "Sorry.\n\n--- Below is a copy\n\nReturn-Path: <a@example.org>\nSubject: x\n\nbody",
        );
        assert_eq!(found, Some(Quote { cut: 2, found: Found::Block(4, Prefix::Blanks(0)) }));
    }

    #[test]
    fn an_original_without_a_break_line_is_found() {
        for (prefix, expected) in
            [("", Prefix::Blanks(0)), ("   ", Prefix::Blanks(3)), ("> ", Prefix::Mark(b'>'))]
        {
            let text = format!(
                "Failed:\n\n{prefix}Received: from a\n{prefix}\tby b\n{prefix}From: a@example.org\n{prefix}To: b@example.net\n"
            );
            assert_eq!(quote(&text), Some(Quote { cut: 2, found: Found::Block(2, expected) }));
        }
        let ruled = "Failed\n =====\n\nMessage-ID: <a@b>\nFrom: a\nTo: b\n";
        assert_eq!(quote(ruled).map(|q| q.cut), Some(1));
    }

    #[test]
    fn delivery_groups_in_a_text_are_no_original() {
        let text = "Reporting-MTA: dns;a\nArrival-Date: x\n\nFinal-Recipient: rfc822;x\nAction: failed\nStatus: 5.0.0\n";
        assert_eq!(quote(text), None);
    }

    #[test]
    fn what_mail_programs_quote_gives_fragments() {
        let found = quote(
            "Ich bin weg.\n\n-----Original Message-----\nVon: N [mailto:n@example.org]\nGesendet: Donnerstag, 15. Oct 2015 15:22\nAn: x@example.net\nBetreff: Grüße\n\nHallo",
        );
        let found = found.expect("a quote");
        assert_eq!(found.cut, 2);
        let Found::Lines(lines) = found.found else { panic!("{found:?}") };
        assert!(lines.contains(&("subject", "Grüße".to_owned())));
        assert!(lines.iter().any(|(name, _)| *name == "from"));
    }

    #[test]
    fn loose_lines_give_fragments_and_the_text_goes_on() {
        let found = quote(
            "Your message\n\n  To:      x@example.net\n  Subject: Lunch\n  Sent:    Thu, 15 Oct 2015 15:22:22 +0900\n\ndid not reach x\n",
        );
        let found = found.expect("a quote");
        assert_eq!(found.cut, 7);
        let Found::Lines(lines) = found.found else { panic!("{found:?}") };
        assert_eq!(lines.iter().map(|(n, _)| *n).collect::<Vec<_>>(), ["to", "subject", "date"]);
        assert_eq!(quote("From: here on\nall is well\n"), None);
        assert_eq!(quote("Hello\nthere\n"), None);
    }

    #[test]
    fn long_texts_take_linear_time() {
        let text = "To: x\n\n".repeat(100_000);
        let _ = quote(&text);
        let text = "Subject: x\nFrom: a@b\n\n".repeat(50_000);
        let _ = quote(&text);
    }
}
