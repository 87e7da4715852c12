//! The lists of what a record is made of, each field once, for writing it down and reading it again.
//! Whoever adds a field to one of these types adds its name here; without it nothing compiles.

use super::{Answered, Headline, Link, Record, Returns};
use crate::codec::{Broken, Coded, coded};
use crate::message::Defect;

coded!(Record { folder, place, fingerprint, date, kind, link, evidence, answered, headline });

coded!(Answered {
    returns,
    ids,
    referred,
    shape,
    date,
    arrival,
    from,
    to,
    subject,
    mailer,
    hops,
    sketch,
    links,
    name,
    script,
    asked,
    passed,
    answered_to,
    answered_name,
    return_path,
    authentication_failed,
    signature,
});

coded!(Returns: Nothing | Mention | Headers);

impl Coded for Link {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Link::Unknowable => out.push(0),
            Link::Absent => out.push(1),
            Link::Contradicted(sent) => {
                out.push(2);
                sent.write(out);
            }
            Link::Matched { sent, solid } => {
                out.push(3);
                (*sent, *solid).write(out);
            }
        }
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        match u8::read(from)? {
            0 => Ok(Link::Unknowable),
            1 => Ok(Link::Absent),
            2 => Coded::read(from).map(Link::Contradicted),
            3 => Coded::read(from).map(|(sent, solid)| Link::Matched { sent, solid }),
            _ => Err(Broken),
        }
    }
}

coded!(Headline {
    from,
    to,
    subject,
    message_id,
    recipients,
    action,
    status,
    reason,
    reporting_mta,
    diagnostic,
    null_sender,
    defects,
});

/// The code of a defect, which is one of a fixed list.
impl Coded for &'static str {
    fn write(&self, out: &mut Vec<u8>) {
        let number = Defect::ALL.iter().position(|d| d.code() == *self);
        out.push(number.and_then(|n| u8::try_from(n).ok()).unwrap_or(u8::MAX));
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        let number = usize::from(u8::read(from)?);
        Defect::ALL.get(number).map(|d| d.code()).ok_or(Broken)
    }
}
