//! Between the passes: opens again the few messages in Sent that weaker marks name, and compares their
//! bodies with what came back. A message that cannot be read again tells nothing.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::first_pass::{pool, workers};
use super::reading::Item;
use super::{Options, Source};
use crate::Error;
use crate::codec;
use crate::correlation::{Body, confirm, wanted};
use crate::sent::{SentIndex, SentNumber};
use crate::state::State;
use crate::store::{Memory, Place, Store};

/// Opens the messages in Sent that weaker marks name, and compares their bodies with what came back. They are as
/// hostile as all mail, so they are read on threads that are shut in like those of the first pass.
pub(super) fn compare_bodies(
    items: &mut [Item],
    sent: &SentIndex,
    source: &Source,
    options: &Options,
    state: Option<&State>,
) -> Result<(), Error> {
    let numbers: BTreeSet<SentNumber> = items
        .par_iter()
        .flat_map_iter(|item| match item {
            Item::Record(r, _) => wanted(r, sent),
            Item::Ordinary(_) => Vec::new(),
        })
        .collect::<Vec<_>>()
        .into_iter()
        .take(crate::limits::SENT_BODIES)
        .collect();
    if numbers.is_empty() {
        return Ok(());
    }
    let numbers: Vec<SentNumber> = numbers.into_iter().collect();
    let read = |n: &SentNumber| {
        let ((store, folder), place) = sent.place(*n)?;
        let store = source.stores.get(usize::from(store))?;
        let body = match state {
            Some(state) => remembered_body(store, usize::from(folder), place, state),
            None => Body::read(&store.message(usize::from(folder), place)?),
        };
        Some((*n, body?))
    };
    let bodies: BTreeMap<SentNumber, Body> = pool(workers(options).min(numbers.len()), options)?
        .install(|| numbers.par_iter().filter_map(read).collect());
    items.par_iter_mut().for_each(|item| {
        if let Item::Record(r, _) = item {
            confirm(r, sent, |n| bodies.get(&n));
        }
    });
    Ok(())
}

/// The body of one message in Sent, read only where it is not remembered as it now is.
fn remembered_body(store: &Store, folder: usize, place: &Place, state: &State) -> Option<Body> {
    let before = store.stamp(folder, place, "body");
    if let Some(value) = before.and_then(|(key, _)| state.recall(&key)) {
        match codec::decoded::<Option<Body>>(&value) {
            Ok(body) => return body,
            Err(_) => state.doubt(),
        }
    }
    let body = Body::read(&store.message(folder, place)?);
    if let Some((key, stamp)) = before
        && store.stamp(folder, place, "body") == before
    {
        state.learn(key, &stamp, codec::encoded(&body));
    }
    body
}
