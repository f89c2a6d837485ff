//! The table of how far each plan's planned times are dealt with.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Transaction};
use undercroft_foundation::{PlanId, Result};
use undercroft_library::{Column, Migration, Moment, SqlContext};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "plan_progress",
    version: 1,
    sql: "CREATE TABLE plan_progress (
              plan TEXT PRIMARY KEY NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
              dealt_with TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;",
}];

/// Until when a plan's planned times are dealt with.
pub(crate) fn get(connection: &Connection, plan: PlanId) -> Result<Option<Timestamp>> {
    connection
        .query_row("SELECT dealt_with FROM plan_progress WHERE plan = ?1", [Column(plan)], |row| {
            Ok(row.get::<_, Moment>(0)?.0)
        })
        .optional()
        .sql("read how far a plan is")
}

/// Deals with all planned times until `until`, whether they came or were skipped.
pub(crate) fn set(transaction: &Transaction<'_>, plan: PlanId, until: Timestamp) -> Result<()> {
    transaction
        .execute(
            "INSERT INTO plan_progress (plan, dealt_with) VALUES (?1, ?2)
             ON CONFLICT (plan) DO UPDATE SET dealt_with = excluded.dealt_with",
            (Column(plan), Moment(until)),
        )
        .sql("keep how far a plan is")
        .map(drop)
}
