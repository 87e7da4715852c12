//! Any octets get a verdict; the quick way and the slow way give the same; what was refused is ordinary.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use unscatter::message::{Limits, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

static QUICK: LazyLock<Recogniser> = LazyLock::new(|| Recogniser::new(false));

fuzz_target!(|octets: &[u8]| {
    let message = parse(octets, &Limits::default(), QUICK.breaks());
    let kind = decide_kind(&message, &QUICK.look(&message)).kind;
    if message.defects.iter().any(|defect| defect.refuses()) {
        assert_eq!(kind, Kind::Ordinary, "{:?}", message.defects);
    }
});
