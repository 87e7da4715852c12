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

impl Reason {
    /// All, in the order of the fixed list.
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

    /// What it means, in a sentence for whoever sent the mail.
    pub fn meaning(self) -> &'static str {
        match self {
            UserUnknown => "the host knows no such mailbox (5.1.1)",
            UserMoved => "the mailbox has another address now (5.1.6, reply 551)",
            MailboxFull => "the mailbox holds as much as it may (5.2.2)",
            MailboxSuspended => "the mailbox exists, and is disabled, locked or unused (5.2.1)",
            MessageTooBig => {
                "the message is larger than the host or the mailbox takes (5.2.3, 5.3.4)"
            }
            HostUnknown => "the domain has no host for mail, or does not exist (5.1.2, 5.4.4)",
            HostUnreachable => "no connection to the host came about (5.4.1)",
            NetworkError => "the connection broke, or DNS gave no usable answer (5.4.2, 5.4.3)",
            Expired => "it could not be delivered for as long as the host tries (4.4.7)",
            Loop => "the message came back to a host that it had passed (5.4.6)",
            SpamDetected => "the content was taken for spam",
            VirusDetected => "the content was taken for malware",
            ContentRejected => "the form or content of the message was refused (5.6.x, 5.7.7)",
            Policy => "a rule of the receiving side forbids it (5.7.1, 5.7.2)",
            Blocked => "the sending host's address or name is on a list of refused ones",
            BadReputation => "the sending host or domain has a bad reputation",
            RateLimited => "too many messages, connections or recipients at a time (4.5.3, 4.7.x)",
            AuthenticationFailed => "SPF, DKIM or DMARC failed (5.7.20 to 5.7.27)",
            ReverseDns => "the sending host's address has no usable name in DNS (5.7.25)",
            NotAccepted => {
                "the sender's address or domain was refused, or the host takes no mail at all (5.1.7, 5.1.8, 5.1.10, 5.3.2)"
            }
            RelayDenied => "the host does not pass mail on for this sender or domain",
            Security => "access, login or encryption is required and was missing (5.7.x)",
            SystemError => "the receiving system has a fault (5.3.0, 5.3.5)",
            SystemFull => "the receiving system has no room (4.3.1)",
            ProtocolError => "the hosts did not understand each other (5.5.x)",
            MailerError => "a program that the host delivers to failed",
            Filtered => "a filter of the recipient refused it",
            Feedback => "the recipient complained about it (RFC 5965)",
            OnHold => "the host put it off, and says no more (greylisting, 4.7.x)",
            Other => "none of these, or nothing that could be read",
        }
    }
}

