//! Mail programs as they write a message: order of the fields, shape of the id, name of the program. The
//! owner and the forger choose from this one table. Knows neither of them.

use crate::rng::Rng;
use crate::text::{Who, date, encoded, stamp};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum IdShape {
    Uuid,
    UpperUuid,
    /// Sixteen of Base64 at the name of the machine.
    Machine,
    /// `000001d9$abc$def` at the name of the machine.
    Dollar,
    /// Stamp and number, as old programs write it.
    Stamp,
    /// Hexadecimal at the address's domain.
    Hex,
    /// `CA+` and Base64 at a provider.
    Provider,
    /// Capital hexadecimal at an internal host.
    Internal,
    Java,
}

/// One mail program.
pub(crate) struct Mailer {
    pub(crate) name: &'static str,
    /// F(rom) T(o) S(ubject) D(ate) I(d) R(eferences) M(IME-Version) C(ontent-Type) E(ncoding)
    /// A(gent) X(tra), in the order in which it writes them.
    order: &'static str,
    agent: &'static str,
    extra: &'static str,
    kind: &'static str,
    encoding: &'static str,
    pub(crate) id: IdShape,
    /// How it names itself to the relay: the name of the machine or its address.
    pub(crate) says_name: bool,
}

const PLAIN: &str = "text/plain; charset=utf-8";

macro_rules! mailer {
    ($name:literal, $order:literal, $agent:literal, $extra:literal, $kind:expr, $encoding:literal, $id:ident, $says:literal) => {
        Mailer {
            name: $name,
            order: $order,
            agent: $agent,
            extra: $extra,
            kind: $kind,
            encoding: $encoding,
            id: IdShape::$id,
            says_name: $says,
        }
    };
}

pub(crate) const MAILERS: &[Mailer] = &[
    mailer!(
        "mutt",
        "DFTSIRMCXEA",
        "User-Agent: Mutt/2.2.12 (2023-09-09)",
        "Content-Disposition: inline",
        PLAIN,
        "8bit",
        Machine,
        true
    ),
    mailer!(
        "thunderbird",
        "IDMASXTRFCE",
        "User-Agent: Mozilla Thunderbird",
        "Content-Language: en-US",
        "text/plain; charset=UTF-8; format=flowed",
        "7bit",
        Uuid,
        false
    ),
    mailer!(
        "thunderbird-old",
        "TFSIDAMRCEX",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:78.0) Gecko/20100101\n Thunderbird/78.14.0",
        "Content-Language: de-DE",
        "text/plain; charset=utf-8",
        "7bit",
        Uuid,
        false
    ),
    mailer!(
        "apple",
        "FCEMSXIRDTA",
        "X-Mailer: Apple Mail (2.3774.300.61.1.2)",
        "",
        "text/plain;\n\tcharset=utf-8",
        "quoted-printable",
        UpperUuid,
        false
    ),
    mailer!(
        "iphone",
        "CFMSDIXRTEA",
        "X-Mailer: iPhone Mail (20H115)",
        "",
        "text/plain; charset=utf-8",
        "7bit",
        UpperUuid,
        false
    ),
    mailer!(
        "outlook",
        "FTRSDIMCEAX",
        "X-Mailer: Microsoft Outlook 16.0",
        "Thread-Index: AdkR\nContent-Language: en-us",
        "text/plain;\n\tcharset=\"us-ascii\"",
        "7bit",
        Dollar,
        true
    ),
    mailer!(
        "outlook-web",
        "FTSXDIRCEM",
        "",
        "Accept-Language: en-GB, en-US\nX-MS-Has-Attach:",
        "text/plain; charset=\"us-ascii\"",
        "quoted-printable",
        Internal,
        true
    ),
    mailer!(
        "k9",
        "DFTSARIMCE",
        "User-Agent: K-9 Mail for Android",
        "",
        "text/plain;\n charset=utf-8",
        "8bit",
        UpperUuid,
        false
    ),
    mailer!(
        "provider-web",
        "MRFDITSC",
        "",
        "",
        "text/plain; charset=\"UTF-8\"",
        "",
        Provider,
        true
    ),
    mailer!(
        "roundcube",
        "MDFTSRIAXCE",
        "User-Agent: Roundcube Webmail/1.6.1",
        "X-Sender: webmail",
        "text/plain; charset=US-ASCII;\n format=flowed",
        "7bit",
        Hex,
        true
    ),
    mailer!(
        "phpmailer",
        "DTFSIAMCE",
        "X-Mailer: PHPMailer 6.8.0 (https://phpmailer.example/)",
        "",
        "text/plain; charset=iso-8859-1",
        "8bit",
        Hex,
        true
    ),
    mailer!(
        "bat",
        "DFARXITSMCE",
        "X-Mailer: The Bat! (v10.5) Professional",
        "X-Priority: 3 (Normal)",
        "text/plain; charset=us-ascii",
        "7bit",
        Stamp,
        true
    ),
    mailer!("javamail", "DFTIRSMCE", "", "", "text/plain; charset=us-ascii", "7bit", Java, true),
    mailer!(
        "old-outlook",
        "IFTSDMCEXA",
        "X-Mailer: Microsoft Office Outlook 12.0",
        "X-Priority: 3",
        "text/plain;\n\tcharset=\"iso-8859-1\"",
        "7bit",
        Dollar,
        true
    ),
];

