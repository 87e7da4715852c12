//! One pure table per program that writes answers of its own form. To add one: copy the nearest file,
//! add its name to [`ALL`], drop a sample into `corpus/`, bless the snapshots.

mod amavis;
mod amazonses;
mod aol;
mod barracuda;
mod courier;
mod dma;
mod domino;
mod dovecot;
mod exchange;
mod exim;
mod gmail;
mod googlegroups;
mod groupwise;
mod imail;
mod interscan;
mod ironmail;
mod james;
mod mailmarshal;
mod mdaemon;
mod mfilter;
mod microsoft365;
mod mimecast;
mod notes;
mod opensmtpd;
mod postfix;
mod qmail;
mod sendmail;
mod surfcontrol;
mod vade;
mod webshield;
mod workmail;
mod xwall;
mod yahoo;
mod zimbra;

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
    &amavis::VENDOR,
    &amazonses::VENDOR,
    &aol::VENDOR,
    &barracuda::VENDOR,
    &courier::VENDOR,
    &dma::VENDOR,
    &domino::VENDOR,
    &dovecot::VENDOR,
    &exchange::VENDOR,
    &exim::VENDOR,
    &gmail::VENDOR,
    &googlegroups::VENDOR,
    &groupwise::VENDOR,
    &imail::VENDOR,
    &interscan::VENDOR,
    &ironmail::VENDOR,
    &james::VENDOR,
    &mailmarshal::VENDOR,
    &mdaemon::VENDOR,
    &mfilter::VENDOR,
    &microsoft365::VENDOR,
    &mimecast::VENDOR,
    &notes::VENDOR,
    &opensmtpd::VENDOR,
    &postfix::VENDOR,
    &qmail::VENDOR,
    &sendmail::VENDOR,
    &surfcontrol::VENDOR,
    &vade::VENDOR,
    &webshield::VENDOR,
    &workmail::VENDOR,
    &xwall::VENDOR,
    &yahoo::VENDOR,
    &zimbra::VENDOR,
];
