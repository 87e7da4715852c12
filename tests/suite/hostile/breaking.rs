//! Ways to break a message that strangers and bad software know, each with what a careful reader would
//! still say of it. Seeded: the same octets every time.

/// What may come of a broken message of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Expect {
    /// It is what it was.
    Same,
    /// It is what it was, or ordinary: never another kind of answer.
    Weaker,
    /// Ordinary, whatever it was.
    Ordinary,
    /// Ordinary, because a bound is exceeded: with this defect.
    Refused(&'static str),
}

impl Expect {
    /// Whether a verdict is one of those that may come.
    pub(super) fn holds(self, was: Kind, found: Kind, defects: &[&str]) -> bool {
        match self {
            Same => found == was,
            Weaker => found == was || found == Kind::Ordinary,
            Ordinary => found == Kind::Ordinary,
            Refused(defect) => found == Kind::Ordinary && defects.contains(&defect),
        }
    }
}

use unscatter::signals::Kind;

use Expect::{Ordinary, Refused, Same, Weaker};

/// A way to break a message.
pub(super) struct Breaking {
    pub(super) name: &'static str,
    pub(super) expect: Expect,
    pub(super) apply: fn(&Mail) -> Vec<u8>,
}

/// A message as its fields (with their folding) and its body, lines ended by LF.
pub(super) struct Mail {
    pub(super) fields: Vec<String>,
    pub(super) body: String,
}

impl Mail {
    pub(super) fn read(octets: &[u8]) -> Mail {
        let text = String::from_utf8_lossy(octets).replace("\r\n", "\n");
        let (head, body) = text.split_once("\n\n").unwrap_or((&text, ""));
        let mut fields: Vec<String> = Vec::new();
        for line in head.lines() {
            match fields.last_mut() {
                Some(last) if line.starts_with([' ', '\t']) => {
                    last.push('\n');
                    last.push_str(line);
                }
                _ => fields.push(line.to_owned()),
            }
        }
        Mail { fields, body: body.to_owned() }
    }

    fn text(&self) -> String {
        self.with(self.fields.clone())
    }

    fn with(&self, fields: Vec<String>) -> String {
        format!("{}\n\n{}", fields.join("\n"), self.body)
    }

    fn each(&self, change: impl FnMut(&String) -> String) -> Vec<u8> {
        self.with(self.fields.iter().map(change).collect()).into_bytes()
    }

    fn and(&self, more: String) -> Vec<u8> {
        let mut fields = self.fields.clone();
        fields.push(more);
        self.with(fields).into_bytes()
    }

    fn without(&self, names: &[&str]) -> Vec<String> {
        let named = |f: &&String| !names.iter().any(|n| is(f, n));
        self.fields.iter().filter(named).cloned().collect()
    }

    fn value(&self, name: &str) -> String {
        let found = self.fields.iter().find(|f| is(f, name));
        found.map(|f| f[name.len() + 1..].trim().to_owned()).unwrap_or_default()
    }

    fn lines(&self, change: impl Fn(&str) -> String) -> Vec<u8> {
        let body: String = self.body.lines().map(|l| change(l) + "\n").collect();
        format!("{}\n\n{body}", self.fields.join("\n")).into_bytes()
    }

    fn subject(&self, change: impl Fn(&str) -> String) -> Vec<u8> {
        self.each(|f| match is(f, "Subject") {
            true => format!("Subject:{}", change(&f["Subject:".len()..])),
            false => f.clone(),
        })
    }
}

fn is(field: &str, name: &str) -> bool {
    field.get(..name.len()).is_some_and(|n| n.eq_ignore_ascii_case(name))
        && field[name.len()..].starts_with(':')
}

/// The colon and what follows it, set apart from the name.
fn split(field: &str) -> (&str, &str) {
    field.split_once(':').unwrap_or((field, ""))
}

fn octets(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

fn base64(octets: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for (number, three) in octets.chunks(3).enumerate() {
        let bits = (0..3).fold(0u32, |b, i| b << 8 | u32::from(*three.get(i).unwrap_or(&0)));
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i) & 63) as usize] as char;
            out.push(if i <= three.len() { digit } else { '=' });
        }
        if number % 19 == 18 {
            out.push('\n');
        }
    }
    out
}

