//! What earlier runs read, in one SQLite file, so that it need not be read again: octets under keys. Knows no
//! mail, and no verdicts: these are made anew each time. Whatever is wrong with the file costs time, never a
//! result.

use std::fs::File;
use std::hash::Hasher;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OpenFlags, params};
use rustix::fs::{CWD, FileType, FlockOperation, Mode, OFlags};

use crate::codec;
use crate::store::{Key, Memory, Stamp, escaped};

/// Where to keep what is read, and by whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remember {
    /// An SQLite file; made where there is none. Belongs to the stores of one scan: what another scan of
    /// other stores remembers there is forgotten.
    pub path: PathBuf,
    /// The time when the scan starts, Unix seconds. Files changed less than two seconds before are not
    /// remembered.
    pub now: i64,
    /// Anything that differs where another build of the program runs.
    pub program: String,
}

impl Remember {
    /// The file below a state folder that belongs to these stores. Stores named otherwise or in another order
    /// have another one.
    pub fn path_for(state: &Path, stores: &[PathBuf]) -> PathBuf {
        let mut names = Vec::new();
        for store in stores {
            let real = std::fs::canonicalize(store).unwrap_or_else(|_| store.clone());
            names.extend_from_slice(real.as_os_str().as_bytes());
            names.push(0);
        }
        let print = crate::store::Fingerprint::of(&names).hex();
        state.join(format!("read-{}.sqlite", &print[..16]))
    }
}

/// "uscs": how SQLite (`PRAGMA application_id`) and `file` tell this file from others.
const APPLICATION: i32 = 0x7573_6373;

/// Goes up whenever older files cannot be read any more.
const FORMAT: i32 = 1;

/// Values that are fetched together: messages listed together were mostly learned together.
const BLOCK: u32 = 64;
/// Blocks that one reader keeps.
const BLOCKS: usize = 8;

/// What earlier runs read, opened for one run. Nothing is written before [`State::save`].
pub(crate) struct State {
    path: PathBuf,
    now: i64,
    /// Numbers of values by their keys, sorted.
    known: Vec<(Key, u32)>,
    /// Which of them were asked for: the rest has vanished.
    used: Vec<AtomicBool>,
    db: Mutex<Db>,
    damaged: AtomicBool,
    /// Held for its lock; closed last.
    file: File,
}

struct Db {
    connection: Connection,
    next: u32,
    failed: Option<rusqlite::Error>,
}

/// Why there is no state.
enum Without {
    /// Not one of ours: left alone.
    Foreign,
    /// Another run has it.
    Busy,
    /// The system does not give it.
    Unreadable(std::io::Error),
    NotRegular,
    /// SQLite does not.
    Refused(rusqlite::Error),
}

impl From<std::io::Error> for Without {
    fn from(error: std::io::Error) -> Self {
        Without::Unreadable(error)
    }
}

impl From<rusqlite::Error> for Without {
    fn from(error: rusqlite::Error) -> Self {
        Without::Refused(error)
    }
}

/// A checksum of a value under its key. SQLite has none, and a flipped bit must not become a result.
fn checksum(key: &Key, value: &[u8]) -> u64 {
    let mut sum = codec::sum();
    sum.write(key);
    sum.write(value);
    sum.finish()
}

impl State {
    /// Opens the state, or says in `notes` why the scan goes on without one. `print` tells what
    /// may change what is read from a message; a state with another one is emptied.
    pub(crate) fn open(
        remember: &Remember,
        print: &[u8],
        notes: &mut Vec<String>,
    ) -> Option<State> {
        let shown = escaped(remember.path.as_os_str().as_bytes());
        match Self::try_open(remember, print, &shown, notes) {
            Ok(state) => Some(state),
            Err(without) => {
                let why = match without {
                    Without::Foreign => {
                        "is no state of unscatter, or damaged beyond telling; it is left alone, everything is \
                         read: name another file with --state, or delete it"
                            .to_owned()
                    }
                    Without::Busy => {
                        "another run uses it; this one reads everything and remembers nothing".to_owned()
                    }
                    Without::NotRegular => {
                        "not a regular file; everything is read, nothing is remembered".to_owned()
                    }
                    Without::Unreadable(e) => {
                        format!("{e}; everything is read, nothing is remembered")
                    }
                    Without::Refused(e) => {
                        format!("{e}; everything is read, nothing is remembered")
                    }
                };
                notes.push(format!("state {shown}: {why}"));
                None
            }
        }
    }

