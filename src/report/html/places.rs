//! Country and operator of a network, from databases in MaxMind's format that the user named. Nothing comes
//! with the program, and no network is asked.

use std::net::IpAddr;
use std::path::Path;

use maxminddb::{Reader, path};

use crate::Error;
use crate::report::escape;

/// Databases of places, asked one after the other.
#[derive(Default)]
pub struct Places(Vec<Reader<Vec<u8>>>);

impl Places {
    /// Reads one more database, `.mmdb`.
    pub fn open(&mut self, file: &Path) -> Result<(), Error> {
        let reader = Reader::open_readfile(file).map_err(|error| Error::Read {
            path: escape::octets(file.as_os_str().as_encoded_bytes()),
            source: std::io::Error::other(error.to_string()),
        })?;
        self.0.push(reader);
        Ok(())
    }

    /// Whether there is any.
    pub(super) fn any(&self) -> bool {
        !self.0.is_empty()
    }

    /// What they say of a network written as `address/length`; empty where they say nothing.
    pub(super) fn of(&self, network: &str) -> String {
        let address = network.split('/').next().and_then(|a| a.parse::<IpAddr>().ok());
        let Some(address) = address else { return String::new() };
        let mut said: Vec<String> = Vec::new();
        for found in self.0.iter().filter_map(|reader| reader.lookup(address).ok()) {
            let text = |of: &[maxminddb::PathElement<'_>]| {
                found.decode_path::<&str>(of).ok().flatten().map(super::gathered::cell)
            };
            let number =
                found.decode_path::<u32>(&path!["autonomous_system_number"]).ok().flatten();
            said.extend(text(&path!["country", "iso_code"]));
            said.extend(number.map(|number| format!("AS{number}")));
            said.extend(text(&path!["autonomous_system_organization"]));
        }
        said.dedup();
        said.join(" ")
    }
}

impl std::fmt::Debug for Places {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} databases", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(out: &mut Vec<u8>, text: &str) {
        match text.len() {
            n @ 0..29 => out.push(0x40 | n as u8),
            n => out.extend([0x40 | 29, n as u8 - 29]),
        }
        out.extend(text.as_bytes());
    }

    /// A database that knows 192.0.2.0/24 and nothing else: a search tree of 24 nodes, one map, the
    /// description (MaxMind DB file format 2.0).
    fn database() -> Vec<u8> {
        let mut out = Vec::new();
        let nodes = 24u32;
        let (nothing, data) = (nodes, nodes + 16);
        for bit in 0..24 {
            let on = if bit == 23 { data } else { bit + 1 };
            let set = 0xc0_00_02u32 >> (23 - bit) & 1 == 1;
            for record in if set { [nothing, on] } else { [on, nothing] } {
                out.extend(&record.to_be_bytes()[1..]);
            }
        }
        out.extend([0; 16]);
        out.push(0xe3);
        text(&mut out, "country");
        out.push(0xe1);
        text(&mut out, "iso_code");
        text(&mut out, "ZZ");
        text(&mut out, "autonomous_system_number");
        out.extend([0xc2, 0xfb, 0xf0]);
        text(&mut out, "autonomous_system_organization");
        text(&mut out, "Example <Net>\u{202e}");
        out.extend(b"\xab\xcd\xefMaxMind.com");
        out.push(0xe9);
        for (name, number) in [
            ("node_count", [0xc1, 24]),
            ("record_size", [0xa1, 24]),
            ("ip_version", [0xa1, 4]),
            ("binary_format_major_version", [0xa1, 2]),
            ("binary_format_minor_version", [0xa1, 0]),
        ] {
            text(&mut out, name);
            out.extend(number);
        }
        text(&mut out, "build_epoch");
        out.extend([0x01, 0x02, 1]);
        text(&mut out, "database_type");
        text(&mut out, "Test");
        text(&mut out, "languages");
        out.extend([0x00, 0x04]);
        text(&mut out, "description");
        out.push(0xe0);
        out
    }

    #[test]
    fn a_network_gets_country_and_operator_and_hostile_names_are_escaped() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.mmdb");
        std::fs::write(&file, database()).unwrap();
        let mut places = Places::default();
        places.open(&file).unwrap();
        assert_eq!(places.of("192.0.2.0/24"), "ZZ AS64496 Example <Net>\\xe2\\x80\\xae");
        assert_eq!(places.of("198.51.100.0/24"), "");
        assert_eq!(places.of("2001:db8::/48"), "");
    }

    #[test]
    fn what_is_no_database_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.mmdb");
        std::fs::write(&file, "no database").unwrap();
        assert!(Places::default().open(&file).is_err());
        assert!(Places::default().open(&folder.path().join("missing.mmdb")).is_err());
    }
}
