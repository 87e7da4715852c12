//! Judges each message that is made to be slow to read, and then one that is twice and one that is four times as large,
//! and prints their names and octets: for `scripts/check-growth`, which counts what each of them costs.

#[path = "../tests/suite/hostile/bombs.rs"]
#[expect(dead_code, reason = "what is expected of them is for the tests")]
mod bombs;
#[path = "../tests/suite/hostile/breaking.rs"]
#[expect(dead_code, reason = "only what may be expected is asked of it")]
mod breaking;

use std::io::{self, Write};

use unscatter::message::{Limits, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

/// Octets of the smallest of three.
const LEAST: usize = 12 << 10;
const MOST: usize = 256 << 10;

/// What is counted; the counter knows it by its name.
#[inline(never)]
fn judged(recogniser: &Recogniser, octets: &[u8]) -> Kind {
    let message = parse(octets, &Limits::default(), recogniser.breaks());
    decide_kind(&message, &recogniser.look(&message)).kind
}

/// Marks for the counter where the judging ends: it sees calls, not returns.
#[inline(never)]
fn counted(kind: Kind) -> Kind {
    std::hint::black_box(kind)
}

fn main() -> io::Result<()> {
    let recogniser = Recogniser::new(false);
    let mut out = io::stdout();
    // What is made at the first use belongs to none of them.
    counted(judged(&recogniser, b"From: a@example.org\nSubject: x\n\nx\n"));
    for bomb in bombs::all() {
        let size = (bomb.size / 8).clamp(LEAST, MOST);
        for size in [size, 2 * size, 4 * size] {
            let octets = (bomb.make)(size);
            let kind = counted(judged(&recogniser, &octets));
            writeln!(out, "{}\t{}\t{}", bomb.name, octets.len(), kind.name())?;
        }
    }
    Ok(())
}
