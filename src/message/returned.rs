//! The original that an answer returns: whole, its headers only, or quoted in the text; and the
//! Received hops it came along. It is never read as if it were the outer message.

use super::body::original_text;
use super::fields::{self, Block};
use super::mailboxes::mailboxes;
use super::parse::{Content, Limits, headers};
use super::{Address, Date, Defect, Headers, Hop, Mailbox, MessageId, ReturnPath};

/// How the original came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnedForm {
    /// Headers and body (`message/rfc822`, or behind a break line).
    Whole,
    /// Headers only (`text/rfc822-headers`).
    Headers,
    /// Quoted or loose lines in the text: single fields only.
    Fragments,
}

/// The answered mail as far as it came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    /// How it came back.
    pub form: ReturnedForm,
    /// Its header fields.
    pub headers: Headers,
    /// `Return-Path`.
    pub return_path: ReturnPath,
    /// `From`.
    pub from: Vec<Mailbox>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// `Date`.
    pub date: Option<Date>,
    /// `Message-ID`.
    pub message_id: Option<MessageId>,
    /// `X-Google-Original-Message-ID`, `X-Microsoft-Original-Message-ID`, `Resent-Message-ID`.
    pub alias_ids: Vec<MessageId>,
    /// `In-Reply-To` and `References` of the original.
    pub parents: Vec<MessageId>,
    /// Its `Received` fields, top (latest) first.
    pub hops: Vec<Hop>,
    /// The first octets of its body, decoded as text, at most [`super::Limits::returned_text`].
    pub text: String,
    /// The octets of the header block as they stand in the answer, transfer encoding undone.
    pub raw_headers: Vec<u8>,
}

/// Fields of which an original has some, and other text has not.
const KNOWN: [&str; 8] =
    ["received", "from", "to", "subject", "date", "message-id", "return-path", "mime-version"];

/// Received fields of an original that are read.
const HOPS: usize = crate::limits::HOPS;

impl Returned {
    /// Reads an original from its octets. `message` tells that it stands in a part of its own that
    /// must be a message, so that a missing end is a defect. None where there is no header.
    pub(super) fn read(
        octets: &[u8],
        message: bool,
        limits: &Limits,
        defects: &mut Vec<Defect>,
    ) -> Option<Returned> {
        let block = fields::block(octets, limits.header_block, limits.fields, &|_| false);
        let known = KNOWN.iter().filter(|n| block.fields.iter().any(|f| f.is(n))).count();
        if known < 2 && !(message && known > 0) {
            return None;
        }
        let body = &octets[block.body..];
        let empty = body.trim_ascii().is_empty();
        let form = if block.closed && (message || !empty) {
            ReturnedForm::Whole
        } else if !block.closed && !empty {
            // The blank line is lost, the body is there.
            ReturnedForm::Whole
        } else {
            ReturnedForm::Headers
        };
        if message && !block.closed && empty && !octets.ends_with(b"\n") {
            note(defects, Defect::OriginalCut);
        }
        if block.too_long {
            note(defects, Defect::HeadersTooLong);
        }
        if block.too_many {
            note(defects, Defect::TooManyFields);
        }
        let content = Content::read(&block.fields);
        let mut ignored = Vec::new();
        let headers = headers(&block, content.charset.as_deref(), limits, &mut ignored);
        let mut returned = Returned {
            text: original_text(octets, &block, &content, limits),
            raw_headers: octets[block.start..block.end].to_vec(),
            ..Returned::new(form, headers)
        };
        returned.fill(&block, content.charset.as_deref(), limits);
        Some(returned)
    }

    fn new(form: ReturnedForm, headers: Headers) -> Returned {
        Returned {
            form,
            headers,
            return_path: ReturnPath::Missing,
            from: Vec::new(),
            to: Vec::new(),
            cc: Vec::new(),
            subject: None,
            date: None,
            message_id: None,
            alias_ids: Vec::new(),
            parents: Vec::new(),
            hops: Vec::new(),
            text: String::new(),
            raw_headers: Vec::new(),
        }
    }

    /// Reads fragments: decoded lines of a text under the canonical names of their fields.
    pub(super) fn fragments(lines: Vec<(&'static str, String)>, limits: &Limits) -> Returned {
        let raw: Vec<u8> = lines
            .iter()
            .flat_map(|(name, value)| [name.as_bytes(), b": ", value.as_bytes(), b"\n"].concat())
            .collect();
        let block = fields::block(&raw, limits.header_block, limits.fields, &|_| false);
        let headers = headers(&block, None, limits, &mut Vec::new());
        let mut returned = Returned::new(ReturnedForm::Fragments, headers);
        returned.fill(&block, None, limits);
        returned
    }

    fn fill(&mut self, block: &Block<'_>, charset: Option<&str>, limits: &Limits) {
        let value = |name: &str| block.fields.iter().find(|f| f.is(name)).map(|f| f.value);
        let line = |octets| fields::unfold(octets, charset, limits.field_value).0;
        let list =
            |name| value(name).map(|v| mailboxes(&line(v), limits.addresses)).unwrap_or_default();
        self.return_path =
            value("return-path").map(|v| ReturnPath::read(&line(v))).unwrap_or_default();
        self.from = list("from");
        self.to = list("to");
        self.cc = list("cc");
        self.subject = self.headers.get("subject").map(str::to_owned);
        self.date = value("date").and_then(|v| Date::read(&line(v)));
        self.message_id = value("message-id").and_then(|v| MessageId::only(&line(v)));
        for name in
            ["x-google-original-message-id", "x-microsoft-original-message-id", "resent-message-id"]
        {
            self.alias_ids.extend(value(name).and_then(|v| MessageId::only(&line(v))));
        }
        self.parents = MessageId::parents(
            &value("in-reply-to").map(line).unwrap_or_default(),
            &value("references").map(line).unwrap_or_default(),
        );
        let received = block.fields.iter().filter(|f| f.is("received")).take(HOPS);
        self.hops = received.map(|f| Hop::read(&line(f.value))).filter(Hop::tells).collect();
    }
}

impl ReturnPath {
    /// Reads the field's value; an empty one is as null as `<>`.
    pub(super) fn read(value: &str) -> ReturnPath {
        let squeezed: String = value.split_whitespace().collect();
        if squeezed.starts_with("<>") {
            return ReturnPath::Null;
        }
        match mailboxes(value, 1).into_iter().next().map(|m| m.address) {
            Some(address) if !address.is_empty() => ReturnPath::Is(address),
            _ => ReturnPath::Missing,
        }
    }

