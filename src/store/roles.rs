//! What a folder or a message is for: by the folder's name, by what the store wrote into the header
//! block (Takeout labels, `X-Mozilla-Status`, `X-Status`) where it writes that. Of all this a sender can
//! imitate only a status at the very end of the block, and gains that the message stays where it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Role;
use super::from_line::field_name;
use super::names::NAMES;

static BY_NAME: LazyLock<HashMap<String, Role>> = LazyLock::new(|| {
    NAMES.iter().flat_map(|(role, names)| names.iter().map(|name| (folded(name), *role))).collect()
});

/// The role that one name (a folder's, a label) tells. `Received` for the names of an inbox.
pub(crate) fn by_name(name: &str) -> Option<Role> {
    let name = folded(without_ending(name));
    if let Some(role) = BY_NAME.get(&name) {
        return Some(*role);
    }
    // "Sent-1" of Thunderbird, "Sent 2019", "sent-mail-jan-2010" of Pine.
    let mut rest = name.as_str();
    while let Some((front, last)) = rest.rsplit_once(' ') {
        let month = matches!(
            last,
            "jan"
                | "feb"
                | "mar"
                | "apr"
                | "may"
                | "jun"
                | "jul"
                | "aug"
                | "sep"
                | "oct"
                | "nov"
                | "dec"
        );
        if !month && !last.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        rest = front;
        // A bare "In 2019" or "Out 3" is somebody's own name.
        if let Some(role) = BY_NAME.get(rest).filter(|_| rest.len() > 3) {
            return Some(*role);
        }
    }
    None
}

/// The role that a hierarchy of names tells, and the name that told it: `Archive/2024/Sent` and
/// `Sent/2019` are Sent. Where several speak, the one that keeps a message from being taken for
/// received or sent mail wins.
pub(super) fn by_hierarchy<'n>(names: impl Iterator<Item = &'n str>) -> Option<(Role, &'n str)> {
    names.filter_map(|name| Some((by_name(name)?, name))).min_by_key(|(role, _)| rank(*role))
}

fn rank(role: Role) -> u8 {
    match role {
        Role::Swept => 0,
        Role::Trash => 1,
        Role::Junk => 2,
        Role::Draft => 3,
        Role::Sent => 4,
        Role::Received => 5,
    }
}

/// The role of a message in a folder. In Sent a deletion mark changes nothing: what was sent was
/// sent, and a folder named by the user for a purpose keeps it.
pub(super) fn of_message(folder: Role, mark: Option<Role>) -> Role {
    match (folder, mark) {
        (folder, None) => folder,
        (Role::Received, Some(mark)) => mark,
        (Role::Junk, Some(Role::Trash)) => Role::Trash,
        (folder, Some(_)) => folder,
    }
}

/// What the store itself wrote about a message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub(super) role: Option<Role>,
    pub(super) flagged: bool,
}

/// What the status fields of one run of fields say.
#[derive(Default, Clone, Copy)]
struct Status {
    deleted: Option<Role>,
    flagged: bool,
}

impl Status {
    fn read(&mut self, line: &[u8]) {
        if let Some(value) = value_of(line, line.len(), b"X-Mozilla-Status:") {
            let bits = std::str::from_utf8(value.trim_ascii())
                .ok()
                .and_then(|v| u32::from_str_radix(v, 16).ok())
                .unwrap_or(0);
            self.flagged |= bits & 4 != 0;
            if bits & 8 != 0 {
                self.deleted = Some(Role::Trash);
            }
        } else if let Some(value) = value_of(line, line.len(), b"X-Status:") {
            self.flagged |= value.contains(&b'F');
            if value.contains(&b'D') {
                self.deleted = Some(Role::Trash);
            } else if value.contains(&b'T') && self.deleted.is_none() {
                self.deleted = Some(Role::Draft);
            }
        }
    }
}

