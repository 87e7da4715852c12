//! The rules as the programs read them, each with its reason in comments. Names that stand in them went
//! through `quoting`.

use std::io::{self, Write};

use super::quoting::expression;
use super::{LISTED, Suggestions, Tried, Use};
use crate::report::text::grouped;

/// For whom a suggestion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Program {
    /// Sieve (RFC 5228), for Dovecot, Cyrus and most providers' filters.
    Sieve,
    /// procmail.
    Procmail,
    /// SpamAssassin's VBounce plugin.
    SpamAssassin,
    /// Postfix: a table for `check_recipient_access`.
    Postfix,
    /// Exim: a statement for the RCPT ACL.
    Exim,
    /// Addresses: which never send, which of a catch-all are used.
    Addresses,
    /// SPF and DMARC: what to look at.
    Dns,
}

impl Program {
    /// All, in the order of the output.
    pub const ALL: [Program; 7] = [
        Program::Addresses,
        Program::Sieve,
        Program::Procmail,
        Program::SpamAssassin,
        Program::Postfix,
        Program::Exim,
        Program::Dns,
    ];

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Program::Sieve => "sieve",
            Program::Procmail => "procmail",
            Program::SpamAssassin => "spamassassin",
            Program::Postfix => "postfix",
            Program::Exim => "exim",
            Program::Addresses => "addresses",
            Program::Dns => "dns",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Program::Sieve => "Sieve: file what cannot answer mail of yours",
            Program::Procmail => "procmail: the same",
            Program::SpamAssassin => "SpamAssassin: which bounces are of your own mail",
            Program::Postfix => "Postfix: refuse bounces to addresses that never send",
            Program::Exim => "Exim: the same",
            Program::Addresses => "Addresses",
            Program::Dns => "SPF and DMARC: what to look at (nothing was looked up)",
        }
    }
}

/// Writes the suggestions for one program. All of it but names is comment where there is nothing to suggest.
pub fn write(
    out: &mut impl Write,
    s: &Suggestions,
    program: Program,
    folder: &str,
) -> io::Result<()> {
    writeln!(out, "# {}", program.title())?;
    match program {
        Program::Sieve => sieve(out, s, folder),
        Program::Procmail => procmail(out, s, folder),
        Program::SpamAssassin => spamassassin(out, s),
        Program::Postfix => postfix(out, s),
        Program::Exim => exim(out, s),
        Program::Addresses => addresses(out, s),
        Program::Dns => dns(out, s),
    }
}

fn tried(t: Tried, all: Tried) -> String {
    format!(
        "Tried on this mailbox: files at most {} of {} bounces of forged mail, {} of {} genuine ones, {} of {} undecided ones.",
        grouped(t.forged.into()),
        grouped(all.forged.into()),
        grouped(t.genuine.into()),
        grouped(all.genuine.into()),
        grouped(t.unknown.into()),
        grouped(all.unknown.into())
    )
}

/// Comment lines of at most 78 columns.
fn say(out: &mut impl Write, text: &str) -> io::Result<()> {
    let mut line = String::from("#");
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > 78 && line.len() > 1 {
            writeln!(out, "{line}")?;
            line = String::from("#");
        }
        line.push(' ');
        line.push_str(word);
    }
    writeln!(out, "{line}")
}

/// Mail without a sender, also where a filter runs after delivery and knows no envelope.
const NULL_SENDER: &str =
    "if allof (anyof (envelope :is \"from\" \"\", header :contains \"return-path\" \"<>\"),";

const NEVER: &str =
    "Bounces to addresses from which you never send cannot be bounces of your mail.";

fn why_no_relays(s: &Suggestions) -> String {
    if s.relays.is_empty() {
        "No rule on relays: no bounce of a mail in Sent showed over which host your mail leaves. Name it with --relay.".into()
    } else if s.without_relay.genuine > 0 {
        format!(
            "No rule on relays: {} genuine bounces of this mailbox name none of your relays in what they return.",
            s.without_relay.genuine
        )
    } else {
        format!(
            "No rule on relays: only {} genuine bounces return Received lines, too few to try it on.",
            s.with_hops
        )
    }
}

const RELAYS: &str = "Bounces that return the Received lines of a mail which names none of your relays: it did not leave \
over them. Keep this only while all your mail leaves over these hosts: a new provider has to be added.";

const TAGS: &str = "Your server tags the envelope sender of all mail (BATV), so a bounce of your mail comes to a tagged address.";

