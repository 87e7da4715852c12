//! Cuts an mbox into chunks and gives its messages, plain or compressed. Which octets are a message
//! never depends on the chunks. Never maps a file, never writes.

use std::borrow::Cow;
use std::cell::Cell;
use std::fs::File;
use std::hash::Hasher;
use std::io::{self, Read};
use std::ops::{ControlFlow, Range};
use std::rc::Rc;

use memchr::memmem;

use super::from_line::{self, BEFORE};
use super::spans::{LENGTH_SAMPLE, Lengths, Raw, Reader};
use super::{
    Backing, Bounds, Chunk, Compression, Folder, Piece, Place, Skipped, Stored, Visit, open, roles,
};

/// A compressed file may grow to this many times its size (or [`GROWTH_FREE`]) before it is given up:
/// real mail stays below 50, gzip's limit is 1,032.
const GROWTH: u64 = crate::limits::GROWTH;
const GROWTH_FREE: u64 = crate::limits::GROWTH_FREE;

/// Octets that are summed at a time.
const SUMMED: usize = 256 << 10;

pub(super) fn chunks(folder: &Folder, octets: u64) -> (Vec<Chunk>, Vec<Skipped>) {
    if let Some(mended) = &folder.mended {
        return (vec![Chunk { octets: mended.octets(), piece: Piece::Stream }], Vec::new());
    }
    let file = match open::regular(&folder.path) {
        Ok((file, _)) => file,
        Err(why) => return (Vec::new(), vec![Skipped::new(&folder.path, why)]),
    };
    let limit = match file.metadata() {
        Ok(meta) => meta.len(),
        Err(e) => return (Vec::new(), vec![Skipped::new(&folder.path, e.to_string())]),
    };
    if folder.compression != Compression::None {
        return (vec![Chunk { octets: limit, piece: Piece::Stream }], Vec::new());
    }
    let part = |start, end, lengths| Chunk {
        octets: end - start,
        piece: Piece::Part { start, end, limit, lengths },
    };
    let octets = octets.max(1);
    if limit == 0 {
        return (Vec::new(), Vec::new());
    }
    if limit <= octets {
        return (vec![part(0, limit, Lengths::Auto)], Vec::new());
    }
    let mut seen = 0;
    let mut reader = Reader::plain(&file, 0, limit);
    reader.messages(0..limit, Lengths::Auto, &mut |_| {
        seen += 1;
        if seen < LENGTH_SAMPLE { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    let believed = reader.believed;
    reader.done();
    let mut cuts = vec![0];
    if believed {
        let mut reader = Reader::plain(&file, 0, limit);
        let (mut last, mut first) = (0, true);
        reader.messages(0..limit, Lengths::Yes, &mut |message| {
            if first {
                first = false;
            } else if message.bounds.from_line - last >= octets {
                last = message.bounds.from_line;
                cuts.push(last);
            }
            ControlFlow::Continue(())
        });
        reader.done();
    } else {
        // The first From_ line may stand behind blank lines: it is the first chunk's.
        let mut start = [0; from_line::WINDOW];
        let got = super::read_full_at(&file, &mut start, 0).unwrap_or(0);
        let lead = from_line::leading(&start[..got]) as u64;
        let step = usize::try_from(octets).unwrap_or(usize::MAX);
        cuts.extend((0..limit).step_by(step).skip(1).filter(|cut| *cut > lead));
    }
    cuts.push(limit);
    let lengths = if believed { Lengths::Yes } else { Lengths::No };
    (cuts.windows(2).map(|w| part(w[0], w[1], lengths)).collect(), Vec::new())
}

/// [`chunks`] from a From_ line on, where the file is one of which any part can be read on its own; else all
/// of them. Tells which.
pub(super) fn chunks_from(
    folder: &Folder,
    octets: u64,
    from: u64,
) -> (Vec<Chunk>, Vec<Skipped>, bool) {
    let (chunks, skipped) = chunks(folder, octets);
    let open = |chunk: &Chunk| matches!(chunk.piece, Piece::Part { lengths: Lengths::No, .. });
    if from == 0 || !chunks.iter().all(open) {
        return (chunks, skipped, false);
    }
    let rest = chunks.into_iter().filter_map(|mut chunk| {
        if let Piece::Part { start, end, .. } = &mut chunk.piece {
            if *end <= from {
                return None;
            }
            *start = from.max(*start);
            chunk.octets = *end - *start;
        }
        Some(chunk)
    });
    (rest.collect(), skipped, true)
}

/// A sum over octets of the file as they are stored; nothing where they are not there.
pub(super) fn sum(folder: &Folder, range: Range<u64>) -> Option<u64> {
    let (file, _) = open::regular(&folder.path).ok()?;
    let mut sum = crate::codec::sum();
    let mut buffer = vec![0; SUMMED];
    let mut at = range.start;
    while at < range.end {
        let wanted = SUMMED.min(usize::try_from(range.end - at).unwrap_or(SUMMED));
        if super::read_full_at(&file, &mut buffer[..wanted], at).ok()? < wanted {
            return None;
        }
        sum.write(&buffer[..wanted]);
        at += wanted as u64;
    }
    Some(sum.finish())
}

/// The whole file as one chunk, to be read from its start.
pub(super) fn whole(folder: &Folder) -> Option<Vec<Chunk>> {
    let limit = std::fs::symlink_metadata(&folder.path).ok()?.len();
    let piece = match folder.compression {
        Compression::None => Piece::Part { start: 0, end: limit, limit, lengths: Lengths::Auto },
        Compression::Gzip | Compression::Zstd => Piece::Stream,
    };
    Some(vec![Chunk { octets: limit, piece }])
}

pub(super) fn read_part(
    folder: &Folder,
    range: Range<u64>,
    limit: u64,
    lengths: Lengths,
    skipped: &mut Vec<Skipped>,
    visit: &mut Visit<'_>,
) {
    let file = match open::regular(&folder.path) {
        Ok((file, _)) => file,
        Err(why) => return skipped.push(Skipped::new(&folder.path, why)),
    };
    // A chunk that starts inside the file needs what stands before its first line.
    let from = match lengths {
        Lengths::No => range.start.saturating_sub(2 * BEFORE as u64),
        Lengths::Auto | Lengths::Yes => range.start,
    };
    let mut reader = Reader::plain(&file, from, limit);
    reader.messages(range, lengths, &mut |m| {
        visit(&stored(folder, m, |start| Backing::Part { file: &file, offset: start }))
    });
    reader.finish(folder, skipped);
}

pub(super) fn read_stream(folder: &Folder, skipped: &mut Vec<Skipped>, visit: &mut Visit<'_>) {
    let opened = match &folder.mended {
        Some(mended) => mended.read(),
        None => open::regular(&folder.path).and_then(|(file, _)| {
            decompressed(file, folder.compression).map_err(|e| e.to_string())
        }),
    };
    let stream = match opened {
        Ok(stream) => stream,
        Err(why) => return skipped.push(Skipped::new(&folder.path, why)),
    };
    let mut reader = Reader::stream(stream);
    reader.messages(0..u64::MAX, Lengths::Auto, &mut |m| {
        let sha256 = m.sha256;
        visit(&stored(folder, m, |_| Backing::Stream { sha256 }))
    });
    reader.finish(folder, skipped);
}

fn stored<'a>(
    folder: &Folder,
    message: Raw<'a>,
    backing: impl FnOnce(u64) -> Backing<'a>,
) -> Stored<'a> {
    let Bounds { start, end, .. } = message.bounds;
    let marks = roles::marks(message.head, true);
    Stored {
        place: Place::Span { offset: start, length: end - start },
        size: end - start,
        role: roles::of_message(folder.role, marks.role),
        mark: marks.role,
        listed: None,
        received: message.date,
        flagged: marks.flagged,
        bounds: Some(message.bounds),
        head: message.head,
        backing: backing(start),
    }
}

/// The decompressed octets of a file, which fail where they grow beyond all reason.
pub(super) fn decompressed(file: File, how: Compression) -> io::Result<Box<dyn Read>> {
    let taken = Rc::new(Cell::new(0));
    let counted = Counted { file, taken: Rc::clone(&taken) };
    let inner: Box<dyn Read> = match how {
        Compression::None => Box::new(counted),
        Compression::Gzip => {
            Box::new(flate2::bufread::MultiGzDecoder::new(io::BufReader::new(counted)))
        }
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::new(counted)?),
    };
    Ok(Box::new(Capped { inner, taken, given: 0 }))
}

