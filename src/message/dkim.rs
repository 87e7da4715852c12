//! The body hash of a DKIM signature (RFC 6376), and that of a body. Knows no keys and asks no DNS: a
//! signature may be copied, so that an equal hash says what was written, not who sent it.

use sha2::{Digest, Sha256};

use super::Headers;
use super::transfer::Transfer;
use crate::codec::coded;

/// What one `DKIM-Signature` says of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BodyHash {
    /// `d=`, lower case.
    pub domain: String,
    /// The first eight octets of `bh=`.
    pub digest: u64,
    /// Whether the body was made canonical by the relaxed rules.
    pub relaxed: bool,
}

coded!(BodyHash { domain, digest, relaxed });

/// Octets of `bh=` that are kept.
const KEPT: usize = 8;

impl BodyHash {
    /// Reads an unfolded value. `None` for hashes other than SHA-256 (RFC 8301) and for signatures of a
    /// part of the body (`l=`), which anybody may lengthen.
    pub fn read(value: &str) -> Option<BodyHash> {
        let tag = |name: &str| {
            value.split(';').find_map(|t| {
                let (n, v) = t.split_once('=')?;
                (n.trim() == name).then(|| v.trim())
            })
        };
        if tag("l").is_some() || !tag("a")?.to_ascii_lowercase().ends_with("-sha256") {
            return None;
        }
        let digest: String = tag("bh")?.split_whitespace().collect();
        let digest = Transfer::Base64.undo(digest.as_bytes(), KEPT);
        let rules = tag("c").unwrap_or("simple/simple").to_ascii_lowercase();
        Some(BodyHash {
            domain: tag("d")?.to_ascii_lowercase(),
            digest: u64::from_be_bytes(digest.get(..KEPT)?.try_into().ok()?),
            relaxed: rules.split_once('/').is_some_and(|(_, body)| body.trim() == "relaxed"),
        })
    }

    /// All signatures of a header block that can be read.
    pub fn all(headers: &Headers) -> impl Iterator<Item = BodyHash> + '_ {
        headers.all("dkim-signature").filter_map(BodyHash::read)
    }
}

/// The first eight octets of the SHA-256 hash of a body, made canonical by RFC 6376 section 3.4.3 or,
/// relaxed, 3.4.4. Lines may end in LF or CRLF.
pub fn body_hash(body: &[u8], relaxed: bool) -> u64 {
    let mut hasher = Sha256::new();
    let mut empty_lines = 0usize;
    let mut any = false;
    let mut line = Vec::new();
    for raw in body.split_inclusive(|b| *b == b'\n') {
        let raw = raw.strip_suffix(b"\n").unwrap_or(raw);
        let raw = raw.strip_suffix(b"\r").unwrap_or(raw);
        line.clear();
        if relaxed {
            let mut blank = false;
            for octet in raw {
                if matches!(octet, b' ' | b'\t') {
                    blank = true;
                } else {
                    if std::mem::take(&mut blank) {
                        line.push(b' ');
                    }
                    line.push(*octet);
                }
            }
        } else {
            line.extend_from_slice(raw);
        }
        // Empty lines at the end do not count.
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            hasher.update(b"\r\n");
        }
        hasher.update(&line);
        hasher.update(b"\r\n");
        any = true;
    }
    // An empty body is one line end by the simple rules and nothing by the relaxed ones.
    if !any && !relaxed {
        hasher.update(b"\r\n");
    }
    let digest: [u8; 32] = hasher.finalize().into();
    digest[..KEPT].iter().fold(0, |sum, octet| sum << 8 | u64::from(*octet))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(base64: &str) -> u64 {
        let value = format!("a=rsa-sha256; d=example.org; bh={base64}");
        BodyHash::read(&value).map(|h| h.digest).unwrap()
    }

    #[test]
    fn hashes_of_empty_bodies_are_those_of_the_standard() {
        // RFC 6376 sections 3.4.3 and 3.4.4.
        assert_eq!(body_hash(b"", false), of("frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="));
        assert_eq!(
            body_hash(b"\r\n\r\n", true),
            of("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
        );
    }

    #[test]
    fn the_example_of_the_standard_has_its_hash() {
        // RFC 6376 appendix A.2.
        let body = "Hi.\n\nWe lost the game. Are you hungry yet?\n\nJoe.\n";
        for text in [body.to_owned(), body.replace('\n', "\r\n"), format!("{body}\n\n")] {
            let hash = body_hash(text.as_bytes(), false);
            assert_eq!(hash, of("2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="));
        }
    }

    #[test]
    fn relaxed_rules_overlook_blanks_and_simple_ones_do_not() {
        assert_eq!(body_hash(b"a  b \n", true), body_hash(b"a b\r\n\r\n", true));
        assert_ne!(body_hash(b"a  b \n", false), body_hash(b"a b\r\n", false));
    }

    #[test]
    fn signatures_of_a_part_or_by_old_hashes_say_nothing() {
        assert_eq!(BodyHash::read("a=rsa-sha1; d=example.org; bh=AAAAAAAAAAA="), None);
        let part = "a=rsa-sha256; d=example.org; l=5; bh=AAAAAAAAAAA=";
        assert_eq!(BodyHash::read(part), None);
        let whole = "v=1; a=rsa-sha256; c=relaxed/relaxed; d=Example.org; bh=AAAA AAAAAAA=; b=x";
        let found = BodyHash::read(whole).unwrap();
        assert_eq!((found.domain.as_str(), found.digest, found.relaxed), ("example.org", 0, true));
    }
}
