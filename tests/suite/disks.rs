//! Moves on disks that are full, read only or of another device. Needs the right to mount a tmpfs; says so
//! aloud where there is none.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::faults::{Case, everything, look, maildir, mbox, println};
use crate::relocation::folder;

const SWEEP: &[&str] = &["sweep", "--plan", "plan.csv", "--apply"];

/// Something mounted, until it is dropped.
struct Mount(PathBuf);

impl Mount {
    fn tmpfs(at: &Path) -> Option<Mount> {
        mount(&["-t", "tmpfs", "-o", "size=3m", "tmpfs"], at)
    }
}

fn mount(options: &[&str], at: &Path) -> Option<Mount> {
    let output = Command::new("mount").args(options).arg(at).output();
    if output.is_ok_and(|o| o.status.success()) {
        return Some(Mount(at.to_owned()));
    }
    println("SKIPPED: nothing can be mounted here; disks were not tested");
    None
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).output();
    }
}

fn told(output: std::process::Output) -> (i32, String) {
    let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap_or(-1), text)
}

/// Fills a disk but for so many blocks.
fn fill(disk: &Path, blocks: u64) -> PathBuf {
    let ballast = disk.join("ballast");
    let space = rustix::fs::statvfs(disk).unwrap();
    let size = (space.f_bavail.saturating_sub(blocks)) * space.f_frsize;
    fs::write(&ballast, vec![1; size as usize]).unwrap();
    ballast
}

#[test]
fn a_full_disk_loses_nothing_at_any_size() {
    let place = folder();
    let Some(disk) = Mount::tmpfs(place.path()) else { return };
    let inside = || tempfile::tempdir_in(&disk.0).unwrap();
    let (step, steps) = if everything() { (1, 200) } else { (6, 20) };
    let mut refused = 0;
    let mut count = 0;
    type Make = fn(tempfile::TempDir) -> Case;
    let makes: [Make; 3] = [|f| maildir(f, 60), |f| mbox(f, 60, false), |f| mbox(f, 60, true)];
    for make in makes {
        let case = make(inside());
        for n in 0..steps {
            let what = format!("{} blocks free", n * step);
            case.reset();
            let ballast = fill(&disk.0, n * step);
            let (code, out) = told(case.run(SWEEP));
            assert!(matches!(code, 0..=2), "{what}: {code} {out}");
            if code == 0 {
                assert!(look(case.path()) == case.after, "{what}");
            } else {
                refused += 1;
                assert!(out.contains("No space left") || out.contains("no room"), "{what}: {out}");
            }
            case.nothing_is_lost(&what);
            // An undo on a full disk may fail, and may be tried again.
            let (code, out) = told(case.run(&["undo"]));
            assert!(matches!(code, 0..=2), "{what}: {code} {out}");
            case.nothing_is_lost(&what);
            fs::remove_file(ballast).unwrap();
            case.take_back(&what);
            count += 1;
        }
    }
    println(&format!("{count} sizes of a full disk, {refused} refused"));
    assert!(refused > 10 && refused < count, "{refused} of {count} were refused");
}

#[test]
fn a_read_only_store_is_told_and_stays() {
    for case in [maildir(folder(), 6), mbox(folder(), 6, false)] {
        let mail = case.path().join("mail");
        let bind = ["--bind", mail.to_str().unwrap()];
        let Some(_bound) = mount(&bind, &mail) else { return };
        let Some(_again) = mount(&["-o", "remount,bind,ro"], &mail) else { return };
        let (code, out) = told(case.run(SWEEP));
        assert!(matches!(code, 1 | 2), "{code}: {out}");
        assert!(out.contains("Read-only file system"), "{out}");
        assert!(look(case.path()) == case.before, "{out}");
    }
}

#[test]
fn a_maildir_target_on_another_device_is_refused_before_anything_moves() {
    let case = maildir(folder(), 6);
    let target = case.path().join("mail/Maildir/.Backscatter");
    fs::create_dir_all(&target).unwrap();
    let Some(_disk) = Mount::tmpfs(&target) else { return };
    let (code, out) = told(case.run(SWEEP));
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("different devices"), "{out}");
    assert!(look(case.path()) == case.before, "{out}");
}

#[test]
fn an_mbox_goes_to_another_device_and_comes_back() {
    let case = mbox(folder(), 9, false);
    let other = folder();
    let Some(disk) = Mount::tmpfs(other.path()) else { return };
    let plan = case.path().join("plan.csv");
    let here = fs::canonicalize(case.path().join("mail")).unwrap().join("swept");
    let there = fs::canonicalize(&disk.0).unwrap().join("swept");
    let text = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, text.replace(here.to_str().unwrap(), there.to_str().unwrap())).unwrap();
    let (code, out) = told(case.run(SWEEP));
    assert_eq!(code, 0, "{out}");
    assert_eq!(fs::read(&there).unwrap(), case.after[Path::new("mail/swept")]);
    case.take_back("another device");
    assert_eq!(fs::read(&there).unwrap(), b"");
}
