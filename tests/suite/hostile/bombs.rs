//! Large messages that make careless parsers slow, deep or hungry. Each is made for a number of octets.

use super::breaking::Expect;
use unscatter::signals::Kind;

/// A message that grows with a number.
pub(super) struct Bomb {
    pub(super) name: String,
    /// What the message would be without the bomb in it.
    pub(super) was: Kind,
    pub(super) expect: Expect,
    /// Octets for about so many octets of the bomb.
    pub(super) make: Box<dyn Fn(usize) -> Vec<u8>>,
    /// Octets of the bomb in the tests.
    pub(super) size: usize,
}

const HEAD: &str = "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\n\
    To: owner@example.org\nDate: Fri, 14 Aug 2026 12:00:00 +0000\nAuto-Submitted: auto-replied\n\
    Message-ID: <b1@mx.example.net>\nMIME-Version: 1.0\n";

const STATUS: &str = "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; nobody@example.net\n\
    Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user\n";

const ORIGINAL: &str = "Received: from out.example.org (out.example.org [192.0.2.25])\n\
    \tby mx.example.net with ESMTP; Fri, 14 Aug 2026 11:59:00 +0000\nFrom: owner@example.org\n\
    To: nobody@example.net\nSubject: lunch\nMessage-ID: <own.1@example.org>\n\
    Date: Fri, 14 Aug 2026 11:58:00 +0000\n";

/// A whole report of a failed delivery with these things in their places.
fn report(fields: &str, kind: &str, text: &str, status: &str, original: &str) -> Vec<u8> {
    format!(
        "{HEAD}{fields}Content-Type: multipart/report; report-type=delivery-status; boundary=\"R\"\n\n\
         --R\nContent-Type: {kind}\n\nYour message could not be delivered.\n{text}\n\
         --R\nContent-Type: message/delivery-status\n\n{status}\n\
         --R\nContent-Type: message/rfc822\n\n{original}\n--R--\n"
    )
    .into_bytes()
}

fn person(fields: &str, text: &str) -> Vec<u8> {
    format!(
        "From: A Friend <friend@example.com>\nTo: owner@example.org\nSubject: lunch\n\
         Message-ID: <p1@example.com>\nDate: Fri, 14 Aug 2026 12:00:00 +0000\n{fields}\n{text}"
    )
    .into_bytes()
}

/// Repeats a piece to about so many octets.
fn times(piece: &str, octets: usize) -> String {
    piece.repeat(octets.div_ceil(piece.len()))
}

/// Pieces with a number in each, to about so many octets.
fn numbered(octets: usize, piece: impl Fn(usize) -> String) -> String {
    let mut out = String::with_capacity(octets + 100);
    let mut number = 0;
    while out.len() < octets {
        out.push_str(&piece(number));
        number += 1;
    }
    out
}

/// Texts that have made some reader of mail slow: name, media type, and how they grow.
const TEXTS: &[(&str, &str, &str)] = &[
    ("one-line", "text/plain", "x"),
    ("blanks", "text/plain", " "),
    ("newlines", "text/plain", "\n"),
    ("carriage-returns", "text/plain", "\r"),
    ("carriage-returns-and-lines", "text/plain", "\r\r\n"),
    ("nul", "text/plain", "\0"),
    ("at-signs", "text/plain", "@"),
    ("addresses", "text/plain", "<a@b.example>:\n"),
    ("addresses-on-one-line", "text/plain", "<a@b.example> "),
    ("angles", "text/plain", "<"),
    ("brackets", "text/plain", "[("),
    ("quote-marks", "text/plain", "> "),
    ("quote-marks-deep", "text/plain", ">>>>>>>>>>>>>>>>>>>> x\n"),
    ("from-lines", "text/plain", "From a@b.example Fri Aug 14 12:00:00 2026\n"),
    ("header-lines", "text/plain", "From: a@b.example\n"),
    ("header-blocks", "text/plain", "\nFrom: a@b.example\nTo: c@d.example\nSubject: x\n"),
    ("break-lines", "text/plain", "----- Original message -----\n"),
    ("rulers", "text/plain", "--------------------------\n"),
    ("dashes", "text/plain", "-"),
    ("boundary-lookalikes", "text/plain", "--\n"),
    ("boundary-beginnings", "text/plain", "--R \u{e9}\n"),
    ("links", "text/plain", "https://example.com/a?b=c "),
    ("failures", "text/plain", "550 5.1.1 user unknown; could not be delivered to "),
    (
        "delivery-status-in-text",
        "text/plain",
        "Final-Recipient: rfc822; a@b.example\nAction: failed\n",
    ),
    ("encoded-words", "text/plain", "=?utf-8?Q?=C3=A9?= "),
    ("shift-sequences", "text/plain; charset=iso-2022-jp", "\u{1b}$B"),
    ("utf-7", "text/plain; charset=utf-7", "+AGE-"),
    ("utf-7-open", "text/plain; charset=utf-7", "+"),
    ("tags", "text/html", "<a>"),
    ("tags-open", "text/html", "<a "),
    ("tags-closing", "text/html", "</"),
    ("comments", "text/html", "<!--"),
    ("comments-closed", "text/html", "<!---->"),
    ("scripts", "text/html", "<script>"),
    ("styles-open", "text/html", "<style"),
    ("entities", "text/html", "&amp;"),
    ("entities-open", "text/html", "&amp"),
    ("ampersands", "text/html", "&"),
    ("numbers-of-characters", "text/html", "&#99999999999;"),
    ("tables", "text/html", "<table><tr><td>"),
];