fn sieve(out: &mut impl Write, s: &Suggestions, folder: &str) -> io::Result<()> {
    say(
        out,
        "Files into a folder, discards nothing. Look into that folder for a while before you trust it.",
    )?;
    let any = !s.never.is_empty() || s.relays_hold() || s.tagged;
    if any {
        let body = if s.relays_hold() { ", \"body\"" } else { "" };
        writeln!(out, "require [\"fileinto\", \"mailbox\", \"envelope\"{body}];")?;
    }
    if s.never.is_empty() {
        say(out, "No rule on addresses: no address of yours that never sends gets bounces.")?;
    } else {
        writeln!(out)?;
        say(out, NEVER)?;
        say(out, &tried(s.never_tried(), s.bounces))?;
        let list: Vec<String> = names(s).map(|a| format!("\"{a}\"")).collect();
        let list = list.join(",\n    ");
        writeln!(out, "{NULL_SENDER}")?;
        writeln!(out, "  anyof (address :is \"to\" [\n    {list}],")?;
        writeln!(out, "  envelope :is \"to\" [\n    {list}])) {{")?;
        file(out, folder)?;
    }
    if s.tagged {
        writeln!(out)?;
        say(out, TAGS)?;
        writeln!(out, "{NULL_SENDER}")?;
        writeln!(
            out,
            "  header :contains \"content-type\" \"delivery-status\",\n  not header :contains [\"to\", \"delivered-to\", \"x-original-to\", \"envelope-to\"]\n    [\"prvs=\", \"btv1==\", \"msprvs1=\"]) {{"
        )?;
        file(out, folder)?;
    }
    if s.relays_hold() {
        writeln!(out)?;
        say(out, RELAYS)?;
        say(out, &tried(s.without_relay, s.bounces))?;
        let hosts = s.relays.iter().chain(&s.relay_addresses).take(LISTED);
        let list: Vec<String> = hosts.map(|h| format!("\"{h}\"")).collect();
        writeln!(out, "{NULL_SENDER}")?;
        writeln!(out, "  header :contains \"content-type\" \"delivery-status\",")?;
        writeln!(out, "  body :raw :contains \"Received: \",")?;
        writeln!(out, "  not body :raw :contains [\n    {}]) {{", list.join(",\n    "))?;
        file(out, folder)?;
    } else {
        say(out, &why_no_relays(s))?;
    }
    Ok(())
}

fn file(out: &mut impl Write, folder: &str) -> io::Result<()> {
    writeln!(out, "  fileinto :create \"{folder}\";\n  stop;\n}}")
}

fn names(s: &Suggestions) -> impl Iterator<Item = &str> {
    s.never.iter().take(LISTED).map(|(a, _)| a.as_str())
}

fn procmail(out: &mut impl Write, s: &Suggestions, folder: &str) -> io::Result<()> {
    say(out, "Files into a Maildir folder below $MAILDIR, discards nothing.")?;
    let target = format!(".{}/", folder.replace('/', "."));
    if s.never.is_empty() {
        say(out, "No rule on addresses: no address of yours that never sends gets bounces.")?;
    }
    // One recipe an address: procmail's lines have a limit (LINEBUF).
    for (n, address) in names(s).enumerate() {
        if n == 0 {
            say(out, NEVER)?;
            say(out, &tried(s.never_tried(), s.bounces))?;
        }
        writeln!(
            out,
            "\n:0\n* ^Return-Path:[ ]*<>\n* ^(To|Delivered-To|X-Original-To|Envelope-To):(.*[^-a-z0-9._+])?{}([^-a-z0-9.]|$)\n{target}",
            expression(address)
        )?;
    }
    if s.tagged {
        writeln!(out)?;
        say(out, TAGS)?;
        writeln!(
            out,
            ":0\n* ^Return-Path:[ ]*<>\n* ^Content-Type:.*delivery-status\n* ! ^(To|Delivered-To|X-Original-To|Envelope-To):.*(prvs=|btv1==|msprvs1=)\n{target}"
        )?;
    }
    if s.relays_hold() {
        writeln!(out)?;
        say(out, RELAYS)?;
        say(out, &tried(s.without_relay, s.bounces))?;
        writeln!(
            out,
            ":0\n* ^Return-Path:[ ]*<>\n* ^Content-Type:.*delivery-status\n* B ?? ^Received: "
        )?;
        for host in s.relays.iter().chain(&s.relay_addresses).take(LISTED) {
            writeln!(out, "* ! B ?? {}", expression(host))?;
        }
        writeln!(out, "{target}")?;
    } else {
        say(out, &why_no_relays(s))?;
    }
    Ok(())
}

fn spamassassin(out: &mut impl Write, s: &Suggestions) -> io::Result<()> {
    say(
        out,
        "VBounce marks every bounce that returns no Received line with one of these hosts (rules ANY_BOUNCE_MESSAGE and \
              BOUNCE_MESSAGE, score 0.1): file on them, do not raise their score. For SpamAssassin 3 write whitelist_bounce_relays.",
    )?;
    if s.relays.is_empty() {
        return say(out, &why_no_relays(s));
    }
    say(
        out,
        &format!(
            "{} of {} genuine bounces with Received lines name none of them.",
            s.without_relay.genuine, s.with_hops
        ),
    )?;
    writeln!(out, "ifplugin Mail::SpamAssassin::Plugin::VBounce")?;
    for host in s.relays.iter().take(LISTED) {
        writeln!(out, "  welcomelist_bounce_relays {host}")?;
    }
    writeln!(out, "endif")
}

