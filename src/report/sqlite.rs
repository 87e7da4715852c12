//! Findings as one SQLite file: a run with its findings, recipients, evidence, hops and campaigns. The
//! schema stands here once, but for the columns of the findings, with a comment at each column, and so in each
//! file and in docs/SCHEMA.md.

use std::io;
use std::path::Path;

use rusqlite::types::{ToSqlOutput, Value};
use rusqlite::{Connection, OpenFlags, ToSql, params};

use super::{COLUMNS, Cell, Format, Provenance, escape, rfc3339};
use crate::learning::Abuse;
use crate::scan::{Finding, Outcome};
use crate::signals::{self, SeenIn, Toward};

/// The tables before and behind the findings.
const BEFORE: &str = "\
CREATE TABLE runs (          -- the run that made this file: one row
  run INTEGER PRIMARY KEY,   -- always 1
  version TEXT NOT NULL,     -- of unscatter
  command TEXT NOT NULL,     -- the arguments
  started TEXT NOT NULL,     -- UTC, RFC 3339
  ended TEXT,                -- UTC, RFC 3339
  seen INTEGER,              -- messages in judged folders: the sum of counts and unread
  unread INTEGER,            -- messages that could not be judged; see skipped
  octets INTEGER,            -- read, Sent included
  sent_messages INTEGER,     -- messages in Sent, each counted once
  sent_first TEXT,           -- date of the oldest, UTC, RFC 3339
  sent_last TEXT,            -- date of the newest
  abuse TEXT                 -- hacked or spoofed: account-used, web-script, spoofed, cannot-tell
);
CREATE TABLE counts (        -- messages by class, those that are not listed included
  class TEXT PRIMARY KEY,
  messages INTEGER NOT NULL
);
CREATE TABLE folders (       -- every folder that was met
  store TEXT, folder TEXT,
  layout TEXT,               -- maildir, mbox, files
  role TEXT,                 -- received, sent, draft, junk, trash, swept
  why TEXT,                  -- why that role
  messages INTEGER,
  sent INTEGER,              -- those of them that the owner sent
  octets INTEGER
);
CREATE TABLE identities (    -- the owner's addresses
  address TEXT,
  given INTEGER,             -- 1: named on the command line, 0: learned from Sent
  messages INTEGER           -- in Sent
);
CREATE TABLE skipped (       -- what was left out, and why
  what TEXT, why TEXT
);
CREATE TABLE findings (      -- one row a message; text that came from mail is escaped as in the CSV
  finding INTEGER PRIMARY KEY, -- its number in store order, from 1
";

const BEHIND: &str = "\
CREATE TABLE recipients (    -- whom the answered mail could not reach, or reached
  finding INTEGER NOT NULL REFERENCES findings,
  position INTEGER NOT NULL, -- from 1, in the order of the report
  address TEXT NOT NULL,     -- as written
  domain TEXT,               -- lower case
  PRIMARY KEY (finding, position)
) WITHOUT ROWID;
CREATE TABLE evidence (      -- the ledger
  finding INTEGER NOT NULL REFERENCES findings,
  position INTEGER NOT NULL, -- from 1, strongest first
  code TEXT NOT NULL,        -- see signals
  quote TEXT,                -- the words that show it
  log_odds REAL NOT NULL,    -- what it added: to the kind, or to forged (below 0: to genuine)
  PRIMARY KEY (finding, position)
) WITHOUT ROWID;
CREATE TABLE hops (          -- Received lines of the returned mail, as whoever wrote them says
  finding INTEGER NOT NULL REFERENCES findings,
  position INTEGER NOT NULL, -- from 1, the latest first
  ip TEXT,                   -- the client's address
  host TEXT,                 -- its name as the server looked it up
  helo TEXT,                 -- the name that it gave
  by_host TEXT,              -- who wrote the line
  protocol TEXT,
  for_address TEXT,
  date TEXT,                 -- UTC, RFC 3339
  authenticated INTEGER NOT NULL, -- 1: the client had authenticated
  PRIMARY KEY (finding, position)
) WITHOUT ROWID;
CREATE TABLE campaigns (     -- groups of answered mail
  campaign INTEGER PRIMARY KEY, -- by first arrival, from 1
  template TEXT,             -- most frequent subject, with what varies masked
  members INTEGER,           -- answers, each counted once
  solid INTEGER,             -- of these, solid matches with Sent
  foreign_hops INTEGER,      -- of these, with hops that came from elsewhere
  own_hops INTEGER,          -- of these, over the owner's relays
  first TEXT, last TEXT,     -- arrival, UTC, RFC 3339
  peak_messages INTEGER,     -- most arrivals within one hour of the clock
  peak_hour TEXT,            -- when that hour began
  over INTEGER,              -- 1: nothing came any more
  recipients INTEGER,        -- different addresses, counted up to 10,000
  sources INTEGER,           -- different hosts, counted up to 10,000
  abuse TEXT                 -- account-used, web-script, spoofed, cannot-tell
);
CREATE TABLE signals (       -- what a code means
  code TEXT PRIMARY KEY,
  about TEXT NOT NULL,       -- kind: what the message is; origin: whose mail it answers
  speaks_for TEXT NOT NULL,
  evidence_group TEXT,       -- origin only: signals of one group count once
  summary TEXT NOT NULL
);
";

