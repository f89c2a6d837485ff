//! Carrying a plan out: the command before, each project read once and given to every destination
//! that is there, what was written read back, what is old let go, and the command after.

mod cleanup;
mod command;
mod libraries;
mod parts;
mod projects;
mod prune_times;
mod read_back;
mod retention;
mod starting;
mod targets;

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use undercroft_foundation::{
    Code, DestinationId, Error, Job, JobState, LogLevel, PlanId, Result, Text, TextValue, text,
};
use undercroft_library::{JobKind, JobSpec, JobView, Library};

use crate::anomaly::AnomalyAlerts;
use crate::destinations::Destinations;
use crate::forgetting::Removals;
use crate::library_copy::LibraryCopies;
use crate::plans::{Hook, HookCommand, HookMoment, Plan, Plans};
use crate::project_backup::ProjectBackups;
use crate::scheduler::{ScheduleState, TargetOutcome};
use crate::secrets::Secrets;
use crate::snapshots::SnapshotCache;
use parts::Tally;
use targets::{Availability, Target};

pub use cleanup::CleanableDestination;
pub(crate) use prune_times::MIGRATIONS;

/// The niceness of a run of low priority: half of what is possible.
const NICENESS: i32 = 10;
/// The time for which the command after may go on while the program ends.
const AFTER_QUIT: Duration = Duration::from_secs(1);

/// A plan while it is carried out.
pub(super) struct PlanRun<'a> {
    runs: &'a PlanRuns,
    plan: &'a Plan,
    job: &'a Job,
    began: Timestamp,
    /// In the plan's order. Those that this run does not serve may still give what others lack.
    targets: Vec<Target>,
    tally: Tally,
}

/// Carries the plans of a library out.
#[derive(Debug, Clone)]
pub struct PlanRuns {
    pub(crate) library: Library,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) destinations: Destinations,
    pub(crate) snapshots: SnapshotCache,
    pub(crate) plans: Plans,
    pub(crate) schedule: ScheduleState,
    pub(crate) removals: Removals,
    pub(crate) alerts: AnomalyAlerts,
    pub(crate) projects: ProjectBackups,
    pub(crate) library_copies: LibraryCopies,
}

impl PlanRuns {
    /// Puts the run out of a plan on the board of jobs: now, or for the time that was
    /// planned; to all its destinations, or only to some of them.
    ///
    /// # Errors
    /// [`Code::NotFound`], [`Code::Invalid`] for a plan without destinations.
    pub fn start_plan(
        &self,
        plan: PlanId,
        planned: Option<Timestamp>,
        only: Option<&[DestinationId]>,
    ) -> Result<JobView> {
        let plan = self.plans.get(plan)?;
        let is_served = |id: &DestinationId| only.is_none_or(|only| only.contains(id));
        let all: Vec<_> = plan.spec.targets.iter().map(|target| target.destination).collect();
        let (served, others): (Vec<_>, Vec<_>) = all.into_iter().partition(is_served);
        if served.is_empty() {
            return Err(Error::new(
                Code::Invalid,
                text!("Cannot carry out {plan}", plan = plan.name),
            )
            .why("It has no destination")
            .next("Give it one first"));
        }
        let spec = JobSpec::new(JobKind::Plan, text!("Plan {plan}", plan = plan.name));
        let spec = spec.of_plan(plan.id, planned);
        let spec = served.iter().chain(&others).fold(spec, |spec, id| spec.with_destination(*id));
        let (runs, dropping) = (self.clone(), self.clone());
        let (id, unserved) = (plan.id, served.clone());
        self.library.jobs().spawn_or(
            spec,
            move |job| runs.run(&plan, &served, job),
            move |job| unserved.iter().for_each(|it| dropping.note(id, *it, stopped_by(job))),
        )
    }

    /// Tells the scheduler how it went with a destination.
    fn note(&self, plan: PlanId, destination: DestinationId, outcome: TargetOutcome) {
        if let Err(error) = self.schedule.note_target(plan, destination, outcome) {
            tracing::warn!(%error, "how a plan's run went cannot be noted");
        }
    }

    /// Carries a plan out to these of its destinations. What went wrong in a part becomes a
    /// warning of the job, and the rest goes on.
    ///
    /// # Errors
    /// [`Code::Cancelled`]; [`Code::Unavailable`] when none of the destinations is there; the
    /// failure of the command before; and the first failure when nothing succeeded.
    fn run(&self, plan: &Plan, served: &[DestinationId], job: &Job) -> Result<Text> {
        if plan.spec.limits.low_priority {
            lower_priority(job);
        }
        let mut run = PlanRun::begin(self, plan, served, job)?;
        let done = run.before().and_then(|()| run.work());
        run.note_targets(&done);
        run.after(&done);
        done
    }
}

impl<'a> PlanRun<'a> {
    fn begin(
        runs: &'a PlanRuns,
        plan: &'a Plan,
        served: &[DestinationId],
        job: &'a Job,
    ) -> Result<Self> {
        let began = runs.library.world().clock.now();
        let mut targets = Vec::new();
        for target in &plan.spec.targets {
            let is_served = served.contains(&target.destination);
            targets.push(Target::find(runs, plan, target, is_served, job)?);
        }
        Ok(Self { runs, plan, job, began, targets, tally: Tally::default() })
    }

    fn work(&mut self) -> Result<Text> {
        if !self.targets.iter().any(Target::is_active) {
            return Err(self.nobody_there());
        }
        let projects = self.runs.plans.projects_of(&self.plan.spec.projects)?;
        for project in &projects {
            self.job.check_cancelled()?;
            self.back_up(project)?;
        }
        if self.plan.spec.library {
            self.back_up_library()?;
        }
        self.read_back()?;
        self.maintain()?;
        self.job.settle_totals();
        self.sentence()
    }

