//! Letting no plan begin by itself for a while. It owns the table `schedule_pause`, of one row at
//! most.

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension};
use undercroft_foundation::Result;
use undercroft_library::{Migration, Moment, NewEvent, SqlContext};

use super::ScheduleState;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    table: "schedule_pause",
    version: 1,
    sql: "CREATE TABLE schedule_pause (
              one INTEGER PRIMARY KEY NOT NULL CHECK (one = 1),
              since TEXT NOT NULL,
              until TEXT
          ) STRICT;",
}];

/// That no plan begins by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// Since when.
    pub since: Timestamp,
    /// Until when; until somebody says so when there is none.
    pub until: Option<Timestamp>,
    /// Whether the setting `backup` says so: it lasts until that is on again.
    pub by_setting: bool,
}

impl ScheduleState {
    /// The pause that holds now, if there is one: that of the setting before that of the user.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn current_pause(&self) -> Result<Option<Pause>> {
        let now = self.library.world().clock.now();
        if self.is_off() {
            return Ok(Some(Pause { since: now, until: None, by_setting: true }));
        }
        self.library.catalog().read(|connection| get(connection, now))
    }

    /// Whether the setting `backup` lets no plan begin by itself; not where it cannot be read.
    pub(super) fn is_off(&self) -> bool {
        self.library.settings(&self.overrides).is_ok_and(|settings| !settings.backup())
    }

    /// Lets no plan begin by itself until then, or until [`ScheduleState::resume`].
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn pause(&self, until: Option<Timestamp>) -> Result<()> {
        let since = self.library.world().clock.now();
        self.library.catalog().write(|transaction| {
            transaction
                .execute(
                    "INSERT OR REPLACE INTO schedule_pause (one, since, until) VALUES (1, ?1, ?2)",
                    (Moment(since), until.map(Moment)),
                )
                .sql("pause the plans")?;
            let event = NewEvent::new("schedule.paused", "No plan begins by itself for a while");
            self.library.events().append(transaction, &event).map(drop)
        })
    }

    /// Lets plans begin by themselves again.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn resume(&self) -> Result<()> {
        self.library.catalog().write(|transaction| {
            let removed = transaction.execute("DELETE FROM schedule_pause", ());
            if removed.sql("resume the plans")? > 0 {
                let event = NewEvent::new("schedule.resumed", "Plans begin by themselves again");
                self.library.events().append(transaction, &event)?;
            }
            Ok(())
        })
    }
}

/// The distance by which a clock is put right without anybody noticing.
const PUT_RIGHT: SignedDuration = SignedDuration::from_hours(1);

/// A pause is over at its end, and when more of it seems left than it had: then it began under
/// another clock.
fn get(connection: &Connection, now: Timestamp) -> Result<Option<Pause>> {
    let found = connection
        .query_row("SELECT since, until FROM schedule_pause", (), |row| {
            let until = row.get::<_, Option<Moment>>(1)?;
            let (since, until) = (row.get::<_, Moment>(0)?.0, until.map(|until| until.0));
            Ok(Pause { since, until, by_setting: false })
        })
        .optional()
        .sql("read the pause")?;
    Ok(found.filter(|pause| {
        pause.until.is_none_or(|until| {
            let whole = until.duration_since(pause.since).saturating_add(PUT_RIGHT);
            now < until && until.duration_since(now) <= whole
        })
    }))
}
