//! `undercroft undo`: go back behind the last restore or deletion.

use clap::Args;
use undercroft_api::wire::{Nothing, Undoable, WorkspaceRef};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::Workspace;
use crate::output::format::local_time;
use crate::output::{Align, Output, Table};
use crate::session::Session;

/// Go back behind the last restore or deletion in a workspace
#[derive(Debug, Args)]
pub(crate) struct Undo {
    #[command(flatten)]
    workspace: Workspace,
    /// Only list what there is, and change nothing
    #[arg(long)]
    list: bool,
}

impl Undo {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        if self.list {
            let out = &session.out;
            out.show(&api.undo_list(Nothing {})?, |all| print(all, out));
            return Ok(ExitStatus::Done);
        }
        let workspace = self.workspace.or_current(&api)?;
        let job = progress::run(session, &api, || api.undo(WorkspaceRef { workspace }))?;
        exit_status::of_job(&job)
    }
}

fn print(all: &[Undoable], out: &Output) {
    let columns = [("WHEN", Align::Left), ("UNTIL", Align::Left), ("WHAT", Align::Left)];
    let mut table = Table::new(&columns);
    for it in all {
        let until = it.until.map(local_time).unwrap_or_default();
        let blocked = it.blocked.as_ref().map(|why| format!(" (no longer: {why})"));
        let what = it.title.to_string() + &blocked.unwrap_or_default();
        table.row([local_time(it.time), until, what]);
    }
    table.print(out, "There is nothing to undo");
}