/// The whole schema as SQL.
fn schema() -> String {
    let mut sql = String::from(BEFORE);
    for (at, column) in COLUMNS.iter().enumerate() {
        let name = format!("\"{}\"", column.name);
        let comma = if at + 1 < COLUMNS.len() { "," } else { "" };
        sql.push_str(&format!(
            "  {:<26} -- {}\n",
            format!("{name} {}{comma}", column.kind.sql()),
            column.about
        ));
    }
    sql.push_str(");\n");
    sql.push_str(BEHIND);
    sql
}

/// The text of `docs/SCHEMA.md`, made from the schema.
pub fn readme() -> String {
    format!(
        "# The SQLite file\n\nMade from `src/report/sqlite.rs` by `scripts/bless`; not edited by hand.\n\n\
         `unscatter scan STORE -o findings.sqlite` writes one file with one run. It appears whole or not at all,\n\
         readable by its owner alone. `PRAGMA application_id` is {APPLICATION} (\"unsc\"), `PRAGMA user_version` {VERSION}; columns\n\
         and tables are only ever added. Nothing is NULL where there is nothing to say; moments are text in UTC, which\n\
         sorts by time. Text from mail is as hostile as in the CSV and escaped likewise (`\\xHH`), but no `'` is put\n\
         in front of formulas: a spreadsheet does not read this file.\n\n\
         ```sh\n\
         sqlite3 findings.sqlite \"SELECT class, origin, count(*) FROM findings GROUP BY 1, 2\"\n\
         sqlite3 findings.sqlite \"SELECT domain, count(*) n FROM recipients GROUP BY 1 ORDER BY n DESC LIMIT 10\"\n\
         sqlite3 findings.sqlite \"SELECT code, count(*) n, round(avg(log_odds), 2) FROM evidence GROUP BY 1 ORDER BY n DESC\"\n\
         duckdb -c \"ATTACH 'findings.sqlite' (TYPE sqlite); FROM findings.campaigns\"\n\
         ```\n\n\
         ```sql\n{}```\n",
        schema()
    )
}

const APPLICATION: i32 = 0x756e_7363;
const VERSION: i32 = 1;

/// Writes one SQLite file.
pub struct Sqlite {
    db: Connection,
    made: Provenance,
    finding: i64,
    insert: String,
}

