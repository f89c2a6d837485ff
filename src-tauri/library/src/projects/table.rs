//! The table of projects.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use rusqlite::types::FromSqlError;
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use undercroft_foundation::{Code, Error, ProjectId, Result, text};

use super::{Project, ProjectKind, ProjectStatus};
use crate::catalog::{Column, Json, Migration, Moment, SqlContext};

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        table: "projects",
        version: 1,
        sql: "CREATE TABLE projects (
              id TEXT PRIMARY KEY NOT NULL,
              name TEXT NOT NULL,
              kind TEXT NOT NULL,
              status TEXT NOT NULL,
              root BLOB NOT NULL UNIQUE,
              languages TEXT NOT NULL,
              frameworks TEXT NOT NULL,
              tags TEXT NOT NULL,
              git_remote TEXT,
              files INTEGER NOT NULL,
              size_bytes INTEGER NOT NULL,
              counted TEXT,
              created TEXT NOT NULL,
              updated TEXT NOT NULL
          ) STRICT;",
    },
    Migration {
        table: "projects",
        version: 2,
        sql: "ALTER TABLE projects ADD COLUMN last_change TEXT;
              ALTER TABLE projects ADD COLUMN trashed TEXT;",
    },
];

const COLUMNS: &str = "id, name, kind, status, root, languages, frameworks, tags, git_remote, \
                       files, size_bytes, counted, created, updated, last_change, trashed";

pub(super) fn all(connection: &Connection) -> Result<Vec<Project>> {
    let query = format!("SELECT {COLUMNS} FROM projects ORDER BY id");
    let mut statement = connection.prepare_cached(&query).sql("read the projects")?;
    let rows = statement.query_map((), from_row);
    rows.and_then(Iterator::collect).sql("read the projects")
}

pub(super) fn get(connection: &Connection, id: ProjectId) -> Result<Project> {
    let query = format!("SELECT {COLUMNS} FROM projects WHERE id = ?1");
    let mut statement = connection.prepare_cached(&query).sql("read a project")?;
    let found = statement.query_row([Column(id)], from_row).optional().sql("read a project")?;
    found.ok_or_else(|| {
        Error::new(Code::NotFound, text!("There is no project {id}", id))
            .next("List the projects to see what there is")
    })
}

pub(super) fn insert(transaction: &Transaction<'_>, project: &Project) -> Result<()> {
    let query = format!(
        "INSERT INTO projects ({COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
    );
    execute(transaction, &query, project).sql("keep a project")
}

pub(super) fn update(transaction: &Transaction<'_>, project: &Project) -> Result<()> {
    let query = format!(
        "UPDATE projects SET ({COLUMNS})
         = (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16) WHERE id = ?1"
    );
    execute(transaction, &query, project).sql("change a project")
}

/// Takes a project out. What was done with it is still told, of no project.
pub(super) fn remove(transaction: &Transaction<'_>, id: ProjectId) -> Result<()> {
    let kept =
        transaction.execute("UPDATE runs SET project = NULL WHERE project = ?1", [Column(id)]);
    kept.sql("forget a project")?;
    let removed = transaction.execute("DELETE FROM projects WHERE id = ?1", [Column(id)]);
    removed.map(drop).sql("forget a project")
}

fn execute(transaction: &Transaction<'_>, query: &str, project: &Project) -> rusqlite::Result<()> {
    let values = params![
        Column(project.id),
        project.name,
        project.kind.name(),
        project.status.name(),
        project.root.as_os_str().as_bytes(),
        Json(&project.languages),
        Json(&project.frameworks),
        Json(&project.tags),
        project.git_remote,
        i64::try_from(project.files).unwrap_or(i64::MAX),
        i64::try_from(project.size_bytes).unwrap_or(i64::MAX),
        project.counted.map(Moment),
        Moment(project.created),
        Moment(project.updated),
        project.last_change.map(Moment),
        project.trashed.map(Moment),
    ];
    transaction.prepare_cached(query)?.execute(values).map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Project> {
    let word = |index: usize| row.get::<_, String>(index);
    let unknown = |index| {
        rusqlite::Error::FromSqlConversionFailure(
            index,
            rusqlite::types::Type::Text,
            FromSqlError::InvalidType.into(),
        )
    };
    Ok(Project {
        id: row.get::<_, Column<_>>(0)?.0,
        name: row.get(1)?,
        kind: ProjectKind::from_name(&word(2)?).ok_or_else(|| unknown(2))?,
        status: ProjectStatus::from_name(&word(3)?).ok_or_else(|| unknown(3))?,
        root: PathBuf::from(OsString::from_vec(row.get(4)?)),
        languages: row.get::<_, Json<_>>(5)?.0,
        frameworks: row.get::<_, Json<_>>(6)?.0,
        tags: row.get::<_, Json<_>>(7)?.0,
        git_remote: row.get(8)?,
        files: u64::try_from(row.get::<_, i64>(9)?).unwrap_or_default(),
        size_bytes: u64::try_from(row.get::<_, i64>(10)?).unwrap_or_default(),
        counted: row.get::<_, Option<Moment>>(11)?.map(|time| time.0),
        created: row.get::<_, Moment>(12)?.0,
        updated: row.get::<_, Moment>(13)?.0,
        last_change: row.get::<_, Option<Moment>>(14)?.map(|time| time.0),
        trashed: row.get::<_, Option<Moment>>(15)?.map(|time| time.0),
    })
}
