//! The table of the alerts.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use undercroft_foundation::{AlertId, Code, DestinationId, Error, Result, text};
use undercroft_library::{Column, Json, Migration, Moment, SqlContext, parts_of, text_of};

use super::{AnomalyAlert, AnomalyAnswer, AnomalyKind};

pub(crate) const MIGRATIONS: &[Migration] = &[FIRST, WITH_LOSS, WITH_PARTS];

const FIRST: Migration = Migration {
    table: "guard_alerts",
    version: 1,
    sql: "CREATE TABLE guard_alerts (
              id TEXT PRIMARY KEY NOT NULL,
              time TEXT NOT NULL,
              project TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
              kind TEXT NOT NULL,
              text TEXT NOT NULL,
              examples TEXT NOT NULL,
              answer TEXT
          ) STRICT;
          CREATE INDEX guard_alerts_open ON guard_alerts (project) WHERE answer IS NULL;",
};

/// When the backup before was made, and the paths that are gone or another since.
const WITH_LOSS: Migration = Migration {
    table: "guard_alerts",
    version: 2,
    sql: "ALTER TABLE guard_alerts ADD COLUMN before TEXT;
          ALTER TABLE guard_alerts ADD COLUMN lost TEXT NOT NULL DEFAULT '[]';",
};

/// The parts of the sentence.
const WITH_PARTS: Migration = Migration {
    table: "guard_alerts",
    version: 3,
    sql: "ALTER TABLE guard_alerts ADD COLUMN text_parts TEXT;",
};

const COLUMNS: &str = "id, time, project, kind, text, examples, answer, before, text_parts";

pub(super) fn insert(
    transaction: &Transaction<'_>,
    alert: &AnomalyAlert,
    lost: &[String],
) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO guard_alerts (id, time, project, kind, text, examples, before, lost,
                                       text_parts)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                Column(alert.id),
                Moment(alert.time),
                Column(alert.project),
                alert.kind.name(),
                alert.text.as_str(),
                Json(&alert.examples),
                alert.before.map(Moment),
                Json(lost),
                parts_of(&alert.text),
            ],
        )
        .sql("keep an alert")
        .map(drop)
}

/// Newest first.
pub(super) fn all(connection: &Connection) -> Result<Vec<AnomalyAlert>> {
    let query = format!("SELECT {COLUMNS} FROM guard_alerts ORDER BY id DESC");
    let mut statement = connection.prepare_cached(&query).sql("read the alerts")?;
    let rows = statement.query_map((), from_row);
    rows.and_then(Iterator::collect).sql("read the alerts")
}

pub(super) fn get(connection: &Connection, id: AlertId) -> Result<AnomalyAlert> {
    let query = format!("SELECT {COLUMNS} FROM guard_alerts WHERE id = ?1");
    let found = connection.query_row(&query, [Column(id)], from_row).optional();
    found.sql("read an alert")?.ok_or_else(|| {
        Error::new(Code::NotFound, text!("There is no alert {id}", id))
            .next("List the alerts to see what there is")
    })
}

pub(super) fn answer(
    transaction: &Transaction<'_>,
    id: AlertId,
    answer: Option<AnomalyAnswer>,
) -> Result<()> {
    let name = answer.map(AnomalyAnswer::name);
    transaction
        .execute("UPDATE guard_alerts SET answer = ?2 WHERE id = ?1", (Column(id), name))
        .sql("answer an alert")
        .map(drop)
}

/// The paths that an alert is about, as they are kept.
pub(super) fn lost(connection: &Connection, id: AlertId) -> Result<Vec<String>> {
    let query = "SELECT lost FROM guard_alerts WHERE id = ?1";
    connection
        .query_row(query, [Column(id)], |row| Ok(row.get::<_, Json<_>>(0)?.0))
        .sql("read what an alert is about")
}

/// Whether an alert is open of a project that this destination holds.
pub(super) fn is_held(connection: &Connection, destination: DestinationId) -> Result<bool> {
    connection
        .query_row(
            "SELECT EXISTS (SELECT 1 FROM guard_alerts JOIN snapshots_seen
                            ON snapshots_seen.project = guard_alerts.project
                            WHERE answer IS NULL AND snapshots_seen.destination = ?1)",
            [Column(destination)],
            |row| row.get(0),
        )
        .sql("look for alerts")
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<AnomalyAlert> {
    let kind: String = row.get(3)?;
    let answer: Option<String> = row.get(6)?;
    Ok(AnomalyAlert {
        id: row.get::<_, Column<_>>(0)?.0,
        time: row.get::<_, Moment>(1)?.0,
        project: row.get::<_, Column<_>>(2)?.0,
        kind: AnomalyKind::from_name(&kind)
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(3, 0))?,
        text: text_of(row, 4, 8)?,
        examples: row.get::<_, Json<_>>(5)?.0,
        answer: answer.and_then(|answer| AnomalyAnswer::from_name(&answer)),
        before: row.get::<_, Option<Moment>>(7)?.map(|time| time.0),
    })
}
