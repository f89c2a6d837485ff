//! Begins runs, and knows which go on.

use std::collections::HashSet;

use jiff::Timestamp;
use undercroft_foundation::{DestinationId, JobState, PlanId, Result};
use undercroft_library::RunFilter;

use crate::backups::Backups;
use crate::plans::Plan;

/// The runs that go on, in this process and in every other one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActiveRuns {
    /// The plans that are being carried out.
    pub plans: HashSet<PlanId>,
    /// The destinations that are being worked with.
    pub destinations: HashSet<DestinationId>,
}

/// Begins runs.
pub trait Starter {
    /// Begins to carry a plan out that was planned for this moment, to these of its destinations.
    ///
    /// # Errors
    /// Whatever keeps the run from beginning.
    fn start(&self, plan: &Plan, planned: Timestamp, only: Vec<DestinationId>) -> Result<()>;

    /// The runs that go on.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    fn active_runs(&self) -> Result<ActiveRuns>;
}

/// Runs go on the board of jobs, and are on record in the catalog while they go on.
impl Starter for Backups {
    fn start(&self, plan: &Plan, planned: Timestamp, only: Vec<DestinationId>) -> Result<()> {
        self.start_plan(plan.id, Some(planned), Some(&only)).map(drop)
    }

    fn active_runs(&self) -> Result<ActiveRuns> {
        let runs = self.library.runs();
        // What a dead process left counts as over.
        runs.sweep_interrupted()?;
        let jobs = self.library.jobs().list_all();
        let paused: HashSet<_> = jobs.iter().filter(|it| it.is_paused).map(|it| it.run).collect();
        let (mut active, mut working) = (ActiveRuns::default(), HashSet::new());
        for state in [JobState::Queued, JobState::Running] {
            for run in runs.find(&RunFilter { state: Some(state), ..RunFilter::default() })? {
                active.plans.extend(run.plan);
                // Who was told to wait lets others pass.
                if !paused.contains(&run.id) {
                    active.destinations.extend(run.destination);
                    working.extend(run.plan);
                }
            }
        }
        for plan in self.plans()?.iter().filter(|plan| working.contains(&plan.id)) {
            active.destinations.extend(plan.spec.targets.iter().map(|target| target.destination));
        }
        Ok(active)
    }
}