/// Reads the marks of a header block. `mbox`: the status fields of mbox programs count too; Maildir
/// keeps these in the file's name. They count where these programs write them: on top, above everything
/// that hosts on the way put there (Thunderbird, KMail), or at the end with nothing of another's behind them
/// (mutt 2, Dovecot 2.3, UW and Pine).
pub(super) fn marks(head: &[u8], mbox: bool) -> Marks {
    let (mut top, mut end, mut labels) = (Status::default(), Status::default(), None);
    let mut traced = false;
    // Whether only fields of mail programs came so far, and whether the last one was such.
    let (mut on_top, mut own) = (true, true);
    let mut rest = head;
    while !matches!(rest, [] | [b'\n', ..] | [b'\r', b'\n', ..]) {
        let next = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let line = &rest[..next];
        if !matches!(rest[0], b' ' | b'\t') {
            own = mbox && is_own(line);
            if !own {
                (on_top, end) = (false, Status::default());
            } else if on_top {
                top.read(line);
            } else {
                end.read(line);
            }
        }
        match rest[0] | 0x20 {
            b'x' if !own => {
                if !traced && labels.is_none() && value_of(rest, next, b"X-Gmail-Labels:").is_some()
                {
                    labels = Some(label_role(unfolded_value(rest)));
                } else {
                    traced |= trace(line);
                }
            }
            b'r' | b'd' | b'a' if !traced => traced = trace(line),
            _ => {}
        }
        if traced && !mbox {
            break;
        }
        rest = &rest[next..];
    }
    Marks {
        role: top.deleted.or(end.deleted).or(labels.flatten()),
        flagged: top.flagged || end.flagged,
    }
}

/// Fields that mail programs write into an mbox beside the status. Thunderbird puts account and number of a
/// message above it, mutt its length, lines and label behind it.
fn is_own(line: &[u8]) -> bool {
    const OWN: [&[u8]; 12] = [
        b"X-Status:",
        b"X-Mozilla-Status:",
        b"X-Mozilla-Status2:",
        b"X-Mozilla-Keys:",
        b"X-Account-Key:",
        b"X-UIDL:",
        b"X-UID:",
        b"X-Keywords:",
        b"X-IMAPbase:",
        b"X-IMAP:",
        b"X-Label:",
        b"X-Evolution:",
    ];
    match line.first().map(|b| b | 0x20) {
        Some(b'x') => OWN.iter().any(|name| starts_without_case(line, name)),
        Some(b's') => starts_without_case(line, b"Status:"),
        Some(b'c') => starts_without_case(line, b"Content-Length:"),
        Some(b'l') => starts_without_case(line, b"Lines:"),
        _ => false,
    }
}

/// Fields that hosts on the way put on top. Takeout writes its labels above them; a label below
/// would be the sender's.
fn trace(line: &[u8]) -> bool {
    const TRACE: [&[u8]; 10] = [
        b"Received:",
        b"Return-Path:",
        b"Delivered-To:",
        b"DKIM-Signature:",
        b"Authentication-Results:",
        b"ARC-Seal:",
        b"X-Received:",
        b"X-Original-To:",
        b"X-Envelope-From:",
        b"X-Sieve:",
    ];
    TRACE.iter().any(|name| starts_without_case(line, name))
}

fn starts_without_case(line: &[u8], name: &[u8]) -> bool {
    line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

fn value_of<'l>(rest: &'l [u8], end: usize, name: &[u8]) -> Option<&'l [u8]> {
    starts_without_case(rest, name).then(|| &rest[name.len()..end])
}

/// The value of the field at the head of `rest`, folded lines joined, at most 4 KiB.
fn unfolded_value(rest: &[u8]) -> Vec<u8> {
    let rest = &rest[..rest.len().min(4 << 10)];
    let colon = memchr::memchr(b':', rest).map_or(0, |at| at + 1);
    let mut value = Vec::new();
    for (number, line) in rest[colon..].split(|b| *b == b'\n').enumerate() {
        if number > 0 && !matches!(line.first(), Some(b' ' | b'\t')) {
            break;
        }
        value.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
    }
    value
}

