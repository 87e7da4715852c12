//! Marks of messages that look like answers of mail systems and are none: worms and phishing in their dress,
//! copies for a journal, notices of trackers and calendars.

use std::sync::LazyLock;

use super::languages::{self, Language};
use super::{Basis, Kind, SeenIn, Signal, Toward, headers, sender, structure, subject};
use crate::message::{Message, ReturnPath, ReturnedForm};

pub(super) fn signals() -> Vec<Signal> {
    let see = |f| SeenIn::Message(Basis::Structure, f);
    vec![
        Signal {
            code: "attaches-a-program",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "in the dress of a mail system, with a program or an archive beside the text",
            why: "A bounce holds its text, a report and the original, never a program or an archive in \
                  their place. Worms came so, in the very words of sendmail and qmail.",
            source: "MyDoom.A, Netsky and Swen as described by antivirus vendors in 2003 and 2004",
            seen_in: see(attaches_a_program),
            shows: &["ordinary/worm-in-the-dress-of-sendmail.eml"],
            spares: &["bounce/postfix-bounce.eml"],
        },
        Signal {
            code: "wants-a-click",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a mail system names nobody but the reader, returns nothing and wants a page opened",
            why: "Phishing for mailboxes: pending messages behind a link, a form or an attached page. \
                  Bounces with links name the recipient.",
            source: "phishing for mailboxes since about 2018; RFC 3464 section 2.3",
            seen_in: see(wants_a_click),
            shows: &["ordinary/pending-behind-a-link.eml"],
            spares: &["bounce/gmail-card.eml"],
        },
        Signal {
            code: "journal-report",
            toward: Toward::Kind(Kind::Ordinary),
            summary: "a copy for a journal",
            why: "Exchange wraps every mail for the journal under its own address; nothing failed.",
            source: "Microsoft, Journaling in Exchange Server (X-MS-Journal-Report)",
            seen_in: see(journal_report),
            shows: &["ordinary/exchange-journal-report.eml"],
            spares: &["bounce/exchange-2010-fr.eml"],
        },
    ]
}

/// Whether the original came back, not only words about it.
fn comes_back(m: &Message) -> bool {
    m.returned.as_ref().is_some_and(|r| r.form != ReturnedForm::Fragments)
}

fn attaches_a_program(m: &Message) -> Option<String> {
    const ENDS: &[&str] = &[".exe", ".scr", ".pif", ".com", ".bat", ".cmd", ".zip"];
    // An attached file needs the whole name in sight: "example.com" may be the name of a text, too.
    let runs = |name: &str| {
        let lower = name.trim().to_lowercase();
        ENDS.iter().any(|end| lower.ends_with(end))
    };
    let found = m.parts.iter().find_map(|p| {
        let text = p.media_type.starts_with("text/") || p.media_type.starts_with("message/");
        p.file_name.as_deref().filter(|name| !text && runs(name))
    })?;
    (m.notification.is_none() && !comes_back(m)).then(|| found.to_owned())
}

fn wants_a_click(m: &Message) -> Option<String> {
    // A reference to some message is easily invented.
    if !sender::signs_as_daemon(m) || !structure::says_nothing_of_anybody(m) {
        return None;
    }
    let page = m.parts.iter().find_map(|p| {
        let name = p.file_name.as_deref()?;
        let lower = name.to_lowercase();
        [".html", ".htm", ".shtml"].iter().any(|end| lower.ends_with(end)).then_some(name)
    });
    // Of a page the text does not keep the links; programs that write nothing but a page name somebody.
    let only_page = || {
        let has = |kind: &str| m.parts.iter().any(|p| p.media_type == kind);
        (has("text/html") && !has("text/plain")).then_some("text/html")
    };
    let link = || ["https://", "http://", "www."].into_iter().find(|l| m.text.contains(*l));
    page.or_else(link).or_else(only_page).map(str::to_owned)
}

fn journal_report(m: &Message) -> Option<String> {
    m.headers.has("x-ms-journal-report").then(|| "X-MS-Journal-Report".to_owned())
}

