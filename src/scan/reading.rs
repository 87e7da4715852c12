//! The first pass over one message: what it is, what it answers, what it teaches of Sent. A parser
//! that panics costs one message its verdict, never the run.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use super::finding::Row;
use crate::correlation::{Headline, Link, Record, answered};
use crate::learning::Reply;
use crate::limits;
use crate::message::{
    Defect, Limits, Mailbox, Message, NotificationForm, ReturnPath, glance, parse, parse_headers,
    parse_sent,
};
use crate::sent::{SentMessage, id_key, id_shape};
use crate::signals::{
    Evidence, Kind, Recogniser, Said, Toward, is_mailbox, reason, reporter, sole_recipient, told,
    worst_action,
};
use crate::store::{Place, Role, Stored};
use crate::verdict::{KindVerdict, decide_kind};

/// What the first pass keeps of one message.
#[derive(Debug)]
pub(super) enum Item {
    /// An automatic answer.
    Record(Box<Record>, Role),
    /// An ordinary message, where all are wanted.
    Ordinary(Box<Row>),
}

/// What one message shows, wherever it lies and whatever its flags: what is remembered of it.
#[derive(Debug)]
pub(super) enum Seen {
    /// Not looked at.
    Draft,
    /// What the owner sent; nothing where its header block cannot be read.
    Sent(Option<Box<SentMessage>>),
    /// An automatic answer.
    Answer(Box<Record>),
    /// An ordinary message.
    Ordinary {
        /// When it was received, as the quick look tells.
        date: Option<i64>,
        /// What it answers.
        reply: Option<Box<Reply>>,
        /// What reports show of it, where that was wanted.
        row: Option<Box<Row>>,
    },
}

/// What the first pass keeps of one chunk.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) items: Vec<Item>,
    pub(super) sent: Vec<SentMessage>,
    pub(super) replies: Vec<Reply>,
    /// Messages met, whatever their role.
    pub(super) messages: u64,
    /// Of these, those whose own role is Sent.
    pub(super) sent_messages: u64,
    pub(super) octets: u64,
    /// Received dates of ordinary messages that are not kept, Unix seconds.
    pub(super) ordinary: Vec<Option<i64>>,
    /// Messages that could not be read: what and why.
    pub(super) unread: Vec<(crate::store::Place, String)>,
}

/// Reads messages of one kind of folder.
pub(super) struct Reader<'a> {
    pub(super) recogniser: &'a Recogniser,
    pub(super) limits: &'a Limits,
    /// Everything here was sent by the owner, whatever it says.
    pub(super) as_sent: bool,
    /// Keep ordinary messages too.
    pub(super) all: bool,
    /// Parse every message, also those that a glance takes for ordinary.
    pub(super) every: bool,
    /// Held by whoever reads a large message: memory must not grow with the number of threads.
    pub(super) large: &'a Mutex<()>,
}

