//! The table of changes: which files each version changed, so that one file's history is found
//! without looking into every version. The first version of a history is not in it.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use undercroft_foundation::{ProjectId, Result, TreePath, WorkspaceId};
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

/// Tells each name directly below a folder that a version of a project did something to, or to
/// something below it; some twice.
pub(crate) fn each_name_below(
    connection: &Connection,
    project: ProjectId,
    folder: &TreePath,
    each: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let inside = below(folder);
    for column in ["path", "from_path"] {
        // From name to name by the index, whatever lies below each.
        let query = format!(
            "SELECT {column} FROM changes WHERE project = ?1 AND {column} >= ?2 AND {column} < ?3
             ORDER BY {column} LIMIT 1"
        );
        let mut statement = connection.prepare_cached(&query).sql("read the names of files")?;
        let mut from = inside.0.clone();
        loop {
            let found: Option<Vec<u8>> = statement
                .query_row((Column(project), &from, &inside.1), |row| row.get(0))
                .optional()
                .sql("read the names of files")?;
            let Some(mut path) = found else { break };
            let start = inside.0.len();
            let end = path[start..].iter().position(|byte| *byte == b'/').map(|at| start + at);
            each(&path[start..end.unwrap_or(path.len())])?;
            match end {
                Some(end) => {
                    path.truncate(end);
                    path.push(b'/' + 1);
                }
                None => path.push(0),
            }
            from = path;
        }
    }
    Ok(())
}

/// The last that versions did to a path, or to something below it.
#[derive(Debug)]
pub(crate) struct Touched {
    /// The number of the version.
    pub(crate) seq: u64,
    /// The new path, where it renamed the file.
    pub(crate) renamed_to: Option<TreePath>,
}

/// The last that versions of a workspace up to the one numbered `until` did to a path, or to
/// something below it; nothing where they did nothing.
pub(crate) fn last_below(
    connection: &Connection,
    project: ProjectId,
    path: &TreePath,
    (workspace, until): (WorkspaceId, u64),
) -> Result<Option<Touched>> {
    let inside = below(path);
    let exact = (path.as_bytes().to_vec(), [path.as_bytes(), &[0]].concat());
    let mut last: Option<Touched> = None;
    for (column, renamed_to) in [("path", "NULL"), ("from_path", "path")] {
        for ((from, end), is_exact) in [(&exact, true), (&inside, false)] {
            // A cross join keeps this order: by path, not through all versions. The new path is
            // that of the row with the largest number.
            let query = format!(
                "SELECT max(changes.seq), {renamed_to} FROM changes CROSS JOIN versions
                 ON versions.project = changes.project AND versions.seq = changes.seq
                 WHERE changes.project = ?1 AND {column} >= ?2 AND {column} < ?3
                   AND workspace = ?4 AND changes.seq <= ?5"
            );
            let arguments = (Column(project), from, end, Column(workspace), number(until));
            let found = connection
                .prepare_cached(&query)
                .and_then(|mut statement| {
                    let row = |row: &Row<'_>| -> rusqlite::Result<_> {
                        Ok((row.get::<_, Option<i64>>(0)?, row.get::<_, Option<Vec<u8>>>(1)?))
                    };
                    statement.query_row(arguments, row)
                })
                .sql("read a file's history")?;
            let (Some(seq), to) = found else { continue };
            let seq = u64::try_from(seq).unwrap_or(0);
            if last.as_ref().is_none_or(|last| last.seq < seq) {
                let renamed_to = to.filter(|_| is_exact).and_then(|to| TreePath::new(&to).ok());
                last = Some(Touched { seq, renamed_to });
            }
        }
    }
    Ok(last)
}

/// The first of all paths below a folder, and the first behind them.
fn below(folder: &TreePath) -> (Vec<u8>, Vec<u8>) {
    if folder.is_root() {
        // No name is that long, and what follows a name is less.
        return (Vec::new(), vec![0xff; 256]);
    }
    let with = |byte: u8| [folder.as_bytes(), &[byte]].concat();
    (with(b'/'), with(b'/' + 1))
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
