//! Why a delivery failed: one word of a fixed list, from the enhanced status code (RFC 3463, IANA
//! registry of SMTP enhanced status codes) and the diagnostic text.

/// The fixed list of reasons (PRODUCT.md).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the reasons; Reason::name gives the words")]
pub enum Reason {
    UserUnknown,
    UserMoved,
    MailboxFull,
    MailboxSuspended,
    MessageTooBig,
    HostUnknown,
    HostUnreachable,
    NetworkError,
    Expired,
    Loop,
    SpamDetected,
    VirusDetected,
    ContentRejected,
    Policy,
    Blocked,
    BadReputation,
    RateLimited,
    AuthenticationFailed,
    ReverseDns,
    NotAccepted,
    RelayDenied,
    Security,
    SystemError,
    SystemFull,
    ProtocolError,
    MailerError,
    Filtered,
    Feedback,
    OnHold,
    Other,
}

mod meanings;
mod phrases;
#[cfg(test)]
mod replies;

use std::sync::LazyLock;

use Reason::*;
use phrases::PHRASES;

use super::wordlist::Words;

impl Reason {
    /// All reasons in the order of the list.
    pub const ALL: [Reason; 30] = [
        UserUnknown,
        UserMoved,
        MailboxFull,
        MailboxSuspended,
        MessageTooBig,
        HostUnknown,
        HostUnreachable,
        NetworkError,
        Expired,
        Loop,
        SpamDetected,
        VirusDetected,
        ContentRejected,
        Policy,
        Blocked,
        BadReputation,
        RateLimited,
        AuthenticationFailed,
        ReverseDns,
        NotAccepted,
        RelayDenied,
        Security,
        SystemError,
        SystemFull,
        ProtocolError,
        MailerError,
        Filtered,
        Feedback,
        OnHold,
        Other,
    ];

    /// The reason of that name.
    pub fn of(name: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// The word in reports.
    pub fn name(self) -> &'static str {
        match self {
            UserUnknown => "user-unknown",
            UserMoved => "user-moved",
            MailboxFull => "mailbox-full",
            MailboxSuspended => "mailbox-suspended",
            MessageTooBig => "message-too-big",
            HostUnknown => "host-unknown",
            HostUnreachable => "host-unreachable",
            NetworkError => "network-error",
            Expired => "expired",
            Loop => "loop",
            SpamDetected => "spam-detected",
            VirusDetected => "virus-detected",
            ContentRejected => "content-rejected",
            Policy => "policy",
            Blocked => "blocked",
            BadReputation => "bad-reputation",
            RateLimited => "rate-limited",
            AuthenticationFailed => "authentication-failed",
            ReverseDns => "reverse-dns",
            NotAccepted => "not-accepted",
            RelayDenied => "relay-denied",
            Security => "security",
            SystemError => "system-error",
            SystemFull => "system-full",
            ProtocolError => "protocol-error",
            MailerError => "mailer-error",
            Filtered => "filtered",
            Feedback => "feedback",
            OnHold => "on-hold",
            Other => "other",
        }
    }
}

/// The reason that an enhanced status code alone tells (RFC 3463 section 3). Codes that programs use
/// for everything (5.0.0, 5.1.0, 5.5.0, 5.7.0, 5.7.1) tell nothing.
fn by_status(status: &str) -> Option<Reason> {
    let mut digits = status.split('.');
    let (class, subject, detail) = (digits.next()?, digits.next()?, digits.next()?);
    if class != "5" && class != "4" {
        return None;
    }
    Some(match (subject, detail) {
        // 5.1.10 is a null MX (RFC 7505) as well, which says so in words; Exchange gives it for any
        // address that it does not find.
        ("1", "1" | "3" | "4" | "10") => UserUnknown,
        ("1", "2") => HostUnknown,
        ("1", "6") => UserMoved,
        ("1", "7" | "8") => NotAccepted,
        ("2", "1") => MailboxSuspended,
        ("2", "2") => MailboxFull,
        ("2", "3") => MessageTooBig,
        ("2", "4") => MailerError,
        ("3", "1") => SystemFull,
        ("3", "4") => MessageTooBig,
        ("3", "0" | "2" | "3" | "5") => SystemError,
        ("4", "1") => HostUnreachable,
        ("4", "2") => NetworkError,
        ("4", "3") => SystemError,
        ("4", "4") => HostUnknown,
        ("4", "6") => Loop,
        ("4", "7") => Expired,
        ("5", "2" | "1" | "4") => ProtocolError,
        ("5", "3") => RateLimited,
        ("6", _) => ContentRejected,
        ("7", "2") => Policy,
        ("7", "7") => ContentRejected,
        ("7", "20" | "21" | "22" | "23" | "24" | "26" | "27") => AuthenticationFailed,
        ("7", "25") => ReverseDns,
        ("7", "5" | "6" | "8" | "9" | "10" | "11" | "12" | "13" | "14") => Security,
        _ => return None,
    })
}

