//! What tells a scan whose mail is whose and what is to be judged; the same for every command that scans.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Once;

use anyhow::Context;
use clap::Args;
use unscatter::scan::{Options, ThreadStart};

use super::sandbox::{self, Sandbox};

use super::surroundings;

#[derive(Args)]
pub(super) struct Judging {
    /// Further mail that you sent (repeatable); adds to the Sent folders that are found
    #[arg(long, value_name = "STORE", help_heading = "What is yours")]
    pub(super) sent: Vec<PathBuf>,

    /// Further address of yours, or all of a domain (repeatable); adds to what Sent tells
    #[arg(long, value_name = "ADDRESS|@DOMAIN", value_parser = identity, help_heading = "What is yours")]
    pub(super) identity: Vec<String>,

    /// Host, address or network that sends your mail out (repeatable)
    #[arg(long, value_name = "HOST|CIDR", value_parser = relay, help_heading = "What is yours")]
    pub(super) relay: Vec<String>,

    /// This one was mine: a recipient, or the id of a mail (repeatable)
    #[arg(long, value_name = "ADDRESS|MESSAGE-ID", value_parser = keep, help_heading = "What is yours")]
    pub(super) keep: Vec<String>,

    /// Days in which an answer is expected [default: 7; 14 where the reporter is unknown]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650), help_heading = "What is judged")]
    pub(super) window: Option<u32>,

    /// Report only what was received on or after this day (UTC), as 2026-08-14 or
    /// 2026-08-14T09:30:00Z; Sent is read whole
    #[arg(long, value_name = "DATE", value_parser = since, help_heading = "What is judged")]
    pub(super) since: Option<i64>,

    /// Report only what was received up to the end of this day (UTC), or before this moment
    #[arg(long, value_name = "DATE", value_parser = until, help_heading = "What is judged")]
    pub(super) until: Option<i64>,

    /// Do without the tables of single mail programs
    #[arg(long, help_heading = "What is judged")]
    pub(super) general_only: bool,

    /// Read mail with all rights of the user, without Landlock and seccomp
    #[arg(long, help_heading = "Safety")]
    pub(super) no_sandbox: bool,

    /// Give way to other programs: raises the nice value by N, 1 to 19
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..=19), help_heading = "Speed")]
    pub(super) nice: Option<i32>,

    /// Leave out a group of evidence on the origin, or the fit of its weights ("fit"); for checks
    #[arg(long, value_name = "GROUP", hide = true)]
    pub(super) without: Vec<String>,

    /// Remember in this file what was read, so that the next run reads only what is new; results are the same
    #[arg(long, value_name = "FILE", help_heading = "Speed")]
    pub(super) state: Option<PathBuf>,

    /// Parse every message and try every pattern; for checks
    #[arg(long, hide = true)]
    pub(super) slow: bool,
}

impl Judging {
    /// Gives up, for this process, what a scan does not need. Says what could not be given up, unless `quiet`.
    pub(super) fn shut_in(&self, sandbox: &Sandbox, quiet: bool) {
        if self.no_sandbox {
            return;
        }
        match sandbox.enter() {
            Err(why) if !quiet => super::complain(&why.to_string()),
            _ => {}
        }
    }

    /// What reading threads do first, where this process moves mail afterwards and so must stay free.
    pub(super) fn shut_in_readers(&self, sandbox: Sandbox, quiet: bool) -> Option<ThreadStart> {
        if self.no_sandbox {
            return None;
        }
        match sandbox::can() {
            Err(why) if !quiet => super::complain(&why.to_string()),
            _ => {}
        }
        Some(sandbox.around_threads())
    }

    /// Gives way to other programs, once for all mailboxes of a run.
    pub(super) fn give_way(&self) -> anyhow::Result<()> {
        static GIVEN: Once = Once::new();
        let mut given = Ok(0);
        if let Some(nice) = self.nice {
            GIVEN.call_once(|| given = rustix::process::nice(nice));
        }
        given.map(|_| ()).context("--nice")
    }