/// Phrases of diagnostics, the more particular ones first: the first that occurs decides.
const PHRASES: &[(Reason, &[&str])] = &[
    (
        VirusDetected,
        &["virenschutz", "antivirus", "virus", "infected", "malware", "trojan", "worm found"],
    ),
    (
        AuthenticationFailed,
        &[
            "spf fail",
            "spf hard fail",
            "spf record",
            "dkim check",
            "dkim fail",
            "dkim verif",
            "dkim validation",
            "no dkim",
            "invalid dkim",
            "dkim signature did not",
            "authentication checks failed",
            "email is not authenticated",
            "message is not authenticated",
            "sender is unauthenticated",
            "sender not authenticated",
            "sender id check",
            "not pass authentication",
            "dmarc",
            "spf check failed",
            "spf validation",
            "unauthenticated email",
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
            "unverifyable sending",
            "unverifiable sending",
            "does not resolve to",
            "no hostname for",
        ],
    ),
    (
        MailboxFull,
        &[
            "quota",
            "exceeded the local limit",
            "storage limit",
            "insufficient storage space is available",
            "box is full",
            "out of storage",
            "mailbox size limit",
            "exceeded its limit",
            "exceeded the storage",
            "mailbox has exceeded",
            "allocated storage",
            "メールボックスの容量",
            "メールボックスが一杯",
            "容量超過",
            "容量を超",
            "boîte aux lettres est pleine",
            "boite pleine",
            "boîte pleine",
            "postfach ist voll",
            "mailbox ist voll",
            "postfach voll",
            "buzón está lleno",
            "buzon lleno",
            "buzón lleno",
            "casella piena",
            "casella è piena",
            "caixa postal cheia",
            "caixa de correio está cheia",
            "ящик переполнен",
            "переполнен",
            "skrzynka pełna",
            "skrzynka jest pełna",
            "mailbox vol",
            "邮箱已满",
            "邮箱空间不足",
            "信箱已滿",
            "메일함이 가득",
            "mailbox is full",
            "mailbox full",
            "over quota",
            "quota exceeded",
            "exceeded storage",
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
            "temporary locked",
            "account is locked",
            "is locked",
            "is frozen",
            "mailbox frozen",
            "suspended",
            "account has been disabled",
            "account expired",
            "not active",
            "has been deactivated",
            "not currently active",
            "account is temporarily unavailable",
            "account that you tried to reach is disabled",
            "account is disabled",
            "mailbox is disabled",
            "has been blocked by the administrator",
            "disabled due to inactivity",
            "disabled or discontinued",
            "bloqueado por inactividad",
            "deaktiviert",
            "gesperrt",
            "停用",
            "休眠",
            "account disabled",
            "mailbox disabled",
            "is disabled",
            "account is inactive",
            "inactive mailbox",
            "account suspended",
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
            "no longer at this address",
            "address has changed",
            "has a new address",
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
            "message length exceeds",
            "message too big",
            "too large for",
            "larger than the maximum",
            "larger than the current",
            "datei ist zu groß",
            "nachricht ist zu groß",
            "exceeds the maximum",
            "exceeds fixed maximum",
            "サイズが",
            "too long to be delivered",
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
            "hops exceeded",
            "maximum hop",
            "mail is looping",
            "maximum allowed times",
            "appears to be looping",
            "delivered-to loop",
            "too many received",
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
            "email address is not verified",
            "relay not allowed",
            "relaying prohibited",
            "relaying disabled",
            "no relay",
            "not a relay",
            "relay is not",
            "sending domain is not authorized",
            "authorized relay",
            "not authorized to relay",
            "open relay",
            "not local host",
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
    (
        BadReputation,
        &[
            "unexpected volume or user complaints",
            "senderbase",
            "sender score",
            "too many complaints",
            "history of spam",
            "poor reputation",
            "low reputation",
            "reputation",
            "poor sender score",
            "low score",
            "bad ip score",
        ],
    ),
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
        NotAccepted,
        &[
            "domain of sender",
            "unroutable sender",
            "unrouteable sender",
            "sender address",
            "sender domain",
            "from: domain",
            "domain is invalid",
            "from address",
            "from field",
            "not accepting network messages",
            "not accepting messages",
            "not accepting mail",
            "no longer accepts mail",
            "accepts no mail",
            "does not receive mail",
            "couldn't find a mail exchanger",
            "no mx found",
            "permission to post",
            "not have permission",
            "envelope sender",
            "mail from domain",
            "return path",
            "5321.mailfrom",
            "sender address rejected",
            "sender rejected",
            "invalid sender",
            "bad sender",
            "sender verify",
            "does not accept mail from",
            "sender denied",
            "not accept mail",
            "sender not allowed",
            "null mx",
        ],
    ),
    // A name server that answers nothing useful; the host may well be there.
    (
        NetworkError,
        &[
            "malformed or unexpected name server reply",
            "malformed name server reply",
            "host name lookup failure",
            "host not found, try again",
            "network error on",
        ],
    ),
    (
        HostUnknown,
        &[
            "domain may not exist",
            "bad destination system",
            "unknown mail host",
            "no such host",
            "could not resolve",
            "could not be resolved",
            "hostname lookup",
            "host lookup",
            "no mail host",
            "unrouteable mail domain",
            "unrouteable domain",
            "all relevant mx records",
            "unresolvable",
            "domain unknown",
            "domain is unknown",
            "illegal host/domain",
            "illegal host",
            "dns lookup failed",
            "dns failure",
            "dns error",
            "no dns",
            "not find the host",
            "nameserver",
            "domain is not valid",
            "domain could not be found",
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
        UserUnknown,
        &[
            "recipient address rejected: access denied",
            "recipient addresses rejected : access denied",
            "recipient addresses rejected: access denied",
            "unknown or illegal user",
            "unknown or illegal",
            "invalid final delivery userid",
            "not listed in domino",
            "not listed in public",
            "not listed in the directory",
            "not found in directory",
            "見つかりません",
            "リストにありません",
            "宛先が存在しません",
            "宛先不明",
            "存在しません",
            "no valid recipients",
            "no such mail",
            "unknown email",
            "no one by that name",
            "no mail box",
            "user is unknown",
            "unknown username",
            "is not a user",
            "not a local",
            "is unknown",
            "address does not",
            "recipient rejected",
            "unbekannt",
            "existiert nicht",
            "nicht gefunden",
            "inconnu",
            "n'existe pas",
            "desconocido",
            "no existe",
            "destinatario sconosciuto",
            "utente sconosciuto",
            "non esiste",
            "não existe",
            "desconhecido",
            "не существует",
            "не найден",
            "nie istnieje",
            "bestaat niet",
            "bestaat nie",
            "用户不存在",
            "收件人不存在",
            "不存在",
            "존재하지 않",
            "does not have an account",
            "doesn't have an account",
            "wasn't found at",
            "was not found",
            "unable to find recipient",
            "address couldn't be found",
            "address wasn't found",
            "check the recipient's email address",
            "adressee unknown",
            "no user",
            "user does not",
            "mailbox does not",
            "mailbox doesn't",
            "invalid address",
            "illegal user",
            "undefined mail alias",
            "user account is unavailable",
            "recipient is invalid",
            "address lookup failed",
            "unknown to address book",
            "sender_rejected: unknown",
            "recipientunknown",
            "alias not",
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
    (
        SpamDetected,
        &[
            "blacklisted url",
            "blacklisted link",
            "mail rejete",
            "ofr_506",
            "ube,",
            "ube ",
            "looks like spam",
            "considered spam",
            "high spam",
            "bulk mail",
            "spam",
            "junk mail",
            "unsolicited",
            "uce ",
            "spamassassin",
        ],
    ),
    (
        Blocked,
        &[
            "use the smtp server of your",
            "smtp server of your isp",
            "weren't sent",
            "weren’t sent",
            "is on our block list",
            "block list (",
            "client host ",
            "your ip",
            "ip address has been",
            "ip is",
            "dynamic ip",
            "dynamic address",
            "dialup",
            "dial-up",
            "connection rejected",
            "[c14]",
            "not allowed to connect",
            "spamhaus",
            "spamcop",
            "barracudacentral",
            "sorbs",
            "abusix",
            "uceprotect",
            "(bl)",
            "refused. your",
            "refused: your",
            "blocked",
            "blacklist",
            "blocklist",
            "black list",
            "block list",
            "listed at",
            "listed in",
            "rbl",
            "dnsbl",
            "banned",
            "denied by",
            "client host rejected",
            "connection refused by policy",
            "sender ip",
        ],
    ),
    (
        Expired,
        &[
            "expired",
            "have been failing for a long time",
            "host not reachable",
            "did not accept our requests to connect",
            "will be retried",
            "message will be retried",
            "could not be delivered for more than",
            "not been delivered for",
            "not collected",
            "giving up on",
            "unable to deliver message after",
            "within the allowed queue",
            "retries exhausted",
            "maximum queue",
            "been in queue too long",
            "queue lifetime",
            "will continue trying for",
            "delivery time expired",
            "message expired",
            "too old",
            "retry timeout exceeded",
            "retry time not reached",
            "could not be delivered for",
            "queue too long",
            "in queue too long",
            "delivery timed out",
            "undeliverable for",
        ],
    ),
    (
        NetworkError,
        &[
            "network unreachable",
            "connection aborted",
            "connection was dropped",
            "connection closed",
            "socket error",
            "i/o error",
            "read error",
            "communication error",
            "communications failure",
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
            "could not find a gateway",
            "cannot connect",
            "can't connect",
            "failed to connect",
            "connect failed",
            "connection failed",
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
            "domain-filter",
            "domain filter",
            "recipient's mail filter",
            "does not want",
            "rejected by user",
            "only accepts mail from",
            "not in the allowed senders",
            "user's filter",
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
            "duplicate header",
            "multiple addresses in from",
            "header error",
            "bare lf",
            "bare linefeed",
            "bare newline",
            "8-bit data",
            "invalid header",
            "missing header",
            "message format",
            "file type",
            "content violation",
            "malformed",
            "not rfc 5322",
            "mime error",
            "content rejected",
            "message content",
            "attachment",
            "body part",
            "prohibited content",
            "message rejected due to content",
            "not rfc",
        ],
    ),
    (
        Security,
        &[
            "access denied",
            "unauthenticated senders not allowed",
            "security error",
            "security violation",
            "security reasons",
            "insecure",
            "forbidden",
            "smtp auth",
            "not authorised",
            "not authorized",
            "does not support tls",
            "tls negotiation",
            "tls handshake",
            "handshake failed",
            "certificate",
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
            "prohibited",
            "company policy",
            "policy",
            "violat",
            "not permitted",
            "not allowed",
            "administrative prohibition",
            "local policy",
        ],
    ),
    (
        OnHold,
        &[
            "temporarily deferred",
            "temporary failure",
            "greylisted",
            "deferred",
            "please try again later",
            "temporarily rejected",
            "temporary lookup failure",
            "greylist",
            "graylist",
            "grey-list",
            "on hold",
            "try again later",
        ],
    ),
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
            "error in processing",
            "delivery agent",
            "local delivery failed",
            "program failed",
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
            "service currently unavailable",
            "service temporarily unavailable",
            "service not available",
            "service unavailable",
            "internal server",
            "unexpected error",
            "temporary system problem",
            "database",
            "out of memory",
            "too many open files",
            "unable to process",
            "system error",
            "internal error",
            "configuration error",
            "local error",
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

/// Programs whose bounces have one cause, whatever their text says.
const PROGRAMS: &[(&str, Reason)] = &[("googlegroups", NotAccepted)];

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
    let text = text.to_lowercase();
    // Lines of a transcript are folded anywhere.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    PHRASES
        .iter()
        .find(|(_, phrases)| phrases.iter().any(|p| text.contains(p)))
        .map(|(reason, _)| *reason)
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

/// The first enhanced status code in a text that tells something: `5.1.1`, `(#5.1.1)`, `550-5.7.1`.
fn status_in(text: &str) -> Option<Reason> {
    let octets = text.as_bytes();
    let number = |mut at: usize| {
        let start = at;
        while at < octets.len() && octets[at].is_ascii_digit() {
            at += 1;
        }
        (1..=3).contains(&(at - start)).then_some(at)
    };
    let joint = |at: usize| octets.get(at) == Some(&b'.');
    (0..octets.len()).find_map(|at| {
        let starts = matches!(octets[at], b'4' | b'5')
            && joint(at + 1)
            && (at == 0 || !(octets[at - 1].is_ascii_alphanumeric() || octets[at - 1] == b'.'));
        if !starts {
            return None;
        }
        let subject = number(at + 2).filter(|end| joint(*end))?;
        let end = number(subject + 1)?;
        let ends = octets.get(end).is_none_or(|o| !o.is_ascii_alphanumeric())
            && !(joint(end) && octets.get(end + 1).is_some_and(u8::is_ascii_digit));
        if ends { by_status(&text[at..end]) } else { None }
    })
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
    fn every_reason_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|r| r.name()).collect();
        assert_eq!(names.len(), Reason::ALL.len());
    }

    #[test]
    fn nothing_said_gives_no_reason() {
        assert_eq!(told(None, " "), None);
        assert_eq!(told(Some("5.0.0"), ""), Some(Other));
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
