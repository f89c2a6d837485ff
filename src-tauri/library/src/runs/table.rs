//! The table of runs.

use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use undercroft_foundation::{Code, Error, JobState, Result, RunId, text};

use super::{Outcome, Run};
use crate::catalog::{Column, Migration, Moment, SqlContext, parts_of, text_of};

pub(super) const MIGRATIONS: &[Migration] = &[
    Migration {
        table: "runs",
        version: 1,
        sql: "CREATE TABLE runs (
              seq INTEGER PRIMARY KEY AUTOINCREMENT,
              id TEXT NOT NULL UNIQUE,
              kind TEXT NOT NULL,
              title TEXT NOT NULL,
              project TEXT REFERENCES projects (id),
              destination TEXT,
              state TEXT NOT NULL,
              process TEXT NOT NULL,
              started TEXT NOT NULL,
              ended TEXT,
              outcome TEXT,
              files_done INTEGER NOT NULL DEFAULT 0,
              bytes_done INTEGER NOT NULL DEFAULT 0
          ) STRICT;
          CREATE INDEX runs_by_project ON runs (project, seq);
          CREATE INDEX runs_unfinished ON runs (state) WHERE ended IS NULL;",
    },
    Migration {
        table: "runs",
        version: 2,
        sql: "ALTER TABLE runs ADD COLUMN plan TEXT;
              ALTER TABLE runs ADD COLUMN planned TEXT;
              CREATE INDEX runs_by_plan ON runs (plan, seq) WHERE plan IS NOT NULL;
              CREATE INDEX runs_by_destination ON runs (destination, seq);",
    },
    Migration { table: "runs", version: 3, sql: "ALTER TABLE runs ADD COLUMN title_parts TEXT;" },
];

pub(super) const COLUMNS: &str = "id, kind, title, project, destination, state, started, ended, \
                                   outcome, files_done, bytes_done, plan, planned, title_parts";

pub(super) fn get(connection: &Connection, id: RunId) -> Result<Run> {
    let query = format!("SELECT {COLUMNS} FROM runs WHERE id = ?1");
    let found = connection.query_row(&query, [Column(id)], from_row).optional();
    found
        .sql("read a run")?
        .ok_or_else(|| Error::new(Code::NotFound, text!("There is no run {id}", id)))
}

/// Up to two runs whose id begins so.
pub(super) fn beginning_with(connection: &Connection, text: &str) -> Result<Vec<Run>> {
    let query = format!(
        "SELECT {COLUMNS} FROM runs WHERE substr(id, 1, ?2) = ?1 ORDER BY id DESC LIMIT 20"
    );
    let mut statement = connection.prepare_cached(&query).sql("look for a run")?;
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let rows = statement.query_map((text, length), from_row);
    rows.and_then(Iterator::collect).sql("look for a run")
}

pub(super) fn set_state(transaction: &Transaction<'_>, id: RunId, state: JobState) -> Result<()> {
    transaction
        .execute("UPDATE runs SET state = ?2 WHERE id = ?1", (Column(id), state.name()))
        .sql("start a run")
        .map(drop)
}

pub(super) fn insert(transaction: &Transaction<'_>, run: &Run, process: &str) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO runs (id, kind, title, project, destination, state, process, started,
                               plan, planned, title_parts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
            (
                Column(run.id),
                &run.kind,
                run.title.as_str(),
                run.project.map(Column),
                run.destination.map(Column),
                run.state.name(),
                process,
                Moment(run.started),
                run.plan.map(Column),
                run.planned.map(Moment),
                parts_of(&run.title),
            ),
        )
        .sql("keep a run")
        .map(drop)
}

pub(super) fn update_end(transaction: &Transaction<'_>, run: &Run) -> Result<()> {
    transaction
        .execute(
            "UPDATE runs SET state = ?2, ended = ?3, outcome = ?4, files_done = ?5, bytes_done = ?6
             WHERE id = ?1",
            (
                Column(run.id),
                run.state.name(),
                run.ended.map(Moment),
                run.outcome.as_ref().map(Outcome::to_json),
                i64::try_from(run.files_done).unwrap_or(i64::MAX),
                i64::try_from(run.bytes_done).unwrap_or(i64::MAX),
            ),
        )
        .sql("keep how a run ended")
        .map(drop)
}

pub(super) fn unfinished(connection: &Connection) -> Result<Vec<(Run, String)>> {
    let query = format!("SELECT {COLUMNS}, process FROM runs WHERE ended IS NULL ORDER BY seq");
    let mut statement = connection.prepare_cached(&query).sql("look for unfinished runs")?;
    let rows = statement.query_map((), |row| Ok((from_row(row)?, row.get(14)?)));
    rows.and_then(Iterator::collect).sql("look for unfinished runs")
}

pub(super) fn from_row(row: &Row<'_>) -> rusqlite::Result<Run> {
    let outcome: Option<String> = row.get(8)?;
    let state: String = row.get(5)?;
    Ok(Run {
        id: row.get::<_, Column<_>>(0)?.0,
        kind: row.get(1)?,
        title: text_of(row, 2, 13)?,
        project: row.get::<_, Option<Column<_>>>(3)?.map(|id| id.0),
        destination: row.get::<_, Option<Column<_>>>(4)?.map(|id| id.0),
        plan: row.get::<_, Option<Column<_>>>(11)?.map(|id| id.0),
        planned: row.get::<_, Option<Moment>>(12)?.map(|time| time.0),
        state: JobState::from_name(&state).ok_or(rusqlite::Error::IntegralValueOutOfRange(5, 0))?,
        started: row.get::<_, Moment>(6)?.0,
        ended: row.get::<_, Option<Moment>>(7)?.map(|time| time.0),
        outcome: outcome.map(|json| Outcome::from_json(&json)),
        files_done: u64::try_from(row.get::<_, i64>(9)?).unwrap_or_default(),
        bytes_done: u64::try_from(row.get::<_, i64>(10)?).unwrap_or_default(),
    })
}
