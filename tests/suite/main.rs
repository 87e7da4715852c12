//! All integration tests, one binary.

mod stores;
