//! What Sent says: one compact entry a message, looked up by id, subject or recipient. Built from
//! pieces that threads read in parallel, merged in store order, then immutable.

use std::collections::BTreeMap;
use std::hash::BuildHasher;

use crate::codec::coded;
use crate::message::{Address, Date, Message, MessageId};
use crate::store::Place;

/// Seconds of a day.
pub(crate) const DAY: i64 = 86_400;

/// Hash of a text for look-up in memory; never stored.
fn key(text: &str) -> u64 {
    foldhash::quality::FixedState::with_seed(0x756e_7363).hash_one(text)
}

/// Hash of a message id, compared exactly as RFC 5322 wants.
pub(crate) fn id_key(id: &MessageId) -> u64 {
    key(id.as_str())
}

/// Hash of an address, unwrapped, without its tag and without case, and of its domain only the organisation:
/// vacation(1), procmail and mail systems behind a gateway answer as user@host for user@domain.
pub(crate) fn address_key(address: &Address) -> u64 {
    let base = address.base();
    match base.as_str().rsplit_once('@') {
        Some((local, domain)) => key(&format!("{local}@{}", org_domain(domain))),
        None => key(base.as_str()),
    }
}

/// Without the marks in brackets that lists and gateways put before a subject (`[garden]`, `[EXTERNAL]`).
fn untagged(subject: &str) -> &str {
    let mut rest = subject;
    while let Some((tag, behind)) = rest.strip_prefix('[').and_then(|r| r.split_once(']'))
        && tag.len() <= 40
        && !behind.trim_start().is_empty()
    {
        rest = behind.trim_start();
    }
    rest
}

/// A subject without marks of lists and gateways and without reply and forward prefixes, in lower case, blanks folded.
pub fn stripped_subject(subject: &str) -> String {
    let mut rest = untagged(subject.trim());
    // A prefix is a short word with a colon: "Re:", "AW:", "Réf :", "Re[2]:", "回复：".
    while let Some(colon) = rest.char_indices().take(9).find(|(_, c)| *c == ':' || *c == '：') {
        let (word, behind) = (rest[..colon.0].trim(), &rest[colon.0 + colon.1.len_utf8()..]);
        let word = word.split(['[', '(']).next().unwrap_or("").trim().to_lowercase();
        const PREFIXES: &[&str] = &[
            "re",
            "aw",
            "antw",
            "sv",
            "vs",
            "odp",
            "ynt",
            "rif",
            "res",
            "r",
            "réf",
            "ref",
            "fwd",
            "fw",
            "wg",
            "tr",
            "rv",
            "i",
            "enc",
            "vb",
            "vl",
            "pd",
            "ответ",
            "отв",
            "回复",
            "答复",
            "返信",
            "转发",
            "転送",
            "auto",
        ];
        if !PREFIXES.contains(&word.as_str()) {
            break;
        }
        rest = untagged(behind.trim_start());
    }
    let mut stripped = String::with_capacity(rest.len());
    for word in rest.split_whitespace() {
        if !stripped.is_empty() {
            stripped.push(' ');
        }
        stripped.push_str(word);
    }
    if stripped.is_ascii() {
        stripped.make_ascii_lowercase();
        return stripped;
    }
    stripped.to_lowercase()
}

/// The structure of a message id: what stays when a program writes another one. Letters and digits
/// become classes with their lengths, the domain its organisational domain.
pub fn id_shape(id: &MessageId) -> String {
    let text = id.as_str();
    let (left, right) = text.rsplit_once('@').unwrap_or((text, ""));
    let mut shape = String::new();
    let uuid = left.len() == 36
        && left.bytes().enumerate().all(|(i, b)| {
            if matches!(i, 8 | 13 | 18 | 23) { b == b'-' } else { b.is_ascii_hexdigit() }
        });
    if uuid {
        shape.push('U');
    } else if is_base64(left) {
        // Its signs stand at random places.
        shape.push('B');
    } else {
        let letters = left.bytes().any(|b| b.is_ascii_alphabetic());
        let mut token = String::new();
        for c in left.chars().chain(std::iter::once('\0')) {
            if c.is_alphanumeric() {
                token.push(c);
                continue;
            }
            if !token.is_empty() {
                // A short random token may be all digits by chance; where the id has random tokens with
                // letters, only long runs of digits are a class of their own.
                let digits = token.chars().all(|c| c.is_ascii_digit());
                let class = if digits && (!letters || token.len() > 8) { 'd' } else { 'x' };
                let length = match token.len() {
                    n @ 1..=3 => n,
                    n => n.div_ceil(4) * 4,
                };
                shape.push(class);
                shape.push_str(&length.to_string());
                token.clear();
            }
            if c != '\0' {
                shape.push(c);
            }
            if shape.len() > 80 {
                break;
            }
        }
    }
    shape.push('@');
    shape.push_str(&org_domain(right));
    shape
}

