//! What a scan gives up before it reads mail: writing anywhere but beside its outputs, reading anywhere but
//! in the stores, programs, networks. Landlock (Linux 5.13) for files, seccomp for system calls. Neither can
//! be lifted again, so where mail is moved afterwards only the threads that read are restricted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use landlock::{
    ABI, Access, AccessFs, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    path_beneath_rules,
};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch};
use unscatter::scan::ThreadStart;

/// The rights of Linux 6.7; an older kernel enforces those that it knows.
const RIGHTS: ABI = ABI::V5;

/// What the runtime looks at to learn how many processors it may use, and where random octets come from.
const ALWAYS_READ: [&str; 4] =
    ["/proc/self", "/sys/fs/cgroup", "/sys/devices/system/cpu", "/dev/urandom"];

/// Paths that stay open to a scan.
#[derive(Debug, Clone, Default)]
pub(super) struct Sandbox {
    reads: Vec<PathBuf>,
    writes: Vec<PathBuf>,
    /// A folder that is made, and filled with folders.
    fills: Option<PathBuf>,
}

impl Sandbox {
    /// Stores and whatever else is read. Beside a store that is one file its Sent folder may lie, so the folder
    /// around it is open too.
    pub(super) fn reading<'a>(paths: impl IntoIterator<Item = &'a PathBuf>) -> Sandbox {
        let mut reads: Vec<PathBuf> = ALWAYS_READ.iter().map(PathBuf::from).collect();
        for path in paths {
            if !path.is_dir() {
                reads.push(folder_of(path));
            }
            reads.push(path.clone());
        }
        // Records that do not fit into memory go to a file without a name there.
        Sandbox { reads, writes: vec![std::env::temp_dir()], fills: None }
    }

    /// A file that is written: under a name beside it, which is renamed at the end.
    pub(super) fn and_writing<'a>(mut self, paths: impl IntoIterator<Item = &'a PathBuf>) -> Self {
        self.writes.extend(paths.into_iter().map(|path| folder_of(path)));
        self
    }

    /// A new folder that is filled with files and folders.
    pub(super) fn and_filling(mut self, folder: &Path) -> Self {
        self.fills = Some(folder_of(folder));
        self
    }

    /// Restricts this thread and all that it starts from now on.
    pub(super) fn enter(&self) -> Result<(), Unprotected> {
        let files = self.files();
        // Both are tried: one of them is better than none.
        let calls = calls();
        files.and(calls)
    }

    /// Restricts each reading thread before it opens anything, and this thread not at all.
    pub(super) fn around_threads(self) -> ThreadStart {
        ThreadStart::new(move || {
            // What cannot be had was told once by `can`.
            let _ = self.enter();
        })
    }

    fn files(&self) -> Result<(), Unprotected> {
        let failed = |e: landlock::RulesetError| Unprotected(format!("Landlock: {e}"));
        let write = AccessFs::from_read(RIGHTS) & !AccessFs::Execute
            | AccessFs::WriteFile
            | AccessFs::Truncate
            | AccessFs::MakeReg
            | AccessFs::RemoveFile;
        let status = Ruleset::default()
            .handle_access(AccessFs::from_all(RIGHTS))
            .and_then(Ruleset::create)
            .and_then(|set| {
                set.add_rules(path_beneath_rules(
                    &self.reads,
                    AccessFs::ReadFile | AccessFs::ReadDir,
                ))
            })
            .and_then(|set| set.add_rules(path_beneath_rules(&self.writes, write)))
            .and_then(|set| {
                set.add_rules(path_beneath_rules(&self.fills, write | AccessFs::MakeDir))
            })
            .and_then(landlock::RulesetCreated::restrict_self)
            .map_err(failed)?;
        match status.ruleset {
            RulesetStatus::NotEnforced => {
                Err(Unprotected("this kernel has no Landlock (Linux 5.13 or later has)".to_owned()))
            }
            RulesetStatus::FullyEnforced | RulesetStatus::PartiallyEnforced => Ok(()),
        }
    }
}

/// Why a scan runs with all the rights of its user.
#[derive(Debug, thiserror::Error)]
#[error("the scan is not shut in: {0}; it goes on (--no-sandbox says that this is meant)")]
pub(super) struct Unprotected(String);

/// System calls that no scan needs: everything that reaches a network, starts a program, or looks into
/// another process.
const REFUSED: [i64; 22] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_bpf,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_perf_event_open,
    libc::SYS_io_uring_setup,
];

