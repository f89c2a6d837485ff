//! How a plan stands, for people.

use jiff::Timestamp;
use undercroft_foundation::{DestinationId, Result};

use super::serving::{age, waits_for};
use super::{Scheduler, Waiting};
use crate::plans::Plan;
use crate::words;

/// How a plan stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanStanding {
    /// When it runs next by itself.
    pub next: Option<Timestamp>,
    /// What it waits for.
    pub waiting: Option<Waiting>,
    /// How it stands with each of its destinations.
    pub targets: Vec<TargetStanding>,
    /// All of it in a sentence.
    pub sentence: String,
    /// Whether somebody should look.
    pub needs_attention: bool,
}

/// How a plan stands with one of its destinations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetStanding {
    /// The destination.
    pub destination: DestinationId,
    /// Its name.
    pub name: String,
    /// Whether it is there.
    pub is_present: bool,
    /// When it was last given all of the plan.
    pub last_complete: Option<Timestamp>,
    /// How often in a row a run for it went wrong.
    pub failures: u32,
}

impl Scheduler {
    /// How a plan stands now.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn standing(&self, plan: &Plan) -> Result<PlanStanding> {
        let now = self.now();
        let mut targets = Vec::new();
        for destination in self.backups.destinations_of(plan)? {
            let owed = self.backups.owed(plan.id, destination.id)?;
            targets.push(TargetStanding {
                is_present: self.backups.is_there(&destination),
                destination: destination.id,
                name: destination.name,
                last_complete: owed.last_complete,
                failures: owed.failures,
            });
        }
        let schedule = &plan.spec.schedule;
        let next = plan.enabled.then(|| schedule.next_after(now, &plan.spec.zone())).flatten();
        let waiting = if plan.enabled { self.waiting(plan, now)? } else { None };
        let overdue = self.backups.overdue()?.into_iter().find(|overdue| overdue.plan == plan.id);
        let failing: Vec<_> = targets.iter().filter(|target| target.failures > 0).collect();
        let is_behind = targets.is_empty() || overdue.is_some() || !failing.is_empty();
        let needs_attention = plan.enabled && is_behind;
        let sentence = if targets.is_empty() {
            "It has no destination.".to_owned()
        } else if !failing.is_empty() {
            let names: Vec<_> = failing.iter().map(|target| target.name.clone()).collect();
            format!("Its last run to {} failed; it is tried again.", words::list(&names))
        } else if let Some(overdue) = overdue {
            format!("There was {}.", overdue.text)
        } else if let Some(waiting) = &waiting {
            format!("It {}.", waiting.text)
        } else {
            usual(plan, &targets, now)
        };
        Ok(PlanStanding { next, waiting, targets, sentence, needs_attention })
    }

    fn waiting(&self, plan: &Plan, now: Timestamp) -> Result<Option<Waiting>> {
        let mut debts = self.debts(plan)?;
        debts.retain(|debt| debt.owed.begun.is_none());
        if debts.is_empty() {
            return Ok(None);
        }
        if let Some((waiting, _)) = self.held_up(plan, &debts, now)? {
            return Ok(Some(waiting));
        }
        debts.retain(|debt| !self.backups.is_there(&debt.destination));
        Ok(waits_for(plan, &debts, now))
    }
}

fn usual(plan: &Plan, targets: &[TargetStanding], now: Timestamp) -> String {
    // A destination that has none yet counts as the one that has gone longest without.
    let sentence = match targets.iter().map(|target| target.last_complete).min().flatten() {
        Some(last) => format!("Its last backup was made {} ago.", age(now, last)),
        None => "It has not run yet.".to_owned(),
    };
    if plan.enabled { sentence } else { format!("It does not run by itself. {sentence}") }
}
