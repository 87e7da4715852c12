//! The first look at a message never says no where the whole look finds an automatic answer.

use std::sync::LazyLock;

use unscatter::message::{Limits, parse};
use unscatter::signals::{Kind, Recogniser};
use unscatter::verdict::decide_kind;

static RECOGNISER: LazyLock<Recogniser> = LazyLock::new(|| Recogniser::new(false));

/// Makes what is made once.
pub(crate) fn begin() {
    LazyLock::force(&RECOGNISER);
}

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let head = &octets[..octets.len().min(16 << 10)];
    if octets.len() > head.len() || RECOGNISER.may_find(&unscatter::message::glance(head)) {
        return;
    }
    let message = parse(octets, &Limits::default(), RECOGNISER.breaks());
    let kind = decide_kind(&message, &RECOGNISER.look(&message)).kind;
    assert_eq!(kind, Kind::Ordinary);
}
