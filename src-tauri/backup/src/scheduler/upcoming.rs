//! The runs to come.

use jiff::Timestamp;
use undercroft_foundation::{PlanId, Result};

use super::ScheduleState;

/// A run to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedRun {
    /// The plan.
    pub plan: PlanId,
    /// The plan's name.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

impl ScheduleState {
    /// The runs to come until then, the first first, so many at most; none while the setting
    /// `backup` is off.
    ///
    /// # Errors
    /// Whatever keeps the catalog or the settings from being read.
    pub fn upcoming(&self, until: Timestamp, limit: usize) -> Result<Vec<PlannedRun>> {
        let now = self.library.world().clock.now();
        let mut runs = Vec::new();
        if self.is_off() {
            return Ok(runs);
        }
        for plan in self.plans.running()? {
            let zone = plan.spec.zone();
            let next = |after: &Timestamp| plan.spec.schedule.next_after(*after, &zone);
            let times = std::iter::successors(next(&now), next).take_while(|at| *at <= until);
            let run = |at| PlannedRun { plan: plan.id, name: plan.name.clone(), at };
            runs.extend(times.take(limit).map(run));
        }
        runs.sort_by(|one, other| (one.at, &one.name).cmp(&(other.at, &other.name)));
        runs.truncate(limit);
        Ok(runs)
    }
}