/// A number that looks random and never changes.
fn roll(seed: &mut u64) -> u64 {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    *seed
}

fn sprinkled(m: &Mail, octet: u8, every: u64) -> Vec<u8> {
    let mut seed = 0x9e37_79b9_7f4a_7c15;
    let mut out = m.fields.join("\n").into_bytes();
    out.extend_from_slice(b"\n\n");
    for b in m.body.bytes() {
        if roll(&mut seed).is_multiple_of(every) && b != b'\n' {
            out.push(octet);
        }
        out.push(b);
    }
    out
}

fn cut(m: &Mail, share: usize) -> Vec<u8> {
    let text = m.text();
    octets(&text)[..text.len() * share / 100].to_vec()
}

/// Wrapped into a message that a person forwards as an attachment.
fn forwarded(m: &Mail) -> Vec<u8> {
    format!(
        "Return-Path: <friend@example.com>\nReceived: from mx.example.com (mx.example.com [198.51.100.7])\n\
         \tby mail.example.org with ESMTP; Fri, 14 Aug 2026 12:00:00 +0000\nFrom: A Friend <friend@example.com>\n\
         To: owner@example.org\nSubject: Fwd: is this yours?\nMessage-ID: <f1@example.com>\n\
         Date: Fri, 14 Aug 2026 12:00:00 +0000\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"fwd-1\"\n\n\
         --fwd-1\nContent-Type: text/plain\n\nI got this, what does it mean?\n\n\
         --fwd-1\nContent-Type: message/rfc822\nContent-Disposition: attachment\n\n{}\n--fwd-1--\n",
        m.text()
    )
    .into_bytes()
}

fn quoted_by_a_person(m: &Mail) -> Vec<u8> {
    let quote: String = m.text().lines().map(|l| format!("> {l}\n")).collect();
    format!(
        "From: A Friend <friend@example.com>\nTo: owner@example.org\nSubject: Re: your question\n\
         Message-ID: <q1@example.com>\nIn-Reply-To: <own.1@example.org>\nUser-Agent: Mutt/2.2\n\
         Date: Fri, 14 Aug 2026 12:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n\
         Hi, I found this in my spam folder. Did you write it?\n\n{quote}"
    )
    .into_bytes()
}

fn listed(m: &Mail) -> Vec<u8> {
    let quote: String = m.body.lines().map(|l| format!("    {l}\n")).collect();
    format!(
        "From: dev@lists.example.net\nTo: ops@lists.example.net\nSubject: [ops] What is wrong with this mail?\n\
         List-Id: <ops.lists.example.net>\nPrecedence: list\nMessage-ID: <l1@lists.example.net>\n\
         Date: Fri, 14 Aug 2026 12:00:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n\
         Can anybody tell why our server writes this?\n\n{quote}"
    )
    .into_bytes()
}

