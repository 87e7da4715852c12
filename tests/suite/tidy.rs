//! The order of the house: rooms import only from lower floors; files stay small; nothing foreign is
//! named.

use std::fs;

use crate::support::{files, root};

/// The floor of each room (HOUSE in ARCHITECTURE.md).
fn floor(room: &str) -> Option<usize> {
    Some(match room {
        "store" | "message" => 0,
        "signals" | "sent" => 1,
        "correlation" => 2,
        "learning" => 3,
        "verdict" => 4,
        "scan" | "state" => 5,
        "report" | "relocation" => 6,
        "cli" => 7,
        _ => return None,
    })
}

#[test]
fn rooms_import_only_from_lower_floors() {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for path in files(&root().join("src"), "rs") {
        let below = path.strip_prefix(root().join("src")).unwrap();
        let room = below.components().next().unwrap().as_os_str().to_str().unwrap();
        let room = room.trim_end_matches(".rs");
        let Some(own) = floor(room) else { continue };
        for line in fs::read_to_string(&path).unwrap().lines() {
            let Some(rest) = line.trim().strip_prefix("use crate::") else { continue };
            let name = rest.split([':', ';', '{', ' ']).next().unwrap();
            let Some(other) = floor(name) else { continue };
            if name == room {
                continue;
            }
            seen += 1;
            if other >= own {
                wrong.push(format!("{}: {line}", below.display()));
            }
        }
    }
    assert!(seen >= 20, "only {seen} imports seen");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_opens_with_what_it_knows() {
    for folder in ["src", "tests", "benches"] {
        for path in files(&root().join(folder), "rs") {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("//!"), "{} does not say what it knows", path.display());
        }
    }
}

#[test]
fn no_file_grows_beyond_a_room() {
    for path in files(&root().join("src"), "rs") {
        let name = path.display().to_string();
        // Pure tables are exempt.
        if name.contains("signals/vendors") || name.contains("signals/languages") {
            continue;
        }
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 650, "{name} has {lines} lines");
    }
}
