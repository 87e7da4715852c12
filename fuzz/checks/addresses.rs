//! Addresses, ids, dates and encoded words from any octets.

use unscatter::message::{Address, Date, MessageId, decode_header};

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let text = String::from_utf8_lossy(octets);
    let address = Address::new(&text);
    let unwrapped = address.unwrapped();
    assert_eq!(address.same(&address), !address.is_empty());
    for address in [address.base(), unwrapped] {
        address.verp_recipient();
        address.local();
        address.domain();
    }
    assert!(MessageId::all(&text, 100).len() <= 100);
    MessageId::only(&text);
    if let Some(date) = Date::read(&text) {
        assert!(date.unix.abs() < 1 << 40);
    }
    decode_header(octets);
}