/// All ways, those that keep a message small first.
pub(super) const ALL: &[Breaking] = &[
    Breaking { name: "as-it-is", expect: Same, apply: |m| octets(&m.text()) },
    Breaking { name: "cut-at-a-tenth", expect: Weaker, apply: |m| cut(m, 10) },
    Breaking { name: "cut-at-a-third", expect: Weaker, apply: |m| cut(m, 33) },
    Breaking { name: "cut-at-a-half", expect: Weaker, apply: |m| cut(m, 50) },
    Breaking { name: "cut-at-nine-tenths", expect: Weaker, apply: |m| cut(m, 90) },
    Breaking { name: "header-alone", expect: Weaker, apply: |m| octets(&m.fields.join("\n")) },
    Breaking { name: "body-alone", expect: Weaker, apply: |m| octets(&m.body) },
    Breaking {
        name: "no-final-newline",
        expect: Same,
        apply: |m| octets(m.text().trim_end_matches('\n')),
    },
    Breaking { name: "bare-cr", expect: Same, apply: |m| octets(&m.text().replace('\n', "\r")) },
    Breaking {
        name: "cr-cr-lf",
        expect: Weaker,
        apply: |m| octets(&m.text().replace('\n', "\r\r\n")),
    },
    Breaking { name: "lf-cr", expect: Weaker, apply: |m| octets(&m.text().replace('\n', "\n\r")) },
    Breaking {
        name: "line-ends-mixed",
        expect: Same,
        apply: |m| {
            let ends = ["\n", "\r\n"];
            let lines = m.text();
            lines
                .lines()
                .enumerate()
                .map(|(i, l)| format!("{l}{}", ends[i % 2]))
                .collect::<String>()
                .into_bytes()
        },
    },
    Breaking { name: "nul-in-each-field", expect: Weaker, apply: |m| m.each(|f| format!("{f}\0")) },
    Breaking { name: "nul-in-the-body", expect: Weaker, apply: |m| sprinkled(m, 0, 20) },
    Breaking { name: "ff-in-the-body", expect: Weaker, apply: |m| sprinkled(m, 0xff, 20) },
    Breaking { name: "escape-in-the-body", expect: Weaker, apply: |m| sprinkled(m, 0x1b, 20) },
    Breaking {
        name: "eight-bits-in-each-field",
        expect: Same,
        apply: |m| {
            let mut out = Vec::new();
            for f in &m.fields {
                out.extend_from_slice(f.as_bytes());
                out.extend_from_slice(b" \xe9\xff\n");
            }
            // Content-Type must still name its boundary, which is why the octets stand in a field apart.
            let mut kept = b"X-Octets: \xe9\xff\xc3\n".to_vec();
            kept.extend_from_slice(m.text().as_bytes());
            kept.extend_from_slice(&out);
            kept
        },
    },
    Breaking {
        name: "byte-order-mark-first",
        expect: Weaker,
        apply: |m| octets(&format!("\u{feff}{}", m.text())),
    },
    Breaking {
        name: "utf-16",
        expect: Ordinary,
        apply: |m| m.text().encode_utf16().flat_map(u16::to_le_bytes).collect(),
    },
    Breaking {
        name: "blank-lines-first",
        expect: Same,
        apply: |m| octets(&format!("\n\n\n{}", m.text())),
    },
    Breaking {
        name: "from-line-first",
        expect: Same,
        apply: |m| {
            octets(&format!("From someone@example.com Fri Aug 14 12:00:00 2026\n{}", m.text()))
        },
    },
    Breaking {
        name: "each-field-twice",
        expect: Weaker,
        apply: |m| m.each(|f| format!("{f}\n{f}")),
    },
    Breaking {
        name: "fields-reversed",
        expect: Same,
        apply: |m| {
            let fields: Vec<String> = m.fields.iter().rev().cloned().collect();
            m.with(fields).into_bytes()
        },
    },
    Breaking {
        name: "names-in-upper-case",
        expect: Same,
        apply: |m| {
            m.each(|f| {
                let (n, v) = split(f);
                format!("{}:{v}", n.to_uppercase())
            })
        },
    },
    Breaking {
        name: "names-in-lower-case",
        expect: Same,
        apply: |m| {
            m.each(|f| {
                let (n, v) = split(f);
                format!("{}:{v}", n.to_lowercase())
            })
        },
    },
    Breaking {
        name: "blank-before-colon",
        expect: Weaker,
        apply: |m| {
            m.each(|f| {
                let (n, v) = split(f);
                format!("{n} :{v}")
            })
        },
    },
    Breaking {
        name: "folded-at-each-blank",
        expect: Weaker,
        apply: |m| {
            m.each(|f| {
                let (n, v) = split(f);
                format!("{n}:{}", v.replace(' ', "\n "))
            })
        },
    },
    Breaking {
        name: "junk-between-fields",
        expect: Same,
        apply: |m| {
            let mut fields = m.fields.clone();
            fields.insert(fields.len() / 2, "this line is no field at all".into());
            m.with(fields).into_bytes()
        },
    },
    Breaking {
        name: "closing-boundaries-lost",
        expect: Same,
        apply: |m| {
            let kept: String = m
                .body
                .lines()
                .filter(|l| !(l.starts_with("--") && l.ends_with("--") && l.len() > 5))
                .map(|l| format!("{l}\n"))
                .collect();
            octets(&format!("{}\n\n{kept}", m.fields.join("\n")))
        },
    },
    Breaking {
        name: "boundaries-lost",
        expect: Weaker,
        apply: |m| {
            let kept: String =
                m.body.lines().filter(|l| !l.starts_with("--")).map(|l| format!("{l}\n")).collect();
            octets(&format!("{}\n\n{kept}", m.fields.join("\n")))
        },
    },
    Breaking {
        name: "boundaries-with-blanks",
        expect: Same,
        apply: |m| m.lines(|l| if l.starts_with("--") { format!("{l} \t ") } else { l.into() }),
    },
    Breaking { name: "body-indented", expect: Weaker, apply: |m| m.lines(|l| format!("    {l}")) },
    Breaking {
        name: "body-double-spaced",
        expect: Weaker,
        apply: |m| m.lines(|l| format!("{l}\n")),
    },
    Breaking {
        name: "body-twice",
        expect: Weaker,
        apply: |m| octets(&format!("{}{}", m.text(), m.body)),
    },
    Breaking {
        name: "body-on-one-line",
        expect: Weaker,
        apply: |m| octets(&format!("{}\n\n{}", m.fields.join("\n"), m.body.replace('\n', " "))),
    },
    Breaking {
        name: "blanks-behind-lines",
        expect: Same,
        apply: |m| m.lines(|l| format!("{l}  ")),
    },
    Breaking {
        name: "content-type-lost",
        expect: Weaker,
        apply: |m| m.with(m.without(&["Content-Type"])).into_bytes(),
    },
    Breaking {
        name: "content-type-garbage",
        expect: Weaker,
        apply: |m| {
            m.each(|f| {
                if is(f, "Content-Type") {
                    "Content-Type: \"/;=\"; (((; boundary".into()
                } else {
                    f.clone()
                }
            })
        },
    },
    Breaking {
        name: "transfer-encoding-wrong",
        expect: Weaker,
        apply: |m| {
            let mut fields = m.without(&["Content-Transfer-Encoding"]);
            fields.push("Content-Transfer-Encoding: base64".into());
            m.with(fields).into_bytes()
        },
    },
    Breaking {
        name: "body-in-base64",
        expect: Weaker,
        apply: |m| {
            let mut fields = m.without(&["Content-Transfer-Encoding"]);
            fields.push("Content-Transfer-Encoding: base64".into());
            octets(&format!("{}\n\n{}", fields.join("\n"), base64(m.body.as_bytes())))
        },
    },
    Breaking {
        name: "message-id-unterminated",
        expect: Same,
        apply: |m| m.each(|f| if is(f, "Message-ID") { f.replace('>', "") } else { f.clone() }),
    },
    Breaking {
        name: "dates-impossible",
        expect: Same,
        apply: |m| {
            m.each(|f| {
                if is(f, "Date") {
                    "Date: Fri, 99 Foo 99999999999 77:88:99 +9999".into()
                } else {
                    f.clone()
                }
            })
        },
    },
    Breaking {
        name: "subject-with-escapes",
        expect: Weaker,
        apply: |m| m.subject(|s| format!(" \u{1b}]0;x\u{7}\u{1b}[2J\u{9b}31m{s}\u{202e}gnp.exe")),
    },
    Breaking {
        name: "subject-behind-a-formula",
        expect: Weaker,
        apply: |m| m.subject(|s| format!(" =HYPERLINK(\"http://attacker.example\",\"x\"){s}")),
    },
    Breaking {
        name: "subject-of-html",
        expect: Weaker,
        apply: |m| {
            m.subject(|s| format!(" <script>alert(1)</script><img src=x onerror=alert(2)>{s}"))
        },
    },
    Breaking {
        name: "subject-of-broken-words",
        expect: Weaker,
        apply: |m| {
            m.subject(|_| " =?utf-8?B?=?= =?utf-8?Q?=?= =?x?B?////?= =?utf-8?Q?=E2=82".into())
        },
    },
    Breaking {
        name: "no-subject",
        expect: Weaker,
        apply: |m| m.with(m.without(&["Subject"])).into_bytes(),
    },
    Breaking { name: "forwarded", expect: Ordinary, apply: forwarded },
    Breaking { name: "quoted-by-a-person", expect: Ordinary, apply: quoted_by_a_person },
    Breaking { name: "pasted-to-a-list", expect: Ordinary, apply: listed },
    Breaking {
        name: "to-a-thousand",
        expect: Same,
        apply: |m| {
            let more: Vec<String> = (0..1_000).map(|n| format!("p{n}@example.net")).collect();
            m.and(format!("Cc: {}", more.join(",\n ")))
        },
    },
    Breaking {
        name: "references-to-ten-thousand",
        expect: Weaker,
        apply: |m| {
            let more: Vec<String> = (0..10_000).map(|n| format!("<{n}@x.example>")).collect();
            m.and(format!("References: {}", more.join("\n ")))
        },
    },
    Breaking {
        name: "received-a-thousand-times",
        expect: Same,
        apply: |m| {
            let hop = "Received: from a.example (a.example [192.0.2.9]) by b.example; Fri, 14 Aug 2026 12:00:00 +0000\n";
            octets(&format!("{}{}", hop.repeat(1_000), m.text()))
        },
    },
    Breaking {
        name: "subject-of-60000-octets",
        expect: Weaker,
        apply: |m| m.subject(|s| format!("{s} {}", "word ".repeat(12_000))),
    },
    Breaking {
        name: "subject-of-10000-words",
        expect: Weaker,
        apply: |m| m.subject(|s| format!("{s} {}", "=?utf-8?Q?=C3=A9?= ".repeat(10_000))),
    },
    Breaking {
        name: "ten-thousand-blank-lines",
        expect: Weaker,
        apply: |m| octets(&format!("{}\n\n{}{}", m.fields.join("\n"), "\n".repeat(10_000), m.body)),
    },
    Breaking {
        name: "fields-beyond-the-bound",
        expect: Refused("too-many-fields"),
        apply: |m| octets(&format!("{}{}", "X-A: b\n".repeat(2_100), m.text())),
    },
    Breaking {
        name: "header-beyond-the-bound",
        expect: Refused("headers-too-long"),
        apply: |m| m.and(format!("X-Long: {}", "word\n ".repeat(60_000))),
    },
    Breaking {
        name: "header-line-beyond-the-bound",
        expect: Refused("headers-too-long"),
        apply: |m| octets(&format!("X-Long: {}\n{}", "x".repeat(300 << 10), m.text())),
    },
    Breaking {
        name: "wrapped-beyond-the-depth",
        expect: Refused("nested-too-deep"),
        apply: |m| {
            let kind = format!("Content-Type: {}", m.value("Content-Type"));
            let mut body = format!("{kind}\n\n{}", m.body);
            for level in 0..20 {
                body = format!(
                    "Content-Type: multipart/mixed; boundary=\"level {level}\"\n\n--level {level}\n{body}\n--level {level}--\n"
                );
            }
            let (head, inner) = body.split_once("\n\n").unwrap_or((&body, ""));
            let mut fields = m.without(&["Content-Type", "Content-Transfer-Encoding"]);
            fields.push(head.to_owned());
            octets(&format!("{}\n\n{inner}", fields.join("\n")))
        },
    },
    Breaking {
        name: "parts-beyond-the-bound",
        expect: Refused("too-many-parts"),
        apply: |m| {
            let mut fields = m.without(&["Content-Type", "Content-Transfer-Encoding"]);
            fields.push("Content-Type: multipart/mixed; boundary=\"many\"".into());
            let kind = m.value("Content-Type");
            let part = "--many\nContent-Type: text/plain\n\nx\n";
            octets(&format!(
                "{}\n\n--many\nContent-Type: {kind}\n\n{}\n{}--many--\n",
                fields.join("\n"),
                m.body,
                part.repeat(250)
            ))
        },
    },
];
