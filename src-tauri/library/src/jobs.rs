//! The board of live jobs: work on threads of its own, with progress, pause, cancel, and an outcome
//! that is kept as a run. Jobs that have a destination in common take turns, in the order in which
//! they came; so do those without a destination, by kind.

mod as_text;
mod entry;
mod other_processes;
mod queue;
mod view;
mod work;

use std::fmt;
use std::sync::Arc;

use crossbeam_channel::Receiver;
use jiff::Timestamp;
use undercroft_foundation::{DestinationId, Job, JobId, PlanId, ProjectId, Result, Text, World};

use crate::runs::Runs;
use queue::JobQueue;
use work::Work;

pub use view::JobView;

/// The kind of work that a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// Copies a project to a destination.
    Backup,
    /// Brings back what a destination holds.
    Restore,
    /// Looks anew at what a project consists of.
    Refresh,
    /// Checks that what is kept is sound.
    Check,
    /// Counts what the first version of a project would hold.
    Preview,
    /// Makes the first version of a project.
    Import,
    /// Makes a version of what has changed.
    Save,
    /// Copies files and folders into a workspace.
    Upload,
    /// Opens, refreshes or closes a workspace.
    Workspace,
    /// Drops versions that the rule lets go.
    Thin,
    /// Stores versions in less room.
    Compact,
    /// Exchanges commits with a git repository.
    Git,
    /// Carries a plan out.
    Plan,
    /// Restores random files on trial.
    Drill,
    /// Forgets backups.
    Forget,
    /// Frees what no backup needs any more.
    Cleanup,
    /// Copies backups to another destination.
    Copy,
    /// Mends a destination.
    Repair,
    /// Gets the whole library back.
    Recover,
    /// Puts projects away as archives.
    Archive,
}

impl JobKind {
    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::Backup,
        Self::Restore,
        Self::Refresh,
        Self::Check,
        Self::Preview,
        Self::Import,
        Self::Save,
        Self::Upload,
        Self::Workspace,
        Self::Thin,
        Self::Compact,
        Self::Git,
        Self::Plan,
        Self::Drill,
        Self::Forget,
        Self::Cleanup,
        Self::Copy,
        Self::Repair,
        Self::Recover,
        Self::Archive,
    ];

    /// The stable name: `backup`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Restore => "restore",
            Self::Refresh => "refresh",
            Self::Check => "check",
            Self::Preview => "preview",
            Self::Import => "import",
            Self::Save => "save",
            Self::Upload => "upload",
            Self::Workspace => "workspace",
            Self::Thin => "thin",
            Self::Compact => "compact",
            Self::Git => "git",
            Self::Plan => "plan",
            Self::Drill => "drill",
            Self::Forget => "forget",
            Self::Cleanup => "cleanup",
            Self::Copy => "copy",
            Self::Repair => "repair",
            Self::Recover => "recover",
            Self::Archive => "archive",
        }
    }

    /// Whether such work can be told to wait: it calls [`Job::check_cancelled`] often, and holds
    /// nothing meanwhile that others soon need.
    pub fn can_pause(self) -> bool {
        use JobKind::{Backup, Check, Copy, Drill, Plan, Recover, Restore};
        matches!(self, Backup | Check | Copy | Drill | Plan | Recover | Restore)
    }

    /// Whether such work is done also where no record of it can be kept, because the disk of the
    /// library is full: that is when people need it most.
    pub(crate) fn needs_no_record(self) -> bool {
        matches!(self, Self::Restore | Self::Check | Self::Cleanup)
    }

    /// The kind of this stable name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The specification of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSpec {
    /// The kind of work.
    pub kind: JobKind,
    /// Its title, for people: "Back up notes to Disk".
    pub title: Text,
    /// The project that it works on.
    pub project: Option<ProjectId>,
    /// The destination that it works with, the first of them if there are several.
    pub destination: Option<DestinationId>,
    /// Other destinations that it works with.
    pub others: Vec<DestinationId>,
    /// The plan that it carries out.
    pub plan: Option<PlanId>,
    /// When it was planned for, where it runs by itself.
    pub planned: Option<Timestamp>,
}

impl JobSpec {
    /// Work that concerns nothing in particular yet.
    pub fn new(kind: JobKind, title: impl Into<Text>) -> Self {
        Self {
            kind,
            title: title.into(),
            project: None,
            destination: None,
            others: Vec::new(),
            plan: None,
            planned: None,
        }
    }

    /// Sets the project that it works on.
    #[must_use]
    pub fn of_project(mut self, project: ProjectId) -> Self {
        self.project = Some(project);
        self
    }

    /// Sets the destination that it works with; each further one is added.
    #[must_use]
    pub fn with_destination(mut self, destination: DestinationId) -> Self {
        match self.destination {
            None => self.destination = Some(destination),
            Some(_) => self.others.push(destination),
        }
        self
    }

