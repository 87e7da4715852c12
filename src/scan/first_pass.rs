//! The first pass: finds the stores, cuts them into tasks and reads these in parallel, but what the state
//! remembers. Results stand in store order, whoever read them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Mutex;

use rayon::prelude::*;

use super::reading::{Read, Reader};
use super::remembered::{self, Part, Planned};
use super::{Options, Outcome, Progress, ThreadStart};
use crate::Error;
use crate::message::Limits;
use crate::signals::Recogniser;
use crate::state::State;
use crate::store::{Chunk, Folder, Layout, Place, Role, Skipped, Store, Stored};

/// Octets of a plain mbox that one task reads; large enough that the resynchronisation at its start
/// costs nothing, small enough that the last tasks end together.
const PIECE: u64 = 4 << 20;

/// The stores of a scan: those that are judged first, then those read as Sent only.
pub(super) struct Source {
    pub(super) stores: Vec<Store>,
    pub(super) judged: usize,
}

impl Source {
    /// Store, folder and locator of a message, for reports.
    pub(super) fn name(
        &self,
        (store, folder): (u16, u16),
        place: &Place,
    ) -> (String, String, String) {
        let Some(s) = self.stores.get(usize::from(store)) else { return Default::default() };
        let name = s.folders.get(usize::from(folder)).map(|f| f.name.clone()).unwrap_or_default();
        (s.name.clone(), name, s.locator(usize::from(folder), place))
    }

    pub(super) fn folder(&self, (store, folder): (u16, u16)) -> (&Store, &Folder) {
        let s = &self.stores[usize::from(store)];
        (s, &s.folders[usize::from(folder)])
    }
}

/// A piece of work: one chunk of one folder, or one part of an mbox that need not be read.
pub(super) struct Task {
    pub(super) folder: (u16, u16),
    work: Work,
}

enum Work {
    Read(Chunk),
    Recall(Part),
}

impl Task {
    fn octets(&self) -> u64 {
        match &self.work {
            Work::Read(chunk) => chunk.octets,
            Work::Recall(part) => part.octets(),
        }
    }
}

/// What is remembered of each mbox.
type Mboxes = BTreeMap<(u16, u16), Planned>;

/// Finds the stores to judge and those that only tell what was sent.
fn discover(
    paths: &[PathBuf],
    options: &Options,
    state: Option<&State>,
    skipped: &mut Vec<Skipped>,
) -> Result<Source, Error> {
    let find = |path: &PathBuf| match state {
        Some(state) => Store::discover_with(path, state),
        None => Store::discover(path),
    };
    let mut stores = Vec::new();
    let mut first_error = None;
    let mut open = |path: &PathBuf, stores: &mut Vec<Store>| match find(path) {
        Ok(mut store) => {
            store.mend(&options.mended);
            skipped.extend(store.skipped.iter().cloned());
            stores.push(store);
        }
        Err(e) => {
            skipped.push(Skipped { what: path.display().to_string(), why: e.to_string() });
            first_error.get_or_insert(e);
        }
    };
    for path in paths {
        open(path, &mut stores);
    }
    let judged = stores.len();
    for path in &options.sent {
        open(path, &mut stores);
    }
    let has_sent = |s: &Store| s.folders.iter().any(|f| f.role == Role::Sent);
    if options.sent.is_empty() && !stores.iter().any(has_sent) {
        for path in paths.iter().filter(|p| p.is_file()) {
            for sibling in Store::siblings_sent(path) {
                open(&sibling, &mut stores);
            }
        }
    }
    match first_error {
        Some(e) if judged == 0 || stores.len() < judged.max(1) => Err(e),
        _ => Ok(Source { stores, judged }),
    }
}

/// Cuts all folders into tasks, in store order.
fn tasks(
    source: &Source,
    options: &Options,
    state: Option<&State>,
    skipped: &mut Vec<Skipped>,
) -> (Vec<Task>, Mboxes) {
    let mut tasks = Vec::new();
    let mut mboxes = Mboxes::new();
    let piece = options.piece.unwrap_or(PIECE).max(1);
    for (s, store) in source.stores.iter().enumerate() {
        for (f, folder) in store.folders.iter().enumerate() {
            let number = (s as u16, f as u16);
            let task = |work| Task { folder: number, work };
            // What is read instead of a half-written mbox is gone by the next time.
            let lasting = folder.layout == Layout::Mbox && folder.mended.is_none();
            let Some(state) = state.filter(|_| lasting) else {
                match folder.chunks(piece) {
                    Ok((chunks, left_out)) => {
                        skipped.extend(left_out);
                        tasks.extend(chunks.into_iter().map(|chunk| task(Work::Read(chunk))));
                    }
                    Err(e) => skipped.push(Skipped {
                        what: folder.path.display().to_string(),
                        why: e.to_string(),
                    }),
                }
                continue;
            };
            let (planned, chunks, left_out) =
                remembered::plan(folder, s >= source.judged, options.all, piece, state);
            skipped.extend(left_out);
            tasks.extend(planned.parts.iter().map(|part| task(Work::Recall(*part))));
            tasks.extend(chunks.into_iter().map(|chunk| task(Work::Read(chunk))));
            mboxes.insert(number, planned);
        }
    }
    (tasks, mboxes)
}

/// What the first pass made of one task.
pub(super) struct Done {
    pub(super) read: Read,
    pub(super) skipped: Vec<Skipped>,
    /// The part of an mbox that it was.
    part: Option<Part>,
}

/// What is remembered could not be read.
struct Damaged;

