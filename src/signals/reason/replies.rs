//! Replies as mail programs and services give them, in their wording with addresses of our own, and the
//! reason that a person reads in each. A new kind of reply gets a line here first.

use super::Reason::{self, *};
use super::{Said, reason};

const REPLIES: &[(Reason, &[&str])] = &[
    (
        UserUnknown,
        &[
            "550-5.1.1 The email account that you tried to reach does not exist.",
            "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
            "550 5.4.1 Recipient address rejected: Access denied",
            "550 5.5.0 Requested action not taken: mailbox unavailable",
            "554 delivery error: dd This user doesn't have an example.com account (kim@example.com)",
            "550 5.1.1 <kim@example.com>: user does not exist",
            "550 5.1.1 Not our Customer",
            "550 Message was not accepted -- invalid mailbox. Local mailbox kim@example.com is unavailable: user not found",
            "550 5.7.1 No such user!",
            "550 Unknown user kim@example.com",
            "550 Invalid recipient: <kim@example.com>",
            "550 Mailbox not found.",
            "550 User not found: kim@example.com",
            "550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient.",
            "550 No such user - psmtp",
            "550 5.1.1 <kim@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
            "550 5.1.1 <kim@example.com>... User unknown",
            "Unrouteable address",
            "Sorry, no mailbox here by that name. (#5.1.1)",
            "550 5.1.0 Address rejected kim@example.com",
            "550 kim@example.com... No such user here",
            "User kim (kim@example.com) not listed in Domino Directory",
        ],
    ),
    (
        MailboxFull,
        &[
            "552-5.2.2 The email account that you tried to reach is over quota.",
            "554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException",
            "552 5.2.2 User is over quota",
            "552 5.2.2 Mailbox size limit exceeded",
            "552 5.2.2 Boite du destinataire pleine. Recipient overquota",
            "550 Benutzer hat zuviele Mails auf dem Server. Mailbox full",
            "452 4.2.2 Mailbox is full / Blocks limit exceeded / Inode limit exceeded",
            "maildir delivery failed: create maildir file: Disk quota exceeded",
        ],
    ),
    (
        MailboxSuspended,
        &[
            "550 5.7.1 kim@example.com: Recipient address rejected: this account is no longer active",
            "550 account closed",
            "550-5.2.1 The email account that you tried to reach is disabled.",
            "554 delivery error: dd Sorry your message cannot be delivered. This account has been disabled or discontinued",
            "550 5.2.1 This mailbox has been blocked due to inactivity",
            "550 User suspended",
            "550 5.2.1 The email account that you tried to reach is inactive.",
        ],
    ),
    (
        MessageTooBig,
        &[
            "552-5.3.4 Your message exceeded the service's message size limits.",
            "550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient",
            "552 Requested mail action aborted: exceeded mailsize limit",
            "552 5.3.4 Message size exceeds fixed limit",
            "552 5.3.4 Error: message file too big",
        ],
    ),
    (
        HostUnknown,
        &[
            "550 5.4.310 DNS domain example.com does not exist",
            "Host or domain name not found. Name service error for name=example.com type=A: Host not found",
            "all relevant MX records point to non-existent hosts",
            "Sorry, I couldn't find any host named example.com. (#5.1.2)",
            "Host unknown (Name server: mx.example.com: host not found)",
        ],
    ),
    (
        HostUnreachable,
        &["connect to mx.example.com[192.0.2.1]:25: Connection refused", "No route to host"],
    ),
    (
        NetworkError,
        &[
            "DNS Error: DNS type 'mx' lookup of example.com responded with code SERVFAIL",
            "CNAME lookup failed temporarily. (#4.4.3)",
            "lost connection with mx.example.com[192.0.2.1] while receiving the initial server greeting",
        ],
    ),
    (
        Expired,
        &[
            "delivery temporarily suspended: connect to mx.example.com[192.0.2.1]:25: Connection timed out",
            "550 4.4.7 QUEUE.Expired; message expired",
            "retry timeout exceeded",
            "I'm not going to try again; this message has been in the queue too long.",
        ],
    ),
    (
        Loop,
        &[
            "550 5.4.14 Hop count exceeded - possible mail loop",
            "mail for example.com loops back to myself",
            "554 5.4.0 Error: too many hops",
            "Too many \"Received\" headers - suspected mail loop",
            "This message is looping: it already has my Delivered-To line. (#5.4.6)",
        ],
    ),
    (
        SpamDetected,
        &[
            "550 This message was classified as junk",
            "550-5.7.1 Our system has detected that this message is likely unsolicited mail.",
            "550 5.2.0 Message blocked due to spam content in the message.",
            "550 spam message rejected.",
            "554 5.7.1 Message rejected under suspicion of SPAM",
            "554 DT:SPM 163 smtp1",
            "554 5.7.1 This message has been classified as SPAM and may not be delivered",
        ],
    ),
    (
        VirusDetected,
        &[
            "554 5.7.1 Virus found in message: Eicar-Test-Signature",
            "550 This message contains malware (Eicar)",
        ],
    ),
    (
        ContentRejected,
        &[
            "552-5.7.0 This message was blocked because its content presents a potential security issue.",
            "550 maximum allowed line length is 998 octets, got 2312",
            "550-5.7.1 Messages missing a valid address in From: header, or having no From: header, are not accepted.",
            "550 Mail content denied.",
            "554 5.7.1 Attachment type not allowed (.exe)",
        ],
    ),
    (
        Policy,
        &[
            "550-5.7.1 The user or domain that you are sending to has a policy that prohibited the mail",
            "554 Message not allowed - [PH01] Email not accepted for policy reasons.",
            "554 5.7.1 [HM08] Message rejected due to local policy.",
            "554 Transaction failed Reject due to policy restrictions.",
            "550 5.7.0 Local Policy Violation",
            "501 Connection rejected by policy [7.7] 38102",
        ],
    ),
    (
        Blocked,
        &[
            "521 5.2.1 : (CON:B1) https://postmaster.example/error-codes",
            "550 5.7.606 Access denied, banned sending IP [192.0.2.1]",
            "550 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
            "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using bl.spamcop.net",
            "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Part of their network is on our block list (S3150).",
            "553 5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is in Spamhaus's list",
            "550 5.7.0 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1",
            "553 5.3.0 DNSBL:RBL 521< 192.0.2.1 >_is_blocked.",
            "554 No SMTP service. IP address is black listed.",
            "550 rejected because 192.0.2.1 is in a black list at dnsbl.example.net",
            "550 Service unavailable; Client host [192.0.2.1] blocked using Trend Micro RBL+.",
        ],
    ),
    (
        BadReputation,
        &[
            "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints",
            "554 Your access to this mail system has been rejected due to the sending MTA's poor reputation.",
        ],
    ),
    (
        RateLimited,
        &[
            "421-4.7.28 Our system has detected an unusual rate of unsolicited mail originating from your IP address.",
            "450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents additional messages from being delivered.",
            "550 5.4.5 Daily user sending quota exceeded.",
            "451 4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP reputation.",
            "Domain example.org has exceeded the max emails per hour (500/500 (100%)) allowed. Message discarded.",
            "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException",
            "421 too many concurrent SMTP connections; please try again later",
            "450-4.2.1 The user you are trying to contact is receiving mail too quickly.",
            "421 RP-001 Unfortunately, some messages weren't sent. We have limits for how many messages can be sent per hour and per day.",
            "550 Connection frequency limited",
            "550 Ip frequency limited",
            "550-5.4.5 Daily SMTP relay limit exceeded for user.",
            "421 4.7.0 Too many connections from your host",
        ],
    ),
    (
        AuthenticationFailed,
        &[
            "550 5.7.515 Access denied, sending domain example.org does not meet the required authentication level.",
            "550 SPF: 192.0.2.1 is not allowed to send mail from example.org",
            "550 5.7.1 <anna@example.org>: Sender address rejected: Please see http://www.openspf.org/Why",
            "550-5.7.26 This message fails to pass authentication checks (SPF or DKIM).",
            "550-5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy.",
            "550 5.7.23 The message was rejected because of Sender Policy Framework violation",
            "550 5.7.509 Access denied, sending domain example.org does not pass DMARC verification",
            "553-SPF (Sender Policy Framework) domain authentication fail.",
            "550 MI:SPF 163 smtp1",
        ],
    ),
    (
        ReverseDns,
        &[
            "550-5.7.25 The IP address sending this message does not have a PTR record setup",
            "554 192.0.2.1 all mail servers must have a PTR record with a valid Reverse DNS entry",
            "450 4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]",
            "450 4.7.25 Client host rejected: cannot find your hostname, [192.0.2.1]",
            "550 5.7.1 Fix reverse DNS for 192.0.2.1",
        ],
    ),
    (
        NotAccepted,
        &[
            "550 5.1.8 Access denied, bad outbound sender",
            "550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required",
            "550 5.7.1 RESOLVER.RST.NotAuthorized; not authorized",
            "550 5.7.124 Sender not in allowed-senders list",
            "Posting to this list is restricted to members only",
            "450 4.1.8 <nadia@example.org>: Sender address rejected: Domain not found",
            "553 5.1.8 <nadia@example.org>... Domain of sender address nadia@example.org does not exist",
            "550 Sender verify failed",
            "550-Verification failed for <nadia@example.org>",
            "sorry, your envelope sender is in my badmailfrom list (#5.7.1)",
            "556 5.1.10 Domain example.com does not accept mail (nullMX)",
        ],
    ),
    (
        RelayDenied,
        &[
            "550 authentication required for relay",
            "554 5.7.1 <kim@example.com>: Relay access denied",
            "550 5.7.1 <kim@example.com>... Relaying denied",
            "550 relay not permitted",
            "550 5.7.64 TenantAttribution; Relay Access Denied",
            "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "550 5.7.1 Unable to relay for kim@example.com",
        ],
    ),
    (
        Security,
        &[
            "454 4.7.0 TLS not available due to local problem",
            "Cannot start TLS: handshake failure",
            "TLS is required, but was not offered by host mx.example.com[192.0.2.1]",
            "530 5.7.0 Must issue a STARTTLS command first",
            "530 5.7.1 Client was not authenticated",
        ],
    ),
    (
        SystemError,
        &["451 4.3.0 Error: queue file write error", "554 5.3.5 Local configuration error"],
    ),
    (SystemFull, &["452 4.3.1 Insufficient system storage", "mail queue: No space left on device"]),
    (
        ProtocolError,
        &["500 5.5.1 Command unrecognized: \"XXXX\"", "501 5.5.4 Syntax error in parameters"],
    ),
    (
        MailerError,
        &[
            "temporary failure. Command output: maildrop: cannot open",
            "Command died with status 1: \"/usr/bin/filter\"",
            "Command time limit exceeded: \"/usr/bin/filter\"",
        ],
    ),
    (
        OnHold,
        &[
            "451 Temporary local problem - please try later",
            "450 4.2.0 <kim@example.com>: Recipient address rejected: Greylisted",
            "451 4.7.1 Greylisting in action, please come back later",
        ],
    ),
];

#[test]
fn replies_of_servers_tell_their_reason() {
    let mut wrong = Vec::new();
    for (wanted, replies) in REPLIES {
        for diagnostic in *replies {
            let said = Said { diagnostic, ..Said::default() };
            let told = reason(&said, std::iter::empty());
            if told != Some(*wanted) {
                let told = told.map_or("nothing", Reason::name);
                wrong.push(format!("{diagnostic}: {told} instead of {}", wanted.name()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}