impl Reader<'_> {
    /// Takes in one stored message; `learn` gets what it shows.
    pub(super) fn read(
        &self,
        folder: (u16, u16),
        stored: &Stored<'_>,
        out: &mut Read,
        learn: impl FnOnce(&Seen),
    ) {
        let role = self.role(stored.role);
        match self.see(stored, role) {
            Ok(seen) => {
                learn(&seen);
                self.keep(folder, stored.place.clone(), stored.size, role, seen, out);
            }
            Err(e) => {
                out.messages += 1;
                out.octets += stored.size;
                out.unread.push((stored.place.clone(), e.to_string()));
            }
        }
    }

    /// What a message is for, where the store says `role`.
    pub(super) fn role(&self, role: Role) -> Role {
        if self.as_sent && role != Role::Draft { Role::Sent } else { role }
    }

    /// Whether what was seen is all that is needed of a message that is for `role` now.
    pub(super) fn suffices(&self, seen: &Seen, role: Role) -> bool {
        match (role, seen) {
            (Role::Draft, _) | (Role::Sent, Seen::Sent(_)) => true,
            (Role::Sent, _) | (_, Seen::Draft | Seen::Sent(_)) => false,
            (_, Seen::Answer(_)) => true,
            (_, Seen::Ordinary { row, .. }) => row.is_some() || !self.all,
        }
    }

    /// Puts what a message shows where it belongs.
    pub(super) fn keep(
        &self,
        folder: (u16, u16),
        place: Place,
        size: u64,
        role: Role,
        seen: Seen,
        out: &mut Read,
    ) {
        out.messages += 1;
        out.octets += size;
        match (role, seen) {
            (Role::Draft, _) | (_, Seen::Draft) => {}
            (_, Seen::Sent(sent)) => {
                out.sent_messages += 1;
                if let Some(mut sent) = sent {
                    (sent.folder, sent.place) = (folder, place);
                    out.sent.push(*sent);
                }
            }
            (_, Seen::Answer(mut record)) => {
                (record.folder, record.place) = (folder, place);
                out.items.push(Item::Record(record, role));
            }
            (_, Seen::Ordinary { date, reply, row }) => {
                // What people answer tells how complete Sent is.
                out.replies.extend(reply.filter(|_| role == Role::Received).map(|r| *r));
                match row {
                    Some(mut row) if self.all => {
                        (row.folder, row.place, row.role) = (folder, place, role);
                        out.items.push(Item::Ordinary(row));
                    }
                    _ => out.ordinary.push(date),
                }
            }
        }
    }

    fn see(&self, stored: &Stored<'_>, role: Role) -> std::io::Result<Seen> {
        match role {
            Role::Draft => Ok(Seen::Draft),
            Role::Sent => {
                let headers = guarded(|| parse_sent(stored.head(), self.limits));
                let sent = headers.map(|m| SentMessage::new((0, 0), NOWHERE, &m));
                Ok(Seen::Sent(sent.map(Box::new)))
            }
            Role::Received | Role::Junk | Role::Trash | Role::Swept => self.judge(stored),
        }
    }

    fn judge(&self, stored: &Stored<'_>) -> std::io::Result<Seen> {
        let first = guarded(|| glance(stored.head())).unwrap_or_default();
        let mut parsed = None;
        if self.every || self.recogniser.may_find(&first) {
            let _lent = (stored.size > limits::LARGE)
                .then(|| self.large.lock().unwrap_or_else(PoisonError::into_inner));
            let bytes = self.octets(stored)?;
            let (m, evidence, kind) = guarded(|| self.look(&bytes)).unwrap_or_else(panicked);
            if kind.kind != Kind::Ordinary {
                return self.answer(stored, m, &evidence, kind);
            }
            parsed = Some((m, kind));
        }
        let (date, row) = self.ordinary(stored, parsed)?;
        let reply = match (first.parents.first(), first.from, first.to) {
            (Some(parent), Some(from), Some(to)) => Some(Box::new(Reply {
                parent: id_key(parent),
                shape: id_shape(parent),
                from,
                to,
                list: first.list,
                // Its own word: the time of a file is that of the last copy of the mailbox.
                date: first.date.map(|d| d.unix).or(stored.received),
            })),
            _ => None,
        };
        Ok(Seen::Ordinary { date, reply, row })
    }

    /// The whole message. One that is too long gets one octet more than the bound, so that parsing
    /// tells it from one that ends there.
    fn octets<'s>(&self, stored: &'s Stored<'_>) -> std::io::Result<std::borrow::Cow<'s, [u8]>> {
        let most = self.limits.message;
        let mut bytes = stored.whole(most.saturating_add(1))?;
        if stored.size > most as u64 && bytes.len() <= most {
            // Unquoting shortened it, or a stream kept no more.
            bytes.to_mut().resize(most + 1, b'\n');
        }
        Ok(bytes)
    }

    fn look(&self, bytes: &[u8]) -> (Message, Vec<Evidence>, KindVerdict) {
        let m = parse(bytes, self.limits, self.recogniser.breaks());
        let evidence = self.recogniser.look(&m);
        let kind = decide_kind(&m, &evidence);
        (m, evidence, kind)
    }

    fn answer(
        &self,
        stored: &Stored<'_>,
        m: Message,
        evidence: &[Evidence],
        kind: KindVerdict,
    ) -> std::io::Result<Seen> {
        let fingerprint = stored.fingerprint()?;
        let date = received(&m, stored);
        let (headline, failed) = headline(&m, kind.kind, evidence, self.recogniser);
        Ok(Seen::Answer(Box::new(Record {
            folder: (0, 0),
            place: NOWHERE,
            fingerprint,
            date,
            answered: answered(&m, kind.kind, &failed),
            kind,
            link: Link::Unknowable,
            evidence: Vec::new(),
            headline,
        })))
    }

    /// When an ordinary message was received, as far as is known without `all`, and what reports show of it.
    fn ordinary(
        &self,
        stored: &Stored<'_>,
        parsed: Option<(Message, KindVerdict)>,
    ) -> std::io::Result<(Option<i64>, Option<Box<Row>>)> {
        let known = match &parsed {
            Some((m, _)) => received(m, stored),
            None => stored.received,
        };
        if !self.all {
            return Ok((known, None));
        }
        let (m, kind) = parsed.unwrap_or_else(|| {
            let m = guarded(|| parse_headers(stored.head(), self.limits)).unwrap_or_default();
            let kind = decide_kind(&m, &[]);
            (m, kind)
        });
        let row = Row {
            folder: (0, 0),
            place: NOWHERE,
            role: Role::Received,
            fingerprint: stored.fingerprint()?,
            date: received(&m, stored),
            headline: outer_headline(&m),
            kind,
        };
        Ok((known, Some(Box::new(row))))
    }
}

