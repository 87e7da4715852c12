//! Whether a running Thunderbird has an mbox or a Maildir: it keeps what it knows of it in memory and in an
//! index, and would write over what somebody else changed. Looks only, and waits for nobody.

use std::fs::File;
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::process::{Flock, FlockType, Pid};

/// What is said of such a mailbox.
pub(super) const RUNNING: &str = "Thunderbird is running and has it; close it first";

/// Folders above a mailbox that may be its profile: `ImapMail/HOST/a.sbd/b.sbd/…`.
const DEPTH: usize = 12;

pub(super) fn in_use(path: &Path) -> bool {
    let is_profile =
        |dir: &&Path| ["prefs.js", ".parentlock"].iter().any(|n| dir.join(n).is_file());
    path.ancestors()
        .skip(1)
        .take(DEPTH)
        .filter(is_profile)
        .any(|dir| is_locked(dir) || is_named(dir))
}

/// The lock that Thunderbird holds on `.parentlock`, asked for without taking it. The file stays when it ends.
fn is_locked(profile: &Path) -> bool {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(fd) = rustix::fs::open(profile.join(".parentlock"), flags, Mode::empty()) else {
        return false;
    };
    let file = File::from(fd);
    matches!(rustix::process::fcntl_getlk(&file, &Flock::from(FlockType::WriteLock)), Ok(Some(_)))
}

/// The link `lock` that names host and process, where file locks do not work. A process that is gone left it.
fn is_named(profile: &Path) -> bool {
    let Ok(target) = std::fs::read_link(profile.join("lock")) else { return false };
    let text = target.to_string_lossy().into_owned();
    let pid = text.rsplit('+').next().and_then(|p| p.parse().ok()).and_then(Pid::from_raw);
    pid.is_none_or(|p| rustix::process::test_kill_process(p) != Err(rustix::io::Errno::SRCH))
}
