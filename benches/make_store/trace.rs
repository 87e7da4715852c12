//! Received fields as mail programs write them. Knows nothing of messages.

use crate::rng::Rng;
use crate::text::{civil, date};
use crate::world::Site;

/// The host that hands mail over, as the one that takes it sees it.
pub(crate) struct Client<'a> {
    pub(crate) helo: &'a str,
    pub(crate) host: &'a str,
    pub(crate) ip: &'a str,
    /// The account, where it logged in.
    pub(crate) account: Option<&'a str>,
}

impl Client<'_> {
    pub(crate) fn of(site: &Site) -> Client<'_> {
        Client { helo: &site.host, host: &site.host, ip: &site.ip, account: None }
    }

    /// The address as SMTP writes it.
    fn literal(&self) -> String {
        if self.ip.contains(':') { format!("IPv6:{}", self.ip) } else { self.ip.to_owned() }
    }
}

/// A queue id in the form of the program.
pub(crate) fn queue_id(program: &str, rng: &mut Rng) -> String {
    match program {
        "exim" | "exim-text" => format!("1v{}-{}-{}", rng.alnum(4), rng.alnum(11), rng.alnum(4)),
        "sendmail" => format!("5A{}{:06}", rng.alnum(6), rng.below(999_999)),
        "opensmtpd" => rng.hex(8),
        "gmail" => format!("{}si{}", rng.letters(2), rng.digits(12)),
        _ => format!("{}{}", rng.upper_hex(10), rng.upper_hex(1)),
    }
}

/// One Received field, with its line end.
pub(crate) fn received(
    by: &Site,
    from: &Client<'_>,
    recipient: &str,
    unix: i64,
    zone: i64,
    rng: &mut Rng,
) -> String {
    let when = date(unix, zone);
    let id = queue_id(by.program, rng);
    let host = &by.host;
    let (helo, name, ip) = (from.helo, from.host, from.ip);
    let literal = from.literal();
    match by.program {
        "exim" | "exim-text" => {
            let (with, login) = match from.account {
                Some(_) => ("esmtpsa", "  (TLS1.3) tls TLS_AES_256_GCM_SHA384"),
                None => ("esmtps", "  (TLS1.3) tls TLS_AES_256_GCM_SHA384"),
            };
            let who = if helo == name {
                format!("{name} ([{ip}])")
            } else if name.is_empty() {
                format!("[{ip}] (helo={helo})")
            } else {
                format!("{name} ([{ip}] helo={helo})")
            };
            format!(
                "Received: from {who}\n\tby {host} with {with}{login}\n\t(Exim 4.96)\n\tid {id}\n\tfor {recipient};\n\t{when}\n"
            )
        }
        "sendmail" => format!(
            "Received: from {helo} ({name} [{literal}])\n\tby {host} (8.17.1/8.17.1) with ESMTPS id {id}\n\t(version=TLSv1.3 cipher=TLS_AES_256_GCM_SHA384 bits=256 verify=NO)\n\tfor <{recipient}>; {when}\n"
        ),
        "qmail" | "yahoo" => {
            let (_, _, day, hh, mm, ss, _) = civil(unix);
            let words: Vec<&str> = when.split_whitespace().collect();
            let utc = date(unix, 0);
            let month = utc.split_whitespace().nth(2).unwrap_or("Jan");
            let year = words.get(3).copied().unwrap_or("2025");
            format!(
                "Received: (qmail {} invoked from network); {day} {month} {year} {hh:02}:{mm:02}:{ss:02} -0000\nReceived: from unknown (HELO {helo}) ({ip})\n  by {host} with SMTP; {day} {month} {year} {hh:02}:{mm:02}:{ss:02} -0000\n",
                rng.range(1200, 32000),
            )
        }
        "courier" => {
            let mapped = if ip.contains(':') { ip.to_owned() } else { format!("::ffff:{ip}") };
            format!(
                "Received: from {helo} ({name} [{mapped}])\n  (TLS: TLSv1.3,256bits,ECDHE_RSA_AES_256_GCM_SHA384)\n  by {host} with ESMTPS\n  id {}.{}; {when}\n",
                rng.upper_hex(16),
                rng.upper_hex(8)
            )
        }
        "opensmtpd" => format!(
            "Received: from {helo} ({name} [{ip}])\n\tby {host} (OpenSMTPD) with ESMTPS id {id} (TLSv1.3:TLS_AES_256_GCM_SHA384:256:NO)\n\tfor <{recipient}>;\n\t{when}\n"
        ),
        "exchange" => format!(
            "Received: from {helo} ({ip}) by\n {host} ({}) with Microsoft SMTP Server (version=TLS1_2,\n cipher=TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384) id 15.20.8113.21; {when}\n",
            by.ip
        ),
        "domino" => format!(
            "Received: from {helo} ([{ip}])\n          by {host} (HCL Domino Release 12.0.2)\n          with ESMTP id 2025{}-{};\n          {when}\n",
            rng.digits(12),
            rng.digits(6)
        ),
        "gmail" => format!(
            "Received: from {helo} ({name}. [{ip}])\n        by mx.google.com with ESMTPS id {id}\n        for <{recipient}>\n        (version=TLS1_3 cipher=TLS_AES_256_GCM_SHA384 bits=256/256);\n        {when}\n"
        ),
        _ => {
            let (with, login) = match from.account {
                Some(account) => ("ESMTPSA", format!("\n\t(Authenticated sender: {account})")),
                None => ("ESMTPS", String::new()),
            };
            let seen = if name.is_empty() { "unknown" } else { name };
            format!(
                "Received: from {helo} ({seen} [{literal}])\n\t(using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384 (256/256 bits)){login}\n\tby {host} (Postfix) with {with} id {id}\n\tfor <{recipient}>; {when}\n"
            )
        }
    }
}
