//! What the exit status says. A signal ends the process by itself, so that its status is 128 + n.

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
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Incomplete => 1,
            Exit::Failed => 2,
        })
    }
}
