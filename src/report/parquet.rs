//! Findings as Parquet: the columns and the escaping of the CSV, numbers as numbers, nothing as null. Holds
//! one group of rows at a time. No cell is defused: no program that reads it runs a cell.

use std::io::{self, Write};
use std::sync::Arc;

use ::parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use ::parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::types::Type;

use super::{COLUMNS, Cell, Column, ColumnKind, Format, four_decimals};
use crate::scan::{Finding, Outcome};

/// A group of rows is written as soon as it has so many of them, or so many octets of text.
const ROWS: usize = 65_536;
const OCTETS: usize = 32 << 20;

/// Writes one Parquet file.
pub struct Parquet<W: Write + Send> {
    /// Until it begins, and again once it has ended.
    to: Option<W>,
    writer: Option<SerializedFileWriter<W>>,
    columns: Vec<Values>,
    rows: usize,
    octets: usize,
}

/// The values of one column of the group of rows at hand; `there` tells which rows have one.
struct Values {
    there: Vec<i16>,
    of: Typed,
}

enum Typed {
    Text(Vec<ByteArray>),
    Integer(Vec<i64>),
    Real(Vec<f64>),
}

impl Values {
    fn new(column: &Column) -> Values {
        let of = match column.kind {
            ColumnKind::Text => Typed::Text(Vec::new()),
            ColumnKind::Integer => Typed::Integer(Vec::new()),
            ColumnKind::Real => Typed::Real(Vec::new()),
        };
        Values { there: Vec::new(), of }
    }

    /// Adds the cell of one row. Gives the octets that it takes. A number beyond what 63 bits hold is none: there is
    /// no message of that size.
    fn add(&mut self, cell: &Cell) -> usize {
        let taken = match (&mut self.of, cell) {
            (Typed::Integer(all), Cell::Number(number)) => {
                number.and_then(|n| i64::try_from(n).ok()).map(|n| {
                    all.push(n);
                    8
                })
            }
            (Typed::Real(all), Cell::Share(share)) => share.map(|share| {
                all.push(four_decimals(share));
                8
            }),
            (Typed::Text(all), cell) => {
                let shown = cell.shown();
                (!shown.is_empty()).then(|| {
                    all.push(ByteArray::from(shown.as_bytes().to_vec()));
                    shown.len()
                })
            }
            _ => None,
        };
        self.there.push(i16::from(taken.is_some()));
        taken.unwrap_or(0)
    }
}

impl<W: Write + Send> Parquet<W> {
    /// Writes to `to`, group by group.
    pub fn new(to: W) -> Self {
        let columns = COLUMNS.iter().map(Values::new).collect();
        Parquet { to: Some(to), writer: None, columns, rows: 0, octets: 0 }
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let Some(writer) = self.writer.as_mut().filter(|_| self.rows > 0) else { return Ok(()) };
        let mut group = writer.next_row_group()?;
        for (values, declared) in self.columns.iter_mut().zip(COLUMNS) {
            let Some(mut column) = group.next_column()? else { break };
            let there = Some(values.there.as_slice());
            match &values.of {
                Typed::Text(all) => {
                    column.typed::<ByteArrayType>().write_batch(all, there, None)?
                }
                Typed::Integer(all) => column.typed::<Int64Type>().write_batch(all, there, None)?,
                Typed::Real(all) => column.typed::<DoubleType>().write_batch(all, there, None)?,
            };
            column.close()?;
            *values = Values::new(declared);
        }
        group.close()?;
        (self.rows, self.octets) = (0, 0);
        Ok(())
    }
}

impl<W: Write + Send> Format for Parquet<W> {
    fn begin(&mut self) -> io::Result<()> {
        let Some(to) = self.to.take() else { return Ok(()) };
        let properties = WriterProperties::builder()
            .set_compression(Compression::GZIP(Default::default()))
            .set_created_by(concat!("unscatter version ", env!("CARGO_PKG_VERSION")).to_owned())
            .build();
        let writer = schema().and_then(|schema| {
            SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))
        });
        self.writer = Some(writer.map_err(plain)?);
        Ok(())
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        for (values, column) in self.columns.iter_mut().zip(COLUMNS) {
            self.octets += values.add(&(column.cell)(finding));
        }
        self.rows += 1;
        if self.rows >= ROWS || self.octets >= OCTETS {
            self.write_group().map_err(plain)?;
        }
        Ok(())
    }

    fn end(&mut self, _: &Outcome) -> io::Result<()> {
        self.write_group().map_err(plain)?;
        let Some(writer) = self.writer.take() else { return Ok(()) };
        writer.into_inner().map_err(plain)?.flush()
    }
}