    pub(super) fn options(&self) -> Options {
        Options {
            sent: self.sent.clone(),
            identities: self.identity.clone(),
            relays: self.relay.clone(),
            keep: self.keep.clone(),
            window_days: self.window,
            since: self.since,
            until: self.until,
            general_only: self.general_only,
            slow: self.slow,
            without: self.without.clone(),
            state: self.state.as_deref().map(surroundings::remember),
            ..Options::default()
        }
    }
}

pub(super) fn identity(written: &str) -> Result<String, String> {
    match written.split_once('@') {
        Some((_, domain)) if !domain.is_empty() && !domain.contains('@') => Ok(written.to_owned()),
        _ => Err("write an address, or @ and a domain: owner@example.org, @example.org".into()),
    }
}

fn relay(written: &str) -> Result<String, String> {
    let name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let known = match written.split_once('/') {
        Some(_) => written.parse::<ipnet::IpNet>().is_ok(),
        None => {
            written.parse::<IpAddr>().is_ok() || (!written.is_empty() && written.chars().all(name))
        }
    };
    if known {
        Ok(written.to_owned())
    } else {
        Err("write a host name, an address or a network: mx.example.org, 192.0.2.0/24".into())
    }
}

fn keep(written: &str) -> Result<String, String> {
    if written.contains('@') {
        Ok(written.to_owned())
    } else {
        Err("write an address or a message id; both have an @".into())
    }
}

pub(super) fn at_least_one(written: &str) -> Result<usize, String> {
    match written.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("write a number, 1 or more".into()),
    }
}

pub(super) fn since(written: &str) -> Result<i64, String> {
    moment(written, 0)
}

/// A day counts whole, so it ends where the next one begins.
pub(super) fn until(written: &str) -> Result<i64, String> {
    moment(written, 1)
}

fn moment(written: &str, days_on: i64) -> Result<i64, String> {
    if let Ok(moment) = written.parse::<jiff::Timestamp>() {
        return Ok(moment.as_second());
    }
    // A date-time without a zone is read as a date too, and would lose its time.
    let day = if written.len() == 10 { written.parse::<jiff::civil::Date>().ok() } else { None };
    match day.map(|day| day.to_datetime(jiff::civil::Time::midnight())) {
        Some(midnight) => {
            let utc = jiff::tz::Offset::UTC.to_timestamp(midnight);
            utc.map(|at| at.as_second() + days_on * 86_400).map_err(|error| error.to_string())
        }
        None => Err("write a day as 2026-08-14, or a moment as 2026-08-14T09:30:00Z".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_until_counts_whole() {
        assert_eq!(since("2026-08-14"), Ok(1_786_665_600));
        assert_eq!(until("2026-08-14"), Ok(1_786_665_600 + 86_400));
        assert_eq!(until("2026-08-14T09:30:00Z"), Ok(1_786_665_600 + 34_200));
        assert_eq!(since("2026-08-14T09:30:00+02:00"), Ok(1_786_665_600 + 27_000));
        for wrong in ["yesterday", "14.08.2026", "2026-02-30", "2026-08-14T09:30:00", ""] {
            assert!(since(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn identities_relays_and_ids_are_checked_before_anything_is_read() {
        for right in ["owner@example.org", "@example.org"] {
            assert!(identity(right).is_ok(), "{right}");
        }
        for wrong in ["example.org", "owner@", "a@b@c", ""] {
            assert!(identity(wrong).is_err(), "{wrong}");
        }
        for right in ["mx.example.org", "192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "::1"] {
            assert!(relay(right).is_ok(), "{right}");
        }
        for wrong in ["", "192.0.2.0/33", "mx example", "x/24"] {
            assert!(relay(wrong).is_err(), "{wrong}");
        }
        assert!(keep("<1@example.org>").is_ok() && keep("example.org").is_err());
        assert!(at_least_one("0").is_err() && at_least_one("8").is_ok());
    }
}
