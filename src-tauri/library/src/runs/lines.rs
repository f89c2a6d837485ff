//! The table of runs' logs: what happened, line by line.

use rusqlite::{Connection, Row, Transaction};
use undercroft_foundation::{LogLevel, LogLine, Result, RunId};

use crate::catalog::{Column, Migration, Moment, SqlContext};

/// The number of lines of a run that are kept: the last ones.
const KEPT: i64 = 5000;
/// Of a line that is longer, this many characters are kept.
const LONGEST: usize = 2000;

pub(super) const MIGRATIONS: &[Migration] = &[Migration {
    table: "run_lines",
    version: 1,
    sql: "CREATE TABLE run_lines (
              run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
              number INTEGER NOT NULL,
              time TEXT NOT NULL,
              level TEXT NOT NULL,
              text TEXT NOT NULL,
              PRIMARY KEY (run, number)
          ) STRICT, WITHOUT ROWID;",
}];

/// Keeps lines after those that were kept before, and lets the oldest go where they are too many.
pub(super) fn keep(transaction: &Transaction<'_>, run: RunId, lines: &[LogLine]) -> Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let last: i64 = transaction
        .query_row(
            "SELECT coalesce(max(number), 0) FROM run_lines WHERE run = ?1",
            [Column(run)],
            |row| row.get(0),
        )
        .sql("keep the log of a run")?;
    let mut statement = transaction
        .prepare_cached(
            "INSERT INTO run_lines (run, number, time, level, text) VALUES (?1, ?2, ?3, ?4, ?5)",
        )
        .sql("keep the log of a run")?;
    let mut number = last;
    for line in lines {
        number += 1;
        let text: String = line.text.chars().take(LONGEST).collect();
        statement
            .execute((Column(run), number, Moment(line.time), line.level.name(), text))
            .sql("keep the log of a run")?;
    }
    transaction
        .execute(
            "DELETE FROM run_lines WHERE run = ?1 AND number <= ?2",
            (Column(run), number - KEPT),
        )
        .sql("keep the log of a run")
        .map(drop)
}

/// The lines of a run, oldest first.
pub(super) fn of_run(connection: &Connection, run: RunId) -> Result<Vec<LogLine>> {
    let mut statement = connection
        .prepare_cached("SELECT time, level, text FROM run_lines WHERE run = ?1 ORDER BY number")
        .sql("read the log of a run")?;
    let rows = statement.query_map([Column(run)], from_row);
    rows.and_then(Iterator::collect).sql("read the log of a run")
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<LogLine> {
    let level: String = row.get(1)?;
    Ok(LogLine {
        time: row.get::<_, Moment>(0)?.0,
        level: LogLevel::from_name(&level).unwrap_or(LogLevel::Info),
        text: row.get(2)?,
    })
}