struct Counted {
    file: File,
    taken: Rc<Cell<u64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.file.read(buffer)?;
        self.taken.set(self.taken.get() + got as u64);
        Ok(got)
    }
}

struct Capped {
    inner: Box<dyn Read>,
    taken: Rc<Cell<u64>>,
    given: u64,
}

impl Read for Capped {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given > GROWTH_FREE && self.given > self.taken.get().saturating_mul(GROWTH) {
            return Err(io::Error::other(format!(
                "decompresses to more than {GROWTH} times its size; not read further"
            )));
        }
        let got = self.inner.read(buffer)?;
        self.given += got as u64;
        Ok(got)
    }
}

/// One level of mboxrd quoting (which is the level of mboxo) taken off the body: `^>+From `. Header
/// lines stay: `>From ` there is UUCP's trace.
pub(super) fn unquoted(raw: &[u8]) -> Cow<'_, [u8]> {
    let Some(body) = roles::body_start(raw) else { return Cow::Borrowed(raw) };
    let mut out = Vec::new();
    let mut kept = 0;
    for found in memmem::find_iter(&raw[body..], b">From ") {
        let at = body + found;
        let marks = raw[body..at].iter().rev().take_while(|b| **b == b'>').count();
        let line = at - marks;
        if line == body || raw[line - 1] == b'\n' {
            out.extend_from_slice(&raw[kept..line]);
            kept = line + 1;
        }
    }
    if kept == 0 {
        return Cow::Borrowed(raw);
    }
    out.extend_from_slice(&raw[kept..]);
    Cow::Owned(out)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use std::io::Write;
    use std::path::{Path, PathBuf};

    use proptest::prelude::*;

    use super::*;
    use crate::store::{Fingerprint, Layout, Role};

    const LINE: &str = "From nadia@example.org Fri Jul  8 12:08:34 2011\n";

    fn folder(path: &Path, compression: Compression) -> Folder {
        Folder {
            name: "INBOX".into(),
            path: path.to_owned(),
            below: PathBuf::from("x"),
            layout: Layout::Mbox,
            compression,
            role: Role::Received,
            why: String::new(),
            mailbox: PathBuf::new(),
            mended: None,
        }
    }

    fn read(path: &Path, compression: Compression, octets: u64) -> Vec<(Bounds, Fingerprint)> {
        let folder = folder(path, compression);
        let mut found = Vec::new();
        for chunk in folder.chunks(octets).unwrap().0 {
            folder.read_until(&chunk, &mut |m| {
                let bounds = m.bounds.unwrap();
                assert_eq!(m.place, Place::Span { offset: bounds.start, length: m.size });
                found.push((bounds, m.fingerprint().unwrap()));
                ControlFlow::Continue(())
            });
        }
        found
    }

    fn write(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    /// The messages as octets; every octet of the file belongs to a From_ line, a message, or a
    /// blank line.
    fn split(bytes: &[u8]) -> Vec<Vec<u8>> {
        let file = write(bytes);
        let found = read(file.path(), Compression::None, u64::MAX);
        let mut at = found.first().map_or(0, |f| f.0.from_line);
        let mut messages = Vec::new();
        for (bounds, print) in found {
            assert_eq!(bounds.from_line, at);
            assert!(bounds.from_line < bounds.start && bounds.start <= bounds.end);
            let part = |from: u64, to: u64| &bytes[from as usize..to as usize];
            assert!(part(bounds.from_line, bounds.start).starts_with(b"From "));
            assert!([&b""[..], b"\n", b"\r\n"].contains(&part(bounds.end, bounds.next)));
            assert_eq!(print, Fingerprint::of(part(bounds.start, bounds.end)));
            messages.push(part(bounds.start, bounds.end).to_vec());
            at = bounds.next;
        }
        assert!(messages.is_empty() || at == bytes.len() as u64);
        messages
    }

    fn texts(bytes: &str) -> Vec<String> {
        split(bytes.as_bytes()).into_iter().map(|m| String::from_utf8(m).unwrap()).collect()
    }

    #[test]
    fn last_message_of_an_mbox_is_kept() {
        assert_eq!(
            texts(&format!("{LINE}A: 1\n\nx\n\n{LINE}A: 2\n\ny\n\n")),
            ["A: 1\n\nx\n", "A: 2\n\ny\n"]
        );
    }

    #[test]
    fn a_missing_final_newline_costs_nothing() {
        assert_eq!(
            texts(&format!("{LINE}A: 1\n\nx\n\n{LINE}A: 2\n\ny")),
            ["A: 1\n\nx\n", "A: 2\n\ny"]
        );
    }

    #[test]
    fn crlf_files_are_split_at_the_same_places() {
        let text = format!("{LINE}A: 1\n\nx\n\n{LINE}A: 2\n\ny\n\n").replace('\n', "\r\n");
        assert_eq!(texts(&text), ["A: 1\r\n\r\nx\r\n", "A: 2\r\n\r\ny\r\n"]);
    }

    #[test]
    fn empty_file_and_lone_from_lines_are_read() {
        assert!(texts("").is_empty());
        assert_eq!(texts("From "), [""]);
        assert_eq!(texts(LINE), [""]);
        assert_eq!(texts(&format!("{LINE}\n{LINE}\n{LINE}A: 3\n")), ["", "", "A: 3\n"]);
    }

    #[test]
    fn unescaped_from_in_a_body_separates_nothing() {
        let body = "A: 1\n\nWhat now?\n\nFrom here on it rains.\nFrom me to you\n\nFrom nadia@example.org I heard.\n";
        assert_eq!(texts(&format!("{LINE}{body}\n{LINE}A: 2\n")), [body, "A: 2\n"]);
    }

    #[test]
    fn a_full_from_line_without_its_blank_line_separates() {
        assert_eq!(texts(&format!("{LINE}A: 1\n\nx\n{LINE}A: 2\n")), ["A: 1\n\nx\n", "A: 2\n"]);
        let body = format!("A: 1\n\nquoted:\n{LINE}was the line\n");
        assert_eq!(texts(&format!("{LINE}{body}")), [body]);
    }

    #[test]
    fn only_one_blank_line_belongs_to_the_frame() {
        assert_eq!(
            texts(&format!("{LINE}A: 1\n\nx\n\n\n{LINE}A: 2\n\ny\n\n\n")),
            ["A: 1\n\nx\n\n", "A: 2\n\ny\n\n"]
        );
    }

    #[test]
    fn a_true_content_length_guards_from_lines_in_the_body() {
        let body = format!("Dear all,\n\n{LINE}Subject: not a message\n\nend\n");
        let first = format!("A: 1\nContent-Length: {}\n\n{body}", body.len());
        assert_eq!(
            texts(&format!("{LINE}{first}\n{LINE}A: 2\n\ny\n")),
            [first.clone(), "A: 2\n\ny\n".into()]
        );
        assert_eq!(texts(&format!("{LINE}{first}")), std::slice::from_ref(&first));
        assert_eq!(texts(&format!("{LINE}A: 0\n\nx\n\n{LINE}{first}\n"))[1], first);
        let crlf = texts(&format!("{LINE}{first}\n{LINE}A: 2\n").replace('\n', "\r\n"));
        assert_eq!(crlf.len(), 3, "the length counts the octets as they are stored");
    }

    #[test]
    fn a_false_content_length_is_not_believed() {
        for length in ["3", "999999", "-1", "x", "18446744073709551615"] {
            let first = format!("A: 1\nContent-Length: {length}\n\nlonger than this\n");
            assert_eq!(texts(&format!("{LINE}{first}\n{LINE}A: 2\n")), [first, "A: 2\n".into()]);
        }
    }

    #[test]
    fn quoting_of_one_level_is_undone_in_the_body_only() {
        let raw = b"A: 1\n>From x\n\n>From a\n>>From b\n> >From c\n>from d\nx>From e\n>From";
        assert_eq!(
            unquoted(raw).as_ref(),
            b"A: 1\n>From x\n\nFrom a\n>From b\n> >From c\n>from d\nx>From e\n>From"
        );
        assert!(matches!(unquoted(b"A: 1\n\nplain > From x\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn text_before_the_first_from_line_is_reported() {
        let file = write(format!("stray text\n\n{LINE}A: 1\n").as_bytes());
        let folder = folder(file.path(), Compression::None);
        let mut count = 0;
        let mut skipped = Vec::new();
        for chunk in folder.chunks(7).unwrap().0 {
            skipped.extend(folder.read_until(&chunk, &mut |_| {
                count += 1;
                ControlFlow::Continue(())
            }));
        }
        assert_eq!((count, skipped.len()), (1, 1));
    }

    fn packed(bytes: &[u8], how: Compression) -> tempfile::NamedTempFile {
        write(&match how {
            Compression::None => bytes.to_vec(),
            Compression::Gzip => {
                let mut out =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                out.write_all(bytes).unwrap();
                out.finish().unwrap()
            }
            Compression::Zstd => zstd::encode_all(bytes, 1).unwrap(),
        })
    }

    /// Octets that neither compress too well to pass for mail nor hold a From_ line.
    fn filler(len: usize) -> Vec<u8> {
        let mut seed = 1u32;
        let mut out = Vec::with_capacity(len);
        while out.len() < len {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            out.push(if out.len() % 77 == 76 { b'\n' } else { b'a' + (seed >> 28) as u8 });
        }
        out
    }

    #[test]
    fn messages_around_the_sizes_of_the_buffers_are_whole() {
        let around = |size: usize| [size - 1300, size - 49, size - 5, size, size + 1];
        let sizes = [around(BUFFER), around(CAP)].concat();
        const BUFFER: usize = 256 << 10;
        const CAP: usize = 1 << 20;
        let filler = filler(4 * CAP);
        for size in sizes {
            let mut bytes = Vec::new();
            let mut expected = Vec::new();
            for number in 0..3 {
                let mut message = format!("A: {number}\n\n").into_bytes();
                message.extend(&filler[..if number == 1 { 100 } else { size }]);
                message.extend(b"\nFrom here on\n\nFrom there\n");
                bytes.extend(LINE.as_bytes());
                bytes.extend(&message);
                bytes.push(b'\n');
                expected.push(message);
            }
            assert!(split(&bytes) == expected, "{size}");
            let plain = write(&bytes);
            let whole = read(plain.path(), Compression::None, u64::MAX);
            assert_eq!(read(plain.path(), Compression::None, 200_000), whole, "{size}");
        }
    }

    #[test]
    fn a_message_larger_than_what_is_kept_of_a_stream_is_hashed_whole() {
        let mut bytes = format!("{LINE}A: 1\n\n").into_bytes();
        bytes.extend(filler(1 << 20).repeat(17));
        bytes.extend(format!("\n\n{LINE}A: 2\n\nx\n\n").as_bytes());
        let plain = read(write(&bytes).path(), Compression::None, 1 << 20);
        assert_eq!(plain.len(), 2);
        for how in [Compression::Gzip, Compression::Zstd] {
            assert_eq!(read(packed(&bytes, how).path(), how, 1), plain);
        }
    }

    #[test]
    fn of_a_torn_archive_what_was_read_is_visited_and_the_rest_reported() {
        let mut bytes = Vec::new();
        for number in 0..200 {
            bytes.extend(format!("{LINE}A: {number}\n\n").as_bytes());
            bytes.extend(filler(3000));
            bytes.push(b'\n');
        }
        let whole = packed(&bytes, Compression::Gzip);
        let torn = std::fs::read(whole.path()).unwrap();
        let torn = write(&torn[..torn.len() / 2]);
        let folder = folder(torn.path(), Compression::Gzip);
        let mut count = 0;
        let skipped = folder.read_until(&folder.chunks(1).unwrap().0[0], &mut |_| {
            count += 1;
            ControlFlow::Continue(())
        });
        assert!((50..150).contains(&count), "{count}");
        assert!(skipped[0].why.starts_with("read in part only"), "{skipped:?}");
    }

    #[test]
    fn a_bomb_is_given_up() {
        let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(format!("{LINE}A: 1\n\n").as_bytes()).unwrap();
        for _ in 0..100 {
            out.write_all(&vec![b'x'; 1 << 20]).unwrap();
        }
        let bomb = write(&out.finish().unwrap());
        let folder = folder(bomb.path(), Compression::Gzip);
        let mut largest = 0;
        let skipped = folder.read_until(&folder.chunks(1).unwrap().0[0], &mut |m| {
            largest = m.size;
            assert!(m.head().len() <= 16 << 20);
            ControlFlow::Continue(())
        });
        assert!(largest < 80 << 20);
        assert!(skipped[0].why.contains("200 times its size"), "{skipped:?}");
    }

    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop_oneof![
            4 => Just(LINE.as_bytes().to_vec()),
            1 => Just(LINE.replace('\n', "\r\n").into_bytes()),
            1 => Just(b"From - Fri Jul 08 12:08:34 2011\n".to_vec()),
            2 => Just(b"From here on\n".to_vec()),
            1 => Just(b">From there\n".to_vec()),
            1 => Just(b"From ".to_vec()),
            5 => Just(b"\n".to_vec()),
            2 => Just(b"\r\n".to_vec()),
            3 => Just(b"Subject: x\n".to_vec()),
            2 => (0u32..200).prop_map(|n| format!("Content-Length: {n}\n\n").into_bytes()),
            2 => ("([a-z]{0,9}\n){0,5}", "([a-z]{0,9}\n){0,5}").prop_map(|(a, b)| {
                let body = format!("{a}\n{LINE}{b}");
                format!("{LINE}A: 1\nContent-Length: {}\n\n{body}", body.len()).into_bytes()
            }),
            3 => "[a-z \\x00\\xff]{0,30}\n?".prop_map(String::into_bytes),
        ];
        (any::<bool>(), prop::collection::vec(piece, 0..60)).prop_map(|(framed, pieces)| {
            let start = if framed { LINE.as_bytes() } else { b"" };
            [start, &pieces.concat()].concat()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn from_lines_spans_and_blank_lines_add_up_to_the_file(bytes in pieces()) {
            split(&bytes);
        }

        #[test]
        fn splitting_does_not_depend_on_chunks_or_compression(bytes in pieces(), octets in 1u64..300) {
            let plain = write(&bytes);
            let whole = read(plain.path(), Compression::None, u64::MAX);
            prop_assert_eq!(&read(plain.path(), Compression::None, octets), &whole);
            prop_assert_eq!(&read(plain.path(), Compression::None, 1), &whole);
            for how in [Compression::Gzip, Compression::Zstd] {
                prop_assert_eq!(&read(packed(&bytes, how).path(), how, octets), &whole);
            }
        }

        /// mbox-reader takes every line that begins with `From ` for a separator. So ours are among
        /// its starts, and the same where each such line is one.
        #[test]
        fn separators_are_among_those_of_mbox_reader(
            bytes in pieces(),
            bodies in prop::collection::vec("([a-z>]{0,20}\n){0,9}", 1..20),
        ) {
            let starts = |path: &Path| {
                let file = mbox_reader::MboxFile::from_file(path).unwrap();
                std::iter::once(0)
                    .chain(file.iter().map(|e| e.offset() as u64))
                    .collect::<Vec<_>>()
            };
            let ours = |path: &Path| {
                read(path, Compression::None, 100).iter().map(|f| f.0.from_line).collect::<Vec<_>>()
            };
            if !bytes.is_empty() {
                let file = write(&bytes);
                let theirs = starts(file.path());
                prop_assert!(
                    ours(file.path()).iter().all(|at| theirs.contains(at) || bytes[..*at as usize].trim_ascii().is_empty())
                );
            }
            let framed: String = bodies.iter().map(|b| format!("{LINE}A: b\n\n{b}\n")).collect();
            let file = write(framed.as_bytes());
            prop_assert_eq!(ours(file.path()), starts(file.path()));
        }
    }
}
