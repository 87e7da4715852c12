//! Every bound on what is read of mail that strangers wrote: how much, and what happens beyond it. Knows
//! nothing of mail. `docs/LIMITS.md` is made from this list; a test holds it current.

/// One bound, as `docs/LIMITS.md` shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The constant's name.
    pub name: &'static str,
    /// How much.
    pub most: u64,
    /// Of what.
    pub unit: &'static str,
    /// What it bounds.
    pub what: &'static str,
    /// What happens beyond it.
    pub beyond: &'static str,
}

/// Declares each bound once: as a constant, and as a row of [`ALL`].
macro_rules! bounds {
    ($($(#[doc = $what:literal])+ $name:ident: $type:ty = $most:expr, $unit:literal, $beyond:literal;)+) => {
        $($(#[doc = $what])+ pub const $name: $type = $most;)+

        /// All bounds in the order of the list.
        pub const ALL: &[Bound] = &[$(Bound {
            name: stringify!($name),
            most: $most as u64,
            unit: $unit,
            what: concat!($($what,)+),
            beyond: $beyond,
        },)+];
    };
}

bounds! {
    // The message as a whole. What is refused here is ordinary mail with the defect named, never moved.
    /// One message that may be an answer.
    MESSAGE: usize = 16 << 20, "octets", "refused: `message-too-long`";
    /// One header block of a message or part.
    HEADER_BLOCK: usize = 256 << 10, "octets", "refused: `headers-too-long`";
    /// Fields of one header block.
    FIELDS: usize = 2_000, "fields", "refused: `too-many-fields`";
    /// MIME parts of one message.
    PARTS: usize = 200, "parts", "refused: `too-many-parts`";
    /// Nesting of MIME parts.
    DEPTH: usize = 16, "levels", "refused: `nested-too-deep`";
    /// A boundary.
    BOUNDARY: usize = 1_000, "octets", "the multipart counts as one without a boundary";
    /// What is large enough to be read by one thread at a time.
    LARGE: u64 = 1 << 20, "octets", "waits until the large message before it is done";

    // Header fields.
    /// One decoded field value; of the raw value four times as much is read.
    FIELD_VALUE: usize = 16 << 10, "octets", "cut: `bad-encoding`";
    /// The name of a field.
    FIELD_NAME: usize = 120, "octets", "the line is no field";
    /// Addresses of one kind (`From`, `To`, …).
    ADDRESSES: usize = 1_000, "addresses", "the rest is left out";
    /// One address that is unwrapped (BATV, SRS, VERP).
    ADDRESS: usize = 512, "octets", "taken as it stands";
    /// Ids of `References` that are read, the last first.
    PARENTS: usize = 100, "ids", "the rest is left out";
    /// A `Received` field.
    RECEIVED: usize = 4 << 10, "octets", "cut";
    /// `Received` fields of a returned original.
    HOPS: usize = 100, "fields", "the rest is left out";
    /// A subject or field value that patterns look at.
    PATTERN_FIELD: usize = 1 << 10, "octets", "cut";

    // Text.
    /// Decoded text of a message that is kept.
    TEXT: usize = 64 << 10, "octets", "cut";
    /// Text of a returned original that is kept.
    RETURNED_TEXT: usize = 4 << 10, "octets", "cut";
    /// Text that patterns look at.
    PATTERN_TEXT: usize = 16 << 10, "octets", "cut";
    /// Text of a request for confirmation; challenges are short.
    CHALLENGE: usize = 6_000, "octets", "no challenge by its text";

    // The machine-readable part of a report.
    /// Recipients of one report.
    RECIPIENTS: usize = 1_000, "recipients", "the rest is left out";
    /// One field of a report.
    REPORT_VALUE: usize = 8_192, "octets", "cut";
    /// A diagnostic text that is kept.
    DIAGNOSTIC: usize = 1_000, "characters", "cut";

    // The first look at a message.
    /// Body that the first look sees.
    GLANCE_BODY: usize = 4 << 10, "octets", "not looked at";
    /// One field value that the first look sees.
    GLANCE_VALUE: usize = 2 << 10, "octets", "cut";

    // Stores.
    /// The first read of a message file.
    FILE_HEAD: usize = 16 << 10, "octets", "read on while the header block has not ended";
    /// The header block of a message file, as far as the first look reads it.
    FILE_HEADERS: usize = 1 << 20, "octets", "the first look sees no more";
    /// The start of a file that shows whether it is mail.
    FILE_START: usize = 4 << 10, "octets", "not looked at";
    /// A From_ line of an mbox.
    FROM_LINE: usize = 1_024, "octets", "no separator";
    /// A buffer for a message of a plain mbox.
    MBOX_BUFFER: usize = 1 << 20, "octets", "skimmed to its end, read again where it is an answer";
    /// What is kept of a message in a compressed mbox.
    STREAM_BUFFER: usize = 16 << 20, "octets", "refused: `message-too-long`; hashed whole";
    /// A header block that is searched for Content-Length.
    LENGTH_HEADERS: usize = 64 << 10, "octets", "no Content-Length";
    /// A message whose Content-Length may be believed.
    LENGTH_MESSAGE: u64 = 8 << 20, "octets", "Content-Length is not believed";
    /// Growth of a compressed mbox beyond `GROWTH_FREE`.
    GROWTH: u64 = 200, "times its size", "given up there and listed";
    /// What a compressed mbox may always grow to.
    GROWTH_FREE: u64 = 64 << 20, "octets", "`GROWTH` counts";
    /// Nesting of folders.
    FOLDERS: usize = 64, "levels", "left out and listed";

    // Single messages that are named, and runs that move them.
    /// One message that `explain` reads.
    EXPLAINED: u64 = 64 << 20, "octets", "cut; judged by the bound of one message";
    /// A configuration file.
    CONFIGURATION: u64 = 1 << 20, "octets", "refused: told as a fault of the file";
    /// A header block that a move looks at.
    MOVED_HEADERS: usize = 1 << 20, "octets", "not looked at";

    // What is kept of one answer.
    /// Hops of the answered mail.
    RECORD_HOPS: usize = 10, "hops", "those in the middle are left out";
    /// Addresses of the answered mail.
    RECORD_ADDRESSES: usize = 64, "addresses", "the rest is left out";
    /// Failed recipients in a report's row.
    RECORD_RECIPIENTS: usize = 32, "addresses", "the rest is left out";
    /// Links of the answered mail that reports show.
    RECORD_LINKS: usize = 2, "links", "the rest is left out";
    /// One such link.
    LINK: usize = 120, "characters", "cut";
    /// Text of the answered mail that tells campaigns.
    SKETCH_TEXT: usize = 8 << 10, "octets", "not looked at";
    /// Messages in Sent that are opened again because weaker marks name them.
    SENT_BODIES: usize = 20_000, "messages", "not compared";
    /// Different values of one habit of the owner.
    HABITS: usize = 4_096, "values", "not counted";
    /// Different addresses of one campaign.
    CAMPAIGN_ADDRESSES: usize = 10_000, "addresses", "not counted";
    /// The quote that evidence shows.
    QUOTE: usize = 80, "characters", "cut";
}

/// The table of `docs/LIMITS.md`.
pub fn readme() -> String {
    use std::fmt::Write;
    let mut out = String::from(
        "# Limits\n\n\
         Everything that is read was written by strangers, so everything has a bound. This table is made from\n\
         `src/limits.rs` (`scripts/bless`); a test holds it current. *Refused* means: the message counts as\n\
         `ordinary`, the defect stands in the column `defects`, and no sweep moves it. *Cut* means: what stands\n\
         before the bound is judged as if it were all.\n\n\
         | bound | most | of what | beyond it |\n|---|---:|---|---|\n",
    );
    for bound in ALL {
        let what = bound.what.trim().trim_end_matches('.');
        let most = match bound.most {
            n if n >= 1 << 20 && n % (1 << 20) == 0 && bound.unit == "octets" => {
                format!("{} Mi", n >> 20)
            }
            n if n >= 1 << 10 && n % (1 << 10) == 0 && bound.unit == "octets" => {
                format!("{} Ki", n >> 10)
            }
            n => n.to_string(),
        };
        let _ = writeln!(
            out,
            "| `{}` | {most} {} | {what} | {} |",
            bound.name, bound.unit, bound.beyond
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_every_bound_bounds() {
        let mut names: Vec<_> = ALL.iter().map(|b| b.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
        assert!(ALL.iter().all(|b| b.most > 0 && !b.what.trim().is_empty()));
    }

    #[test]
    fn a_message_is_kept_whole_where_it_may_be_judged() {
        const {
            assert!(STREAM_BUFFER >= MESSAGE && EXPLAINED > MESSAGE as u64);
            assert!(FILE_HEADERS > HEADER_BLOCK, "a cut header block would look whole");
        }
    }
}