/// Whether an id begins as those of Gmail do: random letters of both cases, digits and signs.
fn is_base64(left: &str) -> bool {
    let any = |is: fn(&u8) -> bool| left.as_bytes().iter().any(is);
    left.len() >= 24
        && left.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'_' | b'='))
        && any(u8::is_ascii_uppercase)
        && any(u8::is_ascii_lowercase)
        && any(u8::is_ascii_digit)
}

/// The organisational domain (public suffix list), or the domain itself, in lower case.
pub(crate) fn org_domain(domain: &str) -> String {
    let domain = domain.trim_matches(['.', '[', ']']).to_lowercase();
    psl::domain_str(&domain).map_or(domain.clone(), str::to_owned)
}

/// The first word of a mail program's name.
pub(crate) fn mailer_name(value: &str) -> String {
    value
        .split(|c: char| c == '/' || c == '(' || c.is_whitespace())
        .find(|w| !w.is_empty())
        .unwrap_or("")
        .to_lowercase()
}

/// What one thread read of Sent.
#[derive(Debug, Clone)]
pub struct SentMessage {
    /// Store and folder, as the caller counts them.
    pub folder: (u16, u16),
    /// Where it lies in its folder.
    pub place: Place,
    ids: Vec<u64>,
    shape: Option<String>,
    date: Option<Date>,
    subject: u64,
    stripped: u64,
    from: Option<Address>,
    from_name: String,
    mailer: Option<String>,
    recipients: Vec<(u64, u64)>,
}

impl SentMessage {
    /// What the index keeps of a Sent message, from its headers.
    pub fn new(folder: (u16, u16), place: Place, m: &Message) -> Self {
        let mut ids: Vec<u64> = m.message_id.iter().map(id_key).collect();
        for name in
            ["x-google-original-message-id", "x-microsoft-original-message-id", "resent-message-id"]
        {
            ids.extend(m.headers.all(name).map(|v| id_key(&MessageId::new(v))));
        }
        let recipients =
            m.to.iter()
                .chain(&m.cc)
                .chain(&m.bcc)
                .filter(|b| !b.address.is_empty())
                .map(|b| (address_key(&b.address), domain_key(&b.address)))
                .collect();
        SentMessage {
            folder,
            place,
            ids,
            shape: m.message_id.as_ref().map(id_shape),
            date: m.date,
            subject: key(m.subject.trim()),
            stripped: key(&stripped_subject(&m.subject)),
            from: m.sender().map(Address::base),
            from_name: m.from.first().map(|b| b.name.clone()).unwrap_or_default(),
            mailer: m
                .headers
                .get("user-agent")
                .or_else(|| m.headers.get("x-mailer"))
                .map(mailer_name)
                .filter(|n| !n.is_empty()),
            recipients,
        }
    }
}

fn domain_key(address: &Address) -> u64 {
    key(&org_domain(address.unwrapped().domain()))
}

/// One message of Sent in the index.
#[derive(Debug, Clone)]
struct Entry {
    date: i64,
    subject: u64,
    from: u32,
    recipients: u32,
    recipient_count: u32,
    folder: (u16, u16),
    place: Place,
}

/// An address that the owner sent from.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// Messages in Sent.
    pub count: u32,
    /// First and last date, Unix seconds.
    pub span: Option<(i64, i64)>,
    /// Display names, with counts.
    pub names: BTreeMap<String, u32>,
}

/// How often each value of something was seen in Sent.
#[derive(Debug, Clone, Default)]
pub struct Census {
    counts: BTreeMap<String, u32>,
    total: u32,
}

impl Census {
    /// Different values that are kept; a mailbox of a person has a few dozen.
    const KEPT: usize = crate::limits::HABITS;

    pub(crate) fn add(&mut self, value: &str) {
        self.total += 1;
        if let Some(n) = self.counts.get_mut(value) {
            *n += 1;
        } else if self.counts.len() < Self::KEPT {
            self.counts.insert(value.to_owned(), 1);
        }
    }

