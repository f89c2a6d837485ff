//! `undercroft undo`: go back behind the last restore or deletion.

use clap::Args;
use undercroft_api::wire::WorkspaceRef;
use undercroft_foundation::Result;

use crate::ending::{self, Ending};
use crate::session::Session;
use crate::{progress, workspace};

/// Go back behind the last restore or deletion in a workspace
#[derive(Debug, Args)]
pub(crate) struct Undo {
    /// The workspace: PROJECT, PROJECT/NAME or its id; without it, the current one
    workspace: Option<String>,
}

impl Undo {
    pub(crate) fn run(self, session: &Session) -> Result<Ending> {
        let api = session.api()?;
        let workspace = workspace::or_current(&api, self.workspace)?;
        let job = progress::run(session, &api, || api.undo(WorkspaceRef { workspace }))?;
        ending::of_job(&job)
    }
}
