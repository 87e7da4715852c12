//! What a bounce's text tells of a failure where its report does not: the server's words, their code, the
//! host that reports, when the original was taken in. Knows no program and decides nothing.

use crate::message::{Date, Message};

/// What a text tells of the first recipient that it speaks of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// RFC 3463 code, as written.
    pub status: Option<String>,
    /// The words of the server or of the program, on one line.
    pub diagnostic: String,
    /// Whether they hold the code of a server's answer.
    pub answered: bool,
}

/// Lines of a text that are looked at: programs explain before they return.
const LINES: usize = 200;
/// Lines that one explanation may have.
const BLOCK: usize = 12;

/// What the text says of why `failed` was not reached. `failed` are the addresses as the message names
/// them. Words behind an address with an answer code come first, then any line with one, then words
/// behind a label ("Reason:", "Grund:"), then any words behind an address.
pub fn told(m: &Message, failed: &[String]) -> Told {
    let lines: Vec<&str> = m.text.lines().take(LINES).map(str::trim_end).collect();
    let failed: Vec<String> = failed.iter().take(5).map(|f| f.to_lowercase()).collect();
    let behind: Vec<String> = behind_addresses(&lines, &failed);
    let coded = |words: &String| answer_code(words).is_some() || status_of(words).is_some();
    let found = behind
        .iter()
        .find(|words| coded(words))
        .cloned()
        .or_else(|| answers(&lines))
        .or_else(|| labelled(&lines))
        .or_else(|| behind.into_iter().find(|words| tells(words)))
        .or_else(|| named_cause(&lines))
        .unwrap_or_default();
    Told { status: status_of(&found), answered: coded(&found), diagnostic: found }
}

/// Whether words say more than that something failed: a few of them, not an address or a date alone.
fn tells(words: &str) -> bool {
    words.chars().filter(|c| c.is_alphabetic()).count() >= 4
        && (words.contains(' ') || !words.contains('@'))
}

/// A line that draws a border: dashes, also around words.
fn ruler(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>', '|']);
    line.starts_with("---") || line.starts_with("===") || line.starts_with("___")
}

/// Whether a line is an address and nothing else but brackets and a colon.
fn lone_address(line: &str) -> bool {
    let line = line.trim().trim_matches(['<', '>', ':', '"', '*', '-', ' ', ',', ';']);
    line.contains('@') && !line.contains(char::is_whitespace) && !line.contains(':')
}

/// Whether a line belongs to the groups of a report that lost their part.
fn group_field(line: &str) -> bool {
    ["Action:", "Status:", "X-Actual-Recipient:", "Final-Recipient:", "Last-Attempt-Date:"]
        .iter()
        .any(|name| line.trim_start().starts_with(name))
}

/// Joins the lines of one explanation, up to a blank line, a ruler or the next address.
fn paragraph(first: &str, rest: &[&str]) -> String {
    let mut words: Vec<&str> = first.split_whitespace().collect();
    for line in rest.iter().take(BLOCK) {
        if line.trim().is_empty() || ruler(line) || lone_address(line) || group_field(line) {
            break;
        }
        words.extend(line.split_whitespace());
    }
    words.join(" ")
}

/// What stands behind each place where a failed address is named, in the order of the text.
fn behind_addresses(lines: &[&str], failed: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if !line.contains('@') {
            continue;
        }
        let lower = line.to_lowercase();
        // Folding the case may change lengths outside of ASCII; then the line is not cut.
        let Some((start, address)) =
            failed.iter().filter_map(|f| lower.find(f.as_str()).map(|s| (s, f))).min()
        else {
            continue;
        };
        let end = start + address.len();
        if lower.len() != line.len() || !line.is_char_boundary(start) || !line.is_char_boundary(end)
        {
            found.push(paragraph("", &lines[at + 1..]));
            continue;
        }
        let rest = line[end..].trim_start_matches([
            '>', ')', ']', ':', ',', ';', '.', ' ', '\t', '*', '|', '"', '\'', '-', '\u{2026}',
        ]);
        // "550 5.1.1 <a@b> User unknown": the code stands before the address.
        let words = match answer_code(&line[..start]) {
            Some(code) => paragraph(&line[code..], &lines[at + 1..]),
            None => paragraph(rest, &lines[at + 1..]),
        };
        if !words.is_empty() && found.len() < 20 {
            found.push(words);
        }
    }
    found
}

