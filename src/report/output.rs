//! One named report: a file that only its owner can read and that appears whole or not at all, or a
//! stream. A reader that closes its pipe is no error. Never follows a symbolic link.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::{Form, Format, Provenance, Sqlite, escape};
use crate::Error;
use crate::scan::{Finding, Outcome};

/// A report while it is being written.
pub struct Output {
    name: String,
    /// Nothing once the reader has gone away.
    format: Option<Box<dyn Format>>,
    unfinished: Option<Unfinished>,
}

impl Output {
    /// Writes to a stream, which `name` calls in errors.
    pub fn to(name: &str, form: Form, stream: Box<dyn Write + Send>) -> Result<Output, Error> {
        let format =
            form.writer(stream).map_err(|source| Error::Write { path: name.to_owned(), source })?;
        Output::begun(name, format)
    }

    /// The same with a format of the caller's.
    pub fn to_with(
        name: &str,
        stream: Box<dyn Write + Send>,
        format: &dyn Fn(Box<dyn Write + Send>) -> Box<dyn Format>,
    ) -> Result<Output, Error> {
        Output::begun(name, format(stream))
    }

    fn begun(name: &str, format: Box<dyn Format>) -> Result<Output, Error> {
        let mut output = Output { name: name.to_owned(), format: Some(format), unfinished: None };
        output.write(|format| format.begin())?;
        Ok(output)
    }

    /// Writes to a file with mode 0600. What is there stays as it is until the report is finished, and
    /// then is replaced. A FIFO or device is written to directly, but for a database.
    pub fn create(path: &Path, form: Form, made: &Provenance) -> Result<Output, Error> {
        match form {
            Form::Sqlite => Output::database(path, made),
            form => Output::file(path, &|file| form.writer(file)),
        }
    }

    fn database(path: &Path, made: &Provenance) -> Result<Output, Error> {
        let name = escape::octets(path.as_os_str().as_bytes());
        let failed = |source| Error::Write { path: name.clone(), source };
        let (file, unfinished) = open(path).map_err(failed)?;
        drop(file);
        let Some(unfinished) = unfinished else {
            return Err(failed(io::Error::other("a database can be written to a file only")));
        };
        // SQLite refuses every link on the way; those above the file are the user's own.
        let real = match (unfinished.now.parent(), unfinished.now.file_name()) {
            (Some(folder), Some(file)) => {
                let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
                folder.canonicalize().map_err(failed)?.join(file)
            }
            _ => unfinished.now.clone(),
        };
        let format = Sqlite::create(&real, made.clone()).map_err(failed)?;
        let mut output =
            Output { name, format: Some(Box::new(format)), unfinished: Some(unfinished) };
        output.write(|format| format.begin())?;
        Ok(output)
    }

    /// The same with a format of the caller's.
    pub fn create_with(
        path: &Path,
        format: &dyn Fn(Box<dyn Write + Send>) -> Box<dyn Format>,
    ) -> Result<Output, Error> {
        Output::file(path, &|file| Ok(format(file)))
    }

    fn file(
        path: &Path,
        format: &dyn Fn(Box<dyn Write + Send>) -> io::Result<Box<dyn Format>>,
    ) -> Result<Output, Error> {
        let name = escape::octets(path.as_os_str().as_bytes());
        let failed = |source| Error::Write { path: name.clone(), source };
        let (file, unfinished) = open(path).map_err(failed)?;
        let format = format(Box::new(file)).map_err(failed)?;
        let mut output = Output { name, format: Some(format), unfinished };
        output.write(|format| format.begin())?;
        Ok(output)
    }

    /// Adds one finding.
    pub fn finding(&mut self, finding: &Finding) -> Result<(), Error> {
        self.write(|format| format.finding(finding))
    }

    /// Completes the report and gives it its name.
    pub fn finish(mut self, outcome: &Outcome) -> Result<(), Error> {
        self.write(|format| format.end(outcome))?;
        self.format = None;
        match self.unfinished.take() {
            Some(unfinished) => unfinished
                .finish()
                .map_err(|source| Error::Write { path: self.name.clone(), source }),
            None => Ok(()),
        }
    }

    fn write(&mut self, step: impl FnOnce(&mut dyn Format) -> io::Result<()>) -> Result<(), Error> {
        let Some(format) = &mut self.format else { return Ok(()) };
        match step(format.as_mut()) {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.format = None;
                Ok(())
            }
            Err(source) => Err(Error::Write { path: self.name.clone(), source }),
        }
    }
}

fn open(path: &Path) -> io::Result<(File, Option<Unfinished>)> {
    match fs::symlink_metadata(path) {
        Ok(met) if met.is_dir() => Err(io::Error::other("it is a folder")),
        Ok(met) if met.is_symlink() => {
            Err(io::Error::other("it is a symbolic link, which is not followed"))
        }
        Ok(met) if met.file_type().is_fifo() || met.file_type().is_char_device() => {
            let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
            Ok((File::from(rustix::fs::open(path, flags, Mode::empty())?), None))
        }
        Ok(met) if !met.is_file() => Err(io::Error::other("it is neither a file nor a pipe")),
        Ok(_) => Unfinished::begin(path),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Unfinished::begin(path),
        Err(error) => Err(error),
    }
}

/// A file under a name of its own beside the one it is going to replace.
struct Unfinished {
    now: PathBuf,
    then: PathBuf,
}

