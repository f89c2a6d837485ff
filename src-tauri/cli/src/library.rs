//! `undercroft library`: the library itself.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use undercroft_api::Api;
use undercroft_api::wire::{LibraryRecover, RecoverableLibrary, RecoveryLook};
use undercroft_foundation::Result;

use crate::destination::PasswordFile;
use crate::ending::{self, Ending};
use crate::output::Output;
use crate::password::{self, Purpose};
use crate::progress;
use crate::session::{self, Session};
use crate::table::{Align, Table};
use crate::words::{count, moment, size};

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
}

#[derive(Debug, Args)]
pub(crate) struct Recover {
    /// The folder of the destination
    path: PathBuf,
    /// List what can be recovered, and change nothing
    #[arg(long, conflicts_with_all = ["snapshot", "with_folders"])]
    list: bool,
    /// The state of the library, as --list shows it; the newest when left out
    #[arg(long, value_name = "BACKUP")]
    snapshot: Option<String>,
    /// Bring the projects' folders back to where they were, where nothing is
    #[arg(long)]
    with_folders: bool,
    #[command(flatten)]
    password: PasswordFile,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<Ending> {
        match self {
            Self::Rebuild => rebuild(session),
            Self::Recover(recover) => recover.run(session),
        }
    }
}

fn rebuild(session: &Session) -> Result<Ending> {
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
    Ok(Ending::Done)
}

impl Recover {
    fn run(self, session: &Session) -> Result<Ending> {
        let api = session.api()?;
        let found = session::place(&api, &self.path)?;
        let whose = format!("the repository {}", found.display);
        let password = password::ask(self.password.path(), Purpose::Open, &whose)?.into_text();
        let place = found.id;
        if self.list {
            let libraries = api.recovery_look(RecoveryLook { place, password })?;
            session.out.show(&libraries, |libraries| print(libraries, &session.out));
            return Ok(Ending::Done);
        }
        let Self { snapshot, with_folders, .. } = self;
        let request = LibraryRecover { place, password, snapshot, with_folders };
        let job = progress::run(session, &api, || api.library_recover(request))?;
        let ending = ending::of_job(&job)?;
        // It is taken over by whoever opens the library next.
        api.shut_down();
        drop(api);
        drop::<Api>(session.api()?);
        Ok(ending)
    }
}

fn print(libraries: &[RecoverableLibrary], out: &Output) {
    let mut table = Table::new(&[
        ("BACKUP", Align::Left),
        ("MADE", Align::Left),
        ("BY", Align::Left),
        ("SIZE", Align::Right),
        ("PROJECTS", Align::Left),
    ]);
    for library in libraries {
        let names: Vec<_> = library.projects.iter().map(|project| project.name.as_str()).collect();
        table.row([
            library.snapshot.chars().take(8).collect(),
            moment(library.time),
            format!("{}@{}", library.user, library.host),
            size(library.size_bytes),
            names.join(", "),
        ]);
    }
    table.print(out, "No library is backed up there");
}
