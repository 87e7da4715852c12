//! The documents are true: every command line in them runs, or at least parses; every link leads somewhere;
//! the reference has the help and the columns of today.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{copy, corpus, root};

/// A block of code: what stands behind its fence, the line of the fence, its lines.
struct Block {
    tag: String,
    line: usize,
    lines: Vec<String>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in text.lines().enumerate() {
        if let Some(tag) = line.strip_prefix("```") {
            open = !open;
            if open {
                blocks.push(Block { tag: tag.to_owned(), line: at + 1, lines: Vec::new() });
            }
        } else if open {
            blocks.last_mut().unwrap().lines.push(line.to_owned());
        }
    }
    assert!(!open, "a block of code is not closed");
    blocks
}

/// README and all of docs, by name.
fn pages() -> BTreeMap<String, String> {
    let mut paths = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    paths.extend(fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()));
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "md"));
    let page = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        (name, fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(page).collect()
}

/// A home folder with all the mail that the documents speak of.
fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    let (maildir, mbox) = (corpus().join("stores/joe-job"), corpus().join("stores/mbox"));
    let at = |below: &str| home.path().join(below);
    for below in ["Maildir", "gmail/INBOX", "corpus/stores/joe-job"] {
        copy(&maildir, &at(below));
    }
    copy(&maildir.join(".Sent"), &at("gmail/[Gmail]/Sent Mail"));
    let inbox = [
        "mail/inbox",
        "Takeout/Mail/All mail Including Spam and Trash.mbox",
        "outlook/Inbox/mbox",
        "Desktop/INBOX.mbox/mbox",
        ".thunderbird/abcd1234.default/Mail/Local Folders/Inbox",
    ];
    let sent = [
        "mail/sent",
        "outlook/Sent Items/mbox",
        "Desktop/Sent Messages.mbox/mbox",
        ".thunderbird/abcd1234.default/Mail/Local Folders/Sent",
    ];
    for (from, all) in [("inbox.mbox", &inbox[..]), ("sent.mbox", &sent[..])] {
        for below in all {
            fs::create_dir_all(at(below).parent().unwrap()).unwrap();
            fs::copy(mbox.join(from), at(below)).unwrap();
        }
    }
    fs::write(at("key.txt"), "0123456789abcdef".repeat(4)).unwrap();
    home
}