impl Unfinished {
    fn begin(path: &Path) -> io::Result<(File, Option<Unfinished>)> {
        let Some(name) = path.file_name() else {
            return Err(io::Error::other("this names no file"));
        };
        let mut beside = OsString::from(".");
        beside.push(name);
        beside.push(".unfinished");
        let now = path.with_file_name(beside);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let file = match rustix::fs::open(&now, flags, mode) {
            Err(rustix::io::Errno::EXIST) => {
                // Left by a run that was killed.
                remove(&now)?;
                rustix::fs::open(&now, flags, mode)?
            }
            other => other?,
        };
        Ok((File::from(file), Some(Unfinished { now, then: path.to_owned() })))
    }

    fn finish(self) -> io::Result<()> {
        #[expect(
            clippy::disallowed_methods,
            reason = "a finished report replaces the file that the user named for it; no mail is renamed"
        )]
        fs::rename(&self.now, &self.then)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // Behind `finish` the name is gone already; anything else is reported where it failed first.
        let _ = remove(&self.now);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "only ever the unfinished report, under a name of our own making"
)]
fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use std::os::unix::fs::{MetadataExt, symlink};

    fn made() -> Provenance {
        Provenance { command: String::new(), clock: || 0 }
    }

    #[test]
    fn a_database_appears_whole_in_a_file_of_its_owner_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.sqlite");
        let link = folder.path().join("here");
        symlink(folder.path(), &link).unwrap();
        fs::write(&path, "old").unwrap();
        // A link above the file is the user's own.
        let mut output =
            Output::create(&link.join("findings.sqlite"), Form::Sqlite, &made()).unwrap();
        output.finding(&samples::backscatter()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        output.finish(&Outcome::default()).unwrap();
        assert!(fs::read(&path).unwrap().starts_with(b"SQLite format 3\0"));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        drop(Output::create(&path, Form::Sqlite, &made()).unwrap());
        assert_eq!(names(folder.path()), ["findings.sqlite", "here"]);
        symlink(&path, folder.path().join("x.sqlite")).unwrap();
        assert!(Output::create(&folder.path().join("x.sqlite"), Form::Sqlite, &made()).is_err());
        assert!(Output::create(Path::new("/dev/null"), Form::Sqlite, &made()).is_err());
        assert!(Output::to("standard output", Form::Sqlite, Box::new(io::sink())).is_err());
    }

    #[test]
    fn what_is_not_built_in_is_refused_with_the_way_out_and_leaves_no_file() {
        for form in Form::ALL.into_iter().filter(|form| !form.is_built_in()) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(format!("findings.{}", form.name()));
            for refused in [
                Output::create(&path, form, &made()),
                Output::to("standard output", form, Box::new(io::sink())),
            ] {
                let error = refused.err().unwrap().to_string();
                assert!(error.contains(&format!("--features {}", form.name())), "{error}");
            }
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_report_is_readable_by_its_owner_alone_and_replaces_the_old_one_at_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.csv");
        fs::write(&path, "old").unwrap();
        let mut output = Output::create(&path, Form::Csv, &made()).unwrap();
        output.finding(&samples::backscatter()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "old");
        output.finish(&Outcome::default()).unwrap();
        assert!(fs::read_to_string(&path).unwrap().starts_with("store,folder,"));
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(names(folder.path()), ["findings.csv"]);
    }

    #[test]
    fn an_abandoned_report_leaves_nothing_behind_and_a_killed_one_does_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.jsonl");
        drop(Output::create(&path, Form::Jsonl, &made()).unwrap());
        assert!(names(folder.path()).is_empty());
        fs::write(folder.path().join(".findings.jsonl.unfinished"), "half a line").unwrap();
        Output::create(&path, Form::Jsonl, &made()).unwrap().finish(&Outcome::default()).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "");
        assert_eq!(names(folder.path()), ["findings.jsonl"]);
    }

    #[test]
    fn symbolic_links_and_folders_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mail = folder.path().join("mail");
        fs::write(&mail, "mail").unwrap();
        let link = folder.path().join("findings.csv");
        symlink(&mail, &link).unwrap();
        let error = Output::create(&link, Form::Csv, &made()).err().unwrap().to_string();
        assert!(error.contains("symbolic link"), "{error}");
        assert_eq!(fs::read_to_string(&mail).unwrap(), "mail");
        assert!(Output::create(folder.path(), Form::Csv, &made()).is_err());
        symlink(&mail, folder.path().join(".other.csv.unfinished")).unwrap();
        let other = folder.path().join("other.csv");
        Output::create(&other, Form::Csv, &made()).unwrap().finish(&Outcome::default()).unwrap();
        assert_eq!(fs::read_to_string(&mail).unwrap(), "mail");
    }

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_closed_pipe_is_no_error_and_a_full_disk_is_one() {
        let streams = Form::ALL.into_iter().filter(|f| f.is_built_in() && *f != Form::Sqlite);
        for form in streams {
            let mut output = Output::to("standard output", form, Box::new(Closed)).unwrap();
            for _ in 0..1000 {
                output.finding(&samples::backscatter()).unwrap();
            }
            output.finish(&Outcome::default()).unwrap();
            let mut output = Output::to("standard output", form, Box::new(Full)).unwrap();
            let written = (0..1000).try_for_each(|_| output.finding(&samples::backscatter()));
            assert!(written.and_then(|()| output.finish(&Outcome::default())).is_err());
        }
    }
}
