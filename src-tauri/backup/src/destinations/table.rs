//! The table of destinations.

use std::collections::HashSet;
use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, Row, Transaction};
use undercroft_foundation::{Code, DestinationId, Error, Result, text};
use undercroft_library::{Column, Migration, Moment, SqlContext};

use super::Destination;

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        table: "destinations",
        version: 1,
        sql: "CREATE TABLE destinations (
                  id TEXT PRIMARY KEY NOT NULL,
                  name TEXT NOT NULL,
                  path BLOB NOT NULL,
                  repository TEXT NOT NULL UNIQUE,
                  added TEXT NOT NULL
              ) STRICT;",
    },
    Migration {
        table: "destinations",
        version: 2,
        sql: "ALTER TABLE destinations ADD COLUMN config_digest TEXT;",
    },
    Migration {
        table: "destinations",
        version: 3,
        sql: "ALTER TABLE destinations ADD COLUMN password_generated INTEGER NOT NULL DEFAULT 0;",
    },
];

const COLUMNS: &str = "id, name, path, repository, added, config_digest";

pub(crate) fn all(connection: &Connection) -> Result<Vec<Destination>> {
    let query = format!("SELECT {COLUMNS} FROM destinations ORDER BY id");
    let mut statement = connection.prepare_cached(&query).sql("read the destinations")?;
    let rows = statement.query_map((), from_row);
    rows.and_then(Iterator::collect).sql("read the destinations")
}

pub(super) fn get(connection: &Connection, id: DestinationId) -> Result<Destination> {
    let query = format!("SELECT {COLUMNS} FROM destinations WHERE id = ?1");
    let found = connection.query_row(&query, [Column(id)], from_row).optional();
    found.sql("read a destination")?.ok_or_else(|| {
        Error::new(Code::NotFound, text!("There is no destination {id}", id))
            .next("List the destinations to see what there is")
    })
}

pub(crate) fn insert(transaction: &Transaction<'_>, destination: &Destination) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO destinations (id, name, path, repository, added, config_digest)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            (
                Column(destination.id),
                &destination.name,
                destination.path.as_os_str().as_bytes(),
                &destination.repository,
                Moment(destination.added),
                &destination.config_digest,
            ),
        )
        .sql("keep a destination")
        .map(drop)
}

pub(super) fn rename(transaction: &Transaction<'_>, id: DestinationId, name: &str) -> Result<()> {
    transaction
        .execute("UPDATE destinations SET name = ?2 WHERE id = ?1", (Column(id), name))
        .sql("rename a destination")
        .map(drop)
}

pub(super) fn move_to(
    transaction: &Transaction<'_>,
    id: DestinationId,
    path: &std::path::Path,
) -> Result<()> {
    transaction
        .execute(
            "UPDATE destinations SET path = ?2 WHERE id = ?1",
            (Column(id), path.as_os_str().as_bytes()),
        )
        .sql("move a destination")
        .map(drop)
}

pub(super) fn set_digest(
    transaction: &Transaction<'_>,
    id: DestinationId,
    digest: &str,
) -> Result<()> {
    transaction
        .execute("UPDATE destinations SET config_digest = ?2 WHERE id = ?1", (Column(id), digest))
        .sql("note how a destination is known")
        .map(drop)
}

/// Notes whether the password was made here, so that nobody knows it but from the recovery kit.
pub(super) fn set_generated(
    transaction: &Transaction<'_>,
    id: DestinationId,
    generated: bool,
) -> Result<()> {
    transaction
        .execute(
            "UPDATE destinations SET password_generated = ?2 WHERE id = ?1",
            (Column(id), generated),
        )
        .sql("note whose a password is")
        .map(drop)
}

/// The destinations whose password was made here.
pub(super) fn generated(connection: &Connection) -> Result<HashSet<DestinationId>> {
    let query = "SELECT id FROM destinations WHERE password_generated";
    let mut statement = connection.prepare_cached(query).sql("read the destinations")?;
    let rows = statement.query_map((), |row| Ok(row.get::<_, Column<_>>(0)?.0));
    rows.and_then(Iterator::collect).sql("read the destinations")
}

pub(super) fn remove(transaction: &Transaction<'_>, id: DestinationId) -> Result<()> {
    transaction
        .execute("DELETE FROM destinations WHERE id = ?1", [Column(id)])
        .sql("forget a destination")
        .map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Destination> {
    Ok(Destination {
        id: row.get::<_, Column<_>>(0)?.0,
        name: row.get(1)?,
        path: PathBuf::from(OsString::from_vec(row.get(2)?)),
        repository: row.get(3)?,
        added: row.get::<_, Moment>(4)?.0,
        config_digest: row.get(5)?,
    })
}
