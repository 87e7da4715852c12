//! The SQLite file against the CSV of the same scan, and its documentation.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use rusqlite::Connection;
use rusqlite::types::Value;
use unscatter::report::{COLUMNS, escape};

use crate::support::{corpus, root};

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(crate::faults::program());
    command.current_dir(folder).args(arguments).output().unwrap()
}

/// Messages that try to be more than text in every field that reports show.
fn hostile(folder: &Path) {
    for below in ["cur", "new", "tmp"] {
        fs::create_dir_all(folder.join("Maildir").join(below)).unwrap();
    }
    for (n, evil) in [
        "=cmd|' /C calc'!A0",
        "'); DROP TABLE findings; --",
        "\"quoted\", and, commas",
        "<script>alert(1)</script>",
        "a\u{202e}b\u{200b}c",
        "line\u{2028}two",
        "\u{1b}[31mred",
    ]
    .iter()
    .enumerate()
    {
        let bounce = format!(
            "Return-Path: <>\nFrom: {evil} <mailer-daemon@mx.example.net>\nTo: owner@example.org\n\
             Subject: {evil}\nMessage-ID: <{n}@mx.example.net>\nDate: Fri, 14 Aug 2026 12:00:00 +0000\n\
             MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\n\nfailed\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n\
             Final-Recipient: rfc822; {evil}@example.com\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 {evil}\n\
             --b\nContent-Type: text/rfc822-headers\n\nReceived: from x (x.example [192.0.2.7]) by mx.example.net with SMTP\n\
             From: owner@example.org\nSubject: {evil}\nMessage-ID: <o{n}@example.org>\n\n--b--\n"
        );
        let mut octets = bounce.into_bytes();
        // Octets that are no UTF-8.
        octets.extend_from_slice(b"\xff\xfe");
        fs::write(folder.join(format!("Maildir/cur/{n}.a:2,S")), octets).unwrap();
    }
}

fn text(value: Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Integer(n) => n.to_string(),
        Value::Real(x) => format!("{x:.4}"),
        Value::Text(text) => text,
        Value::Blob(_) => panic!("no blobs"),
    }
}

fn compare(folder: &Path, store: &str) {
    let output = run(folder, &["scan", store, "--all", "-o", "f.csv", "-o", "f.sqlite"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let db = Connection::open(folder.join("f.sqlite")).unwrap();
    let names: Vec<String> = COLUMNS.iter().map(|c| format!("\"{}\"", c.name)).collect();
    let sql = format!("SELECT {} FROM findings ORDER BY finding", names.join(", "));
    let mut statement = db.prepare(&sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    let mut csv = csv::Reader::from_path(folder.join("f.csv")).unwrap();
    let mut count = 0;
    for record in csv.records() {
        let record = record.unwrap();
        let row = rows.next().unwrap().unwrap();
        for (at, cell) in record.iter().enumerate() {
            assert_eq!(text(row.get(at).unwrap()), escape::defused(cell), "{}", COLUMNS[at].name);
        }
        count += 1;
    }
    assert!(rows.next().unwrap().is_none());
    assert!(count > 5);
    let one = |sql: &str| db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(one("SELECT seen FROM runs"), count);
    assert_eq!(one("SELECT sum(messages) FROM counts"), count);
    for table in ["recipients", "evidence", "hops"] {
        let lost = format!(
            "SELECT count(*) FROM {table} WHERE finding NOT IN (SELECT finding FROM findings)"
        );
        assert_eq!(one(&lost), 0);
        assert!(one(&format!("SELECT count(*) FROM {table}")) > 0, "{table}");
    }
    assert_eq!(
        one("SELECT count(*) FROM evidence WHERE code NOT IN (SELECT code FROM signals)"),
        0
    );
}

#[test]
fn every_cell_is_the_one_of_the_csv() {
    let folder = tempfile::tempdir().unwrap();
    let store = corpus().join("stores/joe-job");
    compare(folder.path(), store.to_str().unwrap());
}

#[test]
fn hostile_values_are_text() {
    let folder = tempfile::tempdir().unwrap();
    hostile(folder.path());
    compare(folder.path(), "Maildir");
}

#[test]
fn a_database_does_not_go_to_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    hostile(folder.path());
    let output = run(folder.path(), &["scan", "Maildir", "-o", "-", "--format", "sqlite"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("a file of its own"));
}

#[test]
fn the_documented_schema_is_that_of_the_file() {
    let path = root().join("docs/SCHEMA.md");
    if std::env::var_os("UNSCATTER_BLESS").is_some() {
        fs::write(&path, unscatter::report::schema_readme()).unwrap();
    }
    let stored = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == unscatter::report::schema_readme(),
        "docs/SCHEMA.md is stale: run scripts/bless"
    );
}
