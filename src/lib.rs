//! Finds automatic answers in stored mail and decides, by comparing them with the Sent folder, whether
//! the mail they answer was really the owner's.
//!
//! # One message
//!
//! What a message is needs the message alone: [`scan::judge_one`]. Whose mail it answers needs the Sent folder, here
//! with one message in it; [`correlation::link`] compares.
//!
//! ```
//! use unscatter::correlation::{Link, Terms, answered, link};
//! use unscatter::message::{Limits, parse, parse_headers};
//! use unscatter::sent::{SentIndex, SentMessage};
//! use unscatter::signals::{Kind, Recogniser};
//! use unscatter::store::Place;
//! use unscatter::verdict::decide_kind;
//!
//! let offer = b"From: ines@hollin.example\nTo: rosa@granite-bay.example\nSubject: Offer\n\
//!     Date: Mon, 1 Dec 2025 10:00:00 +0000\nMessage-ID: <1@hollin.example>\n\nHere it is.\n";
//! let bounce = b"Return-Path: <>\nFrom: MAILER-DAEMON@granite-bay.example\nTo: ines@hollin.example\n\
//!     Subject: Undelivered Mail Returned to Sender\nDate: Mon, 1 Dec 2025 10:00:09 +0000\n\
//!     MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
//!     --b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; granite-bay.example\n\n\
//!     Final-Recipient: rfc822; rosa@granite-bay.example\nAction: failed\nStatus: 5.1.1\n\n\
//!     --b\nContent-Type: text/rfc822-headers\n\nFrom: ines@hollin.example\nSubject: Offer\n\
//!     Date: Mon, 1 Dec 2025 10:00:00 +0000\nMessage-ID: <1@hollin.example>\n\n--b--\n";
//!
//! let limits = Limits::default();
//! let place = Place::Span { offset: 0, length: offer.len() as u64 };
//! let sent = SentIndex::new([SentMessage::new((0, 0), place, &parse_headers(offer, &limits))]);
//!
//! let recogniser = Recogniser::new(false);
//! let message = parse(bounce, &limits, recogniser.breaks());
//! let kind = decide_kind(&message, &recogniser.look(&message)).kind;
//! assert_eq!(kind, Kind::Bounce);
//!
//! let about = answered(&message, kind, &["rosa@granite-bay.example".to_owned()]);
//! let received = message.date.map(|date| date.unix);
//! let (found, _) = link(&about, received, "granite-bay.example", &Terms::default(), &sent);
//! assert!(matches!(found, Link::Matched { solid: true, .. }), "{found:?}");
//! ```
//!
//! # A store, and a plan
//!
//! A scan gives every finding to a visitor; a plan says what would go where. Nothing is changed before
//! [`relocation::apply`].
//!
//! ```
//! use unscatter::relocation::{self, Known, Wishes};
//! use unscatter::scan::{Options, scan};
//! use unscatter::store::Store;
//!
//! let paths = ["corpus/stores/joe-job".into()];
//! let mut findings = Vec::new();
//! let outcome =
//!     scan(&paths, &Options::default(), &|_| {}, &mut |finding| findings.push(finding.clone()))?;
//! let of = |class: &str| outcome.counts.get(class).copied().unwrap_or(0);
//! assert!(of("backscatter") > 100 && of("genuine-bounce") > 10);
//! assert_eq!(outcome.seen, outcome.counts.values().sum::<u64>() + outcome.unread);
//!
//! let stores = [Store::discover(&paths[0])?];
//! let wishes = Wishes::to("Backscatter");
//! let plan =
//!     relocation::plan(&stores, &findings, &outcome.folders, &wishes, &Known::default())?;
//! assert!(plan.steps.iter().all(|step| step.class != "genuine-bounce"));
//! assert!(!plan.beyond(0.1).is_empty(), "a flood: more than a tenth of the inbox would go");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Features
//!
//! `cli` (on by default) builds the command line and what only it needs. With `default-features = false` the
//! library knows no terminal, no environment and no clock. `parquet` (off by default) adds [`report::Form::Parquet`], the
//! rows of the CSV for programs that read columns; without it that form is refused with a hint.

mod codec;
pub mod correlation;
pub mod learning;
pub mod limits;
pub mod message;
pub mod relocation;
pub mod report;
pub mod scan;
pub mod sent;
pub mod signals;
pub mod state;
pub mod store;
pub mod verdict;

/// What can go wrong as a whole. A single bad message is never an error: it has a
/// [`message::Defect`] or is listed as [`store::Skipped`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nothing at this path is mail.
    #[error(
        "{0}: no mail found there (looked for a folder with cur/, a file with From_ lines, message files)"
    )]
    NoMail(String),
    /// A path could not be read.
    #[error("{path}: {source}")]
    Read {
        /// Escaped for display.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// An output could not be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// Escaped for display.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system gives no threads.
    #[error("cannot start threads: {0}")]
    Threads(String),
    /// A file of ours is not what it should be: a truth file, findings, a plan.
    #[error("{path}: {what}")]
    Malformed {
        /// Escaped for display.
        path: String,
        /// What is wrong, with the line.
        what: String,
    },
}
