//! Writes what was made: Maildir, mbox, truth.csv. Never overwrites a store that is there.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use maildir::Maildir;
use sha2::{Digest, Sha256};

use crate::options::Format;
use crate::text::asctime;

/// A Maildir that is being filled. The `maildir` crate lays it out and reads it back at the end; the
/// names are our own, because the crate's hold clock, process and inode and would differ at every run.
struct Tree {
    root: PathBuf,
    dir: Maildir,
    host: String,
    written: usize,
    unseen: usize,
}

impl Tree {
    fn new(root: PathBuf, host: &str) -> io::Result<Tree> {
        let dir = Maildir::from(root.clone());
        dir.create_dirs()?;
        Ok(Tree { root, dir, host: host.to_owned(), written: 0, unseen: 0 })
    }

    fn store(&mut self, text: &[u8], unix: i64, flags: Option<&str>) -> io::Result<String> {
        self.written += 1;
        let n = self.written;
        let unique =
            format!("{unix}.Vfe00I{:x}M{:06}.{}", 0x4000 + n, (n * 7919) % 1_000_000, self.host);
        let below = match flags {
            Some(flags) => format!("cur/{unique}:2,{flags}"),
            None => {
                self.unseen += 1;
                format!("new/{unique}")
            }
        };
        let mut file =
            OpenOptions::new().write(true).create_new(true).open(self.root.join(&below))?;
        file.write_all(text)?;
        file.set_modified(UNIX_EPOCH + Duration::from_secs(unix.max(0) as u64))?;
        Ok(below)
    }

    /// What another reader of Maildirs finds is what was written.
    fn check(&self) -> io::Result<()> {
        let (cur, new) = (self.dir.count_cur(), self.dir.count_new());
        if new != self.unseen || cur != self.written - self.unseen {
            return Err(io::Error::other(format!("wrote {}, read {cur} + {new}", self.written)));
        }
        Ok(())
    }
}

/// The row of one message.
pub(crate) struct Truth {
    pub(crate) kind: &'static str,
    pub(crate) origin: &'static str,
    pub(crate) campaign: Option<usize>,
    pub(crate) returned: &'static str,
    pub(crate) generator: &'static str,
    pub(crate) adversarial: &'static str,
    /// Whether Sent has a copy of what is answered; written by simulations only.
    pub(crate) in_sent: &'static str,
}

pub(crate) struct Output {
    inbox: Option<Tree>,
    sent: Option<Tree>,
    prefix: &'static str,
    inbox_mbox: Option<BufWriter<File>>,
    sent_mbox: Option<BufWriter<File>>,
    truth: csv::Writer<BufWriter<File>>,
    tells_sent: bool,
    pub(crate) octets: u64,
}

fn create(path: &Path) -> io::Result<BufWriter<File>> {
    let file = OpenOptions::new().write(true).create_new(true).open(path)?;
    Ok(BufWriter::with_capacity(1 << 20, file))
}

/// One message of an mbox. No line of ours starts with `From `, so nothing has to be quoted and the
/// octets are those of the Maildir file.
fn append(to: &mut impl Write, sender: &str, unix: i64, text: &[u8]) -> io::Result<()> {
    writeln!(to, "From {sender} {}", asctime(unix))?;
    to.write_all(text)?;
    if !text.ends_with(b"\n") {
        to.write_all(b"\n")?;
    }
    to.write_all(b"\n")
}

impl Output {
    /// `tells_sent`: truth.csv has a last column `sent_in_folder`.
    pub(crate) fn new(
        out: &Path,
        format: Format,
        host: &str,
        tells_sent: bool,
    ) -> io::Result<Output> {
        std::fs::create_dir_all(out)?;
        let mut truth = csv::WriterBuilder::new()
            .terminator(csv::Terminator::Any(b'\n'))
            .from_writer(create(&out.join("truth.csv"))?);
        let mut columns = vec![
            "path",
            "sha256",
            "kind",
            "origin",
            "campaign",
            "returned",
            "generator",
            "adversarial",
        ];
        if tells_sent {
            columns.push("sent_in_folder");
        }
        truth.write_record(columns)?;
        let (root, prefix) = if format == Format::Both {
            (out.join("Maildir"), "Maildir/")
        } else {
            (out.into(), "")
        };
        let (mut inbox, mut sent, mut inbox_mbox, mut sent_mbox) = (None, None, None, None);
        if format != Format::Mbox {
            inbox = Some(Tree::new(root.clone(), host)?);
            sent = Some(Tree::new(root.join(".Sent"), host)?);
            // Dovecot and Courier put this into every folder below the top.
            File::create(root.join(".Sent/maildirfolder"))?;
        }
        if format != Format::Maildir {
            inbox_mbox = Some(create(&out.join("inbox.mbox"))?);
            sent_mbox = Some(create(&out.join("sent.mbox"))?);
        }
        Ok(Output { inbox, sent, prefix, inbox_mbox, sent_mbox, truth, tells_sent, octets: 0 })
    }

    /// Files a message of the owner in Sent.
    pub(crate) fn sent(&mut self, text: &str, unix: i64, sender: &str) -> io::Result<()> {
        if let Some(tree) = &mut self.sent {
            tree.store(text.as_bytes(), unix, Some("S"))?;
        }
        if let Some(mbox) = &mut self.sent_mbox {
            append(mbox, sender, unix, text.as_bytes())?;
        }
        Ok(())
    }

    /// Delivers a message and writes its row. `flags`: none for a message nobody has seen.
    pub(crate) fn received(
        &mut self,
        text: &str,
        unix: i64,
        flags: Option<&str>,
        truth: &Truth,
    ) -> io::Result<()> {
        let bytes = text.as_bytes();
        if !text.ends_with('\n') || text.contains("\nFrom ") {
            return Err(io::Error::other(format!(
                "{}: a line that mbox cannot keep",
                truth.generator
            )));
        }
        self.octets += bytes.len() as u64;
        let mut path = String::new();
        if let Some(tree) = &mut self.inbox {
            path = format!("{}{}", self.prefix, tree.store(bytes, unix, flags)?);
        }
        if let Some(mbox) = &mut self.inbox_mbox {
            let sender = match text.strip_prefix("Return-Path: <").and_then(|t| t.split_once('>')) {
                Some((sender, _)) if !sender.is_empty() => sender,
                _ => "MAILER-DAEMON",
            };
            append(mbox, sender, unix, bytes)?;
        }
        let sha256: String = Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect();
        let campaign = truth.campaign.map(|c| c.to_string()).unwrap_or_default();
        let mut cells = vec![
            path.as_str(),
            &sha256,
            truth.kind,
            truth.origin,
            &campaign,
            truth.returned,
            truth.generator,
            truth.adversarial,
        ];
        if self.tells_sent {
            cells.push(truth.in_sent);
        }
        self.truth.write_record(cells)?;
        Ok(())
    }

    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.truth.flush()?;
        for mbox in [&mut self.inbox_mbox, &mut self.sent_mbox].into_iter().flatten() {
            mbox.flush()?;
        }
        for tree in [&self.inbox, &self.sent].into_iter().flatten() {
            tree.check()?;
        }
        Ok(())
    }
}