    fn nobody_there(&self) -> Error {
        let first = self.targets.iter().find_map(|target| match &target.availability {
            Availability::Failed(failure) if target.is_served => Some(Error::from(failure.clone())),
            _ => None,
        });
        first.unwrap_or_else(|| {
            let names = TextValue::names(self.names(|target| target.is_served));
            Error::new(Code::Unavailable, text!("Cannot carry out {plan}", plan = self.plan.name))
                .why(text!("{names}: not there", names))
                .next("Connect a drive of the plan")
        })
    }

    /// A sentence about what was done, unless all of it failed.
    fn sentence(&mut self) -> Result<Text> {
        if self.tally.done == 0
            && let Some(error) = self.tally.first_error.take()
        {
            return Err(error.into());
        }
        let served = self.names(|target| target.is_served && target.is_there());
        let mut sentence =
            text!("{projects} backed up", projects = TextValue::count(self.tally.done, "project"));
        if !served.is_empty() {
            sentence += text!(" to {names}", names = TextValue::names(served));
        }
        if self.tally.failed > 0 {
            let parts = TextValue::count(self.tally.failed, "part");
            sentence += text!("; {parts} failed", parts);
        }
        let is_away = |target: &Target| matches!(target.availability, Availability::Away);
        let away = self.names(|target| target.is_served && is_away(target));
        if !away.is_empty() {
            sentence += text!("; {names} not there", names = TextValue::names(away));
        }
        let failed = |target: &Target| matches!(target.availability, Availability::Failed(_));
        let unusable = self.names(|target| target.is_served && failed(target));
        if !unusable.is_empty() {
            sentence += text!("; {names} cannot be used", names = TextValue::names(unusable));
        }
        Ok(sentence)
    }

    fn names(&self, wanted: impl Fn(&Target) -> bool) -> Vec<String> {
        let wanted = self.targets.iter().filter(|target| wanted(target));
        wanted.map(|target| target.destination.name.clone()).collect()
    }

    fn before(&self) -> Result<()> {
        let Some(hook) = &self.plan.spec.before else { return Ok(()) };
        self.run_hook(HookMoment::Before, hook, None, &|| self.job.is_cancelled())
    }

    /// Runs the command after the last backup, whatever came of it; also when that was cancelled.
    fn after(&self, done: &Result<Text>) {
        let Some(hook) = &self.plan.spec.after else { return };
        let state = match done {
            Ok(_) if self.job.warnings().is_empty() => JobState::Succeeded,
            Ok(_) => JobState::Warnings,
            Err(error) if error.code() == Code::Cancelled => JobState::Cancelled,
            Err(_) => JobState::Failed,
        };
        let (clock, quit) = (&self.runs.library.world().clock, Cell::new(None));
        let is_stopped = || {
            let since = self.job.is_interrupted().then(|| quit.get().unwrap_or(clock.steady()));
            quit.set(since);
            since.is_some_and(|since| clock.steady().saturating_sub(since) >= AFTER_QUIT)
        };
        if let Err(error) = self.run_hook(HookMoment::After, hook, Some(state), &is_stopped) {
            self.job.warn("the command after", error.sentence());
        }
    }

    fn run_hook(
        &self,
        moment: HookMoment,
        hook: &HookCommand,
        state: Option<JobState>,
        is_stopped: &dyn Fn() -> bool,
    ) -> Result<()> {
        let when = moment.name();
        let wanted = Hook { when: moment, command: hook.command.clone() };
        if self.runs.plans.unconfirmed_hooks(self.plan)?.contains(&wanted) {
            let name = &self.plan.name;
            let why = text!("Not started: nobody has confirmed it on this machine");
            self.job.warn(
                format!("the command {when}"),
                text!(
                    "{why}. Review it: `undercroft plan hooks {name}`; allow it with --confirm",
                    why,
                    name = format!("{name:?}")
                ),
            );
            return Ok(());
        }
        self.job.set_current(format!("The command {when}"));
        let environment = [
            ("UNDERCROFT_PLAN", self.plan.name.as_str()),
            ("UNDERCROFT_STATE", state.map_or("", JobState::name)),
        ];
        let call = command::HookRun { when, hook, environment: &environment, is_stopped };
        command::run(&call, &*self.runs.library.world().clock, self.job)
    }

    /// Tells the scheduler how it went with each destination.
    fn note_targets(&self, done: &Result<Text>) {
        let is_stopped = done.as_ref().is_err_and(|error| error.code() == Code::Cancelled);
        for target in self.targets.iter().filter(|target| target.is_served) {
            let outcome = match &target.availability {
                _ if is_stopped => stopped_by(self.job),
                Availability::Away => TargetOutcome::Away,
                Availability::Open(_) if done.is_ok() && !target.has_failed => {
                    TargetOutcome::Complete { began: self.began }
                }
                _ => TargetOutcome::Failed,
            };
            self.runs.note(self.plan.id, target.destination.id, outcome);
        }
    }
}

/// The outcome for a destination of a run that was stopped: only the user lets go of what is owed.
fn stopped_by(job: &Job) -> TargetOutcome {
    if job.is_interrupted() { TargetOutcome::Interrupted } else { TargetOutcome::Cancelled }
}

/// Lets this thread, and with it all that it starts, give way to other programs.
fn lower_priority(job: &Job) {
    // On Linux a process's own number names the calling thread.
    if let Err(source) = rustix::process::setpriority_process(None, NICENESS) {
        job.log(LogLevel::Info, format!("The priority cannot be lowered: {source}"));
    }
}
