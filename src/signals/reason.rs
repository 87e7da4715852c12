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

use Reason::*;

impl Reason {
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

/// Phrases of diagnostics, the more particular ones first: the first that occurs decides.
const PHRASES: &[(Reason, &[&str])] = &[
    (VirusDetected, &["virus", "infected", "malware", "trojan", "worm found"]),
    (
        AuthenticationFailed,
        &[
            "dmarc",
            "spf check failed",
            "spf fail",
            "spf validation",
            "dkim",
            "unauthenticated email",
            "not authenticated",
            "sender authentication",
        ],
    ),
    (
        ReverseDns,
        &[
            "reverse dns",
            "ptr record",
            "rdns",
            "reverse lookup",
            "cannot resolve your ip",
            "no ptr",
            "reverse hostname",
            "reverse map",
        ],
    ),
    (
        MailboxFull,
        &[
            "mailbox is full",
            "mailbox full",
            "over quota",
            "quota exceeded",
            "exceeded storage",
            "quota",
            "mailbox exceeds",
            "mail box full",
            "inbox is full",
            "not enough storage",
            "disk quota",
            "mailfolder is full",
            "exceed mailbox",
            "too many messages in the mailbox",
            "maildir over",
        ],
    ),
    (
        MailboxSuspended,
        &[
            "account disabled",
            "mailbox disabled",
            "is disabled",
            "account is inactive",
            "inactive mailbox",
            "account suspended",
            "suspended",
            "deactivated",
            "temporarily locked",
            "mailbox unavailable for this recipient: inactive",
            "been disabled",
            "user is inactive",
            "account locked",
        ],
    ),
    (
        UserMoved,
        &[
            "has moved",
            "user moved",
            "has changed to",
            "new address",
            "please forward to",
            "no longer with us; please",
        ],
    ),
    (
        MessageTooBig,
        &[
            "message too large",
            "message size exceeds",
            "size exceeds",
            "too big",
            "exceeds maximum",
            "message is too large",
            "maximum message size",
            "exceeds size limit",
            "message exceeded",
            "size limit",
            "exceeds limit",
        ],
    ),
    (
        Loop,
        &[
            "mail loop",
            "too many hops",
            "loops back",
            "routing loop",
            "hop count",
            "mail forwarding loop",
            "loop detected",
            "delivery loop",
        ],
    ),
    (
        RelayDenied,
        &[
            "relay access denied",
            "relaying denied",
            "relay denied",
            "unable to relay",
            "relay not permitted",
            "not permitted to relay",
            "relaying not allowed",
            "we do not relay",
            "relaying is not",
            "not allowed to relay",
            "no relaying",
            "relay prohibited",
        ],
    ),
    (BadReputation, &["reputation", "poor sender score", "low score", "bad ip score"]),
    (
        RateLimited,
        &[
            "too many connections",
            "rate limit",
            "too many messages",
            "throttl",
            "too many recipients",
            "sending too fast",
            "exceeded the rate",
            "too much mail",
            "try again later, rate",
            "message rate",
        ],
    ),
    (
        UserUnknown,
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "does not exist",
            "doesn't exist",
            "no mailbox here",
            "unknown recipient",
            "recipient unknown",
            "invalid recipient",
            "unknown address",
            "address unknown",
            "no such recipient",
            "no such mailbox",
            "mailbox not found",
            "user not found",
            "not a known user",
            "unrouteable address",
            "unroutable address",
            "unknown local",
            "not listed in",
            "invalid mailbox",
            "unknown mailbox",
            "no such address",
            "no such person",
            "recipient not found",
            "not our customer",
            "account not found",
            "unknown or illegal alias",
            "bad destination mailbox",
            "user doesn't have",
            "no account by that name",
            "undeliverable address",
            "recipient address rejected: user",
            "no longer valid",
            "not a valid mailbox",
            "is not a valid",
            "address invalid",
            "no valid recipients",
            "mailbox unavailable",
            "recipientnotfound",
            "recipnotfound",
            "nosuchuser",
            "user invalid",
            "addressee unknown",
            "no such local user",
            "recipient does not",
            "this user doesn",
            "has no account",
            "couldn't be found",
        ],
    ),
    (SpamDetected, &["spam", "junk mail", "unsolicited", "bulk email", "uce ", "spamassassin"]),
    (
        Blocked,
        &[
            "blocked",
            "blacklist",
            "blocklist",
            "black list",
            "block list",
            "listed at",
            "listed in",
            "rbl",
            "dnsbl",
            "access denied",
            "banned",
            "denied by",
            "client host rejected",
            "connection refused by policy",
            "sender ip",
        ],
    ),
    (
        HostUnknown,
        &[
            "host unknown",
            "host not found",
            "domain not found",
            "name or service not known",
            "no such domain",
            "unknown host",
            "nxdomain",
            "couldn't find any host",
            "name service error",
            "host or domain name not found",
            "unknown domain",
            "domain does not exist",
            "no mx record",
            "unable to route: no mail hosts",
            "domain doesn't exist",
            "bad destination host",
            "domain name not found",
        ],
    ),
    (
        Expired,
        &[
            "delivery time expired",
            "message expired",
            "too old",
            "retry timeout exceeded",
            "retry time not reached",
            "could not be delivered for",
            "expired",
            "queue too long",
            "in queue too long",
            "delivery timed out",
            "undeliverable for",
        ],
    ),
    (
        NetworkError,
        &[
            "connection timed out",
            "connection reset",
            "lost connection",
            "timed out",
            "network is unreachable",
            "network error",
            "connection dropped",
            "broken pipe",
            "timeout",
        ],
    ),
    (
        HostUnreachable,
        &[
            "connection refused",
            "no route to host",
            "host is down",
            "unreachable",
            "could not connect",
            "unable to connect",
        ],
    ),
    (
        SystemFull,
        &[
            "insufficient system storage",
            "no space left",
            "disk full",
            "insufficient disk",
            "system storage",
        ],
    ),
    (
        Filtered,
        &[
            "filtered",
            "refused by recipient",
            "recipient refused",
            "user reject",
            "because the recipient is only accepting",
        ],
    ),
    (
        ContentRejected,
        &[
            "content rejected",
            "message content",
            "attachment",
            "body part",
            "prohibited content",
            "forbidden",
            "message rejected due to content",
            "not rfc",
            "header",
        ],
    ),
    (
        Security,
        &[
            "security",
            "authentication required",
            "must authenticate",
            "encryption required",
            "starttls",
            "tls required",
        ],
    ),
    (
        Policy,
        &[
            "policy",
            "violat",
            "not permitted",
            "not allowed",
            "administrative prohibition",
            "local policy",
        ],
    ),
    (
        NotAccepted,
        &[
            "sender address rejected",
            "sender rejected",
            "invalid sender",
            "bad sender",
            "sender verify",
            "does not accept mail from",
            "sender denied",
            "domain of sender",
            "not accept mail",
            "sender not allowed",
            "null mx",
        ],
    ),
    (OnHold, &["greylist", "graylist", "grey-list", "on hold", "deferred", "try again later"]),
    (
        ProtocolError,
        &[
            "syntax error",
            "command unrecognized",
            "protocol error",
            "bad sequence",
            "unrecognized command",
            "command not recognized",
        ],
    ),
    (
        MailerError,
        &[
            "command failed",
            "mailer error",
            "command died",
            "procmail",
            "exit status",
            "child status",
            "unknown mailer error",
            "pipe to",
        ],
    ),
    (
        SystemError,
        &[
            "system error",
            "internal error",
            "configuration error",
            "local error",
            "temporary failure",
            "resources temporarily",
            "server error",
            "local configuration",
            "software error",
        ],
    ),
];

