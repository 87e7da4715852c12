//! A plan that was saved and comes back, perhaps with lines deleted by a person. Where a message lies and
//! which one it is, is believed only as far as the stores confirm it; that it goes, and as what class, is the
//! decision of the person: its row is not judged again.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, PathBuf};

use super::journal::Known;
use super::plan::{Places, Plan, Site, Step, Target, digests, site};
use super::target::{file, fits, no_copies, of_plan};
use super::{Error, shown};
use crate::store::{Fingerprint, Role, Skipped, Store, escaped};

/// A row of a saved plan, its cells as the octets they stand for.
#[derive(Debug, Clone)]
pub struct Row {
    /// The store as it was named.
    pub store: Vec<u8>,
    /// Place below it.
    pub locator: Vec<u8>,
    /// The class it had.
    pub class: String,
    /// Digest and size.
    pub fingerprint: Fingerprint,
    /// Folder or file it goes to, in its real place.
    pub to: Vec<u8>,
}

/// Reads the columns that matter of a saved plan. `undo` takes the escapes of a cell off.
pub fn read_rows(
    source: impl std::io::Read,
    name: &str,
    undo: &dyn Fn(&str) -> Vec<u8>,
) -> Result<Vec<Row>, crate::Error> {
    let malformed = |what: String| crate::Error::Malformed { path: name.to_owned(), what };
    let mut reader = csv::Reader::from_reader(source);
    let headers = reader.headers().map_err(|e| malformed(e.to_string()))?.clone();
    let column = |wanted: &str| {
        let at = headers.iter().position(|h| h == wanted);
        at.ok_or_else(|| {
            malformed(format!("no column {wanted}; write a plan with sweep -o plan.csv"))
        })
    };
    let [store, locator, class, sha256, size, to] =
        ["store", "locator", "class", "sha256", "size", "move_to"].map(column);
    let (store, locator, class, sha256, size, to) = (store?, locator?, class?, sha256?, size?, to?);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| malformed(e.to_string()))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |i: usize| record.get(i).unwrap_or_default();
        let wrong = |what: &str| malformed(format!("line {line}: {what}"));
        if !matches!(
            cell(class),
            "backscatter"
                | "genuine-bounce"
                | "undecided-bounce"
                | "delivery-notice"
                | "auto-reply"
                | "challenge-response"
                | "receipt"
                | "feedback-report"
        ) {
            return Err(wrong(
                "the class is that of no automatic answer; such mail is never moved",
            ));
        }
        rows.push(Row {
            store: undo(cell(store)),
            locator: undo(cell(locator)),
            class: cell(class).to_owned(),
            fingerprint: Fingerprint {
                sha256: super::unhex(cell(sha256)).ok_or_else(|| wrong("no digest in sha256"))?,
                len: cell(size).parse().map_err(|_| wrong("no number in size"))?,
            },
            to: undo(cell(to)),
        });
    }
    Ok(rows)
}

/// Makes a plan of the rows of a saved one. Every row is compared with its message by hash before
/// anything is moved; that is up to [`super::apply()`]. Of what is `known` only the copies matter.
pub fn plan_rows(stores: &[Store], rows: &[Row], copy: bool, known: &Known) -> Result<Plan, Error> {
    no_copies(stores)?;
    let mut plan = Plan { copy, ..Plan::default() };
    let places = Places::of(stores);
    let mut seen = BTreeSet::new();
    for row in rows {
        let store = escaped(&row.store);
        let mut skip = |why: &str| {
            let what = format!("{store}/{}", escaped(&row.locator));
            plan.skipped.push(Skipped { what, why: why.to_owned() });
        };
        let Some((found, folder, inside)) = places.find(&store, &row.locator) else {
            skip("its folder is not found");
            continue;
        };
        if matches!(folder.role, Role::Sent | Role::Draft | Role::Swept) {
            skip("nothing is moved out of Sent, Drafts and swept folders");
            continue;
        }
        let from = match site(folder, &inside) {
            Ok(from) => from,
            Err(why) => {
                skip(&why);
                continue;
            }
        };
        let to = PathBuf::from(OsString::from_vec(row.to.clone()));
        let to = match &from {
            Site::File { top, .. } => match to.strip_prefix(top) {
                Ok(below)
                    if below.components().all(|c| matches!(c, Component::Normal(_)))
                        && below.components().next().is_some() =>
                {
                    Target::Folder(of_plan(below, found, folder)?)
                }
                _ => {
                    return Err(Error::Refused(format!(
                        "move_to {}: not a folder of the Maildir {}",
                        shown(&to),
                        shown(top)
                    )));
                }
            },
            Site::Span { .. } => Target::Mbox(file(to.as_os_str(), "")?),
        };
        fits(found, folder, &to, OsStr::from_bytes(&row.to))?;
        let place = PathBuf::from(OsString::from_vec(row.to.clone()));
        let copied = known.copied.get(&place).filter(|_| copy);
        let digests = || digests(folder, &from, &row.fingerprint);
        if copied.is_some_and(|of| digests().iter().any(|d| of.contains(d))) {
            *plan.left.entry("copied before (--again copies it once more)").or_default() += 1;
            continue;
        }
        if seen.insert(from.place()) {
            plan.steps.push(Step {
                store: store.clone(),
                folder: folder.name.clone(),
                locator: escaped(&row.locator),
                class: row.class.clone(),
                fingerprint: row.fingerprint,
                from,
                to,
            });
        }
    }
    Ok(plan)
}
