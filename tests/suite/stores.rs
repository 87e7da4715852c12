//! Whole stores as mail programs leave them: what is found there, under which name and role, and that
//! every message is visited once and can be opened again by its locator.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Write;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use unscatter::store::{Fingerprint, Layout, Role, Skipped, Store, open_message};

const LINE: &str = "From nadia@example.org Fri Jul  8 12:08:34 2011\n";

struct Seen {
    folder: String,
    locator: String,
    role: Role,
    flagged: bool,
    bytes: Vec<u8>,
    print: Fingerprint,
}

fn visit(store: &Store) -> (Vec<Seen>, Vec<Skipped>) {
    let (mut seen, mut skipped) = (Vec::new(), store.skipped.clone());
    for (number, folder) in store.folders.iter().enumerate() {
        let (chunks, missed) = folder.chunks(64).unwrap();
        skipped.extend(missed);
        for chunk in chunks {
            skipped.extend(folder.read(store, &chunk, &mut |m| {
                seen.push(Seen {
                    folder: folder.name.clone(),
                    locator: store.locator(number, &m.place),
                    role: m.role,
                    flagged: m.flagged,
                    bytes: m.whole(usize::MAX).unwrap().into_owned(),
                    print: m.fingerprint().unwrap(),
                });
            }));
        }
    }
    (seen, skipped)
}

fn read(path: &Path) -> (Store, Vec<Seen>, Vec<Skipped>) {
    let store = Store::discover(path).unwrap();
    let (seen, skipped) = visit(&store);
    for one in &seen {
        let spec = path.join(&one.locator);
        assert_eq!(open_message(spec.as_os_str()).unwrap(), one.bytes, "{}", one.locator);
    }
    (store, seen, skipped)
}

fn mail(from: &str, number: usize) -> String {
    format!("From: {from}\nTo: friend{number}@example.com\nSubject: {number}\n\nText {number}\n")
}

fn put(path: &Path, bytes: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}

fn mbox(count: usize, more: &str) -> String {
    (0..count).map(|n| format!("{LINE}{more}{}\n", mail("a@example.net", n))).collect()
}

fn names(store: &Store) -> Vec<(&str, Role)> {
    store.folders.iter().map(|f| (f.name.as_str(), f.role)).collect()
}

#[test]
fn maildir_with_subfolders_gives_names_roles_and_flags() {
    let dir = tempfile::tempdir().unwrap();
    let top = maildir::Maildir::from(dir.path().join("Maildir"));
    top.create_dirs().unwrap();
    top.store_new(mail("new@example.net", 0).as_bytes()).unwrap();
    for (number, flags) in [(1, "S"), (2, "FS"), (3, "ST"), (4, "D")] {
        top.store_cur_with_flags(mail("cur@example.net", number).as_bytes(), flags).unwrap();
    }
    for folder in
        ["Sent", "&BB4EQgQ,BEAEMAQyBDsENQQ9BD0ESwQ1-", "Archive.2024", "INBOX.Junk", "Backscatter"]
    {
        let name = format!(".{folder}");
        top.create_subfolder_dirs(&name).unwrap();
        let sub = top.subfolder(&name).unwrap();
        sub.store_cur_with_flags(mail(folder, 9).as_bytes(), "").unwrap();
    }
    let (store, seen, skipped) = read(&dir.path().join("Maildir"));
    assert!(skipped.is_empty(), "{skipped:?}");
    assert_eq!(
        names(&store),
        [
            ("INBOX", Role::Received),
            ("Отправленные", Role::Sent),
            ("Archive/2024", Role::Received),
            ("Backscatter", Role::Swept),
            ("INBOX/Junk", Role::Junk),
            ("Sent", Role::Sent),
        ]
    );
    assert!(store.folders.iter().all(|f| f.mailbox == store.root && f.layout == Layout::Maildir));
    let inbox: Vec<_> = seen.iter().filter(|s| s.folder == "INBOX").collect();
    assert_eq!(inbox.len(), 5);
    assert_eq!(inbox.iter().filter(|s| s.flagged).count(), 1);
    assert_eq!(inbox.iter().filter(|s| s.role == Role::Trash).count(), 1);
    assert_eq!(inbox.iter().filter(|s| s.role == Role::Draft).count(), 1);
    assert!(inbox.iter().all(|s| s.print == Fingerprint::of(&s.bytes)));
    assert_eq!(seen.len(), 10);
}

