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
    /// Mail in doubt was set aside; a person has to look. Outweighs whatever became of other mailboxes.
    InDoubt,
    /// Nothing could be done, because another run or program holds the lock (EX_TEMPFAIL of sysexits.h).
    Busy,
    /// Ended by that signal, after the current step.
    Signal(u8),
}

/// Set where another process of this program asks: that one is told mail in doubt apart from what failed, by
/// [`IN_DOUBT`]. Whoever else asks gets 2 for both.
pub(super) const TOLD_APART: &str = "UNSCATTER_TOLD_APART";
const IN_DOUBT: u8 = 3;

impl Exit {
    /// How another process of this program ended.
    pub(super) fn of(status: ExitStatus) -> Exit {
        match status.code() {
            Some(0) => Exit::Done,
            Some(1) => Exit::Incomplete,
            Some(code) if code == i32::from(IN_DOUBT) => Exit::InDoubt,
            Some(75) => Exit::Busy,
            Some(code @ 129..=255) => Exit::Signal(u8::try_from(code - 128).unwrap_or(0)),
            _ => Exit::Failed,
        }
    }

    /// How several mailboxes together ended: what some could not do is something skipped, and only where
    /// none could be worked on nothing was done. Mail in doubt outweighs all.
    pub(super) fn together(all: &[Exit]) -> Exit {
        let any = |wanted: fn(&Exit) -> bool| all.iter().copied().find(wanted);
        if let Some(exit) = any(|e| matches!(e, Exit::Signal(_))).or(any(|e| *e == Exit::InDoubt)) {
            return exit;
        }
        if any(|e| matches!(e, Exit::Done | Exit::Incomplete)).is_none() {
            return any(|e| *e == Exit::Failed).or(any(|e| *e == Exit::Busy)).unwrap_or(Exit::Done);
        }
        if all.iter().all(|e| *e == Exit::Done) { Exit::Done } else { Exit::Incomplete }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::Incomplete => 1,
            Exit::InDoubt if super::surroundings::variable(TOLD_APART).is_some() => IN_DOUBT,
            Exit::Failed | Exit::InDoubt => 2,
            Exit::Busy => 75,
            Exit::Signal(number) => 128 + number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_in_doubt_is_told_by_one_process_to_another() {
        use std::os::unix::process::ExitStatusExt;
        for (code, exit) in
            [(0, Exit::Done), (2, Exit::Failed), (3, Exit::InDoubt), (75, Exit::Busy)]
        {
            assert_eq!(Exit::of(ExitStatus::from_raw(code << 8)), exit);
        }
    }

    #[test]
    fn one_failing_mailbox_of_several_is_skipped() {
        use Exit::{Busy, Done, Failed, InDoubt, Incomplete, Signal};
        for (all, together) in [
            (&[Done, Done][..], Done),
            (&[Done, Failed], Incomplete),
            (&[Busy, Done], Incomplete),
            (&[Incomplete], Incomplete),
            (&[Busy, Busy], Busy),
            (&[Busy, Failed], Failed),
            (&[Done, InDoubt], InDoubt),
            (&[InDoubt, Signal(15)], Signal(15)),
            (&[Failed], Failed),
            (&[], Done),
        ] {
            assert_eq!(Exit::together(all), together, "{all:?}");
        }
    }
}
