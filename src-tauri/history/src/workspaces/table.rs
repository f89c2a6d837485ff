//! The table of workspaces. `workspaces.json` beside a project's metadata says the same.

use rusqlite::{Connection, Row, Transaction, params};
use undercroft_foundation::{ProjectId, Result, WorkspaceId};
use undercroft_library::{Column, Migration, Moment, SqlContext};

use super::Workspace;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "workspaces",
    version: 1,
    sql: "CREATE TABLE workspaces (
              id TEXT PRIMARY KEY,
              project TEXT NOT NULL,
              name TEXT NOT NULL,
              root BLOB NOT NULL,
              description TEXT NOT NULL,
              opened_from TEXT,
              paused INTEGER NOT NULL,
              is_current INTEGER NOT NULL,
              created TEXT NOT NULL,
              closed TEXT,
              UNIQUE (project, name)
          ) STRICT, WITHOUT ROWID;",
}];

const COLUMNS: &str =
    "id, project, name, root, description, opened_from, paused, is_current, created, closed";

pub(crate) fn all(connection: &Connection) -> Result<Vec<Workspace>> {
    let query = format!("SELECT {COLUMNS} FROM workspaces ORDER BY created, id");
    let mut statement = connection.prepare_cached(&query).sql("read the workspaces")?;
    let rows = statement.query_map((), from_row);
    rows.and_then(Iterator::collect).sql("read the workspaces")
}

pub(crate) fn put(transaction: &Transaction<'_>, workspace: &Workspace) -> Result<()> {
    use std::os::unix::ffi::OsStrExt;
    let query = format!(
        "INSERT INTO workspaces ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (id) DO UPDATE SET
             name = ?3, root = ?4, description = ?5, opened_from = ?6, paused = ?7,
             is_current = ?8, created = ?9, closed = ?10"
    );
    transaction
        .execute(
            &query,
            params![
                Column(workspace.id),
                Column(workspace.project),
                workspace.name,
                workspace.root.as_os_str().as_bytes(),
                workspace.description,
                workspace.opened_from.map(Column),
                workspace.paused,
                workspace.is_current,
                Moment(workspace.created),
                workspace.closed.map(Moment),
            ],
        )
        .sql("keep a workspace")
        .map(drop)
}

/// Makes one the current workspace of the library, and no other.
pub(crate) fn set_current(transaction: &Transaction<'_>, id: WorkspaceId) -> Result<()> {
    transaction
        .execute("UPDATE workspaces SET is_current = (id = ?1)", [Column(id)])
        .sql("switch to a workspace")
        .map(drop)
}

pub(crate) fn remove_project(transaction: &Transaction<'_>, project: ProjectId) -> Result<()> {
    transaction
        .execute("DELETE FROM workspaces WHERE project = ?1", [Column(project)])
        .sql("forget the workspaces of a project")
        .map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Workspace> {
    use std::os::unix::ffi::OsStringExt;
    Ok(Workspace {
        id: row.get::<_, Column<_>>(0)?.0,
        project: row.get::<_, Column<_>>(1)?.0,
        name: row.get(2)?,
        root: std::ffi::OsString::from_vec(row.get(3)?).into(),
        description: row.get(4)?,
        opened_from: row.get::<_, Option<Column<_>>>(5)?.map(|id| id.0),
        paused: row.get(6)?,
        is_current: row.get(7)?,
        created: row.get::<_, Moment>(8)?.0,
        closed: row.get::<_, Option<Moment>>(9)?.map(|time| time.0),
    })
}