#[test]
fn no_entry_of_a_maildir_is_lost_for_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let cur = dir.path().join("cur");
    fs::create_dir(&cur).unwrap();
    let long = [b"x".repeat(250), b":2,RS".to_vec()].concat();
    let odd: [&[u8]; 8] = [
        b"plain",
        b"a;2,FS",
        b"b!2,S",
        b"c:2,",
        b"\xff\xfe:2,S",
        b"line\nbreak:2,S",
        b"back\\slash",
        &long,
    ];
    for name in odd {
        fs::write(cur.join(OsStr::from_bytes(name)), mail("a@example.net", name.len())).unwrap();
    }
    fs::write(cur.join(".nfs0001"), "x").unwrap();
    fs::create_dir(dir.path().join("tmp")).unwrap();
    fs::write(dir.path().join("tmp/half"), mail("a@example.net", 1)).unwrap();
    let (_, seen, skipped) = read(dir.path());
    assert!(skipped.is_empty());
    assert_eq!(seen.len(), odd.len());
    assert_eq!(seen.iter().filter(|s| s.flagged).count(), 1);
    let shown: Vec<_> = seen.iter().map(|s| s.locator.as_str()).collect();
    assert!(shown.contains(&"cur/\\xFF\\xFE:2,S"), "{shown:?}");
    assert!(shown.contains(&"cur/line\\x0Abreak:2,S"));
    assert!(shown.contains(&"cur/back\\x5Cslash"));
    assert_eq!(shown[0], "cur/a;2,FS");
    assert_eq!(shown[7], "cur/\\xFF\\xFE:2,S", "the order is that of the octets");
}

#[test]
fn what_is_no_regular_file_is_listed_and_never_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let cur = dir.path().join("cur");
    fs::create_dir(&cur).unwrap();
    fs::write(cur.join("1:2,S"), mail("a@example.net", 1)).unwrap();
    std::os::unix::fs::symlink("1:2,S", cur.join("2:2,S")).unwrap();
    std::os::unix::fs::symlink("loop", cur.join("loop")).unwrap();
    fs::create_dir(cur.join("3:2,S")).unwrap();
    let mode = rustix::fs::Mode::RUSR;
    rustix::fs::mknodat(rustix::fs::CWD, cur.join("4:2,S"), rustix::fs::FileType::Fifo, mode, 0)
        .unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(cur.join("5:2,S")).unwrap();
    let (_, seen, skipped) = read(dir.path());
    assert_eq!(seen.len(), 1);
    let why: Vec<_> = skipped.iter().map(|s| s.why.as_str()).collect();
    assert_eq!(skipped.len(), 5, "{skipped:?}");
    for word in ["symbolic link", "FIFO", "socket", "folder"] {
        assert!(why.iter().any(|w| w.contains(word)), "{word}: {why:?}");
    }
    assert!(matches!(Store::discover(&cur.join("4:2,S")), Err(unscatter::Error::NoMail(_))));
}

#[test]
fn a_message_that_a_flag_change_renamed_is_found_again() {
    let dir = tempfile::tempdir().unwrap();
    for place in ["cur", "new"] {
        fs::create_dir(dir.path().join(place)).unwrap();
    }
    let at = |name: &str| dir.path().join(name);
    for name in ["cur/1:2,", "cur/2:2,", "new/3"] {
        fs::write(at(name), mail("a@example.net", 1)).unwrap();
    }
    let store = Store::discover(dir.path()).unwrap();
    let (chunks, _) = store.folders[0].chunks(u64::MAX).unwrap();
    fs::rename(at("cur/1:2,"), at("cur/1:2,FS")).unwrap();
    fs::rename(at("new/3"), at("cur/3:2,S")).unwrap();
    fs::remove_file(at("cur/2:2,")).unwrap();
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for chunk in &chunks {
        skipped.extend(store.folders[0].read(&store, chunk, &mut |m| {
            found.push((store.locator(0, &m.place), m.flagged));
        }));
    }
    assert_eq!(found, [("cur/1:2,FS".into(), true), ("cur/3:2,S".into(), false)]);
    assert_eq!(skipped.len(), 1);
    assert!(skipped[0].what.ends_with("cur/2:2,"));
}

