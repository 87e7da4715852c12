//! The one loop: reads stores in parallel, learns once, judges, and gives findings in store order to a
//! visitor.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::Error;
use crate::store::{Fingerprint, Layout, Role, Skipped};
use crate::verdict::Verdict;

/// What a scan is to do. Everything has a default that needs no thought: `Options::default()`.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Further places with mail that the owner sent; they add to what is found by itself. Read as Sent
    /// whatever their names say, and not judged.
    pub sent: Vec<PathBuf>,
    /// Further addresses of the owner: `local@domain`, or `@domain` for all of a domain. They add to
    /// those learned from Sent.
    pub identities: Vec<String>,
    /// The owner's outbound hosts: a host name, an address, or a network as `address/length`.
    pub relays: Vec<String>,
    /// "This one was mine": an address (whatever answers mail to it is genuine) or a message id (with
    /// or without brackets, of the answered mail or of the answer).
    pub keep: Vec<String>,
    /// Days in which an answer to a mail is expected; `None` is 7, and 14 where the reporter is unknown.
    pub window_days: Option<u32>,
    /// Only what was received at or after this moment is reported, Unix seconds. Never limits Sent.
    pub since: Option<i64>,
    /// Only what was received before this moment is reported, Unix seconds. Never limits Sent.
    pub until: Option<i64>,
    /// Threads that judge; `None` is one per processor. Never changes a result.
    pub threads: Option<usize>,
    /// Threads that read files; `None` is as many as threads. Never changes a result.
    pub readers: Option<usize>,
    /// Gives every message to the visitor, ordinary, refused and broken ones included.
    pub all: bool,
    /// Leaves the tables of single programs out; general signals and languages stay.
    pub general_only: bool,
}

/// How far a scan is. Given often and from any thread; `octets_done` never falls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Octets read so far, of Sent and of judged folders.
    pub octets_done: u64,
    /// Octets that will have been read at the end; grows while stores are still being listed.
    pub octets_total: u64,
    /// Messages read so far.
    pub messages: u64,
}

/// Reads `stores`, learns once, and gives every finding to `visit`, in store order. Fails only where
/// nothing could be done at all; one unreadable store of several is listed in [`Outcome::skipped`].
pub fn scan(
    stores: &[PathBuf],
    options: &Options,
    progress: &(dyn Fn(Progress) + Sync),
    visit: &mut dyn FnMut(&Finding),
) -> Result<Outcome, Error> {
    let _ = (stores, options, progress, visit);
    Ok(Outcome::default())
}

/// Judges one message alone, without a Sent folder: the kind is as in a scan, the origin is mostly
/// unknown.
pub fn judge_one(bytes: &[u8], options: &Options) -> Option<Verdict> {
    let _ = (bytes, options);
    None
}

/// One judged message, as reports show it. Strings from mail are as in the mail, and reports escape
/// them; what comes from paths (`store`, `folder`, `locator`, `sent_match`) is escaped for display
/// already, because a path may hold octets that no string can.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The store as the user named it.
    pub store: String,
    /// Folder inside it, `INBOX` for the top.
    pub folder: String,
    /// What this one message is for.
    pub role: Role,
    /// Maildir and message files: the path below the store; mbox: `path#offset+length`.
    pub locator: String,
    /// Length and hash of the stored octets.
    pub fingerprint: Fingerprint,
    /// When it was received, Unix seconds.
    pub date: Option<i64>,
    /// First From as `name <address>`.
    pub from: String,
    /// To.
    pub to: String,
    /// Subject.
    pub subject: String,
    /// Message-ID with brackets, empty if none.
    pub message_id: String,
    /// What was decided.
    pub verdict: Verdict,
    /// Failed or reached recipients, as written.
    pub recipients: Vec<String>,
    /// RFC 3464 action.
    pub action: String,
    /// RFC 3463 code.
    pub status: String,
    /// One of the fixed list, empty where there is none.
    pub reason: String,
    /// Who reports.
    pub reporting_mta: String,
    /// What it said.
    pub diagnostic: String,
    /// Of the answered mail, with brackets.
    pub original_message_id: String,
    /// Of the answered mail, Unix seconds.
    pub original_date: Option<i64>,
    /// Of the answered mail.
    pub original_from: String,
    /// Of the answered mail.
    pub original_subject: String,
    /// `STORE/locator` of the matching Sent message, empty if none.
    pub sent_match: String,
    /// First host outside the owner's and the bouncing side's networks.
    pub source_ip: String,
    /// Number of the campaign.
    pub campaign: Option<u32>,
    /// What was broken, codes.
    pub defects: Vec<String>,
}

/// What a scan did as a whole. `seen` is the sum of the counts and of `unread`, always.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Messages met in folders that are judged, and not left out by `since` or `until`.
    pub seen: u64,
    /// Messages by class name.
    pub counts: BTreeMap<&'static str, u64>,
    /// What was skipped: stores, folders, files and messages.
    pub skipped: Vec<Skipped>,
    /// Messages among the skipped: met, but not judged.
    pub unread: u64,
    /// Octets read, Sent included.
    pub octets: u64,
    /// Every folder that was met, in store order, those of `Options::sent` last.
    pub folders: Vec<FolderRead>,
    /// The owner's addresses, most used first.
    pub identities: Vec<Identity>,
    /// What there is of mail that the owner sent.
    pub sent: SentFound,
}

/// One folder that a scan met.
#[derive(Debug, Clone)]
pub struct FolderRead {
    /// The store as the user named it, escaped for display.
    pub store: String,
    /// Folder inside it, `INBOX` for the top; escaped for display.
    pub folder: String,
    /// How its messages are kept.
    pub layout: Layout,
    /// What it was taken for.
    pub role: Role,
    /// Why, in words; for a folder of `Options::sent` that it was named by the user.
    pub why: String,
    /// Messages in it.
    pub messages: u64,
    /// Those of them whose own role is Sent, whatever the folder is (Takeout).
    pub sent: u64,
    /// Octets of its messages.
    pub octets: u64,
}

/// One address of the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `local@domain`, or `@domain`.
    pub address: String,
    /// Named by the user, not learned.
    pub given: bool,
    /// Messages in Sent that have it in From.
    pub messages: u64,
}

/// Mail that the owner sent, as far as it was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SentFound {
    /// Messages, each counted once.
    pub messages: u64,
    /// Date of the oldest, Unix seconds.
    pub first: Option<i64>,
    /// Date of the newest, Unix seconds.
    pub last: Option<i64>,
}
