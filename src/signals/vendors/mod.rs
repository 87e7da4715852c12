//! One pure table per program that writes answers of its own form. To add one: copy the nearest file,
//! add its name to [`ALL`], drop a sample into `corpus/`, bless the snapshots.

mod courier;
mod dma;
mod exim;
mod opensmtpd;
mod postfix;
mod qmail;
mod sendmail;

use super::Kind;

/// What one program writes.
pub struct Vendor {
    /// File stem, kebab-case.
    pub name: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// Program source, version or document that the patterns follow.
    pub source: &'static str,
    /// The forms of its messages.
    pub forms: &'static [Form],
    /// Regular expressions for whole lines behind which the original stands in the text.
    pub breaks: &'static [&'static str],
    /// Regular expressions with one group: the address that failed, in the text.
    pub recipients: &'static [&'static str],
}

/// One form of message: all marks must be seen together.
pub struct Form {
    /// Kebab-case code of the signal, starting with the vendor's name.
    pub code: &'static str,
    /// The kind that it shows.
    pub kind: Kind,
    /// One line.
    pub summary: &'static str,
    /// All of these must be seen.
    pub marks: &'static [Mark],
    /// A sample below `corpus/` that shows it.
    pub shows: &'static str,
    /// A look-alike below `corpus/` that must not show it.
    pub spares: &'static str,
}

/// A regular expression on one part of a message; case counts unless `(?i)` says otherwise, `^` and
/// `$` match at lines in `Text` and `Returned`.
#[derive(Clone, Copy)]
pub enum Mark {
    /// `From`, as `name <address>` (decoded); `<address>` where there is no name.
    From(&'static str),
    /// `Return-Path` address (empty string for `<>`).
    ReturnPath(&'static str),
    /// `Subject`, decoded.
    Subject(&'static str),
    /// The field of this lower-case name, decoded.
    Header(&'static str, &'static str),
    /// `Content-Type` field with its parameters.
    ContentType(&'static str),
    /// Readable text outside the returned original.
    Text(&'static str),
    /// A machine-readable group's `Reporting-MTA`.
    ReportingMta(&'static str),
    /// Any `Diagnostic-Code` of a group.
    Diagnostic(&'static str),
}

/// All programs, by name.
pub const ALL: &[&Vendor] = &[
    &courier::VENDOR,
    &dma::VENDOR,
    &exim::VENDOR,
    &opensmtpd::VENDOR,
    &postfix::VENDOR,
    &qmail::VENDOR,
    &sendmail::VENDOR,
];