/// The columns as Parquet declares them. Each may be empty in a row.
fn schema() -> Result<Type, ParquetError> {
    let mut fields = Vec::new();
    for column in COLUMNS {
        let (physical, logical) = match column.kind {
            ColumnKind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
            ColumnKind::Integer => (Physical::INT64, None),
            ColumnKind::Real => (Physical::DOUBLE, None),
        };
        let field = Type::primitive_type_builder(column.name, physical)
            .with_logical_type(logical)
            .with_repetition(Repetition::OPTIONAL)
            .build()?;
        fields.push(Arc::new(field));
    }
    Type::group_type_builder("findings").with_fields(fields).build()
}

/// The system's own error, so that a closed pipe is seen as one.
fn plain(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(inner) => match inner.downcast::<io::Error>() {
            Ok(error) => *error,
            Err(other) => io::Error::other(other),
        },
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Mutex;

    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::Field;

    use super::*;
    use crate::report::{Csv, escape, samples};
    use crate::signals::Kind;

    fn findings() -> Vec<Finding> {
        let mut bare = samples::finding(Kind::Ordinary, None);
        (bare.date, bare.campaign, bare.null_sender) = (None, None, None);
        let mut hostile = samples::backscatter();
        hostile.subject = "=1+1\r\n'); DROP TABLE findings; -- \u{202e}<script>".into();
        hostile.fingerprint.len = u64::from(u32::MAX) + 7;
        vec![samples::backscatter(), bare, hostile]
    }

    fn opened(octets: Vec<u8>) -> SerializedFileReader<File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&octets).unwrap();
        SerializedFileReader::new(file).unwrap()
    }

    /// The cells as text, of the rows of all groups.
    fn read(octets: Vec<u8>) -> Vec<Vec<String>> {
        let reader = opened(octets);
        let rows = reader.get_row_iter(None).unwrap();
        let shown = |field: &Field| match field {
            Field::Null => String::new(),
            Field::Str(text) => text.clone(),
            Field::Long(number) => number.to_string(),
            Field::Double(share) => format!("{share:.4}"),
            other => panic!("{other:?}"),
        };
        rows.map(|row| row.unwrap().get_column_iter().map(|(_, f)| shown(f)).collect()).collect()
    }

    fn written(findings: &[Finding]) -> Vec<u8> {
        let mut parquet = Parquet::new(Vec::new());
        parquet.begin().unwrap();
        for finding in findings {
            parquet.finding(finding).unwrap();
        }
        parquet.write_group().unwrap();
        parquet.writer.take().unwrap().into_inner().unwrap()
    }

    #[test]
    fn every_cell_is_that_of_the_csv_and_nothing_is_null() {
        let mut octets = Vec::new();
        let mut csv = Csv::new(&mut octets);
        csv.begin().unwrap();
        findings().iter().for_each(|f| csv.finding(f).unwrap());
        csv.end(&Outcome::default()).unwrap();
        drop(csv);
        let mut csv = ::csv::Reader::from_reader(octets.as_slice());
        let of_csv: Vec<Vec<String>> = csv
            .records()
            .map(|row| row.unwrap().iter().map(|cell| escape::defused(cell).to_string()).collect())
            .collect();
        assert_eq!(read(written(&findings())), of_csv);
        let reader = opened(written(&findings()));
        let names: Vec<_> = reader.metadata().file_metadata().schema().get_fields().to_vec();
        assert!(names.iter().map(|f| f.name()).eq(COLUMNS.iter().map(|c| c.name)));
        let bare = reader.get_row_iter(None).unwrap().nth(1).unwrap().unwrap();
        let nothing = |name| bare.get_column_iter().any(|(n, f)| n == name && *f == Field::Null);
        assert!(
            nothing("date") && nothing("p_forged") && nothing("campaign") && nothing("null_sender")
        );
    }

    /// Counts what reaches it.
    #[derive(Clone, Default)]
    struct Gauge(Arc<Mutex<usize>>);

    impl Write for Gauge {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            *self.0.lock().unwrap() += octets.len();
            Ok(octets.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_more_rows_are_held_than_make_a_group() {
        let gauge = Gauge::default();
        let mut parquet = Parquet::new(gauge.clone());
        parquet.begin().unwrap();
        let mut finding = samples::backscatter();
        finding.diagnostic = "x".repeat(OCTETS / 4);
        for _ in 0..4 {
            assert!(*gauge.0.lock().unwrap() < 100);
            parquet.finding(&finding).unwrap();
        }
        assert_eq!((parquet.rows, parquet.octets), (0, 0));
        assert!(*gauge.0.lock().unwrap() > 1000);
    }

    #[test]
    fn a_file_without_findings_has_the_columns_and_no_rows() {
        assert!(read(written(&[])).is_empty());
    }
}
