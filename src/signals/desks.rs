//! Marks of what list managers and help desks send that no table of expressions can hold: they compare a notice
//! with what it returns.

use super::{Basis, Kind, SeenIn, Signal, Toward, headers, structure};
use crate::message::{Field, Mailbox, Message, Returned, ReturnedForm};

pub(super) fn signals() -> Vec<Signal> {
    vec![
        Signal {
            code: "owner-returns-post",
            toward: Toward::Kind(Kind::Bounce),
            summary: "the owner's address of a list returns a post to its writer under the post's own subject",
            why: "A text and the post, sent by a program in the name of LIST-owner to whoever wrote it: a refusal \
                  in whatever language. What waits for a moderator has a subject of its own.",
            source: "Mailman 3.3.8 app/bounces.py bounce_message",
            seen_in: SeenIn::Message(Basis::Structure, owner_returns_post),
            shows: &["bounce/mailman-rejected-es.eml"],
            spares: &["ordinary/list-owner-passes-post-on.eml"],
        },
        Signal {
            code: "post-awaits-confirmation",
            toward: Toward::Kind(Kind::ChallengeResponse),
            summary: "a list manager returns a post and sends it on once its writer mails a key",
            why: "A link to a mail to the list manager with CONFIRM and a key as its subject, above the reader's own \
                  post. Moderators are asked about the posts of others, and with other words.",
            source: "Sympa 6.2.70 default/mail_tt2/send_auth.tt2",
            seen_in: SeenIn::Message(Basis::Structure, awaits_confirmation),
            shows: &["challenge-response/sympa-confirm-post.eml"],
            spares: &["ordinary/sympa-asks-moderator.eml"],
        },
        Signal {
            code: "list-command-answered",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a list manager asks to confirm a command, or tells what became of it",
            why: "Subscriptions and other commands are confirmed by a link or a mail with a key; Sympa marks these \
                  notices as replies, although no mail of the reader waits.",
            source: "Sympa 6.2.70 default/mail_tt2/request_auth.tt2 and command_report.tt2",
            seen_in: SeenIn::Message(Basis::Header, answers_command),
            shows: &["ordinary/sympa-confirms-subscription.eml"],
            spares: &["challenge-response/sympa-confirm-post.eml"],
        },
        Signal {
            code: "desk-notifies-agent",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a ticket system tells its own people about a ticket",
            why: "It quotes the ticket, which may be a bounce or an absence note of somebody else, and answers no mail \
                  of the reader.",
            source: "Znuny Kernel/System/Email.pm and its notifications; Zammad app/views/mailer/ticket_create (Notification Master)",
            seen_in: SeenIn::Message(Basis::Header, notifies_agent),
            shows: &["ordinary/otrs-notifies-agent.eml"],
            spares: &["auto-reply/otrs-received.eml"],
        },
        Signal {
            code: "filter-tells-recipient",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a filter tells its reader about mail that was for the reader",
            why: "Nothing that the reader sent failed; the notice to senders has nearly the same words.",
            source: "MailScanner reports/en/recipient.spam.report.txt",
            seen_in: SeenIn::Message(Basis::Header, tells_recipient),
            shows: &["ordinary/mailscanner-lookalike.eml"],
            spares: &["bounce/mailscanner-rejected.eml"],
        },
    ]
}

/// The original where it came back, not only words about it.
fn returned(m: &Message) -> Option<&Returned> {
    m.returned.as_ref().filter(|r| r.form != ReturnedForm::Fragments)
}

fn owner_returns_post(m: &Message) -> Option<String> {
    let original = returned(m)?;
    let owner = m.sender()?.key();
    let (local, domain) = owner.split_once('@')?;
    let list = format!("{}@{domain}", local.strip_suffix("-owner")?);
    let types: Vec<&str> = m.parts.iter().map(|p| p.media_type.as_str()).collect();
    let leaves = types.strip_prefix(&["multipart/mixed"]).unwrap_or(&types);
    let [reader] = m.to.as_slice() else { return None };
    let is = |b: &Mailbox, key: &str| b.address.key() == key;
    let bulk = m.headers.get("precedence").is_some_and(|v| v.trim().eq_ignore_ascii_case("bulk"));
    let same_subject = original.subject.as_deref().is_some_and(|s| s.trim() == m.subject.trim());
    (bulk
        && m.media_type == "multipart/mixed"
        && leaves == ["text/plain", "message/rfc822"]
        && same_subject
        && original.from.iter().any(|b| is(b, &reader.address.key()))
        && original.to.iter().chain(&original.cc).any(|b| is(b, &list)))
    .then_some(list)
}