/// The first answer of a server that is quoted in the text, with the lines that go on.
fn answers(lines: &[&str]) -> Option<String> {
    let at = lines.iter().position(|line| answer_code(line).is_some())?;
    let start = answer_code(lines[at])?;
    let first = &lines[at][start..];
    let mut words: Vec<&str> = first.split_whitespace().collect();
    for line in lines[at + 1..].iter().take(BLOCK) {
        let bare = line.trim_start_matches(['<', ' ', '\t', '>']);
        if bare.is_empty() || ruler(line) || lone_address(line) || line.starts_with(">>>") {
            break;
        }
        // "550-5.1.1 The account" goes on as "550 5.1.1 does not exist".
        let code = first.get(..3).unwrap_or_default();
        let on = bare.strip_prefix(code).map_or(bare, |rest| {
            let rest = rest.trim_start_matches(['-', ' ']);
            let enhanced = status_of(first).unwrap_or_default();
            rest.strip_prefix(enhanced.as_str()).unwrap_or(rest)
        });
        words.extend(on.split_whitespace());
    }
    Some(words.join(" "))
}

/// Words behind which programs give the cause, in lower case. They stand before a colon or end a line.
const LABELS: &[&str] = &[
    "reason",
    "the reason",
    "the reason was",
    "reason for failure",
    "reason for the failure",
    "for the following reason",
    "for the following reasons",
    "failed for the following reason",
    "the reason for the problem",
    "the reason given was",
    "because",
    "error",
    "error message",
    "the error was",
    "the error message was",
    "the following error occurred",
    "error returned",
    "error description",
    "details",
    "detail",
    "more details",
    "the response was",
    "the response from the remote server was",
    "the error that the other server returned was",
    "response from the server",
    "the remote server said",
    "remote server returned",
    "the mail server responded",
    "server response",
    "technical details",
    "technical details of permanent failure",
    "technical details of temporary failure",
    "diagnostic",
    "diagnostic code",
    "diagnostic information",
    "cause",
    "explanation",
    "problem",
    "description",
    // German
    "grund",
    "aus folgendem grund",
    "der grund",
    "ursache",
    "fehler",
    "fehlermeldung",
    "fehlerbeschreibung",
    "fehlertext",
    "die antwort des servers lautete",
    "antwort des servers",
    "begründung",
    // French
    "raison",
    "pour la raison suivante",
    "motif",
    "erreur",
    "message d'erreur",
    "réponse du serveur",
    "cause de l'échec",
    // Spanish, Portuguese, Italian
    "motivo",
    "razón",
    "causa",
    "por el siguiente motivo",
    "el error fue",
    "mensaje de error",
    "erro",
    "razão",
    "pelo seguinte motivo",
    "mensagem de erro",
    "errore",
    "per il seguente motivo",
    "messaggio di errore",
    // Dutch, Nordic
    "reden",
    "foutmelding",
    "fout",
    "orsak",
    "felmeddelande",
    "årsag",
    "årsak",
    "fejlmeddelelse",
    "feilmelding",
    "syy",
    // Polish, Czech, Hungarian, Turkish
    "powód",
    "przyczyna",
    "błąd",
    "treść błędu",
    "důvod",
    "chyba",
    "hiba",
    "neden",
    "hata",
    // Russian
    "причина",
    "ошибка",
    "по следующей причине",
    "ответ сервера",
    "текст ошибки",
    // Japanese, Chinese, Korean
    "理由",
    "原因",
    "エラー内容",
    "エラーメッセージ",
    "エラーの原因",
    "退信原因",
    "失败原因",
    "失敗原因",
    "错误信息",
    "出错原因",
    "錯誤訊息",
    "사유",
    "오류 내용",
    "실패 사유",
    "반송 사유",
];

