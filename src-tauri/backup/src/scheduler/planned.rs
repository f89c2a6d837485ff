//! Noticing that a planned time has come, or that several have: they become one pending run.

use jiff::{SignedDuration, Timestamp};
use rusqlite::Transaction;
use undercroft_foundation::Result;

use super::{LOOK_AGAIN, Scheduler, target_state};
use crate::plans::{DEALT_WITH, Plan};
use crate::schedule::Schedule;

/// Machines with the same plan begin up to so many seconds apart.
const JITTER_SECONDS: u64 = 90;
/// The time that a plan without a clock would take to come again: for telling a clock put back.
const PERIOD: SignedDuration = SignedDuration::from_hours(24);

impl Scheduler {
    /// Takes in the planned times of a plan that came, and says when the next one does.
    pub(super) fn mark_due_runs(&self, plan: &Plan, now: Timestamp) -> Result<Option<Timestamp>> {
        let catalog = self.state.library.catalog();
        let known = catalog.read(|connection| DEALT_WITH.get(connection, plan.id))?;
        let dealt_with = known.unwrap_or(now);
        let came = self.came(plan, dealt_with, now)?;
        if known.is_some() && came.is_none() && !is_of_another_clock(plan, dealt_with, now) {
            return Ok(self.next(plan, dealt_with, now));
        }
        let dealt_with = catalog.write(|transaction| {
            // Another process may have been faster.
            if DEALT_WITH.get(transaction, plan.id)? != known {
                return Ok(dealt_with);
            }
            match came {
                Some(planned) => {
                    mark_due(transaction, plan, planned)?;
                    DEALT_WITH.set(transaction, plan.id, planned)?;
                    Ok(planned)
                }
                None => {
                    clamp_to_now(transaction, plan, now)?;
                    DEALT_WITH.set(transaction, plan.id, now)?;
                    Ok(now)
                }
            }
        })?;
        Ok(self.next(plan, dealt_with, now))
    }

    /// The last planned time that came and is not dealt with.
    fn came(
        &self,
        plan: &Plan,
        dealt_with: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Timestamp>> {
        let Schedule::AfterChanges { versions } = plan.spec.schedule else {
            let Ok(now) = now.checked_sub(jitter(plan)) else { return Ok(None) };
            return Ok(plan.spec.schedule.last_between(dealt_with, now, &plan.spec.zone()));
        };
        let mut made = 0;
        for project in self.state.plans.projects_of(&plan.spec.projects)? {
            made += (self.count_versions)(project.id, dealt_with)?;
        }
        Ok((made >= u64::from(versions)).then_some(now))
    }

    /// When to look for the next planned time.
    fn next(&self, plan: &Plan, dealt_with: Timestamp, now: Timestamp) -> Option<Timestamp> {
        if let Schedule::AfterChanges { .. } = plan.spec.schedule {
            return now.checked_add(LOOK_AGAIN).ok();
        }
        let next = plan.spec.schedule.next_after(dealt_with, &plan.spec.zone())?;
        next.checked_add(jitter(plan)).ok()
    }
}

/// Whether planned times were dealt with that lie in the future by more than a period: the clock
/// was ahead then. A clock put right by minutes lets nothing run twice.
fn is_of_another_clock(plan: &Plan, dealt_with: Timestamp, now: Timestamp) -> bool {
    if dealt_with <= now {
        return false;
    }
    let next = plan.spec.schedule.next_after(dealt_with, &plan.spec.zone());
    let period = next.map_or(PERIOD, |next| next.duration_since(dealt_with));
    dealt_with.duration_since(now) > period
}

fn mark_due(transaction: &Transaction<'_>, plan: &Plan, planned: Timestamp) -> Result<()> {
    for target in &plan.spec.targets {
        let mut state = target_state::get(transaction, plan.id, target.destination)?;
        state.mark_due(planned);
        target_state::put(transaction, plan.id, target.destination, &state)?;
    }
    Ok(())
}

fn clamp_to_now(transaction: &Transaction<'_>, plan: &Plan, now: Timestamp) -> Result<()> {
    for target in &plan.spec.targets {
        let before = target_state::get(transaction, plan.id, target.destination)?;
        let mut state = before.clone();
        state.clamp_to_now(now);
        if state != before {
            target_state::put(transaction, plan.id, target.destination, &state)?;
        }
    }
    Ok(())
}

/// Fixed by the plan's id, of which the end is chance.
fn jitter(plan: &Plan) -> SignedDuration {
    let id = plan.id.to_string();
    let seed = u64::from_str_radix(&id[id.len().saturating_sub(8)..], 16).unwrap_or_default();
    SignedDuration::from_secs(i64::try_from(seed % JITTER_SECONDS).unwrap_or_default())
}
