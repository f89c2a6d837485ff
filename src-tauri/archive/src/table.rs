//! The table of archives: what the manifests say, for listing.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};
use undercroft_foundation::{ArchiveId, Result};
use undercroft_library::{Column, Json, Migration, Moment, SqlContext as _};

use crate::manifest::Manifest;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "archives",
    version: 1,
    sql: "CREATE TABLE archives (
              id TEXT PRIMARY KEY NOT NULL,
              project TEXT NOT NULL,
              created TEXT NOT NULL,
              manifest TEXT NOT NULL
          ) STRICT;",
}];

pub(crate) fn all(connection: &Connection) -> Result<Vec<Manifest>> {
    let query = "SELECT manifest FROM archives ORDER BY created DESC, id DESC";
    let mut statement = connection.prepare_cached(query).sql("read the archives")?;
    let rows = statement.query_map((), |row| Ok(row.get::<_, Json<Manifest>>(0)?.0));
    rows.and_then(Iterator::collect).sql("read the archives")
}

pub(crate) fn get(connection: &Connection, id: ArchiveId) -> Result<Option<Manifest>> {
    let query = "SELECT manifest FROM archives WHERE id = ?1";
    let mut statement = connection.prepare_cached(query).sql("read an archive")?;
    let row = statement.query_row([Column(id)], |row| Ok(row.get::<_, Json<Manifest>>(0)?.0));
    row.optional().sql("read an archive")
}

pub(crate) fn put(transaction: &Transaction<'_>, manifest: &Manifest) -> Result<()> {
    let query = "INSERT OR REPLACE INTO archives (id, project, created, manifest)
                 VALUES (?1, ?2, ?3, ?4)";
    let values = params![
        Column(manifest.id),
        Column(manifest.project.id),
        Moment(manifest.created),
        Json(manifest)
    ];
    let mut statement = transaction.prepare_cached(query).sql("keep an archive")?;
    statement.execute(values).map(drop).sql("keep an archive")
}

pub(crate) fn remove(transaction: &Transaction<'_>, id: ArchiveId) -> Result<()> {
    let mut statement = transaction
        .prepare_cached("DELETE FROM archives WHERE id = ?1")
        .sql("forget an archive")?;
    statement.execute([Column(id)]).map(drop).sql("forget an archive")
}
