//! A sender who knows the tool: copied ids and headers, forged relays, stolen address books, phishing in bounce
//! dress, genuine failures in spam dress. More than 200 cases lie in one mailbox, whose owner they attack at
//! once; none may move an ordinary message or a genuine failure, none may make forged mail genuine.

mod letters;

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use unscatter::scan::{Finding, Options, scan};
use unscatter::signals::Kind;
use unscatter::verdict::Origin;

use letters::{DAY, Letter, NOW, PROGRAMS, Returns, person};

/// What must hold of a case, whatever else it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Truth {
    /// It answers nothing: its kind is ordinary.
    Ordinary,
    /// The owner wrote what it answers: never forged with p ≥ 0.99, so never moved.
    Genuine,
    /// Somebody else did: never genuine.
    Forged,
}

struct Case {
    name: String,
    truth: Truth,
    octets: String,
}

/// Mail that the owner sent: eighty letters over a hundred days, to twenty people.
fn sent() -> Vec<Letter> {
    (0..80).map(|n| Letter::own(n, NOW - (100 - n as i64) * DAY, &person(n % 20))).collect()
}

/// Ordinary answers of people, most of them to mail that Sent holds, and failures of the owner's own mail.
fn life(sent: &[Letter]) -> Vec<String> {
    let mut all = Vec::new();
    for (n, letter) in sent.iter().enumerate().filter(|(n, _)| n % 2 == 0) {
        all.push(letters::human_reply(letter, n));
    }
    for n in 0..4 {
        // Written on the telephone, which saves nothing in Sent.
        let letter = Letter::own(500 + n, NOW - 40 * DAY, &person(n));
        all.push(letters::human_reply(&letter, 500 + n));
    }
    for (n, letter) in sent.iter().enumerate().filter(|(n, _)| n % 5 == 1) {
        all.push(PROGRAMS[n % PROGRAMS.len()].bounce(
            &letter.through_relay(),
            &letter.to,
            Returns::Whole,
        ));
    }
    all
}

/// What the spammers send and the world returns: two campaigns, from thirty hosts.
fn flood() -> Vec<String> {
    (0..80)
        .map(|n| {
            let spam = Letter::spam(n, NOW - DAY + n as i64 * 600);
            PROGRAMS[n % PROGRAMS.len()].bounce(&spam, &spam.to, Returns::Whole)
        })
        .collect()
}

fn cases(sent: &[Letter]) -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |name: String, truth, octets| all.push(Case { name, truth, octets });
    for (p, program) in PROGRAMS.iter().enumerate() {
        for (r, returns) in [Returns::Whole, Returns::Headers].into_iter().enumerate() {
            let real = &sent[60 + (p * 2 + r) % 18];
            let named = |what: &str| format!("{what}, {program:?}, {returns:?}");
            let spam = |n: usize| Letter::spam(200 + p * 20 + r * 10 + n, NOW - DAY / 2);
            let stranger = format!("nobody{p}{r}@far{p}.example");

            // The id of a real mail in a spam to somebody else.
            let copied = Letter { id: real.id.clone(), ..spam(0) };
            add(named("copied id"), Truth::Forged, program.bounce(&copied, &copied.to, returns));
            // And its In-Reply-To, References, Date and Subject.
            let replay = Letter {
                id: real.id.clone(),
                date: real.date,
                subject: real.subject.clone(),
                mailer: real.mailer.clone(),
                ..spam(1)
            };
            add(
                named("copied id, date and subject"),
                Truth::Forged,
                program.bounce(&replay, &replay.to, returns),
            );
            // The whole header of a public mail, sent on to a stranger.
            let whole = Letter { hops: spam(2).hops, body: spam(2).body, ..real.clone() };
            add(
                named("replayed header to a stranger"),
                Truth::Forged,
                program.bounce(&whole, &stranger, returns),
            );
            // Spam to a person whom the owner knows, and with the subject of a mail between them.
            let known = Letter { to: person(p), ..spam(3) };
            add(
                named("known recipient"),
                Truth::Forged,
                program.bounce(&known, &known.to, returns),
            );
            let thread =
                Letter { to: real.to.clone(), subject: format!("Re: {}", real.subject), ..spam(4) };
            add(
                named("known recipient and subject"),
                Truth::Forged,
                program.bounce(&thread, &thread.to, returns),
            );
            // The name of the owner's relay: said in HELO, and written into lines below the host that took it.
            let said = Letter { hops: letters::pretended_helo(p, &spam(5).to), ..spam(5) };
            add(
                named("relay said in HELO"),
                Truth::Forged,
                program.bounce(&said, &said.to, returns),
            );
            let mut below = spam(6);
            below.hops.extend(letters::own_hops(&below.to, below.date));
            add(
                named("relay written below"),
                Truth::Forged,
                program.bounce(&below, &below.to, returns),
            );
            // Everything that can be copied, but no message in Sent behind it.
            let mut dressed = Letter {
                to: person(p + 3),
                ..Letter::own(700 + p * 2 + r, NOW - DAY / 3, &person(p + 3))
            };
            dressed.subject = spam(7).subject;
            dressed.body = spam(7).body;
            dressed.hops = spam(7).hops;
            dressed.hops.extend(letters::own_hops(&dressed.to, dressed.date));
            add(
                named("all marks copied"),
                Truth::Forged,
                program.bounce(&dressed, &dressed.to, returns),
            );

            // The owner's own mail really failed.
            add(
                named("real failure"),
                Truth::Genuine,
                program.bounce(&real.through_relay(), &real.to, returns),
            );
            // Its text reads like the flood.
            let alike = Letter { body: spam(8).body, ..real.through_relay() };
            add(
                named("real failure in the words of spam"),
                Truth::Genuine,
                program.bounce(&alike, &alike.to, returns),
            );
            // A new telephone abroad: not in Sent, another program, another network, its own shape of ids.
            let abroad = Letter::telephone(p * 2 + r, NOW - 3 * DAY, &person(p + 7));
            add(
                named("new telephone abroad"),
                Truth::Genuine,
                program.bounce(&abroad, &abroad.to, returns),
            );
            // The recipient forwards, and the forwarder's next host refuses: SPF fails on the way.
            let mut forwarded = real.through_relay();
            forwarded.hops = letters::forwarded(&forwarded);
            forwarded.extra.push("Received-SPF: fail (forwarded) client-ip=198.51.100.80; envelope-from=mara@alder.example;".into());
            add(
                named("forwarded, SPF failed"),
                Truth::Genuine,
                program.bounce(&forwarded, "elsewhere@next.example", returns),
            );
            // A spammer copies the Subject of a mail that then really fails.
            let mut stolen = real.through_relay();
            stolen.extra.push("X-Spam-Flag: YES".into());
            add(
                named("marked as spam on the way"),
                Truth::Genuine,
                program.bounce(&stolen, &stolen.to, returns),
            );
        }
    }
    for (n, octets) in letters::forged_replies(sent).into_iter().enumerate() {
        add(format!("automatic reply to forged mail {n}"), Truth::Forged, octets);
    }
    for (n, octets) in letters::genuine_replies(sent).into_iter().enumerate() {
        add(format!("automatic reply to the owner's mail {n}"), Truth::Genuine, octets);
    }
    for (name, octets) in letters::ordinary(sent) {
        add(name, Truth::Ordinary, octets);
    }
    all
}