/// Field values that have made some reader of mail slow.
const VALUES: &[(&str, &str)] = &[
    ("letters", "x"),
    ("words", "word "),
    ("folds", "w\n "),
    ("quotes", "\""),
    ("backslashes", "\\\""),
    ("parentheses", "("),
    ("parentheses-both", "(("),
    ("parentheses-closed", "()"),
    ("angles", "<"),
    ("angles-both", "<>"),
    ("addresses", "a@b.example, "),
    ("groups", "a:b@c.example;"),
    ("semicolons", ";"),
    ("parameters", "; a=b"),
    ("continuations", "; name*0=\"x\""),
    ("boundaries", "; boundary=\"x"),
    ("ids", "<a@b.example> "),
    ("ids-open", "<a@b.example "),
    ("encoded-words", "=?utf-8?Q?=C3=A9?= "),
    ("encoded-words-open", "=?utf-8?B?"),
    ("encoded-words-empty", "=?utf-8?Q??="),
    ("prefixes", "Re: "),
    ("tags", "[x] "),
    ("spam-tags", "***SPAM*** "),
    ("labels", "a."),
    ("srs", "SRS0=a=b=c=d="),
    ("verp", "a+b=c@d.example"),
    ("dates", "Fri, 14 Aug 2026 12:00:00 +0000 "),
    ("hosts", "from a.example (b.example [192.0.2.1]) by "),
];

const FIELDS: &[&str] = &[
    "From",
    "To",
    "Subject",
    "Message-ID",
    "References",
    "Date",
    "Received",
    "Content-Type",
    "X-Failed-Recipients",
    "Authentication-Results",
    "Return-Path",
];

/// All bombs.
pub(super) fn all() -> Vec<Bomb> {
    let mut all = structures();
    let text = 160 << 10;
    for (name, kind, piece) in TEXTS {
        let mut add = |place: &str, was, expect, make: Box<dyn Fn(usize) -> Vec<u8>>| {
            all.push(Bomb { name: format!("{place}-{name}"), was, expect, make, size: text });
        };
        let weaker = (Kind::Bounce, Expect::Weaker);
        let (was, expect) = weaker;
        add(
            "text",
            was,
            expect,
            Box::new(|n| report("", kind, &times(piece, n), STATUS, ORIGINAL)),
        );
        let content = format!("Content-Type: {kind}\n");
        add(
            "original",
            was,
            expect,
            Box::new(move |n| {
                report(
                    "",
                    "text/plain",
                    "",
                    STATUS,
                    &format!("{ORIGINAL}{content}\n{}", times(piece, n)),
                )
            }),
        );
        let content = format!("Content-Type: {kind}\n");
        let make = move |n| person(&content, &times(piece, n));
        add("person", Kind::Ordinary, Expect::Ordinary, Box::new(make));
    }
    for (name, piece) in VALUES {
        for field in FIELDS {
            let outer = move |n| {
                report(
                    &format!("{field}: {}\n", times(piece, n)),
                    "text/plain",
                    "",
                    STATUS,
                    ORIGINAL,
                )
            };
            let inner = move |n| {
                let original = format!("{field}: {}\n{ORIGINAL}\nbody\n", times(piece, n));
                report("", "text/plain", "", STATUS, &original)
            };
            for (place, make) in [
                ("outer", Box::new(outer) as Box<dyn Fn(usize) -> Vec<u8>>),
                ("returned", Box::new(inner)),
            ] {
                let name = format!("{place}-{}-of-{name}", field.to_lowercase());
                all.push(Bomb {
                    name,
                    was: Kind::Bounce,
                    expect: Expect::Weaker,
                    make,
                    size: 60 << 10,
                });
            }
        }
        let make = |n| {
            report(
                "",
                "text/plain",
                "",
                &format!("{STATUS}X-Note: {}\n", times(piece, n)),
                ORIGINAL,
            )
        };
        let name = format!("status-of-{name}");
        all.push(Bomb {
            name,
            was: Kind::Bounce,
            expect: Expect::Weaker,
            make: Box::new(make),
            size: 160 << 10,
        });
    }
    all
}

