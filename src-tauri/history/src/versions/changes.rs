//! The table of changes: which files each version changed, so that one file's history is found
//! without looking into every version. The first version of a history is not in it.

use rusqlite::{Connection, Row, Transaction, params};
use undercroft_foundation::{ProjectId, Result, TreePath};
use undercroft_library::{Column, Migration, SqlContext};

use crate::version::{Change, ChangeKind, Layer};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "changes",
    version: 1,
    sql: "CREATE TABLE changes (
              project TEXT NOT NULL,
              path BLOB NOT NULL,
              seq INTEGER NOT NULL,
              kind TEXT NOT NULL,
              from_path BLOB,
              size_bytes INTEGER,
              layer TEXT,
              PRIMARY KEY (project, path, seq)
          ) STRICT, WITHOUT ROWID;
          CREATE INDEX changes_by_version ON changes (project, seq);
          CREATE INDEX changes_by_origin ON changes (project, from_path, seq)
              WHERE from_path IS NOT NULL;",
}];

const COLUMNS: &str = "project, path, seq, kind, from_path, size_bytes, layer";

/// Keeps what version `seq` changed, in the place of what was known of that.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    project: ProjectId,
    seq: u64,
    changes: &[Change],
) -> Result<()> {
    remove(transaction, project, seq)?;
    let query = format!("INSERT INTO changes ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    let keep = || {
        let mut statement = transaction.prepare_cached(&query)?;
        let project = project.to_string();
        for change in changes {
            statement.execute(params![
                project,
                change.path.as_bytes(),
                number(seq),
                change.kind.name(),
                change.from.as_ref().map(TreePath::as_bytes),
                change.size_bytes.map(number),
                change.layer.map(Layer::name),
            ])?;
        }
        Ok(())
    };
    keep().sql("keep what a version changed")
}

/// The first `limit` of what version `seq` changed, by path.
pub(crate) fn of_version(
    connection: &Connection,
    project: ProjectId,
    seq: u64,
    limit: usize,
) -> Result<Vec<Change>> {
    let query = "SELECT path, kind, from_path, size_bytes, layer FROM changes
                 WHERE project = ?1 AND seq = ?2 ORDER BY path LIMIT ?3";
    let mut statement = connection.prepare_cached(query).sql("read what a version changed")?;
    let arguments = (Column(project), number(seq), number(limit as u64));
    let rows = statement.query_map(arguments, from_row);
    rows.and_then(Iterator::collect).sql("read what a version changed")
}

/// The versions before `before` that changed the file at `path`, the newest first: each version's
/// number, and what it did.
pub(crate) fn of_path(
    connection: &Connection,
    project: ProjectId,
    path: &TreePath,
    before: u64,
    limit: usize,
) -> Result<Vec<(u64, Change)>> {
    let query = "SELECT path, kind, from_path, size_bytes, layer, seq FROM changes
                 WHERE project = ?1 AND path = ?2 AND seq < ?3 ORDER BY seq DESC LIMIT ?4";
    let mut statement = connection.prepare_cached(query).sql("read a file's history")?;
    let arguments = (Column(project), path.as_bytes(), number(before), number(limit as u64));
    let rows = statement.query_map(arguments, |row| {
        Ok((u64::try_from(row.get::<_, i64>(5)?).unwrap_or(0), from_row(row)?))
    });
    rows.and_then(Iterator::collect).sql("read a file's history")
}

/// Is told of a path, of the number of a version, and of the new path where that renamed the file.
type TellPath<'a> = &'a mut dyn FnMut(&[u8], u64, Option<&[u8]>) -> Result<()>;

/// Tells each path that versions of a project did something to, and the last of these versions:
/// by its number, with the new path where it renamed the file.
pub(crate) fn each_path(
    connection: &Connection,
    project: ProjectId,
    each: TellPath<'_>,
) -> Result<()> {
    // The other columns are those of the row with the largest number.
    let queries = [
        "SELECT path, max(seq), NULL FROM changes WHERE project = ?1 GROUP BY path",
        "SELECT from_path, max(seq), path FROM changes
         WHERE project = ?1 AND from_path IS NOT NULL GROUP BY from_path",
    ];
    for query in queries {
        let mut statement = connection.prepare_cached(query).sql("read the names of files")?;
        let mut rows = statement.query([Column(project)]).sql("read the names of files")?;
        while let Some(row) = rows.next().sql("read the names of files")? {
            let columns = || -> rusqlite::Result<_> {
                let path = row.get_ref(0)?.as_blob()?;
                let seq = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
                Ok((path, seq, row.get_ref(2)?.as_blob_or_null()?))
            };
            let (path, seq, renamed_to) = columns().sql("read the names of files")?;
            each(path, seq, renamed_to)?;
        }
    }
    Ok(())
}

pub(crate) fn remove(transaction: &Transaction<'_>, project: ProjectId, seq: u64) -> Result<()> {
    transaction
        .prepare_cached("DELETE FROM changes WHERE project = ?1 AND seq = ?2")
        .and_then(|mut statement| statement.execute((Column(project), number(seq))))
        .sql("forget what a version changed")
        .map(drop)
}

pub(crate) fn remove_project(transaction: &Transaction<'_>, project: ProjectId) -> Result<()> {
    transaction
        .execute("DELETE FROM changes WHERE project = ?1", [Column(project)])
        .sql("forget what versions changed")
        .map(drop)
}

fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Change> {
    let path = |at: usize| -> rusqlite::Result<Option<TreePath>> {
        let bytes: Option<Vec<u8>> = row.get(at)?;
        Ok(bytes.and_then(|bytes| TreePath::new(&bytes).ok()))
    };
    Ok(Change {
        path: path(0)?.unwrap_or_default(),
        kind: ChangeKind::from_name(&row.get::<_, String>(1)?).unwrap_or(ChangeKind::Modified),
        from: path(2)?,
        size_bytes: row.get::<_, Option<i64>>(3)?.map(|size| u64::try_from(size).unwrap_or(0)),
        layer: row.get::<_, Option<String>>(4)?.and_then(|name| Layer::from_name(&name)),
    })
}