impl Sqlite {
    /// Fills the empty file at `path`, whose folder must be free of symbolic links.
    pub(super) fn create(path: &Path, made: Provenance) -> io::Result<Sqlite> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_NOFOLLOW
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(path, flags).map_err(plain)?;
        // The file is named only when it is whole: a journal would protect nothing, and its name would be
        // one more file with people's mail.
        db.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;",
        )
        .map_err(plain)?;
        let names: Vec<String> = COLUMNS.iter().map(|c| format!("\"{}\"", c.name)).collect();
        let insert = format!(
            "INSERT INTO findings (finding, {}) VALUES (?{})",
            names.join(", "),
            ", ?".repeat(COLUMNS.len())
        );
        Ok(Sqlite { db, made, finding: 0, insert })
    }

    fn start(&mut self) -> rusqlite::Result<()> {
        self.db.pragma_update(None, "application_id", APPLICATION)?;
        self.db.pragma_update(None, "user_version", VERSION)?;
        self.db.execute_batch("BEGIN")?;
        self.db.execute_batch(&schema())?;
        self.db.execute(
            "INSERT INTO runs (run, version, command, started) VALUES (1, ?, ?, ?)",
            params![
                env!("CARGO_PKG_VERSION"),
                &*escape::escaped_before(&self.made.command),
                rfc3339((self.made.clock)())
            ],
        )?;
        Ok(())
    }

    fn add(&mut self, f: &Finding) -> rusqlite::Result<()> {
        self.finding += 1;
        let n = self.finding;
        let cells: Vec<Cell<'_>> = COLUMNS.iter().map(|column| (column.cell)(f)).collect();
        let mut values: Vec<&dyn ToSql> = vec![&n];
        values.extend(cells.iter().map(|cell| cell as &dyn ToSql));
        self.db.prepare_cached(&self.insert)?.execute(&*values)?;
        let mut insert = self.db.prepare_cached("INSERT INTO recipients VALUES (?, ?, ?, ?)")?;
        for (position, recipient) in (1..).zip(&f.recipients) {
            let domain =
                recipient.rsplit_once('@').map(|(_, d)| d.trim_end_matches('>').to_lowercase());
            let domain = domain.as_deref().map(escape::text);
            insert.execute(params![n, position, &*escape::text(recipient), domain.as_deref()])?;
        }
        let mut insert = self.db.prepare_cached("INSERT INTO evidence VALUES (?, ?, ?, ?, ?)")?;
        for (position, e) in (1..).zip(f.verdict.ledger()) {
            let quote = escape::text(&e.quote);
            insert.execute(params![
                n,
                position,
                e.code,
                &*quote,
                super::four_decimals(e.log_odds)
            ])?;
        }
        let mut insert =
            self.db.prepare_cached("INSERT INTO hops VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
        for (position, hop) in (1..).zip(&f.hops) {
            let text = |t: &Option<String>| t.as_deref().map(|t| escape::text(t).into_owned());
            insert.execute(params![
                n,
                position,
                hop.ip.map(|ip| ip.to_string()),
                text(&hop.host),
                text(&hop.helo),
                text(&hop.by),
                text(&hop.with),
                hop.to.as_ref().map(|a| escape::text(a.as_str()).into_owned()),
                moment(hop.date.map(|d| d.unix)),
                hop.authenticated,
            ])?;
        }
        Ok(())
    }

    fn close(&mut self, outcome: &Outcome) -> rusqlite::Result<()> {
        self.db.execute(
            "UPDATE runs SET ended = ?, seen = ?, unread = ?, octets = ?, sent_messages = ?, \
             sent_first = ?, sent_last = ?, abuse = ?",
            params![
                rfc3339((self.made.clock)()),
                whole(outcome.seen),
                whole(outcome.unread),
                whole(outcome.octets),
                whole(outcome.sent.messages),
                moment(outcome.sent.first),
                moment(outcome.sent.last),
                answer(outcome.seen, outcome.abuse.answer()),
            ],
        )?;
        for (class, n) in &outcome.counts {
            self.db.execute("INSERT INTO counts VALUES (?, ?)", params![class, whole(*n)])?;
        }
        for f in &outcome.folders {
            self.db.execute(
                "INSERT INTO folders VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    &*escape::escaped_before(&f.store),
                    &*escape::escaped_before(&f.folder),
                    f.layout.name(),
                    f.role.name(),
                    &*escape::escaped_before(&f.why),
                    whole(f.messages),
                    whole(f.sent),
                    whole(f.octets),
                ],
            )?;
        }
        for i in &outcome.identities {
            self.db.execute(
                "INSERT INTO identities VALUES (?, ?, ?)",
                params![&*escape::text(&i.address), i.given, whole(i.messages)],
            )?;
        }
        for s in &outcome.skipped {
            self.db.execute(
                "INSERT INTO skipped VALUES (?, ?)",
                params![&*escape::escaped_before(&s.what), &*escape::escaped_before(&s.why)],
            )?;
        }
        for c in &outcome.campaigns {
            self.db.execute(
                "INSERT INTO campaigns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                params![
                    c.number,
                    &*escape::text(&c.template),
                    c.members,
                    c.solid,
                    c.foreign,
                    c.own,
                    moment(c.span.map(|s| s.0)),
                    moment(c.span.map(|s| s.1)),
                    c.peak.map(|p| p.0),
                    moment(c.peak.map(|p| p.1)),
                    c.over,
                    c.recipients,
                    c.sources,
                    c.abuse.answer().name(),
                ],
            )?;
        }
        for s in signals::list() {
            let (about, group) = match s.seen_in {
                SeenIn::Correlation(group) => ("origin", Some(group.name())),
                _ => ("kind", None),
            };
            let speaks_for = match s.toward {
                Toward::Kind(kind) => kind.name(),
                Toward::Answer => "any",
                Toward::Genuine => "genuine",
                Toward::Forged => "forged",
            };
            self.db.execute(
                "INSERT INTO signals VALUES (?, ?, ?, ?, ?)",
                params![s.code, about, speaks_for, group, s.summary],
            )?;
        }
        self.db.execute_batch("COMMIT; ANALYZE;")
    }
}

