//! Why an origin stays unknown, in words, and what would tell. Says what was missing, never more.

use crate::correlation::{Link, Record, Returns};
use crate::learning::{Lessons, Path};
use crate::sent::SentIndex;

/// Why nothing certain can be said of whose mail an answer answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Doubt {
    /// There is no Sent mail to compare with.
    NoSent,
    /// People write to the address that it answers, and Sent holds nothing from there.
    OtherAddress,
    /// It came over the owner's relay with the owner's password, and is not in Sent.
    OwnRelay,
    /// Sent holds nothing of that time.
    NotCovered,
    /// The device whose ids look so saves little of its mail in Sent.
    DeviceNotSaved,
    /// Nothing of the answered mail came back.
    NothingReturned,
    /// Only an id or a subject came back.
    LittleReturned,
    /// What came back speaks for both.
    Mixed,
}

impl Doubt {
    /// All, in the order in which they are looked for.
    pub const ALL: [Doubt; 8] = [
        Doubt::NoSent,
        Doubt::OtherAddress,
        Doubt::OwnRelay,
        Doubt::NotCovered,
        Doubt::DeviceNotSaved,
        Doubt::NothingReturned,
        Doubt::LittleReturned,
        Doubt::Mixed,
    ];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Doubt::NoSent => "no-sent",
            Doubt::OtherAddress => "other-address",
            Doubt::OwnRelay => "own-relay",
            Doubt::NotCovered => "not-covered",
            Doubt::DeviceNotSaved => "device-not-saved",
            Doubt::NothingReturned => "nothing-returned",
            Doubt::LittleReturned => "little-returned",
            Doubt::Mixed => "mixed",
        }
    }

    /// The reason in a sentence.
    pub fn words(self) -> &'static str {
        match self {
            Doubt::NoSent => "there is no Sent mail to compare with",
            Doubt::OtherAddress => {
                "people write to the address that it answers, and no Sent mail is from there"
            }
            Doubt::OwnRelay => {
                "it went out over your own mail server and is not in Sent: a device that saves no \
                 copies, or somebody who uses your account"
            }
            Doubt::NotCovered => "the Sent mail holds nothing of that time",
            Doubt::DeviceNotSaved => "mail of the device that writes such ids is seldom in Sent",
            Doubt::NothingReturned => "nothing of the answered mail came back",
            Doubt::LittleReturned => "only an id or a subject came back",
            Doubt::Mixed => "what came back speaks for both",
        }
    }

    /// What would tell, in a sentence; empty where nothing would.
    pub fn remedy(self) -> &'static str {
        match self {
            Doubt::NoSent => "name the place of your sent mail: --sent FOLDER",
            Doubt::OtherAddress => {
                "name the place where the sent mail of that address is: --sent FOLDER"
            }
            Doubt::OwnRelay => "name what was yours: --keep ADDRESS or --keep MESSAGE-ID",
            Doubt::NotCovered => "name older or other places of sent mail: --sent FOLDER",
            Doubt::DeviceNotSaved => {
                "name the place where that device keeps its sent mail: --sent FOLDER"
            }
            Doubt::NothingReturned | Doubt::LittleReturned | Doubt::Mixed => "",
        }
    }

    /// The reason for one record whose origin is unknown.
    pub(crate) fn of(record: &Record, lessons: &Lessons, sent: &SentIndex) -> Doubt {
        let a = &record.answered;
        let path = lessons.habits.path(a, &record.headline.reporting_mta);
        if sent.is_empty() {
            return Doubt::NoSent;
        }
        if lessons.coverage.is_elsewhere(record) {
            return Doubt::OtherAddress;
        }
        if matches!(path, Path::NewClient { .. } | Path::Own { .. })
            && !matches!(record.link, Link::Matched { .. })
        {
            return Doubt::OwnRelay;
        }
        if let Some(time) = a.sent_at().or(record.date)
            && !sent.covers(time)
        {
            return Doubt::NotCovered;
        }
        if a.shape.as_deref().is_some_and(|s| lessons.coverage.seldom(s)) {
            return Doubt::DeviceNotSaved;
        }
        match a.returns {
            Returns::Nothing => Doubt::NothingReturned,
            Returns::Mention => Doubt::LittleReturned,
            Returns::Headers => Doubt::Mixed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_doubt_has_a_name_and_words_of_its_own() {
        let mut names: Vec<_> = Doubt::ALL.iter().map(|d| (d.name(), d.words())).collect();
        names.sort_unstable();
        names.dedup_by(|a, b| a.0 == b.0 || a.1 == b.1);
        assert_eq!(names.len(), Doubt::ALL.len());
    }
}
