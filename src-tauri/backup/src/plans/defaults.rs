//! The plan that suits most, and what the settings say for plans that do not say it themselves.

use undercroft_foundation::Result;

use super::{Limits, Plan, PlanProjects, PlanSpec, PlanTarget, Plans, Retention, Verification};
use crate::conditions::Conditions;
use crate::destinations::Destination;
use crate::schedule::Schedule;

impl Plans {
    /// A plan that suits most: all projects and the library, to the destination of the settings or
    /// to every one, when and for as long as the settings say, and proven.
    ///
    /// # Errors
    /// Whatever keeps the catalog or the settings from being read.
    pub fn propose(&self) -> Result<PlanSpec> {
        let settings = self.library.settings(&self.overrides)?;
        let usual = settings.backup_destination();
        let usual = usual.and_then(|name| self.destinations.find(name).ok());
        let destinations = usual.map_or_else(|| self.destinations.list(), |one| Ok(vec![one]))?;
        let target =
            |destination: Destination| PlanTarget { destination: destination.id, retention: None };
        Ok(PlanSpec {
            projects: PlanProjects::All,
            library: true,
            exclude: Vec::new(),
            leave_out_rebuildable: true,
            targets: destinations.into_iter().map(target).collect(),
            schedule: Schedule::Usual,
            time_zone: None,
            conditions: Conditions::default(),
            limits: Limits::default(),
            before: None,
            after: None,
            verification: Verification { after_run: true, daily_permille: 10, drill_days: 30 },
        })
    }

    /// A plan as it is in force: the settings say what it does not.
    ///
    /// # Errors
    /// Whatever keeps the settings from being read.
    pub fn in_force(&self, mut plan: Plan) -> Result<Plan> {
        let settings = self.library.settings(&self.overrides)?;
        if plan.spec.schedule == Schedule::Usual {
            let expression = settings.backup_schedule().to_owned();
            plan.spec.schedule = Schedule::Cron { expression };
        }
        for target in &mut plan.spec.targets {
            let usual = || Retention::of_days(settings.backup_retention_days());
            target.retention.get_or_insert_with(usual);
        }
        Ok(plan)
    }

    /// The plans that run by themselves, as they are in force.
    ///
    /// # Errors
    /// Whatever keeps the catalog or the settings from being read.
    pub(crate) fn running(&self) -> Result<Vec<Plan>> {
        let enabled = self.list()?.into_iter().filter(|plan| plan.enabled);
        enabled.map(|plan| self.in_force(plan)).collect()
    }
}
