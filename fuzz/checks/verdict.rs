//! Any octets get a verdict; the quick way and the slow way give the same; what was refused is ordinary.

use std::sync::LazyLock;

use unscatter::message::{Limits, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

static QUICK: LazyLock<Recogniser> = LazyLock::new(|| Recogniser::new(false));

/// Makes what is made once.
pub(crate) fn begin() {
    LazyLock::force(&QUICK);
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let message = parse(octets, &Limits::default(), QUICK.breaks());
    let kind = decide_kind(&message, &QUICK.look(&message)).kind;
    if message.defects.iter().any(|defect| defect.refuses()) {
        assert_eq!(kind, Kind::Ordinary, "{:?}", message.defects);
    }
}
