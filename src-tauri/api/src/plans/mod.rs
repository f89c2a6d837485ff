//! Plans: what is backed up where and when, and what comes next.

mod convert;
pub(crate) mod scheduling;
pub(crate) mod wire;

use std::time::Duration;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use undercroft_backup as backup;
use undercroft_foundation::{Code, Error, JobId, Result, text};
use undercroft_library::{self as library, JobKind, Jobs, RunFilter};

use crate::Api;
use crate::base::wire::Nothing;
use crate::jobs::wire::JobView;

use wire::{
    PauseFor, PauseRequest, Plan, PlanDraft, PlanEnable, PlanPreview, PlanRef, PlanSave,
    PlannedRun, ScheduleState, Upcoming,
};

/// The time for which a preview counts.
const PATIENCE: Duration = Duration::from_secs(4);
/// The number of coming runs that are listed when nobody says.
const UPCOMING: u32 = 100;
/// And at most.
const MOST_UPCOMING: u32 = 1000;
/// The time ahead for which coming runs are listed when nobody says.
const SEVEN_DAYS: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The time ahead for which the next run is looked for.
const TWO_YEARS: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);
/// The name of a plan that nobody gave one.
const USUAL_NAME: &str = "Daily";

impl Api {
    /// Lists the plans.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn plan_list(&self, _: Nothing) -> Result<Vec<Plan>> {
        self.0.backups.plans().list()?.into_iter().map(|plan| self.plan(plan)).collect()
    }

    /// Shows one plan.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn plan_show(&self, request: PlanRef) -> Result<Plan> {
        self.plan(self.0.backups.plans().find(&request.plan)?)
    }

    /// Proposes a plan that suits most.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn plan_propose(&self, _: Nothing) -> Result<PlanDraft> {
        let taken: Vec<_> =
            self.0.backups.plans().list()?.into_iter().map(|plan| plan.name).collect();
        let name = (1..)
            .map(|n| if n == 1 { USUAL_NAME.to_owned() } else { format!("{USUAL_NAME} {n}") })
            .find(|name| !taken.contains(name));
        Ok(convert::draft(name.unwrap_or_default(), self.0.backups.plans().propose()?))
    }

    /// Keeps a plan, new or changed.
    ///
    /// # Errors
    /// The errors of [`backup::Plans::create`] and [`backup::Plans::change`].
    pub fn plan_save(&self, request: PlanSave) -> Result<Plan> {
        let PlanSave { plan, draft } = request;
        let name = draft.name.clone();
        let spec = convert::spec(draft)?;
        self.0.backups.plans().check(&spec)?;
        let before = plan.map(|text| self.0.backups.plans().find(&text)).transpose()?;
        let had = before.as_ref().map(|plan| plan.spec.hooks()).unwrap_or_default();
        let mut new = spec.hooks();
        new.retain(|hook| !had.contains(hook));
        self.ask_about_hooks(&name, &new)?;
        let kept = match before {
            Some(plan) => self.0.backups.plans().change(plan.id, &name, &spec)?,
            None => self.0.backups.plans().create(&name, &spec)?,
        };
        if had != kept.spec.hooks() {
            self.0.backups.plans().confirm_hooks(&kept, &new)?;
        }
        self.plan(kept)
    }

    /// Asks the user whether a plan may start its commands that nobody confirmed on this machine.
    ///
    /// # Errors
    /// [`Code::Cancelled`] when the user says no, and the errors of [`crate::Host::confirm_hook`].
    pub fn plan_confirm_hooks(&self, request: PlanRef) -> Result<Plan> {
        let plan = self.0.backups.plans().find(&request.plan)?;
        let waiting = self.0.backups.plans().unconfirmed_hooks(&plan)?;
        self.ask_about_hooks(&plan.name, &waiting)?;
        self.0.backups.plans().confirm_hooks(&plan, &waiting)?;
        self.plan(plan)
    }

    fn ask_about_hooks(&self, plan: &str, hooks: &[backup::Hook]) -> Result<()> {
        for hook in hooks {
            if !self.0.host.confirm_hook(plan, hook)? {
                let what =
                    text!("{plan} may not start {program}", plan, program = hook.command.join(" "));
                return Err(Error::new(Code::Cancelled, what)
                    .why("You did not confirm it")
                    .next("Take it out of the plan, or confirm it"));
            }
        }
        Ok(())
    }

    /// Counts what a plan would back up and what it would leave out.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::Invalid`] for a pattern that is none.
    pub fn plan_preview(&self, draft: PlanDraft) -> Result<PlanPreview> {
        Ok(convert::preview(self.0.backups.plans().preview(&convert::spec(draft)?, PATIENCE)?))
    }

    /// Lets a plan run by itself, or no longer.
    ///
    /// # Errors
    /// The errors of [`backup::Plans::enable`].
    pub fn plan_enable(&self, request: PlanEnable) -> Result<Plan> {
        let id = self.0.backups.plans().find(&request.plan)?.id;
        self.plan(self.0.backups.plans().enable(id, request.enabled)?)
    }

    /// Removes a plan; its backups stay.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn plan_delete(&self, request: PlanRef) -> Result<Plan> {
        let plan = self.0.backups.plans().find(&request.plan)?;
        let shown = self.plan(plan.clone())?;
        self.0.backups.plans().delete(plan.id)?;
        Ok(shown)
    }

    /// Carries a plan out now, to all its destinations.
    ///
    /// # Errors
    /// The errors of [`backup::PlanRuns::start_plan`].
    pub fn plan_run(&self, request: PlanRef) -> Result<JobView> {
        let plan = self.0.backups.plans().find(&request.plan)?;
        Ok(self.0.backups.plan_runs().start_plan(plan.id, None, None)?.into())
    }

    /// Lists the runs to come.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn schedule_upcoming(&self, request: Upcoming) -> Result<Vec<PlannedRun>> {
        let week = self.now().saturating_add(SEVEN_DAYS).unwrap_or(Timestamp::MAX);
        let until = request.until.unwrap_or(week);
        let limit = request.limit.unwrap_or(UPCOMING).min(MOST_UPCOMING) as usize;
        let runs = self.0.backups.schedule().upcoming(until, limit)?;
        Ok(runs.into_iter().map(convert::planned_run).collect())
    }

    /// Shows whether backups begin by themselves.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being read.
    pub fn schedule_state(&self, _: Nothing) -> Result<ScheduleState> {
        let pause = self.0.backups.schedule().current_pause()?;
        let far = self.now().saturating_add(TWO_YEARS).unwrap_or(Timestamp::MAX);
        let next = self.0.backups.schedule().upcoming(far, 1)?.pop();
        Ok(ScheduleState {
            paused: pause.is_some(),
            by_setting: pause.is_some_and(|pause| pause.by_setting),
            until: pause.and_then(|pause| pause.until),
            next: next.map(convert::planned_run),
        })
    }

    /// Lets no backup begin by itself for a while.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn schedule_pause(&self, request: PauseRequest) -> Result<ScheduleState> {
        let until = match request.pause {
            PauseFor::OneHour => self.now().checked_add(1.hour()).ok(),
            PauseFor::UntilTomorrow => next_morning(self.now()),
            PauseFor::UntilResumed => None,
        };
        self.0.backups.schedule().pause(until)?;
        self.each_backup(|jobs, id| jobs.pause(id).map(drop));
        self.schedule_state(Nothing {})
    }

    /// Lets backups begin by themselves again.
    ///
    /// # Errors
    /// Whatever keeps the catalog from being written.
    pub fn schedule_resume(&self, _: Nothing) -> Result<ScheduleState> {
        self.0.backups.schedule().resume()?;
        self.resume_backups();
        self.schedule_state(Nothing {})
    }

    /// Lets the backups go on that a pause holds.
    pub(crate) fn resume_backups(&self) {
        self.each_backup(|jobs, id| jobs.resume(id).map(drop));
    }

    /// Does something to each backup that waits or works in this process.
    fn each_backup(&self, act: impl Fn(&Jobs, JobId) -> Result<()>) {
        let jobs = self.0.library.jobs();
        let is_backup = |job: &library::JobView| {
            matches!(job.kind, JobKind::Plan | JobKind::Backup) && !job.state.is_over()
        };
        for job in jobs.list().into_iter().filter(is_backup) {
            if let Err(error) = act(jobs, job.id) {
                tracing::warn!(%error, "a backup did not heed the pause");
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.0.library.world().clock.now()
    }

    fn plan(&self, plan: backup::Plan) -> Result<Plan> {
        let status = self.0.scheduler.plan_status(&plan)?;
        let projects = self.0.backups.plans().projects_of(&plan.spec.projects)?;
        let held = |target: &backup::TargetStatus| {
            let backups = &self.0.backups;
            let by_clock =
                backups.schedule().is_retention_held_by_clock(plan.id, target.destination)?;
            Ok::<_, Error>(by_clock || backups.alerts().is_held(target.destination)?)
        };
        let targets = status.targets.into_iter();
        let targets = targets.map(|target| {
            let held = held(&target)?;
            Ok(convert::target(target, held))
        });
        let runs = RunFilter { plan: Some(plan.id), limit: Some(1), ..RunFilter::default() };
        let mut last_run = self.0.library.runs().find(&runs)?;
        Ok(Plan {
            hooks_wait: !self.0.backups.plans().unconfirmed_hooks(&plan)?.is_empty(),
            id: plan.id.to_string(),
            targets_now: targets.collect::<Result<_>>()?,
            projects_now: projects.iter().map(|project| project.id.to_string()).collect(),
            next: status.next,
            waiting: status.waiting.map(convert::waiting),
            last_run: last_run.pop().map(Into::into),
            sentence: status.sentence.into(),
            needs_attention: status.needs_attention,
            enabled: plan.enabled,
            created: plan.created,
            draft: convert::draft(plan.name, plan.spec),
        })
    }
}

/// Six in the morning of the next day, where the machine is.
fn next_morning(now: Timestamp) -> Option<Timestamp> {
    let morning = backup::Schedule::Daily { at: "06:00".parse().ok()? };
    morning.next_after(now, &TimeZone::system())
}