/// The role that Takeout's labels tell, in the account's language: a message can have several.
fn label_role(value: Vec<u8>) -> Option<Role> {
    decoded_words(&value)
        .split(',')
        .filter_map(|label| by_name(label.trim().trim_matches('"')))
        .min_by_key(|role| rank(*role))
        .filter(|role| *role != Role::Received)
}

/// Where the body starts: behind the first blank line.
pub(super) fn body_start(head: &[u8]) -> Option<usize> {
    match head {
        [b'\n', ..] => return Some(1),
        [b'\r', b'\n', ..] => return Some(2),
        _ => {}
    }
    memchr::memchr_iter(b'\n', head).find_map(|at| match head[at + 1..] {
        [b'\n', ..] => Some(at + 2),
        [b'\r', b'\n', ..] => Some(at + 3),
        _ => None,
    })
}

/// `Content-Length`, if it is there once and a number.
pub(super) fn content_length(headers: &[u8]) -> Option<u64> {
    let mut found = headers
        .split(|b| *b == b'\n')
        .filter(|line| starts_without_case(line, b"Content-Length:"))
        .map(|line| std::str::from_utf8(line[15..].trim_ascii()).ok()?.parse().ok());
    let length = found.next()??;
    found.next().is_none().then_some(length)
}

/// The value of the first field of that name (with its colon) in a header block, unfolded.
pub(super) fn field(head: &[u8], name: &[u8]) -> Option<Vec<u8>> {
    let head = &head[..body_start(head).unwrap_or(head.len())];
    let mut rest = head;
    while !rest.is_empty() {
        if starts_without_case(rest, name) {
            return Some(unfolded_value(rest));
        }
        rest = &rest[memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1)..];
    }
    None
}

/// Whether a file starts with a header block of mail: nothing but fields and their continuations up
/// to a blank line (or as far as was read), two fields that mail has, and one that only mail has.
pub(super) fn looks_like_message(start: &[u8]) -> bool {
    let start = &start[super::maildir::lead(start)..];
    let (mut known, mut sure, mut lines) = (0, 0, 0);
    let complete = body_start(start);
    let block = &start[..complete.unwrap_or(start.len())];
    let mut left = block.split_inclusive(|b| *b == b'\n').peekable();
    while let Some(line) = left.next() {
        let cut = complete.is_none() && left.peek().is_none();
        if line.trim_ascii_end().is_empty() || cut && lines > 0 {
            break;
        }
        lines += 1;
        if matches!(line[0], b' ' | b'\t') && lines > 1 || line.starts_with(b">From ") {
            continue;
        }
        let Some(name) = field_name(line) else { return false };
        let is = |names: &[&str]| names.iter().any(|n| n.as_bytes().eq_ignore_ascii_case(name));
        if is(&["Received", "Return-Path", "Message-ID", "MIME-Version", "Delivered-To", "From"]) {
            sure += 1;
        } else if is(&[
            "To",
            "Subject",
            "Date",
            "Cc",
            "Content-Type",
            "Reply-To",
            "Sender",
            "X-Mailer",
        ]) {
            known += 1;
        }
    }
    sure >= 1 && sure + known >= 2
}

/// Endings of mbox files, and of compressed ones, taken off.
pub(super) fn without_ending(name: &str) -> &str {
    let mut name = name;
    for ending in [".gz", ".zst", ".zstd", ".mbox", ".mbx", ".mbs", ".sbd"] {
        let at = name.len().saturating_sub(ending.len());
        if at > 0 && name.is_char_boundary(at) && name[at..].eq_ignore_ascii_case(ending) {
            name = &name[..at];
        }
    }
    name
}

