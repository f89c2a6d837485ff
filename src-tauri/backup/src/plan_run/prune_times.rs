//! The table of when each destination was last cleaned up.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};
use undercroft_foundation::{DestinationId, Result};
use undercroft_library::{Column, Migration, Moment, SqlContext};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "upkeep",
    version: 1,
    sql: "CREATE TABLE upkeep (
              destination TEXT PRIMARY KEY NOT NULL
                  REFERENCES destinations (id) ON DELETE CASCADE,
              pruned TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;",
}];

pub(super) fn last_prune(
    connection: &Connection,
    destination: DestinationId,
) -> Result<Option<Timestamp>> {
    connection
        .query_row(
            "SELECT pruned FROM upkeep WHERE destination = ?1",
            [Column(destination)],
            |row| Ok(row.get::<_, Moment>(0)?.0),
        )
        .optional()
        .sql("read when a destination was cleaned up")
}

pub(super) fn record_prune(
    transaction: &Transaction<'_>,
    destination: DestinationId,
    now: Timestamp,
) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO upkeep (destination, pruned) VALUES (?1, ?2)
             ON CONFLICT (destination) DO UPDATE SET pruned = excluded.pruned",
            (Column(destination), Moment(now)),
        )
        .sql("keep when a destination was cleaned up")
        .map(drop)
}
