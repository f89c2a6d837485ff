//! The clean-up of the library: steps in a fixed order, each previewed and each reported.

mod due;
mod steps;
pub(crate) mod wire;

use std::cell::{OnceCell, RefCell};

use undercroft_foundation::{Code, Job, LogLevel, Result, Settings, TextValue, text};
use undercroft_library::{JobKind, JobSpec, Run, RunFilter};

use crate::Api;
use crate::jobs::wire::JobView;

use steps::Cleaner;
use wire::{CleanupStep, CleanupStepKind, LibraryCleanup, LibraryCleanupPlan};

/// The title of the job, by which its runs are known again.
const TITLE: &str = "Clean the library up";
/// So many runs are looked through for the last one.
const RUNS: usize = 200;

impl Api {
    /// Previews a clean-up of the library, step by step.
    ///
    /// # Errors
    /// Whatever keeps the catalog or the settings from being read.
    pub fn library_cleanup_preview(&self, request: LibraryCleanup) -> Result<LibraryCleanupPlan> {
        let settings = self.0.library.settings(&self.0.overrides)?;
        let cleaner = self.cleaner(&settings)?;
        let wanted = match request.steps.is_empty() {
            true => CleanupStepKind::ALL.to_vec(),
            false => request.steps,
        };
        let mut steps: Vec<CleanupStep> = Vec::new();
        for kind in in_order(&wanted) {
            steps.push(cleaner.preview(kind, is_enabled(kind, &settings), &Job::new())?);
        }
        let last = self.last_cleanup()?;
        let is_counted = |step: &&CleanupStep| !request_is_whole(&wanted) || step.enabled;
        Ok(LibraryCleanupPlan {
            freed_bytes: steps.iter().filter(is_counted).map(|step| step.bytes).sum(),
            steps,
            next: self.next_cleanup(&settings)?,
            last: last.as_ref().map(|run| run.started),
            last_run: last.as_ref().map(|run| run.id.to_string()),
            last_freed_bytes: last.as_ref().map(|run| run.bytes_done),
            enabled: settings.cleanup(),
        })
    }

    /// Cleans the library up, and reports what that freed.
    ///
    /// # Errors
    /// Whatever keeps the settings from being read or the run from being kept.
    pub fn library_cleanup(&self, request: LibraryCleanup) -> Result<JobView> {
        let settings = self.0.library.settings(&self.0.overrides)?;
        let wanted = match request.steps.is_empty() {
            true => self.enabled_steps(&settings),
            false => request.steps,
        };
        let cleaner = self.cleaner(&settings)?;
        let mut spec = JobSpec::new(JobKind::Cleanup, TITLE);
        if wanted.iter().any(|kind| kind.is_of_backups()) {
            for destination in self.0.backups.destinations().list()? {
                spec = spec.with_destination(destination.id);
            }
        }
        // Also what notes the job needs room.
        self.0.library.release_reserve()?;
        let job = self.0.library.jobs().spawn(spec, move |job| {
            let mut freed = 0;
            for kind in in_order(&wanted) {
                job.check_cancelled()?;
                job.set_current(kind.text());
                let step = job.step();
                match cleaner.run(kind, &step) {
                    Ok(done) => {
                        freed += done.bytes;
                        job.add_bytes_done(done.bytes);
                        job.log(LogLevel::Info, format!("{}: {}", kind.text(), done.text));
                    }
                    Err(error) if error.code() == Code::Cancelled => return Err(error),
                    // The others may still free what this one could not.
                    Err(error) => job.warn(kind.text(), error.sentence()),
                }
                for warning in step.warnings() {
                    job.warn(warning.item, warning.message);
                }
            }
            cleaner.library.ensure_reserve()?;
            Ok(text!("{size} free again", size = TextValue::Size(freed)))
        })?;
        Ok(job.into())
    }

    /// The steps that the settings switch on.
    fn enabled_steps(&self, settings: &Settings) -> Vec<CleanupStepKind> {
        CleanupStepKind::ALL.into_iter().filter(|step| is_enabled(*step, settings)).collect()
    }

    fn cleaner(&self, settings: &Settings) -> Result<Cleaner> {
        Ok(Cleaner {
            library: self.0.library.clone(),
            history: self.0.history.clone(),
            archives: self.0.archives.clone(),
            plan_runs: self.0.backups.plan_runs(),
            archiver: self.archiver()?,
            removal: self.project_removal()?,
            idle: self.idle_projects()?,
            level: self.archive_level(None)?,
            trash_days: settings.trash_days(),
            seen: OnceCell::new(),
            thinned: RefCell::default(),
        })
    }

    /// The run of the last clean-up of all.
    fn last_cleanup(&self) -> Result<Option<Run>> {
        let filter =
            RunFilter { kind: Some(JobKind::Cleanup), limit: Some(RUNS), ..RunFilter::default() };
        let runs = self.0.library.runs().find(&filter)?;
        Ok(runs.into_iter().find(|run| run.title == TITLE && run.ended.is_some()))
    }
}

impl CleanupStepKind {
    /// All steps, in the order in which they are done: what goes first makes room for the rest.
    const ALL: [Self; 7] = [
        Self::EmptyTrash,
        Self::ClearCaches,
        Self::ThinVersions,
        Self::CompactVersions,
        Self::ArchiveIdle,
        Self::ForgetBackups,
        Self::PruneBackups,
    ];

    fn is_of_backups(self) -> bool {
        matches!(self, Self::ForgetBackups | Self::PruneBackups)
    }

    /// The name of the step, for people.
    fn text(self) -> &'static str {
        match self {
            Self::EmptyTrash => "Trash",
            Self::ClearCaches => "Caches",
            Self::ThinVersions => "Automatic versions",
            Self::CompactVersions => "Histories",
            Self::ArchiveIdle => "Idle projects",
            Self::ForgetBackups => "Old backups",
            Self::PruneBackups => "Unused backup data",
        }
    }
}

fn is_enabled(kind: CleanupStepKind, settings: &Settings) -> bool {
    match kind {
        CleanupStepKind::EmptyTrash => settings.trash_days() > 0,
        CleanupStepKind::ThinVersions | CleanupStepKind::CompactVersions => {
            settings.maintain_histories()
        }
        CleanupStepKind::ArchiveIdle => {
            settings.archive_idle() && settings.archive_after_days() > 0
        }
        CleanupStepKind::ClearCaches
        | CleanupStepKind::ForgetBackups
        | CleanupStepKind::PruneBackups => true,
    }
}

fn in_order(wanted: &[CleanupStepKind]) -> Vec<CleanupStepKind> {
    CleanupStepKind::ALL.into_iter().filter(|kind| wanted.contains(kind)).collect()
}

/// Whether all steps are asked for: then those that are switched off are shown, but not counted.
fn request_is_whole(wanted: &[CleanupStepKind]) -> bool {
    wanted.len() == CleanupStepKind::ALL.len()
}
