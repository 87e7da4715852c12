//! Reads the same mail as a scan and does nothing with it: every file of a Maildir opened and read, an
//! mbox streamed. What this takes is the least that any reader can take. With `--mbox-reader FILE` the
//! mbox-reader crate iterates over it instead: a baseline for splitting.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

fn main() -> io::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|a| a == "--mbox-reader") {
        let path = arguments.next().unwrap_or_default();
        let mbox = mbox_reader::MboxFile::from_file(Path::new(&path))?;
        let octets: usize = mbox.iter().filter_map(|e| e.message().map(<[u8]>::len)).sum();
        return writeln!(io::stdout(), "{octets} octets");
    }
    let mut buffer = vec![0; 256 << 10];
    let (mut files, mut octets) = (0u64, 0u64);
    for path in std::env::args_os().skip(1) {
        for entry in walkdir::WalkDir::new(Path::new(&path)) {
            let entry = entry?;
            if entry.file_type().is_dir() {
                continue;
            }
            let mut file = File::open(entry.path())?;
            loop {
                match file.read(&mut buffer)? {
                    0 => break,
                    n => octets += n as u64,
                }
            }
            files += 1;
        }
    }
    writeln!(io::stdout(), "{files} files, {octets} octets")
}
