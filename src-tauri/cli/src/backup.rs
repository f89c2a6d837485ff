//! `undercroft backup`: make, list, browse, find, keep and forget backups.

mod find;
mod keep;

use std::path::Path;

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{
    BackupRun, Browse, Destination, EntryKind, JobView, Listing, Nothing, Snapshot, SnapshotFilter,
};
use undercroft_foundation::{Code, Error, Result};

use crate::destination::{self, PasswordFile};
use crate::exit_status::{self, ExitStatus};
use crate::format::{grouped, local_time, size};
use crate::options::{FromDestination, OptionalFrom};
use crate::output::Output;
use crate::session::{self, Session};
use crate::snapshot_path::{self, SnapshotPath};
use crate::table::{Align, Table};
use crate::{interrupt, progress};

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Back a project up, or all of them; a folder that is named becomes a destination
    Run(Run),
    /// List backups, newest first
    List(List),
    /// List a folder inside a backup
    Browse(BrowseArguments),
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
    /// The destination that receives the backups
    #[arg(
        long,
        value_name = "DESTINATION",
        required_unless_present = "all",
        conflicts_with = "all"
    )]
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
    /// The backup: its id, the beginning of it, or `latest`; `BACKUP:PATH` names a folder in it
    #[arg(value_name = "BACKUP")]
    snapshot: String,
    /// The folder inside the backup
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
                out.show(&api.snapshot_list(filter)?, |snapshots| print_list(snapshots, out));
            }
            Self::Browse(browse) => {
                let listing = api.snapshot_browse(browse.request(&api)?)?;
                out.show(&listing, |listing| print_listing(listing, out));
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
            snapshot_path::resolve(api, &self.from.from, &self.snapshot)?;
        path.extend(snapshot_path::names(&self.path.unwrap_or_default()));
        Ok(Browse { destination: self.from.from, snapshot, path })
    }
}

impl Run {
    fn run(self, session: &Session, api: &Api) -> Result<ExitStatus> {
        let (Some(project), Some(to)) = (self.project, self.to) else {
            return run_all(session, api);
        };
        let destination = find_or_add(session, api, &to, &self.password)?.id;
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

/// The destination called `text`, or the folder of that path made a destination.
fn find_or_add(
    session: &Session,
    api: &Api,
    text: &str,
    password: &PasswordFile,
) -> Result<Destination> {
    let unknown = match api.find_destination(text) {
        Err(error) if error.code() == Code::NotFound => error,
        found => return found,
    };
    let path = Path::new(text);
    if !text.contains('/') && !path.exists() {
        return Err(Error::new(Code::NotFound, unknown.what_text())
            .why(unknown.why_text())
            .next("See undercroft destination list, or give a folder, such as ./backups"));
    }
    let place = session::place(api, path)?;
    let known = api.destination_list(Nothing {})?;
    match known.into_iter().find(|destination| destination.display == place.display) {
        Some(destination) => Ok(destination),
        None => {
            let added = destination::add_place(api, place, None, password)?;
            session.out.note(format!("Added the destination {} ({})", added.name, added.display));
            Ok(added)
        }
    }
}

pub(crate) use keep::print_plan;

pub(crate) fn print_list(snapshots: &[Snapshot], out: &Output) {
    let mut table = Table::new(&[
        ("BACKUP", Align::Left),
        ("TIME", Align::Left),
        ("FILES", Align::Right),
        ("SIZE", Align::Right),
        ("ADDED", Align::Right),
        ("IN", Align::Left),
        ("OF", Align::Left),
    ]);
    for snapshot in snapshots {
        table.row([
            snapshot.short_id.clone(),
            local_time(snapshot.time),
            snapshot.files.map(grouped).unwrap_or_default(),
            snapshot.size_bytes.map(size).unwrap_or_default(),
            snapshot.added_bytes.map(size).unwrap_or_default(),
            snapshot.destination_name.clone(),
            snapshot.paths.join(", "),
        ]);
    }
    table.print(out, "No backups yet: undercroft backup run PROJECT --to DESTINATION");
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
