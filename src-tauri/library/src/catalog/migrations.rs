//! Bringing the tables up to date, table by table.

use rusqlite::{Connection, Transaction};
use undercroft_foundation::{Code, Error, Result, text};

use super::error::SqlContext;

/// One step of one table, from the version before.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// The table.
    pub table: &'static str,
    /// The version that the step leads to: 1 for the first, without gaps.
    pub version: u32,
    /// The statements that it runs.
    pub sql: &'static str,
}

/// Each table's version in this catalog; nothing in a new one.
pub(super) fn versions(connection: &Connection) -> Result<Vec<(String, u32)>> {
    let there: bool = connection
        .query_row("SELECT count(*) FROM sqlite_schema WHERE name = 'schema_versions'", (), |row| {
            row.get(0)
        })
        .sql("look for the tables")?;
    if !there {
        return Ok(Vec::new());
    }
    let mut statement = connection
        .prepare("SELECT table_name, version FROM schema_versions")
        .sql("read the tables' versions")?;
    let rows = statement.query_map((), |row| Ok((row.get(0)?, row.get(1)?)));
    rows.and_then(Iterator::collect).sql("read the tables' versions")
}

/// The steps that are missing, in order.
///
/// # Errors
/// [`Code::TooNew`] when a table, or its version, is not known to this program.
pub(super) fn missing<'a>(
    found: &[(String, u32)],
    tables: &[&'a [Migration]],
) -> Result<Vec<&'a Migration>> {
    for (table, version) in found {
        let known = tables.iter().flat_map(|steps| steps.iter()).filter(|step| step.table == table);
        if known.map(|step| step.version).max().unwrap_or(0) < *version {
            return Err(Error::new(Code::TooNew, "Cannot open the library's catalog")
                .why(text!(
                    "Its table {table} is of version {version}, from a newer Undercroft",
                    table,
                    version
                ))
                .next("Update Undercroft; the library was left as it is"));
        }
    }
    let version_of = |name: &str| found.iter().find(|(table, _)| table == name).map_or(0, |f| f.1);
    let steps = tables.iter().flat_map(|steps| steps.iter());
    Ok(steps.filter(|step| step.version > version_of(step.table)).collect())
}

/// Takes the steps.
pub(super) fn apply(transaction: &Transaction<'_>, steps: &[&Migration]) -> Result<()> {
    transaction
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS schema_versions (
                 table_name TEXT PRIMARY KEY NOT NULL,
                 version INTEGER NOT NULL
             ) STRICT;",
        )
        .sql("make the table of versions")?;
    for step in steps {
        let what = text!(
            "bring the table {table} to version {version}",
            table = step.table,
            version = step.version
        );
        transaction.execute_batch(step.sql).sql(&what)?;
        transaction
            .execute(
                "INSERT INTO schema_versions (table_name, version) VALUES (?1, ?2)
                 ON CONFLICT (table_name) DO UPDATE SET version = excluded.version",
                (step.table, step.version),
            )
            .sql(&what)?;
    }
    Ok(())
}
