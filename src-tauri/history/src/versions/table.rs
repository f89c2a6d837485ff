//! The table of versions: an index over the histories, which can be made again from them.

use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use undercroft_foundation::{Code, Error, ProjectId, Result, VersionId, WorkspaceId, text};
use undercroft_library::{Column, Migration, Moment, SqlContext};

use super::filter::VersionFilter;
use crate::version::{GitId, Trigger, Version};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "versions",
    version: 1,
    sql: "CREATE TABLE versions (
              id TEXT PRIMARY KEY,
              project TEXT NOT NULL,
              workspace TEXT NOT NULL,
              seq INTEGER NOT NULL,
              time TEXT NOT NULL,
              author TEXT NOT NULL,
              message TEXT NOT NULL,
              kind TEXT NOT NULL,
              name TEXT,
              note TEXT,
              pinned INTEGER NOT NULL,
              parent TEXT,
              git_commit BLOB NOT NULL,
              files INTEGER NOT NULL,
              size_bytes INTEGER NOT NULL,
              stored_bytes INTEGER NOT NULL,
              added INTEGER NOT NULL,
              modified INTEGER NOT NULL,
              removed INTEGER NOT NULL,
              renamed INTEGER NOT NULL,
              UNIQUE (project, seq)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX versions_by_workspace ON versions (workspace, seq);
          CREATE INDEX versions_by_time ON versions (workspace, time);",
}];

const COLUMNS: &str = "id, project, workspace, seq, time, author, message, kind, name, note, \
                       pinned, parent, git_commit, files, size_bytes, stored_bytes, added, \
                       modified, removed, renamed";

/// Keeps a version, in the place of what was known of it, and never of another.
pub(crate) fn put(transaction: &Transaction<'_>, version: &Version) -> Result<()> {
    let query = format!(
        "INSERT INTO versions ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
                 ?19, ?20)
         ON CONFLICT (id) DO UPDATE SET
             seq = ?4, name = ?9, note = ?10, pinned = ?11, parent = ?12, git_commit = ?13,
             added = ?17, modified = ?18, removed = ?19, renamed = ?20"
    );
    transaction
        .prepare_cached(&query)
        .and_then(|mut statement| {
            statement.execute(params![
                Column(version.id),
                Column(version.project),
                Column(version.workspace),
                number(version.seq),
                Moment(version.time),
                version.author,
                version.message,
                version.trigger.name(),
                version.name,
                version.note,
                version.pinned,
                version.parent.map(Column),
                version.commit.0.as_slice(),
                number(version.files),
                number(version.size_bytes),
                number(version.stored_bytes),
                number(version.added),
                number(version.modified),
                number(version.removed),
                number(version.renamed),
            ])
        })
        .sql("keep a version")
        .map(drop)
}

/// One version.
///
/// # Errors
/// [`Code::NotFound`].
pub(crate) fn get(connection: &Connection, id: VersionId) -> Result<Version> {
    let query = format!("SELECT {COLUMNS} FROM versions WHERE id = ?1");
    let found = connection
        .prepare_cached(&query)
        .and_then(|mut statement| statement.query_row([Column(id)], from_row).optional())
        .sql("read a version")?;
    found.ok_or_else(|| {
        Error::new(Code::NotFound, text!("There is no version {id}", id))
            .next("List the versions that there are: `undercroft version list`")
    })
}

/// The version of a workspace with this number, if there is one.
pub(crate) fn at(
    connection: &Connection,
    workspace: WorkspaceId,
    seq: u64,
) -> Result<Option<Version>> {
    let query = format!("SELECT {COLUMNS} FROM versions WHERE workspace = ?1 AND seq = ?2");
    connection
        .prepare_cached(&query)
        .and_then(|mut statement| {
            statement.query_row((Column(workspace), number(seq)), from_row).optional()
        })
        .sql("read a version")
}

