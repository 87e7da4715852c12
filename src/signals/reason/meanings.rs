//! What each reason means, in words for a person who reads a report: a pure table.

use super::Reason::{self, *};

impl Reason {
    /// What it means and what can be done, in a sentence or two.
    pub fn meaning(self) -> &'static str {
        match self {
            UserUnknown => {
                "No mailbox of that name exists there (any more). Check the spelling, or strike the address."
            }
            UserMoved => "The mailbox has moved; the text often names the new address.",
            MailboxFull => "The mailbox exists and has no room left. Later attempts may succeed.",
            MailboxSuspended => {
                "The mailbox exists and is closed: locked, disabled, or idle for too long."
            }
            MessageTooBig => "The message is larger than the server or the mailbox takes.",
            HostUnknown => {
                "No such domain or mail host: it is not in the DNS, or it names no mail host."
            }
            HostUnreachable => {
                "The mail host is known and nobody answers there: refused, down, or no route to it."
            }
            NetworkError => "The connection broke, or name servers gave no useful answer.",
            Expired => {
                "The sending side tried until its time was up; why each attempt failed is not said, or was temporary."
            }
            Loop => "The message went round in circles between hosts or forwardings.",
            SpamDetected => "The content was taken for unsolicited mail.",
            VirusDetected => "The content was taken for malicious software.",
            ContentRejected => {
                "Something in the message was refused: its attachments, header fields or form."
            }
            Policy => {
                "A rule of the receiving side forbids it, and the server says no more than that."
            }
            Blocked => {
                "The sending host or network is on a block list, or refused before a word was said."
            }
            BadReputation => "The sending host or domain is poorly rated there.",
            RateLimited => "Too many messages, connections or recipients in too short a time.",
            AuthenticationFailed => {
                "SPF, DKIM or DMARC of the sender's domain did not pass. On mail that you did not write this is what protects you."
            }
            ReverseDns => {
                "The sending host has no reverse DNS entry, or one that does not lead back to it."
            }
            NotAccepted => {
                "The sender's address or domain is refused, or the domain takes no mail (null MX), or only members may write."
            }
            RelayDenied => "The host was asked to pass mail on for a domain that is not its own.",
            Security => "Encryption or a login is demanded, or a rule of security was broken.",
            SystemError => "The receiving system failed: configuration, storage or software.",
            SystemFull => "The receiving system (not the one mailbox) has no room left.",
            ProtocolError => "One side did not understand the other's commands.",
            MailerError => "A program that the message was handed to (a filter, a pipe) failed.",
            Filtered => {
                "The recipient or a filter of theirs refuses this mail, though the address exists."
            }
            Feedback => "A person or service reports the message as abuse.",
            OnHold => "Put off for the time being: greylisting, or try again later.",
            Other => "It failed, and nothing says why in words or codes that are known.",
        }
    }

    /// The documentation of a reason: meaning, the status codes that tell it, the words that do.
    pub fn documentation(self) -> String {
        let mut text = format!("{} (a reason)\n\n{}\n", self.name(), self.meaning());
        let codes: Vec<String> = (0..=7)
            .flat_map(|subject| (0..=40).map(move |detail| format!("X.{subject}.{detail}")))
            .filter(|code| super::by_status(&code.replace('X', "5")) == Some(self))
            .collect();
        if !codes.is_empty() {
            text.push_str(&format!("Status codes that tell it: {}\n", codes.join(", ")));
        }
        let phrases: Vec<&str> = super::PHRASES
            .iter()
            .filter(|(reason, _)| *reason == self)
            .flat_map(|(_, phrases)| phrases.iter().copied())
            .collect();
        if !phrases.is_empty() {
            let some: Vec<String> = phrases.iter().take(8).map(|p| format!("\"{p}\"")).collect();
            let more = phrases.len() - some.len();
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            text.push_str(&format!("Words that tell it: {}{rest}\n", some.join(", ")));
        }
        text.push_str("Source: RFC 3463 and the IANA registry of enhanced status codes; replies of mail servers\n");
        text
    }
}
