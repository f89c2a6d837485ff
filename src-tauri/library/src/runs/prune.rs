//! Letting old runs and events go, so that the catalog does not grow for ever.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;
use undercroft_foundation::Result;

use crate::catalog::{Moment, SqlContext};

/// The number of runs that are kept, and that of events.
const MOST: i64 = 10_000;
/// The age after which they go.
const OLDEST: SignedDuration = SignedDuration::from_hours(366 * 24);
/// But never one of the newest: a clock that jumps by a year must not empty the list.
const NEWEST: i64 = 500;
/// The number of runs between two looks.
const EVERY: i64 = 100;

/// Lets go what is old, once in a hundred runs. The newest of each project, destination and plan
/// stay, in each kind of run.
pub(super) fn prune_sometimes(transaction: &Transaction<'_>, now: Timestamp) -> Result<()> {
    let last: i64 = transaction
        .query_row("SELECT coalesce(max(seq), 0) FROM runs", (), |row| row.get(0))
        .sql("count the runs")?;
    if last % EVERY == 0 { prune(transaction, now) } else { Ok(()) }
}

fn prune(transaction: &Transaction<'_>, now: Timestamp) -> Result<()> {
    let before = Moment(now.checked_sub(OLDEST).unwrap_or(Timestamp::MIN));
    transaction
        .execute(
            "DELETE FROM runs
             WHERE ended IS NOT NULL
               AND (seq <= (SELECT max(seq) FROM runs) - ?1
                    OR (started < ?2 AND seq <= (SELECT max(seq) FROM runs) - ?3))
               AND seq NOT IN (SELECT max(seq) FROM runs GROUP BY kind, project)
               AND seq NOT IN (SELECT max(seq) FROM runs GROUP BY kind, destination)
               AND seq NOT IN (SELECT max(seq) FROM runs GROUP BY plan)
               AND seq NOT IN (SELECT max(seq) FROM runs JOIN run_parts ON run = id
                               GROUP BY kind, run_parts.project)
               AND seq NOT IN (SELECT max(seq) FROM runs JOIN run_parts ON run = id
                               GROUP BY kind, run_parts.destination)",
            (MOST, before, NEWEST),
        )
        .sql("let old runs go")?;
    transaction
        .execute(
            "DELETE FROM events
             WHERE (seq <= (SELECT max(seq) FROM events) - ?1
                    OR (time < ?2 AND seq <= (SELECT max(seq) FROM events) - ?3))
               AND seq NOT IN (SELECT max(seq) FROM events GROUP BY project)
               AND seq NOT IN (SELECT max(seq) FROM events GROUP BY destination)",
            (MOST, before, NEWEST),
        )
        .sql("let old events go")
        .map(drop)
}
