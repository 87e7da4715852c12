//! The order of the house: rooms import only from lower floors; files stay small; nothing foreign is
//! named.

use std::fs;

use crate::support::{files, root};

/// The floor of each room (HOUSE in ARCHITECTURE.md).
fn floor(room: &str) -> Option<usize> {
    Some(match room {
        "store" | "message" => 0,
        "signals" | "sent" | "state" => 1,
        "correlation" => 2,
        "learning" => 3,
        "verdict" => 4,
        "scan" => 5,
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
    let mut seen = 0;
    for path in files(&root().join("src"), "rs") {
        let name = path.strip_prefix(root().join("src")).unwrap().display().to_string();
        // Pure tables are exempt.
        let tables = [
            "signals/vendors/",
            "signals/languages/",
            "signals/reason/phrases.rs",
            "signals/challenge/words.rs",
            "store/names.rs",
        ];
        if tables.iter().any(|t| name.starts_with(t)) {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let lines = text.lines().take_while(|l| *l != "#[cfg(test)]").count();
        assert!(lines <= 560, "{name} has {lines} lines");
        seen += 1;
    }
    assert!(seen > 30);
}
