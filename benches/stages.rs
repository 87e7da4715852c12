//! What each stage of a scan takes: splitting an mbox, the glance, parsing, recognising, the tables at a
//! start, and a whole scan with and without its report. The input is the corpus, so that it is the same
//! everywhere.

use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use unscatter::message::{Limits, glance, parse, parse_headers};
use unscatter::scan::{Options, scan};
use unscatter::signals::Recogniser;
use unscatter::store::Store;

fn samples(kind: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(kind);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the corpus")
        .filter_map(|e| e.ok().map(|e| e.path()))
        .filter(|p| p.extension().is_some_and(|e| e == "eml"))
        .collect();
    paths.sort();
    paths.iter().map(|p| fs::read(p).expect("a sample")).collect()
}

fn octets(messages: &[Vec<u8>]) -> Throughput {
    Throughput::Bytes(messages.iter().map(|m| m.len() as u64).sum())
}

fn stages(c: &mut Criterion) {
    let (bounces, ordinary) = (samples("bounce"), samples("ordinary"));
    let recogniser = Recogniser::new(false);
    let limits = Limits::default();

    let mut group = c.benchmark_group("ordinary");
    group.throughput(octets(&ordinary));
    group.bench_function("glance", |b| {
        b.iter(|| ordinary.iter().filter(|m| recogniser.may_find(&glance(black_box(m)))).count());
    });
    group.bench_function("headers, as of Sent", |b| {
        b.iter(|| ordinary.iter().map(|m| parse_headers(m, &limits).from.len()).sum::<usize>());
    });
    group.finish();

    let mut group = c.benchmark_group("bounces");
    group.throughput(octets(&bounces));
    group.bench_function("glance", |b| {
        b.iter(|| bounces.iter().filter(|m| recogniser.may_find(&glance(black_box(m)))).count());
    });
    group.bench_function("parse", |b| {
        b.iter(|| {
            let read = |m: &Vec<u8>| parse(m, &limits, recogniser.breaks()).parts.len();
            bounces.iter().map(read).sum::<usize>()
        });
    });
    let parsed: Vec<_> = bounces.iter().map(|m| parse(m, &limits, recogniser.breaks())).collect();
    group.bench_function("recognise", |b| {
        b.iter(|| parsed.iter().map(|m| recogniser.look(m).len()).sum::<usize>());
    });
    group.finish();

    c.bench_function("tables at a start", |b| b.iter(|| Recogniser::new(black_box(false))));

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("inbox.mbox");
    let mut out = fs::File::create(&path).expect("a file");
    for message in bounces.iter().chain(&ordinary) {
        out.write_all(b"From x@example.org Fri Jul  8 12:08:34 2011\n").expect("room");
        out.write_all(message).expect("room");
        out.write_all(b"\n\n").expect("room");
    }
    drop(out);
    let mut group = c.benchmark_group("mbox");
    group.throughput(Throughput::Bytes(fs::metadata(&path).expect("the mbox").len()));
    let store = Store::discover(&path).expect("an mbox");
    group.bench_function("split", |b| {
        b.iter(|| {
            let mut octets = 0;
            for chunk in store.folders[0].chunks(4 << 20).expect("chunks").0 {
                store.folders[0].read(&store, &chunk, &mut |m| octets += m.size);
            }
            octets
        });
    });
    let options = Options { threads: Some(1), ..Options::default() };
    group.bench_function("scan", |b| {
        b.iter(|| {
            let mut found = 0;
            let stores = [path.clone()];
            scan(&stores, &options, &|_| {}, &mut |_| found += 1).expect("a scan");
            found
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
