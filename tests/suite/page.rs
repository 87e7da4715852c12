//! The page as a person meets it: what it answers about the sample mailbox, and that nothing from mail is
//! ever more than text, in no output.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

use crate::support::{corpus, root};

/// Runs a scan; gives what it printed.
fn scan(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new(crate::faults::program());
    let output = command.current_dir(folder).arg("scan").args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a reader sees of a page: tags taken out, references put back, blanks folded.
fn text(page: &str) -> String {
    let body = page.split_once("<main>").unwrap().1.split_once("<footer>").unwrap().0;
    let mut out = String::new();
    for piece in body.split('<') {
        let (tag, words) = piece.split_once('>').unwrap_or(("", piece));
        if ["td", "th", "p", "li", "br", "h2", "h3", "/t"].iter().any(|t| tag.starts_with(t)) {
            out.push(' ');
        }
        out.push_str(words);
    }
    for (reference, letter) in
        [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
    {
        out = out.replace(reference, letter);
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Who has never seen the store can tell from the page which campaign was largest, when it peaked, whether the
/// account was used, and which mails of the owner's failed.
#[test]
fn the_page_answers_what_its_reader_asks() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    let window = ["--since", "2025-11-18", "--until", "2025-11-18T17:00:00Z"];
    let mut arguments = vec!["corpus/stores/joe-job", "--quiet", "-o", page.to_str().unwrap()];
    arguments.extend(window);
    scan(root(), &arguments);
    let text = text(&fs::read_to_string(&page).unwrap());
    for answer in [
        "Was I hacked, or only spoofed? Spoofed, as far as can be seen",
        "The peak: 9 in the hour from 2025-11-18 16:00.",
        "; the largest is no. ",
        "3 mails of yours really failed",
        "wnda.tanaka@willow-clinic.example 2025-11-18 Photos of the van, user-unknown",
        "lekna.vogel@morgenrot.example 2025-11-18 The kiln slot and the key, mailbox-suspended",
        "soren.jasky@lindenhof.example 2025-11-18 Moving the insurance form to Tuesday, mailbox-full",
    ] {
        assert!(text.contains(answer), "{answer:?} is missing in: {}", &text[..3000]);
    }
}

/// Subjects, names, addresses and links as somebody writes them who wants more than to be read.
const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'-alert(1)-' {{ 7*7 }} {% raw %} &lt;b&gt; <!-- ]]>",
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\u{202e}gpj.exe\u{2066} \u{200b}\u{feff}",
    "\u{1b}[2J\u{1b}]0;owned\u{7} \u{9b}31m",
    "</title></svg></style><style>*{display:none}</style>",
];

/// A bounce that returns a hostile mail. Raw UTF-8 in headers, as spam has it.
fn bounce(number: usize, hostile: &str) -> String {
    let sample = fs::read_to_string(corpus().join("bounce/postfix-bounce.eml")).unwrap();
    let link = format!("http://evil.example/{}", hostile.replace(' ', "%20"));
    sample
        .replace("Mail Delivery System", hostile)
        .replace("MAILER-DAEMON@", &format!("\"{hostile}\" <mailer-daemon@"))
        .replace("relay.example.com (\"", "relay.example.com> (\"")
        .replace("1A936D0144@", &format!("out{number}@"))
        .replace("1e48c21612.40", &format!("in{number}"))
        .replace("Offer for the roof", &format!("{hostile} {number}"))
        .replace("Anna Berg <anna.berg@", "x <anna.berg@")
        .replace("5.1.1 <no.such", &format!("5.1.1 {hostile} <no.such"))
        .replace("laptop-anna (unknown [192.0.2.101])", "spam (unknown [203.0.113.9])")
        .replace("the minutes are ready", &format!("see {link} the minutes"))
}

fn is_dangerous(letter: char) -> bool {
    (letter.is_control() && letter != '\n')
        || matches!(u32::from(letter), 0xad | 0x61c | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x206f | 0xfeff | 0xe0000..=0xe0fff)
}

#[test]
fn hostile_text_is_text_in_every_output() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("Maildir");
    for below in ["cur", "new", "tmp"] {
        fs::create_dir_all(store.join(below)).unwrap();
    }
    for (i, hostile) in HOSTILE.iter().enumerate() {
        for number in 0..6 {
            let name = format!("cur/{i}{number}.x:2,S");
            fs::write(store.join(name), bounce(10 * i + number, hostile)).unwrap();
        }
    }
    let reports = ["-o", "page.html", "-o", "page.csv", "-o", "page.jsonl"];
    let shown = scan(folder.path(), &[&["Maildir", "--no-progress"], &reports[..]].concat());
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    let (page, rows, lines) = (read("page.html"), read("page.csv"), read("page.jsonl"));
    for (name, output) in [("summary", &shown), ("html", &page), ("csv", &rows), ("jsonl", &lines)]
    {
        let found = output.chars().find(|c| is_dangerous(*c));
        assert_eq!(found, None, "{name} holds a character that does not print");
    }
    assert!(rows.contains("alert(1)") && page.contains("alert(1)"), "nothing hostile arrived");
    for wrong in
        ["<script>alert", "<img", "onerror=alert(1)>", "display:none}</style>\n", "href=\"http"]
    {
        assert!(!page.contains(wrong), "{wrong}");
    }
    for tag in ["<script>", "<style>", "</style>", "<title>Answers"] {
        assert_eq!(page.matches(tag).count(), 1, "{tag}");
    }
    let mut reader = csv::Reader::from_reader(rows.as_bytes());
    let mut cells = 0;
    for row in reader.records() {
        for cell in row.unwrap().iter() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            cells += 1;
        }
    }
    assert!(cells >= 8 * 6 * 20);
    assert_eq!(lines.lines().count(), 8 * 6);
    for line in lines.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap();
    }
    // Links are shown, but none can be followed.
    assert!(page.contains("hxxp://evil[.]example") && !page.contains("href=\"http"));
}

#[test]
fn the_time_of_a_report_can_be_set_back_but_not_forth() {
    let folder = tempfile::tempdir().unwrap();
    let made_at = |epoch: &str| {
        let mut command = Command::cargo_bin("unscatter").unwrap();
        command.env("SOURCE_DATE_EPOCH", epoch).current_dir(root());
        let page = folder.path().join("page.html");
        command.args(["scan", "corpus/stores/joe-job", "--quiet", "-o"]).arg(&page);
        assert!(command.output().unwrap().status.success());
        fs::read_to_string(page).unwrap()
    };
    let then = made_at("1775000000");
    assert!(then.contains("2026-03-31 23:33"), "{}", &then[..3000]);
    assert_eq!(made_at("1775000000"), then);
    assert!(!made_at("32503680000").contains("3000-01-01"));
    assert!(made_at("no number").contains("Made offline"));
}
