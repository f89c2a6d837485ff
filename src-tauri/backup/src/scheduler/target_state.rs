//! The table of what each plan owes each of its destinations.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use undercroft_foundation::{DestinationId, PlanId, Result};
use undercroft_library::{Column, Migration, Moment, SqlContext};

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "plan_targets",
    version: 1,
    sql: "CREATE TABLE plan_targets (
              plan TEXT NOT NULL REFERENCES plans (id) ON DELETE CASCADE,
              destination TEXT NOT NULL REFERENCES destinations (id) ON DELETE CASCADE,
              last_complete TEXT,
              owed_since TEXT,
              planned TEXT,
              begun TEXT,
              failures INTEGER NOT NULL DEFAULT 0,
              retry_after TEXT,
              hold INTEGER NOT NULL DEFAULT 0,
              PRIMARY KEY (plan, destination)
          ) STRICT, WITHOUT ROWID;",
}];

const COLUMNS: &str = "last_complete, owed_since, planned, begun, failures, retry_after, hold";

/// After a first failure; each further one doubles it.
const FIRST_RETRY: SignedDuration = SignedDuration::from_mins(10);
/// After however many failures.
const LAST_RETRY: SignedDuration = SignedDuration::from_hours(6);

/// The state of a plan with one of its destinations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TargetState {
    /// When it was last given all of the plan.
    pub(crate) last_complete: Option<Timestamp>,
    /// The first planned time that it has not had since.
    pub(crate) since: Option<Timestamp>,
    /// The last.
    pub(crate) planned: Option<Timestamp>,
    /// When a run for it was begun that has not told how it ended.
    pub(crate) begun: Option<Timestamp>,
    /// The number of times in a row that it went wrong.
    pub(crate) failures: u32,
    /// Not before this is it tried again.
    pub(crate) retry_after: Option<Timestamp>,
    /// Whether the next run deletes nothing there.
    pub(crate) hold: bool,
}

impl TargetState {
    /// Owes the run that was planned for this.
    pub(super) fn mark_due(&mut self, planned: Timestamp) {
        self.since = self.since.or(Some(planned));
        self.planned = Some(planned);
    }

    /// It has all that was planned until the run began.
    pub(super) fn complete(&mut self, began: Timestamp) {
        self.last_complete = Some(began);
        // What came due while the run went on is still owed.
        self.since = self.planned.filter(|planned| *planned > began);
        *self = Self { begun: None, failures: 0, retry_after: None, hold: false, ..self.clone() };
    }

    /// It went wrong at `now`, and is tried again later and later.
    pub(super) fn fail(&mut self, now: Timestamp) {
        self.begun = None;
        self.failures = self.failures.saturating_add(1);
        let doubled = FIRST_RETRY.checked_mul(1 << (self.failures - 1).min(10));
        let wait = doubled.unwrap_or(LAST_RETRY).min(LAST_RETRY);
        self.retry_after = now.checked_add(wait).ok();
    }

    /// Whether it must not be tried yet. A clock that was put back lets nothing wait for years.
    pub(super) fn must_wait(&self, now: Timestamp) -> bool {
        self.retry_after.is_some_and(|after| now < after && after.duration_since(now) <= LAST_RETRY)
    }

    /// Nothing that is known of it lies in the future any more.
    pub(super) fn clamp_to_now(&mut self, now: Timestamp) {
        for moment in [&mut self.last_complete, &mut self.since, &mut self.planned] {
            *moment = moment.map(|moment| moment.min(now));
        }
    }
}

pub(super) fn get(
    connection: &Connection,
    plan: PlanId,
    destination: DestinationId,
) -> Result<TargetState> {
    let query = format!("SELECT {COLUMNS} FROM plan_targets WHERE plan = ?1 AND destination = ?2");
    let found = connection.query_row(&query, (Column(plan), Column(destination)), from_row);
    Ok(found.optional().sql("read what a plan owes")?.unwrap_or_default())
}

pub(super) fn put(
    transaction: &Transaction<'_>,
    plan: PlanId,
    destination: DestinationId,
    state: &TargetState,
) -> Result<()> {
    let query = format!(
        "INSERT OR REPLACE INTO plan_targets (plan, destination, {COLUMNS})
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"
    );
    transaction
        .execute(
            &query,
            params![
                Column(plan),
                Column(destination),
                state.last_complete.map(Moment),
                state.since.map(Moment),
                state.planned.map(Moment),
                state.begun.map(Moment),
                state.failures,
                state.retry_after.map(Moment),
                state.hold,
            ],
        )
        .sql("keep what a plan owes")
        .map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<TargetState> {
    let moment = |index| -> rusqlite::Result<Option<Timestamp>> {
        Ok(row.get::<_, Option<Moment>>(index)?.map(|moment| moment.0))
    };
    Ok(TargetState {
        last_complete: moment(0)?,
        since: moment(1)?,
        planned: moment(2)?,
        begun: moment(3)?,
        failures: row.get(4)?,
        retry_after: moment(5)?,
        hold: row.get(6)?,
    })
}
