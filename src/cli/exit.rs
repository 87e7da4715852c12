//! What the exit status says. Where a step must not be cut short, a signal is waited for and told as 128 + n.

use std::process::{ExitCode, ExitStatus};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done,
    /// Done, but something was skipped, or a requirement of `evaluate` is unmet.
    Incomplete,
    /// Could not run, or would not.
    Failed,
    /// Nothing could be done, because another run or program holds the lock (EX_TEMPFAIL of sysexits.h).
    Busy,
    /// Ended by that signal, after the current step.
    Signal(u8),
}

impl Exit {
    /// How another process of this program ended.
    pub(super) fn of(status: ExitStatus) -> Exit {
        match status.code() {
            Some(0) => Exit::Done,
            Some(1) => Exit::Incomplete,
            Some(75) => Exit::Busy,
            Some(code @ 129..=255) => Exit::Signal(u8::try_from(code - 128).unwrap_or(0)),
            _ => Exit::Failed,
        }
    }

    /// How several mailboxes together ended: what some could not do is something skipped, and only where
    /// none could be worked on nothing was done.
    pub(super) fn together(all: &[Exit]) -> Exit {
        let any = |wanted: Exit| all.contains(&wanted);
        let signal = all.iter().find(|e| matches!(e, Exit::Signal(_)));
        match (signal, any(Exit::Done) || any(Exit::Incomplete)) {
            (Some(signal), _) => *signal,
            (None, true) if all.iter().all(|e| *e == Exit::Done) => Exit::Done,
            (None, true) => Exit::Incomplete,
            (None, false) if any(Exit::Failed) => Exit::Failed,
            (None, false) if any(Exit::Busy) => Exit::Busy,
            (None, false) => Exit::Done,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Incomplete => 1,
            Exit::Failed => 2,
            Exit::Busy => 75,
            Exit::Signal(number) => 128 + number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Exit::{self, Busy, Done, Failed, Incomplete, Signal};

    #[test]
    fn several_mailboxes_end_as_one_would_expect() {
        assert_eq!(Exit::together(&[]), Done);
        assert_eq!(Exit::together(&[Done, Done]), Done);
        assert_eq!(Exit::together(&[Done, Failed, Busy]), Incomplete);
        assert_eq!(Exit::together(&[Busy, Busy]), Busy);
        assert_eq!(Exit::together(&[Busy, Failed]), Failed);
        assert_eq!(Exit::together(&[Incomplete, Done]), Incomplete);
        assert_eq!(Exit::together(&[Done, Signal(15), Failed]), Signal(15));
    }
}