/// The place of what is not put anywhere yet.
const NOWHERE: Place = Place::Span { offset: 0, length: 0 };

/// Runs a step that may panic on hostile input.
fn guarded<T>(step: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(step)).ok()
}

fn panicked() -> (Message, Vec<Evidence>, KindVerdict) {
    let m = Message { defects: vec![Defect::ParserPanic], ..Message::default() };
    let kind = decide_kind(&m, &[]);
    (m, Vec::new(), kind)
}

/// When it was received: the top Received field, else what the store says, else its Date.
fn received(m: &Message, stored: &Stored<'_>) -> Option<i64> {
    m.received.map(|d| d.unix).or(stored.received).or(m.date.map(|d| d.unix))
}

fn written(boxes: &[Mailbox], limit: usize) -> String {
    boxes
        .iter()
        .take(limit)
        .map(|b| {
            if b.name.is_empty() {
                b.address.to_string()
            } else {
                format!("{} <{}>", b.name, b.address)
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// A text cut to so many characters.
fn cut(text: &str, limit: usize) -> String {
    text.chars().take(limit).collect()
}

fn outer_headline(m: &Message) -> Headline {
    Headline {
        from: cut(&written(&m.from, 1), 200),
        to: cut(&written(&m.to, 5), 300),
        subject: cut(&m.subject, 300),
        message_id: m.message_id.as_ref().map(|id| cut(&id.to_string(), 300)).unwrap_or_default(),
        null_sender: match m.return_path {
            ReturnPath::Null => Some(true),
            ReturnPath::Is(_) => Some(false),
            ReturnPath::Missing => None,
        },
        defects: {
            let mut defects: Vec<&'static str> = m.defects.iter().map(|d| d.code()).collect();
            defects.dedup();
            defects
        },
        ..Headline::default()
    }
}

/// The action of a notice without groups that name one: a bounce failed; of the other notices their form
/// tells, and most speak of a delay.
fn action(kind: Kind, evidence: &[Evidence]) -> &'static str {
    if kind == Kind::Bounce {
        return "failed";
    }
    let shows = |word: &str| {
        evidence.iter().any(|e| {
            e.signal.toward == Toward::Kind(Kind::DeliveryNotice) && e.signal.code.contains(word)
        })
    };
    match () {
        () if shows("delay") => "delayed",
        () if shows("relay") => "relayed",
        () if shows("success") || shows("delivered") => "delivered",
        () => "delayed",
    }
}

/// What reports show, and the recipients that failed or were reached: as the report's groups name
/// them, else as the text of a known program does, else whoever answers.
pub(super) fn headline(
    m: &Message,
    kind: Kind,
    evidence: &[Evidence],
    recogniser: &Recogniser,
) -> (Headline, Vec<String>) {
    let mut h = outer_headline(m);
    let mut failed: Vec<String> = Vec::new();
    let mut diagnostics: Vec<&str> = Vec::new();
    if let Some(n) = &m.notification {
        let worst = worst_action(n);
        for r in &n.recipients {
            let named = [&r.final_recipient, &r.original_recipient];
            failed.extend(named.into_iter().flatten().find(|a| is_mailbox(a)).cloned());
            diagnostics.extend(r.diagnostic.as_deref());
        }
        let of_worst = n
            .recipients
            .iter()
            .find(|r| worst.is_some() && r.action == worst)
            .or(n.recipients.first());
        if n.form == NotificationForm::Delivery {
            h.action = worst.map(|a| format!("{a:?}").to_lowercase()).unwrap_or_default();
        }
        if let Some(r) = of_worst {
            h.status = r.status.clone().unwrap_or_default();
            h.diagnostic = cut(r.diagnostic.as_deref().unwrap_or(""), 500);
        }
        h.reporting_mta = cut(n.reporting_mta.as_deref().unwrap_or(""), 200);
    }
    if failed.is_empty()
        && let Some(value) = m.headers.get("x-failed-recipients")
    {
        failed.extend(value.split(',').map(|a| a.trim().to_owned()).filter(|a| a.contains('@')));
    }
    if failed.is_empty() {
        failed = recogniser.recipients(m, evidence);
    }
    if failed.is_empty()
        && matches!(kind, Kind::AutoReply | Kind::ChallengeResponse | Kind::Receipt)
    {
        failed.extend(m.sender().filter(|a| !a.is_empty()).map(ToString::to_string));
    }
    let mut seen = std::collections::BTreeSet::new();
    failed.retain(|f| seen.insert(f.to_lowercase()));
    failed.truncate(limits::RECORD_RECIPIENTS);
    if matches!(kind, Kind::Bounce | Kind::DeliveryNotice) {
        let mut diagnostic = diagnostics.join(" ");
        if h.diagnostic.is_empty() || h.status.is_empty() {
            let told = told(m, &failed);
            if h.status.is_empty() {
                h.status = told.status.unwrap_or_default();
            }
            if h.diagnostic.is_empty() {
                h.diagnostic = cut(&told.diagnostic, 500);
            }
            // Words that no server said may speak of anything; the whole text tells as much.
            if diagnostic.is_empty() && told.answered {
                diagnostic = told.diagnostic;
            }
        }
        if h.action.is_empty() {
            h.action = action(kind, evidence).to_owned();
        }
        if h.reporting_mta.is_empty() {
            h.reporting_mta = reporter(m).unwrap_or_default();
        }
        let text = cut(&m.text, 4_096);
        let said = Said {
            status: (!h.status.is_empty()).then_some(h.status.as_str()),
            diagnostic: &diagnostic,
            text: &text,
            delayed: kind == Kind::DeliveryNotice && h.action != "delivered",
        };
        let programs = evidence.iter().map(|e| e.signal.code);
        h.reason = reason(&said, programs).map(|r| r.name().to_owned()).unwrap_or_default();
    } else if kind == Kind::FeedbackReport {
        h.reason = "feedback".to_owned();
    }
    h.recipients.clone_from(&failed);
    // Shown, but no evidence: the header of the original is the sender's word.
    if failed.is_empty() && matches!(kind, Kind::Bounce | Kind::DeliveryNotice) {
        let groups = m.notification.iter().flat_map(|n| &n.recipients);
        let bare = groups.filter_map(|r| r.final_recipient.clone()).next();
        h.recipients.extend(bare.or_else(|| sole_recipient(m)));
    }
    (h, failed)
}