/// What stands behind a label, on its line or in the next paragraph.
fn labelled(lines: &[&str]) -> Option<String> {
    for (at, line) in lines.iter().enumerate() {
        let plain = line.trim_matches([' ', '\t', '*', '-', '[', ']', '【', '】', '■', '●', '|']);
        let (name, value) = match plain.split_once([':', '：']) {
            Some((name, value)) => (name, value.trim()),
            None => (plain, ""),
        };
        if name.len() > 60 || name.is_empty() {
            continue;
        }
        let name = name.trim().to_lowercase();
        let colon = plain.contains([':', '：']);
        // "was not delivered because:", "… returned the following error:"
        let ends = |label: &str| {
            name == label
                || colon
                    && value.is_empty()
                    && label.len() > 5
                    && name.strip_suffix(label).is_some_and(|head| head.ends_with(' '))
        };
        if !colon && !line.starts_with(' ') && name.len() > 8 && value.is_empty() {
            // A line of text that ends with such a word.
            continue;
        }
        if !LABELS.iter().any(|label| ends(label)) {
            continue;
        }
        let behind = &lines[at + 1..];
        let skipped = behind.iter().take_while(|l| l.trim().is_empty()).count();
        let words = match value {
            "" if skipped <= 2 => paragraph("", &behind[skipped..]),
            "" => continue,
            value => paragraph(value, behind),
        };
        if tells(&words) {
            return Some(words);
        }
    }
    None
}