fn postfix(out: &mut impl Write, s: &Suggestions) -> io::Result<()> {
    say(
        out,
        "This file is a table, for instance /etc/postfix/never_sends; run postmap on it. Into main.cf:",
    )?;
    for line in [
        "  smtpd_restriction_classes = never_sends",
        "  never_sends = check_recipient_access hash:/etc/postfix/never_sends",
        "  smtpd_recipient_restrictions = ..., check_sender_access inline:{<> = never_sends}",
    ] {
        writeln!(out, "#{line}")?;
    }
    smtp(out, s)?;
    for address in names(s) {
        writeln!(out, "{address} REJECT this address sends no mail, so nothing can bounce to it")?;
    }
    Ok(())
}

fn smtp(out: &mut impl Write, s: &Suggestions) -> io::Result<()> {
    say(
        out,
        "Refused at SMTP time, before it is taken in: the other server keeps its bounce, nothing is lost silently. \
              postmaster and abuse always take bounces and are never listed. Other people's sender verification \
              of these addresses fails then, which is right.",
    )?;
    if s.never.is_empty() {
        return say(out, "Nothing to suggest: no address of yours that never sends gets bounces.");
    }
    say(out, &tried(s.never_tried(), s.bounces))
}

fn exim(out: &mut impl Write, s: &Suggestions) -> io::Result<()> {
    say(out, "Into the ACL for RCPT (Debian: acl_check_rcpt), before the statements that accept.")?;
    smtp(out, s)?;
    if !s.never.is_empty() {
        let list: Vec<&str> = names(s).collect();
        writeln!(
            out,
            "deny\n  message = this address sends no mail, so nothing can bounce to it\n  senders = :\n  recipients = {}",
            list.join(" : ")
        )?;
    }
    Ok(())
}

fn addresses(out: &mut impl Write, s: &Suggestions) -> io::Result<()> {
    let list = |out: &mut dyn Write, rows: &[(String, Use)]| -> io::Result<()> {
        for (address, n) in rows.iter().take(LISTED) {
            writeln!(
                out,
                "{address}\t{} answers to forged mail, {} undecided, {} other mails",
                n.forged, n.unknown, n.ordinary
            )?;
        }
        match rows.len().checked_sub(LISTED) {
            Some(more) if more > 0 => writeln!(out, "# and {} more", grouped(more as u64)),
            _ => Ok(()),
        }
    };
    say(
        out,
        "Never in Sent as a sender, and nobody writes to them, but answers to forged mail come: candidates for refusal of \
              mail without a sender.",
    )?;
    list(out, &s.never)?;
    say(
        out,
        "Never in Sent as a sender, but people write to them. Put them into a rule only if you know that nothing sends from them:",
    )?;
    list(out, &s.silent)?;
    for domain in &s.catch_all {
        say(
            out,
            &format!(
                "{domain} takes mail for any address. Without that, a flood of answers to invented addresses ends at your server."
            ),
        )?;
    }
    if !s.catch_all.is_empty() {
        say(out, "These get ordinary mail: make them aliases before you turn the catch-all off.")?;
        list(out, &s.used)?;
    }
    if s.left_out > 0 {
        say(
            out,
            &format!(
                "{} addresses or hosts have characters that could mean something to a program; they are in no rule.",
                s.left_out
            ),
        )?;
    }
    Ok(())
}

fn dns(out: &mut impl Write, s: &Suggestions) -> io::Result<()> {
    say(
        out,
        "Neither stops bounces that others send, but both let receivers refuse the forged mail at once instead of bouncing it.",
    )?;
    for domain in &s.domains {
        writeln!(out, "dig +short TXT {domain}")?;
        writeln!(out, "dig +short TXT _dmarc.{domain}")?;
    }
    if s.relay_addresses.is_empty() {
        say(out, "Which hosts send your mail is not known from this mailbox.")?;
    } else {
        say(
            out,
            "Mail that you sent left from these addresses; the SPF record has to cover each, by ip4, ip6, a, mx or include:",
        )?;
        for ip in &s.relay_addresses {
            writeln!(out, "{ip}")?;
        }
    }
    say(
        out,
        "A record that ends with ?all or +all, or none, lets anybody write in your name. ~all and -all say no; -all only when all \
              hosts are listed. DMARC with p=none only reports; p=quarantine or p=reject follow when your own mail passes.",
    )
}