fn shell(home: &Path, folder: &Path, line: &str) -> Output {
    let program = PathBuf::from(assert_cmd::cargo::cargo_bin!("unscatter"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let mut command = Command::new("/bin/sh");
    command.env_clear().env("HOME", home).env("PATH", path).current_dir(folder);
    command.args(["-c", line]).output().unwrap()
}

#[test]
fn every_command_line_in_the_documents_runs() {
    let mut run = 0;
    let mut wrong = Vec::new();
    for (name, text) in pages() {
        let home = home();
        let mut folder = home.path().to_owned();
        for block in blocks(&text) {
            if block.tag == "toml" && name.ends_with("NIGHTLY.md") {
                // A whole configuration; what follows runs under it.
                let configuration = home.path().join(".config/unscatter/config.toml");
                fs::create_dir_all(configuration.parent().unwrap()).unwrap();
                fs::write(&configuration, block.lines.join("\n")).unwrap();
                let output = shell(home.path(), &folder, "unscatter config --print");
                if !output.status.success() {
                    wrong.push(format!(
                        "{name}:{}: {}",
                        block.line,
                        String::from_utf8_lossy(&output.stderr)
                    ));
                }
            }
            if !block.tag.starts_with("sh") {
                continue;
            }
            for line in block.lines.join("\n").replace("\\\n", " ").lines() {
                if let Some(to) = line.strip_prefix("cd ") {
                    let to = shell(home.path(), &folder, &format!("cd {to} && pwd"));
                    folder = String::from_utf8(to.stdout).unwrap().trim().into();
                }
                if !line.starts_with("unscatter ") {
                    continue;
                }
                let parse = block.tag == "sh parse";
                let typed = if parse { format!("{line} --help") } else { line.to_owned() };
                let output = shell(home.path(), &folder, &typed);
                run += 1;
                if !output.status.success() {
                    wrong.push(format!(
                        "{name}:{}: {line}: {} {}",
                        block.line,
                        output.status,
                        String::from_utf8_lossy(&output.stderr)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(run >= 30, "only {run} command lines seen");
}

#[test]
fn every_command_line_in_a_sentence_parses() {
    let home = home();
    let mut seen = 0;
    for (name, text) in pages() {
        let mut fenced = false;
        let mut prose = String::new();
        for line in text.lines() {
            fenced ^= line.starts_with("```");
            if !fenced {
                prose.push_str(line);
                prose.push('\n');
            }
        }
        for quoted in prose.split('`').skip(1).step_by(2) {
            let line = quoted.replace('\n', " ");
            // Placeholders stand in capitals; a lone name of a command is no command line.
            let Some(rest) = line.strip_prefix("unscatter ") else { continue };
            if rest.contains('…') || !rest.contains(' ') {
                continue;
            }
            let output = shell(home.path(), home.path(), &format!("{line} --help"));
            assert!(
                output.status.success(),
                "{name}: {line}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            seen += 1;
        }
    }
    assert!(seen >= 5, "only {seen} seen");
}

/// The name that a heading has in links, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    for (name, text) in pages() {
        let folder = root().join(&name).parent().unwrap().to_owned();
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if target.starts_with("https://") || target.contains(char::is_whitespace) {
                continue;
            }
            let (path, section) = target.split_once('#').unwrap_or((target, ""));
            let path = if path.is_empty() { root().join(&name) } else { folder.join(path) };
            assert!(path.exists(), "{name}: {target} leads nowhere");
            if !section.is_empty() {
                let linked = fs::read_to_string(&path).unwrap();
                let mut headings = linked.lines().filter(|line| line.starts_with('#'));
                assert!(
                    headings.any(|line| anchor(line) == section),
                    "{name}: no section {target}"
                );
            }
            seen += 1;
        }
    }
    assert!(seen >= 20, "only {seen} links seen");
}

#[test]
fn the_reference_has_the_help_and_the_columns_of_today() {
    let path = root().join("docs/REFERENCE.md");
    let stored = fs::read_to_string(&path).unwrap();
    let home = tempfile::tempdir().unwrap();
    let (mut fresh, mut old, mut commands) = (String::new(), false, 0);
    let (mut old_table, mut tables) = (false, 0);
    for line in stored.lines() {
        if old && line != "```" || old_table && line.starts_with('|') {
            continue;
        }
        (old, old_table) = (false, false);
        fresh.push_str(line);
        fresh.push('\n');
        if line == "<!-- columns -->" {
            fresh.push_str(&unscatter::report::columns_readme());
            (old_table, tables) = (true, tables + 1);
        } else if let Some(command) =
            line.strip_prefix("<!-- ").and_then(|l| l.strip_suffix(" -->"))
        {
            let output = shell(home.path(), home.path(), command);
            assert!(output.status.success(), "{command}");
            let fence = if command.contains("--print") { "```toml" } else { "```text" };
            let text = String::from_utf8(output.stdout).unwrap();
            fresh.push_str(&format!("{fence}\n{}\n", text.trim_end()));
            (old, commands) = (true, commands + 1);
        }
    }
    assert!(commands >= 9 && tables == 1);
    if std::env::var_os("UNSCATTER_BLESS").is_some() {
        fs::write(&path, fresh).unwrap();
        return;
    }
    assert!(stored == fresh, "docs/REFERENCE.md is stale: run scripts/bless");
}

#[test]
fn the_reference_has_every_command() {
    let text = fs::read_to_string(root().join("docs/REFERENCE.md")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let help = shell(home.path(), home.path(), "unscatter --help");
    let help = String::from_utf8(help.stdout).unwrap();
    let list = help.split("Commands:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    for name in list.lines().filter_map(|line| line.split_whitespace().next()) {
        let known = list.contains(&format!("  {name} "));
        assert!(!known || text.contains(&format!("\n### unscatter {name}\n")), "{name}");
    }
}
