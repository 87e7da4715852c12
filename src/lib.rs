//! Finds automatic answers in stored mail and decides, by comparing them with the Sent folder, whether
//! the mail they answer was really the owner's.

pub mod correlation;
pub mod learning;
pub mod limits;
pub mod message;
pub mod relocation;
pub mod report;
pub mod scan;
pub mod sent;
pub mod signals;
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
