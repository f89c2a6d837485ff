//! The concerns that the user knows of and does not want to be told of again.

use std::collections::HashSet;

use undercroft_foundation::{Result, text};

use crate::catalog::{Migration, SqlContext};
use crate::events::NewEvent;
use crate::library::Library;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "known_concerns",
    version: 1,
    sql: "CREATE TABLE known_concerns (key TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;",
}];

impl Library {
    /// The keys of the concerns that the user knows of.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn known_concerns(&self) -> Result<HashSet<String>> {
        self.catalog().read(|connection| {
            let read = || {
                let mut statement = connection.prepare_cached("SELECT key FROM known_concerns")?;
                let rows = statement.query_map((), |row| row.get(0))?;
                rows.collect::<rusqlite::Result<HashSet<String>>>()
            };
            read().sql("read the concerns that are known")
        })
    }

    /// Notes that the user knows of a concern, or wants to be told of it again.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn set_concern_known(&self, key: &str, is_known: bool) -> Result<()> {
        let (query, text) = match is_known {
            true => ("INSERT OR IGNORE INTO known_concerns (key) VALUES (?1)", text!("is known")),
            false => ("DELETE FROM known_concerns WHERE key = ?1", text!("is told again")),
        };
        let event = NewEvent::new(
            "concern.known",
            text!("The concern {key} {happened}", key, happened = text),
        );
        self.catalog().write(|transaction| {
            transaction.execute(query, [key]).sql("note that a concern is known")?;
            self.events().append(transaction, &event).map(drop)
        })
    }
}