/// Lower case, accents and punctuation off, words separated by one blank.
fn folded(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        let c = without_accent(c);
        if matches!(c, '\u{300}'..='\u{36f}' | '\u{200c}' | '\'' | '’') {
            continue;
        }
        if c.is_alphanumeric() || !c.is_ascii() && !c.is_whitespace() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// The letter without its accent, so that composed and decomposed names (HFS+) are the same.
fn without_accent(c: char) -> char {
    match c {
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ả' | 'ạ' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'į' => 'i',
        'ķ' => 'k',
        'ĺ' | 'ļ' | 'ľ' => 'l',
        'ñ' | 'ń' | 'ņ' | 'ň' => 'n',
        'ò'..='ö' | 'ō' | 'ő' | 'ơ' | 'ộ' | 'ọ' => 'o',
        'ŕ' | 'ř' => 'r',
        'ś' | 'š' | 'ş' | 'ș' => 's',
        'ť' | 'ţ' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' | 'ų' | 'ư' | 'ử' | 'ụ' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        'й' => 'и',
        'ё' => 'е',
        'ї' => 'і',
        'ў' => 'у',
        'ά' => 'α',
        'έ' => 'ε',
        'ή' => 'η',
        'ί' => 'ι',
        'ό' => 'ο',
        'ύ' => 'υ',
        'ώ' => 'ω',
        c => c,
    }
}

/// RFC 2047 encoded words decoded; the rest as UTF-8, lossily.
fn decoded_words(value: &[u8]) -> String {
    let mut out = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some(at) = memchr::memmem::find(rest, b"=?") {
        let Some((text, len)) = encoded_word(&rest[at..]) else {
            out.push_str(&String::from_utf8_lossy(&rest[..at + 2]));
            rest = &rest[at + 2..];
            after_word = false;
            continue;
        };
        // White space between two encoded words is folding (section 6.2).
        if !(after_word && rest[..at].trim_ascii().is_empty()) {
            out.push_str(&String::from_utf8_lossy(&rest[..at]));
        }
        out.push_str(&text);
        rest = &rest[at + len..];
        after_word = true;
    }
    out.push_str(&String::from_utf8_lossy(rest));
    out
}

fn encoded_word(word: &[u8]) -> Option<(String, usize)> {
    let mut parts = word[2..].splitn(3, |b| *b == b'?');
    let (charset, how, tail) = (parts.next()?, parts.next()?, parts.next()?);
    let text_len = memchr::memmem::find(tail, b"?=")?;
    let text = &tail[..text_len];
    let bytes = match how {
        b"B" | b"b" => base64(text.iter().copied(), b'/'),
        b"Q" | b"q" => quoted(text),
        _ => return None,
    };
    let encoding = encoding_rs::Encoding::for_label(charset).unwrap_or(encoding_rs::UTF_8);
    let len = 2 + charset.len() + 1 + how.len() + 1 + text_len + 2;
    Some((encoding.decode_without_bom_handling(&bytes).0.into_owned(), len))
}

fn quoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&first, tail)) = rest.split_first() {
        let code = (first == b'=')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|h| std::str::from_utf8(h).ok())
            .and_then(|h| u8::from_str_radix(h, 16).ok());
        match (first, code) {
            (_, Some(byte)) => {
                out.push(byte);
                rest = &tail[2..];
                continue;
            }
            (b'_', _) => out.push(b' '),
            (other, _) => out.push(other),
        }
        rest = tail;
    }
    out
}

/// Base64 with `last` as 64th digit (`/`, or `,` in modified UTF-7); what is no digit is passed over.
fn base64(text: impl Iterator<Item = u8>, last: u8) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut bits, mut count) = (0u32, 0);
    for digit in text {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' => 62,
            d if d == last => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
        }
    }
    out
}

/// A folder name in modified UTF-7 (RFC 3501 section 5.1.3) decoded; as it is where it is none.
pub(crate) fn from_utf7(name: &str) -> String {
    decode_utf7(name).unwrap_or_else(|| name.to_owned())
}

