//! The plan that suits most, and what the settings say for plans that do not say it themselves.

use undercroft_foundation::{Result, SETTING_RULES, SettingKind};

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
    /// Whatever keeps the settings from being read; a plan that says all itself does not need them.
    pub fn in_force(&self, mut plan: Plan) -> Result<Plan> {
        let PlanSpec { schedule, targets, .. } = &plan.spec;
        if *schedule != Schedule::Usual && targets.iter().all(|it| it.retention.is_some()) {
            return Ok(plan);
        }
        let settings = self.library.settings(&self.overrides)?;
        if plan.spec.schedule == Schedule::Usual {
            let expression = settings.backup_schedule().to_owned();
            plan.spec.schedule = Schedule::Cron { expression };
        }
        for target in &mut plan.spec.targets {
            let usual = || match settings.path().exists() {
                true => Retention::of_days(settings.backup_retention_days()),
                // A library has the file. Without it nobody has said what may go.
                false => Retention::default(),
            };
            target.retention.get_or_insert_with(usual);
        }
        Ok(plan)
    }

    /// The plans that run by themselves, as they are in force. A slip in the settings is no reason
    /// to have no backup: what cannot be read from them is as if nobody had set it.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub(crate) fn running(&self) -> Result<Vec<Plan>> {
        let enabled = self.list()?.into_iter().filter(|plan| plan.enabled);
        let in_force = |mut plan: Plan| match self.in_force(plan.clone()) {
            Ok(plan) => plan,
            Err(error) => {
                tracing::warn!(%error, plan = plan.name, "the settings cannot be read");
                if plan.spec.schedule == Schedule::Usual {
                    plan.spec.schedule = Schedule::Cron { expression: usual_schedule() };
                }
                plan
            }
        };
        Ok(enabled.map(in_force).collect())
    }
}

/// When plans run where nobody set it.
fn usual_schedule() -> String {
    let usual = SETTING_RULES.iter().find(|rule| rule.key == "backup-schedule");
    match usual.map(|rule| &rule.kind) {
        Some(SettingKind::Schedule(expression)) => (*expression).to_owned(),
        _ => String::new(),
    }
}
