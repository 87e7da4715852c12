//! Which rows of the findings go into a bundle. All that is named must hold; of one kind of thing any.

use std::net::IpAddr;

use ipnet::IpNet;

use super::sources::moment;

/// What the user selected; empty means all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// Numbers of campaigns.
    pub campaigns: Vec<u32>,
    /// Classes, as reports name them.
    pub classes: Vec<String>,
    /// Origins, as reports name them.
    pub origins: Vec<String>,
    /// Networks that the answered mail came from.
    pub sources: Vec<IpNet>,
    /// Only what was received at or after this moment, Unix seconds.
    pub since: Option<i64>,
    /// Only what was received before this moment, Unix seconds.
    pub until: Option<i64>,
    /// Only what has at least this p_forged.
    pub min_p_forged: Option<f64>,
}

/// The cells of a row that select it.
pub(super) struct Facts<'a> {
    pub(super) campaign: &'a str,
    pub(super) class: &'a str,
    pub(super) origin: &'a str,
    pub(super) source_ip: &'a str,
    pub(super) date: &'a str,
    pub(super) p_forged: &'a str,
}

impl Selection {
    /// Whether the row is selected. Ordinary mail is no evidence unless its class is named.
    pub(super) fn takes(&self, f: &Facts<'_>) -> bool {
        let any = |list: &[String], cell: &str| list.is_empty() || list.iter().any(|l| l == cell);
        let at = moment(f.date);
        (f.class != "ordinary" || self.classes.iter().any(|c| c == "ordinary"))
            && any(&self.classes, f.class)
            && any(&self.origins, f.origin)
            && (self.campaigns.is_empty()
                || f.campaign.parse().is_ok_and(|n| self.campaigns.contains(&n)))
            && (self.sources.is_empty()
                || f.source_ip
                    .parse::<IpAddr>()
                    .is_ok_and(|ip| self.sources.iter().any(|net| net.contains(&ip))))
            && self.since.is_none_or(|since| at.is_some_and(|at| at >= since))
            && self.until.is_none_or(|until| at.is_some_and(|at| at < until))
            && self.min_p_forged.is_none_or(|p| f.p_forged.parse::<f64>().is_ok_and(|q| q >= p))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: Facts<'static> = Facts {
        campaign: "3",
        class: "backscatter",
        origin: "forged",
        source_ip: "192.0.2.7",
        date: "2026-08-20T13:47:03Z",
        p_forged: "0.9950",
    };

    #[test]
    fn all_that_is_named_must_hold() {
        let takes = |s: Selection| s.takes(&FACTS);
        assert!(takes(Selection::default()));
        assert!(takes(Selection { campaigns: vec![1, 3], ..Selection::default() }));
        assert!(!takes(Selection { campaigns: vec![1], ..Selection::default() }));
        assert!(!takes(Selection {
            campaigns: vec![3],
            origins: vec!["genuine".into()],
            ..Selection::default()
        }));
        assert!(takes(Selection {
            sources: vec!["192.0.2.0/24".parse().unwrap()],
            ..Selection::default()
        }));
        assert!(!takes(Selection { until: Some(1_787_233_623), ..Selection::default() }));
        assert!(takes(Selection { since: Some(1_787_233_623), ..Selection::default() }));
        assert!(!takes(Selection { min_p_forged: Some(0.999), ..Selection::default() }));
    }

    #[test]
    fn ordinary_mail_is_taken_only_by_name() {
        let ordinary = Facts { class: "ordinary", campaign: "", ..FACTS };
        assert!(!Selection::default().takes(&ordinary));
        assert!(
            Selection { classes: vec!["ordinary".into()], ..Selection::default() }.takes(&ordinary)
        );
        let undated = Facts { date: "", ..FACTS };
        assert!(!Selection { since: Some(0), ..Selection::default() }.takes(&undated));
    }
}
