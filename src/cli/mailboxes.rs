//! `sweep --all-users`: each mailbox that a template leads to in a process of its own with the rights of its
//! owner, a bounded number at a time. One that fails stops no other; what each did stands in a table.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use unscatter::report::escape;
use unscatter::report::text::grouped;

use super::exit::Exit;
use super::owners::{self, undo_command};
use super::surroundings::World;
use super::template::{self, Mailbox};

/// What is asked of each mailbox.
pub(super) struct Errand<'a> {
    pub(super) template: &'a OsStr,
    pub(super) to: &'a OsStr,
    /// Processes at a time.
    pub(super) jobs: usize,
    pub(super) apply: bool,
    pub(super) quiet: bool,
}

/// Options that are not those of a single mailbox.
const OURS: [&str; 3] = ["--all-users", "--jobs", "--to"];

/// What became of one mailbox.
struct Told {
    exit: Exit,
    moved: u64,
    run: Option<u64>,
    state: Option<PathBuf>,
    said: Vec<String>,
}

impl Told {
    fn failed(why: &anyhow::Error) -> Told {
        let said = vec![super::told(why)];
        Told { exit: Exit::Failed, moved: 0, run: None, state: None, said }
    }

    fn word(&self) -> String {
        match self.exit {
            Exit::Done => "done".into(),
            Exit::Incomplete => "something was skipped".into(),
            Exit::Failed | Exit::InDoubt => "could not be done".into(),
            Exit::Busy => "busy".into(),
            Exit::Signal(number) => format!("ended by signal {number}"),
        }
    }
}

/// The line that a process of this kind ends with, for the one that started it.
pub(super) fn tally(moved: u64, run: Option<u64>) -> String {
    format!("tally {moved} {}", run.unwrap_or(0))
}

fn read_tally(stdout: &[u8]) -> Option<(u64, Option<u64>)> {
    let text = String::from_utf8_lossy(stdout);
    let rest = text.lines().rev().find_map(|l| l.strip_prefix("tally "))?;
    let (moved, run) = rest.split_once(' ')?;
    Some((moved.parse().ok()?, run.parse().ok().filter(|n| *n > 0)))
}

