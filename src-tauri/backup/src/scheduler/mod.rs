//! Deciding which plan begins now, which waits and for what, and when to look again: over the
//! catalog's state and the clock, step by step. It begins nothing itself; a [`Starter`] does.
//!
//! A planned time that comes is owed to every destination of the plan until a run has given it
//! all. What was missed, for whatever reason and however often, is caught up once. Several
//! processes may take steps over the same catalog: what one has begun, no other begins.

mod pause;
mod pending;
mod planned;
mod reports;
mod starter;
mod state;
mod status;
mod target_state;
mod upcoming;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use undercroft_foundation::{PlanId, ProjectId, Result, Text};
use undercroft_library::Migration;

use crate::conditions::MachineState;
use crate::plans::Plan;

pub use pause::Pause;
pub use reports::{Overdue, TargetOutcome};
pub use starter::{ActiveRuns, Starter};
pub use state::ScheduleState;
pub use status::{PlanStatus, TargetStatus};
pub use upcoming::PlannedRun;

/// The tables of what is owed and paused.
pub(crate) const MIGRATIONS: [&[Migration]; 2] = [target_state::MIGRATIONS, pause::MIGRATIONS];

/// A wall clock that goes ahead of the steady one by more than this was set, or the machine slept.
const JUMP: SignedDuration = SignedDuration::from_hours(25);
/// While something waits, its condition is looked at this often.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(60);
/// When nothing is planned at all.
const IDLE: SignedDuration = SignedDuration::from_hours(1);

/// Counts the versions that a project's workspaces were given since a moment.
pub type CountVersions = dyn Fn(ProjectId, Timestamp) -> Result<u64> + Send + Sync;

/// Decides which plan begins, and when to look again.
#[derive(Clone)]
pub struct Scheduler {
    state: ScheduleState,
    machine_state: Arc<dyn MachineState>,
    count_versions: Arc<CountVersions>,
    clocks: Arc<Mutex<Option<(Timestamp, Duration)>>>,
}

/// The result of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The plans that were begun.
    pub started: Vec<PlanId>,
    /// The runs that are due and wait.
    pub waiting: Vec<Waiting>,
    /// When something may be due next.
    pub next_look: Timestamp,
}

/// A run that is due and waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The plan.
    pub plan: PlanId,
    /// For what.
    pub reason: WaitReason,
    /// Since when it is due.
    pub planned: Timestamp,
    /// As people say it: "waits for Shelf; 5 days since the last backup".
    pub text: Text,
}

/// The reason why a run waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaitReason {
    /// A destination that is away.
    Destination,
    /// The machine runs on battery.
    Power,
    /// The network is metered.
    Network,
    /// Quiet hours.
    QuietHours,
    /// Backups are paused.
    Paused,
}

impl Scheduler {
    /// A scheduler over this state.
    pub fn new(
        state: &ScheduleState,
        machine_state: Arc<dyn MachineState>,
        count_versions: Arc<CountVersions>,
    ) -> Self {
        Self { state: state.clone(), machine_state, count_versions, clocks: Arc::default() }
    }

    /// Begins what is due and can begin.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read or written. A plan that cannot be begun is tried
    /// again later, and keeps no other from it.
    pub fn step(&self, starter: &dyn Starter) -> Result<Step> {
        let now = self.now();
        let plans = self.plans()?;
        if self.clock_has_jumped(now) {
            self.hold_retention(&plans)?;
        }
        let mut next_look = now.saturating_add(IDLE).unwrap_or(now);
        for plan in &plans {
            if let Some(next) = self.mark_due_runs(plan, now)? {
                next_look = next_look.min(next);
            }
        }
        let active = starter.active_runs()?;
        self.release_dead_runs(&plans, &active, now)?;
        let mut step = Step { started: Vec::new(), waiting: Vec::new(), next_look };
        let mut active = active;
        for plan in &plans {
            self.start_pending(plan, now, starter, &mut active, &mut step)?;
        }
        if !step.waiting.is_empty() {
            step.next_look = step.next_look.min(now.saturating_add(LOOK_AGAIN).unwrap_or(now));
        }
        step.next_look = step.next_look.max(now);
        Ok(step)
    }

    fn now(&self) -> Timestamp {
        self.state.library.world().clock.now()
    }

    /// The plans that run by themselves.
    fn plans(&self) -> Result<Vec<Plan>> {
        let mut plans = self.state.plans.running()?;
        let known = self.state.destinations.list()?;
        for plan in &mut plans {
            // A plan that was made again after a loss may name one that is not back yet.
            let is_known = |id| known.iter().any(|destination| destination.id == id);
            plan.spec.targets.retain(|target| is_known(target.destination));
        }
        Ok(plans)
    }

    /// Whether the wall clock has gone far ahead of the steady one since the last look.
    fn clock_has_jumped(&self, now: Timestamp) -> bool {
        let steady = self.state.library.world().clock.steady();
        let mut clocks = self.clocks.lock().unwrap_or_else(PoisonError::into_inner);
        let Some((then, before)) = clocks.replace((now, steady)) else { return false };
        let passed = SignedDuration::try_from(steady.saturating_sub(before));
        let passed = passed.unwrap_or(SignedDuration::MAX);
        now.duration_since(then).saturating_sub(passed) > JUMP
    }

    /// Lets the next run of each plan delete nothing: what is old now was young a moment ago.
    fn hold_retention(&self, plans: &[Plan]) -> Result<()> {
        tracing::warn!("the clock jumped ahead; the next run of each plan deletes nothing");
        self.state.library.catalog().write(|transaction| {
            for plan in plans {
                for target in &plan.spec.targets {
                    let mut state = target_state::get(transaction, plan.id, target.destination)?;
                    state.hold = true;
                    target_state::put(transaction, plan.id, target.destination, &state)?;
                }
            }
            Ok(())
        })
    }
}

impl fmt::Debug for Scheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scheduler").finish_non_exhaustive()
    }
}