/// Answers the calls of [`REFUSED`] with EPERM from now on, in this thread and those that it starts.
fn calls() -> Result<(), Unprotected> {
    let failed = |e: &dyn std::fmt::Display| Unprotected(format!("seccomp: {e}"));
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(|e| failed(&e))?;
    let rules: BTreeMap<i64, _> = REFUSED.iter().map(|number| (*number, Vec::new())).collect();
    let refuse = SeccompAction::Errno(u32::try_from(libc::EPERM).unwrap_or(1));
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch)
        .and_then(BpfProgram::try_from)
        .map_err(|e| failed(&e))?;
    seccompiler::apply_filter(&filter).map_err(|e| failed(&e))
}

/// Whether this kernel has what [`Sandbox::enter`] needs, found out on a thread of its own.
pub(super) fn can() -> Result<(), Unprotected> {
    let tried = std::thread::spawn(|| Sandbox::default().enter()).join();
    tried.unwrap_or_else(|_| Err(Unprotected("it could not be tried".to_owned())))
}

/// The folder in which a path lies.
fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Write as _;

    /// Not below the folder for temporary files, which stays writable.
    fn folder() -> tempfile::TempDir {
        let program = std::env::current_exe().unwrap();
        tempfile::tempdir_in(program.parent().unwrap()).unwrap()
    }

    /// Runs `inside` on a restricted thread; nothing where the kernel cannot restrict.
    #[expect(clippy::print_stderr, reason = "what is skipped is skipped aloud")]
    fn restricted<T: Send + 'static>(
        sandbox: Sandbox,
        inside: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        if let Err(why) = can() {
            eprintln!("skipped: {why}");
            return None;
        }
        let thread = std::thread::spawn(move || {
            sandbox.enter().unwrap();
            inside()
        });
        Some(thread.join().unwrap())
    }

    #[test]
    fn stores_are_read_and_never_written() {
        let folder = folder();
        let mail = folder.path().join("mail");
        fs::create_dir(&mail).unwrap();
        fs::write(mail.join("1"), "x").unwrap();
        restricted(Sandbox::reading([&mail]), move || {
            assert_eq!(fs::read(mail.join("1")).unwrap(), b"x");
            assert!(fs::write(mail.join("1"), "y").is_err());
            assert!(fs::write(mail.join("2"), "y").is_err());
            assert!(fs::create_dir(mail.join("new")).is_err());
            assert!(fs::OpenOptions::new().append(true).open(mail.join("1")).is_err());
        });
    }

    #[test]
    fn nothing_beside_the_stores_is_read() {
        let folder = folder();
        let (mail, secret) = (folder.path().join("mail"), folder.path().join("secret"));
        fs::create_dir(&mail).unwrap();
        fs::write(&secret, "x").unwrap();
        restricted(Sandbox::reading([&mail]), move || {
            assert!(fs::read(&secret).is_err());
            assert!(fs::read("/etc/passwd").is_err());
        });
    }

    #[test]
    fn outputs_are_written_beside_their_name() {
        let folder = folder();
        let report = folder.path().join("out.csv");
        let name = report.clone();
        restricted(Sandbox::default().and_writing([&report]), move || {
            let mut file = fs::File::create(name.with_extension("unfinished")).unwrap();
            file.write_all(b"x").unwrap();
            #[expect(clippy::disallowed_methods, reason = "what a report does at its end")]
            fs::rename(name.with_extension("unfinished"), &name).unwrap();
        });
    }

    #[test]
    fn folders_are_made_only_in_one_that_is_filled() {
        let folder = folder();
        let (mail, bundle) = (folder.path().join("mail"), folder.path().join("out/bundle"));
        fs::create_dir(&mail).unwrap();
        fs::create_dir(folder.path().join("out")).unwrap();
        restricted(Sandbox::reading([&mail]).and_filling(&bundle), move || {
            fs::create_dir(&bundle).unwrap();
            fs::create_dir(bundle.join("messages")).unwrap();
            fs::write(bundle.join("messages/1"), "x").unwrap();
            assert!(fs::create_dir(mail.join("new")).is_err());
            assert!(fs::write(mail.join("1"), "x").is_err());
        });
    }

    #[test]
    fn no_network_and_no_program_is_reached() {
        restricted(
            Sandbox { reads: vec!["/".into()], writes: vec!["/".into()], fills: None },
            || {
                assert!(std::net::UdpSocket::bind("127.0.0.1:0").is_err());
                assert!(std::net::TcpListener::bind("127.0.0.1:0").is_err());
                assert!(std::os::unix::net::UnixDatagram::unbound().is_err());
                assert!(std::process::Command::new("/bin/true").status().is_err());
            },
        );
    }

    #[test]
    fn the_thread_that_starts_restricted_ones_stays_free() {
        let folder = folder();
        if can().is_err() {
            return;
        }
        let start = Sandbox::default().around_threads();
        std::thread::spawn(move || start.run()).join().unwrap();
        fs::write(folder.path().join("free"), "x").unwrap();
    }
}
