//! `undercroft undo`: go back behind the last restore or deletion.

use clap::Args;
use undercroft_api::wire::WorkspaceRef;
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::Workspace;
use crate::session::Session;

/// Go back behind the last restore or deletion in a workspace
#[derive(Debug, Args)]
pub(crate) struct Undo {
    #[command(flatten)]
    workspace: Workspace,
}

impl Undo {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let workspace = self.workspace.or_current(&api)?;
        let job = progress::run(session, &api, || api.undo(WorkspaceRef { workspace }))?;
        exit_status::of_job(&job)
    }
}
