//! What the page says of made-up findings.

use super::*;
use crate::learning::{Campaign, Month};
use crate::report::samples;
use crate::signals::Kind;
use crate::store::Fingerprint;
use crate::verdict::{Doubt, Origin};

const DAY: i64 = 86_400;
const AUGUST_14: i64 = 1_786_665_600;

fn page(findings: impl Iterator<Item = Finding>, outcome: &Outcome) -> String {
    let mut out = Vec::new();
    let mut html = Html::new(&mut out, Setting::default());
    html.begin().unwrap();
    for finding in findings {
        html.finding(&finding).unwrap();
    }
    html.end(outcome).unwrap();
    drop(html);
    String::from_utf8(out).unwrap()
}

fn finding(kind: Kind, origin: Origin, number: u32, date: i64) -> Finding {
    let mut sha256 = [0; 32];
    sha256[..4].copy_from_slice(&number.to_be_bytes());
    Finding {
        fingerprint: Fingerprint { len: 1, sha256 },
        date: Some(date),
        locator: format!("cur/{number}:2,"),
        campaign: (origin == Origin::Forged).then_some(1),
        original_message_id: format!("<{number}@example.org>"),
        ..samples::finding(kind, Some(origin))
    }
}

/// Forty answers to forged mail within two days, one failure, one undecided.
fn small() -> (Vec<Finding>, Outcome) {
    let mut all: Vec<Finding> = (0..40)
        .map(|n| {
            let kind = if n % 4 == 0 { Kind::AutoReply } else { Kind::Bounce };
            finding(kind, Origin::Forged, n, AUGUST_14 + i64::from(n) * 3_000)
        })
        .collect();
    all.push(finding(Kind::Bounce, Origin::Genuine, 90, AUGUST_14 + DAY));
    let mut bare = finding(Kind::AutoReply, Origin::Unknown, 91, AUGUST_14 + DAY);
    (bare.original_message_id, bare.original_subject, bare.original_date) = Default::default();
    bare.doubt = Some(Doubt::NothingReturned);
    all.push(bare);
    let mut outcome = Outcome { seen: 50, ..Outcome::default() };
    outcome.background.newest = Some(AUGUST_14 + 9 * DAY);
    outcome.sent.messages = 7;
    outcome.background.relays_known = true;
    outcome.background.coverage = vec![Month { start: 1_785_542_400, sent: 7, asked: 4, found: 3 }];
    let template = "réponse : 自動".to_owned();
    outcome.campaigns = vec![Campaign { number: 1, template, over: true, ..Campaign::default() }];
    (all, outcome)
}

/// The words of a page, a line for each piece.
fn words(page: &str) -> String {
    let body = page.split_once("<main>").unwrap().1.split_once("<footer>").unwrap().0;
    let pieces = body.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, w)| w.trim());
    pieces.filter(|words| !words.is_empty()).collect::<Vec<_>>().join("\n") + "\n"
}

#[test]
fn a_small_page_says_this() {
    let (all, outcome) = small();
    insta::assert_snapshot!(words(&page(all.into_iter(), &outcome)));
}

#[test]
fn each_undecided_one_says_why_and_what_would_decide() {
    let (_, mut outcome) = small();
    (outcome.sent.first, outcome.sent.last) =
        (Some(AUGUST_14 + 10 * DAY), Some(AUGUST_14 + 20 * DAY));
    for doubt in Doubt::ALL {
        let mut one = finding(Kind::Bounce, Origin::Unknown, 1, AUGUST_14);
        one.doubt = Some(doubt);
        let text = words(&page(std::iter::once(one), &outcome));
        let table = text.split_once("what would decide\n").unwrap().1;
        let says = |wanted: &str| table.contains(&wanted[1..]);
        assert!(says(doubt.words()), "{doubt:?}: {table}");
        match doubt {
            Doubt::NoSent | Doubt::OtherAddress | Doubt::DeviceNotSaved => {
                assert!(says(doubt.remedy()), "{table}")
            }
            Doubt::NotCovered => {
                assert!(says(doubt.remedy()), "{table}");
                assert!(table.contains("of that time, but 2026-08-24 to 2026-09-03."), "{table}");
            }
            _ => assert!(table.contains("--keep 1@example.org"), "{doubt:?}: {table}"),
        }
    }
}

#[test]
fn a_page_about_nothing_claims_nothing() {
    let text = words(&page(std::iter::empty(), &Outcome::default()));
    for said in [
        "Nothing speaks of it",
        "No answer to forged mail was found",
        "There is nothing",
        "None, as far as is certain",
        "No mail that you sent was found",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn the_policy_names_the_style_and_the_script_and_nothing_else() {
    assert_eq!(source(""), "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    let (all, outcome) = small();
    let text = page(all.into_iter(), &outcome);
    assert!(text.contains("default-src &#39;none&#39;; style-src &#39;sha256-"));
    for loads in [" style=\"", " src=", "url(", "@import", "<link", " onclick"] {
        assert!(!text.contains(loads), "{loads}");
    }
}

#[test]
fn a_flood_that_goes_on_is_not_called_over() {
    let (all, mut outcome) = small();
    outcome.background.newest = Some(AUGUST_14 + 40 * 3_000);
    assert!(words(&page(all.clone().into_iter(), &outcome)).contains("Not over by 2026-08-15"));
    outcome.background.newest = None;
    assert!(words(&page(all.into_iter(), &outcome)).contains("Not over by 2026-08-15"));
}

/// Everything that can differ differs; what the page keeps of it is bounded all the same. A million where the
/// test is built for speed.
#[test]
fn a_page_about_a_million_findings_stays_small() {
    let most = if cfg!(debug_assertions) { 20_000 } else { 1_000_000 };
    let kinds =
        [Kind::Bounce, Kind::Bounce, Kind::AutoReply, Kind::ChallengeResponse, Kind::Receipt];
    let origins =
        [Origin::Forged, Origin::Forged, Origin::Forged, Origin::Genuine, Origin::Unknown];
    let long = "a long and hostile <subject> & \u{202e} ".repeat(20);
    let findings = (0..most).map(|n: u32| {
        let pick = n.wrapping_mul(2_654_435_761) >> 8;
        let origin = origins[(pick % 5) as usize];
        let date = AUGUST_14 + i64::from(pick % 5_000_000) * 20;
        let mut f = finding(kinds[(pick / 5 % 5) as usize], origin, n, date);
        f.campaign = Some(pick % (most / 5));
        f.recipients = vec![format!("user{n}@host{n}.example"), format!("{long}{n}@example.org")];
        f.reporting_mta = format!("mx.network{n}.example");
        f.original_from = format!("{long}{n}@example.org");
        f.original_subject = format!("{n} {long}");
        f.reason = format!("reason {n} {long}");
        f.diagnostic = format!("{n} {long}");
        f.source_ip = std::net::Ipv4Addr::from(pick.wrapping_mul(97)).to_string();
        f.links = vec![format!("http://{n}.example/{long}")];
        f.locator = format!("cur/{n}{}", "x".repeat(180));
        f
    });
    let text = page(findings, &Outcome::default());
    assert!(text.len() < 5_000_000, "{} octets", text.len());
    assert!(text.len() > 200_000);
}
