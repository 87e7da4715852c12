//! One pure table per program that writes answers of its own form. To add one: copy the nearest file,
//! add its name to [`ALL`], drop a sample into `corpus/`, bless the snapshots.

mod activehunter;
mod altavista;
mod amavis;
mod amazonses;
mod aol;
mod ask;
mod barracuda;
mod bigfoot;
mod biglobe;
mod bluebottle;
mod boxbe;
mod boxtrapper;
mod choicemail;
mod communigate;
mod compuserve;
mod courier;
mod cyrus;
mod dma;
mod docomo;
mod domino;
mod dovecot;
mod earthlink;
mod exchange;
mod exim;
mod exispam;
mod eyou;
mod ezmlm;
mod facebook;
mod feedback;
mod fml;
mod freescout;
mod gitlab;
mod gmail;
mod gmx;
mod gnarwl;
mod googlegroups;
mod groupwise;
mod hmailserver;
mod ibmvm;
mod imail;
mod ims;
mod intermail;
mod interscan;
mod ipermitmail;
mod ironmail;
mod ironport;
mod james;
mod jira;
mod kayako;
mod kddi;
mod lsmtp;
mod mailagent;
mod mailenable;
mod mailfoundry;
mod mailinblack;
mod mailman;
mod mailmarshal;
mod mailru;
mod mailscanner;
mod manageengine;
mod mcafee;
mod mdaemon;
mod mercury;
mod messagelabs;
mod mfilter;
mod microsoft365;
mod mimecast;
mod mxlogic;
mod notes;
mod ntmail;
mod nullmailer;
mod odoo;
mod opensmtpd;
mod otrs;
mod outlookcom;
mod pec;
mod phabricator;
mod postfix;
mod powermta;
mod qmail;
mod quickmail;
mod qurb;
mod roundup;
mod rt;
mod sendgrid;
mod sendmail;
mod si20;
mod sina;
mod smail;
mod softbank;
mod spamarrest;
mod spamazoid;
mod spamhippo;
mod spamlion;
mod spamstomp;
mod surfcontrol;
mod sympa;
mod telekom;
mod tmda;
mod uol;
mod vacation;
mod vade;
mod vanquish;
mod verizon;
mod vines;
mod webshield;
mod workmail;
mod x400;
mod xmail;
mod xwall;
mod yahoo;
mod yandex;
mod zammad;
mod zendesk;
mod zerospam;
mod zoho;

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
    /// Any field whose lower-case name has this end, decoded: some programs put the name of a site before it.
    Ending(&'static str, &'static str),
    /// The field of this lower-case name is missing.
    Lacks(&'static str),
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
    &activehunter::VENDOR,
    &altavista::VENDOR,
    &amavis::VENDOR,
    &amazonses::VENDOR,
    &aol::VENDOR,
    &ask::VENDOR,
    &barracuda::VENDOR,
    &bigfoot::VENDOR,
    &biglobe::VENDOR,
    &bluebottle::VENDOR,
    &boxbe::VENDOR,
    &boxtrapper::VENDOR,
    &choicemail::VENDOR,
    &communigate::VENDOR,
    &compuserve::VENDOR,
    &courier::VENDOR,
    &cyrus::VENDOR,
    &dma::VENDOR,
    &docomo::VENDOR,
    &domino::VENDOR,
    &dovecot::VENDOR,
    &earthlink::VENDOR,
    &exchange::VENDOR,
    &exim::VENDOR,
    &exispam::VENDOR,
    &eyou::VENDOR,
    &ezmlm::VENDOR,
    &facebook::VENDOR,
    &feedback::VENDOR,
    &fml::VENDOR,
    &freescout::VENDOR,
    &gitlab::VENDOR,
    &gmail::VENDOR,
    &gmx::VENDOR,
    &gnarwl::VENDOR,
    &googlegroups::VENDOR,
    &groupwise::VENDOR,
    &hmailserver::VENDOR,
    &ibmvm::VENDOR,
    &imail::VENDOR,
    &ims::VENDOR,
    &intermail::VENDOR,
    &interscan::VENDOR,
    &ipermitmail::VENDOR,
    &ironmail::VENDOR,
    &ironport::VENDOR,
    &james::VENDOR,
    &jira::VENDOR,
    &kayako::VENDOR,
    &kddi::VENDOR,
    &lsmtp::VENDOR,
    &mailagent::VENDOR,
    &mailenable::VENDOR,
    &mailfoundry::VENDOR,
    &mailinblack::VENDOR,
    &mailman::VENDOR,
    &mailmarshal::VENDOR,
    &mailru::VENDOR,
    &mailscanner::VENDOR,
    &manageengine::VENDOR,
    &mcafee::VENDOR,
    &mdaemon::VENDOR,
    &mercury::VENDOR,
    &messagelabs::VENDOR,
    &mfilter::VENDOR,
    &microsoft365::VENDOR,
    &mimecast::VENDOR,
    &mxlogic::VENDOR,
    &notes::VENDOR,
    &ntmail::VENDOR,
    &nullmailer::VENDOR,
    &odoo::VENDOR,
    &opensmtpd::VENDOR,
    &otrs::VENDOR,
    &outlookcom::VENDOR,
    &pec::VENDOR,
    &phabricator::VENDOR,
    &postfix::VENDOR,
    &powermta::VENDOR,
    &qmail::VENDOR,
    &quickmail::VENDOR,
    &qurb::VENDOR,
    &roundup::VENDOR,
    &rt::VENDOR,
    &sendgrid::VENDOR,
    &sendmail::VENDOR,
    &si20::VENDOR,
    &sina::VENDOR,
    &smail::VENDOR,
    &softbank::VENDOR,
    &spamarrest::VENDOR,
    &spamazoid::VENDOR,
    &spamhippo::VENDOR,
    &spamlion::VENDOR,
    &spamstomp::VENDOR,
    &surfcontrol::VENDOR,
    &sympa::VENDOR,
    &telekom::VENDOR,
    &tmda::VENDOR,
    &uol::VENDOR,
    &vacation::VENDOR,
    &vade::VENDOR,
    &vanquish::VENDOR,
    &verizon::VENDOR,
    &vines::VENDOR,
    &webshield::VENDOR,
    &workmail::VENDOR,
    &x400::VENDOR,
    &xmail::VENDOR,
    &xwall::VENDOR,
    &yahoo::VENDOR,
    &yandex::VENDOR,
    &zammad::VENDOR,
    &zendesk::VENDOR,
    &zerospam::VENDOR,
    &zoho::VENDOR,
];