/// Whether the mailbox that Exchange writes from signs it, and nothing shows that it is a report: it writes
/// requests for approval and incident reports, too.
pub(crate) fn by_exchange_itself(m: &Message) -> bool {
    m.sender().is_some_and(|a| a.local().to_lowercase().starts_with("microsoftexchange329e"))
        && m.notification.is_none()
        && !m.headers.has("x-ms-exchange-message-is-ndr")
}

/// One list of the tables of all languages. Lower case, as they are written there.
fn of_all(list: fn(&Language) -> &'static [&'static str]) -> Vec<&'static str> {
    languages::ALL.iter().flat_map(|language| list(language)).copied().collect()
}

/// Whether a program tells what happened to a meeting or an issue: no answer to a mail, even where it refers
/// to one.
pub(crate) fn tells_of_an_event(m: &Message) -> bool {
    const TRACKERS: &[&str] = &[
        "x-jira-",
        "x-redmine-",
        "x-gitlab-",
        "x-github-",
        "x-glpi",
        "x-ms-exchange-calendar-",
        "x-cron-env",
    ];
    let tracker = |name: &str| TRACKERS.iter().any(|t| name.starts_with(t));
    let other = |value: &str| !value.trim().eq_ignore_ascii_case("mailbox rules agent");
    let bare = subject::bare(&m.subject);
    let meeting = || {
        let Some((head, _)) = m.subject.split_once([':', '\u{ff1a}']) else { return false };
        static MEETINGS: LazyLock<Vec<&str>> = LazyLock::new(|| of_all(|l| l.meetings));
        let head = head.trim().to_lowercase();
        MEETINGS.contains(&head.as_str())
    };
    const EVENTS: &[&str] = &[
        "Reply to this email directly",
        "reply to this email directly",
        "You have received this notification because",
        "You're receiving this email because",
    ];
    m.headers.fields.iter().any(|f| tracker(&f.name))
        || m.headers.get("x-ms-exchange-generated-message-source").is_some_and(other)
        || meeting()
        || m.subject.trim_start().starts_with("[GLPI #") && !bare.to_lowercase().contains("nouveau")
        || EVENTS.iter().any(|e| m.text.contains(e))
}

/// Whether Request Tracker passes on what somebody wrote to a ticket, be it a bounce: its own acknowledgement says
/// that it answers. Source: RT 5.0 `RT::Action::SendEmail::SetRTSpecialHeaders`, `RT::Action::Autoreply`.
pub(crate) fn passes_on_a_ticket(m: &Message) -> bool {
    m.headers.has("x-rt-ticket")
        && !m
            .headers
            .get("auto-submitted")
            .is_some_and(|v| v.trim_start().starts_with("auto-replied"))
}

/// What stands before the colon of `PHRASE: subject`, where a program seems to have put a phrase before the
/// subject of what it answers.
fn phrase_before(subject: &str) -> Option<&str> {
    let bare = subject::bare(subject);
    let (head, _) = bare.split_once([':', '\u{ff1a}'])?;
    let head = head.trim();
    // "Auto" before a colon is a car, too.
    (!head.is_empty() && head.chars().count() <= 60 && !head.eq_ignore_ascii_case("auto"))
        .then_some(head)
}

/// Whether the subject has the form `PHRASE: subject`.
pub(crate) fn answers_by_subject(m: &Message) -> bool {
    phrase_before(&m.subject).is_some()
}

/// Whether this is built as the absence notes of Exchange are, in whatever language.
pub(crate) fn absence_of_exchange(m: &Message) -> bool {
    let agent = m.headers.get("x-ms-exchange-generated-message-source").is_some();
    let phrase =
        phrase_before(&m.subject).is_some_and(|head| !head.contains(|c: char| c.is_ascii_digit()));
    (agent || m.headers.has("x-auto-response-suppress") && phrase)
        && subject::bare(&m.subject).len() == m.subject.trim_start().len()
        && !headers::is_reply_or_forward(&m.subject)
        && !tells_of_an_event(m)
}

