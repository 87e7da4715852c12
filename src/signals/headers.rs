//! Signals of header fields that answering programs write.