    fn try_open(
        remember: &Remember,
        print: &[u8],
        shown: &str,
        notes: &mut Vec<String>,
    ) -> Result<State, Without> {
        let file = locked(&remember.path)?;
        let length = file.metadata()?.len();
        let mut start = [0; 72];
        let is_ours = length >= 512
            && file.read_exact_at(&mut start, 0).is_ok()
            && start.starts_with(b"SQLite format 3\0")
            && start[68..] == APPLICATION.to_be_bytes();
        if length > 0 && !is_ours {
            return Err(Without::Foreign);
        }
        let opened = Db::open(&remember.path).and_then(|db| {
            let known = db.known(print)?;
            Ok((db, known))
        });
        let (mut db, known) = match opened {
            Ok((db, Some(known))) => (db, known),
            Ok((db, None)) => {
                if length > 0 {
                    notes.push(format!(
                        "state {shown}: made by another version or with other options; everything is read"
                    ));
                }
                db.begin_anew(print)?;
                (db, Vec::new())
            }
            Err(error) => {
                notes.push(format!("state {shown}: damaged ({error}); everything is read"));
                file.set_len(0)?;
                let db = Db::open(&remember.path)?;
                db.begin_anew(print)?;
                (db, Vec::new())
            }
        };
        db.next = known.iter().map(|(_, number)| *number).max().map_or(1, |n| n.saturating_add(1));
        Ok(State {
            path: remember.path.clone(),
            now: remember.now,
            used: known.iter().map(|_| AtomicBool::new(false)).collect(),
            known,
            db: Mutex::new(db),
            damaged: AtomicBool::new(false),
            file,
        })
    }

    fn db(&self) -> MutexGuard<'_, Db> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// When this scan started, Unix seconds.
    pub(crate) fn now(&self) -> i64 {
        self.now
    }

    /// For one thread that asks for many values.
    pub(crate) fn recaller(&self) -> Recaller<'_> {
        Recaller { state: self, blocks: Vec::new() }
    }

    /// Keeps values for the next run, in place of those under the same keys.
    pub(crate) fn learn_all(&self, values: Vec<(Key, Vec<u8>)>) {
        if values.is_empty() {
            return;
        }
        for (key, _) in &values {
            if let Ok(at) = self.known.binary_search_by(|(k, _)| k.cmp(key)) {
                self.used[at].store(false, Ordering::Relaxed);
            }
        }
        let mut db = self.db();
        if db.failed.is_none()
            && let Err(error) = db.insert(&values)
        {
            db.failed = Some(error);
        }
    }

    /// Says that what was recalled under this key makes no sense.
    pub(crate) fn doubt(&self) {
        self.damaged.store(true, Ordering::Relaxed);
    }

    /// Gives everything up because what is remembered makes no sense, and says so. The file is emptied, so that
    /// the next run begins anew.
    pub(crate) fn give_up(self) -> String {
        let shown = escaped(self.path.as_os_str().as_bytes());
        drop(self.db);
        let emptied = self.file.set_len(0);
        let but = emptied.err().map(|e| format!("; it cannot be emptied: {e}")).unwrap_or_default();
        format!("state {shown}: damaged; everything is read{but}")
    }

    /// Writes everything in one transaction: what was asked for stays, the rest goes, what was learned comes.
    /// Says what went wrong; the next run then reads more.
    pub(crate) fn save(self, notes: &mut Vec<String>) {
        let shown = escaped(self.path.as_os_str().as_bytes());
        if self.damaged.load(Ordering::Relaxed) {
            notes.push(format!(
                "state {shown}: damaged in part; what it should have told was read again"
            ));
        }
        let mut db = self.db.into_inner().unwrap_or_else(PoisonError::into_inner);
        let gone =
            self.known.iter().zip(&self.used).filter(|(_, used)| !used.load(Ordering::Relaxed));
        let result = match db.failed.take() {
            Some(error) => Err(error),
            None => db.finish(gone.map(|((_, number), _)| *number)),
        };
        if let Err(error) = result {
            notes.push(format!(
                "state {shown}: not written ({error}); the next run reads more than it need"
            ));
        }
    }
}

impl Memory for State {
    fn recall(&self, key: &Key) -> Option<Vec<u8>> {
        self.recaller().recall(key)
    }

    fn learn(&self, key: Key, stamp: &Stamp, value: Vec<u8>) {
        if !stamp.is_racy(self.now) {
            self.learn_all(vec![(key, value)]);
        }
    }
}

/// Values with their numbers, ascending.
type Block = Vec<(u32, Vec<u8>)>;

/// Asks a state for many values.
pub(crate) struct Recaller<'s> {
    state: &'s State,
    blocks: Vec<(u32, Block)>,
}

impl Recaller<'_> {
    /// The value under this key, which stays remembered.
    pub(crate) fn recall(&mut self, key: &Key) -> Option<Vec<u8>> {
        let at = self.state.known.binary_search_by(|(k, _)| k.cmp(key)).ok()?;
        let number = self.state.known[at].1;
        let value = self.fetch(number).and_then(|mut value| {
            let sum = value.split_off(value.len().checked_sub(8)?);
            (checksum(key, &value).to_le_bytes()[..] == sum).then_some(value)
        });
        match value {
            Some(value) => {
                self.state.used[at].store(true, Ordering::Relaxed);
                Some(value)
            }
            None => {
                self.state.doubt();
                None
            }
        }
    }

    fn fetch(&mut self, number: u32) -> Option<Vec<u8>> {
        let block = number / BLOCK;
        if !self.blocks.iter().any(|(b, _)| *b == block) {
            let values = self.state.db().block(block).ok()?;
            if self.blocks.len() >= BLOCKS {
                self.blocks.remove(0);
            }
            self.blocks.push((block, values));
        }
        let values = self.blocks.iter().find(|(b, _)| *b == block).map(|(_, v)| v)?;
        let at = values.binary_search_by_key(&number, |(n, _)| *n).ok()?;
        Some(values[at].1.clone())
    }
}