#[test]
fn layout_fs_and_side_by_side_maildirs_are_one_mailbox() {
    let dir = tempfile::tempdir().unwrap();
    for folder in ["INBOX", "Sent Items", "Archive/2024", "Archive/2024/Gesendet"] {
        put(&dir.path().join(folder).join("cur/1:2,S"), mail("a@example.net", 1));
    }
    let (store, seen, _) = read(dir.path());
    assert_eq!(
        names(&store),
        [
            ("Archive/2024", Role::Received),
            ("Archive/2024/Gesendet", Role::Sent),
            ("INBOX", Role::Received),
            ("Sent Items", Role::Sent),
        ]
    );
    assert_eq!(seen.len(), 4);
    for folder in store.folders.iter().filter(|f| !f.name.starts_with("Archive")) {
        assert_eq!(folder.mailbox, dir.path());
    }
}

/// Makes Maildirs with one message each.
fn maildirs(folders: &[std::path::PathBuf]) {
    for folder in folders {
        for part in ["cur", "new", "tmp"] {
            fs::create_dir_all(folder.join(part)).unwrap();
        }
        put(&folder.join("cur/1.a.host:2,S"), mail("nadia", 1));
    }
}

#[test]
fn a_sent_maildir_with_folders_in_it_stays_sent_and_a_mailbox_called_so_is_told_by_its_own_sent() {
    let root = tempfile::tempdir().unwrap();
    let names_of = |store: &Path| -> Vec<(String, Role)> {
        let store = Store::discover(store).unwrap();
        store.folders.iter().map(|f| (f.name.clone(), f.role)).collect()
    };
    let side = root.path().join("Mail");
    maildirs(&["INBOX", "Sent", "Sent/2019", "Sent/.2020"].map(|name| side.join(name)));
    let found = names_of(&side);
    let sent = found.iter().filter(|(name, role)| name.contains("Sent") && *role == Role::Sent);
    assert_eq!(sent.count(), 3, "{found:?}");
    let alone = root.path().join("Sent");
    maildirs(&["", ".2019"].map(|name| alone.join(name)));
    assert_eq!(names_of(&alone)[0].1, Role::Sent);
    let mailbox = root.path().join("sent_25");
    maildirs(&["", ".Sent"].map(|name| mailbox.join(name)));
    let found = names_of(&mailbox);
    assert_eq!(found[0], ("INBOX".to_owned(), Role::Received), "{found:?}");
    assert!(found.iter().any(|(_, role)| *role == Role::Sent), "{found:?}");
}

#[test]
fn a_mail_folder_that_is_called_as_a_journal_hides_none_of_the_others() {
    let root = tempfile::tempdir().unwrap();
    for name in ["inbox", "lists", "run-000001.journal"] {
        put(&root.path().join("mail").join(name), mbox(1, ""));
    }
    let store = Store::discover(root.path()).unwrap();
    let names: Vec<&str> = store.folders.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
}

