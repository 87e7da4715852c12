//! What programs on the way do to the inside of answers: text in another charset and transfer encoding, and
//! an original cut behind its header. The kind stays.

use encoding_rs::Encoding;

use crate::languages::{base64, quoted};
use crate::variants::{Parts, all_keep, is, together};

/// The value of a field, unfolded.
pub(crate) fn value(fields: &[String], name: &str) -> String {
    let field = fields.iter().find(|f| is(f, name));
    field.map(|f| f[name.len() + 1..].replace('\n', " ").trim().to_owned()).unwrap_or_default()
}

pub(crate) fn parameter(value: &str, name: &str) -> Option<String> {
    let at = value.to_ascii_lowercase().find(&format!("{name}="))? + name.len() + 1;
    let rest = &value[at..];
    let found = match rest.strip_prefix('"') {
        Some(rest) => rest.split('"').next(),
        None => rest.split([';', ' ', '\t']).next(),
    };
    found.map(str::to_owned)
}

/// The parts of a multipart body between its boundary lines, with the lines; else the body alone.
pub(crate) fn pieces(p: &Parts) -> Vec<(bool, Vec<u8>)> {
    let kind = value(&p.fields, "content-type");
    let boundary =
        parameter(&kind, "boundary").filter(|_| kind.to_lowercase().contains("multipart/"));
    let Some(boundary) = boundary else { return vec![(true, p.body.clone())] };
    let line = format!("--{boundary}");
    let mut found = vec![(false, Vec::new())];
    for text in p.body.split_inclusive(|b| *b == b'\n') {
        if text.starts_with(line.as_bytes()) {
            found.push((false, text.to_vec()));
            found.push((true, Vec::new()));
        } else {
            found.last_mut().unwrap().1.extend_from_slice(text);
        }
    }
    found
}

/// A part's own fields and what follows them.
pub(crate) fn part(octets: &[u8]) -> Option<Parts> {
    if octets.starts_with(b"\n") {
        return Some(Parts { fields: Vec::new(), body: octets[1..].to_vec() });
    }
    crate::variants::apart(octets)
}

/// Writes the text of a part anew; nothing where it is no plain text, or the charset lacks a character.
fn recoded(fields: &[String], body: &[u8], charset: &str, transfer: &str) -> Option<Vec<u8>> {
    let kind = value(fields, "content-type");
    let plain = kind.is_empty() || kind.to_lowercase().starts_with("text/plain");
    let before = value(fields, "content-transfer-encoding").to_lowercase();
    if !plain || !matches!(before.as_str(), "" | "7bit" | "8bit" | "binary") {
        return None;
    }
    let was = parameter(&kind, "charset").unwrap_or_else(|| "utf-8".to_owned());
    let (text, _, bad) = Encoding::for_label(was.as_bytes())?.decode(body);
    if bad {
        return None;
    }
    let octets = if charset == "utf-16le" {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    } else {
        let (octets, _, lacks) = Encoding::for_label(charset.as_bytes())?.encode(&text);
        if lacks {
            return None;
        }
        octets.into_owned()
    };
    let mut out: Vec<String> = fields
        .iter()
        .filter(|f| !is(f, "content-type") && !is(f, "content-transfer-encoding"))
        .cloned()
        .collect();
    out.push(format!("Content-Type: text/plain; charset={charset}"));
    out.push(format!("Content-Transfer-Encoding: {transfer}"));
    let body = match transfer {
        "base64" => {
            let text = base64(&octets);
            let lines = text.as_bytes().chunks(76).map(|l| String::from_utf8_lossy(l).into_owned());
            (lines.collect::<Vec<_>>().join("\n") + "\n").into_bytes()
        }
        // Line ends stay; what stands for a blank in a subject is none in a text.
        "quoted-printable" => {
            let lines = octets.split(|b| *b == b'\n').map(|l| quoted(l).replace('_', "=20"));
            lines.collect::<Vec<_>>().join("\n").into_bytes()
        }
        _ => octets,
    };
    Some(together(&out, &body))
}

#[track_caller]
fn keeps_in(charset: &str, transfer: &str) {
    let changed = std::cell::Cell::new(0);
    all_keep(|p| {
        let multipart = value(&p.fields, "content-type").to_lowercase().contains("multipart/");
        let whole = together(&p.fields, &p.body);
        if !multipart {
            let mut fields = p.fields.clone();
            if value(&fields, "mime-version").is_empty() {
                fields.push("MIME-Version: 1.0".to_owned());
            }
            let Some(out) = recoded(&fields, &p.body, charset, transfer) else { return whole };
            changed.set(changed.get() + 1);
            return out;
        }
        let mut body = Vec::new();
        let mut first = true;
        for (inside, piece) in pieces(&p) {
            // The first text is what a person reads; later ones may be the original.
            let anew = part(&piece)
                .filter(|_| inside && first)
                .and_then(|p| recoded(&p.fields, &p.body, charset, transfer));
            first &= !inside;
            changed.set(changed.get() + u32::from(anew.is_some()));
            body.extend_from_slice(&anew.unwrap_or(piece));
        }
        together(&p.fields, &body)
    });
    assert!(changed.get() > 100, "only {} texts were written anew", changed.get());
}

#[test]
fn a_text_in_utf_16_keeps_its_kind() {
    keeps_in("utf-16le", "base64");
}

#[test]
fn a_text_in_base64_keeps_its_kind() {
    keeps_in("utf-8", "base64");
}

#[test]
fn a_text_in_quoted_printable_keeps_its_kind() {
    keeps_in("utf-8", "quoted-printable");
}

#[test]
fn a_text_in_iso_2022_jp_keeps_its_kind() {
    keeps_in("iso-2022-jp", "7bit");
}

#[test]
fn a_text_in_windows_1252_keeps_its_kind() {
    keeps_in("windows-1252", "quoted-printable");
}

/// Where the header of an original ends in a body: behind lines of fields that only a whole header has.
fn behind_header(body: &[u8]) -> Option<usize> {
    let mut at = 0;
    let mut fields = 0;
    for line in body.split_inclusive(|b| *b == b'\n') {
        at += line.len();
        let text = String::from_utf8_lossy(line).to_lowercase();
        let known =
            ["received:", "from:", "to:", "subject:", "date:", "message-id:", "return-path:"];
        if known.iter().any(|name| text.starts_with(name)) {
            fields += 1;
        } else if text.trim().is_empty() {
            if fields >= 4 {
                return Some(at);
            }
            fields = 0;
        }
    }
    None
}

#[test]
fn an_original_cut_behind_its_header_keeps_the_kind() {
    let cut = std::cell::Cell::new(0);
    all_keep(|p| {
        let end = behind_header(&p.body).filter(|end| *end < p.body.len());
        cut.set(cut.get() + u32::from(end.is_some()));
        together(&p.fields, &p.body[..end.unwrap_or(p.body.len())])
    });
    assert!(cut.get() > 60, "only {} were cut", cut.get());
}
