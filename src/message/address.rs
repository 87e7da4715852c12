//! Addresses and message ids as written, and what stands behind them: BATV, Barracuda's btv1, SRS,
//! VERP and `+tag` unwrapped. Comparison is without case.

use std::fmt;

/// A mail address as written, without angle brackets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address(String);

/// A display name and its address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// Display name, decoded; empty where there is none.
    pub name: String,
    /// The address; empty where there is none.
    pub address: Address,
}

/// A message id without its angle brackets, trimmed and unfolded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageId(String);

/// The envelope sender as the store keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ReturnPath {
    /// `Return-Path: <>`.
    Null,
    /// No such field (or an unreadable one).
    #[default]
    Missing,
    /// An address.
    Is(Address),
}

impl Address {
    /// Takes an address as written; brackets and blanks around it are dropped.
    pub fn new(written: &str) -> Self {
        Address(written.trim().trim_start_matches('<').trim_end_matches('>').trim().to_owned())
    }

    /// As written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The part before the last `@`.
    pub fn local(&self) -> &str {
        self.0.rsplit_once('@').map_or(&self.0, |(l, _)| l)
    }

    /// The part behind the last `@`, empty where there is none.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, d)| d)
    }

    /// In lower case, for comparison.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }

    /// The address behind BATV, btv1, SRS and VERP wrappers, in lower case, `+tag` kept.
    pub fn unwrapped(&self) -> Address {
        Address(self.key())
    }

    /// [`Address::unwrapped`] without its `+tag`.
    pub fn base(&self) -> Address {
        self.unwrapped()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl MessageId {
    /// Takes an id with or without angle brackets; folding and blanks in it are dropped.
    pub fn new(written: &str) -> Self {
        MessageId(
            written
                .trim()
                .trim_start_matches('<')
                .trim_end_matches('>')
                .split_whitespace()
                .collect(),
        )
    }

    /// Without brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether nothing is there.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.0)
    }
}
