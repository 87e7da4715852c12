//! What one message says, in the field's own words: headers, readable text, notification groups and
//! the original that an answer returns. Pure and owned; reading a message never fails, it collects
//! [`Defect`]s. Nothing here knows what kind of message it is or whose mail it answers.

mod address;
mod body;
mod charset;
mod date;
mod dkim;
mod expression;
mod fields;
mod html;
mod literals;
mod lowered;
mod mailboxes;
mod marks;
mod notification;
mod openings;
mod parse;
mod parts;
mod quoted;
mod received;
mod returned;
mod screen;
mod transfer;
mod triage;
mod words;
mod wrapper;

#[cfg(test)]
mod tests;

pub use address::{Address, Mailbox, MessageId, ReturnPath};
pub use dkim::{BodyHash, body_hash};
pub(crate) use expression::Lazy;
pub(crate) use literals::Literals;
pub use notification::{Action, Notification, NotificationForm, Recipient};
pub(crate) use openings::{Openings, from_here, line_opening};
pub use parse::{Limits, parse, parse_headers, parse_sent};
pub use received::Hop;
pub use returned::{Returned, ReturnedForm};
pub use screen::Screen;
pub(crate) use screen::{LONGEST, fold, required};
pub use triage::{Glance, Opening, glance, written};

/// Decodes a header value (RFC 2047, raw octets) to one line of text.
pub fn decode_header(raw: &[u8]) -> String {
    fields::text(raw, None, 4 << 10).0
}

/// Reads a stored message the way a returned original is read. `None` where it has no header.
pub fn original(octets: &[u8], limits: &Limits) -> Option<Returned> {
    Returned::read(octets, true, limits, &mut Vec::new())
}

/// A moment as a header writes it: seconds since 1970-01-01 UTC and the zone it was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    /// Seconds since the epoch, UTC.
    pub unix: i64,
    /// Minutes east of UTC, as written; 0 where the zone is missing or unknown.
    pub zone: i16,
}

/// One header field: the name in lower case, the value unfolded and decoded (RFC 2047).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Field name in lower case.
    pub name: String,
    /// Decoded value on one line, cut at [`Limits::field_value`] octets.
    pub value: String,
}

/// A header block in its order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// All fields in the order in which they stand.
    pub fields: Vec<Field>,
}

impl Headers {
    /// The value of the first field of that (lower-case) name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|f| f.name == name).map(|f| f.value.as_str())
    }

    /// The values of all fields of that (lower-case) name, top first.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> + 'a {
        self.fields.iter().filter(move |f| f.name == name).map(|f| f.value.as_str())
    }

    /// Whether a field of that (lower-case) name is there at all, empty or not.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|f| f.name == name)
    }
}

/// One MIME part that was met on the walk, the message itself first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Media type in lower case, without parameters (`text/plain` where none is given).
    pub media_type: String,
    /// Nesting, 0 for the message itself.
    pub depth: u8,
    /// File name of an attachment, decoded.
    pub file_name: Option<String>,
}

/// What was broken, cut or refused in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Defect {
    /// The header block is longer than [`Limits::header_block`] and was cut.
    HeadersTooLong,
    /// More fields than [`Limits::fields`]; the rest was left out.
    TooManyFields,
    /// The message is longer than [`Limits::message`]; only its head was read.
    MessageTooLong,
    /// MIME parts are nested deeper than [`Limits::depth`].
    NestedTooDeep,
    /// More parts than [`Limits::parts`].
    TooManyParts,
    /// A multipart names a boundary that never occurs, or no boundary.
    BoundaryMissing,
    /// A multipart ends without its closing boundary.
    BoundaryUnclosed,
    /// The returned original is cut in its headers.
    OriginalCut,
    /// Text could not be decoded as its charset or transfer encoding says.
    BadEncoding,
    /// A NUL octet stands in the headers.
    NulInHeaders,
    /// No header block at all.
    NoHeaders,
    /// There are several From fields.
    SeveralFrom,
    /// The parser panicked; the message counts as ordinary.
    ParserPanic,
}

