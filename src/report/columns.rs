//! The columns of the reports, declared once: name, kind and meaning. Every format, the schema of the SQLite file
//! and the table in docs/REFERENCE.md are made of this list.

use std::borrow::Cow;

use super::Cell;
use crate::scan::Finding;

/// One column of the reports.
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub kind: ColumnKind,
    /// What it means, for people; one line.
    pub about: &'static str,
    /// Its value for one finding.
    pub cell: fn(&Finding) -> Cell<'_>,
}

/// What the values of a column are, where a format tells kinds apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// One line of text.
    Text,
    /// A whole number.
    Integer,
    /// A number with four decimals.
    Real,
}

impl ColumnKind {
    /// As SQL names it.
    pub fn sql(self) -> &'static str {
        match self {
            ColumnKind::Text => "TEXT",
            ColumnKind::Integer => "INTEGER",
            ColumnKind::Real => "REAL",
        }
    }
}

macro_rules! columns {
    ($($name:literal $kind:ident $about:literal $cell:expr;)*) => {
        &[$(Column { name: $name, kind: ColumnKind::$kind, about: $about, cell: $cell }),*]
    };
}

/// All columns in the order of the CSV. Scripts rely on them: new ones are added at the end only.
pub const COLUMNS: &[Column] = columns! {
    "store" Text
        "the store as it was named on the command line"
        |f| Cell::Place(&f.store);
    "folder" Text
        "folder inside it, INBOX for the top"
        |f| Cell::Place(&f.folder);
    "locator" Text
        "Maildir and message files: path below the store; mbox: path#offset+length of the octets that sha256 covers, in the decompressed stream. STORE/locator is what explain takes"
        |f| Cell::Place(&f.locator);
    "sha256" Text
        "of the stored octets, hexadecimal; in an mbox without the From_ line and without the one blank line before the next"
        |f| Cell::Word(Cow::Owned(f.fingerprint.hex()));
    "size" Integer
        "octets, likewise"
        |f| Cell::Number(Some(f.fingerprint.len));
    "date" Text
        "when it was received, UTC, RFC 3339: top Received, else the time of the file or of the From_ line, else Date"
        |f| Cell::Moment(f.date);
    "from" Text
        "decoded, one line"
        |f| Cell::mail(&f.from);
    "to" Text
        "decoded, one line"
        |f| Cell::mail(&f.to);
    "subject" Text
        "decoded, one line"
        |f| Cell::mail(&f.subject);
    "message_id" Text
        "with < and >, like all ids"
        |f| Cell::mail(&f.message_id);
    "class" Text
        "backscatter, genuine-bounce, undecided-bounce, delivery-notice, auto-reply, challenge-response, receipt, feedback-report, ordinary"
        |f| Cell::word(f.verdict.class());
    "origin" Text
        "whose mail it answers: genuine the owner's, forged somebody else's, unknown; none for ordinary mail"
        |f| Cell::word(f.verdict.origin().map_or("none", |origin| origin.name()));
    "score" Real
        "probability that the class is right, 0 to 1"
        |f| Cell::Share(Some(f.verdict.score()));
    "p_forged" Real
        "probability that the answered mail was not the owner's; nothing for ordinary mail"
        |f| Cell::Share(f.verdict.p_forged());
    "signals" Text
        "codes of the evidence, strongest first, separated by blanks"
        |f| Cell::Word(Cow::Owned(join(f.verdict.ledger().iter().map(|entry| entry.code))));
    "recipient" Text
        "whom the answered mail could not reach, or reached; all of them, separated by blanks"
        |f| Cell::Mail(Cow::Owned(join(f.recipients.iter().map(String::as_str))));
    "action" Text
        "RFC 3464; of several recipients that of the worst"
        |f| Cell::mail(&f.action);
    "status" Text
        "RFC 3463; of several recipients that of the worst"
        |f| Cell::mail(&f.status);
    "reason" Text
        "why it failed, of a fixed list (unscatter explain REASON): user-unknown, mailbox-full, ..."
        |f| Cell::mail(&f.reason);
    "reporting_mta" Text
        "who reports"
        |f| Cell::mail(&f.reporting_mta);
    "diagnostic" Text
        "what it said"
        |f| Cell::mail(&f.diagnostic);
    "original_message_id" Text
        "of the answered mail"
        |f| Cell::mail(&f.original_message_id);
    "original_date" Text
        "of the answered mail, UTC, RFC 3339"
        |f| Cell::Moment(f.original_date);
    "original_from" Text
        "of the answered mail"
        |f| Cell::mail(&f.original_from);
    "original_subject" Text
        "of the answered mail"
        |f| Cell::mail(&f.original_subject);
    "sent_match" Text
        "the message in Sent that it answers, as STORE/locator"
        |f| Cell::Place(&f.sent_match);
    "source_ip" Text
        "first host outside the owner's and the bouncing side's networks in the returned Received lines"
        |f| Cell::mail(&f.source_ip);
    "campaign" Integer
        "number of the campaign"
        |f| Cell::Number(f.campaign.map(u64::from));
    "defects" Text
        "what was broken, cut or refused, codes separated by blanks"
        |f| Cell::Word(Cow::Owned(join(f.defects.iter().map(String::as_str))));
    "role" Text
        "what the message is for: received, junk, trash, swept, ..."
        |f| Cell::word(f.role.name());
    "null_sender" Text
        "yes or no: whether the envelope sender is empty; nothing where the store does not say"
        |f| Cell::word(yes_or_no(f.null_sender));
    "own_relay" Text
        "yes or no: whether a returned Received line names a relay of the owner's"
        |f| Cell::word(yes_or_no(f.own_relay));
    "links" Text
        "first links of the returned text, separated by blanks"
        |f| Cell::Mail(Cow::Owned(join(f.links.iter().map(String::as_str))));
};

/// The table of columns in `docs/REFERENCE.md`.
pub fn table() -> String {
    let mut table = String::from("| column | meaning |\n|---|---|\n");
    for Column { name, about, .. } in COLUMNS {
        let about = about.replace('<', "&lt;").replace('>', "&gt;");
        table.push_str(&format!("| `{name}` | {about} |\n"));
    }
    table
}

fn yes_or_no(known: Option<bool>) -> &'static str {
    match known {
        Some(true) => "yes",
        Some(false) => "no",
        None => "",
    }
}

fn join<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;

    #[test]
    fn the_kind_of_a_column_is_that_of_its_cells() {
        let finding = samples::backscatter();
        for Column { name, kind, about, cell } in COLUMNS {
            let of_cell = match cell(&finding) {
                Cell::Number(_) => ColumnKind::Integer,
                Cell::Share(_) => ColumnKind::Real,
                Cell::Mail(_) | Cell::Place(_) | Cell::Word(_) | Cell::Moment(_) => {
                    ColumnKind::Text
                }
            };
            assert_eq!(*kind, of_cell, "{name}");
            assert!(!about.contains(['\n', '|']), "{name}");
        }
    }
}