#[test]
fn a_mixed_folder_is_walked_and_what_is_no_mail_is_passed_over() {
    let dir = tempfile::tempdir().unwrap();
    put(&dir.path().join("Maildir/cur/1:2,S"), mail("a@example.net", 1));
    put(&dir.path().join("Maildir/.Sent/cur/2:2,S"), mail("a@example.net", 2));
    put(&dir.path().join("Maildir/dovecot-uidlist"), "3 V1 N2\n");
    put(&dir.path().join("Maildir/subscriptions"), "Sent\n");
    put(&dir.path().join("inbox.mbox"), mbox(3, ""));
    put(&dir.path().join("sent.mbox"), mbox(2, ""));
    put(&dir.path().join("empty.mbox"), "");
    put(&dir.path().join("truth.csv"), "file,kind\n1,ordinary\n");
    put(&dir.path().join("README.md"), "From: me\nTo: you\nSubject: read me\n\ntext\n");
    put(&dir.path().join("notes"), "Remember: milk\n\n");
    put(&dir.path().join("run.sh"), "#!/bin/sh\n");
    put(&dir.path().join("deep/er/one.eml"), mail("a@example.net", 5));
    put(&dir.path().join("deep/er/broken.eml"), b"\0\xff");
    put(&dir.path().join("mh/7"), mail("a@example.net", 6));
    put(&dir.path().join("mh/.mh_sequences"), "cur: 7\n");
    put(&dir.path().join("deep/outlook.msg"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 more");
    let (store, seen, skipped) = read(dir.path());
    let mut found = names(&store);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("Maildir", Role::Received),
            ("Maildir/Sent", Role::Sent),
            ("deep", Role::Received),
            ("deep/er", Role::Received),
            ("empty.mbox", Role::Received),
            ("inbox.mbox", Role::Received),
            ("mh", Role::Received),
            ("sent.mbox", Role::Sent),
        ]
    );
    assert_eq!(seen.len(), 2 + 5 + 3);
    assert_eq!(skipped.len(), 1, "{skipped:?}");
    assert!(skipped[0].why.contains("OLE"));
    assert!(seen.iter().any(|s| s.locator == "deep/er/broken.eml" && s.print.len == 2));
}

#[test]
fn thunderbird_folders_are_found_and_deleted_messages_are_trash() {
    let dir = tempfile::tempdir().unwrap();
    let local = dir.path().join("Mail/Local Folders");
    let inbox = format!(
        "{}{}{}",
        mbox(1, "X-Mozilla-Status: 0001\n"),
        mbox(1, "X-Mozilla-Status: 0009\n"),
        mbox(1, "X-Mozilla-Status: 0005\n")
    );
    put(&local.join("Inbox"), inbox.replace(LINE, "From - Fri Jul 08 12:08:34 2011\n"));
    put(&local.join("Inbox.msf"), "// <!-- <mdb:mork:z v=\"1.4\"/> -->\n");
    put(&local.join("Sent"), mbox(1, ""));
    put(&local.join("Trash"), "");
    put(&local.join("Trash.msf"), "//\n");
    put(&local.join("Archives.sbd/2024.sbd/Sent"), mbox(1, ""));
    put(&dir.path().join("prefs.js"), "user_pref();\n");
    let (store, seen, skipped) = read(dir.path());
    assert!(skipped.is_empty());
    let prefix = "Mail/Local Folders";
    let found: Vec<_> = store.folders.iter().map(|f| (f.name.clone(), f.role)).collect();
    assert_eq!(
        found,
        [
            (format!("{prefix}/Inbox"), Role::Received),
            (format!("{prefix}/Sent"), Role::Sent),
            (format!("{prefix}/Trash"), Role::Trash),
            (format!("{prefix}/Archives/2024/Sent"), Role::Sent),
        ]
    );
    assert!(store.folders.iter().all(|f| f.mailbox == local), "{:?}", store.folders);
    let roles: Vec<_> = seen.iter().map(|s| (s.role, s.flagged)).collect();
    assert_eq!(roles[..3], [(Role::Received, false), (Role::Trash, false), (Role::Received, true)]);
}

#[test]
fn takeout_labels_give_each_message_its_role() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("All mail Including Spam and Trash.mbox");
    let text: String = ["Inbox,Opened", "Gesendet", "Spam", "Papierkorb,Gesendet", "Archived"]
        .iter()
        .map(|labels| mbox(1, &format!("X-GM-THRID: 17\nX-Gmail-Labels: {labels}\n")))
        .collect();
    put(&path, text.replace(LINE, "From 1770@xxx Fri Jul 08 12:08:34 +0000 2011\n"));
    let (_, seen, _) = read(dir.path());
    let roles: Vec<_> = seen.iter().map(|s| s.role).collect();
    assert_eq!(roles, [Role::Received, Role::Sent, Role::Junk, Role::Trash, Role::Received]);
}