/// Programs whose bounces have one cause, whatever their text says.
const PROGRAMS: &[(&str, Reason)] = &[
    ("googlegroups", NotAccepted),
    ("mailscanner-spam", SpamDetected),
    ("mailscanner-too-large", MessageTooBig),
    ("zammad-too-large", MessageTooBig),
];

/// What a bounce says of its cause.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// Enhanced status code of the report.
    pub status: Option<&'a str>,
    /// What the reports quote of the servers' words.
    pub diagnostic: &'a str,
    /// What a person reads.
    pub text: &'a str,
    /// Whether nothing has failed yet.
    pub delayed: bool,
}

fn phrase(text: &str) -> Option<Reason> {
    static KNOWN: LazyLock<(Words, Vec<Reason>)> = LazyLock::new(|| {
        let all = || PHRASES.iter().flat_map(|(reason, list)| list.iter().map(|p| (*p, *reason)));
        (Words::new(all().map(|(phrase, _)| phrase)), all().map(|(_, reason)| reason).collect())
    });
    let lower = text.to_lowercase();
    // Lines of a transcript are folded anywhere.
    let mut text = String::with_capacity(lower.len());
    for word in lower.split_whitespace() {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    let (words, reasons) = &*KNOWN;
    words.first_in(&text).map(|(place, _)| reasons[place])
}

/// Whether it is a domain, not an address, that "does not exist".
fn speaks_of_domain(text: &str) -> bool {
    let text = text.to_lowercase();
    ["does not exist", "doesn't exist"].iter().any(|verb| {
        text.match_indices(verb).any(|(at, _)| {
            let word = text[..at].split_whitespace().next_back().unwrap_or_default();
            let name = word.trim_matches(|c: char| !c.is_alphanumeric());
            word == name && name.contains('.') && !name.contains('@')
        })
    })
}

/// What the first enhanced status code in a text tells that tells something.
fn status_in(text: &str) -> Option<Reason> {
    super::transcript::codes(text).find_map(by_status)
}

/// Whether words name one of the reasons.
pub(super) fn names_cause(words: &str) -> bool {
    phrase(words).is_some()
}

/// Tells the reason from the enhanced status code and the words. What a server says in words is more
/// particular than its code, save where the code is one of the precise ones. `programs` are the codes of
/// the forms that were recognised.
pub fn reason<'a>(said: &Said<'_>, mut programs: impl Iterator<Item = &'a str>) -> Option<Reason> {
    let program =
        programs.find_map(|code| PROGRAMS.iter().find(|(p, _)| code.starts_with(p)).map(|p| p.1));
    if program.is_some() {
        return program;
    }
    let diagnostic = said.diagnostic.trim();
    // A program that was piped to, and its exit status.
    if !diagnostic.is_empty() && diagnostic.bytes().all(|o| o.is_ascii_digit()) {
        return Some(MailerError);
    }
    let words = phrase(diagnostic).or_else(|| phrase(said.text));
    let whole = if diagnostic.is_empty() { said.text } else { diagnostic };
    let words = match words {
        // Refused before a word about sender or recipient was said (Exim tells when): it was the host.
        None | Some(Security) if whole.contains("after initial connection") => Some(Blocked),
        // IMail: "Delivery failed 20 attempts: <address>".
        None if whole.contains("Delivery failed ") && whole.contains(" attempts: ") => {
            Some(Expired)
        }
        Some(UserUnknown) if speaks_of_domain(whole) => Some(HostUnknown),
        other => other,
    };
    let coded = said
        .status
        .and_then(by_status)
        .or_else(|| status_in(diagnostic))
        .or_else(|| status_in(said.text));
    // 4.x.x in a report of failure: the server never said no, the time was up.
    let timed_out = format!("{diagnostic} {}", said.text).to_lowercase().contains("timed out");
    let temporary = said.status.is_some_and(|s| s.starts_with('4'));
    Some(match (coded, words) {
        (Some(MailboxFull | UserMoved | MessageTooBig | Loop | NotAccepted), Some(OnHold)) => {
            coded?
        }
        (Some(MailboxFull), _) => MailboxFull,
        (Some(UserMoved), _) => UserMoved,
        // "Domain of sender address … does not exist" speaks of another address than the recipient's.
        (Some(NotAccepted), Some(UserUnknown | HostUnknown)) => NotAccepted,
        (Some(HostUnknown), Some(UserUnknown)) => HostUnknown,
        (_, Some(NetworkError)) if (temporary || said.delayed) && timed_out => Expired,
        (Some(coded), Some(OnHold | SystemError)) if coded != SystemError => coded,
        (_, Some(words)) => words,
        (Some(NetworkError | HostUnreachable), None) if said.delayed => Expired,
        (Some(coded), None) => coded,
        (None, None) if said.delayed => Expired,
        (None, None) => {
            let silent =
                said.status.is_none() && diagnostic.is_empty() && said.text.trim().is_empty();
            return (!silent).then_some(Other);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: Option<&str>, diagnostic: &str) -> Option<Reason> {
        reason(&Said { status, diagnostic, ..Said::default() }, std::iter::empty())
    }

    #[test]
    fn words_are_more_particular_than_a_code_used_for_everything() {
        assert_eq!(told(Some("5.7.1"), "Relay access denied"), Some(RelayDenied));
        assert_eq!(told(Some("5.0.0"), "550 no such user"), Some(UserUnknown));
    }

    #[test]
    fn a_precise_code_decides_without_words_and_against_wider_ones() {
        assert_eq!(told(Some("5.2.2"), ""), Some(MailboxFull));
        assert_eq!(told(Some("5.4.6"), ""), Some(Loop));
        assert_eq!(
            told(Some("5.1.8"), "Domain of sender address n@example.org does not exist"),
            Some(NotAccepted)
        );
        assert_eq!(told(None, "550 5.1.2 <a@example.org>: no"), Some(HostUnknown));
    }

    #[test]
    fn addresses_and_versions_are_no_status_codes() {
        assert_eq!(status_in("host mx [192.0.5.1.1]: 5.1.1.2 v4.5.2x a5.1.1"), None);
        assert_eq!(status_in("sorry (#5.1.1)"), Some(UserUnknown));
        assert_eq!(status_in("550-5.2.2 The email account"), Some(MailboxFull));
    }

    #[test]
    fn a_connection_that_never_came_about_ends_by_time() {
        let diagnostic = "connect to mx.example.org[192.0.2.1]:25: Connection timed out";
        assert_eq!(told(Some("4.4.1"), diagnostic), Some(Expired));
        assert_eq!(told(Some("5.4.1"), diagnostic), Some(NetworkError));
    }

    #[test]
    fn a_refusal_at_the_first_word_is_about_the_host() {
        let text = "SMTP error from remote mail server after initial connection: 550 Access denied";
        assert_eq!(told(None, text), Some(Blocked));
        assert_eq!(told(None, "553 mail.example.org does not exist"), Some(HostUnknown));
        assert_eq!(told(None, "553 a@mail.example.org does not exist"), Some(UserUnknown));
    }

    #[test]
    fn nothing_said_gives_no_reason() {
        assert_eq!(told(None, " "), None);
        assert_eq!(told(Some("5.0.0"), ""), Some(Other));
    }

    #[test]
    fn each_phrase_tells_its_own_reason() {
        for (reason, phrases) in PHRASES {
            for p in *phrases {
                assert_eq!(
                    phrase(&format!("{} x", p.to_ascii_uppercase())),
                    Some(*reason),
                    "{p:?} is taken by an earlier list"
                );
            }
        }
    }

    #[test]
    fn every_reason_has_its_documentation() {
        for reason in Reason::ALL {
            assert_eq!(Reason::of(reason.name()), Some(reason));
            assert!(reason.documentation().contains(reason.meaning()));
        }
        let full = MailboxFull.documentation();
        assert!(full.contains("X.2.2") && full.contains("quota"), "{full}");
        assert_eq!(Reason::of("nothing"), None);
    }

    #[test]
    fn every_phrase_is_in_lower_case_and_means_one_thing() {
        let mut seen = std::collections::BTreeMap::new();
        for (reason, phrases) in PHRASES {
            for p in *phrases {
                assert_eq!(*p, p.to_lowercase(), "is compared with lower case");
                if let Some(other) = seen.insert(*p, *reason) {
                    panic!("{p:?} stands twice: {other:?} and {reason:?}");
                }
            }
        }
        assert!(seen.len() > 300);
    }
}
