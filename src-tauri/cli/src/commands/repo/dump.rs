//! `undercroft repo dump`: print a file of a snapshot.

use std::ffi::OsString;
use std::io;

use clap::Args;
use undercroft_foundation::{Code, Error, Result};
use undercroft_repository::Repository;

use crate::exit_status::ExitStatus;
use crate::repository::{Filter, Spec, names};
use crate::session::Session;

/// Print a file of a snapshot
#[derive(Debug, Args)]
pub(crate) struct Dump {
    /// The snapshot: its id, the beginning of it, or `latest`; `SNAPSHOT:PATH` begins at a folder
    snapshot: OsString,
    /// The file in it
    file: OsString,
    #[command(flatten)]
    filter: Filter,
}

impl Dump {
    pub(super) fn run(self, _session: &Session, repository: &Repository) -> Result<ExitStatus> {
        let snapshot = Spec::parse(&self.snapshot)?.find_folder(repository, self.filter)?;
        let node = repository.find_node(&snapshot, &names(&self.file))?;
        let node = node.ok_or_else(|| Error::new(Code::Invalid, "No file is named"))?;
        repository.dump(&node, &mut io::stdout().lock())?;
        Ok(ExitStatus::Done)
    }
}
