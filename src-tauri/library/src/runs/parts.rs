//! The table of runs' parts: what each run did to what.

use std::time::Duration;

use rusqlite::{Connection, Row, Transaction, params};
use undercroft_foundation::{JobPart, JobState, Result, RunId, Text};

use crate::catalog::{Column, Migration, SqlContext, parts_of, text_of};

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        table: "run_parts",
        version: 1,
        sql: "CREATE TABLE run_parts (
              run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
              number INTEGER NOT NULL,
              title TEXT NOT NULL,
              project TEXT,
              destination TEXT,
              state TEXT NOT NULL,
              summary TEXT NOT NULL,
              snapshot TEXT,
              added_bytes INTEGER NOT NULL,
              milliseconds INTEGER NOT NULL,
              PRIMARY KEY (run, number)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX run_parts_by_project ON run_parts (project);
          CREATE INDEX run_parts_by_destination ON run_parts (destination);",
    },
    Migration {
        table: "run_parts",
        version: 2,
        sql: "ALTER TABLE run_parts ADD COLUMN title_parts TEXT;
              ALTER TABLE run_parts ADD COLUMN summary_parts TEXT;",
    },
];

/// Keeps parts under their numbers, in the place of what was kept of them before.
pub(super) fn keep(
    transaction: &Transaction<'_>,
    run: RunId,
    parts: &[(usize, JobPart)],
) -> Result<()> {
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    let mut statement = transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO run_parts (run, number, title, project, destination, state,
                                               summary, snapshot, added_bytes, milliseconds,
                                               title_parts, summary_parts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )
        .sql("keep a part of a run")?;
    for (place, part) in parts {
        statement
            .execute(params![
                Column(run),
                i64::try_from(*place).unwrap_or(i64::MAX),
                part.title.as_str(),
                part.project.map(Column),
                part.destination.map(Column),
                part.state.name(),
                part.summary.as_str(),
                part.snapshot,
                number(part.added_bytes),
                number(u64::try_from(part.took.as_millis()).unwrap_or(u64::MAX)),
                parts_of(&part.title),
                parts_of(&part.summary),
            ])
            .sql("keep a part of a run")?;
    }
    Ok(())
}

/// Marks the parts that were under way as failed, for they came to no end.
pub(super) fn interrupt(transaction: &Transaction<'_>, run: RunId, summary: &Text) -> Result<()> {
    transaction
        .execute(
            "UPDATE run_parts SET state = ?2, summary = ?3, summary_parts = ?4
             WHERE run = ?1 AND state = ?5",
            (
                Column(run),
                JobState::Failed.name(),
                summary.as_str(),
                parts_of(summary),
                JobState::Running.name(),
            ),
        )
        .sql("keep how a part of a run ended")
        .map(drop)
}

/// The parts of a run, in its order.
pub(super) fn of_run(connection: &Connection, run: RunId) -> Result<Vec<JobPart>> {
    let mut statement = connection
        .prepare_cached(
            "SELECT title, project, destination, state, summary, snapshot, added_bytes,
                    milliseconds, title_parts, summary_parts
             FROM run_parts WHERE run = ?1 ORDER BY number",
        )
        .sql("read the parts of a run")?;
    let rows = statement.query_map([Column(run)], from_row);
    rows.and_then(Iterator::collect).sql("read the parts of a run")
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<JobPart> {
    let number =
        |index| Ok::<_, rusqlite::Error>(u64::try_from(row.get::<_, i64>(index)?).unwrap_or(0));
    let state: String = row.get(3)?;
    Ok(JobPart {
        title: text_of(row, 0, 8)?,
        project: row.get::<_, Option<Column<_>>>(1)?.map(|id| id.0),
        destination: row.get::<_, Option<Column<_>>>(2)?.map(|id| id.0),
        state: JobState::from_name(&state).ok_or(rusqlite::Error::IntegralValueOutOfRange(3, 0))?,
        summary: text_of(row, 4, 9)?,
        snapshot: row.get(5)?,
        added_bytes: number(6)?,
        took: Duration::from_millis(number(7)?),
    })
}
