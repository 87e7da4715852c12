//! What is written for people can be read back exactly, and holds nothing that a terminal or spreadsheet runs.

use unscatter::report::escape;

/// Panics where it does not hold for this input.
pub(crate) fn holds(octets: &[u8]) {
    let shown = escape::octets(octets);
    assert!(shown.chars().all(|c| !c.is_control()));
    assert_eq!(escape::undo(&shown), octets);
    let cell = escape::defuse(shown.clone().into());
    assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
    assert_eq!(escape::undo_cell(&cell), octets);
    // Through a real reader of CSV.
    let mut file = Vec::new();
    let mut writer = csv::Writer::from_writer(&mut file);
    writer.write_record([cell.as_ref(), "end"]).expect("memory");
    writer.flush().expect("memory");
    drop(writer);
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&file[..]);
    let row = reader.records().next().expect("a row").expect("it is well formed");
    assert_eq!(&row[0], cell.as_ref());
    for limit in [0, 1, 20] {
        assert!(escape::width(&escape::fit(&shown, limit)) <= limit.max(1));
    }
}
