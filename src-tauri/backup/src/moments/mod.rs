//! A table that keeps one moment for each thing, such as when it was last cleaned up.

use std::fmt::Display;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};
use undercroft_foundation::Result;
use undercroft_library::{Column, Moment, SqlContext};

/// A table of the catalog with one moment for each id.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MomentTable {
    /// Its name.
    pub(crate) name: &'static str,
    /// The column of ids.
    pub(crate) id: &'static str,
    /// The column of moments.
    pub(crate) moment: &'static str,
    /// The meaning of the moments, as errors have it after "read" and "keep".
    pub(crate) about: &'static str,
}

impl MomentTable {
    /// The moment that is kept for this id.
    pub(crate) fn get(
        &self,
        connection: &Connection,
        id: impl Display,
    ) -> Result<Option<Timestamp>> {
        let query = format!("SELECT {} FROM {} WHERE {} = ?1", self.moment, self.name, self.id);
        connection
            .query_row(&query, [Column(id)], |row| Ok(row.get::<_, Moment>(0)?.0))
            .optional()
            .sql(&format!("read {}", self.about))
    }

    /// Keeps a moment for this id, in place of the one before.
    pub(crate) fn set(
        &self,
        transaction: &Transaction<'_>,
        id: impl Display,
        at: Timestamp,
    ) -> Result<()> {
        let Self { name, id: key, moment, about } = self;
        let query = format!(
            "INSERT INTO {name} ({key}, {moment}) VALUES (?1, ?2)
             ON CONFLICT ({key}) DO UPDATE SET {moment} = excluded.{moment}"
        );
        transaction
            .execute(&query, (Column(id), Moment(at)))
            .sql(&format!("keep {about}"))
            .map(drop)
    }
}
