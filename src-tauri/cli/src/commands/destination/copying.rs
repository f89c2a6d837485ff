//! `undercroft destination transfer` and `undercroft destination copy`.

use std::path::PathBuf;

use clap::Args;
use undercroft_api::Api;
use undercroft_api::wire::{DestinationCopy, DestinationTransfer};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Args)]
pub(crate) struct Transfer {
    /// The destination: its name, its id or the beginning of it
    destination: String,
    /// The folder to which it is moved; it is made if it is not there
    path: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct CopyBackups {
    /// The destination that holds them
    from: String,
    /// The destination that is given them
    to: String,
    /// The backups: their ids or the beginnings of them; all when none is named
    #[arg(value_name = "BACKUP")]
    backups: Vec<String>,
}

impl Transfer {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let Self { destination, path } = self;
        let place = resolve::place(api, &path)?.id;
        let request = DestinationTransfer { destination, place };
        let moved = progress::run(session, api, || api.destination_transfer(request))?;
        exit_status::of_job(&moved)
    }
}

impl CopyBackups {
    pub(crate) fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let Self { from, to, backups: snapshots } = self;
        let request = DestinationCopy { from, to, snapshots };
        let copied = progress::run(session, api, || api.destination_copy(request))?;
        exit_status::of_job(&copied)
    }
}