    /// Sets the plan that it carries out, and when it was planned for where it runs by itself.
    #[must_use]
    pub fn of_plan(mut self, plan: PlanId, planned: Option<Timestamp>) -> Self {
        self.plan = Some(plan);
        self.planned = planned;
        self
    }
}

/// The live jobs: those of this process, to be changed, and those of others, to be seen.
#[derive(Clone)]
pub struct Jobs(Arc<JobQueue>);

impl Jobs {
    pub(crate) fn new(runs: &Runs, world: &World) -> Self {
        Self(Arc::new(JobQueue::new(runs.clone(), world.clone())))
    }

    /// Puts work on the board; it begins when its turn comes. What it returns, a sentence without
    /// its full stop, is kept as the run's summary.
    ///
    /// # Errors
    /// Whatever keeps the run from being kept: then nothing was begun.
    pub fn spawn<Summary: Into<Text>>(
        &self,
        spec: JobSpec,
        work: impl FnOnce(&Job) -> Result<Summary> + Send + 'static,
    ) -> Result<JobView> {
        self.spawn_or(spec, work, |_| ())
    }

    /// Puts work on the board like [`Jobs::spawn`]; `dropped` is called instead when it is stopped
    /// before it began.
    ///
    /// # Errors
    /// The errors of [`Jobs::spawn`].
    pub fn spawn_or<Summary: Into<Text>>(
        &self,
        spec: JobSpec,
        work: impl FnOnce(&Job) -> Result<Summary> + Send + 'static,
        dropped: impl FnOnce(&Job) + Send + 'static,
    ) -> Result<JobView> {
        let run = Box::new(move |job: &Job| work(job).map(Into::into));
        JobQueue::spawn(&self.0, spec, Work { run, dropped: Box::new(dropped) })
    }

    /// The jobs of this process that wait or work, and the last hundred that are over; newest
    /// first.
    pub fn list(&self) -> Vec<JobView> {
        self.0.list()
    }

    /// The jobs of [`Jobs::list`], and the jobs of other processes that wait or work; newest first.
    pub fn list_all(&self) -> Vec<JobView> {
        let mut jobs = self.0.list();
        jobs.extend(self.0.jobs_of_other_processes());
        jobs.sort_by_key(|job| std::cmp::Reverse(job.started));
        jobs
    }

    /// One job.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn get(&self, id: JobId) -> Result<JobView> {
        self.0.get(id)
    }

    /// Asks a job to stop. One that waits is over at once; one that works stops at its next safe
    /// moment; one that is over stays as it is.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and [`undercroft_foundation::Code::Unsupported`]
    /// for one of another process.
    pub fn cancel(&self, id: JobId) -> Result<JobView> {
        self.0.refuse_if_in_other_process(id)?;
        JobQueue::stop(&self.0, id, Job::cancel)
    }

    /// Tells a job to wait. One that works does so at its next safe moment; others may pass it
    /// meanwhile; one that is over stays as it is.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and [`undercroft_foundation::Code::Unsupported`]
    /// for work that cannot wait, or of another process.
    pub fn pause(&self, id: JobId) -> Result<JobView> {
        self.0.refuse_if_in_other_process(id)?;
        JobQueue::pause(&self.0, id)
    }

    /// Lets a job that waits go on, once those that passed it are done.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`], and [`undercroft_foundation::Code::Unsupported`]
    /// for one of another process.
    pub fn resume(&self, id: JobId) -> Result<JobView> {
        self.0.refuse_if_in_other_process(id)?;
        JobQueue::resume(&self.0, id)
    }

    /// Keeps what the jobs have told of their work so far, so that their runs show it.
    pub fn keep_reports(&self) {
        self.0.keep_reports();
    }

    /// Waits until a job is over.
    ///
    /// # Errors
    /// [`undercroft_foundation::Code::NotFound`].
    pub fn wait(&self, id: JobId) -> Result<JobView> {
        self.0.wait(id)
    }

    /// The state of jobs, from now on: each change of state at once, progress at most ten times a
    /// second; of other processes' jobs, both once a second.
    pub fn subscribe(&self) -> Receiver<JobView> {
        self.0.subscribe()
    }

    /// Whether anything waits or works.
    pub fn is_idle(&self) -> bool {
        self.0.is_idle()
    }

    /// Asks everything to stop because the program ends: what was to be done is still to be done.
    pub fn interrupt(&self) {
        JobQueue::stop_all(&self.0, Job::interrupt);
    }

    /// Cancels everything.
    pub fn cancel_all(&self) {
        JobQueue::stop_all(&self.0, Job::cancel);
    }

    /// Interrupts everything, and waits a few seconds for it to stop.
    pub fn shut_down(&self) {
        JobQueue::shut_down(&self.0);
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.list()).finish()
    }
}