/// The newest version of a workspace, if there is one.
pub(crate) fn newest(connection: &Connection, workspace: WorkspaceId) -> Result<Option<Version>> {
    let query =
        format!("SELECT {COLUMNS} FROM versions WHERE workspace = ?1 ORDER BY seq DESC LIMIT 1");
    connection
        .prepare_cached(&query)
        .and_then(|mut statement| statement.query_row([Column(workspace)], from_row).optional())
        .sql("read a version")
}

/// When the newest version of each project was made.
pub(crate) fn newest_times(connection: &Connection) -> Result<HashMap<ProjectId, Timestamp>> {
    // The index of `(project, seq)` says which they are.
    let query = "SELECT all_.project, all_.time FROM versions AS all_
                 JOIN (SELECT project, MAX(seq) AS seq FROM versions GROUP BY project) AS newest
                 ON all_.project = newest.project AND all_.seq = newest.seq";
    let of_row = |row: &Row<'_>| -> rusqlite::Result<_> {
        Ok((row.get::<_, Column<ProjectId>>(0)?.0, row.get::<_, Moment>(1)?.0))
    };
    let times = connection.prepare_cached(query).and_then(|mut statement| {
        let rows = statement.query_map((), of_row)?;
        rows.collect::<rusqlite::Result<_>>()
    });
    times.sql("read when the newest versions were made")
}

/// The oldest version of a workspace, if there is one.
pub(crate) fn oldest(connection: &Connection, workspace: WorkspaceId) -> Result<Option<Version>> {
    let query = format!("SELECT {COLUMNS} FROM versions WHERE workspace = ?1 ORDER BY seq LIMIT 1");
    connection
        .prepare_cached(&query)
        .and_then(|mut statement| statement.query_row([Column(workspace)], from_row).optional())
        .sql("read a version")
}

/// Whether a version of the project has this place in the order.
pub(crate) fn is_taken(connection: &Connection, project: ProjectId, seq: u64) -> Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM versions WHERE project = ?1 AND seq = ?2")
        .and_then(|mut statement| statement.exists((Column(project), number(seq))))
        .sql("look for a version")
}

/// The number that the next version of a project gets.
pub(crate) fn next_seq(connection: &Connection, project: ProjectId) -> Result<u64> {
    let last: i64 = connection
        .prepare_cached("SELECT coalesce(max(seq), 0) FROM versions WHERE project = ?1")
        .and_then(|mut statement| statement.query_row([Column(project)], |row| row.get(0)))
        .sql("count the versions")?;
    Ok(u64::try_from(last).unwrap_or_default() + 1)
}

/// The versions that pass the filter, newest first.
pub(crate) fn list(
    connection: &Connection,
    workspace: WorkspaceId,
    filter: &VersionFilter,
) -> Result<Vec<Version>> {
    let query = format!(
        "SELECT {COLUMNS} FROM versions
         WHERE workspace = ?1 AND seq < ?2 AND (?3 IS NULL OR time >= ?3)
           AND (?4 IS NULL OR time < ?4) AND (?5 IS NULL OR kind = ?5)
           AND (?6 IS NULL OR instr(lower(message || ' ' || coalesce(name, '') || ' '
                || coalesce(note, '')), lower(?6)) > 0
                OR EXISTS (SELECT 1 FROM changes
                           WHERE changes.project = versions.project AND changes.seq = versions.seq
                             AND instr(lower(CAST(path AS TEXT)), lower(?6)) > 0))
         ORDER BY seq DESC LIMIT ?7"
    );
    let VersionFilter { before_seq, limit, from, until, trigger, text } = filter;
    let mut statement = connection.prepare_cached(&query).sql("read the versions")?;
    let rows = statement.query_map(
        params![
            Column(workspace),
            before_seq.map_or(i64::MAX, number),
            from.map(Moment),
            until.map(Moment),
            trigger.map(Trigger::name),
            text,
            number(*limit as u64),
        ],
        from_row,
    );
    rows.and_then(Iterator::collect).sql("read the versions")
}