/// Nesting, parts, boundaries, headers and recipients without end.
fn structures() -> Vec<Bomb> {
    let mut all = Vec::new();
    let mut add = |name: &str, was, expect, size, make: fn(usize) -> Vec<u8>| {
        all.push(Bomb { name: name.into(), was, expect, make: Box::new(make), size });
    };
    const M: usize = 1 << 20;
    add(
        "nested-multipart",
        Kind::Ordinary,
        Expect::Refused("nested-too-deep"),
        100_000 * 52,
        |n| {
            person(
                "Content-Type: multipart/mixed; boundary=b0\n",
                &numbered(n, |i| {
                    format!("--b{i}\nContent-Type: multipart/mixed; boundary=b{}\n\n", i + 1)
                }),
            )
        },
    );
    add(
        "nested-multipart-one-boundary",
        Kind::Ordinary,
        Expect::Refused("nested-too-deep"),
        5 * M,
        |n| {
            person(
                "Content-Type: multipart/mixed; boundary=b\n",
                &times("--b\nContent-Type: multipart/mixed; boundary=b\n\n", n),
            )
        },
    );
    add(
        "nested-multipart-in-a-report",
        Kind::Bounce,
        Expect::Refused("nested-too-deep"),
        5 * M,
        |n| {
            let nested = numbered(n, |i| {
                format!("--b{i}\nContent-Type: multipart/mixed; boundary=b{}\n\n", i + 1)
            });
            report("", "multipart/mixed; boundary=b0", &nested, STATUS, ORIGINAL)
        },
    );
    add("nested-messages", Kind::Ordinary, Expect::Ordinary, 100_000 * 30, |n| {
        person("Content-Type: message/rfc822\n", &times("Content-Type: message/rfc822\n\n", n))
    });
    add("nested-messages-returned", Kind::Bounce, Expect::Weaker, 100_000 * 30, |n| {
        report("", "text/plain", "", STATUS, &times("Content-Type: message/rfc822\n\n", n))
    });
    add("nested-messages-in-multiparts", Kind::Ordinary, Expect::Ordinary, 3 * M, |n| {
        person(
            "Content-Type: multipart/mixed; boundary=b0\n",
            &numbered(n, |i| {
                format!(
                    "--b{i}\nContent-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=b{}\n\n",
                    i + 1
                )
            }),
        )
    });
    add("parts", Kind::Ordinary, Expect::Refused("too-many-parts"), 100_000 * 6, |n| {
        person("Content-Type: multipart/mixed; boundary=b\n", &times("--b\n\nx\n", n))
    });
    add("parts-in-a-report", Kind::Bounce, Expect::Refused("too-many-parts"), 100_000 * 6, |n| {
        report("", "text/plain", &times("--R\n\nx\n", n), STATUS, ORIGINAL)
    });
    add("parts-with-headers", Kind::Ordinary, Expect::Refused("too-many-parts"), M, |n| {
        person(
            "Content-Type: multipart/mixed; boundary=b\n",
            &times("--b\nContent-Type: text/plain\nContent-ID: <a@b>\n\nx\n", n),
        )
    });
    add("boundaries-that-never-occur", Kind::Ordinary, Expect::Ordinary, 1_100_000, |n| {
        person("Content-Type: multipart/mixed; boundary=b\n", &times("--c\n", n))
    });
    add("boundaries-not-declared", Kind::Ordinary, Expect::Ordinary, 1_100_000, |n| {
        person("", &times("--c\n", n))
    });
    add("boundaries-longer-than-declared", Kind::Ordinary, Expect::Ordinary, 1_100_000, |n| {
        person("Content-Type: multipart/mixed; boundary=b\n", &times("--bb\n", n))
    });
    add(
        "siblings-without-their-boundaries",
        Kind::Ordinary,
        Expect::Refused("too-many-parts"),
        1_100_000,
        |n| {
            person(
                "Content-Type: multipart/mixed; boundary=b\n",
                &numbered(n, |i| format!("--b\nContent-Type: multipart/mixed; boundary=x{i}\n\n")),
            )
        },
    );
    add("siblings-closed", Kind::Ordinary, Expect::Refused("too-many-parts"), 1_100_000, |n| {
        person(
            "Content-Type: multipart/mixed; boundary=b\n",
            &numbered(n, |i| {
                format!("--b\nContent-Type: multipart/mixed; boundary=x{i}\n\n--x{i}\n\n--x{i}--\n")
            }),
        )
    });
    add("fields", Kind::Ordinary, Expect::Refused("too-many-fields"), 4 * M, |n| {
        person(&times("X-A: b\n", n), "x\n")
    });
    add("header-of-one-line", Kind::Ordinary, Expect::Refused("headers-too-long"), 4 * M, |n| {
        person(&format!("X-A: {}\n", times("x", n)), "x\n")
    });
    add("header-of-folds", Kind::Ordinary, Expect::Refused("headers-too-long"), 4 * M, |n| {
        person(&format!("X-A: {}\n", times("x\n ", n)), "x\n")
    });
    add("header-without-end", Kind::Ordinary, Expect::Refused("headers-too-long"), 4 * M, |n| {
        format!("From: a@b.example\nX-A: {}", times("y\n\t", n)).into_bytes()
    });
    add("header-in-a-report", Kind::Bounce, Expect::Refused("headers-too-long"), M, |n| {
        report(&format!("X-A: {}\n", times("x\n ", n)), "text/plain", "", STATUS, ORIGINAL)
    });
    add("addresses", Kind::Ordinary, Expect::Refused("headers-too-long"), 20_000_000 / 4, |n| {
        person(&format!("Cc: {}\n", times("a@b.example,\n ", n)), "x\n")
    });
    add("lines-without-colon", Kind::Ordinary, Expect::Ordinary, M, |n| {
        [times("no colon\n", n).into_bytes(), person("", "x\n")].concat()
    });
    add("blank-lines-first", Kind::Bounce, Expect::Weaker, M, |n| {
        [times("\n", n).into_bytes(), report("", "text/plain", "", STATUS, ORIGINAL)].concat()
    });
    add("from-lines-first", Kind::Bounce, Expect::Weaker, M, |n| {
        [times(">From a\n", n).into_bytes(), report("", "text/plain", "", STATUS, ORIGINAL)]
            .concat()
    });
    add("recipients", Kind::Bounce, Expect::Weaker, 100_000 * 60, |n| {
        let groups = numbered(n, |i| {
            format!("\nFinal-Recipient: rfc822; p{i}@example.net\nAction: failed\nStatus: 5.1.1\n")
        });
        report(
            "",
            "text/plain",
            "",
            &format!("Reporting-MTA: dns; mx.example.net\n{groups}"),
            ORIGINAL,
        )
    });
    add("groups-empty", Kind::Bounce, Expect::Weaker, M, |n| {
        report("", "text/plain", "", &format!("{STATUS}{}", times("\n\nA: b", n)), ORIGINAL)
    });
    add("reports-in-a-report", Kind::Bounce, Expect::Refused("too-many-parts"), M, |n| {
        let parts = times(&format!("--R\nContent-Type: message/delivery-status\n\n{STATUS}\n"), n);
        report("", "text/plain", &format!("\n{parts}"), STATUS, ORIGINAL)
    });
    add("hops-returned", Kind::Bounce, Expect::Weaker, 200 << 10, |n| {
        let hops = times(
            "Received: from a.example (b [192.0.2.1])\n\tby c.example; Fri, 14 Aug 2026 12:00:00 +0000\n",
            n,
        );
        report("", "text/plain", "", STATUS, &format!("{hops}{ORIGINAL}"))
    });
    add("status-in-base64", Kind::Bounce, Expect::Weaker, M, |n| {
        let part = format!(
            "--R\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n{}\n",
            times("QUJDREVGRw0K\n", n)
        );
        report("", "text/plain", &format!("\n{part}"), STATUS, ORIGINAL)
    });
    add("text-in-quoted-printable", Kind::Bounce, Expect::Weaker, M, |n| {
        let part = format!(
            "--R\nContent-Type: text/plain\nContent-Transfer-Encoding: quoted-printable\n\n{}\n",
            times("=\n=", n)
        );
        report("", "text/plain", &format!("\n{part}"), STATUS, ORIGINAL)
    });
    add(
        "message-beyond-the-bound",
        Kind::Bounce,
        Expect::Refused("message-too-long"),
        (16 << 20) + 1,
        |n| report("", "text/plain", "", STATUS, &format!("{ORIGINAL}\n{}", times("x", n))),
    );
    all
}
