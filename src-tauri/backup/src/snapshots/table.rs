//! The table of snapshots as they were last seen, so that they can be shown, and protection can
//! be judged, while the drive that holds them is away.

use jiff::Timestamp;
use rusqlite::{Connection, Row, Transaction, params};
use undercroft_foundation::{DestinationId, ProjectId, Result};
use undercroft_library::{Column, Json, Migration, Moment, SqlContext};
use undercroft_repository::{Snapshot, SnapshotId};

use super::tags::{OBJECTS_TAG, project_of};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "snapshots_seen",
    version: 1,
    sql: "CREATE TABLE snapshots_seen (
              destination TEXT NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
              id TEXT NOT NULL,
              project TEXT,
              time TEXT NOT NULL,
              host TEXT NOT NULL,
              user TEXT NOT NULL,
              paths TEXT NOT NULL,
              tags TEXT NOT NULL,
              files INTEGER,
              size_bytes INTEGER,
              added_bytes INTEGER,
              PRIMARY KEY (destination, id)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX snapshots_by_project ON snapshots_seen (project, time);",
}];

const COLUMNS: &str = "destination, id, project, time, host, user, paths, tags, files, \
                       size_bytes, added_bytes";

/// A snapshot, as it was last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CachedSnapshot {
    /// The destination that holds it.
    pub destination: DestinationId,
    /// Its id in the repository.
    pub id: SnapshotId,
    /// The project that it is of, if one of ours.
    pub project: Option<ProjectId>,
    /// When it was made.
    pub time: Timestamp,
    /// The machine that made it.
    pub host: String,
    /// The user who made it.
    pub user: String,
    /// The paths that were backed up.
    pub paths: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// The number of its files, if its maker said so.
    pub files: Option<u64>,
    /// The size of its files, if its maker said so.
    pub size_bytes: Option<u64>,
    /// The bytes that it added to the repository, if its maker said so.
    pub added_bytes: Option<u64>,
}

impl CachedSnapshot {
    pub(crate) fn of(destination: DestinationId, snapshot: &Snapshot) -> Self {
        Self {
            destination,
            id: snapshot.id,
            project: project_of(&snapshot.tags),
            time: Moment::of(snapshot.time).0,
            host: snapshot.hostname.clone(),
            user: snapshot.username.clone(),
            paths: snapshot.paths.clone(),
            tags: snapshot.tags.clone(),
            files: snapshot.summary.map(|summary| summary.total_files_processed),
            size_bytes: snapshot.summary.map(|summary| summary.total_bytes_processed),
            added_bytes: snapshot.summary.map(|summary| summary.data_added_packed),
        }
    }
}

/// The snapshots of a project or of all, in a destination or in all; newest first.
pub(super) fn list(
    connection: &Connection,
    project: Option<ProjectId>,
    destination: Option<DestinationId>,
) -> Result<Vec<CachedSnapshot>> {
    let query = format!(
        "SELECT {COLUMNS} FROM snapshots_seen
         WHERE (?1 IS NULL OR project = ?1) AND (?2 IS NULL OR destination = ?2)
         ORDER BY time DESC, id"
    );
    let mut statement = connection.prepare_cached(&query).sql("read the snapshots")?;
    let rows = statement.query_map((project.map(Column), destination.map(Column)), from_row);
    rows.and_then(Iterator::collect).sql("read the snapshots")
}

/// The number of backups that a destination holds, and when the newest was made. Snapshots of
/// objects are none.
pub(super) fn summary_of(
    connection: &Connection,
    destination: DestinationId,
) -> Result<(u64, Option<Timestamp>)> {
    connection
        .query_row(
            "SELECT count(*), max(time) FROM snapshots_seen
             WHERE destination = ?1
               AND NOT EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?2)",
            params![Column(destination), OBJECTS_TAG],
            |row| {
                let count = u64::try_from(row.get::<_, i64>(0)?).unwrap_or_default();
                Ok((count, row.get::<_, Option<Moment>>(1)?.map(|time| time.0)))
            },
        )
        .sql("count the snapshots")
}

pub(super) fn insert(transaction: &Transaction<'_>, snapshot: &CachedSnapshot) -> Result<()> {
    let query = format!(
        "INSERT OR REPLACE INTO snapshots_seen ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    );
    let number = |value: Option<u64>| value.map(|value| i64::try_from(value).unwrap_or(i64::MAX));
    transaction
        .prepare_cached(&query)
        .and_then(|mut statement| {
            statement.execute(params![
                Column(snapshot.destination),
                Column(snapshot.id),
                snapshot.project.map(Column),
                Moment(snapshot.time),
                snapshot.host,
                snapshot.user,
                Json(&snapshot.paths),
                Json(&snapshot.tags),
                number(snapshot.files),
                number(snapshot.size_bytes),
                number(snapshot.added_bytes),
            ])
        })
        .sql("keep a snapshot")
        .map(drop)
}

pub(super) fn remove(
    transaction: &Transaction<'_>,
    destination: DestinationId,
    id: SnapshotId,
) -> Result<()> {
    transaction
        .execute(
            "DELETE FROM snapshots_seen WHERE destination = ?1 AND id = ?2",
            (Column(destination), Column(id)),
        )
        .sql("forget a snapshot")
        .map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<CachedSnapshot> {
    let number = |index| -> rusqlite::Result<Option<u64>> {
        Ok(row.get::<_, Option<i64>>(index)?.and_then(|value| u64::try_from(value).ok()))
    };
    Ok(CachedSnapshot {
        destination: row.get::<_, Column<_>>(0)?.0,
        id: row.get::<_, Column<_>>(1)?.0,
        project: row.get::<_, Option<Column<_>>>(2)?.map(|id| id.0),
        time: row.get::<_, Moment>(3)?.0,
        host: row.get(4)?,
        user: row.get(5)?,
        paths: row.get::<_, Json<_>>(6)?.0,
        tags: row.get::<_, Json<_>>(7)?.0,
        files: number(8)?,
        size_bytes: number(9)?,
        added_bytes: number(10)?,
    })
}