fn decode_utf7(name: &str) -> Option<String> {
    if !name.is_ascii() {
        return None;
    }
    let mut out = String::new();
    let mut rest = name;
    while let Some((plain, tail)) = rest.split_once('&') {
        out.push_str(plain);
        let (code, tail) = tail.split_once('-')?;
        if code.is_empty() {
            out.push('&');
        } else {
            if !code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b',')) {
                return None;
            }
            let bytes = base64(code.bytes(), b',');
            // "R&D-x" is a name, not a code: a code has whole units.
            if bytes.len() < 2 || bytes.len() % 2 != 0 {
                return None;
            }
            let units = bytes.chunks_exact(2).map(|p| u16::from_be_bytes([p[0], p[1]]));
            for c in char::decode_utf16(units) {
                out.push(c.ok()?);
            }
        }
        rest = tail;
    }
    out.push_str(rest);
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_folders_are_known_in_many_languages() {
        for (name, role) in [
            ("Sent", Role::Sent),
            ("sent-mail", Role::Sent),
            ("SENT_ITEMS", Role::Sent),
            ("Sent Messages.mbox", Role::Sent),
            ("sent.mbox.gz", Role::Sent),
            ("Sent-1", Role::Sent),
            ("sent-mail-jan-2010", Role::Sent),
            ("Gesendete Elemente", Role::Sent),
            ("E\u{301}le\u{301}ments envoye\u{301}s", Role::Sent),
            ("ENVOYÉS", Role::Sent),
            ("Отправленные", Role::Sent),
            ("送信済み", Role::Sent),
            ("보낸편지함", Role::Sent),
            ("Gönderilmiş Öğeler", Role::Sent),
            ("Papierkorb", Role::Trash),
            ("Junk E-mail", Role::Junk),
            ("Entwürfe", Role::Draft),
            ("backscatter", Role::Swept),
            ("Posteingang", Role::Received),
        ] {
            assert_eq!(by_name(name), Some(role), "{name}");
        }
        for name in
            ["Consent", "Presents", "Sentiment", "2019", "", "Out 3", "Absent", "Sent to Bob"]
        {
            assert_eq!(by_name(name), None, "{name}");
        }
    }

    #[test]
    fn no_name_stands_for_two_roles() {
        let mut seen: HashMap<String, Role> = HashMap::new();
        for (role, names) in NAMES {
            for name in *names {
                let other = seen.insert(folded(name), *role);
                assert!(other.is_none_or(|o| o == *role), "{name} is {role:?} and {other:?}");
            }
        }
    }

    #[test]
    fn hierarchy_counts_and_trash_wins() {
        let role = |path: &str| by_hierarchy(path.split('/')).map(|r| r.0);
        assert_eq!(role("Archive/2024/Sent"), Some(Role::Sent));
        assert_eq!(role("Sent/2019"), Some(Role::Sent));
        assert_eq!(role("[Gmail]/Sent Mail"), Some(Role::Sent));
        assert_eq!(role("INBOX/Sent"), Some(Role::Sent));
        assert_eq!(role("Trash/Sent"), Some(Role::Trash));
        assert_eq!(role("Lists/rust"), None);
    }

    #[test]
    fn modified_utf7_is_decoded() {
        assert_eq!(from_utf7("Gesendete Entw&APw-rfe"), "Gesendete Entwürfe");
        assert_eq!(from_utf7("&kAFP4W4IMH8-"), "送信済み");
        assert_eq!(from_utf7("A &- B"), "A & B");
        for broken in ["R&D", "R&D-x", "a&b-c", "&AAA", "&2D0-"] {
            assert_eq!(from_utf7(broken), broken);
        }
    }

    #[test]
    fn takeout_labels_tell_the_role_in_the_accounts_language() {
        let role = |labels: &str| {
            marks(format!("X-GM-THRID: 1\nX-Gmail-Labels: {labels}\nFrom: a\n\n").as_bytes(), true)
                .role
        };
        assert_eq!(role("Archived,Sent,Opened"), Some(Role::Sent));
        assert_eq!(role("Inbox,Sent"), Some(Role::Sent));
        assert_eq!(role("Sent,Trash"), Some(Role::Trash));
        assert_eq!(role("Inbox,Important"), None);
        assert_eq!(role("=?UTF-8?Q?Messages_envoy=C3=A9s,Ouvert?="), Some(Role::Sent));
        assert_eq!(
            role("=?UTF-8?B?0J7RgtC/0YDQsNCy0LvQtdC9?=\n =?UTF-8?B?0L3Ri9C1?="),
            Some(Role::Sent)
        );
    }

    #[test]
    fn a_label_below_the_trace_is_the_senders_and_counts_for_nothing() {
        let head = b"Received: from x by y\nX-Gmail-Labels: Sent\nFrom: a@example.org\n\n";
        assert_eq!(marks(head, true).role, None);
    }

    #[test]
    fn mozilla_and_mbox_status_are_read() {
        let marks = |h: &str| marks(format!("{h}\n\nX-Status: F\n").as_bytes(), true);
        assert_eq!(marks("X-Mozilla-Status: 0009").role, Some(Role::Trash));
        assert!(!marks("X-Mozilla-Status: 0009").flagged);
        assert!(marks("A: b\r\nx-mozilla-status: 0005\r\n").flagged);
        assert!(marks("A: b\nX-Status: AF").flagged);
        assert_eq!(marks("A: b\nX-Status: D").role, Some(Role::Trash));
        assert_eq!(marks("A: b"), Marks::default());
    }

    #[test]
    fn a_status_counts_where_mail_programs_write_it_and_nowhere_else() {
        let marks = |h: &str| marks(format!("{h}\n\nbody\n").as_bytes(), true);
        let trash = Some(Role::Trash);
        for (program, head) in [
            (
                "Thunderbird",
                "X-Mozilla-Status: 000D\nX-Mozilla-Status2: 00000000\nReceived: x\nA: b",
            ),
            (
                "Thunderbird with POP",
                "X-Account-Key: account1\nX-UIDL: 7\nX-Mozilla-Status: 000D\nA: b",
            ),
            ("mutt", "Received: x\nA: b\nStatus: RO\nX-Status: DF\nContent-Length: 5\nLines: 1"),
            ("Dovecot", "A: b\nX-UID: 4\nStatus: RO\nX-Status: DF\nX-Keywords:          "),
        ] {
            let found = marks(head);
            assert_eq!((found.role, found.flagged), (trash, true), "{program}");
        }
        for sent in [
            "Received: x\nX-Status: DF\nA: b",
            "Received: x\nX-Mozilla-Status: 000D\nA: b",
            "Received: x\nX-Status: DF\n folded\nA: b\nStatus: RO",
            "Received: x\nX-Status: T\nA: b\nX-UID: 3",
        ] {
            assert_eq!(marks(sent), Marks::default(), "{sent}");
        }
    }

    #[test]
    fn only_mail_looks_like_mail() {
        for mail in [
            "From: a@example.org\nTo: b@example.org\n\nhi",
            "Return-Path: <>\r\nReceived: from x\r\n\tby y\r\n\r\n",
            "From x@example.org Fri Jul  8 12:08:34 2011\nFrom: a\nSubject: x\n\n",
        ] {
            assert!(looks_like_message(mail.as_bytes()), "{mail}");
        }
        for other in [
            "# Title\n\nSubject: x\nFrom: y\n",
            "path,source\na,b\n",
            "#!/bin/sh\nFrom: x\n",
            "key: value\nother: value\n\n",
            "Date: today\nSubject: minutes\n\n",
            "",
        ] {
            assert!(!looks_like_message(other.as_bytes()), "{other}");
        }
    }
}
