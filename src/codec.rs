//! How this program writes records for itself, to read them again: compact, and bound to one version of it.
//! Knows no mail. Octets that it did not write are an error, never a panic, and ask for no more memory
//! than there are of them.

use std::ffi::OsStr;
use std::hash::{BuildHasher, Hasher};
use std::net::IpAddr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// The octets are not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Broken;

/// What can be written and read again.
pub(crate) trait Coded: Sized {
    /// Appends its octets.
    fn write(&self, out: &mut Vec<u8>);
    /// Takes its octets from the front.
    fn read(from: &mut &[u8]) -> Result<Self, Broken>;
}

/// The octets of one value.
pub(crate) fn encoded(value: &impl Coded) -> Vec<u8> {
    let mut out = Vec::new();
    value.write(&mut out);
    out
}

/// The value of which these are all the octets.
pub(crate) fn decoded<T: Coded>(mut octets: &[u8]) -> Result<T, Broken> {
    let value = T::read(&mut octets)?;
    if octets.is_empty() { Ok(value) } else { Err(Broken) }
}

/// A sum of octets that tells a change by accident; no defence against forgery. It may differ with the version
/// of its library: whatever keeps sums keeps one of known octets with them.
pub(crate) fn sum() -> impl Hasher {
    foldhash::quality::FixedState::with_seed(0x7375_6d73).build_hasher()
}

/// Implements [`Coded`] from the one list of a type's fields or variants. A field that is missing in the
/// list does not compile.
macro_rules! coded {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::codec::Coded for $type {
            fn write(&self, out: &mut Vec<u8>) {
                let $type { $($field),+ } = self;
                $($crate::codec::Coded::write($field, out);)+
            }
            fn read(from: &mut &[u8]) -> Result<Self, $crate::codec::Broken> {
                $(let $field = $crate::codec::Coded::read(from)?;)+
                Ok($type { $($field),+ })
            }
        }
    };
    ($type:ident ( $field:ident )) => {
        impl $crate::codec::Coded for $type {
            fn write(&self, out: &mut Vec<u8>) {
                let $type($field) = self;
                $crate::codec::Coded::write($field, out);
            }
            fn read(from: &mut &[u8]) -> Result<Self, $crate::codec::Broken> {
                Ok($type($crate::codec::Coded::read(from)?))
            }
        }
    };
    ($type:ident : $($variant:ident)|+) => {
        impl $crate::codec::Coded for $type {
            fn write(&self, out: &mut Vec<u8>) {
                match self { $($type::$variant)|+ => out.push(*self as u8) }
            }
            fn read(from: &mut &[u8]) -> Result<Self, $crate::codec::Broken> {
                let number = <u8 as $crate::codec::Coded>::read(from)?;
                [$($type::$variant),+]
                    .into_iter()
                    .find(|v| *v as u8 == number)
                    .ok_or($crate::codec::Broken)
            }
        }
    };
}
pub(crate) use coded;

fn take<'a>(from: &mut &'a [u8], count: usize) -> Result<&'a [u8], Broken> {
    let (taken, rest) = from.split_at_checked(count).ok_or(Broken)?;
    *from = rest;
    Ok(taken)
}

/// Octets with their number before them.
pub(crate) fn write_octets(octets: &[u8], out: &mut Vec<u8>) {
    octets.len().write(out);
    out.extend_from_slice(octets);
}

/// Reads what [`write_octets`] wrote.
pub(crate) fn read_octets<'a>(from: &mut &'a [u8]) -> Result<&'a [u8], Broken> {
    let count = usize::read(from)?;
    take(from, count)
}

impl Coded for u64 {
    /// Seven bits an octet, the lowest first.
    fn write(&self, out: &mut Vec<u8>) {
        let mut rest = *self;
        while rest >= 0x80 {
            out.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        out.push(rest as u8);
    }

    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let (&octet, rest) = from.split_first().ok_or(Broken)?;
            *from = rest;
            let bits = u64::from(octet & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Broken);
            }
            value |= bits << shift;
            if octet < 0x80 {
                return Ok(value);
            }
        }
        Err(Broken)
    }
}

macro_rules! narrower {
    ($($type:ty: $wide:ty),+) => {
        $(impl Coded for $type {
            fn write(&self, out: &mut Vec<u8>) {
                (*self as $wide).write(out);
            }
            fn read(from: &mut &[u8]) -> Result<Self, Broken> {
                <$type>::try_from(<$wide>::read(from)?).map_err(|_| Broken)
            }
        })+
    };
}
narrower!(u16: u64, u32: u64, usize: u64, i16: i64, i32: i64);

impl Coded for u8 {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(*self);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        Ok(take(from, 1)?[0])
    }
}

impl Coded for i64 {
    /// The sign in the lowest bit.
    fn write(&self, out: &mut Vec<u8>) {
        (((self << 1) ^ (self >> 63)) as u64).write(out);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        let folded = u64::read(from)?;
        Ok((folded >> 1) as i64 ^ -((folded & 1) as i64))
    }
}

impl Coded for bool {
    fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        match u8::read(from)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Broken),
        }
    }
}

impl Coded for f32 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_le_bytes());
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        Ok(f32::from_le_bytes(take(from, 4)?.try_into().map_err(|_| Broken)?))
    }
}

