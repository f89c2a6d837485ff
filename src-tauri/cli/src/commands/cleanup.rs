//! `undercroft cleanup`: free the room that the library no longer needs.

use clap::{Args, ValueEnum};
use undercroft_api::wire::{CleanupStep, CleanupStepKind, LibraryCleanup, LibraryCleanupPlan};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::DryRun;
use crate::output::Output;
use crate::output::format::{local_time, size};
use crate::session::Session;

/// Free what the library no longer needs, step by step
#[derive(Debug, Args)]
pub(crate) struct Cleanup {
    /// Only this step (again for more), instead of those that the settings switch on
    #[arg(long = "step", value_enum)]
    steps: Vec<Step>,
    #[command(flatten)]
    dry_run: DryRun,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Step {
    /// Things that were in the trash for long enough
    EmptyTrash,
    /// Caches, which can be made again
    ClearCaches,
    /// Automatic versions that the rule lets go
    ThinVersions,
    /// Histories, in less space
    CompactVersions,
    /// Projects that were idle for long enough
    ArchiveIdle,
    /// Backups that no plan keeps
    ForgetBackups,
    /// Data that no backup needs
    PruneBackups,
}

impl Cleanup {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let request = LibraryCleanup { steps: self.steps.into_iter().map(Into::into).collect() };
        if self.dry_run.dry_run {
            let plan = api.library_cleanup_preview(request)?;
            session.out.show(&plan, |plan| print(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, &api, || api.library_cleanup(request))?)
    }
}

impl From<Step> for CleanupStepKind {
    fn from(step: Step) -> Self {
        match step {
            Step::EmptyTrash => Self::EmptyTrash,
            Step::ClearCaches => Self::ClearCaches,
            Step::ThinVersions => Self::ThinVersions,
            Step::CompactVersions => Self::CompactVersions,
            Step::ArchiveIdle => Self::ArchiveIdle,
            Step::ForgetBackups => Self::ForgetBackups,
            Step::PruneBackups => Self::PruneBackups,
        }
    }
}

fn print(plan: &LibraryCleanupPlan, out: &Output) {
    for step in &plan.steps {
        let about = if step.estimated { "up to " } else { "" };
        let off = if step.enabled { "" } else { " (off)" };
        out.line(format!("{}{off}: {about}{}", name(step), size(step.bytes)));
        for item in &step.items {
            out.line(format!("  {}: {}, {}", item.name, item.detail, size(item.bytes)));
        }
        if let Some(note) = &step.note {
            out.line(format!("  {note}"));
        }
    }
    let is_bound = plan.steps.iter().any(|step| step.estimated && step.bytes > 0);
    let about = if is_bound { "up to " } else { "" };
    out.line(format!("{about}{} to free", size(plan.freed_bytes)));
    if let Some(next) = plan.next {
        out.note(format!("It runs by itself next at {}", local_time(next)));
    }
}

fn name(step: &CleanupStep) -> &'static str {
    match step.kind {
        CleanupStepKind::EmptyTrash => "Trash",
        CleanupStepKind::ClearCaches => "Caches",
        CleanupStepKind::ThinVersions => "Automatic versions",
        CleanupStepKind::CompactVersions => "Histories",
        CleanupStepKind::ArchiveIdle => "Idle projects",
        CleanupStepKind::ForgetBackups => "Old backups",
        CleanupStepKind::PruneBackups => "Unused backup data",
    }
}
