//! What the exit status says. Where a step must not be cut short, a signal is waited for and told as 128 + n.

use std::process::ExitCode;

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
