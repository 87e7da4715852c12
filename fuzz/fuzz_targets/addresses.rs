//! Addresses, ids, dates and encoded words from any octets.
#![no_main]

use libfuzzer_sys::fuzz_target;
use unscatter::message::{Address, Date, MessageId, decode_header};

fuzz_target!(|octets: &[u8]| {
    let text = String::from_utf8_lossy(octets);
    let address = Address::new(&text);
    let unwrapped = address.unwrapped();
    assert!(address.same(&address));
    assert_eq!(address.key(), Address::new(address.as_str()).key());
    for address in [address.base(), unwrapped] {
        address.verp_recipient();
        address.local();
        address.domain();
    }
    assert!(MessageId::all(&text, 100).len() <= 100);
    if let Some(id) = MessageId::only(&text) {
        assert_eq!(MessageId::new(id.as_str()), id);
    }
    if let Some(date) = Date::read(&text) {
        assert!(date.unix.abs() < 1 << 40);
    }
    decode_header(octets);
});
