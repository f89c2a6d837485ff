//! `undercroft repo mount`: show all snapshots as a folder.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use serde_json::json;
use undercroft_foundation::{Result, escape_path};
use undercroft_repository::Repository;
use undercroft_repository::mount::MountOptions;

use crate::exit_status::ExitStatus;
use crate::jobs::interrupt;
use crate::repository::Filter;
use crate::session::Session;

/// The time between two looks whether that is to end.
const PERIOD: Duration = Duration::from_millis(50);

/// Show all snapshots as a folder, to be read with any program
///
/// Below it stand ids, snapshots by time, hosts and tags, and latest. It ends with Ctrl-C, or when
/// the folder is unmounted.
#[derive(Debug, Args)]
pub(crate) struct Mount {
    /// An empty folder
    folder: PathBuf,
    /// Let other users look, too
    #[arg(long)]
    allow_other: bool,
    /// Let whoever may look read everything, whatever the modes in the snapshots say
    #[arg(long)]
    no_default_permissions: bool,
    /// Show everything in the snapshots as the superuser's
    #[arg(long)]
    owner_root: bool,
    #[command(flatten)]
    filter: Filter,
}

impl Mount {
    pub(super) fn run(self, session: &Session, repository: Repository) -> Result<ExitStatus> {
        let options = MountOptions {
            filter: self.filter.into(),
            allow_other: self.allow_other,
            no_default_permissions: self.no_default_permissions,
            owner_root: self.owner_root,
        };
        // A signal from here on unmounts.
        interrupt::watch();
        let mounted = Arc::new(repository).mount(&self.folder, &options)?;
        let path = escape_path(mounted.path());
        if session.out.is_json() {
            session.out.record(&json!({ "message_type": "mounted", "path": path }));
        } else {
            session.out.line(format!("The snapshots are at {path}"));
            session.out.note("Ctrl-C, or unmounting the folder, ends this");
        }
        while !interrupt::is_stopped() && !mounted.is_over() {
            session.world.clock.sleep(PERIOD);
        }
        Ok(ExitStatus::Done)
    }
}