    /// The address, where there is one.
    pub fn address(&self) -> Option<&Address> {
        match self {
            ReturnPath::Is(address) => Some(address),
            ReturnPath::Null | ReturnPath::Missing => None,
        }
    }
}

/// Records a defect once.
pub(super) fn note(defects: &mut Vec<Defect>, defect: Defect) {
    if !defects.contains(&defect) {
        defects.push(defect);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, message: bool) -> (Option<Returned>, Vec<Defect>) {
        let both = ["\n", "\r\n"].map(|eol| {
            let mut defects = Vec::new();
            let octets = text.replace('\n', eol).into_bytes();
            let mut found = Returned::read(&octets, message, &Limits::default(), &mut defects);
            if let Some(found) = &mut found {
                found.raw_headers.retain(|b| *b != b'\r');
            }
            (found, defects)
        });
        let [lf, crlf] = both;
        assert_eq!(lf, crlf);
        lf
    }

    const HEADER: &str = "Return-Path: <prvs=4710ab12ef=n@example.org>\nReceived: from a.example (b.example [192.0.2.1])\n\tby c.example with ESMTPA id 1; Thu, 15 Oct 2015 15:22:22 +0900\nReceived: (qmail 1 invoked by uid 0); 15 Oct 2015 06:22:22 -0000\nMessage-ID: <a@example.org>\nResent-Message-ID: <r@example.org>\nIn-Reply-To: <p@example.net>\nReferences: <o@example.net> <p@example.net>\nDate: Thu, 15 Oct 2015 15:22:22 +0900\nSubject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=\nFrom: N <n@example.org>\nTo: x@example.net, y@example.net\n";

    #[test]
    fn an_original_is_read_whole() {
        let (found, defects) = read(
            &format!(
                "{HEADER}Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable\n\nf=FCr =\ndich\n"
            ),
            true,
        );
        let found = found.expect("an original");
        assert_eq!((found.form, defects), (ReturnedForm::Whole, vec![]));
        assert_eq!(found.subject.as_deref(), Some("Grüße"));
        assert_eq!(found.message_id, Some(MessageId::new("a@example.org")));
        assert_eq!(found.alias_ids, [MessageId::new("r@example.org")]);
        assert_eq!(
            found.parents,
            [MessageId::new("p@example.net"), MessageId::new("o@example.net")]
        );
        assert_eq!((found.to.len(), found.hops.len()), (2, 1));
        assert_eq!(found.text, "für dich\n");
        assert!(
            found.raw_headers.starts_with(b"Return-Path")
                && found.raw_headers.ends_with(b"printable\n")
        );
        assert!(found.return_path.address().is_some());
    }

    #[test]
    fn a_cut_header_is_told() {
        let (found, defects) = read(&format!("{HEADER}X-Mailer: Rea"), true);
        let found = found.expect("headers");
        assert_eq!((found.form, defects), (ReturnedForm::Headers, vec![Defect::OriginalCut]));
        let (found, defects) = read(HEADER, false);
        assert_eq!((found.map(|f| f.form), defects), (Some(ReturnedForm::Headers), vec![]));
    }

    #[test]
    fn the_text_of_a_multipart_original_is_its_first_text() {
        let (found, _) = read(
            &format!(
                "{HEADER}Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nplain\n--b\nContent-Type: text/html\n\n<p>html\n"
            ),
            true,
        );
        assert_eq!(found.map(|f| f.text), Some("plain".to_owned()));
    }

    #[test]
    fn text_without_a_header_is_no_original() {
        assert_eq!(read("Hello\nthere\n", true).0, None);
        assert_eq!(read("Note: this\nSubject: that\n\nx", false).0, None);
    }

    #[test]
    fn null_and_missing_return_paths_differ() {
        assert_eq!(ReturnPath::read(" < > "), ReturnPath::Null);
        assert_eq!(ReturnPath::read(""), ReturnPath::Missing);
        assert_eq!(
            ReturnPath::read("<a@example.org>"),
            ReturnPath::Is(Address::new("a@example.org"))
        );
    }
}
