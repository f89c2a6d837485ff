//! Backups pinned, and backups let go.

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{SnapshotPin, SnapshotsRef};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{DryRun, FromDestination};
use crate::output::{Output, print_forget_plan};
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
            session.out.show(&plan, |plan| print_forget_plan(plan, &session.out));
            return Ok(ExitStatus::Done);
        }
        exit_status::of_job(&progress::run(session, api, || api.snapshot_forget(request))?)
    }
}