#[test]
fn apple_and_outlook_exports_are_named_by_their_folders() {
    let dir = tempfile::tempdir().unwrap();
    put(&dir.path().join("Sent Messages.mbox/mbox"), mbox(1, ""));
    put(&dir.path().join("Sent Messages.mbox/table_of_contents"), b"\0\0\0\x01");
    put(&dir.path().join("Top/Éléments envoyés/mbox"), mbox(1, ""));
    put(&dir.path().join("Top/Boîte de réception/mbox"), mbox(1, ""));
    let (store, _, _) = read(dir.path());
    assert_eq!(
        names(&store),
        [
            ("Sent Messages", Role::Sent),
            ("Top/Boîte de réception", Role::Received),
            ("Top/Éléments envoyés", Role::Sent),
        ]
    );
    assert_eq!(store.folders[0].mailbox, dir.path());
}

#[test]
fn compression_is_told_by_the_octets_and_not_by_the_name() {
    let dir = tempfile::tempdir().unwrap();
    let text = mbox(4, "");
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(text.as_bytes()).unwrap();
    put(&dir.path().join("a"), gz.finish().unwrap());
    put(&dir.path().join("b.mbox.gz"), zstd::encode_all(text.as_bytes(), 1).unwrap());
    put(&dir.path().join("c.mbox.zst"), &text);
    put(&dir.path().join("d.gz"), b"\x1f\x8bnothing");
    let (_, seen, skipped) = read(dir.path());
    assert_eq!(seen.len(), 12);
    assert!(skipped.is_empty(), "{skipped:?}");
    let prints: std::collections::BTreeSet<_> = seen.iter().map(|s| s.print).collect();
    assert_eq!(prints.len(), 4);
    let (_, seen, _) = read(&dir.path().join("a"));
    assert_eq!(seen.len(), 4);
    assert!(seen[0].locator.starts_with("a#48+"), "{}", seen[0].locator);
}

#[test]
fn single_files_are_stores_and_other_files_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    put(&at("inbox.mbox"), mbox(2, ""));
    put(&at("Sent.mbox"), mbox(1, ""));
    put(&at("sent.csv"), "a,b\n");
    put(&at("one.eml"), mail("a@example.net", 1));
    put(&at("spool"), "");
    put(&at("truth.csv"), "a,b\n");
    put(&at("led.eml"), format!("{LINE}{}", mail("a@example.net", 2)));
    let (store, seen, _) = read(&at("inbox.mbox"));
    assert_eq!(names(&store), [("INBOX", Role::Received)]);
    assert!(seen[1].locator.starts_with("inbox.mbox#"));
    assert_eq!(Store::siblings_sent(&at("inbox.mbox")), [at("Sent.mbox")]);
    assert_eq!(Store::discover(&at("Sent.mbox")).unwrap().folders[0].role, Role::Sent);

    let (_, seen, _) = read(&at("one.eml"));
    assert_eq!(seen[0].locator, "one.eml");
    let (_, seen, _) = read(&at("led.eml"));
    assert!(seen[0].bytes.starts_with(b"From: "), "the From_ line is no part of the message");
    assert_eq!(seen[0].print, Fingerprint::of(&fs::read(at("led.eml")).unwrap()));
    assert!(visit(&Store::discover(&at("spool")).unwrap()).0.is_empty());
    for none in ["truth.csv", "sent.csv"] {
        assert!(matches!(Store::discover(&at(none)), Err(unscatter::Error::NoMail(_))));
    }
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Store::discover(empty.path()), Err(unscatter::Error::NoMail(_))));
    assert!(matches!(Store::discover(&at("none")), Err(unscatter::Error::Read { .. })));
    assert!(matches!(
        open_message(at("inbox.mbox").as_os_str()),
        Err(unscatter::Error::Malformed { .. })
    ));
    let mut beyond = OsString::from(at("inbox.mbox"));
    beyond.push("#5+99999");
    assert!(open_message(&beyond).is_err());
    assert!(open_message(&OsString::from_vec(b"nowhere#1+2".to_vec())).is_err());
}

