//! The whole at a glance.

mod concerns;
mod health;
mod sentence;
pub(crate) mod wire;

use jiff::Timestamp;
use undercroft_foundation::Result;

use crate::Api;
use crate::base::wire::Nothing;
use crate::destinations::wire::Destination;
use crate::plans::wire::{Plan, Upcoming};
use crate::projects::wire::{Project, ProjectFilter, ProjectStatus, ProtectionState};

use sentence::{Standing, running};
use wire::{Dashboard, WaitingPlan};

/// The number of runs that are told of: enough for a page that shows some of them in one line.
const SHOWN_RUNS: usize = 40;
/// The number of coming runs that are shown.
const SHOWN_UPCOMING: u32 = 5;

impl Api {
    /// Shows the whole at a glance.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn dashboard(&self, _: Nothing) -> Result<Dashboard> {
        let active = Some(ProjectStatus::Active);
        let projects =
            self.project_list(ProjectFilter { status: active, ..ProjectFilter::default() })?;
        let runs = self.0.library.runs().list(None, SHOWN_RUNS)?;
        let jobs = self.0.library.jobs().list();
        let schedule = self.schedule_state(Nothing {})?;
        let plans = self.plan_list(Nothing {})?;
        let destinations = self.destination_list(Nothing {})?;
        let concerns = self.concerns(&projects, &plans, &destinations)?;
        let (health, resting) = self.health(&projects, &concerns, &plans, &schedule)?;
        let is_protected = |it: &&Project| it.protection.state == ProtectionState::Protected;
        let protected = projects.iter().filter(is_protected).count() as u64;
        let last_backup = destinations.iter().filter_map(|it| it.last_backup).max();
        let waiting = plans.iter().find_map(waiting_plan);
        let sentence = Standing {
            health: resting,
            projects: projects.len() as u64,
            protected,
            concerns: &concerns,
            waiting: waiting.as_ref(),
            schedule: &schedule,
            last_backup,
            last_proven: last_proven(&destinations),
            now: self.0.library.world().clock.now(),
        }
        .sentence();
        let upcoming =
            self.schedule_upcoming(Upcoming { until: None, limit: Some(SHOWN_UPCOMING) })?;
        Ok(Dashboard {
            health,
            standing: resting,
            sentence: sentence.into(),
            last_backup,
            waiting,
            running: running(&self.job_list(Nothing {})?).map(Into::into),
            schedule,
            protected_projects: protected,
            running_jobs: jobs.iter().filter(|job| !job.state.is_over()).count() as u64,
            projects: projects.len() as u64,
            size_bytes: projects.iter().map(|project| project.size_bytes).sum(),
            last_proven: last_proven(&destinations),
            destinations,
            concerns,
            upcoming,
            recent_runs: runs.into_iter().map(Into::into).collect(),
        })
    }
}

fn waiting_plan(plan: &Plan) -> Option<WaitingPlan> {
    let waiting = plan.waiting.clone()?;
    Some(WaitingPlan { name: plan.draft.name.clone(), waiting })
}

/// When backups were last proven restorable, where that is longest ago; never, where one of the
/// destinations with backups never was.
fn last_proven(destinations: &[Destination]) -> Option<Timestamp> {
    let used = destinations.iter().filter(|destination| destination.snapshots > 0);
    let proven: Option<Vec<_>> = used.map(|destination| destination.last_proven).collect();
    proven?.into_iter().min()
}
