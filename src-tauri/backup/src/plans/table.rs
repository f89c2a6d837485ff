//! The table of plans. What a plan says is one column of JSON, because nobody looks for parts of
//! it, and the same JSON stands in the file beside the catalog.

use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use undercroft_foundation::{Code, Error, PlanId, Result, text};
use undercroft_library::{Column, Json, Migration, Moment, SqlContext};

use super::Plan;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "plans",
    version: 1,
    sql: "CREATE TABLE plans (
              id TEXT PRIMARY KEY NOT NULL,
              name TEXT NOT NULL,
              enabled INTEGER NOT NULL,
              created TEXT NOT NULL,
              spec TEXT NOT NULL
          ) STRICT;",
}];

pub(super) fn all(connection: &Connection) -> Result<Vec<Plan>> {
    let query = "SELECT id, name, enabled, created, spec FROM plans ORDER BY id";
    let mut statement = connection.prepare_cached(query).sql("read the plans")?;
    let rows = statement.query_map((), from_row);
    rows.and_then(Iterator::collect).sql("read the plans")
}

pub(super) fn get(connection: &Connection, id: PlanId) -> Result<Plan> {
    let query = "SELECT id, name, enabled, created, spec FROM plans WHERE id = ?1";
    let found = connection.query_row(query, [Column(id)], from_row).optional();
    found.sql("read a plan")?.ok_or_else(|| {
        Error::new(Code::NotFound, text!("There is no plan {id}", id))
            .next("List the plans to see what there is")
    })
}

/// Keeps a plan, new or changed.
pub(super) fn put(transaction: &Transaction<'_>, plan: &Plan) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO plans (id, name, enabled, created, spec) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE
             SET name = excluded.name, enabled = excluded.enabled, spec = excluded.spec",
            params![
                Column(plan.id),
                plan.name,
                plan.enabled,
                Moment(plan.created),
                Json(&plan.spec)
            ],
        )
        .sql("keep a plan")
        .map(drop)
}

pub(super) fn remove(transaction: &Transaction<'_>, id: PlanId) -> Result<()> {
    transaction
        .execute("DELETE FROM plans WHERE id = ?1", [Column(id)])
        .sql("remove a plan")
        .map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Plan> {
    Ok(Plan {
        id: row.get::<_, Column<_>>(0)?.0,
        name: row.get(1)?,
        enabled: row.get(2)?,
        created: row.get::<_, Moment>(3)?.0,
        spec: row.get::<_, Json<_>>(4)?.0,
    })
}
