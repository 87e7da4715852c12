//! `explain`: the evidence on one message, or what a signal means.

mod ledger;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use anyhow::{Context, bail};
use clap::Args;
use unscatter::report::escape;
use unscatter::scan::{Options, judge_one};
use unscatter::store::open_message;
use unscatter::{signals, verdict};

use super::exit::Exit;
use super::sandbox::Sandbox;

/// Octets of a message that are read; parsing stops earlier.
const MOST: u64 = unscatter::limits::EXPLAINED;

#[derive(Args)]
pub(crate) struct Arguments {
    /// A message file, STORE/LOCATOR or path#offset+length as reports have it, - for
    /// standard input, the code of a signal (or how codes begin), or a reason
    #[arg(value_name = "FILE|CODE|-")]
    what: OsString,

    /// Do without the tables of single mail programs
    #[arg(long)]
    general_only: bool,
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        let mut out = io::stdout().lock();
        let code = self.what.to_str();
        if let Some(bytes) = message(&self.what)? {
            // Nothing more is opened. The octets of one message may be hostile; where the kernel cannot shut this
            // in, there is nothing to write either.
            let _ = Sandbox::default().enter();
            let options = Options { general_only: self.general_only, ..Options::default() };
            let Some(verdict) = judge_one(&bytes, &options) else {
                bail!("{} is no message", shown(&self.what));
            };
            ledger::write(&mut out, &bytes, self.general_only, &verdict)?;
        } else if let Some(signal) = code.and_then(signals::find) {
            signal_text(&mut out, signal)?;
            // A few words are both.
            if let Some(reason) = code.and_then(signals::Reason::of) {
                write!(out, "\n{}", reason.documentation())?;
            }
        } else if let Some(reason) = code.and_then(signals::Reason::of) {
            write!(out, "{}", reason.documentation())?;
        } else if let Some(begin) = code.filter(|begin| begins_codes(begin)) {
            for signal in signals::list().iter().filter(|s| s.code.starts_with(begin)) {
                writeln!(out, "{:<28}  {}", signal.code, signal.summary)?;
            }
        } else {
            bail!(
                "{} is neither a file nor the code of a signal; take STORE/LOCATOR or a code from a \
                 report",
                shown(&self.what)
            );
        }
        out.flush()?;
        Ok(Exit::Done)
    }
}

fn begins_codes(begin: &str) -> bool {
    !begin.is_empty() && signals::list().iter().any(|s| s.code.starts_with(begin))
}

/// The documentation of a signal, with what it adds.
fn signal_text(out: &mut impl Write, signal: &signals::Signal) -> io::Result<()> {
    let about = signals::explain(signal.code).unwrap_or_default();
    writeln!(out, "{}", about.trim_end())?;
    match verdict::weight(signal) {
        Some(weight) => writeln!(out, "Adds to the log-odds: {weight:.2} (odds {})", odds(weight)),
        None => writeln!(out, "Adds to the log-odds: what the mailbox teaches, within its bounds"),
    }
}

/// Log-odds as people say them: `20 : 1`.
fn odds(log: f32) -> String {
    let ratio = log.abs().exp();
    let ratio = if ratio < 10.0 { format!("{ratio:.1}") } else { format!("{ratio:.0}") };
    if log < 0.0 { format!("1 : {ratio}") } else { format!("{ratio} : 1") }
}

/// The octets of the message that was named; nothing where no file was named.
fn message(what: &OsStr) -> anyhow::Result<Option<Vec<u8>>> {
    if what == "-" {
        let mut bytes = Vec::new();
        io::stdin().lock().take(MOST).read_to_end(&mut bytes).context("standard input")?;
        return Ok(Some(bytes));
    }
    let undone = what.to_str().map(|text| OsString::from_vec(escape::undo(text)));
    if [Some(what.to_owned()), undone].into_iter().flatten().any(|name| Path::new(&name).is_dir()) {
        bail!("{} is a folder; name one message in it", shown(what));
    }
    match open_message(what) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(unscatter::Error::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn shown(what: &OsStr) -> String {
    escape::octets(what.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_locator_of_an_mbox_names_its_octets() {
        let folder = tempfile::tempdir().unwrap();
        let mbox = folder.path().join("in.mbox");
        fs::write(&mbox, "From x\nSubject: one\n\nbody\n").unwrap();
        let named = |text: String| message(OsStr::new(&text)).unwrap();
        let expected = Some(b"Subject: one\n".to_vec());
        assert_eq!(named(format!("{}#7+13", mbox.display())), expected);
        assert_eq!(named(format!("{}/in.mbox#7+13", mbox.display())), expected);
        assert_eq!(named("delivery-status".into()), None);
    }

    #[test]
    fn a_message_is_found_after_its_flags_changed() {
        let folder = tempfile::tempdir().unwrap();
        for below in ["cur", "new"] {
            fs::create_dir(folder.path().join(below)).unwrap();
        }
        fs::write(folder.path().join("cur/1.a:2,S"), "x").unwrap();
        for name in ["new/1.a", "cur/1.a:2,", "cur/1.a:2,S"] {
            assert!(message(folder.path().join(name).as_os_str()).unwrap().is_some(), "{name}");
        }
        assert!(message(folder.path().join("cur/1.b:2,").as_os_str()).unwrap().is_none());
        assert!(message(folder.path().as_os_str()).is_err());
    }

    #[test]
    fn escaped_names_are_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(OsStr::from_bytes(b"caf\xe9.eml")), "x").unwrap();
        let name = format!("{}/caf\\xe9.eml", folder.path().display());
        assert_eq!(message(OsStr::new(&name)).unwrap(), Some(b"x".to_vec()));
    }
}