impl Defect {
    /// All defects.
    pub const ALL: [Defect; 13] = [
        Defect::HeadersTooLong,
        Defect::TooManyFields,
        Defect::MessageTooLong,
        Defect::NestedTooDeep,
        Defect::TooManyParts,
        Defect::BoundaryMissing,
        Defect::BoundaryUnclosed,
        Defect::OriginalCut,
        Defect::BadEncoding,
        Defect::NulInHeaders,
        Defect::NoHeaders,
        Defect::SeveralFrom,
        Defect::ParserPanic,
    ];

    /// The word for reports, kebab-case.
    pub fn code(self) -> &'static str {
        match self {
            Defect::HeadersTooLong => "headers-too-long",
            Defect::TooManyFields => "too-many-fields",
            Defect::MessageTooLong => "message-too-long",
            Defect::NestedTooDeep => "nested-too-deep",
            Defect::TooManyParts => "too-many-parts",
            Defect::BoundaryMissing => "boundary-missing",
            Defect::BoundaryUnclosed => "boundary-unclosed",
            Defect::OriginalCut => "original-cut",
            Defect::BadEncoding => "bad-encoding",
            Defect::NulInHeaders => "nul-in-headers",
            Defect::NoHeaders => "no-headers",
            Defect::SeveralFrom => "several-from",
            Defect::ParserPanic => "parser-panic",
        }
    }

    /// The defect of that code.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|d| d.code() == code)
    }

    /// Whether the message was not read whole as written, so that nothing may be concluded that
    /// would move it.
    pub fn refuses(self) -> bool {
        matches!(
            self,
            Defect::MessageTooLong
                | Defect::HeadersTooLong
                | Defect::TooManyFields
                | Defect::NestedTooDeep
                | Defect::TooManyParts
                | Defect::ParserPanic
        )
    }
}

/// What one message says. Everything is owned and bounded by [`Limits`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Message {
    /// The outer header block.
    pub headers: Headers,
    /// `Return-Path`, the envelope sender as the last host recorded it.
    pub return_path: ReturnPath,
    /// `From`, all mailboxes.
    pub from: Vec<Mailbox>,
    /// `Reply-To`.
    pub reply_to: Vec<Mailbox>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Bcc`, as Sent copies keep it.
    pub bcc: Vec<Mailbox>,
    /// `Delivered-To`, `X-Original-To`, `Envelope-To`, `X-Envelope-To`, and `for <…>` of the top
    /// Received fields: the addresses under which the message came here.
    pub delivered_to: Vec<Address>,
    /// `Subject`, decoded, one line.
    pub subject: String,
    /// `Date`.
    pub date: Option<Date>,
    /// The date of the top `Received` field: when it arrived.
    pub received: Option<Date>,
    /// `Message-ID`.
    pub message_id: Option<MessageId>,
    /// `In-Reply-To` first, then `References` from last to first, without repetition.
    pub parents: Vec<MessageId>,
    /// Media type of the message itself, lower case; `text/plain` where none is given.
    pub media_type: String,
    /// `report-type` parameter of the message or of a nested `multipart/report`, lower case.
    pub report_type: Option<String>,
    /// All MIME parts outside the returned original, in order.
    pub parts: Vec<Part>,
    /// Text that a person reads outside the returned original: decoded, HTML as text, parts joined
    /// by a newline, up to the break line behind which the original is quoted; cut at
    /// [`Limits::text`] octets.
    pub text: String,
    /// The machine-readable part of a report.
    pub notification: Option<Notification>,
    /// The answered mail, as far as it came back.
    pub returned: Option<Returned>,
    /// What was broken.
    pub defects: Vec<Defect>,
}

impl Message {
    /// The first From address, if there is one.
    pub fn sender(&self) -> Option<&Address> {
        self.from.first().map(|m| &m.address)
    }
}
