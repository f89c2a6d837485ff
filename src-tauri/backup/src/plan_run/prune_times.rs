//! The table of when each destination was last cleaned up.

use undercroft_library::Migration;

use crate::moments::MomentTable;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "upkeep",
    version: 1,
    sql: "CREATE TABLE upkeep (
              destination TEXT PRIMARY KEY NOT NULL
                  REFERENCES destinations (id) ON DELETE CASCADE,
              pruned TEXT NOT NULL
          ) STRICT, WITHOUT ROWID;",
}];

/// When each destination was last cleaned up.
pub(super) const PRUNED: MomentTable = MomentTable {
    name: "upkeep",
    id: "destination",
    moment: "pruned",
    about: "when a destination was cleaned up",
};
