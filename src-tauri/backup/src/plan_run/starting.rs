//! Beginning the runs that the scheduler decides on, and telling it which go on.

use std::collections::HashSet;

use jiff::Timestamp;
use undercroft_foundation::{DestinationId, JobState, Result};
use undercroft_library::RunFilter;

use super::PlanRuns;
use crate::plans::Plan;
use crate::scheduler::{ActiveRuns, Starter};

/// Runs go on the board of jobs, and are on record in the catalog while they go on.
impl Starter for PlanRuns {
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
        for plan in self.plans.list()?.iter().filter(|plan| working.contains(&plan.id)) {
            active.destinations.extend(plan.spec.targets.iter().map(|target| target.destination));
        }
        Ok(active)
    }
}