/// Opens and locks the file; makes it where there is none.
fn locked(path: &Path) -> Result<File, Without> {
    let flags =
        OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd = rustix::fs::openat(CWD, path, flags, Mode::RUSR | Mode::WUSR)
        .map_err(std::io::Error::from)?;
    let stat = rustix::fs::fstat(&fd).map_err(std::io::Error::from)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(Without::NotRegular);
    }
    match rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(File::from(fd)),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(Without::Busy),
        Err(e) => Err(std::io::Error::from(e).into()),
    }
}

impl Db {
    /// The lock is ours already; SQLite's own would be dropped by whoever closes another descriptor of
    /// the file in this process.
    fn open(path: &Path) -> Result<Db, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_NOFOLLOW;
        // SQLite refuses a path through any link, and only the last part is what matters here.
        let real = match (path.parent(), path.file_name()) {
            (Some(parent), Some(name)) => {
                let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
                std::fs::canonicalize(parent).map(|p| p.join(name)).unwrap_or(path.to_owned())
            }
            _ => path.to_owned(),
        };
        let connection = Connection::open_with_flags_and_vfs(&real, flags, "unix-none")?;
        connection.execute_batch(
            "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;
             BEGIN IMMEDIATE;",
        )?;
        Ok(Db { connection, next: 1, failed: None })
    }

    /// The keys, sorted; nothing where the state is new or tells something else.
    fn known(&self, print: &[u8]) -> Result<Option<Vec<(Key, u32)>>, rusqlite::Error> {
        let number = |name: &str| -> Result<i32, rusqlite::Error> {
            self.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
        };
        if number("application_id")? != APPLICATION || number("user_version")? != FORMAT {
            return Ok(None);
        }
        let made: Vec<u8> =
            self.connection.query_row("SELECT print FROM made", [], |row| row.get(0))?;
        if made != print {
            return Ok(None);
        }
        let mut known = Vec::new();
        let mut keys = self.connection.prepare("SELECT number, key FROM key ORDER BY number")?;
        let mut rows = keys.query([])?;
        while let Some(row) = rows.next()? {
            let number: u32 = row.get(0)?;
            known.push((row.get::<_, Key>(1)?, number));
        }
        known.sort_unstable();
        // Of two files that are the same, one will do.
        Ok(Some(known))
    }

    fn begin_anew(&self, print: &[u8]) -> Result<(), rusqlite::Error> {
        self.connection.execute_batch(&format!(
            "DROP TABLE IF EXISTS made; DROP TABLE IF EXISTS key; DROP TABLE IF EXISTS value;
             PRAGMA application_id={APPLICATION}; PRAGMA user_version={FORMAT};
             CREATE TABLE made (print BLOB NOT NULL) STRICT;
             CREATE TABLE key (number INTEGER PRIMARY KEY, key BLOB NOT NULL) STRICT;
             CREATE TABLE value (number INTEGER PRIMARY KEY, value BLOB NOT NULL) STRICT;"
        ))?;
        self.connection.execute("INSERT INTO made VALUES (?1)", params![print])?;
        Ok(())
    }

    fn block(&self, block: u32) -> Result<Block, rusqlite::Error> {
        let mut values = self.connection.prepare(
            "SELECT number, value FROM value WHERE number BETWEEN ?1 AND ?2 ORDER BY number",
        )?;
        let first = block * BLOCK;
        let rows = values.query_map(params![first, first.saturating_add(BLOCK - 1)], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        rows.collect()
    }

    fn insert(&mut self, values: &[(Key, Vec<u8>)]) -> Result<(), rusqlite::Error> {
        let mut key_row = self.connection.prepare("INSERT INTO key VALUES (?1, ?2)")?;
        let mut value_row = self.connection.prepare("INSERT INTO value VALUES (?1, ?2)")?;
        let mut octets = Vec::new();
        for (key, value) in values {
            octets.clear();
            octets.extend_from_slice(value);
            octets.extend_from_slice(&checksum(key, value).to_le_bytes());
            key_row.execute(params![self.next, key])?;
            value_row.execute(params![self.next, octets])?;
            self.next = self.next.saturating_add(1);
        }
        Ok(())
    }

    fn finish(self, gone: impl Iterator<Item = u32>) -> Result<(), rusqlite::Error> {
        {
            let mut key = self.connection.prepare("DELETE FROM key WHERE number = ?1")?;
            let mut value = self.connection.prepare("DELETE FROM value WHERE number = ?1")?;
            for number in gone {
                key.execute(params![number])?;
                value.execute(params![number])?;
            }
        }
        self.connection.execute_batch("COMMIT")?;
        self.connection.close().map_err(|(_, error)| error)
    }
}