fn awaits_confirmation(m: &Message) -> Option<String> {
    returned(m)?;
    structure::returns_recipients_mail(m)?;
    let manager = format!("{}?subject=", m.sender()?.key());
    m.text.match_indices("mailto:").find_map(|(at, start)| {
        let link = m.text[at + start.len()..].split_whitespace().next()?;
        let wanted = link.get(..manager.len())?.to_lowercase() == manager;
        let key = link.get(manager.len()..)?.strip_prefix("CONFIRM%20")?;
        let hex = key.len() >= 4 && key.bytes().all(|o| o.is_ascii_hexdigit());
        let line = format!("CONFIRM {key}");
        (wanted && hex && m.text.lines().any(|l| l.trim() == line)).then_some(line)
    })
}

/// "Results of your commands" in the languages of Sympa.
const RESULTS: &[&str] = &[
    "Resultats de les vostres ordres",
    "Vysledek prikazu",
    "Ergebnis Ihrer Befehle",
    "Αποτελέσματα εντολών",
    "Results of your commands",
    "Resultados de tus comandos",
    "Tulemused sinu käskudest",
    "Zure komandoaren emaitzak",
    "Käskyjesi lopputulos",
    "Résultats de vos commandes",
    "Resultados dos teus comandos",
    "Parancsai eredménye",
    "Risultati dei comandi",
    "コマンドの結果",
    "명령의 결과",
    "De resultaten van uw commando",
    "Resultats de vòstras comandas",
    "Wyniki wydanych poleceń",
    "Resultados dos seus comandos",
    "Результаты ваших команд",
    "Resultatet av dina kommandon",
    "Kết quả của các lệnh bạn mới chạy",
    "您命令执行的结果",
    "您命令執行的結果",
];

fn answers_command(m: &Message) -> Option<String> {
    let sympa = m.sender()?.local().eq_ignore_ascii_case("sympa")
        && m.message_id.as_ref().is_some_and(|id| id.as_str().starts_with("sympa."));
    if !sympa || m.returned.is_some() {
        return None;
    }
    let link = |line: &&str| {
        let line = line.trim();
        line.starts_with("http") && line.contains("/auth/")
            || line.starts_with("mailto:") && line.contains("?subject=AUTH%20")
    };
    let subject = m.subject.trim();
    RESULTS
        .iter()
        .find(|s| subject == **s)
        .map(|s| (*s).to_owned())
        .or_else(|| m.text.lines().find(link).map(|line| line.trim().to_owned()))
}

fn notifies_agent(m: &Message) -> Option<String> {
    let mailer = m.headers.get("x-mailer")?;
    let looped = m.headers.get("x-loop").is_some_and(|v| v.trim() == "yes");
    if !looped || headers::auto_generated(m).is_none() {
        return None;
    }
    let otrs = ["Znuny Mail Service (", "OTRS Mail Service (", "OTOBO Mail Service ("]
        .iter()
        .any(|name| mailer.starts_with(name));
    let zammad = mailer.starts_with("Zammad Mail Service")
        && m.from.first().is_some_and(|b| b.name == "Notification Master");
    (otrs && m.parents.is_empty() || zammad).then(|| format!("X-Mailer: {mailer}"))
}

fn tells_recipient(m: &Message) -> Option<String> {
    let scanner = |f: &Field| {
        f.name.ends_with("-mailscanner") && f.value.trim_start().starts_with("generated")
    };
    let field = m.headers.fields.iter().find(|f| scanner(f))?;
    const RECEIVED: &str = "triggered by a message you received:-";
    m.text.contains(RECEIVED).then(|| format!("{}: {RECEIVED}", field.name))
}
