//! The fields of a message that the marks of programs look at, and what stands in them.

use std::borrow::Cow;

use super::super::subject;
use super::super::vendors::Mark;
use super::{FIELD, TEXT, cut};
use crate::message::{Mailbox, Message, ReturnPath};

/// Which field a mark looks at.
#[derive(PartialEq, Eq, Hash, Clone, Copy)]
pub(super) enum Field {
    From,
    ReturnPath,
    Subject,
    ContentType,
    ReportingMta,
    Diagnostic,
    Header(&'static str),
    /// Fields whose names have this end.
    Ending(&'static str),
    /// A field that is missing: nothing stands in it.
    Lacks(&'static str),
    Text,
    /// The subject as the languages' tables look at it.
    Spoken,
}

pub(super) fn field_of(mark: &Mark) -> (Field, &'static str) {
    match *mark {
        Mark::From(p) => (Field::From, p),
        Mark::ReturnPath(p) => (Field::ReturnPath, p),
        Mark::Subject(p) => (Field::Subject, p),
        Mark::ContentType(p) => (Field::ContentType, p),
        Mark::ReportingMta(p) => (Field::ReportingMta, p),
        Mark::Diagnostic(p) => (Field::Diagnostic, p),
        Mark::Header(name, p) => (Field::Header(name), p),
        Mark::Ending(end, p) => (Field::Ending(end), p),
        Mark::Lacks(name) => (Field::Lacks(name), "^$"),
        Mark::Text(p) => (Field::Text, p),
    }
}

/// The values of a field that marks look at.
pub(super) fn values(field: Field, m: &Message) -> Vec<Cow<'_, str>> {
    let named = |wanted: &dyn Fn(&str) -> bool| -> Vec<Cow<'_, str>> {
        let fields = m.headers.fields.iter().filter(|f| wanted(&f.name));
        fields.map(|f| Cow::Borrowed(cut(&f.value, FIELD))).collect()
    };
    let header = |name: &'static str| named(&|n| n == name);
    match field {
        Field::From => m.from.iter().take(3).map(|b| Cow::Owned(written(b))).collect(),
        Field::ReturnPath => match &m.return_path {
            ReturnPath::Null => vec![Cow::Borrowed("")],
            ReturnPath::Missing => vec![],
            ReturnPath::Is(a) => vec![Cow::Borrowed(a.as_str())],
        },
        Field::Subject | Field::Spoken => {
            let whole = cut(&m.subject, FIELD);
            let bare = subject::bare(whole);
            // Filters put their tags before the subjects of bounces too.
            if bare.len() < whole.trim_start().len() {
                vec![Cow::Borrowed(whole), Cow::Borrowed(bare)]
            } else {
                vec![Cow::Borrowed(whole)]
            }
        }
        Field::ContentType => header("content-type"),
        Field::ReportingMta => m
            .notification
            .iter()
            .filter_map(|n| n.reporting_mta.as_deref())
            .map(Cow::Borrowed)
            .collect(),
        Field::Diagnostic => m
            .notification
            .iter()
            .flat_map(|n| n.recipients.iter())
            .filter_map(|r| r.diagnostic.as_deref())
            .take(20)
            .map(|d| Cow::Borrowed(cut(d, FIELD)))
            .collect(),
        Field::Header(name) => header(name),
        Field::Ending(end) => named(&|n| n.ends_with(end)),
        Field::Lacks(name) if m.headers.has(name) => vec![],
        Field::Lacks(_) => vec![Cow::Borrowed("")],
        Field::Text => vec![Cow::Borrowed(cut(&m.text, TEXT))],
    }
}

/// A mailbox as `name <address>`.
fn written(b: &Mailbox) -> String {
    if b.name.is_empty() {
        format!("<{}>", b.address)
    } else {
        format!("{} <{}>", b.name, b.address)
    }
}