/// Whether an office writes to many rather than a program for somebody who got a mail: of absence, of what was
/// received and of what was read offices write, too. A ticket is opened by a mail.
pub(crate) fn from_an_office(m: &Message) -> bool {
    m.parents.is_empty()
        && m.return_path != ReturnPath::Null
        && (sender::no_reply_sender(m).is_some() || headers::auto_generated(m).is_some())
        && !says_automatic(&m.subject)
        && !m.subject.to_lowercase().contains("ticket")
}

/// Whether a shop or an office acknowledges an order, a payment or an application, which came to it by a form and
/// not by mail.
pub(crate) fn of_an_order(m: &Message) -> bool {
    static ORDERS: LazyLock<Vec<&str>> = LazyLock::new(|| of_all(|l| l.orders));
    // vacation(1) quotes the subject that it answers, which may be of an order.
    let quotes = m.subject.contains('[') || m.subject.to_lowercase().contains("re: ");
    let answers = !m.parents.is_empty() || m.headers.has("precedence");
    if answers || quotes || m.return_path == ReturnPath::Null {
        return false;
    }
    let start = super::recogniser::cut(&m.text, 600).to_lowercase();
    let subject = m.subject.to_lowercase();
    ORDERS.iter().any(|word| subject.contains(word) || start.contains(word))
}

/// Whether somebody at a help desk answers, whose program marks what people write as its own: under the subject
/// of a reply, without saying that a program writes. Absence notes never begin so.
pub(crate) fn agent_answers(m: &Message) -> bool {
    headers::is_reply_or_forward(&m.subject)
        && m.return_path != ReturnPath::Null
        && !says_automatic(super::recogniser::cut(&m.text, 4_096))
}

/// Whether words name an automatic answer as such, in the languages of the tables.
pub(crate) fn says_automatic(words: &str) -> bool {
    static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| of_all(|l| l.automatic_words));
    let lower = words.to_lowercase();
    WORDS.iter().any(|w| lower.contains(w))
}

/// Whether a text begins with thanks for the mail of its reader, as absence notes do for everybody's.
pub(crate) fn thanks_for_mail(text: &str) -> bool {
    static THANKS: LazyLock<Vec<&str>> = LazyLock::new(|| of_all(|l| l.thanks));
    let start = super::recogniser::cut(text, 600).to_lowercase();
    THANKS.iter().any(|t| start.contains(t))
}

/// Whether the subject speaks as only a program does in it: of its sender by name ("Kim Hill is out of the
/// office"), or of the reader's own mail ("Your message was received").
pub(crate) fn speaks_to_reader(m: &Message) -> bool {
    static YOURS: LazyLock<Vec<&str>> = LazyLock::new(|| of_all(|l| l.yours));
    let subject = m.subject.to_lowercase();
    let parts = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let all_in = |parts: &[String]| parts.iter().all(|part| subject.contains(part));
    let named = m.from.first().is_some_and(|b| {
        let (name, local) = (parts(&b.name), parts(b.address.local()));
        !name.is_empty() && all_in(&name) || local.len() > 1 && all_in(&local)
    });
    named || notes_name(&m.subject) || YOURS.iter().any(|word| subject.contains(word))
}

/// Whether a subject is a sentence about somebody named as Notes names people: "Kim Hill/Far is out of the
/// office."
fn notes_name(subject: &str) -> bool {
    let letters = |a: Option<char>, b: Option<char>| {
        a.is_some_and(char::is_alphabetic) && b.is_some_and(char::is_alphabetic)
    };
    subject.trim_end().ends_with(['.', ')', '\u{3002}'])
        && subject.split_once('/').is_some_and(|(before, behind)| {
            before.len() <= 80 && letters(before.chars().next_back(), behind.chars().next())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phrase_before_another_subject_is_told_from_a_bare_one() {
        for (subject, phrase) in [
            ("Out of Office: Plan", true),
            ("[list] Fravær: Plan", true),
            ("自動応答：計画", true),
            ("Out of office", false),
            ("Auto: Golf", false),
            ("Abwesenheitsnotiz einrichten", false),
        ] {
            assert_eq!(phrase_before(subject).is_some(), phrase, "{subject}");
        }
    }
}