/// Sweeps all mailboxes of a template.
pub(super) fn sweep(errand: &Errand<'_>, typed: &[OsString]) -> anyhow::Result<Exit> {
    let (all, skipped) = template::mailboxes(errand.template)?;
    let world = World::look(true)?;
    let mut words = owners::without(typed, &OURS);
    // What is said to every process anyway may not be said twice.
    words.retain(|word| word != "--no-progress");
    let next = AtomicUsize::new(0);
    let running: Mutex<Vec<u32>> = Mutex::new(Vec::new());
    let results: Vec<Mutex<Option<Told>>> = all.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let (Some(mailbox), None) = (all.get(at), world.signal()) else { break };
            let told = one(errand, mailbox, &words, &running);
            *locked(&results[at]) = Some(told.unwrap_or_else(|e| Told::failed(&e)));
        }
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..errand.jobs.min(all.len())).map(|_| scope.spawn(work)).collect();
        let mut passed_on = false;
        while workers.iter().any(|w| !w.is_finished()) {
            if let (Some(number), false) = (world.signal(), passed_on) {
                passed_on = true;
                pass_on(&locked(&running), number);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let results: Vec<Option<Told>> = results.iter().map(|r| locked(r).take()).collect();
    for skipped in &skipped {
        super::complain(&format!("skipped {}: {}", skipped.what, skipped.why));
    }
    for (mailbox, told) in all.iter().zip(&results) {
        for line in told.iter().flat_map(|t| &t.said) {
            super::complain(&format!("{}: {line}", mailbox.label()));
        }
    }
    let dull = skipped.is_empty()
        && results.iter().flatten().all(|t| t.exit == Exit::Done && t.moved == 0);
    if !(errand.quiet && dull) {
        table(&mut io::stdout().lock(), errand, &all, &results)?;
    }
    if let Some(number) = world.signal() {
        return Ok(Exit::Signal(number));
    }
    let exits: Vec<Exit> = results.iter().flatten().map(|t| t.exit).collect();
    let exit = Exit::together(&exits);
    Ok(if exit == Exit::Done && !skipped.is_empty() { Exit::Incomplete } else { exit })
}

/// A lock that a thread died with is as good as any: what it guards is whole at every moment.
fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn pass_on(running: &[u32], number: u8) {
    let signal = match number {
        1 => rustix::process::Signal::HUP,
        2 => rustix::process::Signal::INT,
        _ => rustix::process::Signal::TERM,
    };
    for pid in
        running.iter().filter_map(|p| rustix::process::Pid::from_raw(i32::try_from(*p).ok()?))
    {
        // One that has just ended needs no signal.
        let _ = rustix::process::kill_process(pid, signal);
    }
}

fn one(
    errand: &Errand<'_>,
    mailbox: &Mailbox,
    words: &[OsString],
    running: &Mutex<Vec<u32>>,
) -> anyhow::Result<Told> {
    let state = match mailbox.at_home {
        true => None,
        false => Some(owners::state_of(mailbox.owner, &mailbox.label())?),
    };
    let mut command = owners::again(mailbox.owner, state.as_deref())?;
    command.args(words).arg("--to").arg(template::filled(errand.to, &mailbox.values)?);
    command.args(["--tally", "--remember", "--no-progress", "--"]).arg(&mailbox.path);
    // A file that --to names without a folder lies beside the mailbox.
    command.current_dir(mailbox.path.parent().unwrap_or(&mailbox.path));
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn()?;
    let pid = child.id();
    locked(running).push(pid);
    let output = child.wait_with_output();
    locked(running).retain(|p| *p != pid);
    let output = output?;
    let (moved, run) = read_tally(&output.stdout).unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().map(|l| l.strip_prefix("unscatter: ").unwrap_or(l).to_owned());
    Ok(Told { exit: Exit::of(output.status), moved, run, state, said: said.collect() })
}

fn table(
    out: &mut impl Write,
    errand: &Errand<'_>,
    all: &[Mailbox],
    results: &[Option<Told>],
) -> io::Result<()> {
    let labels: Vec<String> = all.iter().map(|m| escape::text(&m.label()).into_owned()).collect();
    let width = labels.iter().map(|l| l.chars().count()).chain([7]).max().unwrap_or(7);
    let moved = if errand.apply { "moved" } else { "would move" };
    writeln!(out, "{:width$}  {moved:>10}  outcome", "mailbox")?;
    let mut total = 0;
    for ((label, mailbox), told) in labels.iter().zip(all).zip(results) {
        let Some(told) = told else {
            writeln!(out, "{label:width$}  {:>10}  not begun", "")?;
            continue;
        };
        total += told.moved;
        let back = told.run.filter(|_| told.moved > 0).map_or(String::new(), |run| {
            let owner = (!mailbox.owner.is_us()).then_some(mailbox.owner);
            format!("; back: {}", undo_command(owner, told.state.as_deref(), run))
        });
        writeln!(out, "{label:width$}  {:>10}  {}{back}", grouped(told.moved), told.word())?;
    }
    let s = if all.len() == 1 { "mailbox" } else { "mailboxes" };
    writeln!(out, "{:width$}  {:>10}  {} {s}", "all", grouped(total), all.len())?;
    out.flush()
}

/// Mailboxes at a time, unless the command line says another number.
pub(super) fn at_once() -> usize {
    std::thread::available_parallelism().map_or(2, |n| n.get().clamp(2, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_is_read_from_the_last_line_of_its_kind() {
        let said = format!("something\ntally 9 9\n{}\n", tally(12, Some(3)));
        assert_eq!(read_tally(said.as_bytes()), Some((12, Some(3))));
        assert_eq!(read_tally(tally(0, None).as_bytes()), Some((0, None)));
        assert_eq!(read_tally(b"nothing"), None);
    }
}
