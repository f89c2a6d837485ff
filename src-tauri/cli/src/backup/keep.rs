//! Backups pinned, and backups let go.

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{ForgetPlan, SnapshotPin, SnapshotsRef};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::format::{count, grouped, local_time, size};
use crate::options::{DryRun, FromDestination};
use crate::output::Output;
use crate::progress;
use crate::session::Session;

#[derive(Debug, Args)]
pub(crate) struct Pin {
    /// The backup: its id, the beginning of it, or `latest`
    #[arg(value_name = "BACKUP")]
    snapshot: String,
    #[command(flatten)]
    from: FromDestination,
    /// Let it go with the others again
    #[arg(long)]
    off: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Forget {
    /// The backups: their ids, or the beginnings of them
    #[arg(value_name = "BACKUP", required = true)]
    snapshots: Vec<String>,
    #[command(flatten)]
    from: FromDestination,
    #[command(flatten)]
    dry_run: DryRun,
}

impl Pin {
    pub(crate) fn run(self, api: &Api, out: &Output) -> Result<()> {
        let Self { snapshot, from, off } = self;
        let request = SnapshotPin { destination: from.from, snapshot, pinned: !off };
        out.show(&api.snapshot_pin(request)?, |snapshot| {
            let how = if snapshot.pinned { "is pinned" } else { "is no longer pinned" };
            out.line(format!("Backup {} {how}", snapshot.short_id));
        });
        Ok(())
    }
}

impl Forget {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let request = SnapshotsRef { destination: self.from.from, snapshots: self.snapshots };
        if self.dry_run.dry_run {
            let plan = api.snapshot_forget_preview(request)?;
            session.out.show(&plan, |plan| print_plan(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, api, || api.snapshot_forget(request))?)
    }
}

/// Prints what would stay and why, and what letting go would do.
pub(crate) fn print_plan(plan: &ForgetPlan, out: &Output) {
    for kept in &plan.keep {
        let snapshot = &kept.snapshot;
        let reasons = kept.reasons.join(", ");
        out.line(format!("keep  {}  {}  {reasons}", snapshot.short_id, local_time(snapshot.time)));
    }
    for snapshot in &plan.drop {
        let paths = snapshot.paths.join(", ");
        out.line(format!("drop  {}  {}  {paths}", snapshot.short_id, local_time(snapshot.time)));
    }
    for file in &plan.lost {
        out.line(format!("lost  {} ({})", file.path, size(file.size_bytes)));
    }
    if plan.lost_files > plan.lost.len() as u64 {
        out.note(format!("{} more", grouped(plan.lost_files - plan.lost.len() as u64)));
    }
    out.line(format!(
        "{} would go, freeing {}; {} found nowhere else. They can be had back until {}",
        count(plan.drop.len() as u64, "backup"),
        size(plan.frees_bytes),
        count(plan.lost_files, "file"),
        local_time(plan.trash_until)
    ));
}
