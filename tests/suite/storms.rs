//! Scans and sweeps while a mail program renames everything all the time: each message is counted or told,
//! and none is lost or doubled.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::faults::{Case, Files, everything, look, maildir, println};
use crate::relocation::folder;

/// What test and storm tell each other.
#[derive(Default)]
struct Signs {
    stop: AtomicBool,
    pause: AtomicBool,
    /// Held while a folder is gone through.
    busy: Mutex<()>,
    renames: AtomicU64,
}

/// Sets and takes flags in a Maildir and its folder as fast as it can, until it is told to stop.
fn storm(top: &Path, signs: &Signs) {
    let flags = ["S", "RS", "", "PS"];
    let mut turn = 0;
    while !signs.stop.load(Ordering::Relaxed) {
        if signs.pause.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(1));
            continue;
        }
        let _busy = signs.busy.lock().unwrap();
        for cur in [top.join("cur"), top.join(".Backscatter/cur")] {
            for entry in fs::read_dir(&cur).into_iter().flatten().flatten() {
                let name = entry.file_name().into_string().unwrap();
                let base = name.split(":2,").next().unwrap().to_owned();
                turn += 1;
                let fresh = cur.join(format!("{base}:2,{}", flags[turn % flags.len()]));
                // Somebody else was faster: that is what a storm is.
                if fs::rename(entry.path(), fresh).is_ok() {
                    signs.renames.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }
}

fn octets(files: &Files) -> Vec<Vec<u8>> {
    let mut all: Vec<_> = files.values().cloned().collect();
    all.sort();
    all
}

/// All messages at a moment without wind.
fn messages(case: &Case, signs: &Signs) -> Vec<Vec<u8>> {
    signs.pause.store(true, Ordering::Relaxed);
    let _busy = signs.busy.lock().unwrap();
    let all = octets(&look(case.path()));
    signs.pause.store(false, Ordering::Relaxed);
    all
}

#[test]
fn a_rename_storm_loses_and_doubles_nothing() {
    let case = maildir(folder(), 300);
    let top = case.path().join("mail/Maildir");
    let before = octets(&case.before);
    let signs = Signs::default();
    let rounds = if everything() { 100 } else { 5 };
    let mut moved = 0;
    std::thread::scope(|scope| {
        let storm = scope.spawn(|| storm(&top, &signs));
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for round in 0..rounds {
                let output = case.run(&["scan", "mail/Maildir", "--no-progress"]);
                assert!(matches!(output.status.code(), Some(0 | 1)), "{round}: {output:?}");
                let output = case.run(&["sweep", "--plan", "plan.csv", "--apply"]);
                let said = String::from_utf8_lossy(&output.stderr).into_owned();
                // What could not be held on to is skipped, and told.
                assert!(matches!(output.status.code(), Some(0 | 1)), "{round}: {output:?}");
                assert_eq!(output.status.code() == Some(1), said.contains("skipped"), "{said}");
                moved += usize::from(output.stdout.starts_with(b"Moved"));
                assert!(messages(&case, &signs) == before, "round {round}: lost or doubled");
                for _ in 0..3 {
                    let output = case.run(&["undo"]);
                    assert!(matches!(output.status.code(), Some(0 | 1)), "{round}: {output:?}");
                }
                assert!(messages(&case, &signs) == before, "round {round}, undone");
            }
        }));
        signs.stop.store(true, Ordering::Relaxed);
        storm.join().unwrap();
        if let Err(panic) = outcome {
            std::panic::resume_unwind(panic);
        }
    });
    let renames = signs.renames.load(Ordering::Relaxed);
    println(&format!(
        "{rounds} rounds in a storm of {renames} renames, {moved} of them moved mail"
    ));
    assert!(moved > 0 && renames > 1000);
}
