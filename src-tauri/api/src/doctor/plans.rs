//! Plans under the doctor's eye: that there are any, that they run, and that nobody holds them up.

use jiff::SignedDuration;
use undercroft_foundation::text;

use super::finding::{failed, passed, warning};
use super::fixes::Fix;
use super::wire::Finding;
use crate::Api;
use crate::base::wire::Nothing;
use crate::jobs::wire::JobState;
use crate::plans::wire::Plan;

const AREA: &str = "plan";
/// A pause that lasts longer than this was forgotten.
const LONG_WAIT: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Api {
    pub(super) fn examine_plans(&self) -> Vec<Finding> {
        let plans = match self.plan_list(Nothing {}) {
            Ok(plans) => plans,
            Err(error) => return vec![failed(AREA, &error)],
        };
        if plans.is_empty() {
            return vec![warning(
                AREA,
                text!("There is no plan: nothing is backed up by itself"),
                text!("What must be thought of is forgotten one day"),
                text!("Make a plan; the one that is proposed suits most"),
            )];
        }
        let mut findings: Vec<_> = plans.iter().map(|plan| self.examine_plan(plan)).collect();
        findings.extend(self.examine_pause());
        findings.extend(self.examine_usual_destination());
        findings.extend(self.examine_alerts());
        findings
    }

    fn examine_plan(&self, plan: &Plan) -> Finding {
        let name = &plan.draft.name;
        if !plan.enabled {
            return warning(
                AREA,
                text!("{name} does not run by itself", name),
                text!("It was turned off"),
                text!("Turn it on, or remove it"),
            )
            .with_fix(Fix::EnablePlan(&plan.id));
        }
        let last = plan.last_run.as_ref();
        if let Some(run) = last.filter(|run| run.state == JobState::Failed) {
            let error = run.outcome.as_ref().and_then(|outcome| outcome.error.as_ref());
            let (why, next) = error.map_or(
                (text!("It is not known why"), text!("Look at its log, and run it again")),
                |error| {
                    let why = text!("{what}: {why}", what = error.what, why = error.why);
                    (why, error.next.to_text())
                },
            );
            let found = warning(AREA, text!("{name}: its last run failed", name), why, next);
            return found.into_error().with_fix(Fix::RunPlan(&plan.id));
        }
        let now = self.0.library.world().clock.now();
        if let Some(waiting) = &plan.waiting
            && now.duration_since(waiting.planned) > LONG_WAIT
        {
            return warning(
                AREA,
                text!("{name} {waits}", name, waits = waiting.text),
                text!("What it waits for did not come for a long time"),
                text!("Bring it about, or change the plan"),
            );
        }
        if plan.hooks_wait {
            return warning(
                AREA,
                text!("{name} has a command that is not started", name),
                text!("Nobody has confirmed it on this machine"),
                text!("See what it starts, and confirm it or take it out of the plan"),
            )
            .with_fix(Fix::ConfirmHooks(&plan.id));
        }
        if plan.needs_attention {
            return warning(
                AREA,
                text!("{name}: {sentence}", name, sentence = plan.sentence),
                text!("Its backups are older than they should be"),
                text!("Back up now"),
            )
            .with_fix(Fix::RunPlan(&plan.id));
        }
        passed(AREA, text!("{name}: {sentence}", name, sentence = plan.sentence))
    }

    fn examine_pause(&self) -> Option<Finding> {
        let state = match self.schedule_state(Nothing {}) {
            Ok(state) => state,
            Err(error) => return Some(failed(AREA, &error)),
        };
        if state.by_setting {
            return Some(warning(
                AREA,
                text!("Backups are off: the setting backup says so"),
                text!("No plan runs by itself"),
                text!("Turn the setting on"),
            ));
        }
        if !state.paused || state.until.is_some() {
            return None;
        }
        let found = warning(
            AREA,
            text!("Backups pause until somebody resumes them"),
            text!("Somebody paused them without an end"),
            text!("Resume them"),
        );
        Some(found.with_fix(Fix::Resume))
    }

    /// The destination that the settings name, where there is none of that name.
    fn examine_usual_destination(&self) -> Option<Finding> {
        let settings = self.0.library.settings(&self.0.overrides).ok()?;
        let name = settings.backup_destination()?;
        let error = self.0.backups.destinations().find(name).err()?;
        let what = text!("The setting backup-destination names {name}", name);
        Some(warning(AREA, what, error.what(), text!("Correct the setting, or empty it")))
    }

    fn examine_alerts(&self) -> Vec<Finding> {
        let alerts = match self.guard_list(Nothing {}) {
            Ok(alerts) => alerts,
            Err(error) => return vec![failed(AREA, &error)],
        };
        let open = alerts.into_iter().filter(|alert| alert.open);
        let told = open.map(|alert| {
            warning(
                AREA,
                text!("{project}: {anomaly}", project = alert.project_name, anomaly = alert.text),
                text!("Nothing is let go of its backups until you say whether that was meant"),
                text!("Say so on the page Backups, or: undercroft retention answer"),
            )
        });
        told.collect()
    }
}