/// The program of this name.
pub(crate) fn mailer(name: &str) -> &'static Mailer {
    MAILERS.iter().find(|m| m.name == name).unwrap_or(&MAILERS[0])
}

/// What goes into a header block.
pub(crate) struct Letter<'a> {
    pub(crate) from: &'a Who,
    pub(crate) to: &'a [Who],
    pub(crate) subject: &'a str,
    pub(crate) unix: i64,
    pub(crate) zone: i64,
    pub(crate) id: &'a str,
    pub(crate) parent: Option<&'a str>,
}

impl Mailer {
    /// A new id, with brackets. `machine` is the host that writes, `domain` that of the address.
    pub(crate) fn new_id(&self, machine: &str, domain: &str, unix: i64, rng: &mut Rng) -> String {
        const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        match self.id {
            IdShape::Uuid => format!("<{}@{domain}>", rng.uuid()),
            IdShape::UpperUuid => format!("<{}@{domain}>", rng.uuid().to_uppercase()),
            IdShape::Machine => format!("<{}@{machine}>", rng.chars(16, BASE64)),
            IdShape::Dollar => {
                format!("<{}$d{}$b{}$@{domain}>", rng.hex(12), rng.hex(7), rng.hex(7))
            }
            IdShape::Stamp => {
                format!("<{}.{}@{domain}>", rng.range(100_000_000, 1_999_999_999), stamp(unix))
            }
            IdShape::Hex => format!("<{}@{domain}>", rng.hex(32)),
            IdShape::Provider => {
                format!("<CA+{}={}@mail.{domain}>", rng.alnum(26), rng.alnum(20))
            }
            IdShape::Internal => {
                format!("<{}{}@{}>", rng.upper_hex(24), rng.digits(8), machine.to_uppercase())
            }
            IdShape::Java => format!(
                "<{}.{}.{}@{machine}>",
                rng.range(100_000, 1_999_999_999),
                rng.range(0, 999),
                unix * 1000 + rng.range(0, 999)
            ),
        }
    }

    /// The header block without trace fields, ending in a line end. Without an id where that is empty.
    pub(crate) fn head(&self, l: &Letter<'_>) -> String {
        let mut out = String::with_capacity(700);
        for field in self.order.bytes() {
            let line = match field {
                b'F' => format!("From: {}", l.from.header()),
                b'T' => {
                    let to = l.to.iter().map(Who::header).collect::<Vec<_>>().join(",\n\t");
                    format!("To: {to}")
                }
                b'S' => format!("Subject: {}", encoded(l.subject)),
                b'D' => format!("Date: {}", date(l.unix, l.zone)),
                b'I' if !l.id.is_empty() => format!("Message-ID: {}", l.id),
                b'R' => match l.parent {
                    Some(p) => format!("In-Reply-To: {p}\nReferences: {p}"),
                    None => String::new(),
                },
                b'M' => "MIME-Version: 1.0".to_owned(),
                b'C' => format!("Content-Type: {}", self.kind),
                // Bodies are ASCII without long lines or "=", so they are what any encoding says.
                b'E' => format!("Content-Transfer-Encoding: {}", self.encoding),
                b'A' => self.agent.to_owned(),
                b'X' => self.extra.to_owned(),
                _ => String::new(),
            };
            if !line.is_empty() {
                out.push_str(&line);
                out.push('\n');
            }
        }
        out
    }
}
