//! What all answers have in common: who answers, about what, how much comes back, and the trace fields
//! that the owner's host puts on top. The forms of the programs stand in `bounces` and `replies`.

use crate::original::Original;
use crate::rng::Rng;
use crate::text::date;
use crate::trace::{Client, received};
use crate::world::{Site, World};

/// How much of the original an answer returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Returns {
    Whole,
    Headers,
    Id,
    Subject,
    Nothing,
}

impl Returns {
    /// The letter in truth.csv.
    pub(crate) fn letter(self) -> &'static str {
        match self {
            Returns::Whole | Returns::Headers => "A",
            Returns::Id | Returns::Subject => "B",
            Returns::Nothing => "C",
        }
    }
}

/// Why a delivery failed: enhanced status, SMTP reply (`{r}` is the recipient), in plain words.
pub(crate) struct Trouble {
    pub(crate) status: &'static str,
    pub(crate) reply: &'static str,
    pub(crate) words: &'static str,
}

pub(crate) const TROUBLES: &[Trouble] = &[
    Trouble {
        status: "5.1.1",
        reply: "550 5.1.1 <{r}>: Recipient address rejected: User unknown",
        words: "there is no mailbox of this name here",
    },
    Trouble {
        status: "5.2.2",
        reply: "552 5.2.2 <{r}>: Mailbox full, quota exceeded",
        words: "the mailbox is full",
    },
    Trouble {
        status: "5.2.1",
        reply: "550 5.2.1 <{r}>: account is disabled",
        words: "the mailbox has been disabled",
    },
    Trouble {
        status: "5.7.1",
        reply: "554 5.7.1 Message refused: it looks like spam",
        words: "the message was refused as unwanted",
    },
    Trouble {
        status: "5.1.1",
        reply: "550 5.1.1 no such user here: {r}",
        words: "the user is not known",
    },
    Trouble {
        status: "5.3.4",
        reply: "552 5.3.4 Message size exceeds fixed limit",
        words: "the message is too big",
    },
];

/// Everything a form needs to write one answer.
pub(crate) struct Ask<'a> {
    pub(crate) world: &'a World,
    pub(crate) original: &'a Original,
    /// Whom the original was sent to and the answer is about.
    pub(crate) recipient: &'a str,
    pub(crate) recipient_name: &'a str,
    /// The host that answers.
    pub(crate) site: &'a Site,
    /// The owner's own relay answers, because another host refused.
    pub(crate) own_relay: bool,
    /// Where the relay could not deliver.
    pub(crate) remote: &'a Site,
    pub(crate) time: i64,
    /// When the answering host took the original.
    pub(crate) arrival: i64,
    pub(crate) trouble: &'a Trouble,
    /// Trace fields of the original as the answering host has them, top first.
    pub(crate) hops: String,
    /// The address from which the answering side took the original.
    pub(crate) source: String,
    pub(crate) returns: Returns,
}

impl Ask<'_> {
    /// The zone in which the answering host writes times.
    pub(crate) fn zone(&self) -> i64 {
        if self.own_relay { self.world.owner.zone(self.time) } else { self.site.zone() }
    }

    pub(crate) fn now(&self) -> String {
        date(self.time, self.zone())
    }

    pub(crate) fn arrived(&self) -> String {
        date(self.arrival, self.zone())
    }

    pub(crate) fn to(&self) -> &str {
        &self.original.envelope
    }

    pub(crate) fn reply(&self) -> String {
        self.trouble.reply.replace("{r}", self.recipient)
    }

    /// Header block of the original with its trace, ending in a line end.
    pub(crate) fn head(&self) -> String {
        format!("{}{}", self.hops, self.original.head())
    }

    /// Header block, and the body where the whole comes back.
    pub(crate) fn returned(&self) -> String {
        match self.returns {
            Returns::Whole => format!("{}\n{}", self.head(), self.original.body()),
            _ => self.head(),
        }
    }

    /// Media type of the part that returns the original.
    pub(crate) fn returned_type(&self) -> &'static str {
        if self.returns == Returns::Whole { "message/rfc822" } else { "text/rfc822-headers" }
    }

    /// Trace fields of the answer itself; `sender` is its envelope sender, often empty.
    pub(crate) fn trace(&self, sender: &str, rng: &mut Rng) -> String {
        let client = Client::of(self.site);
        trace(self.world, &client, sender, &self.original.envelope, self.time + 2, rng)
    }

    /// In-Reply-To and References, where the original had an id.
    pub(crate) fn parents(&self) -> String {
        match &self.original.id {
            Some(id) => format!("In-Reply-To: {id}\nReferences: {id}\n"),
            None => String::new(),
        }
    }
}

/// The fields that the owner's host puts on top of what comes in.
pub(crate) fn trace(
    world: &World,
    from: &Client<'_>,
    sender: &str,
    to: &str,
    unix: i64,
    rng: &mut Rng,
) -> String {
    let owner = &world.owner;
    let main = &owner.main().address;
    let written_to = if to == main { String::new() } else { format!("X-Original-To: {to}\n") };
    let hop = received(&owner.mx, from, to, unix, owner.zone(unix), rng);
    format!("Return-Path: <{sender}>\n{written_to}Delivered-To: {main}\n{hop}")
}
