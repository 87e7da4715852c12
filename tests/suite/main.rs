//! All integration tests, one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]

mod cli;
mod corpus;
mod mailboxes;
mod relocation;
mod stores;
mod support;
mod tidy;
