//! The plan that suits most.

use undercroft_foundation::Result;

use super::{Limits, PlanProjects, PlanSpec, PlanTarget, Plans, Retention, Verification};
use crate::conditions::Conditions;
use crate::destinations::Destination;
use crate::schedule::{DayTime, Schedule};

impl Plans {
    /// A plan that suits most: all projects and the library, to every destination, at midday,
    /// when a laptop is on; kept for years, and proven.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn propose(&self) -> Result<PlanSpec> {
        let target = |destination: Destination| PlanTarget {
            destination: destination.id,
            retention: Retention::recommended(),
        };
        Ok(PlanSpec {
            projects: PlanProjects::All,
            library: true,
            exclude: Vec::new(),
            leave_out_rebuildable: true,
            targets: self.destinations.list()?.into_iter().map(target).collect(),
            schedule: Schedule::Daily { at: DayTime::MIDDAY },
            time_zone: None,
            conditions: Conditions::default(),
            limits: Limits::default(),
            before: None,
            after: None,
            verification: Verification { after_run: true, daily_permille: 10, drill_days: 30 },
        })
    }
}
