//! Transfer encodings undone: base64 and quoted-printable. Lenient: what is no digit is
//! passed over, what cannot be decoded stays as it is.

use std::borrow::Cow;

use super::charset::sextet;

/// `Content-Transfer-Encoding` as far as it changes octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Transfer {
    #[default]
    Plain,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    /// Reads the field's value.
    pub(super) fn named(value: &[u8]) -> Transfer {
        let word = value.trim_ascii();
        let is = |name: &[u8]| {
            word.get(..name.len()).is_some_and(|head| head.eq_ignore_ascii_case(name))
        };
        if is(b"base64") || is(b"\"base64") {
            Transfer::Base64
        } else if is(b"quoted-printable") || is(b"\"quoted-printable") {
            Transfer::QuotedPrintable
        } else {
            Transfer::Plain
        }
    }

    /// Undoes the encoding, for no more than about `cap` octets of output.
    pub(super) fn undo(self, octets: &[u8], cap: usize) -> Cow<'_, [u8]> {
        match self {
            Transfer::Plain => Cow::Borrowed(&octets[..octets.len().min(cap)]),
            Transfer::Base64 => Cow::Owned(base64(octets, cap)),
            Transfer::QuotedPrintable => Cow::Owned(quoted_printable(octets, cap)),
        }
    }
}

/// Base64 over any number of pieces: padding ends a quantum, a piece need not.
#[derive(Default)]
pub(super) struct Base64 {
    bits: u32,
    held: u32,
}

impl Base64 {
    pub(super) fn push(&mut self, octets: &[u8], out: &mut Vec<u8>) {
        for octet in octets {
            match sextet(*octet) {
                Some(value) => {
                    self.bits = (self.bits << 6) | u32::from(value);
                    self.held += 6;
                    if self.held >= 8 {
                        self.held -= 8;
                        out.push((self.bits >> self.held) as u8);
                        self.bits &= (1 << self.held) - 1;
                    }
                }
                None if *octet == b'=' => (self.bits, self.held) = (0, 0),
                None => {}
            }
        }
    }
}

fn base64(octets: &[u8], cap: usize) -> Vec<u8> {
    let octets = &octets[..octets.len().min(cap.saturating_mul(2).saturating_add(64))];
    let mut out = Vec::with_capacity(octets.len() / 4 * 3);
    Base64::default().push(octets, &mut out);
    out.truncate(cap);
    out
}

fn quoted_printable(octets: &[u8], cap: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(octets.len().min(cap));
    let mut at = 0;
    while at < octets.len() && out.len() < cap {
        let octet = octets[at];
        at += 1;
        if octet != b'=' {
            let room = octets.len().min(at - 1 + cap - out.len());
            let end = memchr::memchr(b'=', &octets[at..room]).map_or(room, |found| at + found);
            out.extend_from_slice(&octets[at - 1..end]);
            at = end;
            continue;
        }
        let rest = &octets[at..];
        if let Some(value) = hex(rest) {
            out.push(value);
            at += 2;
        } else {
            // A soft line break may have blanks before its line end (RFC 2045 section 6.7 (3)).
            let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\r')).count();
            match rest.get(blanks) {
                Some(b'\n') => at += blanks + 1,
                None => at += blanks,
                Some(_) => out.push(b'='),
            }
        }
    }
    out
}

/// Two hexadecimal digits.
pub(super) fn hex(octets: &[u8]) -> Option<u8> {
    let digit = |octet: u8| char::from(octet).to_digit(16);
    let (high, low) = (digit(*octets.first()?)?, digit(*octets.get(1)?)?);
    Some((high * 16 + low) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_survives_line_ends_and_missing_padding() {
        for eol in ["\n", "\r\n"] {
            let text = format!("VGhlIHF1{eol}aWNr");
            assert_eq!(&*Transfer::Base64.undo(text.as_bytes(), 100), b"The quick");
        }
        assert_eq!(&*Transfer::Base64.undo(b"Zm8", 100), b"fo");
        assert_eq!(&*Transfer::Base64.undo(b"Zm8=Zm8=", 100), b"fofo");
    }

    #[test]
    fn broken_quoted_printable_keeps_what_is_there() {
        for eol in ["\n", "\r\n"] {
            let text = format!("a=3Db=  {eol}c=ZZ 5=");
            assert_eq!(&*Transfer::QuotedPrintable.undo(text.as_bytes(), 100), b"a=bc=ZZ 5");
        }
    }

    #[test]
    fn encodings_are_named_in_any_case() {
        assert_eq!(Transfer::named(b" Base64 \r\n"), Transfer::Base64);
        assert_eq!(Transfer::named(b"Quoted-Printable (x)"), Transfer::QuotedPrintable);
        assert_eq!(Transfer::named(b"8bit"), Transfer::Plain);
    }
}
