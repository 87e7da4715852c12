//! How much of the owner's mail Sent holds, measured from the ids that people's replies name: the
//! share of those found in Sent, in all and by the device that wrote them. Absence from Sent weighs
//! no more than that.

use std::collections::BTreeMap;

use crate::correlation::Terms;
use crate::message::Address;
use crate::sent::SentIndex;

/// An ordinary reply: which message it answers and whom it is addressed to.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Hash of the answered id.
    pub parent: u64,
    /// Structure of that id.
    pub shape: String,
    /// Who replied.
    pub from: Address,
    /// The first address of its To field: as a rule the author of what it answers.
    pub to: Address,
    /// Whether a list distributed it.
    pub list: bool,
}

/// Hits and trials.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Share {
    found: u32,
    asked: u32,
}

/// How complete Sent is.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    all: Share,
    by_device: BTreeMap<String, Share>,
}

/// z of the lower end of a two-sided 90 % interval.
const Z: f64 = 1.644_853_6;

/// With fewer replies than this of one device, that of all is used.
const FEW: u32 = 5;

/// Where no reply tells, half of the mail is taken to be in Sent.
const UNKNOWN: f32 = 0.5;

impl Share {
    /// Lower end of Wilson's interval.
    fn lower(self) -> f32 {
        let n = f64::from(self.asked);
        if n == 0.0 {
            return 0.0;
        }
        let p = f64::from(self.found) / n;
        let z2 = Z * Z;
        let centre = p + z2 / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
        (((centre - spread) / (1.0 + z2 / n)).max(0.0)) as f32
    }
}

impl Coverage {
    /// Measures from replies that go to the owner and name a message that the owner may have sent.
    pub fn measure(replies: &[Reply], sent: &SentIndex, terms: &Terms) -> Self {
        let mut coverage = Coverage::default();
        let mut seen = std::collections::HashSet::new();
        for reply in replies {
            if reply.list || !terms.is_own(&reply.to, sent) || terms.is_own(&reply.from, sent) {
                continue;
            }
            if !seen.insert(reply.parent) {
                continue;
            }
            let found = u32::from(sent.by_id_key(reply.parent).is_some());
            let device = coverage.by_device.entry(reply.shape.clone()).or_default();
            device.asked += 1;
            device.found += found;
            coverage.all.asked += 1;
            coverage.all.found += found;
        }
        coverage
    }

    /// The share of the owner's mail that Sent holds, lower end of its 90 % interval, for mail whose id
    /// has this structure.
    pub fn share(&self, shape: Option<&str>) -> f32 {
        if self.all.asked < FEW {
            return UNKNOWN;
        }
        let all = self.all.lower();
        match shape.and_then(|s| self.by_device.get(s)) {
            Some(device) if device.asked >= FEW => device.lower().min(all.max(device.lower())),
            // A device of few replies, none of them found, may not be saved in Sent at all.
            Some(device) if device.found == 0 => all.min(UNKNOWN) * 0.5,
            _ => all,
        }
    }

    /// What absence from Sent adds to the log-odds of `forged`: at most −ln(1 − coverage).
    pub fn absence(&self, shape: Option<&str>) -> f32 {
        -(1.0 - self.share(shape)).max(0.05).ln()
    }

    /// Replies that were looked at, and how many of the ids they name are in Sent.
    pub fn measured(&self) -> (u32, u32) {
        (self.all.asked, self.all.found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(found: u32, asked: u32) -> Coverage {
        Coverage { all: Share { found, asked }, by_device: BTreeMap::new() }
    }

    #[test]
    fn absence_weighs_more_the_more_complete_sent_is_and_never_more_than_three() {
        let half = coverage(50, 100).absence(None);
        let most = coverage(98, 100).absence(None);
        assert!(half < 0.7 && half > 0.4, "{half}");
        assert!(most > half);
        assert!(coverage(100_000, 100_000).absence(None) <= 3.0);
    }

    #[test]
    fn few_replies_prove_little() {
        assert!(coverage(6, 6).share(None) < 0.75);
        assert!((coverage(3, 3).share(None) - UNKNOWN).abs() < 1e-6);
    }

    #[test]
    fn a_device_that_is_never_in_sent_makes_absence_weigh_little() {
        let mut c = coverage(90, 100);
        c.by_device.insert("phone".into(), Share { found: 0, asked: 12 });
        assert!(c.absence(Some("phone")) < 0.05);
        assert!(c.absence(Some("laptop")) > 1.0);
    }
}
