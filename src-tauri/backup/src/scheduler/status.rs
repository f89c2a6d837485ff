//! The status of a plan, for people.

use jiff::Timestamp;
use undercroft_foundation::{DestinationId, Result, Text, TextValue, text};
use undercroft_library::{Outcome, RunFilter};

use super::pending::{age, waiting_for_destinations};
use super::{Scheduler, Waiting};
use crate::plans::Plan;

/// The status of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStatus {
    /// When it runs next by itself.
    pub next: Option<Timestamp>,
    /// The reason why it waits.
    pub waiting: Option<Waiting>,
    /// Its status with each of its destinations.
    pub targets: Vec<TargetStatus>,
    /// All of it in a sentence.
    pub sentence: Text,
    /// Whether somebody should look.
    pub needs_attention: bool,
}

/// The state of a plan with one of its destinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetStatus {
    /// The destination.
    pub destination: DestinationId,
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub is_present: bool,
    /// When it was last given all of the plan.
    pub last_complete: Option<Timestamp>,
    /// The number of times in a row that a run for it went wrong.
    pub failures: u32,
}

impl Scheduler {
    /// The status of a plan now.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn plan_status(&self, plan: &Plan) -> Result<PlanStatus> {
        let now = self.now();
        let mut targets = Vec::new();
        for destination in self.state.plans.destinations_of(plan)? {
            let state = self.state.target_state(plan.id, destination.id)?;
            targets.push(TargetStatus {
                is_present: self.state.destinations.is_there(&destination),
                destination: destination.id,
                name: destination.name,
                last_complete: state.last_complete,
                failures: state.failures,
            });
        }
        let schedule = self.state.plans.in_force(plan.clone())?.spec.schedule;
        let runs = plan.enabled && !self.state.is_off();
        let next = runs.then(|| schedule.next_after(now, &plan.spec.zone())).flatten();
        let waiting = if plan.enabled { self.waiting(plan, now)? } else { None };
        let overdue = self.state.overdue()?.into_iter().find(|overdue| overdue.plan == plan.id);
        let failing: Vec<_> = targets.iter().filter(|target| target.failures > 0).collect();
        let is_behind = targets.is_empty() || overdue.is_some() || !failing.is_empty();
        let needs_attention = plan.enabled && is_behind;
        let sentence = if targets.is_empty() {
            text!("It has no destination.")
        } else if !failing.is_empty() {
            let names = TextValue::names(failing.iter().map(|target| &target.name));
            text!("Its last run to {names} failed; it is tried again.", names)
        } else if let Some(overdue) = overdue {
            text!("There was {overdue}.", overdue = overdue.text)
        } else if let Some(waiting) = &waiting {
            text!("It {waits}.", waits = waiting.text)
        } else if self.was_interrupted(plan)? {
            text!("Its last run was interrupted before it was done.")
        } else {
            resting_sentence(plan, &targets, now)
        };
        Ok(PlanStatus { next, waiting, targets, sentence, needs_attention })
    }

    fn was_interrupted(&self, plan: &Plan) -> Result<bool> {
        let newest = RunFilter { plan: Some(plan.id), limit: Some(1), ..RunFilter::default() };
        let runs = self.state.library.runs().find(&newest)?;
        let outcome = runs.first().and_then(|run| run.outcome.as_ref());
        Ok(outcome.is_some_and(Outcome::is_interrupted))
    }

    fn waiting(&self, plan: &Plan, now: Timestamp) -> Result<Option<Waiting>> {
        let mut pending = self.pending_runs(plan)?;
        pending.retain(|run| run.state.begun.is_none());
        if pending.is_empty() {
            return Ok(None);
        }
        if let Some((waiting, _)) = self.blocked_by(plan, &pending, now)? {
            return Ok(Some(waiting));
        }
        pending.retain(|run| !self.state.destinations.is_there(&run.destination));
        Ok(waiting_for_destinations(plan, &pending, now))
    }
}

fn resting_sentence(plan: &Plan, targets: &[TargetStatus], now: Timestamp) -> Text {
    // A destination that has none yet counts as the one that has gone longest without.
    let sentence = match targets.iter().map(|target| target.last_complete).min().flatten() {
        Some(last) => text!("Its last backup was made {age} ago.", age = age(now, last)),
        None => text!("It has not run yet."),
    };
    if plan.enabled { sentence } else { text!("It does not run by itself. {sentence}", sentence) }
}