/// All versions of a project, in their order.
pub(crate) fn of_project(connection: &Connection, project: ProjectId) -> Result<Vec<Version>> {
    let query = format!("SELECT {COLUMNS} FROM versions WHERE project = ?1 ORDER BY seq");
    let mut statement = connection.prepare_cached(&query).sql("read the versions")?;
    let rows = statement.query_map([Column(project)], from_row);
    rows.and_then(Iterator::collect).sql("read the versions")
}

/// When each version of a workspace was made and how much it changed, in their order.
pub(crate) fn moments(
    connection: &Connection,
    workspace: WorkspaceId,
) -> Result<Vec<(Timestamp, u64)>> {
    let mut statement = connection
        .prepare_cached(
            "SELECT time, added + modified + removed + renamed FROM versions
             WHERE workspace = ?1 ORDER BY time",
        )
        .sql("read the versions")?;
    let rows = statement.query_map([Column(workspace)], |row| {
        Ok((row.get::<_, Moment>(0)?.0, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0)))
    });
    rows.and_then(Iterator::collect).sql("read the versions")
}

/// The number of versions of a project that were made after a moment.
pub(crate) fn count_since(
    connection: &Connection,
    project: ProjectId,
    since: Timestamp,
) -> Result<u64> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM versions WHERE project = ?1 AND time > ?2")
        .and_then(|mut statement| {
            statement.query_row((Column(project), Moment(since)), |row| row.get(0))
        })
        .sql("count the versions")?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// Versions whose id, in whole, in its beginning or in its end, or whose name is `text`.
pub(crate) fn find(
    connection: &Connection,
    project: Option<ProjectId>,
    text: &str,
) -> Result<Vec<Version>> {
    let query = format!(
        "SELECT {COLUMNS} FROM versions
         WHERE (?1 IS NULL OR project = ?1) AND (substr(id, 1, length(?2)) = ?2
                OR substr(id, -length(?2)) = ?2 OR name = ?2)
         ORDER BY seq DESC LIMIT 20"
    );
    let mut statement = connection.prepare_cached(&query).sql("look for a version")?;
    let rows = statement.query_map((project.map(Column), text), from_row);
    rows.and_then(Iterator::collect).sql("look for a version")
}

pub(crate) fn remove(transaction: &Transaction<'_>, id: VersionId) -> Result<()> {
    transaction
        .execute("DELETE FROM versions WHERE id = ?1", [Column(id)])
        .sql("forget a version")
        .map(drop)
}

pub(crate) fn remove_project(transaction: &Transaction<'_>, project: ProjectId) -> Result<()> {
    transaction
        .execute("DELETE FROM versions WHERE project = ?1", [Column(project)])
        .sql("forget the versions of a project")
        .map(drop)
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Version> {
    let number =
        |at| -> rusqlite::Result<u64> { Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or(0)) };
    Ok(Version {
        id: row.get::<_, Column<_>>(0)?.0,
        project: row.get::<_, Column<_>>(1)?.0,
        workspace: row.get::<_, Column<_>>(2)?.0,
        seq: number(3)?,
        time: row.get::<_, Moment>(4)?.0,
        author: row.get(5)?,
        message: row.get(6)?,
        trigger: Trigger::from_name(&row.get::<_, String>(7)?).unwrap_or(Trigger::Manual),
        name: row.get(8)?,
        note: row.get(9)?,
        pinned: row.get(10)?,
        parent: row.get::<_, Option<Column<_>>>(11)?.map(|id| id.0),
        commit: GitId(row.get::<_, [u8; 20]>(12)?),
        files: number(13)?,
        size_bytes: number(14)?,
        stored_bytes: number(15)?,
        added: number(16)?,
        modified: number(17)?,
        removed: number(18)?,
        renamed: number(19)?,
    })
}