    /// How often this value was seen.
    pub fn count(&self, value: &str) -> u32 {
        self.counts.get(value).copied().unwrap_or(0)
    }

    /// How many were seen in all.
    pub fn total(&self) -> u32 {
        self.total
    }

    /// The values seen, with counts.
    pub fn values(&self) -> impl Iterator<Item = (&str, u32)> {
        self.counts.iter().map(|(v, n)| (v.as_str(), *n))
    }

    /// The probability that the owner's next message has a value never seen before (Good and Turing:
    /// the share of values seen once), kept above what so many observations can tell.
    pub fn unseen(&self) -> f32 {
        let once = self.counts.values().filter(|n| **n == 1).count() as f32;
        (once + 1.0) / (self.total as f32 + 2.0)
    }
}

/// The share of people's mail that goes to somebody whom they wrote to in the same week, and how many
/// messages are imagined to show it.
const AGAIN: f32 = 0.35;
const IMAGINED: f32 = 20.0;

/// What a look-up in Sent gives: the number of a message in the index.
pub type SentNumber = u32;

/// Everything that Sent says. Immutable after [`SentIndex::new`].
#[derive(Debug, Default)]
pub struct SentIndex {
    entries: Vec<Entry>,
    recipients: Vec<(u64, u64)>,
    by_id: Vec<(u64, SentNumber)>,
    by_subject: Vec<(u64, SentNumber)>,
    by_recipient: Vec<(u64, SentNumber)>,
    addresses: Vec<String>,
    /// The owner's addresses (base form, lower case).
    pub identities: BTreeMap<String, Identity>,
    /// Message-ID shapes.
    pub shapes: Census,
    /// Mail programs; messages that name none count as the empty name.
    pub mailers: Census,
    /// Time zones, in minutes.
    pub zones: Census,
    /// Messages by day since the epoch.
    pub days: BTreeMap<i64, u32>,
}

/// Entries of a sorted table that have this key.
fn range<T: Copy>(table: &[(u64, T)], key: u64) -> impl Iterator<Item = T> + '_ {
    let start = table.partition_point(|(k, _)| *k < key);
    table[start..].iter().take_while(move |(k, _)| *k == key).map(|(_, v)| *v)
}

impl SentIndex {
    /// Builds the index from messages in store order. The same id in two places counts once.
    pub fn new(messages: impl IntoIterator<Item = SentMessage>) -> Self {
        let mut index = SentIndex::default();
        let mut seen: std::collections::HashSet<u64> = std::collections::HashSet::new();
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        for m in messages {
            if let Some(id) = m.ids.first()
                && !seen.insert(*id)
            {
                continue;
            }
            let number = index.entries.len() as SentNumber;
            let date = m.date.map_or(i64::MIN, |d| d.unix);
            let from = m.from.as_ref().map(|a| a.as_str().to_owned()).unwrap_or_default();
            let from_number = *numbers.entry(from.clone()).or_insert_with(|| {
                index.addresses.push(from.clone());
                index.addresses.len() as u32 - 1
            });
            if !from.is_empty() {
                let identity = index.identities.entry(from).or_default();
                identity.count += 1;
                if let Some(d) = m.date {
                    let (first, last) = identity.span.unwrap_or((d.unix, d.unix));
                    identity.span = Some((first.min(d.unix), last.max(d.unix)));
                }
                if !m.from_name.is_empty() && identity.names.len() < 64 {
                    *identity.names.entry(m.from_name).or_default() += 1;
                }
            }
            if let Some(shape) = &m.shape {
                index.shapes.add(shape);
            }
            index.mailers.add(m.mailer.as_deref().unwrap_or(""));
            if let Some(d) = m.date {
                index.zones.add(&d.zone.to_string());
                *index.days.entry(d.unix.div_euclid(DAY)).or_default() += 1;
            }
            index.by_id.extend(m.ids.iter().map(|id| (*id, number)));
            index.by_subject.push((m.stripped, number));
            index.by_recipient.extend(m.recipients.iter().map(|r| (r.0, number)));
            index.entries.push(Entry {
                date,
                subject: m.subject,
                from: from_number,
                recipients: index.recipients.len() as u32,
                recipient_count: m.recipients.len() as u32,
                folder: m.folder,
                place: m.place,
            });
            index.recipients.extend(m.recipients);
        }
        index.by_id.sort_unstable();
        index.by_subject.sort_unstable();
        index.by_recipient.sort_unstable();
        index
    }

