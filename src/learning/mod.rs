//! What all records together teach, once, at the end of the first pass. Pure; the result does not
//! depend on the order of records.

pub mod abuse;
pub mod campaigns;
pub mod coverage;
mod crowded;
pub mod habits;
mod invented;
pub mod names;
mod places;
pub mod sources;
pub mod surplus;
mod way;
pub mod wording;

pub use abuse::{Abuse, Tally};
pub use campaigns::{Campaign, Campaigns};
pub use coverage::{Coverage, Month, Reply, Sought};
pub use habits::Habits;
pub use invented::Invented;
pub use names::Names;
pub use sources::Sources;
pub(crate) use sources::unused;
pub use surplus::Surplus;
pub use way::Path;
pub use wording::Wording;

use crate::correlation::{Record, Terms};
use crate::sent::SentIndex;

/// What the second pass knows beside the record that it judges.
#[derive(Debug, Default)]
pub struct Lessons {
    /// How much of the owner's mail Sent holds.
    pub coverage: Coverage,
    /// How the owner's mail looks and travels.
    pub habits: Habits,
    /// Under which names the owner writes.
    pub names: Names,
    /// The share of the owner's mail that goes to somebody to whom Sent holds other mail of that time.
    pub again: f32,
    /// What strangers and the owner write.
    pub wording: Wording,
    /// Addresses in the owner's domains that somebody made up.
    pub invented: Invented,
    /// Hosts that sent forged mail.
    pub sources: Sources,
    /// Ids of Sent that came back for too many.
    pub surplus: Surplus,
    /// Groups of answered mail.
    pub campaigns: Campaigns,
}

/// Learns from all records and the human replies in the mailbox.
pub fn learn(
    records: &[&Record],
    replies: &[Reply],
    sent: &SentIndex,
    terms: &Terms,
    relays: &[String],
) -> Lessons {
    let coverage = Coverage::measure(replies, sent, terms);
    let habits = Habits::learn(records, replies, sent, terms, relays);
    let names = Names::learn(records, sent);
    let invented = Invented::learn(records, &habits, sent, terms);
    let again = sent.again();
    let wording = Wording::learn(records, &habits, sent, terms);
    let (campaigns, (sources, surplus)) = rayon::join(
        || Campaigns::group(records, &habits, &wording, sent),
        || {
            let sources =
                Sources::learn(records, &habits, &names, &wording, &invented, sent, terms);
            (sources, Surplus::learn(records, &habits, sent))
        },
    );
    Lessons { coverage, habits, names, again, wording, invented, sources, surplus, campaigns }
}

impl Lessons {
    /// How the owner's name came into the mail that this answers.
    pub fn abuse(&self, record: &Record, sent: &SentIndex) -> Option<Abuse> {
        let path = self.habits.path(&record.answered, &record.headline.reporting_mta);
        Abuse::of(record, &path, &self.wording, sent)
    }

    /// Whether a returned Received line names a relay of the owner's, truly or not: what a filter sees
    /// that looks for these names. `None` where no relay is known.
    pub fn own_relay(&self, record: &Record) -> Option<bool> {
        self.habits.knows_relays().then(|| {
            self.habits.path(&record.answered, &record.headline.reporting_mta).names_relay()
        })
    }
}
