//! `undercroft library`: the library itself.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use undercroft_api::wire::{
    LibraryRecover, Nothing, PlacesConfirm, RecordedPlace, RecoverableLibrary, RecoveryLook,
};
use undercroft_foundation::{IoContext, Result, escape_path};

use crate::exit_status::{self, ExitStatus};
use crate::jobs::progress;
use crate::options::{Confirm, PasswordFile};
use crate::output::format::{count, local_time, size};
use crate::output::{Align, Output, Table};
use crate::password::{self, Purpose};
use crate::resolve;
use crate::session::Session;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the catalog again from what is on disk
    ///
    /// For when catalog.db is gone or damaged. Projects, workspaces and versions come back; a
    /// damaged catalog is kept beside the new one. No other Undercroft may be running.
    Rebuild,
    /// Get the whole library back from a destination, into one that is empty
    ///
    /// Projects, all versions, workspaces, plans, settings and destinations come back. What is
    /// broken off is gone on with by the same command.
    Recover(Recover),
    /// Show the places that a recovered library names, and confirm them
    ///
    /// The folders of its projects, workspaces and destinations: nothing there is kept, backed
    /// up or written until you have confirmed it. For another folder than the one that it names:
    /// undercroft project move, undercroft destination move.
    Places(Places),
}

#[derive(Debug, Args)]
pub(crate) struct Recover {
    /// The folder of the destination
    path: PathBuf,
    /// Only list what there is, and change nothing
    #[arg(long, conflicts_with_all = ["snapshot", "with_folders", "confirm", "place"])]
    list: bool,
    /// The state of the library, as --list shows it; the newest when left out
    #[arg(long, value_name = "BACKUP")]
    snapshot: Option<String>,
    /// Bring the projects' folders back to where they were, where nothing is and you confirm it
    #[arg(long)]
    with_folders: bool,
    #[command(flatten)]
    confirm: Confirm,
    /// Confirm this place, and what lies below it; for several, give it several times
    #[arg(long, value_name = "FOLDER", conflicts_with = "confirm")]
    place: Vec<PathBuf>,
    #[command(flatten)]
    password: PasswordFile,
}

#[derive(Debug, Args)]
pub(crate) struct Places {
    /// The places that are meant, with what lies below them; all when left out
    #[arg(value_name = "FOLDER", requires = "confirm")]
    places: Vec<PathBuf>,
    #[command(flatten)]
    confirm: Confirm,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<ExitStatus> {
        match self {
            Self::Rebuild => rebuild(session),
            Self::Recover(recover) => recover.run(session),
            Self::Places(places) => places.run(session),
        }
    }
}

fn rebuild(session: &Session) -> Result<ExitStatus> {
    let out = &session.out;
    let done = progress::work(session, "Rebuild the catalog", |job| {
        undercroft_api::rebuild_library(&session.library()?, &session.world, job)
    })?;
    out.show(&done, |done| {
        out.line(format!(
            "{}, {} and {} found again",
            count(done.projects, "project"),
            count(done.workspaces, "workspace"),
            count(done.versions, "version")
        ));
        if let Some(lost) = &done.lost_catalog {
            out.note(format!("The catalog that was lost is kept at {lost}"));
        }
        for unknown in &done.unknown {
            out.note(format!("Not known any more of {unknown}"));
        }
    });
    Ok(ExitStatus::Done)
}

impl Recover {
    fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let found = resolve::place(&api, &self.path)?;
        let whose = format!("the repository {}", found.display);
        let password = password::ask(self.password.path(), Purpose::Open, &whose)?.into_text();
        let place = found.id;
        if self.list {
            let libraries = api.recovery_look(RecoveryLook { place, password })?;
            session.out.show(&libraries, |libraries| print(libraries, &session.out));
            return Ok(ExitStatus::Done);
        }
        let Self { snapshot, with_folders, confirm: Confirm { confirm: confirm_all }, .. } = self;
        let confirm = shown(&self.place)?;
        let request =
            LibraryRecover { place, password, snapshot, with_folders, confirm, confirm_all };
        let job = progress::run(session, &api, || api.library_recover(request))?;
        let status = exit_status::of_job(&job)?;
        // It is taken over by whoever opens the library next.
        api.shut_down();
        drop(api);
        let api = session.api()?;
        if !session.out.is_json() {
            print_places(&api.library_places(Nothing {})?, &session.out);
        }
        Ok(status)
    }
}

impl Places {
    fn run(self, session: &Session) -> Result<ExitStatus> {
        let api = session.api()?;
        let request = PlacesConfirm { all: self.places.is_empty(), places: shown(&self.places)? };
        let places = match self.confirm.confirm {
            true => api.library_places_confirm(request)?,
            false => api.library_places(Nothing {})?,
        };
        session.out.show(&places, |places| print_places(places, &session.out));
        Ok(ExitStatus::Done)
    }
}

/// The places as the library shows them, relative to where the user is.
fn shown(places: &[PathBuf]) -> Result<Vec<String>> {
    let absolute = |path: &PathBuf| std::path::absolute(path).at("find", path);
    places.iter().map(|path| absolute(path).map(|path| escape_path(&path))).collect()
}

fn print_places(places: &[RecordedPlace], out: &Output) {
    let mut table =
        Table::new(&[("PLACE", Align::Left), ("OF", Align::Left), ("CONFIRMED", Align::Left)]);
    for place in places {
        let confirmed = if place.confirmed { "yes" } else { "no" };
        table.row([place.path.clone(), place.of.clone(), confirmed.to_owned()]);
    }
    table.print(out, "This library was never recovered: nothing waits to be confirmed");
    if places.iter().any(|place| !place.confirmed) {
        out.note("Not used until you confirm it: undercroft library places --confirm");
    }
}

fn print(libraries: &[RecoverableLibrary], out: &Output) {
    let mut table = Table::new(&[
        ("BACKUP", Align::Left),
        ("MADE", Align::Left),
        ("BY", Align::Left),
        ("SIZE", Align::Right),
        ("PROJECT", Align::Left),
        ("PLACE", Align::Left),
    ]);
    for library in libraries {
        let mut about = [
            library.snapshot.chars().take(8).collect(),
            local_time(library.time),
            format!("{}@{}", library.user, library.host),
            size(library.size_bytes),
        ];
        let projects = library.projects.iter().map(|it| (it.name.clone(), it.path.clone()));
        let none = library.projects.is_empty().then(Default::default);
        for (name, place) in projects.chain(none) {
            let [snapshot, made, by, size] = std::mem::take(&mut about);
            table.row([snapshot, made, by, size, name, place]);
        }
    }
    table.print(out, "No library is backed up there");
}
