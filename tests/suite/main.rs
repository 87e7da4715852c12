//! All integration tests, one binary.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on may panic")]
#![expect(clippy::disallowed_methods, reason = "tests own their folders and environment")]

mod attacks;
mod bundle;
mod challenges;
mod cli;
mod config;
mod corners;
mod corpus;
mod disks;
mod docs;
mod explain;
mod fast_path;
mod faults;
mod fuzzing;
mod gateways;
mod hostile;
mod languages;
mod mailboxes;
mod mailings;
mod moves;
mod nightly;
mod nights;
mod page;
mod relocation;
mod sqlite;
mod state;
mod stores;
mod storms;
mod suggest;
mod support;
mod tidy;
mod transformations;
mod undos;
mod variants;
mod writes;
