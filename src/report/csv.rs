//! Findings as comma-separated values: a header, then one line each. Cells that a spreadsheet would run
//! are defused.

use std::io::{self, Write};

use super::{COLUMNS, Format, escape};
use crate::scan::{Finding, Outcome};

/// Writes CSV with the columns of [`COLUMNS`].
pub struct Csv<W: Write> {
    writer: ::csv::Writer<W>,
}

impl<W: Write> Csv<W> {
    /// Writes to `to`, buffered.
    pub fn new(to: W) -> Self {
        Csv { writer: ::csv::Writer::from_writer(to) }
    }
}

impl<W: Write> Format for Csv<W> {
    fn begin(&mut self) -> io::Result<()> {
        self.writer.write_record(COLUMNS.iter().map(|column| column.name)).map_err(plain)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        for column in COLUMNS {
            let cell = (column.cell)(finding);
            let cell = escape::defuse(cell.shown());
            self.writer.write_field(cell.as_bytes()).map_err(plain)?;
        }
        self.writer.write_record(None::<&[u8]>).map_err(plain)
    }

    fn end(&mut self, _: &Outcome) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The system's own error. The crate's conversion would hide that a pipe was closed.
fn plain(error: ::csv::Error) -> io::Error {
    match error.into_kind() {
        ::csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::samples;
    use crate::signals::Kind;

    fn written(findings: &[Finding]) -> String {
        let mut out = Vec::new();
        let mut csv = Csv::new(&mut out);
        csv.begin().unwrap();
        for finding in findings {
            csv.finding(finding).unwrap();
        }
        csv.end(&Outcome::default()).unwrap();
        drop(csv);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_header_is_the_one_that_scripts_rely_on() {
        assert_eq!(
            written(&[]),
            "store,folder,locator,sha256,size,date,from,to,subject,message_id,class,origin,score,\
             p_forged,signals,recipient,action,status,reason,reporting_mta,diagnostic,\
             original_message_id,original_date,original_from,original_subject,sent_match,source_ip,\
             campaign,defects,role,null_sender,own_relay,links\n"
        );
    }

    #[test]
    fn a_row_holds_everything_escaped_and_defused() {
        let mut finding = samples::backscatter();
        finding.original_from = "+49 30 <owner@example.org>".into();
        let text = written(&[finding]);
        let row = text.lines().nth(1).unwrap();
        let hash = samples::backscatter().fingerprint.hex();
        assert_eq!(
            row,
            format!(
                "Maildir,INBOX,\"cur/1.caf\\xe9:2,S\",{hash},2048,2026-08-20T13:47:03Z,\
                 Mail Delivery System <mailer-daemon@mx.example.net>,owner@example.org,\
                 \"'=cmd|' /C calc'!A0\\x1b[2J \\xe2\\x80\\xae, \"\"quoted\"\"\",\
                 <b1@mx.example.net>,backscatter,forged,0.9877,1.0000,\
                 delivery-status foreign-source,a@example.net b@example.net,failed,5.1.1,\
                 user-unknown,mx.example.net,550 5.1.1 C:\\x5cusers\\x5ca: no such user,\
                 <spam@bot.example>,2026-08-20T12:46:40Z,'+49 30 <owner@example.org>,\
                 Réponse\u{a0}: 自動,,192.0.2.7,3,bad-encoding original-cut,received,yes,no,\
                 http://pills.example/a?b"
            )
        );
    }

    #[test]
    fn ordinary_mail_has_no_probability_of_forgery() {
        let mut finding = samples::finding(Kind::Ordinary, None);
        finding.date = None;
        finding.campaign = None;
        let text = written(&[finding]);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let names = reader.headers().unwrap().clone();
        let row = reader.records().next().unwrap().unwrap();
        let cell = |name| &row[names.iter().position(|other| other == name).unwrap()];
        assert_eq!((cell("class"), cell("origin")), ("ordinary", "none"));
        assert_eq!((cell("score"), cell("p_forged")), ("0.9000", ""));
        assert_eq!((cell("date"), cell("campaign")), ("", ""));
    }

    #[test]
    fn a_finding_stays_on_one_line() {
        let mut finding = samples::backscatter();
        finding.subject = "one\r\ntwo\n=three\rfour\u{85}five\u{2029}six".into();
        assert_eq!(written(&[finding]).lines().count(), 2);
    }
}