    /// Whether Sent shows under which names the owner writes from that address.
    pub fn knows_names(&self, address: &Address) -> bool {
        self.identities
            .get(address.base().as_str())
            .is_some_and(|i| i.names.values().sum::<u32>() >= 5)
    }

    /// Whether the owner uses this display name with that address.
    pub fn is_name(&self, address: &Address, name: &str) -> bool {
        !name.is_empty()
            && self
                .identities
                .get(address.base().as_str())
                .is_some_and(|i| i.names.keys().any(|n| n.chars().take(80).eq(name.chars())))
    }

    /// Messages in the index.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is nothing in Sent.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The message with this id.
    pub fn by_id(&self, id: &MessageId) -> Option<SentNumber> {
        self.by_id_key(id_key(id))
    }

    pub(crate) fn by_id_key(&self, key: u64) -> Option<SentNumber> {
        range(&self.by_id, key).next()
    }

    /// Messages with this subject, prefixes stripped.
    pub fn by_subject(&self, subject: &str) -> impl Iterator<Item = SentNumber> + '_ {
        range(&self.by_subject, key(&stripped_subject(subject)))
    }

    /// Messages to this address.
    pub fn by_recipient(&self, address: &Address) -> impl Iterator<Item = SentNumber> + '_ {
        range(&self.by_recipient, address_key(address))
    }

    /// The share of messages with another one to the same address in the week before or on the day after,
    /// where an answer is looked for by its recipient; with some imagined, because few tell little.
    pub fn again(&self) -> f32 {
        let mut again = vec![false; self.entries.len()];
        for same in self.by_recipient.chunk_by(|a, b| a.0 == b.0) {
            let mut of: Vec<(i64, SentNumber)> =
                same.iter().filter_map(|(_, n)| Some((self.date(*n)?, *n))).collect();
            of.sort_unstable();
            of.dedup();
            for pair in of.windows(2) {
                let ((first, a), (last, b)) = (pair[0], pair[1]);
                let apart = last - first;
                again[b as usize] |= apart <= 7 * DAY;
                again[a as usize] |= apart <= DAY;
            }
        }
        let found = again.iter().filter(|a| **a).count() as f32;
        (found + IMAGINED * AGAIN) / (again.len() as f32 + IMAGINED)
    }

    /// Date of a message, Unix seconds.
    pub fn date(&self, n: SentNumber) -> Option<i64> {
        self.entries.get(n as usize).map(|e| e.date).filter(|d| *d != i64::MIN)
    }

    /// Whether this is the exact subject of that message.
    pub fn has_subject(&self, n: SentNumber, subject: &str) -> bool {
        self.entries.get(n as usize).is_some_and(|e| e.subject == key(subject.trim()))
    }

    /// The From address of that message, base form.
    pub fn from(&self, n: SentNumber) -> &str {
        self.entries
            .get(n as usize)
            .and_then(|e| self.addresses.get(e.from as usize))
            .map_or("", String::as_str)
    }

    fn recipients_of(&self, n: SentNumber) -> &[(u64, u64)] {
        let Some(e) = self.entries.get(n as usize) else { return &[] };
        let start = e.recipients as usize;
        &self.recipients[start..start + e.recipient_count as usize]
    }

    /// How many recipients that message had.
    pub fn recipient_count(&self, n: SentNumber) -> usize {
        self.recipients_of(n).len()
    }

    /// Whether that message went to this address.
    pub fn went_to(&self, n: SentNumber, address: &Address) -> bool {
        let key = address_key(address);
        self.recipients_of(n).iter().any(|r| r.0 == key)
    }

    /// Whether that message went to somebody in the organisation of this address.
    pub fn went_to_domain(&self, n: SentNumber, address: &Address) -> bool {
        let key = domain_key(address);
        self.recipients_of(n).iter().any(|r| r.1 == key)
    }

    /// Where that message lies: store and folder as given, and its place.
    pub fn place(&self, n: SentNumber) -> Option<((u16, u16), &Place)> {
        self.entries.get(n as usize).map(|e| (e.folder, &e.place))
    }

    /// Whether Sent holds anything around this time (Unix seconds): a message on that day, or messages
    /// both before and after it with no gap of more than 30 days between them.
    pub fn covers(&self, time: i64) -> bool {
        let day = time.div_euclid(DAY);
        let before = self.days.range(..=day).next_back().map(|(d, _)| *d);
        let after = self.days.range(day..).next().map(|(d, _)| *d);
        matches!((before, after), (Some(b), Some(a)) if a - b <= 30)
    }

    /// First and last day of Sent as Unix seconds.
    pub fn span(&self) -> Option<(i64, i64)> {
        let first = *self.days.first_key_value()?.0;
        let last = *self.days.last_key_value()?.0;
        Some((first * DAY, last * DAY + DAY - 1))
    }
}

