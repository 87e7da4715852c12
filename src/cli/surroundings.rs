//! What commands that change mail take from the world: state folder, time, host name, signals.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use unscatter::relocation::{self, Known, Report, State};
use unscatter::scan::Remember;
use unscatter::store::Mended;

use super::exit::Exit;

/// Everything that [`relocation::Surroundings`] borrows from.
pub(super) struct World {
    state: PathBuf,
    host: String,
    /// Nothing is being changed: a signal ends the process at once.
    idle: Arc<AtomicBool>,
}

/// The signal that was noted, and whether nothing is being changed: one of each in a process.
static LOOKED: OnceLock<(Arc<AtomicUsize>, Arc<AtomicBool>)> = OnceLock::new();

impl World {
    /// The signal that asked to end, if one did; for what comes between two mailboxes.
    pub(super) fn noted_signal() -> Option<u8> {
        let (signal, _) = LOOKED.get()?;
        u8::try_from(signal.load(Ordering::Relaxed)).ok().filter(|n| *n > 0)
    }

    /// Looks around. From now on signals are noted instead of ending the process, if `changes`.
    pub(super) fn look(changes: bool) -> anyhow::Result<World> {
        let first = LOOKED.get().is_none();
        // A signal between two mailboxes ends the run as one within them does.
        let (signal, idle) = LOOKED.get_or_init(Default::default).clone();
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let host = match host.trim() {
            "" => "localhost".to_owned(),
            name => name.to_owned(),
        };
        if changes && first {
            use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
            for number in [SIGTERM, SIGINT, SIGHUP] {
                let value = usize::try_from(number)?;
                signal_hook::flag::register_conditional_default(number, Arc::clone(&idle))?;
                signal_hook::flag::register_usize(number, Arc::clone(&signal), value)?;
            }
            // A limit on file sizes is an error like another, not the end.
            let noted = Arc::new(AtomicUsize::new(0));
            signal_hook::flag::register_usize(SIGXFSZ, noted, 1)?;
            rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
        }
        Ok(World { state: state()?, host, idle })
    }

    pub(super) fn state(&self) -> &Path {
        &self.state
    }

    /// The signal that asked to end, if one did.
    pub(super) fn signal(&self) -> Option<u8> {
        Self::noted_signal()
    }

    pub(super) fn with<T>(
        &self,
        work: impl FnOnce(&relocation::Surroundings<'_>) -> Result<T, relocation::Error>,
    ) -> Result<T, relocation::Error> {
        let stop = || self.signal().is_some();
        work(&relocation::Surroundings {
            state: &self.state,
            now: now(),
            host: &self.host,
            stop: &stop,
        })
    }

    /// Does what changes no mail and may take long; a signal does not wait for its end.
    pub(super) fn idly<T>(&self, work: impl FnOnce() -> T) -> T {
        self.idle.store(true, Ordering::Relaxed);
        let result = work();
        self.idle.store(false, Ordering::Relaxed);
        result
    }

    /// Where journals lie, if that can be told.
    pub(super) fn state_folder() -> Option<PathBuf> {
        state().ok()
    }

    /// Looks for a run that was broken off, for commands that need no state folder and go on without one.
    /// Gives what it left half written, to be read as it will be.
    pub(super) fn look_for_unfinished() -> Vec<Mended> {
        let Ok(state) = state() else { return Vec::new() };
        let look = || match State::existing(&state)? {
            Some(state) => Ok((state.known()?, state.mended()?)),
            None => Ok(Default::default()),
        };
        match look() {
            Ok((known, mended)) => {
                Self::tell_unfinished(&known);
                mended
            }
            Err::<_, relocation::Error>(error) => {
                super::complain(&format!("what earlier runs did cannot be read: {error}"));
                Vec::new()
            }
        }
    }

    /// Says that an earlier run was broken off.
    pub(super) fn tell_unfinished(known: &Known) {
        if !known.unfinished.is_empty() {
            super::complain(
                "an earlier run was broken off; what it left half written is read as it will be, and the \
                 next sweep --apply or undo completes it",
            );
        }
    }

    /// The exit status of what a run did.
    pub(super) fn exit(&self, report: &Report, incomplete: bool) -> Exit {
        if let Some(number) = self.signal().filter(|_| report.interrupted) {
            Exit::Signal(number)
        } else if !report.recovered.is_empty() || !report.kept.is_empty() || report.doubled > 0 {
            Exit::InDoubt
        } else if report.moved() == 0
            && report.busy > 0
            && report.busy as usize >= report.skipped.len()
        {
            Exit::Busy
        } else if incomplete || !report.skipped.is_empty() {
            Exit::Incomplete
        } else {
            Exit::Done
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|v| !v.is_empty())
}

/// The time; an earlier one where `SOURCE_DATE_EPOCH` says so (reproducible-builds.org), so that reports and digests
/// can be made the same again. Never a later one: that would make journals look old enough to be given up, and
/// what was read look settled.
#[expect(clippy::disallowed_methods, reason = "the command line hands the time in")]
pub(super) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let real = since.map_or(0, |d| i64::try_from(d.as_secs()).unwrap_or(i64::MAX));
    let told = variable("SOURCE_DATE_EPOCH").and_then(|v| v.to_str()?.parse::<i64>().ok());
    told.map_or(real, |told| told.clamp(0, real))
}

/// A base folder of the user; a relative path in the variable is to be ignored (XDG Base Directory 0.8).
pub(super) fn xdg(name: &str, below_home: &str) -> Option<PathBuf> {
    let named = variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    named.or_else(|| home().map(|home| home.join(below_home)))
}

/// The user's home folder.
pub(super) fn home() -> Option<PathBuf> {
    variable("HOME").map(PathBuf::from).filter(|path| path.is_absolute())
}

/// What a scan needs to remember in `path` what it reads (`Options::state`). For stores that a configuration
/// names, `path` is `scan::Remember::path_for(state folder, stores)`.
pub(super) fn remember(path: &Path) -> Remember {
    use std::os::unix::fs::MetadataExt;
    // Another build may read the same mail otherwise, whatever its version says.
    let itself = std::env::current_exe().and_then(std::fs::metadata);
    let program =
        itself.map_or(String::new(), |m| format!("{} {}.{}", m.len(), m.mtime(), m.mtime_nsec()));
    Remember { path: path.to_owned(), now: now(), program }
}

/// `$XDG_STATE_HOME/unscatter`.
pub(super) fn state() -> anyhow::Result<PathBuf> {
    let base = xdg("XDG_STATE_HOME", ".local/state")
        .context("neither XDG_STATE_HOME nor HOME names a folder for the journal; set one")?;
    Ok(base.join("unscatter"))
}