/// The reason that an enhanced status code alone tells (RFC 3463 section 3). Codes that programs use
/// for everything (5.0.0, 5.1.0, 5.5.0, 5.7.0, 5.7.1) tell nothing.
fn by_status(status: &str) -> Option<Reason> {
    let mut digits = status.split('.');
    let (class, subject, detail) = (digits.next()?, digits.next()?, digits.next()?);
    if class != "5" && class != "4" {
        return None;
    }
    Some(match (subject, detail) {
        ("1", "1" | "3" | "4") => UserUnknown,
        ("1", "2") => HostUnknown,
        ("1", "6") => UserMoved,
        ("1", "7" | "8") => NotAccepted,
        ("1", "10") => NotAccepted,
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

/// Tells the reason from the enhanced status code and the diagnostic text. What a server says in
/// words is more particular than its code, save where the code is one of the precise ones.
pub fn reason(status: Option<&str>, diagnostic: &str) -> Option<Reason> {
    let text = diagnostic.to_lowercase();
    let said = PHRASES
        .iter()
        .find(|(_, phrases)| phrases.iter().any(|p| text.contains(p)))
        .map(|(reason, _)| *reason);
    let coded = status.and_then(by_status);
    match (coded, said) {
        (Some(coded @ (UserUnknown | MailboxFull | MessageTooBig | Loop)), None) => Some(coded),
        (Some(MailboxFull), Some(_)) => Some(MailboxFull),
        (_, Some(said)) => Some(said),
        (Some(coded), None) => Some(coded),
        (None, None) => (status.is_some() || !text.trim().is_empty()).then_some(Other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_more_particular_than_a_code_used_for_everything() {
        assert_eq!(reason(Some("5.7.1"), "Relay access denied"), Some(RelayDenied));
        assert_eq!(reason(Some("5.0.0"), "550 no such user"), Some(UserUnknown));
    }

    #[test]
    fn a_precise_code_decides_without_words() {
        assert_eq!(reason(Some("5.2.2"), ""), Some(MailboxFull));
        assert_eq!(reason(Some("5.4.6"), ""), Some(Loop));
    }

    #[test]
    fn nothing_said_gives_no_reason() {
        assert_eq!(reason(None, " "), None);
        assert_eq!(reason(Some("5.0.0"), ""), Some(Other));
    }
}