/// Threads that may read mail: shut in where this process must stay free.
pub(super) fn pool(threads: usize, options: &Options) -> Result<rayon::ThreadPool, Error> {
    let start = options.thread_start.clone();
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .start_handler(move |_| start.iter().for_each(ThreadStart::run))
        .build()
        .map_err(|e| Error::Threads(e.to_string()))
}

/// How many threads work on what needs the processor.
pub(super) fn workers(options: &Options) -> usize {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    options.threads.unwrap_or(cores).max(1)
}

/// Reads all tasks; the results stand in the order of the tasks, whoever read them.
fn read_all(
    source: &Source,
    tasks: &[Task],
    options: &Options,
    recogniser: &Recogniser,
    remembered: Option<(&State, &Mboxes)>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Result<Vec<Done>, Damaged>, Error> {
    let limits = Limits::default();
    let octets_total = tasks.iter().map(Task::octets).sum();
    let large = Mutex::new(());
    let done = Mutex::new(Progress { octets_total, ..Progress::default() });
    progress(Progress { octets_total, ..Progress::default() });
    let read_one = |task: &Task| {
        let (store, folder) = source.folder(task.folder);
        let reader = Reader {
            recogniser,
            limits: &limits,
            as_sent: usize::from(task.folder.0) >= source.judged,
            all: options.all,
            every: options.slow,
            large: &large,
        };
        let mut read = Read::default();
        let number = task.folder;
        let mbox = remembered.and_then(|(_, mboxes)| mboxes.get(&number));
        let (skipped, part) = match (&task.work, remembered, mbox) {
            (Work::Recall(part), Some((state, _)), Some(mbox)) => {
                remembered::recall_part(&reader, state, number, mbox, part, &mut read)
                    .map_err(|_| Damaged)?;
                (Vec::new(), Some(*part))
            }
            (Work::Recall(_), ..) => return Err(Damaged),
            (Work::Read(chunk), Some((state, _)), Some(mbox)) => {
                let place = (store, folder);
                remembered::read_part(&reader, state, place, number, mbox, chunk, &mut read)
            }
            (Work::Read(chunk), Some((state, _)), None) => {
                let skipped =
                    remembered::read_files(&reader, state, folder, number, chunk, &mut read);
                (skipped, None)
            }
            (Work::Read(chunk), None, _) => {
                let mut visit =
                    |stored: &Stored<'_>| reader.read(number, stored, &mut read, |_| ());
                (folder.read(store, chunk, &mut visit), None)
            }
        };
        if let Ok(mut p) = done.lock() {
            p.octets_done += task.octets();
            p.messages += read.messages;
            progress(*p);
        }
        Ok(Done { read, skipped, part })
    };
    // Opening files waits for the disk, so more read than there are cores.
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let readers = options.readers.unwrap_or((4 * cores).max(16)).max(1);
    let is_mbox = |t: &Task| source.folder(t.folder).1.layout == Layout::Mbox;
    let mut results: Vec<Option<Done>> = Vec::new();
    results.resize_with(tasks.len(), || None);
    for (mboxes, threads) in [(true, workers(options)), (false, readers)] {
        let numbers: Vec<usize> =
            (0..tasks.len()).filter(|i| is_mbox(&tasks[*i]) == mboxes).collect();
        if numbers.is_empty() {
            continue;
        }
        let some: Result<Vec<Done>, Damaged> = pool(threads, options)?
            .install(|| numbers.par_iter().map(|i| read_one(&tasks[*i])).collect());
        let some = match some {
            Ok(some) => some,
            Err(damaged) => return Ok(Err(damaged)),
        };
        for (i, result) in numbers.into_iter().zip(some) {
            results[i] = Some(result);
        }
    }
    Ok(Ok(results.into_iter().flatten().collect()))
}

/// What the first pass gives.
pub(super) struct FirstPass {
    pub(super) source: Source,
    pub(super) tasks: Vec<Task>,
    /// One for each task.
    pub(super) done: Vec<Done>,
    /// To be saved when everything is learned.
    pub(super) state: Option<State>,
}

/// The first pass: finds the stores and reads them, with the help of the state where there is one.
pub(super) fn first_pass(
    stores: &[PathBuf],
    options: &Options,
    recogniser: &Recogniser,
    progress: &(dyn Fn(Progress) + Sync),
    outcome: &mut Outcome,
) -> Result<FirstPass, Error> {
    let state = options.state.as_ref().and_then(|remember| {
        let print = remembered::print(options, &remember.program);
        State::open(remember, &print, &mut outcome.notes)
    });
    let mut skipped = Vec::new();
    let source = discover(stores, options, state.as_ref(), &mut skipped)?;
    let (tasks, mboxes) = tasks(&source, options, state.as_ref(), &mut skipped);
    let with = state.as_ref().map(|state| (state, &mboxes));
    match read_all(&source, &tasks, options, recogniser, with, progress)? {
        Ok(done) => {
            if let Some(state) = &state {
                for (number, planned) in &mboxes {
                    let of = tasks.iter().zip(&done).filter(|(t, _)| t.folder == *number);
                    let parts: Vec<Option<Part>> = of.map(|(_, done)| done.part).collect();
                    remembered::learn_mbox(source.folder(*number).1, planned, &parts, state);
                }
            }
            outcome.skipped.append(&mut skipped);
            Ok(FirstPass { source, tasks, done, state })
        }
        Err(Damaged) => {
            if let Some(state) = state {
                outcome.notes.push(state.give_up());
            }
            let options = Options { state: None, ..options.clone() };
            first_pass(stores, &options, recogniser, progress, outcome)
        }
    }
}
