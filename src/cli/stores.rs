//! `stores`: prints what lies at a path, what it was taken for and why, and what Sent covers.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use rayon::prelude::*;
use unscatter::message::written;
use unscatter::report::{escape, text};
use unscatter::store::{Compression, Folder, Layout, Role, Skipped, Store};

use super::exit::Exit;
use super::sandbox::Sandbox;

/// Octets that one thread reads at a time.
const CHUNK: u64 = 8 << 20;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Maildir, mbox file, folder of message files, or a folder that holds several
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Read mail with all rights of the user, without Landlock and seccomp
    #[arg(long)]
    no_sandbox: bool,
}

/// What a folder holds.
#[derive(Default)]
struct Count {
    messages: u64,
    octets: u64,
    sent: u64,
    first: Option<i64>,
    last: Option<i64>,
    skipped: Vec<Skipped>,
}

impl Count {
    fn add_sent(&mut self, date: Option<i64>) {
        self.sent += 1;
        self.first = self.first.into_iter().chain(date).min();
        self.last = self.last.into_iter().chain(date).max();
    }

    fn and(mut self, other: Count) -> Count {
        self.messages += other.messages;
        self.octets += other.octets;
        self.sent += other.sent;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
        self.skipped.extend(other.skipped);
        self
    }
}

impl Arguments {
    pub(crate) fn run(self) -> anyhow::Result<Exit> {
        if !self.no_sandbox
            && let Err(why) = Sandbox::reading(&self.paths).enter()
        {
            super::complain(&why.to_string());
        }
        let mut out = io::stdout().lock();
        let (mut exit, mut read, mut failed) = (Exit::Done, false, None);
        for path in &self.paths {
            match Store::discover(path) {
                Ok(store) => {
                    if show(&mut out, &store)? {
                        exit = Exit::Incomplete;
                    }
                    read = true;
                }
                // One of several that cannot be read is skipped; the only one is a failure.
                Err(error) => {
                    super::complain(&error.to_string());
                    failed = Some(error);
                }
            }
        }
        out.flush()?;
        Ok(match failed {
            None => exit,
            Some(_) if read => Exit::Incomplete,
            Some(_) => Exit::Failed,
        })
    }
}

/// Prints one store; tells whether something in it had to be skipped.
fn show(out: &mut impl Write, store: &Store) -> anyhow::Result<bool> {
    writeln!(out, "{}", escape::escaped_before(&store.name))?;
    let mut all = Count { skipped: store.skipped.clone(), ..Count::default() };
    for folder in &store.folders {
        let count = count(store, folder);
        let messages = text::grouped(count.messages);
        let line = format!(
            "  {:<8} {:<9} {messages:>11} {:>11}  {}",
            folder.role.name(),
            layout(folder),
            text::octets(count.octets),
            escape::escaped_before(&folder.name)
        );
        writeln!(out, "{}", line.trim_end())?;
        if !folder.why.is_empty() && folder.role != Role::Received {
            writeln!(out, "{:11}because: {}", "", escape::escaped_before(&folder.why))?;
        }
        if count.sent > 0 && folder.role != Role::Sent {
            let sent = text::grouped(count.sent);
            writeln!(out, "{:11}{sent} of these are marked as sent", "")?;
        }
        all = all.and(count);
    }
    let total = text::grouped(all.messages);
    writeln!(out, "  {:<18} {total:>11} {:>11}", "all", text::octets(all.octets))?;
    match (all.sent, all.first, all.last) {
        (0, ..) => writeln!(out, "  No Sent mail here. If it lies elsewhere: --sent FOLDER")?,
        (sent, Some(first), Some(last)) => writeln!(
            out,
            "  Sent: {} messages, {} to {}",
            text::grouped(sent),
            text::day(first),
            text::day(last)
        )?,
        (sent, ..) => writeln!(out, "  Sent: {} messages without dates", text::grouped(sent))?,
    }
    for skipped in &all.skipped {
        super::complain(&format!("skipped {}: {}", skipped.what, skipped.why));
    }
    Ok(!all.skipped.is_empty())
}

fn count(store: &Store, folder: &Folder) -> Count {
    let (chunks, skipped) = match folder.chunks(CHUNK) {
        Ok(listed) => listed,
        Err(error) => {
            let what = escape::escaped_before(&folder.name).into_owned();
            let skipped = vec![Skipped { what, why: error.to_string() }];
            return Count { skipped, ..Count::default() };
        }
    };
    let read = chunks.par_iter().map(|chunk| {
        let mut count = Count::default();
        let skipped = folder.read(store, chunk, &mut |stored| {
            count.messages += 1;
            count.octets += stored.size;
            if stored.role == Role::Sent {
                let written = written(stored.head()).map(|date| date.unix);
                count.add_sent(written.or(stored.received));
            }
        });
        count.skipped = skipped;
        count
    });
    // In the order of the chunks, so that what is skipped is always listed alike.
    let all = read.collect::<Vec<_>>().into_iter().fold(Count::default(), Count::and);
    Count { skipped, ..Count::default() }.and(all)
}

fn layout(folder: &Folder) -> &'static str {
    match (folder.layout, folder.compression) {
        (Layout::Maildir, _) => "maildir",
        (Layout::Files, _) => "files",
        (Layout::Mbox, Compression::None) => "mbox",
        (Layout::Mbox, Compression::Gzip) => "mbox.gz",
        (Layout::Mbox, Compression::Zstd) => "mbox.zst",
    }
}
