//! `undercroft backup`: make, list, browse, find, keep and forget backups.

mod find;
mod keep;

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    BackupRun, Browse, EntryKind, JobView, Listing, Nothing, SnapshotFilter,
};
use undercroft_foundation::Result;

use crate::exit_status::{self, ExitStatus};
use crate::jobs::{interrupt, progress};
use crate::options::{FromDestination, OptionalFrom, PasswordFile};
use crate::output::format::{local_time, size};
use crate::output::{Align, Output, Table, print_backups, print_preview};
use crate::resolve::{self, SnapshotPath};
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Back a project up, or all of them; a folder that is named becomes a destination
    Run(Run),
    /// List backups, newest first
    List(List),
    /// List a folder inside a backup
    Browse(BrowseArguments),
    /// Show a file inside a backup
    File(BrowseArguments),
    /// Look for names in all backups
    Search(find::Search),
    /// Compare two backups, or one with what is on disk
    Compare(find::Compare),
    /// Pin a backup, so that no policy drops it
    Pin(keep::Pin),
    /// Move backups to the destination's trash
    Forget(keep::Forget),
}

#[derive(Debug, Args)]
pub(crate) struct Run {
    /// The project: its name, its id or the beginning of it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    project: Option<String>,
    /// The destination to write to
    ///
    /// That of the setting backup-destination, or the only one, when left out
    #[arg(long, value_name = "DESTINATION", conflicts_with = "all")]
    to: Option<String>,
    /// Every project, to every destination
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    password: PasswordFile,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The project: its name, its id or the beginning of it
    project: Option<String>,
    #[command(flatten)]
    from: OptionalFrom,
}

#[derive(Debug, Args)]
pub(crate) struct BrowseArguments {
    /// The backup: its id, the beginning of it, or `latest`; `BACKUP:PATH` names a path in it
    #[arg(value_name = "BACKUP")]
    snapshot: String,
    /// The path inside the backup
    path: Option<String>,
    #[command(flatten)]
    from: FromDestination,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let out = &session.out;
        match self {
            Self::Run(run) => return run.run(session, &api),
            Self::List(list) => {
                let filter = SnapshotFilter { project: list.project, destination: list.from.from };
                out.show(&api.snapshot_list(filter)?, |snapshots| print_backups(snapshots, out));
            }
            Self::Browse(browse) => {
                let listing = api.snapshot_browse(browse.request(&api)?)?;
                out.show(&listing, |listing| print_listing(listing, out));
            }
            Self::File(file) => {
                let preview = api.snapshot_file(file.request(&api)?)?;
                out.show(&preview, |preview| print_preview(preview, out));
            }
            Self::Search(search) => search.run(&api, out)?,
            Self::Compare(compare) => compare.run(&api, out)?,
            Self::Pin(pin) => pin.run(&api, out)?,
            Self::Forget(forget) => return forget.run(session, &api),
        }
        Ok(ExitStatus::Done)
    }
}

impl BrowseArguments {
    fn request(self, api: &Api) -> Result<Browse> {
        let SnapshotPath { snapshot, mut path } =
            resolve::snapshot_path(api, &self.from.from, &self.snapshot)?;
        path.extend(resolve::names(&self.path.unwrap_or_default()));
        Ok(Browse { destination: self.from.from, snapshot, path })
    }
}

impl Run {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let Some(project) = self.project else {
            return run_all(session, api);
        };
        let find = |to: String| resolve::destination(session, api, &to, self.password.path());
        let destination = self.to.map(find).transpose()?.map(|destination| destination.id);
        let job =
            progress::run(session, api, || api.backup_run(BackupRun { project, destination }))?;
        exit_status::of_job(&job)
    }
}

fn run_all(session: &Session, api: &Api) -> Result<ExitStatus> {
    interrupt::watch();
    let mut jobs: Vec<JobView> = Vec::new();
    for started in api.backup_run_all(Nothing {})? {
        let job = progress::wait(session, api, &started)?;
        progress::print_outcome(&session.out, &job);
        jobs.push(job);
    }
    let statuses = jobs.iter().map(exit_status::of_job).collect::<Result<Vec<_>>>()?;
    match statuses.contains(&ExitStatus::Incomplete) {
        true => Ok(ExitStatus::Incomplete),
        false => Ok(ExitStatus::Done),
    }
}

fn print_listing(listing: &Listing, out: &Output) {
    let mut table = Table::new(&[
        ("MODE", Align::Left),
        ("SIZE", Align::Right),
        ("MODIFIED", Align::Left),
        ("NAME", Align::Left),
    ]);
    for entry in &listing.entries {
        let name = match (&entry.target, entry.kind) {
            (Some(target), _) => format!("{} -> {target}", entry.name),
            (None, EntryKind::Folder) => format!("{}/", entry.name),
            (None, _) => entry.name.clone(),
        };
        let weight = match entry.kind {
            EntryKind::File => size(entry.size_bytes),
            _ => String::new(),
        };
        table.row([entry.mode.clone(), weight, local_time(entry.modified), name]);
    }
    table.print(out, "The folder is empty");
}