coded!(SentMessage {
    folder,
    place,
    ids,
    shape,
    date,
    subject,
    stripped,
    from,
    from_name,
    mailer,
    recipients
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_of_replies_and_forwards_are_stripped_in_any_language_and_number() {
        for subject in
            ["Re: AW: Lunch", "Re[2]: Lunch", "WG: SV: lunch", "RE : Lunch", "回复：Lunch"]
        {
            assert_eq!(stripped_subject(subject), "lunch", "{subject}");
        }
        assert_eq!(stripped_subject("Note: Lunch"), "note: lunch");
    }

    #[test]
    fn ids_of_one_program_have_one_shape_and_those_of_another_do_not() {
        let shape = |id: &str| id_shape(&MessageId::new(id));
        assert_eq!(
            shape("<20260903003451.BsXZAR0F3@laptop.example.org>"),
            shape("<20251224180000.x9GhT2aQ1@desk.example.org>")
        );
        assert_eq!(
            shape("<0766becb-d195-4ae7-8759-db26ac5ae327@example.org>"),
            shape("<11111111-2222-4333-8444-555555555555@example.org>")
        );
        assert_eq!(
            shape("<0102018269c303f2-5b024478-b288-429b-000000@eu.mail.example>"),
            shape("<01020186f5928f5d-12345678-1234-4a41-000000@eu.mail.example>")
        );
        assert_ne!(
            shape("<0766becb-d195-4ae7-8759-db26ac5ae327@example.org>"),
            shape("<20260903003451.BsXZAR0F3@example.org>")
        );
    }

    fn sent(to: &str, day: i64) -> SentMessage {
        let text = format!("From: n@example.org\nTo: {to}\nMessage-ID: <{to}.{day}>\n\n");
        let m = crate::message::parse_headers(text.as_bytes(), &crate::message::Limits::default());
        let date = Some(Date { unix: day * DAY, zone: 0 });
        SentMessage { date, ..SentMessage::new((0, 0), Place::File(text.into()), &m) }
    }

    #[test]
    fn a_user_who_answers_from_a_host_is_the_user_of_the_domain() {
        let index = SentIndex::new([sent("a@example.net", 1)]);
        let went = |a: &str| index.went_to(0, &Address::new(a));
        assert!(went("a@example.net") && went("A+tag@mx1.example.net"));
        assert!(!went("b@example.net") && !went("a@example.com"));
    }

    #[test]
    fn the_share_that_goes_to_the_same_people_again_is_counted_within_the_week() {
        let of = |to: &[&str], apart: i64| {
            let days = (0..).step_by(apart as usize);
            SentIndex::new(to.iter().cycle().zip(days).take(200).map(|(to, day)| sent(to, day)))
                .again()
        };
        assert!(of(&["a@example.net"], 3) > 0.9);
        assert!(of(&["a@example.net"], 30) < 0.1, "a month later no answer is looked for");
        let all: Vec<String> = (0..200).map(|n| format!("p{n}@example.net")).collect();
        assert!(of(&all.iter().map(String::as_str).collect::<Vec<_>>(), 1) < 0.1);
        assert!((SentIndex::default().again() - AGAIN).abs() < 1e-6);
    }

    #[test]
    fn what_was_always_seen_is_rarely_new() {
        let mut census = Census::default();
        for _ in 0..98 {
            census.add("a");
        }
        assert!((census.unseen() - 0.01).abs() < 1e-6);
        for i in 0..98 {
            census.add(&i.to_string());
        }
        assert!(census.unseen() > 0.4);
    }

    #[test]
    fn times_outside_sent_and_in_long_gaps_are_not_covered() {
        let mut index = SentIndex::default();
        for day in [100, 101, 105, 200] {
            index.days.insert(day, 1);
        }
        assert!(index.covers(103 * DAY));
        assert!(!index.covers(99 * DAY), "before the first");
        assert!(!index.covers(150 * DAY), "in a gap of three months");
        assert!(!index.covers(201 * DAY), "after the last");
    }
}