impl Format for Sqlite {
    fn begin(&mut self) -> io::Result<()> {
        self.start().map_err(plain)
    }

    fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.add(finding).map_err(plain)
    }

    fn end(&mut self, outcome: &Outcome) -> io::Result<()> {
        self.close(outcome).map_err(plain)
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match self {
            Cell::Number(number) => number.map_or(Value::Null, |n| Value::Integer(whole(n))),
            Cell::Share(share) => {
                share.map_or(Value::Null, |share| Value::Real(super::four_decimals(share)))
            }
            other => match other.shown() {
                shown if shown.is_empty() => Value::Null,
                shown => Value::Text(shown.into_owned()),
            },
        }))
    }
}

/// SQLite has no larger numbers, and nobody has as much mail.
fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn moment(unix: Option<i64>) -> Option<String> {
    unix.map(rfc3339).filter(|text| !text.is_empty())
}

fn answer(seen: u64, abuse: Abuse) -> Option<&'static str> {
    (seen > 0).then(|| abuse.name())
}

fn plain(error: rusqlite::Error) -> io::Error {
    match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::DiskFull) => io::ErrorKind::StorageFull.into(),
        _ => io::Error::other(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Form, Output, samples};
    use std::path::PathBuf;

    fn written(findings: &[Finding]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("findings.sqlite");
        let made = Provenance { command: "scan Maildir".into(), clock: || 1_787_233_623 };
        let mut output = Output::create(&path, Form::Sqlite, &made).unwrap();
        for finding in findings {
            output.finding(finding).unwrap();
        }
        output.finish(&Outcome { seen: 2, ..Outcome::default() }).unwrap();
        (folder, path)
    }

    fn text(db: &Connection, sql: &str) -> String {
        db.query_row(sql, [], |row| {
            Ok(match row.get::<_, Value>(0)? {
                Value::Text(text) => text,
                other => format!("{other:?}"),
            })
        })
        .unwrap()
    }

    #[test]
    fn everything_that_is_known_of_a_finding_can_be_asked_for() {
        let (_folder, path) = written(&[samples::backscatter(), samples::backscatter()]);
        let db = Connection::open(&path).unwrap();
        assert_eq!(text(&db, "PRAGMA integrity_check"), "ok");
        assert_eq!(text(&db, "SELECT class FROM findings WHERE finding = 2"), "backscatter");
        assert_eq!(text(&db, "SELECT p_forged FROM findings"), "Real(1.0)");
        assert_eq!(text(&db, "SELECT sent_match FROM findings"), "Null");
        assert_eq!(
            text(&db, "SELECT group_concat(address) FROM recipients WHERE finding = 1"),
            "a@example.net,b@example.net"
        );
        assert_eq!(text(&db, "SELECT DISTINCT domain FROM recipients"), "example.net");
        assert_eq!(
            text(&db, "SELECT log_odds FROM evidence WHERE code = 'foreign-source'"),
            "Real(2.9)"
        );
        assert_eq!(text(&db, "SELECT ip FROM hops WHERE finding = 1"), "192.0.2.7");
        assert_eq!(
            text(&db, "SELECT evidence_group FROM signals WHERE code = 'foreign-source'"),
            "path"
        );
        assert_eq!(
            text(&db, "SELECT command || ' ' || started || ' ' || ended FROM runs"),
            "scan Maildir 2026-08-20T13:47:03Z 2026-08-20T13:47:03Z"
        );
    }

    #[test]
    fn hostile_text_is_the_text_of_the_csv() {
        let mut finding = samples::backscatter();
        finding.recipients = vec!["'); DROP TABLE findings; --@x\u{1b}".into()];
        let (_folder, path) = written(&[finding]);
        let db = Connection::open(&path).unwrap();
        assert_eq!(
            text(&db, "SELECT subject FROM findings"),
            "=cmd|' /C calc'!A0\\x1b[2J \\xe2\\x80\\xae, \"quoted\""
        );
        assert_eq!(
            text(&db, "SELECT address FROM recipients"),
            "'); DROP TABLE findings; --@x\\x1b"
        );
        assert_eq!(text(&db, "SELECT quote FROM evidence WHERE position = 2"), "192.0.2.7\\x07");
    }

    #[test]
    fn a_file_tells_its_own_schema() {
        let (_folder, path) = written(&[]);
        let db = Connection::open(&path).unwrap();
        let told = text(&db, "SELECT sql FROM sqlite_schema WHERE name = 'findings'");
        assert!(
            told.contains("-- probability that the answered mail was not the owner's"),
            "{told}"
        );
    }
}
