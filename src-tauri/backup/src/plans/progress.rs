//! The table of how far each plan's planned times are dealt with.

use undercroft_library::Migration;

use crate::moments::MomentTable;

pub(crate) const PROGRESS_MIGRATIONS: &[Migration] = &[Migration {
    table: "plan_progress",
    version: 1,
    sql: "CREATE TABLE plan_progress (
              plan TEXT PRIMARY KEY NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
              dealt_with TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;",
}];

/// Until when each plan's planned times are dealt with, whether they came or were skipped.
pub(crate) const DEALT_WITH: MomentTable = MomentTable {
    name: "plan_progress",
    id: "plan",
    moment: "dealt_with",
    about: "how far a plan is",
};
