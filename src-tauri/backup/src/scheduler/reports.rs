//! The reports of runs to the scheduler, and its own on backups that are overdue.

use jiff::Timestamp;
use undercroft_foundation::{DestinationId, PlanId, Result, Text, text};

use super::ScheduleState;
use super::pending::age;
use crate::destinations::Destination;

/// The end of a plan's run with one destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetOutcome {
    /// It was given all of the plan, as it stood when the run began.
    Complete {
        /// When the run began.
        began: Timestamp,
    },
    /// It was away, or went away: it is served when it returns.
    Away,
    /// The program ended before it was done: it is owed as before.
    Interrupted,
    /// Somebody stopped the run: it is not tried again before its next planned time.
    Cancelled,
    /// It went wrong: it is tried again later.
    Failed,
}

/// A destination that a plan has not been able to give all for too long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overdue {
    /// The plan.
    pub plan: PlanId,
    /// The destination.
    pub destination: DestinationId,
    /// When it was last given all of the plan.
    pub last: Option<Timestamp>,
    /// The name of the plan.
    pub name: String,
    /// As people say it: "no backup on Shelf for 9 days".
    pub text: Text,
}

impl ScheduleState {
    /// Takes in how a plan's run ended with one of its destinations.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn note_target(
        &self,
        plan: PlanId,
        destination: DestinationId,
        outcome: TargetOutcome,
    ) -> Result<()> {
        let now = self.library.world().clock.now();
        self.update_target_state(plan, destination, |state| match outcome {
            TargetOutcome::Complete { began } => state.complete(began),
            TargetOutcome::Away | TargetOutcome::Interrupted => state.begun = None,
            TargetOutcome::Cancelled => (state.begun, state.since) = (None, None),
            TargetOutcome::Failed => state.fail(now),
        })
    }

    /// Whether this run of a plan is to delete nothing in a destination, because the clock jumped.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn is_retention_held_by_clock(
        &self,
        plan: PlanId,
        destination: DestinationId,
    ) -> Result<bool> {
        Ok(self.target_state(plan, destination)?.hold)
    }

    /// The destinations of plans that run by themselves which have not been given all for longer
    /// than the setting `warn-after-days` says; none when it says 0.
    ///
    /// # Errors
    /// Whatever keeps the catalog or the settings from being read.
    pub fn overdue(&self) -> Result<Vec<Overdue>> {
        let days = self.library.settings(&self.overrides)?.warn_after_days();
        let now = self.library.world().clock.now();
        let hours = i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(24);
        let mut overdue = Vec::new();
        for plan in self.plans.list()?.into_iter().filter(|plan| plan.enabled && days > 0) {
            for Destination { id: destination, name, .. } in self.plans.destinations_of(&plan)? {
                let last = self.target_state(plan.id, destination)?.last_complete;
                let since = last.unwrap_or(plan.created);
                if now.duration_since(since).as_hours() < hours {
                    continue;
                }
                let text = text!("no backup on {name} for {age}", name, age = age(now, since));
                let name = plan.name.clone();
                overdue.push(Overdue { plan: plan.id, destination, last, name, text });
            }
        }
        Ok(overdue)
    }
}
