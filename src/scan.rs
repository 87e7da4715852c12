//! The one loop: reads stores in parallel, learns once, judges, and gives findings in store order to a
//! visitor.

use crate::store::{Fingerprint, Skipped};
use crate::verdict::Verdict;

/// One judged message, as reports show it. Strings are as in the mail; reports escape them.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The store as the user named it.
    pub store: String,
    /// Folder inside it.
    pub folder: String,
    /// See PRODUCT.md: column `locator`.
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

/// What a scan did as a whole. `seen` is the sum of the counts and the skipped messages, always.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Messages met in folders that are judged.
    pub seen: u64,
    /// Messages by class name.
    pub counts: std::collections::BTreeMap<&'static str, u64>,
    /// What was skipped.
    pub skipped: Vec<Skipped>,
}