fn deliver(folder: &Path, name: &str, octets: &str) {
    fs::write(folder.join(name), octets).unwrap();
}

/// Each case and what became of it; all lie in one mailbox, which is read once.
static JUDGED: LazyLock<Vec<(Case, Finding)>> = LazyLock::new(judged);

fn judged() -> Vec<(Case, Finding)> {
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("Maildir");
    for below in ["cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"] {
        fs::create_dir_all(root.join(below)).unwrap();
    }
    let sent = sent();
    for (n, letter) in sent.iter().enumerate() {
        deliver(&root.join(".Sent/cur"), &format!("{n}.sent:2,S"), &letter.in_sent());
    }
    for (n, octets) in life(&sent).iter().chain(&flood()).enumerate() {
        deliver(&root.join("cur"), &format!("{n}.life:2,S"), octets);
    }
    let cases = cases(&sent);
    for (n, case) in cases.iter().enumerate() {
        deliver(&root.join("new"), &format!("{n}.case"), &case.octets);
    }
    let mut findings = std::collections::BTreeMap::new();
    let options = Options { all: true, ..Options::default() };
    scan(&[root], &options, &|_| {}, &mut |finding| {
        findings.insert(finding.locator.clone(), finding.clone());
    })
    .unwrap();
    let found = |n: usize| findings.remove(&format!("new/{n}.case"));
    let found: Vec<Finding> = (0..cases.len()).map(found).map(Option::unwrap).collect();
    cases.into_iter().zip(found).collect()
}

#[test]
fn no_attack_moves_what_is_not_forged_or_makes_forged_mail_genuine() {
    let judged = &*JUDGED;
    assert!(judged.len() >= 200, "only {} cases", judged.len());
    let mut wrong = Vec::new();
    for (case, finding) in judged {
        let v = &finding.verdict;
        let p = v.p_forged().unwrap_or(0.0);
        let right = match case.truth {
            Truth::Ordinary => v.kind() == Kind::Ordinary,
            Truth::Genuine => p < 0.99,
            Truth::Forged => v.origin() != Some(Origin::Genuine),
        };
        if !right {
            let shown: Vec<_> = v.ledger().iter().map(|e| e.code).collect();
            wrong.push(format!(
                "{} ({:?}): {:?} {p:.3} {shown:?}",
                case.name,
                case.truth,
                v.kind()
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), judged.len(), wrong.join("\n"));
}

#[test]
fn attacks_do_not_keep_the_flood_or_real_failures_from_being_told() {
    // Without this the first test would hold for a tool that never decides anything.
    let judged = &*JUDGED;
    let real: Vec<_> =
        judged.iter().filter(|(case, _)| case.name.starts_with("real failure,")).collect();
    let known = real.iter().filter(|(_, f)| f.verdict.origin() == Some(Origin::Genuine)).count();
    assert!(known * 10 >= real.len() * 9, "{known} of {} real failures", real.len());
    let plain = judged.iter().filter(|(case, _)| case.name.starts_with("copied id,"));
    let forged = plain.filter(|(_, f)| f.verdict.p_forged().is_some_and(|p| p >= 0.9)).count();
    assert!(forged >= PROGRAMS.len(), "{forged} copied ids seen through");
}