#[test]
fn a_link_is_followed_only_where_it_was_named() {
    let dir = tempfile::tempdir().unwrap();
    put(&dir.path().join("real/cur/1:2,S"), mail("a@example.net", 1));
    put(&dir.path().join("real.mbox"), mbox(1, ""));
    fs::create_dir(dir.path().join("links")).unwrap();
    for (target, link) in
        [("../real", "links/dir"), ("../real.mbox", "links/file.mbox"), (".", "links/loop")]
    {
        std::os::unix::fs::symlink(target, dir.path().join(link)).unwrap();
    }
    assert_eq!(read(&dir.path().join("links/dir")).1.len(), 1);
    assert_eq!(read(&dir.path().join("links/file.mbox")).1.len(), 1);
    let (_, seen, skipped) = read(&dir.path().join("links"));
    assert_eq!((seen.len(), skipped.len()), (0, 3));
}

#[test]
fn sent_is_told_by_content_only_where_nothing_speaks_against_it() {
    let dir = tempfile::tempdir().unwrap();
    let fill = |folder: &str, count: usize, text: &dyn Fn(usize) -> String| {
        for number in 0..count {
            put(&dir.path().join(folder).join(format!("cur/{number}:2,S")), text(number));
        }
    };
    let own = |n: usize| mail("Nadia <Nadia@Example.org>", n);
    fill("outbound", 30, &own);
    fill("few", 19, &own);
    fill("delivered", 30, &|n| format!("Received: from x by y\n{}", own(n)));
    fill("many-people", 30, &|n| mail(&format!("p{n}@example.net"), n));
    fill("one-bounce", 30, &|n| {
        if n == 7 { format!("Auto-Submitted: auto-replied\n{}", own(n)) } else { own(n) }
    });
    fill("to-self", 30, &|n| {
        own(n).replace(&format!("friend{n}@example.com"), "nadia@example.org")
    });
    put(&dir.path().join("copies.mbox"), mbox(25, ""));
    let store = Store::discover(dir.path()).unwrap();
    for folder in &store.folders {
        let sent = matches!(folder.name.as_str(), "outbound" | "copies.mbox");
        assert_eq!(folder.role == Role::Sent, sent, "{}: {}", folder.name, folder.why);
    }
    let outbound = store.folders.iter().find(|f| f.name == "outbound").unwrap();
    assert_eq!(
        outbound.why,
        "by content: 100% of 30 messages are From nadia@example.org and have no Received"
    );
}

#[test]
fn a_head_holds_the_header_block_and_some_of_the_body() {
    let dir = tempfile::tempdir().unwrap();
    let headers: String = (0..3000).map(|n| format!("X-Field-{n}: some value\n")).collect();
    let body = "line of text\n".repeat(20_000);
    put(&dir.path().join("cur/1"), format!("{headers}\n{body}"));
    put(&dir.path().join("cur/2"), format!("A: b\n\n{body}"));
    put(&dir.path().join("cur/3"), "");
    let store = Store::discover(dir.path()).unwrap();
    let mut heads = Vec::new();
    for chunk in store.folders[0].chunks(1 << 20).unwrap().0 {
        store.folders[0].read(&store, &chunk, &mut |m| {
            heads.push(m.head().len());
            assert_eq!(m.whole(usize::MAX).unwrap().len() as u64, m.size);
            assert_eq!(m.whole(10).unwrap().len() as u64, m.size.min(10));
            assert_eq!(m.fingerprint().unwrap().len, m.size);
        });
    }
    assert!(heads[0] >= headers.len() + 4096, "{heads:?}");
    assert_eq!(heads[1..], [16 << 10, 0]);
}
