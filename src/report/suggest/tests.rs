//! Suggestions of made-up mailboxes: what comes into a rule, and what does not.

use super::*;
use crate::message::Hop;
use crate::report::samples;
use crate::scan::Identity;

fn finding(kind: Kind, origin: Option<Origin>, to: &str, hop: &str) -> Finding {
    let mut f = samples::finding(kind, origin);
    f.to = to.into();
    f.hops = if hop.is_empty() { Vec::new() } else { vec![Hop::read(hop)] };
    f
}

const FOREIGN: &str = "from x (x.example [203.0.113.9]) by mx.example.net with SMTP";
const OWN: &str =
    "from mail.example.org (mail.example.org [192.0.2.10]) by mx.example.net with SMTP";

fn outcome() -> Outcome {
    let identity = |address: &str| Identity { address: address.into(), given: false, messages: 9 };
    Outcome {
        identities: vec![identity("owner@example.org")],
        relays: vec!["mail.example.org".into(), "192.0.2.10".into(), "evil\".example".into()],
        ..Outcome::default()
    }
}

fn suggestions(extra: impl IntoIterator<Item = Finding>) -> Suggestions {
    let mut g = Gathering::default();
    for n in 0..4 {
        for to in
            ["x1@example.org", "x2@example.org", "sales@example.org", "postmaster@example.org"]
        {
            g.finding(&finding(Kind::Bounce, Some(Origin::Forged), to, FOREIGN));
        }
        g.finding(&finding(
            Kind::Bounce,
            Some(Origin::Forged),
            &format!("a\"{n}@example.org"),
            FOREIGN,
        ));
    }
    g.finding(&finding(
        Kind::Ordinary,
        None,
        "Shop <sales@example.org>, other@elsewhere.example",
        "",
    ));
    for _ in 0..6 {
        g.finding(&finding(Kind::Bounce, Some(Origin::Genuine), "owner@example.org", OWN));
    }
    extra.into_iter().for_each(|f| g.finding(&f));
    g.end(&outcome())
}

fn text(s: &Suggestions, program: Program) -> String {
    let mut out = Vec::new();
    write(&mut out, s, program, "Backscatter").unwrap();
    String::from_utf8(out).unwrap()
}

fn only(list: &[(String, Use)]) -> Vec<&str> {
    list.iter().map(|(a, _)| a.as_str()).collect()
}

#[test]
fn only_addresses_that_never_send_and_get_no_mail_come_into_rules() {
    let s = suggestions([]);
    assert_eq!(only(&s.never), ["x1@example.org", "x2@example.org"]);
    assert_eq!(only(&s.silent), ["sales@example.org"]);
    assert_eq!(only(&s.used), ["sales@example.org"]);
    assert_eq!(s.catch_all, ["example.org"]);
    for program in [Program::Sieve, Program::Procmail, Program::Postfix, Program::Exim] {
        let text = text(&s, program);
        for address in ["owner@", "postmaster@", "sales@", "other@"] {
            assert!(!text.contains(address), "{address} in {text}");
        }
    }
}

#[test]
fn one_genuine_answer_takes_an_address_out_of_all_rules() {
    let s = suggestions([finding(Kind::AutoReply, Some(Origin::Genuine), "x1@example.org", "")]);
    assert_eq!(only(&s.never), ["x2@example.org"]);
}

#[test]
fn the_rule_on_relays_is_given_only_where_it_files_no_genuine_bounce() {
    let s = suggestions([]);
    assert!(s.relays_hold());
    assert_eq!((s.without_relay.forged, s.without_relay.genuine), (20, 0));
    assert!(
        text(&s, Program::Sieve)
            .contains("not body :raw :contains [\n    \"mail.example.org\",\n    \"192.0.2.10\"])")
    );
    let s =
        suggestions([finding(Kind::Bounce, Some(Origin::Genuine), "owner@example.org", FOREIGN)]);
    assert!(!s.relays_hold());
    assert!(!text(&s, Program::Sieve).contains("body"), "{}", text(&s, Program::Sieve));
}

#[test]
fn no_rule_discards() {
    let s = suggestions([]);
    for program in Program::ALL {
        let text = text(&s, program);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            assert!(!line.contains("discard") && !line.contains("/dev/null"), "{line}");
        }
    }
}

#[test]
fn hostile_names_come_into_no_rule() {
    let hostile = [
        "x\"]) { discard; } #@example.org",
        "x\n:0\n/dev/null@example.org",
        "`id`@example.org",
        "$(id)@example.org",
        "a;sales2@example.org",
        "\"q\"sales3@example.org",
    ];
    let bounces = hostile
        .iter()
        .flat_map(|to| (0..5).map(|_| finding(Kind::Bounce, Some(Origin::Forged), to, FOREIGN)));
    let s = suggestions(bounces.collect::<Vec<_>>());
    for program in Program::ALL {
        let text = text(&s, program);
        for word in ["evil", "id`", "$(id", "a\"", "discard;", "sales2", "sales3"] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
    assert!(s.left_out > 0);
}

#[test]
fn where_nothing_was_learned_everything_is_comment_and_says_why() {
    let s = Gathering::default().end(&Outcome::default());
    for program in Program::ALL {
        let text = text(&s, program);
        assert!(text.lines().all(|line| line.starts_with('#')), "{text}");
    }
}