/// The first line that names a cause in words of the fixed reasons.
fn named_cause(lines: &[&str]) -> Option<String> {
    lines
        .iter()
        .take(60)
        .find(|line| line.len() <= 300 && super::reason::names_cause(line))
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Where an answer code of SMTP stands as a server gave it: 4xx or 5xx at the start of a line, behind a
/// mark of a transcript or behind a word that introduces it, and words after it.
pub(super) fn answer_code(line: &str) -> Option<usize> {
    let octets = line.as_bytes();
    (0..octets.len().min(300)).find(|&at| {
        let code = matches!(octets[at], b'4' | b'5')
            && octets.get(at + 1).is_some_and(|b| matches!(b, b'0'..=b'5' | b'7'))
            && octets.get(at + 2).is_some_and(u8::is_ascii_digit)
            && octets
                .get(at + 3)
                .is_none_or(|b| matches!(b, b' ' | b'-' | b'#' | b',' | b';' | b':'));
        code && introduced(&line[..at])
            && (speaks(&line[at + 3..]) || status_of(&line[at + 3..]).is_some())
    })
}

/// Whether a line up to an answer code ends as one that introduces it.
fn introduced(before: &str) -> bool {
    let head = before.trim_end();
    if head.trim_start_matches(['<', '>', '|', '*', '-', '#', ' ', '\t', '"', '\'', '(']).is_empty()
    {
        return true;
    }
    if head.ends_with([':', '：', '(', '[', '"', '\'', '=', '#', ';']) {
        return true;
    }
    let word = head.rsplit(char::is_whitespace).next().unwrap_or_default().to_lowercase();
    ["said", "code", "error", "with", "reply", "response", "returned", "smtp", "status", "reason"]
        .contains(&word.trim_matches(['(', '"', '<']))
}

/// Whether words follow, and they are not those of a price or a date.
fn speaks(rest: &str) -> bool {
    let rest = rest.trim_start_matches(['-', ' ', '#', ',', ';', ':']);
    rest.chars().filter(|c| c.is_alphabetic()).take(4).count() == 4
}

/// The first enhanced status code of class 4 or 5 in words.
fn status_of(words: &str) -> Option<String> {
    codes(words).next().map(str::to_owned)
}

/// The enhanced status codes of class 4 or 5 in words: `5.1.1`, `(#5.1.1)`, `550-5.7.1`. Not parts of
/// addresses or versions.
pub(super) fn codes(words: &str) -> impl Iterator<Item = &str> {
    let octets = words.as_bytes();
    let number = |mut at: usize| {
        let start = at;
        while octets.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        (1..=3).contains(&(at - start)).then_some(at)
    };
    let joint = |at: usize| octets.get(at) == Some(&b'.');
    (0..octets.len()).filter_map(move |at| {
        let starts = matches!(octets[at], b'4' | b'5')
            && joint(at + 1)
            && (at == 0 || !(octets[at - 1].is_ascii_alphanumeric() || octets[at - 1] == b'.'));
        if !starts {
            return None;
        }
        let subject = number(at + 2).filter(|end| joint(*end))?;
        let end = number(subject + 1)?;
        let ends = octets.get(end).is_none_or(|o| !o.is_ascii_alphanumeric())
            && !(joint(end) && octets.get(end + 1).is_some_and(u8::is_ascii_digit));
        ends.then(|| &words[at..end])
    })
}

/// A host name as far as one stands at the start of a text.
fn host(text: &str) -> Option<String> {
    let name: String = text
        .trim_start_matches([' ', '\t', '<', '[', '(', '"'])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        .take(253)
        .collect();
    let name = name.trim_end_matches(['.', '-']);
    let named = name.contains('.') && name.starts_with(|c: char| c.is_ascii_alphanumeric());
    named.then(|| name.to_owned())
}

/// Words behind which programs name the host that reports, in lower case.
const REPORTERS: &[&str] = &[
    "generating server:",
    "generierender server:",
    "serveur de génération :",
    "serveur de génération\u{a0}:",
    "servidor de generación:",
    "server di generazione:",
    "servidor gerador:",
    "bronserver:",
    "genererande server:",
    "serwer generujący:",
    "формирующий сервер:",
    "生成サーバー:",
    "生成服务器:",
    "reporting-mta: dns;",
    "reporting host:",
    "reporting server:",
];

/// The host that reports, where the text names it: in the greeting of Postfix, qmail, Courier and dma
/// ("This is the … at host"), of Yahoo ("Message from"), or behind a label as in Exchange's reports.
pub fn reporter(m: &Message) -> Option<String> {
    m.text.lines().take(80).find_map(|line| {
        if line.len() > 300 {
            return None;
        }
        let line = line.trim();
        let lower = line.to_lowercase();
        if let Some(label) = REPORTERS.iter().find(|label| lower.starts_with(*label)) {
            return host(lower.get(label.len()..)?);
        }
        let greeting = lower.find("this is the ").filter(|at| *at < 12);
        if let Some(at) = greeting {
            let rest = &lower[at..];
            let place = rest.rfind(" at host ").map(|p| p + 9).or_else(|| {
                rest.rfind(" at ").map(|p| p + 4).or_else(|| rest.rfind(" on ").map(|p| p + 4))
            })?;
            return host(&rest[place..]);
        }
        let from = lower.strip_prefix("message from ").or_else(|| {
            lower.strip_prefix("this message was created automatically by the smtp relay on ")
        })?;
        // "Message from example.com." and no more.
        let name = host(from)?;
        (from.trim().trim_end_matches(['.', ':']).len() == name.len()).then_some(name)
    })
}

/// When the reporting host took the original in, as sendmail and its kin write it.
pub fn arrival(m: &Message) -> Option<Date> {
    m.text.lines().take(80).find_map(|line| {
        let line = line.trim();
        let at = ["The original message was received at ", "Arrival-Date: "]
            .iter()
            .find_map(|label| line.strip_prefix(label))?;
        // A time without its zone may be half a day off.
        let zone = at
            .as_bytes()
            .windows(5)
            .any(|w| matches!(w[0], b'+' | b'-') && w[1..].iter().all(u8::is_ascii_digit));
        zone.then(|| Date::read(at))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, failed: &[&str]) -> Told {
        let m = Message { text: text.to_owned(), ..Message::default() };
        told(&m, &failed.iter().map(|f| (*f).to_owned()).collect::<Vec<_>>())
    }

    #[track_caller]
    fn tells_of(text: &str, status: Option<&str>, diagnostic: &str) {
        let found = read(text, &["kim@far.example"]);
        assert_eq!((found.status.as_deref(), found.diagnostic.as_str()), (status, diagnostic));
    }

    #[test]
    fn the_words_behind_an_address_are_its_diagnostic() {
        tells_of(
            "<kim@far.example>:\n192.0.2.9 does not like recipient.\nRemote host said: 550 5.1.1 User Unknown\nGiving up on 192.0.2.9.\n\n--- Below",
            Some("5.1.1"),
            "192.0.2.9 does not like recipient. Remote host said: 550 5.1.1 User Unknown Giving up on 192.0.2.9.",
        );
        tells_of(
            "failed:\n\n  kim@far.example\n    SMTP error from remote mail server after RCPT TO:<kim@far.example>:\n    host mx.far.example [192.0.2.9]: 550 no such user\n\n------ This is",
            None,
            "SMTP error from remote mail server after RCPT TO:<kim@far.example>: host mx.far.example [192.0.2.9]: 550 no such user",
        );
        tells_of(
            "<kim@far.example>: host mx[192.0.2.9] said: 552 5.2.2\n    over quota (in reply to RCPT TO command)\n",
            Some("5.2.2"),
            "host mx[192.0.2.9] said: 552 5.2.2 over quota (in reply to RCPT TO command)",
        );
        tells_of("kim@far.example: Domain does not exist\n", None, "Domain does not exist");
    }

    #[test]
    fn the_answer_of_a_server_is_taken_wherever_it_stands() {
        tells_of(
            "There was an error delivering your mail to <kim@far.example>.\n\nmx.far.example [192.0.2.9] did not like our RCPT TO:\n550 5.1.6 moved\n",
            Some("5.1.6"),
            "550 5.1.6 moved",
        );
        tells_of(
            "   ----- Transcript -----\n... while talking to mx:\n<<< 550-5.1.1 The account\n<<< 550 5.1.1 is gone.\n\n",
            Some("5.1.1"),
            "550-5.1.1 The account is gone.",
        );
        tells_of("The mail was refused (reason: 550 not here)\n", None, "550 not here)");
    }

    #[test]
    fn words_behind_a_label_are_taken_in_any_language() {
        tells_of("Empfänger: kim@far.example\nGrund: Postfach voll\n", None, "Postfach voll");
        tells_of(
            "was not delivered to:\n  kim@far.example\n\nbecause:\n\n  User not listed\n",
            None,
            "User not listed",
        );
        tells_of(
            "宛先: kim@far.example\n原因: 宛先が存在しません。\n",
            None,
            "宛先が存在しません。",
        );
    }

    #[test]
    fn prices_years_and_numbers_of_telephones_are_no_answers() {
        for line in
            ["Call 555 0100 now", "It costs 500 EUR", "in 2015", "at 192.0.2.50: see", "500"]
        {
            assert_eq!(answer_code(line), None, "{line}");
        }
        assert_eq!(answer_code("host said: 550 unknown"), Some(11));
        assert_eq!(answer_code("<<< 451 4.7.1"), Some(4));
        tells_of("Nothing came of it.\n", None, "");
    }

    #[test]
    fn addresses_and_versions_are_no_status_codes() {
        let all = |text| codes(text).collect::<Vec<_>>();
        assert!(all("host mx [192.0.5.1.1]: 5.1.1.2 v4.5.2x a5.1.1").is_empty());
        assert_eq!(all("sorry (#5.1.1) 4.2.2"), ["5.1.1", "4.2.2"]);
        assert_eq!(all("550-5.2.2 The email account"), ["5.2.2"]);
    }

    #[test]
    fn the_host_that_reports_is_read_from_its_greeting() {
        let named = |text: &str| reporter(&Message { text: text.to_owned(), ..Message::default() });
        for text in [
            "This is the mail system at host mx.far.example.\n",
            "Hi. This is the qmail-send program at mx.far.example.\n",
            "Message from mx.far.example.\nUnable to deliver\n",
            "Diagnostic information:\n\nGenerating server: mx.far.example\n",
        ] {
            assert_eq!(named(text).as_deref(), Some("mx.far.example"), "{text}");
        }
        assert_eq!(named("Message from far.example users is welcome.\n"), None);
    }

    #[test]
    fn an_arrival_counts_with_its_zone_only() {
        let at = |text: &str| arrival(&Message { text: text.to_owned(), ..Message::default() });
        assert!(
            at("The original message was received at Thu, 20 Jan 2015 23:34:45 +0900\n").is_some()
        );
        assert!(at("The original message was received at Thu Oct 13 15:22:22 2015\n").is_none());
    }

    #[test]
    fn long_texts_take_linear_time() {
        let text = "a@b.example: 5.1.1 550 ".repeat(100_000);
        let _ = read(&text, &["kim@far.example", "a@b.example"]);
        let _ = read(&"kim@far.example 550 \n".repeat(100_000), &["kim@far.example"]);
    }
}