impl<const N: usize> Coded for [u8; N] {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        take(from, N)?.try_into().map_err(|_| Broken)
    }
}

impl Coded for String {
    fn write(&self, out: &mut Vec<u8>) {
        write_octets(self.as_bytes(), out);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        let text = std::str::from_utf8(read_octets(from)?).map_err(|_| Broken)?;
        Ok(text.to_owned())
    }
}

impl Coded for Box<str> {
    fn write(&self, out: &mut Vec<u8>) {
        write_octets(self.as_bytes(), out);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        String::read(from).map(String::into_boxed_str)
    }
}

impl Coded for PathBuf {
    fn write(&self, out: &mut Vec<u8>) {
        write_octets(self.as_os_str().as_bytes(), out);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        Ok(PathBuf::from(OsStr::from_bytes(read_octets(from)?)))
    }
}

impl Coded for IpAddr {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            IpAddr::V4(v4) => {
                out.push(4);
                v4.octets().write(out);
            }
            IpAddr::V6(v6) => {
                out.push(6);
                v6.octets().write(out);
            }
        }
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        match u8::read(from)? {
            4 => Ok(IpAddr::from(<[u8; 4]>::read(from)?)),
            6 => Ok(IpAddr::from(<[u8; 16]>::read(from)?)),
            _ => Err(Broken),
        }
    }
}

impl<T: Coded> Coded for Option<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.is_some().write(out);
        if let Some(value) = self {
            value.write(out);
        }
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        Ok(if bool::read(from)? { Some(T::read(from)?) } else { None })
    }
}

impl<T: Coded> Coded for Vec<T> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for value in self {
            value.write(out);
        }
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        let count = usize::read(from)?;
        // No value is written in less than one octet.
        if count > from.len() {
            return Err(Broken);
        }
        let mut values = Vec::with_capacity(count.min(16));
        for _ in 0..count {
            values.push(T::read(from)?);
        }
        Ok(values)
    }
}

/// Hashes, which have no small values: four octets each.
impl Coded for Box<[u32]> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for number in self {
            out.extend_from_slice(&number.to_le_bytes());
        }
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        let count = usize::read(from)?.checked_mul(4).ok_or(Broken)?;
        let (numbers, _) = take(from, count)?.as_chunks();
        Ok(numbers.iter().map(|n| u32::from_le_bytes(*n)).collect())
    }
}

impl Coded for Box<[Box<str>]> {
    fn write(&self, out: &mut Vec<u8>) {
        self.len().write(out);
        for text in self {
            text.write(out);
        }
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        Vec::read(from).map(Vec::into_boxed_slice)
    }
}

impl<T: Coded> Coded for Box<T> {
    fn write(&self, out: &mut Vec<u8>) {
        T::write(self, out);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        T::read(from).map(Box::new)
    }
}

impl<A: Coded, B: Coded> Coded for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }
    fn read(from: &mut &[u8]) -> Result<Self, Broken> {
        Ok((A::read(from)?, B::read(from)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn back<T: Coded + PartialEq + std::fmt::Debug>(value: T) {
        let octets = encoded(&value);
        assert_eq!(decoded::<T>(&octets), Ok(value));
        for end in 0..octets.len() {
            assert!(decoded::<T>(&octets[..end]).is_err(), "cut at {end}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_is_written_is_read_again(
            numbers in any::<(u64, i64, u16, u32, i16, f32, bool)>(),
            texts in any::<(String, Vec<String>, Option<String>, [u8; 32])>(),
            hashes in any::<Vec<u32>>(),
            ip in any::<IpAddr>(),
        ) {
            back(numbers.0);
            back(numbers.1);
            back((numbers.2, numbers.3));
            back(numbers.4);
            prop_assert_eq!(decoded::<f32>(&encoded(&numbers.5)).map(f32::to_bits), Ok(numbers.5.to_bits()));
            back(numbers.6);
            back((texts.0, texts.1));
            back((texts.2, texts.3));
            back(hashes.into_boxed_slice());
            back(ip);
        }

        #[test]
        fn foreign_octets_are_an_error_and_no_panic(octets in any::<Vec<u8>>()) {
            let _ = decoded::<Vec<Vec<String>>>(&octets);
            let _ = decoded::<Vec<(u64, Option<IpAddr>)>>(&octets);
            let _ = decoded::<Box<[u32]>>(&octets);
        }
    }

    #[test]
    fn ends_of_the_ranges_come_back_and_what_lies_beyond_is_refused() {
        for n in [0, 127, 128, u64::MAX] {
            back(n);
        }
        for n in [0, -1, i64::MIN, i64::MAX] {
            back(n);
        }
        assert_eq!(decoded::<u64>(&[0xff; 10]), Err(Broken), "more than 64 bits");
        assert_eq!(decoded::<u16>(&encoded(&65_536u64)), Err(Broken));
        assert_eq!(
            decoded::<Vec<u8>>(&encoded(&u64::MAX)),
            Err(Broken),
            "more than there are octets"
        );
        assert_eq!(decoded::<Box<[u32]>>(&encoded(&u64::MAX)), Err(Broken));
        assert_eq!(decoded::<bool>(&[2]), Err(Broken));
    }
}
