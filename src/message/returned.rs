//! The original that an answer returns: whole, its headers only, or quoted in the text; and the
//! Received hops it came along. It is never read as if it were the outer message.

use std::net::IpAddr;

use super::{Address, Date, Headers, Mailbox, MessageId, ReturnPath};

/// How the original came back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReturnedForm {
    /// Headers and body (`message/rfc822`, or behind a break line).
    Whole,
    /// Headers only (`text/rfc822-headers`).
    Headers,
    /// Quoted or loose lines in the text: single fields only.
    Fragments,
}

/// One `Received` field, RFC 5321 section 4.4, as far as it can be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hop {
    /// The name the client gave (HELO/EHLO), lower case.
    pub helo: Option<String>,
    /// The name the server looked up for the client, lower case; `unknown` counts as none.
    pub host: Option<String>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The host that wrote the field, lower case.
    pub by: Option<String>,
    /// The protocol, upper case (`ESMTPSA`).
    pub with: Option<String>,
    /// `for <…>`.
    pub to: Option<Address>,
    /// When.
    pub date: Option<Date>,
    /// Whether the client had authenticated (`ESMTPA`, `ESMTPSA`, "Authenticated sender",
    /// "authenticated bits").
    pub authenticated: bool,
}

/// The answered mail as far as it came back.
#[derive(Debug, Clone, PartialEq)]
pub struct Returned {
    /// How it came back.
    pub form: ReturnedForm,
    /// Its header fields.
    pub headers: Headers,
    /// `Return-Path`.
    pub return_path: ReturnPath,
    /// `From`.
    pub from: Vec<Mailbox>,
    /// `To`.
    pub to: Vec<Mailbox>,
    /// `Cc`.
    pub cc: Vec<Mailbox>,
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// `Date`.
    pub date: Option<Date>,
    /// `Message-ID`.
    pub message_id: Option<MessageId>,
    /// `X-Google-Original-Message-ID`, `X-Microsoft-Original-Message-ID`, `Resent-Message-ID`.
    pub alias_ids: Vec<MessageId>,
    /// `In-Reply-To` and `References` of the original.
    pub parents: Vec<MessageId>,
    /// Its `Received` fields, top (latest) first.
    pub hops: Vec<Hop>,
    /// The first octets of its body, decoded as text, at most [`super::Limits::returned_text`].
    pub text: String,
    /// The octets of the header block as they stand in the answer, transfer encoding undone.
    pub raw_headers: Vec<u8>,
}
