//! `undercroft library`: the library itself.

use clap::Subcommand;
use undercroft_foundation::Result;

use crate::ending::Ending;
use crate::progress;
use crate::session::Session;
use crate::words::count;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the catalog again from what is on disk
    ///
    /// For when catalog.db is gone or damaged. Projects, workspaces and versions come back; a
    /// damaged catalog is kept beside the new one. No other Undercroft may be running.
    Rebuild,
}

impl Command {
    pub(crate) fn run(self, session: &Session) -> Result<Ending> {
        let Self::Rebuild = self;
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
        });
        Ok(Ending::Done)
    }
}
